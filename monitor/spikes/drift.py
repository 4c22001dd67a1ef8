"""Whether people write otherwise than what the serving model learned. Layer 1, pure.

Compared are rates, never counts, so an outage alone is no drift; within everything and within a
language each source is held against its own past, so neither is a source that fell silent. How much
days and weeks vary by themselves is measured on the past, and asked for on top. It must not judge
how much is said: that is ``levels``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from scipy.stats import t as student

from monitor.records.drift import Change, Cut, What
from monitor.spikes.drift_classes import shifted
from monitor.spikes.drift_figures import BEFORE, RECENT, Table
from monitor.spikes.state import Floats

LEAST_DAYS: Final = 14
"""Days of the past that must hold something: fewer do not tell how much days vary."""
_ALPHA: Final = 0.005  # of all comparisons of one day together (Holm)


@dataclass(frozen=True, slots=True)
class Bar:
    """How much a week must hold, and how far a rate must rise to be worth a message.

    ``rise`` and ``fresh`` are differences of rates, ``times`` their quotient; ``fresh`` is that of
    a source without a past, held against all others.
    """

    least: int
    rise: float
    times: float
    fresh: float


BARS: Final[Mapping[What, Bar]] = {
    What.ASKED: Bar(70, 0.08, 1.2, 0.20),
    What.UNKNOWN: Bar(400, 0.03, 1.3, 0.08),
    What.WRONG: Bar(30, 0.15, 1.3, 0.30),
}


@dataclass(frozen=True, slots=True)
class _Tested:
    change: Change
    matters: bool


def changes(table: Table) -> list[Change]:
    """What changed in the last week against the four before, the surest first.

    The figures must be of one model. Every comparison of a day is paid for by the others.
    """
    found = [
        one
        for what in BARS
        for cut in table.cuts()
        if (one := _compared(table, cut, what)) is not None
    ]
    kept: list[Change] = []
    for at, one in enumerate(sorted(found, key=lambda one: one.change.p)):
        if one.change.p > _ALPHA / (len(found) - at):
            break
        if one.matters:
            kept.append(one.change)
    return [*kept, *shifted(table)]


def _compared(table: Table, cut: Cut, what: What) -> _Tested | None:
    """One comparison, where there is enough to compare, and whether what it finds would matter."""
    counts, bar = table.counts(cut, what), BARS[what]
    old = [one for one in counts if _has_past(one, bar)]
    if sum(float(one[BEFORE:, 1].sum()) for one in old or counts) < bar.least:
        return None
    if old:
        now, before, p = _against_past(old)
        matters = now - before >= bar.rise and now >= bar.times * before
        return _Tested(Change(what, cut, now, before, _since(table, old), p), matters)
    others = [one for one in table.counts(Cut(), what) if _has_past(one, bar)]
    if cut.source is None or not others:
        return None
    now, before, p = _against_others(counts[0], others)
    change = Change(what, cut, now, before, _since(table, counts), p, fresh=True)
    return _Tested(change, now - before >= bar.fresh)


def _has_past(counts: Floats, bar: Bar) -> bool:
    n = counts[:BEFORE, 1]
    return bool(n.sum() >= bar.least and np.count_nonzero(n) >= LEAST_DAYS)


def _against_past(sources: Sequence[Floats]) -> tuple[float, float, float]:
    """The rate now, the one that the past lets expect, and how likely so much more is by chance."""
    left, noise = np.zeros(BEFORE), np.zeros(BEFORE)
    surplus = expected = spread = recent = 0.0
    for counts in sources:
        then, now = counts[:BEFORE], counts[BEFORE:].sum(axis=0)
        p, total = _rate(*then.sum(axis=0)), float(then[:, 1].sum())
        left += then[:, 0] - p * then[:, 1]
        noise += p * (1 - p) * then[:, 1]
        surplus += now[0] - p * now[1]
        expected += p * now[1]
        spread += p * (1 - p) * (now[1] + now[1] ** 2 / total)
        recent += now[1]
    score = surplus / math.sqrt(spread * _dispersion(left, noise))
    chance = float(student.sf(score, LEAST_DAYS - 1))
    return (expected + surplus) / recent, expected / recent, chance


def _against_others(counts: Floats, others: Sequence[Floats]) -> tuple[float, float, float]:
    """The same for a source without a past: expected is what all others had."""
    days = counts[BEFORE:]
    now, total = float(days[:, 0].sum() / days[:, 1].sum()), float(days[:, 1].sum())
    before = _rate(*np.sum([one[:BEFORE].sum(axis=0) for one in others], axis=0))
    noise = before * (1 - before) * days[:, 1]
    varied = _dispersion(days[:, 0] - now * days[:, 1], noise)
    score = (now - before) / math.sqrt(before * (1 - before) / total * varied)
    return now, before, float(student.sf(score, max(1, int(np.count_nonzero(noise)) - 1)))


def _rate(x: float, n: float) -> float:
    """A rate that is never quite 0 or 1."""
    return (float(x) + 0.5) / (float(n) + 1.0)


def _dispersion(left: Floats, noise: Floats) -> float:
    """How much more days and weeks vary than chance alone would let them; at least 1."""
    weeks, weekly = left.reshape(-1, RECENT).sum(axis=1), noise.reshape(-1, RECENT).sum(axis=1)
    return max(1.0, _varied(left, noise), _varied(weeks, weekly) if len(weeks) > 1 else 1.0)


def _varied(left: Floats, noise: Floats) -> float:
    there = noise > 0
    return float((left[there] ** 2 / noise[there]).sum()) / max(1, int(np.count_nonzero(there)) - 1)


def _since(table: Table, sources: Sequence[Floats]) -> date:
    """The day that parts the last two weeks and what was before them best into two rates."""
    counts = np.sum(sources, axis=0)
    days = range(BEFORE - RECENT, BEFORE + RECENT)
    return table.day(max(days, key=lambda at: _likelihood(counts[:at]) + _likelihood(counts[at:])))


def _likelihood(counts: Floats) -> float:
    x, n = counts.sum(axis=0)
    p = _rate(x, n)
    return float(x * math.log(p) + (n - x) * math.log(1 - p))
