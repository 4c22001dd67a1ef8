"""How things stand, in words: the most pressing first, and silence is never called calm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages.base import ROLE_NAMES, TEXT_LIMIT
from monitor.messages.help import help_for
from monitor.messages.status import Running, Standing, status
from monitor.records import IncidentId, IncidentState, Level, Role
from tests.making import NOW, make_incident, make_reading
from tests.telegram_html import check

WIB = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)


def view(**more: Any) -> Standing:
    plain: dict[str, Any] = {
        "running": (),
        "drafts": 0,
        "questions": (0, 0),
        "silent": (),
        "watching": 2,
        "duty": None,
        "zone": WIB,
        "now": NOW,
    }
    return Standing(**{**plain, **more})


def lines(**more: Any) -> list[str]:
    return check(status(view(**more)), TEXT_LIMIT).splitlines()


def run(name: str = "Banjir & bencana", taken: int | None = None, **more: Any) -> Running:
    given = {"level": Level.SIAGA, "opened_at": NOW - 50 * timedelta(minutes=1), **more}
    return Running(make_incident(**given), name, taken)


def test_everything_at_once_fits_a_phone() -> None:
    held = run("Kesehatan", 7, state=IncidentState.ACKNOWLEDGED, holder="Ani <b>")
    shown = lines(
        running=[run(), held],
        drafts=3,
        questions=(2, 1),
        silent=[("media", NOW - HOUR), ("<baru>", None)],
        watching=4,
        duty=("Ani", "Budi"),
    )
    assert shown == [
        "Keadaan 12.00 WIB",
        "🟠 Siaga · Banjir & bencana #7",
        "12 negatif dalam 1 jam · belum ada yang menangani, sudah 50 menit",
        "🟠 Siaga · Kesehatan #7",
        "12 negatif dalam 1 jam · ditangani Ani <b> setelah 7 menit",
        "📝 3 saran balasan menunggu · 2 pertanyaan menunggu OPD (1 lewat batas)",
        "⚠️ Tidak terpantau: media sejak 11.00 WIB, <baru> (belum pernah terbaca)",
        "👤 Petugas jaga: Ani · cadangan Budi",
    ]


def test_a_quiet_office_is_calm_only_where_all_is_seen() -> None:
    assert lines() == ["Keadaan 12.00 WIB", "Tidak ada isu di atas biasanya."]
    some = lines(silent=[("media", NOW)])
    assert some[1:] == [
        "Tidak ada isu yang terlihat naik.",
        "⚠️ Tidak terpantau: media sejak 12.00 WIB",
    ]
    everything = lines(silent=[("media", NOW), ("warta", NOW)])
    assert everything[2].startswith(
        "⚠️ Semua sumber tidak terpantau, jadi sepi belum tentu tenang: media"
    )
    assert lines(watching=0)[1:] == [
        "Tidak ada isu yang terlihat naik.",
        "⚠️ Belum ada sumber yang dipantau.",
    ]


def test_long_lists_are_cut_and_counted() -> None:
    shown = lines(running=[run()] * 9, silent=[(f"s{i}", None) for i in range(8)], watching=9)
    assert "dan 3 isu lainnya" in shown
    assert shown[-1].endswith("s5 (belum pernah terbaca) dan 2 lainnya")


def test_each_state_says_who_holds_it() -> None:
    silenced = run(state=IncidentState.SILENCED, holder="Ani", silenced_until=NOW + 26 * HOUR)
    assert "disenyapkan Ani s.d. 11 Mar 14.00 WIB" in lines(running=[silenced])[2]
    held = run(state=IncidentState.ACKNOWLEDGED, holder="Ani", level=Level.NORMAL)
    assert lines(running=[held])[1:3] == [
        "🟢 Mereda · Banjir & bencana #7",
        "12 negatif dalam 1 jam · ditangani Ani",
    ]
    old = run(opened_at=NOW - 5 * HOUR, holder=None, state=IncidentState.ACKNOWLEDGED)
    assert lines(running=[old])[2].endswith("belum ada yang menangani, sudah 5 jam")
    assert lines(running=[run(opened_at=NOW)])[2].endswith("belum ada yang menangani, baru muncul")


def test_a_wave_counts_copies_and_accounts() -> None:
    wave = run("Salinan", topic="salinan:5", reading=make_reading(topic="salinan:5", score=31.0))
    assert "12 salinan dari 31 akun" in lines(running=[wave])[2]


def test_duty_without_anybody_is_said_plainly() -> None:
    assert lines(duty=(None, None))[-1] == (
        "👤 Petugas jaga: belum ada, semua yang dijadwalkan berhalangan"
    )
    assert lines(duty=("Ani", None))[-1] == "👤 Petugas jaga: Ani"


@pytest.mark.parametrize("role", Role)
def test_help_fits_two_screens_and_offers_only_what_is_allowed(role: Role) -> None:
    shown = check(help_for({role}), TEXT_LIMIT)
    assert len(shown) < 1500
    assert f"Peran Anda: {ROLE_NAMES[role]}." in shown
    assert ("/undang" in shown) is (role is Role.ADMIN)
    assert ("/titip" in shown) is (role in (Role.ADMIN, Role.HUMAS))
    assert ("Setujui" in shown) is (role is Role.ADMIN)
    assert ("balas pesan bot" in shown) is (role is Role.OPD)
    assert "/status" in shown


def test_help_for_somebody_without_a_role_promises_nothing() -> None:
    shown = check(help_for(set()), TEXT_LIMIT)
    assert shown.splitlines()[-1] == "Peran Anda: belum ada."


def test_ids_stay_those_of_the_store() -> None:
    assert "#12" in lines(running=[run(id=IncidentId(12))])[1]
