"""What of a comment may name a topic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.text.reader import TextReader
from monitor.words import LexiconWords
from tests.world import PROJECT

DATA = PROJECT / "data"


@cache
def words() -> LexiconWords:
    return LexiconWords.load(TextReader.load(DATA), DATA)


def keys(text: str, *accounts: str) -> list[str]:
    return [key for key, _ in words().terms(text, words().names(accounts))]


def test_words_and_pairs_of_neighbours_are_terms() -> None:
    found = words().terms("Sapinya sakit antraks", frozenset())
    assert found == (
        ("sapi", "sapinya"),
        ("sakit", "sakit"),
        ("antraks", "antraks"),
        ("sapi sakit", "sapinya sakit"),
        ("sakit antraks", "sakit antraks"),
    )


def test_a_term_stands_once_however_often_it_is_said() -> None:
    assert keys("antraks antraks antraks, antraks lagi") == ["antraks"]
    assert words().terms("sapi sapinya", frozenset()) == (("sapi", "sapi"),)


def test_a_word_between_keeps_two_from_being_a_pair() -> None:
    assert "sapi mati" in keys("sapi mati")
    assert "sapi mati" not in keys("sapi yang mati")


@pytest.mark.parametrize(
    "text",
    [
        "Selamat pagi min, terima kasih banyak pak, sehat selalu",
        "Assalamualaikum wr wb, semangat hari Senin",
        "wkwkwk hahaha mantap",
        "@akun_orang https://contoh.example/a 0812-0000-0000 12345 👍",
        "di Sampit, Palangka Raya dan Kotawaringin Timur",
        "kada ulun pian",
        "",
    ],
)
def test_greetings_places_accounts_numbers_and_function_words_are_none(text: str) -> None:
    assert keys(text) == []


def test_a_place_or_personal_data_parts_its_neighbours() -> None:
    assert "sapi mati" not in keys("sapi Sampit mati")
    assert "hubung mati" not in keys("hubungi 0812-0000-0000 mati")


def test_names_of_accounts_are_no_terms() -> None:
    text = "Fulan Contohnya betul, sapi mati kata jurnalkita99"
    assert "fulan" in keys(text)
    found = keys(text, "Fulan Contohnya", "jurnalkita99")
    assert not {"fulan", "contoh", "jurnalkita99"} & {w for key in found for w in key.split()}
    assert "sapi mati" in found


def test_an_account_named_by_an_ordinary_word_takes_it_from_nobody() -> None:
    assert words().names(["Sapi", "", "  "]) == frozenset()
    assert keys("sapi mati", "Sapi") == ["sapi", "mati", "sapi mati"]


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    found = words().terms(text, words().names([text]))
    assert len({key for key, _ in found}) == len(found)


def test_a_missing_list_of_small_talk_is_named(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "stopwords.txt").write_text("dan\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"word list: .*small_talk\.txt"):
        LexiconWords.load(TextReader.load(DATA), tmp_path)
