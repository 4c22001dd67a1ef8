"""Judging the live windows of one, two and three hours of every topic at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.records import Level, Reading
from monitor.spikes.baseline import Baseline, Piece
from monitor.spikes.levels import Rules, level_of
from monitor.spikes.scoring import DETECTORS, FIRST_HOURS, combined, spread, window_surprise
from monitor.spikes.state import Floats
from monitor.spikes.tail import usual_range
from monitor.spikes.weighing import Surprise, context

YOUNG_HOURS: Final = 7 * 24
YOUNG_COMMENTS: Final = 50
_DETECTOR = DETECTORS["issue"]


@dataclass(frozen=True, slots=True)
class WindowData:
    """One window of all topics: what was counted and what of it was observed.

    ``pieces`` say per topic (or for all alike) how many hours of each clock hour were observed.
    """

    hours: int
    negatives: Mapping[str, int]
    comments: Mapping[str, int]
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A window's arrays, (topics,) each."""

    hours: int
    observed: Floats
    comments: Floats
    mean: Floats
    variance: Floats
    surprise: Surprise
    coverage: Floats


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What one topic's reading is made of: the window that speaks, and the score of all."""

    hours: int
    observed: int
    comments: int
    expected: float
    low: int
    upper: int
    coverage: float
    score: float
    most: int


def read_topics(
    baseline: Baseline,
    windows: Sequence[WindowData],
    at: datetime,
    rules: Mapping[str, Rules],
    always: Collection[str] | None = None,
) -> dict[str, Reading]:
    """One reading a topic: the score of all windows, the numbers of the most surprising one.

    ``windows`` are those of WINDOWS, ``rules`` holds those of every topic. ``always``: topics that
    need a reading whatever was counted; others get one where they reach Waspada (None: all do).
    """
    # Of windows that surprise alike the shortest speaks: it tells of now.
    judged = [_judge(baseline, one) for one in sorted(windows, key=lambda window: window.hours)]
    longest = judged[-1].observed
    surprises = [one.surprise for one in judged]
    scores = combined(surprises, longest, _DETECTOR, lambda: context(baseline, judged[0].mean))
    wanted = [
        i
        for i, topic in enumerate(baseline.topics)
        if always is None or scores[i] >= rules[topic].waspada or topic in always
    ]
    numbers = _numbers(judged, scores, np.array(wanted, dtype=np.int64))
    return {
        baseline.topics[i]: _reading(baseline, i, at, one, rules[baseline.topics[i]])
        for i, one in zip(wanted, numbers, strict=True)
    }


def _judge(baseline: Baseline, window: WindowData) -> _Judged:
    topics = baseline.topics
    observed = np.array([window.negatives.get(topic, 0) for topic in topics], float)
    comments = np.array([window.comments.get(topic, 0) for topic in topics], float)
    mean = baseline.mean(window.pieces)
    variance = spread(baseline, mean, _DETECTOR)
    surprised = window_surprise(observed, mean, variance, comments, baseline.share)
    seen = sum((piece.hours * np.ones(len(observed)) for piece in window.pieces), 0 * observed)
    coverage = np.minimum(1.0, seen / window.hours)
    return _Judged(window.hours, observed, comments, mean, variance, surprised, coverage)


def _numbers(
    judged: Sequence[_Judged], scores: Floats, wanted: NDArray[np.int64]
) -> list[_Numbers]:
    """The numbers of the wanted topics, each from the window that speaks for it."""
    if not len(wanted):
        return []
    speaking = np.argmax(np.stack([one.surprise.whole[wanted] for one in judged]), axis=0)

    def of(name: str) -> Floats:
        table = np.stack([getattr(one, name)[wanted] for one in judged])
        return np.asarray(table[speaking, np.arange(len(wanted))])

    mean, variance = of("mean"), of("variance")
    low, upper = usual_range(mean, variance)
    columns = (
        [judged[i].hours for i in speaking.tolist()],
        of("observed").astype(int).tolist(),
        of("comments").astype(int).tolist(),
        mean.tolist(),
        low.astype(int).tolist(),
        upper.astype(int).tolist(),
        of("coverage").tolist(),
        scores[wanted].tolist(),
        judged[-1].observed[wanted].astype(int).tolist(),
    )
    return [_Numbers(*row) for row in zip(*columns, strict=True)]


def _reading(baseline: Baseline, i: int, at: datetime, numbers: _Numbers, rules: Rules) -> Reading:
    level = level_of(numbers.score, numbers.observed, numbers.expected, rules, numbers.most)
    return Reading(
        topic=baseline.topics[i],
        at=at,
        hours=numbers.hours,
        observed=numbers.observed,
        expected=round(numbers.expected, 2),
        low=numbers.low,
        upper=numbers.upper,
        score=round(numbers.score, 3),
        level=Level.NORMAL if baseline.hours < FIRST_HOURS else level,
        reason="",
        coverage=round(numbers.coverage, 3),
        share=numbers.observed / numbers.comments if numbers.comments else None,
        usual_share=float(baseline.share[i]),
        young=baseline.hours < YOUNG_HOURS and float(baseline.seen[i]) < YOUNG_COMMENTS,
    )
