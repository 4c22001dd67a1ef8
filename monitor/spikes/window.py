"""Judging the live windows of one and three hours of every topic at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from monitor.records import Reading
from monitor.spikes.baseline import Baseline, Floats, Piece
from monitor.spikes.levels import Rules, level_of
from monitor.spikes.tail import surprise, usual_range

# Window in hours and the surprise that scores 1 there; a longer window is looked at again and
# again with almost the same content, so it needs less (measured, see docs/method.md).
WINDOWS: tuple[tuple[int, float], ...] = ((1, 5.8), (3, 4.05))

SHARE_CORRELATION = 0.1
YOUNG_HOURS = 7 * 24
YOUNG_COMMENTS = 50


@dataclass(frozen=True, slots=True)
class WindowData:
    """One window of all topics: what was counted and what of it was observed."""

    hours: int
    scale: float
    negatives: Mapping[str, int]
    comments: Mapping[str, int]
    pieces: Sequence[Piece]

    @property
    def coverage(self) -> float:
        """Observed share of the window, 0..1."""
        return min(1.0, sum(piece.hours for piece in self.pieces) / self.hours)


def read_topics(
    baseline: Baseline, windows: Sequence[WindowData], at: datetime, rules: Rules
) -> dict[str, Reading]:
    """One reading a topic: that of its most surprising window."""
    best: dict[str, Reading] = {}
    for window in windows:
        for reading in _read_window(baseline, window, at, rules):
            before = best.get(reading.topic)
            if before is None or reading.score > before.score:
                best[reading.topic] = reading
    return best


def _read_window(
    baseline: Baseline, window: WindowData, at: datetime, rules: Rules
) -> list[Reading]:
    observed = np.array([window.negatives.get(topic, 0) for topic in baseline.topics], float)
    comments = np.array([window.comments.get(topic, 0) for topic in baseline.topics], float)
    mean, variance = baseline.expected(window.pieces)
    low, upper = usual_range(mean, variance)
    scores = (
        surprise(observed, mean, variance) + share_surprise(observed, comments, baseline.share)
    ) / window.scale
    # Half of the mid-p is the score of a quiet hour; only what is beyond it is surprise.
    scores = np.where(observed > mean, scores, 0.0)
    return [
        Reading(
            topic=topic,
            at=at,
            hours=window.hours,
            observed=int(observed[i]),
            expected=round(float(mean[i]), 2),
            low=int(low[i]),
            upper=int(upper[i]),
            score=round(float(scores[i]), 3),
            level=level_of(float(scores[i]), int(observed[i]), float(mean[i]), rules),
            reason="",
            coverage=round(window.coverage, 3),
            share=float(observed[i] / comments[i]) if comments[i] else None,
            usual_share=baseline.share[i],
            young=baseline.hours < YOUNG_HOURS and baseline.seen[i] < YOUNG_COMMENTS,
        )
        for i, topic in enumerate(baseline.topics)
    ]


def share_surprise(negatives: Floats, comments: Floats, usual: Sequence[float]) -> Floats:
    """Surprise at the share of negatives: a second, independent witness beside the count.

    Beta-binomial variance with intra-window correlation 0.1, tail by the negative binomial.
    """
    share = np.array(usual)
    mean = comments * share
    variance = mean * (1 - share) * (1 + np.maximum(comments - 1, 0) * SHARE_CORRELATION)
    found = surprise(negatives, mean, variance)
    return np.where(negatives > mean, found, 0.0)
