"""What TikTok's codes mean: every answer has status 200, and ``code`` says whether it is one.

Layer 2, pure. Facts: TikTok API for Business v1.3, public write-ups of September 2026; codes marked
C are not confirmed. ``message`` may quote a writer and is never shown.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import FIRST_REFUSAL, SERVER_ERROR, Answer

_OK: Final = 0
_WAIT: Final = timedelta(minutes=5)  # what TikTok asks for after 40100
_SERVER_CODES: Final = 50_000  # C: 5xxxx is trouble on TikTok's side

# code -> (reason, permanent)
_CODES: Final = {
    40001: (Reason.PERMISSION, True),
    40002: (Reason.NOT_ALLOWED, False),  # a parameter: a dead page address, a text too long
    40007: (Reason.GONE, False),
    40100: (Reason.RATE, False),
    40102: (Reason.AUTH, True),  # C: the access token's time is over
    40104: (Reason.AUTH, True),  # C: no access token
    40105: (Reason.AUTH, True),
    40113: (Reason.AUTH, True),  # the app's id
}


def refusal(answer: Answer) -> PlatformError | None:
    """What an answer's own code says; None: it is good, or only its status can tell."""
    code = _code(answer)
    if code is None:
        if answer.status < FIRST_REFUSAL and _is_object(answer):
            return answer.error("an answer without a code")
        return None
    if code == _OK or (answer.posted and answer.status >= SERVER_ERROR):
        return None
    reason, permanent = _CODES.get(code, _unknown(code, posted=answer.posted))
    return PlatformError(
        f"{answer.where}: code {code}",
        reason=reason,
        permanent=permanent,
        retry_after=_WAIT if reason is Reason.RATE else None,
    )


def _unknown(code: int, *, posted: bool) -> tuple[Reason, bool]:
    if code >= _SERVER_CODES:
        return (Reason.UNSURE if posted else Reason.UNREACHABLE, False)
    return (Reason.NOT_ALLOWED if posted else Reason.BAD_ANSWER, False)


def _body(answer: Answer) -> object:
    try:
        parsed: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return parsed


def _is_object(answer: Answer) -> bool:
    return isinstance(_body(answer), dict)


def _code(answer: Answer) -> int | None:
    body = _body(answer)
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
