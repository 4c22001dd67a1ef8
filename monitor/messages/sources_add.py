"""The sentences of ``siaga sources add`` and ``renew``: plain lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import Reason
from monitor.messages.base import MONTHS
from monitor.messages.sources_keys import key_help, key_title, platform_reads, platform_title

HELLO = (
    "Menambah sumber. Tidak ada yang ditulis sebelum Siaga berhasil masuk.\n"
    "Ctrl+C untuk berhenti kapan saja."
)
WHICH_PLATFORM = "Nomor platform"
WHICH_NAME = "Nama sumber (huruf kecil, angka, _)"
NEEDED = "Ini wajib diisi."
SKIP = "Enter untuk melewati"
KEEP = "Enter: tetap yang lama"
HIDDEN = "tidak tampil saat diketik"
OPEN_BROWSER = "Beri izin lewat peramban sekarang?"
PASTE = "Tempel alamat lengkap (atau kodenya saja)"
LOOKING = "Memeriksa ke platform …"
DRY = "Uji coba: platform tidak ditanya dan tidak ada yang ditulis. Yang akan ditulis:"
NO_ADDRESS = "Alamat harus lengkap, diawali https:// (atau http://)."
NO_FILE = "Berkas itu tidak ada."
NOT_ALLOWED = (
    "Tanpa paket Enterprise atau izin tertulis, X tidak boleh dipantau. Tidak ada yang ditulis."
)
WHAT_NOW = "Nomor yang diperbaiki, 0 berhenti, Enter coba lagi"
STOPPED = "Berhenti. Tidak ada yang ditulis."
NOTHING_TO_RENEW = "Sumber ini tidak punya kunci rahasia."
HIDE = "***"

_WHY: Mapping[Reason, str] = {
    Reason.AUTH: "Platform menolak kuncinya: salah ketik, sudah kedaluwarsa, atau sudah dicabut.",
    Reason.PERMISSION: "Kuncinya dikenal, tetapi izinnya kurang. Tambahkan izin, buat kunci baru.",
    Reason.RATE: "Platform minta menunggu dulu. Kuncinya belum tentu salah.",
    Reason.QUOTA: "Jatah hari ini habis. Kuncinya belum tentu salah; coba lagi besok.",
    Reason.GONE: "Akun atau alamat itu tidak ditemukan. Periksa nomor akun dan alamatnya.",
    Reason.NOT_ALLOWED: "Platform menolak permintaan ini. Periksa nomor akun dan izinnya.",
    Reason.UNREACHABLE: "Platform tidak menjawab. Periksa alamat dan sambungan internet.",
    Reason.BAD_ANSWER: "Jawabannya tidak dikenali. Periksa alamatnya: mungkin situs lain?",
}
_ODD = "Ada yang belum benar."

_CONSENT_WHY: Mapping[Reason, str] = {
    Reason.PERMISSION: "Izin tidak diberikan, atau tidak semuanya dicentang.",
    Reason.AUTH: (
        "Ditolak: alamat itu dari percobaan lain, kodenya sudah dipakai, atau client id, rahasia,\n"
        "atau alamat balik tidak sama dengan yang di aplikasi."
    ),
    Reason.BAD_ANSWER: "Tidak ada kode di situ. Salin seluruh isi baris alamat peramban.",
    Reason.UNREACHABLE: "Platform tidak menjawab. Periksa sambungan internet.",
}


def platform_line(number: int, name: str, *, replies: bool, hides: bool) -> str:
    """``3. YouTube: komentar … (dapat dibalas)``."""
    can = " dan disembunyikan" if hides else ""
    reply = f"dapat dibalas{can}" if replies else "hanya dibaca"
    return f"{number:>3}. {platform_title(name)}: {platform_reads(name)} ({reply})"


def wrong_number(most: int) -> str:
    """The answer to a number that is none."""
    return f"Ketik angka 1 sampai {most}."


def wrong_name(name: str) -> str:
    """The answer to a name that cannot be used."""
    return f"{name!r}: pakai a-z, 0-9, dan _ tunggal di tengah, misalnya kanal_dinas."


def taken_name(name: str) -> str:
    """The answer to a name that another source has."""
    return f"{name}: sudah ada. Kunci baru untuknya: siaga sources renew {name}"


def key_lines(platform: str, key: str) -> str:
    """What is asked next, and where it is found."""
    lines = key_help(platform, key).splitlines()
    return "\n".join(["", key_title(key), *(f"  {line}" for line in lines)])


def prompt(key: str, *, secret: bool, hint: str = "") -> str:
    """``token (tidak tampil saat diketik; Enter untuk melewati)``."""
    notes = "; ".join(filter(None, [HIDDEN if secret else "", hint]))
    return f"{key} ({notes})" if notes else key


def consent_lines(address: str, redirect: str) -> str:
    """How to give access in the browser."""
    return (
        f"\n1. Di aplikasi kantor, daftarkan alamat balik ini (sekali saja): {redirect}\n"
        "2. Buka alamat berikut di peramban, masuk sebagai pemilik akun kantor, dan setujui:\n\n"
        f"{address}\n\n"
        "3. Peramban lalu berpindah ke alamat balik dan mungkin menampilkan galat; itu wajar.\n"
        "   Salin seluruh isi baris alamatnya ke sini."
    )


def consent_failed(reason: Reason, cause: str) -> str:
    """Why the browser's answer is no good."""
    return f"{_CONSENT_WHY.get(reason, _ODD)}\n  ({cause})"


NO_REFRESH = (
    "Platform tidak memberi token penyegar. Cabut dulu izin aplikasi ini di setelan akun,\n"
    "lalu beri izin lagi."
)


def failed(reason: Reason | None, cause: str) -> str:
    """Why a source cannot be used yet: in plain words, then the program's own."""
    return f"\nBelum berhasil. {_WHY.get(reason, _ODD) if reason else _ODD}\n  ({cause})"


RESUMED = "Sumber ini tadi terhenti; kini dibaca lagi."


def still_paused(name: str) -> str:
    """A source that a person stopped stays so."""
    return f"Sumber ini dihentikan dengan sengaja. Membacanya lagi: siaga sources resume {name}"


def numbered(keys: Sequence[str]) -> str:
    """The keys that can be typed again."""
    return "\n".join(f"  {number}. {key}" for number, key in enumerate(keys, 1))


def found(
    identity: str, detail: str, expires_at: datetime | None, now: datetime, zone: ZoneInfo
) -> str:
    """What the check of a good source told."""
    lines = [f"Berhasil masuk sebagai: {identity}"]
    if detail:
        lines.append(f"  {detail}")
    if expires_at is not None:
        day, left = expires_at.astimezone(zone), max((expires_at - now) // timedelta(days=1), 0)
        lines.append(
            f"  Izin berlaku sampai {day.day} {MONTHS[day.month - 1]} {day.year} ({left} hari lagi)"
        )
    return "\n".join(lines)


def would_write(block: str, config: str, variables: Sequence[str], env: str) -> str:
    """Both files' new lines, secrets hidden."""
    parts = [f"{config}:\n{_indented(block)}"] if block else []
    if variables:
        parts.append(f"{env}:\n" + "\n".join(f"  {name}={HIDE}" for name in variables))
    return "\n".join(parts)


def _indented(block: str) -> str:
    return "\n".join(f"  {line}" for line in block.splitlines())


def written(name: str, config: str, secrets: int, env: str, *, fresh: bool) -> str:
    """What was written where, and what comes next."""
    lines = [f"Ditulis: [sources.{name}] di {config}"] if fresh else []
    if secrets:
        lines.append(f"Ditulis: {secrets} rahasia di {env} (hanya pemilik berkas yang membacanya)")
    return "\n".join([*lines, "Lanjut: siaga check, lalu mulai ulang layanan Siaga."])
