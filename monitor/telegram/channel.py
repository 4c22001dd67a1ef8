"""Notices in Telegram, with all of its limits: what the notify step sends through.

Layer 2. For the synchronous pipeline worker: it keeps a loop and a bot of its own, and shares
nothing with the bot that listens. It never sends twice what may have arrived, never sleeps, and
knows neither incidents nor rows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from telegram import Bot, InputMediaPhoto
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import Forbidden, TelegramError
from telegram.request import HTTPXRequest

from monitor.errors import Reason
from monitor.messages import Message, visible_length
from monitor.messages.base import CAPTION_LIMIT, TEXT_LIMIT
from monitor.records import ChatId
from monitor.telegram import refusals
from monitor.telegram.base import Channel, Place
from monitor.telegram.calls import NO_PREVIEW, answering, keyboard, web_request
from monitor.telegram.fit import fit, fit_plain
from monitor.telegram.ledger import Ledger
from monitor.telegram.refusals import Body, Form

T = TypeVar("T")

_PICTURE_NAME = "siaga.png"


class TelegramChannel(Channel):
    """Sends and edits messages; use it from one thread, and not from inside a running loop.

    ``base_url`` is the server's address without ``/bot``; ``timeout`` is in seconds a request.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        per_group_minute: int,
        timeout: float,
        clock: Callable[[], float] = time.monotonic,
        request: Callable[[float], HTTPXRequest] = web_request,
    ) -> None:
        self._token = token
        self._request = request(timeout)
        # The bot is never initialised: that would ask getMe before the first alert can go out.
        self._bot = Bot(
            token,
            base_url=f"{base_url.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._runner = asyncio.Runner()
        self._ledger = Ledger(per_group_minute, clock)

    def close(self) -> None:
        """Close the connections and the loop; nothing can be sent afterwards."""
        self._runner.run(self._request.shutdown())
        self._runner.close()

    def check(self) -> str:
        """The bot's name, as the server knows it.

        Raises:
            DeliveryError: the token is refused, or nobody answers.
        """
        try:
            me = self._runner.run(self._bot.get_me())
        except TelegramError as error:
            raise refusals.delivery_error(error, ChatId(0), self._token, sending=False) from error
        return f"@{me.username}"

    def check_chat(self, chat_id: ChatId) -> str:
        """The title of a chat that the bot can write to, as the server knows it.

        Raises:
            DeliveryError: the bot is not in the chat, or nobody answers.
        """
        try:
            return self._runner.run(self._look_at(chat_id))
        except TelegramError as error:
            raise refusals.delivery_error(error, chat_id, self._token, sending=False) from error

    async def _look_at(self, chat_id: ChatId) -> str:
        chat = await self._bot.get_chat(chat_id)
        if chat.type != ChatType.PRIVATE:
            # A public group is shown to every bot, so being told of it is not being in it.
            own_id = int(self._token.partition(":")[0])
            member = await self._bot.get_chat_member(chat_id, own_id)
            if member.status in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED):
                raise Forbidden("bot is not a member of the chat")
        return chat.effective_name or ""

    def room(self, chat_id: ChatId) -> bool:
        """Whether a message to this chat would be within the limits right now."""
        return self._ledger.room(chat_id)

    def send(self, place: Place, message: Message) -> int:
        """Send a new message; its id in the chat.

        A picture, markup or topic that Telegram refuses is left out so that the words arrive.

        Raises:
            DeliveryError: reason UNSURE when it may have arrived all the same.
        """
        pictured = message.photo and visible_length(message.text) <= CAPTION_LIMIT
        form = Form(Body.PICTURE if pictured else Body.TEXT, thread=place.thread_id is not None)
        return self._call(
            place, lambda form: self._send_as(place, message, form), form, sending=True
        )

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        """Make a message show this instead; showing the same already is success.

        ``picture``: whether the picture changed too.

        Raises:
            DeliveryError: reason GONE when the message is no longer there.
        """
        body = Body.CAPTION if message.photo else Body.TEXT
        form = Form(Body.PICTURE if message.photo and picture else body)
        self._call(
            place, lambda form: self._edit_as(place, message_id, message, form), form, sending=False
        )

    def _call(
        self, place: Place, put: Callable[[Form], Awaitable[T]], form: Form, *, sending: bool
    ) -> T:
        self._ledger.note(place.chat_id)
        try:
            return self._runner.run(_insist(put, form, sending=sending))
        except TelegramError as error:
            failure = refusals.delivery_error(error, place.chat_id, self._token, sending=sending)
            if failure.reason is Reason.RATE and failure.retry_after:
                self._ledger.park(place.chat_id, failure.retry_after.total_seconds())
            raise failure from error

    async def _send_as(self, place: Place, message: Message, form: Form) -> int:
        common: dict[str, Any] = {
            "chat_id": place.chat_id,
            "message_thread_id": place.thread_id if form.thread else None,
            "reply_parameters": answering(place.reply_to),
            "reply_markup": keyboard(message),
            "parse_mode": ParseMode.HTML if form.markup else None,
            "disable_notification": place.silent or None,
        }
        if form.body is Body.PICTURE:
            caption = _words(message, form, CAPTION_LIMIT)
            sent = await self._bot.send_photo(
                photo=message.photo or b"", caption=caption, filename=_PICTURE_NAME, **common
            )
        else:
            text = _words(message, form, TEXT_LIMIT)
            sent = await self._bot.send_message(
                text=text, link_preview_options=NO_PREVIEW, **common
            )
        return sent.message_id

    async def _edit_as(self, place: Place, message_id: int, message: Message, form: Form) -> None:
        try:
            await self._change(place, message_id, message, form)
        except TelegramError as error:
            if not refusals.shows_it_already(error):
                raise

    async def _change(self, place: Place, message_id: int, message: Message, form: Form) -> None:
        mode = ParseMode.HTML if form.markup else None
        common: dict[str, Any] = {
            "chat_id": place.chat_id,
            "message_id": message_id,
            "reply_markup": keyboard(message),
        }
        if form.body is Body.TEXT:
            text = _words(message, form, TEXT_LIMIT)
            await self._bot.edit_message_text(
                text=text, parse_mode=mode, link_preview_options=NO_PREVIEW, **common
            )
            return
        caption = _words(message, form, CAPTION_LIMIT)
        if form.body is Body.CAPTION:
            await self._bot.edit_message_caption(caption=caption, parse_mode=mode, **common)
            return
        media = InputMediaPhoto(
            message.photo or b"", caption, parse_mode=mode, filename=_PICTURE_NAME
        )
        await self._bot.edit_message_media(media=media, **common)


async def _insist(put: Callable[[Form], Awaitable[T]], form: Form, *, sending: bool) -> T:
    """Put a message in this form, or in the next weaker one that a refusal leaves."""
    tried = set[Form]()
    while True:
        tried.add(form)
        try:
            return await put(form)
        except TelegramError as error:
            weaker = refusals.weaker(form, error, sending=sending)
            if weaker is None or weaker in tried:
                raise
            form = weaker


def _words(message: Message, form: Form, most: int) -> str:
    return fit(message.text, most) if form.markup else fit_plain(message.plain, most)
