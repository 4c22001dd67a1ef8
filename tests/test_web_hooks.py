"""Webhooks over real HTTP: signed deliveries are stored once, everything else changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlite_utils import Database

from monitor import logs
from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.base import Delivery, Page, Seen
from monitor.platforms.offer import Connected, Platform
from monitor.records import SourceId, SourceStatus, Visibility
from monitor.steps.tools import Account
from monitor.store import open_store, sources
from monitor.store.connection import rows
from monitor.web import build_hooks, serve
from monitor.web.guard import SECURITY_HEADERS
from monitor.web.hooks import MOST_BYTES
from tests.fakes.clock import Clock
from tests.world import MemorySource, make_comment, make_tools

SECRET = "rahasia-aplikasi-contoh"
DOOR, BARE = SourceId("pintu"), SourceId("media")
WORDS = "Lampu jalan di gang kami mati lagi"
RAW = json.dumps({"key": "k1", "say": {"c1": WORDS}}).encode()
SEALED = SECURITY_HEADERS["Content-Security-Policy"]


class SignedHook:
    """A platform that signs its bodies: ``{"key", "say": {id: text}, "gone": [ids], "poll"}``."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.challenge = "{name}"

    def handshake(self, params: Mapping[str, str]) -> str | None:
        if self.trouble is not None:
            raise self.trouble
        if not hmac.compare_digest(params.get("verify", ""), SECRET):
            return None
        return self.challenge.replace("{name}", params["challenge"])

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        if self.trouble is not None:
            raise self.trouble
        if not hmac.compare_digest(headers.get("x-signature", ""), signature(raw)):
            raise PlatformError("pintu: not signed", reason=Reason.PERMISSION)
        told = json.loads(raw)
        if not isinstance(told, dict):
            raise PlatformError("pintu: no object", reason=Reason.BAD_ANSWER)
        said = tuple(
            replace(make_comment(1, text, now), source_id=DOOR, external_id=number)
            for number, text in told.get("say", {}).items()
        )
        gone = tuple((number, Visibility.DELETED) for number in told.get("gone", ()))
        return Delivery(told.get("key", ""), said, gone, bool(told.get("poll")))


class Rereader:
    """Lets single comments be read again, so that every stored one is planned for it."""

    def refetch(self, wanted: list[Seen], now: datetime) -> Iterator[Page]:
        yield Page((), "", gone=tuple((one.external_id, Visibility.DELETED) for one in wanted))


def signature(raw: bytes) -> str:
    return hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


class Gate:
    """A receiver that listens, and what its platform can do with it."""

    def __init__(self, folder: Path, **connected: object) -> None:
        logs.quieten()  # the caller's own log would name what it sends
        self.hook, self.clock = SignedHook(), Clock()
        self.woken = 0
        self.trouble: Exception | None = None
        source, bare = MemorySource(DOOR), MemorySource(BARE)
        site = Platform("wordpress", lambda setup: Connected(source), keeps_days=30)
        joined = Connected(source, hook=self.hook, **connected)  # type: ignore[arg-type]
        tools = make_tools(folder, watched=[source, bare])
        self.tools = replace(
            tools,
            accounts={
                DOOR: Account(site, joined, "pintu"),
                BARE: Account(site, Connected(bare), "media"),
            },
        )
        self.db = open_store(tools.settings.database)
        sources.register(self.db, [(DOOR, "wordpress"), (BARE, "wordpress")])
        app_ = build_hooks(self.tools, self.open_db, self.wake, self.clock)
        self.server = serve(app_, "127.0.0.1", 0)
        self.http = httpx.Client(base_url=self.server.url, timeout=20)

    def open_db(self) -> Database:
        if self.trouble is not None:
            raise self.trouble
        return open_store(self.tools.settings.database)

    def wake(self) -> None:
        self.woken += 1

    def tell(
        self, told: object, name: str = DOOR, sign: Callable[[bytes], str] = signature
    ) -> httpx.Response:
        raw = json.dumps(told).encode()
        return self.http.post(f"/hook/{name}", content=raw, headers={"X-Signature": sign(raw)})

    def stored(self) -> dict[str, tuple[str, str]]:
        found = rows(self.db, "SELECT external_id, text, visibility FROM comment ORDER BY id")
        return {row["external_id"]: (row["text"], row["visibility"]) for row in found}

    def keys(self) -> int:
        return len(rows(self.db, "SELECT * FROM delivery"))

    @property
    def status(self) -> SourceStatus:
        found = sources.get(self.db, DOOR)
        assert found is not None
        return found

    def close(self) -> None:
        self.http.close()
        self.server.stop()
        self.db.close()


@contextmanager
def open_gate(folder: Path, **connected: object) -> Iterator[Gate]:
    made = Gate(folder, **connected)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with open_gate(tmp_path) as made:
        yield made


def test_a_signed_delivery_is_stored_and_wakes_the_service(gate: Gate) -> None:
    answer = gate.tell({"key": "k1", "say": {"c1": WORDS}})
    assert (answer.status_code, answer.text) == (200, "")
    assert gate.stored() == {"c1": (WORDS, "public")}
    assert gate.woken == 1
    # no poll is asked for, so the cursor and the next poll stay as they were
    assert (gate.status.cursor, gate.status.last_success_at) == (None, None)


def test_a_delivery_goes_through_the_same_upsert_as_a_poll(gate: Gate) -> None:
    gate.tell({"key": "k1", "say": {"c1": WORDS}})
    same = gate.hook.received({"x-signature": signature(RAW)}, RAW, gate.clock())
    page = Page(same.comments, "1")
    changed = sources.store_page(gate.db, DOOR, page, gate.clock(), backfilled=False)
    assert changed == 0
    gate.tell({"key": "k2", "say": {"c1": "Lampu jalan sudah menyala"}})
    assert gate.stored() == {"c1": ("Lampu jalan sudah menyala", "public")}


def test_a_replay_is_answered_as_good_and_does_nothing(gate: Gate) -> None:
    gate.tell({"key": "k1", "say": {"c1": WORDS}})
    gate.tell({"key": "k2", "gone": ["c1"]})
    gate.clock.move(days=3)
    again = gate.tell({"key": "k1", "say": {"c1": WORDS}})
    assert again.status_code == 200
    assert gate.stored() == {"c1": (WORDS, "deleted")}
    assert gate.woken == 2


def test_news_that_come_late_bring_nothing_deleted_back(gate: Gate) -> None:
    """A platform repeats for hours what it could not deliver; meanwhile we read on."""
    batch = gate.hook.received({"x-signature": signature(RAW)}, RAW, gate.clock()).comments
    sources.store_page(gate.db, DOOR, Page(batch, "1"), gate.clock(), backfilled=False)
    gone = tuple((one.external_id, Visibility.DELETED) for one in batch)
    sources.store_refetched(gate.db, DOOR, Page((), "", gone=gone), gate.clock())
    assert gate.tell({"key": "k9", "say": {"c1": WORDS}}).status_code == 200
    assert gate.stored() == {"c1": (WORDS, "deleted")}


def test_keys_are_kept_for_a_week_and_never_as_they_came(gate: Gate) -> None:
    gate.tell({"key": "nomor-warga", "say": {"c1": WORDS}})
    assert "nomor-warga" not in str(rows(gate.db, "SELECT * FROM delivery"))
    gate.clock.move(days=7, seconds=1)
    gate.tell({"key": "k2"})
    assert gate.keys() == 1


def test_a_delivery_without_a_key_is_known_by_its_body(gate: Gate) -> None:
    for _ in range(2):
        gate.tell({"say": {"c1": WORDS}})
    gate.tell({"say": {"c2": WORDS}})
    assert (list(gate.stored()), gate.keys(), gate.woken) == (["c1", "c2"], 2, 2)


def test_the_same_delivery_twice_at_once_is_stored_once(gate: Gate) -> None:
    told = {"key": "k1", "say": {f"c{i}": f"{WORDS} {i}" for i in range(20)}}
    threads = [threading.Thread(target=gate.tell, args=(told,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(gate.stored()), gate.keys(), gate.woken) == (20, 1, 1)


def test_a_poll_that_is_asked_for_comes_at_once(gate: Gate) -> None:
    now = gate.clock.now
    sources.finish_poll(gate.db, DOOR, now - timedelta(minutes=10), now + timedelta(minutes=50))
    gate.tell({"key": "k1", "poll": True})
    assert gate.status.poll_after == now
    assert gate.woken == 1


def test_news_in_a_storm_make_a_poll_every_half_minute(gate: Gate) -> None:
    now = gate.clock.now
    sources.finish_poll(gate.db, DOOR, now - timedelta(seconds=5), now + timedelta(minutes=50))
    gate.tell({"key": "k1", "poll": True})
    assert gate.status.poll_after == now + timedelta(seconds=25)


def test_a_source_that_fails_keeps_the_pause_its_platform_asked_for(gate: Gate) -> None:
    later = gate.clock.now + timedelta(hours=2)
    sources.fail_poll(gate.db, DOOR, "HTTP 429", later, reason=Reason.RATE)
    gate.tell({"key": "k1", "poll": True})
    assert gate.status.poll_after == later


def test_news_that_bring_nothing_wake_nobody(gate: Gate) -> None:
    assert gate.tell({"key": "k1"}).status_code == 200
    assert gate.woken == 0


@pytest.mark.parametrize("sign", [lambda raw: "", lambda raw: signature(raw + b" ")])
def test_what_is_not_signed_is_refused_before_anything_is_stored(
    gate: Gate, sign: Callable[[bytes], str]
) -> None:
    assert gate.tell({"key": "k1", "say": {"c1": WORDS}}, sign=sign).status_code == 403
    assert (gate.stored(), gate.keys(), gate.woken) == ({}, 0, 0)
    # the key of a forged delivery does not shut out the true one
    assert gate.tell({"key": "k1", "say": {"c1": WORDS}}).status_code == 200
    assert list(gate.stored()) == ["c1"]


def test_a_body_that_was_written_anew_is_refused(gate: Gate) -> None:
    raw = json.dumps({"key": "k1", "say": {"c1": WORDS}}).encode()
    other = json.dumps(json.loads(raw), separators=(",", ":")).encode()
    answer = gate.http.post(f"/hook/{DOOR}", content=other, headers={"X-Signature": signature(raw)})
    assert answer.status_code == 403


def test_a_signed_body_of_no_known_form_is_answered_400(gate: Gate) -> None:
    assert gate.tell([1, 2]).status_code == 400


@pytest.mark.parametrize(
    "trouble",
    [
        PlatformError("pintu: asleep", reason=Reason.UNREACHABLE),
        StorageError("database: disk is full"),
        KeyError(WORDS),
    ],
)
def test_our_own_trouble_lets_the_platform_repeat_without_its_words_in_the_log(
    gate: Gate, caplog: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    gate.hook.trouble = trouble
    told = {"key": "k1", "say": {"c1": WORDS}}
    with caplog.at_level(logging.DEBUG):
        assert gate.tell(told).status_code == 503
    assert "webhook pintu: " in caplog.text
    assert WORDS not in caplog.text
    gate.hook.trouble = None
    assert gate.tell(told).status_code == 200
    assert list(gate.stored()) == ["c1"]


def test_a_store_that_is_busy_lets_the_platform_repeat(gate: Gate) -> None:
    gate.trouble = sqlite3.OperationalError("database is locked")
    assert gate.tell({"key": "k1", "say": {"c1": WORDS}}).status_code == 503
    gate.trouble = None
    assert gate.tell({"key": "k1", "say": {"c1": WORDS}}).status_code == 200


def test_a_delivery_that_cannot_be_stored_whole_is_not_stored_at_all(gate: Gate) -> None:
    gate.db.conn.execute(
        "CREATE TRIGGER full BEFORE INSERT ON comment WHEN NEW.external_id = 'c2' "
        "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    assert gate.tell({"key": "k1", "say": {"c1": WORDS, "c2": WORDS}}).status_code == 503
    assert (gate.stored(), gate.keys()) == ({}, 0)


def test_refusals_are_told_to_the_log_now_and_then(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(30):
        gate.tell({"say": {"c1": WORDS}}, sign=lambda raw: "")
    gate.clock.move(minutes=10)
    gate.tell({"say": {"c1": WORDS}}, sign=lambda raw: "")
    told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert told == [
        "webhook pintu: 1 refused: permission, answered 403",
        "webhook pintu: 30 refused: permission, answered 403",
    ]


def test_a_handshake_is_answered_in_the_form_of_its_platform(gate: Gate) -> None:
    asked = {"verify": SECRET, "challenge": "<b>4711</b>"}
    plain = gate.http.get(f"/hook/{DOOR}", params=asked)
    assert (plain.status_code, plain.text) == (200, "<b>4711</b>")
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    gate.hook.challenge = '{"response_token": "x"}'
    assert gate.http.get(f"/hook/{DOOR}", params=asked).json() == {"response_token": "x"}


def test_a_wrong_handshake_is_refused_and_names_no_secret(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    guess = {"verify": "tebakan-orang", "challenge": "4711"}
    with caplog.at_level(logging.DEBUG):
        answer = gate.http.get(f"/hook/{DOOR}", params=guess)
        gate.hook.trouble = KeyError("tebakan-orang")
        broken = gate.http.get(f"/hook/{DOOR}", params=guess)
    assert (answer.status_code, answer.text, broken.status_code) == (403, "", 503)
    assert "unexpected KeyError" in caplog.text
    assert "tebakan-orang" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("path", ["/hook/media", "/hook/tidak_ada", "/hook", "/", "/static/a.css"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_is_answered(gate: Gate, method: str, path: str) -> None:
    answer = gate.http.request(method, path)
    assert (answer.status_code, answer.text) == (404, "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(gate: Gate, method: str) -> None:
    assert gate.http.request(method, f"/hook/{DOOR}").status_code == 405


def test_every_answer_carries_the_security_headers(gate: Gate) -> None:
    good = gate.tell({"key": "k1"})
    answers = [good, gate.tell([]), gate.http.get("/hook/x"), gate.http.put(f"/hook/{DOOR}")]
    for answer in answers:
        assert answer.headers["content-security-policy"] == SEALED
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_a_huge_body_is_cut_off(gate: Gate) -> None:
    raw = b"x" * (MOST_BYTES + 1)
    headers = {"X-Signature": signature(raw)}
    answer = gate.http.post(f"/hook/{DOOR}", content=raw, headers=headers)
    assert answer.status_code == 413


def test_a_platform_that_hangs_up_leaves_nothing(gate: Gate) -> None:
    host, port = gate.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as talk:
        talk.sendall(
            f"POST /hook/{DOOR} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{".encode()
        )
    assert gate.tell({"key": "k1"}).status_code == 200
    assert gate.stored() == {}


def test_what_a_hook_told_is_read_again_like_everything_else(tmp_path: Path) -> None:
    with open_gate(tmp_path, refetcher=Rereader()) as gate:
        gate.tell({"key": "k1", "say": {"c1": WORDS}})
        (row,) = rows(gate.db, "SELECT fetched_at, recheck_at FROM comment")
        assert row["fetched_at"] == int(gate.clock.now.timestamp())
        assert row["recheck_at"] > row["fetched_at"]
