"""The product put together for an exercise: scripted sites, people copied, no more in reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor import app
from monitor.config import Settings
from monitor.config.parts import ChatPart, Digest, Paths, Poll, SignaturesPart, Telegram, Topics
from monitor.drill.plan import Plan
from monitor.errors import ConfigError, MonitorError, Refused, StorageError
from monitor.incidents.routing import Routes
from monitor.messages import drill as words
from monitor.records import Comment, Role, SourceId
from monitor.stage.clock import StageClock
from monitor.stage.console import NewOnly
from monitor.stage.region import PROVINCE, lay_out
from monitor.stage.site import ScriptedSite
from monitor.steps.tools import Tools
from monitor.store import people
from monitor.telegram.base import Channel

DATABASE = Path("latihan.db")
# Of the office's knowledge, beside what every replay takes. Not lapor.toml: nobody shall hand an
# invented complaint to a national system.
_KNOWLEDGE = ("guard", "calendar", "jaga.toml", "opd.toml")
_ACTOR = "latihan"


def chosen(base: Settings) -> Settings:
    """The office's settings, if they are sound for an exercise.

    Raises:
        ConfigError: the token or the group is that of the live service, or one of them is missing.
    """
    own, live = base.drill.token, base.telegram.token
    if own is None:
        return base
    number = own.get_secret_value().partition(":")[0]
    if live is not None and live.get_secret_value().partition(":")[0] == number:
        raise ConfigError(
            "drill: token: is that of the live bot; Telegram gives updates to one program only, so "
            "the running service would lose presses to the drill: make a second bot with "
            "@BotFather and set SIAGA_DRILL__TOKEN to its token"
        )
    if not base.drill.chat_id:
        raise ConfigError("drill: chat_id: 0: a token is set but no training group")
    places = {(chat.id, chat.thread_id or 0) for chat in base.telegram.chats}
    if (base.drill.chat_id, base.drill.thread_id) in places:
        raise ConfigError(
            f"drill: chat_id: {base.drill.chat_id}: is a live group; accepted: a training group, "
            "or a forum topic of its own"
        )
    return base


def build(
    base: Settings,
    folder: Path,
    data: Path,
    said: Mapping[SourceId, list[Comment]],
    clock: StageClock,
    plan: Plan,
) -> Tools:
    """Everything of an exercise, with its database in ``folder`` and its knowledge in ``data``.

    Raises:
        ConfigError: a file of knowledge or a setting is wrong.
        ModelError: the serving model cannot be loaded.
    """
    lay_out(base.data, data, _KNOWLEDGE)
    settings = _settings(base, folder, data, plan)
    tools = app.build_tools(settings, channel=_channel(settings))
    sites = {name: ScriptedSite(name, comments, clock) for name, comments in said.items()}
    knowledge = replace(tools.knowledge, routes=_without_chats(tools))
    staged = replace(
        tools,
        knowledge=knowledge,
        sources=sites,
        repliers=sites,
        library=None,  # whoever edits knowledge edits the office's, and never brings its chats back
        writer=None,
        banner=words.BANNER,
    )
    only_scripted(staged)
    return staged


def only_scripted(tools: Tools) -> None:
    """Make sure that nothing but the invented sites can be read or answered.

    Raises:
        MonitorError: something else is there; nothing may run then.
    """
    reached = [*tools.sources.values(), *tools.repliers.values()]
    real = [one for one in reached if not isinstance(one, ScriptedSite)]
    if real or tools.settings.sources or tools.writer is not None:
        raise MonitorError(f"drill: {len(real)} sources or repliers are not scripted; not started")


def _settings(base: Settings, folder: Path, data: Path, plan: Plan) -> Settings:
    chat = base.drill
    chats = (ChatPart(id=chat.chat_id, title=words.MARK, thread_id=chat.thread_id or None),)
    replies = base.replies.model_copy(update={"model": type(base.replies.model)(), "enabled": True})
    if plan.alone:
        once = SignaturesPart(normal=1, waspada=1, siaga=1, awas=1)
        replies = replies.model_copy(update={"signatures": once})
    return base.model_copy(
        update={
            "folder": folder,
            "office": base.office.model_copy(update={"province": PROVINCE}),
            "paths": Paths(database=DATABASE, data=data, models=base.models.resolve()),
            "poll": Poll(tick_seconds=min(2.0, max(0.05, 2 / plan.speed)), default_every_seconds=5),
            "topics": Topics(enabled=False),
            "digest": Digest(morning="", evening=""),
            "replies": replies,
            "telegram": Telegram(
                token=chat.token,
                base_url=base.telegram.base_url,
                chats=chats if chat.token is not None else (),
                per_group_minute=base.telegram.per_group_minute,
                timeout_seconds=base.telegram.timeout_seconds,
            ),
            "web": base.web.model_copy(update={"port": plan.port, "enabled": True}),
            "sources": {},
        }
    )


def _channel(settings: Settings) -> Channel:
    from monitor.telegram.channel import TelegramChannel
    from monitor.telegram.marking import MarkedChannel, marked_request

    token = settings.telegram.token
    if token is None:
        return MarkedChannel(NewOnly())
    return TelegramChannel(
        token=token.get_secret_value(),
        base_url=settings.telegram.base_url,
        per_group_minute=settings.telegram.per_group_minute,
        timeout=settings.telegram.timeout_seconds,
        request=marked_request,
    )


def _without_chats(tools: Tools) -> Routes:
    """Agencies are asked in the training group, never in their own."""
    routes = tools.knowledge.routes
    opds = {name: replace(opd, chat=None, topic=None) for name, opd in routes.opds.items()}
    return replace(routes, opds=opds)


def copy_people(office: Path, db: Database, now: datetime) -> int:
    """Register the office's active people in the exercise; how many. The office is only read.

    Raises:
        StorageError: the office's database is not there or cannot be read.
    """
    # Read-only for SQLite itself: no statement could change anything. While no other program has
    # the database open it is taken as it lies, so that not even a lock file appears beside it.
    alone = not office.with_name(f"{office.name}-wal").exists()
    address = f"{office.resolve().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as found:
            found.row_factory = sqlite3.Row
            known = [dict(row) for row in found.execute("SELECT * FROM person WHERE active = 1")]
    except sqlite3.Error as error:
        raise StorageError(
            f"drill: people: {office}: {error}; register people first, or use --solo"
        ) from error
    for row in known:
        roles = [Role(role) for role in row["roles"].split(",") if role]
        try:
            people.add(db, row["name"], roles, row["telegram_id"], _ACTOR, now, opd=row.get("opd"))
        except Refused as error:
            raise StorageError(f"drill: people: {row['name']}: {error}") from error
    return len(known)
