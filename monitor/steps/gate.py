"""What every press on an incident asks first: may this person, and is the incident there."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.records import Incident, IncidentId, Person
from monitor.steps.answer import Answer
from monitor.store import incidents


def incident_for(
    db: Database, person: Person, incident_id: IncidentId, action: Action
) -> Incident | Answer:
    """The incident, live or ended, or why this person gets none."""
    if not allowed(person.roles, action):
        return Answer(answers.not_allowed(roles_for(action)))
    return incidents.get(db, incident_id) or Answer(answers.GONE)


def live_for(
    db: Database, person: Person, incident_id: IncidentId, action: Action
) -> Incident | Answer:
    """The same for what only a live incident allows."""
    found = incident_for(db, person, incident_id, action)
    if isinstance(found, Incident) and found.state.ended:
        return Answer(answers.already(found.holder))
    return found
