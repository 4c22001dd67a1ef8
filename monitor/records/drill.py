"""An exercise: what was planned, what people did, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.records.base import Level


class Goal(StrEnum):
    """What is timed, in the order in which it happens.

    ``appear`` counts from the first complaint to the card, the others from the card.
    """

    APPEAR = "muncul"
    TAKE = "ambil"
    SUGGEST = "saran"
    APPROVE = "setuju"
    SEND = "kirim"
    RESOLVE = "selesai"


class InjectKind(StrEnum):
    """What an inject of a scenario is."""

    COMMENT = "komentar"
    PRESS = "wartawan"
    RUMOUR = "rumor"


@dataclass(frozen=True, slots=True)
class Act:
    """A stretch of a scenario: so many comments from minute ``at`` on, over ``length`` minutes.

    ``post`` counts the scenario's headlines from 0.
    """

    at: float
    length: float
    comments: int
    title: str
    post: int


@dataclass(frozen=True, slots=True)
class Inject:
    """Something special at minute ``at``; with ``copies`` that many accounts write the one text."""

    at: float
    kind: InjectKind
    title: str
    texts: tuple[str, ...]
    copies: int = 0
    length: float = 2.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A crisis to practise on. ``goals`` and all times in minutes; ``comments`` in their order."""

    name: str
    title: str
    minutes: float
    issues: tuple[str, ...]
    wave: bool
    levels: tuple[Level, ...]
    practises: tuple[str, ...]
    posts: tuple[str, ...]
    questions: tuple[str, ...]
    goals: Mapping[Goal, float]
    acts: tuple[Act, ...]
    injects: tuple[Inject, ...]
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """One incident of a drill: minutes of each goal that was reached, and who did it.

    ``overtaken``: the larger incident that muted it answers for it, so it is not judged.
    """

    topic: str
    name: str
    opened_at: datetime
    peak: Level
    minutes: Mapping[Goal, float]
    by: Mapping[Goal, str] = field(default_factory=dict)
    escalations: int = 0
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a drill's timeline: the minute, what, and by whom (None: the machine)."""

    minute: float
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class DrillScore:
    """A drill in numbers. ``counts`` are comments in stretches of three minutes: all, negative."""

    scenario: Scenario
    started_at: datetime
    ended_at: datetime
    incidents: tuple[Timed, ...]
    guard_held: int
    urgent: int
    urgent_unanswered: int
    replies: int
    comments: int
    timeline: tuple[Happened, ...]
    counts: tuple[tuple[int, int], ...]
    people: tuple[tuple[str, tuple[str, ...]], ...]
    speed: float = 1.0
    alone: bool = False

    @property
    def minutes(self) -> float:
        """How long it lasted."""
        return (self.ended_at - self.started_at).total_seconds() / 60
