"""Warning signs raise flags and nothing else."""

from pathlib import Path

import pytest

from monitor.text.flags import FlagFinder
from monitor.text.lexicon import Lexicon
from monitor.text.normalise import Normaliser

LEXICON = Lexicon.load(Path(__file__).parent.parent / "data" / "lexicon")
NORMALISER = Normaliser(LEXICON.slang, LEXICON.doubles)
FINDER = FlagFinder(LEXICON.flags)


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        ("dasar gobloook semua", ("abuse",)),
        ("ayo kita bakar kantornya", ("threat",)),
        ("usir pendatang dari sini", ("sara",)),
        ("rasanya ingin mati saja, mau bunuh diri", ("self_harm",)),
        ("mantap pak, jalannya rusak lagi", ("sarcasm",)),
        ("luar biasa, tiap hari banjir", ("sarcasm",)),
        ("mantap pak, jalan rusak sudah diperbaiki", ()),
        ("hebat pak gubernur", ()),
        ("jalan rusak parah", ()),
        ("tolong warga terjebak banjir butuh perahu karet", ("urgent_words",)),
        ("anjing, ada korban lagi", ("abuse", "urgent_words")),
        ("bunuh nyamuk dengan fogging", ()),
        ("tolong selamatkan hutan", ("urgent_words",)),
        ("", ()),
    ],
)
def test_flags_of_a_text(raw: str, flags: tuple[str, ...]) -> None:
    assert FINDER.flags(NORMALISER.normalise(raw)) == flags


def test_rule_phrases_are_in_normal_form() -> None:
    """A phrase that normalising would change could never be found."""
    rules = LEXICON.flags
    phrases = [*rules.praise, *rules.trouble, *rules.relief]
    phrases += [phrase for listed in rules.phrases.values() for phrase in listed]
    assert [p for p in phrases if NORMALISER.normalise(p) != p] == []
