"""Writing config.toml, siaga.env and whole folders: all or nothing.

Layer 2. Decides nothing about what is written.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import ConfigError


def replace_file(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put a file in the place of another (or of none); a crash leaves the old one or the new one.

    ``mode`` None keeps the old one's, which must be there. The owner stays.

    Raises:
        ConfigError: the folder or the file cannot be written.
    """
    target = path.resolve()
    try:
        old = target.stat() if target.exists() else None
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            if old is not None and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(number, old.st_uid, old.st_gid)
            os.fchmod(number, stat.S_IMODE(old.st_mode) if mode is None and old else mode or 0o600)
            os.fsync(number)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error


@contextmanager
def new_folder(option: str, wanted: Path) -> Iterator[Path]:
    """A folder for its owner alone, which gets its name when all went well.

    Raises:
        ConfigError: it is there and not empty; ``option`` named it.
        OSError: it cannot be made.
    """
    if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
        raise ConfigError(f"{option}: {wanted}: is there already; name a new folder")
    wanted.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{wanted.name}.", dir=wanted.parent))
    try:
        yield folder
        folder.rename(wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def table(name: str, values: Mapping[str, object]) -> str:
    """A table of TOML. Values: text, numbers, truth values, and tuples of text."""
    lines = [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines]) + "\n"


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # JSON's texts, numbers and truth values are TOML's too, but for one control character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
