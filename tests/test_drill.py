"""A whole exercise against the loopback Telegram: marked everywhere, and nothing real in reach."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from monitor.config import Settings
from monitor.config.parts import ChatPart, Digest, Office, Paths, SourcePart, Telegram
from monitor.config.parts import Drill as DrillPart
from monitor.drill import Plan, building, running
from monitor.drill.bot import BotThread
from monitor.drill.running import prepare
from monitor.errors import ConfigError, DeliveryError, MonitorError, Reason, StorageError
from monitor.incidents.systems import Systems
from monitor.messages import answers
from monitor.messages import drill as words
from monitor.records import DraftState, Level, Role
from monitor.records.drill import Goal
from monitor.running import page
from monitor.steps import views
from monitor.steps.collect import Collector
from monitor.store import drafts, incidents, people
from monitor.store.connection import open_store
from monitor.telegram.channel import TelegramChannel
from monitor.telegram.marking import marked_request
from tests.drill_course import GROUP, TOPIC, Course, said_in
from tests.drill_world import Light, drawn_once, scenario
from tests.fakes.telegram import FakeTelegram
from tests.world import (
    NOW,
    PEOPLE,
    PROJECT,
    SITE,
    STRANGER,
    MemoryChannel,
    MemorySource,
    seed_people,
)

LIVE = SecretStr("4242:live-token-for-tests-only-0000000000")
# Calls that show nobody any words.
WORDLESS = {"getMe", "deleteWebhook", "getUpdates"}


@pytest.fixture(autouse=True)
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.classify.Classifier.load", lambda *_, **__: Light())
    monkeypatch.setattr("monitor.drill.result.sheet", drawn_once)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server


@pytest.fixture
def site() -> Iterator[socket.socket]:
    """Where the office's real site would be: whoever knocks is heard."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture
def office(tmp_path: Path, fake: FakeTelegram, site: socket.socket) -> Settings:
    """An office with a real source, a live bot, and a training group."""
    fake.reset()
    fake.chat(GROUP, title="Latihan", is_forum=True, topics={TOPIC: "Latihan"})
    found = Settings(
        folder=tmp_path,
        office=Office(name="Diskominfo Kabupaten Contoh", link="https://siaga.example/info"),
        paths=Paths(data=PROJECT / "data"),
        digest=Digest(morning="", evening=""),
        telegram=Telegram(token=LIVE, base_url=fake.url, chats=(ChatPart(id=-1001),)),
        drill=DrillPart(chat_id=GROUP, thread_id=TOPIC, token=SecretStr(fake.token)),
        sources={
            "berita": SourcePart(
                platform="wordpress", base_url=f"http://127.0.0.1:{site.getsockname()[1]}"
            )
        },
    )
    db = open_store(found.database)
    seed_people(db)
    people.add(db, "Gita", [Role.HUMAS], 107, "siaga", NOW)
    people.deactivate(db, "Gita", "siaga", NOW)
    db.close()
    return found


def nobody_knocked(site: socket.socket) -> bool:
    try:
        site.accept()
    except BlockingIOError:
        return True
    return False


def files_of(office: Settings) -> dict[str, bytes]:
    """What lies in the office's folder, exercises left out."""
    folder = office.database.parent
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture
def course(
    office: Settings, fake: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Course]:
    """The flood, with its limits of time taken away: those of Telegram are tried elsewhere."""
    monkeypatch.setattr(views, "chart_picture", once_only(views.chart_picture))
    plan = Plan("banjir", port=0)
    drill = prepare(office, plan, scenario(), tmp_path / "run", tmp_path / "data", NOW)
    drill.tools.channel.close()
    ticks = iter(range(0, 10**9, 1000))
    channel = TelegramChannel(
        fake.token, fake.url, 60, 5.0, lambda: float(next(ticks)), marked_request
    )
    drill.tools = drill.service.tools = replace(drill.tools, channel=channel)
    bot = BotThread(drill.service, plan.over.set)
    bot.start()
    collector = Collector(2)
    yield Course(fake, drill, collector, bot)
    bot.stop()
    collector.close()
    channel.close()
    drill.db.close()
    assert bot.error is None
    assert fake.violations() == []


def once_only(real: Callable[..., bytes]) -> Callable[..., bytes]:
    """Draw the picture of a card once: what it shows is tried elsewhere."""
    drawn: list[bytes] = []

    def picture(*given: Any) -> bytes:
        drawn.append(drawn[0] if drawn else real(*given))
        return drawn[0]

    return picture


def every_word(fake: FakeTelegram) -> Iterator[tuple[str, str]]:
    """All words of all calls of the bot, each with the call's name."""
    for call in fake.calls():
        given, found = call["params"], list[str]()
        found += [given[key] for key in ("text", "caption") if key in given]
        for key, inner in (("media", "caption"), ("commands", "description")):
            value = given.get(key, [])
            value = json.loads(value) if isinstance(value, str) else value
            found += [one[inner] for one in (value if isinstance(value, list) else [value])]
        assert found or call["method"] in WORDLESS, call["method"]
        yield from ((call["method"], text) for text in found)


def test_a_whole_exercise_is_marked_everywhere_and_touches_nothing_real(
    course: Course, office: Settings, site: socket.socket, tmp_path: Path
) -> None:
    before = files_of(office)
    course.drill.announce()
    course.step()
    begins = course.shown("Latihan dimulai")
    assert begins["message_thread_id"] == TOPIC
    assert "Dua orang menyetujui" in said_in(begins)

    incident = course.until(lambda: next(iter(incidents.live(course.db)), None))
    course.until(lambda: incidents.live(course.db)[0].level is Level.SIAGA)
    card, number = course.shown("Banjir & bencana"), incident.id
    assert course.press("Ani", card, f"es:{number}").startswith(f"{words.MARK}: ")
    course.step()
    assert course.press("Ani", card, f"ak:{number}") == f"{words.MARK}: {answers.TAKEN}"
    assert course.press("Budi", card, f"ak:{number}").startswith(f"{words.MARK}: Sudah ditangani")
    course.press("Ani", card, f"dr:{number}")
    course.step()
    first, *_ = drafts.of_incident(course.db, number)
    answered_below = course.press("Budi", card, f"ed:{first.id}")
    assert answered_below.startswith(f"{words.MARK}: ")
    course.press("Budi", card, f"ok:{first.id}")
    course.step()
    course.press("Citra", card, f"ok:{first.id}")
    course.until(lambda: drafts.in_state(course.db, [DraftState.POSTED]))
    course.press("Ani", card, f"si:{number}")
    course.press("Ani", card, f"mo:{number}")
    course.press("Dewi", card, f"lb:{number}")
    private = course.write(PEOPLE["Budi"][0], "/status", PEOPLE["Budi"][0])
    assert said_in(private).startswith(words.MARK_LINE_PLAIN)
    course.write(STRANGER, "/saya", STRANGER)

    assert words.ONLY_ADMIN in said_in(course.write(PEOPLE["Ani"][0], "/selesai_latihan"))
    alone = course.write(STRANGER, "/selesai_latihan", STRANGER)
    assert answers.NOT_REGISTERED in said_in(alone)
    asked = course.write(STRANGER, "/selesai_latihan")
    assert answers.NOT_REGISTERED in said_in(asked)
    assert not course.drill.plan.over.is_set()
    assert words.ENDING in said_in(course.write(PEOPLE["Budi"][0], "/selesai_latihan"))
    course.fake.wait(course.drill.plan.over.is_set)
    assert answers.NOT_UNDERSTOOD not in str(course.fake.messages(STRANGER))

    found = course.drill.result()
    (main,) = words.judged(found)
    assert main.by[Goal.TAKE] == "Ani" and main.minutes[Goal.TAKE] < 15
    assert {"Budi"} <= set(main.by[Goal.APPROVE].split(", "))
    assert found.replies == 1 and found.minutes == course.minute
    course.drill.tell_result(found, views.chart_picture(None, None, None, None))  # type: ignore[arg-type]
    assert "Latihan selesai" in said_in(course.shown("Latihan selesai"))

    told = list(every_word(course.fake))
    assert {"sendMessage", "sendPhoto", "answerCallbackQuery", "setMyCommands"} <= dict(told).keys()
    assert {name for name, _ in told} & {"editMessageCaption", "editMessageMedia"}
    for name, text in told:
        mark = words.MARK_LINE if "essage" in name or "Photo" in name else words.MARK
        assert text.startswith((mark, words.MARK_LINE_PLAIN)), (name, text)
    assert words.END_COMMAND[0] in str(course.fake.calls("setMyCommands"))

    assert nobody_knocked(site)
    assert files_of(office) == before
    assert {m["chat"]["id"] for m in course.fake.messages() if m["by_bot"]} <= {
        GROUP,
        STRANGER,
        *(number for number, _ in PEOPLE.values()),
    }


def test_a_prepared_exercise_says_so_on_the_page_and_holds_nothing_real(
    office: Settings, tmp_path: Path
) -> None:
    drill = prepare(office, Plan("banjir", port=0), scenario(), tmp_path / "r", tmp_path / "d", NOW)
    known = {person.name: person for person in people.every(drill.db)}
    assert set(known) == set(PEOPLE)
    assert known["Eko"].roles == {Role.OPD} and known["Budi"].telegram_id == PEOPLE["Budi"][0]
    assert not any(opd.chat for opd in drill.tools.knowledge.routes.opds.values())
    assert drill.tools.knowledge.systems == Systems()
    with page(drill.service, lambda _: None) as server:
        for path in ("/", "/incident/99"):
            html = httpx.get(f"{server.url.rstrip('/')}{path}").text
            assert words.BANNER in html and "<title>LATIHAN · " in html
    drill.tools = replace(drill.tools, sources={SITE: MemorySource()})
    with refused(MonitorError, "1 sources or repliers are not scripted"):
        drill.announce()
    drill.tools.channel.close()
    drill.db.close()


def test_an_exercise_runs_by_itself_to_its_end_and_leaves_its_result(
    office: Settings, fake: FakeTelegram
) -> None:
    before, told = files_of(office), list[str]()
    plan = Plan("banjir", minutes=5, speed=600, port=0)
    found, files = running.run(office, plan, told.append, NOW)
    assert found.minutes == 5 and found.comments > 40
    assert [file.name for file in files] == ["hasil.pdf", "hasil.png"]
    assert files[0].read_bytes().startswith(b"%PDF") and files[1].read_bytes()[1:4] == b"PNG"
    assert files[0].parent.parent == office.database.parent / "latihan"
    assert "600 kali jam dinding" in told[0] and "http://127.0.0.1:" in told[0]
    assert words.ENDED_BY_HAND not in told
    assert files_of(office) == before
    shown = [said_in(m) for m in fake.messages(GROUP) if m["by_bot"]]
    assert any("Latihan selesai" in text for text in shown)
    assert fake.violations() == []


def test_a_result_that_does_not_arrive_is_tried_again_only_when_asked_to(
    office: Settings, tmp_path: Path
) -> None:
    drill = prepare(office, Plan("banjir"), scenario(), tmp_path / "r", tmp_path / "d", NOW)
    drill.tools.channel.close()
    channel, found = MemoryChannel(), drill.result()
    drill.tools = replace(drill.tools, channel=channel)
    soon = DeliveryError("busy", reason=Reason.RATE, retry_after=timedelta(0))
    channel.failures = [soon, soon, soon]
    drill.tell_result(found, b"")
    assert channel.sent == [] and channel.failures == []
    channel.failures = [soon]
    drill.tell_result(found, b"")
    assert len(channel.sent) == 1
    channel.failures = [DeliveryError("gone", reason=Reason.PERMISSION)]
    drill.tell_result(found, b"")
    assert len(channel.sent) == 1 and channel.failures == []
    drill.db.close()


# What is refused, and why.


@contextmanager
def refused(kind: type[MonitorError], told: str) -> Iterator[None]:
    with pytest.raises(kind, match=told):
        yield


def with_drill(office: Settings, **part: Any) -> Settings:
    return office.model_copy(update={"drill": office.drill.model_copy(update=part)})


def test_the_live_bot_and_the_live_group_are_refused(office: Settings) -> None:
    plan = Plan("banjir")
    with refused(ConfigError, "drill: token: is that of the live bot.*one program only"):
        running.run(with_drill(office, token=SecretStr("4242:renewed")), plan, print, NOW)
    with refused(ConfigError, "drill: chat_id: -1001: is a live group"):
        running.run(with_drill(office, chat_id=-1001, thread_id=0), plan, print, NOW)
    with refused(ConfigError, "drill: chat_id: 0: a token is set but no training group"):
        running.run(with_drill(office, chat_id=0), plan, print, NOW)


def test_a_topic_of_the_live_forum_may_be_the_training_group(office: Settings) -> None:
    assert building.chosen(with_drill(office, chat_id=-1001)).drill.thread_id == TOPIC


def test_an_office_without_a_register_is_told_of_solo(office: Settings, tmp_path: Path) -> None:
    away = office.model_copy(update={"paths": Paths(database=Path("x/y.db"), data=office.data)})
    with ExitStack() as stack:
        db = open_store(tmp_path / "drill.db")
        stack.callback(db.close)
        with refused(StorageError, "register people first, or use --solo"):
            building.copy_people(away.database, db, NOW)
        assert not away.database.exists()
        assert building.copy_people(office.database, db, NOW) == len(PEOPLE)
        people.add(db, "Lain", [Role.ADMIN], 555, "siaga", NOW)
        people.add(db, "Ani", [Role.HUMAS], 556, "siaga", NOW)
        people.add(db, "Lain", [Role.ADMIN], 101, "siaga", NOW)
        with refused(StorageError, "drill: people: Ani: "):
            building.copy_people(office.database, db, NOW)


def test_an_issue_that_the_office_does_not_know_is_refused(
    office: Settings, tmp_path: Path
) -> None:
    odd = replace(scenario(), issues=("gempa",))
    with refused(ConfigError, "drill: banjir: isu: gempa"):
        prepare(office, Plan("banjir"), odd, tmp_path / "run", tmp_path / "data", NOW)


def test_without_a_menu_of_commands_it_runs_all_the_same(
    course: Course, fake: FakeTelegram
) -> None:
    fake.wait(lambda: fake.calls("setMyCommands"))
    course.bot.stop()
    fake.fault("setMyCommands", code=500, description="busy", times=1)
    seen = len(fake.calls("getUpdates"))
    again = BotThread(course.drill.service, course.drill.plan.over.set)
    again.start()
    fake.wait(lambda: len(fake.calls("getUpdates")) > seen)
    assert fake.calls("setMyCommands")[-1]["ok"] is False
    again.stop()


def test_a_pipeline_that_ends_by_itself_is_told(office: Settings, tmp_path: Path) -> None:
    alone = office.model_copy(update={"drill": DrillPart()})
    plan = Plan("banjir", alone=True, port=0)
    drill = prepare(alone, plan, scenario(), tmp_path / "r", tmp_path / "d", NOW)
    plan.over.set()
    drill.service.failed, told = True, list[str]()
    with refused(MonitorError, "drill: the pipeline ended unexpectedly"):
        drill.play(told.append)
    assert told[-1] == words.ENDED_BY_HAND
    drill.db.close()


def test_a_refused_token_ends_the_exercise(office: Settings, fake: FakeTelegram) -> None:
    wrong = with_drill(office, token=SecretStr("777:wrong-token-for-tests-only-000000000"))
    with refused(ConfigError, "drill: token: refused by the server; set SIAGA_DRILL__TOKEN"):
        running.run(wrong, Plan("banjir", port=0, speed=60), print, NOW)
