"""Who is in charge of an incident: where people sent it, what they taught, the file."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.incidents.routing import main_place, route
from monitor.records import Incident, wave_first
from monitor.steps.tools import Tools
from monitor.store import crowds, predictions, routes


def issue_of(db: Database, incident: Incident) -> str:
    """The issue of an incident; that of its text for a copy-paste wave."""
    first = wave_first(incident.topic)
    if first is None:
        return incident.topic
    text = predictions.get(db, first)
    return text.issue if text else incident.topic


def place_of(db: Database, incident: Incident) -> str | None:
    """The place that an incident is about, or None where it has no single one."""
    if wave_first(incident.topic) is not None:
        return None
    crowd = crowds.crowd(db, incident.topic, incident.counted_since)
    return main_place(crowd.places, crowd.comments)


def places_of(db: Database, incident: Incident) -> tuple[tuple[str, int], ...]:
    """The places that people name, with how many do; the most named first."""
    if wave_first(incident.topic) is not None:
        return ()
    return crowds.crowd(db, incident.topic, incident.counted_since).places


def in_charge(db: Database, tools: Tools, incident: Incident, place: str | None) -> str:
    """The short name of the agency in charge of an incident in its main place."""
    if incident.opd is not None:
        return incident.opd
    issue = issue_of(db, incident)
    return route(issue, place, tools.knowledge.routes.rules, routes.learned(db, issue))
