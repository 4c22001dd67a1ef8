"""An office with a rota, for tests: who is on duty in the weeks around ``tests.world.NOW``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from sqlite_utils import Database

from monitor.incidents.duty_file import DutyPlan
from monitor.incidents.quiet import Quiet
from monitor.incidents.rota import Pair, Rota
from monitor.records import AbsenceId, EventKind, IncidentId, Person
from monitor.steps.duty import away
from monitor.steps.tools import Tools
from monitor.store import absences, calls, incidents, people
from tests.world import NOW, MemoryChannel, open_world

# This week Ani with Budi, next week Citra with Ani; changes on Monday, 08.00 WIB.
ROTA = Rota((Pair("Ani", "Budi"), Pair("Citra", "Ani")), date(2026, 3, 2))
NIGHT = Quiet(time(21), time(6))
MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7),
)


class Killed(BaseException):
    """The process died here: nothing may catch it."""


def with_rota(tools: Tools, rota: Rota | None = ROTA, quiet: Quiet | None = None) -> Tools:
    """The same tools, of an office with this rota."""
    plan = replace(DutyPlan(), rota=rota, quiet=quiet)
    return replace(tools, knowledge=replace(tools.knowledge, duty=plan))


def killed_at(tools: Tools, name: str) -> Tools:
    """The same tools, in a process that dies at a boundary."""

    def boundary(reached: str) -> None:
        if reached == name:
            raise Killed(name)

    return replace(tools, boundary=boundary)


def dies(tools: Tools, name: str, run: Callable[[Database, Tools], object]) -> bool:
    """Run something on a database of its own until it dies; whether it did."""
    db = open_world(tools)
    try:
        run(db, killed_at(tools, name))
    except Killed:
        return True
    finally:
        db.conn.rollback()
        db.conn.close()
    return False


def person(db: Database, name: str) -> Person:
    """Somebody of the register."""
    found = people.by_name(db, name)
    assert found is not None
    return found


def reasons(db: Database) -> list[str]:
    """Why the first incident's calls were made."""
    return [e.reason for e in incidents.events(db, IncidentId(1)) if e.kind is EventKind.ESCALATED]


def called(db: Database) -> list[tuple[str, int]]:
    """Whom, and how many minutes after ``NOW``."""
    return [
        (call.who.person, (call.at - NOW) // MINUTE)
        for call in calls.of_incident(db, IncidentId(1))
        if call.who.skipped is None
    ]


def texts(channel: MemoryChannel, chat: int) -> list[str]:
    """What stands in a chat now."""
    return [message.text for message in channel.shown.get(chat, {}).values()]


def sent(channel: MemoryChannel, chat: int) -> list[str]:
    """What was sent to a chat, in order."""
    return [message.text for place, message in channel.sent if place.chat_id == chat]


def ani_away(db: Database, tools: Tools, *, whole_turn: bool = False) -> AbsenceId:
    """Ani is away from ``NOW`` on; the absence's number."""
    assert away(db, tools, person(db, "Ani"), NOW, whole_turn=whole_turn).done
    (absence,) = absences.running(db, NOW)
    return absence.id
