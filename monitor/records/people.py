"""Who may do what, and where they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.records.base import ChatId, Level, NoticeId, PersonId


class Role(StrEnum):
    """What a person may do; see ``monitor.incidents.lifecycle``."""

    HUMAS = "humas"
    ADMIN = "admin"
    TRAINER = "trainer"
    OPD = "opd"
    PIMPINAN = "pimpinan"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the office; ``telegram_id`` None can act on the local page only.

    ``opd``: the agency whose questions an OPD contact answers. ``met``: whether they ever wrote
    to the bot in private; ``unreachable``: why a private message to them could not arrive.
    """

    id: PersonId
    name: str
    roles: frozenset[Role]
    telegram_id: int | None = None
    active: bool = True
    opd: str | None = None
    met: bool = False
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """A Telegram chat, or one topic of a forum, that receives notices from ``min_level`` up."""

    id: ChatId
    title: str
    min_level: Level = Level.WASPADA
    thread_id: int | None = None
    blocked: str | None = None


class NoticeKind(StrEnum):
    """What a notice is about; with chat and subject it is the notice's identity."""

    CARD = "card"
    EVENT = "event"
    DRAFT = "draft"
    OPERATOR = "operator"
    SOURCE = "source"
    PERSONAL = "personal"
    DUTY = "duty"
    CALL = "call"
    QUESTION = "question"
    QUESTION_NEWS = "question_news"
    HANDOFF = "handoff"
    HANDOFF_NEWS = "handoff_news"
    BATCH = "batch"
    NARRATIVE = "narrative"
    DIGEST = "digest"
    INTAKE = "intake"
    DRIFT = "drift"
    NEW_ISSUE = "new_issue"
    CANDIDATE = "candidate"


class NoticeState(StrEnum):
    """Where a message to one chat stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


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
