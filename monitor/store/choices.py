"""What people chose in the bot, and what the machine reckoned from it: one value a name."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.store import audit
from monitor.store.connection import changed, one, to_epoch


def get(db: Database, name: str) -> str | None:
    """The value of a name, or None."""
    row = one(db, "SELECT value FROM choice WHERE name = ?", [name])
    return row["value"] if row else None


def choose(db: Database, name: str, value: str, person: str, now: datetime) -> None:
    """Store what a person chose; it goes to the audit trail."""
    with db.atomic():
        _put(db, name, value, person, now)
        audit.write(db, now, person, "chosen", f"choice:{name}", value)


def reckon(db: Database, name: str, value: str, now: datetime) -> None:
    """Store what the machine reckoned."""
    with db.atomic():
        _put(db, name, value, "", now)


def _put(db: Database, name: str, value: str, person: str, now: datetime) -> None:
    changed(
        db,
        "INSERT OR REPLACE INTO choice (name, value, person, at) VALUES (?, ?, ?, ?)",
        (name, value, person, to_epoch(now)),
    )
