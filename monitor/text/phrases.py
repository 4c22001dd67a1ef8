"""Words and phrases found in a token list in one pass; shared by flags, spam and issue rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Phrases(Generic[T]):
    """Phrases (tokens joined by single spaces), each with something to return when it is found."""

    __slots__ = ("_by_first",)

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        # First word -> how many words follow it -> those words -> what belongs to the phrase.
        by_first: dict[str, dict[int, dict[tuple[str, ...], list[T]]]] = {}
        for phrase, payload in phrases:
            first, *rest = phrase.split()
            sizes = by_first.setdefault(first, {})
            sizes.setdefault(len(rest), {}).setdefault(tuple(rest), []).append(payload)
        self._by_first = by_first

    def found(self, tokens: Sequence[str]) -> list[T]:
        """What belongs to every phrase in ``tokens``, in reading order; overlaps all count."""
        by_first = self._by_first
        hits: list[T] = []
        for index, token in enumerate(tokens):
            if token in by_first:
                after = index + 1
                for size, rests in by_first[token].items():
                    hits += rests.get(tuple(tokens[after : after + size]), ())
        return hits
