"""What is usual, kept as states of the learner: the newest, and one a day to go back to.

They are a copy of what the stored hours teach, never more: triggers drop every state that holds an
hour which changed (a late comment, a corrected label, coverage, an incident that people judged),
and learning goes on from the last one that still holds.
"""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from monitor.store.connection import changed, one

_DAY = 24 * 3600
_KEPT = int(timedelta(days=10).total_seconds())


def newest(db: Database, about: str) -> tuple[int, bytes] | None:
    """The newest state for this ``about``: the hour before which everything was learned."""
    row = one(
        db, "SELECT hour, body FROM learned WHERE about = ? ORDER BY hour DESC LIMIT 1", [about]
    )
    return (row["hour"], bytes(row["body"])) if row else None


def keep(db: Database, hour: int, about: str, body: bytes) -> None:
    """Keep a state; older ones stay if they begin a day (UTC) of the last ten."""
    with db.atomic():
        changed(
            db,
            "DELETE FROM learned WHERE about <> ?1 OR hour > ?2 OR hour < ?2 - ?3 "
            f"OR (hour < ?2 AND hour % {_DAY} <> 0)",
            (about, hour, _KEPT),
        )
        changed(
            db,
            "INSERT OR REPLACE INTO learned (hour, about, body) VALUES (?, ?, ?)",
            (hour, about, body),
        )
