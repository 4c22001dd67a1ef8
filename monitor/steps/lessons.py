"""What people's "bukan krisis" of the last two months does to each issue's thresholds. Reads only.

See ``monitor.incidents.lessons`` for the rule; ``budget`` puts it together with the budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.incidents.lessons import NO_LESSON, Lesson, learned, mattered, together
from monitor.records import Reading
from monitor.spikes import Rules
from monitor.steps.tools import Tools
from monitor.store import attention

REMEMBERED: Final = timedelta(days=60)

Lessons = Mapping[str, Lesson]


def lessons(db: Database, tools: Tools, written: Mapping[str, Rules], now: datetime) -> Lessons:
    """The lesson of every issue that has one; ``written`` are the rules as in config.toml."""
    found = attention.verdicts(db, now - REMEMBERED)
    learnt = {
        topic: learned(said, written[topic].waspada, written[topic].awas)
        for topic, said in found.items()
        if topic in written
    }
    return {topic: lesson for topic, lesson in learnt.items() if lesson.times > 1}


def taught(written: Mapping[str, Rules], learnt: Lessons, times: float) -> dict[str, Rules]:
    """The rules made stricter by the budget's ``times`` and by each issue's lesson."""
    return {
        topic: rules.stricter(together(times, learnt.get(topic, NO_LESSON)))
        for topic, rules in written.items()
    }


def spoke(lesson: Lesson, written: Rules, times: float, reading: Reading) -> bool:
    """Whether an issue's level would be higher without its lesson, the budget left as it is."""
    plain, raised = written.stricter(times), written.stricter(together(times, lesson))
    return any(
        mattered(reading.score, getattr(plain, name), getattr(raised, name))
        for name in ("waspada", "siaga")
    )
