"""A key under which copies of one text fall together, however they are decorated.

The first stage of finding copy-paste waves; near copies and coordination are judged elsewhere.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MIN_WORDS: Final = 4
"""Shorter texts ("mantap pak") are honestly the same and have no key."""

_KEY_BYTES = 16


def copy_key(normalised: str) -> bytes | None:
    """16 bytes from the letters and digits alone, or None for a text under ``MIN_WORDS`` words.

    Mentions, addresses, emoji, punctuation, case and spacing do not change it.
    """
    words = [token for token in normalised.split() if token[0].isalnum()]
    if len(words) < MIN_WORDS:
        return None
    letters = "".join(filter(str.isalnum, "".join(words)))
    return blake2b(letters.encode(), digest_size=_KEY_BYTES).digest()
