"""How far two people who label the same comments agree: Cohen's kappa. Pure.

Cohen 1960: (observed - expected) / (1 - expected) agreement, where "expected" is what two people
would reach who label by chance, each with their own habits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from monitor.records import LabelField
from monitor.store.said_labels import Said


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people agree on one field: items that both labelled, share alike, kappa.

    ``kappa`` is None where both gave one and the same label throughout: nothing can be said.
    """

    field: LabelField
    people: tuple[str, str]
    items: int
    alike: float
    kappa: float | None


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of labels; None without any, or when chance alone explains all."""
    if not pairs:
        return None
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    count = len(pairs)
    chance = sum(firsts[label] * seconds[label] for label in firsts)
    if chance == count * count:
        return None
    expected = chance / count**2
    return (_alike(pairs) - expected) / (1 - expected)


def agreements(items: Iterable[Sequence[Said]]) -> list[Agreement]:
    """The agreement of each pair of people on each field, those with most items first."""
    pairs: dict[tuple[str, str], list[tuple[Said, Said]]] = {}
    for said in items:
        for one, other in combinations(sorted(said, key=lambda answer: answer.person), 2):
            pairs.setdefault((one.person, other.person), []).append((one, other))
    ranked = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Agreement(field, people, len(labels), _alike(labels), kappa(labels))
        for people, both in ranked
        for field, labels in _fields(both)
    ]


def _fields(
    both: Sequence[tuple[Said, Said]],
) -> list[tuple[LabelField, list[tuple[str, str]]]]:
    return [
        (LabelField.SENTIMENT, [(one.sentiment.value, two.sentiment.value) for one, two in both]),
        (LabelField.ISSUE, [(one.issue, two.issue) for one, two in both]),
    ]


def _alike(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(first == second for first, second in pairs) / len(pairs)
