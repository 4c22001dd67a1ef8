"""Ends of clocks that run in the office's working days and hours."""

from __future__ import annotations

from datetime import UTC, datetime, time

from monitor.records import Handoff, System
from monitor.steps.tools import Tools


def deadline(tools: Tools, at: datetime, days: int) -> datetime:
    """The end of office hours so many working days after an instant."""
    return on_day(tools, at, days, tools.knowledge.routes.closes)


def on_day(tools: Tools, at: datetime, days: int, hour: time) -> datetime:
    """This local hour of the day that many working days after an instant."""
    day = tools.knowledge.calendar.after(at, days, tools.zone).astimezone(tools.zone).date()
    return datetime.combine(day, hour, tools.zone).astimezone(UTC)


def system_of(tools: Tools, handoff: Handoff) -> System:
    """The system of a hand-off; one that the file lost takes any number and has no clock."""
    known = tools.knowledge.systems.known.get(handoff.system)
    name = handoff.system.upper()
    return known or System(handoff.system, name, "", "", ".{1,40}", "", handoff.system, "")


def extended(tools: Tools, handoff: Handoff) -> datetime | None:
    """When the clock of a hand-off ends once it was extended, or None without an extension."""
    clock = tools.knowledge.routes.clock(system_of(tools, handoff).clock)
    if handoff.due_at is None or clock is None or not clock.extra:
        return None
    return deadline(tools, handoff.due_at, clock.extra)
