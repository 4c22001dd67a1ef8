"""What new numbers do to a wave."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.incidents import WaveRules, advance_wave, wave_began
from monitor.records import EventKind, IncidentState, Level
from tests.making import NOW, make_incident, make_reading

HOUR = timedelta(hours=1)
RULES = WaveRules(10, 30, 100, 3 * HOUR, timedelta(minutes=30))
READING = make_reading(topic="salinan:1", level=Level.WASPADA)


@pytest.mark.parametrize(
    ("accounts", "level"),
    [
        (3, Level.WASPADA),
        (29, Level.WASPADA),
        (30, Level.SIAGA),
        (99, Level.SIAGA),
        (100, Level.AWAS),
    ],
)
def test_accounts_make_the_level(accounts: int, level: Level) -> None:
    assert RULES.level(accounts) is level


@pytest.mark.parametrize(
    ("hours", "began"), [([], None), ([0], 0), ([0, 2, 5], 5), ([0, 2, 5.1], 2), ([1, 1, 9], 1)]
)
def test_a_wave_begins_after_the_last_pause(hours: list[float], began: float | None) -> None:
    expected: datetime | None = None if began is None else NOW - began * HOUR
    assert wave_began([NOW - h * HOUR for h in hours], 3 * HOUR) == expected


def test_a_wave_opens_unless_it_was_just_ended() -> None:
    step = advance_wave(None, READING, NOW, None, RULES)
    assert step is not None
    assert step.kind is EventKind.OPENED
    ended = make_incident(state=IncidentState.RESOLVED, closed_at=NOW - HOUR)
    assert advance_wave(None, READING, NOW, ended, RULES) is None


@pytest.mark.parametrize(
    ("last", "kind"), [(2.9, None), (3, EventKind.CALMED), (None, EventKind.CALMED)]
)
def test_a_wave_ends_so_long_after_its_last_copy(
    last: float | None, kind: EventKind | None
) -> None:
    held = make_incident(state=IncidentState.ACKNOWLEDGED, calm_since=NOW - 4 * HOUR)
    last_at = None if last is None else NOW - last * HOUR
    step = advance_wave(held, READING, last_at, None, RULES)
    assert step is not None
    assert step.kind is kind


@pytest.mark.parametrize(("ago", "kind"), [(2.9, None), (3, EventKind.CALMED)])
def test_a_wave_that_was_opened_again_is_given_its_quiet_hours_once_more(
    ago: float, kind: EventKind | None
) -> None:
    again = make_incident(state=IncidentState.OPEN, touched_at=NOW, reopened_at=NOW - ago * HOUR)
    step = advance_wave(again, READING, NOW - 9 * HOUR, None, RULES)
    assert step is not None
    assert step.kind is kind


def test_a_wave_that_its_holder_let_lie_is_open_again() -> None:
    held = make_incident(state=IncidentState.ACKNOWLEDGED, level=Level.WASPADA)
    step = advance_wave(held, READING, NOW, None, RULES, NOW - 4 * HOUR)
    assert step is not None
    assert step.kind is EventKind.NEGLECTED
