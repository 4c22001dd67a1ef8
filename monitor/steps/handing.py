"""Step 6: handing an incident over to a colleague, and opening an ended one again.

Beside ``decide``: the same roles, one guarded write, one short answer. What both people read is
wished in the same transaction, so nobody holds an incident without having been told.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed, next_state
from monitor.incidents.lifecycle import REOPEN_WITHIN, may_reopen
from monitor.messages import answers
from monitor.messages import handing as words
from monitor.records import Incident, IncidentId, Person, PersonId
from monitor.steps.answer import Answer
from monitor.steps.gate import incident_for, live_for
from monitor.steps.tools import Tools
from monitor.store import incidents, people


def colleagues(db: Database, incident: Incident) -> list[Person]:
    """Who may take an incident over: active, of a fitting role, and not who holds it."""
    return [
        one
        for one in people.every(db)
        if one.active and allowed(one.roles, Action.ACKNOWLEDGE) and one.name != incident.holder
    ]


def offer(
    db: Database, person: Person, incident_id: IncidentId
) -> tuple[Incident, list[Person]] | Answer:
    """The incident and who may take it over, or why it cannot be handed over."""
    incident = live_for(db, person, incident_id, Action.HAND_OVER)
    if isinstance(incident, Answer):
        return incident
    found = colleagues(db, incident)
    return (incident, found) if found else Answer(words.NOBODY)


def hand_over(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    taker_id: PersonId,
    now: datetime,
) -> Answer:
    """Serahkan: the chosen colleague holds it from now on, and both are told."""
    offered = offer(db, person, incident_id)
    if isinstance(offered, Answer):
        return offered
    incident, fitting = offered
    taker = next((one for one in fitting if one.id == taker_id), None)
    if taker is None:
        return _no_taker(db, incident, taker_id)
    giver = incident.holder or person.name
    state, kind = next_state(incident, Action.HAND_OVER)
    with db.atomic():
        moved = incidents.change(
            db,
            incident,
            kind,
            state,
            now,
            words.handed(giver, taker.name),
            actor=person.name,
            holder=taker.name,
        )
        if moved:
            _tell(db, tools, person, incident, taker, now)
    if moved:
        return Answer(words.given(taker.name), done=True)
    return _meanwhile(db, incident_id)


def _no_taker(db: Database, incident: Incident, taker_id: PersonId) -> Answer:
    holds = any(one.id == taker_id and one.name == incident.holder for one in people.every(db))
    return Answer(answers.already_held(incident.holder) if holds else words.NOT_ANY_MORE)


def _meanwhile(db: Database, incident_id: IncidentId) -> Answer:
    first = incidents.known(db, incident_id)
    said = answers.already if first.state.ended else answers.already_held
    return Answer(said(first.holder))


def _tell(
    db: Database, tools: Tools, person: Person, incident: Incident, taker: Person, now: datetime
) -> None:
    """A private note to whoever is concerned and did not press the button."""
    name = tools.issue(incident.topic).name
    if taker.name != person.name:
        note = words.note_to_taker(incident, name, person.name, tools.zone, now)
        _write_to(db, taker, note, now)
    before = people.by_name(db, incident.holder) if incident.holder else None
    if before is not None and before.name != person.name:
        _write_to(db, before, words.note_to_giver(incident, name, taker.name), now)


def _write_to(db: Database, whom: Person, note: str, now: datetime) -> None:
    chat_id = people.reach(db, whom)
    if chat_id is not None:
        people.tell(db, chat_id, note, now)


def reopen(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Buka lagi: an ended incident is open again, unless its issue has another by now."""
    incident = incident_for(db, person, incident_id, Action.REOPEN)
    if isinstance(incident, Answer):
        return incident
    try:
        recent = may_reopen(incident, now)
    except Refused as refused:
        return Answer(words.still_runs(refused.holder))
    if not recent:
        return Answer(words.too_old(REOPEN_WITHIN.days))
    if incidents.reopen(db, incident, now, words.REOPEN_REASON, person.name):
        return Answer(words.REOPENED, done=True)
    return _stays_over(db, incident)


def _stays_over(db: Database, incident: Incident) -> Answer:
    """Why it was not opened: this very one lives already, or another one of its issue."""
    live = next((one for one in incidents.live(db) if one.topic == incident.topic), None)
    if live is None or live.id == incident.id:
        return Answer(words.still_runs(live.holder if live else None))
    return Answer(words.another_lives(int(live.id)))
