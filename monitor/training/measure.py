"""What a fitted model is worth: figures on texts that it had not seen, cut the ways people ask for.

Layer 3, pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.classify.features import Floats
from monitor.training.compare import Scores, score
from monitor.training.dataset import LANGUAGES, Example
from monitor.training.external import DKK, NUSAX
from monitor.training.fit import Fitted, Unseen
from monitor.training.questions import Question, questions

OURS = ("own", "label")
_PLATFORMS = ("wordpress", "instagram", "facebook", "x", "youtube", "tiktok", "rss", "file")
LENGTHS = ((1, 5), (6, 12), (13, 25), (26, 10_000))


@dataclass(frozen=True, slots=True)
class Figure:
    """Scores of one question on one cut of the unseen texts; ``vectors`` None where not made."""

    question: str
    cut: str
    words: Scores
    vectors: Scores | None


def figures(
    fitted: Fitted, examples: Sequence[Example], issues: Sequence[str]
) -> tuple[Figure, ...]:
    """Every question on our own texts; sentiment also by set and language. Empty cuts are left out.

    A figure with vectors counts only texts that have one, so compare it with care where a set has
    vectors for a part of its texts only (dkk_semarang).
    """
    found: list[Figure] = []
    for question in questions(issues):
        unseen = fitted.unseen[question.name]
        for cut, belongs in _cuts(question.name).items():
            rows = [row for row, at in enumerate(unseen.at) if belongs(examples[at])]
            if rows:
                found.append(figure(question, cut, unseen, examples, rows))
    return tuple(found)


def _cuts(question: str) -> Mapping[str, Callable[[Example], bool]]:
    cuts: dict[str, Callable[[Example], bool]] = {"own": lambda e: e.origin in OURS}
    if question == "language":
        cuts[NUSAX] = lambda e: e.origin == NUSAX
    if question == "sentiment":
        cuts |= {f"own, {code}": _of(OURS, code) for code in LANGUAGES}
        cuts[DKK] = lambda e: e.origin == DKK
        cuts |= {f"on {name}": _on(name) for name in _PLATFORMS}
        cuts[f"{NUSAX}, 12 languages"] = lambda e: e.origin == NUSAX
        cuts |= {f"{NUSAX}, {code}": _of((NUSAX,), code) for code in LANGUAGES}
    if question in ("sentiment", "issue"):
        cuts |= {f"own, {span_name(*span)}": _long(*span) for span in LENGTHS}
    return cuts


def span_name(least: int, most: int) -> str:
    """The name of a span of lengths in words."""
    return f"{least}-{most} words" if most < LENGTHS[-1][1] else f"{least} words and more"


def _long(least: int, most: int) -> Callable[[Example], bool]:
    return lambda e: e.origin in OURS and least <= len(e.text.split()) <= most


def _on(platform: str) -> Callable[[Example], bool]:
    return lambda example: example.platform == platform


def _of(origins: Sequence[str], code: str) -> Callable[[Example], bool]:
    return lambda example: example.origin in origins and example.language == code


def figure(
    question: Question,
    cut: str,
    unseen: Unseen,
    examples: Sequence[Example],
    rows: Sequence[int],
) -> Figure:
    """What ``rows`` of the unseen answers are worth."""
    true = [str(question.answer(examples[unseen.at[row]])) for row in rows]
    words = _scored(question.classes, true, unseen.by_words[rows])
    vectors = None
    if unseen.with_vectors is not None:
        shares = unseen.with_vectors[rows]
        has = ~np.isnan(shares[:, 0])
        if has.any():
            known = [answer for answer, one in zip(true, has, strict=True) if one]
            vectors = _scored(question.classes, known, shares[has])
    return Figure(question.name, cut, words, vectors)


def _scored(classes: Sequence[str], true: Sequence[str], shares: Floats) -> Scores:
    answered = [classes[at] for at in shares.argmax(axis=1)]
    return score(classes, true, answered, shares.max(axis=1).tolist())
