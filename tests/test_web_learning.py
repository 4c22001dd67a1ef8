"""/latih on the page: item after item, undo, conflicts, figures; without JavaScript too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import learning as words
from monitor.records import CommentId, Person, PersonId, Role, Sentiment
from monitor.store import label_queue, said_labels
from monitor.store.connection import changed
from monitor.store.label_queue import ToLabel
from monitor.web.guard import SECURITY_HEADERS
from monitor.web.rendering import STATIC
from tests.label_world import FLOOD, ROADS, labelled, state
from tests.web_visit import Visitor, visiting
from tests.web_world import ADMIN, NOW, OTHER, World, make_world

NEG, NET = Sentiment.NEGATIF, Sentiment.NETRAL


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An office whose queue holds three comments."""
    made = make_world(tmp_path)
    db = made.open_db()
    texts = (
        "Banjir lagi di Baamang, air < lutut, hubungi 0812-0000-0000 segera",
        "Jalan di Katingan berlubang parah sekali",
        "Petugas puskesmas ramah, terima kasih banyak ya",
    )
    items = [
        ToLabel(made.say(db, text).id, "disagree", 1 - at / 10) for at, text in enumerate(texts)
    ]
    label_queue.put(db, items, NOW)
    db.close()
    return made


@pytest.fixture
def store(world: World) -> Iterator[Database]:
    opened = world.open_db()
    yield opened
    opened.close()


@pytest.fixture
def tab(world: World) -> Iterator[Visitor]:
    with visiting(world) as visitor:
        visitor.read("/latih")
        yield visitor


def item(html: str) -> int | None:
    found = re.search(r'id="learn-(\d+)"', html)
    return int(found.group(1)) if found else None


def test_the_page_shows_one_item_masked_with_reason_and_machine(tab: Visitor) -> None:
    html = tab.read("/latih").text
    assert item(html) == 1
    assert "0812" not in html
    assert "air &lt; lutut" in html
    assert "Dipilih karena: dua cara baca mesin berbeda pendapat." in html
    assert "Kata mesin: Negatif 88 %, Netral 8 % · Banjir &amp; bencana 80 %." in html
    assert "0 dari 20 hari ini" in html
    assert "Rahasia" not in html
    assert item(tab.read("/latih").text) == 1, "looking again takes no other one"


def test_two_choices_label_and_the_part_shows_the_next(
    store: Database, tab: Visitor, world: World
) -> None:
    said = tab.press("/latih/1/answer", tone="negatif", issue=FLOOD)
    assert "Tersimpan: Negatif · Banjir &amp; bencana." in said.text
    assert said.headers["HX-Trigger"] == "decided"
    assert labelled(store, 1)["issue"] == (FLOOD, "admin lokal")
    part = tab.read("/latih/part").text
    assert item(part) == 2
    assert "1 dari 20 hari ini" in part
    assert 'hx-trigger="decided from:body"' in part
    assert world.woken == 1


def test_a_tone_must_be_chosen_first(store: Database, tab: Visitor) -> None:
    assert words.NEEDS_TONE in tab.press("/latih/1/answer", issue=FLOOD).text
    assert "sudah tidak berlaku" in tab.press("/latih/1/answer", tone="marah", issue="x").text
    assert state(store, CommentId(1)) == "waiting"


def test_pressing_twice_is_answered_kindly_and_what_is_not_there_is_missing(tab: Visitor) -> None:
    tab.press("/latih/1/answer", tone="negatif", issue=FLOOD)
    again = tab.press("/latih/1/answer", tone="positif", issue=FLOOD)
    assert words.SAID_ALREADY in again.text
    assert "HX-Trigger" not in again.headers
    assert tab.press("/latih/99/answer", tone="positif", issue=FLOOD).status_code == 404


def test_skip_and_undo(store: Database, tab: Visitor) -> None:
    assert words.SKIPPED in tab.press("/latih/1/skip").text
    assert item(tab.read("/latih/part").text) == 2
    tab.press("/latih/2/answer", tone="netral", issue=ROADS)
    assert words.UNDONE in tab.press("/latih/0/undo").text
    assert labelled(store, 2) == {}
    assert item(tab.read("/latih/part").text) == 2
    assert words.UNDONE in tab.press("/latih/0/undo").text
    assert item(tab.read("/latih/part").text) == 1
    assert words.NOTHING_TO_UNDO in tab.press("/latih/0/undo").text


def test_without_javascript_the_way_leads_back_to_the_page(store: Database, tab: Visitor) -> None:
    back = tab.press("/latih/1/answer", {}, tone="negatif", issue=FLOOD, back="/latih")
    assert back.status_code == 303
    assert back.headers["Location"].startswith("/latih?answer=")
    html = tab.read(back.headers["Location"]).text
    assert "Tersimpan: Negatif" in html
    assert item(html) == 2


def test_an_empty_queue_is_said_kindly_and_undo_stays(tab: Visitor) -> None:
    for number in (1, 2, 3):
        tab.press(f"/latih/{number}/answer", tone="negatif", issue=FLOOD)
        tab.read("/latih/part")
    html = tab.read("/latih").text
    assert words.NOTHING in html
    assert 'action="/latih/0/undo"' in html
    assert words.UNDONE in tab.press("/latih/0/undo").text


def dispute(world: World, number: int = 1) -> None:
    """Two people label one comment differently."""
    db = world.open_db()
    with db.atomic():
        label_queue.widen(db, CommentId(number), 2)
    for person, answer in (("Rina", (NEG, FLOOD)), ("Sari", (NET, ROADS))):
        seen = db.execute("SELECT content_hash FROM comment WHERE id = ?", [number]).fetchone()[0]
        said_labels.say(
            db, CommentId(number), answer, person, "uji", seen, NOW, whoever_has_it=True
        )
    db.close()


def test_a_trainer_decides_a_conflict_without_names(
    world: World, store: Database, tab: Visitor
) -> None:
    dispute(world)
    html = tab.read("/latih").text
    conflict = html.split('id="conflict-1"')[1].split("</article>")[0]
    assert "Jawaban 1: Negatif · Banjir &amp; bencana" in conflict
    assert "Rina" not in conflict and "Sari" not in conflict
    assert words.NEEDS_TONE in tab.press("/latih/1/settle", issue=FLOOD).text
    assert words.DECIDED in tab.press("/latih/1/settle", given=f"netral/{ROADS}").text
    assert labelled(store, 1) == {
        "sentiment": ("netral", "admin lokal"),
        "issue": (ROADS, "admin lokal"),
    }
    assert words.DECIDED_ALREADY in tab.press("/latih/1/settle", given=f"netral/{ROADS}").text
    assert 'id="conflict-1"' not in tab.read("/latih/part").text


def test_what_was_edited_since_the_page_was_read_is_not_decided(
    world: World, store: Database, tab: Visitor
) -> None:
    dispute(world)
    tab.read("/latih")
    with store.atomic():
        changed(store, "UPDATE comment SET content_hash = 'lain' WHERE id = 1")
        changed(store, "UPDATE said_label SET seen = 'lain' WHERE comment_id = 1")
    said = tab.press("/latih/1/settle", given=f"netral/{ROADS}")
    assert words.EDITED in said.text
    assert labelled(store, 1) == {}
    tab.read("/latih")
    assert words.DECIDED in tab.press("/latih/1/settle", given=f"netral/{ROADS}").text


def test_another_answer_than_the_two_can_be_given(
    world: World, store: Database, tab: Visitor
) -> None:
    dispute(world)
    tab.read("/latih/part")
    tab.press("/latih/1/settle", tone="positif", issue="kesehatan")
    assert labelled(store, 1)["issue"] == ("kesehatan", "admin lokal")


def test_the_page_tells_how_far_people_agree(world: World, tab: Visitor) -> None:
    assert "Belum ada komentar yang dilabeli dua orang." in tab.read("/latih").text
    dispute(world)
    html = tab.read("/latih").text
    assert "Rina &amp; Sari, nada: 1 komentar, 0 % sama, kappa 0,00: sangat lemah" in html
    assert "2 menunggu, 1 berbeda pendapat, 0 selesai, 0 dilepas" in html
    assert "Rina 1, Sari 1" in html


def test_who_may_not_label_is_told_so_and_conflicts_are_for_trainers(world: World) -> None:
    dispute(world)
    opd = Person(PersonId(9), "Kontak", frozenset({Role.OPD}))
    with visiting(world, opd) as tab:
        assert "Maaf, hanya admin, humas, atau pelatih" in tab.read("/latih").text
    with visiting(world, OTHER) as tab:
        html = tab.read("/latih").text
        assert item(html) == 2
        assert 'id="conflict-1"' not in html


def test_every_issue_has_a_letter_of_its_own_and_no_script_is_inline(tab: Visitor) -> None:
    html = tab.read("/latih").text
    keys = re.findall(r'data-key="(.)"', html)
    assert len(keys) == len(set(keys))
    assert keys[:6] == ["1", "2", "3", "4", "5", "6"]
    assert len(keys) == 6 + 21 + 2
    assert {"s", "u"} <= set(keys)
    assert all("src=" in one for one in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"\son[a-z]+=", html)
    assert "script-src 'self'" in SECURITY_HEADERS["Content-Security-Policy"]
    assert tab.http.get("/static/learning.js").status_code == 200
    assert "data-key" in (STATIC / "learning.js").read_text(encoding="utf-8")


def test_more_issues_than_letters_still_have_buttons(world: World) -> None:
    first = next(iter(world.tools.knowledge.taxonomy.values()))
    many = {f"isu{n}": replace(first, key=f"isu{n}", name=f"Isu {n}") for n in range(40)}
    world.tools = replace(world.tools, knowledge=replace(world.tools.knowledge, taxonomy=many))
    with visiting(world, ADMIN) as tab:
        html = tab.read("/latih").text
        assert all(f'value="isu{n}"' in html for n in range(40))
