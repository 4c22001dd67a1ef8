"""Roots for keyword rules."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.errors import ModelError
from monitor.text.reader import TextReader
from monitor.text.stems import Stemmer, require_fast_stemmer

READER = TextReader.load(Path(__file__).parent.parent / "data")


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("kerusakan", "rusak"),
        ("pemadaman", "padam"),
        ("mencemari", "cemar"),
        ("memungut", "pungut"),
        ("ketidakadilan", "adil"),
        ("dipertanggungjawabkan", "tanggung"),
        ("mengeluhkan", "keluh"),
        ("kebanjiran", "banjir"),
        ("jalan", "jalan"),
        ("pungli", "pungli"),
        ("benerin", "benar"),
        ("dibenerin", "benar"),
        ("ngeluh", "keluh"),
        ("nungguin", "tunggu"),
        ("ngerusak", "rusak"),
        ("nyapu", "sapu"),
        ("mukulin", "pukul"),
        ("qwertyin", "qwertyin"),
        ("<url>", "<url>"),
        ("2025", "2025"),
    ],
)
def test_root_of_a_word(word: str, root: str) -> None:
    assert READER.stemmer.stem(word) == root


@pytest.mark.parametrize(
    "word", ["pangkalan", "mendawai", "katingan", "seruyan", "maulah", "diitihi"]
)
def test_names_and_local_words_are_never_stemmed(word: str) -> None:
    assert READER.stemmer.stem(word) == word


def test_every_token_is_stemmed_in_order() -> None:
    assert READER.stemmer.stems("kerusakan jalan <url> !") == ("rusak", "jalan", "<url>", "!")


def test_the_slow_distribution_is_refused() -> None:
    old = SimpleNamespace(dictionary=SimpleNamespace(words=["jalan"]))
    with pytest.raises(ModelError, match="pip install PySastrawi"):
        require_fast_stemmer(old)


def test_the_installed_distribution_is_fast() -> None:
    require_fast_stemmer()
    assert Stemmer({}).stem("berjalan") == "jalan"
