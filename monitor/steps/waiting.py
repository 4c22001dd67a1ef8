"""What a card says of open questions to agencies and of the clocks of hand-offs. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.messages import handoff as handoff_words
from monitor.messages.question import waiting_line
from monitor.records import Incident
from monitor.steps.office_clock import extended, system_of
from monitor.steps.tools import Tools
from monitor.store import handoffs, questions

_MOST = 3


def lines(db: Database, tools: Tools, incident: Incident, now: datetime) -> list[str]:
    """The most pressing first, as plain words."""
    asked = [
        waiting_line(question, tools.zone, now) for question in questions.waiting(db, incident.id)
    ]
    handed = [
        handoff_words.clock_line(one, system_of(tools, one), extended(tools, one), tools.zone, now)
        for one in handoffs.of_incident(db, incident.id)
    ]
    return [line for line in (*asked, *handed) if line][:_MOST]
