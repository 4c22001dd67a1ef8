"""Reading a list that begins with its newest item: where a reading stands, and how it goes on.

Layer 2. The list has no "since": it is read from the top until a whole page is older than what was
known, less an overlap (items out of order, items of the same second). The mark moves only when the
reading has reached its end; until then the cursor holds the page to go on with, so that a reading
that dies is taken up again and not begun anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.base import Page
from monitor.records import Comment, Visibility

VERSION = 1
_TAKEN_UP = timedelta(hours=6)  # an older page address has surely died


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of a list. ``next`` is the address of the following page, None at the end.

    ``at`` are the instants that the list is ordered by (one an item; by default those of the
    comments): an answer to an old thread may be newer than its place in the list.
    """

    comments: tuple[Comment, ...]
    next: str | None = None
    at: tuple[datetime, ...] | None = None
    gone: tuple[tuple[str, Visibility], ...] = ()

    @property
    def instants(self) -> tuple[datetime, ...]:
        """When the items of the list were made."""
        return self.at if self.at is not None else tuple(c.created_at for c in self.comments)


@dataclass(frozen=True, slots=True)
class Scan:
    """A reading under way: the page to go on with, the newest item seen, and when it began."""

    token: str
    high: datetime | None
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """Where a list's reading stands. ``mark``: everything up to here was read; None: never read.

    ``cut_at``: how far back a first reading came that a budget has just ended; it is not kept.
    """

    mark: datetime | None = None
    scan: Scan | None = None
    cut_at: datetime | None = None


Ask = Callable[[str | None], Batch]


def read_window(
    window: Window,
    ask: Ask,
    now: datetime,
    *,
    overlap: timedelta,
    reach: timedelta,
    go_on: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[Batch, Window]]:
    """Each page of what is new, with how the reading then stands; the last one moves the mark.

    ``reach``: how far back a first reading goes. ``go_on`` is asked before each further page of a
    first reading (a budget may end it early).

    Raises:
        PlatformError: as ``ask`` does; pages before stand.
    """
    scan = window.scan
    if scan is not None and now - scan.began_at > _TAKEN_UP:
        scan = None
    floor = now - reach if window.mark is None else window.mark - overlap
    token = scan.token if scan else None
    high, began = (scan.high, scan.began_at) if scan else (None, now)
    while True:
        try:
            batch = ask(token)
        except PlatformError as error:
            if error.reason is not Reason.GONE or scan is None:
                raise
            scan, token, high, began = None, None, None, now  # that page's address died
            continue
        high = _newest(high, batch.instants, now)
        ended = _ended(batch, floor)
        if ended or (window.mark is None and not go_on()):
            mark = _newest(window.mark, () if high is None else (high,), now) or now
            yield batch, Window(mark, cut_at=None if ended else min(batch.instants, default=now))
            return
        token = batch.next
        assert token is not None
        yield batch, Window(window.mark, Scan(token, high, began))
        scan = None if scan is None else replace(scan, token=token)


def _ended(batch: Batch, floor: datetime) -> bool:
    """An empty page with a next one is no end; a page is old only when all of it is."""
    instants = batch.instants
    return batch.next is None or (bool(instants) and all(at < floor for at in instants))


def _newest(
    high: datetime | None, instants: tuple[datetime, ...], now: datetime
) -> datetime | None:
    """The newest instant; one in the future must not hide what follows."""
    known = [min(at, now) for at in (*instants, *([high] if high else []))]
    return max(known, default=None)


@dataclass(frozen=True, slots=True)
class Streams:
    """The cursor of a source that reads several lists: one window each, by the list's name.

    ``notes`` are a platform file's own small facts (JSON values). ``first_from``: how far back the
    first reading goes, while it lasts.
    """

    windows: Mapping[str, Window] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    first_from: datetime | None = None

    def window(self, stream: str) -> Window:
        """The window of a list."""
        return self.windows.get(stream, Window())

    def moved(self, stream: str, window: Window) -> Streams:
        """With one window moved; a first reading reaches no further than where one was cut."""
        known_from = self.first_from
        if known_from is not None and window.cut_at is not None:
            known_from = max(known_from, window.cut_at)
        return replace(self, windows={**self.windows, stream: window}, first_from=known_from)

    def noted(self, **notes: Any) -> Streams:
        """With facts replaced."""
        return replace(self, notes={**self.notes, **notes})

    def to_json(self) -> str:
        """The text that the store keeps."""
        return json.dumps(
            {
                "version": VERSION,
                "windows": {name: _window_json(w) for name, w in self.windows.items()},
                "notes": dict(self.notes),
                "first_from": _iso(self.first_from),
            },
            ensure_ascii=False,
        )


def streams_from(cursor: str | None, source: str, now: datetime, reach: timedelta) -> Streams:
    """The cursor as it was stored; at the first reading one that reaches back so far.

    Raises:
        StorageError: it is damaged, or of another version of this program.
    """
    if cursor is None:
        return Streams(first_from=now - reach)
    with_version(cursor, source, VERSION)
    try:
        state = json.loads(cursor)
        return Streams(
            windows={name: _window(fields) for name, fields in state["windows"].items()},
            notes=dict(state["notes"]),
            first_from=_instant(state["first_from"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


def with_version(cursor: str, source: str, version: int) -> dict[str, Any]:
    """The fields of a cursor.

    Raises:
        StorageError: it is damaged, or of another version. Starting afresh instead would silently
            skip whatever is older than a first reading.
    """
    try:
        state = json.loads(cursor)
        found = state["version"]
    except (ValueError, KeyError, TypeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e
    if found != version:
        raise StorageError(f"cursor of {source}: version {found!r}: this program reads {version}")
    return dict(state)


def read_streams(
    state: Streams,
    lists: Mapping[str, Ask],
    now: datetime,
    *,
    overlap: timedelta,
    reach: timedelta,
    go_on: Callable[[], bool] = lambda: True,
    spare: Collection[str] = (),
) -> Iterator[Page]:
    """Read every list in turn and yield pages as :meth:`Source.collect` does.

    The page that ends a first reading says how far back the source is now known. ``spare`` lists
    are left for another day when their share of the budget is spent; that is no failure.
    """
    for name, ask in lists.items():
        pages = read_window(state.window(name), ask, now, overlap=overlap, reach=reach, go_on=go_on)
        try:
            for batch, window in pages:
                state = state.moved(name, window)
                yield Page(batch.comments, state.to_json(), gone=batch.gone)
        except PlatformError as error:
            if error.reason is not Reason.QUOTA or name not in spare:
                raise
    if state.first_from is not None:
        known_from, state = state.first_from, replace(state, first_from=None)
        yield Page((), state.to_json(), covered_from=known_from)


def _window_json(window: Window) -> dict[str, object]:
    scan = window.scan
    return {
        "mark": _iso(window.mark),
        "scan": None
        if scan is None
        else {"token": scan.token, "high": _iso(scan.high), "began_at": _iso(scan.began_at)},
    }


def _window(fields: dict[str, Any]) -> Window:
    scan = fields["scan"]
    if scan is None:
        return Window(_instant(fields["mark"]))
    began = _instant(scan["began_at"])
    assert began is not None
    return Window(_instant(fields["mark"]), Scan(scan["token"], _instant(scan["high"]), began))


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
