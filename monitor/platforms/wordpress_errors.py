"""What WordPress's error codes mean, where they say more than the HTTP status.

Layer 2, pure. A refusal is ``{"code", "message", "data": {"status"}}``; the message is in the
site's language and may quote the writer, so it is never shown.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import SERVER_ERROR, Answer

_FLOOD = timedelta(seconds=15)  # WordPress's own default pause between two comments of a user
_CODE = re.compile(r"[a-z0-9_]{1,60}")

# code -> (reason, permanent); what is not here is decided by the status
_CODES: dict[str, tuple[Reason, bool]] = {
    "comment_duplicate": (Reason.DUPLICATE, False),
    "comment_flood": (Reason.RATE, False),
    "rest_comment_closed": (Reason.NOT_ALLOWED, True),
    "rest_comment_trash_post": (Reason.NOT_ALLOWED, True),
    "rest_comment_draft_post": (Reason.NOT_ALLOWED, True),
    "rest_comment_invalid_post_id": (Reason.NOT_ALLOWED, True),
    "rest_comment_content_invalid": (Reason.NOT_ALLOWED, True),
    "comment_content_column_length": (Reason.NOT_ALLOWED, True),
    "rest_comment_invalid_id": (Reason.GONE, True),
    "rest_already_trashed": (Reason.GONE, True),
    "rest_no_route": (Reason.BAD_ANSWER, True),
}


def refusal(answer: Answer) -> PlatformError | None:
    """What the error code says better than the status does; None leaves it to the status."""
    code = error_code(answer)
    if code not in _CODES or (answer.posted and answer.status >= SERVER_ERROR):
        return None
    reason, permanent = _CODES[code]
    if answer.posted and reason is Reason.BAD_ANSWER:
        reason = Reason.NOT_ALLOWED  # a readable refusal: surely nothing was posted
    return PlatformError(
        f"{answer.where}: HTTP {answer.status}: {code}",
        reason=reason,
        permanent=permanent,
        retry_after=_FLOOD if code == "comment_flood" else None,
    )


def error_code(answer: Answer) -> str:
    """The ``code`` of a WordPress error, "" if there is none."""
    try:
        fields = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    code = fields.get("code") if isinstance(fields, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
