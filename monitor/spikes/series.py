"""Judging whole series row by row, online: a row never depends on later ones.

Serves ``siaga spikes FILE``. Bins may be of any width; bins up to an hour are judged by trailing
windows, wider bins one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from monitor.records import Level
from monitor.spikes.baseline import BURST_VARIANCE, LEVEL_HALF_LIFE, Floats, Learner
from monitor.spikes.levels import Rules, level_of
from monitor.spikes.tail import surprise, usual_range
from monitor.spikes.window import WINDOWS

# Trailing windows in hours with the surprise that scores 1 there, by kind of series.
PROFILES: dict[str, tuple[tuple[float, float], ...]] = {
    "issue": tuple((float(hours), scale) for hours, scale in WINDOWS),
    "mentions": ((0.25, 6.5), (1.0, 5.8)),
}
_LATE = timedelta(hours=6)
_DAY = timedelta(days=1)
# Hours of forgetting that one bin may cost: a level remembers at least its last 26 bins.
_STEP_MOST = LEVEL_HALF_LIFE / 26


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One bin: its start, its count, and whether the source was up."""

    at: datetime
    count: float
    observed: bool = True


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One bin with its verdict; ``window_hours`` and ``window_count`` are what decided."""

    row: SeriesRow
    expected: float
    upper: float
    score: float
    level: Level
    window_hours: float
    window_count: float
    window_expected: float


def judge_series(
    rows: Sequence[SeriesRow],
    profile: str = "issue",
    rules: Rules | None = None,
    zone: ZoneInfo | None = None,
) -> list[JudgedRow]:
    """Judge the rows of one series, given in order of time.

    Raises:
        KeyError: no such profile.
        ValueError: the rows are not in order of time.
    """
    windows = PROFILES[profile]
    if any(later.at <= earlier.at for earlier, later in pairwise(rows)):
        raise ValueError("rows are not in order of time")
    width = _width(rows)
    if width > timedelta(hours=1):
        windows = ((width / timedelta(hours=1), windows[0][1]),)
    means, extra = _expectations(rows, width, zone or ZoneInfo("Asia/Jakarta"))
    return _judge(rows, means, extra, windows, width, rules or Rules())


def _width(rows: Sequence[SeriesRow]) -> timedelta:
    gaps = sorted(b.at - a.at for a, b in pairwise(rows))
    return gaps[len(gaps) // 2] if gaps else timedelta(hours=1)


def _slot(at: datetime, width: timedelta, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    if width <= timedelta(hours=1):
        return local.weekday() * 24 + local.hour
    return local.weekday() if width <= _DAY else 0


def _expectations(
    rows: Sequence[SeriesRow], width: timedelta, zone: ZoneInfo
) -> tuple[Floats, Floats]:
    """Mean, dispersion and doubt of each bin from bins that ended at least six hours before."""
    slots = 168 if width <= timedelta(hours=1) else (7 if width <= _DAY else 1)
    # Wide bins forget by bins, not by days: half a year of weeks.
    step = min(width / timedelta(hours=1), _STEP_MOST)
    learner = Learner(1, slots, step)
    late = timedelta(0) if width > timedelta(hours=1) else _LATE
    means, extra, learned = np.zeros(len(rows)), np.zeros((len(rows), 2)), 0
    for i, row in enumerate(rows):
        while learned < i and rows[learned].at + width + late <= row.at:
            seen = rows[learned]
            count = np.array([seen.count])
            learner.learn(count, count, _slot(seen.at, width, zone), float(seen.observed))
            learned += 1
        level, doubt = learner.level()
        means[i] = level[0] * learner.profile()[_slot(row.at, width, zone)] * step
        extra[i] = learner.dispersion()[0], doubt[0]
    return means, extra


def _judge(
    rows: Sequence[SeriesRow],
    means: Floats,
    extra: Floats,
    windows: Sequence[tuple[float, float]],
    width: timedelta,
    rules: Rules,
) -> list[JudgedRow]:
    seen = np.array([row.observed for row in rows], float)
    counts = np.array([row.count for row in rows], float) * seen
    starts = np.array([row.at.timestamp() for row in rows])
    # Sums over a trailing window are differences of running sums.
    run_counts, run_means = _running(counts), _running(means * seen)
    best = np.zeros(len(rows))
    chosen = np.zeros((len(rows), 3))
    for hours, scale in windows:
        first = np.searchsorted(starts, starts - hours * 3600 + width.total_seconds(), "left")
        count = run_counts[1:] - run_counts[first]
        mean = np.maximum(run_means[1:] - run_means[first], 1e-9)
        variance = extra[:, 0] * mean + (BURST_VARIANCE + extra[:, 1]) * mean**2
        score = np.where((count > mean) & (seen > 0), surprise(count, mean, variance) / scale, 0.0)
        better = (score > best) | (chosen[:, 0] == 0)
        best = np.where(better, score, best)
        chosen[better] = np.column_stack([np.full(len(rows), hours), count, mean])[better]
    own = extra[:, 0] * means + (BURST_VARIANCE + extra[:, 1]) * means**2
    _, upper = usual_range(means, own)
    return [
        JudgedRow(
            row=row,
            expected=float(means[i]),
            upper=float(upper[i]),
            score=float(best[i]),
            level=level_of(float(best[i]), int(chosen[i, 1]), float(chosen[i, 2]), rules),
            window_hours=float(chosen[i, 0]),
            window_count=float(chosen[i, 1]),
            window_expected=float(chosen[i, 2]),
        )
        for i, row in enumerate(rows)
    ]


def _running(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
