"""Numbers of rows, and the four levels."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

SourceId = NewType("SourceId", str)
CommentId = NewType("CommentId", int)
IncidentId = NewType("IncidentId", int)
EventId = NewType("EventId", int)
NoticeId = NewType("NoticeId", int)
DraftId = NewType("DraftId", int)
BatchId = NewType("BatchId", int)
PersonId = NewType("PersonId", int)
ChatId = NewType("ChatId", int)
NewTopicId = NewType("NewTopicId", int)


class Level(StrEnum):
    """The four levels that Indonesians know from volcano warnings, lowest first."""

    NORMAL = "normal"
    WASPADA = "waspada"
    SIAGA = "siaga"
    AWAS = "awas"

    @property
    def rank(self) -> int:
        """0 for normal up to 3 for awas."""
        return _LEVEL_ORDER.index(self)


_LEVEL_ORDER = tuple(Level)
