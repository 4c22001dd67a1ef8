"""What a new reading does to an incident: open, raise, wake, remind, calm down, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.records import EventKind, Incident, IncidentState, Level, Reading


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the machine is; ``calm_below`` is a score.

    ``calls``: how many people a level may call one after the other before it is forgotten.
    """

    calm_below: float
    calm_for: timedelta = timedelta(hours=3)
    forgotten_after: timedelta = timedelta(minutes=30)
    neglected_after: timedelta = timedelta(hours=4)
    calls: Mapping[Level, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a reading; ``kind`` None means: only the numbers change."""

    kind: EventKind | None
    state: IncidentState
    level: Level
    calm_since: datetime | None = None


# Seen less than this, a quiet window proves nothing: a broken source is not calm.
_SEEN_ENOUGH = 0.9


def advance(
    incident: Incident | None,
    reading: Reading,
    last_end: Incident | None,
    pace: Pace,
    attended_at: datetime | None = None,
) -> Step | None:
    """Decide what a reading does to the live incident of its topic, if there is one.

    ``last_end`` is the topic's incident that ended last, ``attended_at`` when a person last did
    something about the live one. None: nothing happens at all.
    """
    if incident is None:
        return _opening(reading, last_end, pace)
    level = reading.level
    if level.rank > incident.peak.rank:
        return Step(EventKind.RAISED, _awake(incident.state), level)
    if incident.state is IncidentState.SILENCED and _silence_is_over(incident, reading.at):
        return Step(EventKind.WOKEN, IncidentState.OPEN, level)
    calm_since = _calm_since(incident, reading, pace)
    if calm_since is not None and reading.at - calm_since >= pace.calm_for:
        return Step(EventKind.CALMED, IncidentState.RESOLVED, level, calm_since)
    if _forgotten(incident, reading, pace):
        return Step(EventKind.FORGOTTEN, incident.state, level, calm_since)
    neglected = _neglected(incident, reading, attended_at, pace)
    kind, state = (EventKind.NEGLECTED, IncidentState.OPEN) if neglected else (None, incident.state)
    return Step(kind, state, level, calm_since)


def _opening(reading: Reading, last_end: Incident | None, pace: Pace) -> Step | None:
    if reading.level is Level.NORMAL:
        return None
    # The window still holds what people just dealt with; only worse than that is news.
    if (
        last_end is not None
        and last_end.closed_at is not None
        and reading.at - last_end.closed_at < pace.calm_for
        and reading.level.rank <= last_end.peak.rank
    ):
        return None
    return Step(EventKind.OPENED, IncidentState.OPEN, reading.level)


def _awake(state: IncidentState) -> IncidentState:
    """Silence was given for the level of that moment; a higher one ends it."""
    return IncidentState.OPEN if state is IncidentState.SILENCED else state


def _silence_is_over(incident: Incident, at: datetime) -> bool:
    return incident.silenced_until is None or at >= incident.silenced_until


def _calm_since(incident: Incident, reading: Reading, pace: Pace) -> datetime | None:
    if reading.score >= pace.calm_below or reading.coverage < _SEEN_ENOUGH:
        return None
    return incident.calm_since or reading.at


def _forgotten(incident: Incident, reading: Reading, pace: Pace) -> bool:
    began = incident.reopened_at or incident.opened_at
    touched = incident.touched_at or began
    # Each reminder waits as long as all the time before it: 30 minutes, then 1, 2, 4 hours.
    pause = max(pace.forgotten_after, touched - began)
    return (
        incident.state is IncidentState.OPEN
        and incident.escalated >= pace.calls.get(reading.level, 0)
        and reading.level is not Level.NORMAL
        and reading.at - touched >= pause
    )


def _neglected(
    incident: Incident, reading: Reading, attended_at: datetime | None, pace: Pace
) -> bool:
    """Somebody took it, and has let it lie while it stays above its threshold."""
    attended = attended_at or incident.touched_at or incident.opened_at
    return (
        incident.state is IncidentState.ACKNOWLEDGED
        and reading.level is not Level.NORMAL
        and reading.at - attended >= pace.neglected_after
    )
