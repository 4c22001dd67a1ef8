"""The small rules of every sentence: cutting, escaping, clocks and numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.messages import Button, Message, clip, escape, visible_length
from monitor.messages.base import clock, head, listed, number, percent, visible_units
from tests.telegram_html import seen, units

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
WORDS = st.text(
    st.sampled_from("ab <>&;/\"'👩‍🔥é\nمر\u202e") | st.characters(exclude_categories=["Cs"])
)


@given(WORDS)
def test_escaped_words_are_seen_as_they_were_written(text: str) -> None:
    text = text.replace("\x00", "").replace("\r", "")
    assert seen(f"<b>{escape(text)}</b>") == text
    assert visible_length(f"<b>{escape(text)}</b>") == units(text)
    assert Message(f"<i>{escape(text)}</i>").plain == text


@given(WORDS, st.integers(1, 60))
def test_clipped_words_fit_and_stand_in_one_line(text: str, most: int) -> None:
    clipped = clip(text, most)
    assert units(clipped) <= most
    assert "\n" not in clipped
    whole = " ".join(text.split())
    assert clipped == whole or (units(whole) > most and clipped.endswith("…"))
    assert whole.startswith(clipped.removesuffix("…"))


@given(WORDS, st.integers(0, 60))
def test_the_head_of_words_fits_and_keeps_lines(text: str, most: int) -> None:
    cut = head(text, most)
    assert text.startswith(cut)
    assert units(cut) <= most
    assert cut == text or units(cut) >= most - 1


@pytest.mark.parametrize(
    ("text", "most", "clipped"),
    [
        ("jalan rusak", 11, "jalan rusak"),
        ("jalan rusak parah", 12, "jalan rusak…"),
        ("jalan rusak, parah sekali", 14, "jalan rusak…"),
        ("a " + "b" * 20, 10, "a bbbbbbb…"),
        ("x" * 5000, 5, "xxxx…"),
        ("🔥" * 5000, 6, "🔥🔥…"),
        ("  dua\n baris\t ", 20, "dua baris"),
        ("", 5, ""),
    ],
)
def test_clipping_cuts_at_a_word(text: str, most: int, clipped: str) -> None:
    assert clip(text, most) == clipped


def test_an_emoji_counts_twice() -> None:
    assert (visible_units("a🔥"), visible_length("<b>a🔥</b>&amp;")) == (3, 4)


@pytest.mark.parametrize(
    ("at", "zone", "now", "shown"),
    [
        (NOON, "Asia/Jakarta", None, "12.00 WIB"),
        (NOON, "Asia/Makassar", None, "13.00 WITA"),
        (NOON, "Asia/Jayapura", None, "14.00 WIT"),
        (NOON, "UTC", None, "05.00 UTC+0"),
        (NOON, "America/Bogota", None, "00.00 UTC-5"),
        (NOON, "Asia/Jakarta", NOON + timedelta(hours=11), "12.00 WIB"),
        (NOON, "Asia/Jakarta", NOON + timedelta(hours=12), "10 Mar 12.00 WIB"),
        (NOON, "Asia/Jakarta", NOON - timedelta(days=1), "10 Mar 12.00 WIB"),
        (NOON.replace(month=8), "Asia/Jakarta", NOON, "10 Agu 12.00 WIB"),
        # 18.30 UTC is tomorrow in Jakarta already: today is what people's calendars say.
        (NOON.replace(hour=18), "Asia/Jakarta", NOON, "11 Mar 01.00 WIB"),
    ],
)
def test_a_clock_names_the_day_unless_it_is_today(
    at: datetime, zone: str, now: datetime | None, shown: str
) -> None:
    assert clock(at, ZoneInfo(zone), now) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (3.0, "3"),
        (3.46, "3,5"),
        (0.05, "0,1"),
        (10.4, "10"),
        (1234, "1.234"),
        (1234567.8, "1.234.568"),
    ],
)
def test_numbers_look_indonesian(value: float, shown: str) -> None:
    assert number(value) == shown


def test_shares_are_whole_percents() -> None:
    assert (percent(0.614), percent(0.0), percent(1.0)) == ("61 %", "0 %", "100 %")


def test_ranked_names_are_few_short_and_safe() -> None:
    names = [("Sampit", 12), ("<b>", 3), ("n" * 99, 2), ("Kapuas", 1)]
    assert listed(names) == f"Sampit (12), &lt;b&gt; (3), {'n' * 29}… (2)"
    assert listed(names, most=1) == "Sampit (12)"
    assert listed([]) == ""


def test_a_fingerprint_changes_with_all_that_people_see() -> None:
    base = Message("a", ((Button("x", "ak:1"),),), b"png")
    others = [
        Message("b", base.buttons, base.photo),
        Message("a", ((Button("y", "ak:1"),),), base.photo),
        Message("a", ((Button("x", "ak:2"),),), base.photo),
        Message("a", base.buttons, b"gnp"),
        Message("a", base.buttons),
        Message("a"),
    ]
    assert len({one.fingerprint for one in [base, *others]}) == 7
    assert base.fingerprint == Message("a", base.buttons, b"png").fingerprint


def test_plain_words_have_no_markup() -> None:
    assert Message('<b>A</b> <a href="x">&lt;b&gt; &amp;</a>').plain == "A <b> &"
