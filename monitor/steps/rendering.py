"""What each kind of notice shows now, and which incident's card it answers. Reads only.

A new kind of notice is one function here or in a file of its own, and one line in each table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.messages import Message
from monitor.records import (
    DraftId,
    EventId,
    EventKind,
    IncidentId,
    Notice,
    NoticeKind,
)
from monitor.steps import (
    announcing,
    call_views,
    candidates,
    duty,
    handoff,
    intake,
    narrate,
    new_issues,
    questions,
    views,
)
from monitor.steps.decide_batch import batch_view
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents

Renderer = Callable[[Database, Tools, Notice, datetime], Message]
Finder = Callable[[Database, Notice], IncidentId | None]


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The message of a notice as people should see it now."""
    return _RENDERERS.get(notice.kind, _fixed)(db, tools, notice, now)


def incident_of(db: Database, notice: Notice) -> IncidentId | None:
    """The incident that a notice speaks of below its card; None for the card itself."""
    find = _INCIDENTS.get(notice.kind)
    return find(db, notice) if find else None


def _fixed(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """Words that were written once."""
    return Message(notice.text or "")


def _card(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    return views.card_message(db, tools, incidents.known(db, IncidentId(notice.subject_id)), now)


def _draft(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    draft = drafts.get(db, DraftId(notice.subject_id))
    assert draft is not None  # drafts are never deleted
    return views.draft_view(db, tools, draft, now)


def _announcement(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    event = incidents.event(db, EventId(notice.subject_id))
    if event.kind is EventKind.ESCALATED:
        return call_views.announced_call(db, tools, event, now)
    incident = incidents.known(db, event.incident_id)
    return announcing.words(event, incident, tools.issue(incident.topic).name)


def _of_event(db: Database, notice: Notice) -> IncidentId | None:
    return incidents.event(db, EventId(notice.subject_id)).incident_id


def _of_draft(db: Database, notice: Notice) -> IncidentId | None:
    draft = drafts.get(db, DraftId(notice.subject_id))
    return draft.incident_id if draft else None


_RENDERERS: Final[Mapping[NoticeKind, Renderer]] = {
    NoticeKind.CARD: _card,
    NoticeKind.EVENT: _announcement,
    NoticeKind.CALL: call_views.private_call,
    NoticeKind.DUTY: duty.note_message,
    NoticeKind.DRAFT: _draft,
    NoticeKind.INTAKE: intake.render,
    NoticeKind.QUESTION: questions.render,
    NoticeKind.HANDOFF: handoff.render,
    NoticeKind.BATCH: batch_view,
    NoticeKind.NARRATIVE: narrate.render,
    NoticeKind.NEW_ISSUE: new_issues.render,
    NoticeKind.CANDIDATE: candidates.render,
}

_INCIDENTS: Final[Mapping[NoticeKind, Finder]] = {
    NoticeKind.EVENT: _of_event,
    NoticeKind.CALL: _of_event,
    NoticeKind.DRAFT: _of_draft,
    NoticeKind.QUESTION: questions.incident_of,
    NoticeKind.QUESTION_NEWS: questions.incident_of_news,
    NoticeKind.HANDOFF: handoff.incident_of,
    NoticeKind.HANDOFF_NEWS: handoff.incident_of_news,
}
