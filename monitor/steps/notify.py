"""Step 4: turn events into wishes for messages, and make the chats show what is wished.

``sending`` is written before the call, ``sent`` or ``due`` after it: a message may repeat when the
process dies in between, it is never lost. Cards repair themselves by being edited.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import DeliveryError, Reason
from monitor.messages import Message
from monitor.records import (
    Chat,
    ChatId,
    Event,
    Incident,
    Notice,
    NoticeKind,
)
from monitor.steps.announcing import hears, is_told, lapsed
from monitor.steps.hearing import makes_no_sound
from monitor.steps.rendering import incident_of, render
from monitor.steps.tools import Tools, log
from monitor.store import calls, chats, incidents, notices, people
from monitor.telegram.base import Place

_MOST_A_TICK = 60
_LONGEST_PAUSE = timedelta(minutes=10)


def notify(db: Database, tools: Tools, now: datetime) -> int:
    """Process new events, then send and edit what is due; how many messages were shown."""
    for event in incidents.unprocessed(db):
        tools.boundary("notify:before-event")
        incident = incidents.known(db, event.incident_id)
        over = lapsed(db, event, incident)
        calls.touch(db, incident.id, now)
        notices.process_event(db, event.id, _wishes(db, event, incident), now, over)
        tools.boundary("notify:after-event")
    _card_everywhere(db, now)
    return sum(_guarded(db, tools, notice, now) for notice in notices.due(db, now, _MOST_A_TICK))


def _guarded(db: Database, tools: Tools, notice: Notice, now: datetime) -> bool:
    """One message that cannot be shown must not keep the others waiting, nor stay claimed."""
    try:
        return _show(db, tools, notice, now)
    except Exception as error:
        log.exception("notice %s: unexpected", notice.id)
        notices.fail(db, notice, f"unexpected {type(error).__name__}", now + _LONGEST_PAUSE)
        return False


def _wishes(db: Database, event: Event, incident: Incident) -> list[tuple[NoticeKind, int, Chat]]:
    reached = [c for c in people.chats(db) if c.min_level.rank <= incident.peak.rank]
    # A group that threw the bot out finds its cards and what it missed when it lets it in again.
    away = [chat for chat in chats.thrown_out(db) if hears(db, chat, incident)]
    wishes = [(NoticeKind.CARD, int(incident.id), chat) for chat in (*reached, *away)]
    if is_told(db, event, incident):
        told = [*(chat for chat in reached if hears(db, chat, incident)), *away]
        wishes += [(NoticeKind.EVENT, int(event.id), chat) for chat in told]
    return wishes


def _card_everywhere(db: Database, now: datetime) -> None:
    """What opened while a chat could not be written to, or was not registered, gets its card."""
    missing = chats.uncarded(db)
    if missing:
        with db.atomic():
            for incident_id, chat in missing:
                notices.wish(db, [chat], NoticeKind.CARD, int(incident_id), now)


def _show(db: Database, tools: Tools, notice: Notice, now: datetime) -> bool:
    if not tools.channel.room(notice.chat_id) or not notices.begin(db, notice):
        return False
    tools.boundary("notify:before-call")
    try:
        message = render(db, tools, notice, now)
        message_id = _deliver(db, tools, notice, message, now)
    except DeliveryError as error:
        _fail(db, tools, notice, error, now)
        return False
    tools.boundary("notify:after-call")
    notices.finish(db, notice, message_id, _shown(message))
    tools.boundary("notify:after-write")
    return True


def _deliver(db: Database, tools: Tools, notice: Notice, message: Message, now: datetime) -> int:
    if notice.message_id is None:
        quiet = makes_no_sound(db, tools, notice, now)
        place = Place(notice.chat_id, notice.thread_id, _reply_to(db, notice), quiet)
        return tools.channel.send(place, message)
    before, after = (notice.shown or "/").split("/"), _shown(message).split("/")
    if before != after:
        picture = before[1] != after[1]
        place = Place(notice.chat_id, notice.thread_id)
        tools.channel.edit(place, notice.message_id, message, picture=picture)
    return notice.message_id


def _shown(message: Message) -> str:
    """Fingerprints of the words and of the picture, so that an edit knows what changed."""
    picture = hashlib.blake2b(message.photo or b"", digest_size=8).hexdigest()
    return f"{message.fingerprint}/{picture}"


def _reply_to(db: Database, notice: Notice) -> int | None:
    """What speaks of an incident answers its card, so that a tap leads to it."""
    incident_id = incident_of(db, notice)
    if incident_id is None:
        return None
    card = notices.find(db, notice.chat_id, NoticeKind.CARD, int(incident_id), notice.thread_id)
    # A message can only answer one of its own forum topic.
    near = card is not None and card.thread_id == notice.thread_id
    return card.message_id if card is not None and near else None


def _fail(db: Database, tools: Tools, notice: Notice, error: DeliveryError, now: datetime) -> None:
    log.warning("notice %s to chat %s: %s", notice.id, notice.chat_id, error)
    if error.reason is Reason.MIGRATED and error.migrated_to is not None:
        notices.fail(db, notice, str(error), now)
        people.migrate_chat(db, notice.chat_id, ChatId(error.migrated_to))
    elif error.reason is Reason.GONE:
        notices.lose_message(db, notice, now)
    elif error.reason is Reason.PERMISSION:
        notices.fail(db, notice, str(error), now, permanent=True)
        people.block_chat(db, notice.chat_id, str(error))
        if notice.chat_id > 0:  # a private chat: its id is the person's
            people.mark_unreachable(db, notice.chat_id, str(error))
    else:
        pause = error.retry_after or timedelta(seconds=5 * 2 ** min(notice.attempts, 8))
        # A refused token is mended by an operator; the alert must still be there then.
        lost = error.permanent and error.reason is not Reason.AUTH
        later = now + min(pause, _LONGEST_PAUSE)
        notices.fail(db, notice, str(error), later, permanent=lost)
