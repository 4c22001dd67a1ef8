"""Why a reply may not go out, or not with one signature, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.messages.base import clip

_NAMES: Mapping[str, str] = {
    "empty": "Balasan kosong.",
    "too_long": "Balasan terlalu panjang.",
    "placeholder": "Masih ada isian templat dalam kurung kurawal.",
    "markup": "Ada kode HTML di dalam balasan.",
    "personal": "Ada data pribadi (nomor telepon, NIK, atau sejenisnya).",
    "masked": "Masih ada data yang ditutup. Ganti dengan kontak resmi atau hapus.",
}
_WORDS_ROOM = 60

_SITES: Mapping[str, str] = {
    "wordpress": "WordPress",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "x": "X",
    "google_play": "Google Play",
}

# Kinds of replies that gave trouble, as the guard's second look names them.
_KINDS: Mapping[str, str] = {
    "ancaman": "ancaman",
    "panggilan": "memanggil atau menekan warga",
    "blokir": "memblokir atau menghapus kritik",
    "ejekan": "ejekan",
    "harfiah": "salah menangkap sindiran",
    "menyalahkan": "menyalahkan warga",
    "data_pribadi": "data pribadi",
    "politik": "politik",
    "janji": "janji tanpa kepastian",
}

NO_FACT = "Belum ada fakta: sebutkan angka, waktu, tempat, kontak, atau apa yang sedang dikerjakan."
SECOND = "Perlu tanda tangan orang kedua."
MODEL_MARK = "Ditulis oleh mesin, mohon periksa baik-baik."


def blunder_names(rules: Iterable[str]) -> tuple[str, ...]:
    """The broken rules as sentences."""
    return tuple(_NAMES[rule] for rule in rules)


def too_long_for(platform: str, length: int, most: int) -> str:
    """A reply that its site would not take."""
    return f"Balasan {length} huruf; {site_name(platform)} paling banyak {most}."


def no_room(platform: str, most: int) -> str:
    """Why there is no suggestion at all."""
    return (
        f"Belum ada saran yang muat: {site_name(platform)} paling banyak {most} huruf. "
        "Silakan balas langsung di sumbernya."
    )


def room(platform: str, most: int) -> str:
    """How long a reply may be, for whoever writes one."""
    return f"{site_name(platform)}: paling banyak {most} huruf."


def site_name(platform: str) -> str:
    """A site as people call it."""
    return _SITES.get(platform, platform.replace("_", " ").capitalize())


def still_masked(masks: Sequence[str]) -> str:
    """A reply that says "[telepon]" where a number was hidden; ``masks`` as they stand in it."""
    found = ", ".join(masks)
    return f"Masih ada data yang ditutup: {found}. Ganti dengan kontak resmi atau hapus."


def similar(kind: str) -> str:
    """A reply that resembles earlier ones which gave trouble, by kind."""
    return f"Mirip balasan yang pernah menimbulkan masalah: {_KINDS.get(kind, kind)}."


def no_link(domains: Sequence[str]) -> str:
    """A reply during an incident that leads nowhere official."""
    named = f", misalnya {clip(domains[0], 80)}" if domains else ""
    return f"Balasan saat isu sedang hangat perlu tautan resmi{named}."


def finding(rule: str, reason: str, words: str, *, second: bool) -> str:
    """One finding as the line that people read: reason, rule, the words, what it asks for."""
    seen = f": “{clip(' '.join(words.split()), _WORDS_ROOM)}”" if words else ""
    asks = f" {SECOND}" if second else ""
    return f"{reason} (aturan {rule}{seen}){asks}"
