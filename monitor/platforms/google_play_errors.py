"""What the refusals of Google Play's publisher API mean.

Layer 2, pure. The error object is that of all Google APIs: ``error.status`` and
``error.errors[].reason``; its message never gets into an error of ours.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer

_WAIT: Final = timedelta(minutes=10)  # uncertain: the limit is one an hour, and no time is told
_TOO_OFTEN: Final = (
    "resource_exhausted",
    "ratelimitexceeded",
    "userratelimitexceeded",
    "quotaexceeded",
    "dailylimitexceeded",
)
_SWITCHED_OFF: Final = ("accessnotconfigured", "service_disabled")


def refusal(answer: Answer) -> PlatformError | None:
    """The error that an answer's own words give; None leaves it to the status."""
    said = _reasons(answer)
    if answer.status == 429 or said & set(_TOO_OFTEN):
        wait = answer.retry_after or _WAIT
        return _error(answer, "too many calls", Reason.RATE, wait=wait)
    if answer.status == 403 and said & set(_SWITCHED_OFF):
        why = "the Google Play Developer API is not switched on in the key's project"
        return _error(answer, why, Reason.PERMISSION, permanent=True)
    if answer.status == 403 and said:
        why = "the service account may not: invite it in the Play Console, with 'Reply to reviews'"
        return _error(answer, why, Reason.PERMISSION, permanent=True)
    if answer.status == 400 and said:
        return _error(answer, "not taken as it is", Reason.NOT_ALLOWED)
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


def _reasons(answer: Answer) -> set[str]:
    """Its status and reasons in lower case; none for what is no JSON (a firewall speaks)."""
    try:
        body = answer.json()
    except PlatformError:
        return set()
    error: dict[str, Any] = read.inner(body, "error") if isinstance(body, dict) else {}
    named = [error, *read.objects(error, "errors"), *read.objects(error, "details")]
    found = {read.text(one, key).lower() for one in named for key in ("status", "reason")}
    return found - {""}
