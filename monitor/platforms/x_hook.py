"""X's calls (Account Activity): somebody wrote to us, or deleted what he wrote.

Layer 2, pure. Bodies have the shapes of the old API (1.1), which are turned into today's rows here.
The signature says nothing of when, so only the key of a delivery tells a repetition. What has
another form (X Activity) makes us look for ourselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.base import Delivery
from monitor.records import Comment, Visibility

_WRITTEN = "%a %b %d %H:%M:%S %z %Y"  # Fri Nov 20 03:00:00 +0000 2026
# One key seals challenges and bodies, so whoever asks could have a body sealed that he made up. A
# challenge is base64 or the like, and a body that we read is a JSON object: it has braces.
_CHALLENGE = re.compile(r"[\w+/=.~ -]{1,256}", re.ASCII)


def sealed(secret: str, raw: bytes) -> str:
    """The signature of a body: base64 of its HMAC-SHA256, after the method's name."""
    mark = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(mark).decode('ascii')}"


def answer_to(secret: str, params: Mapping[str, str]) -> str | None:
    """The answer to a challenge (CRC), which X repeats about every hour; None: it is none."""
    token = params.get("crc_token", "")
    if not secret or not _CHALLENGE.fullmatch(token):
        return None
    return json.dumps({"response_token": sealed(secret, token.encode())})


def checked(secret: str, headers: Mapping[str, str], raw: bytes) -> None:
    """Let a call pass that X signed.

    Raises:
        PlatformError: PERMISSION.
    """
    given = headers.get("x-twitter-webhooks-signature", "")
    if not secret or not hmac.compare_digest(sealed(secret, raw).encode(), given.encode()):
        raise PlatformError("x: hook: no valid signature", reason=Reason.PERMISSION)


def read_call(
    raw: bytes,
    account: str,
    make: Callable[[list[dict[str, Any]], Mapping[str, str]], tuple[Comment, ...]],
) -> Delivery:
    """What a signed call tells. ``make`` turns rows, and users' names, into comments.

    Raises:
        PlatformError: BAD_ANSWER: of no known form.
    """
    event = _object(raw)
    key = hashlib.sha256(raw).hexdigest()
    if read.maybe_name(event, "for_user_id") not in (account, None):
        return Delivery(key)
    created = read.objects(event, "tweet_create_events")
    deleted = read.objects(event, "tweet_delete_events")
    ids = [_id(one) for one in created]
    gone = [_id(read.inner(one, "status")) for one in deleted]
    if not created and not deleted:
        return Delivery(key, poll="for_user_id" not in event)
    # our own posts are told as well
    others = [one for one in created if _id(read.inner(one, "user")) != account]
    names = {_id(user): read.text(user, "screen_name") for user in map(_user, others)}
    comments = make([_today(one) for one in others], names)
    return Delivery(
        f"created:{','.join(ids)};deleted:{','.join(gone)}",
        comments,
        tuple((number, Visibility.DELETED) for number in gone if number),
        poll=len(comments) < len(others),
    )


def _today(old: dict[str, Any]) -> dict[str, Any]:
    """A post of the old API in the form of the new one."""
    referenced = [
        {"type": kind, "id": number}
        for kind, number in (
            ("replied_to", read.maybe(old, "in_reply_to_status_id_str")),
            ("quoted", read.maybe(old, "quoted_status_id_str")),
            ("retweeted", _id(read.inner(old, "retweeted_status"))),
        )
        if number
    ]
    whole = read.inner(old, "extended_tweet")
    entities = read.inner(whole, "entities") or read.inner(old, "entities")
    named = [{"id": _id(user)} for user in read.objects(entities, "user_mentions")]
    return {
        "id": _id(old),
        "text": read.text(whole, "full_text") or read.text(old, "full_text") or old.get("text"),
        "created_at": _at(old),
        "author_id": _id(_user(old)) or None,
        "in_reply_to_user_id": read.maybe(old, "in_reply_to_user_id_str"),
        "referenced_tweets": referenced,
        "edit_history_tweet_ids": read.inner(old, "edit_history").get("edit_tweet_ids"),
        "entities": {"mentions": named, "urls": read.objects(entities, "urls")},
    }


def _at(old: dict[str, Any]) -> object:
    """ISO 8601, or seconds, or what stands there."""
    milliseconds = read.count(old, "timestamp_ms")
    if milliseconds:
        return milliseconds // 1000
    try:
        return datetime.strptime(read.text(old, "created_at"), _WRITTEN).astimezone(UTC).isoformat()
    except ValueError:
        return old.get("created_at")


def _user(old: dict[str, Any]) -> dict[str, Any]:
    return read.inner(old, "user")


def _id(one: dict[str, Any]) -> str:
    return read.maybe(one, "id_str") or read.maybe_name(one, "id") or ""


def _object(raw: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as e:
        raise PlatformError("x: hook: broken JSON", reason=Reason.BAD_ANSWER) from e
    if not isinstance(parsed, dict):
        raise PlatformError("x: hook: no object", reason=Reason.BAD_ANSWER)
    return parsed
