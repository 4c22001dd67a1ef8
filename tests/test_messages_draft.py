"""A suggested reply before and after the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages.answers import POST_ANSWERED, POST_STALE
from monitor.messages.base import TEXT_LIMIT
from monitor.messages.draft import DraftView, draft_message, edit_question
from monitor.messages.guard import blunder_names
from monitor.records import DraftId, DraftState
from tests.making import NOW, make_draft
from tests.telegram_html import check
from tests.test_messages_card import NASTY

WIB = ZoneInfo("Asia/Jakarta")
ALL_BLUNDERS = blunder_names(["empty", "too_long", "placeholder", "markup", "personal"])


def view(**values: Any) -> DraftView:
    shown = {
        key: values.pop(key)
        for key in ("comment", "source", "permalink", "blunders")
        if key in values
    }
    plain: dict[str, Any] = {
        "draft": make_draft(**values),
        "comment": "Air masuk rumah",
        "source": "berita",
        "permalink": None,
        "blunders": (),
        "zone": WIB,
        "now": NOW,
    }
    return DraftView(**{**plain, **shown})


def words(**values: Any) -> str:
    return check(draft_message(view(**values)), TEXT_LIMIT)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("state", DraftState)
def test_a_draft_fits_whatever_stands_in_it(text: str, state: DraftState) -> None:
    waits = state is DraftState.PROPOSED
    shown = words(
        id=DraftId(10**15),
        state=state,
        text=text,
        suggested=text[1:],
        comment=text,
        source=text,
        decided_by=None if waits else text,
        decided_at=None if waits else NOW,
        why=None if waits else text,
        blunders=ALL_BLUNDERS if waits else (),
        permalink="https://situs.example/" + "a" * 200,
    )
    assert "Balasan:" in shown


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_the_question_for_other_words_fits_too(text: str) -> None:
    question = edit_question(make_draft(text=text))
    assert check(question, TEXT_LIMIT).startswith("Ubah balasan #3\n")
    assert question.buttons == ()


def test_a_waiting_draft_shows_comment_words_and_choices() -> None:
    message = draft_message(view())
    assert check(message, TEXT_LIMIT).splitlines() == [
        "Saran balasan #3 · berita",
        "Komentar: Air masuk rumah",
        "",
        "Balasan:",
        "Terima kasih, kami teruskan.",
        "",
        "Menunggu keputusan admin",
    ]
    data = [[button.data for button in row] for row in message.buttons]
    assert data == [["ok:3:0dc552d1", "ed:3"], ["no:3"]]


def test_an_edit_shows_the_reply_and_what_was_changed_in_it() -> None:
    message = draft_message(view(text="Kami <cek> dulu.", suggested="Kami teruskan dulu."))
    assert "<b>Balasan:</b>\nKami &lt;cek&gt; dulu.\n" in message.text
    assert "Perubahan: Kami <s>teruskan</s> <b>&lt;cek&gt;</b> dulu.\n" in message.text


@pytest.mark.parametrize(
    ("signers", "line"),
    [
        ((), "Perlu tanda tangan dua orang berbeda"),
        (("Budi",), "1 dari 2 tanda tangan: Budi; perlu satu lagi"),
    ],
)
def test_a_draft_that_needs_two_shows_who_signed_and_keeps_its_buttons(
    signers: tuple[str, ...], line: str
) -> None:
    message = draft_message(replace(view(), signers=signers, needed=2))
    assert check(message, TEXT_LIMIT).endswith(f"Menunggu keputusan admin\n✍️ {line}")
    assert len(message.buttons) == 2
    decided = replace(view(state=DraftState.REJECTED), signers=signers, needed=2)
    assert "✍️" not in draft_message(decided).text


def test_broken_rules_are_shown_as_sentences() -> None:
    shown = words(blunders=ALL_BLUNDERS)
    assert all(f"⚠️ {sentence}" in shown for sentence in ALL_BLUNDERS)


def test_a_reply_keeps_its_lines() -> None:
    assert "Satu.\nDua." in words(text="Satu.\nDua.")


@pytest.mark.parametrize(
    ("values", "end"),
    [
        ({"decided_by": "Rina", "decided_at": NOW}, "Disetujui, segera dikirim · Rina, 12.00 WIB"),
        (
            {"decided_by": "Rina", "decided_at": NOW - timedelta(days=1)},
            "Disetujui, segera dikirim · Rina, 9 Mar 12.00 WIB",
        ),
        ({"decided_by": "Rina"}, "Disetujui, segera dikirim · Rina"),
        (
            {"state": DraftState.POSTED, "decided_by": "Rina", "permalink": None},
            "Terkirim · Rina",
        ),
        (
            {"state": DraftState.FAILED, "why": "Sumber menolak: tutup"},
            "Tidak dapat dikirim\nSumber menolak: tutup",
        ),
        (
            {"state": DraftState.TO_COPY, "permalink": "https://situs.example/?a=1&b=2"},
            "Disetujui: salin dan kirim sendiri\nTujuan: https://situs.example/?a=1&b=2",
        ),
        (
            {"state": DraftState.UNSURE, "permalink": "https://situs.example/"},
            "Belum pasti terkirim\nTujuan: https://situs.example/",
        ),
        ({"state": DraftState.TO_COPY}, "Disetujui: salin dan kirim sendiri"),
        (
            {"state": DraftState.STALE, "why": POST_STALE},
            f"Batal: komentar berubah atau dihapus\n{POST_STALE}",
        ),
        (
            {"state": DraftState.STALE, "why": POST_ANSWERED},
            f"Batal: kantor sudah membalas\n{POST_ANSWERED}",
        ),
        (
            {"state": DraftState.REJECTED, "permalink": "https://situs.example/"},
            "Ditolak",
        ),
    ],
)
def test_the_end_says_where_it_stands(values: dict[str, Any], end: str) -> None:
    assert words(**{"state": DraftState.APPROVED, **values}).endswith(f"\n{end}")


def test_a_posted_reply_links_to_itself() -> None:
    posted = make_draft(state=DraftState.POSTED, permalink="https://situs.example/#komentar-9")
    shown = DraftView(posted, "x", "berita", None, (), WIB, NOW)
    assert draft_message(shown).text.endswith("\nhttps://situs.example/#komentar-9")


@pytest.mark.parametrize("state", DraftState)
def test_a_decided_draft_has_no_decision_left_to_press(state: DraftState) -> None:
    data = [button.data for row in draft_message(view(state=state)).buttons for button in row]
    left = {
        DraftState.PROPOSED: ["ok:3:0dc552d1", "ed:3", "no:3"],
        DraftState.UNSURE: ["us:3:y", "us:3:n"],
        DraftState.TO_COPY: ["us:3:y"],
    }
    assert data == left.get(state, [])
