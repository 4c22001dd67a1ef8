"""A question to an agency, and a complaint or request that is handed to a national system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from monitor.records.base import CommentId, DraftId, IncidentId

QuestionId = NewType("QuestionId", int)
HandoffId = NewType("HandoffId", int)


class QuestionState(StrEnum):
    """Where a question to an agency stands; the last two are ends."""

    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Whom a message of a question stands before; kept as the words of its notice.

    ``both``: the office, for an agency that has no chat or that another one sent back;
    ``before``: an agency that sent the question on.
    """

    OPD = "opd"
    OFFICE = "office"
    BOTH = "both"
    COPY = "copy"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Question:
    """What the office asked an agency about an incident.

    ``kind`` names the clock, ``days`` its working days; ``text`` is masked and never changes.
    ``reminded`` counts reminders (at most 2); ``been`` are the agencies that sent it on, oldest
    first, and ``looped`` says that one of them was meant again, so that an admin decides.
    ``answer`` is masked.
    """

    id: QuestionId
    incident_id: IncidentId
    opd: str
    kind: str
    text: str
    state: QuestionState
    asked_by: str
    asked_at: datetime
    due_at: datetime
    days: int
    reminded: int = 0
    escalated_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    draft_id: DraftId | None = None
    been: tuple[str, ...] = ()
    looped: bool = False


class HandoffState(StrEnum):
    """Where a hand-off stands; ``waiting``: the national system is down."""

    MADE = "made"
    WAITING = "waiting"
    TICKETED = "ticketed"


@dataclass(frozen=True, slots=True)
class Form:
    """What is filled into the form of a national system; masked, ``at`` is an aware instant."""

    title: str
    content: str
    place: str
    category: str
    agency: str
    at: datetime
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """A filled form for ``system`` (a table of data/lapor.toml) and the number it got there.

    About one comment, or about the whole incident when ``comment_id`` is None. ``due_at`` is when
    the clock that runs from the ticket ends, None without one.
    """

    id: HandoffId
    incident_id: IncidentId
    comment_id: CommentId | None
    system: str
    state: HandoffState
    form: Form
    made_by: str
    made_at: datetime
    due_at: datetime | None = None
    ticket: str | None = None
    ticket_by: str | None = None
    ticket_at: datetime | None = None
    reminded_at: datetime | None = None
