"""Words about signatures under a reply, and why an approval ended."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.messages.base import LEVEL_NAMES, clip, escape
from monitor.records import Level

_COUNTS = {1: "satu", 2: "dua", 3: "tiga", 4: "empat", 5: "lima"}
_NAMES_ROOM = 120

WORDS_CHANGED = "Kalimat balasan baru saja diubah. Mohon baca lagi sebelum menyetujui."
DISMISSED_SINCE = "Isu dinilai bukan krisis setelah disetujui. Mohon putuskan lagi."


def _count(number: int) -> str:
    return _COUNTS.get(number, str(number))


def signed(so_far: int, needed: int) -> str:
    """The answer to a signature that is not yet the last."""
    more = _count(needed - so_far)
    return f"Tanda tangan Anda dicatat ({so_far} dari {needed}). Perlu {more} orang lagi."


def already_signed(so_far: int, needed: int) -> str:
    """The answer to the same person's second press."""
    more = _count(needed - so_far)
    return f"Anda sudah menandatangani. Perlu {more} orang lain lagi ({so_far} dari {needed})."


def signatures(names: Sequence[str], needed: int) -> str:
    """The line under a draft that waits, as plain words; empty where one signature is enough."""
    if needed <= 1 and not names:
        return ""
    if not names:
        return f"Perlu tanda tangan {_count(needed)} orang berbeda"
    by = clip(", ".join(names), _NAMES_ROOM)
    missing = needed - len(names)
    more = f"perlu {_count(missing)} lagi" if missing > 0 else "silakan setujui sekali lagi"
    return f"{len(names)} dari {needed} tanda tangan: {by}; {more}"


def needs_more(level: Level | None, needed: int) -> str:
    """Why an approved reply waits again: its incident rose to this level, or the rule changed."""
    rose = f"Level naik ke {LEVEL_NAMES[level]}: " if level else "Aturan berubah: "
    return f"{rose}perlu {needed} tanda tangan."


def too_old(hours: float) -> str:
    """Why an approved reply waits again: it could not be sent for so long."""
    return f"Belum terkirim {hours:g} jam sejak disetujui. Mohon putuskan lagi."


def reopened(draft_id: int, why: str) -> str:
    """News for the chats that show the draft: its approval ended."""
    return f"↩️ Persetujuan balasan #{draft_id} tidak berlaku lagi. {escape(why)}"


def ended(draft_id: int, why: str) -> str:
    """News for the chats that show the draft: an approved reply does not go out."""
    return f"↩️ Balasan #{draft_id} tidak jadi dikirim. {escape(why)}"
