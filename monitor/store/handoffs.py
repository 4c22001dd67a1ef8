"""Forms for the national systems, and the ticket numbers that came back: one number each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    CommentId,
    Form,
    Handoff,
    HandoffId,
    HandoffState,
    Incident,
    IncidentId,
    NoticeKind,
)
from monitor.store import audit, notices
from monitor.store.chats import LEFT
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

_MOST_DAYS = 10_000


def make(
    db: Database,
    incident: Incident,
    comment_id: CommentId | None,
    system: str,
    form: Form,
    person: str,
    now: datetime,
) -> tuple[HandoffId, bool]:
    """Store a form, and whether it is new: an open one is kept. Inside ``db.atomic()``."""
    comment = None if comment_id is None else int(comment_id)
    fresh = changed(
        db,
        "INSERT INTO handoff (incident_id, comment_id, system, state, form, made_by, made_at) "
        "VALUES (?, ?, ?, 'made', ?, ?, ?) ON CONFLICT (coalesce(incident_id, 0), "
        "coalesce(comment_id, 0), system) WHERE state <> 'ticketed' DO NOTHING",
        (int(incident.id), comment, system, dump_form(form), person, to_epoch(now)),
    )
    row = one(
        db,
        "SELECT id FROM handoff WHERE incident_id = ? AND comment_id IS ? AND system = ? "
        "AND state <> 'ticketed'",
        [int(incident.id), comment, system],
    )
    assert row is not None  # inserted just above, or what stood in its way
    if fresh:
        _audited(db, now, person, "made", row["id"], system)
    return HandoffId(row["id"]), bool(fresh)


def wait(db: Database, number: HandoffId, person: str, now: datetime) -> bool:
    """The system is down: remind daily; False when it waits or is done. In ``atomic()``."""
    won = changed(
        db,
        "UPDATE handoff SET state = 'waiting', reminded_at = ? WHERE id = ? AND state = 'made'",
        (to_epoch(now), int(number)),
    )
    if won:
        _audited(db, now, person, "waiting", number)
    return bool(won)


def remind(db: Database, handoff: Handoff, since: datetime, now: datetime) -> bool:
    """Note a reminder unless there was one since an instant. Inside ``db.atomic()``."""
    return bool(
        changed(
            db,
            "UPDATE handoff SET reminded_at = ? WHERE id = ? AND state = 'waiting' "
            "AND coalesce(reminded_at, 0) < ?",
            (to_epoch(now), int(handoff.id), to_epoch(since)),
        )
    )


def ticket(
    db: Database, number: HandoffId, value: str, due_at: datetime | None, person: str, now: datetime
) -> bool:
    """Store the number that the system gave; False when there is one. Inside ``db.atomic()``."""
    won = changed(
        db,
        "UPDATE handoff SET state = 'ticketed', ticket = ?, ticket_by = ?, ticket_at = ?, "
        "due_at = ? WHERE id = ? AND state <> 'ticketed'",
        (value, person, to_epoch(now), maybe_epoch(due_at), int(number)),
    )
    if won:
        _audited(db, now, person, "ticketed", number, value)
    return bool(won)


def get(db: Database, number: HandoffId) -> Handoff | None:
    """One hand-off, or None."""
    found = _many(db, "id = ?", [int(number)])
    return found[0] if found else None


def of_incident(db: Database, incident_id: IncidentId) -> list[Handoff]:
    """Hand-offs of an incident, oldest first."""
    return _many(db, "incident_id = ? ORDER BY id", [int(incident_id)])


def waiting(db: Database) -> list[Handoff]:
    """What waits for a system that is down, oldest first."""
    return _many(db, "state = 'waiting' ORDER BY id", [])


def newest(db: Database, limit: int) -> list[Handoff]:
    """The newest hand-offs."""
    return _many(db, "1 ORDER BY id DESC LIMIT ?", [limit])


def show(db: Database, number: HandoffId, place: Chat, now: datetime) -> None:
    """Want the form as a message in this place, anew where it stands; in ``db.atomic()``."""
    notices.wish(db, [place], NoticeKind.HANDOFF, int(number), now)
    changed(
        db,
        "UPDATE notice SET message_id = NULL, shown = NULL WHERE kind = 'handoff' "
        "AND subject_id = ? AND chat_id = ? AND thread_id IS ?",
        (int(number), place.id, place.thread_id),
    )


def refresh(db: Database, number: HandoffId, now: datetime) -> None:
    """Let the messages of a form that already stand be edited; inside ``db.atomic()``."""
    notices.wish(db, places(db, number), NoticeKind.HANDOFF, int(number), now)


def tell(db: Database, handoff: Handoff, day: int, text: str, now: datetime) -> None:
    """Want a new message of this day (of the office, counted from any) where the form stands.

    Inside ``db.atomic()``.
    """
    subject = int(handoff.id) * _MOST_DAYS + day % _MOST_DAYS
    notices.wish(db, places(db, handoff.id), NoticeKind.HANDOFF_NEWS, subject, now, text)


def handoff_of_news(subject_id: int) -> HandoffId:
    """The hand-off that a message of :func:`tell` is about."""
    return HandoffId(subject_id // _MOST_DAYS)


def places(db: Database, number: HandoffId) -> list[Chat]:
    """Where the form stands; before nobody who left."""
    found = rows(
        db,
        "SELECT chat_id, thread_id FROM notice WHERE kind = 'handoff' AND subject_id = ? "
        "AND error IS NOT ? ORDER BY id",
        [int(number), LEFT],
    )
    return [Chat(ChatId(row["chat_id"]), "", thread_id=row["thread_id"]) for row in found]


def dump_form(form: Form) -> str:
    """A form as JSON text."""
    return json.dumps({**asdict(form), "at": to_epoch(form.at)}, ensure_ascii=False)


def load_form(text: str) -> Form:
    """A form from its JSON text."""
    values = json.loads(text)
    return Form(**{**values, "at": from_epoch(values["at"]), "links": tuple(values["links"])})


def _audited(
    db: Database, now: datetime, actor: str, action: str, number: int, detail: str = ""
) -> None:
    audit.write(db, now, actor, f"handoff-{action}", f"handoff:{number}", detail)


def _many(db: Database, where: str, args: Iterable[object]) -> list[Handoff]:
    found = rows(db, f"SELECT * FROM handoff WHERE {where}", list(args))
    return [_handoff(row) for row in found]


def _handoff(row: Row) -> Handoff:
    return Handoff(
        id=HandoffId(row["id"]),
        incident_id=IncidentId(row["incident_id"]),
        comment_id=None if row["comment_id"] is None else CommentId(row["comment_id"]),
        system=row["system"],
        state=HandoffState(row["state"]),
        form=load_form(row["form"]),
        made_by=row["made_by"],
        made_at=from_epoch(row["made_at"]),
        due_at=maybe_from_epoch(row["due_at"]),
        ticket=row["ticket"],
        ticket_by=row["ticket_by"],
        ticket_at=maybe_from_epoch(row["ticket_at"]),
        reminded_at=maybe_from_epoch(row["reminded_at"]),
    )
