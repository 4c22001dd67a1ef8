"""What platforms send becomes plain text."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.clean import MAX_CHARS, clean

ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text(alphabet="ab<>&;#x/ gtlmp0123!\n\u200d\u200b\U0001f44d\u0301", max_size=60),
    st.lists(
        st.sampled_from(["&lt;", "&amp;", "<b>", "<", ">", "b", "&#0;", "\u200d", "\U0001f468"])
    ).map("".join),
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>Jalan rusak<br />parah</p>\n<p>tolong</p>", "Jalan rusak\nparah\ntolong"),
        ("jalan &amp; jembatan &lt;3", "jalan & jembatan <3"),
        ("a&amp;amp;lt;b&gt;c", "ac"),
        ("<<b>b>tebal</b>", "tebal"),
        ("<!-- tersembunyi --> tampak", "tampak"),
        ("suka <3 ini, a < b > c", "suka <3 ini, a < b > c"),
        ("  banyak   spasi\t\n\n\r\n  baris ", "banyak spasi\nbaris"),
        ("satu\u2028dua\rtiga", "satu\ndua\ntiga"),
        ("ru\u200bsak\u202e \u2066parah\u2069\x00", "rusak parah"),
        ("tab\tdan \x07bel", "tab dan bel"),
        ("kafe\u0301", "kaf\u00e9"),
        ("rusak\ud83d parah", "rusak parah"),
        ("&#8203;&#x200b;kosong&#0;", "kosong\ufffd"),
        ("a\u200db", "ab"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("", ""),
    ],
)
def test_markup_and_the_unseen_go(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_length_is_capped() -> None:
    assert len(clean("rusak " * 10_000)) <= MAX_CHARS


def test_escaping_many_times_is_undone() -> None:
    text = "a < 5 & b"
    escaped = text
    for _ in range(20):
        escaped = html.escape(escaped)
    assert clean(escaped) == text


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert len(once) <= MAX_CHARS
    assert "\x00" not in once
    once.encode()
