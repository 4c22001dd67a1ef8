"""Examples parted into those that teach and those that judge (``text.judging`` says which).

Layer 3, pure. What a model was kept from stands in its ``model.json`` under the name of the rule;
one that names no rule was taught everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from monitor.text.judging import RULE, held_out, plain
from monitor.training.dataset import Example
from monitor.training.folds import COMMON, are_twins
from monitor.training.questions import LABEL, OWN, STORED

RULE_KEY: Final = "held_out"
"""Where ``model.json`` tells the rule, in what it says of the training."""

_OURS = (OWN, LABEL)


def follows_rule(training: Mapping[str, Any]) -> bool:
    """Whether a model was kept from the held-out texts, by what its ``model.json`` tells."""
    return training.get(RULE_KEY) == RULE


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Examples parted: what may be taught, and what judges.

    Near twins of a judging text (half of their words shared) are in neither.
    """

    taught: tuple[Example, ...]
    judging: tuple[Example, ...]


def part(examples: Sequence[Example]) -> Parted:
    """Part the texts of the office and our own; of outside sets only twins and copies go.

    Stored comments that would judge as soon as somebody labelled them are in neither.
    """
    words = [frozenset(plain(one.text).split()) for one in examples]
    judging = np.array([one.origin in _OURS and held_out(one.text) for one in examples], np.bool_)
    later = np.array([one.origin == STORED and held_out(one.text) for one in examples], np.bool_)
    kept = ~judging & ~later & ~_near(words, judging)
    return Parted(_chosen(examples, kept), _chosen(examples, judging))


def _near(words: Sequence[frozenset[str]], judging: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Texts with the words of a judging one, or that are its near twins as ``folds`` finds them."""
    judges = [words[at] for at in np.flatnonzero(judging).tolist()]
    same = set(judges)
    counted = Counter(word for found in words for word in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(judges):
        for word in found:
            if counted[word] <= COMMON:
                holders[word].append(number)

    def near(found: frozenset[str]) -> bool:
        others = {number for word in found for number in holders.get(word, ())}
        return found in same or any(are_twins(found, judges[number]) for number in others)

    return np.array([near(found) for found in words], np.bool_)


def _chosen(examples: Sequence[Example], mask: NDArray[np.bool_]) -> tuple[Example, ...]:
    return tuple(one for one, here in zip(examples, mask.tolist(), strict=True) if here)
