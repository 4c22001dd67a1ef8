"""A public word and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.records.base import CommentId, SourceId


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
class SourceStatus:
    """How a watched account is doing; what people see when it falls silent.

    ``reason``: why the last poll failed, a value of :class:`~monitor.errors.Reason`.
    ``expires_at``: when its token dies without a person's help; ``checked_at``: when that was asked
    last. ``trouble``: what that check found wrong although polls succeed (a token that sees
    nothing). ``gap_at``: up to when comments were lost last. What people were told of it already
    stands in the ``told`` fields.
    """

    id: SourceId
    platform: str
    poll_after: datetime
    attempts: int
    last_success_at: datetime | None
    backfilled_at: datetime | None
    error: str | None
    paused: str | None
    cursor: str | None
    reason: str | None = None
    identity: str | None = None
    trouble: str | None = None
    checked_at: datetime | None = None
    expires_at: datetime | None = None
    expiry_told: int | None = None
    silent_told_at: datetime | None = None
    still_told_at: datetime | None = None
    looked_at: datetime | None = None
    stopped_told_at: datetime | None = None
    parked_told_at: datetime | None = None
    trouble_told_at: datetime | None = None
    gap_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One of the 21 issues: key, Indonesian name, what it holds and the OPD in charge."""

    key: str
    name: str
    content: str
    opd: str


Taxonomy = Mapping[str, Issue]
