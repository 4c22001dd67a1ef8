"""X: posts that name the office, posts that its queries find, answers and hidden replies (API v2).

Layer 2. Off unless the office says that it may: see :func:`connect`. Every call costs money and is
booked before (:mod:`x_prices`); a day's cap is two dollars unless ``units_a_day`` says otherwise.
Mentions are read at every poll, each query in turn, stored posts again as the store asks. Replies
below our posts are mentions; an edit comes as a new mention of the same chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import x_hook as hook
from monitor.platforms import x_prices as prices
from monitor.platforms import x_rows as rows
from monitor.platforms.base import Delivery, Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.offer import Can, Connected, Consent, Platform, Setup, Use
from monitor.platforms.x_calls import RENEWAL, Calls
from monitor.platforms.x_cursor import Lines, at, lines_from
from monitor.platforms.x_reading import Listed, read_line
from monitor.platforms.x_text import LIMIT, has_link, measure, without_links
from monitor.records import Comment, SourceId

_WHY: Final = (
    "i_have_enterprise_or_written_permission: not true: X's developer agreement lets nobody show "
    "its content to a government without an Enterprise plan or X's written permission, and forbids "
    "watching protests: set it to true once the office holds the contract or the letter"
)
_SEARCH_REACH: Final = timedelta(days=7) - timedelta(minutes=5)
_SEARCH_PAUSE: Final = timedelta(hours=2)  # times the number of queries: 60 cents a day at rest
_MENTIONS_REACH: Final = 800  # X shows no more
_OWN_PAGES: Final = 3
_MENTIONS: Final = "mentions"  # the list's name in the cursor


class X:
    """An account as source, replier, refetcher, moderator and hook."""

    platform = rows.NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._calls = Calls(setup)

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._calls.close()

    def check(self) -> Health:
        """Whose account the token opens; see the protocol."""
        me = self._calls.me()
        ours = read.maybe_name(me, "id") == self._setup.account
        told = "mentions" if ours else f"the token is not that of account {self._setup.account}"
        expires_at = self._calls.login.tokens().refresh_expires_at
        return Health(ours, f"@{read.text(me, 'username')}", told, expires_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Mentions, then the query whose turn it is; see the protocol."""
        reach = now - timedelta(days=self._setup.backfill_days)
        state = lines_from(cursor, self.id, reach)
        first_from = None if state.first_from is None else at(state.first_from)
        use = Use.NEW if first_from is None else Use.HISTORY
        lists = {_MENTIONS: self._mentions(first_from or reach, use)}
        oldest = now - _SEARCH_REACH
        for query in self._due(state, now):
            ask = partial(self._calls.hits, query)
            lists[f"search:{query}"] = Listed(ask, first_from or oldest, oldest)
        for name, source in lists.items():
            try:
                for body, line, gap in read_line(state.line(name), source, now):
                    state = state.moved(name, line)
                    yield Page(self._of(name, body), state.to_json(), gap=gap)
            except PlatformError as error:
                # looking around waits for another day; what speaks to us must not wait with it
                if error.reason is not Reason.QUOTA or name == _MENTIONS:
                    raise
        if first_from is not None:
            state = replace(state, first_from=None)
            yield Page((), state.to_json(), covered_from=first_from)

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read posts again, some at a time; see the protocol."""
        del now
        summoned = frozenset(seen.external_id for seen in wanted if seen.reply_ref is not None)
        for start in range(0, len(wanted), prices.BY_ID):
            ids = [seen.external_id for seen in wanted[start : start + prices.BY_ID]]
            body, gone = self._calls.by_ids(ids, Use.RECHECK)
            page = read.objects(body, "data")
            yield Page(self._calls.comments(page, rows.names_of(body), summoned), "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the post again as it now is; see the protocol."""
        body, _ = self._calls.by_ids([reply_ref], Use.REPLY)
        found = self._calls.comments(read.objects(body, "data"), rows.names_of(body))
        return found[0] if found else None

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once; see the protocol."""
        cost = prices.REPLY_WITH_LINK if has_link(text) else prices.REPLY
        return _posted(self._calls.post(text, reply_ref, cost))

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look through our posts since the one that was answered; see the protocol.

        X may put names before the words, and writes links in its own way.
        """
        token: str | None = None
        for _ in range(_OWN_PAGES):
            body = self._calls.own(reply_ref, token)
            for row in read.objects(body, "data"):
                words = without_links(rows.words_of(row))
                ours = rows.replied_to(row) == reply_ref
                if ours and read.ends_with_words(words, without_links(text)):
                    return _posted(read.name_of(row, "id"))
            token = read.maybe(read.inner(body, "meta"), "next_token")
            if token is None:
                break
        return None

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Hide below a post of ours, where X lets us; see the protocol."""
        self._calls.hide(reply_ref, hidden=hidden)

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """The answer to X's challenge; see the protocol."""
        return hook.answer_to(self._seal, params)

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """See the protocol."""
        del now
        hook.checked(self._seal, headers, raw)
        return hook.read_call(raw, self._setup.account, self._told)

    @property
    def _seal(self) -> str:
        """X signs with the app's consumer secret, which is not its OAuth 2.0 client secret."""
        return self._setup.secret("hook_token") or self._setup.secret("secret")

    def _told(self, page: list[dict[str, Any]], names: Mapping[str, str]) -> tuple[Comment, ...]:
        return self._calls.comments(page, names, frozenset())

    def _of(self, name: str, body: Mapping[str, Any]) -> tuple[Comment, ...]:
        """The comments of a page of a list."""
        summoned = None if name == _MENTIONS else frozenset[str]()
        return self._calls.comments(read.objects(body, "data"), rows.names_of(body), summoned)

    def _mentions(self, oldest: datetime, use: Use) -> Listed:
        return Listed(partial(self._calls.mentions, use=use), oldest, most=_MENTIONS_REACH)

    def _due(self, state: Lines, now: datetime) -> list[str]:
        """Queries whose turn it is, the longest waiting first, as many as there is money for."""
        pause = _SEARCH_PAUSE * len(self._setup.queries)
        done_at = {
            query: state.line(f"search:{query}").done_at or 0 for query in self._setup.queries
        }
        due = [query for query, done in done_at.items() if now - at(done) >= pause]
        due.sort(key=done_at.__getitem__)
        meter = self._setup.meter
        while due and not meter.may(prices.SEARCH_COST * len(due), Use.SEARCH):
            due.pop()
        return due


def _posted(number: str) -> PostedReply:
    return PostedReply(number, rows.address(number), ReplyState.PUBLISHED)


def connect(setup: Setup) -> Connected:
    """The account of a configured source.

    Raises:
        ConfigError: the office has not said that it may.
    """
    if not setup.permitted:
        raise ConfigError(f"sources.{setup.id}: {_WHY}")
    account = X(setup)
    return Connected(account, account, account, account, account)


PLATFORM = Platform(
    name=rows.NAME,
    connect=connect,
    base_url="https://api.x.com",
    needs=("i_have_enterprise_or_written_permission", "account", "client_id", "refresh_token"),
    takes=("secret", "hook_token", "queries"),
    can=Can.REPLY | Can.HIDE | Can.REFETCH | Can.HOOK,
    every_seconds=900,
    budget=prices.A_DAY,
    # X names no number of days; what it removed must go here too (developer policy). Posts are
    # read again as the store plans it; what could not be for so long is not kept.
    keeps_days=30,
    reply_limit=LIMIT,
    measure=measure,
    consent=Consent(
        authorize_url="https://x.com/i/oauth2/authorize",
        token_url=f"https://api.x.com/{RENEWAL}",
        scopes=(
            "tweet.read",
            "tweet.write",
            "tweet.moderate.write",
            "users.read",
            "offline.access",
        ),
        basic=True,
    ),
)
