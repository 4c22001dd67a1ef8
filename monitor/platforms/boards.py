"""Reading a site that lists comments only below each post: which posts to look at, and when.

Layer 2. Three tiers by a post's age, so that a word below an old post is found within the day
without spending the quota: hot (two days) at every poll, warm (two weeks) every half hour, cold
once a day. A listing tells each post's number of comments; a post is read when that number moved, a
hot one also every hour, because a deletion and a new comment leave the number as it was. Below a
post comments are read from the newest on (windows).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.base import Gap, Page
from monitor.platforms.offer import Use
from monitor.platforms.windows import Batch, Scan, Window, read_window, with_version

VERSION = 1
HOT, WARM, COLD = timedelta(days=2), timedelta(days=14), timedelta(days=365)
_LIST_WARM, _LIST_COLD = timedelta(minutes=30), timedelta(days=1)
_READ_HOT, _READ_WARM = timedelta(hours=1), timedelta(days=1)
_READ_WARM_LATE = timedelta(hours=6)  # where the listing's numbers are days old
_MOST_POSTS = 2_000  # about 150 kB of cursor


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the office as a listing shows it. ``count`` None: the site does not tell it."""

    id: str
    created_at: datetime
    count: int | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of posts, newest first (about); ``next`` is the following page, None at the end."""

    posts: tuple[Post, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a post: its number of comments and its mark when it was last read."""

    created_at: datetime
    count: int | None = None
    mark: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The cursor. ``listed``: when each tier was last listed. ``reading``: a post half read.

    ``first_from``: how far back the first reading goes, while it lasts.
    """

    posts: Mapping[str, Watched] = field(default_factory=dict)
    listed: Mapping[str, datetime] = field(default_factory=dict)
    reading: tuple[str, Scan] | None = None
    first_from: datetime | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The text that the store keeps."""
        newest = sorted(self.posts.items(), key=lambda item: item[1].created_at)[-_MOST_POSTS:]
        reading = self.reading
        return json.dumps(
            {
                "version": VERSION,
                "posts": {
                    name: [_epoch(w.created_at), w.count, _epoch(w.mark), _epoch(w.read_at)]
                    for name, w in newest
                },
                "listed": {tier: _epoch(at) for tier, at in self.listed.items()},
                "reading": None
                if reading is None
                else [
                    reading[0],
                    reading[1].token,
                    _epoch(reading[1].high),
                    _epoch(reading[1].began_at),
                ],
                "first_from": _epoch(self.first_from),
                "notes": dict(self.notes),
            },
            ensure_ascii=False,
        )


def board_from(cursor: str | None, source: str, now: datetime, reach: timedelta) -> Board:
    """The cursor as it was stored; at the first reading one that reaches back so far.

    Raises:
        StorageError: it is damaged, or of another version of this program.
    """
    if cursor is None:
        return Board(first_from=now - reach)
    state = with_version(cursor, source, VERSION)
    try:
        reading = state["reading"]
        return Board(
            posts={
                name: Watched(_at(made), count, _maybe(mark), _maybe(read))
                for name, (made, count, mark, read) in state["posts"].items()
            },
            listed={tier: _at(at) for tier, at in state["listed"].items()},
            reading=None
            if reading is None
            else (reading[0], Scan(reading[1], _maybe(reading[2]), _at(reading[3]))),
            first_from=_maybe(state["first_from"]),
            notes=dict(state["notes"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


@dataclass(frozen=True, slots=True)
class Site:
    """How a platform file reads its site.

    ``list_posts(page, use)`` and ``read_post(post, page, use)`` make one call each. ``whole``: a
    list of comments has no second page, so one full page of ``whole`` comments that are all newer
    than the mark means that some were lost; 0: lists have pages. ``late_counts``: the numbers of
    comments in a listing are days old, so posts are read by their age alone: hot ones at every
    poll, warm ones every six hours, cold ones daily.
    """

    list_posts: Callable[[str | None, Use], Listing]
    read_post: Callable[[Post, str | None, Use], Batch]
    overlap: timedelta = timedelta(hours=1)
    whole: int = 0
    late_counts: bool = False


def read_board(
    board: Board, site: Site, now: datetime, may: Callable[[Use], bool] = lambda use: True
) -> Iterator[Page]:
    """List what is due, then read the posts that are, and yield pages as ``collect`` does.

    Each post is one step of the cursor: after a failure those before it are not read again.

    Raises:
        PlatformError: pages before stand.
    """
    first = board.first_from is not None
    use = Use.HISTORY if first else Use.NEW
    tier = _tier_due(board, now)
    posts = _listed(site, now - _age_of(tier), use)
    for post in sorted(posts, key=lambda post: _urgency(board, post)):
        if not _is_due(board, post, now, late=site.late_counts):
            continue
        if first and board.posts and not may(Use.HISTORY):
            # the rest of the history is not worth today's budget; what stands there is not known
            board = replace(board, first_from=_later(board.first_from, post.created_at))
            break
        board = yield from _read(board, site, post, now, use)
    known = {post.id: Watched(post.created_at, post.count, None, now) for post in posts}
    listed = {name: now for name in _TIERS if _age_of(name) <= _age_of(tier)}
    done = replace(
        board,
        posts={**known, **board.posts},
        listed={**board.listed, **listed},
        first_from=None,
    )
    yield Page((), done.to_json(), covered_from=board.first_from)


_TIERS: Mapping[str, tuple[timedelta, timedelta]] = {
    "cold": (COLD, _LIST_COLD),
    "warm": (WARM, _LIST_WARM),
    "hot": (HOT, timedelta(0)),
}


def _age_of(tier: str) -> timedelta:
    return _TIERS[tier][0]


def _tier_due(board: Board, now: datetime) -> str:
    """The deepest tier whose time has come; the first reading lists everything."""
    return next(
        tier
        for tier, (_, pause) in _TIERS.items()
        if tier not in board.listed or now - board.listed[tier] >= pause
    )


def _listed(site: Site, since: datetime, use: Use) -> list[Post]:
    """Posts since an instant, once each; the order of a site is not relied on within a page."""
    found: dict[str, Post] = {}
    token: str | None = None
    while True:
        listing = site.list_posts(token, use)
        found.update({post.id: post for post in listing.posts})
        token = listing.next
        old = listing.posts and all(post.created_at < since for post in listing.posts)
        if token is None or old or len(found) >= _MOST_POSTS:
            return list(found.values())  # an older one that was listed anyway may have news


def _urgency(board: Board, post: Post) -> tuple[bool, float]:
    """What was half read first, then the newest posts."""
    half_read = board.reading is not None and board.reading[0] == post.id
    return not half_read, -post.created_at.timestamp()


def _is_due(board: Board, post: Post, now: datetime, *, late: bool = False) -> bool:
    known = board.posts.get(post.id)
    if board.reading is not None and board.reading[0] == post.id:
        return True
    if known is None or known.read_at is None:
        return late or post.count != 0
    if post.count is not None and post.count != known.count:
        return True
    age = now - post.created_at
    if late:
        rest = timedelta(0) if age < HOT else _READ_WARM_LATE if age < WARM else _READ_WARM
        return now - known.read_at >= rest
    pause = _READ_HOT if age < HOT else _READ_WARM if age < WARM else None
    if post.count is None and pause is None:
        pause = _READ_WARM
    return pause is not None and now - known.read_at >= pause


def _read(
    board: Board, site: Site, post: Post, now: datetime, use: Use
) -> Generator[Page, None, Board]:
    """The pages of one post; the cursor after it."""
    known = board.posts.get(post.id, Watched(post.created_at))
    half = board.reading[1] if board.reading and board.reading[0] == post.id else None
    start = Window(known.mark, half)
    # a post that appeared after the first reading is read whole, however long ago it was made
    reach = now - board.first_from if board.first_from else now - min(post.created_at, now) + HOT
    try:
        for batch, window in read_window(
            start,
            lambda token: site.read_post(post, token, use),
            now,
            overlap=site.overlap,
            reach=reach,
        ):
            if window.scan is not None:
                board = replace(board, reading=(post.id, window.scan))
            else:
                done = Watched(post.created_at, post.count, window.mark, now)
                board = replace(board, posts={**board.posts, post.id: done}, reading=None)
            gap = _lost(site, known.mark, batch)
            yield Page(batch.comments, board.to_json(), gone=batch.gone, gap=gap)
    except PlatformError as error:
        if error.reason is not Reason.GONE:
            raise
        # the post was deleted between the listing and now; its comments are found by refetching
        gone = Watched(post.created_at, post.count, known.mark, now)
        board = replace(board, posts={**board.posts, post.id: gone}, reading=None)
        yield Page((), board.to_json())
    return board


def _lost(site: Site, mark: datetime | None, batch: Batch) -> Gap | None:
    """A full list without a second page whose oldest item is newer than what was known."""
    if not site.whole or mark is None or batch.next is not None:
        return None
    instants = batch.instants
    if len(instants) < site.whole or min(instants) <= mark:
        return None
    return Gap(mark, min(instants), "more comments came between two polls than the site shows")


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _epoch(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: int | None) -> datetime | None:
    return None if seconds is None else _at(seconds)
