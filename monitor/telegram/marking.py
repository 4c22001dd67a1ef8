"""Marks everything that leaves as an exercise, at the one place that all of it goes through.

Layer 2. :class:`MarkedRequest` sits below python-telegram-bot, so channel, bot, menus and answers
cannot get past it: what carries words gets the mark in front, and a call that could show something
without words is not made at all. :class:`MarkedChannel` does the same for a console.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from telegram.error import TelegramError
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from monitor import logs
from monitor.messages import Message, clip
from monitor.messages.base import CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT, visible_length
from monitor.messages.drill import MARK, MARK_LINE, MARK_LINE_PLAIN
from monitor.records import ChatId
from monitor.telegram.base import Channel, Place
from monitor.telegram.calls import pool
from monitor.telegram.fit import fit, fit_plain

# Calls that show people no words of ours, or nothing but words that were marked before.
_SILENT: Final = frozenset(
    {
        "close",
        "deleteMessage",
        "deleteMyCommands",
        "deleteWebhook",
        "editMessageReplyMarkup",
        "getChat",
        "getChatMember",
        "getFile",
        "getMe",
        "getMyCommands",
        "getUpdates",
        "getWebhookInfo",
        "logOut",
        "sendChatAction",
    }
)
_TEXT: Final = frozenset({"sendMessage", "editMessageText"})
_CAPTION: Final = frozenset({"sendPhoto", "sendDocument", "editMessageCaption"})
_MEDIA: Final = frozenset({"sendMediaGroup", "editMessageMedia"})
_MENU_LIMIT: Final = 256  # the description of a command


class MarkedRequest(HTTPXRequest):
    """A connection pool through which nothing unmarked leaves."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kw: Any
    ) -> tuple[int, bytes]:
        """Make the call with its words marked.

        Raises:
            TelegramError: a call that cannot carry the mark.
        """
        name = url.rpartition("/")[2]
        # A file is fetched by its address, not by a call with words.
        if request_data is not None and name not in _SILENT:
            given = request_data._parameters
            # A picture's bytes are a parameter without a value; they stay as they are.
            words = marked(name, {one.name: one.value for one in given})
            kept = [replace(one, value=words.pop(one.name)) for one in given]
            added = [RequestParameter(key, value, None) for key, value in words.items()]
            request_data = RequestData([*kept, *added])
        return await super().do_request(url, method, request_data, *args, **kw)


def marked_request(timeout: float) -> MarkedRequest:
    """Like :func:`monitor.telegram.calls.web_request`, for an exercise."""
    logs.quieten()
    return MarkedRequest(**pool(timeout))


def marked(name: str, given: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a call with the mark in front of all that people will read.

    Raises:
        TelegramError: nobody has said how this call is to be marked.
    """
    call = dict(given)
    if {"entities", "caption_entities"} & set(call):
        raise TelegramError(f"drill: {name}: entities would not fit marked words")
    html = call.get("parse_mode") == "HTML"
    if name in _TEXT:
        call["text"] = _words(call.get("text"), TEXT_LIMIT, html=html)
    elif name in _CAPTION:
        call["caption"] = _words(call.get("caption"), CAPTION_LIMIT, html=html)
    elif name in _MEDIA:
        call["media"] = _media(call["media"])
    elif name == "answerCallbackQuery":
        call["text"] = _line(call.get("text"), TOAST_LIMIT)
    elif name == "setMyCommands":
        call["commands"] = [_menu(one) for one in _rows(call["commands"])]
    else:
        raise TelegramError(f"drill: {name}: not sent: it cannot be marked")
    return call


def _words(given: object, most: int, *, html: bool) -> str:
    """Words below a line of their own that says what this is."""
    head = MARK_LINE if html else MARK_LINE_PLAIN
    room = most - visible_length(MARK_LINE) - 1
    text = str(given or "")
    cut = (fit if html else fit_plain)(text, room)
    return f"{head}\n{cut}" if cut else head


def _line(given: object, most: int) -> str:
    return clip(f"{MARK}: {given}" if given else MARK, most)


def _media(given: object) -> object:
    if isinstance(given, dict):
        html = given.get("parse_mode") == "HTML"
        return {**given, "caption": _words(given.get("caption"), CAPTION_LIMIT, html=html)}
    return [_media(one) for one in _rows(given)]


def _menu(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "description": _line(one["description"], _MENU_LIMIT)}


def _rows(given: object) -> list[dict[str, Any]]:
    assert isinstance(given, list)  # what the Bot API wants there
    return given


class MarkedChannel(Channel):
    """Another channel with the mark in front of every message; for one that is not Telegram."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner

    def room(self, chat_id: ChatId) -> bool:
        """Whether the other channel has room."""
        return self._inner.room(chat_id)

    def send(self, place: Place, message: Message) -> int:
        """Send it marked."""
        return self._inner.send(place, _as_exercise(message))

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        """Edit it, marked again."""
        self._inner.edit(place, message_id, _as_exercise(message), picture=picture)

    def close(self) -> None:
        """Close the other channel."""
        self._inner.close()


def _as_exercise(message: Message) -> Message:
    return replace(message, text=f"{MARK_LINE}\n{message.text}")
