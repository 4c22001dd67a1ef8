"""Step 1: fetch what the sources have and store it with their cursors.

Sources are fetched side by side in a bounded pool; their pages come through a queue to the one
thread that writes. A source that is still being fetched when the tick's patience ends is not waited
for: its pages are stored by the next tick, and until then its cursor has not moved.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlite_utils import Database

from monitor.errors import MonitorError, PlatformError, Reason, StorageError
from monitor.messages import sources as words
from monitor.platforms.base import Health, Page, Source
from monitor.records import NoticeKind, SourceId, SourceStatus
from monitor.steps.rechecking import Again, planned, store_again, wanted_again
from monitor.steps.tools import Tools, log
from monitor.store import notices, people, sources

_LONGEST_PAUSE = timedelta(minutes=30)
_CHECK_EVERY = timedelta(days=1)  # whose account it is, and when its token dies
_QUEUE_PAGES = 16


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A page, one of a recheck, a check's finding, an error, or (nothing of these) the end."""

    source_id: SourceId
    page: Page | None = None
    again: Page | None = None
    health: Health | None = None
    error: MonitorError | None = None


class Collector:
    """The pool and the queue that live as long as the process."""

    def __init__(self, workers: int) -> None:
        """``workers`` sources are fetched side by side."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="collect")
        self._queue: queue.Queue[_Fetched] = queue.Queue(_QUEUE_PAGES)
        # with when it began: what was said since is for the next poll to find
        self._running: dict[SourceId, tuple[Future[None], SourceStatus, datetime]] = {}
        self._spoilt: set[SourceId] = set()
        self._closing = False

    def collect(self, db: Database, tools: Tools, now: datetime, patience: float | None) -> int:
        """Start what is due, store what has come; how many comments are new or changed.

        ``patience`` in seconds; None waits for every source. If the process dies, unstored pages
        are fetched again.
        """
        for status in sources.due(db, now):
            source = tools.sources.get(status.id)
            if source is not None and status.id not in self._running:
                again = wanted_again(db, tools, status, now)
                started = self._pool.submit(self._fetch, source, status, now, again)
                self._running[status.id] = (started, status, now)
        return sum(self._store(db, tools, fetched, now) for fetched in self._arrivals(patience))

    def close(self) -> None:
        """Stop waiting for sources."""
        self._closing = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(
        self, source: Source, status: SourceStatus, now: datetime, again: Again | None
    ) -> None:
        try:
            for page in source.collect(status.cursor, now):
                self._put(_Fetched(source.id, page))
                if self._closing:
                    return  # else the rest would be fetched for nobody, and the exit would wait
            health = _checked(source, status, now)
            if health is not None:
                self._put(_Fetched(source.id, health=health))
            for page in again.pages(now) if again is not None else ():
                self._put(_Fetched(source.id, again=page))
            self._put(_Fetched(source.id))
        except MonitorError as error:
            self._put(_Fetched(source.id, error=error))
        except Exception as error:  # a bug in one platform file must not stop the others
            log.exception("source %s: unexpected", source.id)
            broken = PlatformError(
                f"source: {source.id}: unexpected {type(error).__name__}", reason=Reason.BAD_ANSWER
            )
            self._put(_Fetched(source.id, error=broken))

    def _put(self, fetched: _Fetched) -> None:
        while not self._closing:
            try:
                self._queue.put(fetched, timeout=0.5)
                return
            except queue.Full:
                continue

    def _arrivals(self, patience: float | None) -> Iterator[_Fetched]:
        until = None if patience is None else time.monotonic() + patience
        while self._running:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return  # pages may come without end; the other steps' rows wait too
            try:
                fetched = self._queue.get(timeout=0.5 if left is None else left)
            except queue.Empty:
                continue
            yield fetched

    def _store(self, db: Database, tools: Tools, fetched: _Fetched, now: datetime) -> int:
        _, status, began_at = self._running[fetched.source_id]
        if fetched.health is not None:
            sources.checked(db, fetched.source_id, fetched.health, now)
            return 0
        if fetched.again is not None:
            return store_again(db, tools, fetched.source_id, fetched.again, now)
        if fetched.page is None:
            self._finish(db, tools, fetched, now)
            return 0
        if fetched.source_id in self._spoilt:
            return 0
        try:
            return _store_page(db, tools, status, fetched.page, now, began_at)
        except BaseException:
            # The cursors of the pages behind it would lead past what was not stored.
            self._spoilt.add(fetched.source_id)
            raise

    def _finish(self, db: Database, tools: Tools, fetched: _Fetched, now: datetime) -> None:
        _, status, began_at = self._running.pop(fetched.source_id)
        error = fetched.error
        if fetched.source_id in self._spoilt:
            self._spoilt.remove(fetched.source_id)
            error = StorageError(f"source: {fetched.source_id}: a page could not be stored")
        if error is None:
            due = now + timedelta(seconds=tools.every(fetched.source_id))
            sources.finish_poll(db, fetched.source_id, now, due, status.poll_after, began_at)
        else:
            _fail(db, tools, status, error, now)
        tools.boundary("collect:after-poll")


def _checked(source: Source, status: SourceStatus, now: datetime) -> Health | None:
    """Once a day after a good poll; a site that does not answer just now is asked after the next.

    Raises:
        PlatformError: permanent: the account is lost although its comments can be read.
    """
    if status.checked_at is not None and now - status.checked_at < _CHECK_EVERY:
        return None
    try:
        return source.check()
    except PlatformError as error:
        if error.permanent:
            raise
        log.warning("source %s: check: %s", source.id, error)
        return None


def _store_page(
    db: Database,
    tools: Tools,
    status: SourceStatus,
    page: Page,
    now: datetime,
    began_at: datetime,
) -> int:
    tools.boundary("collect:before-page")
    first_read = status.backfilled_at is None
    with db.atomic():
        count = sources.store_page(
            db,
            status.id,
            page,
            now,
            backfilled=first_read,
            rechecks=planned(tools, status.id),
            known_to=began_at,
        )
        if page.gap is not None:
            text = words.gap(status.id, page.gap.from_at, page.gap.to_at, tools.zone)
            tell_operators(db, f"gap:{status.id}", text, now, NoticeKind.SOURCE)
    tools.boundary("collect:after-page")
    return count


def _fail(
    db: Database, tools: Tools, status: SourceStatus, error: MonitorError, now: datetime
) -> None:
    log.warning("source %s: %s", status.id, error)
    permanent = isinstance(error, PlatformError) and error.permanent
    pause = _pause(tools.every(status.id), status.attempts)
    if isinstance(error, PlatformError) and error.retry_after is not None:
        pause = max(pause, error.retry_after)
    why = str(error) if permanent else None
    reason = error.reason.value if isinstance(error, PlatformError) else None
    sources.fail_poll(db, status.id, str(error), now + pause, reason=reason, paused=why)


def _pause(every: float, attempts: int) -> timedelta:
    """Twice as long after each failure, up to half an hour (or the source's own pace)."""
    longest = max(_LONGEST_PAUSE.total_seconds(), every)
    return timedelta(seconds=min(every * 2 ** min(attempts, 10), longest))


def tell_operators(
    db: Database, about: str, text: str, now: datetime, kind: NoticeKind = NoticeKind.OPERATOR
) -> None:
    """Want a piece of news in every chat; the same news of one day is one message."""
    subject = crc32(f"{about}:{now:%Y-%m-%d}:{text[:20]}".encode())
    with db.atomic():
        notices.wish(db, people.chats(db), kind, subject, now, text)
