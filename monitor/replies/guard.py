"""What must not go out in the office's name, whatever people approved."""

from __future__ import annotations

import re

MOST_CHARACTERS = 2000
_BRACES = re.compile(r"[{}]")
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_LETTERS = re.compile(r"\w")

EMPTY = "empty"
TOO_LONG = "too_long"
PLACEHOLDER = "placeholder"
MARKUP = "markup"
PERSONAL = "personal"


def blunders(text: str, masked: str) -> tuple[str, ...]:
    """Rules that a reply breaks, by name; empty when it may go out.

    ``masked`` is the same text with personal data masked: a difference means it holds some.
    """
    found = {
        EMPTY: not _LETTERS.search(text),
        TOO_LONG: len(text) > MOST_CHARACTERS,
        PLACEHOLDER: bool(_BRACES.search(text)),
        MARKUP: bool(_MARKUP.search(text)),
        PERSONAL: masked != text,
    }
    return tuple(rule for rule, broken in found.items() if broken)
