"""The staff bot over real HTTP: questions to people, faults, what becomes of chats, commands."""

import logging
import traceback
from datetime import timedelta

import pytest
from sqlite_utils import Database

from monitor.bot import Listener, build_application
from monitor.errors import ConfigError, StorageError
from monitor.messages import answers
from monitor.records import (
    IncidentState,
    NoticeKind,
)
from monitor.store import notices, people, predictions
from tests.bot_stage import FORUM, GREW, GROUP, PHONE, SMALL, TOPIC, Stage, flood
from tests.world import (
    NOW,
    PEOPLE,
    STRANGER,
    open_world,
    seed_chat,
)


@pytest.fixture
def stage(idle: Stage) -> Stage:
    return idle.start()


# Questions and their answers


def ask(stage: Stage) -> tuple[int, int]:
    """A draft and the question that asks Budi for other words."""
    number, base = stage.new_draft(), stage.base()
    assert stage.press("Budi", f"ed:{number}", base)["text"] == answers.ANSWER_BELOW
    return number, int(stage.answers_to(base)[0]["message_id"])


def test_a_question_names_whom_it_asks_and_shows_the_words(stage: Stage) -> None:
    _, question = ask(stage)
    seen = stage.seen(question)
    assert seen["text"].startswith("Budi\n")
    assert "Kami teruskan ke BPBD." in seen["text"]
    assert seen["keyboard"]["selective"] is True


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("Citra", answers.only("Budi")),
        ("Ani", answers.only("Budi")),
        (STRANGER, answers.NOT_REGISTERED),
    ],
)
def test_only_the_person_asked_may_answer(stage: Stage, who: str | int, told: str) -> None:
    number, question = ask(stage)
    mine = stage.write(who, "Kalimat orang lain", reply_to=question)
    assert stage.answer_to(mine)["text"] == told
    assert stage.draft(number).text == "Kami teruskan ke BPBD."


def test_words_that_break_a_rule_are_refused_and_may_be_tried_again(stage: Stage) -> None:
    number, question = ask(stage)
    bad = stage.write("Budi", f"Hubungi {PHONE}", reply_to=question)
    assert "data pribadi" in stage.answer_to(bad)["text"]
    good = stage.write("Budi", "Terima <kasih>", reply_to=question)
    assert "HTML" in stage.answer_to(good)["text"]
    good = stage.write("Budi", "  Terima kasih & maaf  ", reply_to=question)
    assert stage.answer_to(good)["text"] == answers.EDITED
    assert stage.draft(number).text == "Terima kasih & maaf"
    assert len(stage.woken) == 1


def test_a_question_is_answered_once(stage: Stage) -> None:
    number, question = ask(stage)
    stage.answer_to(stage.write("Budi", "Pertama", reply_to=question))
    second = stage.write("Budi", "Kedua", reply_to=question)
    stage.settled()
    assert stage.answers_to(second) == []
    assert stage.draft(number).text == "Pertama"


def test_an_answer_after_the_decision_is_told_who_decided(stage: Stage) -> None:
    number, question = ask(stage)
    stage.press("Citra", f"ok:{number}")
    late = stage.write("Budi", "Terlambat", reply_to=question)
    assert stage.answer_to(late)["text"] == "Sudah diputuskan oleh Citra."


def test_a_question_is_open_for_a_day(stage: Stage) -> None:
    number, question = ask(stage)
    stage.now = NOW + timedelta(days=1, minutes=1)
    late = stage.write("Budi", "Terlambat", reply_to=question)
    stage.settled()
    assert stage.answers_to(late) == []
    assert stage.draft(number).text == "Kami teruskan ke BPBD."


def test_people_may_talk_below_cards(stage: Stage) -> None:
    base = stage.base()
    mine = stage.write("Budi", "sudah saya telepon", reply_to=base)
    stage.write("Budi", "halo")
    stage.settled()
    assert stage.answers_to(mine) == []


def test_a_question_outlives_a_restart(stage: Stage) -> None:
    number, question = ask(stage)
    stage.stop()
    mine = stage.write("Budi", "Sesudah mulai ulang", reply_to=question)
    press = stage.tap("Citra", f"ak:{stage.new_incident()}")
    stage.start()
    assert stage.answer_to(mine)["text"] == answers.EDITED
    stage.fake.wait(lambda: stage.fake.callback(press)["answered"])
    assert stage.fake.callback(press)["text"] == answers.TAKEN
    assert stage.draft(number).text == "Sesudah mulai ulang"


# What can go wrong


def test_a_former_colleague_has_no_rights(stage: Stage) -> None:
    number = stage.new_incident()
    people.deactivate(stage.db, "Ani", "Budi", NOW)
    assert stage.press("Ani", f"ak:{number}")["text"] == answers.NOT_REGISTERED
    assert stage.incident(number).state is IncidentState.OPEN


def test_a_late_press_is_done_and_its_answer_is_nobodys_trouble(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    number = stage.new_incident()
    stage.tap("Ani", f"ak:{number}", ttl=-1.0)
    stage.settled()
    assert stage.incident(number).holder == "Ani"
    assert [c["ok"] for c in stage.fake.calls("answerCallbackQuery")] == [False]
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize("mode", ["drop", "html", "error"])
def test_a_failed_answer_does_not_stop_the_bot(stage: Stage, mode: str) -> None:
    number = stage.new_incident()
    stage.fake.fault("answerCallbackQuery", mode=mode, code=400 if mode == "error" else None)
    stage.tap("Ani", f"ak:{number}")
    stage.settled()
    assert stage.incident(number).holder == "Ani"
    assert len(stage.fake.calls("answerCallbackQuery")) == 1
    assert stage.press("Budi", f"ak:{number}")["text"] == "Sudah ditangani oleh Ani."


@pytest.mark.parametrize(
    ("data", "told"),
    [("ak:{}", answers.TAKEN), ("si:{}", answers.CHOOSE), ("dr:{}", answers.DRAFTS_SENT)],
)
def test_a_message_too_old_to_be_shown_keeps_its_buttons(
    stage: Stage, data: str, told: str
) -> None:
    number, base = flood(stage, 0), stage.base()
    stage.fake.delete(GROUP, base)
    answer = stage.press("Ani", data.format(number), base, inaccessible=True)
    assert answer["text"] == told


def test_the_topic_of_a_message_too_old_is_the_one_in_the_register(stage: Stage) -> None:
    seed_chat(stage.db, FORUM, thread_id=TOPIC)
    number, base = flood(stage, 0), stage.base(FORUM)
    stage.press("Ani", f"si:{number}", base, chat_id=FORUM, inaccessible=True)
    assert stage.fake.calls("sendMessage")[-1]["params"]["message_thread_id"] == TOPIC
    stage.press("Ani", f"dr:{number}", base, chat_id=FORUM, inaccessible=True)
    assert {n.thread_id for n in notices.every(stage.db)} == {TOPIC}


def test_a_press_without_a_message_is_an_old_button(stage: Stage) -> None:
    user = {"id": PEOPLE["Budi"][0], "is_bot": False, "first_name": "Budi"}
    query = {"id": "lepas", "from": user, "chat_instance": "1", "inline_message_id": "x"}
    stage.fake.update({"callback_query": {**query, "data": "ak:1"}})
    stage.settled()
    assert stage.fake.calls("answerCallbackQuery")[0]["params"]["text"] == answers.STALE_BUTTON


def test_a_menu_that_cannot_be_sent_is_told_and_logged_without_words(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    number = stage.new_comment("banjir rahasia Sampit")
    base = stage.base()
    stage.fake.fault("sendMessage", mode="html")
    assert stage.press("Dewi", f"lb:{number}", base)["text"] == answers.BROKEN
    stage.settled()
    assert "NetworkError" in caplog.text
    assert "rahasia" not in caplog.text
    assert stage.fake.token not in caplog.text


def test_a_choice_stands_even_when_its_menu_cannot_be_ended(stage: Stage) -> None:
    number, base = stage.new_comment(), stage.base()
    stage.press("Dewi", f"lb:{number}", base)
    menu = stage.answers_to(base)[0]["message_id"]
    stage.fake.fault("editMessageText", mode="drop")
    told = stage.press("Dewi", f"ls:{number}:positif", menu)["text"]
    assert told == answers.labelled("Positif", "Dewi")
    assert stage.seen(menu)["rows"]
    assert len(predictions.labels(stage.db)) == 1


def test_a_store_that_fails_is_told_and_the_next_press_works(
    idle: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    # Each press asks twice: for who can be reached, and for what it does.
    full, odd = StorageError("database: siaga.db: disk full"), ValueError("kata warga")
    failures = [full, full, odd, odd]

    def open_db() -> Database:
        if failures:
            raise failures.pop()
        return open_world(idle.tools)

    idle.open_db = open_db
    stage = idle.start()
    number = stage.new_incident()
    assert stage.press("Ani", f"ak:{number}")["text"] == answers.BROKEN
    assert stage.press("Ani", f"ak:{number}")["text"] == answers.BROKEN
    assert stage.press("Ani", f"ak:{number}")["text"] == answers.TAKEN
    assert "disk full" in caplog.text
    assert "kata warga" not in caplog.text
    assert "ValueError (test_bot_faults.py:" in caplog.text


def test_a_refused_token_ends_the_bot_and_is_not_quoted(
    idle: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    token = "7000000001:AAtanda-yang-salah-untuk-uji-000000"
    app = build_application(idle.tools, lambda: idle.db, token, idle.fake.url, list, lambda: NOW)
    with pytest.raises(ConfigError) as caught:
        Listener(app).run()
    told = "".join(traceback.format_exception(caught.value))
    assert token not in told + caplog.text
    assert "SIAGA_TELEGRAM__TOKEN" in str(caught.value)


def test_a_line_that_is_down_at_the_start_is_waited_for(
    idle: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    idle.fake.fault("getMe", mode="html")
    stage = idle.start()
    assert stage.answer_to(stage.write("Ani", "/saya"))["text"].startswith("Ani")
    assert stage.fake.token not in caplog.text


def test_trouble_of_the_line_is_logged_without_an_update(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.fake.fault("getUpdates", mode="html")
    stage.settled()
    stage.fake.wait(lambda: "update -: NetworkError" in caplog.text)
    assert stage.fake.token not in caplog.text


# Chats


def blocked(stage: Stage, chat_id: int) -> str | None:
    return next(c.blocked for c in people.chats(stage.db, blocked=True) if c.id == chat_id)


@pytest.mark.parametrize("standing", ["kicked", "left", "restricted"])
def test_a_chat_without_the_bot_is_left_alone_until_it_is_back(stage: Stage, standing: str) -> None:
    seed_chat(stage.db, GROUP)
    stage.fake.chat(GROUP, bot=standing, rights={"can_send_messages": False})
    stage.fake.wait(lambda: blocked(stage, GROUP))
    assert not stage.woken
    stage.fake.chat(GROUP, bot="member")
    stage.fake.wait(lambda: stage.woken)
    assert blocked(stage, GROUP) is None


def test_a_change_of_rights_alone_wakes_nobody(stage: Stage) -> None:
    seed_chat(stage.db, GROUP)
    stage.fake.chat(GROUP, bot="member")
    stage.settled()
    assert (stage.woken, blocked(stage, GROUP)) == ([], None)


def test_a_group_that_grew_keeps_its_cards(stage: Stage) -> None:
    chat = seed_chat(stage.db, SMALL)
    with stage.db.atomic():
        notices.wish(stage.db, [chat], NoticeKind.OPERATOR, 1, NOW, "Kabar")
    stage.fake.chat(SMALL, migrate_to=GREW)
    stage.settled()
    assert blocked(stage, SMALL) == f"moved to {GREW}"
    assert blocked(stage, GREW) is None
    assert [n.chat_id for n in notices.every(stage.db)] == [GREW]
    assert stage.woken


# Commands


@pytest.mark.parametrize("text", ["/start", "/bantuan", "/bantuan@siaga_loopback_bot"])
@pytest.mark.parametrize("chat_id", [GROUP, STRANGER])
def test_anybody_is_told_what_siaga_is(stage: Stage, text: str, chat_id: int) -> None:
    number = stage.write(STRANGER, text, chat_id)
    assert stage.answer_to(number, chat_id)["text"] == answers.WELCOME


def test_registered_people_see_the_state(stage: Stage) -> None:
    number = flood(stage, 0)
    told = stage.answer_to(stage.write("Fitri", "/status"))["text"]
    assert "Keadaan 10.00 WIB" in told
    assert f"Siaga · Banjir & bencana #{number}\n12 negatif dalam 3 jam" in told
    assert "Belum ada sumber yang dipantau." in told


def test_the_state_is_not_for_strangers(stage: Stage) -> None:
    flood(stage, 0)
    told = stage.answer_to(stage.write(STRANGER, "/status"))["text"]
    assert told == answers.NOT_REGISTERED


def test_a_very_long_state_is_cut_to_what_fits_a_screen(stage: Stage) -> None:
    for at in range(12):
        stage.new_incident(at)
    told = stage.answer_to(stage.write("Ani", "/status"))["text"]
    assert "dan 6 isu lainnya" in told


@pytest.mark.parametrize(
    ("who", "words"),
    [("Budi", "Budi · peran: Admin · 102"), (STRANGER, "Nomor Telegram Anda 999.")],
)
def test_everybody_can_ask_for_the_own_number(stage: Stage, who: str | int, words: str) -> None:
    user_id = PEOPLE[who][0] if isinstance(who, str) else who
    for chat_id in (GROUP, user_id):
        number = stage.write(who, "/saya", chat_id)
        assert words in stage.answer_to(number, chat_id)["text"]


def test_an_edited_command_is_not_answered_again(stage: Stage) -> None:
    number = stage.write("Ani", "/saya")
    stage.answer_to(number)
    stage.fake.edit(GROUP, number, "/status")
    stage.settled()
    assert len(stage.answers_to(number)) == 1


def test_the_commands_stand_in_telegrams_menu(stage: Stage) -> None:
    stage.settled()
    shown = stage.fake.calls("setMyCommands")[0]["params"]["commands"]
    assert [c["command"] for c in shown] == [name for name, _ in answers.COMMANDS]


def test_a_menu_that_cannot_be_shown_keeps_nobody_waiting(idle: Stage) -> None:
    idle.fake.fault("setMyCommands", code=502)
    stage = idle.start()
    assert stage.answer_to(stage.write("Ani", "/saya"))["text"].startswith("Ani")


def test_only_the_updates_that_are_handled_are_asked_for(stage: Stage) -> None:
    stage.settled()
    assert stage.fake.state()["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
