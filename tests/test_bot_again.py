"""Answers that could not be stored, and words that mean nothing: what the bot says to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.messages import answers
from monitor.records import Role
from monitor.store import invites, people
from tests.bot_stage import GROUP, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import PEOPLE, STRANGER

BUDI = PEOPLE["Budi"][0]
ASKED_AGAIN = "\nTidak disimpan; silakan balas lagi."


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        for telegram_id in (*(number for number, _ in PEOPLE.values()), STRANGER):
            server.chat(telegram_id, type="private", bot="member")
        yield stage.start()


def question(stage: Stage, data: str, chat_id: int) -> int:
    """Press for a question of the bot; its message."""
    base = stage.base(chat_id)
    stage.press("Budi", data, base, chat_id=chat_id)
    return int(stage.answer_to(base, chat_id)["message_id"])


def test_the_refusal_may_be_answered_as_well_as_the_question(stage: Stage) -> None:
    first = question(stage, "ud:0", BUDI)
    bad = stage.write("Budi", "R", chat_id=BUDI, reply_to=first)
    refusal = stage.answer_to(bad, BUDI)
    assert refusal["text"].startswith("Maaf, nama ditulis dalam satu baris")
    assert refusal["text"].endswith(ASKED_AGAIN)
    assert refusal["keyboard"]["force_reply"] is True
    taken = stage.write("Budi", "Citra", chat_id=BUDI, reply_to=refusal["message_id"])
    second = stage.answer_to(taken, BUDI)
    assert "sudah dipakai" in second["text"] and second["text"].endswith(ASKED_AGAIN)
    alike = stage.write("Budi", "CITRA", chat_id=BUDI, reply_to=refusal["message_id"])
    assert "Sudah ada Citra yang terdaftar" in stage.answer_to(alike, BUDI)["text"]
    stage.stop()
    good = stage.write("Budi", "Rina", chat_id=BUDI, reply_to=second["message_id"])
    stage.start()
    assert "Undangan untuk Rina" in stage.answer_to(good, BUDI)["text"]
    # Answered once: none of the messages that put the question is open any more.
    for number in (first, refusal["message_id"], second["message_id"]):
        late = stage.write("Budi", "Sinta", chat_id=BUDI, reply_to=number)
        assert stage.answer_to(late, BUDI)["text"] == answers.NOT_UNDERSTOOD
    assert [link.name for link in invites.open_links(stage.db, stage.now)] == ["Rina"]


def test_the_older_question_stays_good_and_closes_the_refusal(stage: Stage) -> None:
    draft = stage.new_draft()
    first = question(stage, f"ed:{draft}", GROUP)
    bad = stage.write("Budi", "Hubungi 0812-0000-0000", reply_to=first)
    refusal = stage.answer_to(bad)
    assert refusal["text"].endswith(ASKED_AGAIN)
    other = stage.write("Citra", "Kata lain", reply_to=refusal["message_id"])
    assert stage.answer_to(other)["text"] == answers.only("Budi")
    good = stage.write("Budi", "Terima kasih", reply_to=first)
    assert stage.answer_to(good)["text"] == answers.EDITED
    late = stage.write("Budi", "Terlambat", reply_to=refusal["message_id"])
    stage.settled()
    assert stage.answers_to(late) == []
    assert stage.draft(draft).text == "Terima kasih"


def test_what_other_words_would_not_mend_is_not_asked_for_again(stage: Stage) -> None:
    eko = people.by_name(stage.db, "Eko")
    assert eko is not None
    menu = stage.answer_to(stage.write("Budi", "/serahterima", chat_id=BUDI), BUDI)
    stage.press("Budi", f"st:{eko.id}", menu["message_id"], chat_id=BUDI, forged=False)
    asked = stage.answer_to(menu["message_id"], BUDI)
    people.deactivate(stage.db, "Eko", "Citra", stage.now)
    mine = stage.write("Budi", "Rina", chat_id=BUDI, reply_to=asked["message_id"])
    assert "Tidak disimpan" not in stage.answer_to(mine, BUDI)["text"]


def test_an_old_link_is_told_to_be_void_beside_the_new_one(stage: Stage) -> None:
    for told in (False, True):
        asked = question(stage, "ud:0", BUDI)
        mine = stage.write("Budi", "Rina", chat_id=BUDI, reply_to=asked)
        text = stage.answer_to(mine, BUDI)["text"]
        assert ("Tautan sebelumnya untuk nama ini tidak berlaku lagi." in text) is told
    assert len(invites.open_links(stage.db, stage.now)) == 1


@pytest.mark.parametrize("who", ["Ani", STRANGER])
@pytest.mark.parametrize("text", ["halo", "/apaini", "/start@lain", "apa kabar, Siaga?"])
def test_words_alone_with_the_bot_are_answered_once(
    stage: Stage, who: str | int, text: str
) -> None:
    chat_id = PEOPLE[who][0] if isinstance(who, str) else who
    mine = stage.write(who, text, chat_id=chat_id)
    assert stage.answer_to(mine, chat_id)["text"] == answers.NOT_UNDERSTOOD
    stage.settled()
    assert len(stage.answers_to(mine, chat_id)) == 1
    known = stage.write(who, "/saya", chat_id=chat_id)
    stage.settled()
    assert len(stage.answers_to(known, chat_id)) == 1


@pytest.mark.parametrize("text", ["halo", "/apaini"])
def test_a_group_is_left_in_peace(stage: Stage, text: str) -> None:
    mine = stage.write("Ani", text)
    below = stage.write("Ani", text, reply_to=stage.base())
    stage.settled()
    assert stage.answers_to(mine) == stage.answers_to(below) == []


def test_who_was_invited_on_the_server_is_told_like_that(stage: Stage) -> None:
    code = invites.make(stage.db, "Rina", [Role.HUMAS], None, None, "command line", stage.now)
    stage.answer_to(stage.write(777, f"/start {code}", chat_id=777), 777)
    stage.notify()
    (news,) = [m["text"] for m in stage.fake.messages(BUDI) if m["by_bot"]]
    assert news == "Rina bergabung sebagai Humas. Diundang dari komputer server."
