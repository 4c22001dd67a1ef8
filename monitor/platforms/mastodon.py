"""Mastodon: mentions of the office and posts under its hashtags, on any instance, and answers.

Layer 2. Facts: docs.joinmastodon.org (methods notifications, timelines, statuses; July 2026).
Lists begin with the newest; ``max_id`` asks for older ones. A reply carries an ``Idempotency-Key``,
which the instance honours for an hour. Nobody but its writer can hide a post elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import mastodon_rows as rows
from monitor.platforms.api import Api
from monitor.platforms.base import Health, Page, PostedReply, Seen
from monitor.platforms.mastodon_errors import refusal, rest
from monitor.platforms.oauth import Fixed
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.windows import Ask, Batch, read_streams, streams_from
from monitor.records import Comment, SourceId, Visibility

_OVERLAP = timedelta(hours=1)
_PAGE, _PAGE_OF_TAG, _BY_ID = "80", "40", 20


class Mastodon:
    """An account as source, replier and refetcher."""

    platform = rows.NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._api = Api(
            setup,
            Fixed(setup.secret("token")),
            refusal=partial(refusal, setup.clock),
            rest=partial(rest, setup.clock),
        )
        self._own = ""

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def check(self) -> Health:
        """Whose token this is, and how long an answer may be there; see the protocol."""
        name = self._whoami()
        tags = ", ".join(f"#{self._word(tag)}" for tag in self._setup.queries)
        detail = f"mentions, tags: {tags}" if tags else "mentions"
        return Health(True, f"@{name} at {self._api.http.host}", f"{detail}; {self._limit()}")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Mentions, then each tag; see the protocol."""
        reach = timedelta(days=self._setup.backfill_days)
        state = streams_from(cursor, self.id, now, reach)
        use = Use.HISTORY if state.first_from is not None else Use.NEW
        self._me()
        lists: dict[str, Ask] = {"mentions": lambda token: self._mentions(token, use)}
        for tag in self._setup.queries:
            lists[f"tag:{tag}"] = partial(self._tagged, self._word(tag))
        yield from read_streams(
            state,
            lists,
            now,
            overlap=_OVERLAP,
            reach=reach,
            go_on=lambda: self._setup.meter.may(1, Use.HISTORY),
            spare=[name for name in lists if name.startswith("tag:")],
        )

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read posts again, some at a time; see the protocol."""
        del now
        self._me()
        for start in range(0, len(wanted), _BY_ID):
            ids = [seen.external_id for seen in wanted[start : start + _BY_ID]]
            found = self._comments(self._by_id(ids))
            there = {comment.external_id for comment in found}
            gone = tuple((one, Visibility.DELETED) for one in ids if one not in there)
            yield Page(found, "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the post again; see the protocol. One that is public no more is gone."""
        self._me()
        row = self._status(rows.target_of(reply_ref).id, Use.REPLY)
        return None if row is None else self._comment(row)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Answer once, as publicly as was asked; see the protocol."""
        target = rows.target_of(reply_ref)
        key = hashlib.sha256(f"{self.id}:{target.id}:{text}".encode("utf-8", "replace"))
        answer = self._api.post(
            "api/v1/statuses",
            {
                "status": target.addressed(text),
                "in_reply_to_id": target.id,
                "visibility": target.visibility,
            },
            headers={"Idempotency-Key": key.hexdigest()},
        )
        return rows.posted(answer)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words below the post; see the protocol."""
        self._me()
        target = rows.target_of(reply_ref)
        context = self._api.get(f"api/v1/statuses/{target.id}/context", use=Use.REPLY)
        for row in read.objects(context, "descendants"):
            for comment in self._comments([row]):
                ours = comment.author_is_owner and comment.parent_id == target.id
                if ours and rows.says(comment.text, text):
                    return rows.posted(row)
        return None

    def _me(self) -> None:
        if not self._own:
            self._whoami()

    def _whoami(self) -> str:
        me = self._api.get("api/v1/accounts/verify_credentials", use=Use.REPLY)
        self._own = read.maybe_name(me, "id") or ""
        if not self._own:
            told = f"{self.id}: the instance does not say whose token it is"
            raise PlatformError(told, reason=Reason.BAD_ANSWER)
        return read.text(me, "acct")

    def _limit(self) -> str:
        """What the instance says of itself; old ones do not."""
        try:
            about = self._api.get("api/v2/instance", use=Use.REPLY)
        except PlatformError as error:
            if error.reason is not Reason.GONE:
                raise
            about = {}
        statuses = read.inner(about, "configuration", "statuses")
        most = read.count(statuses, "max_characters")
        return f"answers up to {most or rows.LIMIT} characters"

    def _mentions(self, token: str | None, use: Use) -> Batch:
        params = [("types[]", "mention"), ("limit", _PAGE)]
        found, headers = self._api.get_list(
            "api/v1/notifications", [*params, *_older(token)], use=use
        )
        at = tuple(one for one in map(rows.noticed_at, found) if one is not None)
        following = read.link_param(headers.get("link", ""), "next", "max_id")
        statuses = [read.inner(row, "status") for row in found]
        return Batch(self._comments([one for one in statuses if one]), following, at=at)

    def _tagged(self, word: str, token: str | None) -> Batch:
        found, headers = self._api.get_list(
            f"api/v1/timelines/tag/{quote(word, safe='')}",
            [("limit", _PAGE_OF_TAG), *_older(token)],
            use=Use.SEARCH,
        )
        following = read.link_param(headers.get("link", ""), "next", "max_id")
        return Batch(self._comments(found), following)

    def _by_id(self, ids: list[str]) -> list[dict[str, Any]]:
        """Several at once; an instance older than 4.3 is asked for each."""
        try:
            params = [("id[]", one) for one in ids]
            return self._api.get_list("api/v1/statuses", params, use=Use.RECHECK)[0]
        except PlatformError as error:
            if error.reason is not Reason.GONE:
                raise
        found = [self._status(one, Use.RECHECK) for one in ids]
        return [row for row in found if row is not None]

    def _status(self, number: str, use: Use) -> dict[str, Any] | None:
        try:
            return self._api.get(f"api/v1/statuses/{number}", use=use, name="api/v1/statuses/ID")
        except PlatformError as error:
            if error.reason is Reason.GONE:
                return None
            raise

    def _comments(self, found: Sequence[dict[str, Any]]) -> tuple[Comment, ...]:
        return read.each(found, self._comment, f"source {self.id}")

    def _comment(self, row: dict[str, Any]) -> Comment | None:
        return rows.comment_of(row, self.id, self._own)

    def _word(self, tag: str) -> str:
        return tag.strip().lstrip("#")


def _older(token: str | None) -> list[tuple[str, str]]:
    return [("max_id", token)] if token else []


def connect(setup: Setup) -> Connected:
    """The account of a configured source."""
    account = Mastodon(setup)
    return Connected(account, account, account)


PLATFORM = Platform(
    name=rows.NAME,
    connect=connect,
    needs=("token",),
    takes=("queries",),
    can=Can.REPLY | Can.REFETCH,
    reply_limit=rows.LIMIT,
    measure=rows.units,
)
