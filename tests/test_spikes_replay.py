"""Replayed time: judged as it was known, learned late, and never by what comes later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.spikes import DETECTORS, Baseline, Detector
from monitor.spikes.replay import FIRST_HOURS, LATE_HOURS, Block, Found, Plan, replay
from monitor.spikes.scoring import combined
from monitor.spikes.weighing import Surprise, context
from tests.spiking import Floats, counts

WIDTH = 2
MENTIONS = DETECTORS["mentions"]
EAGER = Detector(least=1)


@dataclass(frozen=True)
class Whole:
    """A feed into which nothing comes late: (bins, topics)."""

    negatives: NDArray[Any]
    comments: NDArray[Any] | None
    coverage: Floats

    def between(self, first: int, last: int) -> Block:
        every = None if self.comments is None else self.comments[first:last]
        return Block(self.negatives[first:last], every, self.coverage[first:last])

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        yield first, last


@dataclass(frozen=True)
class Row:
    """A negative comment: its bin and topic, and the bin in which it arrives."""

    bin: int
    topic: int
    arrives: int


class Late:
    """A feed that knows only the rows that have arrived, however they are ordered."""

    def __init__(self, rows: Sequence[Row], bins: int) -> None:
        self._rows = np.array([(row.bin, row.topic, row.arrives) for row in rows])
        self._bins, self._known = bins, 0

    def between(self, first: int, last: int) -> Block:
        negatives = np.zeros((self._bins, 2))
        at, topic, arrives = self._rows.T
        np.add.at(negatives, (at, topic), arrives < self._known)
        part = negatives[first:last]
        return Block(part, 2 * part, np.ones(part.shape))

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        for at in range(first, last):
            self._known = at + 1
            yield at, at + 1


def plan(bins: int, detector: Detector = EAGER, topics: int = 2, **values: Any) -> Plan:
    names = tuple(f"t{i}" for i in range(topics))
    return Plan(names, bins // WIDTH, WIDTH, lambda hour: hour % 168, detector, **values)


def whole(negatives: Floats, coverage: Floats | None = None) -> Whole:
    seen = np.ones(negatives.shape) if coverage is None else coverage
    return Whole(negatives, 3 * negatives, seen)


def scores(feed: Whole | Late, bins: int, **values: Any) -> Floats:
    """The score of every bin and topic."""
    found = np.zeros((bins, 2))
    for one in replay(feed, plan(bins, **values)):
        found[one.bin, one.topic] = one.score
    return found


def told(baseline: Baseline) -> list[bytes]:
    """A baseline in a shape that ``==`` compares to the last bit."""
    values = [getattr(baseline, field.name) for field in fields(baseline)]
    return [value.tobytes() for value in values if isinstance(value, np.ndarray)]


def run(feed: Whole | Late, bins: int) -> tuple[list[list[bytes]], Floats]:
    """What was usual in every hour, and all scores."""
    usual: list[list[bytes]] = []
    found = np.zeros((bins, 2))
    for one in replay(feed, plan(bins), lambda _, baseline: usual.append(told(baseline))):
        found[one.bin, one.topic] = one.score
    return usual, found


def some(bins: int, seed: int = 5) -> Floats:
    return counts(bins, 2.0, 0.3, seed=seed)


def test_a_burst_is_found_in_its_bin_and_topic() -> None:
    negatives = some(80)
    negatives[70, 1] += 40
    found = scores(whole(negatives), 80)
    assert np.unravel_index(np.argmax(found), found.shape)[1] == 1
    assert found[70, 1] > 1.5
    assert found[69, 1] < 0.5


def test_a_found_bin_tells_its_windows() -> None:
    """Two bins to the hour: of one hour and of three, each with what was expected of it."""
    negatives = np.zeros((40, 2))
    negatives[:, 0] = 1.0
    negatives[30, 0] = 20.0
    usual: dict[int, Baseline] = {}
    [found] = [
        one
        for one in replay(whole(negatives), plan(40), usual.__setitem__)
        if 30 in one.bin.tolist()
    ]
    at = found.bin.tolist().index(30)
    rate = usual[15].rate
    assert (found.topic[at], found.counts[:, at].tolist()) == (0, [21.0, 23.0, 25.0])
    assert found.comments[:, at].tolist() == [63.0, 69.0, 75.0]
    assert found.means[0, at] == pytest.approx(rate(15)[0] / 2 + rate(15)[0] / 2, rel=0.2)
    both, counts = found.surprises[:, [at]], found.by_count[:, [at]]
    told = [Surprise(count, whole - count) for count, whole in zip(counts, both, strict=True)]
    known = context(usual[15], found.means[0, [at]], found.topic[[at]])
    assert found.score[at] == pytest.approx(
        combined(told, np.array([25.0]), EAGER, lambda: known)[0]
    )


def test_without_shares_and_without_learned_weights_surprises_are_added_up() -> None:
    negatives = np.zeros((40, 2))
    negatives[:, 0] = 1.0
    negatives[30, 0] = 20.0
    counts_only = Whole(negatives, None, np.ones(negatives.shape))
    added = replace(EAGER, learned=False)
    for feed, detector in ((counts_only, EAGER), (whole(negatives), added)):
        parts = list(replay(feed, replace(plan(40), detector=detector)))
        for found in parts:
            total = np.dot(EAGER.weights, found.surprises) / EAGER.scale
            assert found.score == pytest.approx(total)
        same = all((found.by_count == found.surprises).all() for found in parts)
        assert same == (feed is counts_only)


def test_unseen_bins_shrink_what_is_expected() -> None:
    negatives = np.full((40, 2), 2.0)
    seen = np.ones((40, 2))
    seen[29, 0], seen[26, 0] = 0.0, 0.5
    negatives[29, 0], negatives[30] = 0.0, 50.0

    def means(coverage: Floats) -> Floats:
        [found] = [one for one in replay(whole(negatives, coverage), plan(40)) if 30 in one.bin]
        return found.means[:, (found.bin == 30) & (found.topic == 0)][:, 0]

    full, part = means(np.ones((40, 2))), means(seen)
    assert part[0] == pytest.approx(full[0] / 2)
    assert part[1] == pytest.approx(full[1] * 4.5 / 6, rel=0.01)


def test_unseen_bins_shrink_what_plain_windows_expect() -> None:
    """Ten an hour are usual: five in the half that was seen are no more than that."""
    negatives = np.full((60, 2), 5.0)
    negatives[20:40:4] = 6.0
    negatives[51, 0], negatives[50, 0] = 9.0, 0.0
    seen = np.ones((60, 2))
    seen[50, 0] = 0.0
    blind = scores(whole(negatives, seen), 60, detector=MENTIONS)
    calm = scores(whole(negatives), 60, detector=MENTIONS)
    assert blind[51, 0] > calm[51, 0] == 0.0
    assert blind[50, 0] == 0.0


def test_nothing_is_said_of_a_topic_in_its_first_hours() -> None:
    """From the first hour on in which it was seen, each topic for itself."""
    negatives, seen = np.ones((60, 2)), np.ones((60, 2))
    negatives[20:, 0], negatives[36:, 1] = 30.0, 30.0
    negatives[:16, 1] = seen[:16, 1] = 0.0
    found = scores(whole(negatives, seen), 60)
    first = [int(np.flatnonzero(found[:, topic])[0]) for topic in (0, 1)]
    silent = (FIRST_HOURS + LATE_HOURS) * WIDTH
    assert first == [silent, 16 + silent]


def test_a_calm_stretch_yields_nothing() -> None:
    assert list(replay(whole(np.zeros((30, 2))), plan(30))) == []
    assert list(replay(whole(np.zeros((0, 2))), plan(0))) == []


def test_an_hour_is_learned_when_all_of_it_has_come() -> None:
    """Six hours after its end, or at once where nothing comes late."""
    negatives = np.full((40, 2), 3.0)

    def hours(late: int) -> list[int]:
        known: list[int] = []
        list(replay(whole(negatives), plan(40, late=late), lambda _, b: known.append(b.hours)))
        return known

    assert hours(LATE_HOURS) == [0] * 7 + list(range(1, 14))
    assert hours(0) == list(range(20))


def test_without_comments_there_are_counts_only() -> None:
    negatives = some(60)
    negatives[50] += 20
    bare = Whole(negatives, None, np.ones((60, 2)))
    parts = list(replay(bare, plan(60)))
    assert all(np.array_equal(one.comments, one.counts) for one in parts)
    angry = Whole(negatives, 3 * negatives, np.ones((60, 2)))
    angry.comments[50] = negatives[50]
    assert 0 < scores(bare, 60)[50, 0] < scores(angry, 60)[50, 0]


def test_whole_numbers_count_like_floats() -> None:
    negatives = some(60)
    small = Whole(negatives.astype(np.uint8), (3 * negatives).astype(np.uint8), np.ones((60, 2)))
    assert np.array_equal(scores(small, 60), scores(whole(negatives), 60))


@given(
    delays=st.lists(st.integers(0, LATE_HOURS * WIDTH), min_size=60, max_size=60),
    shuffled=st.randoms(use_true_random=False),
)
@settings(max_examples=9, deadline=None)
def test_the_order_of_arrival_never_matters(delays: list[int], shuffled: Any) -> None:
    """Once all has arrived: what is usual is the same in every hour, and so are later scores."""
    rng = np.random.default_rng(len(delays) + sum(delays))
    places = [(int(at), int(topic)) for at, topic in rng.integers(0, [40, 2], (60, 2))]
    rows = [Row(at, topic, at + late) for (at, topic), late in zip(places, delays, strict=True)]
    rows += [Row(at, at % 2, at) for at in range(40, 64) for _ in range(at % 5)]
    bins, arrived = 64, max(row.arrives for row in rows[:60])
    usual, found = run(Late(rows, bins), bins)
    shuffled.shuffle(rows)
    again, turned = run(Late(rows, bins), bins)
    in_time, prompt = run(Late([Row(row.bin, row.topic, row.bin) for row in rows], bins), bins)
    assert again == usual == in_time
    assert np.array_equal(turned, found)
    assert np.array_equal(found[arrived:], prompt[arrived:])
    assert (found <= prompt).all()


@given(cut=st.integers(1, 24), seed=st.integers(0, 99), later=st.integers(0, 10**6))
@settings(max_examples=18, deadline=None)
def test_a_bin_never_depends_on_later_ones(cut: int, seed: int, later: int) -> None:
    negatives, seen = some(50, seed), np.ones((50, 2))
    negatives[cut * WIDTH :] = later
    seen[cut * WIDTH + 3 :] = 0.5
    part = whole(negatives[: cut * WIDTH])
    short = scores(part, cut * WIDTH)
    assert np.array_equal(scores(whole(negatives, seen), 50)[: cut * WIDTH], short)


@given(
    at=st.integers(0, 39),
    seed=st.integers(0, 999),
    already=st.integers(0, 40),
    detector=st.sampled_from([EAGER, DETECTORS["issue"], MENTIONS]),
    coverage=st.floats(0, 1),
)
@settings(max_examples=18, deadline=None)
def test_one_more_negative_never_lowers_the_score(
    at: int, seed: int, already: int, detector: Detector, coverage: float
) -> None:
    negatives = some(40, seed)
    negatives[at, 0] += already
    comments, seen = negatives * 2, np.ones((40, 2))
    seen[max(0, at - 1) : at + 1] = coverage

    def score(extra: int, beside: int) -> float:
        more, every = negatives.copy(), comments.copy()
        more[at, 0] += extra
        every[at, 0] = max(every[at, 0] + beside, more[at, 0])
        return float(scores(Whole(more, every, seen), 40, detector=detector)[at, 0])

    before = score(0, 0)
    assert before <= min(score(1, 0), score(1, 1))


@given(seed=st.integers(0, 10**6), detector=st.sampled_from([EAGER, MENTIONS]))
@settings(max_examples=18, deadline=None)
def test_all_figures_are_finite_and_no_score_is_negative(seed: int, detector: Detector) -> None:
    rng = np.random.default_rng(seed)
    negatives = np.floor(10 ** rng.uniform(0, 9, (40, 2))) * rng.choice([0.0, 1.0], (40, 2))
    comments = np.minimum(negatives + np.floor(10 ** rng.uniform(0, 9, (40, 2))), 1e9)
    coverage = rng.choice([0.0, 1e-9, 0.3, 0.95, 1.0], (40, 2))
    feed = Whole(negatives, comments, coverage)
    for one in replay(feed, plan(40, detector)):
        assert (one.score > 0).all()
        assert all(np.isfinite(getattr(one, field.name)).all() for field in fields(Found))
        assert (one.surprises >= 0).all()
        assert (one.means >= 0).all()
