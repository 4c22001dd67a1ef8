"""Live windows: what opens, what must not, and what is never forgotten in a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.records import Level, Reading
from monitor.spikes import WINDOWS, Baseline, Piece, Rules, baseline_of, read_topics
from monitor.spikes.window import FIRST_HOURS, WindowData
from tests.making import NOW
from tests.spiking import Floats, baseline, taught, usual

TOPICS = ("jalan", "banjir", "lampu")
HOURS = tuple(map(int, WINDOWS))


def steady(hours: int = 4 * 168) -> Baseline:
    """Roads are busy, floods seldom, street lamps almost never."""
    negatives = np.random.default_rng(7).poisson((6.0, 0.4, 0.01), (hours, 3)).astype(float)
    state = taught(negatives, comments=negatives * 4)
    state.topics = TOPICS
    return baseline_of(state)


BASELINE = steady()


def window(
    negatives: Mapping[str, int],
    comments: Mapping[str, int] | None = None,
    hours: int = 1,
    seen: float | Floats | None = None,
) -> WindowData:
    pieces = [Piece(12 + i, 1.0) for i in range(hours)]
    if seen is not None:
        pieces = [Piece(12, seen)]
    return WindowData(hours, negatives, comments or negatives, pieces)


def read(
    *windows: WindowData, known: Baseline = BASELINE, rules: Mapping[str, Rules] | None = None
) -> dict[str, Reading]:
    every = [filled(hours, windows) for hours in HOURS]
    return read_topics(known, every, NOW, rules or dict.fromkeys(known.topics, Rules()))


def filled(hours: int, given: Sequence[WindowData]) -> WindowData:
    """The window of so many hours: as given, or with what the next shorter one holds."""
    shorter = [one for one in given if one.hours <= hours]
    if not shorter:
        return window({}, hours=hours)
    nearest = max(shorter, key=lambda one: one.hours)
    whole = [repr(one.hours) for one in nearest.pieces] == ["1.0"] * nearest.hours
    pieces = [Piece(12 + i, 1.0) for i in range(hours)] if whole else nearest.pieces
    return replace(nearest, hours=hours, pieces=pieces)


def both(
    negatives: Mapping[str, int], comments: Mapping[str, int] | None = None
) -> list[WindowData]:
    """All of it in the last hour."""
    return [window(negatives, comments, hours) for hours in HOURS]


def test_every_topic_gets_a_reading() -> None:
    readings = read(window({"jalan": 3}))
    assert set(readings) == set(TOPICS)
    quiet = readings["lampu"]
    assert (quiet.observed, quiet.score, quiet.level) == (0, 0.0, Level.NORMAL)
    assert (quiet.topic, quiet.at, quiet.hours, quiet.share) == ("lampu", NOW, 1, None)


def test_only_what_is_wanted_or_has_risen_gets_a_reading() -> None:
    every = [filled(hours, both({"banjir": 60})) for hours in HOURS]
    calm = [filled(hours, [window({"jalan": 3})]) for hours in HOURS]
    rules = dict.fromkeys(TOPICS, Rules())
    assert set(read_topics(BASELINE, every, NOW, rules, ["lampu"])) == {"banjir", "lampu"}
    assert read_topics(BASELINE, calm, NOW, rules, []) == {}


def test_a_usual_hour_is_normal() -> None:
    readings = read(window({"jalan": 7, "banjir": 1}), window({"jalan": 20}, hours=3))
    assert {reading.level for reading in readings.values()} == {Level.NORMAL}


@pytest.mark.parametrize("observed", [1, 2, 3])
@pytest.mark.parametrize("topic", TOPICS)
def test_one_to_three_negatives_never_open(topic: str, observed: int) -> None:
    found = read(*both({topic: observed}))[topic]
    assert (found.level, found.score) == (Level.NORMAL, 0.0)


def test_a_rare_issue_with_a_burst_of_twelve_opens() -> None:
    reading = read(*both({"lampu": 12}))["lampu"]
    assert reading.level.rank >= Level.WASPADA.rank
    assert reading.observed == 12
    assert reading.upper < 12


def test_a_great_wave_is_awas() -> None:
    assert read(*both({"banjir": 60}, {"banjir": 70}))["banjir"].level is Level.AWAS


def test_nothing_opens_in_the_first_hours_of_all() -> None:
    flood = both({"banjir": 60}, {"banjir": 70})
    first, later = (read(*flood, known=steady(hours)) for hours in (FIRST_HOURS - 1, FIRST_HOURS))
    assert first["banjir"].level is Level.NORMAL
    assert first["banjir"].score > 1
    assert later["banjir"].level is Level.AWAS


def test_each_topic_has_its_own_rules() -> None:
    waves = both({"banjir": 60, "jalan": 200})
    rules = dict.fromkeys(TOPICS, Rules()) | {"banjir": Rules(at_least=100)}
    found = read(*waves, rules=rules)
    assert (found["banjir"].level, found["jalan"].level) == (Level.NORMAL, Level.AWAS)
    assert found["banjir"].score == read(*waves)["banjir"].score


def test_the_score_is_that_of_all_windows_together() -> None:
    fast = read(window({"banjir": 14}), window({"banjir": 14}, hours=3))["banjir"]
    slow = read(window({}), window({"banjir": 14}, hours=3))["banjir"]
    alone = read(window({"banjir": 14}, hours=3))["banjir"]
    assert fast.score > slow.score == alone.score > 0


def test_the_more_surprising_window_speaks() -> None:
    slow = read(window({"banjir": 3}), window({"banjir": 14}, hours=3))["banjir"]
    fast = read(window({"banjir": 14}), window({"banjir": 14}, hours=3))["banjir"]
    assert (slow.hours, fast.hours) == (3, 1)
    first = read(window({"banjir": 14}, hours=3), window({"banjir": 14}))["banjir"]
    assert first == fast


def test_of_windows_that_surprise_alike_the_shortest_speaks() -> None:
    assert read(*reversed(both({"jalan": 0})))["jalan"].hours == 1


def test_expected_and_range_go_with_the_seen_part_of_the_window() -> None:
    whole = read(window({"jalan": 4}, seen=1.0))["jalan"]
    half = read(window({"jalan": 4}, seen=0.5))["jalan"]
    assert half.expected == pytest.approx(whole.expected / 2, abs=0.01)
    assert (whole.coverage, half.coverage) == (1.0, 0.5)
    assert half.score >= whole.score
    assert half.upper < whole.upper


def test_topics_may_be_seen_unlike_each_other() -> None:
    found = read(window({}, seen=np.array([1.0, 0.25, 0.0])))
    assert [found[topic].coverage for topic in TOPICS] == [1.0, 0.25, 0.0]
    assert found["lampu"].expected == 0.0


def test_coverage_never_exceeds_the_window() -> None:
    assert read(window({}, seen=1.7))["jalan"].coverage == 1.0


def test_a_blind_window_expects_nothing_and_says_so() -> None:
    blind = WindowData(1, {}, {}, [])
    for one in (blind, window({}, seen=0.0)):
        reading = read(one)["jalan"]
        assert (reading.coverage, reading.score, reading.expected) == (0.0, 0.0, 0.0)


def test_an_angry_share_adds_to_the_count() -> None:
    mild = read(*both({"jalan": 16}, {"jalan": 64}))["jalan"]
    angry = read(*both({"jalan": 16}, {"jalan": 16}))["jalan"]
    assert angry.score > mild.score
    assert (mild.share, angry.share) == (0.25, 1.0)
    assert angry.usual_share == pytest.approx(0.25, abs=0.05)


def test_a_young_baseline_says_so() -> None:
    first_days = read(window({}), known=steady(100))
    assert first_days["lampu"].young
    # Many comments make up for few days, and many days for few comments.
    assert not first_days["jalan"].young
    assert not read(window({}))["lampu"].young


@given(
    level=st.floats(0.005, 40),
    share=st.floats(0.01, 0.99),
    counted=st.tuples(st.integers(0, 120), st.integers(0, 120), st.integers(0, 300)),
    seen=st.floats(0.1, 1),
)
@settings(max_examples=60, deadline=None)
def test_one_more_negative_never_lowers_the_score(
    level: float, share: float, counted: tuple[int, int, int], seen: float
) -> None:
    """Whether it is one of the comments counted before or a new one."""
    known = baseline(level, share=share)
    last, before, others = counted

    def score(extra: int, beside: int) -> float:
        windows = [
            window({"t0": n + extra}, {"t0": n + others + 2 - extra + beside}, hours, seen * hours)
            for hours, n in ((1, last), (3, last + before))
        ]
        return read(*windows, known=known)["t0"].score

    assert score(0, 0) <= score(1, 1) <= score(2, 2)
    assert score(0, 0) <= score(1, 2) <= score(2, 4)


@given(
    powers=st.lists(st.floats(0, 9), min_size=8, max_size=8),
    count=st.integers(0, 10**9),
    others=st.integers(0, 10**9),
    seen=st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_every_score_is_finite_and_at_least_0(
    powers: list[float], count: int, others: int, seen: float
) -> None:
    known = usual(np.floor(10 ** np.array(powers)[:, None]))
    windows = [
        window({"t0": count}, {"t0": count + others}, hours, seen * hours) for hours in HOURS
    ]
    reading = read(*windows, known=known)["t0"]
    figures = [reading.score, reading.expected, reading.low, reading.upper, reading.coverage]
    assert np.isfinite(figures).all()
    assert min(figures) >= 0
