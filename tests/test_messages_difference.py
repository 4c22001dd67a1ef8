"""What was changed between two wordings, as people see it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.messages import Message
from monitor.messages.base import visible_length
from monitor.messages.difference import Change, Run, marked, runs
from tests.telegram_html import check
from tests.test_messages_card import NASTY

S, R, A = Change.SAME, Change.REMOVED, Change.ADDED
LONG = "Kami turut prihatin dan terus memantau keadaan warga di lapangan sejak pagi tadi. "


@pytest.mark.parametrize(
    ("before", "after", "html"),
    [
        ("Kami cek.", "Kami cek.", "Kami cek."),
        ("Kami cek.", "Kami cek dulu.", "Kami <s>cek.</s> <b>cek dulu.</b>"),
        ("Kami cek dulu.", "Kami dulu.", "Kami <s>cek</s> dulu."),
        ("Kami tahu.", "Maaf. Kami tahu.", "<b>Maaf.</b> Kami tahu."),
        ("a lama b", "a <baru> & b", "a <s>lama</s> <b>&lt;baru&gt; &amp;</b> b"),
        # One equal word between two changes only makes the reading harder.
        (
            "x satu kami dua y z",
            "x tiga kami empat y z",
            "x <s>satu kami dua</s> <b>tiga kami empat</b> y z",
        ),
        (
            "x satu kami juga dua y",
            "x 1 kami juga 2 y",
            "x <s>satu</s> <b>1</b> kami juga <s>dua</s> <b>2</b> y",
        ),
        ("satu  dua", "satu dua", "satu dua"),
        ("", "Baru.", "<b>Baru.</b>"),
        ("Lama.", "", "<s>Lama.</s>"),
        ("", " ", ""),
        ("", "", ""),
    ],
)
def test_words_that_went_are_struck_out_and_new_ones_are_bold(
    before: str, after: str, html: str
) -> None:
    assert marked(before, after, 500) == html


def test_line_breaks_stay() -> None:
    assert marked("Satu.\nDua.", "Satu.\nTiga.", 500) == "Satu.\n<s>Dua.</s> <b>Tiga.</b>"


def test_long_unchanged_stretches_give_way_first() -> None:
    before = f"{LONG * 3}Besok. {LONG * 3}Lusa. {LONG * 3}"
    after = f"{LONG * 3}Nanti. {LONG * 3}Kelak. {LONG * 3}"
    shown = marked(before, after, 400)
    assert "<s>Besok.</s> <b>Nanti.</b>" in shown
    assert "<s>Lusa.</s> <b>Kelak.</b>" in shown
    assert shown.count("…") == 3
    assert visible_length(shown) <= 400
    assert visible_length(marked(before, after, 3000)) > 700


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_whatever_stands_in_it_fits_and_every_tag_is_closed(text: str) -> None:
    for room in (5, 80, 500):
        for before, after in ((text, text[1:]), (text[::-1], text), ("Kami cek.", text)):
            shown = marked(before, after, room)
            assert visible_length(shown) <= room
            check(Message(f"x{shown}"), 4096)


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    before, after = "a " * 900, "a " * 900 + "b"
    assert [run.change for run in runs(before, after)] == [R, A]


words = st.lists(st.sampled_from(["kami", "cek", "air", "jalan.", "\n", "a&b"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_the_runs_hold_both_wordings(before: list[str], after: list[str]) -> None:
    found = runs(" ".join(before), " ".join(after))

    def without(change: Change) -> list[str]:
        return "".join(run.text for run in found if run.change is not change).split()

    assert without(A) == " ".join(before).split()
    assert without(R) == " ".join(after).split()
    assert all(run.text for run in found)


def test_a_run_knows_its_fate() -> None:
    assert runs("a b c", "a d c") == (Run(S, "a "), Run(R, "b "), Run(A, "d "), Run(S, "c"))
