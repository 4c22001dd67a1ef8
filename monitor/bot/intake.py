"""Forwarded messages and /titip: words of citizens that colleagues hand in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import cast

from telegram import (
    Message,
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Update,
    User,
)

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.messages import answers
from monitor.messages import intake as words
from monitor.records import Chat, ChatId, CommentId
from monitor.steps import intake as step
from monitor.steps.answer import Answer
from monitor.steps.intake import Given
from monitor.store.intake import Album

_LINK = re.compile(r"(?:https?://|\bt\.me/|\bwww\.)\S+", re.IGNORECASE)


async def on_forward(desk: Desk, update: Update, context: Context) -> None:
    """A message that somebody forwarded to the bot in private."""
    message = cast(Message, update.effective_message)
    given = _forwarded(message)
    await _take(desk, update, context, given)


async def on_titip(desk: Desk, update: Update, context: Context) -> None:
    """/titip with words, or as the answer to a message."""
    message = cast(Message, update.effective_message)
    text = (message.text or "").partition(" ")[2].strip()
    target = message.reply_to_message
    given = None
    if text:
        given = Given("text", "", text, message.date, permalink=_link(text, ()))
    elif target is not None and target.forum_topic_created is None:
        # In a topic every message answers the note that the topic was made.
        given = _forwarded(target) if target.forward_origin else _written(target)
    await _take(desk, update, context, given)


async def cancel(desk: Desk, press: Press) -> Answer:
    """Batalkan."""
    return desk.after(step.cancel(desk.db, press.person, CommentId(press.number), desk.clock()))


async def _take(desk: Desk, update: Update, context: Context, given: Given | None) -> None:
    message, user = cast(Message, update.effective_message), cast(User, update.effective_user)
    spot = talk.spot_of(message)
    answer = _answer(desk, user, given, Chat(spot.chat_id, "", thread_id=spot.thread_id), context)
    if answer.done:
        desk.wake()
    if answer.text:
        await talk.say(context.bot, spot, answers.said(answer.text))


def _answer(desk: Desk, user: User, given: Given | None, to: Chat, context: Context) -> Answer:
    person = desk.person(user.id)
    if person is None:
        return Answer(answers.NOT_REGISTERED)
    refused = step.refusal(person)
    if refused is not None:
        return refused
    if given is None:
        return Answer(words.TITIP_HELP)
    if given.who == str(context.bot.id):
        return Answer(words.OWN_WORDS)
    return step.take_in(desk.db, person, given, to, desk.clock())


def _forwarded(message: Message) -> Given:
    """A forwarded message as its writer's, not as the one's who forwarded it."""
    origin = message.forward_origin
    if isinstance(origin, MessageOriginChannel):
        chat = origin.chat
        link = f"https://t.me/{chat.username}/{origin.message_id}" if chat.username else None
        return _given(
            message, "channel", str(chat.id), origin.date, str(origin.message_id), chat.title, link
        )
    if isinstance(origin, MessageOriginUser):
        return _given(message, "user", str(origin.sender_user.id), origin.date)
    if isinstance(origin, MessageOriginHiddenUser):
        return _given(message, "hidden", origin.sender_user_name, origin.date)
    sent_by = cast(MessageOriginChat, origin)
    return _given(message, "chat", str(sent_by.sender_chat.id), sent_by.date)


def _written(message: Message) -> Given:
    """A message of the same chat, as somebody answers it with /titip."""
    if message.sender_chat is not None:
        return _given(message, "chat", str(message.sender_chat.id), message.date)
    return _given(message, "user", str(cast(User, message.from_user).id), message.date)


def _given(
    message: Message,
    origin: str,
    who: str,
    at: datetime,
    key: str | None = None,
    title: str | None = None,
    link: str | None = None,
) -> Given:
    text = message.text or message.caption or ""
    album = message.media_group_id
    return Given(
        origin=origin,
        who=who,
        text=text,
        created_at=at,
        key=key,
        title=title,
        permalink=link or _link(text, [*message.entities, *message.caption_entities]),
        album=Album(ChatId(message.chat_id), album) if album else None,
    )


def _link(text: str, entities: list[MessageEntity] | tuple[()]) -> str | None:
    """The first address in a message, shown or hidden behind a word."""
    hidden = [entity.url for entity in entities if entity.url]
    found = _LINK.search(text)
    link = found.group().rstrip(".,;:!?)") if found else next(iter(hidden), None)
    if link is None or "://" in link:
        return link
    return f"https://{link}"
