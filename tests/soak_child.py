"""The process that ``test_platform_soak.py`` kills: every platform at once, on the real store.

It may be killed at any moment and started again on the same database; its clock is the fakes'.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from monitor import pipeline
from monitor.errors import PlatformError
from monitor.knowledge import load_knowledge
from monitor.platforms.base import Refetcher, Seen, words_hash
from monitor.platforms.http import trusted
from monitor.platforms.offer import Setup
from monitor.records import CommentId, DraftState, SourceId
from monitor.steps.collect import Collector
from monitor.steps.post import post, recover
from monitor.steps.tools import Account, Tools
from monitor.store import comments, drafts, sources
from monitor.store.connection import from_epoch, open_store, rows
from monitor.store.meters import StoredMeter
from monitor.store.tokens import StoredVault
from tests.conforming import platform
from tests.world import PROJECT, MemoryChannel, RuleClassifier, TinyWords, make_settings

_TIMEOUT_S = 5.0
_WORKERS = 4
_LAST_ROUNDS = 8
_AT_ONCE = 200  # comments that one recheck of a source reads again

# Before any child is forked, so that none reads it and compiles its patterns for itself.
_KNOWLEDGE = load_knowledge(PROJECT / "data")
_KNOWLEDGE.guard.findings("Halo.")
trusted()


class Beat:
    """Two numbers in a file that two processes see: the time, and how many rounds were done."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(16))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 16)

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return datetime.fromtimestamp(struct.unpack_from("d", self._map, 0)[0], UTC)

    @now.setter
    def now(self, at: datetime) -> None:
        struct.pack_into("d", self._map, 0, at.timestamp())

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**length)
        return self.now

    @property
    def rounds(self) -> int:
        """How many rounds were done."""
        return int(struct.unpack_from("d", self._map, 8)[0])

    def done(self) -> None:
        """One more."""
        struct.pack_into("d", self._map, 8, self.rounds + 1.0)


@dataclass(frozen=True)
class Way:
    """Where the child finds its world: the address and the settings of each platform's account."""

    folder: Path
    urls: Mapping[str, str]
    given: Mapping[str, Mapping[str, Any]]
    answer_every: int


def build(way: Way, beat: Beat) -> Tools:
    """Every platform's account on the real store."""
    settings = make_settings(way.folder)
    accounts = {SourceId(name): _account(way, name, settings.database, beat) for name in way.urls}
    repliers = {
        name: account.connected.replier
        for name, account in accounts.items()
        if account.connected.replier is not None
    }
    watched = {name: account.connected.source for name, account in accounts.items()}
    return Tools(
        settings=settings,
        knowledge=_KNOWLEDGE,
        classifier=RuleClassifier(),
        words=TinyWords(),
        channel=MemoryChannel(),
        sources=watched,
        repliers=repliers,
        accounts=accounts,
    )


def _account(way: Way, name: str, database: Path, beat: Beat) -> Account:
    offer = platform(name)
    setup = Setup(
        id=SourceId(name),
        base_url=way.urls[name],
        meter=StoredMeter(database, name, offer.budget, beat),
        vault=StoredVault(database, SourceId(name)),
        clock=beat,
        timeout=_TIMEOUT_S,
        **way.given[name],
    )
    return Account(offer, offer.connect(setup), name, offer.budget)


def live(way: Way) -> None:
    """Round after round, one for each instant that the clock shows, until it is killed."""
    beat = Beat(way.folder / "beat")
    tools = build(way, beat)
    db = open_store(tools.settings.database)
    sources.register(db, [(one.id, one.platform) for one in tools.sources.values()])
    pipeline.start(db, tools, beat.now)
    collector = Collector(_WORKERS)
    seen = datetime.fromtimestamp(0, UTC)
    while True:
        now = beat.now
        if now == seen:
            time.sleep(0.0005)
            continue
        collector.collect(db, tools, now, patience=None)
        _approve(db, way.answer_every, now)
        post(db, tools, now)
        seen = now
        beat.done()


def finish(way: Way) -> None:
    """When nothing fails any more: the rest is read and posted, then every comment read again."""
    beat = Beat(way.folder / "beat")
    tools = build(way, beat)
    db = open_store(tools.settings.database)
    pipeline.start(db, tools, beat.now)
    collector = Collector(_WORKERS)
    for _ in range(_LAST_ROUNDS):
        now = beat.move(hours=7)
        collector.collect(db, tools, now, patience=None)
        post(db, tools, now)
    for name, account in tools.accounts.items():
        if account.connected.refetcher is not None:
            _read_all(db, name, account.connected.refetcher, beat)
    recover(db, tools, beat.move(days=1))  # with a new day's budgets
    collector.close()


def _read_all(db: Database, name: SourceId, refetcher: Refetcher, beat: Beat) -> None:
    left = {seen.external_id: seen for seen in _standing(db, name)}
    while left:
        wanted = list(left.values())[:_AT_ONCE]
        try:
            for page in refetcher.refetch(wanted, beat.now):
                sources.store_refetched(db, name, page, beat.now)
                for seen in (*(c.external_id for c in page.comments), *(g for g, _ in page.gone)):
                    left.pop(seen, None)
            for seen in wanted:
                left.pop(seen.external_id, None)
        except PlatformError as error:
            assert not error.permanent, error
            beat.now += (error.retry_after or timedelta(minutes=1)) + timedelta(seconds=1)


def _standing(db: Database, name: SourceId) -> list[Seen]:
    return [
        Seen(
            row["external_id"],
            row["post_id"],
            row["parent_id"],
            row["thread_id"],
            from_epoch(row["created_at"]),
            row["reply_ref"],
        )
        for row in rows(db, "SELECT * FROM comment WHERE source_id = ?", [name])
        if row["visibility"] != "deleted"
    ]


def _approve(db: Database, every: int, now: datetime) -> None:
    """What people do: a reply to each so many-th comment that can be answered."""
    found = rows(
        db,
        "SELECT id FROM comment WHERE id % ? = 0 AND reply_ref IS NOT NULL AND own = 0 "
        "AND visibility = 'public' AND id > coalesce((SELECT max(comment_id) FROM draft), 0)",
        [every],
    )
    for row in found:
        stored = comments.get(db, CommentId(row["id"]))
        assert stored is not None
        target = words_hash(stored.comment.text)
        words = answer_to(row["id"])
        proposal = drafts.Proposal(None, stored.id, words, "tests", target)
        number = drafts.propose(db, proposal, now)
        if number is not None:
            drafts.decide(db, number, DraftState.APPROVED, "Budi", now)


def answer_to(number: int) -> str:
    """Words that no other comment's reply has."""
    letters = "".join(chr(ord("A") + int(digit)) for digit in str(number))
    return f"Terima kasih, sudah kami teruskan ke petugas. Berkas {letters}."
