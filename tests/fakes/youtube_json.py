"""What a loopback YouTube says: refusals, lists, instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from .platform import Json, Reply

STATES = {"published": "public", "heldForReview": "held", "likelySpam": "spam"}
STATES |= {"rejected": "hidden"}
STATUS = {state: status for status, state in STATES.items()}
_ERRORS = {
    "quotaExceeded": (403, "youtube.quota"),
    "rateLimitExceeded": (403, "usageLimits"),
    "forbidden": (403, "youtube.common"),
    "commentsDisabled": (403, "youtube.commentThread"),
    "authError": (401, "global"),
    "processingFailure": (400, "youtube.comment"),
    "invalidPageToken": (400, "youtube.api.v3.PageTokenDomain"),
    "invalidFilters": (400, "youtube.core"),
    "commentTextRequired": (400, "youtube.comment"),
    "channelNotFound": (404, "youtube.commentThread"),
    "videoNotFound": (404, "youtube.commentThread"),
    "commentNotFound": (404, "youtube.comment"),
    "parentCommentNotFound": (404, "youtube.comment"),
}


def error(reason: str, message: str = "refused", **more: Any) -> Reply:
    """A refusal as the API words it."""
    status, domain = _ERRORS[reason]
    inner = {"domain": domain, "reason": reason, "message": message}
    return Reply({"error": {"code": status, "message": message, "errors": [inner], **more}}, status)


def listing(kind: str, rows: Iterable[Json], more: str | None) -> Json:
    """A list as the API answers it."""
    items = list(rows)
    whole: Json = {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "e",
        "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)},
        "items": items,
    }
    return whole | ({"nextPageToken": more} if more else {})


def instant(at: datetime) -> str:
    """An instant as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
