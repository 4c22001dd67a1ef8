"""What "bukan krisis" teaches: how much stricter an issue's thresholds become by people's verdicts.

Pure. Only Waspada and Siaga follow; the worst is told whatever people said before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

STEP: Final = 0.10  # a dismissal whose score only just reached the threshold
BACK: Final = STEP / 2  # a confirmed incident takes back half of that
MOST: Final = 0.30
# Lessons and the budget of alerts multiply, but together go no further than the budget alone may.
TOGETHER: Final = 1.4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people said of an ended incident, and its highest score."""

    dismissed: bool
    score: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """How many times as high an issue's thresholds are, and after how many dismissals."""

    times: float = 1.0
    dismissed: int = 0


NO_LESSON: Final = Lesson()


def learned(verdicts: Iterable[Verdict], waspada: float, awas: float) -> Lesson:
    """The lesson of an issue from its verdicts, oldest first.

    ``waspada`` and ``awas`` are scores. A dismissal weighs all at ``waspada`` and nothing from
    ``awas`` on; what is confirmed before any dismissal is no credit for later ones.
    """
    more, dismissed = 0.0, 0
    for verdict in verdicts:
        if verdict.dismissed:
            dismissed += 1
            more = min(MOST, more + STEP * _near(verdict.score, waspada, awas))
        else:
            more = max(0.0, more - BACK)
    return Lesson(round(1 + more, 4), dismissed)


def together(budget: float, lesson: Lesson) -> float:
    """Times the thresholds by both."""
    return min(TOGETHER, budget * lesson.times)


def mattered(score: float, plain: float, raised: float) -> bool:
    """Whether a score lies where the threshold was before it rose."""
    return plain <= score < raised


def _near(score: float, waspada: float, awas: float) -> float:
    return min(1.0, max(0.0, (awas - score) / (awas - waspada)))
