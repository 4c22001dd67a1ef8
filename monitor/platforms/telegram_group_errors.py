"""What Telegram's refusals mean for a watched group.

Layer 2, pure. Telegram's wording is not promised: short pieces of it are looked for, in lower case,
and it never gets into an error of ours.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer

# Uncertain, all of them: pieces of the wording.
_WEBHOOK: Final = ("webhook",)
_TARGET_GONE: Final = (
    "replied not found",
    "replied message not found",
    "reply message not found",
    "message to reply not found",
    "message_id_invalid",
    "message identifier is not specified",
)
_CLOSED: Final = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "peer_id_invalid",
    "group is deactivated",
    "chat was deactivated",
    "topic_closed",
    "topic_deleted",
)
_LONGEST_WAIT: Final = timedelta(hours=24)


def refusal(answer: Answer) -> PlatformError | None:
    """The error that an answer's own words give; None leaves it to the status."""
    body = _body(answer)
    said = read.text(body, "description").lower()
    asked = read.inner(body, "parameters")
    if answer.status == 429:
        seconds = read.count(asked, "retry_after")
        wait = answer.retry_after if seconds is None else _at_most(seconds)
        return _error(answer, "asked to wait", Reason.RATE, wait=wait)
    if answer.status in (401, 404) and body:
        return _error(answer, "the bot's token is not taken", Reason.AUTH, permanent=True)
    if answer.status == 409:
        return _conflict(answer, said)
    if answer.status == 403 and body:
        return _error(answer, "the bot is not in the group", Reason.PERMISSION, permanent=True)
    return _bad_request(answer, said, asked) if answer.status == 400 else None


def _conflict(answer: Answer, said: str) -> PlatformError:
    if any(piece in said for piece in _WEBHOOK):
        why = "a webhook takes this bot's messages: remove it, or give the source its hook_token"
        return _error(answer, why, Reason.NOT_ALLOWED, permanent=True)
    why = "another program reads this bot's messages: each source needs a bot of its own"
    return _error(answer, why, Reason.UNREACHABLE)


def _bad_request(answer: Answer, said: str, asked: dict[str, Any]) -> PlatformError | None:
    if read.maybe_name(asked, "migrate_to_chat_id"):
        return _error(answer, "the group has a new id since its upgrade", Reason.GONE)
    if any(piece in said for piece in _TARGET_GONE):
        return _error(answer, "the message is gone", Reason.GONE)
    if any(piece in said for piece in _CLOSED):
        return _error(answer, "the bot may not", Reason.PERMISSION, permanent=True)
    return None


def _error(
    answer: Answer,
    why: str,
    reason: Reason,
    *,
    permanent: bool = False,
    wait: timedelta | None = None,
) -> PlatformError:
    told = f"{answer.where}: HTTP {answer.status}: {why}"
    return PlatformError(told, reason=reason, permanent=permanent, retry_after=wait)


def _at_most(seconds: int) -> timedelta:
    return min(timedelta(seconds=min(seconds, 86_400)), _LONGEST_WAIT)


def _body(answer: Answer) -> dict[str, Any]:
    """{} for what is no JSON: a firewall speaks, not Telegram."""
    try:
        body = answer.json()
    except PlatformError:
        return {}
    return body if isinstance(body, dict) else {}
