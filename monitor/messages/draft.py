"""A suggested reply as people see it, before and after the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.answers import POST_ANSWERED, POST_GONE, POST_HIDDEN, POST_STALE
from monitor.messages.base import Button, Message, clip, clock, escape, head
from monitor.messages.difference import marked
from monitor.messages.hiding import Hiding
from monitor.messages.hiding import button as hiding_button
from monitor.messages.signing import signatures
from monitor.records import Draft, DraftState

_COMMENT_ROOM = 500
_TEXT_ROOM = 2200
_CHANGE_ROOM = 500

DRAFT_STATES: Mapping[DraftState, str] = {
    DraftState.PROPOSED: "Menunggu keputusan admin",
    DraftState.APPROVED: "Disetujui, segera dikirim",
    DraftState.REJECTED: "Ditolak",
    DraftState.POSTING: "Sedang dikirim",
    DraftState.POSTED: "Terkirim",
    DraftState.UNSURE: "Belum pasti terkirim",
    DraftState.FAILED: "Tidak dapat dikirim",
    DraftState.STALE: "Batal: komentar berubah atau dihapus",
    DraftState.TO_COPY: "Disetujui: salin dan kirim sendiri",
}
_ENDED = "Batal"
_ANSWERED = "Batal: kantor sudah membalas"
_OF_COMMENT = (POST_STALE, POST_GONE, POST_HIDDEN)


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with the masked comment that it answers."""

    draft: Draft
    comment: str
    source: str
    permalink: str | None
    blunders: Sequence[str]
    zone: ZoneInfo
    now: datetime
    signers: Sequence[str] = ()
    needed: int = 1
    outcome: str = ""
    statement: str = ""
    hiding: Hiding | None = None
    room: str = ""


def state_words(draft: Draft) -> str:
    """Where a draft stands."""
    if draft.state is not DraftState.STALE or not draft.why or draft.why in _OF_COMMENT:
        return DRAFT_STATES[draft.state]
    return _ANSWERED if draft.why == POST_ANSWERED else _ENDED


def draft_message(view: DraftView) -> Message:
    """Render a draft; a decided one shows who decided and has no decision left to press."""
    draft = view.draft
    lines = [
        f"<b>Saran balasan #{draft.id}</b> · {escape(clip(view.source, 60))}",
        f"Komentar: <i>{escape(clip(view.comment, _COMMENT_ROOM))}</i>",
        "",
        f"<b>Balasan:</b>\n{escape(head(draft.text, _TEXT_ROOM))}",
        "",
        *_edited(draft),
        *([f"📌 {escape(view.statement)}"] if view.statement else []),
        *(f"⚠️ {escape(blunder)}" for blunder in view.blunders),
        _status(view),
        *([f"🙈 {escape(view.hiding.line)}"] if view.hiding and view.hiding.line else []),
    ]
    below = hiding_button(view.hiding) if view.hiding else ()
    return Message("\n".join(lines), (*_buttons(view), *below))


def _edited(draft: Draft) -> list[str]:
    if draft.text == draft.suggested:
        return []
    return [f"Perubahan: {marked(draft.suggested, draft.text, _CHANGE_ROOM)}", ""]


def _status(view: DraftView) -> str:
    draft = view.draft
    state = state_words(draft)
    by = ""
    if draft.decided_by:
        at = f", {clock(draft.decided_at, view.zone, view.now)}" if draft.decided_at else ""
        by = f" · {escape(clip(draft.decided_by, 40))}{at}"
    link = f"\n{escape(draft.permalink)}" if draft.permalink else ""
    copy = draft.state in (DraftState.TO_COPY, DraftState.UNSURE) and view.permalink
    target = f"\nTujuan: {escape(view.permalink)}" if copy and view.permalink else ""
    why = f"\n{escape(clip(draft.why, 300))}" if draft.why else ""
    followed = f"\n📈 {escape(view.outcome)}" if view.outcome else ""
    waits = draft.state is DraftState.PROPOSED
    line = signatures(view.signers, view.needed) if waits else ""
    signed = f"\n✍️ {escape(line)}" if line else ""
    return f"<b>{state}</b>{by}{why}{signed}{link}{target}{followed}"


def _buttons(view: DraftView) -> tuple[tuple[Button, ...], ...]:
    number = view.draft.id
    if view.draft.state is DraftState.PROPOSED:
        return (
            (Button("Setujui", f"ok:{number}:{view.draft.seen}"), Button("Ubah", f"ed:{number}")),
            (Button("Tolak", f"no:{number}"),),
        )
    if view.draft.state is DraftState.UNSURE:
        return (
            (
                Button("Sudah terkirim", f"us:{number}:y"),
                Button("Tidak terkirim", f"us:{number}:n"),
            ),
        )
    if view.draft.state is DraftState.TO_COPY:
        return ((Button("Sudah saya kirim", f"us:{number}:y"),),)
    return ()


def edit_question(draft: Draft, room: str = "") -> Message:
    """The question whose answer replaces a draft's words; ``room``: how long it may be."""
    limit = f"{escape(room)} " if room else ""
    return Message(
        f"<b>Ubah balasan #{draft.id}</b>\nBalas pesan ini dengan kalimat pengganti. {limit}"
        f"Kalimat sekarang:\n\n<code>{escape(head(draft.text, _TEXT_ROOM))}</code>"
    )
