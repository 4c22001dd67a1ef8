"""The chain of calls: in order, once each, at its time, whatever the instants of the ticks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import Pace, WaveRules, advance, advance_wave
from monitor.incidents.escalation import (
    DEFAULT_CHAIN,
    CallStep,
    chain_of,
    due_step,
    waiting_since,
)
from monitor.records import (
    Event,
    EventId,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Rung,
)
from tests.world import NOW, make_reading

MINUTE = timedelta(minutes=1)
AWAS = DEFAULT_CHAIN[Level.AWAS]


def events(*kinds: EventKind) -> list[Event]:
    return [
        Event(EventId(i), IncidentId(1), kind, NOW + i * MINUTE, "", Level.SIAGA)
        for i, kind in enumerate(kinds)
    ]


def test_the_usual_chain_calls_leaders_only_at_awas() -> None:
    called = {
        level: [(s.rung.value, s.after // MINUTE) for s in chain]
        for level, chain in DEFAULT_CHAIN.items()
    }
    assert called == {
        Level.WASPADA: [("petugas", 30), ("cadangan", 60)],
        Level.SIAGA: [("petugas", 15), ("cadangan", 30), ("admin", 60)],
        Level.AWAS: [("petugas", 5), ("cadangan", 10), ("admin", 15), ("pimpinan", 20)],
    }


@pytest.mark.parametrize(
    ("taken", "waiting", "rested", "index"),
    [
        (0, 4, None, None),
        (0, 5, None, 0),
        (1, 9, 4, None),
        (1, 10, 5, 1),
        (1, 60, 1, None),  # the machine stood still: who was just called gets the time to answer
        (1, 60, 5, 1),
        (1, 10, None, 1),  # nobody could be reached: the next at once
        (2, 12, 12, None),  # somebody asked for the second early; the third has its own time
        (3, 20, 5, 3),
        (4, 999, 999, None),
    ],
)
def test_a_step_is_due_at_its_time(
    taken: int, waiting: int, rested: int | None, index: int | None
) -> None:
    rest = None if rested is None else rested * MINUTE
    assert due_step(AWAS, taken, waiting * MINUTE, rest) == index


steps = st.lists(st.integers(1, 90), min_size=1, max_size=4, unique=True).map(
    lambda minutes: [
        CallStep(rung, after * MINUTE) for rung, after in zip(Rung, sorted(minutes), strict=False)
    ]
)


@given(steps, st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_no_step_is_skipped_or_repeated_or_early(chain: list[CallStep], gaps: list[int]) -> None:
    """Ticks come at any instants; a restart in between knows only what the rows say."""
    taken, at, last, called = 0, timedelta(), None, []
    for gap in gaps:
        at += gap * MINUTE
        index = due_step(chain, taken, at, None if last is None else at - last)
        if index is not None:
            called.append(index)
            assert at >= chain[index].after
            taken, last = index + 1, at
    assert called == list(range(len(called)))
    assert due_step(chain, taken, at, timedelta()) is None or taken < len(chain)


@given(steps)
def test_ticks_every_minute_call_everybody_on_time(chain: list[CallStep]) -> None:
    taken, last, called = 0, None, []
    for minute in range(100):
        now = minute * MINUTE
        index = due_step(chain, taken, now, None if last is None else now - last)
        if index is not None:
            called.append(now)
            taken, last = index + 1, now
    assert called == [step.after for step in chain]


@pytest.mark.parametrize(
    ("kinds", "minute"),
    [
        ((EventKind.OPENED,), 0),
        ((EventKind.OPENED, EventKind.ESCALATED, EventKind.FORGOTTEN), 0),
        ((EventKind.OPENED, EventKind.ROUTED, EventKind.MERGED, EventKind.MUTED), 0),
        ((EventKind.OPENED, EventKind.RAISED), 1),
        ((EventKind.OPENED, EventKind.SILENCED, EventKind.WOKEN), 2),
        ((EventKind.OPENED, EventKind.ACKNOWLEDGED), None),
        ((EventKind.OPENED, EventKind.ACKNOWLEDGED, EventKind.ESCALATED), None),
        ((EventKind.OPENED, EventKind.HANDED_OVER, EventKind.NEGLECTED), 2),
        ((EventKind.OPENED, EventKind.MUTED, EventKind.UNMUTED), 2),
        ((EventKind.OPENED, EventKind.RESOLVED, EventKind.REOPENED, EventKind.ESCALATED), 2),
        ((), None),
    ],
)
def test_it_waits_since_somebody_should_have_come(
    kinds: tuple[EventKind, ...], minute: int | None
) -> None:
    assert waiting_since(events(*kinds)) == (None if minute is None else NOW + minute * MINUTE)


def test_rungs_that_are_not_named_are_not_called() -> None:
    chain = chain_of({Level.AWAS: {Rung.PIMPINAN: 9, Rung.PETUGAS: 3}})
    assert [step.rung for step in chain[Level.AWAS]] == [Rung.PETUGAS, Rung.PIMPINAN]


# What was called for is not forgotten at the same time


def incident(escalated: int, touched: timedelta) -> Incident:
    return Incident(
        id=IncidentId(1),
        topic="banjir_bencana",
        level=Level.SIAGA,
        peak=Level.SIAGA,
        state=IncidentState.OPEN,
        opened_at=NOW,
        onset_at=NOW,
        reading=make_reading(),
        touched_at=NOW + touched,
        escalated=escalated,
    )


@pytest.mark.parametrize(
    ("escalated", "touched", "minute", "kind"),
    [
        (0, 0, 45, None),
        (2, 30, 100, None),
        (3, 60, 119, None),
        (3, 60, 120, EventKind.FORGOTTEN),
        (3, 120, 239, None),
        (3, 120, 240, EventKind.FORGOTTEN),
    ],
)
def test_it_is_forgotten_only_after_the_last_call(
    escalated: int, touched: int, minute: int, kind: EventKind | None
) -> None:
    waiting = incident(escalated, touched * MINUTE)
    reading = make_reading(at=NOW + minute * MINUTE)
    calls = {level: len(chain) for level, chain in DEFAULT_CHAIN.items()}
    step = advance(waiting, reading, None, Pace(0.5, calls=calls))
    assert step is not None
    assert step.kind is kind
    wave = WaveRules(1, 1, 99, timedelta(days=1), timedelta(minutes=30), calls=calls)
    wave_step = advance_wave(waiting, reading, NOW + minute * MINUTE, None, wave)
    assert wave_step is not None
    assert wave_step.kind is kind


def test_without_a_chain_it_is_forgotten_as_ever() -> None:
    step = advance(incident(0, timedelta()), make_reading(at=NOW + 30 * MINUTE), None, Pace(0.5))
    assert step is not None
    assert step.kind is EventKind.FORGOTTEN
