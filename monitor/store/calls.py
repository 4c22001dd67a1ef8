"""Who was called for an incident that nobody took: one event a step, its calls, their notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.records import (
    Call,
    Callee,
    Chat,
    ChatId,
    EventId,
    EventKind,
    Incident,
    IncidentId,
    NoticeKind,
    Rung,
    Skip,
)
from monitor.store import audit, notices
from monitor.store.connection import Row, changed, from_epoch, one, rows, to_epoch

_TAKE: Final = (
    "UPDATE incident SET escalated = ?, touched_at = ? "
    "WHERE id = ? AND escalated = ? AND state = ? AND closed_at IS NULL"
)


def take_step(
    db: Database,
    incident: Incident,
    taken: int,
    who: Sequence[Callee],
    at: datetime,
    reason: str,
    actor: str | None = None,
) -> bool:
    """Take the chain up to ``taken`` steps; False when somebody moved the incident first.

    The event, the calls and the private messages are written together, so none is lost or doubled.
    """
    with db.atomic():
        moved = changed(
            db,
            _TAKE,
            (taken, to_epoch(at), int(incident.id), incident.escalated, incident.state.value),
        )
        if moved:
            event_id = _event(db, incident, at, reason, actor)
            _call(db, incident.id, event_id, who, at)
            if actor is not None:
                kind = EventKind.ESCALATED.value
                audit.write(db, at, actor, kind, f"incident:{incident.id}", reason)
    return bool(moved)


def _event(
    db: Database, incident: Incident, at: datetime, reason: str, actor: str | None
) -> EventId:
    changed(
        db,
        "INSERT INTO event (incident_id, kind, at, reason, level, actor) VALUES (?, ?, ?, ?, ?, ?)",
        (
            int(incident.id),
            EventKind.ESCALATED.value,
            to_epoch(at),
            reason,
            incident.level.value,
            actor,
        ),
    )
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    return EventId(row["id"])


def _call(
    db: Database, incident_id: IncidentId, event_id: EventId, who: Sequence[Callee], at: datetime
) -> None:
    for one_of in who:
        changed(
            db,
            "INSERT INTO called (event_id, incident_id, rung, person, telegram_id, skipped, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                int(event_id),
                int(incident_id),
                one_of.rung.value,
                one_of.person,
                one_of.telegram_id,
                one_of.skipped.value if one_of.skipped else None,
                to_epoch(at),
            ),
        )
        if one_of.skipped is None and one_of.telegram_id is not None:
            private = Chat(ChatId(one_of.telegram_id), one_of.person)
            notices.wish(db, [private], NoticeKind.CALL, int(event_id), at)


def of_incident(db: Database, incident_id: IncidentId) -> list[Call]:
    """Every call for an incident, in order, with those that were skipped."""
    return [
        _read(row)
        for row in rows(
            db, "SELECT * FROM called WHERE incident_id = ? ORDER BY id", [int(incident_id)]
        )
    ]


def of_event(db: Database, event_id: EventId) -> list[Call]:
    """The calls of one step."""
    return [
        _read(row)
        for row in rows(db, "SELECT * FROM called WHERE event_id = ? ORDER BY id", [int(event_id)])
    ]


def touch(db: Database, incident_id: IncidentId, now: datetime) -> None:
    """Let the private messages of an incident's calls tell how it stands now."""
    with db.atomic():
        changed(
            db,
            "UPDATE notice SET version = version + 1, due_at = CASE WHEN attempts > 0 THEN due_at "
            "ELSE ?1 END, state = CASE state WHEN 'sending' THEN 'sending' ELSE 'due' END "
            "WHERE kind = 'call' AND state <> 'failed' "
            "AND subject_id IN (SELECT event_id FROM called WHERE incident_id = ?2)",
            (to_epoch(now), int(incident_id)),
        )


def missed(db: Database, event_id: EventId) -> bool:
    """Whether none of the private messages of a step can arrive."""
    row = one(
        db,
        "SELECT count(*) AS n, total(state = 'failed') AS lost FROM notice "
        "WHERE kind = 'call' AND subject_id = ?",
        [int(event_id)],
    )
    assert row is not None  # a count is always one row
    return bool(0 < row["n"] == row["lost"])


def _read(row: Row) -> Call:
    return Call(
        event_id=EventId(row["event_id"]),
        incident_id=IncidentId(row["incident_id"]),
        who=Callee(
            rung=Rung(row["rung"]),
            person=row["person"],
            telegram_id=row["telegram_id"],
            skipped=Skip(row["skipped"]) if row["skipped"] else None,
        ),
        at=from_epoch(row["at"]),
    )
