"""Whether the people that alerts need are there: admins, signatures, and the names of the rota.

For ``siaga check``; reads only. Each function gives what is good, or raises what is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.incidents import Action, allowed
from monitor.incidents.duty_file import DAYS
from monitor.incidents.rota import Rota
from monitor.records import Person
from monitor.store import people

_INVITE = "siaga people invite NAME --role admin"


def admins(db: Database) -> str:
    """Who decides.

    Raises:
        ConfigError: nobody does.
    """
    found = people.admins(db)
    if not found:
        raise ConfigError(
            "people: no admin: nobody can approve a reply; accepted: at least one: "
            "siaga people add NAME --role admin --telegram ID"
        )
    return f"{len(found)} admins: {', '.join(person.name for person in found)}"


def signatures(db: Database, needed: int) -> str:
    """Whether enough admins can sign a reply at Awas.

    Raises:
        ConfigError: it could never go out.
    """
    found = [
        one for one in people.admins(db) if one.telegram_id is not None and not one.unreachable
    ]
    if len(found) < needed:
        raise ConfigError(
            f"[replies.signatures] awas = {needed}, but Telegram reaches {len(found)} admins: "
            f"replies at Awas would wait forever; accepted: another admin ({_INVITE}), or fewer "
            "signatures"
        )
    return f"{len(found)} admins can sign, a reply at Awas needs {needed}"


def rota_troubles(db: Database, rota: Rota, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """What is wrong with the rota of data/jaga.toml, a sentence each."""
    yield from _start_troubles(rota, now, zone)
    replaced = people.successors(db, _names(rota))
    known = {person.name: person for person in people.every(db)}
    for name in _names(rota):
        holder = replaced.get(name, name)
        trouble = _trouble(known.get(holder))
        if trouble:
            now_named = f" (now {holder})" if holder != name else ""
            yield f"jaga.toml: [[regu]] {name}{now_named}: {trouble}"


def _names(rota: Rota) -> list[str]:
    names = [name for pair in rota.pairs for name in (pair.petugas, pair.cadangan) if name]
    return list(dict.fromkeys(names))


def _trouble(person: Person | None) -> str:
    if person is None:
        return "not registered; accepted: a name of siaga people list"
    if not person.active:
        return "left; accepted: the name of somebody active"
    if not allowed(person.roles, Action.ROTA):
        return f"is {', '.join(sorted(person.roles)) or 'nothing'}; accepted: humas or admin"
    return ""


def _start_troubles(rota: Rota, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    where = f"jaga.toml: [giliran] mulai: {rota.first}"
    day, change = DAYS[rota.first.weekday()], DAYS[rota.weekday]
    if day != change:
        yield f"{where} is a {day}; accepted: a {change}, the day of change (hari)"
    if rota.first > now.astimezone(zone).date():
        yield f"{where} is in the future; accepted: a {change} up to today"
