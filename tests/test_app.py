"""Putting it together: what is concrete, the beat of the service, how it starts and ends."""

from __future__ import annotations

import gc
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from monitor import app, pipeline, running
from monitor.config import Settings
from monitor.config.parts import (
    ChatPart,
    Classify,
    Levels,
    Paths,
    SourcePart,
    Spikes,
    Telegram,
    Web,
)
from monitor.connecting import connect
from monitor.errors import ConfigError, ModelError, MonitorError, Refused, StorageError
from monitor.knowledge import load_knowledge
from monitor.platforms.feeds import Feed
from monitor.platforms.wordpress import WordPress
from monitor.records import Level, NoticeState, Role, SourceId
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools
from monitor.steps.understand import MOST_BATCHES
from monitor.store import comments, notices, open_store, people, sources
from monitor.store.connection import rows
from monitor.store.locking import held
from monitor.telegram.channel import TelegramChannel
from monitor.telegram.console import CONSOLE_CHAT, Console
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wordpress import PASSWORD, FakeWordPress
from tests.world import (
    NOW,
    PROJECT,
    SITE,
    MemorySource,
    make_comment,
    make_settings,
    make_tools,
    seed_incident,
)

CHAT = -100200300
NEWS = SourcePart(platform="wordpress", base_url="http://127.0.0.1:9")
FEED = SourcePart(platform="feed", base_url="http://127.0.0.1:9/feed")


def office(folder: Path, **parts: Any) -> Settings:
    """Settings with the project's data and model, and a database of their own."""
    given: dict[str, Any] = {
        "paths": Paths(data=PROJECT / "data", models=PROJECT / "models"),
        "web": Web(port=0),
        "poll": {"tick_seconds": 0.05},
        "classify": {"embeddings": "off"},
        # A digest is due by the clock on the wall, which is the one a whole run looks at.
        "digest": {"morning": "", "evening": ""},
        **parts,
    }
    return Settings(folder=folder, **given)


def until(look: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers that a run replaces are put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def terminate() -> None:
    """What systemd does, once the run listens."""
    until(lambda: signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL, 60)
    os.kill(os.getpid(), signal.SIGTERM)


def soon() -> threading.Thread:
    """Terminate the run that begins now."""
    thread = threading.Thread(target=terminate)
    thread.start()
    return thread


# What is concrete.


@pytest.mark.parametrize(
    ("part", "kind", "answers"),
    [
        (FEED, Feed, False),
        (NEWS, WordPress, False),
        (
            SourcePart(
                platform="wordpress", base_url="http://127.0.0.1:9", user="s", password="p p"
            ),
            WordPress,
            True,
        ),
    ],
)
def test_a_configured_account_is_a_source_and_with_a_password_a_replier(
    tmp_path: Path, part: SourcePart, kind: type, answers: bool
) -> None:
    connected = connect(SITE, part, office(tmp_path), app.utc_now).connected
    source, replier = connected.source, connected.replier
    assert isinstance(source, kind)
    assert source.id == SITE
    assert (replier is source) is answers
    assert (replier is not None) is answers


def test_tools_are_the_real_pieces(tmp_path: Path) -> None:
    parts = {
        "berita": SourcePart(
            platform="wordpress", base_url="http://127.0.0.1:9", user="s", password="p"
        ),
        "media": FEED,
        "lama": FEED.model_copy(update={"enabled": False}),
    }
    tools = app.build_tools(office(tmp_path, sources=parts))
    assert set(tools.sources) == {"berita", "media"}
    assert set(tools.repliers) == {"berita"}
    assert isinstance(tools.channel, Console)
    (verdict,) = tools.classifier.predict(["Banjir di Sampit, parah"])
    assert verdict.sentiment == "negatif"
    assert tools.words.mask("0812-0000-0000") != "0812-0000-0000"


def test_a_channel_that_is_given_is_used(tmp_path: Path) -> None:
    console = Console()
    assert app.build_tools(office(tmp_path), channel=console).channel is console


def test_without_a_model_nothing_is_built(tmp_path: Path) -> None:
    bare = office(tmp_path, paths=Paths(data=PROJECT / "data", models=tmp_path))
    with pytest.raises(ModelError):
        app.build_tools(bare)


@pytest.mark.parametrize(
    ("spikes", "told"),
    [
        (Spikes(issue={"jalan": Levels(waspada=0.5)}), "spikes.issue: jalan: accepted: air_bersih"),
        (Spikes(opd={"Dinas Sihir": Levels()}), "spikes.opd: Dinas Sihir: accepted: "),
        (Spikes(ignore=("lainya",)), "spikes.ignore: lainya: accepted: "),
        (
            Spikes(
                opd={"Dinas Kesehatan": Levels(waspada=1.05)},
                issue={"kesehatan": Levels(siaga=1.0)},
            ),
            "spikes: kesehatan (Dinas Kesehatan): accepted: waspada < siaga < awas",
        ),
    ],
    ids=["issue", "opd", "ignore", "crossing"],
)
def test_rules_of_what_does_not_exist_are_refused_by_name(spikes: Spikes, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        app.check_rules(Settings(spikes=spikes), load_knowledge(PROJECT / "data"))


def test_a_token_makes_the_channel_telegram(tmp_path: Path) -> None:
    assert isinstance(app.build_channel(office(tmp_path)), Console)
    channel = app.build_channel(office(tmp_path, telegram=Telegram(token="1:a")))
    assert isinstance(channel, TelegramChannel)
    channel.close()


def test_every_secret_is_known_to_the_log(tmp_path: Path) -> None:
    parts = {
        "berita": NEWS.model_copy(update={"password": _secret("sandi-situs")}),
        "media": FEED.model_copy(update={"token": _secret("token-media")}),
    }
    settings = office(tmp_path, telegram=Telegram(token="1:bot"), sources=parts)
    assert sorted(app.secrets(settings)) == ["1:bot", "sandi-situs", "token-media"]
    assert app.secrets(office(tmp_path)) == []


def _secret(text: str) -> SecretStr:
    return SecretStr(text)


def test_rows_are_made_for_sources_and_chats(tmp_path: Path) -> None:
    chat = ChatPart(id=CHAT, title="Humas", min_level=Level.SIAGA, thread_id=3)
    settings = office(
        tmp_path,
        telegram=Telegram(token="1:a", chats=(chat,)),
        sources={"berita": NEWS, "lama": FEED.model_copy(update={"enabled": False})},
    )
    db = open_store(settings.database)
    app.prepare(db, settings, [MemorySource(SourceId("lain"))])
    app.prepare(db, settings)
    assert [status.id for status in sources.every(db)] == ["berita", "lain"]
    (found,) = people.chats(db)
    assert (found.id, found.title, found.min_level, found.thread_id) == (
        CHAT,
        "Humas",
        Level.SIAGA,
        3,
    )
    db.close()


def test_without_a_token_the_console_is_the_only_chat(tmp_path: Path) -> None:
    settings = office(tmp_path, telegram=Telegram(chats=(ChatPart(id=CHAT),)))
    assert [chat.id for chat in app.chats(settings)] == [CONSOLE_CHAT]


def test_who_acts_on_the_page_has_every_role_of_the_duty(tmp_path: Path) -> None:
    person = app.acting_person(office(tmp_path, web=Web(acting="Meja depan")))
    assert (person.name, person.roles) == ("Meja depan", {Role.ADMIN, Role.HUMAS, Role.TRAINER})


def test_the_clock_of_the_service_is_aware() -> None:
    assert app.utc_now().utcoffset() == timedelta(0)


# One tick for cron.


def test_once_reads_every_source_and_leaves_the_store_ready(tmp_path: Path) -> None:
    with FakeWordPress() as site:
        site.clock = NOW
        site.add_comment("Banjir di pasar, parah", at=NOW - timedelta(hours=2))
        part = SourcePart(
            platform="wordpress", base_url=site.url, user="moderator", password=PASSWORD
        )
        settings = office(tmp_path, sources={"berita": part})
        tools = app.build_tools(settings)
        done = running.once(settings, tools, NOW)
        assert (done.collected, done.understood) == (1, 1)
        assert running.once(settings, tools, NOW).idle
    assert not [t for t in threading.enumerate() if t.name.startswith("collect")]


# The service.


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """A source that is due again after a second, and a beat that would never come by itself."""
    part = SourcePart(platform="feed", base_url="http://127.0.0.1", every_seconds=1)
    poll = {"tick_seconds": 3600.0}
    settings = make_settings(tmp_path, sources={"berita": part}, poll=poll)
    found = make_tools(tmp_path, settings=settings, watched=[MemorySource()])
    app.prepare(open_store(settings.database), settings, found.sources.values())
    return found


class Clock:
    """A minute later each time it is looked at."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return NOW + self.looks * timedelta(minutes=1)


def shown(tools: Tools) -> list[Any]:
    found = tools.sources[SITE]
    assert isinstance(found, MemorySource)
    return found.shown


def stored(service: running.Service) -> int:
    db = service.open_db()
    try:
        return comments.total(db)
    finally:
        db.close()


def test_the_service_ticks_at_its_start_wakes_at_once_and_stops(tools: Tools) -> None:
    shown(tools).append(make_comment(1, "Banjir satu"))
    with running.Service(tools, Clock()) as service:
        until(lambda: stored(service) == 1)
        shown(tools).append(make_comment(2, "Banjir dua"))
        time.sleep(0.3)
        assert stored(service) == 1, "the next beat is an hour away"
        service.wake()
        until(lambda: stored(service) == 2)
        begin = time.monotonic()
    assert time.monotonic() - begin < 10
    assert not service.failed
    assert "pipeline" not in {thread.name for thread in threading.enumerate()}


def test_the_service_beats_by_itself(tools: Tools, tmp_path: Path) -> None:
    quick = make_settings(tmp_path, poll={"tick_seconds": 0.05})
    clock = Clock()
    with running.Service(replace(tools, settings=quick), clock):
        assert until(lambda: clock.looks >= 5)


def test_a_start_recovers_what_was_under_way(tools: Tools) -> None:
    db = open_store(tools.settings.database)
    seed_incident(db, at=NOW)
    app.prepare(db, tools.settings)
    pipeline.tick(db, tools, _no_sources(), NOW, patience=0)
    db.conn.execute("UPDATE notice SET state = 'sending'")
    db.conn.commit()
    with running.Service(tools, Clock()):
        assert until(lambda: [one.state for one in notices.every(db)] == [NoticeState.SENT])
    db.close()


def _no_sources() -> Collector:
    return Collector(1)


def test_a_pipeline_that_dies_stops_the_service(tools: Tools) -> None:
    ended: list[str] = []

    def broken() -> datetime:
        raise ZeroDivisionError("the clock fell off the wall")

    with running.Service(tools, broken) as service:
        service.when_stopped(lambda: ended.append("the bot"))
        service.wait()
    assert service.failed
    assert "the bot" in ended


def test_a_service_that_is_told_to_stop_does_not_tick_once_more(tools: Tools) -> None:
    clock = Clock()
    with running.Service(tools, clock) as service:
        until(lambda: clock.looks >= 2)
        service.stop()
        service.wait()
    seen = clock.looks
    time.sleep(0.2)
    assert clock.looks == seen


# The whole process.


def test_run_serves_the_page_and_ends_on_a_signal(tmp_path: Path, signals: None) -> None:
    answers: list[int] = []

    def visit(url: str) -> None:
        def go() -> None:
            answers.append(httpx.get(url).status_code)
            terminate()

        threading.Thread(target=go).start()

    settings = office(tmp_path)
    running.run(settings, None, visit)
    assert answers == [200]
    assert settings.database.exists()


@pytest.mark.parametrize("only", ["collect", "web"])
def test_a_part_runs_alone(tmp_path: Path, signals: None, only: str) -> None:
    pages: list[str] = []
    ends = soon()
    running.run(office(tmp_path), only, pages.append)
    ends.join()
    assert len(pages) == (only == "web")


def test_the_page_can_be_switched_off(tmp_path: Path, signals: None) -> None:
    pages: list[str] = []
    ends = soon()
    running.run(office(tmp_path, web=Web(enabled=False)), None, pages.append)
    ends.join()
    assert pages == []


@pytest.mark.parametrize("listening", [False, True])
def test_a_run_whose_pipeline_ended_says_so_even_if_that_was_before_the_bot_listened(
    tmp_path: Path, signals: None, monkeypatch: pytest.MonkeyPatch, listening: bool
) -> None:
    def broken(*_: object) -> None:
        raise StorageError("database: disk image is malformed")

    monkeypatch.setattr(pipeline, "start", broken)
    with FakeTelegram() as telegram:
        token = telegram.token if listening else None
        talk = Telegram(token=token, base_url=telegram.url)
        settings = office(tmp_path, telegram=talk, web=Web(enabled=False))
        with pytest.raises(MonitorError, match="the pipeline ended unexpectedly"):
            running.run(settings, None, print)
    gc.collect()


@pytest.mark.parametrize(
    ("runs", "wanted"), [(None, "collect"), (None, "web"), (None, None), ("collect", None)]
)
def test_a_second_run_on_the_database_is_refused(
    tmp_path: Path, runs: str | None, wanted: str | None
) -> None:
    settings = office(tmp_path)
    others = held(settings.database, running._parts(settings, runs))
    with others, pytest.raises(Refused, match="runs already in another process"):
        running.run(settings, wanted, print)


def test_once_is_refused_while_a_service_collects(tmp_path: Path, tools: Tools) -> None:
    with held(tools.settings.database, ["collect"]), pytest.raises(Refused, match="collect runs"):
        running.once(tools.settings, tools, NOW)
    with held(tools.settings.database, ["bot", "web"]):
        running.once(tools.settings, tools, NOW)


def test_the_bot_alone_needs_a_token(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SIAGA_TELEGRAM__TOKEN"):
        running.run(office(tmp_path), "bot", print)


def test_the_bot_listens_in_the_main_thread_beside_the_pipeline(
    tmp_path: Path, signals: None
) -> None:
    with FakeTelegram() as telegram:
        telegram.chat(CHAT, "supergroup", "Humas")
        chats = (ChatPart(id=CHAT),)
        talk = Telegram(token=telegram.token, base_url=telegram.url, chats=chats)
        settings = office(tmp_path, telegram=talk, web=Web(enabled=False))
        db = open_store(settings.database)
        app.prepare(db, settings)
        seed_incident(db, at=app.utc_now())

        def watch() -> None:
            until(lambda: telegram.calls("getUpdates") and telegram.calls("sendPhoto"))
            terminate()

        watcher = threading.Thread(target=watch)
        watcher.start()
        running.run(settings, None, print)
        watcher.join()
        assert telegram.violations() == []
        assert len(rows(db, "SELECT * FROM notice WHERE state = 'sent'")) == 1
        db.close()


def test_once_reads_more_than_one_tick_holds(tmp_path: Path) -> None:
    with FakeWordPress() as site:
        site.clock = NOW
        for i in range(MOST_BATCHES + 2):
            site.add_comment(f"Kabar nomor {i}", at=NOW - timedelta(hours=2, minutes=i))
        part = SourcePart(
            platform="wordpress", base_url=site.url, user="moderator", password=PASSWORD
        )
        settings = office(
            tmp_path,
            sources={"berita": part},
            classify=Classify(embeddings="off", batch=1),
        )
        tools = app.build_tools(settings)
        assert running.once(settings, tools, NOW).understood == MOST_BATCHES + 2
