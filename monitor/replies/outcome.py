"""Whether the tone around a reply changed, said only where the numbers carry it.

Layer 1: pure. Fisher's exact test, two-sided; with fewer than five comments on a side nothing is
said. That the tone changed after a reply does not mean that the reply changed it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import comb
from typing import Final

from monitor.records.outcomes import Tone, ToneChange

BEFORE: Final = timedelta(hours=24)
AFTER: Final = timedelta(hours=48)
# When what followed a reply is looked at; the last look settles it.
LOOKS: Final = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), AFTER)
LEAST: Final = 5
_ALPHA: Final = 0.05
# Beyond this the test costs more than it tells: the same share of so many is judged.
_MOST: Final = 500


def tone_change(before: Tone, after: Tone) -> ToneChange:
    """How the share of negatives moved: a difference counts when chance makes it once in 20."""
    if min(before.comments, after.comments) < LEAST:
        return ToneChange.FEW
    if chance(before, after) >= _ALPHA:
        return ToneChange.SAME
    return ToneChange.IMPROVED if after.share < before.share else ToneChange.WORSE


def chance(before: Tone, after: Tone) -> float:
    """Two-sided p of Fisher's exact test: tables at most as likely as the one that was seen."""
    before, after = _small(before), _small(after)
    negatives = before.negatives + after.negatives
    total = before.comments + after.comments
    least = max(0, negatives - after.comments)
    most = min(negatives, before.comments)
    ways = [
        comb(before.comments, k) * comb(after.comments, negatives - k)
        for k in range(least, most + 1)
    ]
    seen = ways[before.negatives - least]
    return sum(way for way in ways if way <= seen) / comb(total, negatives)


def stage(posted_at: datetime, now: datetime) -> int:
    """How many of the looks have come."""
    return sum(now - posted_at >= look for look in LOOKS)


def _small(tone: Tone) -> Tone:
    """The same share with few enough comments."""
    if tone.comments <= _MOST:
        return tone
    return Tone(round(tone.share * _MOST), _MOST)
