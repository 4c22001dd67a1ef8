"""News of sources: whole messages that fit, are safe, and say what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import Reason
from monitor.messages import Message, sources
from monitor.messages.base import TEXT_LIMIT, visible_length
from monitor.messages.source_steps import About
from monitor.platforms.known import KNOWN
from tests.telegram_html import check
from tests.test_messages_card import NASTY

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FB = About("fb_mmc", "facebook", "MMC Contoh", "token")
KEYS = ("token", "password", "refresh_token", "secret", "key_file", "")


def seen(text: str) -> list[str]:
    return check(Message(text), TEXT_LIMIT).splitlines()


@pytest.mark.parametrize("platform", [*KNOWN, "tak_dikenal"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("reason", [*Reason, None])
def test_every_stop_names_its_source_and_what_to_do(
    platform: str, key: str, reason: Reason | None
) -> None:
    about = About("satu", platform, "Kantor Contoh", key, key == "refresh_token")
    lines = seen(sources.stopped(sources.Down(about, NOW - HOUR, reason, "x"), WIB, NOW))
    assert lines[0] == "⛔ Sumber satu berhenti dibaca"
    assert "Yang perlu dilakukan admin:" in lines
    assert any(line.endswith("siaga sources resume satu.") for line in lines)
    assert lines[-1] == "Keterangan: x"


def test_a_dead_token_is_told_step_by_step() -> None:
    down = sources.Down(FB, NOW - 2 * HOUR, Reason.AUTH, "me: HTTP 400 (190)")
    lines = seen(sources.stopped(down, WIB, NOW))
    assert lines[1:4] == [
        "Halaman Facebook · MMC Contoh",
        "Halaman Facebook menolak token atau kata sandi Siaga. "
        "Komentar sejak 08.00 WIB tidak terpantau.",
        "Yang perlu dilakukan admin:",
    ]
    assert lines[4].startswith("1. Buat kunci baru: Token Halaman.")
    assert lines[5:8] == [
        "2. Di server Siaga, jalankan siaga sources renew fb_mmc dan tempel kuncinya "
        "(atau isi SIAGA_SOURCES__FB_MMC__TOKEN).",
        "3. Mulai ulang Siaga.",
        "4. Bila masih berhenti: siaga sources resume fb_mmc.",
    ]


def test_what_was_never_read_says_so() -> None:
    down = sources.Down(FB, None, Reason.PERMISSION)
    assert "belum pernah terbaca" in sources.stopped(down, WIB, NOW)


@pytest.mark.parametrize("words", NASTY.values(), ids=NASTY)
def test_foreign_words_are_safe_and_every_message_fits(words: str) -> None:
    about = About(words, words, words, "token")
    down = sources.Down(about, NOW, Reason.UNREACHABLE, words)
    parked = sources.Parked([about] * 30, Reason.QUOTA, NOW + DAY, True, 5)
    for text in (
        sources.stopped(sources.Down(about, NOW, Reason.AUTH, words), WIB, NOW),
        sources.silent([down] * 30, WIB, NOW, all_down=True),
        sources.back([(down, True)] * 30, WIB, NOW),
        sources.expiring(about, NOW + DAY, WIB, NOW),
        sources.parked(parked, WIB, NOW),
        sources.gap(words, NOW - DAY, NOW, WIB),
        sources.doubtful(about, words),
        sources.still(about, NOW - 9 * DAY, DAY, WIB, NOW),
    ):
        seen(text)
        assert visible_length(text) <= TEXT_LIMIT


def test_a_long_list_is_cut() -> None:
    many = [sources.Down(About(f"s{i}", "feed"), NOW, Reason.UNREACHABLE) for i in range(11)]
    lines = seen(sources.silent(many, WIB, NOW, all_down=False))
    assert lines[0] == "⚠️ 11 sumber tidak terbaca"
    assert lines[9] == "dan 3 lainnya"


@pytest.mark.parametrize(
    ("platform", "units", "counted", "told", "advice"),
    [
        ("youtube", 10_000.0, "units", "(10.000 sehari)", "Google Cloud Console"),
        ("x", 2.0, "USD", "(US$ 2 sehari)", "menambah biaya"),
        ("google_play", 2400.0, "calls", "(2.400 sehari)", "Batasnya units_a_day"),
        ("mastodon", None, "", "Jatah hari ini habis.", "every_seconds"),
    ],
)
def test_a_spent_budget_says_how_large_it_is_and_how_to_raise_it(
    platform: str, units: float | None, counted: str, told: str, advice: str
) -> None:
    about = About("satu", platform)
    view = sources.Parked([about], Reason.QUOTA, NOW + 5 * HOUR, True, units, counted)
    text = "\n".join(seen(sources.parked(view, WIB, NOW)))
    assert told in text
    assert advice in text
    assert "dibaca lagi mulai 15.00 WIB" in text


def test_lost_comments_are_told_with_their_time() -> None:
    assert seen(sources.gap("<media>", NOW - DAY, NOW, WIB))[:2] == [
        "⚠️ Sumber <media>: ada komentar yang tidak terbaca",
        "antara 19 Nov 10.00 WIB dan 10.00 WIB.",
    ]
