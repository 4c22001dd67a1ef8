"""Step 3: judge the live windows of every topic and move incidents on.

The baseline is learned anew when the clock hour turns, from hourly counts alone; a tick within the
hour reads only the last three hours of five-minute bins, so it costs the same with ten thousand
stored comments and with ten million.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlite_utils import Database

from monitor.incidents import Pace, Step, advance
from monitor.messages import why as words
from monitor.records import EventKind, Incident, Reading, SourceId
from monitor.spikes import WINDOWS, Baseline, Piece, learn, read_topics
from monitor.spikes.window import WindowData
from monitor.steps import coverage
from monitor.steps.tools import Tools
from monitor.store import counts, crowds, incidents, sources
from monitor.store.schema import BIN_SECONDS

HOUR = timedelta(hours=1)
# An hour is learned six hours late: by then its comments have come and people have spoken.
LEARN_LATE = timedelta(hours=6)
# So large a share of a topic's negatives under another incident's posts makes it part of that one.
SAME_POSTS = 0.6


@dataclass(frozen=True, slots=True)
class Normal:
    """The baseline of the running hour and each active source's share of all comments."""

    baseline: Baseline
    weights: Mapping[SourceId, float]


def judge(db: Database, tools: Tools, now: datetime) -> int:
    """Read every topic and write what follows; how many incidents changed state."""
    normal = learned_normal(db, tools, now)
    readings = read_topics(
        normal.baseline, _windows(db, tools, normal, now), now, tools.settings.spikes.rules
    )
    live = {incident.topic: incident for incident in incidents.live(db)}
    pace, changed = _pace(tools), 0
    # The strongest first: what rises beside it under the same posts is then part of it.
    for reading in sorted(readings.values(), key=lambda one: (-one.score, one.topic)):
        incident = live.get(reading.topic)
        last_end = None if incident else incidents.last_end(db, reading.topic)
        step = advance(incident, reading, last_end, pace)
        if step is None or (incident is None and _rides_along(db, live.values(), reading)):
            continue
        tools.boundary("judge:before-write")
        if _write(db, tools, incident, step, reading):
            changed += 1
            live = {incident.topic: incident for incident in incidents.live(db)}
        tools.boundary("judge:after-write")
    return changed


def _rides_along(db: Database, live: Iterable[Incident], reading: Reading) -> bool:
    """Whether a topic that would open rises under the posts of a live, no weaker incident.

    People under one hot post speak of many things; that is one card with several issues, not
    several alarms.
    """
    own = crowds.posts(db, reading.topic, reading.at - reading.hours * HOUR)
    for incident in live:
        if reading.level.rank > incident.peak.rank:
            continue
        shared = crowds.posts(db, incident.topic, incident.onset_at)
        together = sum(count for post, count in own.items() if post in shared)
        stronger = sum(shared[post] for post in own if post in shared)
        if together >= SAME_POSTS * sum(own.values()) and stronger >= together > 0:
            return True
    return False


def _write(
    db: Database, tools: Tools, incident: Incident | None, step: Step, reading: Reading
) -> bool:
    name = tools.issue(reading.topic).name
    where = [source for source, _ in _crowd_sources(db, reading)] if step.kind else []
    told = replace(reading, reason=words.why(reading, name, where))
    if incident is None:
        return incidents.open_new(db, told, _onset(db, reading), told.reason)
    incidents.observe(db, incident, told, step.calm_since)
    if step.kind is None:
        return False
    return incidents.change(
        db,
        incident,
        step.kind,
        step.state,
        reading.at,
        _reason(step.kind, told, name),
        level=step.level,
    )


def _reason(kind: EventKind, reading: Reading, name: str) -> str:
    fixed = {
        EventKind.CALMED: words.CALMED,
        EventKind.FORGOTTEN: words.FORGOTTEN,
        EventKind.WOKEN: words.WOKEN,
    }
    return fixed.get(kind) or words.raised(reading, name)


def _crowd_sources(db: Database, reading: Reading) -> Sequence[tuple[str, int]]:
    return crowds.crowd(db, reading.topic, reading.at - reading.hours * HOUR).sources


def _onset(db: Database, reading: Reading) -> datetime:
    """The first five minutes of the window that hold a negative."""
    since = reading.at - reading.hours * HOUR
    first = counts.first_negative_bin(db, reading.topic, since)
    return since if first is None else datetime.fromtimestamp(first, UTC)


def learned_normal(db: Database, tools: Tools, now: datetime) -> Normal:
    """The baseline of the running hour, learned once when the hour turns."""
    hour = _hour_floor(now)
    kept = counts.baseline(db, int(hour.timestamp()))
    if kept is not None:
        values = json.loads(kept)
        # After a change of the taxonomy or of the sources the hour is learned anew.
        if values["for"] == _learned_for(tools):
            return Normal(Baseline.from_json(values["baseline"]), values["weights"])
    normal = learn_normal(db, tools, now)
    body = {
        "for": _learned_for(tools),
        "baseline": normal.baseline.to_json(),
        "weights": dict(normal.weights),
    }
    counts.keep_baseline(db, int(hour.timestamp()), json.dumps(body))
    return normal


def _learned_for(tools: Tools) -> list[list[str]]:
    return [list(tools.topics), sorted(tools.sources)]


def learn_normal(db: Database, tools: Tools, now: datetime) -> Normal:
    """Learn what is usual from the stored hours; the same rows always give the same answer."""
    until = _hour_floor(now) - LEARN_LATE
    since = until - timedelta(days=tools.settings.spikes.baseline_days)
    stretches = sources.coverage(db, since)
    weights = _active(tools, counts.source_weights(db, since))
    topics = tools.topics
    column = {topic: i for i, topic in enumerate(topics)}
    hours = round((until - since) / HOUR)
    negatives, everything = np.zeros((hours, len(topics))), np.zeros((hours, len(topics)))
    for row in counts.hourly(db, since, until):
        if row.topic in column:
            at = round((row.hour - since.timestamp()) / 3600)
            negatives[at, column[row.topic]] = row.negatives
            everything[at, column[row.topic]] = row.comments
    seen = [
        coverage.seen(stretches, weights, since + i * HOUR, since + (i + 1) * HOUR)
        for i in range(hours)
    ]
    first = slot(since, tools)
    return Normal(learn(topics, negatives, everything, first, seen), weights)


def _active(tools: Tools, weights: Mapping[SourceId, float]) -> Mapping[SourceId, float]:
    """Weights of the sources that are polled; of all there are when none is (imports only)."""
    active = {source_id: w for source_id, w in weights.items() if source_id in tools.sources}
    if not active:
        return weights
    if sum(active.values()) <= 0:
        return dict.fromkeys(active, 1 / len(active))
    return active


def _windows(db: Database, tools: Tools, normal: Normal, now: datetime) -> list[WindowData]:
    longest = max(hours for hours, _ in WINDOWS)
    every = {source_id: tools.every(source_id) for source_id in normal.weights}
    known = sources.coverage(db, now - (longest + 1) * HOUR)
    stretches = coverage.reach_to_now(known, every, now)
    until = datetime.fromtimestamp(counts.bin_floor(now) + BIN_SECONDS, UTC)
    found = []
    for hours, scale in WINDOWS:
        since = until - hours * HOUR
        window = counts.window(db, since, until)
        found.append(
            WindowData(
                hours=hours,
                scale=scale,
                negatives={topic: count.negatives for topic, count in window.items()},
                comments={topic: count.comments for topic, count in window.items()},
                pieces=_pieces(tools, normal, stretches, since, now),
            )
        )
    return found


def _pieces(
    tools: Tools,
    normal: Normal,
    stretches: coverage.Stretches,
    since: datetime,
    now: datetime,
) -> list[Piece]:
    """The clock hours of a window, each with the hours of it that were observed."""
    pieces, begin = [], since
    while begin < now:
        end = min(_hour_floor(begin) + HOUR, now)
        share = coverage.seen(stretches, normal.weights, begin, end)
        pieces.append(Piece(slot(begin, tools), share * ((end - begin) / HOUR)))
        begin = end
    return pieces


def _hour_floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def slot(at: datetime, tools: Tools) -> int:
    """The hour of the office's week, 0 (Monday, midnight) to 167."""
    local = at.astimezone(tools.zone)
    return local.weekday() * 24 + local.hour


def _pace(tools: Tools) -> Pace:
    spikes = tools.settings.spikes
    return Pace(
        calm_below=spikes.rules.calm_below,
        calm_for=timedelta(hours=spikes.calm_hours),
        forgotten_after=timedelta(minutes=spikes.forgotten_minutes),
    )
