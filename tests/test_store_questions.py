"""Questions, learned routes and hand-offs in the store: each decision is made once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from monitor.records import (
    Audience,
    Chat,
    ChatId,
    EventKind,
    Form,
    HandoffState,
    Incident,
    NoticeKind,
    Question,
    QuestionId,
    QuestionState,
    RouteRule,
)
from monitor.store import audit, handoffs, incidents, notices, questions, routes
from monitor.store.questions import Asking
from tests.world import NOW, seed_incident

DAY = timedelta(days=1)
ASKING = Asking("BPBD", "informasi", "Ada apa?", 5, NOW + 5 * DAY)
HERE = Chat(ChatId(-1), "Humas")
FORM = Form("Judul", "Isi", "Sampit", "Banjir", "BPBD", NOW, ("https://a.example",))


@pytest.fixture
def incident(db: Database) -> Incident:
    return seed_incident(db)


def ask(db: Database, incident: Incident, asking: Asking = ASKING) -> Question:
    with db.atomic():
        number = questions.ask(db, incident, asking, "Ani", NOW)
    assert number is not None
    found = questions.get(db, number)
    assert found is not None
    return found


def test_a_question_is_kept_whole(db: Database, incident: Incident) -> None:
    question = ask(db, incident)
    assert question == Question(
        id=question.id,
        incident_id=incident.id,
        opd="BPBD",
        kind="informasi",
        text="Ada apa?",
        state=QuestionState.ASKED,
        asked_by="Ani",
        asked_at=NOW,
        due_at=NOW + 5 * DAY,
        days=5,
    )
    assert questions.waiting(db) == questions.waiting(db, incident.id) == [question]
    assert questions.of_incident(db, incident.id) == [question]
    assert questions.get(db, QuestionId(99)) is None
    assert audit.broken_at(db) is None


def test_one_question_is_open_for_an_incident_and_agency(db: Database, incident: Incident) -> None:
    first = ask(db, incident)
    with db.atomic():
        assert questions.ask(db, incident, ASKING, "Budi", NOW) is None
    ask(db, incident, replace(ASKING, opd="Dinas PUPR"))
    with db.atomic():
        assert questions.answer(db, first.id, "Sudah surut.", "Eko", NOW)
    assert ask(db, incident).id != first.id


def test_of_two_answers_one_counts(db: Database, incident: Incident) -> None:
    number = ask(db, incident).id
    with db.atomic():
        assert questions.answer(db, number, "Sudah surut.", "Eko", NOW)
        assert not questions.answer(db, number, "Belum.", "Budi", NOW)
        assert not questions.withdraw(db, number, "Ani", NOW)
    found = questions.get(db, number)
    assert found is not None
    assert (found.answer, found.answered_by, found.answered_at) == ("Sudah surut.", "Eko", NOW)
    assert questions.waiting(db) == []


def test_a_question_that_was_taken_back_cannot_be_answered(
    db: Database, incident: Incident
) -> None:
    number = ask(db, incident).id
    with db.atomic():
        assert questions.withdraw(db, number, "Ani", NOW)
        assert not questions.answer(db, number, "Sudah surut.", "Eko", NOW)
        assert not questions.withdraw(db, number, "Budi", NOW)


def test_a_question_moves_on_once_and_its_clock_is_kept(db: Database, incident: Incident) -> None:
    question = ask(db, incident)
    with db.atomic():
        questions.show(db, question.id, [Chat(ChatId(-5), "")], Audience.OPD, NOW)
        questions.show(db, question.id, [HERE], Audience.BOTH, NOW)
        assert questions.move(db, question, "Dinas PUPR", "Eko", NOW + DAY)
        assert not questions.move(db, question, "Dinas Kesehatan", "Eko", NOW + DAY)
    found = questions.get(db, question.id)
    assert found is not None
    assert (found.opd, found.been, found.due_at) == ("Dinas PUPR", ("BPBD",), question.due_at)
    assert [p.id for p in questions.seats(db, question.id, Audience.BEFORE)] == [-5]
    assert [p.id for p in questions.seats(db, question.id, Audience.OFFICE)] == [-1]


def test_a_question_does_not_move_to_an_agency_that_has_one(
    db: Database, incident: Incident
) -> None:
    question = ask(db, incident)
    ask(db, incident, replace(ASKING, opd="Dinas PUPR"))
    with db.atomic():
        assert not questions.move(db, question, "Dinas PUPR", "Eko", NOW)


def test_a_loop_is_noted_once_and_ends_with_the_next_move(db: Database, incident: Incident) -> None:
    question = ask(db, incident)
    with db.atomic():
        assert questions.stop_loop(db, question, "X", "Eko", NOW)
        assert not questions.stop_loop(db, question, "X", "Eko", NOW)
    found = questions.get(db, question.id)
    assert found is not None and found.looped
    with db.atomic():
        questions.move(db, found, "Dinas PUPR", "Budi", NOW)
    assert not questions.waiting(db)[0].looped


def test_reminders_and_the_head_come_once(db: Database, incident: Incident) -> None:
    question = ask(db, incident)
    with db.atomic():
        assert [questions.remind(db, question, n, NOW) for n in (1, 1, 2, 1)] == [
            True,
            False,
            True,
            False,
        ]
        assert [questions.escalate(db, question, NOW) for _ in range(2)] == [True, False]
    found = questions.get(db, question.id)
    assert found is not None and (found.reminded, found.escalated_at) == (2, NOW)


def test_showing_a_question_again_is_a_new_message(db: Database, incident: Incident) -> None:
    number = ask(db, incident).id
    with db.atomic():
        questions.show(db, number, [HERE], Audience.OPD, NOW)
    notice = notices.due(db, NOW, 9)[0]
    notices.begin(db, notice)
    notices.finish(db, notice, 77, "x")
    with db.atomic():
        questions.refresh(db, number, NOW)
    assert notices.due(db, NOW, 9)[0].message_id == 77
    with db.atomic():
        questions.show(db, number, [HERE], Audience.OPD, NOW)
    assert notices.due(db, NOW, 9)[0].message_id is None


def test_an_agency_whose_chat_is_closed_is_found(db: Database, incident: Incident) -> None:
    question = ask(db, incident)
    with db.atomic():
        questions.show(db, question.id, [HERE], Audience.OPD, NOW)
    assert questions.unheard(db) == []
    notices.fail(db, notices.due(db, NOW, 9)[0], "kicked", NOW, permanent=True)
    assert questions.unheard(db) == [question]
    with db.atomic():
        questions.show(db, question.id, [Chat(ChatId(-9), "")], Audience.BOTH, NOW)
    assert questions.unheard(db) == []


def test_news_of_a_question_lead_back_to_it(db: Database, incident: Incident) -> None:
    number = ask(db, incident).id
    with db.atomic():
        questions.tell(db, number, 4, [HERE], "Kabar", NOW)
    notice = notices.due(db, NOW, 9)[0]
    assert notice.kind is NoticeKind.QUESTION_NEWS
    assert questions.question_of_news(notice.subject_id) == number


def test_the_newest_learned_route_comes_first_and_can_be_forgotten(
    db: Database, incident: Incident
) -> None:
    with db.atomic():
        routes.learn(db, RouteRule("air_bersih", None, "A"), "Eko", NOW)
        routes.learn(db, RouteRule("air_bersih", "Kotim", "B"), "Gita", NOW)
        routes.learn(db, RouteRule("kesehatan", None, "C"), "Gita", NOW)
    assert [rule.opd for rule in routes.learned(db, "air_bersih")] == ["B", "A"]
    newest = routes.every(db)[0]
    assert (newest.rule.opd, newest.made_by, newest.made_at) == ("C", "Gita", NOW)
    assert routes.forget(db, newest.id, "Budi", NOW)
    assert not routes.forget(db, newest.id, "Budi", NOW)
    assert audit.broken_at(db) is None


def test_an_incident_is_sent_once_to_the_same_agency(db: Database, incident: Incident) -> None:
    with db.atomic():
        assert routes.send(db, incident, "Dinas PUPR", "dialihkan", "Eko", NOW)
        assert not routes.send(db, incident, "Dinas PUPR", "dialihkan", "Eko", NOW)
    kinds = [event.kind for event in incidents.events(db, incident.id)]
    assert kinds == [EventKind.OPENED, EventKind.ROUTED]


# Hand-offs


def test_a_form_is_kept_whole_and_made_once(db: Database, incident: Incident) -> None:
    with db.atomic():
        number, fresh = handoffs.make(db, incident, None, "lapor", FORM, "Ani", NOW)
        again, second = handoffs.make(db, incident, None, "lapor", FORM, "Budi", NOW)
        other, third = handoffs.make(db, incident, None, "ppid", FORM, "Ani", NOW)
    assert (fresh, second, third, again) == (True, False, True, number)
    found = handoffs.get(db, number)
    assert found is not None and (found.form, found.made_by) == (FORM, "Ani")
    assert [one.id for one in handoffs.of_incident(db, incident.id)] == [number, other]
    assert [one.id for one in handoffs.newest(db, 1)] == [other]


def test_a_ticket_is_stored_once_and_makes_room_for_another_form(
    db: Database, incident: Incident
) -> None:
    with db.atomic():
        number, _ = handoffs.make(db, incident, None, "lapor", FORM, "Ani", NOW)
        assert handoffs.ticket(db, number, "123456", NOW + DAY, "Ani", NOW)
        assert not handoffs.ticket(db, number, "999999", None, "Budi", NOW)
        assert not handoffs.wait(db, number, "Ani", NOW)
        assert handoffs.make(db, incident, None, "lapor", FORM, "Ani", NOW)[1]
    found = handoffs.get(db, number)
    assert found is not None
    assert (found.ticket, found.ticket_by, found.due_at) == ("123456", "Ani", NOW + DAY)


def test_what_waits_is_reminded_once_a_morning(db: Database, incident: Incident) -> None:
    with db.atomic():
        number, _ = handoffs.make(db, incident, None, "lapor", FORM, "Ani", NOW)
        handoffs.show(db, number, HERE, NOW)
        assert handoffs.wait(db, number, "Ani", NOW)
        assert not handoffs.wait(db, number, "Ani", NOW)
    (waiting,) = handoffs.waiting(db)
    assert waiting.state is HandoffState.WAITING
    morning = NOW + DAY
    with db.atomic():
        assert not handoffs.remind(db, waiting, NOW - DAY, NOW)
        assert handoffs.remind(db, waiting, morning, morning)
        assert not handoffs.remind(db, waiting, morning, morning + DAY / 2)
        handoffs.tell(db, waiting, 1, "Masih menunggu", morning)
        handoffs.refresh(db, number, morning)
    news = [n for n in notices.every(db) if n.kind is NoticeKind.HANDOFF_NEWS]
    assert [handoffs.handoff_of_news(n.subject_id) for n in news] == [number]
    assert [place.id for place in handoffs.places(db, number)] == [HERE.id]
