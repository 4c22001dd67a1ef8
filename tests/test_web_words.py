"""The words of the page, its pseudonyms, and the server that it runs on."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from jinja2 import UndefinedError
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from monitor.errors import ConfigError
from monitor.messages import page
from monitor.messages.draft import DRAFT_STATES
from monitor.records import (
    CommentId,
    DraftState,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Reading,
    Sentiment,
    SourceId,
    SourceStatus,
    StoredComment,
)
from monitor.web import Server, serve
from monitor.web.board import pseudonym
from monitor.web.desk import Shelf
from monitor.web.guard import Guard
from monitor.web.rendering import render, web_link
from tests.web_world import NOW, make_world, prediction

ZONE = ZoneInfo("Asia/Jakarta")
READING = Reading("x", NOW, 3, 12, 2.0, 0, 5, 1.2, Level.SIAGA, "")
INCIDENT = Incident(
    IncidentId(4), "x", Level.SIAGA, Level.SIAGA, IncidentState.OPEN, NOW, NOW, READING
)
SOURCE = SourceStatus(SourceId("s"), "feed", NOW, 0, NOW, NOW, None, None, None)


@pytest.fixture
def stored(tmp_path: Path) -> StoredComment:
    world = make_world(tmp_path)
    db = world.open_db()
    found = world.say(db, "Banjir di Sampit")
    db.close()
    return found


def test_every_state_and_kind_has_a_name() -> None:
    assert set(DRAFT_STATES) == set(DraftState)
    assert set(page.EVENTS) == set(EventKind)
    assert [value for value, _ in page.SENTIMENTS] == list(Sentiment)


def test_no_word_hides_behind_a_method_of_dicts() -> None:
    assert not set(page.WORDS) & set(dir(dict))
    assert all(word.strip() for word in page.WORDS.values())


def test_an_unknown_status_reads_as_our_own_fault() -> None:
    assert page.problem(404)[0] == "Tidak ditemukan"
    assert page.problem(418) == page.problem(500)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Belum ada yang menangani"),
        ({"state": IncidentState.ACKNOWLEDGED, "holder": "Ani"}, "Ditangani oleh Ani"),
        (
            {
                "state": IncidentState.SILENCED,
                "holder": "Ani",
                "silenced_until": NOW + timedelta(hours=1),
                "state_reason": "menunggu OPD",
            },
            "Disenyapkan oleh Ani s.d. 15.20 WIB (menunggu OPD)",
        ),
        ({"state": IncidentState.RESOLVED}, "Selesai"),
    ],
)
def test_the_state_of_an_incident_in_words(change: dict[str, object], words: str) -> None:
    incident = replace(INCIDENT, **change)  # type: ignore[arg-type]
    assert page.status(incident, ZONE, NOW) == words


def test_a_fallen_level_is_calming_down_and_keeps_its_peak() -> None:
    calm = replace(INCIDENT, level=Level.NORMAL, peak=Level.AWAS)
    assert page.level_name(calm.level) == "Mereda"
    assert page.peak(calm) == "puncak Awas"
    assert page.peak(INCIDENT) == ""


def test_the_reason_names_the_share_only_where_it_is_known() -> None:
    assert page.why_now(INCIDENT) == "12 komentar negatif dalam 3 jam, biasanya 2 (0–5)."
    shared = replace(INCIDENT, reading=replace(READING, share=0.6, usual_share=0.2))
    assert page.why_now(shared).endswith("; porsi negatif 60 %, biasanya 20 %.")


def test_places_lose_their_district() -> None:
    assert page.ranked([("Kotawaringin Timur / Baamang", 5), ("Kapuas", 1)]) == (
        "Baamang (5), Kapuas (1)"
    )


def test_chips_tell_what_is_known(stored: StoredComment) -> None:
    said = prediction(stored, Sentiment.NEGATIF, "x")
    rich = replace(
        said,
        urgent=True,
        spam="judi",
        flags=("sarcasm", "baru"),
        language="bjn",
        ask_human=True,
        copy_of=CommentId(1),
    )
    names = [name for _, name in page.chips(rich, Sentiment.NEGATIF, "Banjir", labelled=False)]
    assert names == [
        "Negatif 88 %",
        "Banjir",
        "Mendesak",
        "Iklan: judi",
        "Mungkin sindiran",
        "baru",
        "Kotawaringin Timur",
        "Banjar",
        "Salinan",
        "Perlu dicek",
    ]
    plain = replace(said, place=None, language="xx")
    chips = page.chips(plain, Sentiment.POSITIF, "Banjir", labelled=True)
    assert [name for _, name in chips] == ["Positif", "Banjir", "xx", "Dilabeli orang"]
    assert len(page.chips(plain, Sentiment.NEGATIF, "Banjir", labelled=False)) == 3


@pytest.mark.parametrize(
    ("change", "blind", "words"),
    [
        ({}, False, "Terpantau"),
        ({}, True, "Tidak terpantau"),
        ({"error": "503"}, False, "Ada gangguan"),
        ({"paused": "x"}, True, "Berhenti"),
        ({"last_success_at": None}, True, "Belum pernah terbaca"),
    ],
)
def test_the_health_of_a_source_in_words(
    change: dict[str, object], blind: bool, words: str
) -> None:
    status = replace(SOURCE, **change)  # type: ignore[arg-type]
    assert page.source_chip(status, blind=blind)[1] == words


def test_a_source_tells_when_it_was_read() -> None:
    assert page.last_seen(SOURCE, ZONE, NOW) == "terbaca 14.20 WIB"
    assert page.last_seen(replace(SOURCE, last_success_at=None), ZONE, NOW) == ""


def test_the_head_of_the_page_takes_the_worst_level() -> None:
    worse = replace(INCIDENT, level=Level.AWAS)
    looks = [look for look, _, _ in page.summary([INCIDENT, worse], 2, 1)]
    assert looks == ["level-awas", "waiting", "danger"]
    assert [words for _, words, _ in page.summary([], 0, 0)] == [
        "Keadaan normal",
        "Tidak ada saran menunggu",
        "Semua sumber terpantau",
    ]


def test_a_pseudonym_is_stable_and_tells_nothing(stored: StoredComment) -> None:
    comment = stored.comment
    name = pseudonym(comment)
    assert name == pseudonym(replace(comment, text="lain", author_name="Nama Baru"))
    assert name != pseudonym(replace(comment, source_id=SourceId("lain")))
    assert pseudonym(replace(comment, author_id=None)) != name
    assert pseudonym(replace(comment, author_id=None, author_name=None)) == "Warga"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://situs.example/a", True),
        ("http://situs.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//situs.example", False),
        ("https://", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address: str | None, kept: bool) -> None:
    assert web_link(address) == (address if kept else None)


def test_a_missing_word_is_a_fault_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        render("problem.html", {}, heading="x")


def test_a_shelf_drops_the_oldest_and_gives_each_thing_once() -> None:
    shelf: Shelf[int] = Shelf()
    for i in range(100):
        shelf.put(str(i), i)
    assert shelf.get("0") is None
    assert shelf.get("99") == 99
    assert shelf.take("99") == 99
    assert shelf.take("99") is None


def test_a_server_tells_its_address_and_frees_it() -> None:
    told: list[str] = []
    server = serve(PlainTextResponse("ada"), "127.0.0.1", 0, told.append)
    assert told == [server.url]
    assert httpx.get(server.url).text == "ada"
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_a_server_answers_on_the_other_loopback_address() -> None:
    server = serve(PlainTextResponse("ada"), "::1", 0)
    try:
        assert server.url.startswith("http://[::1]:")
        assert httpx.get(server.url).text == "ada"
    finally:
        server.stop()


def test_a_taken_port_is_told_with_the_setting_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"web: 127\.0\.0\.1:{port}: .*\[web\] port"):
            Server(PlainTextResponse("ada"), "127.0.0.1", port)


def test_unseen_sources_carry_the_day_when_it_is_not_today() -> None:
    since = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert page.unseen([("a", since), ("b", None)], ZONE, NOW) == (
        "a sejak 8 Mar 14.00 WIB, b (belum pernah terbaca)"
    )


def http_scope(host: str, port: int) -> Scope:
    """A request as the server hands it on."""
    headers = [(b"host", host.encode())]
    return {"type": "http", "path": "/", "headers": headers, "server": ("127.0.0.1", port)}


class Ears:
    """An application that only notes what it was asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard.append(str(scope["type"]))


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nobody(message: Message) -> None:
    raise AssertionError(message)


@pytest.mark.parametrize(
    ("scope", "own", "refused"),
    [
        ({"type": "lifespan"}, ["lifespan"], []),
        (http_scope("localhost", 80), ["http"], []),
        (http_scope("localhost", 8080), [], ["http"]),
        ({**http_scope("localhost", 80), "server": None}, [], ["http"]),
        ({**http_scope("localhost", 80), "headers": []}, [], ["http"]),
    ],
)
def test_the_guard_knows_the_names_of_the_plain_port(
    scope: Scope, own: list[str], refused: list[str]
) -> None:
    app, stranger = Ears(), Ears()
    asyncio.run(Guard(app, stranger)(scope, _nothing, _nobody))
    assert (app.heard, stranger.heard) == (own, refused)


def test_a_server_whose_socket_is_gone_says_that_it_did_not_start() -> None:
    server = Server(PlainTextResponse("ada"), "127.0.0.1", 0)
    server.stop()
    with pytest.raises(ConfigError, match="did not start"):
        server.start()
