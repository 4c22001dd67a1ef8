"""Watched sources whose fate a test decides, and what the chats hear of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import Reason
from monitor.messages import Message
from monitor.platforms.offer import Connected, Platform
from monitor.records import NoticeKind, SourceId
from monitor.steps.tools import Account
from monitor.steps.watch_sources import watch_sources
from monitor.store import notices, sources
from tests.world import (
    SITE,
    MemoryChannel,
    MemorySource,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
)

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # a Friday, 10.00 WIB
MEDIA = SourceId("media")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GROUP = -100


class Office:
    """An office whose sources do what the test says, and what the chats hear of them."""

    def __init__(self, folder: Path, *names: SourceId) -> None:
        self.watched = [MemorySource(name) for name in names]
        self.folder = folder
        settings = make_settings(folder)
        self.channel = MemoryChannel()
        self.tools = make_tools(
            folder, settings=settings, watched=self.watched, channel=self.channel
        )
        self.db: Database = open_world(self.tools)
        sources.register(self.db, [(one.id, "wordpress") for one in self.watched])
        seed_chat(self.db, GROUP)
        self.told = 0

    def account(self, name: SourceId, offer: Platform, shared: str = "", **more: object) -> None:
        source = next(one for one in self.watched if one.id == name)
        account = Account(offer, Connected(source), shared or name, **more)  # type: ignore[arg-type]
        self.tools = replace(self.tools, accounts={**self.tools.accounts, name: account})

    def reads(self, *names: SourceId, at: datetime = NOW) -> None:
        for name in names or (SITE,):
            sources.finish_poll(self.db, name, at, at + 2 * MINUTE)

    def fails(
        self,
        *names: SourceId,
        at: datetime,
        reason: Reason | None = Reason.UNREACHABLE,
        wait: timedelta = 30 * MINUTE,
        forever: bool = False,
    ) -> None:
        for name in names or (SITE,):
            error = f"{name}: no luck"
            paused = error if forever else None
            told = reason.value if reason else None
            sources.fail_poll(self.db, name, error, at + wait, reason=told, paused=paused)

    def hears(self, now: datetime) -> list[str]:
        """What is told at an instant: one message of each, as people read it."""
        before = self.news()
        self.told = watch_sources(self.db, self.tools, now)
        fresh = [
            Message(text).plain for key, text in self.news().items() if before.get(key) != text
        ]
        return fresh

    def news(self, chat: int = GROUP) -> dict[tuple[NoticeKind, int], str]:
        found = [one for one in notices.every(self.db) if one.chat_id == chat]
        return {(one.kind, one.subject_id): one.text or "" for one in found}

    def kinds(self) -> set[NoticeKind]:
        return {kind for kind, _ in self.news()}


def beginning(texts: Iterable[str]) -> list[str]:
    return [text.splitlines()[0] for text in texts]
