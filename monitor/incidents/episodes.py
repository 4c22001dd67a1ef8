"""What the rules would have done with a topic's scores of a stretch of time: its episodes.

The same way that ``advance`` goes with live readings: open above Normal, rise, end after calm
hours, and no second alert for what has just ended unless it is worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.records import Level


@dataclass(frozen=True, slots=True)
class Moment:
    """A topic's score at an instant with the numbers of its most surprising window.

    ``most``: negatives of its longest window.
    """

    at: datetime
    score: float
    level: Level
    observed: int
    expected: float
    hours: float
    most: int


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert: from its opening until it calmed down (None: it still ran at the end).

    ``first`` is what opened it, ``worst`` the moment of its highest score.
    """

    topic: str
    opened_at: datetime
    closed_at: datetime | None
    peak: Level
    first: Moment
    worst: Moment


def episodes(
    topic: str,
    moments: Iterable[Moment],
    calm_below: float,
    calm_for: timedelta,
    until: datetime,
) -> list[Episode]:
    """The episodes of a topic; ``moments`` in order of time, a missing one scores 0."""
    found: list[Episode] = []
    running: Episode | None = None
    loud = datetime.min.replace(tzinfo=until.tzinfo)  # when it was last not calm
    for moment in moments:
        if running is not None and moment.at - loud >= calm_for:
            found.append(replace(running, closed_at=loud + calm_for))
            running = None
        if moment.score >= calm_below:
            loud = moment.at
        if running is not None:
            running = _grown(running, moment)
        elif moment.level is not Level.NORMAL and not _held(found, moment, calm_for):
            running = Episode(topic, moment.at, None, moment.level, moment, moment)
    if running is not None:
        over = until - loud >= calm_for
        found.append(replace(running, closed_at=loud + calm_for if over else None))
    return found


def _grown(running: Episode, moment: Moment) -> Episode:
    peak = max(running.peak, moment.level, key=lambda level: level.rank)
    worst = max(running.worst, moment, key=lambda one: one.score)
    return replace(running, peak=peak, worst=worst)


def _held(found: list[Episode], moment: Moment, calm_for: timedelta) -> bool:
    """Whether it is but what has just ended."""
    ended = [(one.closed_at, one.peak) for one in found[-1:] if one.closed_at is not None]
    return any(moment.at - at < calm_for and moment.level.rank <= peak.rank for at, peak in ended)
