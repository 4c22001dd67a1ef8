"""News about watched accounts: what is not read, since when, and what an admin does about it.

Each is a whole message in Telegram's HTML; ``source_steps`` has the steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.errors import Reason
from monitor.messages.base import MONTHS, clip, clock, escape, number
from monitor.messages.source_steps import About, renewal, resume, rights, steps

_MOST = 8
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Down:
    """A source that is not read; ``since`` None: it never was."""

    about: About
    since: datetime | None
    reason: str | None
    error: str = ""


_WHY: Final[Mapping[str | None, str]] = {
    Reason.UNREACHABLE: "tidak dapat dihubungi",
    Reason.BAD_ANSWER: "menjawab tidak seperti biasanya",
    Reason.RATE: "terus meminta Siaga menunggu",
    Reason.QUOTA: "jatah hari ini habis",
    Reason.PERMISSION: "menolak membuka komentarnya",
    Reason.GONE: "akun atau halamannya tidak ditemukan",
    None: "jawabannya tidak dapat disimpan",
}
_ANY_WHY = "tidak memberi jawaban yang dapat dibaca"

_TRY: Final[Mapping[str | None, str]] = {
    Reason.UNREACHABLE: (
        "Buka alamatnya di peramban. Bila terbuka di sana, periksa koneksi internet server Siaga."
    ),
    Reason.RATE: (
        "Perbesar <code>every_seconds</code> sumbernya di config.toml bila ini sering terjadi."
    ),
    Reason.PERMISSION: "Periksa apakah akun Siaga masih punya hak baca di sana.",
    Reason.GONE: "Periksa apakah alamat atau nama akunnya berubah.",
    None: "Periksa ruang penyimpanan server Siaga.",
}
_ANY_TRY = "Bila belum pulih dalam sehari, jalankan <code>siaga check</code> di server Siaga."


def stopped(down: Down, zone: ZoneInfo, now: datetime) -> str:
    """A source that only a person can bring back: a dead token, a lost right."""
    about = down.about
    why, todo = _stopped_by(down)
    return _lines(
        f"⛔ <b>Sumber {about.title} berhenti dibaca</b>",
        _whose(about),
        f"{why} {_unread_since(down.since, zone, now)}",
        *steps([*todo, resume(about)]),
        "Sesudah pulih, komentar yang terlewat dibaca sejauh masih tersedia.",
        _detail(down.error),
    )


def _stopped_by(down: Down) -> tuple[str, list[str]]:
    about, site = down.about, down.about.site
    if down.reason == Reason.AUTH:
        return (f"{site} menolak token atau kata sandi Siaga.", renewal(about))
    if down.reason == Reason.PERMISSION:
        return (f"{site} tidak lagi mengizinkan Siaga membaca akun ini.", rights(about))
    look = "Di server Siaga, jalankan <code>siaga check</code> dan baca keterangannya."
    return (f"{site}: {_WHY.get(down.reason, _ANY_WHY)}.", [look])


def silent(downs: Sequence[Down], zone: ZoneInfo, now: datetime, *, all_down: bool) -> str:
    """Sources that have not been read for too long although they are asked again and again."""
    if len(downs) == 1:
        head = f"Sumber {downs[0].about.title} tidak terbaca"
    else:
        head = f"{len(downs)} sumber tidak terbaca"
    if all_down:
        head = "Semua sumber tidak terbaca"
    todo = list(dict.fromkeys(_TRY.get(down.reason, _ANY_TRY) for down in downs))
    if all_down and len(downs) > 1:
        todo = ["Periksa koneksi internet server Siaga: semua sumber gagal bersamaan."]
    blind = "Sepi belum tentu tenang: tidak ada satu pun sumber yang terpantau." if all_down else ""
    return _lines(
        f"⚠️ <b>{head}</b>",
        *(_down(down, zone, now) for down in downs[:_MOST]),
        _more(len(downs)),
        blind,
        *todo,
        "Siaga terus mencoba sendiri dan mengabari begitu terbaca lagi.",
    )


def _down(down: Down, zone: ZoneInfo, now: datetime) -> str:
    why = _WHY.get(down.reason, _ANY_WHY)
    since = f"sejak {clock(down.since, zone, now)}" if down.since else "belum pernah terbaca"
    return f"• {_called(down.about)} {since}: {why}"


def back(downs: Sequence[tuple[Down, bool]], zone: ZoneInfo, now: datetime) -> str:
    """Sources that are read again; with each, whether comments were lost meanwhile."""
    lines = [_again(down, lost, zone, now) for down, lost in downs[:_MOST]]
    return _lines("✅ <b>Terbaca kembali</b>", *lines, _more(len(downs)))


def _again(down: Down, lost: bool, zone: ZoneInfo, now: datetime) -> str:
    if down.since is None:
        return f"• {_called(down.about)}, untuk pertama kali"
    missed = "sebagian komentar tidak dapat dibaca lagi" if lost else "yang terlewat sudah dibaca"
    since = clock(down.since, zone, now)
    return f"• {_called(down.about)}, tidak terbaca sejak {since}; {missed}"


def expiring(about: About, at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A token that dies soon unless a person renews it."""
    local = at.astimezone(zone)
    left = (local.date() - now.astimezone(zone).date()).days
    when = f"{left} hari lagi" if left > 1 else "besok" if left == 1 else "hari ini"
    return _lines(
        f"⏳ <b>Izin sumber {about.title} habis {when}</b>",
        _whose(about),
        f"Berlaku sampai {local.day} {MONTHS[local.month - 1]} {local.year}, {clock(at, zone)}. "
        "Sesudah itu komentar di akun ini tidak terpantau.",
        *steps([*renewal(about), "Jalankan <code>siaga check</code> untuk memastikan."]),
    )


@dataclass(frozen=True, slots=True)
class Parked:
    """Sources whose budget is spent, or whose site asked to be left alone, until an instant.

    ``replies``: whether replies still go out; ``units``: the day's budget, where there is one, and
    what it is ``counted`` in.
    """

    abouts: Sequence[About]
    reason: str
    until: datetime
    replies: bool
    units: float | None = None
    counted: str = ""


_MORE_BUDGET: Final[Mapping[str, str]] = {
    "youtube": (
        "Kuota YouTube dapat diminta lebih besar di Google Cloud Console; sesudah disetujui, "
        "naikkan <code>units_a_day</code>."
    ),
    "x": (
        "Batas belanja X sehari adalah <code>units_a_day</code> di config.toml; menaikkannya "
        "menambah biaya."
    ),
}
_ANY_BUDGET = "Batasnya <code>units_a_day</code> di config.toml."
_SLOWER = (
    "Bila sering terjadi, perbesar <code>every_seconds</code> sumbernya di config.toml agar "
    "panggilan lebih jarang."
)


def parked(view: Parked, zone: ZoneInfo, now: datetime) -> str:
    """Nothing new is read until the next budget begins, or the site may be asked again."""
    site = view.abouts[0].site
    names = ", ".join(about.title for about in view.abouts[:_MOST])
    spent = view.reason == Reason.QUOTA
    units = f" ({_units(view)} sehari)" if spent and view.units is not None else ""
    why = f"Jatah hari ini{units} habis." if spent else f"{site} meminta jeda."
    replies = (
        "Balasan tetap dapat dikirim."
        if view.replies
        else "Balasan ke sana juga menunggu sampai itu."
    )
    known = view.units is not None
    more = _MORE_BUDGET.get(view.abouts[0].platform, _ANY_BUDGET) if spent and known else ""
    return _lines(
        f"⏸️ <b>{site}: komentar baru dibaca lagi mulai {clock(view.until, zone, now)}</b>",
        f"Sumber: {names}",
        f"{why} {replies}",
        f"{_SLOWER} {more}".rstrip(),
    )


def _units(view: Parked) -> str:
    amount = number(view.units or 0)
    return f"US$ {amount}" if "usd" in view.counted.lower() else amount


def gap(source: str, from_at: datetime, to_at: datetime, zone: ZoneInfo) -> str:
    """Comments that were lost for good."""
    return _lines(
        f"⚠️ <b>Sumber {escape(clip(source, 40))}: ada komentar yang tidak terbaca</b>",
        f"antara {clock(from_at, zone, to_at)} dan {clock(to_at, zone)}.",
        "Komentarnya mungkin masih ada di sana; silakan dilihat langsung bila penting.",
    )


def doubtful(about: About, detail: str) -> str:
    """A source that answers, but a daily check found something wrong with its token."""
    return _lines(
        f"⚠️ <b>Sumber {about.title} perlu diperiksa</b>",
        _whose(about),
        "Akun ini masih menjawab, tetapi tokennya mungkin tidak melihat semua komentar.",
        *steps(rights(about)),
        _detail(detail),
    )


def still(about: About, since: datetime, longest: timedelta, zone: ZoneInfo, now: datetime) -> str:
    """A source that answers well and has shown nothing new for far longer than it ever did."""
    days = int((now - since) / _DAY)
    usual = "kurang dari sehari" if longest < _DAY else f"{round(longest / _DAY)} hari"
    return _lines(
        f"❓ <b>Sumber {about.title} sepi tidak wajar</b>",
        _whose(about),
        f"Tidak ada yang baru sejak {clock(since, zone, now)} ({days} hari); dalam delapan minggu "
        f"terakhir paling lama {usual}.",
        "Mungkin memang sepi, mungkin tokennya tidak lagi melihat komentar.",
        *steps(
            [
                "Buka akunnya di peramban. Bila memang tidak ada yang baru, abaikan pesan ini.",
                "Bila ada komentar baru, jalankan <code>siaga check</code> di server Siaga dan "
                "perbarui tokennya.",
            ]
        ),
    )


def _called(about: About) -> str:
    return f"{about.title} ({about.site})"


def _whose(about: About) -> str:
    who = f" · {escape(clip(about.identity, 80))}" if about.identity else ""
    return f"{about.site}{who}"


def _unread_since(since: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    if since is None:
        return "Akun ini belum pernah terbaca."
    return f"Komentar sejak {clock(since, zone, now)} tidak terpantau."


def _detail(error: str) -> str:
    return f"Keterangan: <i>{escape(clip(error, 300))}</i>" if error else ""


def _more(count: int) -> str:
    return f"dan {count - _MOST} lainnya" if count > _MOST else ""


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
