"""What Meta's Graph API refuses, by its code, and how much of its allowance is used.

Layer 2, pure. A refusal is ``{"error": {"message", "type", "code", "error_subcode"}}``, mostly with
status 400, so the code decides. The message may quote people and tokens: it is never shown. Facts:
developers.facebook.com/docs/graph-api (guides/error-handling, overview/rate-limiting), v26.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import SERVER_ERROR, Answer

USAGE_HEADERS = ("x-business-use-case-usage", "x-app-usage")
INVALID = 100  # a wrong parameter, and everything that is gone
UNKNOWN_NAME = 803  # uncertain: a name in the place of an id that nobody has
_GONE_SUBCODE = 33  # uncertain: not in the official list, but what deleted objects answer
_NEARLY = 95  # per cent: who goes on to 100 is blocked, and calling then lengthens the block
_REST_NEARLY = timedelta(minutes=15)  # the allowance slides over 24 hours
_REST_BLOCKED = timedelta(hours=1)  # throttled, and no header says for how long
_LONGEST_REST = timedelta(days=1)
_ERROR = re.compile(rb'\s*\{\s*"error"\s*:')

_TOKEN_DEAD = frozenset({102, 190})
_THROTTLED = frozenset({4, 17, 32, 613, 80001, 80002})
_TRANSIENT = frozenset({1, 2})
_FORBIDDEN = frozenset({3, 10, *range(200, 300)})
_OTHERS: Mapping[int, tuple[Reason, str]] = {
    368: (
        Reason.NOT_ALLOWED,
        "Meta blocks this for breaking its rules; see the Page's support inbox",
    ),
    506: (Reason.DUPLICATE, "the same words were posted already"),
}
_WHY_DEAD: Mapping[int, str] = {
    458: "the app was removed from the account of the person who gave the token",
    459: "Meta wants the person who gave the token to log in at facebook.com and confirm something",
    460: "the person who gave the token changed the password",
    463: "the token has expired",
    464: "the account of the person who gave the token is not confirmed",
    467: "the token was withdrawn",
}


class GraphError(PlatformError):
    """A refusal with Meta's own ``code``."""

    def __init__(
        self,
        message: str,
        code: int,
        *,
        reason: Reason,
        permanent: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, reason=reason, permanent=permanent, retry_after=retry_after)
        self.code = code


def refusal(answer: Answer) -> PlatformError | None:
    """The error that an answer holds, of whatever status; None when it holds none of Meta's."""
    error = _error_of(answer)
    code = read.count(error, "code")
    if code is None:
        return None
    subcode = read.count(error, "error_subcode") or 0
    label = f"{answer.where}: code {code}" + (f"/{subcode}" if subcode else "")
    if code in _TOKEN_DEAD:
        why = _WHY_DEAD.get(subcode, "the token is not valid (any more)")
        return GraphError(
            f"{label}: {why}: make a new token", code, reason=Reason.AUTH, permanent=True
        )
    if code in _THROTTLED:
        return GraphError(
            f"{label}: asked too often",
            code,
            reason=Reason.RATE,
            retry_after=regained_after(answer.headers) or _REST_BLOCKED,
        )
    if code in _FORBIDDEN:
        why = "a permission is missing, or the person of the token has no such task on the Page"
        return GraphError(f"{label}: {why}", code, reason=Reason.PERMISSION, permanent=True)
    return _other(answer, label, code, subcode)


def _other(answer: Answer, label: str, code: int, subcode: int) -> PlatformError | None:
    if code in _TRANSIENT:
        reason = Reason.UNSURE if answer.posted else Reason.UNREACHABLE
        return GraphError(f"{label}: Meta is in trouble", code, reason=reason)
    if (code, subcode) == (INVALID, _GONE_SUBCODE) or code == UNKNOWN_NAME:
        return GraphError(f"{label}: gone, or invisible to us", code, reason=Reason.GONE)
    if code in _OTHERS:
        reason, why = _OTHERS[code]
        return GraphError(f"{label}: {why}", code, reason=reason, permanent=answer.posted)
    if answer.status >= SERVER_ERROR:
        return None  # an unknown code with such a status says nothing sure about a POST
    reason = Reason.NOT_ALLOWED if answer.posted else Reason.BAD_ANSWER
    return GraphError(f"{label}: refused", code, reason=reason)


def rest_of(answer: Answer) -> timedelta | None:
    """How long to leave Meta alone: when an allowance is (nearly) used up; None: not at all."""
    regained = regained_after(answer.headers)
    if regained is not None:
        return regained
    used = max((_percent(usage) for usage in _usages(answer.headers)), default=0)
    return _REST_NEARLY if used >= _NEARLY else None


def regained_after(headers: httpx.Headers) -> timedelta | None:
    """When access is regained, by the headers (they count in minutes); None: they do not say."""
    key = "estimated_time_to_regain_access"
    minutes = max((read.count(usage, key) or 0 for usage in _usages(headers)), default=0)
    return min(timedelta(minutes=min(minutes, 9_999)), _LONGEST_REST) if minutes else None


def _error_of(answer: Answer) -> read.Row:
    if not _ERROR.match(answer.body):
        return {}
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return read.inner(body, "error")


def _usages(headers: httpx.Headers) -> Iterator[read.Row]:
    """Each allowance of both headers: ``{id: [usage, ...]}`` and a bare usage."""
    for name in USAGE_HEADERS:
        try:
            found = json.loads(headers.get(name, "{}"))
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found
            for key in found:
                yield from read.objects(found, key)


def _percent(usage: read.Row) -> int:
    keys = ("call_count", "total_cputime", "total_time")
    return max(read.count(usage, key) or 0 for key in keys)
