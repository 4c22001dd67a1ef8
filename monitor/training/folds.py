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

PARTS = 5
NEVER_JUDGED = -1
"""The part of examples that only teach."""


def folds(examples: Sequence[Example], normalised: Sequence[str]) -> NDArray[np.int64]:
    """The part (0 to 4) of each example; reviews (SmSA) only teach.

    Examples of one group, or with the same letters, are never parted. Each origin and class is
    dealt out evenly.
    """
    groups = [
        example.group or "".join(filter(str.isalpha, text))
        for example, text in zip(examples, normalised, strict=True)
    ]
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
        NEVER_JUDGED if example.origin == SMSA else part[group]
        for example, group in zip(examples, groups, strict=True)
    ]
    return np.array(parts, dtype=np.int64)
