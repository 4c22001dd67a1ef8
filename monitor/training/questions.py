"""What a model is asked of a text: the five heads, and from which texts each of them learns.

Layer 3, pure. The strengths and weights were chosen by cross-validation on the project's own
texts, and for sentiment by leaving whole sets out; change none without measuring anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.records import Intent, Sentiment
from monitor.training.dataset import LANGUAGES, Example
from monitor.training.external import DKK, NUSAX, SMSA

OWN, LABEL, STORED = "own", "label", "stored"
"""The origins of texts written for this project, of comments that people corrected, and of comments
that nobody labelled."""

_OURS = (OWN, LABEL)

# Of tone: all labels of an office together weigh as much as so many own texts, each within these.
_OFFICE, _LEAST, _MOST = 6000.0, 2.0, 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """One head: how it is taught. ``weights``: how much an example of each origin counts.

    ``roots``: whether it looks at roots of words; they tell what a text is about, not its tone.
    ``from_stored``: whether it learns from stored comments that a first round was sure of.
    """

    name: str
    classes: tuple[str, ...]
    strength: float
    vector_strength: float
    balanced: bool
    weights: Mapping[str, float]
    calibrated_on: tuple[str, ...] = _OURS
    roots: bool = True
    from_stored: bool = False

    def answer(self, example: Example) -> str | None:
        """What people say of an example."""
        value = getattr(example, self.name)
        if isinstance(value, bool):
            return self.classes[value]
        return None if value is None else str(value)


def label_weight(labels: int) -> float:
    """How much one label of tone counts against one own text, when an office gave so many.

    Few labels count much each, or twenty thousand texts written at a desk would drown them; many
    count less, or they would unlearn what those texts know (chosen with ``benchmarks trainers``,
    on its development splits, and on five-fold figures of the own texts).
    """
    return min(max(_OFFICE / max(labels, 1), _LEAST), _MOST)


def questions(issues: Sequence[str], labels: int = 0) -> tuple[Question, ...]:
    """The five heads, with the strengths and weights that cross-validation chose.

    ``labels``: how many labels of tone there are to learn from.
    """
    ours = {OWN: 1.0, LABEL: 1.0}
    tones = {OWN: 1.0, LABEL: label_weight(labels), DKK: 2.0, NUSAX: 0.3, SMSA: 0.15}
    return (
        sentiment(tones, (*_OURS, DKK), strength=1.0),
        Question("issue", tuple(issues), 3.0, 0.003, False, ours),
        Question("intent", tuple(map(str, Intent)), 3.0, 0.01, True, ours),
        Question("urgent", ("tidak", "ya"), 10.0, 0.003, True, ours),
        Question(
            "language", LANGUAGES, 10.0, 0.0, True, {OWN: 1.0, NUSAX: 1.0}, (OWN, NUSAX), False
        ),
    )


def sentiment(
    weights: Mapping[str, float], calibrated_on: tuple[str, ...], strength: float
) -> Question:
    """The question of tone, taught on the sets that ``weights`` names."""
    tones = tuple(map(str, Sentiment))
    return Question(
        "sentiment", tones, strength, 0.003, False, weights, calibrated_on, False, from_stored=True
    )
