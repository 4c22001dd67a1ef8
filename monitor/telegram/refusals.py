"""What Telegram's refusals mean, and what may be left out so that a message arrives after all.

Pure. Telegram's wording is not promised and python-telegram-bot changes its letter case, so
only short pieces of it are looked for, in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from monitor.errors import DeliveryError, Reason
from monitor.logs import redact
from monitor.messages import clip

_TOPIC = ("topic_closed", "message thread not found", "topic_deleted", "topic_id_invalid")
_MARKUP = ("can't parse entities",)
_PICTURE = (
    "image_process_failed",
    "photo_invalid",
    "photo_save_file_invalid",
    "caption is too long",
    "file is too big",
    "entity too large",
    "not enough rights to send photos",
    "chat_send_photos_forbidden",
    "chat_send_media_forbidden",
)
_NO_CAPTION = ("no caption in the message",)
_NO_TEXT = ("no text in the message",)
_SAME = ("message is not modified",)
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    *_TOPIC,
)
# A chat that cannot be written to, told with 400 instead of 403.
_CLOSED = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "peer_id_invalid",
    "group is deactivated",
    "group chat was deactivated",
    "user not found",
    *_TOPIC,
)
# The request surely never left.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Body(StrEnum):
    """Which part of a message the words go into."""

    PICTURE = "picture"
    CAPTION = "caption"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Form:
    """How a message is put; each refusal may take one thing away from it."""

    body: Body
    markup: bool = True
    thread: bool = False


def weaker(form: Form, error: TelegramError, *, sending: bool) -> Form | None:
    """The form to try after this refusal, or None when no other form would help."""
    rules = (
        (form.thread, _TOPIC, replace(form, thread=False)),
        (form.markup, _MARKUP, replace(form, markup=False)),
        (
            form.body is Body.PICTURE,
            _PICTURE,
            replace(form, body=Body.TEXT if sending else Body.CAPTION),
        ),
        # What a message that stands there is made of shows only when it is edited.
        (not sending and form.body is Body.CAPTION, _NO_CAPTION, replace(form, body=Body.TEXT)),
        (not sending and form.body is Body.TEXT, _NO_TEXT, replace(form, body=Body.CAPTION)),
    )
    return next((other for has, said, other in rules if has and _says(error, said)), None)


def shows_it_already(error: TelegramError) -> bool:
    """Whether an edit was refused because nothing would change."""
    return isinstance(error, BadRequest) and _says(error, _SAME)


def delivery_error(
    error: TelegramError, chat_id: int, token: str, *, sending: bool
) -> DeliveryError:
    """The same failure in our words; ``token`` is kept out of them."""
    cause = clip(redact(str(error), [token]), 300)
    told = f"telegram: chat {chat_id}: {cause}"
    if isinstance(error, RetryAfter):
        return DeliveryError(told, reason=Reason.RATE, retry_after=pause_of(error))
    if isinstance(error, ChatMigrated):
        return DeliveryError(told, reason=Reason.MIGRATED, migrated_to=error.new_chat_id)
    reason = _reason(error, sending=sending)
    permanent = reason in (Reason.AUTH, Reason.BAD_ANSWER)
    return DeliveryError(told, reason=reason, permanent=permanent)


def _reason(error: TelegramError, *, sending: bool) -> Reason:
    if isinstance(error, InvalidToken):
        return Reason.AUTH
    if isinstance(error, Forbidden):
        return Reason.PERMISSION
    if isinstance(error, BadRequest):
        return _why_refused(error, sending=sending)
    if _says(error, ("too many requests",)):
        return Reason.RATE
    unsure = sending and not isinstance(error.__cause__, _NOT_SENT)
    return Reason.UNSURE if unsure else Reason.UNREACHABLE


def _why_refused(error: BadRequest, *, sending: bool) -> Reason:
    if not sending and _says(error, _GONE):
        return Reason.GONE
    return Reason.PERMISSION if _says(error, _CLOSED) else Reason.BAD_ANSWER


def pause_of(error: RetryAfter) -> timedelta:
    """How long the server asks us to wait, whatever type the library gives it."""
    pause = error.retry_after
    return pause if isinstance(pause, timedelta) else timedelta(seconds=pause)


def _says(error: TelegramError, pieces: tuple[str, ...]) -> bool:
    said = str(error).lower()
    return any(piece in said for piece in pieces)
