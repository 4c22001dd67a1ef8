"""Nearly the same text: where to look for it (MinHash bands), and whether it is one.

The second stage of finding copies, after the exact key of ``copies``; rapidfuzz checks. Texts that
differ in a negator, a number, or a word of time ("sudah", "akan") are no copies however alike.
Broder, "On the resemblance and containment of documents" (1997); bands and rows as in Leskovec,
Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4. Must not read a store or decide
what a copy means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from monitor.text.copies import letters
from monitor.text.languages import LANGUAGES

ALIKE: Final = 0.9
"""From this share of equal letters on, in order, two texts are nearly the same."""

BANDS: Final = 12
ROWS: Final = 4
"""Twelve bands of four: texts that share s of their four-letter pieces share a band with the
probability 1 - (1 - s**4)**12, which is 0.998 at 0.8, 0.96 at 0.7, 0.54 at 0.5 and 0.02 at 0.2."""

_SHINGLE = 4
# A longer text is looked for by its beginning, and compared as a whole.
_MOST_LETTERS = 600
_AT_ONCE = 32
_MASK = 2**64 - 1

# Any language's: "dia" is "not" in Ngaju, "lain" in Banjar; a mark too many costs a copy, no claim.
_NEGATORS = frozenset().union(*(one.negators | one.own_negators for one in LANGUAGES))
_CLAIMS = frozenset({"sudah", "telah", "akan", "masih", "pernah"})
_NUMERALS = frozenset({
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan",
    "sepuluh", "sebelas", "belas", "puluh", "ratus", "ribu", "juta", "miliar", "triliun", "seratus",
    "seribu", "sejuta", "setengah",
})  # fmt: skip


def bands(texts: Sequence[tuple[str, str]]) -> list[tuple[int, ...]]:
    """``BANDS`` signed 64-bit numbers for each (words, apart); near copies share one of them.

    ``words`` as ``copies.copy_words`` gives them. Texts with another ``apart``, or with other
    :func:`marks`, share none but by a chance of 2**-60. Many at once cost less.
    """
    parts = (texts[i : i + _AT_ONCE] for i in range(0, len(texts), _AT_ONCE))
    return [found for part in parts for found in _bands(part)]


def alike(one: str, other: str) -> bool:
    """Whether two texts, as :func:`copies.copy_words` gives them, are nearly the same."""
    return marks(one) == marks(other) and likeness(letters(one), letters(other)) >= ALIKE


def marks(words: str) -> tuple[str, ...]:
    """What near copies share in this order: numbers, words of time, and what is denied."""
    parts = words.replace("-", " ").split()
    return tuple(_marks(parts))


def likeness(one: str, other: str) -> float:
    """Letters that both have in the same order, as a share of all letters, 0 to 1."""
    return float(Indel.normalized_similarity(one, other))


def _bands(texts: Sequence[tuple[str, str]]) -> list[tuple[int, ...]]:
    heads = [_head(words) for words, _ in texts]
    lengths = np.array([len(head) for head in heads])
    codes = np.frombuffer("".join(heads).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    # The last pieces of a text reach into the next one, and are left out.
    within = np.ones(len(codes), bool)
    within[(np.cumsum(lengths)[:, None] - np.arange(1, _SHINGLE)).ravel()] = False
    within = within[: len(codes) - _SHINGLE + 1]
    pieces = _together([codes[i : len(within) + i] for i in range(_SHINGLE)])[within]
    hashes = (_mixed(pieces) >> np.uint64(32)).astype(np.uint32)
    starts = np.cumsum(lengths - _SHINGLE + 1) - (lengths - _SHINGLE + 1)
    least = np.minimum.reduceat(hashes * _TIMES + _PLUS, starts, axis=1)
    own = np.array([_own(words, apart) for words, apart in texts], np.uint64)
    columns = [(own[:, None] ^ _PLACES).ravel()]
    columns += [least[i::ROWS].T.ravel() for i in range(ROWS)]
    found = _mixed(_together(columns)).view(np.int64).reshape(-1, BANDS)
    return [tuple(one) for one in found.tolist()]


def _own(words: str, apart: str) -> int:
    told = "\x1f".join((apart, *marks(words))).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "little")


def _marks(parts: list[str]) -> Iterator[str]:
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if part in _NEGATORS:
            # Two letters of what is denied, so that the same "tidak" elsewhere is another mark.
            yield f"{part} {after[:2]}"
        elif part in _CLAIMS or part in _NUMERALS:
            yield part
        elif figures := "".join(filter(str.isnumeric, part)):
            yield figures


def _head(words: str) -> str:
    return letters(words[: 2 * _MOST_LETTERS])[:_MOST_LETTERS].ljust(_SHINGLE)


def _together(columns: Sequence[NDArray[np.unsignedinteger]]) -> NDArray[np.uint64]:
    """Columns of numbers folded into one number a row."""
    folded = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        folded = folded * _FOLD + column
    return folded


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of a number spread over all of its bits (the end of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _fixed(count: int, seed: int) -> NDArray[np.uint64]:
    """The same numbers on every machine, for ever: they lie in stores."""
    steps = [(seed + 0x9E3779B97F4A7C15 * (i + 1)) & _MASK for i in range(count)]
    return _mixed(np.array(steps, dtype=np.uint64))


_FOLD = np.uint64(0x100000001B3)
_TIMES = (_fixed(BANDS * ROWS, 1) | np.uint64(1)).astype(np.uint32)[:, None]
_PLUS = _fixed(BANDS * ROWS, 2).astype(np.uint32)[:, None]
_PLACES = _fixed(BANDS, 3)
