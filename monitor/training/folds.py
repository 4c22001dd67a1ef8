"""Five parts of the examples, so that each is judged by a model that has not seen it.

Layer 3, pure and without chance: the same examples always give the same parts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from monitor.training.dataset import Example
from monitor.training.external import SMSA
from monitor.training.questions import STORED

PARTS = 5
NEVER_JUDGED = -1
"""The part of examples that only teach."""

_ONLY_TEACH = (SMSA, STORED)

# Two texts that share this part of their different words (Jaccard) are near twins.
_TWIN_SHARE = 0.5
# A word in more texts than this finds no twins: it would compare everything with everything.
COMMON = 200


def folds(examples: Sequence[Example], normalised: Sequence[str]) -> NDArray[np.int64]:
    """The part (0 to 4) of each example; reviews (SmSA) and stored comments only teach.

    Examples of one group, with the same letters, or near twins of one set (half of their words
    shared) are never parted. Each origin and class is dealt out evenly.
    """
    groups = _groups(examples, normalised)
    strata: dict[str, str] = {}
    for example, group in zip(examples, groups, strict=True):
        strata.setdefault(group, f"{example.origin} {example.issue} {example.sentiment}")
    dealt: Counter[str] = Counter()
    part: dict[str, int] = defaultdict(int)
    # In an order that has nothing to do with the order of writing.
    for group in sorted(strata, key=lambda group: blake2b(group.encode(), digest_size=8).digest()):
        part[group] = dealt[strata[group]] % PARTS
        dealt[strata[group]] += 1
    parts = [
        NEVER_JUDGED if example.origin in _ONLY_TEACH else part[group]
        for example, group in zip(examples, groups, strict=True)
    ]
    return np.array(parts, dtype=np.int64)


def _groups(examples: Sequence[Example], normalised: Sequence[str]) -> list[str]:
    """The name of each example's group: that of its first member."""
    names = [
        example.group or "".join(filter(str.isalpha, text))
        for example, text in zip(examples, normalised, strict=True)
    ]
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := first.get(name, name)) != name:
            name = above
        return name

    # A stored comment is judged in no part, so it ties no others together either.
    ungrouped = [
        at for at, example in enumerate(examples) if not example.group and example.origin != STORED
    ]
    for one, other in near_twins([frozenset(normalised[at].split()) for at in ungrouped]):
        a, b = sorted((root(names[ungrouped[one]]), root(names[ungrouped[other]])))
        first[b] = a
    return [root(name) for name in names]


def near_twins(words: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Pairs of texts, as places in ``words``, that share half of their different words."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, found in enumerate(words):
        for word in found:
            holders[word].append(at)
    rare = {word: places for word, places in holders.items() if len(places) <= COMMON}
    twins: list[tuple[int, int]] = []
    for at, found in enumerate(words):
        near = {other for word in found for other in rare.get(word, ()) if other > at}
        twins += [(at, other) for other in sorted(near) if are_twins(found, words[other])]
    return twins


def are_twins(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts share half of their different words."""
    return len(one & other) >= _TWIN_SHARE * len(one | other)
