"""The clock of open questions: reminders, the agency's head, and chats that take no messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.records import EventKind, NoticeKind, QuestionId, Role
from monitor.steps import chase as chasing
from monitor.steps import questions as asking
from monitor.steps.chase import chase, reminders
from monitor.steps.views import card_view
from monitor.store import incidents, notices, people, questions
from tests.opd_world import BPBD, OFFICE, Asked, shown
from tests.world import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    world = Asked(tmp_path, head="Kepala BPBD")
    yield world
    world.db.close()


def overdue(asked: Asked) -> int:
    found = incidents.events(asked.db, asked.incident.id)
    return sum(event.kind is EventKind.OVERDUE for event in found)


@pytest.mark.parametrize(
    ("kind", "days"), [("tanggap", [3]), ("informasi", [5, 6]), ("pelayanan", [11, 26])]
)
def test_reminders_come_at_half_and_a_day_before_the_end(
    asked: Asked, kind: str, days: list[int]
) -> None:
    question = asked.ask(kind=kind)
    local = [at.astimezone(asked.tools.zone) for at in reminders(asked.tools, question)]
    assert [(at.day, at.hour) for at in local] == [(day, 8) for day in days]


def test_a_silent_agency_is_reminded_twice_and_then_its_head_is_called_once(asked: Asked) -> None:
    asked.ask()
    done = 0
    for hours in range(0, 24 * 9, 3):
        done += chase(asked.db, asked.tools, NOW + hours * HOUR)
        shown(asked, NOW + hours * HOUR)
    assert done == 3
    first, second, head = asked.texts(BPBD)[1:]
    assert "(2 hari kerja lagi)" in first and "(hari kerja berikutnya)" in second
    assert head.startswith("⏰ Yth. Kepala BPBD,")
    assert sum("disampaikan kepada Kepala BPBD" in one for one in asked.texts(OFFICE)) == 1
    assert overdue(asked) == 1
    late = card_view(asked.db, asked.tools, asked.incident, NOW + 9 * DAY).waiting
    assert late == ["⏰ BPBD belum menjawab, batasnya Sen 9 Mar"]


def test_a_head_who_can_be_reached_is_told_in_private(asked: Asked) -> None:
    people.add(asked.db, "Kepala BPBD", [Role.PIMPINAN], 301, "siaga", NOW)
    asked.ask("BPBD", "tanggap")
    chase(asked.db, asked.tools, NOW + 5 * DAY)
    shown(asked, NOW + 5 * DAY)
    assert asked.texts(301)[0].startswith("⏰ Yth. Kepala BPBD,")
    # Nobody knows yet whether the bot may write to this head, so the agency's chat hears it too.
    assert len(asked.texts(BPBD)) == 2
    with asked.db.atomic():
        asked.db.conn.execute("UPDATE person SET met_at = 1 WHERE name = 'Kepala BPBD'")
    asking.withdraw(asked.db, asked.who("Ani"), QuestionId(1), NOW)
    asked.ask("BPBD", "tanggap")
    chase(asked.db, asked.tools, NOW + 5 * DAY)
    shown(asked, NOW + 5 * DAY)
    assert len(asked.texts(301)) == 2
    assert sum("Yth." in one for one in asked.texts(BPBD)) == 1


def test_an_agency_without_head_or_chat_is_told_to_the_office(asked: Asked) -> None:
    asked.ask("PLN", "tanggap")
    chase(asked.db, asked.tools, NOW + 5 * DAY)
    shown(asked, NOW + 5 * DAY)
    assert any(
        "PLN belum menjawab" in one and "belum tercatat" in one for one in asked.texts(OFFICE)
    )


def test_a_chat_that_takes_no_messages_is_told_to_the_office_once(asked: Asked) -> None:
    asked.ask()
    notice = next(n for n in notices.every(asked.db) if n.chat_id == BPBD)
    notices.fail(asked.db, notice, "kicked", NOW, permanent=True)
    assert [chase(asked.db, asked.tools, NOW) for _ in range(2)] == [1, 0]
    shown(asked)
    assert any("tidak dapat dikirim ke grup BPBD" in one for one in asked.texts(OFFICE))


def test_with_nowhere_to_tell_it_nothing_is_told(asked: Asked) -> None:
    question = asked.ask()
    notice = next(n for n in notices.every(asked.db) if n.chat_id == BPBD)
    notices.fail(asked.db, notice, "kicked", NOW, permanent=True)
    people.register_chats(asked.db, [])
    with asked.db.atomic():
        asked.db.conn.execute("DELETE FROM notice WHERE text = 'office'")
    assert chase(asked.db, asked.tools, NOW) == 0
    assert questions.unheard(asked.db) == [question]


class KilledError(Exception):
    """The process was killed."""


@pytest.mark.parametrize("place", ["chase:before-write", "chase:after-write"])
@pytest.mark.parametrize("days", [4, 9])
def test_a_kill_neither_doubles_nor_loses_a_reminder(asked: Asked, place: str, days: int) -> None:
    asked.ask()

    def die(name: str) -> None:
        if name == place:
            raise KilledError

    with pytest.raises(KilledError):
        chase(asked.db, replace(asked.tools, boundary=die), NOW + days * DAY)
    chase(asked.db, asked.tools, NOW + days * DAY)
    news = [n for n in notices.every(asked.db) if n.kind is NoticeKind.QUESTION_NEWS]
    assert len([n for n in news if n.chat_id == BPBD]) == 1


def test_what_another_worker_did_meanwhile_is_not_done_again(asked: Asked) -> None:
    question = asked.ask()
    with asked.db.atomic():
        questions.remind(asked.db, question, 2, NOW)
    assert chasing._remind(asked.db, asked.tools, question, NOW + 4 * DAY) == 0
    with asked.db.atomic():
        questions.escalate(asked.db, question, NOW)
    assert chasing._escalate(asked.db, asked.tools, question, NOW + 9 * DAY) == 0
