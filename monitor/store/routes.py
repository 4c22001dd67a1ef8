"""What people taught about who is in charge, and where an incident was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import EventKind, Incident
from monitor.records import RouteRule as Rule
from monitor.store import audit, incidents
from monitor.store.connection import changed, from_epoch, rows, to_epoch


@dataclass(frozen=True, slots=True)
class Learned:
    """A route that somebody taught."""

    id: int
    rule: Rule
    made_by: str
    made_at: datetime


def learn(db: Database, rule: Rule, person: str, now: datetime) -> None:
    """Remember a route; the newest for an issue and place counts. Inside ``db.atomic()``."""
    changed(
        db,
        "INSERT INTO route (issue, place, opd, made_by, made_at) VALUES (?, ?, ?, ?, ?)",
        (rule.issue, rule.place, rule.opd, person, to_epoch(now)),
    )
    where = f"{rule.issue}/{rule.place}" if rule.place else rule.issue
    audit.write(db, now, person, "route-learned", f"route:{where}", rule.opd)


def forget(db: Database, route_id: int, person: str, now: datetime) -> bool:
    """Drop a learned route; whether there was one."""
    with db.atomic():
        gone = changed(db, "DELETE FROM route WHERE id = ?", (route_id,))
        if gone:
            audit.write(db, now, person, "route-forgotten", f"route:{route_id}")
    return bool(gone)


def every(db: Database) -> list[Learned]:
    """Learned routes, newest first."""
    return [
        Learned(
            row["id"],
            Rule(row["issue"], row["place"], row["opd"]),
            row["made_by"],
            from_epoch(row["made_at"]),
        )
        for row in rows(db, "SELECT * FROM route ORDER BY id DESC")
    ]


def learned(db: Database, issue: str) -> list[Rule]:
    """What was learned of an issue, newest first."""
    found = rows(db, "SELECT * FROM route WHERE issue = ? ORDER BY id DESC", [issue])
    return [Rule(row["issue"], row["place"], row["opd"]) for row in found]


def send(
    db: Database, incident: Incident, opd: str, reason: str, person: str, now: datetime
) -> bool:
    """Put an incident in an agency's charge, with its event; False when it is so already.

    Inside ``db.atomic()``.
    """
    moved = changed(
        db,
        "UPDATE incident SET opd = ? WHERE id = ? AND opd IS NOT ?",
        (opd, int(incident.id), opd),
    )
    if moved:
        incidents.happened(db, incident, EventKind.ROUTED, now, reason, person)
        audit.write(db, now, person, "routed", f"incident:{incident.id}", opd)
    return bool(moved)
