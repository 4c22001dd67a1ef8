"""What an archive is: a ZIP file in which one member tells the others with their hashes.

The members lie as they will in the restored folder: config.toml, the database, data/ and models/.
Secrets (siaga.env, the tokens beside the database) are never among them.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final
from zoneinfo import ZoneInfo

from monitor.config.parts import Paths
from monitor.errors import ConfigError

MANIFEST: Final = "siaga-backup.json"
CONFIG: Final = "config.toml"
FORMAT: Final = 1
CHUNK: Final = 1 << 20
_HEADER = re.compile(r"\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its bytes counted and hashed (sha256, hex)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive tells of itself. ``store``: whose copy it is; ``made_at``: ISO 8601;
    ``zone``: the office's time zone; ``database``, ``data`` and ``models``: where they lie."""

    siaga: str
    made_at: str
    store: str
    zone: str
    comments: int
    database: str
    data: str
    models: str
    files: Mapping[str, Member]

    def as_json(self) -> bytes:
        """The manifest as it lies in the archive."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()


def read_manifest(path: Path) -> Manifest:
    """What an archive tells of itself.

    Raises:
        ConfigError: no such file, no archive of siaga backup, or one of a newer Siaga.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
        if told.pop("format") != FORMAT:
            raise ConfigError(f"{path}: written by a newer siaga; install that version")
        files = {name: Member(**member) for name, member in told.pop("files").items()}
        found = Manifest(files=files, **told)
        # What is not a time or a zone is refused here, before anything is unpacked.
        datetime.fromisoformat(found.made_at).astimezone(ZoneInfo(found.zone))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"{path}: no archive of siaga backup, or not whole: {error}") from error
    for name in (*found.files, found.database, found.data, found.models):
        if not _inside(name):
            raise ConfigError(f"{path}: {name}: leads out of the folder")
    return found


def _inside(name: str) -> bool:
    """Whether a name stays below the folder that an archive is unpacked into."""
    path = PurePosixPath(name)
    plain = not path.is_absolute() and ".." not in path.parts and path.name != ""
    return plain and "\\" not in name and ":" not in name


def layout(paths: Paths) -> dict[str, str]:
    """Where database, data and models will lie: as configured, if that is below the folder."""
    usual = Paths()
    return {
        key: (given if _inside(given := getattr(paths, key).as_posix()) else
              getattr(usual, key).as_posix())
        for key in ("database", "data", "models")
    }  # fmt: skip


def with_paths(config: str, places: Mapping[str, str]) -> str:
    """A configuration in which database, data and models lie at these places.

    Raises:
        ConfigError: the configuration is written in a way that this cannot change.
    """
    told = tomllib.loads(config)
    table = told.get("paths", {})
    if all(table.get(key, usual) == places[key] for key, usual in layout(Paths()).items()):
        return config
    kept = [line for name, line in _lines(config) if name != "paths"]
    lines = [f"{key} = {json.dumps(place)}" for key, place in places.items()]
    made = "\n".join([*kept, "", "[paths]", *lines]) + "\n"
    try:
        same = tomllib.loads(made) == {**told, "paths": dict(places)}
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise ConfigError("config.toml: paths: accepted: lines of their own under [paths]")
    return made


def _lines(config: str) -> Iterator[tuple[str, str]]:
    """Each line with the table that it belongs to."""
    table = ""
    for line in config.splitlines():
        header = _HEADER.match(line)
        table = header[1] if header else table
        yield table, line


def take_out(path: Path, manifest: Manifest, target: Callable[[str], Path]) -> Iterator[int]:
    """Write each member where ``target`` says, comparing it; how many were written so far.

    Raises:
        ConfigError: one is missing, cannot be unpacked, or is not as it was written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for number, (name, told) in enumerate(manifest.files.items(), 1):
                with archive.open(name) as source, target(name).open("wb") as file:
                    found = hashed(source, file)
                if found != told:
                    raise ConfigError(f"{path}: damaged: {name} is not as it was written")
                yield number
    except KeyError as error:
        raise ConfigError(f"{path}: damaged: {error.args[0]}") from error
    except zipfile.BadZipFile as error:
        raise ConfigError(f"{path}: damaged: {error}") from error


def hashed(source: IO[bytes], target: IO[bytes]) -> Member:
    """Copy to the end, counting and hashing."""
    told, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        told.update(chunk)
        size += len(chunk)
    return Member(size, told.hexdigest())
