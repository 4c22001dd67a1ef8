"""Reading a long comment list while it changes, and finding out what became of missing comments.

Layer 2. A list is read by position. If comments are removed while we page, the rest slides to the
left and a plain next page would skip some; so pages overlap, and a page that does not meet the one
before makes the scan step back. Comments that come in meanwhile only repeat a few rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import datetime

from monitor.errors import PlatformError, Reason
from monitor.platforms.wordpress_rows import Row, visibility_of
from monitor.platforms.wordpress_site import Batch, Site, chunks
from monitor.records import Visibility

_MOST_STEPS_BACK = 5  # a list whose pages never meet (a broken plugin) must not be read for ever
_MOST_SINGLE_READS = 50
_SHOWN = (Visibility.PUBLIC, Visibility.HELD)


def scan(site: Site, after: datetime, size: int, *, moderates: bool) -> Iterator[tuple[Row, ...]]:
    """Every comment after an instant, oldest first, in pages of at most ``size``.

    Raises:
        PlatformError: the site does not answer as it should.
    """
    offset, steps_back = 0, 0
    previous: set[int] = set()
    while True:
        batch = site.comments_after(after, offset, size, moderates=moderates)
        ids = {row.id for row in batch.rows}
        if previous and previous.isdisjoint(ids) and steps_back < _MOST_STEPS_BACK:
            offset, steps_back = max(0, offset - size), steps_back + 1
            previous = previous if offset else set()
            continue
        if batch.rows:
            yield batch.rows
        if _is_last(batch, offset, size):
            return
        previous = ids
        offset += size - max(1, size // 10)


def vanished(site: Site, ids: Set[int], *, moderates: bool) -> tuple[tuple[str, Visibility], ...]:
    """How comments look that the list no longer shows; those that are still shown are left out.

    Raises:
        PlatformError: the site does not answer as it should.
    """
    look = _looked_up if moderates else _looked_at
    found = look(site, sorted(ids))
    return tuple((str(number), how) for number, how in found.items() if how not in _SHOWN)


def _is_last(batch: Batch, offset: int, size: int) -> bool:
    """With a count, a short page proves nothing: comments that we may not read are left out."""
    if batch.total is None:
        return len(batch.rows) < size
    return offset + size >= batch.total


def _looked_up(site: Site, ids: Sequence[int]) -> dict[int, Visibility]:
    found = dict.fromkeys(ids, Visibility.DELETED)
    for chunk in chunks(ids):
        rows = site.comments_with(chunk)
        found.update({row.id: visibility_of(row) for row in rows})
    return found


def _looked_at(site: Site, ids: Sequence[int]) -> dict[int, Visibility]:
    """As the public: one by one, so only so many; "not for you" means hidden."""
    found = dict.fromkeys(ids, Visibility.UNKNOWN)
    for number in ids[:_MOST_SINGLE_READS]:
        try:
            found[number] = visibility_of(site.comment(number, moderates=False))
        except PlatformError as e:
            if e.reason not in (Reason.GONE, Reason.AUTH, Reason.PERMISSION):
                raise
            missing = e.reason is Reason.GONE
            found[number] = Visibility.DELETED if missing else Visibility.HIDDEN
    return found
