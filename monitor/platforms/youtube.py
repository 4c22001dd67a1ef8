"""YouTube: comments below the office's videos, answers, and what is said below videos of others.

Layer 2. Facts: YouTube Data API v3 (discovery revision 20261104). Lists have no "since" and begin
with the newest thread; a new answer does not lift an old thread, so stored threads are read again
(``refetch``), which also shows edits and deletions. An API key reads what is public; the channel's
own consent also reads what is held, answers and hides. A day has 10,000 units: reading costs 1,
writing 50, and so do calls that fail. YouTube lets nobody keep a comment for more than 30 days
without reading it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from monitor.platforms import fields as read
from monitor.platforms.api import Api, Json
from monitor.platforms.base import Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.oauth import Renewed
from monitor.platforms.offer import Budget, Can, Connected, Platform, Setup, Use
from monitor.platforms.windows import Ask, Streams, read_window, streams_from
from monitor.platforms.youtube_errors import ZONE, refusal_by
from monitor.platforms.youtube_lists import BY_ID, Counts, Lists, review_of
from monitor.platforms.youtube_login import BASE, CONSENT, login_of
from monitor.platforms.youtube_mentions import Mentions, newest
from monitor.platforms.youtube_rows import (
    NAME,
    VISIBILITY,
    Office,
    Row,
    parse_reply_ref,
    permalink_of,
)
from monitor.records import Comment, SourceId, Visibility

_OVERLAP: Final = timedelta(hours=1)
_WRITE: Final = 50  # units
_HELD: Final = ("heldForReview", "likelySpam")


class YouTube:
    """A channel as source and refetcher; with the channel's consent also replier and moderator."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._login = login_of(setup)
        self._api = Api(setup, self._login, refusal=refusal_by(setup.clock))
        self._office = Office(setup.id, setup.account, setup.own_names)
        self._lists = Lists(self._api, setup.meter, self._office)
        self._mentions = Mentions(setup, self._login, self._lists)

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    @property
    def writes(self) -> bool:
        """Whether the channel gave its consent; an API key only reads."""
        return isinstance(self._login, Renewed)

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()
        self._mentions.close()

    def check(self) -> Health:
        """Which channel this is, and whose login; see the protocol."""
        account = self._setup.account
        named = "id" if account.startswith("UC") else "forHandle"
        found = self._api.get("channels", {"part": "snippet", named: account}, use=Use.REPLY)
        channel = next(iter(read.objects(found, "items")), None)
        if channel is None:
            return Health(False, account, "no such channel: account must be its id (UC...)")
        title, channel_id = (
            read.text(read.inner(channel, "snippet"), "title"),
            read.text(channel, "id"),
        )
        identity = f"{title} ({channel_id})"
        if channel_id != account:
            return Health(False, identity, f'write account = "{channel_id}" instead of {account}')
        if not isinstance(self._login, Renewed):
            return Health(True, identity, "public comments; an API key can neither answer nor hide")
        mine = self._api.get("channels", {"part": "id", "mine": "true"}, use=Use.REPLY)
        if account not in [read.text(row, "id") for row in read.objects(mine, "items")]:
            return Health(False, identity, "the login belongs to another channel: give it again")
        dies_at = self._login.tokens().refresh_expires_at
        return Health(True, identity, "public and held comments, answers, hiding", dies_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """New threads, what is held, then mentions elsewhere; see the protocol."""
        reach = timedelta(days=self._setup.backfill_days)
        state = streams_from(cursor, self.id, now, reach)
        counts: Counts = dict(state.notes.get("replies") or {})
        for name in ("comments", *(_HELD if self.writes else ())):
            ask = self._asking(name, self._use(state), counts)
            for batch, window in read_window(
                state.window(name),
                ask,
                now,
                overlap=_OVERLAP,
                reach=reach,
                go_on=lambda: self._setup.meter.may(1, Use.HISTORY),
            ):
                state = state.moved(name, window).noted(replies=newest(counts))
                yield Page(batch.comments, state.to_json())
        if state.first_from is not None:
            known_from, state = state.first_from, replace(state, first_from=None)
            yield Page((), state.to_json(), covered_from=known_from)
        yield from self._mentions.pages(state, now)

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Threads with all their replies, then the replies that are left; see the protocol."""
        del now
        told: set[str] = set()
        for some in _some_at_a_time([seen for seen in wanted if seen.parent_id is None]):
            found = self._lists.threads([seen.external_id for seen in some], Use.RECHECK)
            told |= {comment.external_id for comment in found}
            yield self._reread(some, found)
        for some in _some_at_a_time(
            [seen for seen in wanted if seen.parent_id and seen.external_id not in told]
        ):
            videos = {seen.external_id: seen.post_id or "" for seen in some}
            yield self._reread(some, self._lists.by_id(list(videos), videos, Use.RECHECK))

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment again; see the protocol."""
        number, thread = parse_reply_ref(reply_ref)
        if number == thread:
            found = self._lists.threads([number], Use.REPLY)
        else:
            found = self._lists.by_id([number], {}, Use.REPLY)
        return next((comment for comment in found if comment.external_id == number), None)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once, always below the top-level comment; see the protocol."""
        _, thread = parse_reply_ref(reply_ref)
        row = self._api.post(
            "comments",
            {"snippet": {"parentId": thread, "textOriginal": text}},
            {"part": "snippet"},
            cost=_WRITE,
        )
        return self._posted(row, thread)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words in the thread; see the protocol."""
        _, thread = parse_reply_ref(reply_ref)
        for row in self._lists.replies(thread, Use.REPLY):
            for comment in self._office.comments([Row(row, thread)], {}):
                if comment.author_is_owner and read.same_words(comment.text, text):
                    return self._posted(row, thread)
        return None

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Reject the comment, or publish it again; see the protocol."""
        number, _ = parse_reply_ref(reply_ref)
        self._api.post(
            "comments/setModerationStatus",
            params={"id": number, "moderationStatus": "rejected" if hidden else "published"},
            cost=_WRITE,
        )

    def _use(self, state: Streams) -> Use:
        """What a list's pages are for; news where history's share ended with the list before."""
        if state.first_from is None:
            return Use.NEW
        spent = bool(state.windows) and not self._setup.meter.may(1, Use.HISTORY)
        return Use.NEW if spent else Use.HISTORY

    def _asking(self, name: str, use: Use, counts: Counts) -> Ask:
        account = self._setup.account
        if name in _HELD:
            return partial(self._lists.held, review_of(account, name), use)
        own = {"allThreadsRelatedToChannelId": account}
        return lambda token: self._lists.page(own, token, use, counts)

    def _reread(self, some: Sequence[Seen], found: tuple[Comment, ...]) -> Page:
        """What was found, and what became of the others: held, rejected, or gone."""
        there = {comment.external_id for comment in found}
        missing = {seen.external_id: seen for seen in some if seen.external_id not in there}
        if not missing:
            return Page(found, "")
        waiting: dict[str, Comment] = {}
        if self.writes:
            since = min(seen.created_at for seen in missing.values())
            waiting = self._lists.under_review(self._setup.account, since, Use.RECHECK)
        held = tuple(waiting[number] for number in missing if number in waiting)
        gone = tuple((number, Visibility.DELETED) for number in missing if number not in waiting)
        return Page(found + held, "", gone=gone)

    def _posted(self, row: Json, thread: str) -> PostedReply:
        number = read.text(row, "id")
        snippet = read.inner(row, "snippet")
        shown = VISIBILITY.get(read.text(snippet, "moderationStatus"), Visibility.PUBLIC)
        video = read.text(snippet, "videoId")
        return PostedReply(
            number,
            permalink_of(video, number),
            ReplyState.PUBLISHED if shown is Visibility.PUBLIC else ReplyState.HELD,
        )


def _some_at_a_time(wanted: Sequence[Seen]) -> Iterator[Sequence[Seen]]:
    for start in range(0, len(wanted), BY_ID):
        yield wanted[start : start + BY_ID]


def connect(setup: Setup) -> Connected:
    """The channel of a configured source; an API key makes it a reader only."""
    channel = YouTube(setup)
    if not channel.writes:
        return Connected(channel, refetcher=channel)
    return Connected(channel, channel, channel, channel)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    base_url=BASE,
    needs=("account",),
    takes=("client_id", "secret", "refresh_token", "token", "queries"),
    can=Can.REPLY | Can.HIDE | Can.REFETCH,
    every_seconds=180,
    budget=Budget(10_000, zone=ZONE, shared=True),
    keeps_days=30,
    reply_limit=10_000,
    consent=CONSENT,
)
