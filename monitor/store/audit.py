"""The append-only audit trail: each row carries the hash of the one before, so gaps show."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlite_utils import Database

from monitor.store.connection import Row, changed, one, rows, to_epoch

_START = "0" * 64


def write(
    db: Database, at: datetime, actor: str, action: str, subject: str, detail: str = ""
) -> None:
    """Append one row; call inside the transaction of what it tells, after its first write."""
    last = one(db, "SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")
    previous = last["hash"] if last else _START
    values = (to_epoch(at), actor, action, subject, detail, previous)
    changed(
        db,
        "INSERT INTO audit (at, actor, action, subject, detail, previous, hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*values, _digest(values)),
    )


def broken_at(db: Database) -> int | None:
    """The first sequence number that does not follow from the one before, or None if all do."""
    previous, expected = _START, 1
    for row in db.query("SELECT * FROM audit ORDER BY seq"):
        values = tuple(row[k] for k in ("at", "actor", "action", "subject", "detail", "previous"))
        sound = row["previous"] == previous and row["hash"] == _digest(values)
        if row["seq"] != expected or not sound:
            return int(row["seq"])
        previous, expected = row["hash"], expected + 1
    # A cut-off end leaves the counter of the numbers behind.
    given = one(db, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
    return expected if given is not None and given["seq"] >= expected else None


def newest(db: Database, limit: int) -> list[Row]:
    """The last rows, newest first."""
    return rows(db, "SELECT * FROM audit ORDER BY seq DESC LIMIT ?", [limit])


def _digest(values: tuple[object, ...]) -> str:
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()
