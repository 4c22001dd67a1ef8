"""The whole way: people are called first, and only then is an incident forgotten, ever slower."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.incidents.duty_file import DutyPlan
from monitor.incidents.escalation import chain_of
from monitor.records import EventKind, Level, Rung
from monitor.steps.escalate import escalate
from monitor.steps.judge import judge
from tests.day import MINUTE, Day
from tests.on_duty import ROTA
from tests.world import NOW, seed_people

STEPS = {Rung.PETUGAS: 5, Rung.CADANGAN: 20, Rung.ADMIN: 40}
PLAN = DutyPlan(ROTA, chain=chain_of(dict.fromkeys(Level, STEPS)))


def test_reminders_begin_after_the_last_call(tmp_path: Path) -> None:
    with Day(tmp_path) as day:
        tools = replace(day.tools, knowledge=replace(day.tools.knowledge, duty=PLAN))
        seed_people(day.db)
        day.tick()
        begin = NOW + 10 * MINUTE
        day.flood(14, begin)
        day.read(begin)
        for minute in range(0, 125, 5):
            judge(day.db, tools, begin + minute * MINUTE)
            escalate(day.db, tools, begin + minute * MINUTE)
        (incident,) = day.live()
        told = [
            (event.kind, (event.at - incident.opened_at) // MINUTE)
            for event in day.events()
            if event.kind is not EventKind.OPENED
        ]
        assert told == [
            (EventKind.ESCALATED, 5),
            (EventKind.ESCALATED, 20),
            (EventKind.ESCALATED, 40),
            (EventKind.FORGOTTEN, 80),
        ]
