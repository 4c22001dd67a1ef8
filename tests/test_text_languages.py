"""Marker words vote for a language."""

from pathlib import Path

import pytest

from monitor.text.languages import LANGUAGES, LanguageGuesser
from monitor.text.lexicon import Lexicon

LEXICON = Lexicon.load(Path(__file__).parent.parent / "data" / "lexicon")
GUESSER = LanguageGuesser(LEXICON.markers)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("saya sangat kecewa karena jalan yang rusak tidak diperbaiki", "id"),
        ("ulun kada kawa bulik gasan jalannya rigat banar", "bjn"),
        ("uluh hong lewu ikei jatun danum je mangat tuntang bahalap", "nij"),
        ("dalane wis suwi rusak ora tau didandani karo pemerintah", "jv"),
        ("jalanna geus lami teu acan leres kumaha ieu teh pisan", "su"),
        ("the road is still broken and nobody will fix it", "en"),
        ("ulun kada kawa bulik karena mereka tidak sangat setiap", "mixed"),
    ],
)
def test_language_of_a_sentence(text: str, code: str) -> None:
    guessed, share = GUESSER.guess(text)
    assert guessed == code
    assert 0 < share <= 1


@pytest.mark.parametrize(
    "text",
    ["", "kada kawa banar", "! ? <url> 5", "lampu padam gelap gulita", "kada lampu padam gelap"],
)
def test_short_or_unknown_texts_are_indonesian_without_weight(text: str) -> None:
    assert GUESSER.guess(text) == ("id", 0.0)


def test_a_word_of_two_languages_votes_for_both() -> None:
    guesser = LanguageGuesser({"a": frozenset({"x", "y"}), "b": frozenset({"x"})})
    assert guesser.guess("x y z w") == ("a", 2 / 3)


def test_every_language_has_markers() -> None:
    assert {language.code for language in LANGUAGES} == LEXICON.markers.keys()
    assert all(len(words) >= 100 for words in LEXICON.markers.values())
