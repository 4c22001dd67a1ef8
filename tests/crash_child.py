"""The process that ``test_crash.py`` kills: the whole way of an incident over real HTTP.

It may be started again and again on the same database; each start takes up what is there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor import app, pipeline
from monitor.config.parts import ChatPart
from monitor.knowledge import load_knowledge
from monitor.platforms.wordpress import WordPress, WordPressSettings
from monitor.records import DraftState, Person, PersonId, Role, SourceId
from monitor.steps import decide_drafts
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, people, sources
from monitor.telegram.channel import TelegramChannel
from tests.world import PROJECT, make_settings, make_tools, open_world

CHAT = -100200300
ADMIN = Person(PersonId(1), "Budi", frozenset({Role.ADMIN, Role.HUMAS}))

# Before any child is forked, so that none compiles the guard's patterns for itself.
load_knowledge(PROJECT / "data").guard.findings("Halo.")


@dataclass(frozen=True)
class Way:
    """Where the child finds its world, and where it must die."""

    folder: Path
    site: str
    password: str
    telegram: str
    token: str
    starts_at: datetime
    boundary: str | None
    minutes: int = 12


def _killer(wanted: str | None) -> Callable[[str], None]:
    def boundary(name: str) -> None:
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return boundary


def build(way: Way) -> Tools:
    """Real platform file, real channel, real store; a small classifier."""
    settings = make_settings(way.folder, [ChatPart(id=CHAT)], replies={"per_incident": 2})
    site = WordPress(
        WordPressSettings(SourceId("berita"), way.site, "moderator", way.password, 28, timeout=5)
    )
    channel = TelegramChannel(way.token, way.telegram, per_group_minute=60, timeout=5)
    tools = make_tools(
        way.folder,
        settings=settings,
        channel=channel,
        watched=[site],
        repliers={site.id: site},
    )
    return replace(tools, boundary=_killer(way.boundary))


def walk(way: Way) -> None:
    """Tick through the minutes; approve the first draft when it is there."""
    tools = build(way)
    db = open_world(tools)
    sources.register(db, [(source.id, source.platform) for source in tools.sources.values()])
    people.register_chats(db, app.configured_chats(tools.settings))
    pipeline.start(db, tools, way.starts_at)
    collector = Collector(1)
    for minute in range(0, way.minutes, 3):
        now = way.starts_at + timedelta(minutes=minute)
        pipeline.tick(db, tools, collector, now, patience=None)
        for incident in incidents.live(db):
            found = drafts.of_incident(db, incident.id)
            if found and found[0].state is DraftState.PROPOSED:
                decide_drafts.approve(db, tools, ADMIN, found[0].id, now)
    collector.close()
