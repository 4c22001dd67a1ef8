"""Panggil atasan: the next of the chain is called at once, by whom may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers, escalation
from monitor.records import Incident, IncidentId, IncidentState, Level
from monitor.steps import decide
from monitor.steps.escalate import BEFORE, escalate, escalate_now
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import audit, incidents
from tests.on_duty import MINUTE, called, person, reasons, texts, with_rota
from tests.world import (
    NOW,
    MemoryChannel,
    make_reading,
    make_tools,
    open_world,
    seed_chat,
    seed_incident,
    seed_people,
)

CHAT = -1001234
WAVE = "salinan:1"


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def tools(tmp_path: Path, channel: MemoryChannel) -> Tools:
    return with_rota(make_tools(tmp_path, channel=channel))


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, CHAT)
    seed_people(opened)
    yield opened
    opened.close()


def get(db: Database, number: int = 1) -> Incident:
    found = incidents.get(db, IncidentId(number))
    assert found is not None
    return found


# Panggil atasan


def test_the_next_is_called_at_once_when_somebody_asks(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_incident(db, level=Level.SIAGA)
    notify(db, tools, NOW)
    at = NOW + MINUTE
    answer = escalate_now(db, tools, person(db, "Ani"), IncidentId(1), at)
    assert (answer.text, answer.done) == ("Dipanggil: Budi.", True)
    assert get(db).escalated == 2, "nobody calls themselves"
    assert reasons(db) == ["diminta Ani; memanggil cadangan Budi"]
    assert audit.newest(db, 1)[0]["action"] == "escalated"
    notify(db, tools, at)
    assert "Ani meminta bantuan." in texts(channel, CHAT)[1]
    assert "Ani meminta bantuan Anda (10.01 WIB)." in texts(channel, 102)[0]
    assert escalate_now(db, tools, person(db, "Ani"), IncidentId(1), at).done
    last = escalate_now(db, tools, person(db, "Ani"), IncidentId(1), at)
    assert (last.text, last.done) == (escalation.NOBODY_LEFT, False)


def test_who_holds_it_may_call_as_well_even_when_it_calms_down(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)
    decide.take(db, person(db, "Budi"), IncidentId(1), NOW)
    incidents.observe(db, get(db), make_reading(level=Level.NORMAL), None)
    assert escalate_now(db, tools, person(db, "Budi"), IncidentId(1), NOW).text == "Dipanggil: Ani."
    assert get(db).state is IncidentState.ACKNOWLEDGED


def test_calls_are_refused_with_the_reason(db: Database, tools: Tools) -> None:
    ani = person(db, "Ani")
    assert escalate_now(db, tools, person(db, "Eko"), IncidentId(1), NOW).text.startswith("Maaf")
    assert escalate_now(db, tools, ani, IncidentId(1), NOW).text == answers.GONE
    seed_incident(db, level=Level.WASPADA)
    none = with_rota(tools, None)
    assert escalate_now(db, none, ani, IncidentId(1), NOW).text == escalation.NO_CHAIN
    decide.resolve(db, ani, IncidentId(1), NOW)
    over = escalate_now(db, tools, ani, IncidentId(1), NOW)
    assert over.text == answers.already("Ani")


def test_of_two_presses_at_once_one_calls(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)

    def other(name: str) -> None:
        if name == BEFORE and not called(db):
            escalate(db, tools, NOW + 5 * MINUTE)

    late = escalate_now(
        db, replace(tools, boundary=other), person(db, "Budi"), IncidentId(1), NOW + 5 * MINUTE
    )
    assert (late.text, late.done) == (escalation.JUST_CALLED, False)
    assert called(db) == [("Ani", 5)]
