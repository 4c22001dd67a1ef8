"""The questions that X is asked, each booked in dollars before it is asked.

Layer 2. Authors are not expanded: X may bill each as a user read, ten times the price of a mention;
their ids are enough to count them, and X's addresses work without their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import x_prices as prices
from monitor.platforms import x_rows as rows
from monitor.platforms.api import Api
from monitor.platforms.http import Http
from monitor.platforms.oauth import Renewed, refresher
from monitor.platforms.offer import Setup, Use
from monitor.platforms.x_errors import refusal, rest
from monitor.records import Comment, Visibility

RENEWAL = "2/oauth2/token"

Row = dict[str, Any]
Gone = tuple[tuple[str, Visibility], ...]

# what X says of an id that it does not show -> how it now looks
_NOT_SHOWN = {
    "resource-not-found": Visibility.DELETED,
    "not-authorized-for-resource": Visibility.HIDDEN,  # a locked or suspended account
}


class Calls:
    """One account's questions."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._bill = prices.Bill(setup.clock)
        self._words = 0  # which of the two sets of names X took last
        self.login = _login(setup)
        self._api = Api(
            setup, self.login, refusal=refusal(setup.clock), rest=partial(rest, setup.clock)
        )

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def me(self) -> Row:
        """Whose account the token opens."""
        return read.inner(self._api.get("2/users/me", use=Use.REPLY, cost=prices.USER), "data")

    def mentions(self, where: Mapping[str, str], use: Use) -> Row:
        """A page of posts that name us, newest first."""
        path = f"2/users/{self._setup.account}/mentions"
        size = {"max_results": str(prices.MENTIONS_A_PAGE)}
        return self._get(path, {**where, **size}, use, prices.MENTIONS_COST)

    def hits(self, query: str, where: Mapping[str, str]) -> Row:
        """A page of posts of the last seven days that a query finds, newest first."""
        given = dict(where)
        if "pagination_token" in given:
            given["next_token"] = given.pop("pagination_token")
        size = {"max_results": str(prices.HITS_A_PAGE), "sort_order": "recency", "query": query}
        path = "2/tweets/search/recent"
        return self._get(path, {**given, **size}, Use.SEARCH, prices.SEARCH_COST)

    def own(self, since_id: str, token: str | None) -> Row:
        """A page of our own posts after another post, newest first."""
        where = {"since_id": since_id, "max_results": str(prices.OWN_A_PAGE)}
        if token is not None:
            where["pagination_token"] = token
        path = f"2/users/{self._setup.account}/tweets"
        return self._get(path, where, Use.REPLY, prices.OWN_COST)

    def by_ids(self, ids: Sequence[str], use: Use) -> tuple[Row, Gone]:
        """Posts by their ids, as they now are, and those that X does not show.

        X's pages contradict each other on whether an old id brings the words of before an edit.
        """
        body, gone = self._asked(ids, use)
        page = read.objects(body, "data")
        newer = {now: row for row in page if (now := rows.newer_than(row)) is not None}
        if not newer:
            return body, gone
        later, _ = self._asked(list(newer), use)
        stale = list(newer.values())
        fresh = [row for row in page if row not in stale] + read.objects(later, "data")
        return {**body, "data": fresh}, gone

    def _asked(self, ids: Sequence[str], use: Use) -> tuple[Row, Gone]:
        body = self._get("2/tweets", {"ids": ",".join(ids)}, use, self._bill.cost(ids))
        self._bill.billed(ids)
        gone = []
        for problem in read.objects(body, "errors"):
            number = read.maybe_name(problem, "resource_id") or read.maybe_name(problem, "value")
            now = _NOT_SHOWN.get(read.text(problem, "type").rpartition("/")[2])
            if number is not None and number in ids and now is not None:
                gone.append((number, now))
        return body, tuple(gone)

    def post(self, text: str, target: str, cost: float) -> str:
        """Answer a post, once; the id of the answer.

        Raises:
            PlatformError: what X said; UNSURE when nobody knows.
        """
        body = self._api.post(
            "2/tweets", {"text": text, "reply": {"in_reply_to_tweet_id": target}}, cost=cost
        )
        number = read.maybe_name(read.inner(body, "data"), "id")
        if number is None:
            raise PlatformError(f"{self._setup.id}: X names no reply", reason=Reason.UNSURE)
        return number

    def hide(self, number: str, *, hidden: bool) -> None:
        """Hide a reply below a post of ours, or show it again."""
        path = f"2/tweets/{number}/hidden"
        self._api.post(path, {"hidden": hidden}, method="PUT", cost=prices.HIDE)

    def comments(
        self,
        page: Sequence[Row],
        names: Mapping[str, str],
        summoned: frozenset[str] | None = None,
    ) -> tuple[Comment, ...]:
        """The comments of rows. ``summoned``: first ids of posts that name us; None: all do."""
        office = rows.Office(self._setup.id, self._setup.account, names)

        def make(row: Row) -> Comment | None:
            called = summoned is None or bool(summoned.intersection(rows.chain_of(row)))
            return rows.comment_from(row, office, summoned=called)

        return read.each(page, make, f"source {self._setup.id}")

    def _get(self, path: str, where: Mapping[str, str], use: Use, cost: float) -> Row:
        """Ask in the words that X took last, and in the others when it refuses those."""
        refused: PlatformError | None = None
        for words in (self._words, 1 - self._words):
            try:
                body = self._api.get(path, {**where, **rows.FIELDS[words]}, use=use, cost=cost)
            except PlatformError as error:
                if error.reason is not Reason.NOT_ALLOWED:
                    raise
                refused = refused or error
            else:
                self._words = words
                return body
        assert refused is not None
        raise refused


def _login(setup: Setup) -> Renewed:
    """OAuth 2.0; an app that has a secret proves itself by HTTP Basic besides."""
    secret = setup.secret("secret")
    http = Http(
        setup.base_url,
        (setup.client_id, secret) if secret else None,
        setup.timeout,
        transport=setup.transport,
        refusal=refusal(setup.clock),
    )
    ask = refresher(setup, http, RENEWAL, {"client_id": setup.client_id})
    return Renewed(setup.vault, setup.clock, setup.secret("refresh_token"), ask)
