"""How each watched source stands, as its news are decided: read, silent, parked or stopped.

Reads only. A source that is being read just now, or that fell due while Siaga was off, is not
called silent: only a poll that failed says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.errors import Reason
from monitor.messages.source_steps import About
from monitor.messages.sources import Down
from monitor.platforms.offer import Budget, Platform
from monitor.records import SourceId, SourceStatus
from monitor.steps.tools import Tools
from monitor.store import sources

NEVER: Final = datetime.fromtimestamp(0, UTC)  # noted for a source that was never read
LONG_WAIT: Final = timedelta(hours=1)
_TOLERANCE = timedelta(minutes=30)
_POLLS = 3
_TRIES = 4  # so often in vain before a source that was never read is told of
_WAITS = (Reason.RATE, Reason.QUOTA)
_EVER = timedelta(days=3650)
_KEYS = ("token", "password", "refresh_token", "secret", "key_file")


@dataclass(frozen=True, slots=True)
class Watched:
    """A source that is polled; ``end``: up to when it is known, ``pace`` in seconds."""

    status: SourceStatus
    about: About
    pace: float
    end: datetime | None
    now: datetime
    budget_name: str
    budget: Budget | None = None

    @property
    def id(self) -> SourceId:
        """Its name in the configuration."""
        return self.status.id

    @property
    def stopped(self) -> bool:
        """It failed for good; a person's pause has words of its own."""
        return self.status.paused is not None and self.status.paused == self.status.error

    @property
    def by_hand(self) -> bool:
        """A person does not want it to be read."""
        return self.status.paused is not None and not self.stopped

    @property
    def failing(self) -> bool:
        """Its last poll failed and the next is to come."""
        status = self.status
        return status.paused is None and status.attempts > 0 and status.poll_after > self.now

    @property
    def overdue(self) -> bool:
        """Nothing is known of it for longer than people need not hear of."""
        if self.end is None:
            return self.status.attempts >= _TRIES
        return self.now - self.end > max(_TOLERANCE, timedelta(seconds=_POLLS * self.pace))

    @property
    def parked(self) -> bool:
        """Its budget is spent or its site wants a long rest."""
        if not self.failing or self.status.reason not in _WAITS:
            return False
        spent = self.status.reason == Reason.QUOTA and self.overdue
        return spent or self.status.poll_after - self.now > LONG_WAIT

    @property
    def silent(self) -> bool:
        """It is asked again and again, and nothing comes that can be read."""
        status = self.status
        told = status.parked_told_at is not None and status.parked_told_at >= (self.end or NEVER)
        waits = status.reason == Reason.QUOTA or (status.reason == Reason.RATE and told)
        return self.failing and self.overdue and not self.parked and not waits

    @property
    def down(self) -> bool:
        """Nothing of it is seen, whatever the cause."""
        return self.stopped or (self.failing and self.overdue)

    @property
    def fine(self) -> bool:
        """It is read as it should be."""
        return self.status.paused is None and self.status.attempts == 0 and not self.overdue

    def as_down(self) -> Down:
        """What the messages need of it."""
        status = self.status
        return Down(self.about, self.end, status.reason, status.error or "")


def watched_sources(db: Database, tools: Tools, now: datetime) -> list[Watched]:
    """Every source that is polled, by name."""
    known = sources.coverage(db, now - _EVER)
    return [
        _watched(tools, status, max((end for _, end in known[status.id]), default=None), now)
        for status in sources.every(db)
        if status.id in tools.sources
    ]


def _watched(tools: Tools, status: SourceStatus, end: datetime | None, now: datetime) -> Watched:
    account = tools.accounts.get(status.id)
    offer = account.platform if account else None
    about = About(
        name=status.id,
        platform=status.platform,
        identity=status.identity or "",
        key=_key(offer) if offer else "token",
        consent=offer is not None and offer.consent is not None,
    )
    return Watched(
        status,
        about,
        tools.every(status.id),
        end,
        now,
        account.budget_name if account else status.id,
        account.budget if account else None,
    )


def _key(offer: Platform) -> str:
    """The key that dies: one that the platform needs, else one that it takes."""
    wanted = [
        *(key for key in _KEYS if key in offer.needs),
        *(k for k in _KEYS if k in offer.takes),
    ]
    return wanted[0] if wanted else ""
