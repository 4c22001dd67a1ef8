"""Which texts judge models and teach none: a tenth, fixed by the letters of the text itself.

Layer 1, pure. Every model is judged on the same texts, whenever it was trained and whatever labels
came since. What a model was kept from stands in its ``model.json`` under the name of the rule.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Final

RULE: Final = "blake2b-tenth-1"
"""The name of the rule; another rule needs another name."""

_TENTH = 10
_WORDS = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """A text as the rule reads it: small letters and digits, single spaces.

    Not as the classifier reads it: its word lists may be edited, and an edit of the slang list
    must not carry a text from the one side to the other.
    """
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def held_out(text: str) -> bool:
    """Whether a text is for judging alone."""
    return lot(text) % _TENTH == 0


def lot(text: str) -> int:
    """A number that a text draws: chance to everybody who does not know the hash."""
    digest = blake2b(plain(text).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
