"""What a platform sends, made into plain readable text: no markup, nothing invisible.

First step on the way of a text; the result is what people see and what is stored. It must not
change wording: no lower-casing, no slang (``normalise`` does that, for machines).
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

MAX_CHARS: Final = 5_000
"""Length of the longest cleaned text; detectors of personal data are quadratic on longer ones."""

# Markup makes raw text longer than what is seen; more than this is not a comment.
_MAX_RAW: Final = 4 * MAX_CHARS

EMOJI: Final = (
    "\u231a-\u23ff\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff\ufe0f"
)
"""Body of a character class: what counts as (part of) an emoji."""

# Controls, soft hyphen, zero-width and bidi marks, tag characters, lone surrogates.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\\ud800-\\udfff\U000e0000-\U000e007f]+"
)
_LOOSE_JOINER = re.compile(f"(?<![{EMOJI}])\u200d|\u200d(?![{EMOJI}])")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\b[^<>]*>", re.IGNORECASE)
# "<3" and "a < b" are not tags: a tag starts with a letter right after the bracket.
_TAG = re.compile(r"<!--.{0,500}?-->|</?[a-z][^<>]*>", re.IGNORECASE | re.DOTALL)
# "&amp;amp;lt;": what was escaped several times, in one step.
_AMPERSANDS = re.compile(r"&(?:amp;)+")
_SPACES = re.compile(r"\s{2,}|[^\S \n]")
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


def clean(raw: str) -> str:
    """Plain text of at most ``MAX_CHARS`` characters, lines separated by single newlines.

    Cleaning a cleaned text changes nothing, and no string makes it raise.
    """
    text = raw[:_MAX_RAW]
    while True:
        after = _pass(text)
        # Only what looks like markup can need another pass ("&amp;lt;b&amp;gt;", "<<b>b>").
        if after == text or ("<" not in after and "&" not in after):
            return after
        text = after


def _pass(text: str) -> str:
    if not text.isascii():
        text = _LOOSE_JOINER.sub("", _UNSEEN.sub("", text))
        text = unicodedata.normalize("NFC", text)
    elif not text.isprintable():
        text = _UNSEEN.sub("", text)
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = _without_unseen(html.unescape(_AMPERSANDS.sub("&", text)))
    return _SPACES.sub(_one_space, text).strip()[:MAX_CHARS].rstrip()


def _without_unseen(text: str) -> str:
    """Entities may bring back what was removed before ("&#0;", "&#8203;")."""
    return unicodedata.normalize("NFC", _LOOSE_JOINER.sub("", _UNSEEN.sub("", text)))


def _one_space(found: re.Match[str]) -> str:
    return " " if _LINE_ENDS.isdisjoint(found[0]) else "\n"
