"""What judging incidents costs: one tick of the live path, and a year of many quiet issues.

Everything on one core. The counts are drawn here; they are cheap noise and say nothing of quality.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks import rivals
from benchmarks.report import Figure
from monitor.spikes import (
    WINDOWS,
    Baseline,
    Detector,
    Hour,
    Piece,
    Rules,
    State,
    WindowData,
    baseline_of,
    learn_hour,
    read_topics,
)
from monitor.spikes.replay import Block, Plan, replay

_SEED = 7
_ISSUES, _SOURCES, _LEARNED, _TICKS = 1000, 8, 7 * 24, 60
_TICKS_AN_HOUR = 12
_WINDOW = 14 * 24  # hours of the windowed Gaussian
_FLEET, _WEEKS, _WEEKS_A_YEAR = 5000, 4, 365 / 7
_BINS_AN_HOUR = 12
_NEGATIVE = 0.25  # share of negatives among comments
_FULL = np.float64(1)


def measure() -> Iterator[Figure]:
    """A tick of 1,000 issues, its ratio to the windowed Gaussian, a year of 5,000 issues."""
    ours, gaussian = tick_ms(), gaussian_ms()
    yield Figure("1,000 issues and tick: read_topics and 1/12 learn_hour", ours, "ms", most=10)
    yield Figure("1,000 issues and tick: windowed Gaussian, 14 d", gaussian, "ms")
    yield Figure("1,000 issues and tick: ours over windowed Gaussian", ours / gaussian, "x")
    taken = replay_seconds(_FLEET, _WEEKS) / _WEEKS
    what = f"5,000 issues replayed, a week (mean of {_WEEKS}), seed {_SEED}"
    yield Figure(what, taken, "s")
    what = "the same scaled to a year"
    yield Figure(what, taken * _WEEKS_A_YEAR, "s", most=600)


def tick_ms() -> float:
    """Median of reading all topics, with a twelfth of learning an hour and of what is usual."""
    rng = np.random.default_rng(_SEED)
    topics = tuple(f"issue {i}" for i in range(_ISSUES))
    sources = tuple(f"source {i}" for i in range(_SOURCES))
    rates = np.exp(rng.uniform(np.log(0.05), np.log(20), _ISSUES))
    state = State.empty(topics, sources)
    learning = [_timed(partial(_learn, state, rng, rates, hour)) for hour in range(_LEARNED)]
    turning = [_timed(lambda: baseline_of(state)) for _ in range(9)]
    baseline = baseline_of(state)
    ticks = [_timed(_reading(baseline, rng, rates)) for _ in range(_TICKS)]
    hourly = median(learning) + median(turning)
    return 1000 * (median(ticks) + hourly / _TICKS_AN_HOUR)


def _learn(state: State, rng: np.random.Generator, rates: NDArray[np.float64], hour: int) -> None:
    comments = rng.poisson(np.tile(rates / _NEGATIVE / _SOURCES, (_SOURCES, 1))).astype(float)
    negatives = rng.poisson(rates).astype(float)
    learn_hour(state, Hour(hour % 168, negatives, comments, np.ones(_SOURCES)))


def _reading(
    baseline: Baseline, rng: np.random.Generator, rates: NDArray[np.float64]
) -> Callable[[], object]:
    """One tick's call of ``read_topics``, ready to be timed."""
    windows = []
    for hours in WINDOWS:
        whole = int(hours)
        counts = rng.poisson(rates * whole)
        every = counts + rng.poisson(rates * whole / _NEGATIVE)
        pieces = [Piece(40 + i, 0.5 if i in (0, whole) else 1.0) for i in range(whole + 1)]
        negatives, comments = (
            dict(zip(baseline.topics, map(int, n), strict=True)) for n in (counts, every)
        )
        windows.append(WindowData(whole, negatives, comments, pieces))
    rules = dict.fromkeys(baseline.topics, Rules())
    at = datetime(2026, 11, 20, 5, tzinfo=UTC)
    live = set(baseline.topics[:20])  # as many cards as an office ever has at once
    return lambda: read_topics(baseline, windows, at, rules, live)


def gaussian_ms() -> float:
    """One step of the windowed Gaussian over as many issues, in the mean over many steps."""
    steps = 4 * _WINDOW
    counts = np.random.default_rng(_SEED).poisson(2.0, (steps, _ISSUES)).astype(float)
    spent = [_timed(lambda: rivals.windowed_gaussian(counts, _WINDOW)) for _ in range(3)]
    return 1000 * median(spent) / steps


def _timed(job: Callable[[], object]) -> float:
    begin = time.process_time()
    job()
    return time.process_time() - begin


def replay_seconds(issues: int, weeks: int) -> float:
    """CPU seconds of judging so many weeks of five-minute bins."""
    feed = SparseFeed.drawn(issues, weeks * 7 * 24)
    plan = Plan(
        tuple(map(str, range(issues))),
        weeks * 7 * 24,
        _BINS_AN_HOUR,
        lambda hour: hour % 168,
        Detector(),
    )
    begin = time.process_time()
    for _ in replay(feed, plan):
        pass
    return time.process_time() - begin


@dataclass(frozen=True, slots=True, eq=False)
class SparseFeed:
    """A ``replay.Feed`` that holds only bins with a comment, ordered by bin.

    ``starts`` (bins + 1,): where each bin begins in ``issue``, ``negatives`` and ``comments``.
    """

    issues: int
    starts: NDArray[np.int64]
    issue: NDArray[np.int32]
    negatives: NDArray[np.int16]
    comments: NDArray[np.int16]

    @classmethod
    def drawn(cls, issues: int, hours: int) -> SparseFeed:
        """Poisson counts, 0.02 to 2 negatives an hour and issue."""
        rng = np.random.default_rng(_SEED)
        rates = np.exp(rng.uniform(np.log(0.02), np.log(2), issues)) / _NEGATIVE
        bins = hours * _BINS_AN_HOUR
        total = rng.poisson(rates * hours)
        cell = np.sort(
            rng.integers(bins, size=total.sum()) * np.int64(issues)
            + np.repeat(np.arange(issues), total)
        )
        cells, comments = np.unique(cell, return_counts=True)
        starts = np.searchsorted(cells, np.arange(bins + 1) * np.int64(issues))
        negatives = rng.binomial(comments, _NEGATIVE)
        issue = (cells % issues).astype(np.int32)
        return cls(issues, starts, issue, negatives.astype(np.int16), comments.astype(np.int16))

    def between(self, first: int, last: int) -> Block:
        """See ``replay.Feed``; made dense, everything was seen."""
        shape = (last - first, self.issues)
        negatives, comments = np.zeros(shape, np.int16), np.zeros(shape, np.int16)
        rows = slice(self.starts[first], self.starts[last])
        of_bin = np.repeat(np.arange(last - first), np.diff(self.starts[first : last + 1]))
        where = of_bin, self.issue[rows]
        negatives[where], comments[where] = self.negatives[rows], self.comments[rows]
        return Block(negatives, comments, np.broadcast_to(_FULL, shape))

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """See ``replay.Feed``; nothing arrives late."""
        yield first, last
