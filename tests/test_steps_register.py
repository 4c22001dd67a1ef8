"""What a successor takes over besides the role: turns of duty, absences, incidents, questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents.rota import Pair
from monitor.records import (
    EventKind,
    IncidentId,
    IncidentState,
    NoticeKind,
    Person,
    Role,
)
from monitor.steps import register
from monitor.steps.answer import Answer
from monitor.steps.calling import duty_now, rota_now
from monitor.steps.decide import silence
from monitor.steps.register import Made
from monitor.steps.tools import Tools
from monitor.store import absences, audit, incidents, notices, people
from tests.on_duty import ROTA, WEEK, with_rota
from tests.world import NOW, make_tools, open_world, seed_incident, seed_people

NEW = 777
FIRST = ROTA.pairs[0].petugas
HOUR = timedelta(hours=1)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return with_rota(make_tools(tmp_path))


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_people(opened)
    yield opened
    opened.close()


def known(db: Database, name: str) -> Person:
    found = people.by_name(db, name)
    assert found is not None
    return found


def succeed(db: Database, tools: Tools, old: str, new: str, telegram_id: int = NEW) -> None:
    made = register.hand_over(db, known(db, "Budi"), known(db, old), new, NOW)
    assert isinstance(made, Made)
    joined = register.join(db, tools, made.code, telegram_id, NOW)
    assert not isinstance(joined, Answer)


def test_names_of_the_rota_lead_to_the_successor(db: Database, tools: Tools) -> None:
    before = duty_now(db, tools, NOW)
    assert before is not None and before.petugas is not None
    succeed(db, tools, before.petugas, "Rina")
    after = duty_now(db, tools, NOW)
    assert after is not None
    assert (after.petugas, after.cadangan) == ("Rina", before.cadangan)


def test_of_a_pair_whose_stand_in_took_over_one_is_left(db: Database, tools: Tools) -> None:
    pair = ROTA.pairs[0]
    assert pair.cadangan is not None
    number = known(db, pair.cadangan).telegram_id
    assert number is not None
    succeed(db, tools, pair.petugas, pair.cadangan, number)
    rota = rota_now(db, tools)
    assert rota is not None and rota.pairs[0] == Pair(pair.cadangan, None)


def test_who_stands_in_for_somebody_has_a_successor(db: Database, tools: Tools) -> None:
    with db.atomic():
        absences.add(db, FIRST, "Dewi", NOW, NOW + WEEK, "sakit", FIRST)
        absences.add(db, "Fitri", "Dewi", NOW - WEEK, NOW, "sakit", "Fitri")
    succeed(db, tools, "Dewi", "Rina")
    assert [one.stand_in for one in absences.running(db, NOW - HOUR)] == ["Rina", "Dewi"]


def test_a_silence_outlasts_the_change_of_its_holder(db: Database, tools: Tools) -> None:
    number = seed_incident(db).id
    silence(db, tools, known(db, "Ani"), number, 4 * HOUR, "menunggu OPD", NOW)
    succeed(db, tools, "Ani", "Rina")
    found = incidents.get(db, number)
    assert found is not None
    assert (found.holder, found.state, found.silenced_until) == (
        "Rina",
        IncidentState.SILENCED,
        NOW + 4 * HOUR,
    )


def test_only_what_is_live_and_held_by_the_old_one_moves(db: Database, tools: Tools) -> None:
    theirs, others, free = (seed_incident(db, topic).id for topic in tools.topics[:3])
    for number, holder in ((theirs, "Ani"), (others, "Budi")):
        db.execute("UPDATE incident SET holder = ? WHERE id = ?", (holder, number))
    db.conn.commit()
    succeed(db, tools, "Ani", "Rina")
    holders = [incidents.get(db, IncidentId(n)).holder for n in (theirs, others, free)]  # type: ignore[union-attr]
    assert holders == ["Rina", "Budi", None]
    moved = [
        e.incident_id
        for n in (theirs, others, free)
        for e in incidents.events(db, n)
        if e.kind is EventKind.HANDED_OVER
    ]
    assert moved == [theirs]


def test_what_fails_in_the_middle_changes_nothing(db: Database, tools: Tools) -> None:
    number = seed_incident(db).id
    db.execute("UPDATE incident SET holder = 'Ani'")
    db.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'penuh'); END"
    )
    db.conn.commit()
    made = register.hand_over(db, known(db, "Budi"), known(db, "Ani"), "Rina", NOW)
    assert isinstance(made, Made)
    with pytest.raises(Exception, match="penuh"):
        register.join(db, tools, made.code, NEW, NOW)
    assert (known(db, "Ani").active, people.by_name(db, "Rina")) == (True, None)
    assert incidents.get(db, number).holder == "Ani"  # type: ignore[union-attr]
    db.execute("DROP TRIGGER broken")
    assert not isinstance(register.join(db, tools, made.code, NEW, NOW), Answer)
    assert audit.broken_at(db) is None


def test_each_admin_but_the_new_one_is_told(db: Database, tools: Tools) -> None:
    made = register.invite(db, known(db, "Budi"), "Rina", Role.ADMIN, None, NOW)
    assert isinstance(made, Made)
    register.join(db, tools, made.code, NEW, NOW)
    told = [n.chat_id for n in notices.every(db) if n.kind is NoticeKind.PERSONAL]
    assert told == [102, 103]


def test_an_admin_without_telegram_is_told_nothing(db: Database, tools: Tools) -> None:
    people.add(db, "Lokal", [Role.ADMIN], None, "cli", NOW)
    succeed(db, tools, "Ani", "Rina")
    assert sorted({n.chat_id for n in notices.every(db)}) == [101, 102, 103, NEW]


def test_agencies_are_known_by_any_of_their_names(tools: Tools) -> None:
    short = register.opd_names(tools.knowledge)[0]
    assert register.opd_named(tools.knowledge, short.upper()) == short
    assert register.opd_named(tools.knowledge, "Dinas Khayalan") is None
    assert register.opd_named(tools.knowledge, None) is None
