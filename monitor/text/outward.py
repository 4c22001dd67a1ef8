"""A citizen's text as it may leave the office: nobody can be found by it.

Pure, layer 1. Stricter than what staff read inside (``personal``): everything that looks personal
goes, and with it accounts that are called by name and links, which lead to people. Handles and
links turn into what the normaliser makes of them anyway, so a model learns the same from both.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.text.clean import clean
from monitor.text.personal import mask

HANDLE: Final = "@user"
LINK: Final = "http://tautan"

_HANDLE = re.compile(r"(?<![\w@])@[\w.]*\w")
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)


def outward(text: str) -> str:
    """The cleaned text without personal data, accounts and links; about a third of a millisecond.

    Doing it twice changes nothing.
    """
    # Links and handles go first: a number or a name in one is only a part of it.
    without = _HANDLE.sub(HANDLE, _LINK.sub(LINK, clean(text)))
    return mask(without, everything=True)
