"""An exercise as tests need it: the shipped scenario in numbers, and an office to hold it in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from monitor.drill.scenario import read_scenario
from monitor.messages.drill_page import Sheet, sheet
from monitor.records import Level
from monitor.records.drill import DrillScore, Goal, Happened, Scenario, Timed
from tests.world import PROJECT, RuleClassifier

DRILLS = PROJECT / "data" / "drill"
BEGAN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 09.00 WIB
MINUTE = timedelta(minutes=1)


class Light(RuleClassifier):
    """The classifier of tests, as the product loads it."""

    trouble = None


def drawn_once(*_: object) -> Sheet:
    """A sheet for exercises whose sheet is not looked at: drawing one takes most of a second."""
    return _sheet()


@cache
def _sheet() -> Sheet:
    return sheet(scored(), ZoneInfo("Asia/Jakarta"))


def scenario(name: str = "banjir") -> Scenario:
    return read_scenario(DRILLS, name)


def timed(topic: str = "banjir_bencana", opened: float = 4, **more: Any) -> Timed:
    """An incident that went as it should; ``opened`` in minutes of the exercise."""
    given: dict[str, Any] = {
        "minutes": {
            Goal.APPEAR: 4.0,
            Goal.TAKE: 7.2,
            Goal.SUGGEST: 0.2,
            Goal.APPROVE: 19.0,
            Goal.SEND: 19.4,
        },
        "by": {Goal.TAKE: "Ani", Goal.APPROVE: "Budi, Citra"},
        **more,
    }
    return Timed(topic, "Banjir & bencana", BEGAN + opened * MINUTE, Level.AWAS, **given)


def scored(*incidents: Timed, **more: Any) -> DrillScore:
    """A result around these incidents, else around one that went well."""
    given: dict[str, Any] = {
        "scenario": scenario(),
        "started_at": BEGAN,
        "ended_at": BEGAN + 45 * MINUTE,
        "incidents": incidents or (timed(),),
        "guard_held": 0,
        "urgent": 5,
        "urgent_unanswered": 0,
        "replies": 2,
        "comments": 69,
        "timeline": (Happened(4, "Kartu muncul: Waspada"), Happened(11, "Diambil", "Ani")),
        "counts": ((5, 4), (6, 5)),
        "people": (("Ani", ("mengambil",)), ("Budi", ("menyetujui 2 kali",))),
        **more,
    }
    return DrillScore(**given)
