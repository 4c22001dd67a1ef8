"""Hiding a comment from the public: reasons, questions before it, and what became of it.

A citizen's criticism must not vanish lightly, so every way to it says so and names who did it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import Button, Message, clip, clock, escape

REASONS: Mapping[str, str] = {
    "j": "spam judi",
    "p": "data pribadi",
    "u": "ujaran kebencian",
    "l": "lainnya",
}
# The pairs that the page fills its menu with.
REASON_PAIRS = tuple((code, reason.capitalize()) for code, reason in REASONS.items())

HIDE, SHOW = "Sembunyikan komentar…", "Tampilkan lagi"
YES, YES_STILL, NO = "Ya, sembunyikan", "Ya, tetap sembunyikan", "Batal"
ANSWER_RATHER = "Kritik warga sebaiknya dijawab, bukan disembunyikan."
UNDOABLE = "Anda dapat menampilkannya lagi kapan saja."

WILL_HIDE = "Dicatat. Komentar segera disembunyikan di sumbernya."
WILL_SHOW = "Dicatat. Komentar segera ditampilkan lagi di sumbernya."
NOT_HIDDEN = "Dibatalkan. Komentar tetap terlihat."
CANNOT = "Maaf, Siaga tidak dapat menyembunyikan komentar di sumber ini."
UNSEEN_ALREADY = "Komentar ini sudah tidak terlihat oleh publik."
SEEN_ALREADY = "Komentar ini tidak sedang disembunyikan."

# Why a platform did not do it: values of errors.Reason, and three of our own.
UNSUPPORTED, FAULT, RESTORED = "unsupported", "fault", "restored"
_WHY: Mapping[str, str] = {
    "auth": "izin masuk Siaga di sumber ini tidak berlaku lagi",
    "permission": "akun kantor tidak berhak melakukannya di sumber ini",
    "not_allowed": "sumber tidak mengizinkannya untuk komentar ini",
    "gone": "komentar sudah tidak ada di sumber",
    "rate": "sumber meminta Siaga menunggu",
    "quota": "jatah harian sumber ini habis",
    UNSUPPORTED: "sumber ini tidak mendukungnya lagi",
    FAULT: "ada gangguan di Siaga",
    RESTORED: "Siaga dipulihkan dari cadangan; mintalah lagi bila masih perlu",
}
_NO_ANSWER = "sumber belum memberi jawaban yang jelas"


@dataclass(frozen=True, slots=True)
class Hiding:
    """What can be done about a comment's visibility, and what people wanted last.

    ``offer``: the action ``hide`` or ``show``, or "". ``second``: the question that must be
    answered before a complaint about a live issue is hidden, or "".
    """

    comment_id: int
    offer: str = ""
    line: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person's wish in the words of the store: hidden or shown, how it stands, and why not."""

    hidden: bool
    state: str
    person: str
    reason: str
    at: datetime
    error: str | None = None


def why_not(error: str | None) -> str:
    """Why a platform did not do it, inside a sentence."""
    return _WHY.get(error or "", _NO_ANSWER)


def line(wanted: Wanted, zone: ZoneInfo, now: datetime) -> str:
    """What became of a wish; stands on the draft's message and on the page."""
    who = f"{clip(wanted.person, 40)}, {clock(wanted.at, zone, now)}"
    reason = f" ({clip(wanted.reason, 40)})" if wanted.hidden else ""
    done, undone = ("disembunyikan", "Disembunyikan") if wanted.hidden else _SHOWN
    if wanted.state == "done":
        return f"Komentar {done}{reason} · {who}"
    if wanted.state == "failed":
        return f"Komentar tidak dapat {done}: {why_not(wanted.error)}."
    later = f" Belum berhasil: {why_not(wanted.error)}; dicoba lagi." if wanted.error else ""
    return f"{undone} sebentar lagi{reason} · {who}.{later}"


_SHOWN = ("ditampilkan lagi", "Ditampilkan lagi")


def already_wanted(person: str) -> str:
    """The answer to the second of two presses."""
    return f"Sudah diminta oleh {clip(person, 60)}."


def failed(wanted: Wanted, source: str, comment_id: int) -> str:
    """The message to whoever asked: it did not work, and why."""
    what = "disembunyikan" if wanted.hidden else "ditampilkan lagi"
    return (
        f"⚠️ <b>{escape(clip(wanted.person, 60))}</b>: komentar #{comment_id} di "
        f"{escape(clip(source, 60))} tidak dapat {what}: {why_not(wanted.error)}."
    )


def second_question(issue_name: str, incident_id: int) -> str:
    """Before a complaint about a live issue is hidden."""
    return (
        f"Komentar ini keluhan tentang isu yang sedang naik: {clip(issue_name, 80)} "
        f"#{incident_id}. Menyembunyikannya dapat membuat warga makin kecewa. Tetap sembunyikan?"
    )


def reasons_menu(comment_id: int, words: str) -> Message:
    """First tap: why."""
    buttons = [Button(reason.capitalize(), f"mr:{comment_id}:{c}") for c, reason in REASONS.items()]
    rows = (tuple(buttons[:2]), tuple(buttons[2:]), (_no(comment_id),))
    return Message(f"{_head(comment_id, words)}\nApa alasannya?", rows)


def confirmation(comment_id: int, words: str, code: str) -> Message:
    """Second tap: surely?"""
    text = f"{_head(comment_id, words)}\nAlasan: {REASONS[code]}.\n{ANSWER_RATHER} {UNDOABLE}"
    return Message(text, ((Button(YES, f"my:{comment_id}:{code}"), _no(comment_id)),))


def second_confirmation(comment_id: int, code: str, question: str) -> Message:
    """Third tap, for a complaint about a live issue."""
    rows = ((Button(YES_STILL, f"mz:{comment_id}:{code}"),), (_no(comment_id),))
    return Message(f"⚠️ {escape(question)}", rows)


def button(hiding: Hiding) -> tuple[tuple[Button, ...], ...]:
    """The row below a draft; none where nothing can be done."""
    found = {"hide": (HIDE, "mh"), "show": (SHOW, "ms")}.get(hiding.offer)
    return ((Button(found[0], f"{found[1]}:{hiding.comment_id}"),),) if found else ()


def _no(comment_id: int) -> Button:
    return Button(NO, f"mx:{comment_id}")


def _head(comment_id: int, words: str) -> str:
    return (
        f"<b>Sembunyikan komentar #{comment_id} dari publik?</b>\n<i>{escape(clip(words, 600))}</i>"
    )
