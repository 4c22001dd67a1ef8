"""Step 3: judge the live windows of every topic and move incidents on.

A tick within the hour reads only the last three hours of five-minute bins, so it costs the same
with ten thousand stored comments and with ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlite_utils import Database

from monitor.incidents import Pace, Step, advance, part_of
from monitor.messages import why as words
from monitor.records import EventKind, Incident, IncidentId, IncidentState, Reading, SourceId
from monitor.spikes import WINDOWS, Baseline, Piece, Rules, onset, read_topics
from monitor.spikes.window import WindowData
from monitor.steps import coverage
from monitor.steps.budget import keep_budget, rules_now
from monitor.steps.calling import calls_by_level
from monitor.steps.learn import HOUR, hour_floor, slot, usual
from monitor.steps.merge import merge
from monitor.steps.switching import without_switch
from monitor.steps.tools import Tools
from monitor.store import attention, counts, crowds, incidents, serving, sources
from monitor.store.connection import from_epoch
from monitor.store.schema import BIN_SECONDS

_BEGAN_WITHIN: Final = timedelta(hours=6)
_BIN: Final = timedelta(seconds=BIN_SECONDS)
_BIN_HOURS: Final = _BIN / HOUR


def judge(db: Database, tools: Tools, now: datetime) -> int:
    """Read every topic and write what follows; how many incidents changed state."""
    keep_budget(db, tools, now)
    baseline = usual(db, tools, now)
    live = {incident.topic: incident for incident in incidents.live(db)}
    windows = _windows(db, tools, baseline, now)
    rules = rules_now(db, tools, now)
    attended = _attended(db, live.values())
    pace = _paces(db, tools, rules, now)
    served = serving.now_serving(db)
    switched_at = served.switched_at if served else None
    readings = read_topics(baseline, windows, now, rules, live)
    changed = 0
    # The strongest first: what rises beside it under the same posts is then part of it.
    for reading in sorted(readings.values(), key=lambda one: (-one.score, one.topic)):
        incident = live.get(reading.topic)
        last_end = None if incident else incidents.last_end(db, reading.topic)
        touched = attended.get(incident.id) if incident else None
        step = advance(incident, reading, last_end, pace(reading.topic), touched)
        rule = rules[reading.topic]
        step = without_switch(db, incident, step, reading, rule, switched_at)
        if step is None or (incident is None and _rides_along(db, live.values(), reading)):
            continue
        tools.boundary("judge:before-write")
        if _write(db, tools, baseline, incident, step, reading):
            changed += 1
            live = {incident.topic: incident for incident in incidents.live(db)}
        tools.boundary("judge:after-write")
    return changed + merge(db, tools, now)


def _rides_along(db: Database, live: Iterable[Incident], reading: Reading) -> bool:
    """Whether a topic that would open rises under the posts of a live, no weaker incident.

    People under one hot post speak of many things; that is one card with several issues, not
    several alarms.
    """
    own = crowds.posts(db, reading.topic, reading.at - reading.hours * HOUR)
    return any(
        reading.level.rank <= incident.peak.rank
        and part_of(own, crowds.posts(db, incident.topic, incident.onset_at))
        for incident in live
    )


def _write(
    db: Database,
    tools: Tools,
    baseline: Baseline,
    incident: Incident | None,
    step: Step,
    reading: Reading,
) -> bool:
    name = tools.issue(reading.topic).name
    where = [source for source, _ in _crowd_sources(db, reading)] if step.kind else []
    told = replace(reading, reason=words.why(reading, name, where))
    if incident is None:
        return incidents.open_new(db, told, _onset(db, tools, baseline, reading), told.reason)
    incidents.observe(db, incident, told, step.calm_since)
    if step.kind is None:
        return False
    return incidents.change(
        db,
        incident,
        step.kind,
        step.state,
        reading.at,
        _reason(step.kind, told, name, tools),
        level=step.level,
    )


def _attended(db: Database, live: Iterable[Incident]) -> Mapping[IncidentId, datetime]:
    """When a person last did something about what somebody holds."""
    held = [one.id for one in live if one.state is IncidentState.ACKNOWLEDGED]
    return attention.attended(db, held)


def _reason(kind: EventKind, reading: Reading, name: str, tools: Tools) -> str:
    fixed = {
        EventKind.CALMED: words.CALMED,
        EventKind.FORGOTTEN: words.FORGOTTEN,
        EventKind.WOKEN: words.WOKEN,
        EventKind.NEGLECTED: words.neglected(tools.settings.spikes.neglected_hours),
    }
    return fixed.get(kind) or words.raised(reading, name)


def _crowd_sources(db: Database, reading: Reading) -> Sequence[tuple[str, int]]:
    return crowds.crowd(db, reading.topic, reading.at - reading.hours * HOUR).sources


def _onset(db: Database, tools: Tools, baseline: Baseline, reading: Reading) -> datetime:
    """When it began: the bin from which on the most more than usual was counted."""
    since = from_epoch(counts.bin_floor(reading.at - _BEGAN_WITHIN))
    many = (counts.bin_floor(reading.at) - int(since.timestamp())) // BIN_SECONDS + 1
    counted = np.zeros(many)
    for second, _, negatives in counts.bins(db, [reading.topic], since):
        place = (second - int(since.timestamp())) // BIN_SECONDS
        if place < many:  # a platform's clock may run ahead of ours
            counted[place] += negatives
    if not counted.any():
        return reading.at - reading.hours * HOUR
    column = baseline.topics.index(reading.topic)
    rates = [baseline.rate(slot(since + i * _BIN, tools))[column] * _BIN_HOURS for i in range(many)]
    return since + onset(counted, np.array(rates)) * _BIN


def _windows(db: Database, tools: Tools, baseline: Baseline, now: datetime) -> list[WindowData]:
    stretches = reach(db, tools, baseline, now - (max(WINDOWS) + 1) * HOUR, now)
    until = from_epoch(counts.bin_floor(now) + BIN_SECONDS)
    found = []
    for hours in map(int, WINDOWS):
        since = until - hours * HOUR
        window = counts.window(db, since, until)
        found.append(
            WindowData(
                hours=hours,
                negatives={topic: count.negatives for topic, count in window.items()},
                comments={topic: count.comments for topic, count in window.items()},
                pieces=pieces(tools, baseline, stretches, since, now),
            )
        )
    return found


def reach(
    db: Database, tools: Tools, baseline: Baseline, since: datetime, now: datetime
) -> coverage.Stretches:
    """What was seen since an instant, healthy sources up to now."""
    every = {SourceId(name): tools.every(SourceId(name)) for name in baseline.sources}
    return coverage.reach_to_now(sources.coverage(db, since), every, now)


def pieces(
    tools: Tools,
    baseline: Baseline,
    stretches: coverage.Stretches,
    since: datetime,
    until: datetime,
) -> list[Piece]:
    """The clock hours of a window, each with the hours of it that were observed, by topic."""
    found, begin = [], since
    while begin < until:
        end = min(hour_floor(begin) + HOUR, until)
        by_source = coverage.seen(stretches, baseline.sources, begin, end)
        hours = baseline.coverage(by_source) * ((end - begin) / HOUR)
        found.append(Piece(slot(begin, tools), hours))
        begin = end
    return found


def _paces(
    db: Database, tools: Tools, rules: Mapping[str, Rules], now: datetime
) -> Callable[[str], Pace]:
    """How patient the machine is with an issue; what calms it follows from what opens it."""
    spikes, calls = tools.settings.spikes, calls_by_level(db, tools, now)

    def pace(topic: str) -> Pace:
        return Pace(
            calm_below=rules[topic].calm_below,
            calm_for=timedelta(hours=spikes.calm_hours),
            forgotten_after=timedelta(minutes=spikes.forgotten_minutes),
            neglected_after=timedelta(hours=spikes.neglected_hours),
            calls=calls,
        )

    return pace
