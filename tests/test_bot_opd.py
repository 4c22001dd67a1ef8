"""The answer loop over real HTTP: every button by everybody, and the whole way of a question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monitor.incidents.systems import Systems
from monitor.messages import answers
from monitor.messages import handoff as handoff_words
from monitor.messages import question as words
from monitor.records import (
    Chat,
    CommentId,
    Handoff,
    HandoffId,
    HandoffState,
    IncidentId,
    Question,
    QuestionId,
    QuestionState,
)
from monitor.steps import handoff, questions
from monitor.store import drafts, handoffs, people
from monitor.store import questions as stored
from tests.bot_stage import FORUM, GROUP, SMALL, TOPIC, Json, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.opd_world import FLOODS, GITA, put_chats, seed_agencies
from tests.world import NOW, PEOPLE, STRANGER, seed_chat, seed_comments, seed_incident

OFFICE, AGENCY = ("Ani", "Budi", "Citra"), ("Budi", "Citra", "Eko")
EVERYBODY = (*PEOPLE, "Gita")
SAID = "Pompa di dua titik menyala sejak pagi"


@pytest.fixture
def idle(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        tools = put_chats(stage.tools, chat=int(FORUM), topic=TOPIC)
        opds = dict(tools.knowledge.routes.opds)
        opds["Dinas PUPR"] = replace(opds["Dinas PUPR"], chat=int(SMALL), topic=None)
        routes = replace(tools.knowledge.routes, opds=opds)
        stage.tools = replace(tools, knowledge=replace(tools.knowledge, routes=routes))
        seed_agencies(stage.db)
        seed_chat(stage.db, int(GROUP))
        seed_comments(stage.db, stage.tools, FLOODS)
        seed_incident(stage.db)
        yield stage


@pytest.fixture
def stage(idle: Stage) -> Stage:
    return idle.start()


def press(stage: Stage, who: str, data: str, at: int | None = None, chat: int = GROUP) -> Json:
    user = GITA if who == "Gita" else PEOPLE[who][0]
    return stage.press(user, data, at, chat_id=chat)


def ask(stage: Stage, opd: str = "bpbd") -> None:
    who = people.by_name(stage.db, "Ani")
    assert who is not None
    here = Chat(GROUP, "")
    given = questions.ask(
        stage.db, stage.tools, who, IncidentId(1), "informasi", opd, here, stage.now
    )
    assert given.done


def form(stage: Stage) -> None:
    who = people.by_name(stage.db, "Ani")
    assert who is not None
    given = handoff.make(
        stage.db, stage.tools, who, IncidentId(1), "lapor", CommentId(1), Chat(GROUP, ""), NOW
    )
    assert given.done


def nothing(stage: Stage) -> None:
    """The incident is enough."""


def question(stage: Stage, number: int = 1) -> Question:
    found = stored.get(stage.db, QuestionId(number))
    assert found is not None
    return found


def handed(stage: Stage) -> Handoff:
    found = handoffs.get(stage.db, HandoffId(1))
    assert found is not None
    return found


def sent(stage: Stage, text: str, chat: int = GROUP) -> list[Json]:
    return [m for m in stage.fake.messages(chat) if m["by_bot"] and text in m.get("text", "")]


@dataclass(frozen=True)
class Case:
    """A button: who may press it, what must be there, and what must have changed."""

    data: str
    may: tuple[str, ...]
    seed: Callable[[Stage], None]
    done: Callable[[Stage], bool]


CASES = {
    "preview": Case("qo:1", OFFICE, nothing, lambda s: bool(sent(s, "Tanya BPBD"))),
    "preview of another": Case("qp:1:pln", OFFICE, nothing, lambda s: bool(sent(s, "Tanya PLN"))),
    "agencies": Case("qc:1", OFFICE, nothing, lambda s: bool(sent(s, "Tanya OPD tentang"))),
    "second page": Case("qc:1:1", OFFICE, nothing, lambda s: bool(sent(s, "Tanya OPD tentang"))),
    "ask": Case("qs:1:informasi:bpbd", OFFICE, nothing, lambda s: question(s).opd == "BPBD"),
    "answer": Case("qj:1", AGENCY, ask, lambda s: bool(sent(s, "Jawaban BPBD untuk pertanyaan"))),
    "not ours": Case("qk:1", AGENCY, ask, lambda s: bool(sent(s, "urusan siapa?"))),
    "not ours, page": Case("qk:1:1", AGENCY, ask, lambda s: bool(sent(s, "urusan siapa?"))),
    "move": Case("qm:1:pupr", AGENCY, ask, lambda s: question(s).opd == "Dinas PUPR"),
    "take back": Case("qb:1", OFFICE, ask, lambda s: question(s).state is QuestionState.WITHDRAWN),
    "hand off": Case("hf:1", OFFICE, nothing, lambda s: bool(sent(s, "Teruskan Banjir"))),
    "form": Case("hs:1:lapor", OFFICE, nothing, lambda s: handed(s).comment_id is None),
    "form of one": Case("hs:1:ppid:1", OFFICE, nothing, lambda s: handed(s).comment_id == 1),
    "number": Case("ht:1", OFFICE, form, lambda s: bool(sent(s, "Nomor tiket SP4N-LAPOR!"))),
    "down": Case("hd:1", OFFICE, form, lambda s: handed(s).state is HandoffState.WAITING),
}


@pytest.mark.parametrize("name", CASES)
def test_a_button_works_for_those_who_may_and_for_nobody_else(stage: Stage, name: str) -> None:
    case = CASES[name]
    case.seed(stage)
    refused = [press(stage, who, case.data) for who in EVERYBODY if who not in case.may]
    refused.append(stage.press(STRANGER, case.data))
    assert all(answer["alert"] is True for answer in refused)
    assert all(answer["text"].startswith("Maaf, ") for answer in refused)
    assert not stage.woken
    assert press(stage, case.may[0], case.data)["alert"] is False
    assert case.done(stage)


@pytest.mark.parametrize(
    "data", ["qs:1:informasi:lain", "qs:1:lain:bpbd", "qm:1:lain", "hs:1:lain", "qs:1:x", "hs:1:"]
)
def test_a_forged_button_changes_nothing(stage: Stage, data: str) -> None:
    ask(stage, "pupr")
    assert press(stage, "Budi", data)["text"] == answers.STALE_BUTTON
    assert len(stored.waiting(stage.db)) == 1


@pytest.mark.parametrize("data", ["qo:9", "qj:9", "qk:9", "qm:9:pupr", "qb:9", "hf:9", "ht:9"])
def test_what_is_not_there_is_told(stage: Stage, data: str) -> None:
    assert press(stage, "Budi", data)["text"] == answers.GONE


def test_a_question_goes_its_whole_way(stage: Stage) -> None:
    card = stage.base()
    press(stage, "Ani", "qo:1", card)
    preview = stage.answer_to(card)
    assert press(stage, "Ani", "qs:1:informasi:bpbd", preview["message_id"])["text"] == words.ASKED
    assert stage.seen(preview["message_id"])["text"] == words.ASKED
    assert not stage.seen(preview["message_id"])["rows"]
    stage.notify()
    (asked,) = sent(stage, "Pertanyaan untuk BPBD", FORUM)
    assert asked["message_thread_id"] == TOPIC
    # The agency answers in its own topic.
    assert press(stage, "Eko", "qj:1", asked["message_id"], FORUM)["text"] == answers.ANSWER_BELOW
    prompt = stage.answer_to(asked["message_id"], FORUM)
    wrong = stage.write(GITA, SAID, FORUM, reply_to=prompt["message_id"], thread_id=TOPIC)
    assert stage.answer_to(wrong, FORUM)["text"] == answers.only("Eko")
    reply = stage.write("Eko", SAID, FORUM, reply_to=prompt["message_id"], thread_id=TOPIC)
    assert stage.answer_to(reply, FORUM)["text"] == words.ANSWERED
    stage.notify()
    (draft,) = drafts.of_incident(stage.db, IncidentId(1))
    assert draft.origin == "opd:1" and SAID in draft.text
    assert sent(stage, "Saran balasan #1") and sent(stage, "BPBD (Eko) menjawab")
    assert not stage.seen(asked["message_id"], FORUM)["rows"]
    late = press(stage, "Budi", "qj:1", asked["message_id"], FORUM)
    assert late["text"] == answers.already("Eko")


def test_an_answer_survives_a_restart_of_the_bot(stage: Stage) -> None:
    ask(stage)
    stage.notify()
    (asked,) = sent(stage, "Pertanyaan untuk BPBD", FORUM)
    press(stage, "Eko", "qj:1", asked["message_id"], FORUM)
    prompt = stage.answer_to(asked["message_id"], FORUM)
    stage.stop()
    reply = stage.write("Eko", SAID, FORUM, reply_to=prompt["message_id"], thread_id=TOPIC)
    stage.start()
    assert stage.answer_to(reply, FORUM)["text"] == words.ANSWERED
    assert question(stage).answer == SAID


def test_an_answer_that_was_not_good_is_asked_for_again(stage: Stage) -> None:
    ask(stage)
    base = stage.base()
    press(stage, "Eko", "qj:1", base)
    prompt = stage.answer_to(base)["message_id"]
    long = stage.write("Eko", "a" * 1201, reply_to=prompt)
    assert stage.answer_to(long)["text"] == answers.again(words.TOO_LONG)
    good = stage.write("Eko", SAID, reply_to=prompt)
    assert stage.answer_to(good)["text"] == words.ANSWERED


def test_of_two_who_answer_at_once_one_is_heard(stage: Stage) -> None:
    ask(stage)
    base = stage.base()
    prompts = {}
    for who in ("Eko", "Budi"):
        press(stage, who, "qj:1", base)
        prompts[who] = stage.answers_to(base)[-1]["message_id"]
    written: dict[str, int] = {}

    def write(who: str) -> None:
        written[who] = stage.write(who, f"{SAID} ({who})", reply_to=prompts[who])

    threads = [threading.Thread(target=write, args=(who,)) for who in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    said = {who: stage.answer_to(number)["text"] for who, number in written.items()}
    winner = question(stage).answered_by
    assert winner in said
    loser = next(who for who in said if who != winner)
    assert (said[winner], said[loser]) == (words.ANSWERED, answers.already(winner))
    assert len(drafts.of_incident(stage.db, IncidentId(1))) == 1


def test_another_agency_is_told_in_its_own_chat(stage: Stage) -> None:
    ask(stage)
    stage.notify()
    (asked,) = sent(stage, "Pertanyaan untuk BPBD", FORUM)
    press(stage, "Eko", "qk:1", asked["message_id"], FORUM)
    menu = stage.answer_to(asked["message_id"], FORUM)
    assert all(len(row) <= 2 for row in menu["rows"])
    press(stage, "Eko", "qm:1:pupr", menu["message_id"], FORUM)
    assert "Untuk seterusnya" in stage.seen(menu["message_id"], FORUM)["text"]
    stage.notify()
    assert sent(stage, "Pertanyaan untuk Dinas PUPR", SMALL)
    assert "sudah dialihkan ke" in stage.seen(asked["message_id"], FORUM)["text"]
    assert press(stage, "Gita", "qm:1:bpbd", chat=SMALL)["text"] == words.LOOPED
    stage.notify()
    assert sent(stage, "berputar: BPBD → Dinas PUPR → BPBD")
    assert press(stage, "Gita", "qk:1", chat=SMALL)["text"] == words.ONLY_ADMIN_NOW


def test_a_ticket_number_comes_back_through_a_reply(stage: Stage) -> None:
    form(stage)
    stage.notify()
    (shown,) = sent(stage, "Teruskan ke SP4N-LAPOR!")
    press(stage, "Ani", "ht:1", shown["message_id"])
    prompt = stage.answer_to(shown["message_id"])["message_id"]
    bad = stage.write("Ani", "belum ada", reply_to=prompt)
    assert "Itu belum seperti nomor tiket" in stage.answer_to(bad)["text"]
    good = stage.write("Ani", "8123456", reply_to=prompt)
    assert stage.answer_to(good)["text"].startswith(handoff_words.NUMBERED)
    stage.notify()
    assert "Nomor 8123456" in stage.seen(shown["message_id"])["text"]
    assert sent(stage, "https://www.lapor.go.id/pengaduan/8123456")
    late = press(stage, "Budi", "ht:1", shown["message_id"])
    assert late["text"] == "Sudah dicatat: 8123456 oleh Ani."


def test_without_systems_nothing_is_offered(idle: Stage) -> None:
    knowledge = replace(idle.tools.knowledge, systems=Systems())
    idle.tools = replace(idle.tools, knowledge=knowledge)
    stage = idle.start()
    assert press(stage, "Ani", "hf:1")["text"] == handoff_words.NO_SYSTEM
