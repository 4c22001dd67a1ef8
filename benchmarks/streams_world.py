"""What every structure of a simulated stream shares: the calendar, the issues and their sources.

Time is counted in bins of five minutes from a local (WIB) Monday midnight, so ``bin // 288`` is
the local day. The structures (``streams_posts``, ``streams_rhythm``, ``streams_people``) turn a
World into single comments. Nothing here may know how a detector works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.signedinteger]  # of any width: for picking rows

BIN_MINUTES = 5
BINS_AN_HOUR = 12
BINS_A_DAY = 288
SHARE = 0.25  # negatives among all comments of a normal hour
SOURCES = 8
_WIB = timezone(timedelta(hours=7))
_BURN_IN_DAYS = 14
_FIRST_MONDAY = date(2026, 1, 5)
# Any of these Mondays leaves the whole of Ramadan within twelve weeks.
_MONDAYS = 4
_RAMADAN = (date(2026, 2, 19), date(2026, 3, 20))
HOLIDAYS = (
    *(date(2026, 1, 1), date(2026, 1, 16), date(2026, 2, 16), date(2026, 2, 17)),
    *(date(2026, 3, day) for day in range(18, 25)),
    *(date(2026, 4, 3), date(2026, 4, 5), date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 15)),
    *(date(2026, 5, 27), date(2026, 5, 28), date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 16)),
)


@dataclass(frozen=True, slots=True)
class World:
    """The stage: days (days,), issues (issues,), and which sources carry which issue.

    ``rate`` is negatives an hour in the mean over the issue's life; ``born`` its first bin;
    ``mix`` (issues, sources) the usual share of its comments by source, rows summing to 1.
    """

    start: datetime
    bins: int
    burn_in: int
    weekday: Ints
    holiday: Bools
    ramadan: Bools
    rate: Floats
    born: Ints
    mix: Floats

    @property
    def issues(self) -> int:
        """How many issues there are."""
        return len(self.rate)

    @property
    def days(self) -> int:
        """How many local days there are."""
        return len(self.weekday)

    @property
    def comment_rate(self) -> Floats:
        """Comments of every kind an hour, (issues,)."""
        return self.rate / SHARE

    @property
    def holidays(self) -> list[date]:
        """The holidays that lie within the stream."""
        first = self.start.astimezone(_WIB).date()
        return [first + timedelta(days=int(day)) for day in np.flatnonzero(self.holiday)]


@dataclass(frozen=True, slots=True)
class Comments:
    """Single comments: four arrays of one length."""

    bin: Ints
    issue: Ints
    source: Ints
    negative: Bools

    def __len__(self) -> int:
        return len(self.bin)

    def chosen(self, mask: Bools) -> Comments:
        """Only those where the mask holds."""
        return Comments(self.bin[mask], self.issue[mask], self.source[mask], self.negative[mask])


def joined(parts: Sequence[Comments]) -> Comments:
    """All parts as one."""
    return Comments(
        np.concatenate([part.bin for part in parts]),
        np.concatenate([part.issue for part in parts]),
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.negative for part in parts]),
    )


def within(world: World, comments: Comments) -> Comments:
    """Only comments inside the stream's time and not before their issue was born."""
    inside = (comments.bin >= world.born[comments.issue]) & (comments.bin < world.bins)
    return comments.chosen(inside)


def make_world(rng: Generator, issues: int, weeks: int) -> World:
    """Draw the calendar's place and the issues; two weeks of burn-in are part of the weeks."""
    monday = _FIRST_MONDAY + timedelta(weeks=int(rng.integers(_MONDAYS)))
    dates = [monday + timedelta(days=i) for i in range(7 * weeks)]
    bins = len(dates) * BINS_A_DAY
    return World(
        start=datetime.combine(monday, time(), _WIB).astimezone(UTC),
        bins=bins,
        burn_in=min(_BURN_IN_DAYS * BINS_A_DAY, bins // 2),
        weekday=np.array([day.weekday() for day in dates], np.int32),
        holiday=np.array([day in HOLIDAYS for day in dates]),
        ramadan=np.array([_RAMADAN[0] <= day <= _RAMADAN[1] for day in dates]),
        rate=np.exp(rng.uniform(np.log(0.05), np.log(20), issues)),
        born=_births(rng, issues, bins),
        mix=_mixes(rng, issues),
    )


def _births(rng: Generator, issues: int, bins: int) -> Ints:
    """One issue in seven is born between a fifth and three quarters of the stream."""
    late = rng.random(issues) < 1 / 7
    born = rng.integers(bins // 5, 3 * bins // 4, issues)
    return np.where(late, born, 0).astype(np.int32)


def _mixes(rng: Generator, issues: int) -> Floats:
    """Two to six sources for each issue, none of them below 3 % of its comments."""
    mix = np.zeros((issues, SOURCES))
    for row in mix:
        held = rng.choice(SOURCES, rng.integers(2, 7), replace=False)
        row[held] = 0.03 + rng.dirichlet(np.full(len(held), 1.5))
    normed: Floats = mix / mix.sum(axis=1, keepdims=True)
    return normed


def draw_sources(rng: Generator, mix: Floats, issue: Ints) -> Ints:
    """A source for each comment by its issue's mix (issues, sources)."""
    edges = np.cumsum(mix, axis=1)
    at = rng.random(len(issue))
    source = np.zeros(len(issue), np.int32)
    for i in range(mix.shape[1] - 1):
        source += at > edges[issue, i]
    return source


def drift(rng: Generator, steps: int, columns: int, keep: float, spread: float) -> Floats:
    """An AR(1) path of each column, (steps, columns), stationary with the stated spread."""
    path = np.empty((steps, columns))
    path[0] = rng.normal(0, spread, columns)
    shock = rng.normal(0, spread * np.sqrt(1 - keep**2), (steps, columns))
    for i in range(1, steps):
        path[i] = keep * path[i - 1] + shock[i]
    return path


def awake(hour: Floats, ramadan: Bools) -> Floats:
    """How many of the people are up and at their phones, 0..1, by local hour of day.

    In Ramadan a second crest stands at the meal before dawn, and the afternoon is slack.
    """
    evening = np.exp(2.0 * (np.cos((hour - 20) * np.pi / 12) - 1))
    noon = 0.75 * np.exp(2.5 * (np.cos((hour - 11.5) * np.pi / 12) - 1))
    dawn = 0.7 * np.exp(14 * (np.cos((hour - 4.2) * np.pi / 12) - 1))
    fasting = np.maximum(0.6 * noon, dawn)
    level = np.where(ramadan, np.maximum(evening, fasting), np.maximum(evening, noon))
    return np.clip(0.08 + 0.92 * level, 0, 1)
