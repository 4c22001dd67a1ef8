"""Writes the result of an exercise beside its database."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.errors import StorageError
from monitor.messages.drill_page import sheet
from monitor.records.drill import DrillScore

STEM = "hasil"


def write_result(score: DrillScore, zone: ZoneInfo, folder: Path) -> tuple[Path, Path]:
    """The sheet as PDF for printing and as PNG for a chat.

    Raises:
        StorageError: the folder cannot be written.
    """
    drawn = sheet(score, zone)
    files = folder / f"{STEM}.pdf", folder / f"{STEM}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, body in zip(files, (drawn.pdf, drawn.png), strict=True):
            file.write_bytes(body)
    except OSError as error:
        raise StorageError(f"drill: result: {folder}: {error.strerror}") from error
    return files
