"""The card fits, is safe, and shows who must do what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import CardView, Example, card
from monitor.messages.base import CAPTION_LIMIT
from monitor.records import CommentId, IncidentId, IncidentState, Level
from tests.making import NOW, make_incident, make_reading
from tests.telegram_html import check, units

WIB = ZoneInfo("Asia/Jakarta")
NASTY = {
    "long words": "x" * 5000,
    "long text": "air masuk rumah lagi " * 240,
    "emoji": "🔥👩‍👩‍👧‍👦" * 600,
    "tags": "<b>tebal</a <i " * 340,
    "ampersands": "&amp; &lt; & &# " * 320,
    "right to left": "\u202eمرحبا " * 700,
    "lines": "a\n\n" * 1600,
}


def view(**values: Any) -> CardView:
    incident = values.pop("incident", make_incident())
    plain: dict[str, Any] = {
        "incident": incident,
        "issue_name": "Banjir & bencana",
        "opd": "BPBD",
        "comments": 15,
        "people": 11,
        "texts": 9,
        "urgent": 0,
        "places": [("Sampit", 8), ("Kabupaten Contoh / Baamang", 2)],
        "sources": [("berita", 12)],
        "blind": [],
        "examples": [],
        "drafts": 0,
        "zone": WIB,
        "now": NOW,
    }
    return CardView(**{**plain, **values})


def examples(text: str, count: int = 3) -> list[Example]:
    return [Example(CommentId(10**15 + i), text, "berita") for i in range(count)]


def shown(**values: Any) -> str:
    return check(card(view(**values)), CAPTION_LIMIT)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("state", IncidentState)
def test_the_card_fits_whatever_people_write(text: str, state: IncidentState) -> None:
    incident = make_incident(
        id=IncidentId(10**15),
        state=state,
        holder=text,
        state_reason=text,
        silenced_until=NOW,
        level=Level.SIAGA,
        peak=Level.AWAS,
        reading=make_reading(
            observed=123456, expected=12345.6, share=0.99, usual_share=0.5, young=True
        ),
    )
    words = shown(
        incident=incident,
        issue_name=text,
        opd=text,
        comments=99999,
        people=99999,
        texts=99999,
        urgent=9999,
        places=[(text, 9999)] * 5,
        sources=[(text, 9999)] * 5,
        blind=[(text, NOW - timedelta(days=2))] * 5,
        examples=examples(text),
        drafts=99,
    )
    assert "Diperbarui 12.00 WIB · #1000000000000000" in words


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_examples_are_shown_where_there_is_room(text: str) -> None:
    words = shown(examples=examples(text))
    lines = [line for line in words.splitlines() if line[:3] in ("1. ", "2. ", "3. ")]
    assert len(lines) == 3
    assert all(units(line) <= 143 for line in lines)


def test_examples_give_way_before_anything_else() -> None:
    crowded = [("Kecamatan yang namanya panjang sekali", 9)] * 3
    full = shown(examples=examples("kata " * 60))
    less = shown(
        incident=make_incident(
            state=IncidentState.SILENCED,
            state_reason="menunggu jawaban " * 9,
            reading=make_reading(young=True, share=0.5, usual_share=0.1),
        ),
        examples=examples("kata " * 60),
        places=crowded,
        sources=crowded,
        blind=[("berita" * 9, NOW)] * 3,
        opd="Dinas Perumahan, Permukiman dan Pertanahan",
    )
    assert less.count("kata") < full.count("kata")
    assert "Tidak terpantau" in less


def test_a_card_says_what_where_since_when_and_why() -> None:
    words = shown(
        incident=make_incident(
            reading=make_reading(share=0.61, usual_share=0.24), onset_at=NOW - timedelta(hours=2)
        ),
        urgent=2,
        drafts=3,
        blind=[("media", NOW - timedelta(hours=5)), ("arsip", None)],
        examples=examples("Air masuk rumah", 1),
    )
    assert words.splitlines() == [
        "🟡 Waspada · Banjir & bencana",
        "12 komentar negatif dalam 1 jam, biasanya 2 (0–5)",
        "Porsi negatif 61 %, biasanya 24 %",
        "15 komentar · 11 akun · 9 teks berbeda",
        "🆘 2 menyebut bahaya bagi orang",
        "Sejak 10.00 WIB · OPD: BPBD",
        "Tempat: Sampit (8), Baamang (2)",
        "Sumber: berita (12)",
        "⚠️ Tidak terpantau: media sejak 07.00 WIB, arsip (belum pernah terbaca)",
        "1. Air masuk rumah",
        "Belum ada yang menangani",
        "3 saran balasan · Diperbarui 12.00 WIB · #7",
    ]


RARE = "wajarnya sekali dalam 5 bulan"
MORE = "Siaga bila mencapai 8 komentar negatif"


@pytest.mark.parametrize(
    ("rarity", "not_higher", "line"),
    [
        (RARE, MORE, "Wajarnya sekali dalam 5 bulan; Siaga bila mencapai 8 komentar negatif."),
        (RARE, "", "Wajarnya sekali dalam 5 bulan."),
        ("", MORE, "Siaga bila mencapai 8 komentar negatif."),
    ],
)
def test_a_running_card_says_how_rare_it_is_and_what_more_would_take(
    rarity: str, not_higher: str, line: str
) -> None:
    assert line in shown(rarity=rarity, not_higher=not_higher).splitlines()
    ended = make_incident(state=IncidentState.RESOLVED)
    assert line not in shown(rarity=rarity, not_higher=not_higher, incident=ended)


def test_a_holiday_likes_and_replies_are_shown() -> None:
    words = shown(note="Hari <Kemerdekaan>, Ramadan", likes=7, replies=2).splitlines()
    assert "📅 Hari <Kemerdekaan>, Ramadan" in words
    assert "15 komentar · 11 akun · 9 teks berbeda · 7 suka · 2 balasan" in words
    assert "15 komentar · 11 akun · 9 teks berbeda · 2 balasan" in shown(replies=2).splitlines()


def test_other_issues_under_the_same_posts_are_named() -> None:
    words = shown(companions=[("Jalan & jembatan", 5)]).splitlines()
    assert "Ikut ramai di kiriman yang sama: Jalan & jembatan (5)" in words


def test_what_is_not_known_takes_no_line() -> None:
    words = shown(places=[], sources=[])
    assert "\n\n" not in words
    assert not {"Tempat", "Sumber", "Porsi", "🆘", "saran"} & set(words.split())


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"state": IncidentState.OPEN}, "Belum ada yang menangani"),
        ({"state": IncidentState.ACKNOWLEDGED, "holder": "Sari"}, "Ditangani oleh Sari"),
        (
            {
                "state": IncidentState.SILENCED,
                "holder": "Sari",
                "silenced_until": NOW + timedelta(hours=4),
                "state_reason": "menunggu OPD",
            },
            "Disenyapkan oleh Sari s.d. 16.00 WIB (menunggu OPD)",
        ),
        ({"state": IncidentState.SILENCED}, "Disenyapkan"),
        (
            {"state": IncidentState.RESOLVED, "holder": "Sari", "state_reason": "mereda"},
            "Selesai · ditangani Sari (mereda)",
        ),
        ({"state": IncidentState.RESOLVED}, "Selesai"),
        ({"state": IncidentState.DISMISSED, "holder": "Budi"}, "Bukan krisis · ditangani Budi"),
    ],
)
def test_the_status_names_the_holder(values: dict[str, Any], status: str) -> None:
    assert status in shown(incident=make_incident(**values)).splitlines()


@pytest.mark.parametrize(
    ("level", "peak", "title"),
    [
        (Level.WASPADA, Level.WASPADA, "🟡 Waspada · Banjir & bencana"),
        (Level.SIAGA, Level.AWAS, "🟠 Siaga · Banjir & bencana (puncak Awas)"),
        (Level.AWAS, Level.AWAS, "🔴 Awas · Banjir & bencana"),
        (Level.NORMAL, Level.SIAGA, "🟢 Mereda · Banjir & bencana (puncak Siaga)"),
    ],
)
def test_the_title_shows_the_level_and_the_peak(level: Level, peak: Level, title: str) -> None:
    assert shown(incident=make_incident(level=level, peak=peak)).splitlines()[0] == title


def test_a_young_baseline_is_admitted() -> None:
    words = shown(incident=make_incident(reading=make_reading(young=True)))
    assert "Isu ini baru dipantau, patokan belum mantap." in words


def buttons(state: IncidentState, count: int = 0) -> list[list[str]]:
    message = card(view(incident=make_incident(state=state), examples=examples("x", count)))
    return [[button.data.partition(":")[0] for button in row] for row in message.buttons]


@pytest.mark.parametrize(
    ("state", "count", "rows"),
    [
        (IncidentState.OPEN, 0, [["ak", "si", "dr"], ["re", "di", "mo"]]),
        (IncidentState.OPEN, 5, [["ak", "si", "dr"], ["re", "di", "mo"], ["lb", "lb", "lb"]]),
        (IncidentState.ACKNOWLEDGED, 0, [["si", "dr"], ["re", "di", "mo"]]),
        (IncidentState.SILENCED, 1, [["ak", "si", "dr"], ["re", "di", "mo"], ["lb"]]),
        (IncidentState.RESOLVED, 2, [["ro"], ["lb", "lb"]]),
        (IncidentState.DISMISSED, 0, [["ro"]]),
    ],
)
def test_only_what_can_still_be_done_has_a_button(
    state: IncidentState, count: int, rows: list[list[str]]
) -> None:
    assert buttons(state, count) == rows


def test_the_chart_is_the_picture() -> None:
    assert card(view(chart=b"png")).photo == b"png"
    assert card(view()).photo is None
