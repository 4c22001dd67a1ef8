"""Mastodon: mentions of the office and posts under its hashtags, on any instance, and answers.

Layer 2. Facts: docs.joinmastodon.org (methods notifications, timelines, statuses; July 2026).
Lists begin with the newest; ``max_id`` asks for older ones. A reply carries an ``Idempotency-Key``,
which the instance honours for an hour. Nobody but its writer can hide a post elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer
from monitor.platforms.api import Api
from monitor.platforms.base import Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.oauth import Fixed
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.windows import Ask, Batch, read_streams, streams_from
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME = "mastodon"
_OVERLAP = timedelta(hours=1)
_PAGE, _PAGE_OF_TAG, _BY_ID = "80", "40", 20
_PUBLIC = ("public", "unlisted")


class Mastodon:
    """An account as source, replier and refetcher."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._api = Api(setup, Fixed(setup.secret("token")), refusal=_refusal)
        self._own = ""

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def check(self) -> Health:
        """Whose token this is; see the protocol."""
        me = self._api.get("api/v1/accounts/verify_credentials", use=Use.REPLY)
        self._own = read.name_of(me, "id")
        return Health(True, f"@{read.text(me, 'acct')} at {self._api.http.host}", "mentions, tags")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Mentions, then each tag; see the protocol."""
        reach = timedelta(days=self._setup.backfill_days)
        state = streams_from(cursor, self.id, now, reach)
        use = Use.HISTORY if cursor is None else Use.NEW
        self._me()
        lists: dict[str, Ask] = {"mentions": lambda token: self._mentions(token, use)}
        for tag in self._setup.queries:
            lists[f"tag:{tag}"] = partial(self._tagged, tag.lstrip("#"))
        yield from read_streams(
            state,
            lists,
            now,
            overlap=_OVERLAP,
            reach=reach,
            go_on=lambda: self._setup.meter.may(1, Use.HISTORY),
        )

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read posts again, some at a time; see the protocol."""
        del now
        self._me()
        for start in range(0, len(wanted), _BY_ID):
            ids = [seen.external_id for seen in wanted[start : start + _BY_ID]]
            rows, _ = self._api.get_list(
                "api/v1/statuses", [("id[]", one) for one in ids], use=Use.RECHECK
            )
            found = self._comments(rows)
            there = {comment.external_id for comment in found}
            gone = tuple((one, Visibility.DELETED) for one in ids if one not in there)
            yield Page(found, "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the post again; see the protocol."""
        self._me()
        try:
            row = self._api.get(f"api/v1/statuses/{_id_of(reply_ref)}", use=Use.REPLY)
        except PlatformError as error:
            if error.reason is Reason.GONE:
                return None
            raise
        return self._comment(row)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once; see the protocol."""
        target = _id_of(reply_ref)
        key = hashlib.sha256(f"{self.id}:{target}:{text}".encode("utf-8", "replace")).hexdigest()
        row = self._api.post(
            "api/v1/statuses",
            {"status": text, "in_reply_to_id": target, "visibility": "public"},
            headers={"Idempotency-Key": key},
        )
        return _posted(row)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words below the post; see the protocol."""
        self._me()
        target = _id_of(reply_ref)
        context = self._api.get(f"api/v1/statuses/{target}/context", use=Use.REPLY)
        for row in read.objects(context, "descendants"):
            comment = self._comment(row)
            if comment.author_is_owner and read.same_words(comment.text, text):
                return _posted(row)
        return None

    def _me(self) -> None:
        if not self._own:
            self.check()

    def _mentions(self, token: str | None, use: Use) -> Batch:
        params = [("types[]", "mention"), ("limit", _PAGE)]
        rows, headers = self._api.get_list(
            "api/v1/notifications", [*params, *_older(token)], use=use
        )
        statuses = [row["status"] for row in rows if isinstance(row.get("status"), dict)]
        return self._batch(statuses, headers.get("link", ""))

    def _tagged(self, word: str, token: str | None) -> Batch:
        rows, headers = self._api.get_list(
            f"api/v1/timelines/tag/{word}",
            [("limit", _PAGE_OF_TAG), *_older(token)],
            use=Use.SEARCH,
        )
        return self._batch(rows, headers.get("link", ""))

    def _batch(self, rows: list[dict[str, Any]], link: str) -> Batch:
        comments = self._comments([row for row in rows if row.get("visibility") in _PUBLIC])
        return Batch(comments, read.link_param(link, "next", "max_id"))

    def _comments(self, rows: Sequence[dict[str, Any]]) -> tuple[Comment, ...]:
        return read.each(rows, self._comment, f"source {self.id}")

    def _comment(self, row: dict[str, Any]) -> Comment:
        account = read.inner(row, "account")
        own = read.text(account, "id") == self._own
        parent = read.maybe(row, "in_reply_to_id")
        number = read.name_of(row, "id")
        return Comment(
            source_id=self.id,
            platform=NAME,
            external_id=number,
            text=clean(read.text(row, "content")),
            created_at=read.instant(row, "created_at"),
            kind=Kind.MENTION,
            parent_id=parent,
            thread_id=parent or number,
            author_id=read.maybe(account, "id"),
            author_name=read.maybe(account, "display_name") or read.maybe(account, "acct"),
            author_is_owner=own,
            edited_at=read.maybe_instant(row, "edited_at"),
            like_count=read.count(row, "favourites_count"),
            reply_count=read.count(row, "replies_count"),
            permalink=read.maybe(row, "url"),
            reply_ref=None if own else number,
        )


def _older(token: str | None) -> list[tuple[str, str]]:
    return [("max_id", token)] if token else []


def _posted(row: dict[str, Any]) -> PostedReply:
    return PostedReply(read.text(row, "id"), read.maybe(row, "url"), ReplyState.PUBLISHED)


def _id_of(reply_ref: str) -> str:
    return reply_ref


def _refusal(answer: Answer) -> PlatformError | None:
    """Mastodon tells by an ISO time when it may be asked again."""
    if answer.status != 429:
        return None
    until = read.iso(answer.headers.get("x-ratelimit-reset", ""))
    wait = max(until - datetime.now(UTC), timedelta(seconds=1)) if until else answer.retry_after
    return PlatformError(f"{answer.where}: HTTP 429", reason=Reason.RATE, retry_after=wait)


def connect(setup: Setup) -> Connected:
    """The account of a configured source."""
    account = Mastodon(setup)
    return Connected(account, account, account)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    needs=("token",),
    takes=("queries",),
    can=Can.REPLY | Can.REFETCH,
    reply_limit=500,
)
