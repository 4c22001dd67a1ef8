"""Runs an exercise from its first message to its result."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from monitor import app, pipeline
from monitor.config import Settings
from monitor.drill import building
from monitor.drill.plan import Plan
from monitor.drill.result import write_result
from monitor.drill.scenario import read_scenario, stretched
from monitor.drill.scoring import score
from monitor.drill.telling import begins_at, tell
from monitor.errors import ConfigError, DeliveryError, MonitorError
from monitor.knowledge import load_knowledge
from monitor.messages import Message
from monitor.messages import drill as words
from monitor.progress import progress
from monitor.records import NoticeKind
from monitor.records.drill import DrillScore, Scenario
from monitor.running import Service, page
from monitor.stage.clock import StageClock
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools, log
from monitor.store import comments, notices, people, sources
from monitor.telegram.base import Place

if TYPE_CHECKING:
    from monitor.drill.bot import BotThread

# No other notice to an operator has a number below zero.
_BEGINS = -1
_LOOK_S = 0.05
# Telegram may ask to wait for a minute after a busy exercise.
_PAUSES_S = (60.0, 60.0)


def run(
    base: Settings, plan: Plan, say: Callable[[str], None], now: datetime
) -> tuple[DrillScore, tuple[Path, ...]]:
    """Run an exercise to its end or until ``plan.over`` is set; what it came to, and its files.

    Raises:
        ConfigError: the scenario, a setting or the training group is wrong, the port is taken.
        StorageError: the office's people cannot be read.
        MonitorError: the pipeline or the bot ended by itself.
    """
    building.chosen(base)
    scenario = read_scenario(base.data / "drill", plan.name)
    scenario = stretched(scenario, plan.minutes) if plan.minutes else scenario
    folder = _folder(base, plan.name, now)
    with tempfile.TemporaryDirectory(prefix="siaga-latihan-") as data, ExitStack() as stack:
        drill = prepare(base, plan, scenario, folder, Path(data) / "data", now)
        stack.callback(drill.db.close)
        stack.callback(drill.tools.channel.close)
        drill.play(say)
        found = drill.result()
        files = write_result(found, drill.tools.zone, folder)
        drill.tell_result(found, files[-1].read_bytes())
    return found, files


def _folder(base: Settings, name: str, now: datetime) -> Path:
    """A folder of its own beside the office's database, never the same twice."""
    stem = f"{name}-{now.astimezone(base.office.zone):%Y%m%d-%H%M%S}"
    return base.database.parent / "latihan" / stem


def prepare(
    base: Settings, plan: Plan, scenario: Scenario, folder: Path, data: Path, now: datetime
) -> Drill:
    """Everything ready for the first minute: the past is read, people and group are registered.

    Raises:
        ConfigError: a file or a setting is wrong.
        StorageError: the office's people cannot be read.
    """
    zone = base.office.zone
    start = begins_at(now, load_knowledge(base.data).calendar, zone)
    clock = StageClock(start)
    said = tell(scenario, base.data / "demo", start, zone)
    tools = building.build(base, folder, data, said, clock, plan)
    unknown = set(scenario.issues) - set(tools.topics)
    if unknown:
        raise ConfigError(f"drill: {scenario.name}: isu: {', '.join(sorted(unknown))}: no issue")
    drill = Drill(scenario, tools, clock, plan)
    read_past(drill.db, tools, start)
    if not plan.alone:
        building.copy_people(base.database, drill.db, start)
    app.prepare(drill.db, tools.settings)
    return drill


def read_past(db: Database, tools: Tools, start: datetime) -> None:
    """Read the quiet weeks while nobody is registered yet who could be told of them."""
    sources.register(db, [(source.id, source.platform) for source in tools.sources.values()])
    pipeline.start(db, tools, start)
    with progress(words.READING) as advance:
        tick_whole(db, tools, start, lambda: advance(comments.total(db), None))


def tick_whole(
    db: Database, tools: Tools, now: datetime, ticked: Callable[[], None] = lambda: None
) -> None:
    """Tick until nothing waits to be understood any more."""
    collector = Collector(2)
    try:
        more = True
        while more:
            done = pipeline.tick(db, tools, collector, now, patience=None)
            more = pipeline.more_waits(tools, done)
            ticked()
    finally:
        collector.close()


class Drill:
    """An exercise that is ready to begin."""

    def __init__(self, scenario: Scenario, tools: Tools, clock: StageClock, plan: Plan) -> None:
        self.scenario, self.tools, self.clock, self.plan = scenario, tools, clock, plan
        self.service = Service(tools, clock)
        self.started_at = clock()
        self.ends_at = self.started_at + timedelta(minutes=scenario.minutes)
        self.db = self.service.open_db()

    def play(self, say: Callable[[str], None]) -> None:
        """Let the clock run until the end, or until somebody ends it.

        Raises:
            ConfigError: the page's port is taken, or the token is refused.
            MonitorError: the pipeline ended by itself.
        """
        bot = self._bot()
        with ExitStack() as running:
            server = running.enter_context(page(self.service, lambda _: None))
            self.announce()
            say(words.at_console(self.scenario, server.url, self.plan.speed))
            self.clock.release(self.plan.speed)
            running.enter_context(self.service)
            if bot is not None:
                bot.start()
                running.callback(bot.stop)
            while not self.plan.over.wait(_LOOK_S) and self.clock() < self.ends_at:
                pass
            if self.plan.over.is_set():
                say(words.ENDED_BY_HAND)
        if bot is not None and bot.error is not None:
            raise bot.error
        if self.service.failed:
            raise MonitorError("drill: the pipeline ended unexpectedly; see the log")
        tick_whole(self.db, self.tools, min(self.clock(), self.ends_at))

    def _bot(self) -> BotThread | None:
        if self.tools.settings.telegram.token is None:
            return None
        from monitor.drill.bot import BotThread

        return BotThread(self.service, self.plan.over.set)

    def announce(self) -> None:
        """Want the first message in the training group. Nothing real may be in reach by now."""
        building.only_scripted(self.tools)
        text = words.begins(self.scenario, alone=self.plan.alone)
        with self.db.atomic():
            chats = people.chats(self.db)
            notices.wish(self.db, chats, NoticeKind.OPERATOR, _BEGINS, self.clock(), text)

    def result(self) -> DrillScore:
        """Count what happened until now, or until the end."""
        span = self.started_at, min(self.clock(), self.ends_at)
        return score(self.db, self.tools, self.scenario, span, self.plan)

    def tell_result(self, found: DrillScore, picture: bytes) -> None:
        """Post the result in the training group; the files are there whether it arrives or not."""
        message = Message(words.ended(found), photo=picture)
        for chat in people.chats(self.db):
            for pause in (*_PAUSES_S, None):
                try:
                    self.tools.channel.send(Place(chat.id, chat.thread_id), message)
                    break
                except DeliveryError as error:
                    log.warning("drill: result: %s", error)
                    if pause is None or error.retry_after is None:
                        break
                    time.sleep(min(pause, error.retry_after.total_seconds()))
