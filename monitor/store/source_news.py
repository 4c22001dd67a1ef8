"""What people were told of a source, noted together with the message that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from monitor.records import Chat, NoticeKind, SourceId
from monitor.store import notices
from monitor.store.connection import changed, from_epoch, one, rows, to_epoch


class Told(StrEnum):
    """The column of ``source`` that keeps what people know."""

    STOPPED = "stopped_told_at"
    SILENT = "silent_told_at"
    PARKED = "parked_told_at"
    TROUBLE = "trouble_told_at"
    EXPIRY = "expiry_told"
    STILL = "still_told_at"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted of a source: an instant, a number of days, or None for nothing."""

    source_id: SourceId
    told: Told
    value: datetime | int | None


def note(db: Database, marks: Iterable[Mark]) -> int:
    """Note what people know; how many notes changed. Inside ``db.atomic()``."""
    return sum(
        changed(
            db,
            f"UPDATE source SET {mark.told.value} = ? WHERE id = ? AND {mark.told.value} IS NOT ?",
            (value, mark.source_id, value),
        )
        for mark in marks
        for value in (to_epoch(mark.value) if isinstance(mark.value, datetime) else mark.value,)
    )


def clear(db: Database, marks: Iterable[Mark]) -> None:
    """Note without a message that something is over."""
    with db.atomic():
        note(db, marks)


def tell(
    db: Database,
    marks: Sequence[Mark],
    chats: Iterable[Chat],
    kind: NoticeKind,
    subject_id: int,
    now: datetime,
    text: str,
) -> bool:
    """Want a message in each chat and note that people know; False when they knew already."""
    with db.atomic():
        fresh = bool(note(db, marks))
        if fresh:
            notices.wish(db, chats, kind, subject_id, now, text)
    return fresh


def begin_look(db: Database, names: Sequence[SourceId], now: datetime) -> None:
    """Note that it was looked whether these sources are unusually quiet."""
    with db.atomic():
        db.conn.executemany(
            "UPDATE source SET looked_at = ? WHERE id = ?",
            [(to_epoch(now), name) for name in names],
        )


def busy_hours(db: Database, since: datetime) -> dict[SourceId, list[datetime]]:
    """The hours in which each source showed something, oldest first."""
    found: dict[SourceId, list[datetime]] = {}
    for row in rows(
        db,
        "SELECT DISTINCT source_id, hour FROM hourly WHERE hour >= ? AND comments > 0 "
        "ORDER BY source_id, hour",
        [to_epoch(since)],
    ):
        found.setdefault(SourceId(row["source_id"]), []).append(from_epoch(row["hour"]))
    return found


def shows_since(db: Database, source_id: SourceId, since: datetime) -> bool:
    """Whether anything at all was written there since, counted or not (copies, advertisements)."""
    found = one(
        db,
        "SELECT 1 FROM comment WHERE source_id = ? AND created_at >= ? LIMIT 1",
        [source_id, to_epoch(since)],
    )
    return found is not None
