"""Step 3, beside judging: copy-paste waves open, follow and end incidents of their own.

A wave never opens or raises the incident of its issue: its copies count once there. Waves are read
from the comments of the last hour, so a tick costs the same whatever the store holds.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.incidents import WaveRules, advance_wave, wave_began
from monitor.messages import wave as wave_words
from monitor.messages import why as words
from monitor.records import CommentId, EventKind, Incident, Reading, wave_first, wave_topic
from monitor.steps import coverage
from monitor.steps.calling import calls_by_level
from monitor.steps.tools import Tools
from monitor.store import attention, incidents, sources, waves

_BLIND_LOOK = timedelta(days=3)


def watch_waves(db: Database, tools: Tools, now: datetime) -> int:
    """Follow every live wave and open those that surge; how many changed state."""
    rules = replace(rules_of(tools), calls=calls_by_level(db, tools, now))
    live = {
        first: incident
        for incident in incidents.live(db)
        if (first := wave_first(incident.topic)) is not None
    }
    changed = sum(_follow(db, tools, rules, i, first, now) for first, i in live.items())
    since = now - timedelta(minutes=tools.settings.copies.within_minutes)
    for first in waves.surging(db, since, now, rules.at_least):
        if first not in live:
            changed += _open(db, tools, rules, first, now)
    return changed


def rules_of(tools: Tools) -> WaveRules:
    """The office's rules for waves."""
    copies = tools.settings.copies
    return WaveRules(
        at_least=copies.at_least,
        siaga=copies.siaga,
        awas=copies.awas,
        quiet=timedelta(hours=copies.quiet_hours),
        forgotten_after=timedelta(minutes=tools.settings.spikes.forgotten_minutes),
        neglected_after=timedelta(hours=tools.settings.spikes.neglected_hours),
    )


def _open(db: Database, tools: Tools, rules: WaveRules, first: CommentId, now: datetime) -> bool:
    onset = wave_began(waves.instants(db, first, now), rules.quiet)
    assert onset is not None  # it has comments of the last hour, or it would not surge
    swell = waves.swell(db, first, onset)
    assert swell is not None  # the same ones
    reading = _reading(tools, rules, first, swell, now)
    last_end = incidents.last_end(db, reading.topic)
    if advance_wave(None, reading, swell.last_at, last_end, rules) is None:
        return False
    tools.boundary("waves:before-write")
    opened = incidents.open_new(db, reading, onset, reading.reason)
    tools.boundary("waves:after-write")
    return opened


def _follow(
    db: Database,
    tools: Tools,
    rules: WaveRules,
    incident: Incident,
    first: CommentId,
    now: datetime,
) -> bool:
    swell = waves.swell(db, first, incident.onset_at)
    if swell is None:  # taken down, or being read anew: the numbers stay until it is over
        reading = replace(incident.reading, at=now)
    else:
        reading = _reading(tools, rules, first, swell, now)
    reading = replace(reading, coverage=_coverage(db, tools, incident, first, now))
    attended = attention.attended(db, [incident.id]).get(incident.id)
    last_at = swell.last_at if swell else None
    step = advance_wave(incident, reading, last_at, None, rules, attended)
    assert step is not None  # a live incident always has a next step
    tools.boundary("waves:before-write")
    incidents.observe(db, incident, reading, step.calm_since)
    if step.kind is None:
        return False
    why = _reason(step.kind, reading, tools)
    return incidents.change(db, incident, step.kind, step.state, now, why, level=step.level)


def _reading(
    tools: Tools, rules: WaveRules, first: CommentId, swell: waves.Swell, now: datetime
) -> Reading:
    """A wave as a reading: comments are observed, accounts are the score, none are usual."""
    return Reading(
        topic=wave_topic(first),
        at=now,
        hours=math.ceil(tools.settings.copies.within_minutes / 60),
        observed=swell.comments,
        expected=0.0,
        low=0,
        upper=0,
        score=float(swell.people),
        level=rules.level(swell.people),
        reason=wave_words.reason(swell.comments, swell.people, swell.texts),
    )


def _coverage(
    db: Database, tools: Tools, incident: Incident, first: CommentId, now: datetime
) -> float:
    """0 while a source of the wave is blind, so that silence of a broken source ends nothing."""
    every = {source_id: tools.every(source_id) for source_id in tools.sources}
    known = sources.coverage(db, now - _BLIND_LOOK)
    blind = {name for name, _ in coverage.blind(known, every, now)}
    there = {name for name, _ in waves.sources(db, first, incident.onset_at)}
    return 0.0 if blind & there else 1.0


def _reason(kind: EventKind, reading: Reading, tools: Tools) -> str:
    fixed = {
        EventKind.CALMED: wave_words.OVER,
        EventKind.FORGOTTEN: words.FORGOTTEN,
        EventKind.WOKEN: words.WOKEN,
        EventKind.NEGLECTED: words.neglected(tools.settings.spikes.neglected_hours),
    }
    return fixed.get(kind) or wave_words.raised(reading.level, reading.reason)
