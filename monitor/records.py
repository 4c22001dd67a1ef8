"""The nouns of Siaga and their states.

Frozen dataclasses that pass between modules; every instant is an aware UTC datetime.
Layer 0: imports nothing of the project, does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

SourceId = NewType("SourceId", str)
CommentId = NewType("CommentId", int)
IncidentId = NewType("IncidentId", int)
EventId = NewType("EventId", int)
NoticeId = NewType("NoticeId", int)
DraftId = NewType("DraftId", int)
PersonId = NewType("PersonId", int)
ChatId = NewType("ChatId", int)
NewTopicId = NewType("NewTopicId", int)


class Sentiment(StrEnum):
    """Tone of a comment; the order is the order of every probability vector."""

    NEGATIF = "negatif"
    NETRAL = "netral"
    POSITIF = "positif"


class Intent(StrEnum):
    """What the writer wants."""

    KELUHAN = "keluhan"
    PERTANYAAN = "pertanyaan"
    ASPIRASI = "aspirasi"
    APRESIASI = "apresiasi"
    PERMINTAAN_INFORMASI = "permintaan_informasi"
    LAINNYA = "lainnya"


class Kind(StrEnum):
    """What sort of public word a comment is."""

    COMMENT = "comment"
    REPLY = "reply"
    MENTION = "mention"
    POST = "post"
    REVIEW = "review"
    MESSAGE = "message"
    ARTICLE = "article"
    COMPLAINT = "complaint"


class Visibility(StrEnum):
    """Who can see a comment on its platform; deleted ones stay in the store, marked."""

    PUBLIC = "public"
    HELD = "held"
    SPAM = "spam"
    HIDDEN = "hidden"
    TRASHED = "trashed"
    DELETED = "deleted"
    UNKNOWN = "unknown"


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


class Role(StrEnum):
    """What a person may do; see ``monitor.incidents.lifecycle``."""

    HUMAS = "humas"
    ADMIN = "admin"
    TRAINER = "trainer"
    OPD = "opd"
    PIMPINAN = "pimpinan"


class IncidentState(StrEnum):
    """Where a rising issue stands; the last two are ends."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"

    @property
    def ended(self) -> bool:
        """Whether the incident is over: its fingerprint may open a new one."""
        return self in (IncidentState.RESOLVED, IncidentState.DISMISSED)


class EventKind(StrEnum):
    """A change of an incident."""

    OPENED = "opened"
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    WOKEN = "woken"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    CALMED = "calmed"
    FORGOTTEN = "forgotten"
    MERGED = "merged"


class NoticeKind(StrEnum):
    """What a notice is about; with chat and subject it is the notice's identity."""

    CARD = "card"
    EVENT = "event"
    DRAFT = "draft"
    OPERATOR = "operator"


class NoticeState(StrEnum):
    """Where a message to one chat stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


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


class LabelField(StrEnum):
    """Which of a comment's predictions a person corrected."""

    SENTIMENT = "sentiment"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Comment:
    """One public word, as a platform gave it.

    The key is ``(source_id, external_id)``. ``reply_ref`` is opaque JSON of the platform file that
    made it; None means that it cannot be answered there, and ``reply_block`` says why.
    ``raw`` is allow-listed JSON for audit: no e-mail address, no IP.
    """

    source_id: SourceId
    platform: str
    external_id: str
    text: str
    created_at: datetime
    kind: Kind = Kind.COMMENT
    parent_id: str | None = None
    thread_id: str | None = None
    post_id: str | None = None
    post_title: str | None = None
    post_url: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    author_is_owner: bool = False
    edited_at: datetime | None = None
    like_count: int | None = None
    reply_count: int | None = None
    rating: float | None = None
    permalink: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    reply_ref: str | None = None
    reply_block: str | None = None
    raw: str = "{}"


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment with the store's number; ``backfilled`` rows can never raise an alert."""

    id: CommentId
    comment: Comment
    content_hash: str
    backfilled: bool
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the serving model and the text rules say of one comment.

    ``sentiment_p`` follows the order of :class:`Sentiment` and sums to 1.
    ``copy_of`` is the first comment with (nearly) the same words, if this one repeats it;
    ``copy_words`` are those words on their way to the store, and are not read back.
    """

    comment_id: CommentId
    model: str
    sentiment: Sentiment
    sentiment_p: tuple[float, float, float]
    issue: str
    issue_p: float
    intent: Intent
    urgent: bool
    language: str
    place: str | None
    spam: str | None
    flags: tuple[str, ...]
    masked: str
    ask_human: bool
    copy_key: bytes | None
    copy_of: CommentId | None = None
    copy_words: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A person's correction of one field of one comment; never overwritten, only followed."""

    comment_id: CommentId
    field: LabelField
    value: str
    person: str
    labelled_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers of one topic in one window, judged against its normal.

    ``observed`` negatives in ``hours`` hours, ``expected`` and the ``low``-``upper`` usual range;
    ``score`` is at least 0 and grows with surprise; ``coverage`` in 0..1 is how much of the
    window was seen; ``share`` is negatives over all comments of the window.
    """

    topic: str
    at: datetime
    hours: int
    observed: int
    expected: float
    low: int
    upper: int
    score: float
    level: Level
    reason: str
    coverage: float = 1.0
    share: float | None = None
    usual_share: float | None = None
    young: bool = False


@dataclass(frozen=True, slots=True)
class NewTopic:
    """Something that many accounts suddenly speak of and that fits no issue.

    ``keys`` are its terms as machines compare them, ``words`` its name as people write it.
    ``accounts`` wrote ``comments`` in ``hours`` hours where ``usual`` accounts do; ``samples`` are
    some of those comments. ``told_at``: when the chats were told, once; None if they were not.
    """

    id: NewTopicId
    keys: frozenset[str]
    words: tuple[str, ...]
    hours: int
    accounts: int
    comments: int
    usual: float
    samples: tuple[CommentId, ...]
    found_at: datetime
    seen_at: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One rising issue. ``topic`` is its fingerprint: only one may be live at a time."""

    id: IncidentId
    topic: str
    level: Level
    peak: Level
    state: IncidentState
    opened_at: datetime
    onset_at: datetime
    reading: Reading
    holder: str | None = None
    silenced_until: datetime | None = None
    state_reason: str | None = None
    calm_since: datetime | None = None
    touched_at: datetime | None = None
    closed_at: datetime | None = None


_WAVE_TOPIC = "salinan:"


def wave_topic(first: CommentId) -> str:
    """The fingerprint of the copy-paste wave of a text: ``salinan:17``."""
    return f"{_WAVE_TOPIC}{first}"


def wave_first(topic: str) -> CommentId | None:
    """The first comment of the wave that a topic names, or None for any other topic."""
    first = topic.removeprefix(_WAVE_TOPIC)
    return CommentId(int(first)) if first != topic else None


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an incident with its reason; ``actor`` is None when the machine did it."""

    id: EventId
    incident_id: IncidentId
    kind: EventKind
    at: datetime
    reason: str
    level: Level
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One living message in one chat, edited in place once it has a ``message_id``."""

    id: NoticeId
    chat_id: ChatId
    thread_id: int | None
    kind: NoticeKind
    subject_id: int
    state: NoticeState
    version: int
    message_id: int | None
    shown: str | None
    attempts: int
    text: str | None = None


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the office; ``telegram_id`` None can act on the local page only."""

    id: PersonId
    name: str
    roles: frozenset[Role]
    telegram_id: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Chat:
    """A Telegram chat that receives notices from ``min_level`` up."""

    id: ChatId
    title: str
    min_level: Level = Level.WASPADA
    thread_id: int | None = None
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a watched account is doing; what people see when it falls silent."""

    id: SourceId
    platform: str
    poll_after: datetime
    attempts: int
    last_success_at: datetime | None
    backfilled_at: datetime | None
    error: str | None
    paused: str | None
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Issue:
    """One of the 21 issues: key, Indonesian name, what it holds and the OPD in charge."""

    key: str
    name: str
    content: str
    opd: str


Taxonomy = Mapping[str, Issue]
