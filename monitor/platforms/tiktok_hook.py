"""TikTok's calls: a comment was made, deleted, hidden or shown again, told within five minutes.

Layer 2, pure. Event ``comment.update``; ``content`` is JSON inside a JSON text; ids are numbers of
19 digits. Header ``Tiktok-Signature: t=<seconds>,s=<hex HMAC-SHA256(secret, t + "." + body)>``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.base import Delivery
from monitor.records import Comment, Visibility

_EVENT = "comment.update"
_FRESH = timedelta(minutes=5)
_MILLISECONDS = 100_000_000_000  # a larger number of seconds would be the year 5138
_NO_MORE = {
    "delete": Visibility.DELETED,
    "set_to_hidden": Visibility.HIDDEN,
    "set_to_friends_only": Visibility.HIDDEN,
}
_STANDS = ("insert", "set_to_public")


def checked(secret: str, headers: Mapping[str, str], raw: bytes, now: datetime) -> None:
    """Let a call pass that TikTok signed within the last five minutes.

    Raises:
        PlatformError: PERMISSION.
    """
    given = dict(
        part.strip().partition("=")[::2]
        for part in headers.get("tiktok-signature", "").split(",")
        if "=" in part
    )
    stamp = given.get("t", "")
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    signed = hmac.compare_digest(wanted.encode(), given.get("s", "").encode())
    if not secret or not signed or not (stamp.isascii() and stamp.isdigit()):
        raise PlatformError("tiktok: hook: no valid signature", reason=Reason.PERMISSION)
    if abs(now.timestamp() - int(stamp[:12])) > _FRESH.total_seconds():
        raise PlatformError("tiktok: hook: too old", reason=Reason.PERMISSION)


def read_call(
    raw: bytes, account: str, make: Callable[[dict[str, Any]], Comment | None]
) -> Delivery:
    """What a signed call tells. ``make`` turns a row as the lists have it into a comment.

    Raises:
        PlatformError: BAD_ANSWER: of no known form.
    """
    event = _object(raw)
    key = hashlib.sha256(raw).hexdigest()
    if event.get("event") != _EVENT or event.get("user_openid") not in (account, None):
        return Delivery(key)
    content = event.get("content")
    told = _object(content) if isinstance(content, str | bytes) else read.inner(event, "content")
    number, action = read.maybe_name(told, "comment_id"), read.text(told, "comment_action")
    if number is None:
        return Delivery(key, poll=True)
    key = f"{number}:{action}:{told.get('timestamp') or event.get('create_time')}"
    if action in _NO_MORE:
        return Delivery(key, gone=((number, _NO_MORE[action]),))
    row = _row(told, event)
    comment = make(row) if action in _STANDS and row is not None else None
    return Delivery(key, poll=True) if comment is None else Delivery(key, (comment,))


def _row(told: dict[str, Any], event: dict[str, Any]) -> dict[str, Any] | None:
    """The comment in the form of the lists; None when it lacks its words, video or time."""
    video, at = read.maybe_name(told, "video_id"), _at(told, event)
    if video is None or at is None or not isinstance(told.get("text"), str):
        return None
    parent = read.maybe_name(told, "parent_comment_id")
    # a top-level comment may name no parent, 0, or itself
    parent = None if parent in ("0", read.name_of(told, "comment_id")) else parent
    return {
        **told,
        "video_id": video,
        "parent_comment_id": parent,
        "create_time": int(at.timestamp()),
        "status": "PUBLIC",
    }


def _at(told: dict[str, Any], event: dict[str, Any]) -> datetime | None:
    for place, name in ((told, "create_time"), (told, "timestamp"), (event, "create_time")):
        value = read.count(place, name)
        if value:
            seconds = value / 1000 if value >= _MILLISECONDS else value
            try:
                return datetime.fromtimestamp(seconds, UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _object(raw: bytes | str) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as e:
        raise PlatformError("tiktok: hook: broken JSON", reason=Reason.BAD_ANSWER) from e
    if not isinstance(parsed, dict):
        raise PlatformError("tiktok: hook: no object", reason=Reason.BAD_ANSWER)
    return parsed
