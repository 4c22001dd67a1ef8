"""What X's refusals mean: problem+json with a ``type``, or the older list of codes.

Layer 2, pure. Of ``detail`` only known sentences are looked for; it is never shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import SERVER_ERROR, Answer
from monitor.platforms.http import Refusal
from monitor.platforms.offer import Clock

_UNKNOWN_WAIT: Final = timedelta(minutes=15)  # the length of X's windows
_NO_MONEY: Final = timedelta(hours=6)  # a person must pay, or a month must end
_PAY, _TOO_MANY, _NO_LOGIN, _FORBIDDEN, _BAD, _NONE = 402, 429, 401, 403, 400, 404

# the last part of a problem's type -> (reason, permanent)
_TYPES: Final = {
    "usage-capped": (Reason.QUOTA, False),
    "client-forbidden": (Reason.PERMISSION, True),
    "client-disconnected": (Reason.PERMISSION, True),
    "unsupported-authentication": (Reason.PERMISSION, True),
    "not-authorized-for-resource": (Reason.GONE, False),
    "resource-not-found": (Reason.GONE, False),
    "invalid-request": (Reason.NOT_ALLOWED, False),
}
# Uncertain: parts of X's own sentences, in small letters -> (reason, what we say)
_SENTENCES: Final = (
    ("not been mentioned", Reason.NOT_ALLOWED, "its writer has not called us (not_summoned)"),
    ("reply to this conversation is not allowed", Reason.NOT_ALLOWED, "replies are restricted"),
    ("duplicate content", Reason.DUPLICATE, "the same words stand there"),
    ("deleted or not visible", Reason.GONE, "the post is gone"),
)


def refusal(clock: Clock) -> Refusal:
    """What an answer's body says better than its status; None leaves it to the status."""
    return partial(_refused, clock)


def rest(clock: Clock, answer: Answer) -> timedelta | None:
    """How long to leave X alone when a window's last call was answered."""
    if answer.headers.get("x-rate-limit-remaining", "").strip() != "0":
        return None
    return _until(clock, answer)


def _refused(clock: Clock, answer: Answer) -> PlatformError | None:
    if answer.looks_like_html or (answer.posted and answer.status >= SERVER_ERROR):
        return None
    problems = list(_problems(answer))
    kinds = {read.text(one, "type").rpartition("/")[2] for one in problems}
    # a spent cap comes with 429, a dead grant with 400: what it says counts more than the number
    if answer.status == _PAY or "usage-capped" in kinds:
        return _error(answer, Reason.QUOTA, "no credit, or the cap is reached", wait=_NO_MONEY)
    if answer.status == _TOO_MANY:
        wait = _until(clock, answer) or answer.retry_after or _UNKNOWN_WAIT
        return _error(answer, Reason.RATE, "too many calls", wait=wait)
    if answer.status == _NO_LOGIN:
        return _error(answer, Reason.AUTH, "the token is refused", permanent=True)
    if answer.status not in (_BAD, _FORBIDDEN, _NONE) or not problems:
        return None
    return _by_words(answer, problems) or _by_kind(answer, kinds)


def _by_words(answer: Answer, problems: list[dict[str, Any]]) -> PlatformError | None:
    if not answer.posted:
        return None
    said = " ".join(read.text(one, key) for one in problems for key in ("detail", "message"))
    for part, reason, ours in _SENTENCES:
        if part in said.lower():
            return _error(answer, reason, ours)
    return None


def _by_kind(answer: Answer, kinds: set[str]) -> PlatformError | None:
    for kind, (reason, permanent) in _TYPES.items():
        if kind in kinds:
            return _error(answer, reason, kind, permanent=permanent)
    if answer.status == _FORBIDDEN and answer.posted:
        return _error(answer, Reason.NOT_ALLOWED, "refused")
    return None


def _error(
    answer: Answer,
    reason: Reason,
    cause: str,
    *,
    permanent: bool = False,
    wait: timedelta | None = None,
) -> PlatformError:
    return PlatformError(
        f"{answer.where}: HTTP {answer.status}: {cause}",
        reason=reason,
        permanent=permanent,
        retry_after=wait,
    )


def _problems(answer: Answer) -> Iterator[dict[str, Any]]:
    """The problem itself and those in its list."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return
    if isinstance(body, dict):
        yield body
        yield from read.objects(body, "errors")


def _until(clock: Clock, answer: Answer) -> timedelta | None:
    """The latest reset (unix seconds) among the windows; a day's window counts when it is empty."""
    names = ["x-rate-limit-reset"]
    for day in ("x-user-limit-24hour", "x-app-limit-24hour"):
        if answer.headers.get(f"{day}-remaining", "").strip() == "0":
            names.append(f"{day}-reset")
    given = [answer.headers.get(name, "").strip() for name in names]
    resets = [int(value[:12]) for value in given if value.isascii() and value.isdigit()]
    if not resets:
        return None
    left = datetime.fromtimestamp(max(resets), UTC) - clock()
    return min(max(left, timedelta(seconds=1)), timedelta(days=1))
