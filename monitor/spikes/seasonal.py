"""What is usual in bins of a day or wider: level, trend and the rhythm of a year, fitted online.

Serves ``series`` for wide bins and the benchmark of weekly counts; narrow bins belong to
``learner``. Judging stands here, the regression in ``regression``. In the manner of Farrington
Flexible (Noufaily et al. 2013, Stat Med 32: 1206) the most recent half year is left out of the fit
and past outbreaks are weighed down. Other than there a slow change of level within that half year
is followed, and the last two bins are judged together as well as the last one. Pure; all series of
one call are fitted at once. A bin that nobody observed is unknown, never 0, and no bin depends on
a later one: fits are made every four weeks, counted from the first bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from monitor.spikes.regression import HARMONICS, Bools, Fit, fitted
from monitor.spikes.state import Floats
from monitor.spikes.tail import surprise

MEMORY_YEARS: Final = 10.0  # older bins are forgotten
SKIPPED_YEARS: Final = 0.5  # newest bins left out: an outbreak may still run, or just have been
LEAST_SKIPPED: Final = 0.15  # the same where the past is short
UNSETTLED: Final = 0.5  # of four weeks: the newest bins, which move no level
LEAST_SEEN: Final = 0.7  # observed share of the past below which nothing is fitted
DRIFT: Final = 0.1  # how far a level may have moved since the fitted past, as a part of itself
WINDOWS: Final = (1, 2)  # bins, each window one longer than the one before
WEIGHTS: Final = (1.0, 5.0)  # two bins hold more of an outbreak, one bin speaks earlier
LEAD: Final = 1.0  # powers of ten by which two bins may surprise more than the last alone
SCALE: Final = 11.5  # a score of 0.92 comes in about 1 % of calm weeks (benchmarks/noufaily.py)
LEVEL_SD: Final = 3.0  # what is believed before a fit: standard deviations of logarithms
TREND_SD: Final = 0.2  # a year
WEEKDAY_SD: Final = 0.5
HARMONIC_SDS: Final = (0.5, 0.3)
_YEAR, _MONTH, _DAY = timedelta(days=365.25), timedelta(days=28), timedelta(days=1)
_LONGEST = max(WINDOWS)


@dataclass(frozen=True, slots=True)
class Calendar:
    """``year`` and ``month``: bins in a year and in four weeks; ``week``: in a week, 1: no days."""

    year: float
    month: int = 4
    week: int = 1

    @property
    def first(self) -> int:
        """Bins before the first fit: a whole year, and those that are left out."""
        return int(np.ceil(self.year * (1 + LEAST_SKIPPED)))

    def past(self, now: int) -> tuple[int, int]:
        """Bins [begin, end) that a fit made just before bin ``now`` looks at."""
        room = now - int(np.ceil(self.year))
        end = now - min(round(self.year * SKIPPED_YEARS), room)
        return max(0, end - round(self.year * MEMORY_YEARS)), end

    def design(self, begin: int, end: int) -> Floats:
        """(bins, columns): one, trend in years, weekdays about their mean, waves of a year."""
        at = np.arange(begin, end)
        days = np.zeros((len(at), 0))
        if self.week > 1:
            days = (at[:, None] % self.week == np.arange(self.week)) - 1 / self.week
        angle = 2 * np.pi * at / self.year
        waves = [wave(j * angle) for j in range(1, HARMONICS + 1) for wave in (np.cos, np.sin)]
        return np.column_stack([np.ones(len(at)), at / self.year, days, *waves])

    def precision(self) -> Floats:
        """Of each column of the design before anything was seen, (columns,)."""
        days = [WEEKDAY_SD] * (self.week if self.week > 1 else 0)
        waves = [sd for sd in HARMONIC_SDS for _ in range(2)]
        return np.array([LEVEL_SD, TREND_SD, *days, *waves]) ** -2.0


def calendar_of(step: timedelta) -> Calendar | None:
    """The calendar of bins so wide; None below a day and above a month."""
    if not _DAY <= step <= 1.2 * _MONTH:
        return None
    week = 7 if step == _DAY else 1
    return Calendar(_YEAR / step, max(1, round(_MONTH / step)), week)


@dataclass(frozen=True, slots=True, eq=False)
class Seasonal:
    """Every bin of every series, (bins, series); 0 where not ``ready``, as in a first year.

    ``expected`` and ``variance`` of the bin if all of it was observed; ``counts``, ``means`` and
    ``surprises`` of the WINDOWS that end with it, (windows, bins, series).
    """

    ready: Bools
    expected: Floats
    variance: Floats
    counts: Floats
    means: Floats
    surprises: Floats

    @property
    def score(self) -> Floats:
        """See ``combined``."""
        return combined(self.surprises)


def combined(surprises: Floats) -> Floats:
    """One score from the surprises of the WINDOWS, (windows, ...): weighed, added, scaled.

    The longer window may lead the last bin by LEAD only, so a usual bin after an outbreak is calm.
    """
    tied = np.minimum(surprises, surprises[0] + LEAD)
    # Term by term: a product of matrices may round a bin by how many there are.
    parts = [weight * one for weight, one in zip(WEIGHTS, tied, strict=True)]
    return np.asarray(np.sum(parts, axis=0) / SCALE)


def judge(
    counts: Floats, seen: Bools, calendar: Calendar, *, first: int = 0, together: bool = False
) -> Seasonal:
    """Judge bins (bins, series) online; only from bin ``first`` on, where that saves work.

    ``together``: the series are of one kind, and their dispersions are shrunk to the common one.
    """
    bins, series = counts.shape
    starts = range(calendar.first, bins, calendar.month)
    room = calendar.first + len(starts) * calendar.month
    # Room up to a full last block: equal shapes give equal bits, however long the series is.
    empty = np.zeros((max(room - bins, 0), series))
    known = np.concatenate([seen, empty > 0])
    whole = np.concatenate([np.where(seen, counts, 0.0), empty])
    flat, windowed = (2, len(whole), series), (3, len(WINDOWS), len(whole), series)
    ready = np.zeros(whole.shape, bool)
    usual, found = np.zeros(flat), np.zeros(windowed)
    for now in starts:
        last = now + calendar.month
        begin, end = calendar.past(now)
        enough = known[begin:end].mean(axis=0) >= LEAST_SEEN
        if last <= first or not enough.any():
            continue
        past = calendar.design(begin, end), calendar.precision()
        fit = fitted(whole[begin:end], known[begin:end], *past, together=together)
        ready[now:last] = enough
        ahead = _ahead(fit, whole, known, calendar, now)
        usual[:, now:last] = np.where(enough, ahead.usual(), 0.0)
        found[:, :, now:last] = np.where(enough, ahead.windows(whole, known, now), 0.0)
    return Seasonal(ready[:bins], *usual[:, :bins], *found[:, :, :bins])


@dataclass(frozen=True, slots=True, eq=False)
class _Ahead:
    """The bins that one fit judges, with those before that their windows reach back to.

    ``mean`` (bins, series), ``design`` (bins, columns); ``moved``: relative variance of the level
    since the fitted past, (series,).
    """

    fit: Fit
    design: Floats
    mean: Floats
    moved: Floats

    def usual(self) -> Floats:
        """Mean and variance of each bin, (2, bins, series)."""
        mean = self.mean[_LONGEST - 1 :]
        return np.stack([mean, self._variance(mean, mean[:, :, None] * self._rows(0))])

    def windows(self, counts: Floats, seen: Bools, now: int) -> Floats:
        """Counts, means and surprises of the windows, (3, windows, bins, series)."""
        many = len(self.mean) - _LONGEST + 1
        count, mean = np.zeros((2, many, counts.shape[1]))
        slope = np.zeros((*mean.shape, self.design.shape[1]))
        parts = []
        for back in range(_LONGEST):
            here = slice(now - back, now - back + many)
            usual = np.where(seen[here], self._at(self.mean, back), 0.0)
            count, mean = count + counts[here], mean + usual
            slope = slope + usual[:, :, None] * self._rows(back)
            surprised = surprise(count, mean, self._variance(mean, slope))
            parts.append(np.stack([count, mean, surprised]))
        return np.stack(parts, axis=1)

    def _variance(self, mean: Floats, slope: Floats) -> Floats:
        """Of counts: their own, and that of the fitted mean by the delta method."""
        doubt = np.einsum("bsp,spq,bsq->bs", slope, self.fit.covariance, slope)
        return np.asarray(self.fit.dispersion * mean + doubt + self.moved * mean**2)

    def _at(self, values: Floats, back: int) -> Floats:
        return values[_LONGEST - 1 - back : len(values) - back]

    def _rows(self, back: int) -> Floats:
        return self._at(self.design, back)[:, None, :]


def _ahead(fit: Fit, counts: Floats, seen: Bools, calendar: Calendar, now: int) -> _Ahead:
    """What a fit expects of the next four weeks, at the level of the half year it left out.

    Of that the newest half month is left out all the same, and no bin counts more than three
    standard deviations above its mean; so an outbreak hardly moves the level, but a change that
    stays does. The level's ratio has a gamma prior about 1 with standard deviation DRIFT.
    """
    begin = calendar.past(now)[1]
    recent = slice(begin, max(begin, now - max(1, round(calendar.month * UNSETTLED))))
    mean = fit.mean(calendar.design(recent.start, recent.stop))
    mean = np.where(seen[recent], mean, 0.0)
    tame = np.minimum(counts[recent], mean + 3 * np.sqrt(fit.dispersion * mean))
    prior = fit.dispersion / DRIFT**2
    whole = mean.sum(axis=0) + prior
    ratio = (tame.sum(axis=0) + prior) / whole
    design = calendar.design(now - _LONGEST + 1, now + calendar.month)
    return _Ahead(fit, design, fit.mean(design) * ratio, fit.dispersion / whole)
