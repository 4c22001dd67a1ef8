"""Incidents: which change follows from a reading or a person's press. Layer 1: pure."""

from monitor.incidents.advance import Pace, Step, advance
from monitor.incidents.episodes import Episode, Moment, episodes
from monitor.incidents.kinship import SAME_POSTS, outgrown, part_of
from monitor.incidents.lessons import Lesson, Verdict, learned
from monitor.incidents.lifecycle import Action, allowed, next_state
from monitor.incidents.waves import WaveRules, advance_wave, wave_began

__all__ = [
    "SAME_POSTS",
    "Action",
    "Episode",
    "Lesson",
    "Moment",
    "Pace",
    "Step",
    "Verdict",
    "WaveRules",
    "advance",
    "advance_wave",
    "allowed",
    "episodes",
    "learned",
    "next_state",
    "outgrown",
    "part_of",
    "wave_began",
]
