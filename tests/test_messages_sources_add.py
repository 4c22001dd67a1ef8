"""The words of ``siaga sources add``: every key of every platform is explained."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.connecting import platforms
from monitor.errors import Reason
from monitor.messages import sources_add as words
from monitor.messages.sources_keys import key_help, key_title, platform_reads, platform_title

WIB = ZoneInfo("Asia/Jakarta")
ASKED = [
    (offer.name, key)
    for offer in platforms()
    for key in ("base_url", *offer.needs, *offer.takes)
    if key != "base_url" or not offer.base_url
]


@pytest.mark.parametrize(("platform", "key"), ASKED)
def test_every_key_of_every_platform_says_what_it_is_and_where_it_is_found(
    platform: str, key: str
) -> None:
    assert key_title(key) != key
    told = key_help(platform, key)
    assert told and len(told.splitlines()) <= 2
    assert all(len(line) <= 100 for line in words.key_lines(platform, key).splitlines())


@pytest.mark.parametrize("name", [offer.name for offer in platforms()])
def test_every_platform_has_a_name_and_what_is_read_there(name: str) -> None:
    assert platform_title(name)[0].isupper()
    assert len(words.platform_line(10, name, replies=True, hides=True)) <= 140


def test_a_new_platform_and_a_new_key_need_no_words_of_their_own() -> None:
    assert platform_title("pasar_warga") == "Pasar warga"
    assert platform_reads("pasar_warga") == "kiriman warga kepada akun kantor"
    assert key_help("pasar_warga", "token").startswith("Dibuat di situs pengembang")
    assert (key_title("stempel"), key_help("pasar_warga", "stempel")) == ("stempel", "")
    assert words.key_lines("pasar_warga", "stempel") == "\nstempel"


def test_what_can_be_done_stands_behind_a_platform() -> None:
    lines = [
        words.platform_line(3, "feed", replies=False, hides=False),
        words.platform_line(3, "wordpress", replies=True, hides=False),
        words.platform_line(3, "facebook", replies=True, hides=True),
    ]
    assert [line.rpartition("(")[2] for line in lines] == [
        "hanya dibaca)",
        "dapat dibalas)",
        "dapat dibalas dan disembunyikan)",
    ]


def test_a_prompt_says_what_is_hidden_and_what_may_be_left_out() -> None:
    assert words.prompt("account", secret=False) == "account"
    assert words.prompt("token", secret=True) == "token (tidak tampil saat diketik)"
    assert words.prompt("token", secret=True, hint=words.SKIP) == (
        "token (tidak tampil saat diketik; Enter untuk melewati)"
    )


@pytest.mark.parametrize("reason", [*Reason, None])
def test_every_failure_has_plain_words_and_the_programs_own(reason: Reason | None) -> None:
    told = words.failed(reason, "contoh.example: HTTP 418")
    assert told.startswith("\nBelum berhasil. ")
    assert told.endswith("\n  (contoh.example: HTTP 418)")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_failure_in_the_browser_has_plain_words(reason: Reason) -> None:
    assert words.consent_failed(reason, "sebab").endswith("\n  (sebab)")


def test_a_good_check_tells_whose_account_it_is_and_how_long_it_lives(now: datetime) -> None:
    assert words.found("@dinas", "", None, now, WIB) == "Berhasil masuk sebagai: @dinas"
    soon = words.found("@dinas", "komentar", now + timedelta(days=9, hours=15), now, WIB)
    assert soon.splitlines()[1:] == [
        "  komentar",
        "  Izin berlaku sampai 20 Mar 2026 (9 hari lagi)",
    ]
    assert "(0 hari lagi)" in words.found("@dinas", "", now - timedelta(days=3), now, WIB)


def test_what_would_be_written_hides_secrets() -> None:
    assert words.would_write("[a]\nb = 1\n", "config.toml", ["SIAGA_X"], "siaga.env") == (
        "config.toml:\n  [a]\n  b = 1\nsiaga.env:\n  SIAGA_X=***"
    )
    assert words.would_write("[a]\n", "config.toml", [], "siaga.env") == "config.toml:\n  [a]"
    assert words.would_write("", "config.toml", [], "siaga.env") == ""


def test_what_was_written_is_told() -> None:
    both = words.written("kanal", "config.toml", 2, "siaga.env", fresh=True)
    assert "[sources.kanal] di config.toml" in both and "2 rahasia di siaga.env" in both
    assert words.written("kanal", "config.toml", 0, "siaga.env", fresh=False) == (
        "Lanjut: siaga check, lalu mulai ulang layanan Siaga."
    )


def test_small_answers_name_what_they_are_about() -> None:
    assert words.wrong_number(3) == "Ketik angka 1 sampai 3."
    assert "'A b'" in words.wrong_name("A b")
    assert "siaga sources renew kanal" in words.taken_name("kanal")
    assert "siaga sources resume kanal" in words.still_paused("kanal")
    assert words.numbered(["token", "account"]) == "  1. token\n  2. account"
    lines = words.consent_lines("https://a.example/?x=1", "http://127.0.0.1:8739/")
    assert (
        "\nhttps://a.example/?x=1\n" in lines and "(sekali saja): http://127.0.0.1:8739/" in lines
    )
