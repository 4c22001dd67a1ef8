"""The words that decided: how much each token of a text spoke for the answer that was given.

Layer 2. For a linear head the parts are exact: they, the rules' and the rest add up to the score
by which the answer stands above the mean of all answers. What the rules and the sentence vector
say is shared out among tokens by leaving each out in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from monitor.classify.embed import Embedder
from monitor.classify.features import Document, FeatureSpace, Floats, document_of
from monitor.classify.heads import Head
from monitor.text.reader import ReadText, TextReader


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a head answered ``answer``: a weight per token in reading order, and the ``rest``.

    Above 0 speaks for the answer, below 0 against it; in units of score (logit). ``rest`` is what
    belongs to no single token: how frequent the answer is, and the vector's view of the whole.
    """

    answer: str
    tokens: tuple[tuple[str, float], ...]
    rest: float

    @property
    def score(self) -> float:
        """What all parts come to: the answer's score above the mean of all answers."""
        return sum(weight for _, weight in self.tokens) + self.rest


class Explainer:
    """Explains the answers of heads on words, with those on sentence vectors where they are."""

    __slots__ = ("_embedder", "_reader", "_space")

    def __init__(self, space: FeatureSpace, reader: TextReader, embedder: Embedder | None) -> None:
        self._space = space
        self._reader = reader
        self._embedder = embedder

    def explain(
        self, read: ReadText, answers: Mapping[str, tuple[str, Head, Head | None]]
    ) -> dict[str, Explanation]:
        """For each question: its answer, the head on words, and the head on vectors or None."""
        tokens = read.normalised.split()
        without = [" ".join(tokens[:at] + tokens[at + 1 :]) for at in range(len(tokens))]
        one = document_of(read.normalised, read.language_guess, self._reader)
        places = self._space.places(one)
        matrix = self._space.matrix([one])
        rules = self._rule_shares(one, without)
        vectors = self._vectors([read.text, read.normalised, *without])
        found = {}
        for name, (answer, head, vector_head) in answers.items():
            share = vector_head.share if vector_head else 0.0
            weights, rest = _by_words(head, answer, len(tokens), matrix, places, rules)
            weights, rest = (1 - share) * weights, (1 - share) * rest
            if vector_head and vectors is not None:
                scores = share * (vectors @ _against_mean(vector_head, answer))
                # From the normalised whole: how a text is written belongs to no word of it.
                drops = scores[1] - scores[2:]
                weights = weights + drops
                rest += float(scores[0] - drops.sum()) + share * _bias(vector_head, answer)
            pairs = zip(tokens, map(float, weights), strict=True)
            found[name] = Explanation(answer, tuple(pairs), float(rest))
        return found

    def _rule_shares(self, one: Document, without: Sequence[str]) -> dict[int, Floats]:
        """For each rule's column: which part of it each token brought."""
        columns = self._space.rule_columns
        drops = {rule: np.zeros(len(without)) for rule in one.rules if rule in columns}
        for at, text in enumerate(without):
            rest = document_of(text, one.language, self._reader).rules
            for rule, brought in drops.items():
                brought[at] = max(one.rules[rule] - rest.get(rule, 0.0), 0.0)
        return {
            columns[rule]: brought / max(brought.sum(), 1e-9) for rule, brought in drops.items()
        }

    def _vectors(self, texts: Sequence[str]) -> Floats | None:
        return self._embedder.vectors(texts) if self._embedder else None


def _by_words(
    head: Head,
    answer: str,
    size: int,
    matrix: csr_matrix,
    places: Mapping[int, Sequence[int]],
    rules: Mapping[int, Floats],
) -> tuple[Floats, float]:
    """Weight of each of ``size`` tokens, and what is left over."""
    spoken = _against_mean(head, answer)
    weights = np.zeros(size, dtype=np.float32)
    rest = _bias(head, answer)
    for column, value in zip(matrix.indices, matrix.data, strict=True):
        part = float(value * spoken[column])
        if column in places:
            np.add.at(weights, list(places[column]), part / len(places[column]))
        elif rules[column].any():
            weights += part * rules[column]
        else:
            rest += part
    return weights, rest


def _against_mean(head: Head, answer: str) -> Floats:
    at = head.classes.index(answer)
    column: Floats = head.weights[:, at] - head.weights.mean(axis=1)
    return column


def _bias(head: Head, answer: str) -> float:
    return float(head.bias[head.classes.index(answer)] - head.bias.mean())
