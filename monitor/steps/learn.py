"""What is usual, learned from the stored hours; the same rows always give the same state.

An hour is learned six hours after its end. The state after it is kept in the store, so a tick
learns what is new only; when an older hour changes, the store drops the states that hold it and
learning goes on from the last one before. Learning everything anew gives the same to the bit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from monitor.records import SourceId
from monitor.spikes import Baseline, Hour, State, baseline_of, learn_hour
from monitor.spikes.replay import LATE_HOURS
from monitor.spikes.state import Floats
from monitor.steps import coverage
from monitor.steps.tools import Tools, log
from monitor.store import counts, incidents, intake, learned, sources
from monitor.store.connection import from_epoch

HOUR: Final = timedelta(hours=1)
_SECONDS = 3600
_REMEMBERED: Final = timedelta(days=370)
# So long an incident may keep its hours from being learned; after that it is the new normal.
_CONFIRMED_MOST: Final = timedelta(hours=48)


def hour_floor(at: datetime) -> datetime:
    """The clock hour of an instant."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def slot(at: datetime, tools: Tools) -> int:
    """The hour of the office's week, 0 (Monday, midnight) to 167; a holiday is a Sunday."""
    return tools.knowledge.calendar.slot(at, tools.zone)


def watched(db: Database, tools: Tools) -> tuple[SourceId, ...]:
    """Sources whose silence makes blind: those that are polled; all there are if none is."""
    polled = sorted(tools.sources)
    # What people hand in comes when they do: it is no account that could be watched.
    there = (status.id for status in sources.every(db) if status.platform != intake.PLATFORM)
    return tuple(polled or sorted(there))


def usual(db: Database, tools: Tools, now: datetime) -> Baseline:
    """What is usual in the running hour."""
    return baseline_of(learned_state(db, tools, now))


def learned_state(db: Database, tools: Tools, now: datetime) -> State:
    """The state after all hours that ended at least six hours ago; kept in the store."""
    until = hour_floor(now) - LATE_HOURS * HOUR
    names = watched(db, tools)
    begin = first_known(db, names, until)
    holidays = sorted(day.isoformat() for day in tools.knowledge.calendar.holidays)
    about = json.dumps([tools.topics, names, int(begin.timestamp()), str(tools.zone), holidays])
    state = State.empty(tools.topics, names)
    found = learned.newest(db, about)
    if found is not None and found[0] <= until.timestamp():
        try:
            begin, state = from_epoch(found[0]), State.from_bytes(found[1])
        except ValueError as error:
            # It is but a copy of what the hours teach: learn them again.
            log.warning("learned: %s: %s", from_epoch(found[0]).isoformat(), error)
    if begin >= until:
        return state
    for end, hour in hours(db, tools, state.sources, begin, until):
        learn_hour(state, hour)
        # One state a day stays, to go back to when an older hour changes.
        if end.hour == 0 and until - end < timedelta(days=10):
            learned.keep(db, int(end.timestamp()), about, state.to_bytes())
    learned.keep(db, int(until.timestamp()), about, state.to_bytes())
    return state


def first_known(db: Database, names: Sequence[SourceId], until: datetime) -> datetime:
    """The clock hour with which learning begins: the first that was watched or holds a comment.

    What lies more than a year back has long been forgotten. The limit moves by months only, and
    when it does all is learned anew from there.
    """
    known = (sources.first_covered(db, names), counts.first_hour(db))
    first = min((second for second in known if second is not None), default=until.timestamp())
    limit = (until - _REMEMBERED).replace(day=1, hour=0)
    return min(until, max(limit, hour_floor(from_epoch(int(first)))))


def hours(
    db: Database, tools: Tools, names: Sequence[str], since: datetime, until: datetime
) -> Iterator[tuple[datetime, Hour]]:
    """Clock hours in [since, until) in order, each with its end."""
    many = round((until - since) / HOUR)
    edges = np.asarray(since.timestamp() + _SECONDS * np.arange(many + 1), dtype=np.float64)
    seen = coverage.by_hour(sources.coverage(db, since), names, edges)
    left_out = _confirmed(db, tools.topics, edges)
    by_hour = _by_hour(db, since, until)
    for i in range(many):
        at = since + i * HOUR
        negatives, comments, others = _counted(by_hour.get(int(edges[i]), ()), tools.topics, names)
        yield (
            at + HOUR,
            Hour(slot(at, tools), negatives, comments, seen[i], left_out[i], others),
        )


def _by_hour(
    db: Database, since: datetime, until: datetime
) -> Mapping[int, Sequence[counts.HourlyRow]]:
    found: dict[int, list[counts.HourlyRow]] = {}
    for row in counts.hourly(db, since, until):
        found.setdefault(row.hour, []).append(row)
    return found


def _counted(
    rows: Sequence[counts.HourlyRow], topics: Sequence[str], names: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Negatives, comments by watched source, and comments of all other sources."""
    column = {topic: i for i, topic in enumerate(topics)}
    line = {name: i for i, name in enumerate(names)}
    negatives, others = np.zeros(len(topics)), np.zeros(len(topics))
    comments = np.zeros((len(names), len(topics)))
    for row in rows:
        if row.topic not in column:
            continue
        negatives[column[row.topic]] += row.negatives
        if row.source_id in line:
            comments[line[row.source_id], column[row.topic]] += row.comments
        else:
            others[column[row.topic]] += row.comments
    return negatives, comments, others


def _confirmed(db: Database, topics: Sequence[str], edges: Floats) -> NDArray[np.bool_]:
    """Hours of incidents that people took for real, (hours, topics): they teach no normal."""
    column = {topic: i for i, topic in enumerate(topics)}
    mask = np.zeros((len(edges) - 1, len(topics)), np.bool_)
    for incident in incidents.confirmed(db, from_epoch(int(edges[0])) - _CONFIRMED_MOST):
        if incident.topic not in column:
            continue
        last = incident.onset_at + _CONFIRMED_MOST
        end = min(incident.closed_at or last, last).timestamp()
        touched = (edges[1:] > incident.onset_at.timestamp()) & (edges[:-1] < end)
        mask[touched, column[incident.topic]] = True
    return mask
