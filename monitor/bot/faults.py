"""What is logged when a handler fails: numbers and places, never anybody's words."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from telegram import Update
from telegram.error import TelegramError

from monitor.bot.desk import Context
from monitor.errors import MonitorError

log = logging.getLogger(__name__)

# Their texts are ours or Telegram's; any other exception may quote what a person wrote.
_TELLING = (TelegramError, MonitorError)


async def on_error(update: object, context: Context) -> None:
    """Log which update failed, where and why."""
    error = context.error
    number = update.update_id if isinstance(update, Update) else "-"
    why = f": {error}" if isinstance(error, _TELLING) else ""
    log.error("update %s: %s%s%s", number, type(error).__name__, why, _place(error))


def _place(error: BaseException | None) -> str:
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
