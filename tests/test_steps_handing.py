"""Handing over and opening again: who may, what is written, who is told, and who wins a race."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action
from monitor.messages import answers
from monitor.messages import handing as words
from monitor.records import (
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    NoticeKind,
    Person,
    PersonId,
    Role,
)
from monitor.steps import decide, handing
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.store import audit, incidents, notices, people
from tests.world import NOW, PEOPLE, make_tools, open_world, seed_incident, seed_people

HOUR = timedelta(hours=1)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


@pytest.fixture
def team(db: Database) -> dict[str, Person]:
    return seed_people(db)


def now_is(db: Database, incident: Incident) -> Incident:
    found = incidents.get(db, incident.id)
    assert found is not None
    return found


def notes(db: Database) -> dict[int, str]:
    """Private messages that are wanted, by chat."""
    return {n.chat_id: n.text or "" for n in notices.every(db) if n.kind is NoticeKind.PERSONAL}


def give(db: Database, tools: Tools, who: Person, incident: Incident, to: PersonId) -> Answer:
    return handing.hand_over(db, tools, who, incident.id, to, NOW)


# Handing over


def test_the_colleague_holds_it_and_both_are_told(
    db: Database, tools: Tools, team: dict[str, Person]
) -> None:
    incident = seed_incident(db)
    decide.take(db, team["Ani"], incident.id, NOW)
    answer = give(db, tools, team["Budi"], incident, team["Citra"].id)
    assert answer == Answer("Diserahkan ke Citra.", done=True)
    after = now_is(db, incident)
    assert (after.state, after.holder) == (IncidentState.ACKNOWLEDGED, "Citra")
    last = incidents.events(db, incident.id)[-1]
    assert (last.kind, last.reason, last.actor) == (
        EventKind.HANDED_OVER,
        "dari Ani ke Citra",
        "Budi",
    )
    assert audit.newest(db, 1)[0]["action"] == "handed_over"
    told = notes(db)
    assert set(told) == {PEOPLE["Ani"][0], PEOPLE["Citra"][0]}
    assert told[PEOPLE["Citra"][0]].splitlines() == [
        "🤝 Budi menyerahkan kepada Anda:",
        f"🟠 <b>Siaga · Banjir &amp; bencana</b> #{incident.id}",
        "12 komentar negatif dalam 3 jam, biasanya 2 (0–6)",
        "Sejak 08.00 WIB. Kartunya ada di grup, kini atas nama Anda.",
    ]
    assert "kini ditangani Citra. Terima kasih." in told[PEOPLE["Ani"][0]]


def test_who_presses_is_told_by_the_answer_alone(
    db: Database, tools: Tools, team: dict[str, Person]
) -> None:
    incident = seed_incident(db)
    assert give(db, tools, team["Ani"], incident, team["Ani"].id).done  # takes it over
    assert notes(db) == {}
    assert incidents.events(db, incident.id)[-1].reason == "dari Ani ke Ani"
    assert give(db, tools, team["Ani"], incident, team["Budi"].id).done
    assert set(notes(db)) == {PEOPLE["Budi"][0]}


def test_a_wave_is_handed_over_in_its_own_measure(
    db: Database, tools: Tools, team: dict[str, Person]
) -> None:
    wave = seed_incident(db, "salinan:1")
    give(db, tools, team["Ani"], wave, team["Budi"].id)
    assert "12 salinan dari 1 akun" in notes(db)[PEOPLE["Budi"][0]]


def test_who_has_no_telegram_is_still_given_it(
    db: Database, tools: Tools, team: dict[str, Person]
) -> None:
    gita = people.add(db, "Gita", [Role.HUMAS], None, "siaga", NOW)
    incident = seed_incident(db)
    assert give(db, tools, team["Ani"], incident, gita.id).done
    assert notes(db) == {}
    assert now_is(db, incident).holder == "Gita"


def test_only_active_humas_and_admins_who_do_not_hold_it_are_offered(
    db: Database, team: dict[str, Person]
) -> None:
    incident = seed_incident(db)
    decide.take(db, team["Ani"], incident.id, NOW)
    people.deactivate(db, "Citra", "siaga", NOW)
    offered = [one.name for one in handing.colleagues(db, now_is(db, incident))]
    assert offered == ["Budi"]


@pytest.mark.parametrize("who", ["Dewi", "Eko", "Fitri"])
def test_others_may_neither_hand_over_nor_open_again(
    db: Database, tools: Tools, team: dict[str, Person], who: str
) -> None:
    incident = seed_incident(db)
    no = Answer(answers.not_allowed([Role.ADMIN, Role.HUMAS]))
    assert handing.offer(db, team[who], incident.id) == no
    assert give(db, tools, team[who], incident, team["Ani"].id) == no
    assert handing.reopen(db, team[who], incident.id, NOW) == no


def test_what_cannot_be_handed_over_says_why(
    db: Database, tools: Tools, team: dict[str, Person]
) -> None:
    incident, ani, budi = seed_incident(db), team["Ani"], team["Budi"]
    assert handing.offer(db, ani, IncidentId(99)) == Answer(answers.GONE)
    assert give(db, tools, ani, incident, team["Dewi"].id) == Answer(words.NOT_ANY_MORE)
    assert give(db, tools, ani, incident, PersonId(999)) == Answer(words.NOT_ANY_MORE)
    give(db, tools, ani, incident, budi.id)
    assert give(db, tools, ani, incident, budi.id) == Answer(answers.already_held("Budi"))
    decide.resolve(db, budi, incident.id, NOW)
    assert give(db, tools, ani, incident, ani.id) == Answer(answers.already("Budi"))


def test_alone_in_the_office_there_is_nobody_to_hand_it_to(db: Database) -> None:
    ani = people.add(db, "Ani", [Role.HUMAS], 101, "siaga", NOW)
    incident = seed_incident(db)
    decide.take(db, ani, incident.id, NOW)
    assert handing.offer(db, ani, incident.id) == Answer(words.NOBODY)


@pytest.mark.parametrize("ended", [False, True])
def test_of_two_hand_overs_at_once_one_wins(
    db: Database,
    tools: Tools,
    team: dict[str, Person],
    monkeypatch: pytest.MonkeyPatch,
    ended: bool,
) -> None:
    """The other one comes between the look and the write."""
    incident = seed_incident(db)
    decide.take(db, team["Ani"], incident.id, NOW)
    check = vars(handing)["next_state"]

    def meanwhile(seen: Incident, action: Action) -> object:
        monkeypatch.setattr(handing, "next_state", check)
        if ended:
            decide.resolve(db, team["Citra"], incident.id, NOW)
        else:
            give(db, tools, team["Citra"], incident, team["Citra"].id)
        return check(seen, action)

    monkeypatch.setattr(handing, "next_state", meanwhile)
    late = give(db, tools, team["Ani"], incident, team["Budi"].id)
    said = answers.already if ended else answers.already_held
    assert late == Answer(said("Citra"))
    assert now_is(db, incident).holder == "Citra"
    assert PEOPLE["Budi"][0] not in notes(db)


# Opening again


def ended(db: Database, team: dict[str, Person]) -> Incident:
    incident = seed_incident(db)
    decide.dismiss(db, team["Budi"], incident.id, NOW)
    return now_is(db, incident)


def test_an_ended_incident_is_open_again_with_its_event(
    db: Database, team: dict[str, Person]
) -> None:
    incident = ended(db, team)
    later = NOW + 7 * 24 * HOUR
    assert handing.reopen(db, team["Ani"], incident.id, later) == Answer(words.REOPENED, done=True)
    after = now_is(db, incident)
    assert (after.state, after.closed_at, after.holder) == (IncidentState.OPEN, None, None)
    assert (after.reopened_at, after.calm_since, after.parent_id) == (later, None, None)
    last = incidents.events(db, incident.id)[-1]
    assert (last.kind, last.actor, last.at) == (EventKind.REOPENED, "Ani", later)
    assert audit.newest(db, 1)[0]["action"] == "reopened"
    assert [one.id for one in incidents.live(db)] == [incident.id]


def test_what_cannot_be_opened_again_says_why(db: Database, team: dict[str, Person]) -> None:
    ani = team["Ani"]
    assert handing.reopen(db, ani, IncidentId(99), NOW) == Answer(answers.GONE)
    incident = ended(db, team)
    late = handing.reopen(db, ani, incident.id, NOW + 7 * 24 * HOUR + HOUR)
    assert late == Answer(words.too_old(7))
    newer = seed_incident(db, at=NOW + HOUR)
    refused = handing.reopen(db, ani, incident.id, NOW + HOUR)
    assert refused == Answer(words.another_lives(int(newer.id)))
    assert now_is(db, incident).state is IncidentState.DISMISSED
    assert handing.reopen(db, ani, newer.id, NOW) == Answer(words.still_runs(None))
    decide.take(db, ani, newer.id, NOW)
    assert handing.reopen(db, ani, newer.id, NOW) == Answer(words.still_runs("Ani"))


def test_of_two_who_open_it_at_once_one_wins(
    db: Database, team: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    incident, check = ended(db, team), vars(handing)["may_reopen"]

    def meanwhile(seen: Incident, now: object) -> bool:
        monkeypatch.setattr(handing, "may_reopen", check)
        assert handing.reopen(db, team["Citra"], incident.id, NOW).done
        return True

    monkeypatch.setattr(handing, "may_reopen", meanwhile)
    assert handing.reopen(db, team["Ani"], incident.id, NOW) == Answer(words.still_runs(None))
    kinds = [event.kind for event in incidents.events(db, incident.id)]
    assert kinds.count(EventKind.REOPENED) == 1


def test_one_that_ended_once_more_meanwhile_stays_as_it_is(
    db: Database, team: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    incident, check = ended(db, team), vars(handing)["may_reopen"]

    def meanwhile(seen: Incident, now: object) -> bool:
        monkeypatch.setattr(handing, "may_reopen", check)
        handing.reopen(db, team["Citra"], incident.id, NOW)
        decide.resolve(db, team["Citra"], incident.id, NOW)
        return True

    monkeypatch.setattr(handing, "may_reopen", meanwhile)
    assert not handing.reopen(db, team["Ani"], incident.id, NOW).done
    assert now_is(db, incident).state is IncidentState.RESOLVED
