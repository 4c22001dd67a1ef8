"""Live windows: what opens, what must not, and what is never forgotten in a reading."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Level, Reading
from monitor.spikes import WINDOWS, Baseline, Piece, Rules, learn, read_topics
from monitor.spikes.window import WindowData, share_surprise
from tests.making import NOW

RULES = Rules()
SCALES = dict(WINDOWS)
TOPICS = ("jalan", "banjir", "lampu")


def steady(hours: int = 4 * 168) -> Baseline:
    """Roads are busy, floods seldom, street lamps almost never."""
    negatives = np.random.default_rng(7).poisson((6.0, 0.4, 0.01), (hours, 3)).astype(float)
    return learn(TOPICS, negatives, negatives * 4, 0, [1.0] * hours)


BASELINE = steady()


def window(
    negatives: Mapping[str, int],
    comments: Mapping[str, int] | None = None,
    hours: int = 1,
    seen: float | None = None,
) -> WindowData:
    pieces = [Piece(12, hours if seen is None else seen)]
    return WindowData(hours, SCALES[hours], negatives, comments or negatives, pieces)


def read(*windows: WindowData, baseline: Baseline = BASELINE) -> dict[str, Reading]:
    return read_topics(baseline, windows, NOW, RULES)


def test_every_topic_gets_a_reading() -> None:
    readings = read(window({"jalan": 3}))
    assert set(readings) == set(TOPICS)
    quiet = readings["lampu"]
    assert (quiet.observed, quiet.score, quiet.level) == (0, 0.0, Level.NORMAL)
    assert (quiet.topic, quiet.at, quiet.hours, quiet.share) == ("lampu", NOW, 1, None)


def test_a_usual_hour_is_normal() -> None:
    readings = read(window({"jalan": 7, "banjir": 1}), window({"jalan": 20}, hours=3))
    assert {reading.level for reading in readings.values()} == {Level.NORMAL}


@pytest.mark.parametrize("observed", [1, 2, 3])
@pytest.mark.parametrize("topic", TOPICS)
def test_one_to_three_negatives_never_open(topic: str, observed: int) -> None:
    for hours in SCALES:
        assert read(window({topic: observed}, hours=hours))[topic].level is Level.NORMAL


def test_a_rare_issue_with_a_burst_of_twelve_opens() -> None:
    reading = read(window({"lampu": 12}))["lampu"]
    assert reading.level.rank >= Level.WASPADA.rank
    assert reading.observed == 12
    assert reading.upper < 12


def test_a_great_wave_is_awas() -> None:
    assert read(window({"banjir": 60}, {"banjir": 70}))["banjir"].level is Level.AWAS


def test_the_more_surprising_window_speaks() -> None:
    slow = read(window({"banjir": 3}), window({"banjir": 14}, hours=3))["banjir"]
    fast = read(window({"banjir": 14}), window({"banjir": 14}, hours=3))["banjir"]
    assert (slow.hours, fast.hours) == (3, 1)
    first = read(window({"banjir": 14}, hours=3), window({"banjir": 14}))["banjir"]
    assert first == fast


def test_expected_and_range_go_with_the_seen_part_of_the_window() -> None:
    whole, half = read(window({"jalan": 4}))["jalan"], read(window({"jalan": 4}, seen=0.5))["jalan"]
    assert half.expected == pytest.approx(whole.expected / 2, abs=0.01)
    assert (whole.coverage, half.coverage) == (1.0, 0.5)
    assert half.score >= whole.score


def test_coverage_never_exceeds_the_window() -> None:
    assert window({}, seen=1.7).coverage == 1.0


def test_a_blind_window_expects_nothing_and_says_so() -> None:
    reading = read(window({}, seen=0.0))["jalan"]
    assert (reading.coverage, reading.score, reading.expected) == (0.0, 0.0, 0.0)


def test_an_angry_share_adds_to_the_count() -> None:
    mild = read(window({"jalan": 16}, {"jalan": 64}))["jalan"]
    angry = read(window({"jalan": 16}, {"jalan": 16}))["jalan"]
    assert angry.score > mild.score
    assert (mild.share, angry.share) == (0.25, 1.0)
    assert angry.usual_share == pytest.approx(0.25, abs=0.05)


def test_a_share_below_the_usual_takes_nothing_away() -> None:
    found = share_surprise(np.array([1.0]), np.array([50.0]), [0.3])
    assert found.tolist() == [0.0]


def test_a_young_baseline_says_so() -> None:
    first_days = read(window({}), baseline=steady(100))
    assert first_days["lampu"].young
    # Many comments make up for few days, and many days for few comments.
    assert not first_days["jalan"].young
    assert not read(window({}))["lampu"].young


@given(
    level=st.floats(0.005, 40),
    share=st.floats(0.01, 0.99),
    negatives=st.integers(0, 120),
    others=st.integers(0, 300),
    hours=st.sampled_from(sorted(SCALES)),
    seen=st.floats(0.1, 1),
)
def test_one_more_negative_never_lowers_the_score(
    level: float, share: float, negatives: int, others: int, hours: int, seen: float
) -> None:
    baseline = Baseline(
        ("a",), (level,), (0.05,), (1.2,), (share,), (500.0,), (1.0,) * 168, hours=900
    )

    def score(count: int) -> float:
        one = window({"a": count}, {"a": count + others}, hours, seen * hours)
        return read(one, baseline=baseline)["a"].score

    assert score(negatives + 1) >= score(negatives)
