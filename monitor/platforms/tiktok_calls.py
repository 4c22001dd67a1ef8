"""The questions that TikTok is asked: videos, comments, replies, single comments again.

Layer 2. Makes comments of the answers, decides nothing about when to ask.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import tiktok_rows as rows
from monitor.platforms.api import Api
from monitor.platforms.boards import Listing, Post
from monitor.platforms.oauth import Renewed
from monitor.platforms.offer import Setup, Use
from monitor.platforms.tiktok_errors import refusal
from monitor.platforms.windows import Batch
from monitor.records import Comment

log = logging.getLogger("monitor")

BY_ID = 30  # comments that may be asked for by their ids in one call
SLACK = timedelta(hours=1)
_VIDEOS, _COMMENTS = "20", "30"  # the most that TikTok gives
_HELD = timedelta(days=1)  # a reply may be shown so long after it was written
_MOST_REPLY_PAGES = 20  # of one thread at one reading
_FIRST = str(0)  # the address of a list's first page
_ORDER: Mapping[str, str] = {"sort_field": "create_time", "sort_order": "desc"}
_FIELDS = json.dumps(["item_id", "create_time", "caption", "share_url", "comments"])

Row = dict[str, Any]


class Calls:
    """One account's questions; remembers the videos and the office's own commenter ids it saw."""

    def __init__(self, setup: Setup, login: Renewed) -> None:
        self._setup = setup
        self._api = Api(setup, login, refusal=refusal, always=True)
        self._posts: dict[str, Post] = {}
        self._own = setup.own_names

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def ask(self, path: str, params: Mapping[str, str], use: Use) -> Row:
        """The ``data`` of an answer.

        Raises:
            PlatformError: what TikTok said.
        """
        body = self._api.get(
            f"business/{path}/", {"business_id": self._setup.account, **params}, use=use
        )
        return read.inner(body, "data")

    def send(self, path: str, fields: Mapping[str, str]) -> Row:
        """Send once; the ``data`` of the answer.

        Raises:
            PlatformError: what TikTok said; UNSURE when nobody knows.
        """
        body = self._api.post(
            f"business/{path}/", {"business_id": self._setup.account, **fields}, use=Use.REPLY
        )
        return read.inner(body, "data")

    def address(self, video: str) -> str | None:
        """Where people see a video, if it was listed since the start."""
        post = self._posts.get(video)
        return post.url if post else None

    def videos(self, token: str | None, use: Use) -> Listing:
        """A page of videos; the address of the next one is an instant in milliseconds."""
        where = {} if token is None else {"cursor": token}
        data = self.ask("video/list", {"fields": _FIELDS, "max_count": _VIDEOS, **where}, use)
        posts = []
        for row in read.objects(data, "videos"):
            try:
                posts.append(rows.post_from(row))
            except ValueError:
                continue
        self._posts.update({post.id: post for post in posts})
        return Listing(tuple(posts), rows.next_of(data, token))

    def below(self, post: Post, token: str | None, use: Use, read_at: datetime | None) -> Batch:
        """A page of top-level comments, each with its replies since the video was last read."""
        try:
            data = self._listed(post.id, {"cursor": token or _FIRST, **_ORDER}, use)
        except PlatformError as error:
            if token is None or error.reason is not Reason.NOT_ALLOWED:
                raise
            raise PlatformError(str(error), reason=Reason.GONE) from error
        tops = read.objects(data, "comments")
        made = self.comments(tops, post.id)
        since = None if read_at is None else read_at - _HELD
        for row in tops:
            made += self._answers(post.id, row, use, since)
        instants = tuple(at for row in tops if (at := read.maybe_instant(row, "create_time")))
        # beyond 500 comments the order is by likes: such a page proves nothing about the next
        ordered = instants if rows.newest_first(instants, SLACK) else ()
        return Batch(_once(made), rows.next_of(data, token), ordered)

    def replies(
        self, video: str, thread: str, use: Use, since: datetime | None = None
    ) -> Iterator[Comment]:
        """Replies of a thread from the newest on, until a page is older than ``since``."""
        token: str | None = None
        for _ in range(_MOST_REPLY_PAGES):
            where = {"video_id": video, "comment_id": thread, "cursor": token or _FIRST}
            data = self.ask(
                "comment/reply/list",
                {**where, **_ORDER, "status": "ALL", "max_count": _COMMENTS},
                use,
            )
            # the question says whose replies they are, should a row not
            page = [{"parent_comment_id": thread, **row} for row in read.objects(data, "comments")]
            made = self.comments(page, video)
            yield from made
            token = rows.next_of(data, token)
            old = since is not None and made and all(c.created_at < since for c in made)
            if token is None or old:
                return
        log.warning("source %s: a thread has more new replies than are read", self._setup.id)

    def again(self, video: str, asked: Mapping[str, str], use: Use) -> dict[str, Comment]:
        """What still stands of comments (id -> thread), with answers that came along.

        ``comment_ids`` is documented; that it finds replies too is not sure. So a reply is looked
        for in its thread before it counts as gone; and should TikTok one day leave the filter aside
        and answer with comments that nobody asked for, the list is read instead.
        """
        try:
            data = self._listed(video, {"comment_ids": json.dumps(list(asked))}, use)
            tops = read.objects(data, "comments")
            found = self._whole(tops, video)
            wanted = {*asked, *asked.values()}
            if any(read.maybe_name(row, "comment_id") not in wanted for row in tops):
                found |= self._walked(video, asked, use)
        except PlatformError as error:
            if error.reason is not Reason.GONE:
                raise
            return {}  # the video is gone, and all below it
        for thread in sorted({t for name, t in asked.items() if name not in found and t != name}):
            found |= self._thread(video, thread, use)
        return found

    def comments(self, page: Iterable[Row], video: str) -> list[Comment]:
        """The comments of rows; odd rows are left out."""
        post = self._posts.get(video)

        def make(row: Row) -> Comment:
            comment = rows.comment_from(row, self._setup.id, video, post, self._own)
            if comment.author_is_owner and comment.author_id:
                self._own |= {comment.author_id}
            return comment

        return list(read.each(page, make, f"source {self._setup.id}"))

    def _listed(self, video: str, where: Mapping[str, str], use: Use) -> Row:
        shown = {"status": "ALL", "include_replies": "true", "max_count": _COMMENTS}
        return self.ask("comment/list", {"video_id": video, **where, **shown}, use)

    def _answers(self, video: str, row: Row, use: Use, since: datetime | None) -> list[Comment]:
        """The replies of a row of the list: those that came along, or all when there are more."""
        inline = _inline(row)
        number = read.maybe_name(row, "comment_id")
        if number is None or (read.count(row, "replies") or 0) <= len(inline):
            return self.comments(inline, video)
        return list(self.replies(video, number, use, since))

    def _whole(self, tops: Sequence[Row], video: str) -> dict[str, Comment]:
        page = [one for row in tops for one in (row, *_inline(row))]
        return {c.external_id: c for c in self.comments(page, video)}

    def _walked(self, video: str, asked: Mapping[str, str], use: Use) -> dict[str, Comment]:
        """The list of a video from its newest comment on, until all that was asked for is found."""
        found: dict[str, Comment] = {}
        token: str | None = _FIRST
        while token is not None and not asked.keys() <= found.keys():
            data = self._listed(video, {"cursor": token, **_ORDER}, use)
            found |= self._whole(read.objects(data, "comments"), video)
            token = rows.next_of(data, token)
        return found

    def _thread(self, video: str, thread: str, use: Use) -> dict[str, Comment]:
        try:
            return {c.external_id: c for c in self.replies(video, thread, use)}
        except PlatformError as error:
            if error.reason is not Reason.GONE:
                raise
            return {}


def _inline(row: Row) -> list[Row]:
    """The replies that came with a comment; the place says whose they are, should a row not."""
    number = row.get("comment_id")
    return [{"parent_comment_id": number, **one} for one in read.objects(row, "reply_list")]


def _once(made: Sequence[Comment]) -> tuple[Comment, ...]:
    """TikTok may repeat a comment within a page."""
    return tuple({comment.external_id: comment for comment in made}.values())
