"""/narasi over real HTTP: made step by step, approved by another admin, spread, read, used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.messages import answers
from monitor.messages import narrative as words
from monitor.records import Narrative, NarrativeId, NarrativeState, NarrativeUse, Role
from monitor.steps import narrate
from monitor.steps.answer import Answer
from monitor.store import narratives, people
from tests.bot_stage import GROUP, Json, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import FLOOD, PEOPLE, STRANGER, seed_chat

LINK = "https://ppid.kalteng.go.id/banjir"
FACTS = "Ada 5 posko di Sampit\nPosko buka 24 jam"
BUDI, CITRA, ANI = (PEOPLE[name][0] for name in ("Budi", "Citra", "Ani"))


@pytest.fixture
def idle(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        seed_chat(stage.db, int(GROUP))
        yield stage


@pytest.fixture
def stage(idle: Stage) -> Stage:
    for person in PEOPLE.values():
        idle.fake.message(person[0], person[0], "halo")
    return idle.start()


def asked(stage: Stage, words_: str, chat: int = BUDI) -> int:
    """The number of the bot's newest message with these words."""

    def newest() -> Any:
        found = reversed(stage.fake.messages(chat))
        texts = (m for m in found if m["by_bot"] and words_ in m.get("text", ""))
        return next((m["message_id"] for m in texts), None)

    number = stage.fake.wait(newest)
    assert number is not None
    return int(number)


def answer(stage: Stage, question: int, text: str, chat: int = BUDI, who: int = BUDI) -> int:
    return stage.write(who, text, chat, reply_to=question)


def made(stage: Stage, number: int = 1) -> Narrative:
    found = narratives.get(stage.db, NarrativeId(number))
    assert found is not None
    return found


def begin(stage: Stage, topic: str = f"nt:0:{FLOOD}") -> None:
    """Budi chooses a topic and writes the facts."""
    stage.press("Budi", topic, chat_id=BUDI)
    answer(stage, asked(stage, "satu kalimat pendek per baris"), FACTS)
    asked(stage, "satu tautan resmi")


def whole(stage: Stage) -> None:
    """A draft of Budi's, whole."""
    begin(stage)
    answer(stage, asked(stage, "satu tautan resmi"), LINK)
    menu = asked(stage, "Berlaku sampai kapan")
    assert press(stage, "Budi", "nu:1:7", menu, BUDI)["text"] == words.READY
    stage.notify()


def press(stage: Stage, who: str, data: str, at: int | None = None, chat: int = GROUP) -> Json:
    return stage.press(who, data, at, chat_id=chat)


def state(stage: Stage) -> None:
    """A valid statement, without the bot."""
    budi, citra = (people.by_telegram(stage.db, number) for number in (BUDI, CITRA))
    assert budi is not None
    assert citra is not None
    number = narrate.propose(stage.db, stage.tools, budi, FLOOD, FACTS, stage.now)
    assert not isinstance(number, Answer)
    narrate.put_link(stage.db, stage.tools, budi, number, LINK, stage.now)
    narrate.put_until(stage.db, stage.tools, budi, number, 7, None, stage.now)
    assert narrate.approve(stage.db, citra, number, stage.now).done
    stage.notify()


def test_the_whole_way_of_a_statement(stage: Stage) -> None:
    listed = stage.answer_to(stage.write("Budi", "/narasi", BUDI), BUDI)
    assert words.EMPTY in listed["text"]
    press(stage, "Budi", "nb:0", listed["message_id"], BUDI)
    menu = asked(stage, "Tentang isu apa?")
    assert "Topik lain" in str(stage.seen(menu, BUDI)["reply_markup"])
    whole(stage)
    preview = asked(stage, "Pratinjau", CITRA)
    data = f"na:1:{made(stage).seen}"
    assert press(stage, "Budi", data, asked(stage, "Pratinjau"), BUDI)["text"] == words.OTHER_ADMIN
    assert press(stage, "Citra", data, preview, CITRA)["text"] == words.APPROVED
    assert press(stage, "Citra", data, preview, CITRA)["text"] == words.DECIDED
    assert stage.woken
    stage.notify()
    statement = asked(stage, "Narasi v1", GROUP)
    assert "Disetujui Citra" in stage.seen(preview, CITRA)["text"]
    assert press(stage, "Ani", "ns:1", statement)["text"] == words.SEEN
    stage.notify()
    assert "Dibaca 1 dari 3 orang" in stage.seen(statement)["text"]
    private = asked(stage, "Narasi v1", ANI)
    assert "sudah membacanya" in stage.seen(private, ANI)["text"]
    press(stage, "Ani", "np:1", statement)
    assert LINK in stage.seen(asked(stage, "Untuk disalin", GROUP))["text"]
    assert narratives.who(stage.db, NarrativeId(1), NarrativeUse.SEEN) == ("Ani",)


def test_a_free_topic_is_asked_for(stage: Stage) -> None:
    press(stage, "Budi", "nl:0", chat=BUDI)
    question = asked(stage, "beberapa kata saja")
    wrong = answer(stage, question, "https://contoh.example/ini")
    assert stage.answer_to(wrong, BUDI)["text"] == answers.again(words.BAD_TOPIC)
    answer(stage, question, "Vaksin rabies")
    answer(stage, asked(stage, "Narasi baru: Vaksin rabies"), "Stok tersedia.")
    asked(stage, "satu tautan resmi")
    assert made(stage).topic == "vaksin rabies"


def test_wrong_answers_are_told_and_the_question_stays(stage: Stage) -> None:
    press(stage, "Budi", f"nt:0:{FLOOD}", chat=BUDI)
    question = asked(stage, "satu kalimat pendek per baris")
    wrong = answer(stage, question, "Hubungi 0812-0000-0000")
    assert "data pribadi" in stage.answer_to(wrong, BUDI)["text"]
    answer(stage, question, FACTS)
    link = asked(stage, "satu tautan resmi")
    wrong = answer(stage, link, "https://contoh.example/x")
    assert "bukan laman resmi" in stage.answer_to(wrong, BUDI)["text"]
    answer(stage, link, LINK)
    asked(stage, "Berlaku sampai kapan")
    assert made(stage).link == LINK


def test_what_was_begun_goes_on_after_a_restart(stage: Stage) -> None:
    begin(stage)
    link = asked(stage, "satu tautan resmi")
    stage.stop()
    stage.start()
    answer(stage, link, LINK)
    asked(stage, "Berlaku sampai kapan")
    stage.stop()
    stage.start()
    listed = stage.answer_to(stage.write("Budi", "/narasi", BUDI), BUDI)
    assert "belum lengkap" in listed["text"]
    press(stage, "Budi", "nc:1", listed["message_id"], BUDI)
    assert press(stage, "Budi", "nu:1:0", asked(stage, "sampai kapan"), BUDI)["text"] == words.READY


def test_a_draft_without_a_link_is_asked_for_it_again(stage: Stage) -> None:
    begin(stage)
    assert press(stage, "Citra", "nc:1", chat=CITRA)["text"] == answers.ANSWER_BELOW
    assert "tautan resmi" in stage.seen(asked(stage, "tautan resmi", CITRA), CITRA)["text"]


def test_a_statement_is_opened_and_withdrawn(stage: Stage) -> None:
    state(stage)
    assert press(stage, "Ani", "nd:1")["text"] == words.BELOW
    asked(stage, "Dibaca 0 dari 3", GROUP)
    press(stage, "Budi", "nw:1")
    question = asked(stage, "Cabut", GROUP)
    assert press(stage, "Budi", "nx:1", question)["text"] == words.WITHDRAWN
    stage.notify()
    asked(stage, "dicabut. Mohon faktanya", GROUP)
    asked(stage, "dicabut. Mohon faktanya", ANI)
    assert made(stage).state is NarrativeState.WITHDRAWN


ADMIN = ("nb:0", f"nt:0:{FLOOD}", "nl:0", "nc:1", "nu:1:7", "na:1:00000000", "nw:1", "nx:1")


@pytest.mark.parametrize("data", ADMIN)
def test_only_admins_make_and_take_back(stage: Stage, data: str) -> None:
    state(stage)
    for who in ("Ani", "Dewi", "Eko", "Fitri"):
        assert press(stage, who, data)["text"] == answers.not_allowed((Role.ADMIN,))
    assert made(stage).state is NarrativeState.VALID


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("nt:0:laut", answers.STALE_BUTTON),
        ("nu:1:9", answers.STALE_BUTTON),
        ("nu:1:7", words.DECIDED),
        ("nc:1", words.DECIDED),
        ("nc:9", answers.GONE),
        ("nw:9", answers.GONE),
        ("nd:9", answers.GONE),
        ("ns:9", answers.GONE),
        ("np:9", answers.GONE),
        ("na:1:zz", answers.STALE_BUTTON),
    ],
)
def test_old_and_forged_buttons_are_answered(stage: Stage, data: str, told: str) -> None:
    state(stage)
    assert press(stage, "Budi", data)["text"] == told


def test_a_withdrawn_one_is_not_withdrawn_again(stage: Stage) -> None:
    state(stage)
    press(stage, "Budi", "nx:1")
    assert press(stage, "Citra", "nw:1")["text"] == words.NOT_VALID
    assert press(stage, "Citra", "nx:1")["text"] == words.NOT_VALID


def test_everybody_registered_reads_the_list_and_strangers_do_not(stage: Stage) -> None:
    state(stage)
    for name, (number, _) in PEOPLE.items():
        shown = stage.answer_to(stage.write(name, "/narasi", number), number)
        assert "Narasi yang berlaku" in shown["text"]
        assert ("Buat baru" in str(shown["reply_markup"])) is (name in ("Budi", "Citra"))
    asked_by = stage.write(STRANGER, "/narasi", STRANGER)
    assert stage.answer_to(asked_by, STRANGER)["text"] == answers.NOT_REGISTERED


def test_who_lost_the_role_between_two_steps_does_not_go_on(stage: Stage) -> None:
    press(stage, "Budi", "nl:0", chat=BUDI)
    question = asked(stage, "beberapa kata saja")
    people.add(stage.db, "Budi", [Role.HUMAS], None, "siaga", stage.now)
    told = stage.answer_to(answer(stage, question, "Vaksin rabies"), BUDI)
    assert told["text"] == answers.not_allowed((Role.ADMIN,))
