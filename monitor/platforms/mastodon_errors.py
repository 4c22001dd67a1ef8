"""When Mastodon wants to be left alone, and what its refusals mean.

Layer 2, pure. Facts: docs.joinmastodon.org (api/rate-limits): 300 calls in five minutes, told in
``X-RateLimit-Remaining`` and ``X-RateLimit-Reset``, an ISO time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer
from monitor.platforms.offer import Clock

_SHORTEST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(hours=1)  # a wrong clock there must not silence a source
_RESET, _LEFT = "x-ratelimit-reset", "x-ratelimit-remaining"


def refusal(clock: Clock, answer: Answer) -> PlatformError | None:
    """The error that an answer gives beyond its status; None leaves it to that."""
    if answer.status == 429:
        wait = _until_reset(clock, answer) or answer.retry_after
        return _error(answer, Reason.RATE, wait)
    if answer.posted and answer.status == 404:
        return _error(answer, Reason.GONE)
    if answer.posted and answer.status == 422:
        return _error(answer, Reason.NOT_ALLOWED)
    return None


def rest(clock: Clock, answer: Answer) -> timedelta | None:
    """How long to leave the instance alone after an answer that used up the last call."""
    if answer.headers.get(_LEFT, "").strip() != "0":
        return None
    return _until_reset(clock, answer)


def _error(answer: Answer, reason: Reason, wait: timedelta | None = None) -> PlatformError:
    told = f"{answer.where}: HTTP {answer.status}"
    return PlatformError(told, reason=reason, retry_after=wait)


def _until_reset(clock: Clock, answer: Answer) -> timedelta | None:
    until = read.iso(answer.headers.get(_RESET, ""))
    return None if until is None else min(max(until - clock(), _SHORTEST), _LONGEST)
