"""The nouns of Siaga and their states.

Frozen dataclasses that pass between modules; every instant is an aware UTC datetime.
Layer 0: imports nothing of the project, does nothing.
"""

from monitor.records.base import (
    ChatId,
    CommentId,
    DraftId,
    EventId,
    IncidentId,
    Level,
    NewTopicId,
    NoticeId,
    PersonId,
    SourceId,
)
from monitor.records.comments import (
    Comment,
    Intent,
    Issue,
    Kind,
    Label,
    LabelField,
    Prediction,
    Sentiment,
    SourceStatus,
    StoredComment,
    Taxonomy,
    Visibility,
)
from monitor.records.incidents import (
    Event,
    EventKind,
    Incident,
    IncidentState,
    NewTopic,
    Reading,
    wave_first,
    wave_topic,
)
from monitor.records.people import Chat, Notice, NoticeKind, NoticeState, Person, Role
from monitor.records.replies import Draft, DraftState

__all__ = [
    "Chat",
    "ChatId",
    "Comment",
    "CommentId",
    "Draft",
    "DraftId",
    "DraftState",
    "Event",
    "EventId",
    "EventKind",
    "Incident",
    "IncidentId",
    "IncidentState",
    "Intent",
    "Issue",
    "Kind",
    "Label",
    "LabelField",
    "Level",
    "NewTopic",
    "NewTopicId",
    "Notice",
    "NoticeId",
    "NoticeKind",
    "NoticeState",
    "Person",
    "PersonId",
    "Prediction",
    "Reading",
    "Role",
    "Sentiment",
    "SourceId",
    "SourceStatus",
    "StoredComment",
    "Taxonomy",
    "Visibility",
    "wave_first",
    "wave_topic",
]
