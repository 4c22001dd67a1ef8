"""Texts as rows of numbers: words, pairs of words, pieces of words, roots, and what rules found.

The same figures as scikit-learn's ``TfidfVectorizer`` three times (words 1-2, ``char_wb`` 2-5,
roots; sublinear, each block of a row of length one), but the pieces of a word are looked up once
and remembered, which makes a batch several times faster. Layer 2, used by ``predict`` and by
training. It reads normalised text and must not change it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from monitor.text.negation import NEGATED, mark_negation
from monitor.text.reader import ReadText, TextReader
from monitor.text.tone import tone_features

LEAST_TEXTS = 3
"""A word or piece that stands in fewer different texts is not kept, so no text can be rebuilt."""

_SHORTEST, _LONGEST = 2, 5
# Words whose pieces are remembered; about 25 MB when full, then it begins anew.
_REMEMBERED = 60_000
# What every mention of an account became; a tagged friend says much about a comment.
_SOMEBODY = "@user"
_NUMBER = re.compile(r"(?<!\S)[\d.,:/%-]*\d[\d.,:/%-]*(?!\S)")
_A_NUMBER = "<angka>"
_NOT_LETTERS = "0123456789.,:/%- "
# So heavy beside a block of length one that the rules help, yet never decide alone (chosen by
# cross-validation).
_RULE = 0.5

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Document:
    """What the features are made of. ``rules``: the value of each keyword rule that fired."""

    normalised: str
    language: str = "id"
    roots: tuple[str, ...] = ()
    rules: Mapping[str, float] = field(default_factory=dict)


def document(read: ReadText, reader: TextReader) -> Document:
    """A read text with its roots, the keyword votes for its issue, and its tone."""
    return document_of(read.normalised, read.language_guess, reader)


def document_of(normalised: str, language: str, reader: TextReader) -> Document:
    """The same for a text that is normalised already."""
    roots = reader.stemmer.stems(normalised)
    votes = reader.issue_voter.issue_votes(roots)
    rules = {f"issue {issue}": math.log1p(vote) for issue, vote in votes.items()}
    rules |= tone_features(reader.tone_reader.tones(normalised, language))
    return Document(normalised, language, roots, {k: _RULE * v for k, v in rules.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What is counted, one column each: words, pieces, roots, rules.

    ``rarity`` holds one weight (idf) per word, piece and root.
    """

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    roots: tuple[str, ...]
    rules: tuple[str, ...]
    rarity: Floats

    def __len__(self) -> int:
        return len(self.rarity) + len(self.rules)

    @property
    def root_columns(self) -> slice:
        """Where the roots stand."""
        before = len(self.words) + len(self.pieces)
        return slice(before, before + len(self.roots))


class FeatureSpace:
    """Makes matrices for one vocabulary; the only state is the memory of words seen."""

    __slots__ = (
        "_blocks",
        "_columns",
        "_root_columns",
        "_rule_columns",
        "_seen",
        "_word_columns",
        "vocabulary",
    )

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        sizes = (len(vocabulary.words), len(vocabulary.pieces), len(vocabulary.roots))
        words, pieces, roots = accumulate(sizes)
        self._word_columns = {word: i for i, word in enumerate(vocabulary.words)}
        self._columns = {piece: words + i for i, piece in enumerate(vocabulary.pieces)}
        self._root_columns = {root: pieces + i for i, root in enumerate(vocabulary.roots)}
        self._rule_columns = {rule: roots + i for i, rule in enumerate(vocabulary.rules)}
        self._blocks = np.repeat(np.arange(3), sizes)
        self._seen: dict[str, Ids] = {}

    def matrix(self, documents: Sequence[Document]) -> csr_matrix:
        """Rows of float32 in the order of ``documents``, one column per feature."""
        shape = (len(documents), len(self.vocabulary))
        columns, sizes = self._counted(documents)
        rows = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
        counts = csr_matrix((np.ones(len(columns), dtype=np.float32), (rows, columns)), shape)
        return self._weighed(counts) + self._rules(documents, shape)

    def knows(self, word: str, root: str) -> bool:
        """Whether a word, or what it is made from, has a column of its own."""
        return word in self._word_columns or root in self._root_columns

    @property
    def rule_columns(self) -> Mapping[str, int]:
        """The column of each rule."""
        return self._rule_columns

    def places(self, one: Document) -> dict[int, list[int]]:
        """For each column of a document but those of rules: the tokens that it was counted from."""
        tokens = _tokens(one.normalised)
        found: dict[int, list[int]] = {}
        for at, token in enumerate(tokens):
            for column in self._token_columns(token):
                found.setdefault(int(column), []).append(at)
        marked = mark_negation(one.normalised, one.language).split()
        named = [(f"{a} {b}", [at, at + 1]) for at, (a, b) in enumerate(pairwise(tokens))]
        named += [(token, [at]) for at, token in enumerate(marked) if token.startswith(NEGATED)]
        for name, places in named:
            if name in self._word_columns:
                found.setdefault(self._word_columns[name], []).extend(places)
        for at, root in enumerate(one.roots):
            if root in self._root_columns:
                found.setdefault(self._root_columns[root], []).append(at)
        return found

    def _counted(self, documents: Sequence[Document]) -> tuple[Ids, list[int]]:
        """Columns of what is counted, as often as it stands, and how many a document."""
        found: list[Ids] = [np.zeros(0, dtype=np.int32)]
        sizes: list[int] = []
        for one in documents:
            tokens = _tokens(one.normalised)
            rare = (*_pairs(tokens), *_negated(one))
            known = [self._word_columns[word] for word in rare if word in self._word_columns]
            known += [self._root_columns[root] for root in one.roots if root in self._root_columns]
            parts = [np.array(known, dtype=np.int32), *map(self._token_columns, tokens)]
            found += parts
            sizes.append(sum(map(len, parts)))
        return np.concatenate(found), sizes

    def _token_columns(self, token: str) -> Ids:
        """Columns of one token: the word itself and its pieces."""
        columns = self._seen.get(token)
        if columns is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            known = [self._columns[piece] for piece in pieces_of(token) if piece in self._columns]
            if token in self._word_columns:
                known.append(self._word_columns[token])
            columns = self._seen[token] = np.array(known, dtype=np.int32)
        return columns

    def _weighed(self, counts: csr_matrix) -> csr_matrix:
        """Counts made sublinear, times rarity, each block of each row brought to length one."""
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        block = rows * 3 + self._blocks[counts.indices]
        weights = (1.0 + np.log(counts.data)) * self.vocabulary.rarity[counts.indices]
        lengths = np.sqrt(np.bincount(block, weights * weights, minlength=3 * counts.shape[0]))
        counts.data = (weights / lengths[block]).astype(np.float32)
        return counts

    def _rules(self, documents: Sequence[Document], shape: tuple[int, int]) -> csr_matrix:
        known = [
            (row, self._rule_columns[rule], value)
            for row, one in enumerate(documents)
            for rule, value in one.rules.items()
            if rule in self._rule_columns
        ]
        rows, columns, values = zip(*known, strict=True) if known else ((), (), ())
        return csr_matrix((np.array(values, dtype=np.float32), (rows, columns)), shape)


def learn_vocabulary(documents: Iterable[Document]) -> Vocabulary:
    """What stands in at least ``LEAST_TEXTS`` different texts, without names and numbers."""
    different = {one.normalised: one for one in documents}
    words: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    roots: Counter[str] = Counter()
    rules: set[str] = set()
    for one in different.values():
        tokens = _tokens(one.normalised)
        words.update({word for word in tokens if _kept(word)} | {*_pairs(tokens), *_negated(one)})
        pieces.update({piece for token in set(tokens) for piece in pieces_of(token)})
        roots.update({root for root in one.roots if root[0].isalpha()})
        rules.update(one.rules)
    kept = [_often(counts) for counts in (words, pieces, roots)]
    often = [
        counts[item]
        for counts, items in zip((words, pieces, roots), kept, strict=True)
        for item in items
    ]
    rarity = np.log((1 + len(different)) / (1 + np.array(often, dtype=np.float64))) + 1
    return Vocabulary(
        words=kept[0],
        pieces=kept[1],
        roots=kept[2],
        rules=tuple(sorted(rules)),
        rarity=rarity.astype(np.float32),
    )


def _often(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(item for item, texts in counts.items() if texts >= LEAST_TEXTS))


def _tokens(normalised: str) -> list[str]:
    """Tokens with every bare number as one mark: what was counted, not how much."""
    return _NUMBER.sub(_A_NUMBER, normalised).split()


def _kept(token: str) -> bool:
    return token[0] != "@" or token == _SOMEBODY


def _pairs(tokens: Sequence[str]) -> Iterator[str]:
    return (f"{a} {b}" for a, b in pairwise(tokens) if _kept(a) and _kept(b))


def _negated(one: Document) -> Iterator[str]:
    """Content words within the reach of a negator, marked."""
    marked = mark_negation(one.normalised, one.language)
    return (token for token in marked.split() if token.startswith(NEGATED))


def pieces_of(token: str) -> Iterator[str]:
    """Runs of 2 to 5 characters of a token between spaces, as scikit-learn's ``char_wb`` cuts them.

    Names of accounts and marks (``<url>``) give none, nor does a run of digits.
    """
    if token[0] == "<" or not _kept(token) or not token.strip(_NOT_LETTERS):
        return
    padded = f" {token} "
    for size in range(_SHORTEST, _LONGEST + 1):
        if size >= len(padded):
            yield padded
            return
        for start in range(len(padded) - size + 1):
            piece = padded[start : start + size]
            if piece.strip(_NOT_LETTERS):
                yield piece
