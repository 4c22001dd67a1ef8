"""Incidents and their events; ``incident_live`` lets only one stand open per topic."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.records import (
    Event,
    EventId,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Reading,
)
from monitor.store import audit, notices
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_epoch,
    maybe_from_epoch,
    one,
    rows,
    to_epoch,
)

# Numbers that move every few seconds are gathered into one edit; people's presses show at once.
EDIT_PAUSE = timedelta(seconds=15)
# Whoever answers, and whatever gets worse, lets the chain of calls begin from its first step.
_CALLS_BEGIN_ANEW = frozenset(
    {
        EventKind.ACKNOWLEDGED,
        EventKind.SILENCED,
        EventKind.HANDED_OVER,
        EventKind.RAISED,
        EventKind.WOKEN,
        EventKind.NEGLECTED,
    }
)


def open_new(db: Database, reading: Reading, onset_at: datetime, reason: str) -> bool:
    """Open an incident with its first event; False when one of this topic is already live."""
    at = to_epoch(reading.at)
    with db.atomic():
        opened = changed(
            db,
            "INSERT INTO incident (topic, level, peak, state, opened_at, onset_at, reading, "
            "touched_at, peak_score) VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?) "
            "ON CONFLICT (topic) WHERE closed_at IS NULL DO NOTHING",
            (
                reading.topic,
                reading.level.value,
                reading.level.value,
                at,
                to_epoch(onset_at),
                dump_reading(reading),
                at,
                reading.score,
            ),
        )
        if opened:
            row = one(
                db, "SELECT id FROM incident WHERE topic = ? AND closed_at IS NULL", [reading.topic]
            )
            assert row is not None  # inserted just above
            _event(db, row["id"], EventKind.OPENED, reading.at, reason, reading.level, None)
    return bool(opened)


def observe(
    db: Database, incident: Incident, reading: Reading, calm_since: datetime | None
) -> None:
    """Store the newest numbers of a live incident and let its cards follow."""
    with db.atomic():
        moved = changed(
            db,
            "UPDATE incident SET reading = ?, level = ?, calm_since = ?, "
            "peak_score = max(coalesce(peak_score, 0), ?) WHERE id = ? AND closed_at IS NULL",
            (
                dump_reading(reading),
                reading.level.value,
                maybe_epoch(calm_since),
                reading.score,
                int(incident.id),
            ),
        )
        if moved and shows_change(incident.reading, reading):
            notices.touch_cards(db, incident.id, reading.at + EDIT_PAUSE)


def shows_change(old: Reading, new: Reading) -> bool:
    """Whether people would see a difference on the card."""
    return (old.observed, old.level, old.hours) != (new.observed, new.level, new.hours)


def change(
    db: Database,
    incident: Incident,
    kind: EventKind,
    state: IncidentState,
    at: datetime,
    reason: str,
    *,
    actor: str | None = None,
    level: Level | None = None,
    silenced_until: datetime | None = None,
    holder: str | None = None,
) -> bool:
    """Move an incident on with its event; False when somebody moved it first.

    The guard is the state and the holder that the caller saw, so of two taps at once exactly one
    wins. An ended incident gets its ``closed_at``; a person's change goes to the audit trail.
    ``holder``: who holds it from now on, if not the ``actor``.
    """
    now_level = level or incident.level
    told = actor is not None or state is not incident.state
    peak = max(incident.peak, now_level, key=lambda one_level: one_level.rank)
    with db.atomic():
        moved = changed(
            db,
            "UPDATE incident SET state = ?, level = ?, peak = ?, holder = coalesce(?, holder), "
            "silenced_until = ?, state_reason = ?, touched_at = ?, closed_at = ?, "
            "escalated = CASE WHEN ? THEN 0 ELSE escalated END "
            "WHERE id = ? AND state = ? AND holder IS ? AND closed_at IS NULL",
            (
                state.value,
                now_level.value,
                peak.value,
                holder or actor,
                maybe_epoch(silenced_until),
                reason if told else incident.state_reason,
                to_epoch(at),
                to_epoch(at) if state.ended else None,
                kind in _CALLS_BEGIN_ANEW,
                int(incident.id),
                incident.state.value,
                incident.holder,
            ),
        )
        if moved:
            _event(db, incident.id, kind, at, reason, now_level, actor)
            if actor is not None:
                audit.write(db, at, actor, kind.value, f"incident:{incident.id}", reason)
    return bool(moved)


def reopen(db: Database, incident: Incident, at: datetime, reason: str, actor: str) -> bool:
    """Open an ended incident again; False when it is not ended as seen, or its topic has another.

    ``incident_live`` decides: of two incidents of a topic that are reopened at once one wins.
    """
    with db.atomic():
        moved = changed(
            db,
            "UPDATE OR IGNORE incident SET state = 'open', closed_at = NULL, holder = NULL, "
            "silenced_until = NULL, calm_since = NULL, parent_id = NULL, escalated = 0, "
            "state_reason = ?, touched_at = ?, reopened_at = ? "
            "WHERE id = ? AND state = ? AND closed_at IS NOT NULL",
            (reason, to_epoch(at), to_epoch(at), int(incident.id), incident.state.value),
        )
        if moved:
            _event(db, incident.id, EventKind.REOPENED, at, reason, incident.level, actor)
            audit.write(db, at, actor, EventKind.REOPENED.value, f"incident:{incident.id}", reason)
    return bool(moved)


def mute(
    db: Database, incident: Incident, parent_id: IncidentId | None, at: datetime, reason: str
) -> bool:
    """Put a live incident under a larger one, or (None) let it stand for itself again.

    False when it ended or went elsewhere meanwhile.
    """
    kind = EventKind.UNMUTED if parent_id is None else EventKind.MUTED
    with db.atomic():
        moved = changed(
            db,
            "UPDATE incident SET parent_id = ? "
            "WHERE id = ? AND parent_id IS ? AND closed_at IS NULL",
            (parent_id, int(incident.id), incident.parent_id),
        )
        if moved:
            _event(db, incident.id, kind, at, reason, incident.level, None)
    return bool(moved)


def confirmed(db: Database, since: datetime) -> list[Incident]:
    """Incidents with an onset since an instant that a person took and nobody dismissed."""
    return [
        _incident(row)
        for row in rows(
            db,
            "SELECT * FROM incident WHERE onset_at >= ? AND holder IS NOT NULL "
            "AND state <> 'dismissed' ORDER BY onset_at, id",
            [to_epoch(since)],
        )
    ]


def since(db: Database, at: datetime) -> list[Incident]:
    """Incidents that began since an instant, by onset."""
    return [
        _incident(row)
        for row in rows(
            db, "SELECT * FROM incident WHERE onset_at >= ? ORDER BY onset_at, id", [to_epoch(at)]
        )
    ]


def opened_since(db: Database, at: datetime) -> list[Incident]:
    """Incidents that were opened since an instant, oldest first."""
    return [
        _incident(row)
        for row in rows(
            db, "SELECT * FROM incident WHERE opened_at >= ? ORDER BY id", [to_epoch(at)]
        )
    ]


def get(db: Database, incident_id: IncidentId) -> Incident | None:
    """One incident, or None."""
    row = one(db, "SELECT * FROM incident WHERE id = ?", [int(incident_id)])
    return None if row is None else _incident(row)


def known(db: Database, incident_id: IncidentId) -> Incident:
    """One incident that something stored belongs to; incidents are never deleted."""
    found = get(db, incident_id)
    assert found is not None
    return found


def live(db: Database) -> list[Incident]:
    """Incidents that are not over, most serious first."""
    found = [_incident(row) for row in rows(db, "SELECT * FROM incident WHERE closed_at IS NULL")]
    return sorted(found, key=lambda i: (-i.level.rank, i.opened_at, i.id))


def ended(db: Database, limit: int) -> list[Incident]:
    """The incidents that ended last."""
    return [
        _incident(row)
        for row in rows(
            db,
            "SELECT * FROM incident WHERE closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT ?",
            [limit],
        )
    ]


def last_end(db: Database, topic: str) -> Incident | None:
    """The incident of a topic that ended last, or None."""
    row = one(
        db,
        "SELECT * FROM incident WHERE topic = ? AND closed_at IS NOT NULL "
        "ORDER BY closed_at DESC, id DESC LIMIT 1",
        [topic],
    )
    return None if row is None else _incident(row)


def continued(db: Database, incident: Incident, within: timedelta) -> Incident | None:
    """The incident of the same topic that ended last before this one opened, not long before."""
    row = one(
        db,
        "SELECT * FROM incident WHERE topic = ? AND id < ? AND closed_at BETWEEN ? AND ? "
        "ORDER BY closed_at DESC, id DESC LIMIT 1",
        [
            incident.topic,
            int(incident.id),
            to_epoch(incident.opened_at - within),
            to_epoch(incident.opened_at),
        ],
    )
    return None if row is None else _incident(row)


def events(db: Database, incident_id: IncidentId) -> list[Event]:
    """Everything that happened to an incident, in order."""
    return [
        _read_event(row)
        for row in rows(
            db, "SELECT * FROM event WHERE incident_id = ? ORDER BY id", [int(incident_id)]
        )
    ]


def event(db: Database, event_id: EventId) -> Event:
    """One event; events are never deleted."""
    row = one(db, "SELECT * FROM event WHERE id = ?", [int(event_id)])
    assert row is not None
    return _read_event(row)


def unprocessed(db: Database) -> list[Event]:
    """Events that no notice was made for yet, in order."""
    return [
        _read_event(row)
        for row in rows(db, "SELECT * FROM event WHERE processed_at IS NULL ORDER BY id")
    ]


def dump_reading(reading: Reading) -> str:
    """A reading as JSON text."""
    return json.dumps({**asdict(reading), "at": to_epoch(reading.at)}, ensure_ascii=False)


def load_reading(text: str) -> Reading:
    """A reading from its JSON text."""
    values = json.loads(text)
    return Reading(**{**values, "at": from_epoch(values["at"]), "level": Level(values["level"])})


def happened(
    db: Database,
    incident: Incident,
    kind: EventKind,
    at: datetime,
    reason: str,
    actor: str | None = None,
) -> None:
    """Append an event that moves nothing; inside ``db.atomic()``, after its first write."""
    _event(db, int(incident.id), kind, at, reason, incident.level, actor)


def _event(
    db: Database,
    incident_id: int,
    kind: EventKind,
    at: datetime,
    reason: str,
    level: Level,
    actor: str | None,
) -> None:
    changed(
        db,
        "INSERT INTO event (incident_id, kind, at, reason, level, actor) VALUES (?, ?, ?, ?, ?, ?)",
        (incident_id, kind.value, to_epoch(at), reason, level.value, actor),
    )


def _incident(row: Row) -> Incident:
    return Incident(
        id=IncidentId(row["id"]),
        topic=row["topic"],
        level=Level(row["level"]),
        peak=Level(row["peak"]),
        state=IncidentState(row["state"]),
        opened_at=from_epoch(row["opened_at"]),
        onset_at=from_epoch(row["onset_at"]),
        reading=load_reading(row["reading"]),
        holder=row["holder"],
        silenced_until=maybe_from_epoch(row["silenced_until"]),
        state_reason=row["state_reason"],
        calm_since=maybe_from_epoch(row["calm_since"]),
        touched_at=maybe_from_epoch(row["touched_at"]),
        closed_at=maybe_from_epoch(row["closed_at"]),
        escalated=row["escalated"],
        parent_id=None if row["parent_id"] is None else IncidentId(row["parent_id"]),
        opd=row["opd"],
        peak_score=row["peak_score"],
        reopened_at=maybe_from_epoch(row["reopened_at"]),
    )


def _read_event(row: Row) -> Event:
    return Event(
        id=EventId(row["id"]),
        incident_id=IncidentId(row["incident_id"]),
        kind=EventKind(row["kind"]),
        at=from_epoch(row["at"]),
        reason=row["reason"],
        level=Level(row["level"]),
        actor=row["actor"],
    )
