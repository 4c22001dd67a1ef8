"""RSS and Atom: news sites, Google News, Google Alerts, and WordPress comment feeds.

Layer 2. A feed is a window: it shows its newest items only, so a burst between two polls is lost
for good and reported as a gap. A 304 hides late approvals, edits and second items of one second,
so every ``full_every``-th answer is asked for unconditionally. Feeds cannot be answered.

It never writes to the store, never sleeps, never retries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx

from monitor.errors import StorageError
from monitor.platforms import feed_entries
from monitor.platforms.answer import NOT_MODIFIED, Answer
from monitor.platforms.base import Gap, Health, Page
from monitor.platforms.feed_entries import (
    MOST_ENTRIES,
    ParsedFeed,
    comment_from_entry,
    parse_feed,
)
from monitor.platforms.http import Http
from monitor.platforms.offer import Connected, Platform, Setup
from monitor.records import Comment, SourceId

VERSION = 1
MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """One feed. ``own_names``: authors or publishers that are the office itself."""

    id: SourceId
    url: str
    own_names: frozenset[str] = frozenset()
    full_every: int = 12
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class _Cursor:
    """``unchanged`` counts 304 answers in a row; ``window`` is the longest feed seen."""

    etag: str = ""
    last_modified: str = ""
    unchanged: int = 0
    watermark: datetime | None = None
    seen: tuple[str, ...] = ()
    window: int = 0


class Feed:
    """A feed as :class:`~monitor.platforms.base.Source`."""

    platform = feed_entries.PLATFORM

    def __init__(
        self, settings: FeedSettings, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._own = frozenset(name.casefold() for name in settings.own_names)
        self._http = Http(settings.url, None, settings.timeout, MAX_BYTES, transport, follow=True)

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._settings.id

    def close(self) -> None:
        """Close kept connections."""
        self._http.close()

    def check(self) -> Health:
        """Whether it is a feed, and how full; see the protocol."""
        feed = self._parsed(self._fetch({}))
        return Health(True, feed.title or self._http.host, f"{len(feed.entries)} items")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Read the window; see the protocol. Always one page."""
        state = _Cursor() if cursor is None else _from_json(cursor, self.id)
        due = state.unchanged + 1 >= self._settings.full_every
        answer = self._fetch({} if due else _conditions(state))
        if answer.status == NOT_MODIFIED:
            yield Page((), _to_json(replace(state, unchanged=state.unchanged + 1)))
            return
        comments = self._comments(self._parsed(answer), now)
        first = state.watermark is None
        yield Page(
            comments,
            _to_json(_advanced(state, comments, answer, now)),
            gap=_gap(state, comments),
            covered_from=comments[0].created_at if first and comments else None,
        )

    def _fetch(self, conditions: dict[str, str]) -> Answer:
        answer = self._http.get(headers=conditions, name="feed")
        if answer.status == NOT_MODIFIED and not conditions:
            raise answer.error("HTTP 304 although nothing was known")
        return answer

    def _parsed(self, answer: Answer) -> ParsedFeed:
        content_type = answer.headers.get("content-type", "")
        try:
            return parse_feed(answer.body, content_type, self._http.address)
        except ValueError as e:
            raise answer.error(str(e)) from e

    def _comments(self, feed: ParsedFeed, now: datetime) -> tuple[Comment, ...]:
        """Oldest first, one per key: some feeds repeat an item."""
        found: dict[str, Comment] = {}
        for entry in feed.entries:
            comment = comment_from_entry(entry, self.id, feed.title, self._own, now)
            if comment is not None:
                found.setdefault(comment.external_id, comment)
        return tuple(sorted(found.values(), key=lambda comment: comment.created_at))


def _conditions(state: _Cursor) -> dict[str, str]:
    wanted = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in wanted.items() if value}


def _gap(state: _Cursor, comments: tuple[Comment, ...]) -> Gap | None:
    """A full window without one known item: what came between the two is lost.

    A shorter one has lost nothing: items only leave when newer ones push them out.
    """
    if state.watermark is None or not state.seen or len(comments) < max(state.window, 1):
        return None
    known = set(state.seen)
    oldest = comments[0].created_at
    if oldest <= state.watermark or any(_mark(c.external_id) in known for c in comments):
        return None
    return Gap(state.watermark, oldest, "the feed moved on further than its window")


def _advanced(
    state: _Cursor, comments: tuple[Comment, ...], answer: Answer, now: datetime
) -> _Cursor:
    marks = [_mark(comment.external_id) for comment in comments]
    kept = [mark for mark in state.seen if mark not in set(marks)]
    newest = comments[-1].created_at if comments else state.watermark or now
    return _Cursor(
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        watermark=max(newest, state.watermark or newest),
        seen=tuple((kept + marks)[-MOST_ENTRIES:]),
        window=max(state.window, len(comments)),
    )


def _mark(key: str) -> str:
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _to_json(state: _Cursor) -> str:
    at = state.watermark
    return json.dumps(
        {
            "version": VERSION,
            "etag": state.etag,
            "last_modified": state.last_modified,
            "unchanged": state.unchanged,
            "watermark": None if at is None else at.isoformat(),
            "seen": state.seen,
            "window": state.window,
        }
    )


def _from_json(text: str, source: str) -> _Cursor:
    try:
        state = json.loads(text)
        if state["version"] != VERSION:
            raise StorageError(
                f"cursor of {source}: version {state['version']!r}: this program reads {VERSION}"
            )
        at = state["watermark"]
        return _Cursor(
            etag=str(state["etag"]),
            last_modified=str(state["last_modified"]),
            unchanged=int(state["unchanged"]),
            watermark=None if at is None else datetime.fromisoformat(at).astimezone(UTC),
            seen=tuple(map(str, state["seen"])),
            window=int(state["window"]),
        )
    except (ValueError, KeyError, TypeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


def connect(setup: Setup) -> Connected:
    """The feed of a configured source."""
    return Connected(
        Feed(
            FeedSettings(setup.id, setup.base_url, setup.own_names, timeout=setup.timeout),
            setup.transport,
        )
    )


PLATFORM = Platform(name=feed_entries.PLATFORM, connect=connect)
