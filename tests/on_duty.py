"""An office with a rota, for tests: who is on duty in the weeks around ``tests.world.NOW``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from sqlite_utils import Database

from monitor.incidents.duty_file import DutyPlan
from monitor.incidents.quiet import Quiet
from monitor.incidents.rota import Pair, Rota
from monitor.steps.tools import Tools
from tests.world import open_world

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
