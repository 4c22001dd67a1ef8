"""Which profile a file is of, when nobody says it: the one whose marks stand in its header.

Layer 2. Reads the first rows only. Where none or several fit, the profile is ``default``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.platforms.file_json import json_tops
from monitor.platforms.file_mapping import FileMapping, load_mapping
from monitor.platforms.file_tables import SHEETS, delimited_tops, sheet_tops
from monitor.platforms.files import LINES, TABLES

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Choice:
    """The profile to read a file with, and those that its header fits."""

    name: str
    fitting: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What the operator should know of a choice that was made for him; "" if nothing."""
        if not self.fitting:
            return ""
        if len(self.fitting) == 1:
            return f"read as {self.name}, by its header; for another mapping give --map"
        fit = ", ".join(self.fitting)
        return f"its header fits {fit}: read as {self.name}; to choose give --map"


def choose(path: Path, profiles: Sequence[Path]) -> Choice:
    """The profile of a file. One that cannot be read at all is left to the reader to refuse.

    Raises:
        ConfigError: a profile is wrong, or a spreadsheet or JSON file cannot be read.
    """
    known = [load_mapping(one) for one in profiles if one.stem != DEFAULT]
    fitting = _fitting(path, known) if path.is_file() else ()
    return Choice(fitting[0] if len(fitting) == 1 else DEFAULT, fitting)


def headed(path: Path, names: Collection[str]) -> bool:
    """Whether all these names stand in the header of a table, whatever stands beside them.

    Raises:
        ConfigError: a spreadsheet or JSON file cannot be read.
    """
    return path.is_file() and any(set(names) <= set(map(str, header)) for header in _tops(path))


def _fitting(path: Path, known: Sequence[FileMapping]) -> tuple[str, ...]:
    found = {one.name for header in _tops(path) for one in known if one.fits(header)}
    return tuple(sorted(found))


def _tops(path: Path) -> Iterator[list[object]]:
    ending = path.suffix.lower()
    if ending in SHEETS:
        return sheet_tops(path)
    if ending in (*LINES, ".json"):
        return json_tops(path)
    return delimited_tops(path) if ending in TABLES else iter(())
