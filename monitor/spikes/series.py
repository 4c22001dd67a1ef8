"""Judging the series of a file row by row, online: a row never depends on later ones.

Serves ``siaga spikes FILE``. Rows up to an hour wide are put on a grid of the clock hour and
judged as live comments are; wider ones, such as days or weeks, are judged one by one, and after
their first year by the rhythm of years (``seasonal``). A bin without a row is unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from monitor.records import Level
from monitor.spikes.baseline import Baseline
from monitor.spikes.learner import LEVEL_HALF_LIFE
from monitor.spikes.levels import Rules, level_of
from monitor.spikes.replay import LATE_HOURS, Block, Plan, replay
from monitor.spikes.scoring import DETECTORS, Detector, spread
from monitor.spikes.seasonal import WINDOWS, Calendar, calendar_of, judge
from monitor.spikes.state import Floats
from monitor.spikes.tail import usual_range

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MOST_BINS = 60  # an hour is cut into minutes at the finest
# Hours of forgetting that one wide bin may cost: a level remembers at least its last 26 bins.
_STEP_MOST: Final = LEVEL_HALF_LIFE / 26


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


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Steps of ``step`` from ``start``, cut into ``width`` bins each; a row's bin is in ``at``."""

    start: datetime
    step: timedelta
    width: int
    steps: int
    at: NDArray[np.int64]
    counts: Floats
    coverage: Floats

    @property
    def fine(self) -> bool:
        """Whether a step is a clock hour."""
        return self.step == _HOUR

    def between(self, first: int, last: int) -> Block:
        """See ``replay.Feed``."""
        return Block(self.counts[first:last, None], None, self.coverage[first:last, None])

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """See ``replay.Feed``; nothing arrives late in a file."""
        yield first, last


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
    detector = DETECTORS[profile]
    if any(later.at <= earlier.at for earlier, later in pairwise(rows)):
        raise ValueError("rows are not in order of time")
    if not rows:
        return []
    grid = _grid(rows)
    # Volume that bursts all the time is measured by its bursts, which a seasonal fit leaves out.
    calendar = None if detector.plain else calendar_of(grid.step)
    if not grid.fine:
        wide = (detector.windows[0],)
        scale = detector.scale / sum(detector.weights)
        detector = replace(detector, windows=wide, weights=(1.0,), scale=scale)
    found = _replayed(grid, detector, zone or ZoneInfo("Asia/Jakarta"))
    if calendar is not None:
        found = _with_years(grid, calendar, found)
    return _verdicts(rows, grid, found, rules or Rules())


def _grid(rows: Sequence[SeriesRow]) -> _Grid:
    gaps = sorted(later.at - earlier.at for earlier, later in pairwise(rows))
    gap = gaps[len(gaps) // 2] if gaps else _HOUR
    first = rows[0].at.astimezone(UTC)
    if gap <= _HOUR:
        width = min(_MOST_BINS, max(1, _HOUR // gap))
        start, step = first.replace(minute=0, second=0, microsecond=0), _HOUR
    else:
        width, start, step = 1, first, gap
    at = np.array([(row.at - start) // (step / width) for row in rows])
    # Gaps that differ a little from the median must not put two wide rows into one bin.
    at = at if gap <= _HOUR else _apart(at)
    steps = int(at[-1]) // width + 1
    counts, seen = np.zeros(steps * width), np.zeros(steps * width)
    observed = np.array([row.observed for row in rows], float)
    np.add.at(counts, at, np.array([row.count for row in rows], float) * observed)
    np.maximum.at(seen, at, observed)
    return _Grid(start, step, width, steps, at, counts, seen)


def _apart(at: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.arange(len(at))
    return np.asarray(np.maximum.accumulate(at - places) + places)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Of every bin; ``hours``, ``count`` and ``mean`` are those of the window that speaks."""

    expected: Floats
    upper: Floats
    score: Floats
    hours: Floats
    count: Floats
    mean: Floats


def _replayed(grid: _Grid, detector: Detector, zone: ZoneInfo) -> _Found:
    """Every bin as the live service judges it."""
    bins = grid.steps * grid.width
    expected, upper, score = np.zeros(bins), np.zeros(bins), np.zeros(bins)
    windows = len(detector.windows)
    chosen = np.zeros(bins, np.int64)
    counts, means = np.zeros((windows, bins)), np.zeros((windows, bins))

    def usual(step: int, baseline: Baseline) -> None:
        here = slice(step * grid.width, (step + 1) * grid.width)
        mean = baseline.rate(slot(step)) / grid.width
        expected[here] = mean[0]
        upper[here] = usual_range(mean, spread(baseline, mean, detector))[1][0]

    def slot(step: int) -> int:
        return _slot(grid.start + step * grid.step, grid.step, zone)

    late = LATE_HOURS if grid.fine else 0
    pace = 1.0 if grid.fine else min(grid.step / _HOUR, _STEP_MOST)
    plan = Plan(("",), grid.steps, grid.width, slot, detector, late, pace)
    for found in replay(grid, plan, usual):
        score[found.bin] = found.score
        chosen[found.bin] = np.argmax(found.surprises, axis=0)
    for i, hours in enumerate(detector.windows):
        size = max(1, round(hours * grid.width)) if grid.fine else 1
        counts[i], means[i] = _sums(grid.counts, size), _sums(expected * grid.coverage, size)
    unit = grid.step / _HOUR
    lengths = np.array([hours if grid.fine else unit for hours in detector.windows])
    at = np.arange(bins)
    return _Found(expected, upper, score, lengths[chosen], counts[chosen, at], means[chosen, at])


def _with_years(grid: _Grid, calendar: Calendar, young: _Found) -> _Found:
    """What the rhythm of a year says of wide bins, and before the first year what was said."""
    judged = judge(grid.counts[:, None], grid.coverage[:, None] > 0, calendar)
    ready = judged.ready[:, 0]
    # Windows that surprise alike: the shorter one speaks.
    chosen = np.argmax(judged.surprises[:, :, 0], axis=0)
    at = np.arange(len(ready))
    mean = np.maximum(judged.expected[:, 0], 1e-9)
    upper = usual_range(mean, np.maximum(judged.variance[:, 0], mean))[1]
    hours = np.array(WINDOWS)[chosen] * (grid.step / _HOUR)
    return _Found(
        np.where(ready, judged.expected[:, 0], young.expected),
        np.where(ready, upper, young.upper),
        np.where(ready, judged.score[:, 0], young.score),
        np.where(ready, hours, young.hours),
        np.where(ready, judged.counts[chosen, at, 0], young.count),
        np.where(ready, judged.means[chosen, at, 0], young.mean),
    )


def _verdicts(
    rows: Sequence[SeriesRow], grid: _Grid, found: _Found, rules: Rules
) -> list[JudgedRow]:
    return [
        JudgedRow(
            row=row,
            expected=float(found.expected[at]),
            upper=float(found.upper[at]),
            score=float(found.score[at]) if row.observed else 0.0,
            level=_level(float(found.score[at]), found.count[at], found.mean[at], rules, row),
            window_hours=float(found.hours[at]),
            window_count=float(found.count[at]),
            window_expected=float(found.mean[at]),
        )
        for row, at in zip(rows, grid.at.tolist(), strict=True)
    ]


def _level(score: float, count: float, mean: float, rules: Rules, row: SeriesRow) -> Level:
    return level_of(score, int(count), float(mean), rules) if row.observed else Level.NORMAL


def _sums(values: Floats, size: int) -> Floats:
    """Sums of each bin with those before it, ``size`` bins at most."""
    running = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(running))
    return np.asarray(running[ends] - running[np.maximum(ends - size, 0)])


def _slot(at: datetime, step: timedelta, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    if step <= _HOUR:
        return local.weekday() * 24 + local.hour
    return local.weekday() * 24 if step <= _DAY else 0
