"""The table of what a reading does to an incident, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import Pace, Step, advance
from monitor.records import EventKind, Incident, IncidentState, Level, Reading
from tests.making import NOW, make_incident, make_reading

PACE = Pace(calm_below=0.46)
OPEN, HELD, SILENT = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.SILENCED
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIVE = (OPEN, HELD, SILENT)


def reading(level: Level, at: datetime = NOW, **values: object) -> Reading:
    score = {Level.NORMAL: 0.6, Level.WASPADA: 1.0, Level.SIAGA: 1.2, Level.AWAS: 2.0}[level]
    return make_reading(**{"level": level, "score": score, "at": at, **values})


def calm(at: datetime = NOW, **values: object) -> Reading:
    return reading(Level.NORMAL, at, **{"score": 0.2, **values})


def live(state: IncidentState, **values: object) -> Incident:
    until = NOW + HOUR if state is SILENT else None
    return make_incident(**{"state": state, "silenced_until": until, **values})


def step(incident: Incident, seen: Reading) -> Step:
    found = advance(incident, seen, None, PACE)
    assert found is not None
    return found


# No live incident.


def test_a_normal_reading_opens_nothing() -> None:
    assert advance(None, reading(Level.NORMAL), None, PACE) is None


@pytest.mark.parametrize("level", [Level.WASPADA, Level.SIAGA, Level.AWAS])
def test_a_level_opens(level: Level) -> None:
    assert advance(None, reading(level), None, PACE) == Step(EventKind.OPENED, OPEN, level)


def ended(ago: timedelta, peak: Level = Level.SIAGA) -> Incident:
    state = IncidentState.RESOLVED
    return make_incident(state=state, peak=peak, closed_at=NOW - ago)


@pytest.mark.parametrize(
    ("ago", "level", "opens"),
    [
        (MINUTE, Level.WASPADA, False),
        (MINUTE, Level.SIAGA, False),
        (MINUTE, Level.AWAS, True),
        (3 * HOUR - MINUTE, Level.SIAGA, False),
        (3 * HOUR, Level.WASPADA, True),
        (3 * HOUR, Level.NORMAL, False),
    ],
)
def test_what_was_just_dealt_with_opens_again_only_when_worse(
    ago: timedelta, level: Level, opens: bool
) -> None:
    found = advance(None, reading(level), ended(ago), PACE)
    assert (found is not None) is opens


def test_an_end_without_an_instant_stops_nothing() -> None:
    before = replace(ended(MINUTE), closed_at=None)
    assert advance(None, reading(Level.WASPADA), before, PACE) is not None


# A live incident rises.


@pytest.mark.parametrize(("before", "after"), [(OPEN, OPEN), (HELD, HELD), (SILENT, OPEN)])
def test_a_higher_level_is_told_and_ends_silence(
    before: IncidentState, after: IncidentState
) -> None:
    found = step(live(before), reading(Level.SIAGA))
    assert found == Step(EventKind.RAISED, after, Level.SIAGA)


@pytest.mark.parametrize("state", LIVE)
def test_coming_back_to_a_level_that_was_told_is_no_news(state: IncidentState) -> None:
    incident = live(state, level=Level.WASPADA, peak=Level.AWAS)
    assert step(incident, reading(Level.SIAGA)).kind is None


# A silence ends.


@pytest.mark.parametrize(
    ("until", "over"),
    [(NOW + MINUTE, False), (NOW, True), (NOW - MINUTE, True), (None, True)],
)
def test_silence_ends_with_its_time(until: datetime | None, over: bool) -> None:
    found = step(live(SILENT, silenced_until=until), reading(Level.WASPADA))
    expected = (EventKind.WOKEN, OPEN) if over else (None, SILENT)
    assert (found.kind, found.state) == expected


# A live incident calms down.


@pytest.mark.parametrize("state", LIVE)
def test_the_first_calm_reading_starts_the_clock(state: IncidentState) -> None:
    assert step(live(state), calm()) == Step(None, state, Level.NORMAL, NOW)


@pytest.mark.parametrize("state", LIVE)
def test_calm_for_long_enough_resolves(state: IncidentState) -> None:
    since = NOW - 3 * HOUR
    found = step(live(state, calm_since=since), calm())
    assert found == Step(EventKind.CALMED, IncidentState.RESOLVED, Level.NORMAL, since)


def test_a_minute_short_of_calm_is_not_calm() -> None:
    since = NOW - 3 * HOUR + MINUTE
    assert step(live(HELD, calm_since=since), calm()) == Step(None, HELD, Level.NORMAL, since)


def test_one_restless_reading_starts_the_clock_anew() -> None:
    incident = live(HELD, calm_since=NOW - 2 * HOUR)
    assert step(incident, reading(Level.NORMAL, score=0.46)).calm_since is None


@pytest.mark.parametrize(("coverage", "counts"), [(0.89, False), (0.9, True), (0.0, False)])
def test_blind_quiet_is_not_calm(coverage: float, counts: bool) -> None:
    incident = live(HELD, calm_since=NOW - 5 * HOUR)
    found = step(incident, calm(coverage=coverage))
    assert (found.kind is EventKind.CALMED) is counts
    assert found.calm_since == (incident.calm_since if counts else None)


# Nobody takes it.


@pytest.mark.parametrize(
    ("state", "level", "waited", "told"),
    [
        (OPEN, Level.WASPADA, 30 * MINUTE, True),
        (OPEN, Level.WASPADA, 29 * MINUTE, False),
        (OPEN, Level.NORMAL, 9 * HOUR, False),
        (HELD, Level.WASPADA, 9 * HOUR, False),
        (SILENT, Level.WASPADA, 9 * HOUR, False),
    ],
)
def test_an_incident_that_nobody_takes_is_told_again(
    state: IncidentState, level: Level, waited: timedelta, told: bool
) -> None:
    incident = live(state, opened_at=NOW - waited, touched_at=NOW - waited)
    assert (step(incident, reading(level)).kind is EventKind.FORGOTTEN) is told


def test_an_untouched_incident_counts_from_its_opening() -> None:
    incident = live(OPEN, opened_at=NOW - HOUR, touched_at=None)
    assert step(incident, reading(Level.WASPADA)).kind is EventKind.FORGOTTEN


def test_reminders_come_ever_more_seldom() -> None:
    incident, told = live(OPEN, touched_at=NOW), []
    for minute in range(1, 24 * 60):
        at = NOW + minute * MINUTE
        if step(incident, reading(Level.WASPADA, at)).kind is EventKind.FORGOTTEN:
            told.append(minute)
            incident = replace(incident, touched_at=at)
    assert told == [30, 60, 120, 240, 480, 960]


def test_what_was_opened_again_is_reminded_of_from_then_on() -> None:
    incident = live(OPEN, opened_at=NOW - 90 * HOUR, touched_at=NOW, reopened_at=NOW)
    soon = step(incident, reading(Level.WASPADA, NOW + 30 * MINUTE))
    assert soon.kind is EventKind.FORGOTTEN


# Somebody took it and let it lie.


@pytest.mark.parametrize(
    ("state", "level", "waited", "back"),
    [
        (HELD, Level.WASPADA, 4 * HOUR, True),
        (HELD, Level.AWAS, 4 * HOUR, True),
        (HELD, Level.WASPADA, 4 * HOUR - MINUTE, False),
        (HELD, Level.NORMAL, 9 * HOUR, False),
        (OPEN, Level.WASPADA, 9 * HOUR, False),
        (SILENT, Level.WASPADA, 9 * HOUR, False),
    ],
)
def test_what_its_holder_let_lie_is_open_again(
    state: IncidentState, level: Level, waited: timedelta, back: bool
) -> None:
    incident = live(state, level=level, peak=level, touched_at=NOW)
    found = advance(incident, reading(level, NOW), None, PACE, NOW - waited)
    assert found is not None
    assert (found.kind is EventKind.NEGLECTED) is back
    assert not back or found.state is OPEN


def test_what_a_machine_did_is_no_attention_where_a_persons_is_known() -> None:
    incident = live(HELD, opened_at=NOW - 9 * HOUR, touched_at=NOW - 5 * HOUR)
    lazy = advance(incident, reading(Level.WASPADA), None, PACE)
    busy = advance(incident, reading(Level.WASPADA), None, PACE, NOW - HOUR)
    assert lazy is not None and lazy.kind is EventKind.NEGLECTED
    assert busy is not None and busy.kind is None
    new = replace(incident, opened_at=NOW - 5 * HOUR, touched_at=None)
    assert step(new, reading(Level.WASPADA)).kind is EventKind.NEGLECTED


def test_otherwise_only_the_numbers_change() -> None:
    incident = live(HELD, level=Level.SIAGA, peak=Level.SIAGA)
    assert step(incident, reading(Level.WASPADA)) == Step(None, HELD, Level.WASPADA)


@given(
    state=st.sampled_from(LIVE),
    peak=st.sampled_from(Level),
    level=st.sampled_from(Level),
    score=st.floats(0, 3),
    coverage=st.floats(0, 1),
    calm_hours=st.none() | st.floats(0, 9),
)
def test_a_machine_resolves_only_what_was_seen_to_be_calm(
    state: IncidentState,
    peak: Level,
    level: Level,
    score: float,
    coverage: float,
    calm_hours: float | None,
) -> None:
    since = None if calm_hours is None else NOW - timedelta(hours=calm_hours)
    incident = live(state, peak=peak, calm_since=since)
    found = step(incident, reading(level, score=score, coverage=coverage))
    if found.state.ended:
        assert found.kind is EventKind.CALMED
        assert score < PACE.calm_below
        assert coverage >= 0.9
        assert since is not None
        assert since <= NOW - PACE.calm_for
