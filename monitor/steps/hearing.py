"""Whether a message may make a sound now. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.incidents.quiet import is_quiet, silent
from monitor.records import Incident, IncidentId, Notice, NoticeKind
from monitor.steps.rendering import incident_of
from monitor.steps.tools import Tools
from monitor.store import incidents, narratives

# What can wait for weeks.
_NEVER_LOUD = (NoticeKind.DRIFT, NoticeKind.NEW_ISSUE)


def makes_no_sound(db: Database, tools: Tools, notice: Notice, now: datetime) -> bool:
    """Whether it arrives silently: quiet hours, and nothing that must wake somebody."""
    if notice.kind in _NEVER_LOUD:
        return True
    quiet = tools.knowledge.duty.quiet
    if not is_quiet(quiet, now, tools.zone):
        return False
    about = _about(db, notice)
    return silent(quiet, notice.kind, about.level if about else None, now, tools.zone)


def _about(db: Database, notice: Notice) -> Incident | None:
    """The incident that a message speaks of: for a statement, the live one of its topic."""
    if notice.kind is NoticeKind.NARRATIVE:
        statement = narratives.get(db, narratives.of_subject(notice.subject_id)[0])
        topic = statement.topic if statement else ""
        return next((one for one in incidents.live(db) if one.topic == topic), None)
    number = (
        IncidentId(notice.subject_id) if notice.kind is NoticeKind.CARD else incident_of(db, notice)
    )
    return incidents.get(db, number) if number is not None else None
