"""How Siaga speaks the Bot API: the pieces that sending and the bot have in common.

Layer 2. Imports python-telegram-bot, so import it only where Telegram is used. Sends nothing.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.request import HTTPXRequest

from monitor import logs
from monitor.messages import Message
from monitor.messages.base import DATA_LIMIT

# python-telegram-bot looks at this when an error is made: pauses as timedelta, no warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

_LONGEST_CONNECT_S = 10.0
_log = logging.getLogger(__name__)


def web_request(timeout: float) -> HTTPXRequest:
    """A connection pool; ``timeout`` in seconds holds for each of connect, write and read."""
    logs.quieten()
    return HTTPXRequest(**pool(timeout))


def pool(timeout: float) -> dict[str, Any]:
    """What a connection pool is made with."""
    return {
        "connection_pool_size": 8,
        "read_timeout": timeout,
        "write_timeout": timeout,
        "connect_timeout": min(timeout, _LONGEST_CONNECT_S),
        "pool_timeout": timeout,
        "media_write_timeout": timeout,
    }


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """The buttons of a message; one that Telegram would refuse is left out, the rest arrives."""
    rows = [
        [
            InlineKeyboardButton(button.label, callback_data=button.data)
            for button in row
            if _fits(button.data)
        ]
        for row in message.buttons
    ]
    kept = [row for row in rows if row]
    return InlineKeyboardMarkup(kept) if kept else None


def _fits(data: str) -> bool:
    size = len(data.encode())
    if 1 <= size <= DATA_LIMIT:
        return True
    _log.error("button: %d bytes of data: left out: accepted: 1 to %d", size, DATA_LIMIT)
    return False


def answering(message_id: int | None) -> ReplyParameters | None:
    """Show a message as the answer to another, and send it all the same when that one is gone."""
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)
