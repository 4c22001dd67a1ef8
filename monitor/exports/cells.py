"""Cells as every spreadsheet takes them: no formula, ids as text, times with their offset."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

Cell = str | int | float | bool | datetime | None
Cells = tuple[Cell, ...]

# What a spreadsheet would take for the beginning of a formula, in either width.
_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def write_csv(path: Path, head: Iterable[str], rows: Iterable[Cells], zone: ZoneInfo) -> int:
    """Write one file, a row at a time; how many rows. Its mark tells Excel that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        written = 0
        for row in rows:
            writer.writerow([told(cell, zone) for cell in row])
            written += 1
    return written


def told(cell: Cell, zone: ZoneInfo) -> str:
    """A cell as text; the only way into a file."""
    match cell:
        case None:
            return ""
        case bool():
            return "ya" if cell else "tidak"
        case float():
            return f"{cell:.4f}"
        case datetime():
            return cell.astimezone(zone).isoformat()
    return safe(str(cell))


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula; what a model reads of it stays the same."""
    start = text.lstrip(" \u00a0")[:1]
    return f"'{text}" if start in _FORMULA else text


def number(letter: str, value: int | None) -> str | None:
    """A number of ours that stays a text."""
    return None if value is None else f"{letter}{value}"


def minutes(start: datetime, end: datetime | None) -> int | None:
    """Whole minutes from one instant to another; None while there is no other."""
    return None if end is None else round((end - start) / timedelta(minutes=1))
