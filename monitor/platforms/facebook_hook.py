"""What Facebook tells by itself of comments on a Page. Layer 2, pure.

Field ``feed``: ``{item, verb, comment_id, post_id, parent_id, from, message, created_time}``. A
post, of ours or of a visitor, and a mention are read by a poll: the call tells too little of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.platforms import fields as read
from monitor.platforms.api import Json
from monitor.platforms.base import Delivery
from monitor.platforms.facebook_rows import Office, comment_from
from monitor.platforms.graph_hook import Change
from monitor.platforms.graph_rows import Titles
from monitor.records import Comment, SourceId, Visibility

_SAID = ("add", "edited", "edit", "unhide")  # "hide" and "unhide" are uncertain
_GONE = {"remove": Visibility.DELETED, "hide": Visibility.HIDDEN}
_POSTS = ("post", "status", "photo", "video", "share", "link", "album", "event")


def delivered(source: SourceId, titles: Titles, changes: Sequence[Change], key: str) -> Delivery:
    """The news of a call whose signature was right."""
    comments: list[Comment] = []
    gone: list[tuple[str, Visibility]] = []
    poll = False
    for change in changes:
        item, verb = read.text(change.value, "item"), read.text(change.value, "verb")
        number = read.maybe_name(change.value, "comment_id")
        if change.field != "feed" or item != "comment" or number is None:
            poll = poll or change.field == "mention" or item in _POSTS
        elif verb in _GONE:
            gone.append((number, _GONE[verb]))
        elif verb in _SAID:
            comment = _said(change, number, Office(source, change.account), titles)
            if comment is None:
                poll = True
            else:
                comments.append(comment)
    return Delivery(key, tuple(comments), tuple(gone), poll)


def _said(change: Change, number: str, office: Office, titles: Titles) -> Comment | None:
    """The comment as a poll would make it; None when the call does not hold its words."""
    value = change.value
    if not read.text(value, "message"):
        return None
    post_id, parent = read.maybe_name(value, "post_id"), read.maybe_name(value, "parent_id")
    row: Json = {**value, "id": number, "created_time": value.get("created_time") or ""}
    row["parent"] = {"id": parent} if parent and parent != post_id else None
    if read.maybe_instant(row, "created_time") is None:
        row["created_time"] = int(change.at.timestamp())
    return comment_from(row, office, titles.of(post_id), post_id)
