"""Which digests were made: each once, together with the wishes for its messages. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.records import Chat, NoticeKind
from monitor.store import notices
from monitor.store.connection import changed, from_epoch, one, to_epoch


def last(db: Database) -> datetime | None:
    """When the newest digest was made, or None."""
    row = one(db, "SELECT max(at) AS at FROM digest")
    return from_epoch(row["at"]) if row and row["at"] is not None else None


def known(db: Database, subject: int) -> bool:
    """Whether this digest was made."""
    return one(db, "SELECT 1 FROM digest WHERE subject = ?", [subject]) is not None


def make(
    db: Database,
    subject: int,
    since: datetime,
    now: datetime,
    to: Iterable[Chat],
    text: str,
) -> bool:
    """Note a digest and want it in each chat, together; False when it was made before."""
    with db.atomic():
        fresh = changed(
            db,
            "INSERT INTO digest (subject, since_at, at) VALUES (?, ?, ?) "
            "ON CONFLICT (subject) DO NOTHING",
            (subject, to_epoch(since), to_epoch(now)),
        )
        if fresh:
            notices.wish(db, to, NoticeKind.DIGEST, subject, now, text)
    return bool(fresh)
