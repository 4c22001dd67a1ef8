"""What was handed in: how it was understood, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.messages.answers import SENTIMENT_NAMES
from monitor.messages.base import Button, Message, clip, escape, percent
from monitor.records import Sentiment

_ROOM = 600
TITIP_HELP = (
    "Teruskan pesan warga ke obrolan pribadi ini, atau balas sebuah pesan dengan /titip, "
    "atau tulis /titip diikuti teks atau tautannya."
)
NO_TEXT = "Maaf, pesan itu tidak memuat teks. Silakan tambahkan keterangan, lalu teruskan lagi."
OWN_WORDS = "Pesan itu dari Siaga sendiri, jadi tidak dititipkan."
CANCELLED = "Titipan dibatalkan dan tidak dihitung lagi."
NOT_YOURS = "Maaf, hanya penitipnya atau admin yang dapat membatalkan."


@dataclass(frozen=True, slots=True)
class IntakeView:
    """A comment that was handed in; ``issue`` None: not read yet.

    ``sure`` of the sentiment, 0 to 1; None: a person labelled it. ``old``: it raises no alert.
    """

    number: int
    text: str
    sentiment: Sentiment | None = None
    sure: float | None = None
    issue: str | None = None
    place: str | None = None
    spam: bool = False
    copy: bool = False
    old: bool = False
    cancelled_by: str | None = None


def intake(view: IntakeView) -> Message:
    """The message of a comment that was handed in."""
    head = f"<b>Titipan #{view.number}</b>\n<i>{escape(clip(view.text, _ROOM))}</i>"
    if view.cancelled_by is not None:
        return Message(f"{head}\nDibatalkan oleh {escape(clip(view.cancelled_by, 40))}.")
    undo = Button("Batalkan", f"tb:{view.number}")
    if view.sentiment is None or view.issue is None:
        return Message(f"{head}\nDiterima, sedang dibaca.", ((undo,),))
    place = escape(view.place.rpartition(" / ")[2]) if view.place else "tidak disebut"
    sure = f" (yakin {percent(view.sure)})" if view.sure is not None else ""
    lines = [
        head,
        f"Sentimen: {SENTIMENT_NAMES[view.sentiment]}{sure} · Isu: {escape(view.issue)} · "
        f"Tempat: {place}",
        _counts(view),
    ]
    return Message("\n".join(lines), ((Button("Salah label", f"lb:{view.number}"), undo),))


def _counts(view: IntakeView) -> str:
    if view.spam:
        return "Terbaca sebagai iklan, jadi tidak dihitung."
    if view.copy:
        return "Sama dengan komentar yang sudah ada, jadi tidak dihitung dua kali."
    if view.old:
        return "Sudah lebih dari 72 jam: dicatat, tetapi tidak memicu peringatan."
    return "Ikut dihitung."


def known_before(number: int) -> str:
    """The answer to the same words handed in again."""
    return f"Sudah tercatat sebagai titipan #{number}. Terima kasih."
