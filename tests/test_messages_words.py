"""Small words of a reply, and what the demo tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.knowledge import load_knowledge
from monitor.messages import demo
from monitor.messages.demo import DemoSummary
from monitor.messages.words import greeting, issue_words, place_words
from monitor.records import Issue, Level
from monitor.replies import blunders
from tests.making import make_incident

DATA = Path(__file__).parent.parent / "data"


def test_people_are_addressed_as_they_write() -> None:
    assert greeting(casual=True) == "Kak,"
    assert greeting(casual=False) == "Bapak/Ibu,"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Banjir & bencana", "banjir & bencana"),
        ("PPDB & sekolah", "PPDB & sekolah"),
        ("ASN", "ASN"),
        ("X", "X"),
        ("", ""),
    ],
)
def test_an_issue_inside_a_sentence_is_small_unless_it_is_short_for_something(
    name: str, words: str
) -> None:
    assert issue_words(Issue("k", name, "", "")) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (None, ""),
        ("", ""),
        ("Sampit", " di Sampit"),
        ("Kotawaringin Timur / Baamang", " di Baamang"),
    ],
)
def test_a_place_brings_its_own_space(place: str | None, words: str) -> None:
    assert place_words(place) == words


def test_every_shipped_template_makes_a_reply_that_may_go_out() -> None:
    from monitor.replies import fill
    from monitor.replies.templates import OPTIONAL

    knowledge = load_knowledge(DATA)
    for template in knowledge.templates:
        for issue in knowledge.taxonomy.values():
            values = {
                "sapaan": greeting(casual=template.register == "santai"),
                "isu": issue_words(issue),
                "tempat": place_words("Sampit"),
                "opd": issue.opd,
                "kantor": "Diskominfo",
                "tautan": "https://kantor.example",
                **dict.fromkeys(OPTIONAL, "ada"),
            }
            text = fill(template.text, values)
            assert blunders(text, text) == (), template.id


def test_the_demo_sums_up_its_week() -> None:
    told = demo.summary(
        DemoSummary(
            comments=900,
            live=300,
            incidents=[(make_incident(peak=Level.AWAS), "Banjir", 14)],
            posted=3,
            rejected=1,
            labels=2,
            waves=[(40, 31)],
            paused_hours=5,
        )
    )
    for part in (
        "900 komentar dibaca, 300 di antaranya",
        "Banjir: puncak Awas, kartu muncul 14 menit",
        "40 komentar dari 31 akun",
        "3 terkirim setelah disetujui, 1 ditolak",
        "mati 5 jam",
    ):
        assert part in told


def test_the_demo_says_where_its_page_is() -> None:
    assert "http://127.0.0.1:8080" in demo.stay("http://127.0.0.1:8080")
    assert demo.page_at("http://127.0.0.1:9") == "Halaman: http://127.0.0.1:9"


def test_what_the_demo_lets_people_send_may_go_out() -> None:
    assert blunders(demo.EDITED_REPLY, demo.EDITED_REPLY) == ()
