"""Why an incident opened, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.messages import why as sentences
from monitor.messages.why import (
    counted,
    rarity,
    series_reason,
    shares,
    usually,
    why,
    why_not_higher,
)
from monitor.records import Level
from monitor.spikes import Rules, needed_for_more
from tests.making import make_reading


def test_the_sentence_says_count_normal_share_and_place() -> None:
    reading = make_reading(
        observed=42, hours=3, expected=9.2, low=4, upper=17, share=0.61, usual_share=0.24
    )
    assert why(reading, "Banjir & bencana", ["berita", "media"]) == (
        "Isu Banjir & bencana: 42 komentar negatif dalam 3 jam, biasanya 9 (4–17); "
        "porsi negatif 61 %, biasanya 24 %; terutama di berita."
    )


def test_what_is_not_known_is_left_out() -> None:
    assert why(make_reading(), "Sampah") == (
        "Isu Sampah: 12 komentar negatif dalam 1 jam, biasanya 2 (0–5)."
    )


def test_a_young_baseline_is_admitted() -> None:
    assert why(make_reading(young=True), "Sampah").endswith(
        "; baru dipantau, patokan belum mantap."
    )


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (0.0, "biasanya kurang dari 1"),
        (0.94, "biasanya kurang dari 1"),
        (0.96, "biasanya 1"),
        (2.1, "biasanya 2"),
        (1499.6, "biasanya 1.500"),
    ],
)
def test_nobody_writes_half_a_comment(expected: float, told: str) -> None:
    assert usually(expected) == told
    assert told in counted(make_reading(expected=expected))


@pytest.mark.parametrize(("share", "usual"), [(None, 0.2), (0.2, None), (None, None)])
def test_a_share_of_nothing_is_not_told(share: float | None, usual: float | None) -> None:
    assert shares(make_reading(share=share, usual_share=usual)) is None


@pytest.mark.parametrize(
    ("level", "values", "told"),
    [
        (Level.WASPADA, {"score": 1.0}, "Siaga bila lonjakan 1,1 kali lebih kuat"),
        (Level.WASPADA, {"score": 3.0}, "Siaga bila mencapai 8 komentar negatif"),
        (Level.SIAGA, {"score": 1.5}, "Awas bila mencapai 30 komentar negatif"),
        (Level.NORMAL, {"score": 0.0}, "Waspada bila lonjakan 92 kali lebih kuat"),
    ],
)
def test_what_the_next_level_needs_is_told(level: Level, values: dict[str, Any], told: str) -> None:
    step = needed_for_more(level, Rules())
    assert why_not_higher(step, make_reading(level=level, **values)) == told


def test_nothing_is_needed_above_awas() -> None:
    assert why_not_higher(needed_for_more(Level.AWAS, Rules()), make_reading()) is None


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (0.5, "wajarnya beberapa kali sebulan"),
        (0.94, "wajarnya beberapa kali sebulan"),
        (1.0, "wajarnya sekitar sebulan sekali"),
        (1.49, "wajarnya sekitar sebulan sekali"),
        (1.5, "wajarnya sekali dalam 2 bulan"),
        (5.2, "wajarnya sekali dalam 5 bulan"),
        (11.9, "wajarnya sekali dalam 12 bulan"),
        (12.0, "wajarnya sekali dalam 1 tahun"),
        (18.0, "wajarnya sekali dalam 1,5 tahun"),
        (35.9, "wajarnya sekali dalam 3 tahun"),
        (36.0, "wajarnya kurang dari sekali dalam 3 tahun"),
        (40.0, "wajarnya kurang dari sekali dalam 3 tahun"),
    ],
)
def test_how_rare_it_is_is_told_in_words(months: float, told: str) -> None:
    assert rarity(months) == told


def test_an_issue_without_a_usual_range_says_so() -> None:
    assert counted(make_reading(low=0, upper=0)).endswith("dalam 1 jam, biasanya tidak ada")


def test_a_rising_level_is_told_first() -> None:
    told = sentences.raised(make_reading(level=Level.AWAS), "Sampah")
    assert told.startswith("Naik ke Awas. Isu Sampah: 12 komentar")


@pytest.mark.parametrize(
    ("hours", "expected", "told"),
    [
        (1.0, 4.0, "12 dalam 1 jam, biasanya 4"),
        (0.25, 0.2, "12 dalam 15 menit, biasanya kurang dari 1"),
        (24.0, 2000.0, "12 dalam 24 jam, biasanya 2.000"),
    ],
)
def test_a_row_of_a_series_has_its_reason(hours: float, expected: float, told: str) -> None:
    assert series_reason(12, hours, expected, observed=True) == told


def test_a_merged_card_names_the_one_it_is_part_of() -> None:
    told = sentences.merged("Banjir & bencana", 7)
    assert told == "Digabung ke #7 Banjir & bencana: ramai di kiriman yang sama."


def test_a_lost_row_is_not_a_quiet_one() -> None:
    assert series_reason(0, 1.0, 5.0, observed=False) == "tidak terpantau"


def test_the_machine_says_why_it_moved() -> None:
    told = (sentences.CALMED, sentences.FORGOTTEN, sentences.WOKEN)
    assert all(text.endswith(".") for text in told)
