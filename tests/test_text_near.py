"""Nearly the same text is found; a negation or another number never is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.copies import copy_words, letters
from monitor.text.languages import LANGUAGES
from monitor.text.near import ALIKE, BANDS, alike, bands, likeness, marks

TEXT = "banjir di kampung kami semakin dalam dan pejabat hanya datang untuk berfoto saja"
FIXED = (8351019605179479361, 1908842425077692425)
NEGATORS = sorted(frozenset().union(*(one.negators | one.own_negators for one in LANGUAGES)))
WORD = st.text("abdegiklmnoprstu", min_size=1, max_size=9)
WORDS = st.lists(WORD, min_size=4, max_size=40).map(" ".join)


def found(one: str, other: str) -> bool:
    """Whether the store would find the one by the other, and take it for a copy."""
    first, second = bands([(one, ""), (other, "")])
    return not set(first).isdisjoint(second) and alike(one, other)


@pytest.mark.parametrize(
    "copy",
    [
        TEXT,
        TEXT.replace("kampung", "kampumg"),
        TEXT.replace("semakin dalam", "semakin  dalam pak"),
        TEXT.replace("berfoto", "foto"),
        TEXT.replace("hanya ", ""),
        f"min {TEXT}",
        f"{TEXT} wkwk",
    ],
)
def test_a_few_other_letters_make_no_other_text(copy: str) -> None:
    assert found(TEXT, copy)
    assert found(copy, TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jalan di desa kami sudah diperbaiki", "jalan di desa kami belum diperbaiki"),
        ("jalan di desa kami sudah diperbaiki", "jalan di desa kami akan diperbaiki"),
        ("air pdam di tempat kami tidak mengalir", "air pdam di tempat kami mengalir"),
        ("banyu pdam di wadah kami kada mengalir", "banyu pdam di wadah kami mengalir"),
        ("danum pdam hung lewun ikei dia mahasur", "danum pdam hung lewun ikei mahasur"),
        ("sudah 3 hari listrik padam di sini", "sudah 5 hari listrik padam di sini"),
        ("sudah tiga hari listrik padam di sini", "sudah lima hari listrik padam di sini"),
        ("rumah di rt05 terendam sampai atap semua", "rumah di rt06 terendam sampai atap semua"),
        ("kami tidak bilang jalannya bagus sekali", "kami bilang jalannya tidak bagus sekali"),
        ("petugas puskesmas sangat cepat", "petugas puskesmas sangat lambat"),
        (TEXT, "listrik di kota sering padam dan petugas lambat sekali datang ke rumah warga"),
    ],
)
def test_another_claim_is_another_text(one: str, other: str) -> None:
    assert not found(one, other)
    assert not alike(other, one)


@given(WORDS)
def test_identical_texts_are_copies(words: str) -> None:
    assert found(words, words)


@given(WORDS, st.sampled_from(NEGATORS), st.integers(0, 40))
def test_a_text_and_its_negation_never_are(words: str, negator: str, at: int) -> None:
    parts = words.split()
    parts.insert(min(at, len(parts)), negator)
    assert not found(words, " ".join(parts))


@given(WORDS, st.integers(0, 9999), st.integers(0, 9999))
def test_two_numbers_are_two_texts(words: str, one: int, other: int) -> None:
    assert found(f"{words} {one}", f"{words} {other}") == (one == other)


@given(st.lists(WORDS, min_size=1, max_size=70))
def test_bands_do_not_depend_on_what_is_read_beside(texts: list[str]) -> None:
    together = bands([(text, "x") for text in texts])
    assert together == [bands([(text, "x")])[0] for text in texts]
    assert {len(one) for one in together} == {BANDS}


def test_bands_are_the_same_for_ever() -> None:
    """They lie in stores: a change of the method needs a migration."""
    assert bands([(TEXT, "")])[0][:2] == FIXED


def test_texts_apart_share_no_band() -> None:
    one, other = bands([(TEXT, "negatif"), (TEXT, "positif")])
    assert set(one).isdisjoint(other)
    assert bands([]) == []


def test_a_long_text_is_found_by_its_beginning() -> None:
    rng = random.Random(3)
    long = " ".join("".join(rng.choices("abdegiklmnoprstu", k=6)) for _ in range(400))
    assert found(long, f"{long} sekian dan terima kasih")


def test_copies_are_found_as_often_as_the_method_promises() -> None:
    rng = random.Random(11)
    hits = 0
    for _ in range(300):
        words = ["".join(rng.choices("abdegiklmnoprstu", k=rng.randint(3, 9))) for _ in range(14)]
        changed = list(words)
        at = rng.randrange(14)
        changed[at] = changed[at][1:] + "x"
        one, other = " ".join(words), " ".join(changed)
        hits += found(one, other)
    assert hits >= 297


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert likeness(one, one) == 1


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("", "", 1.0), ("abcd", "", 0.0), ("abcdefghij", "abcdefghik", 0.9), ("abab", "baba", 0.75)],
)
def test_likeness_counts_letters_in_order(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == pytest.approx(share)


def test_a_bound_is_below_what_counts() -> None:
    assert likeness("a" * 10, "a" * 13) < ALIKE


def test_marks_are_numbers_negators_and_words_of_time() -> None:
    words = copy_words("Sudah 3x kami lapor, tapi tidak ditanggapi sama-sama jum'at lima kali")
    assert marks(str(words).lower()) == ("sudah", "3", "tidak di", "lima")


def test_letters_are_what_remains_of_words() -> None:
    assert letters("di-perbaiki jum'at 5") == "diperbaikijumat5"
