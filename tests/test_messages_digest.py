"""The digest in words: what is not seen comes first, and a handful has no share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.messages import Message
from monitor.messages.base import TEXT_LIMIT
from monitor.messages.digest import DigestView, Kind, change, digest
from monitor.messages.status import Running
from monitor.records import IncidentState, Level, Tone
from tests.making import NOW, make_incident
from tests.telegram_html import check
from tests.test_messages_status import run
from tests.test_messages_status import view as standing

HOUR = timedelta(hours=1)


def shown(**more: Any) -> str:
    plain: dict[str, Any] = {
        "kind": Kind.MORNING,
        "since": NOW - 15 * HOUR,
        "standing": standing(),
        "read": 128,
        "tone": Tone(44, 128),
        "usual": Tone(220, 1000),
        "ended": (),
        "replied": "",
        "top": (),
    }
    return check(Message(digest(DigestView(**{**plain, **more}))), TEXT_LIMIT)


def ended(name: str, **more: Any) -> Running:
    given = {"state": IncidentState.RESOLVED, "peak": Level.SIAGA, "closed_at": NOW, **more}
    return Running(make_incident(**given), name)


def test_a_full_morning_fits_a_phone() -> None:
    told = shown(
        standing=standing(
            running=[run("Banjir & bencana", 7, state=IncidentState.ACKNOWLEDGED, holder="Ani")],
            drafts=3,
            questions=(2, 1),
            silent=[("media", NOW - 13 * HOUR)],
            duty=("Ani", "Budi"),
        ),
        ended=[ended("Air bersih", holder="Budi"), ended("Pasar", state=IncidentState.DISMISSED)],
        replied="2 balasan terkirim: 1 membaik, 1 belum dapat dinilai",
        top=[("Banjir & bencana", 120, 40), ("Kesehatan", 30, 52), ("Sampah", 9, 9)],
    )
    assert told.splitlines() == [
        "Ringkasan pagi, Selasa 10 Mar",
        "⚠️ Tidak terpantau: media sejak 9 Mar 23.00 WIB",
        "128 komentar sejak 9 Mar 21.00 WIB: 34 % negatif, biasanya 22 %.",
        "",
        "🟠 Siaga · Banjir & bencana #7",
        "12 negatif dalam 1 jam · ditangani Ani setelah 7 menit",
        "☑️ Air bersih: selesai (puncak Siaga, Budi)",
        "☑️ Pasar: bukan krisis (puncak Siaga)",
        "",
        "📝 3 saran balasan menunggu · 2 pertanyaan menunggu OPD (1 lewat batas)",
        "✅ 2 balasan terkirim: 1 membaik, 1 belum dapat dinilai",
        "",
        "Negatif terbanyak 7 hari, dibanding 7 hari sebelumnya",
        "1. Banjir & bencana: 120 (naik dari 40)",
        "2. Kesehatan: 30 (turun dari 52)",
        "3. Sampah: 9 (tetap)",
        "",
        "👤 Petugas jaga: Ani · cadangan Budi",
    ]
    assert len(told) < 800


def test_a_quiet_evening_is_short() -> None:
    told = shown(kind=Kind.EVENING, read=0, tone=Tone(), usual=Tone())
    assert told.splitlines() == [
        "Ringkasan sore, Selasa 10 Mar",
        "Tidak ada komentar yang terbaca sejak 9 Mar 21.00 WIB.",
        "",
        "Tidak ada isu di atas biasanya.",
    ]


def test_silence_is_named_before_anything_is_counted() -> None:
    blind = standing(silent=[("berita", None)], watching=1)
    told = shown(standing=blind, read=0, tone=Tone())
    assert told.splitlines()[1].startswith("⚠️ Semua sumber tidak terpantau")
    assert "Tidak ada isu di atas biasanya." not in told


def test_a_handful_has_no_share_and_nothing_usual_none_to_compare() -> None:
    assert "3 komentar sejak 9 Mar 21.00 WIB, 2 negatif." in shown(read=3, tone=Tone(2, 3))
    assert ": 34 % negatif." in shown(usual=Tone())


def test_many_ends_are_counted() -> None:
    assert "dan 2 isu lain berakhir" in shown(ended=[ended(f"Isu {i}") for i in range(5)])


def test_a_change_says_from_what() -> None:
    assert [change(5, 1200), change(5, 5), change(5, 0)] == [
        "turun dari 1.200",
        "tetap",
        "naik dari 0",
    ]
