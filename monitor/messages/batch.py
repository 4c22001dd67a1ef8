"""Several replies to simple thanks in one message, to be approved with one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.messages.base import Button, Message, clip, escape, head
from monitor.messages.draft import state_words
from monitor.records import Batch, Draft, DraftState

MOST_ITEMS = 10
REPLY_ROOM = 240  # a longer reply is no simple thanks: it would have to be cut here
_COMMENT_ROOM = 100
_TAKEN_OUT = "Dikeluarkan"
_CHANGED = "Sudah diubah: putuskan di halaman Siaga"
_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A masked comment with its suggested reply."""

    comment: str
    draft: Draft


def batch_message(batch: Batch, items: Sequence[Item]) -> Message:
    """Comments with their replies, numbered; what waits can be approved at once or taken out."""
    waiting = [item for item in items if waits(item.draft)]
    listed = [_item(number, item) for number, item in enumerate(items, 1)]
    title = f"<b>Balasan ucapan terima kasih #{batch.id}</b>"
    hint = _hint(len(waiting), batch.decided_by)
    return Message("\n\n".join([title, *listed, hint]), _buttons(batch, items, waiting))


def waits(draft: Draft) -> bool:
    """Whether a reply of a batch still waits with the words that the batch shows."""
    return draft.state is DraftState.PROPOSED and draft.text == draft.suggested


def _item(number: int, item: Item) -> str:
    draft = item.draft
    reply = escape(head(draft.suggested, REPLY_ROOM))
    if waits(draft):
        shown = reply
    elif draft.state is DraftState.PROPOSED:
        shown = f"{reply}\n<b>{_CHANGED}</b>"
    elif draft.state is DraftState.REJECTED:
        shown = f"<s>{reply}</s>\n<b>{_TAKEN_OUT}</b>{_by(draft)}"
    else:
        shown = f"{reply}\n<b>{state_words(draft)}</b>{_by(draft)}"
    return f"{number}. <i>{escape(clip(item.comment, _COMMENT_ROOM))}</i>\n{shown}"


def _by(draft: Draft) -> str:
    return f" · {escape(clip(draft.decided_by, 40))}" if draft.decided_by else ""


def _hint(waiting: int, decided_by: str | None) -> str:
    if waiting:
        return "Setujui semua, atau keluarkan dulu yang tidak cocok."
    by = f" oleh {escape(clip(decided_by, 40))}" if decided_by else ""
    return f"Sudah diputuskan{by}."


def _buttons(
    batch: Batch, items: Sequence[Item], waiting: Sequence[Item]
) -> tuple[tuple[Button, ...], ...]:
    if not waiting:
        return ()
    out = [
        Button(f"✗ {number}", f"bx:{item.draft.id}")
        for number, item in enumerate(items, 1)
        if item in waiting
    ]
    rows = tuple(tuple(out[i : i + _A_ROW]) for i in range(0, len(out), _A_ROW))
    return ((Button(f"Setujui semua ({len(waiting)})", f"ba:{batch.id}"),), *rows)


def approved(count: int, signed: int, skipped: Sequence[int]) -> str:
    """The answer to one press for all: what was approved, what waits, what was left out."""
    parts = []
    if count or not (signed or skipped):
        parts.append(f"{count} balasan disetujui.")
    if signed:
        parts.append(f"{signed} balasan masih perlu tanda tangan orang lain.")
    if skipped:
        numbers = ", ".join(map(str, skipped))
        parts.append(f"Dilewati karena keadaannya berubah: nomor {numbers}.")
    return " ".join(parts)


TAKEN_OUT = "Dikeluarkan. Balasan ini tidak dikirim."
