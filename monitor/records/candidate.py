"""A trained model that waits for a decision, and how it did beside the one that serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from monitor.records.base import CommentId, Level

CandidateId = NewType("CandidateId", int)

LEAST_ROWS: Final = 30
"""A cut of fewer rows decides nothing."""

MOST_FALL: Final = 0.005
"""How much an overall macro-F1 may fall: half a hundredth."""


class CandidateState(StrEnum):
    """Where a candidate stands. Only an offered one has buttons.

    Refused and unproven are the gate's words, rejected is a person's.
    """

    TRAINING = "training"
    OFFERED = "offered"
    REFUSED = "refused"
    UNPROVEN = "unproven"
    REJECTED = "rejected"
    WANTED = "wanted"
    SERVED = "served"
    STOPPED = "stopped"
    REPLACED = "replaced"


class Measure(StrEnum):
    """What two models are compared in.

    Macro-F1 of tone and issue; the F1 of one issue; the part of complaints found; pairs put in
    the right order; chat that was rightly given no issue.
    """

    SENTIMENT = "sentiment"
    ISSUE = "issue"
    ONE_ISSUE = "one_issue"
    COMPLAINTS = "complaints"
    PAIRS = "pairs"
    CHAT = "chat"


class Part(StrEnum):
    """Which rows of the comparison a figure is of."""

    ALL = "all"
    LANGUAGE = "language"
    PLATFORM = "platform"
    ISSUE = "issue"
    SUITE = "suite"


@dataclass(frozen=True, slots=True)
class Cut:
    """One measure on some of the held-out rows: the serving model, the candidate, the interval.

    ``low`` to ``high`` is the bootstrap interval of ``new - old``; all in 0 to 1.
    """

    measure: Measure
    part: Part
    name: str
    rows: int
    old: float
    new: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """How much better the candidate is."""
        return self.new - self.old


class Outcome(StrEnum):
    """What the gate says."""

    BETTER = "better"
    WORSE = "worse"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says and why: the cuts that decided it.

    ``fell``: measures whose overall figure fell by more than is allowed. ``labels_needed``: how
    many more labels would tell, as far as can be estimated; None where that is not the question.
    """

    outcome: Outcome
    better: tuple[Cut, ...] = ()
    worse: tuple[Cut, ...] = ()
    fell: tuple[Cut, ...] = ()
    labels_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that a model which had not seen it finds unlikely; ``likely`` is what it says."""

    comment_id: CommentId
    field: str
    given: str
    likely: str
    p_given: float


@dataclass(frozen=True, slots=True)
class OneAlert:
    """An alert of a back-test. ``judged``: the state of the card that people had then, if any."""

    issue: str
    opened_at: datetime
    peak: Level
    observed: int
    judged: str | None


@dataclass(frozen=True, slots=True)
class BackTest:
    """What the rules would have raised in the last ``days``, by the counts of either model.

    ``counted_otherwise`` of ``comments`` count otherwise by the candidate.
    """

    days: int
    both: int
    only_old: tuple[OneAlert, ...]
    only_new: tuple[OneAlert, ...]
    comments: int
    counted_otherwise: int

    @property
    def old(self) -> int:
        """Alerts by the serving model."""
        return self.both + len(self.only_old)

    @property
    def new(self) -> int:
        """Alerts by the candidate."""
        return self.both + len(self.only_new)


@dataclass(frozen=True, slots=True)
class Report:
    """How a candidate did. ``taught``: texts by set; ``judged``: held-out rows by set.

    ``ece``: expected calibration error, old and new, by measure.
    """

    serving: str
    taught: Mapping[str, int]
    judged: Mapping[str, int]
    cuts: tuple[Cut, ...]
    ece: Mapping[str, tuple[float, float]]
    ruling: Ruling
    doubts: tuple[Doubt, ...] = ()
    back_test: BackTest | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate's row; ``report`` is None while it is being trained."""

    id: CandidateId
    version: str
    state: CandidateState
    report: Report | None
    trained_at: datetime
    trained_by: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    why: str | None = None
    picture: bytes | None = field(default=None, repr=False)
