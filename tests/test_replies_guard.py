"""What may not go out, whatever people approved."""

from __future__ import annotations

import pytest

from monitor.messages.guard import blunder_names
from monitor.replies import blunders
from monitor.replies.guard import (
    EMPTY,
    MARKUP,
    MOST_CHARACTERS,
    PERSONAL,
    PLACEHOLDER,
    TOO_LONG,
)


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, kami teruskan ke BPBD.",
        "Tarif < 5000 dan > 2000, benar.",
        "1 < 2",
        "👍 siap",
        "x" * MOST_CHARACTERS,
    ],
)
def test_a_plain_reply_may_go_out(text: str) -> None:
    assert blunders(text, text) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", EMPTY),
        (" \n\t", EMPTY),
        ("👍👍 ...", EMPTY),
        ("x" * (MOST_CHARACTERS + 1), TOO_LONG),
        ("Halo {sapaan}", PLACEHOLDER),
        ("sisa } kurung", PLACEHOLDER),
        ("<b>tebal</b>", MARKUP),
        ("lihat </a", MARKUP),
        ("<!-- diam -->", MARKUP),
    ],
)
def test_a_broken_rule_is_named(text: str, rule: str) -> None:
    assert blunders(text, text) == (rule,)


def test_personal_data_is_what_masking_would_change() -> None:
    assert blunders("Hubungi 0812-0000-0000 ya", "Hubungi [telepon] ya") == (PERSONAL,)


def test_every_broken_rule_is_told() -> None:
    assert blunders("<b>{nama}</b>", "<b>[nama]</b>") == (PLACEHOLDER, MARKUP, PERSONAL)


def test_every_rule_has_its_sentence() -> None:
    rules = (EMPTY, TOO_LONG, PLACEHOLDER, MARKUP, PERSONAL)
    names = blunder_names(rules)
    assert len(set(names)) == len(rules)
    assert all(name.endswith(".") for name in names)
