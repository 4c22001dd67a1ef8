"""What followed a reply: who answered it, and the tone around it before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.records.base import DraftId


class ToneChange(StrEnum):
    """How the tone moved; FEW: too few comments to say anything."""

    IMPROVED = "improved"
    SAME = "same"
    WORSE = "worse"
    FEW = "few"


@dataclass(frozen=True, slots=True)
class Tone:
    """Negatives among comments that count."""

    negatives: int = 0
    comments: int = 0

    @property
    def share(self) -> float:
        """Negatives over comments; 0 where there are none."""
        return self.negatives / self.comments if self.comments else 0.0

    def __add__(self, other: Tone) -> Tone:
        return Tone(self.negatives + other.negatives, self.comments + other.comments)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed one reply within 48 hours.

    ``asker``: comments of the person who was answered, under the same post; ``others``: comments
    of other citizens in the thread. ``before`` and ``after`` are the tone under the post, without
    the comment that was answered. ``stage``: how many of the looks have come, 0 to 4.
    """

    draft_id: DraftId
    posted_at: datetime
    until_at: datetime
    stage: int
    asker: int
    others: int
    before: Tone
    after: Tone
    change: ToneChange
