"""A reply as one row of numbers for the guard's second look.

Layer 2, plain numpy. Words 1-3, pieces of words (``features.pieces_of``), words of the comment that
is answered, and which rules of the guard fired; the same figures as scikit-learn's
``TfidfVectorizer`` for each of the first three blocks (sublinear, each of length one).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from monitor.classify.features import Floats, Ids, pieces_of
from monitor.replies.guard_rules import Guard
from monitor.replies.guard_words import END, Token, read_tokens
from monitor.text.courtesy import SORRY, THANKS

# What the comment and the rules weigh beside the reply's own words, chosen by cross-validation.
_ASKED, _RULE = 0.5, 0.25
_LETTERS = re.compile(r"\w")
_THANKED = "terima:"
_LEAST_WORDS, _LEAST_PIECES = 2, 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply: its folded words and where it stands in the text."""

    tokens: tuple[Token, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words."""
        return tuple(token.word for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reply and what it answers, as the second look reads them."""

    words: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    asked: tuple[str, ...]
    rules: tuple[str, ...] = ()


def read_reply(guard: Guard, text: str, comment: str, rules: Iterable[str]) -> Reading:
    """Fold a reply and its comment as the guard's patterns do."""
    tokens = read_tokens(text, guard.spelling, guard.quoting)
    words = tuple(token.word for token in tokens)
    asked = {token.word for token in read_tokens(comment, guard.spelling, guard.quoting)}
    if THANKS.intersection(words) and not SORRY.intersection(words):
        asked |= {f"{_THANKED}{word}" for word in asked}
    return Reading(words, tuple(_sentences(tokens)), tuple(sorted(asked)), tuple(rules))


def _sentences(tokens: Sequence[Token]) -> Iterator[Sentence]:
    part: list[Token] = []
    for token in (*tokens, Token(END, 0, 0)):
        if token.word != END:
            part.append(token)
            continue
        if any(_LETTERS.search(one.word) for one in part):
            yield Sentence(tuple(part))
        part = []


def grams(words: Sequence[str]) -> Iterator[str]:
    """Words, pairs and threes."""
    for size in (1, 2, 3):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[str, ...]:
    return tuple(pieces_of(word))


def pieces(words: Sequence[str]) -> Iterator[str]:
    """Runs of 2 to 5 characters of every word."""
    for word in words:
        yield from _pieces(word)


@dataclass(frozen=True, slots=True, eq=False)
class GuardVocabulary:
    """What is counted, one column each; ``rarity`` has one weight per word, piece and asked."""

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    asked: tuple[str, ...]
    rules: tuple[str, ...]
    rarity: Floats

    def __len__(self) -> int:
        return len(self.rarity) + len(self.rules)

    @property
    def of_reply(self) -> int:
        """How many columns the reply's own words have; they come first."""
        return len(self.words) + len(self.pieces)


class GuardSpace:
    """Makes rows for one vocabulary."""

    __slots__ = ("_columns", "vocabulary")

    def __init__(self, vocabulary: GuardVocabulary) -> None:
        self.vocabulary = vocabulary
        blocks = (vocabulary.words, vocabulary.pieces, vocabulary.asked, vocabulary.rules)
        starts = (0, *accumulate(map(len, blocks)))
        self._columns = [
            {item: start + at for at, item in enumerate(block)}
            for block, start in zip(blocks, starts, strict=False)
        ]

    def whole(self, reading: Reading) -> tuple[Ids, Floats]:
        """Columns and values of a reply with what it answers and the rules it broke."""
        rules = [self._columns[3][one] for one in reading.rules if one in self._columns[3]]
        marks = (np.array(rules, dtype=np.int32), np.full(len(rules), _RULE, dtype=np.float32))
        asked = self._block(2, reading.asked, _ASKED)
        return _joined([*self._own(reading.words), asked, marks])

    def sentence(self, words: Sequence[str]) -> tuple[Ids, Floats]:
        """Columns and values of one sentence by its own words."""
        return _joined(self._own(words))

    def columns_of(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Each column of a sentence with the word (its place) where it begins."""
        found = []
        for size in (1, 2, 3):
            for at in range(len(words) - size + 1):
                column = self._columns[0].get(" ".join(words[at : at + size]))
                found += [] if column is None else [(column, at)]
        for at, word in enumerate(words):
            known = (self._columns[1].get(piece) for piece in _pieces(word))
            found += [(column, at) for column in known if column is not None]
        return found

    def _own(self, words: Sequence[str]) -> list[tuple[Ids, Floats]]:
        return [self._block(0, grams(words), 1.0), self._block(1, pieces(words), 1.0)]

    def _block(self, block: int, items: Iterable[str], weight: float) -> tuple[Ids, Floats]:
        columns = self._columns[block]
        counts = Counter(columns[item] for item in items if item in columns)
        where = np.fromiter(counts.keys(), np.int32, len(counts))
        often = np.fromiter(counts.values(), np.float64, len(counts))
        values = (1.0 + np.log(often)) * self.vocabulary.rarity[where]
        length = float(np.sqrt(values @ values)) or 1.0
        return where, (values * (weight / length)).astype(np.float32)


def _joined(parts: Sequence[tuple[Ids, Floats]]) -> tuple[Ids, Floats]:
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])


def learn_guard_vocabulary(readings: Sequence[Reading]) -> GuardVocabulary:
    """What stands often enough in the replies and comments that teach."""
    told = (
        (_LEAST_WORDS, [frozenset(grams(one.words)) for one in readings]),
        (_LEAST_PIECES, [frozenset(pieces(one.words)) for one in readings]),
        (_LEAST_WORDS, [frozenset(one.asked) for one in readings]),
    )
    (words, one), (runs, two), (asked, three) = (_rarity(least, sets) for least, sets in told)
    rules = tuple(sorted({rule for one in readings for rule in one.rules}))
    return GuardVocabulary(words, runs, asked, rules, np.concatenate([one, two, three]))


def _rarity(least: int, sets: Sequence[frozenset[str]]) -> tuple[tuple[str, ...], Floats]:
    counts = Counter(item for one in sets for item in one)
    kept = tuple(sorted(item for item, often in counts.items() if often >= least))
    often: NDArray[np.float64] = np.array([counts[item] for item in kept], dtype=np.float64)
    return kept, (np.log((1 + len(sets)) / (1 + often)) + 1).astype(np.float32)
