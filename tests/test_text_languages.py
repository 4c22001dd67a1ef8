"""Marker words vote for a language."""

from pathlib import Path

import pytest

from monitor.text.languages import LANGUAGES, LanguageGuesser
from monitor.text.lexicon import Lexicon
from monitor.text.negation import mark_negation
from monitor.text.normalise import Normaliser

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
    ["", "! ? <url> 5", "lampu padam gelap gulita", "kada lampu padam gelap", "lampu padam"],
)
def test_unknown_texts_are_indonesian_without_weight(text: str) -> None:
    assert GUESSER.guess(text) == ("id", 0.0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dia bahalap", "nij"),
        ("kada kawa banar", "bjn"),
        ("nanging dalane", "jv"),
        ("kumaha ieu", "su"),
    ],
)
def test_a_short_text_has_the_only_language_with_votes(text: str, code: str) -> None:
    assert GUESSER.guess(text) == (code, 1.0)


@pytest.mark.parametrize(
    "text", ["tidak kawa banar", "bahalap banar", "mereka kada", "tidak untuk", "dia jahat", "hai"]
)
def test_a_short_text_of_two_languages_or_of_indonesian_has_no_weight(text: str) -> None:
    assert GUESSER.guess(text) == ("id", 0.0)


def test_a_word_of_two_languages_votes_for_both() -> None:
    guesser = LanguageGuesser({"a": frozenset({"x", "y"}), "b": frozenset({"x"})})
    assert guesser.guess("x y z w") == ("a", 2 / 3)


def test_every_language_has_markers() -> None:
    assert {language.code for language in LANGUAGES} == LEXICON.markers.keys()
    assert all(len(words) >= 250 for words in LEXICON.markers.values())


def test_no_marker_stands_in_two_languages() -> None:
    words = [word for markers in LEXICON.markers.values() for word in markers]
    assert len(words) == len(set(words))


def test_every_marker_is_spelled_as_the_normaliser_spells() -> None:
    normaliser = Normaliser(LEXICON.slang, LEXICON.doubles)
    words = {word for markers in LEXICON.markers.values() for word in markers}
    assert {word for word in words if normaliser.normalise(word) != word} == set()


def test_every_negator_is_spelled_as_the_normaliser_spells() -> None:
    normaliser = Normaliser(LEXICON.slang, LEXICON.doubles)
    negators = {word for lang in LANGUAGES for word in lang.negators | lang.own_negators}
    assert {word for word in negators if normaliser.normalise(word) != word} == set()


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("dia bahalap", "dia tidak_bahalap"),
        ("dia jahat", "dia jahat"),
        ("jatun danum", "jatun tidak_danum"),
        ("teu alus", "teu tidak_alus"),
        ("mboten sae", "mboten tidak_sae"),
        ("balumlah dibaiki", "balumlah tidak_dibaiki"),
        ("the lights cannot work", "the lights cannot tidak_work"),
    ],
)
def test_a_guessed_language_gives_its_negators_their_reach(text: str, marked: str) -> None:
    assert mark_negation(text, GUESSER.guess(text)[0]) == marked
