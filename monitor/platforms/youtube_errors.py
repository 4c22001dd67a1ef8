"""What YouTube's error codes mean, where they say more than the HTTP status.

Layer 2, pure. A refusal is ``{"error": {"code", "message", "errors": [{"domain", "reason"}]}}``, in
newer answers with ``details[].reason`` beside it. The message may quote the request: never shown.
Source: developers.google.com/youtube/v3/docs/errors. No header tells the quota: it is counted by us
and begins anew at midnight in California.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import SERVER_ERROR, Answer
from monitor.platforms.offer import Clock

ZONE: Final = "America/Los_Angeles"
_CODE = re.compile(r"[A-Za-z_]{1,60}")
# Right after midnight Google's count may still be yesterday's: that must not cost a whole day.
_JUST_BEGUN = timedelta(minutes=30)

_REST = timedelta(minutes=1)  # "too often" names no time

# code -> (reason, permanent); what is not here is decided by the status
_CODES: Final[dict[str, tuple[Reason, bool]]] = {
    "quotaExceeded": (Reason.QUOTA, False),
    "dailyLimitExceeded": (Reason.QUOTA, False),
    "rateLimitExceeded": (Reason.RATE, False),
    "userRateLimitExceeded": (Reason.RATE, False),
    "authError": (Reason.AUTH, True),
    "API_KEY_INVALID": (Reason.AUTH, True),
    "accessNotConfigured": (Reason.PERMISSION, True),
    "SERVICE_DISABLED": (Reason.PERMISSION, True),
    "forbidden": (Reason.PERMISSION, True),
    "insufficientPermissions": (Reason.PERMISSION, True),
    "ineligibleAccount": (Reason.PERMISSION, True),
    "commentTextRequired": (Reason.NOT_ALLOWED, True),
    "commentTextTooLong": (Reason.NOT_ALLOWED, True),
    "invalidCommentMetadata": (Reason.NOT_ALLOWED, True),
    "parentCommentIsPrivate": (Reason.NOT_ALLOWED, True),
    "operationNotSupported": (Reason.NOT_ALLOWED, True),
    "badRequest": (Reason.NOT_ALLOWED, True),
    "invalidFilters": (Reason.NOT_ALLOWED, True),
    "invalidParameter": (Reason.NOT_ALLOWED, True),
    "commentsDisabled": (Reason.GONE, False),
    "invalidPageToken": (Reason.GONE, False),
    "videoNotFound": (Reason.GONE, False),
    "commentNotFound": (Reason.GONE, False),
    "commentThreadNotFound": (Reason.GONE, False),
    "parentCommentNotFound": (Reason.GONE, False),
    "channelNotFound": (Reason.GONE, True),
    # "can be transient": a question is asked again, a word that was sent may stand in public
    "processingFailure": (Reason.UNREACHABLE, False),
}
_HINTS: Final = {
    "API_KEY_INVALID": "the API key is not valid",
    "accessNotConfigured": "switch on YouTube Data API v3 in the Google Cloud project",
    "SERVICE_DISABLED": "switch on YouTube Data API v3 in the Google Cloud project",
    "channelNotFound": "account must be the channel id, which begins with UC",
}


def refusal_by(clock: Clock) -> Callable[[Answer], PlatformError | None]:
    """What an error code says better than the status does; None leaves it to the status."""

    def refusal(answer: Answer) -> PlatformError | None:
        code = next((code for code in error_codes(answer) if code in _CODES), None)
        if code is None or (answer.posted and answer.status >= SERVER_ERROR):
            return None
        reason, permanent = _CODES[code]
        if answer.posted:
            reason = _AFTER_A_POST.get(code, reason)
        said = ": ".join(part for part in (code, _HINTS.get(code)) if part)
        return PlatformError(
            f"{answer.where}: HTTP {answer.status}: {said}",
            reason=reason,
            permanent=permanent,
            retry_after=_wait(answer, reason, clock),
        )

    return refusal


def _wait(answer: Answer, reason: Reason, clock: Clock) -> timedelta | None:
    if reason is Reason.QUOTA:
        return until_reset(clock())
    return (answer.retry_after or _REST) if reason is Reason.RATE else None


_AFTER_A_POST: Final = {
    "processingFailure": Reason.UNSURE,
    "commentsDisabled": Reason.NOT_ALLOWED,
}


def error_codes(answer: Answer) -> list[str]:
    """The reasons that an answer names, the most exact first; none if it cannot be read."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return []
    error = read.inner(body, "error") if isinstance(body, dict) else {}
    named = [*read.objects(error, "details"), *read.objects(error, "errors")]
    return [code for row in named if _CODE.fullmatch(code := read.text(row, "reason"))]


def until_reset(now: datetime) -> timedelta:
    """How long to wait after ``quotaExceeded``: until the next midnight in California."""
    zone = ZoneInfo(ZONE)
    today = now.astimezone(zone).date()
    if now - datetime.combine(today, time(), zone) < _JUST_BEGUN:
        return _JUST_BEGUN
    return datetime.combine(today + timedelta(days=1), time(), zone) - now
