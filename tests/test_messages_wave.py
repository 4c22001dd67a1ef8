"""The card of a wave fits, says what it is not, and shows signs without judging."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import CardView, Example, page
from monitor.messages.base import CAPTION_LIMIT
from monitor.messages.status import Running, Standing, status
from monitor.messages.wave import WaveView, raised, reason, signs, size
from monitor.messages.wave_card import wave_card
from monitor.records import CommentId, IncidentState, Level
from tests.making import NOW, make_incident, make_reading
from tests.telegram_html import check
from tests.test_messages_card import NASTY, WIB

INCIDENT = make_incident(
    topic="salinan:17",
    onset_at=NOW - timedelta(hours=1),
    reading=make_reading(topic="salinan:17", observed=40, score=31.0, reason=reason(40, 31, 1)),
)
WAVE = WaveView(
    text="Banjir lagi di kampung kami, pejabat ke mana saja",
    tone="Negatif",
    issue_name="Banjir & bencana",
    last_at=NOW - timedelta(minutes=3),
    posts=(("Bupati tinjau banjir", 40),),
    known=31,
    newcomers=25,
    only_this=28,
)


def view(wave: WaveView = WAVE, **values: Any) -> CardView:
    plain = CardView(
        incident=INCIDENT,
        issue_name="Gelombang salinan",
        opd="BPBD",
        comments=40,
        people=31,
        texts=1,
        urgent=0,
        places=(),
        sources=(("instagram", 40),),
        blind=(),
        examples=[Example(CommentId(17), wave.text, "instagram")],
        drafts=0,
        zone=ZoneInfo("Asia/Jakarta"),
        now=NOW,
        wave=wave,
    )
    return replace(plain, **values)


def shown(wave: WaveView = WAVE, **values: Any) -> list[str]:
    return check(wave_card(view(wave, **values), wave), CAPTION_LIMIT).splitlines()


def test_the_card_says_what_since_when_where_and_what_it_is_not() -> None:
    assert shown() == [
        "🟡 Waspada · Gelombang salinan",
        "40 komentar dari 31 akun dengan teks yang sama",
        "Bukan hitungan warga: teks yang sama dihitung sekali.",
        "Banjir lagi di kampung kami, pejabat ke mana saja",
        "Isu: Banjir & bencana · Negatif",
        "Sejak 11.00 WIB · salinan terakhir 11.57 WIB",
        "Sumber: instagram (40)",
        "Kiriman: Bupati tinjau banjir (40)",
        "Tanda: 81 % akun baru pertama terlihat, 90 % hanya menulis teks ini. "
        "Ini tanda, bukan bukti.",
        "Belum ada yang menangani",
        "Diperbarui 12.00 WIB · #7",
    ]


def test_what_is_not_known_takes_no_line() -> None:
    bare = replace(WAVE, last_at=None, posts=(), known=0)
    lines = shown(bare, sources=())
    assert "Sejak 11.00 WIB" in lines
    assert not {"Sumber", "Kiriman", "Tanda"} & {line.partition(":")[0] for line in lines}


def test_a_blind_source_is_named() -> None:
    lines = shown(blind=[("media", NOW - timedelta(hours=5))])
    assert "⚠️ Tidak terpantau: media sejak 07.00 WIB" in lines


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("state", IncidentState)
def test_the_card_fits_whatever_people_write(text: str, state: IncidentState) -> None:
    nasty = replace(WAVE, text=text, issue_name=text, posts=[(text, 9999)] * 5, known=31)
    incident = replace(
        INCIDENT, state=state, holder=text, state_reason=text, level=Level.SIAGA, peak=Level.AWAS
    )
    lines = shown(
        nasty,
        incident=incident,
        comments=123456,
        people=99999,
        texts=99,
        sources=[(text, 9999)] * 5,
        blind=[(text, NOW)] * 5,
    )
    assert lines[-1] == "Diperbarui 12.00 WIB · #7"


def buttons(state: IncidentState, *, text: bool = True) -> list[list[str]]:
    shown_view = view(incident=replace(INCIDENT, state=state))
    if not text:
        shown_view = replace(shown_view, examples=())
    rows = wave_card(shown_view, WAVE).buttons
    return [[button.data.partition(":")[0] for button in row] for row in rows]


def test_only_what_can_be_done_to_a_wave_has_a_button() -> None:
    assert buttons(IncidentState.OPEN) == [["ak", "si"], ["re", "di", "mo"], ["lb"]]
    assert buttons(IncidentState.ACKNOWLEDGED, text=False) == [["si"], ["re", "di", "mo"]]
    assert buttons(IncidentState.RESOLVED) == [["ro"], ["lb"]]
    assert buttons(IncidentState.DISMISSED, text=False) == [["ro"]]


@pytest.mark.parametrize(
    ("texts", "told"),
    [(1, "12 komentar dari 11 akun dengan teks yang sama"), (3, "teks yang hampir sama")],
)
def test_one_spelling_is_the_same_text_and_several_are_nearly(texts: int, told: str) -> None:
    assert told in size(12, 11, texts)
    assert told in reason(12, 11, texts)


def test_a_rising_wave_says_so() -> None:
    assert raised(Level.AWAS, "Sebabnya.") == "Naik ke Awas. Sebabnya."


def test_signs_need_accounts_with_a_name() -> None:
    assert signs(replace(WAVE, known=0)) == ""


def test_the_page_and_the_status_speak_of_copies() -> None:
    assert page.why_now(INCIDENT) == reason(40, 31, 1)
    assert page.wave_facts(view()) == [
        "Isu: Banjir & bencana · Negatif",
        "Salinan terakhir 11.57 WIB",
        "Kiriman: Bupati tinjau banjir (40)",
        signs(WAVE),
    ]
    bare = replace(WAVE, last_at=None, posts=(), known=0)
    assert page.wave_facts(view(bare)) == ["Isu: Banjir & bencana · Negatif"]
    assert page.wave_facts(replace(view(), wave=None)) == []
    (_, words, _), *_ = page.summary([INCIDENT, make_incident()], 0, 0)
    assert words == "1 isu naik · 1 gelombang salinan"
    running = [Running(INCIDENT, "Gelombang salinan")]
    told = status(Standing(running, 0, (0, 0), (), 1, None, WIB, NOW)).text
    assert "Gelombang salinan" in told
    assert "40 salinan dari 31 akun" in told
