"""Replays the week and keeps the page open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import typer
from sqlite_utils import Database

from monitor import app, pipeline, running
from monitor.config import Settings, find_config, load_settings
from monitor.config.parts import Classify, Office, Paths, Poll, Telegram, Web
from monitor.demo import people as office
from monitor.demo import scenario
from monitor.messages import demo as words
from monitor.progress import progress
from monitor.records import DraftState, Incident, wave_first
from monitor.stage.clock import StageClock
from monitor.stage.console import NewOnly
from monitor.stage.region import PROVINCE, SOCIAL, lay_out
from monitor.stage.site import ScriptedSite
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools
from monitor.store import comments, crowds, drafts, incidents, predictions

_CALM_STEP = timedelta(minutes=30)
_BUSY_STEP = timedelta(minutes=5)
_WAVE_COPIES = 5


def play(*, stay: bool, port: int) -> None:
    """Replay the week, tell what happened, and keep the page open unless told otherwise."""
    typer.echo(words.INTRO)
    clock = StageClock(scenario.BEGIN)
    with tempfile.TemporaryDirectory(prefix="siaga-demo-") as folder, ExitStack() as stack:
        tools = build(Path(folder), clock, port)
        service = running.Service(tools, clock)
        db = service.open_db()
        app.prepare(db, tools.settings, tools.sources.values())
        page = stack.enter_context(
            running.page(service, lambda url: typer.echo(words.page_at(url)))
        )
        replay(db, tools, clock)
        typer.echo(words.summary(_summary(db, tools)))
        if stay:
            clock.release()
            typer.echo(words.stay(page.url))
            running.stop_on_signals(service.stop)
            stack.enter_context(service)
            service.wait()


def build(folder: Path, clock: StageClock, port: int = 0) -> Tools:
    """The product put together around the scripted sites, with its files in ``folder``."""
    base = load_settings(find_config(None))
    lay_out(base.data, folder / "data")
    settings = _settings(base, folder, port)
    tools = app.build_tools(settings, channel=NewOnly())
    sites = {
        name: ScriptedSite(name, said, clock, scenario.OUTAGE if name == SOCIAL else None)
        for name, said in scenario.load(base.data / "demo").items()
    }
    return replace(tools, sources=sites, repliers=sites)


def replay(db: Database, tools: Tools, clock: StageClock, until: datetime = scenario.END) -> None:
    """Run the pipeline through the week (or a part of it), people included."""
    collector = Collector(2)
    pipeline.start(db, tools, clock())
    whole = until - scenario.BEGIN
    with progress(words.REPLAY) as advance:
        for now in _instants(db, until):
            clock.at = now
            pipeline.tick(db, tools, collector, now, patience=None)
            office.press(db, tools, now)
            advance((now - scenario.BEGIN) // _BUSY_STEP, whole // _BUSY_STEP)
    collector.close()


def _instants(db: Database, until: datetime) -> Iterator[datetime]:
    """Every half hour, and every five minutes while something goes on."""
    now = scenario.BEGIN
    while now < until:
        yield now
        busy = incidents.live(db) or _around(now)
        now += _BUSY_STEP if busy else _CALM_STEP
    yield until


def _around(now: datetime) -> bool:
    begins = (scenario.FLOOD_AT, scenario.WAVE_AT, scenario.HOSPITAL_AT)
    return any(timedelta(0) <= now - begin < timedelta(hours=3) for begin in begins)


def _minutes(incident: Incident) -> int:
    return round((incident.opened_at - incident.onset_at) / timedelta(minutes=1))


def _settings(base: Settings, folder: Path, port: int) -> Settings:
    return Settings(
        folder=folder,
        office=Office(
            name="Diskominfo Kabupaten Muara Selasih",
            link="https://siaga.example/info",
            province=PROVINCE,
        ),
        paths=Paths(database=Path("demo.db"), models=base.models.resolve()),
        poll=Poll(tick_seconds=2.0),
        classify=Classify(embeddings="off"),
        telegram=Telegram(),
        web=Web(port=port),
        sources={},
    )


def _summary(db: Database, tools: Tools) -> words.DemoSummary:
    everything = drafts.in_state(db, tuple(DraftState))
    opened = sorted([*incidents.live(db), *incidents.ended(db, 10)], key=lambda i: i.opened_at)
    waves = crowds.waves(db, scenario.WAVE_AT - timedelta(hours=1), _WAVE_COPIES)
    return words.DemoSummary(
        comments=comments.total(db),
        live=comments.count_live(db),
        incidents=[
            (incident, tools.issue(incident.topic).name, _minutes(incident))
            for incident in opened
            if wave_first(incident.topic) is None
        ],
        posted=sum(draft.state is DraftState.POSTED for draft in everything),
        rejected=sum(draft.state is DraftState.REJECTED for draft in everything),
        labels=len(predictions.labels(db)),
        waves=[(wave.comments, wave.people) for wave in waves],
        paused_hours=(scenario.OUTAGE[1] - scenario.OUTAGE[0]) // timedelta(hours=1),
    )
