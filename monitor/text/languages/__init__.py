"""Which language a comment is in, by votes of marker words.

The fallback beside the statistical model of another layer, and a feature for it. To add a
language: one file here, one line in ``LANGUAGES``, one word list ``data/lexicon/<code>.txt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.text.languages.banjar import BANJAR
from monitor.text.languages.base import Language
from monitor.text.languages.english import ENGLISH
from monitor.text.languages.indonesian import INDONESIAN
from monitor.text.languages.javanese import JAVANESE
from monitor.text.languages.ngaju import NGAJU
from monitor.text.languages.sundanese import SUNDANESE

LANGUAGES: Final = (INDONESIAN, BANJAR, NGAJU, JAVANESE, SUNDANESE, ENGLISH)
MIXED: Final = "mixed"

_MIN_WORDS = 4
_MIN_VOTES = 2
# The second language has at least this part of the first one's votes in a mixed text.
_MIXED_SHARE = 0.5

__all__ = ["LANGUAGES", "MIXED", "Language", "LanguageGuesser"]


class LanguageGuesser:
    """Compiled marker words; ``markers`` maps a language code to its words."""

    __slots__ = ("_codes",)

    def __init__(self, markers: Mapping[str, frozenset[str]]) -> None:
        codes: dict[str, tuple[str, ...]] = {}
        for code, words in markers.items():
            for word in words:
                codes[word] = (*codes.get(word, ()), code)
        self._codes = codes

    @property
    def foreign(self) -> frozenset[str]:
        """Marker words of every language but Indonesian: frequent there, whatever is told."""
        only = (INDONESIAN.code,)
        return frozenset(word for word, codes in self._codes.items() if codes != only)

    def guess(self, normalised: str) -> tuple[str, float]:
        """Language code (or ``"mixed"``) and the share of votes behind it, 0 to 1.

        ``("id", 0.0)`` when no language has two votes. A text under four words has a language
        when no other one has a vote, and is Indonesian without weight otherwise.
        """
        words = [token for token in normalised.split() if token[0].isalpha()]
        votes: dict[str, int] = {}
        known = self._codes
        for word in words:
            for code in known.get(word, ()):
                votes[code] = votes.get(code, 0) + 1
        return _verdict(votes) if len(words) >= _MIN_WORDS else _short_verdict(votes)


def _short_verdict(votes: Mapping[str, int]) -> tuple[str, float]:
    """The only language with votes, unless it is Indonesian, which needs no proof."""
    if len(votes) == 1 and INDONESIAN.code not in votes:
        return next(iter(votes)), 1.0
    return INDONESIAN.code, 0.0


def _verdict(votes: Mapping[str, int]) -> tuple[str, float]:
    ranked = sorted(votes.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _MIN_VOTES:
        return INDONESIAN.code, 0.0
    (first, most), rest = ranked[0], ranked[1:]
    total = sum(votes.values())
    if rest and rest[0][1] >= max(_MIN_VOTES, most * _MIXED_SHARE):
        return MIXED, (most + rest[0][1]) / total
    return first, most / total
