"""Copies of a text share a key."""

import pytest

from monitor.text.copies import copy_key


@pytest.mark.parametrize(
    "copy",
    [
        "jalan rusak parah tolong diperbaiki",
        "@user jalan rusak parah , tolong diperbaiki ! \U0001f621",
        "jalan rusak parah tolong diperbaiki <url> ? ?",
        "jalan-rusak parah tolong di perbaiki",
    ],
)
def test_decoration_does_not_hide_a_copy(copy: str) -> None:
    key = copy_key("jalan rusak parah tolong diperbaiki")
    assert key is not None
    assert len(key) == 16
    assert copy_key(copy) == key


def test_another_text_has_another_key() -> None:
    assert copy_key("jalan rusak parah tolong pak") != copy_key("jalan rusak parah tolong bu")


@pytest.mark.parametrize("text", ["", "mantap pak bupati", "@user @user <url> ! mantap pak"])
def test_short_texts_have_no_key(text: str) -> None:
    assert copy_key(text) is None
