"""Step 6: hand a complaint to SP4N-LAPOR! or a request to PPID, and bring its number back.

Siaga fills the form and a person sends it: the national systems have no door for other programs.
What waits for a system that is down is a row, so it outlives restarts.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.config import Settings
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.incidents.systems import accepts, track
from monitor.messages import Message, answers
from monitor.messages import handoff as words
from monitor.messages.question import numbers
from monitor.platforms.file_mapping import load_mapping
from monitor.platforms.file_sheet import write_sheet
from monitor.records import (
    Chat,
    CommentId,
    EventKind,
    Form,
    Handoff,
    HandoffId,
    HandoffState,
    Incident,
    IncidentId,
    Notice,
    Person,
    System,
)
from monitor.steps import views
from monitor.steps.answer import Answer
from monitor.steps.follow_up import FollowUp, propose
from monitor.steps.gate import incident_for
from monitor.steps.office_clock import deadline, extended, system_of
from monitor.steps.routing import in_charge, issue_of, place_of, places_of
from monitor.steps.tools import Tools
from monitor.store import handoffs, incidents, predictions


def offer(db: Database, tools: Tools, person: Person, incident_id: IncidentId) -> Message | Answer:
    """Which system gets what."""
    # An ended one may be handed on too: its complaints are not ended by it.
    incident = incident_for(db, person, incident_id, Action.HAND_OFF)
    if isinstance(incident, Answer):
        return incident
    systems = list(tools.knowledge.systems.known.values())
    if not systems:
        return Answer(words.NO_SYSTEM)
    name = tools.issue(issue_of(db, incident)).name
    comments = [int(one.comment_id) for one in views.examples(db, tools, incident)]
    return words.choose(incident, name, systems, comments)


def make(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    key: str,
    comment_id: CommentId | None,
    here: Chat,
    now: datetime,
) -> Answer:
    """Fill the form about an incident or one of its comments; an open one is shown again."""
    incident = incident_for(db, person, incident_id, Action.HAND_OFF)
    if isinstance(incident, Answer):
        return incident
    system = tools.knowledge.systems.known.get(key)
    if system is None:
        return Answer(answers.STALE_BUTTON)
    form = _form(db, tools, incident, comment_id)
    if form is None:
        return Answer(answers.GONE)
    with db.atomic():
        number, fresh = handoffs.make(db, incident, comment_id, key, form, person.name, now)
        if fresh:
            reason = words.made_reason(system, number)
            incidents.happened(db, incident, EventKind.HANDED_OFF, now, reason, person.name)
        handoffs.show(db, number, here, now)
    return Answer(words.MADE if fresh else words.THERE_ALREADY, done=True)


def _form(
    db: Database, tools: Tools, incident: Incident, comment_id: CommentId | None
) -> Form | None:
    issue, place, at = issue_of(db, incident), place_of(db, incident), incident.onset_at
    shown = views.examples(db, tools, incident)
    about = [one.comment_id for one in shown] if comment_id is None else [comment_id]
    found = [one for number in about if (one := predictions.get(db, number)) is not None]
    if comment_id is not None:
        if not found:
            return None
        said = found[0]
        issue, place = said.issue, said.prediction.place or place
        at = said.stored.comment.created_at
    links = [one.stored.comment.permalink for one in found]
    return words.form_of(
        words.About(
            incident=incident,
            issue_name=tools.issue(issue).name,
            agency=_agency(db, tools, incident, place),
            office=tools.settings.office.name,
            place=place,
            category=tools.knowledge.systems.categories.get(issue, ""),
            counted=numbers(incident),
            examples=[tools.words.mask(one.prediction.masked) for one in found],
            links=[link for link in links if link],
            at=at,
            places=() if comment_id is not None else places_of(db, incident),
        ),
        single=comment_id is not None,
    )


def _agency(db: Database, tools: Tools, incident: Incident, place: str | None) -> str:
    return tools.knowledge.routes.opd(in_charge(db, tools, incident, place)).name


def pending(
    db: Database, tools: Tools, person: Person, number: HandoffId
) -> tuple[Handoff, System] | Answer:
    """A hand-off that has no number yet, if this person may give it one."""
    if not allowed(person.roles, Action.HAND_OFF):
        return Answer(answers.not_allowed(roles_for(Action.HAND_OFF)))
    handoff = handoffs.get(db, number)
    if handoff is None:
        return Answer(answers.GONE)
    if handoff.state is HandoffState.TICKETED:
        return Answer(words.has_ticket(handoff))
    return handoff, system_of(tools, handoff)


def wait(db: Database, tools: Tools, person: Person, number: HandoffId, now: datetime) -> Answer:
    """Sistem sedang turun: remind every morning of a working day."""
    found = pending(db, tools, person, number)
    if isinstance(found, Answer):
        return found
    with db.atomic():
        if not handoffs.wait(db, number, person.name, now):
            return Answer(words.WAITS_ALREADY)
        handoffs.refresh(db, number, now)
    return Answer(words.WAITING, done=True)


def ticket(
    db: Database, tools: Tools, person: Person, number: HandoffId, text: str, now: datetime
) -> Answer:
    """Nomor tiket: stored once; it becomes a suggested reply, and PPID's clock runs from now."""
    found = pending(db, tools, person, number)
    if isinstance(found, Answer):
        return found
    handoff, system = found
    value = " ".join(text.split()).removeprefix("#")
    # A phone or identity number is nobody's ticket, and must not come into a public reply.
    if not accepts(system, value) or tools.words.mask(value) != value:
        return Answer(words.not_a_ticket(system), again=True)
    clock = tools.knowledge.routes.clock(system.clock)
    due_at = deadline(tools, now, clock.days) if clock else None
    tools.boundary("handoff:before-ticket")
    with db.atomic():
        if not handoffs.ticket(db, number, value, due_at, person.name, now):
            return Answer(words.has_ticket(handoffs.get(db, number) or handoff))
        draft_id = _ticketed(db, tools, handoff, system, value, person, now)
    return Answer(words.numbered(draft_id), done=True)


def _ticketed(
    db: Database,
    tools: Tools,
    handoff: Handoff,
    system: System,
    value: str,
    person: Person,
    now: datetime,
) -> int | None:
    incident = incidents.known(db, handoff.incident_id)
    reason = words.ticket_reason(system, value)
    incidents.happened(db, incident, EventKind.TICKETED, now, reason, person.name)
    handoffs.refresh(db, handoff.id, now)
    follow_up = FollowUp(
        wordings=tools.knowledge.follow_ups.ticket,
        values={
            "sistem": system.name,
            "tiket": value,
            "lacak": words.tracking(track(system, value)),
        },
        opd=handoff.form.agency,
        origin=f"handoff:{handoff.id}",
        why=words.replaced(system),
    )
    places = handoffs.places(db, handoff.id)
    return propose(db, tools, incident, handoff.comment_id, follow_up, places, now)


def remind(db: Database, tools: Tools, now: datetime) -> int:
    """Every morning of a working day: what still waits for a system; how many."""
    local = now.astimezone(tools.zone)
    opens = tools.knowledge.routes.opens
    if not tools.knowledge.calendar.working(local.date()) or local.time() < opens:
        return 0
    morning = local.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)
    return sum(_remind(db, tools, handoff, morning, now) for handoff in handoffs.waiting(db))


def _remind(db: Database, tools: Tools, handoff: Handoff, morning: datetime, now: datetime) -> bool:
    tools.boundary("handoff:before-remind")
    with db.atomic():
        if not handoffs.remind(db, handoff, morning, now):
            return False
        text = words.reminder(handoff, system_of(tools, handoff))
        handoffs.tell(db, handoff, morning.toordinal(), text, now)
    return True


def export(settings: Settings, mapping_name: str, handoff: Handoff, out: Path) -> None:
    """Write a form as a spreadsheet that ``siaga import --map`` reads back.

    Raises:
        ConfigError: the mapping is missing or wrong, or the file cannot be written.
    """
    mapping = load_mapping(settings.data / "mappings" / f"{mapping_name}.toml")
    form = handoff.form
    row = {
        "id": handoff.ticket or f"siaga-{handoff.id}",
        "title": form.title,
        "text": form.content,
        "created_at": form.at.astimezone(mapping.zone).strftime("%d/%m/%Y %H:%M"),
        "category": form.category,
        "unit": form.agency,
        "status": handoff.state.value,
        "url": form.links[0] if form.links else "",
        "due": handoff.due_at.astimezone(mapping.zone).strftime("%d/%m/%Y")
        if handoff.due_at
        else "",
    }
    write_sheet(out, mapping, [row])


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The living message of a hand-off."""
    handoff = handoffs.get(db, HandoffId(notice.subject_id))
    assert handoff is not None  # hand-offs are never deleted
    system = system_of(tools, handoff)
    link = track(system, handoff.ticket or "") if handoff.ticket else ""
    until = extended(tools, handoff)
    view = words.HandoffView(handoff, system, tools.zone, now, link, until)
    return words.handoff_message(view)


def incident_of(db: Database, notice: Notice) -> IncidentId | None:
    """The incident of a hand-off, for the message of its form."""
    return _incident_id(db, HandoffId(notice.subject_id))


def incident_of_news(db: Database, notice: Notice) -> IncidentId | None:
    """The same for a message about it."""
    return _incident_id(db, handoffs.handoff_of_news(notice.subject_id))


def _incident_id(db: Database, number: HandoffId) -> IncidentId | None:
    handoff = handoffs.get(db, number)
    return handoff.incident_id if handoff else None
