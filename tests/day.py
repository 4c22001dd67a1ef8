"""A day of an invented office: sites that change, a pipeline ticked by hand, one chat.

Everything between the site and the chat is the product; see ``tests/world.py`` for the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from monitor import app, pipeline
from monitor.config.parts import ChatPart
from monitor.errors import PlatformError, Reason
from monitor.messages import Message
from monitor.platforms.base import Page
from monitor.records import Comment, Event, Incident, SourceId, Visibility
from monitor.steps.collect import Collector
from monitor.steps.understand import understand
from monitor.store import incidents, people, sources
from monitor.store.connection import rows
from monitor.telegram.base import Place
from tests.world import (
    NOW,
    SITE,
    MemoryChannel,
    MemoryReplier,
    MemorySource,
    make_comment,
    make_settings,
    make_tools,
    open_world,
)

CHAT = -100200300
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FLOOD_WORDS = "Banjir di gang {}, air masuk rumah nomor {}"


class ChangingSite(MemorySource):
    """A site whose comments may also vanish, and that may be down until an instant."""

    def __init__(self, source_id: SourceId = SITE, shown: Iterable[Comment] = ()) -> None:
        super().__init__(source_id, shown)
        self.gone: list[tuple[str, Visibility]] = []
        self.down_until: datetime | None = None

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        if self.down_until is not None and now < self.down_until:
            raise PlatformError(f"source: {self.id}: no answer", reason=Reason.UNREACHABLE)
        for page in super().collect(cursor, now):
            gone, self.gone = tuple(self.gone), []
            yield replace(page, gone=gone)


class Day:
    """The office, its sites, its chat, and what the time is; use it as a context."""

    def __init__(
        self,
        folder: Path,
        names: Sequence[SourceId] = (SITE,),
        chats: Sequence[int] = (CHAT,),
        **parts: Any,
    ) -> None:
        """Each site begins with four weeks of ordinary days, which the first tick reads."""
        self.now = NOW
        self.sites = {name: ChangingSite(name) for name in names}
        self.channel = MemoryChannel()
        self.replier = MemoryReplier()
        settings = make_settings(folder, [ChatPart(id=chat) for chat in chats], **parts)
        self.tools = make_tools(
            folder,
            channel=self.channel,
            watched=self.sites.values(),
            repliers=dict.fromkeys(names, self.replier),
            settings=settings,
        )
        self.db = open_world(self.tools)
        sources.register(self.db, [(name, "wordpress") for name in names])
        people.register_chats(self.db, app.configured_chats(settings))
        self.collector = Collector(2)
        self._said = 0
        self._edits = 0
        for name in names:
            self.tell_history(name)
        pipeline.start(self.db, self.tools, self.now)

    def __enter__(self) -> Day:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.collector.close()
        self.db.close()

    def tell_history(self, name: SourceId) -> None:
        for day in range(27, 0, -1):
            morning = NOW - day * DAY
            texts = [f"Kabar {name} hari ke-{day} bagian {i} dari warga" for i in range(5)]
            self.say(texts, morning, 97 * MINUTE, name)
            if day % 3 == 0:
                self.say([FLOOD_WORDS.format(day, name)], morning + 5 * HOUR, name=name)

    def say(
        self,
        texts: Iterable[str],
        at: datetime | None = None,
        every: timedelta = timedelta(seconds=40),
        name: SourceId = SITE,
        **more: Any,
    ) -> list[Comment]:
        """Citizens write one after another, the first at ``at``; the site shows it at once."""
        begin = at or self.now
        said = []
        for i, text in enumerate(texts):
            self._said += 1
            given = {"author_id": f"w{self._said}", "source_id": name, **more}
            said.append(make_comment(self._said, text, begin + i * every, **given))
        self.sites[name].shown += said
        for comment in said:
            self.replier.shown[str(comment.reply_ref)] = comment
        return said

    def flood(self, count: int, at: datetime | None = None, **more: Any) -> list[Comment]:
        """So many people complain of the same flood, in words of their own."""
        texts = [FLOOD_WORDS.format(self._said + i, i) for i in range(count)]
        return self.say(texts, at, **more)

    def edit(self, comment: Comment, **changes: Any) -> None:
        """Somebody changes a comment; the site shows it again."""
        self.sites[comment.source_id].shown.append(replace(comment, **changes))

    def read(self, at: datetime) -> None:
        """Collect and understand what was said until then, without judging it."""
        self.collector.collect(self.db, self.tools, at, None)
        understand(self.db, self.tools)
        self.now = at

    def tick(self, at: datetime | None = None) -> pipeline.Ticked:
        """One tick that waits for every site."""
        self.now = at or self.now
        return pipeline.tick(self.db, self.tools, self.collector, self.now, patience=None)

    def run(self, length: timedelta, step: timedelta = 5 * MINUTE) -> None:
        """Tick on from now."""
        until = self.now + length
        while self.now < until:
            self.tick(self.now + step)

    def live(self) -> list[Incident]:
        return incidents.live(self.db)

    def every_incident(self) -> list[Incident]:
        return [*incidents.live(self.db), *incidents.ended(self.db, 99)]

    def events(self) -> list[Event]:
        found = self.every_incident()
        return [event for incident in found for event in incidents.events(self.db, incident.id)]

    def negatives(self) -> int:
        """Live negatives that count now."""
        return int(rows(self.db, "SELECT coalesce(sum(negatives), 0) AS n FROM bins")[0]["n"])

    def sent(self, words: str = "") -> list[tuple[Place, Message]]:
        """New messages whose text holds these words."""
        return [(place, message) for place, message in self.channel.sent if words in message.text]

    def card(self, chat: int = CHAT) -> str:
        """What the newest card of a chat says now."""
        shown = [m.text for m in self.channel.shown[chat].values() if "Diperbarui" in m.text]
        return shown[-1]

    def chats(self) -> list[int]:
        return [int(chat.id) for chat in people.chats(self.db)]
