"""Handing over and opening again over real HTTP: by every role, allowed and refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.messages import answers
from monitor.messages import handing as words
from monitor.records import EventKind, IncidentState, NoticeKind, Role
from monitor.store import incidents, notices, people
from tests.bot_stage import GROUP, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import PEOPLE, STRANGER, seed_chat

NOT_FOR = [who for who, (_, roles) in PEOPLE.items() if not {Role.HUMAS, Role.ADMIN} & set(roles)]


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        for _, (telegram_id, _) in PEOPLE.items():
            server.chat(telegram_id, type="private")
        yield stage.start()


def buttons(message: dict[str, Any]) -> dict[str, str]:
    return {one["text"]: one["callback_data"] for row in message["rows"] for one in row}


def number_of(stage: Stage, who: str) -> int:
    found = people.by_name(stage.db, who)
    assert found is not None
    return int(found.id)


def menu(stage: Stage, number: int, who: str = "Ani") -> dict[str, Any]:
    """What stands below the card after the press."""
    base = stage.base()
    pressed = stage.press(who, f"ho:{number}", base)
    assert pressed["text"] == answers.CHOOSE
    return stage.answer_to(base)


def private(stage: Stage, who: str) -> list[str]:
    return [m["text"] for m in stage.fake.messages(PEOPLE[who][0]) if m["by_bot"]]


def test_from_the_menu_in_two_taps_and_both_are_told(stage: Stage) -> None:
    seed_chat(stage.db, GROUP)
    number = stage.new_incident()
    stage.press("Ani", f"ak:{number}")
    more = stage.base()
    stage.press("Ani", f"mo:{number}", more)
    assert buttons(stage.answer_to(more))["Serahkan ke rekan"] == f"ho:{number}"
    shown = menu(stage, number, "Budi")
    assert set(buttons(shown)) == {"Budi", "Citra"}
    assert shown["text"].endswith("Kepada siapa? Sekarang: Ani.")
    data = buttons(shown)["Citra"]
    pressed = stage.press("Budi", data, int(shown["message_id"]), forged=False)
    assert (pressed["text"], pressed["alert"]) == ("Diserahkan ke Citra.", False)
    held = stage.incident(number)
    assert (held.state, held.holder) == (IncidentState.ACKNOWLEDGED, "Citra")
    stage.notify()
    assert "Budi menyerahkan kepada Anda" in private(stage, "Citra")[0]
    assert "kini ditangani Citra" in private(stage, "Ani")[0]
    assert private(stage, "Budi") == []
    card = next(m for m in stage.fake.messages(GROUP) if "Ditangani oleh" in words_of(m))
    assert "Ditangani oleh Citra (dari Ani ke Citra)" in words_of(card)
    ended = stage.seen(int(shown["message_id"]))
    assert (ended["text"], ended["rows"]) == ("Diserahkan ke Citra.", [])


def words_of(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")


@pytest.mark.parametrize("who", NOT_FOR)
@pytest.mark.parametrize("data", ["ho:{}", "ho:{}:1", "ro:{}"])
def test_other_roles_are_refused(stage: Stage, who: str, data: str) -> None:
    number = stage.new_incident()
    pressed = stage.press(who, data.format(number))
    assert pressed["text"] == answers.not_allowed([Role.ADMIN, Role.HUMAS])
    assert pressed["alert"] is True
    assert len(incidents.events(stage.db, stage.incident(number).id)) == 1


@pytest.mark.parametrize("data", ["ho:1", "ho:1:2", "ro:1"])
def test_a_stranger_is_refused(stage: Stage, data: str) -> None:
    stage.new_incident()
    assert stage.press(STRANGER, data)["text"] == answers.NOT_REGISTERED


@pytest.mark.parametrize(
    "data", ["ho:1:x", "ho:1:2:3", "ho:", "ro:1:2", "ho:1:1234567890123456789"]
)
def test_forged_data_is_an_old_button(stage: Stage, data: str) -> None:
    stage.new_incident()
    assert stage.press("Budi", data)["text"] == answers.STALE_BUTTON


def test_who_left_since_the_menu_was_shown_gets_nothing(stage: Stage) -> None:
    number = stage.new_incident()
    shown = menu(stage, number)
    people.deactivate(stage.db, "Citra", "siaga", stage.now)
    pressed = stage.press("Ani", buttons(shown)["Citra"], int(shown["message_id"]))
    assert pressed["text"] == words.NOT_ANY_MORE
    assert stage.incident(number).holder is None


def test_the_same_button_twice_hands_it_over_once(stage: Stage) -> None:
    number, taker = stage.new_incident(), number_of(stage, "Citra")
    first = stage.press("Ani", f"ho:{number}:{taker}")
    second = stage.press("Budi", f"ho:{number}:{taker}")
    assert (first["text"], second["text"]) == (
        "Diserahkan ke Citra.",
        answers.already_held("Citra"),
    )
    kinds = [event.kind for event in incidents.events(stage.db, stage.incident(number).id)]
    assert kinds.count(EventKind.HANDED_OVER) == 1
    told = [n for n in notices.every(stage.db) if n.kind is NoticeKind.PERSONAL]
    assert len(told) == 1


def test_who_never_met_the_bot_holds_it_all_the_same(stage: Stage) -> None:
    """The private note fails, the group's card says who holds it."""
    stage.fake.chat(PEOPLE["Citra"][0], bot="never")
    seed_chat(stage.db, GROUP)
    number = stage.new_incident()
    stage.press("Ani", f"ho:{number}:{number_of(stage, 'Citra')}")
    stage.notify()
    assert private(stage, "Citra") == []
    assert any("Ditangani oleh Citra" in words_of(m) for m in stage.fake.messages(GROUP))


def test_a_hand_over_survives_a_restart_of_the_bot(stage: Stage) -> None:
    number = stage.new_incident()
    shown = menu(stage, number)
    stage.stop()
    stage.start()
    pressed = stage.press("Ani", buttons(shown)["Budi"], int(shown["message_id"]), forged=False)
    assert pressed["text"] == "Diserahkan ke Budi."


@pytest.mark.parametrize("who", ["Ani", "Budi"])
def test_an_ended_card_opens_again_with_its_button(stage: Stage, who: str) -> None:
    seed_chat(stage.db, GROUP)
    number = stage.new_incident()
    stage.press("Budi", f"di:{number}")
    stage.notify()
    (card,) = (m for m in stage.fake.messages(GROUP) if "Bukan krisis" in words_of(m))
    data = buttons(card)["Buka lagi"]
    pressed = stage.press(who, data, int(card["message_id"]), forged=False)
    assert (pressed["text"], pressed["alert"]) == (words.REOPENED, False)
    stage.notify()
    opened = stage.seen(int(card["message_id"]))
    assert "Belum ada yang menangani" in words_of(opened)
    assert "Tangani" in buttons(opened)
    news = stage.answers_to(int(card["message_id"]))
    assert [m["text"] for m in news] == [
        f"🔁 🟠 {stage.tools.issue(stage.incident(number).topic).name} dibuka lagi oleh {who}. "
        f"#{number}"
    ]


def test_what_cannot_be_opened_again_says_why(stage: Stage) -> None:
    number = stage.new_incident()
    assert stage.press("Ani", f"ro:{number}")["text"] == words.still_runs(None)
    stage.press("Ani", f"re:{number}")
    other = stage.new_incident()
    assert stage.press("Ani", f"ro:{number}")["text"] == words.another_lives(other)
    stage.press("Ani", f"re:{other}")
    stage.now += timedelta(days=8)
    assert stage.press("Ani", f"ro:{number}")["text"] == words.too_old(7)
    assert stage.incident(number).state is IncidentState.RESOLVED
