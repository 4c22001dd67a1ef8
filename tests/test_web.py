"""What the local page shows, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import (
    DraftId,
    IncidentId,
    NewTopic,
    NewTopicId,
)
from monitor.steps import decide, decide_drafts
from monitor.store import drafts, new_topics
from tests.web_visit import Visitor, visiting
from tests.web_world import (
    MEDIA,
    OTHER,
    World,
    make_world,
    tell_crisis,
    tell_troubles,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An office in a flood: one incident, three drafts, a copy-paste wave."""
    made = make_world(tmp_path)
    tell_crisis(made)
    return made


@pytest.fixture
def store(world: World) -> Iterator[Database]:
    opened = world.open_db()
    yield opened
    opened.close()


@pytest.fixture
def tab(world: World) -> Iterator[Visitor]:
    with visiting(world) as visitor:
        visitor.read()
        yield visitor


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A tab on an office that the tests only look at."""
    world = make_world(tmp_path_factory.mktemp("still"))
    tell_crisis(world)
    with visiting(world) as visitor:
        visitor.read()
        yield visitor


def test_the_page_shows_the_incident_with_its_reason_and_crowd(still: Visitor) -> None:
    text = still.read().text
    assert "Awas" in text
    assert "Banjir &amp; bencana" in text
    # The window that speaks is the most surprising one.
    assert re.search(r"\d+ komentar negatif dalam [123] jam, biasanya", text)
    assert "43 komentar · 41 akun" in text
    assert "5 menyebut bahaya bagi orang" in text
    assert "Kotawaringin Timur" in text
    assert "/incident/1/chart.png" in text
    assert text.count("Salah label") == 3


def test_an_office_without_news_says_so(tmp_path: Path) -> None:
    with visiting(make_world(tmp_path)) as visitor:
        text = visitor.read().text
    for words in (
        "Tidak ada isu di atas biasanya",
        "Tidak ada saran balasan",
        "Tidak ada topik baru",
        "Belum ada komentar",
        "Tidak ada teks yang diulang",
        "Keadaan normal",
    ):
        assert words in text


def test_a_bad_day_shows_blind_sources_waves_posts_and_ended_incidents(world: World) -> None:
    tell_troubles(world)
    with visiting(world) as visitor:
        text = visitor.read().text
    assert "Tidak terpantau: media_lokal sejak 12.20 WIB" in text
    assert "media_lokal: 503: tidak menjawab" in text
    assert "9 komentar, 7 akun, 1 teks" in text
    assert 'href="https://situs.example/balasan/1"' in text
    assert "Perubahan dari saran semula" in text
    assert "salin dan kirim sendiri" in text
    assert "Selesai oleh Rina (contoh)" in text


def test_the_page_of_an_incident_tells_what_happened(store: Database, tab: Visitor) -> None:
    tab.press("/incident/1/take")
    text = tab.read("/incident/1").text
    assert "Perjalanan isu" in text
    assert "Isu naik" in text
    assert "admin lokal" in text
    assert "terutama di mmc_kalteng" in text
    assert text.count('class="card draft') == 3


def test_the_chart_is_a_picture_and_drawn_once(still: Visitor) -> None:
    first = still.read("/incident/1/chart.png")
    assert first.headers["content-type"] == "image/png"
    assert first.content.startswith(b"\x89PNG")
    assert still.read("/incident/1/chart.png").content == first.content


def test_an_issue_that_is_no_longer_watched_has_no_chart(world: World) -> None:
    ignore = replace(
        world.tools,
        settings=world.tools.settings.model_copy(
            update={
                "spikes": world.tools.settings.spikes.model_copy(
                    update={"ignore": ("banjir_bencana",)}
                )
            }
        ),
    )
    world.tools = ignore
    with visiting(world) as visitor:
        assert "chart.png" not in visitor.read().text
        assert visitor.read("/incident/1/chart.png").status_code == 404


@pytest.mark.parametrize("part", ["summary", "incidents", "drafts", "comments", "sources", "waves"])
def test_a_part_answers_only_when_it_would_look_different(
    world: World, store: Database, tab: Visitor, part: str
) -> None:
    tell_troubles(world)
    first = tab.read(f"/part/{part}")
    again = re.search(r'hx-get="([^"]+)"', first.text)
    assert again is not None
    assert tab.read(again.group(1)).status_code == 204
    world.now += timedelta(days=4)
    world.say(store, "Banjir lagi di Sampit")
    decide.resolve(store, OTHER, IncidentId(1), world.now)
    decide_drafts.reject(store, OTHER, DraftId(3), world.now)
    assert tab.read(again.group(1)).status_code == 200


def test_the_live_part_of_an_incident_follows_it(tab: Visitor) -> None:
    found = re.search(r'hx-get="(/incident/1/part[^"]+)"', tab.read("/incident/1").text)
    assert found is not None
    assert tab.read(found.group(1)).status_code == 204
    tab.press("/incident/1/take")
    assert "Ditangani oleh admin lokal" in tab.read(found.group(1)).text


def test_a_comment_that_is_read_anew_hides_its_draft_for_the_moment(
    world: World, store: Database, tab: Visitor
) -> None:
    found = drafts.get(store, DraftId(1))
    assert found is not None
    with store.atomic():
        store.conn.execute(
            "UPDATE comment SET predicted_by = NULL WHERE id = ?", [found.comment_id]
        )
    text = tab.read().text
    assert 'id="draft-1"' not in text
    assert 'id="draft-2"' in text


def test_a_source_that_was_never_read_is_named(world: World, store: Database) -> None:
    with store.atomic():
        store.conn.execute("DELETE FROM coverage WHERE source_id = ?", [MEDIA])
        store.conn.execute(
            "UPDATE source SET last_success_at = NULL, paused = 'kata sandi salah' WHERE id = ?",
            [MEDIA],
        )
    with visiting(world) as visitor:
        text = visitor.read().text
    assert "media_lokal (belum pernah terbaca)" in text
    assert "kata sandi salah" in text
    assert "Berhenti" in text


def test_a_new_topic_is_shown_with_its_numbers_and_masked_words(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    db = world.open_db()
    said = [
        world.say(db, f"Sapi mati & antraks? hubungi 0812-0000-000{i}", issue="lainnya")
        for i in range(4)
    ]
    topic = NewTopic(
        id=NewTopicId(0),
        keys=frozenset({"antraks"}),
        words=("antraks", "sapi <mati>"),
        hours=6,
        accounts=9,
        comments=11,
        usual=0.0,
        samples=tuple(one.id for one in said),
        found_at=world.now - timedelta(hours=2),
        seen_at=world.now,
    )
    with db.atomic():
        new_topics.add(db, topic)
        old = world.now - timedelta(hours=73)
        new_topics.add(db, replace(topic, words=("lampau",), found_at=old, seen_at=old))
    db.close()
    with visiting(world) as visitor:
        text = visitor.read().text
        part = visitor.read("/part/topics").text
        again = re.search(r'hx-get="([^"]+)"', part)
        assert again is not None
        assert visitor.read(again.group(1)).status_code == 204
        world.now += timedelta(days=4)
        assert "Tidak ada topik baru" in visitor.read(again.group(1)).text
    for shown in (text, part):
        assert "antraks · sapi &lt;mati&gt;" in shown
        assert "9 akun (11 komentar) dalam 6 jam, biasanya 0" in shown
        assert "Sejak 12.20 WIB" in shown
        assert "0812" not in shown
        assert "lampau" not in shown
    assert part.count("Sapi mati &amp; antraks") == 3
