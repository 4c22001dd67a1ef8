"""Figures of how comments are read from day to day, and what changed in them. Layer 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class What(StrEnum):
    """What is compared."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    WRONG = "wrong"
    SENTIMENT = "sentiment"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of the comments of one day, source and language; sums can be added.

    ``words``, ``unknown``: of those comments whose words were looked at. ``judged``, ``wrong``:
    answers of the label queue given on that day. ``corrected``: comments whose label somebody
    changed. ``sentiments``, ``issues``: outside of incidents only.
    """

    comments: int = 0
    asked: int = 0
    words: int = 0
    unknown: int = 0
    judged: int = 0
    wrong: int = 0
    corrected: int = 0
    spam: int = 0
    placed: int = 0
    sentiments: Mapping[str, int] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)

    def part(self, what: What) -> tuple[int, int]:
        """How many of how many."""
        pairs = {
            What.ASKED: (self.asked, self.comments),
            What.UNKNOWN: (self.unknown, self.words),
            What.WRONG: (self.wrong, self.judged),
        }
        return pairs[what]

    def classes(self, what: What) -> Mapping[str, int]:
        """Comments a class."""
        return self.sentiments if what is What.SENTIMENT else self.issues


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a day, a source and a language, and the model that they come from."""

    day: date
    source: str
    language: str
    model: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Cut:
    """Which comments are compared: of one source, of one language, or (both None) all."""

    source: str | None = None
    language: str | None = None

    @property
    def name(self) -> str:
        """Stands for it in a row."""
        return f"{self.source or ''}/{self.language or ''}"


@dataclass(frozen=True, slots=True)
class Change:
    """What moved where: rates in 0..1, or (classes) the stability index as ``index``.

    ``since``: the day from which it holds, as far as can be told. ``fresh``: the source has no past
    of its own, ``before`` is that of all others. ``classes``: those that moved most, with their
    shares before and now.
    """

    what: What
    cut: Cut
    now: float
    before: float
    since: date
    p: float = 0.0
    index: float = 0.0
    fresh: bool = False
    classes: tuple[tuple[str, float, float], ...] = ()
