"""Whose turn people were told it is, and the notes about the duty.

A turn has a number that follows from the one before and may be written once, so that two ticks,
or a tick and a press, never tell the same change twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import AbsenceId
from monitor.store.connection import changed, from_epoch, one, rows, to_epoch


@dataclass(frozen=True, slots=True)
class Turn:
    """Who was told to be on duty last."""

    number: int
    petugas: str | None
    cadangan: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is left to be done besides incidents: drafts to decide, and questions by OPD."""

    drafts: int
    questions: tuple[tuple[str, int], ...]


def last(db: Database) -> Turn | None:
    """The turn that was told last, or None."""
    row = one(db, "SELECT * FROM duty_note WHERE turn IS NOT NULL ORDER BY turn DESC LIMIT 1")
    if row is None:
        return None
    return Turn(row["turn"], row["petugas"], row["cadangan"], from_epoch(row["at"]))


def begin(db: Database, turn: Turn, absence_id: AbsenceId | None = None) -> int | None:
    """Write a turn; the number of its note, None when somebody did. Inside ``db.atomic()``."""
    fresh = changed(
        db,
        "INSERT OR IGNORE INTO duty_note (turn, absence_id, petugas, cadangan, at) "
        "VALUES (?, ?, ?, ?, ?)",
        (turn.number, absence_id, turn.petugas, turn.cadangan, to_epoch(turn.at)),
    )
    return _number(db) if fresh else None


def note(db: Database, at: datetime, absence_id: AbsenceId) -> int:
    """A note that begins no turn; its number. Inside ``db.atomic()``."""
    changed(db, "INSERT INTO duty_note (absence_id, at) VALUES (?, ?)", (absence_id, to_epoch(at)))
    return _number(db)


def absence_of(db: Database, number: int) -> AbsenceId | None:
    """The absence that a note tells of and that can be taken back there, or None."""
    row = one(db, "SELECT absence_id FROM duty_note WHERE id = ?", [number])
    return None if row is None or row["absence_id"] is None else AbsenceId(row["absence_id"])


def notes_of(db: Database, absence_id: AbsenceId) -> list[int]:
    """The notes that offer to take an absence back."""
    return [
        row["id"]
        for row in rows(db, "SELECT id FROM duty_note WHERE absence_id = ?", [int(absence_id)])
    ]


def waiting(db: Database) -> Waiting:
    """What waits for people now."""
    drafts = one(db, "SELECT count(*) AS n FROM draft WHERE state = 'proposed'")
    assert drafts is not None  # a count is always one row
    questions = rows(
        db,
        "SELECT opd, count(*) AS n FROM question WHERE state = 'asked' "
        "GROUP BY opd ORDER BY n DESC, opd",
    )
    return Waiting(drafts["n"], tuple((row["opd"], row["n"]) for row in questions))


def _number(db: Database) -> int:
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    return int(row["id"])
