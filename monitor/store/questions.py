"""Questions to agencies: one open one for an incident and agency, each decision made once.

Every change is one guarded UPDATE; the caller puts the messages that follow into the same
``db.atomic()``, so that a killed process leaves either all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import (
    Audience,
    Chat,
    ChatId,
    DraftId,
    Incident,
    IncidentId,
    NoticeKind,
    Question,
    QuestionId,
    QuestionState,
)
from monitor.store import audit, notices
from monitor.store.chats import LEFT
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    placeholders,
    rows,
    to_epoch,
)

_PATH = "\n"


@dataclass(frozen=True, slots=True)
class Asking:
    """A question to be: to whom, by which clock, in which words and until when."""

    opd: str
    kind: str
    text: str
    days: int
    due_at: datetime


def ask(
    db: Database, incident: Incident, asking: Asking, person: str, now: datetime
) -> QuestionId | None:
    """Store a question; None when one to this agency is open. Inside ``db.atomic()``."""
    fresh = changed(
        db,
        "INSERT INTO question (incident_id, opd, kind, text, state, asked_by, asked_at, due_at, "
        "days) VALUES (?, ?, ?, ?, 'asked', ?, ?, ?, ?) "
        "ON CONFLICT (incident_id, opd) WHERE state = 'asked' DO NOTHING",
        (
            int(incident.id),
            asking.opd,
            asking.kind,
            asking.text,
            person,
            to_epoch(now),
            to_epoch(asking.due_at),
            asking.days,
        ),
    )
    if not fresh:
        return None
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    _audited(db, now, person, "asked", row["id"], asking.opd)
    return QuestionId(row["id"])


def answer(
    db: Database,
    number: QuestionId,
    text: str,
    person: str,
    now: datetime,
    opd: str | None = None,
) -> bool:
    """Store the answer; False when it was answered or withdrawn, or is not this agency's any more.

    Inside ``db.atomic()``.
    """
    won = changed(
        db,
        "UPDATE question SET state = 'answered', answer = ?, answered_by = ?, answered_at = ? "
        "WHERE id = ? AND state = 'asked' AND opd = coalesce(?, opd)",
        (text, person, to_epoch(now), int(number), opd),
    )
    if won:
        _audited(db, now, person, "answered", number)
    return bool(won)


def attach(db: Database, number: QuestionId, draft_id: DraftId) -> None:
    """Remember the draft that an answer became; inside ``db.atomic()``."""
    changed(db, "UPDATE question SET draft_id = ? WHERE id = ?", (int(draft_id), int(number)))


def withdraw(db: Database, number: QuestionId, person: str, now: datetime) -> bool:
    """Take a question back; False when it is open no more. Inside ``db.atomic()``."""
    won = changed(
        db,
        "UPDATE question SET state = 'withdrawn', answered_by = ?, answered_at = ? "
        "WHERE id = ? AND state = 'asked'",
        (person, to_epoch(now), int(number)),
    )
    if won:
        _audited(db, now, person, "withdrawn", number)
    return bool(won)


def move(db: Database, question: Question, opd: str, person: str, now: datetime) -> bool:
    """Send an open question on to another agency, its clock kept.

    False when it was answered or sent on first, or that agency has an open one of this incident.
    Inside ``db.atomic()``.
    """
    won = changed(
        db,
        "UPDATE question SET opd = ?1, been = ?2, looped = 0 "
        "WHERE id = ?3 AND state = 'asked' AND opd = ?4 AND NOT EXISTS (SELECT 1 FROM question o "
        "WHERE o.incident_id = ?5 AND o.opd = ?1 AND o.state = 'asked')",
        (
            opd,
            _PATH.join((*question.been, question.opd)),
            int(question.id),
            question.opd,
            int(question.incident_id),
        ),
    )
    if won:
        _seat(db, question.id, Audience.BEFORE, (Audience.OPD,))
        _seat(db, question.id, Audience.OFFICE, (Audience.BOTH,))
        _audited(db, now, person, "moved", question.id, f"{question.opd} -> {opd}")
    return bool(won)


def stop_loop(db: Database, question: Question, opd: str, person: str, now: datetime) -> bool:
    """Note that an agency sent it back to ``opd``; False when that is known. In ``atomic()``."""
    won = changed(
        db,
        "UPDATE question SET looped = 1 "
        "WHERE id = ? AND state = 'asked' AND opd = ? AND looped = 0",
        (int(question.id), question.opd),
    )
    if won:
        _seat(db, question.id, Audience.BOTH, (Audience.OFFICE,))
        _audited(db, now, person, "looped", question.id, f"{question.opd} -> {opd}")
    return bool(won)


def hold(db: Database, question: Question) -> bool:
    """Keep everybody else from changing an open question until the end of the transaction.

    False when it is open no more. Inside ``db.atomic()``, before what is read to decide.
    """
    return bool(
        changed(
            db,
            "UPDATE question SET state = state WHERE id = ? AND state = 'asked'",
            (int(question.id),),
        )
    )


def remind(db: Database, question: Question, count: int, now: datetime) -> bool:
    """Note the reminder of this number; False when it was sent. Inside ``db.atomic()``."""
    return bool(
        changed(
            db,
            "UPDATE question SET reminded = ?1, reminded_at = ?2 "
            "WHERE id = ?3 AND state = 'asked' AND reminded < ?1 AND opd = ?4",
            (count, to_epoch(now), int(question.id), question.opd),
        )
    )


def escalate(db: Database, question: Question, now: datetime) -> bool:
    """Note that the head was told; False when that was done. Inside ``db.atomic()``."""
    won = changed(
        db,
        "UPDATE question SET escalated_at = ? "
        "WHERE id = ? AND state = 'asked' AND escalated_at IS NULL AND opd = ?",
        (to_epoch(now), int(question.id), question.opd),
    )
    if won:
        _audited(db, now, "siaga", "overdue", question.id, question.opd)
    return bool(won)


def get(db: Database, number: QuestionId) -> Question | None:
    """One question, or None."""
    found = _many(db, "id = ?", [int(number)])
    return found[0] if found else None


def waiting(db: Database, incident_id: IncidentId | None = None) -> list[Question]:
    """Open questions (of an incident), the most pressing first."""
    number = None if incident_id is None else int(incident_id)
    return _many(
        db,
        "state = 'asked' AND incident_id = coalesce(?, incident_id) ORDER BY due_at, id",
        [number],
    )


def of_incident(db: Database, incident_id: IncidentId) -> list[Question]:
    """Every question of an incident, oldest first."""
    return _many(db, "incident_id = ? ORDER BY id", [int(incident_id)])


def show(
    db: Database, number: QuestionId, places: Iterable[Chat], audience: Audience, now: datetime
) -> None:
    """Want the question as a new message in these places; inside ``db.atomic()``."""
    for place in places:
        notices.wish(db, [place], NoticeKind.QUESTION, int(number), now, audience.value)
        # An agency that gets it back would not notice an edit far above.
        changed(
            db,
            "UPDATE notice SET message_id = NULL, shown = NULL WHERE kind = 'question' "
            "AND subject_id = ? AND chat_id = ? AND thread_id IS ?",
            (int(number), place.id, place.thread_id),
        )


def refresh(db: Database, number: QuestionId, now: datetime) -> None:
    """Let the messages of a question that already stand be edited; inside ``db.atomic()``."""
    for audience in Audience:
        places = seats(db, number, audience)
        notices.wish(db, places, NoticeKind.QUESTION, int(number), now, audience.value)


def tell(
    db: Database,
    number: QuestionId,
    step: int,
    places: Iterable[Chat],
    text: str,
    now: datetime,
) -> None:
    """Want a new message about a question, once for each ``step`` (0 to 99); in ``atomic()``."""
    notices.wish(db, places, NoticeKind.QUESTION_NEWS, int(number) * 100 + step, now, text)


def question_of_news(subject_id: int) -> QuestionId:
    """The question that a message of :func:`tell` is about."""
    return QuestionId(subject_id // 100)


def seats(db: Database, number: QuestionId, *audiences: Audience) -> list[Chat]:
    """The places where the question stands before one of the audiences; of nobody who left."""
    marks = placeholders(audiences)
    found = rows(
        db,
        "SELECT chat_id, thread_id FROM notice WHERE kind = 'question' AND subject_id = ? "
        f"AND text IN ({marks}) AND error IS NOT ? ORDER BY id",
        [int(number), *(one.value for one in audiences), LEFT],
    )
    return [Chat(ChatId(row["chat_id"]), "", thread_id=row["thread_id"]) for row in found]


def unheard(db: Database) -> list[Question]:
    """Open questions whose agency's chat cannot be written to, and that the office does not see."""
    return _many(
        db,
        "state = 'asked' AND EXISTS (SELECT 1 FROM notice n WHERE n.kind = 'question' "
        "AND n.subject_id = question.id AND n.text = 'opd' AND n.state = 'failed') "
        "AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.kind = 'question' "
        "AND n.subject_id = question.id AND n.text = 'both') ORDER BY due_at, id",
        [],
    )


def _seat(
    db: Database, number: QuestionId, audience: Audience, instead_of: tuple[Audience, ...]
) -> None:
    marks = placeholders(instead_of)
    changed(
        db,
        "UPDATE notice SET text = ? WHERE kind = 'question' AND subject_id = ? "
        f"AND text IN ({marks})",
        (audience.value, int(number), *(one.value for one in instead_of)),
    )


def _audited(
    db: Database, now: datetime, actor: str, action: str, number: int, detail: str = ""
) -> None:
    audit.write(db, now, actor, f"question-{action}", f"question:{number}", detail)


def _many(db: Database, where: str, args: Iterable[object]) -> list[Question]:
    found = rows(db, f"SELECT * FROM question WHERE {where}", list(args))
    return [_question(row) for row in found]


def _question(row: Row) -> Question:
    return Question(
        id=QuestionId(row["id"]),
        incident_id=IncidentId(row["incident_id"]),
        opd=row["opd"],
        kind=row["kind"],
        text=row["text"],
        state=QuestionState(row["state"]),
        asked_by=row["asked_by"],
        asked_at=from_epoch(row["asked_at"]),
        due_at=from_epoch(row["due_at"]),
        days=row["days"],
        reminded=row["reminded"],
        escalated_at=maybe_from_epoch(row["escalated_at"]),
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_at=maybe_from_epoch(row["answered_at"]),
        draft_id=None if row["draft_id"] is None else DraftId(row["draft_id"]),
        been=tuple(filter(None, row["been"].split(_PATH))),
        looped=bool(row["looped"]),
    )
