"""A suggested reply on its way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.records.base import BatchId, CommentId, DraftId, IncidentId


class DraftState(StrEnum):
    """Where a suggested reply stands; only ``approved`` leads to ``posting``."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    POSTING = "posting"
    POSTED = "posted"
    UNSURE = "unsure"
    FAILED = "failed"
    STALE = "stale"
    TO_COPY = "to_copy"


_BY_MACHINE = ("template:", "answer:", "model:")


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggested reply to one comment, with both versions when a person edited it."""

    id: DraftId
    incident_id: IncidentId | None
    comment_id: CommentId
    text: str
    suggested: str
    origin: str
    state: DraftState
    target_hash: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    why: str | None = None
    permalink: str | None = None

    @property
    def by_machine(self) -> bool:
        """Whether the machine suggested it by itself: nobody asked for an answer to pass on."""
        return self.origin.startswith(_BY_MACHINE)

    @property
    def seen(self) -> str:
        """Eight hex digits of the words: a button carries them, so a press names what was read."""
        words = self.text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words, digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class Batch:
    """Replies to simple thanks that one press may decide; ``decided_by`` pressed for all."""

    id: BatchId
    made_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
