"""Step 6: questions to agencies, their answers, and the clock that runs meanwhile.

Each decision is one transaction of a guarded write and the messages that follow from it, so a
killed process leaves all of it or nothing and a second press changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import question as words
from monitor.records import (
    Audience,
    Chat,
    ChatId,
    EventKind,
    Incident,
    IncidentId,
    Notice,
    Opd,
    Person,
    Question,
    QuestionId,
    QuestionState,
    Role,
    RouteRule,
)
from monitor.replies.guard import mask_private
from monitor.steps import views
from monitor.steps.answer import Answer
from monitor.steps.follow_up import FollowUp, propose
from monitor.steps.gate import live_for
from monitor.steps.office_clock import deadline
from monitor.steps.routing import in_charge, issue_of, place_of, places_of
from monitor.steps.tools import Tools
from monitor.store import incidents, people, questions, routes
from monitor.store.questions import Asking

_ANSWERED, _LOOPED = 4, 5


def preview(
    db: Database, tools: Tools, person: Person, incident_id: IncidentId, key: str, now: datetime
) -> Message | Answer:
    """The question as it would be asked of the agency with this key (empty: the one in charge).

    A menu of agencies where none is in charge; an Answer where it is refused.
    """
    found = live_for(db, person, incident_id, Action.ASK_OPD)
    if isinstance(found, Answer):
        return found
    known = tools.knowledge.routes
    place = place_of(db, found)
    opd = known.by_key(key) if key else known.opds.get(in_charge(db, tools, found, place))
    if opd is None:
        return agencies(tools, found, 0)
    clocks = [(one, deadline(tools, now, one.days)) for one in known.clocks]
    text = _text(db, tools, found)
    return words.preview(words.Preview(found, opd, text, clocks, tools.zone))


def choose(
    db: Database, tools: Tools, person: Person, incident_id: IncidentId, page: int
) -> Message | Answer:
    """The menu of agencies to ask."""
    found = live_for(db, person, incident_id, Action.ASK_OPD)
    return found if isinstance(found, Answer) else agencies(tools, found, page)


def agencies(tools: Tools, incident: Incident, page: int) -> Message:
    """All agencies, in the order of the file."""
    opds = list(tools.knowledge.routes.opds.values())
    return words.ask_menu(incident, tools.issue(incident.topic).name, opds, page)


def ask(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    kind: str,
    key: str,
    here: Chat,
    now: datetime,
) -> Answer:
    """Send the question to the agency with this key; ``here`` is where it was asked."""
    incident = live_for(db, person, incident_id, Action.ASK_OPD)
    if isinstance(incident, Answer):
        return incident
    clock, opd = tools.knowledge.routes.clock(kind), tools.knowledge.routes.by_key(key)
    if clock is None or opd is None:
        return Answer(answers.STALE_BUTTON)
    due_at = deadline(tools, now, clock.days)
    text = _text(db, tools, incident)
    asking = Asking(opd.short, clock.key, text, clock.days, due_at)
    with db.atomic():
        number = questions.ask(db, incident, asking, person.name, now)
        if number is None:
            return Answer(words.OPEN_ALREADY)
        reason = words.asked_reason(opd.short, due_at, clock.days, tools.zone)
        incidents.happened(db, incident, EventKind.ASKED, now, reason, person.name)
        _seat(db, tools, number, opd, [here], now)
    return Answer(words.ASKED, done=True)


def _text(db: Database, tools: Tools, incident: Incident) -> str:
    examples = [tools.words.mask(one.text) for one in views.examples(db, tools, incident)]
    name = tools.issue(issue_of(db, incident)).name
    return words.question_text(incident, name, places_of(db, incident), examples)


def _seat(
    db: Database,
    tools: Tools,
    number: QuestionId,
    opd: Opd,
    office: Sequence[Chat],
    now: datetime,
) -> None:
    """Let the question stand before the agency, those that get a copy, and the office.

    Where it stands before the office already, that message is edited.
    """
    asked = _place(opd)
    if asked is None:
        everywhere = _distinct([*office, *people.chats(db)])
        questions.show(db, number, everywhere, Audience.BOTH, now)
        return
    others = [place for place in _distinct(office) if not _same(place, asked)]
    standing = questions.seats(db, number, Audience.OFFICE)
    fresh = [place for place in others if not any(_same(place, one) for one in standing)]
    questions.show(db, number, fresh, Audience.OFFICE, now)
    copies = filter(None, (_place(tools.knowledge.routes.opd(name)) for name in opd.copies))
    taken = [asked, *others]
    rest = [copy for copy in copies if not any(_same(copy, place) for place in taken)]
    questions.show(db, number, rest, Audience.COPY, now)
    # An agency's topic that is also where it was asked keeps every button.
    here = Audience.OPD if others else Audience.BOTH
    questions.show(db, number, [asked], here, now)


def _place(opd: Opd) -> Chat | None:
    return None if opd.chat is None else Chat(ChatId(opd.chat), opd.short, thread_id=opd.topic)


def _same(one: Chat, other: Chat) -> bool:
    return (one.id, one.thread_id) == (other.id, other.thread_id)


def _distinct(places: Iterable[Chat]) -> list[Chat]:
    return list({(place.id, place.thread_id): place for place in places}.values())


def may_answer(tools: Tools, person: Person, question: Question) -> Answer | None:
    """Why somebody may not answer a question or send it on; None: they may."""
    if not allowed(person.roles, Action.ANSWER):
        return Answer(answers.not_allowed(roles_for(Action.ANSWER)))
    admin = Role.ADMIN in person.roles
    if not admin and tools.knowledge.routes.named(person.opd) != question.opd:
        return Answer(words.NOT_YOUR_OPD)
    if question.state is not QuestionState.ASKED:
        return Answer(answers.already(question.answered_by))
    return None


def answerable(db: Database, tools: Tools, person: Person, number: QuestionId) -> Question | Answer:
    """The open question, if this person may answer it."""
    question = questions.get(db, number)
    if question is None:
        return Answer(answers.GONE)
    return may_answer(tools, person, question) or question


def answer(
    db: Database, tools: Tools, person: Person, number: QuestionId, text: str, now: datetime
) -> Answer:
    """Jawab: the words become the answer and a draft; personal data in them is masked."""
    question = answerable(db, tools, person, number)
    if isinstance(question, Answer):
        return question
    said = text.strip()
    if not said:
        return Answer(words.EMPTY, again=True)
    if words.too_long(said):
        return Answer(words.TOO_LONG, again=True)
    masked = mask_private(said, tools.words.mask, tools.knowledge.routes.contacts)
    tools.boundary("questions:before-answer")
    with db.atomic():
        if not questions.answer(db, number, masked, person.name, now, question.opd):
            return _not_answered(db, tools, person, number)
        _answered(db, tools, question, masked, person, now)
    return Answer(words.ANSWERED if masked == said else words.ANSWERED_MASKED, done=True)


def _not_answered(db: Database, tools: Tools, person: Person, number: QuestionId) -> Answer:
    """Why not: it was answered or withdrawn first, or is another agency's by now."""
    now_there = answerable(db, tools, person, number)
    return now_there if isinstance(now_there, Answer) else Answer(words.NOT_YOUR_OPD)


def _answered(
    db: Database, tools: Tools, question: Question, text: str, person: Person, now: datetime
) -> None:
    """The event, the draft and the messages of an answer."""
    incident = incidents.known(db, question.incident_id)
    reason = words.answer_reason(question.opd, text)
    incidents.happened(db, incident, EventKind.ANSWERED, now, reason, person.name)
    office = questions.seats(db, question.id, Audience.OFFICE, Audience.BOTH)
    follow_up = FollowUp(
        wordings=tools.knowledge.follow_ups.answer,
        values={"jawaban": text if text.endswith((".", "!", "?")) else f"{text}."},
        opd=question.opd,
        origin=f"opd:{question.id}",
        why=words.replaced(question.opd),
    )
    draft_id = propose(db, tools, incident, None, follow_up, office, now)
    if draft_id is not None:
        questions.attach(db, question.id, draft_id)
    news = words.answered_news(question, person.name, draft_id)
    questions.tell(db, question.id, _ANSWERED, office, news, now)
    questions.refresh(db, question.id, now)


def withdraw(db: Database, person: Person, number: QuestionId, now: datetime) -> Answer:
    """Batalkan: by whoever asked, or an admin."""
    question = questions.get(db, number)
    if not allowed(person.roles, Action.ASK_OPD):
        return Answer(answers.not_allowed(roles_for(Action.ASK_OPD)))
    if question is None:
        return Answer(answers.GONE)
    if question.asked_by != person.name and Role.ADMIN not in person.roles:
        return Answer(answers.only(question.asked_by))
    with db.atomic():
        if not questions.withdraw(db, number, person.name, now):
            return _decided(db, number)
        incident = incidents.known(db, question.incident_id)
        incidents.happened(db, incident, EventKind.WITHDRAWN, now, question.opd, person.name)
        questions.refresh(db, number, now)
    return Answer(words.WITHDRAWN, done=True)


def move_menu(
    db: Database, tools: Tools, person: Person, number: QuestionId, page: int
) -> Message | Answer:
    """Bukan urusan kami: whose is it?"""
    question = answerable(db, tools, person, number)
    if isinstance(question, Answer):
        return question
    if question.looped and Role.ADMIN not in person.roles:
        return Answer(words.ONLY_ADMIN_NOW)
    return words.move_menu(question, list(tools.knowledge.routes.opds.values()), page)


def move(
    db: Database, tools: Tools, person: Person, number: QuestionId, key: str, now: datetime
) -> Answer:
    """Bukan urusan kami, ke ...: the question goes on, its clock kept, and the map learns."""
    question = answerable(db, tools, person, number)
    if isinstance(question, Answer):
        return question
    opd, admin = tools.knowledge.routes.by_key(key), Role.ADMIN in person.roles
    if opd is None:
        return Answer(answers.STALE_BUTTON)
    if opd.short == question.opd:
        return Answer(words.SAME_OPD)
    if question.looped and not admin:
        return Answer(words.ONLY_ADMIN_NOW)
    tools.boundary("questions:before-move")
    if opd.short in question.been and not admin:
        return _loop(db, question, opd, person, now)
    return _move(db, tools, question, opd, person, now)


def _move(
    db: Database, tools: Tools, question: Question, opd: Opd, person: Person, now: datetime
) -> Answer:
    incident = incidents.known(db, question.incident_id)
    place, issue = place_of(db, incident), issue_of(db, incident)
    said = words.moved(question, opd.short, tools.issue(issue).name, place)
    with db.atomic():
        if not questions.move(db, question, opd.short, person.name, now):
            return _not_moved(db, question)
        routes.learn(db, RouteRule(issue, place, opd.short), person.name, now)
        routes.send(db, incident, opd.short, said, person.name, now)
        office = questions.seats(db, question.id, Audience.OFFICE)
        questions.refresh(db, question.id, now)
        _seat(db, tools, question.id, opd, office, now)
        step = min(10 + len(question.been), 99)
        questions.tell(db, question.id, step, office, answers.said(said).text, now)
    return Answer(said, done=True)


def _loop(db: Database, question: Question, opd: Opd, person: Person, now: datetime) -> Answer:
    """It was there already: the office sees every button, and an admin decides."""
    with db.atomic():
        if not questions.stop_loop(db, question, opd.short, person.name, now):
            return _decided(db, question.id)
        office = _distinct([*questions.seats(db, question.id, Audience.BOTH), *people.chats(db)])
        questions.tell(db, question.id, _LOOPED, office, words.loop_news(question, opd.short), now)
        questions.refresh(db, question.id, now)
    return Answer(words.LOOPED, done=True)


def _not_moved(db: Database, question: Question) -> Answer:
    now_there = questions.get(db, question.id)
    open_still = now_there is not None and now_there.state is QuestionState.ASKED
    if open_still and now_there is not None and now_there.opd == question.opd:
        return Answer(words.OPEN_ALREADY)
    return _decided(db, question.id)


def _decided(db: Database, number: QuestionId) -> Answer:
    now_there = questions.get(db, number)
    return Answer(answers.already(now_there.answered_by if now_there else None))


def issue_name(db: Database, tools: Tools, question: Question) -> str:
    """The name of the issue that a question is about."""
    return tools.issue(issue_of(db, incidents.known(db, question.incident_id))).name


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The living message of a question, as the audience of this place sees it."""
    question = questions.get(db, QuestionId(notice.subject_id))
    assert question is not None  # questions are never deleted
    clock = tools.knowledge.routes.clock(question.kind)
    return words.question_message(
        words.QuestionView(
            question=question,
            opd=tools.knowledge.routes.opd(question.opd),
            clock_name=clock.name if clock else question.kind,
            audience=Audience(notice.text or Audience.OFFICE),
            zone=tools.zone,
            now=now,
        )
    )


def incident_of(db: Database, notice: Notice) -> IncidentId | None:
    """The incident of a question, for the message of a question."""
    question = questions.get(db, QuestionId(notice.subject_id))
    return question.incident_id if question else None


def incident_of_news(db: Database, notice: Notice) -> IncidentId | None:
    """The same for a message about a question."""
    question = questions.get(db, questions.question_of_news(notice.subject_id))
    return question.incident_id if question else None
