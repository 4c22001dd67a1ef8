"""What ``siaga check`` tells of people, signatures and the rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.incidents.rota import Pair, Rota
from monitor.records import Role
from monitor.steps import readiness
from monitor.store import invites, people
from tests.making import NOW

ZONE = ZoneInfo("Asia/Jakarta")
TODAY = NOW.astimezone(ZONE).date()
ROTA = Rota((Pair("Ani", "Budi"), Pair("Budi")), TODAY, TODAY.weekday())


def person(db: Database, name: str, telegram_id: int | None, *roles: Role) -> None:
    people.add(db, name, roles, telegram_id, "cli", NOW)


@pytest.fixture
def staffed(db: Database) -> Database:
    person(db, "Ani", 1, Role.HUMAS)
    person(db, "Budi", 2, Role.ADMIN)
    return db


def troubles(db: Database, rota: Rota = ROTA) -> list[str]:
    return list(readiness.rota_troubles(db, rota, NOW, ZONE))


def test_an_office_needs_an_admin(db: Database) -> None:
    person(db, "Ani", 1, Role.HUMAS)
    with pytest.raises(ConfigError, match=r"no admin.*accepted: at least one"):
        readiness.admins(db)
    person(db, "Budi", None, Role.ADMIN)
    assert readiness.admins(db) == "1 admins: Budi"


def test_as_many_admins_as_signatures_must_be_reached(staffed: Database) -> None:
    assert readiness.signatures(staffed, 1) == "1 admins can sign, a reply at Awas needs 1"
    person(staffed, "Citra", None, Role.ADMIN)
    person(staffed, "Dewi", 4, Role.ADMIN)
    assert readiness.signatures(staffed, 2).startswith("2 admins")
    people.mark_unreachable(staffed, 4, "blocked by the user")
    told = "awas = 2, but Telegram reaches 1 admins: .* accepted: another admin"
    with pytest.raises(ConfigError, match=told):
        readiness.signatures(staffed, 2)


def test_a_good_rota_has_no_trouble(staffed: Database) -> None:
    assert troubles(staffed) == []


def test_each_name_that_cannot_keep_watch_is_told_once(staffed: Database) -> None:
    person(staffed, "Eko", 5, Role.OPD, Role.TRAINER)
    person(staffed, "Fitri", 6)
    person(staffed, "Gani", 7, Role.HUMAS)
    people.deactivate(staffed, "Gani", "cli", NOW)
    pairs = (Pair("Ani", "Eko"), Pair("Fitri", "Siapa"), Pair("Siapa", "Gani"))
    assert troubles(staffed, replace(ROTA, pairs=pairs)) == [
        "jaga.toml: [[regu]] Eko: is opd, trainer; accepted: humas or admin",
        "jaga.toml: [[regu]] Fitri: is nothing; accepted: humas or admin",
        "jaga.toml: [[regu]] Siapa: not registered; accepted: a name of siaga people list",
        "jaga.toml: [[regu]] Gani: left; accepted: the name of somebody active",
    ]


def test_who_took_over_stands_for_the_name_that_is_written(staffed: Database) -> None:
    code = invites.make(staffed, "Rina", [Role.HUMAS], None, "Ani", "Budi", NOW)
    invites.use(staffed, code, 9, NOW)
    assert troubles(staffed) == []
    people.add(staffed, "Rina", [Role.TRAINER], None, "Budi", NOW)
    (told,) = troubles(staffed)
    assert told.startswith("jaga.toml: [[regu]] Ani (now Rina): is trainer; ")


def test_a_start_is_a_day_of_change_and_not_in_the_future(staffed: Database) -> None:
    tuesday = Rota(ROTA.pairs, date(2020, 3, 3), 0)
    assert troubles(staffed, tuesday) == [
        "jaga.toml: [giliran] mulai: 2020-03-03 is a selasa; accepted: a senin, the day of change "
        "(hari)"
    ]
    later = TODAY + timedelta(days=7)
    (told,) = troubles(staffed, replace(ROTA, first=later))
    assert f"mulai: {later} is in the future; accepted: a " in told
