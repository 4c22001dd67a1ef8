"""What the conformance suite needs of a platform, and a desk that polls it into a real store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Page, Seen
from monitor.platforms.known import KNOWN
from monitor.platforms.offer import Budget, Connected, Platform, Setup
from monitor.records import SourceId
from monitor.store import open_store, sources
from monitor.store.connection import from_epoch, rows
from monitor.store.meters import StoredMeter
from monitor.store.tokens import StoredVault
from tests.fakes.platform import FakePlatform

SOURCE = SourceId("kanal")


@dataclass(frozen=True)
class Kit:
    """One platform in the suite. ``given``: keyword arguments of its :class:`Setup` for a fake.

    ``renews``: its access token is renewed by a refresh token. ``pages``: its lists have pages.
    ``sees_deletions``/``sees_edits``: a recheck finds them. ``answers``: it can be answered.
    ``hides``: it can hide. ``needs_post``: comments stand below posts. ``warns``: its headers say
    that a limit is nearly used up. ``hooks``: it calls us. ``reads_target``: a comment that is
    about to be answered can be read again. ``reply_path``: part of the path that takes replies.
    ``tells_own``: own replies are listed as comments. ``nameless``: some writers have no name.
    ``nests``: people answer each other. ``history``: what was said before the first reading can
    be read. ``soaks``: its weight among the soak's comments, less where reading costs money.
    ``hook_signs``: what calls us signs the body (else it only knows a secret).
    ``reads_back``: own replies can be looked for. ``renewal_calls``: how many a renewal takes.
    """

    fake: Callable[..., FakePlatform]
    given: Callable[[FakePlatform], Mapping[str, Any]]
    renews: bool = False
    rotates: bool = False
    pages: bool = True
    sees_edits: bool = True
    sees_deletions: bool = True
    answers: bool = True
    hides: bool = False
    needs_post: bool = False
    has_budget: bool = False
    warns: bool = False
    hooks: bool = False
    reads_target: bool = True
    reply_path: str = ""
    tells_own: bool = True
    nameless: bool = True
    nests: bool = True
    history: bool = True
    hook_signs: bool = True
    reads_back: bool = True
    renewal_calls: int = 1
    soaks: float = 1.0
    secrets: tuple[str, ...] = field(default=())


def platform(name: str) -> Platform:
    """The description of a platform."""
    found = import_module(f"monitor.platforms.{KNOWN[name]}").PLATFORM
    assert isinstance(found, Platform)
    return found


class Desk:
    """A source on a fake, polled as the pipeline does, into a store on disk."""

    def __init__(
        self, kit: Kit, fake: FakePlatform, folder: Path, budget: Budget | None = None
    ) -> None:
        self.kit, self.fake, self.folder = kit, fake, folder
        self.clock = fake.clock
        self.database = folder / "siaga.db"
        self.db = open_store(self.database)
        self.platform = platform(fake.name)
        self.budget = budget or self.platform.budget
        self.given = dict(kit.given(fake))  # what an admin gave, once
        sources.register(self.db, [(SOURCE, fake.name)])
        self.connected = self.connect()

    def restart(self) -> None:
        """The process is killed, and another one starts."""
        self.connected = self.connect()

    def meter(self) -> StoredMeter:
        """The ledger that the source spends."""
        return StoredMeter(self.database, SOURCE, self.budget, self.clock)

    def connect(self) -> Connected:
        """What a process that starts does."""
        setup = Setup(
            id=SOURCE,
            base_url=self.fake.url,
            meter=self.meter(),
            vault=StoredVault(self.database, SOURCE),
            clock=self.clock,
            timeout=20.0,
            **self.given,
        )
        return self.platform.connect(setup)

    def poll(self) -> list[Page]:
        """One poll; a failure leaves what was stored before it."""
        status = sources.get(self.db, SOURCE)
        assert status is not None
        pages = []
        first = status.backfilled_at is None
        for page in self.connected.source.collect(status.cursor, self.clock.now):
            sources.store_page(self.db, SOURCE, page, self.clock.now, backfilled=first)
            pages.append(page)
        sources.finish_poll(self.db, SOURCE, self.clock.now, self.clock.now)
        return pages

    def interrupted_poll(self, pages: int) -> None:
        """A poll whose process is killed after so many pages, and another process."""
        status = sources.get(self.db, SOURCE)
        assert status is not None
        reading = self.connected.source.collect(status.cursor, self.clock.now)
        for page in islice(reading, pages):
            sources.store_page(self.db, SOURCE, page, self.clock.now, backfilled=True)
        self.restart()

    def poll_until_done(self, most: int = 60) -> int:
        """Poll again after each failure, waiting as long as it says; how many polls it took."""
        for number in range(1, most + 1):
            try:
                self.poll()
                return number
            except PlatformError as error:
                assert not error.permanent, error
                wait = error.retry_after or timedelta(minutes=1)
                self.clock.now += wait + timedelta(seconds=1)
        raise AssertionError("never came to an end")

    def recheck(self) -> None:
        """Read every stored comment again."""
        refetcher = self.connected.refetcher
        assert refetcher is not None
        for page in refetcher.refetch(self.seen(), self.clock.now):
            sources.store_refetched(self.db, SOURCE, page, self.clock.now)

    def seen(self) -> list[Seen]:
        """Every stored comment that still stands."""
        return [
            Seen(
                row["external_id"],
                row["post_id"],
                row["parent_id"],
                row["thread_id"],
                from_epoch(row["created_at"]),
                row["reply_ref"],
            )
            for row in self.rows()
            if row["visibility"] != "deleted"
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Every stored comment."""
        return rows(self.db, "SELECT * FROM comment ORDER BY created_at, external_id")

    def visible(self) -> dict[str, str]:
        """What the store holds as public: id -> text."""
        return {r["external_id"]: r["text"] for r in self.rows() if r["visibility"] == "public"}

    def ref_of(self, external_id: str) -> str:
        """The reply address of a stored comment."""
        found = next(row for row in self.rows() if row["external_id"] == external_id)
        assert found["reply_ref"] is not None, found["reply_block"]
        return str(found["reply_ref"])

    def refused(self, act: Callable[[], object], *reasons: Reason) -> PlatformError:
        """The error of an act, which names one of the reasons and no planted secret."""
        try:
            act()
        except PlatformError as error:
            assert not reasons or error.reason in reasons, error.reason
            for secret in (self.fake.access, self.fake.refresh, *self.kit.secrets):
                assert secret not in str(error)
            return error
        raise AssertionError("was not refused")
