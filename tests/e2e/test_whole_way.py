"""Real comments in, one live card out, a reply approved by a person and posted back, a label kept.

The comments are read at run time from the shared data and stay there.
"""

from __future__ import annotations

import csv
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.store import open_store
from monitor.store.connection import rows
from tests.e2e.conftest import PROJECT, SHARED, RealWordPress
from tests.fakes.telegram import FakeTelegram

CHAT = -1001234567890
HUMAS, ADMIN, TRAINER = 501, 502, 503
_QUIET, _BURST = 420, 90
_FIRST = 60  # so many of the burst come before the card, the others after it
_ABOUT = re.compile(r"vaksin|antri|antre|kuota|daftar|puskesmas|\brs\b|rsud|dinkes", re.I)
_UPSET = re.compile(
    r"susah|lama|tidak|tdk|\bgak?\b|ngga?k|belum|\bblm\b|gagal|kecewa|percuma|habis|ribet|penuh",
    re.I,
)


def real_texts() -> tuple[list[str], list[str]]:
    """Comments for a quiet fortnight, and those that complain of one service for the burst."""
    with (SHARED / "data" / "dkk_semarang" / "unlabelled.csv").open(encoding="utf-8") as file:
        texts = list(dict.fromkeys(row["text"].strip() for row in csv.DictReader(file)))
    fitting = [text for text in texts if 15 <= len(text) <= 300 and "@user @user" not in text]
    upset = [text for text in fitting if _ABOUT.search(text) and _UPSET.search(text)]
    rng = random.Random(7)
    burst = rng.sample(upset, _BURST)
    quiet = rng.sample([text for text in fitting if text not in set(burst)], _QUIET)
    return quiet, burst


class Service:
    """`siaga run` as its own process, as an office runs it."""

    def __init__(self, folder: Path, wordpress: RealWordPress, telegram: FakeTelegram) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(
            f"""
[paths]
database = "siaga.db"
data = "{PROJECT / "data"}"
models = "{PROJECT / "models"}"
# due by the clock on the wall
[digest]
morning = ""
evening = ""
[poll]
tick_seconds = 0.5
[classify]
embeddings = "off"
[replies.signatures]
awas = 1
[telegram]
base_url = "{telegram.url}"
[[telegram.chats]]
id = {CHAT}
title = "Humas"
[web]
enabled = false
[sources.berita]
platform = "wordpress"
base_url = "{wordpress.url}"
user = "moderator"
every_seconds = 2
""",
            encoding="utf-8",
        )
        self.environment = {
            **os.environ,
            "SIAGA_TELEGRAM__TOKEN": telegram.token,
            "SIAGA_SOURCES__BERITA__PASSWORD": wordpress.password,
        }
        self.log = folder / "run.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        """One command of the product; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "monitor", "--config", self.config, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Begin to run."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "--config", self.config, "run"],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """SIGTERM: end after the running tick; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What its store holds."""
        db = open_store(self.folder / "siaga.db")
        try:
            return rows(db, sql)
        finally:
            db.close()


def until(look: Callable[[], Any], what: str, seconds: float = 90) -> Any:
    """Wait for something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.25)
    raise AssertionError(f"never: {what}")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.chat(CHAT, "supergroup", "Humas")
        yield fake


@pytest.fixture
def service(tmp_path: Path, wordpress: RealWordPress, telegram: FakeTelegram) -> Iterator[Service]:
    made = Service(tmp_path, wordpress, telegram)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()


def cards(telegram: FakeTelegram) -> list[dict[str, Any]]:
    """Messages with a picture: only cards have one."""
    return [m for m in telegram.messages(CHAT) if m.get("photo")]


def test_real_comments_become_one_card_and_one_reply(
    service: Service, wordpress: RealWordPress, telegram: FakeTelegram
) -> None:
    quiet, burst = real_texts()
    _seed_fortnight(wordpress, quiet)
    for name, role, number in (
        ("Ani", "humas", HUMAS),
        ("Budi", "admin", ADMIN),
        ("Dewi", "trainer", TRAINER),
    ):
        service.command("people", "add", name, "--role", role, "--telegram", str(number))
    assert "ok   source berita" in service.command("check")

    service.start()
    _read_back_without_alarm(service, telegram)

    _seed_burst(wordpress, burst[:_FIRST], 0)
    card = until(lambda: cards(telegram), "a card for the burst")[0]
    _seed_burst(wordpress, burst[_FIRST:], _FIRST)
    until(lambda: cards(telegram)[0]["edits"] > 0, "the card is edited in place")
    assert len(cards(telegram)) == 1, "one incident, one card"

    _take(telegram, card)
    service.kill()
    service.start()
    reply = _approve_a_reply(service, wordpress, telegram, card)
    _correct_a_label(service, telegram, card)

    assert service.stop() == 0
    assert len(cards(telegram)) == 1, "still one card after a kill and a new start"
    assert len(wordpress.replies_to(reply)) == 1
    assert service.rows("SELECT count(*) AS n FROM comment WHERE own = 0") == [
        {"n": _QUIET + _BURST}
    ]
    assert telegram.violations() == []
    log = service.log.read_text()
    assert telegram.token not in log
    assert wordpress.password not in log


def _seed_fortnight(wordpress: RealWordPress, texts: list[str]) -> None:
    rng = random.Random(11)
    now = datetime.now(UTC)
    wordpress.seed(
        [
            {
                "content": text,
                "author_name": f"Pembaca {rng.randrange(200)}",
                "date": (now - timedelta(minutes=20 + rng.random() * 14 * 1440)).isoformat(),
                "post": rng.choice(wordpress.env["posts"]["open"]),
            }
            for text in texts
        ],
        direct=True,
    )


def _seed_burst(wordpress: RealWordPress, texts: list[str], number: int) -> None:
    """Posted over REST while the service polls, as readers do."""
    wordpress.seed(
        [
            {
                "content": text,
                "author_name": f"Warga {i}",
                "post": wordpress.env["posts"]["open"][0],
            }
            for i, text in enumerate(texts)
        ],
        direct=False,
    )


def _read_back_without_alarm(service: Service, telegram: FakeTelegram) -> None:
    def all_read() -> bool:
        found = service.rows("SELECT count(*) AS n FROM comment WHERE predicted_by IS NOT NULL")
        return bool(found[0]["n"] == _QUIET)

    until(all_read, "the quiet fortnight is read and understood")
    until(
        lambda: service.rows("SELECT 1 FROM source WHERE backfilled_at IS NOT NULL"), "a first read"
    )
    time.sleep(3)
    assert telegram.messages(CHAT) == [], "a quiet fortnight raises nothing"


def _card_text(telegram: FakeTelegram) -> str:
    return str(cards(telegram)[0]["caption"])


def _take(telegram: FakeTelegram, card: dict[str, Any]) -> None:
    telegram.press(CHAT, card["message_id"], label="Tangani", user_id=HUMAS)
    until(lambda: "Ditangani oleh Ani" in _card_text(telegram), "the card says who took it")


def _approve_a_reply(
    service: Service, wordpress: RealWordPress, telegram: FakeTelegram, card: dict[str, Any]
) -> int:
    def drafts() -> list[dict[str, Any]]:
        return [m for m in telegram.messages(CHAT) if "Saran balasan #" in m.get("text", "")]

    until(lambda: service.rows("SELECT 1 FROM draft"), "drafts are suggested")
    telegram.press(CHAT, card["message_id"], label="Saran balasan", user_id=ADMIN)
    draft = until(drafts, "the drafts are shown")[0]
    refused = telegram.press(CHAT, draft["message_id"], label="Setujui", user_id=HUMAS)
    until(lambda: (telegram.callback(refused) or {}).get("answered"), "humas is told no")
    assert service.rows("SELECT 1 FROM draft WHERE state <> 'proposed'") == []
    telegram.press(CHAT, draft["message_id"], label="Setujui", user_id=ADMIN)
    telegram.press(CHAT, draft["message_id"], label="Setujui", user_id=ADMIN)
    posted = until(
        lambda: service.rows(
            "SELECT c.external_id AS comment, d.text AS text FROM draft d "
            "JOIN comment c ON c.id = d.comment_id WHERE d.state = 'posted'"
        ),
        "the reply is posted",
    )
    comment = int(posted[0]["comment"])
    standing = wordpress.replies_to(comment)
    assert len(standing) == 1
    assert "Bapak/Ibu" in standing[0]["content"]["rendered"] or "Kak" in str(standing[0]["content"])
    return comment


def _correct_a_label(service: Service, telegram: FakeTelegram, card: dict[str, Any]) -> None:
    def menu() -> list[dict[str, Any]]:
        return [m for m in telegram.messages(CHAT) if "Label komentar" in m.get("text", "")]

    telegram.press(CHAT, card["message_id"], label="Salah label 1", user_id=TRAINER)
    shown = until(menu, "the label menu")[0]
    telegram.press(CHAT, shown["message_id"], label="Positif", user_id=TRAINER)
    kept = until(
        lambda: service.rows("SELECT field, value, person FROM label"), "the correction is kept"
    )
    assert kept == [{"field": "sentiment", "value": "positif", "person": "Dewi"}]
