"""Whether sentiments or issues are shared out otherwise than before. Layer 1, pure.

By the population stability index, less what chance alone gives it. News moves issues every week, so
only what lies much further off than any of the weeks before, in the same way for two weeks, counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from monitor.records.drift import Change, Cut, Figures, What
from monitor.spikes.drift_figures import BEFORE, RECENT, Table
from monitor.spikes.state import Floats

FAR: Final = 0.25
"""The index from which a distribution is commonly called another."""
_PAST: Final = BEFORE // RECENT
_LEAST: Final = 150  # comments a week
_BEFORE: Final = _PAST - 1  # weeks before the two that are compared
_WEEKS: Final = 2  # of them that must hold so many
_BEYOND: Final = 2.0  # times the furthest week before
_SAME_WAY: Final = 0.7  # cosine
_SMALLEST: Final = 0.005
_SHOWN: Final = 2


def shifted(table: Table) -> list[Change]:
    """Sources, and everything, where sentiments or issues are shared out otherwise."""
    return [
        change
        for what in (What.SENTIMENT, What.ISSUE)
        for cut in table.cuts()
        if cut.language is None and (change := _shift(table, cut, what)) is not None
    ]


@dataclass(frozen=True, slots=True)
class _Moved:
    """How far a week lies off, its shares, and those to expect."""

    index: float
    now: Floats
    before: Floats


def _shift(table: Table, cut: Cut, what: What) -> Change | None:
    sources = {name: _weeks(parts, what) for name, parts in table.within(cut).items()}
    names = sorted({name for weeks in sources.values() for week in weeks for name in week})
    counts = {
        source: np.array([[week[name] for name in names] for week in weeks], dtype=float)
        for source, weeks in sources.items()
    }
    past = [one for one in counts.values() if _has_past(one)]
    if not past or min(_size(past, at) for at in (_PAST - 1, _PAST)) < _LEAST:
        return None
    weeks = [_moved(past, week) for week in range(_PAST + 1)]
    full = [weeks[at].index for at in range(_BEFORE) if _size(past, at) >= _LEAST]
    least = max(FAR, _BEYOND * max(full, default=FAR))
    *_, first, second = weeks
    if min(first.index, second.index) < least or _turned(first, second):
        return None
    return _change(what, cut, names, second, table)


def _change(what: What, cut: Cut, names: Sequence[str], week: _Moved, table: Table) -> Change:
    """The classes that moved most, with their shares; it holds for the two weeks already."""
    order = sorted(range(len(names)), key=lambda at: -abs(week.now[at] - week.before[at]))[:_SHOWN]
    classes = tuple((names[at], float(week.before[at]), float(week.now[at])) for at in order)
    since = table.day(BEFORE - RECENT)
    return Change(what, cut, 0.0, 0.0, since, index=week.index, classes=classes)


def _turned(first: _Moved, second: _Moved) -> bool:
    """Whether two weeks lie off in different directions: each had news of its own."""
    one, other = first.now - first.before, second.now - second.before
    return bool(one @ other < _SAME_WAY * np.linalg.norm(one) * np.linalg.norm(other))


def _weeks(parts: Sequence[tuple[Figures, ...]], what: What) -> list[Counter[str]]:
    """Comments a class for each week, oldest first."""
    weeks: list[Counter[str]] = [Counter() for _ in range(_PAST + 1)]
    for days in parts:
        for at, day in enumerate(days):
            weeks[at // RECENT].update(day.classes(what))
    return weeks


def _has_past(weeks: Floats) -> bool:
    return int((weeks[:_BEFORE].sum(axis=1) >= _LEAST).sum()) >= _WEEKS


def _size(sources: Sequence[Floats], week: int) -> float:
    return sum(float(one[week].sum()) for one in sources)


def _moved(sources: Sequence[Floats], week: int) -> _Moved:
    """How far a week lies from the other weeks of the past.

    Each source is expected to be as before; how much each of them says is that week's own.
    """
    rest = [at for at in range(_BEFORE) if at != week]
    found, total = np.zeros(sources[0].shape[1]), 0.0
    expected, size = np.zeros(sources[0].shape[1]), 0.0
    for counts in sources:
        past = counts[rest].sum(axis=0)
        found += counts[week]
        expected += past / max(1.0, past.sum()) * counts[week].sum()
        total += counts[week].sum()
        size += past.sum()
    now, before = found / max(1.0, total), expected / max(1.0, total)
    p, q = np.maximum(now, _SMALLEST), np.maximum(before, _SMALLEST)
    chance = (len(now) - 1) * (1 / max(1.0, total) + 1 / max(1.0, size))
    index = float(((p - q) * np.log(p / q)).sum()) - chance
    return _Moved(max(0.0, index), now, before)
