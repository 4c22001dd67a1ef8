"""Editable knowledge in words: names of files, what is accepted, what a change would do. Layer 1.

For the page and the command line, so nothing is escaped here but what goes to Telegram.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.editable import FILES, EditableFile
from monitor.messages import difference
from monitor.messages.base import clip, escape
from monitor.messages.difference import Run

_MOST_SHOWN = 200

NAMES: Final[Mapping[str, str]] = {
    "gaul": "Kata gaul",
    "kata-isu": "Kata kunci isu",
    "nada": "Kata bernada",
    "balasan": "Templat balasan",
    "terima-kasih": "Templat terima kasih",
    "sapaan": "Sapaan",
    "penjaga": "Aturan penjaga balasan",
    "opd": "OPD dan rute",
    "isu": "Nama isu dan OPD-nya",
    "jaga": "Jadwal jaga",
}
ABOUT: Final[Mapping[str, str]] = {
    "gaul": "Kata tidak baku dan kata bakunya. Menentukan cara komentar dibaca.",
    "kata-isu": "Kata yang menunjuk ke sebuah isu, dengan bobotnya. Menentukan isu komentar.",
    "nada": "Kata pujian dan celaan, dari -2 sampai 2. Menentukan nada komentar.",
    "balasan": "Kalimat yang disarankan untuk menjawab warga.",
    "terima-kasih": "Kalimat untuk membalas pujian.",
    "sapaan": "Sapaan pembuka menurut bahasa dan ragam.",
    "penjaga": "Kalimat yang tidak boleh keluar atas nama kantor, atau perlu dua tanda tangan.",
    "opd": "OPD, grup Telegram-nya, dan siapa yang ditanya tentang isu di suatu tempat.",
    "isu": "Nama, isi, dan OPD setiap isu. Kuncinya (di dalam kurung siku) tetap.",
    "jaga": "Giliran jaga, jam tenang, dan siapa yang dipanggil.",
}
ACCEPTED: Final[Mapping[str, str]] = {
    "gaul": "satu baris satu kata: kata gaul (satu kata), TAB, kata baku; tidak boleh berulang, "
    "dan kata bakunya sendiri tidak boleh kata gaul",
    "kata-isu": '"kata dasar" = bobot di bawah [kunci_isu]; bobot di atas 0, misalnya 0.5; '
    "satu kata sekali saja per isu",
    "nada": "satu baris satu kata atau frasa: kata, TAB, lalu -2, -1, 1 atau 2; tidak boleh "
    "berulang",
    "balasan": "blok [[template]] berisi id (tidak berulang), intents, issues, register (santai, "
    "resmi, semua), urgent (true, false), text dengan {sapaan} {isu} {tempat} {opd} {kantor} "
    "{tautan} {fakta} {tiket} {jawaban}",
    "sapaan": "blok [kode_bahasa] berisi santai dan resmi",
    "penjaga": "blok [[rule]] berisi id (tidak berulang), kind, effect (stop, dua_tanda_tangan), "
    "reason (diakhiri titik), patterns",
    "opd": "blok [opd.kunci] berisi nama dan singkat; [[rute]] berisi isu, opd (singkat yang ada), "
    "dan boleh tempat",
    "isu": "blok [kunci_isu] berisi name, content, opd (singkat yang ada di opd.toml)",
    "jaga": "blok seperti contoh di dalam berkas",
}

NEW_BLOCKS: Final[Mapping[str, str]] = {
    "balasan": '[[template]]\nid = "nama-templat"\nintents = ["keluhan"]\nissues = []\n'
    'register = "semua"\nurgent = false\ntext = "{sapaan} ..."',
    "terima-kasih": '[[template]]\nid = "terima-kasih-baru"\nintents = ["apresiasi"]\n'
    'issues = []\nregister = "semua"\nurgent = false\ntext = "{sapaan} ..."',
    "sapaan": '[kode]\nsantai = "..."\nresmi = "..."',
    "penjaga": '[[rule]]\nid = "nama_aturan"\nkind = "lain"\neffect = "dua_tanda_tangan"\n'
    'reason = "Alasan, satu kalimat."\npatterns = ["kata"]',
    "opd": '[[rute]]\nisu = "air_bersih"\ntempat = "Katingan"\nopd = "PDAM"',
    "isu": '[kunci_isu]\nname = "..."\ncontent = "..."\nopd = "..."',
    "jaga": '[[rantai]]\nlevel = "waspada"\npetugas = 30',
}

NO_FILE: Final = "Berkas ini tidak ada."
NOTHING_NEW: Final = "Tidak ada yang berubah."
NO_ENTRY: Final = "Entri itu tidak ada. Muat ulang halaman ini."
WHY_NEEDED: Final = "Mohon tulis alasan perubahannya."
STALE_LOOK: Final = "Pratinjau ini sudah lama. Mohon periksa perubahan sekali lagi."
NOT_HERE: Final = "Pengetahuan tidak dapat diubah di sini (latihan atau peragaan)."
CANNOT_BE_READ: Final = "berkas tidak dapat dibaca"
CANNOT_BE_WRITTEN: Final = "Berkas tidak dapat ditulis di server. Tidak ada yang berubah."
OVERTAKEN: Final = "disusul perubahan kata yang lebih baru"

# What the page says; the templates hold no sentence of their own.
WORDS: Final[Mapping[str, str]] = {
    "title": "Pengetahuan",
    "hint": "Setiap perubahan diperiksa pada komentar yang tersimpan sebelum berlaku, tercatat "
    "atas nama Anda, dan dapat diurungkan.",
    "history": "Riwayat",
    "no_history": "Belum ada perubahan.",
    "back": "Semua berkas",
    "search": "Cari",
    "find": "Cari",
    "pick_group": "Isu",
    "every_group": "Semua isu",
    "key": "Kata",
    "value": "Arti",
    "weight": "Bobot",
    "tone": "Nada",
    "block": "Isi blok",
    "name": "Nama blok",
    "add": "Tambah",
    "change": "Ubah",
    "remove": "Hapus",
    "check": "Periksa",
    "whole": "Ubah seluruh berkas",
    "whole_label": "Isi berkas",
    "why": "Alasan perubahan",
    "apply": "Terapkan",
    "undo": "Urungkan",
    "undoes": "mengurungkan",
    "difference": "Lihat perubahan",
    "no_entries": "Tidak ada yang cocok.",
    "preview": "Yang akan berubah",
    "before": "lama",
    "after": "baru",
    "not_yet": "Belum berlaku. Tekan Terapkan bila sudah sesuai.",
    "reading": "Sedang membaca ulang riwayat dengan kata baru",
    "reading_hint": "Sampai selesai, semua angka masih memakai kata lama.",
    "broken": "Berkas di server diubah di luar Siaga dan isinya salah. Isi sebelumnya tetap "
    "berlaku; menyimpan di sini menggantikannya.",
    "by_hand": "diubah langsung di berkas",
    "dropped": "batal, berkas diubah di luar Siaga",
    "change_unit": "perubahan",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One thing that would be otherwise: its masked words, what holds now, what would."""

    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shift:
    """How many things would be otherwise in one respect, with a few of them."""

    name: str
    count: int
    examples: Sequence[Example] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the comments are about an issue, before and after."""

    issue: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. ``looked`` of ``of`` things were looked at in the time there was."""

    unit: str
    looked: int
    of: int
    differ: int = 0
    shifts: Sequence[Shift] = ()
    issues: Sequence[Tally] = ()


ISSUE, TONE, URGENT = "isu", "nada", "tanda darurat"
PLACE, SPAM, ASK = "tempat", "tanda spam", "tanda perlu ditanyakan"
COMMENTS, DRAFTS, REPLIES, INCIDENTS = (
    "komentar",
    "saran balasan",
    "balasan yang disetujui atau terkirim",
    "isu yang sedang naik",
)
NOW_STOPPED, NO_LONGER = "akan ditahan", "tidak lagi ditahan"
NOW_TWO, NO_LONGER_TWO = "akan perlu dua tanda tangan", "tidak lagi perlu dua tanda tangan"
OTHER_WORDS, OTHER_OPD = "kalimatnya lain", "OPD-nya lain"
NONE, YES, NO = "-", "ya", "tidak"


def named(path: str) -> str:
    """A file as people call it."""
    return NAMES[FILES[path].slug]


def shown(some: int, of: int) -> str:
    """How many entries are listed."""
    if some == of:
        return f"{number(of)} entri."
    return f"{number(some)} dari {number(of)} entri; cari untuk menyempitkan."


def summary(seen: Preview) -> str:
    """What a change would do, in one sentence."""
    if not seen.unit:
        return "Isinya benar. Tidak ada komentar atau balasan tersimpan yang terpengaruh."
    if not seen.of:
        return f"Belum ada {seen.unit} tersimpan untuk mencobanya."
    share = f"{number(seen.of)} {seen.unit} terbaru"
    if seen.looked < seen.of:
        share = f"{number(seen.looked)} dari {share} (waktunya habis)"
    if not seen.shifts:
        return f"Dicoba pada {share}: tidak ada yang berubah."
    return f"Dicoba pada {share}: {number(seen.differ)} berubah."


def shift_line(shift: Shift, unit: str) -> str:
    """One respect: "34 komentar berganti isu"."""
    if unit == COMMENTS:
        return f"{number(shift.count)} komentar berganti {shift.name}"
    return f"{number(shift.count)} {unit}: {shift.name}"


def tally_line(one: Tally) -> str:
    """``Banjir & bencana: 120 → 131 (+11)``."""
    return f"{one.issue}: {number(one.before)} → {number(one.after)} ({one.after - one.before:+d})"


def number(value: int) -> str:
    """``1.234``."""
    return f"{value:,}".replace(",", ".")


def wrong(file: EditableFile, line: int | None, shown: str, problem: str) -> str:
    """Nothing was saved: where it is wrong, what stands there, what is accepted."""
    where = NAMES[file.slug] if line is None else f"{NAMES[file.slug]}, baris {line}"
    found = f": {clip(shown.strip(), _MOST_SHOWN)}" if shown.strip() else ""
    accepted = ACCEPTED.get(file.slug, ACCEPTED["balasan"])
    return (
        f"Belum disimpan. {where}{found}\nYang diterima: {accepted}.\n"
        f"Rincian: {clip(problem, 2 * _MOST_SHOWN)}"
    )


def too_long(file: EditableFile, most: int) -> str:
    """The text is longer than any such file."""
    return f"Belum disimpan. {NAMES[file.slug]}: paling banyak {number(most)} huruf."


def issue_gone(keys: Sequence[str]) -> str:
    """A key of the taxonomy would be missing."""
    return (
        f"Belum disimpan. Kunci isu tidak boleh hilang atau berganti: {', '.join(keys)}. "
        "Model dan riwayat mengenal isu dengan kunci itu; yang boleh diubah nama, isi, dan OPD-nya."
    )


def changed_meanwhile(holder: str | None) -> str:
    """Somebody was faster."""
    by = f" oleh {holder}" if holder else ""
    return f"Berkas ini sudah diubah{by} sementara itu. Mohon periksa perubahan sekali lagi."


def undo_later_first(newest: int, person: str) -> str:
    """A later change stands on this one."""
    return (
        f"Perubahan {newest} oleh {person} lebih baru di berkas yang sama. "
        f"Urungkan perubahan {newest} lebih dahulu, atau ubah entrinya langsung."
    )


def holds(change_id: int, *, reads: bool) -> str:
    """A change is saved."""
    if reads:
        return (
            f"Perubahan {change_id} disimpan. Riwayat dibaca ulang dahulu; "
            "angka berganti sekaligus setelah selesai."
        )
    return f"Perubahan {change_id} disimpan dan langsung berlaku."


def broken_by_hand(file: EditableFile, problem: str) -> str:
    """To the admins, in Telegram's HTML: somebody broke a file with an editor."""
    return (
        f"⚠️ Berkas {escape(file.path)} diubah di luar Siaga dan isinya salah:\n"
        f"{escape(clip(problem, 2 * _MOST_SHOWN))}\n"
        "Isi sebelumnya tetap berlaku. Perbaiki berkasnya, atau simpan lewat halaman Pengetahuan."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference; ``runs`` where a line was changed within."""

    mark: str
    runs: Sequence[Run]


def lines(before: str, after: str, most: int = 60) -> list[Line]:
    """What was changed between two texts, line by line; a changed line shows its words."""
    found: list[Line] = []
    for old, new in difference.changed_lines(before, after):
        for gone, come in zip(old, new, strict=False):
            found.append(Line("±", difference.runs(gone, come)))
        found += [Line("-", (Run(difference.Change.REMOVED, one),)) for one in old[len(new) :]]
        found += [Line("+", (Run(difference.Change.ADDED, one),)) for one in new[len(old) :]]
    if len(found) > most:
        left = f"… {number(len(found) - most)} baris lagi"
        found = [*found[:most], Line("", (Run(difference.Change.SAME, left),))]
    return found
