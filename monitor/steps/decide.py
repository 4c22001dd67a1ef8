"""Step 6: what people decide about an incident or a label, in Telegram as on the local page.

Each function checks the person's roles, asks the pure lifecycle, makes one guarded write and gives
back the short answer that the person reads. A second press changes nothing and is told who decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed, next_state
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.records import (
    CommentId,
    IncidentId,
    IncidentState,
    LabelField,
    Person,
    Sentiment,
)
from monitor.steps.answer import Answer
from monitor.steps.gate import incident_for
from monitor.steps.tools import Tools
from monitor.store import incidents, predictions


def take(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Tangani: the person holds the incident from now on."""
    return _move(db, person, incident_id, Action.ACKNOWLEDGE, now, answers.TAKEN)


def resolve(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Selesai: the incident is over."""
    return _move(db, person, incident_id, Action.RESOLVE, now, answers.RESOLVED)


def dismiss(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Bukan krisis: over, and a verdict for the thresholds."""
    return _move(db, person, incident_id, Action.DISMISS, now, answers.DISMISSED)


def silence(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    length: timedelta,
    reason: str,
    now: datetime,
) -> Answer:
    """Senyapkan: no new messages until then, unless the level rises."""
    until = now + length
    said = answers.silenced(until, tools.zone, now)
    return _move(
        db, person, incident_id, Action.SILENCE, now, said, reason=reason, silenced_until=until
    )


def _move(
    db: Database,
    person: Person,
    incident_id: IncidentId,
    action: Action,
    now: datetime,
    said: str,
    *,
    reason: str = "",
    silenced_until: datetime | None = None,
) -> Answer:
    incident = incident_for(db, person, incident_id, action)
    if isinstance(incident, Answer):
        return incident
    try:
        state, kind = next_state(incident, action)
    except Refused as refused:
        return _too_late(incident.state, refused.holder)
    moved = incidents.change(
        db,
        incident,
        kind,
        state,
        now,
        reason,
        actor=person.name,
        silenced_until=silenced_until,
    )
    if moved:
        return Answer(said, done=True)
    first = incidents.known(db, incident_id)
    return _too_late(first.state, first.holder)


def _too_late(state: IncidentState, holder: str | None) -> Answer:
    held = state is IncidentState.ACKNOWLEDGED
    return Answer(answers.already_held(holder) if held else answers.already(holder))


def label(
    db: Database,
    tools: Tools,
    person: Person,
    comment_id: CommentId,
    field: LabelField,
    value: str,
    now: datetime,
) -> Answer:
    """Salah label: keep a correction for training and let it count at once."""
    if not allowed(person.roles, Action.LABEL):
        return Answer(answers.not_allowed(roles_for(Action.LABEL)))
    known = set(Sentiment) if field is LabelField.SENTIMENT else set(tools.knowledge.taxonomy)
    if value not in known:
        return Answer(answers.STALE_BUTTON)
    try:
        predictions.add_label(db, comment_id, field, value, person.name, now)
    except Refused:
        return Answer(answers.GONE)
    if field is LabelField.SENTIMENT:
        name = answers.SENTIMENT_NAMES[Sentiment(value)]
    else:
        name = tools.issue(value).name
    return Answer(answers.labelled(name, person.name), done=True)
