"""Answers to questions in words: they fit, and shrink before they are cut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.messages.asking import IssueView, Stated, issue_detail, place_named, stretch_named
from monitor.messages.base import CAPTION_LIMIT
from monitor.records import Level, Tone
from tests.making import NOW, make_incident
from tests.telegram_html import check
from tests.test_messages_card import NASTY
from tests.test_messages_status import WIB


def view(**more: Any) -> IssueView:
    plain: dict[str, Any] = {
        "name": "Banjir & bencana",
        "day": (Tone(12, 20), Tone(5, 9)),
        "week": (Tone(1240, 2000), Tone(1240, 1500)),
        "places": [("Kotawaringin Timur / Baamang", 5), ("Kapuas", 2)],
        "examples": ["Air masuk rumah", "Jalan <putus>"],
        "incident": None,
        "stated": None,
        "silent": (),
        "zone": WIB,
        "now": NOW,
    }
    return IssueView(**{**plain, **more})


def test_one_issue_reads_well() -> None:
    held = make_incident(level=Level.NORMAL, holder="Ani & Budi")
    stated = Stated(2, ["5 posko buka"], "https://contoh.example", NOW + timedelta(days=1))
    told = check(issue_detail(view(incident=held, stated=stated)), CAPTION_LIMIT)
    assert told.splitlines() == [
        "Banjir & bencana",
        "24 jam: 12 negatif dari 20 (60 %), naik dari 5",
        "7 hari: 1.240 negatif dari 2.000 (62 %), tetap",
        "Tempat: Baamang (5), Kapuas (2)",
        "1. Air masuk rumah",
        "2. Jalan <putus>",
        "🟢 Mereda, ditangani Ani & Budi · #7",
        "📌 Narasi v2 (s.d. 11 Mar 12.00 WIB): 5 posko buka https://contoh.example",
    ]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_whatever_people_write_it_fits_a_caption(text: str) -> None:
    stated = Stated(9, [text] * 9, "https://contoh.example/" + "a" * 60, NOW)
    silent = [(text, NOW)] * 5
    shown = view(examples=[text] * 3, stated=stated, silent=silent, places=[(text, 9)] * 3)
    check(issue_detail(shown), CAPTION_LIMIT)


def test_examples_go_before_anything_is_cut() -> None:
    link = "https://contoh.example/" + "a" * 700
    stated = Stated(9, ["fakta " * 99], link, NOW)
    told = check(issue_detail(view(examples=["kata " * 99] * 3, stated=stated)), 2000)
    assert "1. kata" not in told
    assert link in told


def test_places_and_stretches_are_named_as_people_say_them() -> None:
    assert place_named("sampit", "Kotawaringin Timur") == "Sampit (Kotawaringin Timur)"
    assert place_named("Kapuas", "Kapuas") == "Kapuas"
    assert place_named("Baamang", "Kotawaringin Timur / Baamang") == "Baamang"
    assert [stretch_named("days", 7), stretch_named("yesterday", 1)] == ["7 hari", "kemarin"]
