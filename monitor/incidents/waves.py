"""Copy-paste waves as incidents of their own: when they began, their level, when they are over.

A wave is one text that many accounts repeat. It tells nothing about how many people are of that
mind, so it is judged by accounts alone and never touches the incident of its issue.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.incidents.advance import Pace, Step, advance
from monitor.records import Incident, Level, Reading


@dataclass(frozen=True, slots=True)
class WaveRules:
    """From so many accounts on a wave has a level; ``quiet`` without a new copy ends it."""

    at_least: int
    siaga: int
    awas: int
    quiet: timedelta
    forgotten_after: timedelta
    neglected_after: timedelta = timedelta(hours=4)
    calls: Mapping[Level, int] = field(default_factory=dict)

    def level(self, accounts: int) -> Level:
        """The level of a wave that was seen; copies that vanish do not take it back to normal."""
        if accounts >= self.awas:
            return Level.AWAS
        return Level.SIAGA if accounts >= self.siaga else Level.WASPADA


def wave_began(instants: Iterable[datetime], gap: timedelta) -> datetime | None:
    """The first instant of the run that ends with the newest one; None when there is none.

    ``instants`` come newest first; two that lie further apart than ``gap`` are of two waves.
    """
    began: datetime | None = None
    for at in instants:
        if began is not None and began - at > gap:
            break
        began = at
    return began


def advance_wave(
    incident: Incident | None,
    reading: Reading,
    last_copy_at: datetime | None,
    last_end: Incident | None,
    rules: WaveRules,
    attended_at: datetime | None = None,
) -> Step | None:
    """Decide what new numbers do to a wave: open, raise, wake, remind, end, or nothing.

    A wave is calm from its last copy on, or from when people opened it again; ``last_copy_at``
    None: no copy stands, nothing newer is known than what the incident says.
    """
    pace = Pace(math.inf, rules.quiet, rules.forgotten_after, rules.neglected_after, rules.calls)
    if incident is not None:
        calm_since = last_copy_at or incident.calm_since
        if calm_since is not None and incident.reopened_at is not None:
            calm_since = max(calm_since, incident.reopened_at)
        incident = replace(incident, calm_since=calm_since)
    return advance(incident, reading, last_end, pace, attended_at)
