"""One approved statement of the office about a topic: what all channels say alike."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

NarrativeId = NewType("NarrativeId", int)


class NarrativeState(StrEnum):
    """Where a statement stands; the last three are ends."""

    DRAFT = "draft"
    VALID = "valid"
    REPLACED = "replaced"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class NarrativeUse(StrEnum):
    """What a person did with a statement: read it, or approved a reply that says it."""

    SEEN = "seen"
    USED = "used"


class NarrativePart(IntEnum):
    """Which message of a statement: itself, its preview before approval, news of its end."""

    STATEMENT = 0
    PREVIEW = 1
    ENDED = 2


@dataclass(frozen=True, slots=True)
class Narrative:
    """A statement about ``topic``, an issue's key or free words.

    ``version`` counts the approved ones of a topic and is 0 before approval. ``link`` is empty and
    ``until_at`` None while a draft is still being made.
    """

    id: NarrativeId
    topic: str
    version: int
    title: str
    facts: tuple[str, ...]
    link: str
    state: NarrativeState
    made_by: str
    made_at: datetime
    until_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether it has everything that an approval needs."""
        return bool(self.link) and self.until_at is not None

    @property
    def seen(self) -> str:
        """Eight hex digits of the words: a button carries them, so a press names what was read."""
        until = int(self.until_at.timestamp()) if self.until_at else 0
        words = "\n".join((*self.facts, self.link, str(until)))
        return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
