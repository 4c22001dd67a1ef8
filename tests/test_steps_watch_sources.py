"""What people hear of watched sources: each thing once, when it happens, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import Reason
from monitor.platforms.base import Gap, Health, Page
from monitor.platforms.offer import Connected, Consent, Platform
from monitor.records import Level, NoticeKind, SourceId
from monitor.steps.notify import notify
from monitor.store import sources
from tests.watching import DAY, HOUR, MEDIA, MINUTE, NOW, Office, beginning
from tests.world import SITE, seed_chat

NIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # midnight in WIB
LEADERS = -200


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, SITE, MEDIA)
    made.reads(SITE, MEDIA)
    yield made
    made.db.close()


# Nothing to tell.


def test_sources_that_are_read_are_no_news(office: Office) -> None:
    assert office.hears(NOW + MINUTE) == []
    assert office.told == 0


def test_a_source_that_was_never_due_or_is_read_just_now_is_no_news(office: Office) -> None:
    # Siaga was off for a night: everything is old, nothing has failed.
    assert office.hears(NOW + 12 * HOUR) == []
    office.fails(at=NOW, wait=2 * MINUTE)
    # after the night the poll that failed before it is due again, and under way
    assert office.hears(NOW + 12 * HOUR) == []


def test_a_row_of_a_source_that_is_configured_no_more_is_no_news(office: Office) -> None:
    sources.register(office.db, [(SourceId("lama"), "wordpress")])
    office.fails(SourceId("lama"), at=NOW, forever=True)
    assert office.hears(NOW + HOUR) == []


# Stopped.


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (Reason.AUTH, "menolak token atau kata sandi Siaga. Komentar sejak 10.00 WIB tidak"),
        (Reason.PERMISSION, "tidak lagi mengizinkan Siaga membaca akun ini."),
        (Reason.GONE, "akun atau halamannya tidak ditemukan."),
        (Reason.NOT_ALLOWED, "tidak memberi jawaban yang dapat dibaca."),
    ],
)
def test_a_source_that_failed_for_good_is_told_at_once_and_once(
    office: Office, reason: Reason, why: str
) -> None:
    office.fails(at=NOW + MINUTE, reason=reason, forever=True)
    (text,) = office.hears(NOW + MINUTE)
    assert text.startswith("⛔ Sumber berita berhenti dibaca\nSitus WordPress")
    assert why in text
    assert "siaga sources resume berita" in text
    assert text.endswith("Keterangan: berita: no luck")
    for later in (2 * MINUTE, HOUR, 3 * DAY):
        assert office.hears(NOW + later) == []


def test_a_pause_by_a_person_is_no_news(office: Office) -> None:
    office.fails(at=NOW + MINUTE)
    sources.pause(office.db, SITE, "paused on the command line")
    assert office.hears(NOW + DAY) == []


def test_resumed_in_vain_it_stays_one_message_and_is_told_anew_another_day(office: Office) -> None:
    office.fails(at=NOW + MINUTE, reason=Reason.AUTH, forever=True)
    assert len(office.hears(NOW + MINUTE)) == 1
    sources.resume(office.db, SITE, NOW + 2 * MINUTE)
    office.fails(at=NOW + 3 * MINUTE, reason=Reason.AUTH, forever=True)
    assert office.hears(NOW + 3 * MINUTE) == []
    sources.resume(office.db, SITE, NOW + DAY)
    assert office.hears(NOW + DAY) == []
    office.fails(at=NOW + DAY + MINUTE, reason=Reason.AUTH, forever=True)
    assert beginning(office.hears(NOW + DAY + MINUTE)) == ["⛔ Sumber berita berhenti dibaca"]


def test_a_source_that_was_mended_is_told_when_it_reads_again(office: Office) -> None:
    office.fails(at=NOW + MINUTE, reason=Reason.AUTH, forever=True)
    office.hears(NOW + MINUTE)
    sources.resume(office.db, SITE, NOW + 2 * HOUR)
    assert office.hears(NOW + 2 * HOUR) == []
    office.reads(at=NOW + 2 * HOUR)
    (text,) = office.hears(NOW + 2 * HOUR)
    assert text == (
        "✅ Terbaca kembali\n"
        "• berita (Situs WordPress), tidak terbaca sejak 10.00 WIB; yang terlewat sudah dibaca"
    )
    assert office.hears(NOW + 3 * HOUR) == []


def test_the_steps_name_the_key_that_the_platform_needs(office: Office) -> None:
    account = Health(True, "@dinas_contoh", "ok")
    sources.checked(office.db, SITE, account, NOW)
    consent = Consent("http://127.0.0.1", "http://127.0.0.1", ())
    for name, offer in (
        (SITE, Platform("mastodon", lambda setup: Connected(office.watched[0]), needs=("token",))),
        (MEDIA, Platform("youtube", lambda s: Connected(office.watched[1]), consent=consent)),
    ):
        office.account(name, offer)
        office.fails(name, at=NOW + MINUTE, reason=Reason.AUTH, forever=True)
    by_token, by_browser = sorted(office.hears(NOW + MINUTE))
    assert "@dinas_contoh" in by_token
    assert "siaga sources renew berita" in by_token
    assert "SIAGA_SOURCES__BERITA__TOKEN" in by_token
    assert "lewat peramban" in by_browser
    assert "SIAGA_SOURCES" not in by_browser


def test_the_key_is_one_that_is_taken_where_none_is_needed(office: Office) -> None:
    offer = Platform(
        "wordpress", lambda s: Connected(office.watched[0]), takes=("user", "password")
    )
    office.account(SITE, offer)
    office.fails(at=NOW + MINUTE, reason=Reason.AUTH, forever=True)
    assert "SIAGA_SOURCES__BERITA__PASSWORD" in office.hears(NOW + MINUTE)[0]


# Silent.


def test_a_source_is_silent_after_half_an_hour_and_told_once(office: Office) -> None:
    office.fails(at=NOW + 25 * MINUTE)
    assert office.hears(NOW + 30 * MINUTE) == []
    assert office.hears(NOW + 31 * MINUTE) == [
        "⚠️ Sumber berita tidak terbaca\n"
        "• berita (Situs WordPress) sejak 10.00 WIB: tidak dapat dihubungi\n"
        "Buka alamatnya di peramban. Bila terbuka di sana, periksa koneksi internet server Siaga.\n"
        "Siaga terus mencoba sendiri dan mengabari begitu terbaca lagi."
    ]
    office.fails(at=NOW + 55 * MINUTE)
    assert office.hears(NOW + HOUR) == []
    office.reads(SITE, at=NOW + 2 * HOUR)
    assert beginning(office.hears(NOW + 2 * HOUR)) == ["✅ Terbaca kembali"]
    office.fails(at=NOW + 3 * HOUR)
    assert beginning(office.hears(NOW + 3 * HOUR)) == ["⚠️ Sumber berita tidak terbaca"]


def test_three_polls_of_a_slow_source_may_fail(office: Office) -> None:
    slow = Platform("feed", lambda setup: Connected(office.watched[0]), every_seconds=3600)
    office.account(SITE, slow)
    office.fails(at=NOW + 2 * HOUR, wait=HOUR)
    assert office.hears(NOW + 2 * HOUR + 59 * MINUTE) == []
    office.fails(at=NOW + 3 * HOUR, wait=HOUR)
    assert len(office.hears(NOW + 3 * HOUR + MINUTE)) == 1


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (Reason.BAD_ANSWER, "menjawab tidak seperti biasanya"),
        (Reason.RATE, "terus meminta Siaga menunggu"),
        (None, "jawabannya tidak dapat disimpan"),
    ],
)
def test_the_cause_of_silence_is_named(office: Office, reason: Reason | None, why: str) -> None:
    office.fails(at=NOW + 31 * MINUTE, reason=reason)
    assert why in office.hears(NOW + 32 * MINUTE)[0]


def test_a_source_that_never_answered_is_told_after_some_tries(tmp_path: Path) -> None:
    office = Office(tmp_path, SITE, MEDIA)
    office.reads(MEDIA)
    for number in range(4):
        assert office.hears(NOW) == []
        office.fails(at=NOW + number * MINUTE)
    (text,) = office.hears(NOW + 4 * MINUTE)
    assert "• berita (Situs WordPress) belum pernah terbaca: tidak dapat dihubungi" in text
    office.reads(SITE, MEDIA, at=NOW + HOUR)
    assert "• berita (Situs WordPress), untuk pertama kali" in office.hears(NOW + HOUR)[0]
    office.db.close()


def test_what_was_lost_meanwhile_is_told_when_it_reads_again(office: Office) -> None:
    office.fails(at=NOW + 31 * MINUTE)
    office.hears(NOW + 31 * MINUTE)
    gap = Gap(NOW, NOW + HOUR, "the list was too short")
    page = Page((), "1", gap=gap)
    sources.store_page(office.db, SITE, page, NOW + 2 * HOUR, backfilled=False)
    office.reads(SITE, at=NOW + 2 * HOUR)
    assert "sebagian komentar tidak dapat dibaca lagi" in office.hears(NOW + 2 * HOUR)[0]


def test_all_that_fall_silent_together_are_one_message_and_loud(office: Office) -> None:
    office.fails(SITE, MEDIA, at=NOW + 31 * MINUTE)
    (text,) = office.hears(NOW + 31 * MINUTE)
    assert text.startswith("⚠️ Semua sumber tidak terbaca\n• berita")
    assert "Sepi belum tentu tenang" in text
    assert "semua sumber gagal bersamaan" in text
    assert office.kinds() == {NoticeKind.OPERATOR}
    office.reads(SITE, MEDIA, at=NOW + HOUR)
    (text,) = office.hears(NOW + HOUR)
    assert len(text.splitlines()) == 3


def test_the_last_one_that_falls_silent_makes_it_all_of_them(office: Office) -> None:
    office.fails(SITE, at=NOW + 31 * MINUTE)
    assert beginning(office.hears(NOW + 31 * MINUTE)) == ["⚠️ Sumber berita tidak terbaca"]
    assert office.kinds() == {NoticeKind.SOURCE}
    office.fails(MEDIA, at=NOW + 40 * MINUTE)
    (text,) = office.hears(NOW + 40 * MINUTE)
    assert text.startswith("⚠️ Semua sumber tidak terbaca\n• berita")
    assert NoticeKind.OPERATOR in office.kinds()


def test_what_a_person_paused_does_not_count_for_all(office: Office) -> None:
    sources.pause(office.db, MEDIA, "paused on the command line")
    office.fails(at=NOW + 31 * MINUTE)
    assert beginning(office.hears(NOW + 31 * MINUTE)) == ["⚠️ Semua sumber tidak terbaca"]


@pytest.mark.parametrize(("alone", "quiet"), [(False, True), (True, False)])
def test_at_night_only_that_everything_is_blind_makes_a_sound(
    tmp_path: Path, alone: bool, quiet: bool
) -> None:
    office = Office(tmp_path, *([SITE] if alone else [SITE, MEDIA]))
    office.reads(*[one.id for one in office.watched], at=NIGHT)
    office.fails(SITE, at=NIGHT + 31 * MINUTE)
    office.hears(NIGHT + 31 * MINUTE)
    assert office.tools.knowledge.duty.quiet is not None
    notify(office.db, office.tools, NIGHT + 31 * MINUTE)
    ((place, _),) = office.channel.sent
    assert place.silent is quiet
    office.db.close()


def test_leaders_who_want_awas_only_hear_that_everything_is_blind(office: Office) -> None:
    seed_chat(office.db, LEADERS, Level.AWAS)
    office.fails(SITE, at=NOW + 31 * MINUTE)
    office.hears(NOW + 31 * MINUTE)
    assert (len(office.news()), len(office.news(LEADERS))) == (1, 0)
    office.fails(MEDIA, at=NOW + 31 * MINUTE)
    office.hears(NOW + 32 * MINUTE)
    assert (len(office.news()), len(office.news(LEADERS))) == (2, 1)


def test_a_group_that_is_alone_hears_everything(tmp_path: Path) -> None:
    office = Office(tmp_path, SITE, MEDIA)
    office.db.execute("UPDATE chat SET min_level = 'awas'")
    office.db.conn.commit()
    office.reads(SITE, MEDIA)
    office.fails(at=NOW + 31 * MINUTE)
    assert len(office.hears(NOW + 31 * MINUTE)) == 1
    office.db.close()
