"""Step 3, after judging: call people, one after the other, for what nobody takes.

Which step was taken is a number of the incident's row, moved by a guarded update together with the
event, the calls and the private messages. So a tick that comes late or twice, and a start after a
crash, neither skip a step nor repeat one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.incidents import Action
from monitor.incidents.escalation import CallStep, due_step, waiting_since
from monitor.incidents.quiet import waited
from monitor.messages import escalation
from monitor.records import Callee, Event, Incident, IncidentId, IncidentState, Level, Person
from monitor.steps.answer import Answer
from monitor.steps.calling import callees, steps_now
from monitor.steps.gate import live_for
from monitor.steps.tools import Tools
from monitor.store import calls, incidents

# Where a process may die. Not written as words in the call: a crash here is tried in
# tests/test_steps_escalate.py, for a rota with people is no part of the way that test_crash walks.
BEFORE, AFTER = "escalate:before-write", "escalate:after-write"


def escalate(db: Database, tools: Tools, now: datetime) -> int:
    """Take the steps that are due; how many incidents were called for."""
    waiting = [
        incident
        for incident in incidents.live(db)
        if incident.state is IncidentState.OPEN and incident.parent_id is None
    ]
    steps = {level: steps_now(db, tools, level, now) for level in {one.level for one in waiting}}
    return sum(_follow(db, tools, one, steps[one.level], now) for one in waiting)


def _follow(
    db: Database, tools: Tools, incident: Incident, steps: Sequence[CallStep], now: datetime
) -> bool:
    if incident.escalated >= len(steps):
        return False
    since = waiting_since(incidents.events(db, incident.id)) or incident.opened_at
    waiting = _waited(tools, incident, since, now)
    index = due_step(steps, incident.escalated, waiting, _rested(db, tools, incident, since, now))
    if index is None:
        return False
    who, taken = _next(db, tools, steps, index, now)
    return _write(db, tools, incident, taken, who, now, escalation.reason(who, waiting))


def _waited(tools: Tools, incident: Incident, since: datetime, now: datetime) -> timedelta:
    return waited(tools.knowledge.duty.quiet, incident.level, since, now, tools.zone)


def _rested(
    db: Database, tools: Tools, incident: Incident, since: datetime, now: datetime
) -> timedelta | None:
    """How long ago the last call was; None lets the next be made at once."""
    before = [call for call in calls.of_incident(db, incident.id) if call.at >= since]
    if not incident.escalated or not before or calls.missed(db, before[-1].event_id):
        return None
    return _waited(tools, incident, before[-1].at, now)


def _next(
    db: Database,
    tools: Tools,
    steps: Sequence[CallStep],
    index: int,
    now: datetime,
    but: str | None = None,
) -> tuple[list[Callee], int]:
    """Whom the step calls, and how many steps are taken then: who is not there is passed over."""
    who: list[Callee] = []
    for taken, step in enumerate(steps[index:], index + 1):
        found = callees(db, tools, step.rung, now)
        who += [one for one in found if one.person != but]
        if any(one.skipped is None for one in who):
            return who, taken
    return who, len(steps)


def _write(
    db: Database,
    tools: Tools,
    incident: Incident,
    taken: int,
    who: Sequence[Callee],
    now: datetime,
    reason: str,
    actor: str | None = None,
) -> bool:
    tools.boundary(BEFORE)
    moved = calls.take_step(db, incident, taken, who, now, reason, actor)
    tools.boundary(AFTER)
    return moved


def escalate_now(
    db: Database, tools: Tools, person: Person, incident_id: IncidentId, now: datetime
) -> Answer:
    """Panggil atasan: take the next step at once, whoever holds the incident."""
    incident = live_for(db, person, incident_id, Action.ESCALATE)
    if isinstance(incident, Answer):
        return incident
    return _call_next(db, tools, person.name, incident, now)


def _call_next(db: Database, tools: Tools, actor: str, incident: Incident, now: datetime) -> Answer:
    level = incident.level if incident.level is not Level.NORMAL else incident.peak
    steps = steps_now(db, tools, level, now)
    if not steps:
        return Answer(escalation.NO_CHAIN)
    who, taken = _next(db, tools, steps, incident.escalated, now, but=actor)
    named = escalation.named(who)
    if not named:
        return Answer(escalation.NOBODY_LEFT)
    reason = escalation.asked_reason(actor, who)
    if not _write(db, tools, incident, taken, who, now, reason, actor):
        return Answer(escalation.JUST_CALLED)
    return Answer(escalation.calling(named), done=True)


def waited_at(db: Database, incident: Incident, call: Event) -> timedelta:
    """How long an incident had waited for somebody when it was called, on the wall clock."""
    # By number: somebody may have taken it within the second of the call.
    before = [event for event in incidents.events(db, incident.id) if event.id < call.id]
    return call.at - (waiting_since(before) or incident.opened_at)
