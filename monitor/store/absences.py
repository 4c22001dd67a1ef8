"""Absences from duty: who, from when until when, who stands in; never deleted, only ended."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.records import Absence, AbsenceId
from monitor.store import audit
from monitor.store.connection import Row, changed, from_epoch, one, rows, to_epoch


def add(
    db: Database,
    person: str,
    stand_in: str | None,
    now: datetime,
    until_at: datetime,
    reason: str,
    made_by: str,
) -> AbsenceId | None:
    """Somebody is away from now on; None when they already are. Inside ``db.atomic()``."""
    fresh = changed(
        db,
        "INSERT INTO absence (person, stand_in, from_at, until_at, reason, made_by, made_at) "
        "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?3 WHERE NOT EXISTS "
        "(SELECT 1 FROM absence WHERE person = ?1 AND from_at <= ?3 AND until_at > ?3)",
        (person, stand_in, to_epoch(now), to_epoch(until_at), reason, made_by),
    )
    if not fresh:
        return None
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    audit.write(db, now, made_by, "absent", f"person:{person}", f"{stand_in or '-'}: {reason}")
    return AbsenceId(row["id"])


def end(db: Database, absence: Absence, actor: str, now: datetime) -> bool:
    """Take an absence back; False when it is over already. Inside ``db.atomic()``."""
    ended = changed(
        db,
        "UPDATE absence SET until_at = ?1 WHERE id = ?2 AND until_at > ?1",
        (to_epoch(now), int(absence.id)),
    )
    if ended:
        audit.write(db, now, actor, "present", f"person:{absence.person}")
    return bool(ended)


def get(db: Database, absence_id: AbsenceId) -> Absence | None:
    """One absence, or None."""
    row = one(db, "SELECT * FROM absence WHERE id = ?", [int(absence_id)])
    return None if row is None else _absence(row)


def running(db: Database, now: datetime) -> list[Absence]:
    """Absences that are not over, oldest first."""
    return [
        _absence(row)
        for row in rows(db, "SELECT * FROM absence WHERE until_at > ? ORDER BY id", [to_epoch(now)])
    ]


def _absence(row: Row) -> Absence:
    return Absence(
        id=AbsenceId(row["id"]),
        person=row["person"],
        stand_in=row["stand_in"],
        from_at=from_epoch(row["from_at"]),
        until_at=from_epoch(row["until_at"]),
        reason=row["reason"],
        made_by=row["made_by"],
        made_at=from_epoch(row["made_at"]),
    )


def hand_over(db: Database, old: str, new: str, now: datetime) -> None:
    """Who stood in for somebody has a successor, who does so now; inside ``db.atomic()``."""
    changed(
        db,
        "UPDATE absence SET stand_in = ? WHERE stand_in = ? AND until_at > ?",
        (new, old, to_epoch(now)),
    )
