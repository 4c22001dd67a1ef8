"""What an exercise comes to in numbers; reads rows only, so it holds wherever the process died."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.drill.plan import Plan
from monitor.messages import drill as words
from monitor.records import Draft, DraftState, EventKind, Incident
from monitor.records.drill import DrillScore, Goal, Happened, Scenario, Timed
from monitor.steps import guarding
from monitor.steps.tools import Tools
from monitor.store import drafts, drills, incidents
from monitor.store.connection import from_epoch

STRETCH_SECONDS = 180
_MINUTE = 60.0
_BEFORE = timedelta(days=2)
_APPROVED = (
    DraftState.APPROVED,
    DraftState.POSTING,
    DraftState.POSTED,
    DraftState.TO_COPY,
    DraftState.UNSURE,
)


def score(
    db: Database,
    tools: Tools,
    scenario: Scenario,
    span: tuple[datetime, datetime],
    plan: Plan,
) -> DrillScore:
    """The whole exercise, from the first to the last instant of ``span``."""
    started_at, ended_at = span
    # An incident may have begun a little before the first complaint of the exercise.
    found = incidents.since(db, started_at - _BEFORE)
    urgent, unanswered = drills.urgent(db)
    seen = drills.counted(db, started_at, ended_at, STRETCH_SECONDS)
    return DrillScore(
        scenario=scenario,
        started_at=started_at,
        ended_at=ended_at,
        incidents=tuple(_timed(db, tools, incident) for incident in found),
        guard_held=_held(db, tools),
        urgent=urgent,
        urgent_unanswered=unanswered,
        replies=len(drills.posted(db)),
        comments=sum(said for said, _ in seen),
        timeline=tuple(_timeline(db, tools, scenario, found, span)),
        counts=tuple(seen),
        people=words.doing(_deeds(db)),
        speed=plan.speed,
        alone=plan.alone,
    )


def _timed(db: Database, tools: Tools, incident: Incident) -> Timed:
    events = incidents.events(db, incident.id)
    opened = incident.opened_at
    suggested = drafts.of_incident(db, incident.id)
    reached: dict[Goal, tuple[datetime, str | None]] = {}
    for event in events:
        if event.kind is EventKind.ACKNOWLEDGED:
            reached.setdefault(Goal.TAKE, (event.at, event.actor))
        if event.kind in (EventKind.RESOLVED, EventKind.DISMISSED):
            reached[Goal.RESOLVE] = (event.at, event.actor)
    if suggested:
        reached[Goal.SUGGEST] = (min(draft.proposed_at for draft in suggested), None)
    signed = _first_approved(suggested)
    if signed is not None and signed.decided_at is not None:
        reached[Goal.APPROVE] = (signed.decided_at, signed.decided_by)
    sent = drills.first_posted(db, incident.id)
    if sent is not None:
        reached[Goal.SEND] = (from_epoch(sent), None)
    minutes = {goal: _minutes(opened, at) for goal, (at, _) in reached.items()}
    minutes[Goal.APPEAR] = _minutes(incident.onset_at, opened)
    return Timed(
        topic=incident.topic,
        name=tools.issue(incident.topic).name,
        opened_at=opened,
        peak=incident.peak,
        minutes=minutes,
        by={goal: who for goal, (_, who) in reached.items() if who},
        escalations=sum(event.kind is EventKind.ESCALATED for event in events),
        overtaken=incident.parent_id is not None,
    )


def _first_approved(suggested: list[Draft]) -> Draft | None:
    signed = [(d.decided_at, d.id, d) for d in suggested if d.state in _APPROVED and d.decided_at]
    return min(signed)[2] if signed else None


def _minutes(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds() / _MINUTE)


def _held(db: Database, tools: Tools) -> int:
    """Drafts whose words, as they stand now, the guard keeps back."""
    everything = drafts.in_state(db, tuple(DraftState))
    return sum(bool(guarding.stopping(guarding.of_draft(db, tools, one))) for one in everything)


def _timeline(
    db: Database,
    tools: Tools,
    scenario: Scenario,
    found: list[Incident],
    span: tuple[datetime, datetime],
) -> list[Happened]:
    begin, end = span
    lines = [
        *(Happened(act.at, act.title) for act in scenario.acts),
        *(Happened(one.at, words.inject_line(one.kind, one.title)) for one in scenario.injects),
        *(line for incident in found for line in _of_incident(db, tools, incident, begin)),
        *_of_drafts(db, begin),
    ]
    last = _minutes(begin, end)
    return sorted((line for line in lines if line.minute <= last), key=lambda line: line.minute)


def _of_incident(
    db: Database, tools: Tools, incident: Incident, begin: datetime
) -> Iterator[Happened]:
    name = tools.issue(incident.topic).name
    for event in incidents.events(db, incident.id):
        text = words.event_line(event.kind, name, event.level)
        if text is not None:
            yield Happened(_minutes(begin, event.at), text, event.actor)


def _of_drafts(db: Database, begin: datetime) -> Iterator[Happened]:
    for row in drills.deeds(db):
        text = words.DRAFT_NAMES.get(row["action"])
        if text is not None:
            yield Happened(_minutes(begin, from_epoch(row["at"])), text, row["actor"])
    for row in drills.posted(db):
        yield Happened(_minutes(begin, from_epoch(row["at"])), words.POSTED)


def _deeds(db: Database) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in drills.deeds(db):
        word = words.did(row["action"])
        if word is not None and row["actor"] != "siaga":
            mine = found.setdefault(row["actor"], {})
            mine[word] = mine.get(word, 0) + 1
    return found
