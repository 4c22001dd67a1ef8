"""Replies to thanks in one message, the words about signatures, and how both fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.messages import signing
from monitor.messages.base import TEXT_LIMIT
from monitor.messages.batch import MOST_ITEMS, REPLY_ROOM, Item, approved, batch_message
from monitor.records import Batch, BatchId, DraftId, DraftState, Level
from tests.making import NOW, make_draft
from tests.telegram_html import check
from tests.test_messages_card import NASTY

BATCH = Batch(BatchId(4), NOW)


def item(number: int, **values: Any) -> Item:
    text = f"Terima kasih kembali, nomor {number}."
    return Item("Pelayanannya cepat", make_draft(id=DraftId(number), text=text, suggested=text))


def changed(one: Item, **values: Any) -> Item:
    return replace(one, draft=replace(one.draft, **values))


def test_what_waits_can_be_approved_at_once_or_taken_out() -> None:
    message = batch_message(BATCH, [item(n) for n in range(11, 18)])
    assert check(message, TEXT_LIMIT).splitlines()[:5] == [
        "Balasan ucapan terima kasih #4",
        "",
        "1. Pelayanannya cepat",
        "Terima kasih kembali, nomor 11.",
        "",
    ]
    labels = [[button.label for button in row] for row in message.buttons]
    assert labels == [["Setujui semua (7)"], ["✗ 1", "✗ 2", "✗ 3", "✗ 4", "✗ 5"], ["✗ 6", "✗ 7"]]
    assert message.buttons[0][0].data == "ba:4"
    assert message.buttons[1][2].data == "bx:13"


def test_each_reply_shows_where_it_stands() -> None:
    items = [
        item(1),
        changed(item(2), state=DraftState.REJECTED, decided_by="Budi"),
        changed(item(3), text="Lain."),
        changed(item(4), state=DraftState.POSTED, decided_by="Citra"),
        changed(item(5), state=DraftState.STALE),
    ]
    message = batch_message(BATCH, items)
    shown = check(message, TEXT_LIMIT)
    assert "<s>Terima kasih kembali, nomor 2.</s>\n<b>Dikeluarkan</b> · Budi" in message.text
    assert "nomor 3.\nSudah diubah: putuskan di halaman Siaga" in shown
    assert "Terkirim · Citra" in shown
    assert "Batal: komentar berubah atau dihapus\n" in shown
    labels = [button.label for row in message.buttons for button in row]
    assert labels == ["Setujui semua (1)", "✗ 1"]


@pytest.mark.parametrize(
    ("by", "end"), [("Budi", "Sudah diputuskan oleh Budi."), (None, "Sudah diputuskan.")]
)
def test_a_decided_batch_has_nothing_left_to_press(by: str | None, end: str) -> None:
    done = [changed(item(1), state=DraftState.REJECTED)]
    message = batch_message(replace(BATCH, decided_by=by), done)
    assert message.text.endswith(end)
    assert message.buttons == ()


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_the_fullest_batch_fits_whatever_stands_in_it(text: str) -> None:
    drafts = [make_draft(id=DraftId(10**15 + n), text=text, suggested=text) for n in range(10)]
    assert len(drafts) == MOST_ITEMS
    waiting = batch_message(BATCH, [Item(text, draft) for draft in drafts])
    check(waiting, TEXT_LIMIT)
    posted = [replace(d, state=DraftState.POSTED, decided_by=text) for d in drafts]
    check(batch_message(BATCH, [Item(text, draft) for draft in posted]), TEXT_LIMIT)
    assert REPLY_ROOM * MOST_ITEMS < TEXT_LIMIT


@pytest.mark.parametrize(
    ("count", "signed", "skipped", "said"),
    [
        (7, 0, [], "7 balasan disetujui."),
        (6, 0, [3], "6 balasan disetujui. Dilewati karena keadaannya berubah: nomor 3."),
        (0, 0, [1, 3], "Dilewati karena keadaannya berubah: nomor 1, 3."),
        (0, 2, [], "2 balasan masih perlu tanda tangan orang lain."),
        (0, 0, [], "0 balasan disetujui."),
    ],
)
def test_the_answer_names_what_was_left_out(
    count: int, signed: int, skipped: list[int], said: str
) -> None:
    assert approved(count, signed, skipped) == said


# Signatures.


@pytest.mark.parametrize(
    ("names", "needed", "line"),
    [
        ((), 1, ""),
        ((), 2, "Perlu tanda tangan dua orang berbeda"),
        (("Budi",), 2, "1 dari 2 tanda tangan: Budi; perlu satu lagi"),
        (("Budi",), 3, "1 dari 3 tanda tangan: Budi; perlu dua lagi"),
        (("Budi", "Eko"), 2, "2 dari 2 tanda tangan: Budi, Eko; silakan setujui sekali lagi"),
        (("Budi",), 1, "1 dari 1 tanda tangan: Budi; silakan setujui sekali lagi"),
        ((), 9, "Perlu tanda tangan 9 orang berbeda"),
    ],
)
def test_the_line_counts_the_signatures(names: tuple[str, ...], needed: int, line: str) -> None:
    assert signing.signatures(names, needed) == line


def test_the_answers_are_short_and_kind() -> None:
    assert signing.signed(1, 2) == "Tanda tangan Anda dicatat (1 dari 2). Perlu satu orang lagi."
    assert signing.already_signed(1, 2) == (
        "Anda sudah menandatangani. Perlu satu orang lain lagi (1 dari 2)."
    )
    assert signing.needs_more(Level.AWAS, 2) == "Level naik ke Awas: perlu 2 tanda tangan."
    assert signing.needs_more(None, 2) == "Aturan berubah: perlu 2 tanda tangan."
    assert signing.too_old(12.0).startswith("Belum terkirim 12 jam sejak disetujui.")
    assert signing.reopened(3, "a<b").endswith("balasan #3 tidak berlaku lagi. a&lt;b")
    assert signing.ended(3, "sebab") == "↩️ Balasan #3 tidak jadi dikirim. sebab"
