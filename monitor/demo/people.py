"""What the invented office does during the week: presses the same buttons as anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.messages import demo as words
from monitor.records import (
    Draft,
    DraftState,
    Incident,
    IncidentState,
    LabelField,
    Person,
    PersonId,
    Role,
    Sentiment,
)
from monitor.steps import decide, decide_drafts
from monitor.steps.tools import Tools
from monitor.steps.views import examples
from monitor.store import drafts, incidents

ON_DUTY = Person(PersonId(1), "Rina (humas)", frozenset({Role.HUMAS}))
ADMIN = Person(PersonId(2), "Arif (admin)", frozenset({Role.ADMIN}))
SECOND = Person(PersonId(4), "Maya (admin)", frozenset({Role.ADMIN}))
TRAINER = Person(PersonId(3), "Tia (pelatih)", frozenset({Role.TRAINER}))

_TAKES_AFTER = timedelta(minutes=12)
_ANSWERS_AFTER = timedelta(minutes=25)
FLOOD = "banjir_bencana"


def press(db: Database, tools: Tools, now: datetime) -> None:
    """Do what people would do now; the last incident of the week is left to the viewer."""
    for incident in incidents.live(db):
        if incident.topic != FLOOD:
            continue
        open_for = now - incident.opened_at
        if incident.state is IncidentState.OPEN and open_for >= _TAKES_AFTER:
            decide.take(db, ON_DUTY, incident.id, now)
        elif incident.holder and open_for >= _ANSWERS_AFTER:
            _answer(db, tools, incident, now)


def _approve(db: Database, tools: Tools, draft: Draft, now: datetime) -> None:
    """At Awas two must sign; where one is enough the second press changes nothing."""
    for person in (ADMIN, SECOND):
        decide_drafts.approve(db, tools, person, draft.id, now)


def _answer(db: Database, tools: Tools, incident: Incident, now: datetime) -> None:
    waiting = [d for d in drafts.of_incident(db, incident.id) if d.state is DraftState.PROPOSED]
    if len(waiting) < tools.settings.replies.per_incident:
        return
    first, second, third = waiting[:3]
    _approve(db, tools, first, now)
    decide_drafts.rewrite(db, tools, ADMIN, second.id, words.EDITED_REPLY, now)
    _approve(db, tools, second, now)
    decide_drafts.reject(db, ADMIN, third.id, now)
    shown = examples(db, tools, incident)
    if shown:
        decide.label(
            db,
            tools,
            TRAINER,
            shown[-1].comment_id,
            LabelField.SENTIMENT,
            Sentiment.NETRAL.value,
            now,
        )
