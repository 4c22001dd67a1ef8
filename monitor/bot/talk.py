"""What the bot says: answers to presses, messages below others, menus that end."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from telegram import Bot, CallbackQuery, ForceReply
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from monitor.messages import Message, answers, clip
from monitor.messages.base import CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT
from monitor.records import ChatId
from monitor.steps.answer import Answer
from monitor.telegram.calls import NO_PREVIEW, answering, keyboard
from monitor.telegram.fit import fit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spot:
    """A message in a chat, and the forum topic that it stands in."""

    chat_id: ChatId
    message_id: int
    thread_id: int | None = None


def spot_of(message: TelegramMessage) -> Spot:
    """Where a message stands. Answers in a plain group carry a thread id too; it is no topic."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return Spot(ChatId(message.chat_id), message.message_id, thread_id)


async def say(bot: Bot, spot: Spot, message: Message, *, hint: str | None = None) -> int:
    """Answer a message with a new one; its id. ``hint`` opens the keyboard of those addressed.

    Raises:
        telegram.error.TelegramError: it was not sent.
    """
    if message.photo is not None:
        return await _show(bot, spot, message, message.photo)
    sent = await bot.send_message(
        spot.chat_id,
        fit(message.text, TEXT_LIMIT),
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        message_thread_id=spot.thread_id,
        reply_parameters=answering(spot.message_id),
        reply_markup=ForceReply(selective=True, input_field_placeholder=hint)
        if hint
        else keyboard(message),
    )
    return sent.message_id


async def _show(bot: Bot, spot: Spot, message: Message, photo: bytes) -> int:
    sent = await bot.send_photo(
        spot.chat_id,
        photo,
        caption=fit(message.text, CAPTION_LIMIT),
        parse_mode=ParseMode.HTML,
        message_thread_id=spot.thread_id,
        reply_parameters=answering(spot.message_id),
        reply_markup=keyboard(message),
    )
    return sent.message_id


async def end_menu(bot: Bot, spot: Spot, text: str) -> None:
    """Put what was chosen in the place of a menu; the choice stands even when this fails."""
    try:
        await bot.edit_message_text(
            answers.said(text).text,
            spot.chat_id,
            spot.message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
        )
    except TelegramError as error:
        log.warning("menu %s in chat %s: %s", spot.message_id, spot.chat_id, error)


async def turn(bot: Bot, spot: Spot, message: Message) -> None:
    """Put another page or the next step in the place of a menu; the old one stays if it fails."""
    try:
        await bot.edit_message_text(
            fit(message.text, TEXT_LIMIT),
            spot.chat_id,
            spot.message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard(message),
        )
    except TelegramError as error:
        log.warning("menu %s in chat %s: %s", spot.message_id, spot.chat_id, error)


async def answer(query: CallbackQuery, answer: Answer) -> None:
    """Answer a press, once; a refusal stays on the screen until it is read.

    An answer that comes too late or does not arrive is nobody's trouble: what was decided stands.
    """
    try:
        await query.answer(clip(answer.text, TOAST_LIMIT), show_alert=not answer.done)
    except BadRequest as error:
        if "too old" not in str(error).lower():
            log.warning("press %s: not answered: %s", query.id, error)
    except TelegramError as error:
        log.warning("press %s: not answered: %s", query.id, error)
