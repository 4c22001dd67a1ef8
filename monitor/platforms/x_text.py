"""How long a post is as X counts it, and whether it holds a link.

Layer 2, pure. The weights are those of twitter-text, configuration 3: 280 in all; Latin and most
other letters 1, everything else (CJK, symbols) 2, an emoji 2 however it is put together, a link 23.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from monitor.text.clean import EMOJI

LIMIT: Final = 280
_LINK_WEIGHT = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))

# Uncertain: X takes every top-level domain for a link; these are what an Indonesian office writes.
# One too many costs an honest 23; one too few is told by X, nothing is posted.
_ENDS = "id|com|org|net|info|gov|edu|mil|int|biz|io|co|me|tv|app|dev|ai|ly|be|gl|link|site|online"
_LINK = re.compile(
    r"(?<![@#$\w.])(?:https?://[^\s<>\"']+|"
    rf"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_ENDS})\b(?![\w@])(?:[/?#][^\s<>\"']*)?)",
    re.IGNORECASE,
)
_TAIL = ".,;:!?)]}'\""  # what stands behind a link belongs to the sentence
_TONE = "[\U0001f3fb-\U0001f3ff]"
_ONE = f"[{EMOJI}]\ufe0f?{_TONE}?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    f"{_ONE}(?:\u200d{_ONE})*[\U000e0020-\U000e007f]*"
)


def measure(text: str) -> int:
    """The weight of a text; :data:`LIMIT` is the most that a post may have."""
    plain = unicodedata.normalize("NFC", text)
    total, end = 0, 0
    for start, stop in _links(plain):
        total += _weight(plain[end:start]) + _LINK_WEIGHT
        end = stop
    return total + _weight(plain[end:])


def has_link(text: str) -> bool:
    """Whether X will take something in it for a link."""
    return bool(_links(text))


def without_links(text: str) -> str:
    """The words without what X replaces by short addresses of its own."""
    for start, stop in reversed(_links(text)):
        text = text[:start] + text[stop:]
    return text


def _links(text: str) -> list[tuple[int, int]]:
    return [
        (found.start(), found.start() + len(found[0].rstrip(_TAIL)))
        for found in _LINK.finditer(text)
    ]


def _weight(text: str) -> int:
    rest, emoji = _EMOJI.subn("", text)
    return 2 * emoji + sum(1 if _is_light(ord(sign)) else 2 for sign in rest)


def _is_light(point: int) -> bool:
    return any(low <= point <= high for low, high in _LIGHT)
