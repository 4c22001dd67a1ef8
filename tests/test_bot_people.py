"""The list of people in the bot, taking rights away, private chats, and topics of a forum."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.messages import register as words
from monitor.records import Chat, ChatId, NoticeKind, NoticeState, Person, Role
from monitor.store import notices, people
from tests.bot_stage import FORUM, GROUP, TOPIC, Stage, flood, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, seed_chat

Json = dict[str, Any]
ANI, BUDI = PEOPLE["Ani"][0], PEOPLE["Budi"][0]


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        yield stage.start()


def listed(stage: Stage) -> Json:
    return stage.answer_to(stage.write("Budi", "/orang", chat_id=BUDI), BUDI)


def seen(stage: Stage, menu: Json) -> Json:
    return stage.seen(menu["message_id"], BUDI)


def tap(stage: Stage, menu: Json, label: str) -> Json:
    """Press a button that the menu shows now; the answer to the press."""
    shown = seen(stage, menu)["rows"]
    data = {b["text"]: b["callback_data"] for row in shown for b in row}[label]
    return stage.press("Budi", data, menu["message_id"], chat_id=BUDI, forged=False)


def labels(message: Json) -> list[str]:
    return [button["text"] for row in message["rows"] for button in row]


def person(stage: Stage, name: str) -> Person:
    found = people.by_name(stage.db, name)
    assert found is not None
    return found


def tell(stage: Stage, chat_id: int, text: str = "Kabar") -> None:
    with stage.db.atomic():
        people.tell(stage.db, ChatId(chat_id), text, stage.now)


def states(stage: Stage) -> list[NoticeState]:
    return [notice.state for notice in notices.every(stage.db)]


# The list


def test_the_register_is_listed_by_role(stage: Stage) -> None:
    people.add(stage.db, "Eko", [Role.OPD], None, "cli", NOW, opd="BPBD")
    people.add(stage.db, "Budi", [Role.ADMIN, Role.HUMAS], None, "cli", NOW)
    people.add(stage.db, "Tamu", [], None, "cli", NOW)
    people.deactivate(stage.db, "Dewi", "cli", NOW)
    people.mark_unreachable(stage.db, ANI, "blocked")
    assert listed(stage)["text"].splitlines() == [
        "Orang yang terdaftar (6; 1 nonaktif)",
        "",
        "Admin",
        "✅ Budi · juga Humas",
        "⚪ Citra",
        "Humas",
        "⚠️ Ani",
        "Pimpinan",
        "⚪ Fitri",
        "Kontak OPD",
        "⚪ Eko · BPBD",
        "Tanpa peran",
        "✖️ Tamu",
        "",
        "✅ bisa dihubungi pribadi · ⚪ belum membuka bot · ⚠️ tidak bisa dihubungi · "
        "✖️ tanpa Telegram",
    ]


def test_a_large_office_is_listed_in_pages(stage: Stage) -> None:
    for number in range(20):
        people.add(stage.db, f"Rekan {number:02}", [Role.TRAINER], None, "cli", NOW)
    menu = listed(stage)
    assert labels(menu) == ["Nonaktifkan…", "Berikutnya ›"]
    tap(stage, menu, "Berikutnya ›")
    assert labels(seen(stage, menu)) == ["Nonaktifkan…", "‹ Sebelumnya", "Berikutnya ›"]
    tap(stage, menu, "Berikutnya ›")
    last = seen(stage, menu)
    assert labels(last) == ["Nonaktifkan…", "‹ Sebelumnya"]
    assert last["text"].splitlines()[2:5] == ["Pelatih", "✖️ Rekan 18", "✖️ Rekan 19"]
    hand_over = stage.answer_to(stage.write("Budi", "/serahterima", chat_id=BUDI), BUDI)
    assert len(labels(hand_over)) == 1 + words.PAGE + 1
    tap(stage, hand_over, "Berikutnya ›")
    assert labels(seen(stage, hand_over))[:2] == ["Saya sendiri", "Rekan 07"]


# Taking rights away


def test_rights_are_taken_away_in_three_taps(stage: Stage) -> None:
    number = stage.new_incident()
    stage.press("Ani", f"ak:{number}")
    menu = listed(stage)
    tap(stage, menu, "Nonaktifkan…")
    tap(stage, menu, "Ani")
    asked = seen(stage, menu)["text"]
    assert asked.startswith("Nonaktifkan Ani (Humas)?\nIa masih menangani 1 isu.")
    assert person(stage, "Ani").active
    stage.stop()
    stage.start()
    assert tap(stage, menu, "Ya, nonaktifkan")["text"] == "Ani sudah dinonaktifkan."
    assert (seen(stage, menu)["text"], seen(stage, menu)["rows"]) == (
        "Ani sudah dinonaktifkan.",
        [],
    )
    assert not person(stage, "Ani").active


def test_a_removal_can_be_called_off(stage: Stage) -> None:
    menu = listed(stage)
    tap(stage, menu, "Nonaktifkan…")
    tap(stage, menu, "Kembali")
    tap(stage, menu, "Nonaktifkan…")
    tap(stage, menu, "Dewi")
    assert seen(stage, menu)["text"] == "Nonaktifkan Dewi (Pelatih)?"
    tap(stage, menu, "Batal")
    assert seen(stage, menu)["text"].startswith("Orang yang terdaftar (6)")
    assert person(stage, "Dewi").active


def test_the_last_admin_cannot_be_taken_away(stage: Stage) -> None:
    menu = listed(stage)
    tap(stage, menu, "Nonaktifkan…")
    tap(stage, menu, "Budi")
    people.deactivate(stage.db, "Citra", "cli", NOW)
    answer = tap(stage, menu, "Ya, nonaktifkan")
    assert answer["text"] == "Maaf, Budi admin terakhir. Jadikan rekan lain admin dahulu."
    assert (answer["alert"], person(stage, "Budi").active) == (True, True)
    assert labels(seen(stage, menu)) == ["Ya, nonaktifkan", "Batal"]


def test_a_page_that_cannot_be_turned_leaves_the_old_one(stage: Stage) -> None:
    menu = listed(stage)
    stage.fake.fault("editMessageText", mode="error", code=400, description="Bad Request: x")
    tap(stage, menu, "Nonaktifkan…")
    assert labels(seen(stage, menu)) == ["Nonaktifkan…"]


# Private chats


@pytest.mark.parametrize("standing", ["never", "blocked", "deactivated"])
def test_who_cannot_be_reached_keeps_nobody_waiting(stage: Stage, standing: str) -> None:
    seed_chat(stage.db, GROUP)
    stage.fake.chat(ANI, "private", bot=standing)
    for number in range(60):
        tell(stage, ANI, f"Kabar {number}")
    with stage.db.atomic():
        group = [Chat(GROUP, "Humas")]
        notices.wish(stage.db, group, NoticeKind.OPERATOR, 1, stage.now, "Untuk semua")
    stage.notify()
    assert any(m.get("text") == "Untuk semua" for m in stage.fake.messages(GROUP))
    stage.notify()
    stage.notify()
    assert states(stage) == [NoticeState.FAILED] * 60 + [NoticeState.SENT]
    assert person(stage, "Ani").unreachable is not None
    assert person(stage, "Budi").unreachable is None
    assert [chat.id for chat in people.chats(stage.db)] == [GROUP]


def test_messages_arrive_once_their_person_opens_the_chat(stage: Stage) -> None:
    stage.fake.chat(ANI, "private", bot="never")
    tell(stage, ANI)
    stage.notify()
    assert not person(stage, "Ani").met
    stage.fake.chat(ANI, bot="member", silent=True)
    stage.answer_to(stage.write("Ani", "/start", chat_id=ANI), ANI)
    assert stage.woken
    assert (person(stage, "Ani").met, person(stage, "Ani").unreachable) == (True, None)
    stage.notify()
    assert stage.fake.messages(ANI)[-1]["text"] == "Kabar"


def test_a_press_in_a_group_lets_the_bot_try_again(stage: Stage) -> None:
    people.mark_unreachable(stage.db, ANI, "blocked")
    stage.press("Ani", f"ak:{stage.new_incident()}")
    assert (person(stage, "Ani").unreachable, person(stage, "Ani").met) == (None, False)


def test_who_blocks_the_bot_is_marked_and_cleared_when_they_let_it_in(stage: Stage) -> None:
    stage.answer_to(stage.write("Ani", "/saya", chat_id=ANI), ANI)
    stage.fake.chat(ANI, bot="blocked")
    stage.fake.wait(lambda: person(stage, "Ani").unreachable)
    tell(stage, ANI)
    stage.notify()
    assert states(stage) == [NoticeState.FAILED]
    stage.fake.chat(ANI, bot="member")
    stage.fake.wait(lambda: stage.woken)
    assert (states(stage), person(stage, "Ani").unreachable) == ([NoticeState.DUE], None)


# Topics of a forum


def test_topics_of_one_forum_each_get_their_card(stage: Stage) -> None:
    stage.fake.chat(FORUM, topics={TOPIC: "Kesehatan", 60: "Banjir"})
    seed_chat(stage.db, FORUM, thread_id=TOPIC)
    seed_chat(stage.db, FORUM, thread_id=60)
    flood(stage, 0)
    stage.notify()
    cards = [m for m in stage.fake.messages(FORUM) if m.get("photo")]
    assert sorted(m["message_thread_id"] for m in cards) == [TOPIC, 60]


def test_the_topic_of_an_old_message_is_that_of_its_notice(stage: Stage) -> None:
    stage.fake.chat(FORUM, topics={TOPIC: "Kesehatan", 60: "Banjir"})
    seed_chat(stage.db, FORUM, thread_id=TOPIC)
    seed_chat(stage.db, FORUM, thread_id=60)
    number = flood(stage, 0)
    stage.notify()
    cards = [m for m in stage.fake.messages(FORUM) if m.get("photo")]
    at = next(m["message_id"] for m in cards if m["message_thread_id"] == 60)
    stage.press("Ani", f"si:{number}", at, chat_id=FORUM, inaccessible=True)
    assert stage.fake.calls("sendMessage")[-1]["params"]["message_thread_id"] == 60


def test_a_forum_without_the_bot_is_closed_in_all_topics(stage: Stage) -> None:
    stage.fake.chat(FORUM, topics={TOPIC: "Kesehatan", 60: "Banjir"})
    for topic in (TOPIC, 60):
        seed_chat(stage.db, FORUM, thread_id=topic)
    flood(stage, 0)
    stage.fake.chat(FORUM, bot="kicked", silent=True)
    stage.notify()
    assert people.chats(stage.db) == []
    stage.fake.chat(FORUM, bot="administrator")
    stage.fake.wait(lambda: stage.woken)
    stage.notify()
    assert len([m for m in stage.fake.messages(FORUM) if m.get("photo")]) == 2
