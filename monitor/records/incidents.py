"""A rising issue, its numbers and its changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.records.base import CommentId, EventId, IncidentId, Level, NewTopicId


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
    NEGLECTED = "neglected"
    MERGED = "merged"
    MUTED = "muted"
    UNMUTED = "unmuted"
    HANDED_OVER = "handed_over"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    ROUTED = "routed"
    ASKED = "asked"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    HANDED_OFF = "handed_off"
    TICKETED = "ticketed"


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
    """One rising issue. ``topic`` is its fingerprint: only one may be live at a time.

    ``escalated``: how many steps of the chain were taken since somebody last moved it;
    ``parent_id``: the larger incident that mutes it; ``opd``: where people sent it, None: by map.
    ``peak_score``: the highest score so far; ``reopened_at``: when people opened it again.
    """

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
    escalated: int = 0
    parent_id: IncidentId | None = None
    opd: str | None = None
    peak_score: float | None = None
    reopened_at: datetime | None = None

    @property
    def counted_since(self) -> datetime:
        """From when its people are counted: its onset, or the start of the judged window.

        The headline counts the window, so whatever stands beside it must not count less.
        """
        return min(self.onset_at, self.reading.at - timedelta(hours=self.reading.hours))


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
