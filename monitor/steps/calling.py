"""Who would be called for an incident now: the chain of the file, filled with people who are there.

Reads only. Judging asks it too, because an incident is not forgotten while people are being called.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents.escalation import CallStep
from monitor.incidents.rota import Duty, Rota, on_duty
from monitor.records import Callee, Level, Person, Role, Rung, Skip
from monitor.steps.tools import Tools
from monitor.store import absences, people

_OF_THE_ROTA = (Rung.PETUGAS, Rung.CADANGAN)
_ROLES = {Rung.ADMIN: Role.ADMIN, Rung.PIMPINAN: Role.PIMPINAN}


def duty_now(db: Database, tools: Tools, now: datetime) -> Duty | None:
    """Who is on duty; None where the office has no rota."""
    rota = rota_now(db, tools)
    if rota is None:
        return None
    return on_duty(rota, absences.running(db, now), now, tools.zone)


def rota_now(db: Database, tools: Tools) -> Rota | None:
    """The rota of the file, where names of people who handed over lead to their successors."""
    rota = tools.knowledge.duty.rota
    if rota is None:
        return None
    names = {name for pair in rota.pairs for name in (pair.petugas, pair.cadangan) if name}
    return rota.now_named(people.successors(db, names))


def callees(db: Database, tools: Tools, rung: Rung, now: datetime) -> list[Callee]:
    """The people of a step, with those who cannot be called and why; never empty."""
    if rung in _OF_THE_ROTA:
        duty = duty_now(db, tools, now)
        name = duty and (duty.petugas if rung is Rung.PETUGAS else duty.cadangan)
        return [_by_name(db, rung, name)] if name else [Callee(rung, "", skipped=Skip.NOBODY)]
    holders = [one for one in people.every(db) if one.active and _ROLES[rung] in one.roles]
    found = [_callee(rung, person) for person in holders]
    reachable = [one for one in found if one.skipped is None]
    return reachable or found or [Callee(rung, "", skipped=Skip.NOBODY)]


def steps_now(db: Database, tools: Tools, level: Level, now: datetime) -> tuple[CallStep, ...]:
    """The steps of a level that this office can take; none when nobody could be called at all."""
    plan = tools.knowledge.duty
    steps = tuple(
        step
        for step in plan.chain.get(level, ())
        if plan.rota is not None or step.rung not in _OF_THE_ROTA
    )
    reachable = any(
        one.skipped is None for step in steps for one in callees(db, tools, step.rung, now)
    )
    return steps if reachable else ()


def calls_by_level(db: Database, tools: Tools, now: datetime) -> Mapping[Level, int]:
    """How many steps each level has; an incident is forgotten only after the last one."""
    return {level: len(steps_now(db, tools, level, now)) for level in Level}


def _by_name(db: Database, rung: Rung, name: str) -> Callee:
    person = people.by_name(db, name)
    if person is None or not person.active:
        return Callee(rung, name, skipped=Skip.UNKNOWN)
    return _callee(rung, person)


def _callee(rung: Rung, person: Person) -> Callee:
    if person.telegram_id is None:
        return Callee(rung, person.name, skipped=Skip.NO_TELEGRAM)
    lost = Skip.BLOCKED if person.unreachable else None
    return Callee(rung, person.name, person.telegram_id, lost)
