"""What a call shows now: the answer to the card, and the private message. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.messages import Message, escalation
from monitor.records import Event, EventId, Incident, Notice, NoticeKind
from monitor.steps.escalate import waited_at
from monitor.steps.tools import Tools
from monitor.store import calls, incidents, notices, people

# Only supergroups have addresses for their messages; their ids begin so.
_SUPERGROUP: Final = "-100"


def announced_call(db: Database, tools: Tools, event: Event, now: datetime) -> Message:
    """The message below the card that mentions those who are called."""
    return escalation.announcement(_view(db, tools, event, now))


def private_call(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The private message to somebody who is called; it follows what becomes of the incident."""
    event = incidents.event(db, EventId(notice.subject_id))
    return escalation.private_call(_view(db, tools, event, now), notice.chat_id)


def _view(db: Database, tools: Tools, event: Event, now: datetime) -> escalation.CallView:
    incident = incidents.known(db, event.incident_id)
    return escalation.CallView(
        incident=incident,
        issue_name=tools.issue(incident.topic).name,
        event=event,
        calls=calls.of_event(db, event.id),
        waited=waited_at(db, incident, event),
        zone=tools.zone,
        now=now,
        link=_card_link(db, incident),
    )


def _card_link(db: Database, incident: Incident) -> str | None:
    """The address of the incident's card in the first group where it stands."""
    for chat in people.chats(db):
        card = notices.find(db, chat.id, NoticeKind.CARD, int(incident.id), chat.thread_id)
        number = str(chat.id)
        if card is not None and card.message_id is not None and number.startswith(_SUPERGROUP):
            topic = f"{card.thread_id}/" if card.thread_id is not None else ""
            return f"https://t.me/c/{number.removeprefix(_SUPERGROUP)}/{topic}{card.message_id}"
    return None
