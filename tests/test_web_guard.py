"""What the page refuses and hides: strangers, forged forms, markup, personal data, faults."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import StorageError
from monitor.records import (
    DraftId,
    IncidentState,
    Sentiment,
)
from monitor.store import drafts, predictions
from monitor.web.guard import MOST_BYTES, SECURITY_HEADERS
from tests.web_visit import HTMX, Visitor, the_incident, visiting
from tests.web_world import (
    VERSION,
    World,
    make_world,
    prediction,
    tell_crisis,
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


def test_no_personal_data_reaches_the_page(still: Visitor) -> None:
    text = still.read().text + still.read("/incident/1").text
    assert "Nama Rahasia" not in text
    assert "0812" not in text
    assert re.search(r"Warga [0-9A-F]{4}", text)


def test_what_citizens_write_is_never_markup(world: World, store: Database, tab: Visitor) -> None:
    stored = world.say(store, "x", author="<b>jahat</b>", permalink="javascript:alert(1)")
    evil = replace(
        prediction(stored, Sentiment.NEGATIF, "banjir_bencana"),
        masked='<script>alert("1")</script><img src=x onerror=alert(2)>',
    )
    predictions.write(store, [(stored, evil)], VERSION)
    text = tab.read().text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;&lt;img" in text
    assert "<script>" not in text
    assert "<img src=x" not in text
    assert "javascript:alert" not in text


@pytest.mark.parametrize("back", ["https://lain.example/", "//lain.example", "/x", "javascript:1"])
def test_a_form_leads_back_into_our_own_pages_only(tab: Visitor, back: str) -> None:
    sent = tab.press("/incident/1/take", headers={}, back=back)
    assert sent.headers["location"].startswith("/?answer=")


@pytest.mark.parametrize(
    "given", [{"lain": "1"}, {"token": ""}, {"token": "salah"}, {"token": "é"}]
)
def test_a_press_without_the_page_s_token_changes_nothing(
    store: Database, tab: Visitor, given: dict[str, str]
) -> None:
    answer = tab.http.post("/incident/1/take", data=given)
    assert answer.status_code == 403
    assert "Tidak ada yang diubah" in answer.text
    assert the_incident(store).state is IncidentState.OPEN


def test_tokens_differ_from_one_start_to_the_next(world: World) -> None:
    with visiting(world) as one, visiting(world) as other:
        one.read()
        other.read()
        assert len(one.token) >= 32
        assert one.token != other.token


@pytest.mark.parametrize(
    "host", ["lain.example", "lain.example:{port}", "127.0.0.1", "127.0.0.1:1", "10.0.0.1:{port}"]
)
def test_a_foreign_name_is_refused(store: Database, tab: Visitor, host: str) -> None:
    port = str(tab.http.base_url.port)
    for method in ("GET", "POST"):
        answer = tab.http.request(
            method,
            "/incident/1/take" if method == "POST" else "/",
            headers={"Host": host.format(port=port)},
            data={"token": tab.token} if method == "POST" else None,
        )
        assert answer.status_code == 421
        assert "Alamat ini tidak dilayani" in answer.text
        assert tab.token not in answer.text
    assert the_incident(store).state is IncidentState.OPEN


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_this_machine_s_own_names_are_answered(still: Visitor, name: str) -> None:
    assert still.read("/", Host=f"{name}:{still.http.base_url.port}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/incident/9", 404), ("/static/page.css", 200), ("/x", 404), ("/part/x", 404)],
)
def test_every_answer_carries_the_security_headers(still: Visitor, path: str, status: int) -> None:
    answer = still.read(path)
    assert answer.status_code == status
    for name, value in SECURITY_HEADERS.items():
        if name != "Cache-Control":
            assert answer.headers[name] == value
    kept = "no-cache" if path.startswith("/static") else "no-store"
    assert answer.headers["cache-control"] == kept
    assert "server" not in answer.headers


def test_no_page_holds_an_inline_script_or_a_foreign_address(still: Visitor) -> None:
    text = still.read().text
    assert re.findall(r"<script(?![^>]* src=\"/static/)", text) == []
    assert " style=" not in text
    assert " onclick" not in text
    assert re.findall(r'(?:src|action)="(?!/)', text) == []


@pytest.mark.parametrize("number", ["999", "9223372036854775808", "9" * 40])
@pytest.mark.parametrize("path", ["/incident/{}", "/incident/{}/part", "/incident/{}/chart.png"])
def test_an_unknown_incident_is_a_page_that_says_so(still: Visitor, path: str, number: str) -> None:
    answer = still.read(path.format(number))
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text
    assert "Kembali ke halaman utama" in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/incident/999/take", {}),
        ("/incident/999/suggest", {}),
        ("/draft/999/approve", {}),
        ("/draft/99999999999999999999/reject", {}),
        ("/comment/999/label", {"field": "sentiment", "value": "netral"}),
    ],
)
def test_a_press_on_an_unknown_row_is_not_found(
    still: Visitor, path: str, fields: dict[str, str]
) -> None:
    fragment = still.press(path, **fields)
    assert fragment.status_code == 404
    assert "<html" not in fragment.text
    whole = still.press(path, headers={}, **fields)
    assert whole.status_code == 404
    assert "Tidak ditemukan" in whole.text


def test_a_part_that_fails_leaves_what_stands(still: Visitor) -> None:
    answer = still.read("/incident/999/part", **HTMX)
    assert answer.status_code == 404
    assert answer.headers["HX-Reswap"] == "none"
    assert answer.text == ""


def test_a_form_that_is_none_of_ours_is_refused(store: Database, tab: Visitor) -> None:
    many = "&".join(f"f{i}=1" for i in range(50))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = {
        413: tab.press("/draft/1/rewrite", text="a" * (MOST_BYTES + 1)),
        415: tab.http.post("/draft/1/rewrite", json={"token": tab.token, "text": "a"}),
        400: tab.http.post("/draft/1/rewrite", content=many, headers=form),
        405: tab.http.get("/draft/1/rewrite"),
    }
    assert {status: answer.status_code for status, answer in refused.items()} == {
        status: status for status in refused
    }
    kept = drafts.get(store, DraftId(1))
    assert kept is not None
    assert kept.text == kept.suggested


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (sqlite3.OperationalError("database is locked"), 503, "sedang sibuk"),
        (StorageError("database: x: gone"), 503, "sedang sibuk"),
        (RuntimeError("rahasia"), 500, "Terjadi gangguan"),
    ],
)
def test_a_fault_is_told_in_plain_words(
    world: World, error: Exception, status: int, said: str
) -> None:
    def broken() -> Database:
        raise error

    with visiting(world, open_db=broken) as visitor:
        answer = visitor.read()
    assert answer.status_code == status
    assert said in answer.text
    assert str(error) not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
