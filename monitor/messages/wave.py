"""The words of a copy-paste wave: how large it is, what is seen of its accounts, what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import LEVEL_NAMES, clock, number, percent
from monitor.records import Level

WAVE = "Gelombang salinan"
NOT_PEOPLE = "Bukan hitungan warga: teks yang sama dihitung sekali."
OVER = "Tidak ada salinan baru; ditutup otomatis."
GONE = "(teks ini sedang dibaca ulang, atau sudah tidak ada)"
SIGNS_ONLY = "Ini tanda, bukan bukti."


@dataclass(frozen=True, slots=True)
class WaveView:
    """What a card tells of a wave besides what every card tells.

    ``tone`` is the name of the text's sentiment; ``known`` accounts have a name, so many of them
    are ``newcomers``, so many wrote ``only_this``.
    """

    text: str
    tone: str
    issue_name: str
    last_at: datetime | None
    posts: Sequence[tuple[str, int]] = ()
    known: int = 0
    newcomers: int = 0
    only_this: int = 0


def size(comments: int, people: int, texts: int) -> str:
    """``40 komentar dari 31 akun dengan teks yang sama``."""
    same = "teks yang sama" if texts <= 1 else "teks yang hampir sama"
    return f"{number(comments)} komentar dari {number(people)} akun dengan {same}"


def reason(comments: int, people: int, texts: int) -> str:
    """The sentence of a wave's event."""
    return f"{WAVE}: {size(comments, people, texts)}. {NOT_PEOPLE}"


def raised(level: Level, why: str) -> str:
    """The sentence of a rising level."""
    return f"Naik ke {LEVEL_NAMES[level]}. {why}"


def about(view: WaveView) -> str:
    """``Isu: Kesehatan · Negatif``: what the text is read as."""
    return f"Isu: {view.issue_name} · {view.tone}"


def last_copy(view: WaveView, zone: ZoneInfo, now: datetime) -> str:
    """When the last copy came, or nothing where none stands."""
    return f"salinan terakhir {clock(view.last_at, zone, now)}" if view.last_at else ""


def signs(view: WaveView) -> str:
    """What is seen of the accounts; shown, never judged. Nothing where no account has a name."""
    if not view.known:
        return ""
    return (
        f"Tanda: {percent(view.newcomers / view.known)} akun baru pertama terlihat, "
        f"{percent(view.only_this / view.known)} hanya menulis teks ini. {SIGNS_ONLY}"
    )
