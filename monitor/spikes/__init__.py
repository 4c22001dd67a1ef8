"""Spikes: counts of negatives against their normal. Layer 1: pure numpy, no clock, no store.

``state`` is what was learned, ``learner`` takes in an hour, ``baseline`` says what is usual,
``tail`` and ``scoring`` how surprising a count is, ``weighing`` (with ``learned`` weights) how much
that tells, ``levels`` turns scores into Normal, Waspada, Siaga, Awas. ``window`` judges the running
hours, ``replay`` whole stretches of time and ``series`` files. Everything works on arrays: one
column a topic, one row an hour or a bin.
"""

from monitor.spikes.baseline import Baseline, Piece, baseline_of
from monitor.spikes.learner import Hour, learn_hour
from monitor.spikes.levels import Rules, level_of, needed_for_more
from monitor.spikes.onset import onset
from monitor.spikes.scoring import DETECTORS, WINDOWS, Detector
from monitor.spikes.state import State
from monitor.spikes.window import WindowData, read_topics

__all__ = [
    "DETECTORS",
    "WINDOWS",
    "Baseline",
    "Detector",
    "Hour",
    "Piece",
    "Rules",
    "State",
    "WindowData",
    "baseline_of",
    "learn_hour",
    "level_of",
    "needed_for_more",
    "onset",
    "read_topics",
]
