"""Which texts judge models and teach none: a tenth, fixed by the letters of the text itself.

Layer 1, pure. Every model is judged on the same texts, whenever it was trained and whatever labels
came since. What a model was kept from stands in its ``model.json`` under the name of the rule.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from math import ceil
from typing import Final

RULE: Final = "blake2b-tenth-1"
"""The name of the rule; another rule needs another name."""

FIRST_JUDGES: Final = 100
"""So many labels that judge are asked for before all else: on fewer, hardly any gain is proven."""

# Of the seats of the label queue, before there are so many and from then on.
_FIRST_PART, _PART = 0.3, 0.1
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


def judging_seats(seats: int, judges: int) -> int:
    """How many of so many labels shall judge, where so many labels do already."""
    return int(seats * (_FIRST_PART if judges < FIRST_JUDGES else _PART) + 0.5)


def labels_for(rows: int, judges: int) -> int:
    """How many labels people give until so many more judge."""
    early = min(rows, max(FIRST_JUDGES - judges, 0))
    return ceil(early / _FIRST_PART) + ceil((rows - early) / _PART)
