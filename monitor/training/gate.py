"""Whether a candidate may be offered: not worse anywhere that matters, better somewhere.

Layer 3, pure. The rule:

- refused, where any cut of at least ``LEAST_ROWS`` rows has its whole interval below zero, or the
  overall macro-F1 of tone or issue fell by more than ``MOST_FALL``;
- offered, where the overall macro-F1 of tone or issue, or that of a cut, has its whole interval
  above zero, and nothing is worse;
- otherwise there is no proof yet.

More complaints found never count as better: calling more comments negative finds them too. Suites
alone prove nothing either: there must be held-out rows of people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from monitor.records.candidate import (
    LEAST_ROWS,
    MOST_FALL,
    Cut,
    Measure,
    Outcome,
    Part,
    Ruling,
)
from monitor.text.judging import labels_for

OVERALL_LEVEL: Final = 0.95
CUT_LEVEL: Final = 0.99
"""Many cuts are looked at, so each must be surer; six rows that changed for the worse and none
for the better are enough, as in a sign test at 5 %."""

# What is worth proving, where the candidate shows no gain of its own yet.
_SMALLEST_GAIN: Final = 0.01
_GAINS = frozenset({Measure.SENTIMENT, Measure.ISSUE, Measure.ONE_ISSUE, Measure.PAIRS})
_OVERALL = (Measure.SENTIMENT, Measure.ISSUE)


def ruling(cuts: Sequence[Cut]) -> Ruling:
    """What the gate says of a comparison."""
    large = [cut for cut in cuts if cut.rows >= LEAST_ROWS]
    worse = tuple(cut for cut in large if cut.high < 0)
    fell = tuple(cut for cut in overall(cuts) if cut.gain < -MOST_FALL)
    better = tuple(cut for cut in large if cut.low > 0 and cut.measure in _GAINS)
    if worse or fell:
        return Ruling(Outcome.WORSE, better, worse, fell)
    if better and any(cut.rows >= LEAST_ROWS for cut in overall(cuts)):
        return Ruling(Outcome.BETTER, better)
    return Ruling(Outcome.UNPROVEN, better, labels_needed=labels_needed(cuts))


def overall(cuts: Sequence[Cut]) -> list[Cut]:
    """The macro-F1 of tone and of issue on all rows."""
    return [cut for cut in cuts if cut.part is Part.ALL and cut.measure in _OVERALL]


def labels_needed(cuts: Sequence[Cut]) -> int | None:
    """How many more labels would make the nearest overall figure tell; None where both are alike.

    The half width of an interval shrinks with the root of the rows, so a gain that stays as it is
    is proven when it is as large as that. At least what ``LEAST_ROWS`` need. Two models that
    answer alike leave an interval without any width, from which nothing can be foretold.
    """
    known = overall(cuts)
    telling = [cut for cut in known if not _alike(cut)]
    if known and not telling:
        return None
    rows = min(map(_rows_needed, telling), default=LEAST_ROWS)
    judges = min((cut.rows for cut in telling), default=0)
    return labels_for(max(rows, 1), judges)


def _alike(cut: Cut) -> bool:
    """Whether both models answer alike on enough rows; on fewer, rows are what is missing."""
    return cut.rows >= LEAST_ROWS and cut.low == cut.high


def _rows_needed(cut: Cut) -> int:
    """How many more rows a cut needs."""
    short = max(LEAST_ROWS - cut.rows, 0)
    half = (cut.high - cut.low) / 2
    wanted = cut.rows * (half / max(cut.gain, _SMALLEST_GAIN)) ** 2
    return max(short, math.ceil(wanted) - cut.rows)
