"""What a card, its picture and a draft show, gathered from the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import Page
from monitor.records import CommentId, Draft, EventKind, IncidentState, SourceId
from monitor.steps import views
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, incidents, sources
from tests.world import (
    FLOOD,
    NOW,
    SITE,
    MemorySource,
    make_comment,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
)

MEDIA = SourceId("media")
HOUR = timedelta(hours=1)
PNG = b"\x89PNG"


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path, watched=[MemorySource(SITE), MemorySource(MEDIA)])


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    sources.register(opened, [(SITE, "wordpress"), (MEDIA, "feed")])
    yield opened
    opened.close()


def first_draft(db: Database, tools: Tools) -> Draft:
    suggest_replies(db, tools, NOW)
    return drafts.of_incident(db, incidents.live(db)[0].id)[0]


def test_examples_are_danger_first_then_sure_and_full(db: Database, tools: Tools) -> None:
    texts = [
        "Banjir",
        "Banjir di pasar, jalan menuju sekolah anak kami tertutup air keruh sejak dini hari",
        "Banjir! tolong nenek saya",
        "Terima kasih, mantap",
    ]
    seed_comments(db, tools, texts)
    found = views.examples(db, tools, seed_incident(db))
    assert [example.text for example in found] == [texts[2], texts[1], texts[0]]
    assert {example.source for example in found} == {SITE}


def test_examples_do_not_say_the_same_thing_three_times(db: Database, tools: Tools) -> None:
    same = "Banjir setinggi lutut orang dewasa di pasar besar sejak malam"
    seed_comments(db, tools, [f"{same}, nomor {i}" for i in range(6)])
    seed_comments(db, tools, ["Banjir, perahu karet belum kunjung datang menjemput warga"])
    found = views.examples(db, tools, seed_incident(db))
    assert len(found) == 2


def test_examples_are_masked(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, ["Banjir, hubungi 0812-0000-0000"])
    (example,) = views.examples(db, tools, seed_incident(db))
    assert example.text == "Banjir, hubungi [nomor]"


def test_the_card_counts_comments_people_and_texts(db: Database, tools: Tools) -> None:
    same = "Banjir di kota kami tidak pernah diurus sama sekali"
    seed_comments(db, tools, [same] * 4, author_id="satu")
    seed_comments(db, tools, ["Banjir di Sampit, tolong"])
    incident = seed_incident(db)
    suggest_replies(db, tools, NOW)
    view = views.card_view(db, tools, incident, NOW)
    assert (view.comments, view.people, view.texts, view.urgent) == (5, 2, 2, 1)
    assert (view.places, view.sources) == ((("Sampit", 1),), ((SITE, 5),))
    assert (view.drafts, view.opd) == (2, tools.issue(FLOOD).opd)


def test_sources_without_news_are_named_with_the_last_instant_known(
    db: Database, tools: Tools
) -> None:
    with db.atomic():
        sources.cover(db, SITE, NOW - 9 * HOUR, NOW - HOUR)
    assert views.blind_sources(db, tools, NOW) == [("berita", NOW - HOUR), ("media", None)]
    card = views.card_message(db, tools, seed_incident(db), NOW)
    assert "Tidak terpantau: berita sejak 09.00 WIB, media (belum pernah terbaca)" in card.text
    with db.atomic():
        sources.cover(db, SITE, NOW, NOW)
        sources.cover(db, MEDIA, NOW, NOW)
    assert views.blind_sources(db, tools, NOW + 10 * timedelta(minutes=1)) == []


def test_an_ended_incident_keeps_its_picture_and_a_live_one_does_not(
    db: Database, tools: Tools
) -> None:
    seed_comments(db, tools, ["Banjir di gang 1"])
    incident = seed_incident(db)
    early, late = (
        views.chart_picture(db, tools, incident, NOW + hours * HOUR) for hours in (1, 30)
    )
    assert early.startswith(PNG) and late.startswith(PNG)
    assert early != late
    end = IncidentState.RESOLVED
    incidents.change(db, incident, EventKind.RESOLVED, end, NOW, "", actor="Ani")
    ended = incidents.get(db, incident.id)
    assert ended is not None
    early, late = (views.chart_picture(db, tools, ended, NOW + h * HOUR) for h in (4, 30))
    assert early == late


def test_a_draft_shows_the_masked_comment_and_what_it_breaks(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, ["Banjir, hubungi 0812-0000-0000"])
    seed_incident(db)
    draft = replace(first_draft(db, tools), text="Telepon 0812-0000-0000")
    view = views.draft_card(db, tools, draft, NOW)
    assert (view.comment, view.source) == ("Banjir, hubungi [nomor]", SITE)
    assert "Ada data pribadi (nomor telepon, NIK, atau sejenisnya)." in view.blunders[0]
    assert "perlu tautan resmi" in view.blunders[1]
    assert "[nomor]" in views.draft_view(db, tools, draft, NOW).text


def test_a_draft_of_a_comment_edited_a_moment_ago_shows_its_new_words_masked(
    db: Database, tools: Tools
) -> None:
    seed_comments(db, tools, ["Banjir di gang 1"])
    seed_incident(db)
    draft = first_draft(db, tools)
    edited = make_comment(1, "Banjir, hubungi 0812-0000-0000")
    sources.store_page(db, SITE, Page((edited,), "1"), NOW, backfilled=False)
    assert comments.waiting(db, 9)[0].id == CommentId(1)
    assert views.draft_card(db, tools, draft, NOW).comment == "Banjir, hubungi [nomor]"


def test_live_incidents_come_with_the_names_of_their_issues(db: Database, tools: Tools) -> None:
    incident = seed_incident(db)
    assert views.live_named(db, tools) == [(incident, "Banjir & bencana")]
