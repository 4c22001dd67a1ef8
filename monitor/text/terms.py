"""Terms of a comment that may name a topic: content words and pairs of neighbours.

A term is a pair: the key under which spellings and affixes fall together (stems), and the words as
they were written, spelling made standard. Places, personal data, names of accounts, greetings and
function words are no terms. It must not judge what rises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from monitor.text.clean import clean
from monitor.text.personal import personal_data
from monitor.text.reader import TextReader

Terms = tuple[tuple[str, str], ...]

_CACHE = 40_000  # texts; some 25 MB where so many are written in four weeks
_SHORTEST: Final = 3
_LONGEST_NAME: Final = 4
# Stands in the gap that a removed piece leaves, so that its neighbours do not become a pair.
_GAP: Final = "!"


class TermReader:
    """Compiled from a reader and from the words (and stems) that never make a topic."""

    __slots__ = ("_never", "_normalised", "_reader")

    def __init__(self, reader: TextReader, never: Iterable[str]) -> None:
        self._reader = reader
        self._never = frozenset(never) | reader.guesser.foreign
        # The same four weeks are read again every hour.
        self._normalised: Callable[[str], str] = lru_cache(maxsize=_CACHE)(self._plain)

    def names(self, accounts: Iterable[str]) -> frozenset[str]:
        """Names of accounts as they would stand in a normalised text.

        A name of one ordinary word ("Peduli") is left out: it would take the word from everybody.
        """
        normalise, knows = self._reader.normaliser.normalise, self._reader.stemmer.knows
        spelled = {normalise(clean(name)) for name in accounts} - {""}
        return frozenset(name for name in spelled if " " in name or not knows(name))

    def terms(self, text: str, names: frozenset[str] = frozenset()) -> Terms:
        """Words first, then pairs, each in reading order and once; ``names`` as above."""
        tokens = _without(self._normalised(text).split(), names)
        pairs = [(self._key(token), token) for token in tokens]
        words = [pair for pair in pairs if pair[0]]
        both = [
            (f"{one} {other}", f"{written} {after}")
            for (one, written), (other, after) in pairwise(pairs)
            if one and other and one != other
        ]
        unique = dict(reversed([*words, *both]))
        return tuple((key, unique[key]) for key in dict.fromkeys(key for key, _ in words + both))

    def _plain(self, text: str) -> str:
        """Normalised, with a gap in place of every place and piece of personal data."""
        cleaned = clean(text)
        spans = [range(one.start, one.end) for one in self._reader.gazetteer.places(cleaned)]
        spans += [range(one.start, one.end) for one in personal_data(cleaned)]
        hidden = {at for span in spans for at in span}
        bare = "".join(_GAP if at in hidden else letter for at, letter in enumerate(cleaned))
        return self._reader.normaliser.normalise(bare)

    def _key(self, token: str) -> str:
        """The stem of a content word, or nothing."""
        if len(token) < _SHORTEST or not token[0].isalpha() or token in self._never:
            return ""
        stem = self._reader.stemmer.stem(token)
        return "" if stem in self._never else stem


def _without(tokens: Sequence[str], names: frozenset[str]) -> list[str]:
    """Tokens with each name replaced by one mark; the longest name that begins at a token goes."""
    kept: list[str] = []
    at = 0
    while at < len(tokens):
        sizes = range(min(_LONGEST_NAME, len(tokens) - at), 0, -1)
        size = next((n for n in sizes if " ".join(tokens[at : at + n]) in names), 0)
        kept.append(_GAP if size else tokens[at])
        at += size or 1
    return kept
