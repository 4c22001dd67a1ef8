"""YouTube's comments as :class:`~monitor.records.Comment`.

Layer 2, pure. Source of the fields: the discovery document of youtube v3 (schemas CommentThread,
Comment). A thread is a top-level comment with some of its replies; replies are one level deep.
``textDisplay`` is asked for as plain text; ``textOriginal`` is only sure for its author.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor.platforms import fields as read
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME: Final = "youtube"
Json = dict[str, Any]
_WATCH: Final = "https://www.youtube.com/watch?v="

# value of moderationStatus -> who sees the comment
VISIBILITY: Final = {
    "published": Visibility.PUBLIC,
    "heldForReview": Visibility.HELD,
    "likelySpam": Visibility.SPAM,
    "rejected": Visibility.HIDDEN,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A comment's JSON with what its thread says of it; "" is unknown.

    ``shown``: who sees it if the comment does not say so itself. ``replies``: how many it has.
    """

    json: Json
    thread_id: str = ""
    video_id: str = ""
    channel_id: str = ""
    can_reply: bool = True
    shown: Visibility = Visibility.PUBLIC
    replies: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A top-level comment with some of its ``replies``; ``total`` of them there are."""

    id: str
    top: Row
    replies: tuple[Row, ...]
    total: int

    @property
    def came(self) -> list[Row]:
        """What one answer brought: the comment and some replies."""
        return [self.top, *self.replies]

    def reply(self, row: Json) -> Row:
        """A reply of this thread that was read elsewhere."""
        of = self.top
        return Row(row, self.id, of.video_id, of.channel_id, of.can_reply, of.shown)


def thread_of(row: Json, asked: Visibility = Visibility.PUBLIC) -> Thread:
    """A thread; ``asked`` is what the list was narrowed to."""
    snippet = read.inner(row, "snippet")
    total = read.count(snippet, "totalReplyCount") or 0
    top = Row(
        json=read.inner(snippet, "topLevelComment"),
        thread_id=read.text(row, "id"),
        video_id=read.text(snippet, "videoId"),
        channel_id=read.text(snippet, "channelId"),
        can_reply=snippet.get("canReply") is not False,
        shown=_shown(asked, snippet.get("isPublic")),
        replies=total,
    )
    thread = Thread(top.thread_id, top, (), total)
    inline = read.objects(read.inner(row, "replies"), "comments")
    return Thread(thread.id, top, tuple(thread.reply(one) for one in inline), total)


def _shown(asked: Visibility, public: object) -> Visibility:
    """Who sees a thread: a public one is listed under "held" when one of its replies is held."""
    if asked is Visibility.PUBLIC:
        return Visibility.HELD if public is False else asked
    return Visibility.PUBLIC if public is True else asked


@dataclass(frozen=True, slots=True)
class Office:
    """Whose comments these are: the source, its channel, and names that are the office's too."""

    id: SourceId
    channel_id: str
    names: frozenset[str] = frozenset()

    def comments(self, rows: Iterable[Row], titles: Mapping[str, str]) -> tuple[Comment, ...]:
        """The comments of rows; ``titles`` of videos by id."""
        found = ({"row": row} for row in rows)
        return read.each(
            found, lambda item: self._comment(item["row"], titles), f"source {self.id}"
        )

    def _comment(self, row: Row, titles: Mapping[str, str]) -> Comment:
        """One comment.

        Raises:
            ValueError: it has no id or no time.
        """
        snippet = read.inner(row.json, "snippet")
        number = read.name_of(row.json, "id")
        made, updated = (
            read.instant(snippet, "publishedAt"),
            read.maybe_instant(snippet, "updatedAt"),
        )
        parent = read.text(snippet, "parentId") or row.thread_id
        parent_id = parent if parent and parent != number else None
        author_id = read.maybe(read.inner(snippet, "authorChannelId"), "value")
        author = read.maybe(snippet, "authorDisplayName")
        own = author_id == self.channel_id or author in self.names
        shown = VISIBILITY.get(read.text(snippet, "moderationStatus"), row.shown)
        block = _block(row, shown, own=own)
        video = read.text(snippet, "videoId") or row.video_id
        return Comment(
            source_id=self.id,
            platform=NAME,
            external_id=number,
            text=clean(read.text(snippet, "textDisplay") or read.text(snippet, "textOriginal")),
            created_at=made,
            kind=self._kind(read.text(snippet, "channelId") or row.channel_id, parent_id),
            parent_id=parent_id,
            thread_id=parent_id or number,
            post_id=video or None,
            post_title=titles.get(video) or None,
            post_url=f"{_WATCH}{video}" if video else None,
            author_id=author_id,
            author_name=author,
            author_is_owner=own,
            edited_at=updated if updated is not None and updated > made else None,
            like_count=read.count(snippet, "likeCount"),
            reply_count=row.replies,
            permalink=permalink_of(video, number),
            visibility=shown,
            reply_ref=None if block else reply_ref(number, parent_id or number),
            reply_block=block,
            # the picture's own address dies within hours
            raw='{"picture": true}' if read.text(snippet, "imageUrl") else "{}",
        )

    def _kind(self, channel_id: str, parent_id: str | None) -> Kind:
        if channel_id and channel_id != self.channel_id:
            return Kind.MENTION  # below a video of somebody else
        return Kind.COMMENT if parent_id is None else Kind.REPLY


def _block(row: Row, shown: Visibility, *, own: bool) -> str | None:
    """Why a comment cannot be answered."""
    if own:
        return "own"
    if shown is not Visibility.PUBLIC:
        return shown.value
    return None if row.can_reply else "closed"


def permalink_of(video_id: str, comment_id: str) -> str | None:
    """The address that shows a comment on top (uncertain: undocumented, and in use for years)."""
    return f"{_WATCH}{video_id}&lc={comment_id}" if video_id else None


def reply_ref(comment_id: str, thread_id: str) -> str:
    """The opaque address of a comment that can be answered."""
    return json.dumps({"comment": comment_id, "thread": thread_id})


def parse_reply_ref(ref: str) -> tuple[str, str]:
    """``(comment, thread)`` of :func:`reply_ref`.

    Raises:
        ValueError: it is not of this platform.
    """
    fields = json.loads(ref)
    if not isinstance(fields, dict):
        raise ValueError("no reply address of YouTube")
    return read.name_of(fields, "comment"), read.name_of(fields, "thread")
