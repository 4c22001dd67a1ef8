"""A key under which copies of one text fall together, however they are decorated.

The first stage of finding copy-paste waves; ``near`` finds those that differ in a few letters.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MIN_WORDS: Final = 4
"""Shorter texts ("mantap pak") are honestly the same and have no key."""

_KEY_BYTES = 16


def copy_words(normalised: str) -> str | None:
    """The words alone, joined by single spaces, or None for a text under ``MIN_WORDS`` words.

    Mentions, addresses, emoji and punctuation are no words.
    """
    words = [token for token in normalised.split() if token[0].isalnum()]
    return " ".join(words) if len(words) >= MIN_WORDS else None


def letters(words: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, words))


def copy_key(normalised: str) -> bytes | None:
    """16 bytes from the letters and digits alone, or None for a text under ``MIN_WORDS`` words.

    Mentions, addresses, emoji, punctuation, case and spacing do not change it.
    """
    words = copy_words(normalised)
    if words is None:
        return None
    return blake2b(letters(words).encode(), digest_size=_KEY_BYTES).digest()
