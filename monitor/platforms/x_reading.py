"""Reading one of X's lists to its end: page by page, taken up again after a crash.

Layer 2, pure: asks through a function that it is given. Not :mod:`windows`: X's lists know
``since_id``, so nothing is read, and paid for, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import x_rows as rows
from monitor.platforms.base import Gap
from monitor.platforms.x_cursor import Line, Reading, at

_TAKEN_UP: Final = timedelta(hours=6)  # an older page address has surely died
_AGAIN: Final = timedelta(hours=1)  # a list that had no post yet is asked for a little more
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

Ask = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: how it is asked, and from where on it is read first.

    ``shown_from``: X shows nothing older. ``most``: X shows no more posts than these.
    """

    ask: Ask
    first_from: datetime
    shown_from: datetime | None = None
    most: int | None = None


def read_line(
    line: Line, source: Listed, now: datetime
) -> Iterator[tuple[dict[str, Any], Line, Gap | None]]:
    """Each page of what is new, with how the line then stands; the last one moves ``since_id``.

    Raises:
        PlatformError: as ``ask`` does; pages before stand.
    """
    gap = _too_late(line, source)
    if gap is not None:
        line = Line(done_at=line.done_at)
    reading = line.reading
    if reading is not None and now - at(reading.began_at) > _TAKEN_UP:
        reading = None
    resumed = reading is not None
    while True:
        try:
            body = source.ask(_where(line, reading, source, now))
        except PlatformError as error:
            # X calls a dead page address an invalid request
            if not resumed or error.reason not in (Reason.NOT_ALLOWED, Reason.GONE):
                raise
            reading, resumed = None, False
            continue
        resumed = False
        reading = _further(reading, body, now)
        if not reading.token:
            lost = gap or _too_many(line, reading, body, source)
            done = Line(_later(line.since_id, reading.high), int(now.timestamp()))
            yield body, done, lost
            return
        yield body, replace(line, reading=reading), None


def _where(line: Line, reading: Reading | None, source: Listed, now: datetime) -> dict[str, str]:
    """From where on, the same for all pages of one reading."""
    where = {}
    if line.since_id is not None:
        where["since_id"] = line.since_id
    else:
        began = now if reading is None else at(reading.began_at)
        known = None if line.done_at is None else at(line.done_at) - _AGAIN
        start = min(max(known or source.first_from, source.shown_from or _NEVER), began)
        where["start_time"] = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    if reading is not None:
        where["pagination_token"] = reading.token
    return where


def _further(reading: Reading | None, body: dict[str, Any], now: datetime) -> Reading:
    """How far the reading is after a page; without a next page its token is ""."""
    meta = read.inner(body, "meta")
    page = read.objects(body, "data")
    ids = [number for row in page if (number := read.maybe_name(row, "id")) is not None]
    newest = read.maybe_name(meta, "newest_id")
    high = max([*ids, *([newest] if newest else [])], key=rows.age, default=None)
    asked = "" if reading is None else reading.token
    following = read.text(meta, "next_token")
    return Reading(
        token="" if following == asked else following,
        high=_later(high, reading.high if reading else None),
        count=len(page) + (reading.count if reading else 0),
        began_at=reading.began_at if reading else int(now.timestamp()),
    )


def _later(one: str | None, other: str | None) -> str | None:
    return max((number for number in (one, other) if number), key=rows.age, default=None)


def _too_late(line: Line, source: Listed) -> Gap | None:
    """The list does not reach back to where it was last read to its end."""
    shown_from = source.shown_from
    if shown_from is None or line.done_at is None or at(line.done_at) >= shown_from:
        return None
    return Gap(at(line.done_at), shown_from, "X shows only the last days")


def _too_many(line: Line, reading: Reading, body: dict[str, Any], source: Listed) -> Gap | None:
    """As many posts as the list can show: older ones may be missing."""
    if source.most is None or reading.count < source.most or line.done_at is None:
        return None
    instants = [read.maybe_instant(row, "created_at") for row in read.objects(body, "data")]
    oldest = min((one for one in instants if one is not None), default=None)
    if oldest is None or oldest <= at(line.done_at):
        return None
    return Gap(at(line.done_at), oldest, "more posts came between two polls than X shows")
