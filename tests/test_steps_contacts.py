"""An agency's public contact passes into the reply; a mask of anything else never goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.incidents.routing_file import read_routes
from monitor.knowledge import load_knowledge
from monitor.messages.question import ANSWERED, ANSWERED_MASKED, named_places, question_text
from monitor.records import Draft, QuestionId
from monitor.steps import decide_drafts, views
from monitor.steps import questions as asking
from monitor.steps.answer import Answer
from monitor.steps.routing import place_of, places_of
from monitor.store import drafts
from tests.making import make_incident
from tests.opd_world import Asked
from tests.world import NOW, PROJECT, make_reading

LINK = "https://ppid.kalteng.go.id"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    world = Asked(tmp_path, contacts=("0811-0000-0000",))
    yield world
    world.db.close()


def answered(asked: Asked, text: str) -> tuple[Answer, Draft]:
    asked.ask()
    given = asking.answer(asked.db, asked.tools, asked.who("Eko"), QuestionId(1), text, asked.now)
    return given, drafts.of_incident(asked.db, asked.incident.id)[-1]


def test_a_private_number_stops_the_reply_until_people_replace_it(asked: Asked) -> None:
    given, draft = answered(asked, "Pompa menyala, hubungi 0812-0000-0000")
    assert given == Answer(ANSWERED_MASKED, done=True)
    reason = "Masih ada data yang ditutup: [nomor]. Ganti dengan kontak resmi atau hapus."
    assert reason in views.draft_view(asked.db, asked.tools, draft, NOW).plain
    budi = asked.who("Budi")
    refused = decide_drafts.approve(asked.db, asked.tools, budi, draft.id, NOW)
    assert not refused.done and reason in refused.text
    own = f"Kak, pompa sudah menyala, hubungi 0811 0000 0000. {LINK}"
    assert decide_drafts.rewrite(asked.db, asked.tools, budi, draft.id, own, NOW).done


def test_the_agencys_own_hotline_reaches_the_reply(asked: Asked) -> None:
    given, draft = answered(asked, "Pompa menyala, hubungi 0811-0000-0000")
    assert given == Answer(ANSWERED, done=True)
    assert "hubungi 0811-0000-0000." in draft.text
    assert views.draft_card(asked.db, asked.tools, draft, NOW).blunders == ()


def test_contacts_are_read_from_the_file() -> None:
    data = PROJECT / "data"
    text = (data / "opd.toml").read_text()
    taxonomy = load_knowledge(data).taxonomy
    assert read_routes(text, "opd.toml", taxonomy).contacts == ()
    own = text.replace('singkat = "BPBD"', 'singkat = "BPBD"\nkontak = ["112", "(0536) 3200000"]')
    assert read_routes(own, "opd.toml", taxonomy).contacts == ("112", "(0536) 3200000")


@pytest.mark.parametrize("value", ['"112"', '["telepon saja"]', "[1]", '[""]'])
def test_what_is_no_contact_is_refused(value: str) -> None:
    data = PROJECT / "data"
    text = (data / "opd.toml").read_text()
    own = text.replace('singkat = "BPBD"', f'singkat = "BPBD"\nkontak = {value}')
    with pytest.raises(ConfigError, match=r"kontak: .*accepted: phone numbers"):
        read_routes(own, "opd.toml", load_knowledge(data).taxonomy)


# Places and counts


def test_people_are_never_counted_from_later_than_the_headline() -> None:
    late = make_incident(reading=make_reading(hours=3), onset_at=NOW - timedelta(hours=1))
    assert views.crowd_since(late) == late.reading.at - timedelta(hours=3)
    early = replace(late, onset_at=late.reading.at - timedelta(hours=5))
    assert views.crowd_since(early) == early.onset_at


def test_the_place_does_not_stand_beside_the_total() -> None:
    places = [("Kotawaringin Timur / Baamang", 11), ("Kapuas", 2), ("Seruyan", 1), ("Katingan", 1)]
    text = question_text(make_incident(), "Banjir & bencana", places, [])
    first = text.splitlines()[0]
    assert first.startswith("Banjir & bencana: ")
    assert first.endswith("; tempat yang disebut: Baamang (11), Kapuas (2), Seruyan (1).")
    assert named_places([]) == ""


def test_the_places_of_an_incident_are_counted(asked: Asked) -> None:
    assert places_of(asked.db, asked.incident) == (("Sampit", 1),)
    assert place_of(asked.db, asked.incident) is None  # one of three names it
