"""Step 1, behind each poll: stored comments are read again, to see edits and deletions.

A list that comes back empty looks the same after a clean-up and in a bad hour of the site, and what
is marked as deleted is never asked for again. So when a whole recheck finds nothing, the site has
to say it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Page, Refetcher, Seen
from monitor.records import SourceId, SourceStatus, Visibility
from monitor.steps.tools import Tools, log
from monitor.store import rechecks, sources
from monitor.store.sources import Rechecks

_NOT_TOLD = timedelta(minutes=10)
_MOST_AGAIN = 500  # comments of a source that one poll reads again
# A recheck that the site does not take as it is must not end the reading of what is new.
_LOST = (Reason.AUTH, Reason.PERMISSION)
MANY: Final = 5  # gone at once, and not one that still stands beside them
WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Again:
    """Stored comments whose time to be read again has come."""

    refetcher: Refetcher
    wanted: Sequence[Seen]

    def pages(self, now: datetime) -> Iterator[Page]:
        """What became of them; a site that does not tell just now is asked after the next poll.

        Raises:
            PlatformError: the account is lost: a person is needed.
        """
        try:
            yield from self.refetcher.refetch(self.wanted, now)
        except PlatformError as error:
            if error.permanent and error.reason in _LOST:
                raise
            log.warning("recheck: %s", error)


def believed(db: Database, source_id: SourceId, page: Page, now: datetime) -> Page:
    """A recheck's page without the deletions that the site has yet to repeat."""
    deleted = [one for one, looks in page.gone if looks is Visibility.DELETED]
    if page.comments or len(deleted) < MANY:
        return page
    waiting = rechecks.missed(db, source_id, deleted, now, WAIT)
    if waiting:
        log.warning(
            "source %s: knows none of %s comments: asked again later", source_id, len(deleted)
        )
    return replace(page, gone=tuple(pair for pair in page.gone if pair[0] not in waiting))


def planned(tools: Tools, source_id: SourceId) -> Rechecks | None:
    """How a source's comments are read again; None where that cannot be done."""
    account = tools.accounts.get(source_id)
    if account is None or account.connected.refetcher is None:
        return None
    return Rechecks(account.platform.keeps_days)


def wanted_again(db: Database, tools: Tools, status: SourceStatus, now: datetime) -> Again | None:
    """What is to be read again behind a source's poll; None: nothing."""
    account = tools.accounts.get(status.id)
    refetcher = account.connected.refetcher if account else None
    if refetcher is None or status.backfilled_at is None:
        return None
    wanted = rechecks.due(db, status.id, now, _MOST_AGAIN)
    # what the site then tells nothing of must not be asked for at every poll
    rechecks.put_off(db, status.id, [seen.external_id for seen in wanted], now + _NOT_TOLD)
    return Again(refetcher, wanted) if wanted else None


def store_again(db: Database, tools: Tools, source_id: SourceId, page: Page, now: datetime) -> int:
    """Store a page of a recheck; how many comments changed. Dying before it asks again later."""
    page = believed(db, source_id, page, now)
    tools.boundary("recheck:before-write")
    count = sources.store_refetched(db, source_id, page, now, planned(tools, source_id))
    tools.boundary("recheck:after-write")
    return count
