"""What people read of a statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import narrative as words
from monitor.messages.base import DATA_LIMIT, TEXT_LIMIT, Message, visible_length
from monitor.records import Issue, Narrative, NarrativeId, NarrativeState

ZONE = ZoneInfo("Asia/Jakarta")
END = datetime(2026, 3, 5, 16, 59, tzinfo=UTC)
VALID = Narrative(
    NarrativeId(3),
    "banjir_bencana",
    2,
    "Banjir & bencana",
    ("Ada 5 posko di Sampit.", "Posko buka 24 jam."),
    "https://ppid.kalteng.go.id/banjir",
    NarrativeState.VALID,
    "Budi",
    datetime(2026, 3, 2, tzinfo=UTC),
    END,
    "Citra",
    datetime(2026, 3, 2, tzinfo=UTC),
)
DRAFT = replace(VALID, state=NarrativeState.DRAFT, version=0, approved_by=None)
LONG = replace(VALID, title="J" * 300, facts=("<b>" + "a" * 190,) * words.MOST_FACTS)


def data(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row]


def test_a_statement_as_a_group_reads_it() -> None:
    shown = words.statement(VALID, ZONE, (2, 5))
    assert shown.plain == (
        "📌 Narasi v2: Banjir & bencana\n• Ada 5 posko di Sampit.\n• Posko buka 24 jam.\n"
        "Tautan resmi: https://ppid.kalteng.go.id/banjir\nBerlaku s.d. 5 Mar 23.59 WIB\n"
        "Disusun Budi, disetujui Citra.\nDibaca 2 dari 5 orang."
    )
    assert data(shown) == ["ns:3", "np:3"]


def test_who_has_read_it_is_not_asked_again() -> None:
    shown = words.statement(VALID, ZONE, mine=True)
    assert "✓ Anda sudah membacanya." in shown.plain
    assert data(shown) == ["np:3"]


def test_an_approval_by_the_only_admin_says_so() -> None:
    alone = words.statement(replace(VALID, approved_by="Budi"), ZONE)
    assert "Disusun Budi; disetujui pembuatnya sendiri: hanya ada satu admin." in alone.plain


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (NarrativeState.REPLACED, "sudah diganti dengan versi baru"),
        (NarrativeState.EXPIRED, "masa berlakunya habis"),
        (NarrativeState.WITHDRAWN, "dicabut"),
        (NarrativeState.DRAFT, "belum disetujui"),
    ],
)
def test_what_does_not_hold_says_why_and_has_no_buttons(state: NarrativeState, why: str) -> None:
    shown = words.statement(replace(VALID, state=state), ZONE)
    assert f"Tidak berlaku: {why}." in shown.plain
    assert shown.buttons == ()


def test_a_preview_says_who_may_approve_and_what_it_replaces() -> None:
    shown = words.preview(DRAFT, VALID, ZONE, alone=False)
    assert "Pratinjau Narasi: Banjir & bencana" in shown.plain
    assert "Bila disetujui, menggantikan narasi v2." in shown.plain
    assert "Mohon disetujui admin lain" in shown.plain
    assert data(shown) == [f"na:3:{DRAFT.seen}", "nc:3", "nx:3"]
    alone = words.preview(replace(DRAFT, link="", until_at=None), None, ZONE, alone=True)
    assert "Hanya ada satu admin" in alone.plain
    assert "Tautan resmi: belum ada" in alone.plain
    assert "Masa berlaku belum dipilih" in alone.plain


def test_a_decided_draft_says_what_became_of_it() -> None:
    dropped = words.preview(replace(DRAFT, state=NarrativeState.WITHDRAWN), None, ZONE, alone=False)
    assert dropped == Message("<b>Narasi: Banjir &amp; bencana</b>\nDraf ini dibuang.")
    assert "Disetujui Citra." in words.preview(VALID, None, ZONE, alone=False).plain


def test_news_of_an_end() -> None:
    over = words.ended(replace(VALID, state=NarrativeState.EXPIRED), ZONE)
    assert "habis masa berlakunya (s.d. 5 Mar 23.59 WIB)." in over
    assert "dicabut." in words.ended(replace(VALID, state=NarrativeState.WITHDRAWN), ZONE)


def test_the_list_is_short_and_admins_see_what_waits() -> None:
    begun = replace(DRAFT, id=NarrativeId(4), link="")
    shown = words.listing([words.Listed(VALID, 2, 5)], [DRAFT, begun], ZONE, admin=True)
    assert shown.plain == (
        "Narasi yang berlaku\n\n📌 Banjir & bencana v2, s.d. 5 Mar 23.59 WIB\n"
        "Ada 5 posko di Sampit.\nDibaca 2 dari 5 orang\n\n"
        "Draf Banjir & bencana: menunggu persetujuan\n\nDraf Banjir & bencana: belum lengkap"
    )
    assert data(shown) == ["nd:3", "nw:3", "nd:3", "nc:4", "nb:0"]
    other = words.listing(
        [words.Listed(replace(VALID, until_at=None), 2, 5)], [DRAFT], ZONE, admin=False
    )
    assert data(other) == ["nd:3"]
    assert words.listing([], [], ZONE, admin=False) == Message(words.EMPTY)


def test_everything_fits_a_message() -> None:
    many = [words.Listed(LONG, 9, 9)] * 20
    issues = {f"{'k' * 36}{i}": Issue("k", "N" * 90, "", "-") for i in range(21)}
    messages = [
        words.statement(LONG, ZONE, (9, 9)),
        words.preview(replace(LONG, state=NarrativeState.DRAFT), LONG, ZONE, alone=False),
        words.listing(many, [replace(LONG, state=NarrativeState.DRAFT)] * 20, ZONE, admin=True),
        words.topic_menu(issues),
        words.to_copy(LONG),
        words.until_menu(LONG),
        words.withdraw_question(LONG),
        words.facts_question("x" * 300),
        words.link_question("x" * 300),
    ]
    for message in messages:
        assert visible_length(message.text) <= TEXT_LIMIT
        assert all(len(one.encode()) <= DATA_LIMIT for one in data(message))
    assert "dan 8 narasi lain" in messages[2].plain


def test_reasons_quote_both_versions() -> None:
    assert words.differs(VALID, "5 posko", "3 posko") == "Narasi v2: 5 posko; di balasan: 3 posko."
    assert words.outdated(VALID, "Ada 5 posko.").endswith("masih diulang: Ada 5 posko.")


def test_lines_of_cards_and_drafts() -> None:
    assert words.card_line(VALID, ZONE) == "📌 Narasi v2 berlaku s.d. 5 Mar 23.59 WIB"
    assert words.draft_line(VALID) == "Memakai narasi v2: Banjir & bencana"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (words.too_long(9, 10), "Ada 9 baris. Paling banyak 8 fakta, pilih yang terpenting."),
        (words.too_long(2, 250), "Ada fakta 250 huruf. Paling panjang 200 huruf per baris."),
        (words.not_official(["x.go.id"]), "Tautannya bukan laman resmi kantor, misalnya x.go.id."),
        (words.not_official([]), "Tautannya bukan laman resmi kantor."),
        (
            words.put_into(2),
            "2 saran kini memuat fakta narasi ini. Periksa di bawah sebelum menyetujui.",
        ),
        (
            words.put_into(0, 1, 3),
            "1 saran sudah memuatnya. 3 saran tidak diubah: disunting, ditandatangani, "
            "atau tanpa kalimat yang cocok. Periksa di bawah sebelum menyetujui.",
        ),
    ],
)
def test_answers_are_one_sentence_or_two(told: str, said: str) -> None:
    assert told == said
