"""Instagram professional accounts: comments below the account's media, tags, mentions, and answers.

Layer 2. Facts: instagram-platform (Facebook Login route), Graph API v26.0. Comments come newest
first, at most 50, top-level ones only unless ``replies`` is expanded, and without a filter by time;
whether there are more pages is not documented, so a full answer without a next one is a gap. A list
is ordered by its top-level comments: answers to the last three days' are found by a poll, answers
to older ones by a recheck of the comment. Mentions in comments are told by the webhook only.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import graph, graph_check, graph_hook
from monitor.platforms import instagram_rows as rows_of
from monitor.platforms.api import Json
from monitor.platforms.base import Delivery, Health, Page, PostedReply, Seen
from monitor.platforms.boards import Board, Listing, Post, Site, board_from, read_board
from monitor.platforms.graph_rows import Titles, answerable, ref_from
from monitor.platforms.instagram_hook import Mentions, delivered
from monitor.platforms.instagram_rows import MOST_COMMENTS, NAME, Office
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.windows import Batch, Streams, read_streams, streams_from
from monitor.records import Comment, SourceId, Visibility

log = logging.getLogger("monitor")

_OVERLAP = timedelta(days=3)
_TAGS_OVERLAP = timedelta(days=2)
_MOST_ANSWER_PAGES = 20
_PAGE = str(MOST_COMMENTS)
_SCOPES = frozenset({"instagram_basic", "instagram_manage_comments"})


class Instagram:
    """An account as source, replier, refetcher, moderator and hook."""

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
        """Whether this is an Instagram account that hands over its comments; see the protocol."""
        self._office = None
        office = self._me()
        expires_at, lacking = graph_check.life(self._setup, _SCOPES)
        posts = self._list(None, Use.REPLY).posts
        troubles = [f"permission missing: {scope}" for scope in lacking]
        troubles += filter(None, [graph_check.withheld(posts, "", self._graph)])
        detail = "; ".join([*troubles, "reads comments, tags; mentions by webhook only"])
        return Health(not troubles, f"@{office.username} ({office.account})", detail, expires_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Media that tag the account, then the comments below its own; see the protocol."""
        office = self._me()
        reach = timedelta(days=self._setup.backfill_days)
        board = board_from(cursor, self.id, now, reach)
        board = yield from self._tags(office, board, now, reach)
        below = partial(self._below, office)
        site = Site(self._list, below, overlap=_OVERLAP, whole=MOST_COMMENTS)
        yield from read_board(board, site, now, partial(self._setup.meter.may, 1.0))

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read comments again, with the answers below them; see the protocol.

        What others wrote elsewhere cannot be read by its id: nothing is known of it.
        """
        del now
        office = self._me()
        ours = [seen for seen in wanted if seen.thread_id is not None]
        posts = {seen.external_id: seen.post_id for seen in ours}
        tops = [seen.external_id for seen in ours if seen.parent_id is None]
        answers = [seen.external_id for seen in ours if seen.parent_id is not None]
        for numbers, fields in ((tops, rows_of.THREAD_FIELDS), (answers, rows_of.REPLY_FIELDS)):
            if not numbers:
                continue
            found, gone = self._graph.many(numbers, fields, use=Use.RECHECK)
            comments: list[Comment] = []
            for row in found:
                comments += self._thread(office, row, posts.get(read.text(row, "id")), Use.RECHECK)
            dead = tuple((one, Visibility.DELETED) for one in gone)
            yield Page(tuple(comments), "", gone=dead)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment again; see the protocol."""
        office, ref = self._me(), ref_from(reply_ref)
        fields = f"{rows_of.REPLY_FIELDS},media{{id}}"
        row = self._graph.one(ref.id, fields, use=Use.REPLY)
        if row is None:
            return None
        media = read.maybe_name(read.inner(row, "media"), "id")
        return rows_of.comment_from(row, office, self._titles.of(media), media)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once below the top-level comment; see the protocol."""
        thread = answerable(ref_from(reply_ref))
        number = graph.taken(self._graph, f"{thread}/replies", text)
        return graph.shown(self._graph, number, "", "hidden")

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words in the thread; see the protocol."""
        office, thread = self._me(), ref_from(reply_ref).thread
        rows = self._answers(thread, None, Use.REPLY)
        make = partial(rows_of.comment_from, office=office, post=None, post_id=None)
        for one in read.each(rows, make, f"source {self.id}"):
            if one.author_is_owner and read.same_words(one.text, text):
                return graph.standing(one)
        return None

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Hide a comment from all but its writer; see the protocol."""
        graph.switch(self._graph, ref_from(reply_ref).id, "hide", on=hidden)

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """See the protocol."""
        return graph_hook.handshake(self._setup, params)

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """Comments that came, and mentions, which are read at once; see the protocol.

        Raises:
            PlatformError: also when a mention cannot be read now: Meta calls again for a day.
        """
        changes = graph_hook.changes(self._setup, "instagram", headers, raw, now)
        office = self._office or Office(self.id, self._setup.account, "")
        mentions = Mentions(self._graph, office)
        return delivered(mentions, self._titles, changes, graph_hook.key_of(raw))

    def _me(self) -> Office:
        if self._office is None:
            account = self._setup.account
            username = graph_check.become_instagram(self._graph, account, Use.REPLY)
            self._office = Office(self.id, account, username)
        return self._office

    def _tags(
        self, office: Office, board: Board, now: datetime, reach: timedelta
    ) -> Generator[Page, None, Board]:
        """Pages of the media that tag the account; their cursor is a note of the board's."""
        kept = board.notes.get("tags")
        state = streams_from(kept, self.id, now, reach) if kept else Streams()
        use = Use.HISTORY if board.first_from else Use.NEW
        lists = {"tags": partial(self._tagged, office, use)}
        for page in read_streams(state, lists, now, overlap=_TAGS_OVERLAP, reach=reach):
            board = replace(board, notes={**board.notes, "tags": page.cursor})
            yield replace(page, cursor=board.to_json())
        return board

    def _tagged(self, office: Office, use: Use, token: str | None) -> Batch:
        params = {"fields": rows_of.TAG_FIELDS, "limit": _PAGE}
        try:
            rows, after = self._graph.rows(f"{office.account}/tags", params, token, use=use)
        except PlatformError as error:
            if error.reason is not Reason.PERMISSION:
                raise
            log.warning("source %s: tags: not readable: %s", self.id, error)
            return Batch(())  # the account's own comments are worth more than this list
        found = read.each(
            rows, lambda row: rows_of.mention_from(row, office, row), f"source {self.id}"
        )
        return Batch(found, after)

    def _list(self, token: str | None, use: Use) -> Listing:
        params = {"fields": rows_of.MEDIA_FIELDS, "limit": _PAGE}
        rows, after = self._graph.rows(f"{self._setup.account}/media", params, token, use=use)
        posts = rows_of.posts_from(rows)
        self._titles.learn(posts)
        return Listing(posts, after)

    def _below(self, office: Office, post: Post, token: str | None, use: Use) -> Batch:
        """Comments with their answers; the list is ordered by the former."""
        params = {"fields": rows_of.THREAD_FIELDS, "limit": _PAGE}
        rows, after = self._graph.rows(f"{post.id}/comments", params, token, use=use)
        comments: list[Comment] = []
        for row in rows:
            comments += self._thread(office, row, post.id, use)
        order = tuple(at for row in rows if (at := read.maybe_instant(row, "timestamp")))
        return Batch(tuple(comments), after, at=order)

    def _thread(
        self, office: Office, row: Json, post_id: str | None, use: Use
    ) -> tuple[Comment, ...]:
        """A comment and all of its answers."""
        rows = list(rows_of.with_answers([row]))
        number, after = read.maybe_name(row, "id"), graph.next_of(read.inner(row, "replies"))
        if number and after:
            rows += self._answers(number, after, use)
        post = self._titles.of(post_id)
        make = partial(rows_of.comment_from, office=office, post=post, post_id=post_id)
        return read.each(rows, make, f"source {self.id}")

    def _answers(self, thread: str, after: str | None, use: Use) -> Iterator[Json]:
        params = {"fields": rows_of.REPLY_FIELDS, "limit": _PAGE}
        for _ in range(_MOST_ANSWER_PAGES):
            rows, after = self._graph.rows(f"{thread}/replies", params, after, use=use)
            for row in rows:
                yield {**row, "parent_id": row.get("parent_id") or thread}
            if after is None:
                return


def connect(setup: Setup) -> Connected:
    """The account of a configured source; webhooks need the app's secret and a word of ours."""
    account = Instagram(setup)
    hook = account if setup.secret("secret") and setup.secret("hook_token") else None
    return Connected(account, account, account, account, hook)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    base_url=graph.BASE_URL,
    needs=("account", "token"),
    takes=("client_id", "secret", "hook_token"),
    can=Can.REPLY | Can.HIDE | Can.REFETCH | Can.HOOK,
    every_seconds=300,
    reply_limit=2_200,  # uncertain
)
