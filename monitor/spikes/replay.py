"""Judging a stretch of time bin by bin, exactly as the live service does, for many topics at once.

Serves ``siaga spikes FILE``, the back-test and the benchmarks. Time is counted in bins of equal
width, a whole number to the clock hour. A bin is judged with what a Feed knew by then; an hour is
learned six hours after its end. Pure, and sparse: only bins that could score are worked on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.spikes.baseline import Baseline, baseline_of
from monitor.spikes.learner import Hour, learn_hour
from monitor.spikes.scoring import (
    FIRST_HOURS,
    Detector,
    combined,
    deviation,
    spread,
    window_surprise,
)
from monitor.spikes.state import Floats, State
from monitor.spikes.weighing import Surprise, context

Ints = NDArray[np.int64]

LATE_HOURS: Final = 6  # by then an hour's comments have come and people have spoken


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Bins in a row as known at one moment: (bins, topics) each; ``comments`` None: counts only."""

    negatives: NDArray[Any]
    comments: NDArray[Any] | None
    coverage: Floats


class Feed(Protocol):
    """Where the bins come from."""

    def between(self, first: int, last: int) -> Block:
        """Bins [first, last) as known when the bins asked for last were judged."""
        ...

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Bins [first, last) of one hour, in parts within which nothing arrives late."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Bins of topics with a score above 0: flat arrays of one length.

    ``counts``, ``means``, ``comments`` and ``surprises`` have the shape (windows, found), and so
    has ``by_count``: what of the surprises is that of the count.
    """

    bin: Ints
    topic: Ints
    score: Floats
    counts: Floats
    means: Floats
    comments: Floats
    surprises: Floats
    by_count: Floats


@dataclass(frozen=True, slots=True)
class Plan:
    """``hours`` clock hours of ``width`` bins each; ``slot`` says an hour's slot of the week.

    ``late``: how many hours after its end an hour is learned; ``pace``: hours of forgetting that
    a step costs, where steps are longer than hours.
    """

    topics: tuple[str, ...]
    hours: int
    width: int
    slot: Callable[[int], int]
    detector: Detector
    late: int = LATE_HOURS
    pace: float = 1.0


def replay(
    feed: Feed, plan: Plan, each_hour: Callable[[int, Baseline], None] | None = None
) -> Iterator[Found]:
    """Judge all hours in order; ``each_hour`` is told what is usual in every hour.

    A topic is learned from the first hour on in which it was seen.
    """
    state = State.empty(plan.topics)
    first_seen = np.full(len(plan.topics), plan.hours)
    for hour in range(plan.hours):
        learned = hour - plan.late - 1
        if learned >= 0:
            _learn(state, feed, plan, learned)
        baseline = baseline_of(state)
        if each_hour is not None:
            each_hour(hour, baseline)
        for first, last in feed.turns(hour * plan.width, (hour + 1) * plan.width):
            found = _judge(feed, plan, baseline, first, last)
            seen = feed.between(first, last).coverage.max(axis=0, initial=0) > 0
            first_seen = np.where(seen, np.minimum(first_seen, hour), first_seen)
            if found is not None:
                old = hour - first_seen[found.topic] >= FIRST_HOURS + plan.late
                yield found if old.all() else _chosen(found, old)


def _learn(state: State, feed: Feed, plan: Plan, hour: int) -> None:
    block = feed.between(hour * plan.width, (hour + 1) * plan.width)
    negatives = block.negatives.sum(axis=0).astype(float)
    every = negatives if block.comments is None else block.comments.sum(axis=0).astype(float)
    seen = block.coverage.mean(axis=0).astype(float)
    one = Hour(plan.slot(hour), negatives, every[None], seen, by_source=False)
    learn_hour(state, one, plan.pace)


def _judge(feed: Feed, plan: Plan, baseline: Baseline, first: int, last: int) -> Found | None:
    sizes = [max(1, round(hours * plan.width)) for hours in plan.detector.windows]
    begin = max(0, first - max(sizes) + 1)
    block = feed.between(begin, last)
    counts = _running(block.negatives)
    ends = np.arange(first, last) + 1 - begin
    longest = counts[ends] - counts[np.maximum(ends - max(sizes), 0)]
    row, topic = np.nonzero(longest >= plan.detector.least)
    if not len(row):
        return None
    means = _running(_means(plan, baseline, begin, last) * block.coverage)
    seen = _running(block.coverage)
    every = None if block.comments is None else _running(block.comments)
    high = first + row + 1 - begin
    parts, told = [], []
    for size in sizes:
        low = np.maximum(high - size, 0)
        observed = _between(counts, low, high, topic)
        mean = _between(means, low, high, topic)
        comments = None if every is None else _between(every, low, high, topic)
        hours = _between(seen, low, high, topic) / plan.width
        surprised = _surprise(plan, baseline, topic, observed, mean, comments, hours)
        parts.append((observed, mean, observed if comments is None else comments))
        told.append(surprised)
    observed, mean, comments = (np.stack(part) for part in zip(*parts, strict=True))
    most = longest[row, topic].astype(float)
    score = combined(told, most, plan.detector, lambda: context(baseline, mean[0], topic))
    surprises = np.stack([one.whole for one in told])
    by_count = np.stack([one.count for one in told])
    every_one = Found(first + row, topic, score, observed, mean, comments, surprises, by_count)
    return _chosen(every_one, score > 0)


def _between(sums: NDArray[Any], low: Ints, high: Ints, topic: Ints) -> Floats:
    return np.asarray(sums[high, topic] - sums[low, topic], dtype=np.float64)


def _surprise(
    plan: Plan,
    baseline: Baseline,
    topic: Ints,
    observed: Floats,
    mean: Floats,
    comments: Floats | None,
    hours: Floats,
) -> Surprise:
    if plan.detector.plain:
        usual, variance = baseline.plain_mean[topic], baseline.plain_variance[topic]
        return Surprise(deviation(observed, usual * hours, variance * hours))
    variance = spread(baseline, mean, plan.detector, topic)
    return window_surprise(observed, mean, variance, comments, baseline.share[topic])


def _running(values: NDArray[Any]) -> NDArray[Any]:
    """Sums of all rows before each, with one row more."""
    zero = np.zeros((1, values.shape[1]), np.float64 if values.dtype.kind == "f" else np.int64)
    return np.concatenate([zero, np.cumsum(values, axis=0, dtype=zero.dtype)])


def _means(plan: Plan, baseline: Baseline, begin: int, last: int) -> Floats:
    """Expected negatives of whole bins, (bins, topics)."""
    hours = np.arange(begin, last) // plan.width
    rates = {hour: baseline.rate(plan.slot(int(hour))) / plan.width for hour in np.unique(hours)}
    return np.stack([rates[hour] for hour in hours])


def _chosen(found: Found, rows: NDArray[np.bool_]) -> Found:
    return Found(
        found.bin[rows],
        found.topic[rows],
        found.score[rows],
        found.counts[:, rows],
        found.means[:, rows],
        found.comments[:, rows],
        found.surprises[:, rows],
        found.by_count[:, rows],
    )
