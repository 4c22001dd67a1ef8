"""/jaga and its buttons over real HTTP: one tap moves the duty, another takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.incidents import Action
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers, escalation
from monitor.messages import duty as words
from monitor.records import IncidentState, Level, Role
from monitor.steps.calling import duty_now
from monitor.steps.duty import hand_over
from monitor.steps.escalate import escalate
from monitor.store import absences, incidents
from tests.bot_stage import GROUP, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.on_duty import MINUTE, with_rota
from tests.world import NOW, PEOPLE, STRANGER, seed_chat, seed_incident

ON_DUTY = {"Ani", "Budi"}
NOT_ALLOWED = answers.not_allowed(roles_for(Action.ROTA))


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        stage.tools = with_rota(stage.tools)
        seed_chat(stage.db, GROUP)
        for telegram_id, _ in PEOPLE.values():
            server.chat(telegram_id, type="private")
        yield stage.start()


def asked(stage: Stage, who: str | int = "Ani") -> dict[str, Any]:
    return stage.answer_to(stage.write(who, "/jaga"))


def buttons(message: dict[str, Any]) -> list[str]:
    return [button["callback_data"] for row in message.get("rows", []) for button in row]


def private(stage: Stage, who: str) -> list[str]:
    return [m["text"] for m in stage.fake.messages(PEOPLE[who][0]) if m["by_bot"]]


def on_duty(stage: Stage) -> str | None:
    duty = duty_now(stage.db, stage.tools, stage.now)
    assert duty is not None
    return duty.petugas


def test_who_is_not_registered_learns_nothing(stage: Stage) -> None:
    assert asked(stage, STRANGER)["text"] == answers.NOT_REGISTERED
    for data in ("jg:0", "jr:0", "ja:1:0", "jb:1", "es:1"):
        assert stage.press(STRANGER, data)["text"] == answers.NOT_REGISTERED
    assert absences.running(stage.db, NOW) == []


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_registered_may_look(stage: Stage, who: str) -> None:
    answer = asked(stage, who)
    assert answer["text"].startswith("Jadwal jaga\nSekarang: Ani s.d. Sen 9 Mar 08.00 WIB")
    assert buttons(answer) == ["jg:0", "jg:1", "jr:0"]


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("Ani", ["jg:0", "jg:1"]),
        ("Budi", ["jg:0", "jg:1", "jr:0"]),
        ("Citra", ["jr:0"]),
        ("Dewi", []),
        ("Eko", []),
        ("Fitri", []),
    ],
)
def test_alone_only_the_buttons_that_this_person_may_press_are_shown(
    stage: Stage, who: str, shown: list[str]
) -> None:
    chat_id = PEOPLE[who][0]
    answer = stage.answer_to(stage.write(who, "/jaga", chat_id=chat_id), chat_id)
    assert buttons(answer) == shown


def test_names_without_a_person_and_people_without_telegram_are_told_apart(stage: Stage) -> None:
    stage.db.conn.execute("UPDATE person SET telegram_id = NULL WHERE name = 'Citra'")
    stage.db.conn.execute("UPDATE person SET name = 'Bude' WHERE name = 'Budi'")
    stage.db.conn.commit()
    text = asked(stage)["text"]
    assert "⚠️ Belum terdaftar (periksa data/jaga.toml): Budi\n" in text
    assert text.endswith("⚠️ Belum bisa dipanggil lewat Telegram: Citra")


def test_an_office_without_a_rota_says_so(server: FakeTelegram, tmp_path: Path) -> None:
    with set_stage(server, tmp_path) as stage:
        stage.start()
        answer = asked(stage)
        assert answer["text"] == words.NO_ROTA
        assert buttons(answer) == []
        assert stage.press("Ani", "jg:0")["text"] == words.NO_ROTA_SHORT
        assert stage.press("Budi", "jr:0")["text"] == words.NO_ROTA_SHORT


@pytest.mark.parametrize("who", PEOPLE)
def test_only_who_is_on_duty_moves_it(stage: Stage, who: str) -> None:
    pressed = stage.press(who, "jg:0")
    roles = set(PEOPLE[who][1])
    if who in ON_DUTY:
        assert pressed["text"].startswith("Dicatat.")
    elif roles & {Role.HUMAS, Role.ADMIN}:
        assert pressed["text"] == words.NOT_ON_DUTY
    else:
        assert pressed["text"] == NOT_ALLOWED
    assert pressed["alert"] is (who not in ON_DUTY)
    assert len(absences.running(stage.db, NOW)) == (who in ON_DUTY)
    assert bool(stage.woken) is (who in ON_DUTY)


def test_one_tap_moves_the_duty_and_the_button_below_takes_it_back(stage: Stage) -> None:
    hand_over(stage.db, stage.tools, NOW)
    menu = asked(stage)["message_id"]
    stage.press("Ani", "jg:1", menu, forged=False)
    assert on_duty(stage) == "Budi"
    again = stage.press("Ani", "jg:1", menu, forged=False)
    assert again["text"] == words.ALREADY_AWAY
    stage.notify()
    told = "Petugas jaga sekarang: Budi"
    assert told in private(stage, "Ani")[0]
    assert told in private(stage, "Budi")[0]
    (note,) = [m for m in stage.fake.messages(GROUP) if told in m.get("text", "")]
    refused = stage.press("Eko", "jb:1", note["message_id"], forged=False)
    assert (refused["text"], refused["alert"]) == (words.NOT_YOURS, True)
    back = stage.press("Ani", "jb:1", note["message_id"], forged=False)
    assert (back["text"], back["alert"]) == (words.BACK, False)
    assert on_duty(stage) == "Ani"
    stage.notify()
    assert buttons(stage.seen(note["message_id"])) == []
    assert stage.press("Citra", "jb:1", note["message_id"])["text"] == words.OVER


def test_an_admin_notes_it_for_a_colleague(stage: Stage) -> None:
    menu = asked(stage, "Citra")["message_id"]
    pressed = stage.press("Citra", "jr:0", menu, forged=False)
    assert pressed["text"] == words.CHOSEN_PERSON
    choice = stage.answer_to(menu)
    assert buttons(choice) == ["ja:1:0", "ja:1:1", "ja:2:0", "ja:2:1"]
    done = stage.press("Citra", "ja:1:1", choice["message_id"], forged=False)
    assert done["text"] == "Dicatat. Tugas jaga sekarang pada Budi. Terima kasih."
    assert stage.seen(choice["message_id"])["text"] == done["text"]
    (absence,) = absences.running(stage.db, NOW)
    assert (absence.person, absence.made_by, absence.reason) == (
        "Ani",
        "Citra",
        words.REASON_TURN,
    )
    assert stage.press("Citra", "ja:1:0")["text"] == words.ALREADY_AWAY


@pytest.mark.parametrize("who", ["Ani", "Dewi", "Eko", "Fitri"])
def test_nobody_else_notes_it_for_a_colleague(stage: Stage, who: str) -> None:
    refused = answers.not_allowed((Role.ADMIN,))
    assert stage.press(who, "jr:0")["text"] == refused
    assert stage.press(who, "ja:2:0")["text"] in (refused, NOT_ALLOWED)
    assert absences.running(stage.db, NOW) == []


@pytest.mark.parametrize("data", ["jg:2", "ja:1:2", "jg:x", "jb:"])
def test_a_forged_button_is_an_old_one(stage: Stage, data: str) -> None:
    assert stage.press("Citra", data)["text"] == answers.STALE_BUTTON


def test_what_is_not_there_is_told(stage: Stage) -> None:
    for data in ("ja:99:0", "jb:99", "es:99"):
        assert stage.press("Citra", data)["text"] == answers.GONE


# Panggil atasan, and Tangani from the private chat


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_call_the_next(stage: Stage, who: str) -> None:
    number = int(seed_incident(stage.db, level=Level.AWAS).id)
    pressed = stage.press(who, f"es:{number}")
    if set(PEOPLE[who][1]) & {Role.HUMAS, Role.ADMIN}:
        assert pressed["text"] == f"Dipanggil: {'Budi' if who == 'Ani' else 'Ani'}."
        assert stage.incident(number).escalated == (2 if who == "Ani" else 1)
        assert stage.woken
    else:
        assert pressed["text"] == answers.not_allowed(roles_for(Action.ESCALATE))
        assert stage.incident(number).escalated == 0


def test_who_is_called_takes_it_from_the_private_chat(stage: Stage) -> None:
    number = int(seed_incident(stage.db, level=Level.AWAS).id)
    stage.notify()
    stage.now = NOW + 5 * MINUTE
    assert escalate(stage.db, stage.tools, stage.now) == 1
    stage.notify()
    chat = PEOPLE["Ani"][0]
    (call,) = [m for m in stage.fake.messages(chat) if m["by_bot"]]
    assert buttons(call) == [f"ak:{number}"]
    pressed = stage.press("Ani", f"ak:{number}", call["message_id"], chat_id=chat, forged=False)
    assert pressed["text"] == answers.TAKEN
    stage.notify()
    assert "Ditangani oleh Ani" in stage.seen(call["message_id"], chat)["text"]
    assert buttons(stage.seen(call["message_id"], chat)) == []
    taken = stage.incident(number)
    assert (taken.state, taken.holder, taken.escalated) == (IncidentState.ACKNOWLEDGED, "Ani", 0)
    mention = [m for m in stage.fake.messages(GROUP) if "Mohon ditangani" in m.get("text", "")]
    assert len(mention) == 1


def test_whom_the_bot_may_not_write_to_is_followed_by_the_next(
    stage: Stage, server: FakeTelegram
) -> None:
    server.fault("sendMessage", code=403, description="Forbidden: bot was blocked by the user",
                 when={"chat_id": PEOPLE["Ani"][0]}, times=9)  # fmt: skip
    number = int(seed_incident(stage.db, level=Level.AWAS).id)
    stage.notify()
    for minute in (5, 10):
        stage.now = NOW + minute * MINUTE
        escalate(stage.db, stage.tools, stage.now)
        stage.notify()
    assert private(stage, "Budi")
    seed_incident(stage.db, "kesehatan", Level.AWAS, stage.now)
    stage.now += 5 * MINUTE
    escalate(stage.db, stage.tools, stage.now)
    second = next(one for one in incidents.live(stage.db) if int(one.id) != number)
    assert second.escalated == 2, "it is known that Ani cannot be reached"


def test_the_end_of_the_chain_is_told(stage: Stage) -> None:
    stage.tools = replace(stage.tools)
    number = int(seed_incident(stage.db, level=Level.WASPADA).id)
    assert stage.press("Citra", f"es:{number}")["text"] == "Dipanggil: Ani."
    assert stage.press("Citra", f"es:{number}")["text"] == "Dipanggil: Budi."
    assert stage.press("Citra", f"es:{number}")["text"] == escalation.NOBODY_LEFT
