"""The search for planted secrets: all that a test printed, logged, warned of and left on the disk.

Every secret that a fake hands out begins with :data:`PLANTED`. Only where secrets belong may one
stand: the file of tokens, an environment file, a key file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

PLANTED = "rahasia-"
# Where secrets belong: tokens (with SQLite's journals), the environment, keys of service accounts.
HOMES = ("*.tokens.db*", "*.env", ".env*", "*kunci*.json", "*key*.json")
_PACKED = (".zip", ".xlsx", ".docx", ".ods")
_AROUND = 40  # characters before a secret that tell where it stands


def in_text(text: str, where: str) -> list[str]:
    """Where a planted secret stands in a text: one line each, without the secret itself."""
    found = []
    at = text.find(PLANTED)
    while at >= 0:
        before = text[max(0, at - _AROUND) : at].replace("\n", " ")
        found.append(f"{where}: after {before!r}")
        at = text.find(PLANTED, at + 1)
    return found


def in_folder(folder: Path) -> list[str]:
    """The files below a folder that hold a planted secret: databases, exports, pictures, logs."""
    return [str(file.relative_to(folder)) for file in _files(folder) if _holds(file)]


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        at_home = any(fnmatch(file.name, pattern) for pattern in HOMES)
        if not at_home and not file.is_symlink() and file.is_file():
            yield file


def _holds(file: Path) -> bool:
    wanted = PLANTED.encode()
    if file.suffix in _PACKED and zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            return any(wanted in packed.read(name) for name in packed.namelist())
    return wanted in file.read_bytes()
