"""TikTok's JSON -> videos and :class:`~monitor.records.Comment`, and the address of an answer.

Layer 2, pure. Ids are strings here and 19-digit numbers in webhooks. TikTok tells no edits. A reply
to a reply stands below the same top-level comment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.boards import Post
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME = "tiktok"
Row = Mapping[str, Any]

# what TikTok calls who can see a comment; a word that is not here is UNKNOWN
_VISIBILITY = {"PUBLIC": Visibility.PUBLIC, "HIDDEN": Visibility.HIDDEN}


@dataclass(frozen=True, slots=True)
class Ref:
    """Where an answer goes: below ``thread``, the top-level comment; ``at``: the target's time."""

    video: str
    comment: str
    thread: str
    at: datetime

    def to_json(self) -> str:
        """The opaque text that the store keeps."""
        return json.dumps([self.video, self.comment, self.thread, int(self.at.timestamp())])


def ref_from(reply_ref: str) -> Ref:
    """The address of :meth:`Ref.to_json`.

    Raises:
        PlatformError: it is not of this platform.
    """
    try:
        video, comment, thread, at = json.loads(reply_ref)
        return Ref(str(video), str(comment), str(thread), datetime.fromtimestamp(at, UTC))
    except (ValueError, TypeError) as e:
        raise PlatformError(f"{NAME}: no reply address", reason=Reason.NOT_ALLOWED) from e


def post_from(row: Row) -> Post:
    """A video of the office.

    Raises:
        ValueError: it has no id or no time.
    """
    return Post(
        id=read.name_of(row, "item_id"),
        created_at=read.instant(row, "create_time"),
        count=read.count(row, "comments"),
        title=read.maybe(row, "caption"),
        url=read.text(row, "share_url").partition("?")[0] or None,
    )


def comment_from(
    row: Row, source_id: SourceId, video: str, post: Post | None, own: frozenset[str]
) -> Comment:
    """A comment or a reply below ``video``; ``own`` are the office's own commenter ids.

    Raises:
        ValueError: it has no id or no time.
    """
    number = read.name_of(row, "comment_id")
    at = read.instant(row, "create_time")
    parent = read.maybe_name(row, "parent_comment_id")
    author = read.maybe(row, "unique_identifier") or read.maybe(row, "user_id")
    mine = row.get("owner") is True or (author is not None and author in own)
    visibility = visibility_of(read.text(row, "status") or "PUBLIC")
    block = "own" if mine else None if visibility is Visibility.PUBLIC else visibility.value
    return Comment(
        source_id=source_id,
        platform=NAME,
        external_id=number,
        text=clean(read.text(row, "text")),
        created_at=at,
        kind=Kind.REPLY if parent else Kind.COMMENT,
        parent_id=parent,
        thread_id=parent or number,
        post_id=video,
        post_title=post.title if post else None,
        post_url=post.url if post else None,
        author_id=author,
        author_name=read.maybe(row, "display_name") or read.maybe(row, "username"),
        author_is_owner=mine,
        like_count=read.count(row, "likes"),
        reply_count=read.count(row, "replies"),
        permalink=post.url if post else None,
        visibility=visibility,
        reply_ref=None if block else Ref(video, number, parent or number, at).to_json(),
        reply_block=block,
    )


def visibility_of(status: str) -> Visibility:
    """Who sees it."""
    return _VISIBILITY.get(status, Visibility.UNKNOWN)


def next_of(data: Row, asked: str | None) -> str | None:
    """The address of the following page; None at the end, or when it leads nowhere new."""
    cursor = data.get("cursor")
    if data.get("has_more") is not True or isinstance(cursor, bool):
        return None
    following = str(cursor) if isinstance(cursor, int | str) else ""
    return following if following and following != asked else None


def newest_first(instants: tuple[datetime, ...], slack: timedelta) -> bool:
    """Whether a page is in order: beyond 500 comments TikTok orders by likes."""
    return all(later <= earlier + slack for earlier, later in pairwise(instants))
