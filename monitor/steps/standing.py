"""How things stand now, gathered from the store for /status and the digest. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.messages.status import Running, Standing
from monitor.records import DraftState, EventKind, Incident
from monitor.steps.calling import duty_now
from monitor.steps.tools import Tools
from monitor.steps.views import blind_sources
from monitor.store import drafts, figures, incidents

_TAKEN = (EventKind.ACKNOWLEDGED, EventKind.HANDED_OVER)
_MINUTE = timedelta(minutes=1)


def standing(db: Database, tools: Tools, now: datetime) -> Standing:
    """How things stand; what a larger incident mutes is part of that one."""
    live = [incident for incident in incidents.live(db) if incident.parent_id is None]
    return Standing(
        running=running(db, tools, live),
        drafts=len(drafts.in_state(db, [DraftState.PROPOSED])),
        questions=figures.questions_waiting(db, now),
        silent=blind_sources(db, tools, now),
        watching=len(tools.sources),
        duty=_duty(db, tools, now),
        zone=tools.zone,
        now=now,
    )


def running(db: Database, tools: Tools, found: Iterable[Incident]) -> list[Running]:
    """Incidents with their names and how long it took until somebody took them."""
    return [
        Running(incident, tools.issue(incident.topic).name, _taken_after(db, incident))
        for incident in found
    ]


def _duty(db: Database, tools: Tools, now: datetime) -> tuple[str | None, str | None] | None:
    duty = duty_now(db, tools, now)
    return (duty.petugas, duty.cadangan) if duty else None


def _taken_after(db: Database, incident: Incident) -> int | None:
    taken = [
        event.at
        for event in incidents.events(db, incident.id)
        if event.kind in _TAKEN and event.actor is not None
    ]
    return int((taken[0] - incident.opened_at) / _MINUTE) if taken else None
