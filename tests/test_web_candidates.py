"""A new model on the page: its lines, its picture, and the two buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import candidate as words
from monitor.records import Person, PersonId, Role
from monitor.records.candidate import CandidateState
from monitor.store import candidates, serving
from tests.candidate_world import Gloomy, Sharp, Twin, seed_candidate
from tests.web_visit import Visitor, visiting
from tests.web_world import World, make_world

HUMAS = Person(PersonId(3), "Ani", frozenset({Role.HUMAS}))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


@pytest.fixture
def store(world: World) -> Iterator[Database]:
    opened = world.open_db()
    serving.begin(opened, "rules-1", world.now)
    yield opened
    opened.close()


@pytest.fixture
def tab(world: World) -> Iterator[Visitor]:
    with visiting(world) as visitor:
        yield visitor


def test_without_candidates_it_says_so(tab: Visitor) -> None:
    assert words.NONE_YET in tab.read().text


def test_an_offer_is_shown_with_its_picture_and_decided(
    world: World, store: Database, tab: Visitor
) -> None:
    known = seed_candidate(store)
    text = tab.read().text
    assert "Model baru jeli-4" in text
    assert "Sentimen 0,701 → 0,744" in text
    found = tab.http.get(f"/candidate/{known.id}/picture.png")
    assert (found.content, found.headers["content-type"]) == (b"gambar", "image/png")
    assert tab.press("/candidate/99/use").status_code == 404
    said = tab.press(f"/candidate/{known.id}/use")
    assert words.WANTED in said.text and said.headers["HX-Trigger"] == "decided"
    assert world.woken == 1
    under_way = serving.reading(store)
    assert under_way is not None and under_way.version == Sharp.version
    text = tab.read().text
    assert "Membaca riwayat" in text and f"/candidate/{known.id}/use" not in text


def test_a_rejected_one_is_folded(store: Database, tab: Visitor) -> None:
    known = seed_candidate(store)
    tab.read()
    assert words.REJECTED in tab.press(f"/candidate/{known.id}/reject").text
    text = tab.read().text
    assert words.STATES[CandidateState.REJECTED] in text
    assert f"/candidate/{known.id}/reject" not in text


def test_what_is_being_trained_and_what_did_not_pass_have_no_buttons(
    world: World, store: Database, tab: Visitor
) -> None:
    seed_candidate(store, Gloomy.version, CandidateState.REFUSED)
    candidates.begin(store, Twin.version, "Dewi", world.now)
    text = tab.read().text
    assert "Model baru gelap-2" in text and Twin.version not in text
    assert "/candidate/" in text and "/use" not in text
    assert tab.http.get("/candidate/99/picture.png").status_code == 404


def test_who_may_not_is_told_so(world: World, store: Database) -> None:
    known = seed_candidate(store)
    with visiting(world, HUMAS) as visitor:
        visitor.read()
        assert "Maaf" in visitor.press(f"/candidate/{known.id}/use").text
    assert serving.reading(store) is None
