"""The page hands an incident over and opens an ended one again, as Telegram does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers
from monitor.messages import handing as words
from monitor.records import IncidentState, NoticeKind, Person, Role
from monitor.store import incidents, notices, people
from tests.web_visit import Visitor, the_incident, visiting
from tests.web_world import World, make_world, tell_crisis


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = make_world(tmp_path)
    tell_crisis(made)
    return made


@pytest.fixture
def store(world: World) -> Iterator[Database]:
    opened = world.open_db()
    yield opened
    opened.close()


@pytest.fixture
def sari(world: World, store: Database) -> Person:
    return people.add(store, "Sari", [Role.HUMAS], 501, "siaga", world.now)


@pytest.fixture
def tab(world: World, sari: Person) -> Iterator[Visitor]:
    with visiting(world) as visitor:
        visitor.read()
        yield visitor


def test_the_page_offers_colleagues_and_hands_it_over(
    store: Database, tab: Visitor, sari: Person
) -> None:
    assert f'<option value="{sari.id}">Sari</option>' in tab.read("/incident/1").text
    answer = tab.press("/incident/1/handover", to=str(sari.id))
    assert words.given("Sari") in answer.text
    after = the_incident(store)
    assert (after.state, after.holder) == (IncidentState.ACKNOWLEDGED, "Sari")
    told = [n.chat_id for n in notices.every(store) if n.kind is NoticeKind.PERSONAL]
    assert told == [501]
    page = tab.read("/incident/1").text
    assert "dari admin lokal ke Sari" in page
    assert "/incident/1/handover" not in page  # nobody is left to hand it to


@pytest.mark.parametrize("to", ["", "x", "-1", "1234567890123456789"])
def test_a_colleague_that_was_not_offered_changes_nothing(
    store: Database, tab: Visitor, to: str
) -> None:
    assert answers.STALE_BUTTON in tab.press("/incident/1/handover", to=to).text
    assert the_incident(store).holder is None


def test_an_ended_incident_offers_to_be_opened_again(store: Database, tab: Visitor) -> None:
    tab.press("/incident/1/dismiss")
    assert 'action="/incident/1/reopen"' in tab.read("/incident/1").text
    assert words.REOPENED in tab.press("/incident/1/reopen").text
    assert the_incident(store).state is IncidentState.OPEN
    assert words.still_runs(None) in tab.press("/incident/1/reopen").text
    page = tab.read("/incident/1").text
    assert "Dibuka lagi" in page
    assert 'action="/incident/1/reopen"' not in page


def test_the_page_names_the_larger_one(store: Database, tab: Visitor, world: World) -> None:
    incident = the_incident(store)
    with store.atomic():
        store.execute(
            "INSERT INTO incident (topic, level, peak, state, opened_at, onset_at, reading) "
            "SELECT 'kesehatan', level, peak, state, opened_at, onset_at, reading "
            "FROM incident WHERE id = 1"
        )
    larger = next(one for one in incidents.live(store) if one.topic == "kesehatan")
    incidents.mute(store, incident, larger.id, world.now, "")
    assert f"Bagian dari #{larger.id} Kesehatan" in tab.read("/incident/1").text
