"""Spikes: counts of negatives against their normal. Layer 1: pure numpy, no clock, no store.

``baseline`` learns what is usual, ``tail`` says how surprising a count is, ``levels`` turns
surprise into Normal, Waspada, Siaga, Awas, and ``series`` judges whole series for
``siaga spikes FILE``. Everything works on arrays: one row a topic, one column an hour.
"""

from monitor.spikes.baseline import Baseline, Piece, learn
from monitor.spikes.levels import Rules, level_of, needed_for_more
from monitor.spikes.series import PROFILES, JudgedRow, judge_series
from monitor.spikes.window import WINDOWS, read_topics

__all__ = [
    "PROFILES",
    "WINDOWS",
    "Baseline",
    "JudgedRow",
    "Piece",
    "Rules",
    "judge_series",
    "learn",
    "level_of",
    "needed_for_more",
    "read_topics",
]
