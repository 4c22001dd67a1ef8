"""Praise and blame in a normalised text by word list, turned round behind a negator.

A feature for the classifier, never the verdict: it knows words that no training text held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from monitor.text.negation import NEGATED, mark_negation

_LONGEST = 3
# What stands before such a word was expected or granted; what stands after it is meant.
_TURNS = frozenset({
    "ternyata", "aslinya", "nyatanya", "kenyataannya", "faktanya", "realitanya", "taunya",
    "tahunya", "tapi", "tapinya", "tetapi", "namun", "sayang", "sayangnya", "malah", "sekalinya",
    "sakalinya", "tibake", "jebul", "jebule", "tapine", "baya",
})  # fmt: skip
_BEFORE = "before "


class ToneReader:
    """Compiled tone list: word or phrase (normalised, up to three words) -> value -2 to 2."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, int]) -> None:
        self._values = {tuple(phrase.split()): value for phrase, value in values.items()}

    def tones(self, normalised: str, language: str = "id") -> dict[str, int]:
        """Sums of strength of ``praise``, ``blame``, ``not praise`` and ``not blame`` found.

        The longest phrase at each place counts. A phrase in the reach of a negator counts as its
        ``not``; one before the last turn of the text ("katanya bagus, ternyata ...") as its
        ``before``, since the part behind the turn is what the writer means.
        """
        marked = mark_negation(normalised, language).split()
        turn = _last_turn(marked)
        found: dict[str, int] = {}
        for at, value in self._found(marked):
            name = "praise" if value > 0 else "blame"
            if marked[at].startswith(NEGATED):
                name = f"not {name}"
            if at < turn:
                name = _BEFORE + name
            found[name] = found.get(name, 0) + abs(value)
        return found

    def _found(self, marked: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where each phrase begins, in reading order, and its value."""
        bare = [token.removeprefix(NEGATED) for token in marked]
        at = 0
        while at < len(bare):
            size = self._size_at(bare, at)
            if size:
                yield at, self._values[tuple(bare[at : at + size])]
            at += size or 1

    def _size_at(self, bare: Sequence[str], at: int) -> int:
        """Words of the longest phrase that begins here; 0 when none does."""
        sizes = range(min(_LONGEST, len(bare) - at), 0, -1)
        return next((size for size in sizes if tuple(bare[at : at + size]) in self._values), 0)


def _last_turn(marked: Sequence[str]) -> int:
    """Place of the last turn that has words on both sides; 0 without one."""
    inner = range(len(marked) - 2, 0, -1)
    return next((at for at in inner if marked[at].removeprefix(NEGATED) in _TURNS), 0)


def tone_features(tones: Mapping[str, int]) -> dict[str, float]:
    """Strengths made small and even, and on which side the meant part of the text falls."""
    found = {f"tone {name}": math.log1p(value) for name, value in tones.items()}
    good = tones.get("praise", 0) + tones.get("not blame", 0)
    bad = tones.get("blame", 0) + tones.get("not praise", 0)
    if good != bad:
        found["tone good" if good > bad else "tone bad"] = 1.0
    return found
