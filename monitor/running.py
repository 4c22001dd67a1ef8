"""The service: the pipeline, the bot and the page, started together and ended in order.

One process: ``schedule`` drives the synchronous pipeline in a worker thread, python-telegram-bot
owns the main thread, the page has its own. Rows in SQLite are their only contact, so each can also
run as its own process (``siaga run --only ...``).
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, cast

import schedule
from sqlite_utils import Database

from monitor import pipeline
from monitor.app import Clock, acting_person, build_tools, prepare, utc_now
from monitor.config import Settings
from monitor.errors import ConfigError, MonitorError
from monitor.night import Night, command
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools, log
from monitor.store import open_store
from monitor.store.locking import held

if TYPE_CHECKING:
    from monitor.web import Server

_LOOK_SECONDS = 0.5


class Service(AbstractContextManager["Service"]):
    """The pipeline in its worker thread, with the wish to be woken and to be stopped."""

    def __init__(self, tools: Tools, clock: Clock = utc_now, night: Night | None = None) -> None:
        self.tools = tools
        self._night = night
        self.clock = clock
        self.failed = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._endings: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)

    def __enter__(self) -> Service:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join(timeout=30)
        if self._night is not None:
            self._night.stop()

    def wake(self) -> None:
        """Tick at once: somebody pressed a button."""
        self._wake.set()

    def stop(self) -> None:
        """End after the running tick; from any thread, as often as one likes."""
        self._stop.set()
        self._wake.set()
        for end in self._endings:
            end()

    def when_stopped(self, end: Callable[[], None]) -> None:
        """Call ``end`` whenever the service is stopped, at once if it is already."""
        self._endings.append(end)
        if self._stop.is_set():
            end()

    def wait(self) -> None:
        """Block until somebody stops the service."""
        while not self._stop.is_set():
            time.sleep(_LOOK_SECONDS)

    def open_db(self) -> Database:
        """A connection for the calling thread."""
        return open_store(self.tools.settings.database)

    def _run(self) -> None:
        try:
            self._beat()
        except Exception:  # without the pipeline nothing is watched: the process must not live on
            log.exception("pipeline: ended unexpectedly")
            self.failed = True
            self.stop()

    def _beat(self) -> None:
        db = self.open_db()
        collector = Collector(self.tools.settings.poll.workers)
        pipeline.start(db, self.tools, self.clock())
        scheduler = schedule.Scheduler()
        # schedule takes fractions of a second too; only its annotation says int.
        every = cast(int, self.tools.settings.poll.tick_seconds)
        job = scheduler.every(every).seconds.do(self._tick, db, collector)
        job.run()
        while not self._stop.is_set():
            woken = self._wake.wait(max(0.0, scheduler.idle_seconds or 0.0))
            self._wake.clear()
            if woken and not self._stop.is_set():
                job.run()
            scheduler.run_pending()
        collector.close()

    def _tick(self, db: Database, collector: Collector) -> None:
        ticked = pipeline.tick(db, self.tools, collector, self.clock())
        if pipeline.more_waits(self.tools, ticked):
            self._wake.set()
        if self._night is not None:
            pipeline.beside("night", partial(self._night.look, db, self.clock()))


def once(settings: Settings, tools: Tools, now: datetime) -> pipeline.Ticked:
    """What waits now, with patience for every source, for cron.

    Raises:
        Refused: a service collects on this database.
    """
    with held(settings.database, ["collect"]), closing(Collector(settings.poll.workers)) as reading:
        db = open_store(settings.database)
        prepare(db, settings, tools.sources.values())
        pipeline.start(db, tools, now)
        whole = ticked = pipeline.tick(db, tools, reading, now, patience=None)
        while pipeline.more_waits(tools, ticked):
            ticked = pipeline.tick(db, tools, reading, now, patience=None)
            whole += ticked
        return whole


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Let SIGINT and SIGTERM call ``stop``, which may be what ends a service in order."""
    # A handler interrupts whatever the main thread does: it must not want a lock that is held
    # there. Putting into this queue is the one thing that the standard library calls reentrant.
    told: SimpleQueue[int] = SimpleQueue()

    def pass_on() -> None:
        told.get()
        stop()

    threading.Thread(target=pass_on, name="stopping", daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: told.put(number))


def run(
    settings: Settings,
    only: str | None,
    on_page: Callable[[str], None],
    config: Path | None = None,
) -> None:
    """Run the service until it is told to stop; ``only``: collect, bot or web.

    ``config``: the file of these settings, for the training by night; without it there is none.

    Raises:
        ConfigError: ``--only bot`` without a token.
        Refused: the same runs on this database already.
        MonitorError: the pipeline ended by itself.
    """
    if only == "bot" and settings.telegram.token is None:
        raise ConfigError("bot: no token: set SIAGA_TELEGRAM__TOKEN")
    with ExitStack() as stack:
        stack.enter_context(held(settings.database, _parts(settings, only)))
        tools = build_tools(settings)
        prepare(open_store(settings.database), settings)
        service = Service(tools, night=_night(settings, config))
        stop_on_signals(service.stop)
        stack.callback(tools.channel.close)
        if settings.web.enabled and only in (None, "web"):
            stack.enter_context(page(service, on_page))
        if settings.webhook.enabled and only in (None, "web"):
            stack.enter_context(receiver(service))
        if only in (None, "collect"):
            stack.enter_context(service)
        if settings.telegram.token is not None and only in (None, "bot"):
            _run_bot(settings, service)
        else:
            service.wait()
    if service.failed:
        raise MonitorError("service: the pipeline ended unexpectedly; see the log")


def _night(settings: Settings, config: Path | None) -> Night | None:
    if config is None:
        return None
    return Night(settings.training, settings.office.zone, command(config))


def _parts(settings: Settings, only: str | None) -> list[str]:
    """The parts that a run is made of."""
    if only is not None:
        return [only]
    web = settings.web.enabled or settings.webhook.enabled
    there = {"collect": True, "bot": settings.telegram.token, "web": web}
    return [name for name, wanted in there.items() if wanted]


def _run_bot(settings: Settings, service: Service) -> None:
    from monitor.bot import Listener, build_application

    assert settings.telegram.token is not None
    application = build_application(
        service.tools,
        service.open_db,
        settings.telegram.token.get_secret_value(),
        settings.telegram.base_url,
        service.wake,
        service.clock,
    )
    listener = Listener(application)
    service.when_stopped(listener.stop)
    listener.run()


@contextmanager
def page(service: Service, on_ready: Callable[[str], None]) -> Iterator[Server]:
    """The local page in a thread of its own, as long as the context lasts.

    Raises:
        ConfigError: the port is taken.
    """
    from monitor.web import build_app, serve

    settings = service.tools.settings
    app = build_app(
        service.tools, service.open_db, service.wake, service.clock, acting_person(settings)
    )
    server = serve(app, settings.web.host, settings.web.port, on_ready)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def receiver(service: Service) -> Iterator[Server]:
    """The address that platforms call, in a thread of its own, as long as the context lasts.

    Raises:
        ConfigError: the port is taken.
    """
    from monitor.web import build_hooks, serve

    settings = service.tools.settings
    app = build_hooks(service.tools, service.open_db, service.wake, service.clock)
    server = serve(app, settings.webhook.host, settings.webhook.port, _webhooks_at, table="webhook")
    try:
        yield server
    finally:
        server.stop()


def _webhooks_at(url: str) -> None:
    log.info("webhooks: %s/hook/NAME", url)
