"""Which comments teach most: what the trainers are asked next.

Layer 2, pure arithmetic: no clock, no chance, no I/O; the same pool gives the same choice. It asks
nobody and stores nothing. Six thoughts go into it:

- what the model is unsure of (uncertainty sampling: Lewis & Gale 1994);
- where words and sentence vectors disagree (query by committee: Seung, Opper & Sompolinsky 1992);
- what lies far from everything that is chosen already, so that a batch is no heap of twins. Both
  in one figure: the distance between gradients that an answer would cause (BADGE: Ash et al. 2020),
  the farthest first, as in the cover of Sener & Savarese 2018;
- an answer that people gave seldom so far teaches more than one that they give all the time (class
  balance: Bengar et al. 2022);
- seats for issues and languages of which least is labelled, by the root of their part in the pool;
- seats at random, without which nobody could tell later what the others are worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from monitor.classify.features import Floats

RANDOM_PART, FAIR_PART = 0.05, 0.1
"""Of the seats: those drawn at random, and those kept for issues, and again for languages."""

# How much a disagreement of the two heads adds to a gradient: on development splits a whole one
# taught less than none.
_DISAGREEMENT = 0.2
# So many labels of each answer are taken for granted: the first few say nothing about the rest.
_GRANTED = 5.0
# However seldom an answer was given, it counts at most so much more than the mean, and however
# often, at most so much less: a flood of complaints shall not end the questions about complaints.
_MOST_LACKED = 2.0
# The gradient of a tie between two answers. What is more doubtful still counts no more: people do
# not agree on it either.
_TIE = sqrt(0.5)
# Of unit rows: as much alike as this is said once.
_TWIN = 0.97
# An answer this much likelier than the next is not unsure.
_CLEAR = 0.5


class Reason(StrEnum):
    """Why a comment is asked; staff see it in words."""

    UNSURE = "unsure"
    DISAGREE = "disagree"
    RARE = "rare"
    LANGUAGE = "language"
    SPREAD = "spread"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Choice:
    """One comment to ask: its place in the pool, what it teaches (0 to 1), and why it is asked."""

    index: int
    worth: float
    reason: Reason


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Comments that may be asked, one row each, all columns equally long.

    Args:
        keys: what names a text for ever (its hash); decides who is drawn at random.
        by_words: of each question (sentiment, issue) the probabilities by words, rows x classes.
        with_vectors: the same with sentence vectors; empty where there are none.
        rows: sentence vectors or rows of features, by which likeness is told; any length.
        issues: the issue that each is said to have.
        languages: the language of each.
        taken: rows that shall not be asked (queued or labelled since the model learned), but make
            their like worth less; None: no row.
    """

    keys: Sequence[bytes]
    by_words: Mapping[str, Floats]
    with_vectors: Mapping[str, Floats]
    rows: Floats | csr_matrix
    issues: Sequence[str]
    languages: Sequence[str]
    taken: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Known:
    """How many comments people have labelled so far: by issue, by language, by answer.

    ``answers``: of a question (as in :class:`Pool`) how many were given, in the order of its
    columns; of a question that is not there, each answer counts alike.
    """

    issues: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Sequence[int]] = field(default_factory=dict)


def choose(pool: Pool, k: int, known: Known | None = None) -> list[Choice]:
    """At most ``k`` comments in the order of asking; fewer only when the pool has fewer.

    The seats at random stand evenly among the others, so every day has its part of them.
    """
    known = known or Known()
    free = np.ones(len(pool), dtype=np.bool_) if pool.taken is None else ~pool.taken
    k = min(k, int(free.sum()))
    if k <= 0:
        return []
    table = _Table(pool, free, known.answers)
    drawn = list(table.drawn(_part(RANDOM_PART, k)))
    seats = k - len(drawn)
    asked: list[Choice] = []
    for reason, groups, counts in (
        (Reason.RARE, pool.issues, known.issues),
        (Reason.LANGUAGE, pool.languages, known.languages),
    ):
        fair = min(_part(FAIR_PART, k), seats - len(asked))
        asked += table.fairly(groups, counts, fair, reason)
    asked += table.farthest(seats - len(asked))
    asked.sort(key=lambda choice: (-choice.worth, choice.index))
    return _mingled(asked, drawn)


class _Table:
    """The pool while seats are given: what each row still teaches, and who has a seat."""

    def __init__(
        self, pool: Pool, free: NDArray[np.bool_], answers: Mapping[str, Sequence[int]]
    ) -> None:
        self._pool = pool
        self._free = free
        self._like = _Likeness(pool.rows)
        self._split = _split(pool)
        self._steps = _gradients(pool, answers)
        self._steps *= (1 + _DISAGREEMENT * _disagreement(pool))[:, None]
        self._length = (self._steps**2).sum(axis=1)
        self._most = max(float(self._length.max(initial=0.0)), 1e-12)
        # What a row still teaches: the square of the way to the nearest row that is known.
        self._news = self._length.copy()
        self._twin = np.zeros(len(pool), dtype=np.bool_)
        for at in np.flatnonzero(~free):
            self._cover(int(at))

    def drawn(self, seats: int) -> Iterator[Choice]:
        """Rows by the hash of their key: chance to everybody who does not know the hash."""
        order = sorted(
            np.flatnonzero(self._free).tolist(), key=lambda at: _lot(self._pool.keys[at])
        )
        for at in order[:seats]:
            yield self._seat(at, Reason.RANDOM)

    def fairly(
        self, groups: Sequence[str], counts: Mapping[str, int], seats: int, reason: Reason
    ) -> list[Choice]:
        """Seats for the groups that lack most; of each the row that teaches most."""
        members = np.array(groups)
        open_seats = {name: int((members[self._free] == name).sum()) for name in set(groups)}
        given = []
        for name in lacking(Counter(groups), counts, open_seats, seats):
            at = self._best(self._free & (members == name))
            given.append(self._seat(at, reason))
        return given

    def farthest(self, seats: int) -> list[Choice]:
        """Seats for the rows that teach most of all, one after the other."""
        return [self._seat(at, self._why(at)) for at in self._bests(seats)]

    def _bests(self, seats: int) -> Iterator[int]:
        for _ in range(seats):
            yield self._best(self._free)

    def _best(self, among: NDArray[np.bool_]) -> int:
        """The row of most news; a twin of a known one only where nothing else is left."""
        fresh = among & ~self._twin
        return int(np.argmax(np.where(fresh if fresh.any() else among, self._news, -1.0)))

    def _seat(self, at: int, reason: Reason) -> Choice:
        worth = min(float(self._news[at]) / self._most, 1.0)
        self._free[at] = False
        self._cover(at)
        return Choice(at, round(max(worth, 0.0), 6), reason)

    def _cover(self, at: int) -> None:
        like = self._like.to(at)
        self._twin |= like >= _TWIN
        alike = (self._steps @ self._steps[at]) * like
        way = self._length + self._length[at] - 2 * alike
        np.minimum(self._news, np.maximum(way, 0.0), out=self._news)

    def _why(self, at: int) -> Reason:
        if self._split[at]:
            return Reason.DISAGREE
        return Reason.UNSURE if _margin(self._pool, at) < _CLEAR else Reason.SPREAD


class _Likeness:
    """Cosines between the rows of a pool; a row without any column is like none but itself.

    Sentence vectors all point much the same way, so they are looked at from their middle.
    """

    def __init__(self, rows: Floats | csr_matrix) -> None:
        if isinstance(rows, csr_matrix):
            lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        else:
            rows = rows - rows.mean(axis=0)
            lengths = np.sqrt((rows * rows).sum(axis=1))
        self._rows = rows
        self._scale = 1 / np.maximum(lengths, 1e-12)

    def to(self, at: int) -> NDArray[np.float64]:
        """How like each row is to the row ``at``, 0 (or less) to 1."""
        row = self._rows[at]
        if isinstance(self._rows, csr_matrix):
            told = self._rows @ np.asarray(row.todense()).ravel()
        else:
            told = self._rows @ row
        like: NDArray[np.float64] = told * self._scale * self._scale[at]
        like[at] = 1.0
        return like


def lacking(
    pool: Mapping[str, int], counts: Mapping[str, int], free: Mapping[str, int], seats: int
) -> list[str]:
    """Which group gets each of the seats: the one that lacks most, as long as one lacks any.

    A group is to have labels by the root of its part in the pool, so small ones get more than their
    part and large ones less.
    """
    given = Counter({name: counts.get(name, 0) for name in pool})
    left = dict(free)
    whole = sum(given.values()) + seats
    roots = sum(sqrt(size) for size in pool.values())
    due = {name: ceil(whole * sqrt(size) / roots) for name, size in pool.items()}
    named: list[str] = []
    for _ in range(seats):
        open_groups = [name for name in due if left.get(name, 0) and given[name] < due[name]]
        if not open_groups:
            break
        name = max(sorted(open_groups), key=lambda name: 1 - given[name] / due[name])
        named.append(name)
        given[name] += 1
        left[name] -= 1
    return named


def _heads(pool: Pool) -> dict[str, Floats]:
    """Of each question the best probabilities that there are."""
    return {name: pool.with_vectors.get(name, shares) for name, shares in pool.by_words.items()}


def _gradients(pool: Pool, answers: Mapping[str, Sequence[int]]) -> NDArray[np.float64]:
    """Of each row: how an answer as the model expects it would move each class of each head."""
    steps = [np.zeros((len(pool), 0))]
    for name, shares in _heads(pool).items():
        step = shares.astype(np.float64)
        step[np.arange(len(pool)), shares.argmax(axis=1)] -= 1.0
        length = np.sqrt((step**2).sum(axis=1, keepdims=True))
        step *= _TIE / np.maximum(length, _TIE)
        if name in answers:
            step *= shares @ _lacked(answers[name])[:, None]
        steps.append(step)
    return np.hstack(steps)


def _lacked(given: Sequence[int]) -> NDArray[np.float64]:
    """What each answer counts: the mean of how often answers were given by how often this was."""
    counts = np.array(given, dtype=np.float64) + _GRANTED
    lacked: NDArray[np.float64] = np.clip(counts.mean() / counts, 1 / _MOST_LACKED, _MOST_LACKED)
    return lacked


def _disagreement(pool: Pool) -> NDArray[np.float64]:
    """Of each row 0 to 1: how far words and vectors are apart (Jensen-Shannon), over the heads."""
    found = np.zeros(len(pool))
    for name in pool.with_vectors:
        one, other = (
            heads[name].astype(np.float64) for heads in (pool.by_words, pool.with_vectors)
        )
        apart = _entropy((one + other) / 2) - (_entropy(one) + _entropy(other)) / 2
        found = np.maximum(found, apart / np.log(2))
    return found


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    entropy: NDArray[np.float64] = -(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1)
    return entropy


def _split(pool: Pool) -> NDArray[np.bool_]:
    """Rows of which words and vectors say different things."""
    split = np.zeros(len(pool), dtype=np.bool_)
    for name, shares in pool.with_vectors.items():
        split |= shares.argmax(axis=1) != pool.by_words[name].argmax(axis=1)
    return split


def _margin(pool: Pool, at: int) -> float:
    """How much likelier the likeliest answer is than the next, in the head that is least sure."""
    margins = [1.0]
    for shares in _heads(pool).values():
        second, first = np.sort(shares[at])[-2:]
        margins.append(float(first - second))
    return min(margins)


def _lot(key: bytes) -> bytes:
    return blake2b(key, digest_size=8, person=b"siaga lot").digest()


def _part(part: float, k: int) -> int:
    """So many of ``k`` seats, half a seat being one."""
    return int(part * k + 0.5)


def _mingled(asked: Sequence[Choice], drawn: Sequence[Choice]) -> list[Choice]:
    """Both in their order, the drawn ones in the middle of equal stretches of the others."""
    every = [((at + 0.5) / len(asked), choice) for at, choice in enumerate(asked)]
    every += [((at + 0.5) / len(drawn), choice) for at, choice in enumerate(drawn)]
    return [choice for _, choice in sorted(every, key=lambda pair: (pair[0], pair[1].index))]
