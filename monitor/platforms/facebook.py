"""Facebook Pages: comments below the Page's posts, visitors' posts, mentions, and answers.

Layer 2. Facts: Graph API v26.0 (pages-api, reference/object/comments). There is no list of all
comments of a Page: posts are listed with their number of comments and those whose number moved are
read (``boards``), newest first, answers included (``filter=stream``). ``since`` is not used: it is
unclear whether it filters, and the marks of ``boards`` need no help. Lists of posts are *ranked*:
visitors' posts and mentions are read again two days back.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from monitor.errors import PlatformError, Reason
from monitor.platforms import facebook_rows as rows_of
from monitor.platforms import fields as read
from monitor.platforms import graph, graph_check, graph_hook
from monitor.platforms.api import Json
from monitor.platforms.base import Delivery, Health, Page, PostedReply, Seen
from monitor.platforms.boards import Board, Listing, Post, Site, board_from, read_board
from monitor.platforms.facebook_hook import delivered
from monitor.platforms.facebook_rows import NAME, Office
from monitor.platforms.graph_rows import Titles, answerable, ref_from
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.windows import Ask, Batch, Streams, read_streams, streams_from
from monitor.records import Comment, SourceId, Visibility

log = logging.getLogger("monitor")

_WALLS = ("visitor_posts", "tagged")
_WALL_OVERLAP = timedelta(days=2)
_PAGE = "100"
_SCOPES = frozenset({"pages_read_engagement", "pages_read_user_content", "pages_manage_engagement"})


class Facebook:
    """A Page as source, replier, refetcher, moderator and hook."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._graph = graph.Graph(setup)
        self._titles = Titles()
        self._office: Office | None = None

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._graph.close()

    def check(self) -> Health:
        """Whether this is the Page, and whether Meta hands over its comments; see the protocol."""
        number, name = graph_check.become_page(self._graph, self._setup.account, Use.REPLY)
        office = self._office = Office(self.id, number)
        expires_at, lacking = graph_check.life(self._setup, _SCOPES)
        posts = self._list((), None, Use.REPLY).posts
        troubles = [f"permission missing: {scope}" for scope in lacking]
        troubles += filter(None, [graph_check.withheld(posts, "stream", self._graph)])
        closed = [wall for wall in _WALLS if self._wall_closed(office, wall)]
        seen = [wall for wall in ("comments", *_WALLS) if wall not in closed]
        detail = "; ".join([*troubles, "reads " + ", ".join(seen)])
        return Health(not troubles, f"{name} ({number})", detail, expires_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Visitors' posts and mentions, then the comments below posts; see the protocol."""
        office = self._me()
        reach = timedelta(days=self._setup.backfill_days)
        board = board_from(cursor, self.id, now, reach)
        visitors: list[Post] = []
        board = yield from self._walls(office, board, visitors, now, reach)
        site = Site(partial(self._list, visitors), partial(self._below, office))
        may = partial(self._setup.meter.may, 1.0)
        yield from read_board(board, site, now, may)

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read comments and visitors' posts again; see the protocol."""
        del now
        office = self._me()
        posts = {seen.external_id: seen.post_id for seen in wanted}
        # posts elsewhere that name the Page cannot be read by their id: nothing is known of them
        on_walls = [number for number in posts if rows_of.on_our_page(number, office)]
        below = [number for number, post in posts.items() if number != post]
        for numbers, fields, make in (
            (below, rows_of.COMMENT_FIELDS, partial(self._comment, office, posts)),
            (on_walls, rows_of.WALL_FIELDS, partial(rows_of.wall_post_from, office=office)),
        ):
            if numbers:
                found, gone = self._graph.many(numbers, fields, use=Use.RECHECK)
                comments = read.each(found, make, f"source {self.id}")
                yield Page(comments, "", gone=tuple((one, Visibility.DELETED) for one in gone))

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment again; see the protocol."""
        office, ref = self._me(), ref_from(reply_ref)
        wall = rows_of.on_our_page(ref.id, office)
        fields = rows_of.WALL_FIELDS if wall else rows_of.COMMENT_FIELDS
        row = self._graph.one(ref.id, fields, use=Use.REPLY)
        if row is None:
            return None
        if wall:
            return rows_of.wall_post_from(row, office)
        return self._comment(office, {}, row)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once below the top-level comment; see the protocol."""
        thread = answerable(ref_from(reply_ref))
        self._me()
        number = graph.taken(self._graph, f"{thread}/comments", text)
        return graph.shown(self._graph, number, "permalink_url", "is_hidden")

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words in the thread; see the protocol."""
        office, ref = self._me(), ref_from(reply_ref)
        after: str | None = None
        while True:
            params = {**_NEWEST, "fields": rows_of.COMMENT_FIELDS}
            rows, after = self._graph.rows(f"{ref.thread}/comments", params, after, use=Use.REPLY)
            for one in read.each(rows, partial(self._comment, office, {}), f"source {self.id}"):
                if one.author_is_owner and read.same_words(one.text, text):
                    return graph.standing(one)
            if after is None:
                return None

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Hide a comment from all but its writer and friends; see the protocol."""
        self._me()
        graph.switch(self._graph, ref_from(reply_ref).id, "is_hidden", on=hidden)

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """See the protocol."""
        return graph_hook.handshake(self._setup, params)

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """Comments that came, changed or went; see the protocol."""
        page = self._office.page if self._office else self._setup.account
        changes = graph_hook.changes(self._setup, "page", headers, raw, now, page)
        if not page.isdigit():
            # a name: until a poll has asked for its id nobody knows which entries are this Page's
            return Delivery(graph_hook.key_of(raw), poll=True)
        return delivered(self.id, self._titles, changes, graph_hook.key_of(raw))

    def _me(self) -> Office:
        if self._office is None or self._graph.must_introduce:
            number, _ = graph_check.become_page(self._graph, self._setup.account, Use.REPLY)
            self._office = Office(self.id, number)
        return self._office

    def _walls(
        self,
        office: Office,
        board: Board,
        visitors: list[Post],
        now: datetime,
        reach: timedelta,
    ) -> Generator[Page, None, Board]:
        """Pages of the lists that are no comments; their cursor is a note of the board's."""
        kept = board.notes.get("walls")
        state = streams_from(kept, self.id, now, reach) if kept else Streams()
        use = Use.HISTORY if board.first_from else Use.NEW
        lists: dict[str, Ask] = {
            wall: partial(self._wall, office, wall, visitors, use) for wall in _WALLS
        }
        for page in read_streams(state, lists, now, overlap=_WALL_OVERLAP, reach=reach):
            board = replace(board, notes={**board.notes, "walls": page.cursor})
            yield replace(page, cursor=board.to_json())
        return board

    def _wall(
        self, office: Office, wall: str, visitors: list[Post], use: Use, token: str | None
    ) -> Batch:
        params = {"fields": rows_of.WALL_FIELDS, "limit": _PAGE}
        try:
            rows, after = self._graph.rows(f"{office.page}/{wall}", params, token, use=use)
        except PlatformError as error:
            if error.reason is not Reason.PERMISSION:
                raise
            log.warning("source %s: %s: not readable: %s", self.id, wall, error)
            return Batch(())  # the Page's own comments are worth more than this list
        if wall == "tagged":
            rows = [row for row in rows if not _ours(row, office)]
        else:
            visitors += rows_of.posts_from(rows)
        make = partial(rows_of.wall_post_from, office=office)
        return Batch(read.each(rows, make, f"source {self.id}"), after)

    def _wall_closed(self, office: Office, wall: str) -> bool:
        try:
            path = f"{office.page}/{wall}"
            self._graph.rows(path, {"fields": "id", "limit": "1"}, None, use=Use.REPLY)
        except PlatformError as error:
            if error.reason is not Reason.PERMISSION:
                raise
            return True
        return False

    def _list(self, visitors: Sequence[Post], token: str | None, use: Use) -> Listing:
        """The Page's posts; on the first page also visitors', whose comments are read alike."""
        params = {"fields": rows_of.POST_FIELDS, "limit": _PAGE}
        path = f"{self._me().page}/published_posts"
        rows, after = self._graph.rows(path, params, token, use=use)
        posts = rows_of.posts_from(rows) + (() if token else tuple(visitors))
        self._titles.learn(posts)
        return Listing(posts, after)

    def _below(self, office: Office, post: Post, token: str | None, use: Use) -> Batch:
        params = {**_NEWEST, "fields": rows_of.COMMENT_FIELDS}
        rows, after = self._graph.rows(f"{post.id}/comments", params, token, use=use)
        make = partial(rows_of.comment_from, office=office, post=post, post_id=post.id)
        return Batch(read.each(rows, make, f"source {self.id}"), after)

    def _comment(self, office: Office, posts: Mapping[str, str | None], row: Json) -> Comment:
        post_id = posts.get(read.maybe_name(row, "id") or "")
        return rows_of.comment_from(row, office, self._titles.of(post_id), post_id)


_NEWEST = {"filter": "stream", "order": "reverse_chronological", "limit": _PAGE}


def _ours(row: Json, office: Office) -> bool:
    return rows_of.on_our_page(read.maybe_name(row, "id") or "", office)


def connect(setup: Setup) -> Connected:
    """The Page of a configured source; webhooks need the app's secret and a word of ours."""
    page = Facebook(setup)
    hook = page if setup.secret("secret") and setup.secret("hook_token") else None
    return Connected(page, page, page, page, hook)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    base_url=graph.BASE_URL,
    needs=("account", "token"),
    takes=("client_id", "secret", "hook_token"),
    can=Can.REPLY | Can.HIDE | Can.REFETCH | Can.HOOK,
    every_seconds=300,
    reply_limit=8_000,  # uncertain
)
