"""What the demo tells on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.messages.base import LEVEL_NAMES
from monitor.records import Incident

INTRO = (
    "Siaga: peragaan. Kabupaten, warga, dan semua komentar di sini rekaan.\n"
    "Dua pekan tenang dibaca dulu sebagai patokan, lalu satu pekan diputar cepat."
)
REPLAY = "memutar satu pekan"
EDITED_REPLY = (
    "Kak, terima kasih sudah mengabari. Petugas BPBD sudah diminta menuju lokasi. Bila ada lansia "
    "atau anak kecil yang perlu dijemput, mohon hubungi 112. Perkembangannya kami tulis di "
    "https://siaga.example/banjir."
)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What happened in the replayed week."""

    comments: int
    live: int
    incidents: Sequence[tuple[Incident, str, int]]
    posted: int
    rejected: int
    labels: int
    waves: Sequence[tuple[int, int]]
    paused_hours: int


def summary(told: DemoSummary) -> str:
    """The end of the demo, in a few lines."""
    lines = [
        "",
        "Ringkasan pekan ini",
        f"  {told.comments} komentar dibaca, {told.live} di antaranya dalam pekan yang diputar",
    ]
    for incident, name, minutes in told.incidents:
        lines.append(
            f"  {name}: puncak {LEVEL_NAMES[incident.peak]}, kartu muncul {minutes} menit "
            "setelah keluhan pertama"
        )
    for comments, people in told.waves:
        lines.append(
            f"  Gelombang salinan: {comments} komentar dari {people} akun dengan teks yang sama, "
            "kartu tersendiri, tidak dihitung sebagai orang"
        )
    lines += [
        f"  Balasan: {told.posted} terkirim setelah disetujui, {told.rejected} ditolak",
        f"  Label diperbaiki: {told.labels}, disimpan untuk pelatihan berikutnya",
        f"  Satu sumber sempat mati {told.paused_hours} jam dan disebut sebagai tidak terpantau",
    ]
    return "\n".join(lines)


def stay(url: str) -> str:
    """How to open the page."""
    return f"\nBuka halaman: {url}\nTombolnya bekerja. Ctrl+C untuk selesai."


def page_at(url: str) -> str:
    """Where the page can be watched while the week is replayed."""
    return f"Halaman: {url}"
