"""Themes among comments that fit no issue: what many write of, week after week. Layer 1, pure.

Comments become points (sentence vectors where they are known, else their terms), few dimensions are
kept, and HDBSCAN finds where they lie close together; most lie nowhere and belong to nothing. A
theme must be spoken of by many accounts on several days, and in words that most of it shares; it is
named by the words that it has and the others have not (class-based TF-IDF). The same points give
the same themes. Short-lived matters are those of ``topics``, not of this.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.spikes.novelty import Document

Points = NDArray[np.float32]

LEAST_COMMENTS: Final = 10
LEAST_ACCOUNTS: Final = 8
LEAST_DAYS: Final = 3
MOST_POINTS: Final = 5_000
"""So many are clustered at most; of more, every second, third ..."""
_DIMENSIONS: Final = 24
_MOST_FEATURES: Final = 20_000
_NEIGHBOURS: Final = 5
_LARGEST: Final = 0.25  # of all comments: more is just what people write like
_SURE: Final = 0.3  # how surely a comment must belong (HDBSCAN's probability)
_MANY: Final = 3  # telling words in a comment that leave no doubt; one less is the usual
_SHARED: Final = 0.6  # of a theme's comments that hold so many less one
_SAME: Final = 0.4  # of a group that holds a word by which it is known as the same as another
_OWN: Final = 0.4  # of a word's uses that must lie in the group
_USERS: Final = 3
_TERMS: Final = 16
_NAME: Final = 4
_AS_PAIR: Final = 0.6
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: ``terms`` are (key, written) pairs, the most telling first; ``name`` some of them.

    ``comments``: all that belong to it; ``examples``: those nearest to its middle, one an account.
    """

    terms: tuple[tuple[str, str], ...]
    name: tuple[str, ...]
    comments: tuple[int, ...]
    accounts: int
    examples: tuple[int, ...]
    first_at: datetime


def themes(documents: Sequence[Document], vectors: Points | None) -> list[Theme]:
    """The themes of these comments, the one of most accounts first.

    ``vectors``: a row for each comment, (comments, n); without them their terms are compared.
    """
    if len(documents) < 2 * LEAST_COMMENTS:
        return []
    every = -(-len(documents) // MOST_POINTS)
    chosen = list(range(0, len(documents), every))
    said = [documents[at] for at in chosen]
    points = reduced(by_terms(said) if vectors is None else vectors[chosen])
    usual = Counter(key for one in said for key, _ in one.terms)
    found = [
        theme
        for group in joined(clusters(points), said, usual)
        if (theme := _theme([said[at] for at in group], points[group], usual)) is not None
    ]
    return sorted(found, key=lambda one: (-one.accounts, one.name))


def joined(
    groups: Sequence[Sequence[int]], said: Sequence[Document], usual: Counter[str]
) -> list[list[int]]:
    """Groups of the same words as one, each with what was left over and holds most of its words."""
    number = list(range(len(groups)))
    words = [_common([said[at] for at in group]) for group in groups]
    for i, one in enumerate(words):
        for j, other in enumerate(words[:i]):
            if len(one & other) >= _MANY - 1:
                old, new = sorted((number[i], number[j]), reverse=True)
                number = [new if own == old else own for own in number]
    whole = [
        sorted(at for group, own in zip(groups, number, strict=True) if own == new for at in group)
        for new in dict.fromkeys(number)
    ]
    free = set(range(len(said))).difference(*whole)
    return [_grown(group, free, said, usual) for group in whole]


def _grown(
    group: Sequence[int], free: set[int], said: Sequence[Document], usual: Counter[str]
) -> list[int]:
    words = _words_of([said[at] for at in group], usual)
    more = [at for at in free if len(words & {key for key, _ in said[at].terms}) >= _MANY]
    return sorted([*group, *more])


def _common(said: Sequence[Document]) -> frozenset[str]:
    """Single words that a good part of a group holds."""
    held = Counter(key for one in said for key, _ in one.terms if " " not in key)
    return frozenset(key for key, count in held.items() if count >= _SAME * len(said))


def _words_of(said: Sequence[Document], usual: Counter[str]) -> frozenset[str]:
    """Single words that a group has and the others hardly have."""
    return frozenset(key for key, _, _ in _telling(said, usual) if " " not in key)


def by_terms(documents: Sequence[Document]) -> Points:
    """Terms as numbers, (comments, n): sublinear TF-IDF reduced by a truncated SVD."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    reader = TfidfVectorizer(
        analyzer=lambda one: [key for key, _ in one.terms],
        min_df=min(3, len(documents)),
        max_df=0.3,
        max_features=_MOST_FEATURES,
        sublinear_tf=True,
    )
    try:
        matrix = reader.fit_transform(documents)
    except ValueError:  # nothing is said by three people
        return np.zeros((len(documents), 1), dtype=np.float32)
    if matrix.shape[1] <= _DIMENSIONS:
        return np.asarray(matrix.todense(), dtype=np.float32)
    svd = TruncatedSVD(_DIMENSIONS, algorithm="randomized", n_iter=7, random_state=0)
    return np.asarray(svd.fit_transform(matrix), dtype=np.float32)


def reduced(points: Points) -> Points:
    """Few dimensions, the common middle taken out of long vectors, each row of length one."""
    if points.shape[1] > _DIMENSIONS:
        from sklearn.decomposition import PCA

        parts = min(_DIMENSIONS, len(points))
        points = PCA(parts, svd_solver="randomized", random_state=0).fit_transform(points)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.maximum(lengths, 1e-9), dtype=np.float32)


def clusters(points: Points) -> list[list[int]]:
    """Where points lie close together; most belong nowhere."""
    from sklearn.cluster import HDBSCAN

    found = HDBSCAN(
        min_cluster_size=LEAST_COMMENTS,
        min_samples=_NEIGHBOURS,
        max_cluster_size=max(LEAST_COMMENTS, int(_LARGEST * len(points))),
        copy=True,
    ).fit(points.astype(np.float64))
    sure = found.probabilities_ >= _SURE
    return [
        [int(at) for at in np.flatnonzero((found.labels_ == label) & sure)]
        for label in range(int(found.labels_.max(initial=-1)) + 1)
    ]


def _theme(said: Sequence[Document], points: Points, usual: Counter[str]) -> Theme | None:
    accounts = {one.account for one in said}
    days = {one.at.date() for one in said}
    if len(said) < LEAST_COMMENTS or len(accounts) < LEAST_ACCOUNTS or len(days) < LEAST_DAYS:
        return None
    terms = telling(said, usual)
    if not terms:
        return None
    return Theme(
        terms=terms,
        name=named(terms, said),
        comments=tuple(sorted(one.id for one in said)),
        accounts=len(accounts),
        examples=nearest(said, points),
        first_at=min(one.at for one in said),
    )


def telling(said: Sequence[Document], usual: Counter[str]) -> tuple[tuple[str, str], ...]:
    """The terms that a group has and the others have not, the most telling first.

    None where it shares too few words to be about one matter. ``usual``: how many of all comments
    hold a term. A term of fewer than three accounts is left out: it may be somebody's own.
    """
    found = _telling(said, usual)
    words = {key for key, _, _ in found if " " not in key}
    shared = [len(words & {key for key, _ in one.terms}) for one in said]
    together = sum(count >= _MANY - 1 for count in shared)
    if together < _SHARED * len(said):
        return ()
    best = sorted(found, key=lambda one: (-one[2], one[0]))[:_TERMS]
    return tuple((key, written) for key, written, _ in best)


def _telling(said: Sequence[Document], usual: Counter[str]) -> list[tuple[str, str, float]]:
    """Key, usual writing and weight (class-based TF-IDF) of the terms that tell a group."""
    users: dict[str, set[str]] = {}
    written: dict[str, Counter[str]] = {}
    for one in said:
        for key, words in one.terms:
            users.setdefault(key, set()).add(one.account)
            written.setdefault(key, Counter())[words] += 1
    mean = sum(usual.values()) / max(1, len(usual))
    return [
        (
            key,
            min(forms.items(), key=lambda item: (-item[1], item[0]))[0],
            forms.total() * math.log(1 + mean / usual[key]),
        )
        for key, forms in written.items()
        # what lies mostly outside of the group tells nothing of it
        if len(users[key]) >= _USERS and forms.total() >= _OWN * usual[key]
    ]


def named(terms: Sequence[tuple[str, str]], said: Sequence[Document]) -> tuple[str, ...]:
    """The terms that most hold: a pair in place of its words where it is mostly said whole."""
    held = Counter(key for one in said for key, _ in one.terms)
    pairs = [key for key, _ in terms if " " in key]
    taken: set[str] = set()
    names: list[str] = []
    for key, words in sorted(terms, key=lambda one: (-held[one[0]], " " not in one[0], one[0])):
        spoken = any(key in pair.split() and held[pair] >= _AS_PAIR * held[key] for pair in pairs)
        if len(names) < _NAME and not spoken and taken.isdisjoint(key.split()):
            names.append(words)
            taken |= set(key.split())
    return tuple(names)


def nearest(said: Sequence[Document], points: Points) -> tuple[int, ...]:
    """The comments nearest to the one in the middle, one of each account."""
    middle = points[int(np.argmax(points @ points.mean(axis=0)))]
    order = sorted(range(len(said)), key=lambda at: (-float(points[at] @ middle), said[at].id))
    best: dict[str, int] = {}
    for at in order:
        best.setdefault(said[at].account, said[at].id)
    return tuple(best.values())[:_EXAMPLES]
