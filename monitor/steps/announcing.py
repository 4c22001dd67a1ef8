"""Which events of an incident are told with a message of their own, and which older ones lapse.

A card shows everything; a message of its own makes a sound, so it is for what people must look at.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlite_utils import Database

from monitor.messages import Message, answers, kin
from monitor.records import (
    Chat,
    Event,
    EventKind,
    Incident,
    IncidentState,
    Level,
    NoticeKind,
    NoticeState,
)
from monitor.store import attention, notices

TOLD: Final = frozenset(
    {
        EventKind.RAISED,
        EventKind.FORGOTTEN,
        EventKind.WOKEN,
        EventKind.NEGLECTED,
        EventKind.REOPENED,
        EventKind.UNMUTED,
        EventKind.ESCALATED,
    }
)
# What a person does answers these; that the level rose stays news.
_ANSWERED: Final = TOLD - {EventKind.RAISED}


def is_told(db: Database, event: Event, incident: Incident) -> bool:
    """Whether an event gets a message of its own."""
    if event.kind not in TOLD or incident.state.ended:
        return False
    if event.kind in (EventKind.REOPENED, EventKind.ESCALATED):
        return True
    if event.level is Level.NORMAL:
        return False
    if event.kind is EventKind.UNMUTED:  # tells of a rise above its parent too
        return incident.state is not IncidentState.SILENCED
    return not attention.muted_then(db, event)


def hears(db: Database, chat: Chat, incident: Incident) -> bool:
    """Whether a chat hears of an event beside its card: not while the card itself is still to come.

    That card will show the newest state and make a sound of its own.
    """
    card = notices.find(db, chat.id, NoticeKind.CARD, int(incident.id), chat.thread_id)
    if card is None:
        return False
    return card.message_id is not None or card.state is NoticeState.FAILED


def lapsed(db: Database, event: Event, incident: Incident) -> Collection[EventKind]:
    """Kinds of older events of the incident whose messages, not sent yet, say nothing new now."""
    if incident.state.ended or event.kind is EventKind.MUTED or is_told(db, event, incident):
        return TOLD
    return _ANSWERED if event.actor is not None else ()


def words(event: Event, incident: Incident, name: str) -> Message:
    """The message of an event; ``name`` is that of the issue."""
    if event.kind is EventKind.RAISED:
        text = answers.raised(name, replace(incident, level=event.level))
    elif event.kind is EventKind.WOKEN:
        text = answers.woken(name, incident)
    elif event.kind is EventKind.NEGLECTED:
        text = kin.neglected(name, incident, event.reason)
    elif event.kind is EventKind.REOPENED:
        text = kin.reopened(name, incident, event.actor or "")
    elif event.kind is EventKind.UNMUTED:
        text = kin.unmuted(name, incident, event.reason)
    else:
        minutes = round((event.at - incident.opened_at).total_seconds() / 60)
        text = answers.forgotten(name, minutes, incident)
    return Message(text)
