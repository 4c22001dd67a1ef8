"""Watches open questions: reminds the agency twice, then tells its head and the office."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.messages import question as words
from monitor.records import Audience, Chat, EventKind, Incident, Opd, Question
from monitor.steps.office_clock import on_day
from monitor.steps.routing import issue_of
from monitor.steps.tools import Tools
from monitor.store import incidents, people, questions

_OVERDUE, _OVERDUE_OFFICE, _UNHEARD = 3, 6, 7


def chase(db: Database, tools: Tools, now: datetime) -> int:
    """Do what is due for every open question; how many messages were wished for."""
    done = sum(_unheard(db, question, now) for question in questions.unheard(db))
    for question in questions.waiting(db):
        tools.boundary("chase:before-write")
        if now >= question.due_at:
            done += _escalate(db, tools, question, now)
        else:
            done += _remind(db, tools, question, now)
    return done


def reminders(tools: Tools, question: Question) -> list[datetime]:
    """When an agency is reminded: at half the time, and one working day before the end.

    Short clocks have one reminder or none: never before the next working day.
    """
    half, last = (question.days + 1) // 2, question.days - 1
    opens = tools.knowledge.routes.opens
    found = {on_day(tools, question.asked_at, days, opens) for days in (half, last) if days > 0}
    return sorted(at for at in found if question.asked_at < at < question.due_at)


def _remind(db: Database, tools: Tools, question: Question, now: datetime) -> int:
    passed = sum(at <= now for at in reminders(tools, question))
    if passed <= question.reminded:
        return 0
    places = questions.seats(db, question.id, Audience.OPD, Audience.BOTH)
    left = _days_left(tools, question, now)
    name = _issue_name(db, tools, incidents.known(db, question.incident_id))
    with db.atomic():
        if not questions.remind(db, question, passed, now):
            return 0
        text = words.reminder(question, name, left, tools.zone)
        questions.tell(db, question.id, passed, places, text, now)
    tools.boundary("chase:after-write")
    return 1


def _days_left(tools: Tools, question: Question, now: datetime) -> int:
    """Working days until the day of the end."""
    closes = tools.knowledge.routes.closes
    left = 0
    while on_day(tools, now, left, closes) < question.due_at:
        left += 1
    return left


def _escalate(db: Database, tools: Tools, question: Question, now: datetime) -> int:
    opd = tools.knowledge.routes.opd(question.opd)
    office = questions.seats(db, question.id, Audience.OFFICE, Audience.BOTH)
    incident = incidents.known(db, question.incident_id)
    text = words.overdue(question, _issue_name(db, tools, incident), opd.head, tools.zone)
    to_head = _to_head(db, question, opd)
    with db.atomic():
        if not questions.escalate(db, question, now):
            return 0
        incidents.happened(db, incident, EventKind.OVERDUE, now, question.opd)
        questions.tell(db, question.id, _OVERDUE, to_head, text, now)
        chats = {(place.id, place.thread_id): place for place in (*office, *people.chats(db))}
        told = [place for key, place in chats.items() if key not in _keys(to_head)]
        news = words.overdue_office(question, opd.head)
        questions.tell(db, question.id, _OVERDUE_OFFICE, told, news, now)
        questions.refresh(db, question.id, now)
    tools.boundary("chase:after-write")
    return 1


def _to_head(db: Database, question: Question, opd: Opd) -> list[Chat]:
    """The head's private chat if it is known to work, else the agency's chat."""
    person = people.by_name(db, people.successor(db, opd.head)) if opd.head else None
    private = people.reach(db, person) if person else None
    found = [] if private is None else [Chat(private, opd.head or "")]
    if person is not None and found and person.met and not person.unreachable:
        return found
    return [*found, *questions.seats(db, question.id, Audience.OPD)]


def _keys(places: list[Chat]) -> set[tuple[int, int | None]]:
    return {(place.id, place.thread_id) for place in places}


def _unheard(db: Database, question: Question, now: datetime) -> int:
    """The agency's chat takes no messages: the office gets the question, with every button."""
    places = [*questions.seats(db, question.id, Audience.OFFICE), *people.chats(db)]
    chats = list({(place.id, place.thread_id): place for place in places}.values())
    if not chats:
        return 0
    with db.atomic():
        # The seat is the guard: once the office has it, the question is not found again.
        if not questions.hold(db, question) or question not in questions.unheard(db):
            return 0
        questions.show(db, question.id, chats, Audience.BOTH, now)
        questions.tell(db, question.id, _UNHEARD, chats, words.unheard(question), now)
    return 1


def _issue_name(db: Database, tools: Tools, incident: Incident) -> str:
    return tools.issue(issue_of(db, incident)).name
