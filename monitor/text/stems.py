"""Roots of Indonesian words, for keyword rules, watch-lists and top terms.

PySastrawi wrapped: an override table for what it gets wrong, rules for colloquial affixes that it
does not know, and words that are never stemmed (place names, local languages). It must not be
used before the sentiment classifier, where stemming brings nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from monitor.errors import ModelError

_CACHE = 50_000
# Colloquial prefix -> what it may hide: ngeluh/keluh, nyapu/sapu, nunggu/tunggu, mukul/pukul.
_NASAL = (
    ("nge", ("",)),
    ("ng", ("k", "")),
    ("ny", ("s", "c")),
    ("n", ("t",)),
    ("m", ("p",)),
)


def require_fast_stemmer(stemmer: Any = None) -> None:
    """Raise ModelError when the distribution "Sastrawi" of 2016 stands in place of PySastrawi.

    Both install the same package; the old one searches a list and is a thousand times slower.
    """
    words = (stemmer or _sastrawi()).dictionary.words
    if isinstance(words, list):
        raise ModelError(
            'stemmer: the distribution "Sastrawi" of 2016 is installed: '
            "run: pip uninstall Sastrawi PySastrawi; pip install PySastrawi"
        )


@lru_cache(maxsize=1)
def _sastrawi() -> Any:
    # The outer stemmer keeps an unbounded cache; the delegate has none.
    return StemmerFactory().create_stemmer().delegatedStemmer


class Stemmer:
    """Roots of single words. ``kept`` words come back unchanged."""

    __slots__ = ("_kept", "_overrides", "_root_words", "_sastrawi_stem", "stem")

    def __init__(self, overrides: Mapping[str, str], kept: Iterable[str] = ()) -> None:
        engine = _sastrawi()
        require_fast_stemmer(engine)
        self._overrides = dict(overrides)
        self._kept = frozenset(kept)
        self._root_words: Mapping[str, object] = engine.dictionary.words
        self._sastrawi_stem: Callable[[str], str] = engine.stem
        self.stem: Callable[[str], str] = lru_cache(maxsize=_CACHE)(self._stem)

    def stems(self, normalised: str) -> tuple[str, ...]:
        """The root of every token of a normalised text; marks such as ``<url>`` stay."""
        return tuple(map(self.stem, normalised.split()))

    def knows(self, word: str) -> bool:
        """Whether a word is an ordinary one: a root of the dictionary or made of one."""
        return self.stem(word) in self._root_words

    def _stem(self, word: str) -> str:
        override = self._overrides.get(word)
        if override is not None:
            return override
        if word in self._kept or word in self._root_words or not word[0].isalpha():
            return word
        # Sastrawi drops letters of other alphabets, up to nothing.
        if not word.isascii():
            return word
        root = self._sastrawi_stem(word)
        return root if root != word else self._colloquial(word)

    def _colloquial(self, word: str) -> str:
        """Root under nge-/ng-/ny-/n-/m-, di- and -in, if the dictionary knows it; else ``word``."""
        bare = word.removeprefix("di") if word.startswith("di") else word
        for ending in ("", "in", "nya"):
            if not bare.endswith(ending):
                continue
            core = bare.removesuffix(ending)
            for candidate in (core, *_under_nasal(core)):
                # Three letters are too few to be sure of.
                if len(candidate) > 3 and candidate in self._root_words:
                    return self._overrides.get(candidate, candidate)
        return word


def _under_nasal(core: str) -> list[str]:
    return [
        hidden + core.removeprefix(prefix)
        for prefix, replacements in _NASAL
        if core.startswith(prefix)
        for hidden in replacements
    ]
