"""Buttons: which press is whose business. The data is what ``monitor.messages`` wrote into them.

Anybody can forge a press, and old messages keep their buttons for ever, so data that does not fit
one of the patterns wholly is answered as an old button.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import cast

from telegram import Bot, CallbackQuery, Message, Update

from monitor.bot import drafts, duty, labels, more, sensitivity, talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.bot.talk import Spot
from monitor.messages import answers
from monitor.records import ChatId
from monitor.steps.decide import Answer
from monitor.store import people

Handler = Callable[[Desk, Press], Awaitable[Answer]]

# At most 18 digits: the store's numbers have 64 bits.
_ID = "([0-9]{1,18})"
_ACTIONS: tuple[tuple[re.Pattern[str], Handler], ...] = tuple(
    (re.compile(pattern), handler)
    for pattern, handler in (
        (f"ak:{_ID}", duty.take),
        (f"re:{_ID}", duty.resolve),
        (f"di:{_ID}", duty.dismiss),
        (f"si:{_ID}", duty.offer_silence),
        (f"si:{_ID}:([0-9]):([a-z])", duty.silence),
        (f"dr:{_ID}", duty.show_drafts),
        (f"mo:{_ID}", more.offer),
        (f"ok:{_ID}", drafts.approve),
        (f"no:{_ID}", drafts.reject),
        (f"ed:{_ID}", drafts.ask_words),
        (f"us:{_ID}:([yn])", drafts.settle),
        (f"lb:{_ID}", labels.offer),
        (f"ls:{_ID}:([a-z_]{{1,40}})", labels.sentiment),
        (f"li:{_ID}:([A-Za-z0-9_-]{{1,40}})", labels.issue),
        (f"kp:{_ID}", sensitivity.choose),
    )
)


async def on_press(desk: Desk, update: Update, context: Context) -> None:
    """Do what a button asks for and answer the press, whatever happens."""
    query = cast(CallbackQuery, update.callback_query)
    answer = Answer(answers.BROKEN)
    try:
        answer = await _react(desk, query, context.bot)
    finally:
        await talk.answer(query, answer)


async def _react(desk: Desk, query: CallbackQuery, bot: Bot) -> Answer:
    person = desk.person(query.from_user.id)
    if person is None:
        return Answer(answers.NOT_REGISTERED)
    spot = _spot(desk, query)
    found = _parse(query.data or "")
    if spot is None or found is None:
        return Answer(answers.STALE_BUTTON)
    handler, args = found
    return await handler(desk, Press(person, int(args[0]), args[1:], spot, bot))


def _parse(data: str) -> tuple[Handler, tuple[str, ...]] | None:
    for pattern, handler in _ACTIONS:
        found = pattern.fullmatch(data)
        if found:
            return handler, found.groups()
    return None


def _spot(desk: Desk, query: CallbackQuery) -> Spot | None:
    message = query.message
    if message is None:
        return None
    # python-telegram-bot 22 makes a Message of a hidden one too, dated 1970.
    if isinstance(message, Message) and message.is_accessible:
        return talk.spot_of(message)
    # A message too old to be shown does not tell its topic; the register knows the chat's.
    known = [chat for chat in people.chats(desk.db) if chat.id == message.chat.id]
    thread_id = known[0].thread_id if known else None
    return Spot(ChatId(message.chat.id), message.message_id, thread_id)
