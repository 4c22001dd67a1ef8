"""The answer loop: who may ask and answer, the clock, other agencies, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.messages import Message, answers
from monitor.messages import question as words
from monitor.records import (
    Chat,
    CommentId,
    DraftState,
    EventKind,
    IncidentId,
    IncidentState,
    NoticeKind,
    QuestionId,
    QuestionState,
    Role,
    wave_first,
    wave_topic,
)
from monitor.steps import questions as asking
from monitor.steps import views
from monitor.steps.answer import Answer
from monitor.steps.routing import issue_of
from monitor.steps.suggest import suggest_for_incident
from monitor.steps.views import card_view
from monitor.store import audit, drafts, incidents, notices, people, questions, routes
from tests.opd_world import BPBD, DINKES, OFFICE, PUPR, Asked, shown
from tests.racing import race
from tests.world import NOW, PEOPLE, make_reading, seed_comments

SAID = "Pompa di dua titik menyala sejak pagi dan air mulai surut"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    world = Asked(tmp_path, head="Kepala BPBD", copies=("Dinas Kesehatan",))
    yield world
    world.db.close()


def kinds(asked: Asked) -> list[EventKind]:
    return [event.kind for event in incidents.events(asked.db, asked.incident.id)]


def answer(asked: Asked, who: str, text: str = SAID, number: int = 1) -> Answer:
    return asking.answer(asked.db, asked.tools, asked.who(who), QuestionId(number), text, asked.now)


def move(asked: Asked, who: str, key: str, number: int = 1) -> Answer:
    return asking.move(asked.db, asked.tools, asked.who(who), QuestionId(number), key, asked.now)


def test_the_preview_shows_what_will_be_asked_and_masks_personal_data(asked: Asked) -> None:
    who = asked.who("Ani")
    preview = asking.preview(asked.db, asked.tools, who, asked.incident.id, "", NOW)
    assert isinstance(preview, Message)
    assert "Tanya BPBD" in preview.text and "[nomor]" in preview.text
    assert "0812" not in preview.text
    assert "paling lambat Senin 9 Mar 2026, 5 hari kerja" in preview.text
    data = [button.data for row in preview.buttons for button in row]
    assert data[1] == f"qs:{asked.incident.id}:informasi:bpbd" and len(data) == 6


@pytest.mark.parametrize("name", PEOPLE)
def test_only_the_office_asks(asked: Asked, name: str) -> None:
    who, number = asked.who(name), asked.incident.id
    may = not who.roles.isdisjoint({Role.HUMAS, Role.ADMIN})
    for got in (
        asking.preview(asked.db, asked.tools, who, number, "", NOW),
        asking.choose(asked.db, asked.tools, who, number, 0),
    ):
        assert isinstance(got, Message) is may
    given = asking.ask(
        asked.db, asked.tools, who, number, "informasi", "bpbd", Chat(OFFICE, ""), NOW
    )
    assert given.done is may
    assert len(questions.waiting(asked.db)) == may


def test_an_unknown_or_ended_incident_is_not_asked_about(asked: Asked) -> None:
    who = asked.who("Ani")
    gone = asking.preview(asked.db, asked.tools, who, IncidentId(99), "", NOW)
    assert gone == Answer(answers.GONE)
    incidents.change(
        asked.db, asked.incident, EventKind.RESOLVED, IncidentState.RESOLVED, NOW, "", actor="Budi"
    )
    ended = asking.choose(asked.db, asked.tools, who, asked.incident.id, 0)
    assert ended == Answer(answers.already("Budi"))


@pytest.mark.parametrize(("kind", "key"), [("lain", "bpbd"), ("informasi", "lain")])
def test_a_forged_button_asks_nobody(asked: Asked, kind: str, key: str) -> None:
    who, here = asked.who("Ani"), Chat(OFFICE, "")
    given = asking.ask(asked.db, asked.tools, who, asked.incident.id, kind, key, here, NOW)
    assert given == Answer(answers.STALE_BUTTON)


def test_where_nobody_is_in_charge_the_agencies_are_offered(asked: Asked) -> None:
    with asked.db.atomic():
        routes.send(asked.db, asked.incident, "Dinas Lama", "uji", "Budi", NOW)
    who = asked.who("Ani")
    menu = asking.preview(asked.db, asked.tools, who, asked.incident.id, "", NOW)
    assert isinstance(menu, Message) and "Tanya OPD tentang" in menu.text
    buttons = [button for row in menu.buttons for button in row]
    assert buttons[0].data == "qp:1:pupr" and buttons[-1].data == "qc:1:1"
    assert all(len(row) <= 2 for row in menu.buttons)
    last = asking.choose(asked.db, asked.tools, who, asked.incident.id, 1)
    assert isinstance(last, Message) and last.buttons[-1][0].data == "qc:1:0"
    chosen = asking.preview(asked.db, asked.tools, who, asked.incident.id, "pln", NOW)
    assert isinstance(chosen, Message) and "PLN belum punya grup" in chosen.text


def test_the_question_stands_before_agency_copy_and_office(asked: Asked) -> None:
    asked.ask()
    shown(asked)
    (to_opd,), (copy,) = asked.texts(BPBD), asked.texts(DINKES)
    assert to_opd.startswith("❓ Pertanyaan untuk BPBD")
    assert copy.startswith("❓ Tembusan pertanyaan untuk BPBD")
    labels = {
        chat: [button.label for row in message.buttons for button in row]
        for chat in (BPBD, DINKES, OFFICE)
        for message in asked.channel.shown[chat].values()
        if "ertanyaan untuk BPBD" in message.text
    }
    assert labels[BPBD] == ["Jawab", "Bukan urusan kami"]
    assert labels[DINKES] == [] and labels[OFFICE] == ["Batalkan"]
    assert kinds(asked) == [EventKind.OPENED, EventKind.ASKED]
    view = card_view(asked.db, asked.tools, asked.incident, NOW)
    assert view.waiting == ["❓ Menunggu jawaban BPBD s.d. Sen 9 Mar"]


def test_an_open_question_is_not_asked_twice(asked: Asked) -> None:
    asked.ask()
    who, here = asked.who("Budi"), Chat(OFFICE, "")
    given = asking.ask(asked.db, asked.tools, who, asked.incident.id, "tanggap", "bpbd", here, NOW)
    assert given == Answer(words.OPEN_ALREADY)
    assert len(questions.waiting(asked.db)) == 1


def test_an_agency_without_a_chat_is_asked_in_the_office(asked: Asked) -> None:
    asked.ask("PLN")
    shown(asked)
    (text,) = [one for one in asked.texts(OFFICE) if "Pertanyaan untuk PLN" in one]
    assert "PLN belum punya grup di Siaga" in text


def test_asked_from_the_agency_s_own_topic_the_message_keeps_every_button(asked: Asked) -> None:
    here = Chat(BPBD, "")
    who = asked.who("Ani")
    asking.ask(asked.db, asked.tools, who, asked.incident.id, "tanggap", "bpbd", here, NOW)
    shown(asked)
    (message,) = asked.channel.shown[BPBD].values()
    labels = [button.label for row in message.buttons for button in row]
    assert labels == ["Jawab", "Bukan urusan kami", "Batalkan"]


# The answer


@pytest.mark.parametrize("name", [*PEOPLE, "Gita"])
def test_only_the_agency_or_an_admin_answers(asked: Asked, name: str) -> None:
    asked.ask()
    may = name in ("Eko", "Budi", "Citra")
    given = answer(asked, name)
    assert given.done is may
    if name == "Gita":
        assert given.text == words.NOT_YOUR_OPD
    elif not may:
        assert given.text == answers.not_allowed((Role.ADMIN, Role.OPD))


def test_an_answer_becomes_a_draft_with_greeting_and_link(asked: Asked) -> None:
    asked.ask()
    assert answer(asked, "Eko") == Answer(words.ANSWERED, done=True)
    question = asked.question()
    assert (question.state, question.answered_by) == (QuestionState.ANSWERED, "Eko")
    assert question.draft_id is not None
    draft = drafts.get(asked.db, question.draft_id)
    assert draft is not None and draft.origin == "opd:1"
    assert draft.text.startswith("Kak, ") and f"{SAID}." in draft.text
    assert draft.text.endswith(asked.tools.settings.office.link)
    assert notices.find(asked.db, OFFICE, NoticeKind.DRAFT, int(draft.id)) is not None
    shown(asked)
    assert any("BPBD (Eko) menjawab pertanyaan #1 dari Ani" in one for one in asked.texts(OFFICE))
    assert "✅ Dijawab oleh Eko" in asked.texts(BPBD)[0]
    assert kinds(asked)[-1] is EventKind.ANSWERED
    assert card_view(asked.db, asked.tools, asked.incident, NOW).waiting == []
    assert audit.broken_at(asked.db) is None


def test_personal_data_in_an_answer_is_masked_for_everybody(asked: Asked) -> None:
    asked.ask()
    given = answer(asked, "Eko", "Hubungi 0812-0000-0000!")
    assert given == Answer(words.ANSWERED_MASKED, done=True)
    assert asked.question().answer == "Hubungi [nomor]!"
    (draft,) = drafts.of_incident(asked.db, asked.incident.id)
    assert "0812" not in draft.text


@pytest.mark.parametrize(("text", "said"), [("  ", words.EMPTY), ("a" * 1201, words.TOO_LONG)])
def test_an_empty_or_endless_answer_is_asked_again(asked: Asked, text: str, said: str) -> None:
    asked.ask()
    assert answer(asked, "Eko", text) == Answer(said, again=True)
    assert asked.question().state is QuestionState.ASKED


def test_an_answer_takes_the_place_of_an_untouched_suggestion(asked: Asked) -> None:
    suggest_for_incident(asked.db, asked.tools, asked.incident, NOW)
    before = drafts.of_incident(asked.db, asked.incident.id)
    first, second = before[0], before[1]
    drafts.rewrite(asked.db, first.id, "Kalimat kami sendiri.", "Budi", NOW)
    asked.ask()
    answer(asked, "Eko")
    after = {draft.id: draft for draft in drafts.of_incident(asked.db, asked.incident.id)}
    assert after[first.id].state is DraftState.PROPOSED
    assert (after[second.id].state, after[second.id].why) == (
        DraftState.REJECTED,
        "Diganti jawaban BPBD.",
    )
    newest = drafts.of_comment(asked.db, second.comment_id)
    assert newest is not None and newest.origin == "opd:1"


def test_where_every_comment_is_decided_the_answer_is_kept_and_told(asked: Asked) -> None:
    suggest_for_incident(asked.db, asked.tools, asked.incident, NOW)
    for draft in drafts.of_incident(asked.db, asked.incident.id):
        drafts.decide(asked.db, draft.id, DraftState.APPROVED, "Budi", NOW)
    asked.ask()
    assert answer(asked, "Eko").done
    assert asked.question().draft_id is None
    shown(asked)
    assert any("Tidak ada komentar yang masih menunggu" in one for one in asked.texts(OFFICE))


def test_of_two_answers_at_once_one_counts(asked: Asked) -> None:
    asked.ask()
    number = QuestionId(1)
    eko, budi = asked.who("Eko"), asked.who("Budi")
    said = race(
        asked.tools,
        lambda db: asking.answer(db, asked.tools, eko, number, "Satu.", NOW),
        lambda db: asking.answer(db, asked.tools, budi, number, "Dua.", NOW),
    )
    assert sorted(one.done for one in said) == [False, True]
    assert len(drafts.of_incident(asked.db, asked.incident.id)) == 1
    assert kinds(asked).count(EventKind.ANSWERED) == 1
    late = answer(asked, "Budi")
    assert late == Answer(answers.already(asked.question().answered_by))
    asked.ask()

    def first(_: str) -> None:
        answer(asked, "Eko", number=2)

    tools = replace(asked.tools, boundary=first)
    given = asking.answer(asked.db, tools, budi, QuestionId(2), "Dua.", NOW)
    assert given == Answer(answers.already("Eko"))


@pytest.mark.parametrize("name", [*PEOPLE, "Gita"])
def test_who_asked_or_an_admin_takes_a_question_back(asked: Asked, name: str) -> None:
    asked.ask()
    given = asking.withdraw(asked.db, asked.who(name), QuestionId(1), NOW)
    assert given.done is (name in ("Ani", "Budi", "Citra"))
    if given.done:
        again = asking.withdraw(asked.db, asked.who(name), QuestionId(1), NOW)
        assert again == Answer(answers.already(name))
        shown(asked)
        assert f"Dibatalkan oleh {name}" in asked.texts(BPBD)[0]


def test_another_humas_does_not_take_it_back(asked: Asked) -> None:
    people.add(asked.db, "Hana", [Role.HUMAS], None, "siaga", NOW)
    asked.ask()
    hana = people.by_name(asked.db, "Hana")
    assert hana is not None
    assert asking.withdraw(asked.db, hana, QuestionId(1), NOW) == Answer(answers.only("Ani"))
    assert asking.withdraw(asked.db, hana, QuestionId(9), NOW) == Answer(answers.GONE)


# Bukan urusan kami


def test_another_agency_gets_it_with_its_clock_and_the_map_learns(asked: Asked) -> None:
    seed_comments(asked.db, asked.tools, ["banjir di Sampit lagi", "Sampit banjir parah pak"])
    question = asked.ask()
    shown(asked)
    given = move(asked, "Eko", "pupr")
    assert given.done and "Untuk seterusnya, Banjir & bencana di Sampit" in given.text
    moved = asked.question()
    assert (moved.opd, moved.due_at) == ("Dinas PUPR", question.due_at)
    assert routes.learned(asked.db, asked.incident.topic)[0].place == "Sampit"
    assert incidents.get(asked.db, asked.incident.id).opd == "Dinas PUPR"  # type: ignore[union-attr]
    assert kinds(asked)[-1] is EventKind.ROUTED
    shown(asked)
    assert asked.texts(BPBD) == ["↪️ Pertanyaan #1 sudah dialihkan ke Dinas PUPR. Terima kasih."]
    (place, _) = next(one for one in asked.channel.sent if one[0].chat_id == PUPR)
    assert place.thread_id == 7
    assert answer(asked, "Eko").text == words.NOT_YOUR_OPD
    assert answer(asked, "Gita").done


def test_a_loop_goes_to_the_admin(asked: Asked) -> None:
    asked.ask()
    move(asked, "Eko", "pupr")
    assert move(asked, "Gita", "bpbd") == Answer(words.LOOPED, done=True)
    assert asked.question().opd == "Dinas PUPR"
    shown(asked)
    assert any("BPBD → Dinas PUPR → BPBD" in one for one in asked.texts(OFFICE))
    gita, number = asked.who("Gita"), QuestionId(1)
    refused = Answer(words.ONLY_ADMIN_NOW)
    assert move(asked, "Gita", "dinkes") == refused
    assert asking.move_menu(asked.db, asked.tools, gita, number, 0) == refused
    assert move(asked, "Budi", "bpbd").done
    assert asked.question().opd == "BPBD" and not asked.question().looped
    shown(asked)
    assert (
        sum(
            "Pertanyaan untuk BPBD" in message.text
            for place, message in asked.channel.sent
            if place.chat_id == BPBD
        )
        >= 1
    )


def test_a_question_does_not_move_to_itself_nowhere_or_where_one_is_open(asked: Asked) -> None:
    asked.ask()
    asked.ask("Dinas PUPR")
    assert move(asked, "Eko", "bpbd") == Answer(words.SAME_OPD)
    assert move(asked, "Eko", "lain") == Answer(answers.STALE_BUTTON)
    assert move(asked, "Eko", "pupr") == Answer(words.OPEN_ALREADY)
    assert move(asked, "Gita", "dinkes") == Answer(words.NOT_YOUR_OPD)
    assert move(asked, "Eko", "pupr", 9) == Answer(answers.GONE)


def test_two_who_send_it_on_at_once_send_it_once(asked: Asked) -> None:
    asked.ask()
    eko, budi, number = asked.who("Eko"), asked.who("Budi"), QuestionId(1)
    said = race(
        asked.tools,
        lambda db: asking.move(db, asked.tools, eko, number, "pupr", NOW),
        lambda db: asking.move(db, asked.tools, budi, number, "dinkes", NOW),
    )
    assert any(one.done for one in said)
    moved = asked.question()
    assert len(moved.been) == sum(one.done for one in said)


def test_the_menu_leaves_out_the_agency_itself(asked: Asked) -> None:
    asked.ask()
    menu = asking.move_menu(asked.db, asked.tools, asked.who("Eko"), QuestionId(1), 0)
    assert isinstance(menu, Message)
    data = [button.data for row in menu.buttons for button in row]
    assert "qm:1:bpbd" not in data and "qm:1:pupr" in data
    ani = asking.move_menu(asked.db, asked.tools, asked.who("Ani"), QuestionId(1), 0)
    assert isinstance(ani, Answer)


@pytest.mark.parametrize("key", ["bpbd", "dinkes"])
def test_what_another_press_ended_meanwhile_does_not_move(asked: Asked, key: str) -> None:
    asked.ask()
    move(asked, "Eko", "pupr")

    def withdraw(_: str) -> None:
        asking.withdraw(asked.db, asked.who("Ani"), QuestionId(1), NOW)

    tools = replace(asked.tools, boundary=withdraw)
    given = asking.move(asked.db, tools, asked.who("Gita"), QuestionId(1), key, NOW)
    assert given == Answer(answers.already("Ani"))


def test_a_copy_paste_wave_is_asked_of_the_agency_of_its_text(tmp_path: Path) -> None:
    world = Asked(tmp_path)
    reading = make_reading(wave_topic(CommentId(1)), reason="40 salinan dari 31 akun.")
    incidents.open_new(world.db, reading, NOW, reading.reason)
    world.incident = next(one for one in incidents.live(world.db) if wave_first(one.topic))
    question = world.ask()
    assert question.text.startswith("Banjir & bencana: 40 salinan dari 31 akun.\n")
    assert card_view(world.db, world.tools, world.incident, NOW).waiting
    assert answer(world, "Eko").done
    (draft,) = drafts.of_incident(world.db, world.incident.id)
    assert draft.comment_id == 1
    card = views.card_message(world.db, world.tools, world.incident, NOW)
    assert "Gelombang" in card.text
    lost = replace(world.incident, topic=wave_topic(CommentId(99)))
    assert issue_of(world.db, lost) == lost.topic
    world.db.close()


def test_the_prompt_names_agency_issue_and_what_is_needed(asked: Asked) -> None:
    question = asked.ask()
    name = asking.issue_name(asked.db, asked.tools, question)
    prompt = words.answer_question(question, name).plain
    assert prompt.startswith("Jawaban BPBD untuk pertanyaan #1\nBanjir & bencana. Mohon dijawab")
