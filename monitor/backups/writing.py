"""``siaga backup``: an archive that appears whole or not at all, while the service runs on."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor import __version__
from monitor.backups.archive import (
    CONFIG,
    MANIFEST,
    Manifest,
    Member,
    hashed,
    layout,
    read_manifest,
    take_out,
    with_paths,
)
from monitor.config import Settings
from monitor.config.env_file import ENV_NAME
from monitor.errors import ConfigError
from monitor.progress import Advance
from monitor.store import audit, comments
from monitor.store.copying import copy_whole
from monitor.store.locking import held
from monitor.store.tokens import token_file

_NAME = re.compile(r"siaga-\d{8}-\d{6}\.zip")
_UNDER_WAY: Final = ".siaga-backup-"
# Their bytes are packed already.
_PACKED = frozenset({".npz", ".png", ".zip", ".xlsx"})


@dataclass(frozen=True, slots=True)
class Made:
    """An archive: where it lies, what is in it, and which older ones were removed for it."""

    path: Path
    size: int
    manifest: Manifest
    removed: tuple[Path, ...]


def backup(
    db: Database,
    settings: Settings,
    config: Path,
    folder: Path,
    keep: int | None,
    now: datetime,
    advance: Advance,
) -> Made:
    """Write ``folder/siaga-<day>-<time>.zip`` in the office's time, read it again, and tell of it.

    ``config``: the file of these settings. ``keep``: how many archives of this store may lie in the
    folder, the oldest are removed; None removes none. Secrets are left out. Dying on the way leaves
    nothing under the name, and the older archives as they were.

    Raises:
        ConfigError: the folder cannot be written, or is full.
        StorageError: the store is damaged.
        Refused: another backup of this store is under way.
    """
    with held(settings.database, ["backup"]):
        try:
            made = _write(db, settings, config, folder, now, advance)
            removed = _remove_old(made, folder, keep)
        except OSError as error:
            raise ConfigError(f"--out: {folder}: {error.strerror or error}") from error
        with db.atomic():
            audit.write(db, now, "command line", "backup", made.path.name, str(folder))
    return Made(made.path, made.size, made.manifest, removed)


def _write(
    db: Database, settings: Settings, config: Path, folder: Path, now: datetime, advance: Advance
) -> Made:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"siaga-{now.astimezone(settings.office.zone):%Y%m%d-%H%M%S}.zip"
    if target.exists():
        raise ConfigError(f"--out: {target}: is there already")
    for left in folder.glob(f"{_UNDER_WAY}*"):  # of one that died: nobody else is at it
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_UNDER_WAY, dir=folder) as name:
        under_way = Path(name)
        copy, packed = under_way / "copy.db", under_way / "archive.zip"
        copy_whole(db, copy)
        places = layout(settings.paths)
        told = under_way / CONFIG
        told.write_text(with_paths(config.read_text(encoding="utf-8"), places), encoding="utf-8")
        wanted = _wanted(settings, told, copy, places)
        files = _pack(packed, wanted, advance)
        manifest = Manifest(
            siaga=__version__,
            made_at=now.astimezone(settings.office.zone).isoformat(timespec="seconds"),
            store=str(settings.database.resolve()),
            zone=settings.office.timezone,
            comments=comments.total(db),
            files=files,
            **places,
        )
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, manifest.as_json())
        # A disk may take what it does not keep.
        for _ in take_out(packed, manifest, lambda _: Path(os.devnull)):
            pass
        packed.chmod(0o600)
        with packed.open("rb") as file:
            os.fsync(file.fileno())
        packed.replace(target)
    return Made(target, target.stat().st_size, manifest, ())


def _wanted(
    settings: Settings, config: Path, copy: Path, places: Mapping[str, str]
) -> dict[str, Path]:
    """Every member by its name, in the order of the archive."""
    found = {CONFIG: config, places["database"]: copy}
    # Secrets and the store itself, should a folder of these settings hold them too.
    files = (token_file(settings.database), settings.folder / ENV_NAME, settings.database)
    left_out = {file.resolve() for file in files}
    for key, folder in (("data", settings.data), ("models", settings.models)):
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder)
            # What is just being written has a name that begins with a dot.
            hidden = any(part.startswith(".") for part in name.parts)
            if file.is_file() and not hidden and file.resolve() not in left_out:
                found[f"{places[key]}/{name.as_posix()}"] = file
    return found


def _pack(packed: Path, wanted: Mapping[str, Path], advance: Advance) -> dict[str, Member]:
    files = {}
    with zipfile.ZipFile(packed, "w") as archive:
        for number, (name, file) in enumerate(wanted.items(), 1):
            kind = zipfile.ZIP_STORED if file.suffix in _PACKED else zipfile.ZIP_DEFLATED
            member = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
            member.compress_type = kind
            with file.open("rb") as source, archive.open(member, "w", force_zip64=True) as target:
                files[name] = hashed(source, target)
            advance(number, len(wanted))
    return files


def _remove_old(made: Made, folder: Path, keep: int | None) -> tuple[Path, ...]:
    """Archives of other stores and files of other names stay, whatever their number."""
    if keep is None:
        return ()
    ours = sorted(
        (path for path in _named(folder) if _store_of(path) == made.manifest.store), reverse=True
    )
    for path in ours[keep:]:
        path.unlink()
    return tuple(ours[keep:])


def _named(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def _store_of(path: Path) -> str | None:
    with suppress(ConfigError):  # what cannot be read is nobody's: it stays
        return read_manifest(path).store
    return None
