"""Whether a message may make a sound now. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.incidents.quiet import is_quiet, silent
from monitor.records import IncidentId, Notice, NoticeKind
from monitor.steps.rendering import incident_of
from monitor.steps.tools import Tools
from monitor.store import incidents


def makes_no_sound(db: Database, tools: Tools, notice: Notice, now: datetime) -> bool:
    """Whether it arrives silently: quiet hours, and nothing that must wake somebody."""
    quiet = tools.knowledge.duty.quiet
    if not is_quiet(quiet, now, tools.zone):
        return False
    number = (
        IncidentId(notice.subject_id) if notice.kind is NoticeKind.CARD else incident_of(db, notice)
    )
    incident = incidents.get(db, number) if number is not None else None
    return silent(quiet, notice.kind, incident.level if incident else None, now, tools.zone)
