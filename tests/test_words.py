"""The text knowledge that replies need: content words, register, personal data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.replies import blunders
from monitor.text.reader import TextReader
from monitor.words import LexiconWords
from tests.world import PROJECT

DATA = PROJECT / "data"


@cache
def words() -> LexiconWords:
    return LexiconWords.load(TextReader.load(DATA), DATA)


def test_stems_are_those_of_content_words() -> None:
    found = words().stems("Jalan di depan sekolah kami berlubang dan membahayakan anak-anak")
    assert {"jalan", "sekolah"} <= found
    assert not {"di", "dan", "kami"} & found
    assert "berlubang" not in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jalannya berlubang parah", "jalan lubang PARAH!!"),
        ("jlnnya rusak min", "Jalannya rusak, min."),
    ],
)
def test_spelling_and_affixes_make_no_difference(one: str, other: str) -> None:
    assert words().stems(one) & words().stems(other)


def test_links_and_names_are_no_content() -> None:
    assert words().stems("https://contoh.example/a?b=1 @akun_orang") == frozenset()


@pytest.mark.parametrize(
    ("text", "casual"),
    [
        ("min knp jln blm dibenerin sih, udh lama bgt", True),
        ("Mohon perbaikan jalan di Kecamatan Jekan Raya. Terima kasih.", False),
        ("", False),
        ("   ", False),
    ],
)
def test_the_register_of_a_comment(text: str, casual: bool) -> None:
    assert words().casual(text) is casual


@pytest.mark.parametrize(
    "text",
    [
        "Hubungi 0812-0000-0000 ya",
        "Kirim ke warga@contoh.example",
    ],
)
def test_personal_data_is_masked_and_so_stops_a_reply(text: str) -> None:
    masked = words().mask(text)
    assert masked != text
    assert blunders(text, masked) == ("personal",)


@pytest.mark.parametrize(
    "text",
    [
        "Bapak/Ibu, kami turut prihatin. Hubungi 112 bila darurat.",
        "Perkembangan kami sampaikan di https://ppid.kalteng.go.id.",
    ],
)
def test_what_an_office_says_is_not_taken_for_personal_data(text: str) -> None:
    assert words().mask(text) == text


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    words().stems(text)
    words().casual(text)
    assert isinstance(words().mask(text), str)


@pytest.mark.parametrize("content", [None, b"\xff\xfe dan"])
def test_a_missing_or_broken_word_list_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "lexicon" / "stopwords.txt"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"word list: .*stopwords\.txt"):
        LexiconWords.load(TextReader.load(DATA), tmp_path)


def test_remarks_in_the_word_list_are_no_words(tmp_path: Path) -> None:
    file = tmp_path / "lexicon" / "stopwords.txt"
    file.parent.mkdir()
    file.write_text("# sekolah\njalan rusak\n", encoding="utf-8")
    (file.parent / "small_talk.txt").touch()
    own = LexiconWords.load(TextReader.load(DATA), tmp_path)
    assert own.stems("jalan rusak dekat sekolah") >= {"sekolah"}
    assert not own.stems("jalan rusak dekat sekolah") & {"jalan", "rusak"}


def test_a_question_is_read_with_the_same_lists() -> None:
    votes = words().issues("Obatnya habis di puskesmas")
    assert max(votes, key=lambda key: votes[key]) == "kesehatan"
    assert [(p.written, p.region) for p in words().places("banjir di Sampit dan Baamang")] == [
        ("Sampit", "Kotawaringin Timur"),
        ("Baamang", "Kotawaringin Timur / Baamang"),
    ]
