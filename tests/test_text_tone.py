"""Tone: praise and blame by word list, turned round by negators, and what stands before a turn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.tone import ToneReader, tone_features

TONES = ToneReader(
    {
        "bagus": 2,
        "cepat": 1,
        "rusak": -1,
        "parah": -2,
        "bagus sekali": 2,
        "tidak becus": -2,
        "lepas tangan begitu": -1,
        "lepas": 1,
    }
)
NAMES = {
    before + turned + tone
    for before in ("", "before ")
    for turned in ("", "not ")
    for tone in ("praise", "blame")
}


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("", {}),
        ("kantor buka jam delapan", {}),
        ("pelayanan bagus", {"praise": 2}),
        ("bagus cepat bagus", {"praise": 5}),
        ("jalan rusak parah", {"blame": 3}),
        ("cepat rusak", {"praise": 1, "blame": 1}),
        ("jalan tidak bagus", {"not praise": 2}),
        ("jalan tidak rusak", {"not blame": 1}),
        ("jalan tidak rusak ! parah", {"not blame": 1, "blame": 2}),
        ("tidak pernah ada yang bagus", {"not praise": 2}),
    ],
)
def test_strengths_are_summed_by_side_and_by_negation(text: str, tones: dict[str, int]) -> None:
    assert TONES.tones(text) == tones


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("bagus sekali", {"praise": 2}),
        ("bagus sekalipun", {"praise": 2}),
        ("lepas tangan begitu", {"blame": 1}),
        ("lepas tangan", {"praise": 1}),
        ("lepas tangan begitu lepas", {"blame": 1, "praise": 1}),
        ("pejabat tidak becus", {"blame": 2}),
    ],
)
def test_the_longest_phrase_at_a_place_counts(text: str, tones: dict[str, int]) -> None:
    assert TONES.tones(text) == tones


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("katanya bagus ternyata rusak", {"before praise": 2, "blame": 1}),
        ("rusak tapi cepat", {"before blame": 1, "praise": 1}),
        ("tidak bagus tapi cepat", {"before not praise": 2, "praise": 1}),
        ("bagus tapi rusak tapi cepat", {"before praise": 2, "before blame": 1, "praise": 1}),
        ("ternyata bagus", {"praise": 2}),
        ("bagus ternyata", {"praise": 2}),
    ],
)
def test_what_stands_before_the_last_turn_is_told_apart(text: str, tones: dict[str, int]) -> None:
    assert TONES.tones(text) == tones


@pytest.mark.parametrize(("language", "tones"), [("nij", {"not praise": 2}), ("id", {"praise": 2})])
def test_a_word_that_negates_in_one_language_only_does_so_there(
    language: str, tones: dict[str, int]
) -> None:
    assert TONES.tones("dia bagus", language) == tones


@pytest.mark.parametrize(
    ("tones", "side"),
    [
        ({"praise": 2}, "tone good"),
        ({"not blame": 1}, "tone good"),
        ({"blame": 1, "praise": 2}, "tone good"),
        ({"blame": 2}, "tone bad"),
        ({"not praise": 3, "praise": 2}, "tone bad"),
        ({"praise": 1, "blame": 1}, None),
        ({"before praise": 2}, None),
        ({}, None),
    ],
)
def test_the_meant_part_falls_on_one_side_or_on_none(
    tones: dict[str, int], side: str | None
) -> None:
    found = tone_features(tones)
    assert {name for name in found if name in ("tone good", "tone bad")} == {side} - {None}
    for name, value in tones.items():
        assert found[f"tone {name}"] == pytest.approx(math.log1p(value))


WORDS = ["bagus", "cepat", "rusak", "parah", "tidak", "tapi", "ternyata", "sekali", "!", "air"]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_text_gives_named_strengths_above_nought(text: str) -> None:
    found = TONES.tones(text)
    assert set(found) <= NAMES
    assert all(value > 0 for value in found.values())
    assert sum(value for name, value in found.items()) <= 2 * len(text.split())


@given(st.lists(st.sampled_from(["bagus", "cepat", "rusak", "air"]), min_size=1, max_size=2))
def test_a_negator_moves_every_strength_within_its_reach(words: list[str]) -> None:
    plain, turned = TONES.tones(" ".join(words)), TONES.tones(" ".join(["tidak", *words]))
    assert turned == {f"not {name}": value for name, value in plain.items()}
