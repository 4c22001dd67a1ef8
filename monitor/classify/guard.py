"""The guard's second look: whether a reply resembles those that gave trouble.

Layer 2, plain numpy; ``training/guard.py`` makes it. Beside the rules that staff write stands one
learned score. It never stops a reply: it asks for a second signature. Where it sees no trouble, a
rule that was wrong too often is not believed alone: instead of stopping it asks for a second
signature, and where it only asked for that, it is silent. What stops never vanishes. A rule that
staff changed since is not doubted any more.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.features import Floats
from monitor.classify.guard_features import GuardSpace, GuardVocabulary, Reading, read_reply
from monitor.classify.model_files import packed
from monitor.errors import ModelError
from monitor.messages.guard import similar
from monitor.replies.guard_rules import Effect, Finding, Guard, Rule

FORMAT = 1
NAME = "mirip_"
"""How the ids of its findings begin; the kind follows."""

_NUMBERS, _ABOUT = "mirip.npz", "mirip.json"
# As many characters as people are shown of what weighed most.
_SHOWN = 60
# What the worst sentence weighs beside the whole, chosen by cross-validation.
_WORST = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class GuardModel:
    """What was learned. ``weights``: all columns x (trouble at all, then each kind); ``sentence``:
    the reply's own columns.

    ``least`` is the score from which a reply is flagged; ``doubted`` holds the rules that do not
    count in full alone, with the digest of their patterns.
    """

    vocabulary: GuardVocabulary
    kinds: tuple[str, ...]
    weights: Floats
    bias: Floats
    sentence: Floats
    sentence_bias: float
    least: float
    doubted: Mapping[str, str]


class SecondLook:
    """Looks at replies with one model and the rules' way of reading."""

    __slots__ = ("_doubted", "_guard", "_kinds", "_space", "model")

    def __init__(self, model: GuardModel, guard: Guard) -> None:
        self.model = model
        self._guard = guard
        self._space = GuardSpace(model.vocabulary)
        self._doubted = frozenset(
            rule.id for rule in guard.rules if model.doubted.get(rule.id) == digest(rule)
        )

    @property
    def doubted(self) -> frozenset[str]:
        """Rules that do not count in full without the second look."""
        return self._doubted

    def settle(self, text: str, comment: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings of the rules, less heavy where they are doubted, or its own besides."""
        reading = read_reply(self._guard, text, comment, [one.rule for one in found])
        score, kind = self._judged(reading)
        if score < self.model.least:
            return self._believed(found)
        words = self._heaviest(reading, text)
        return (*found, Finding(f"{NAME}{kind}", Effect.SECOND, similar(kind), words))

    def _believed(self, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """A doubted stop asks for a second signature; what only asked for one is left out."""
        sure = tuple(one for one in found if one.rule not in self._doubted)
        stops = (one for one in found if one.rule in self._doubted and one.effect is Effect.STOP)
        return (*sure, *(replace(one, effect=Effect.SECOND) for one in stops))

    def score(self, reading: Reading) -> float:
        """How much it resembles those that gave trouble: whole, nearest kind, worst sentence."""
        return self._judged(reading)[0]

    def _judged(self, reading: Reading) -> tuple[float, str]:
        columns, values = self._space.whole(reading)
        scores = values @ self.model.weights[columns] + self.model.bias
        worst = max((self._sentence(one.words) for one in reading.sentences), default=0.0)
        kind = int(scores[1:].argmax())
        return float(scores[0] + scores[1 + kind]) + _WORST * worst, self.model.kinds[kind]

    def _sentence(self, words: Sequence[str]) -> float:
        columns, values = self._space.sentence(words)
        return float(values @ self.model.sentence[columns]) + self.model.sentence_bias

    def _heaviest(self, reading: Reading, text: str) -> str:
        """Of the worst sentence as many words as people are shown, the heaviest ones."""
        if not reading.sentences:
            return ""
        worst = max(reading.sentences, key=lambda one: self._sentence(one.words))
        weight = np.zeros(len(worst.tokens) + 1)
        for column, at in self._space.columns_of(worst.words):
            weight[at + 1] += self.model.sentence[column]
        sums, best, shown = np.cumsum(weight), -np.inf, (0, 0)
        for first, token in enumerate(worst.tokens):
            last = first
            while last + 1 < len(worst.tokens) and (
                worst.tokens[last + 1].end - token.start <= _SHOWN
            ):
                last += 1
            if sums[last + 1] - sums[first] > best:
                best, shown = sums[last + 1] - sums[first], (first, last)
        return text[worst.tokens[shown[0]].start : worst.tokens[shown[1]].end]


def digest(rule: Rule) -> str:
    """What tells whether staff changed a rule."""
    told = repr((rule.patterns, rule.unless, rule.unless_sentence, rule.unless_text, rule.negation))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def save_guard(model: GuardModel, folder: Path, card: Mapping[str, Any]) -> None:
    """Write ``mirip.npz`` and ``mirip.json``; the same model gives the same bytes.

    Raises:
        ModelError: they cannot be written.
    """
    vocabulary = model.vocabulary
    numbers = packed(
        {
            **{name: _bytes_of(getattr(vocabulary, name)) for name in _BLOCKS},
            "rarity": vocabulary.rarity,
            "weights": model.weights.astype(np.float16),
            "bias": model.bias,
            "sentence": model.sentence.astype(np.float16),
        }
    )
    about = {
        "format": FORMAT,
        "kinds": model.kinds,
        "least": model.least,
        "sentence_bias": model.sentence_bias,
        "doubted": dict(sorted(model.doubted.items())),
        "card": card,
        "sum": sha256(numbers).hexdigest(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _NUMBERS).write_bytes(numbers)
        told = json.dumps(about, indent=1, ensure_ascii=False)
        (folder / _ABOUT).write_text(f"{told}\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(f"guard: {folder}: cannot be written: {error}") from error


_BLOCKS = ("words", "pieces", "asked", "rules")


def load_guard(folder: Path) -> GuardModel | None:
    """Read the second look's model; None where there is none.

    Raises:
        ModelError: half of it is missing, damaged, or of another format.
    """
    if not (folder / _ABOUT).exists() and not (folder / _NUMBERS).exists():
        return None
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
        body = (folder / _NUMBERS).read_bytes()
        if about["format"] != FORMAT or sha256(body).hexdigest() != about["sum"]:
            raise ValueError("format or checksum is not the one that was trained")
        with np.load(io.BytesIO(body), allow_pickle=False) as archive:
            return _fitting(_model(about, dict(archive)))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(f"guard: {folder / _ABOUT}: damaged, train it anew: {error!r}") from error


def _model(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> GuardModel:
    words, pieces, asked, rules = (
        tuple(arrays[name].tobytes().decode().split("\n")) if arrays[name].size else ()
        for name in _BLOCKS
    )
    return GuardModel(
        vocabulary=GuardVocabulary(words, pieces, asked, rules, arrays["rarity"]),
        kinds=tuple(about["kinds"]),
        weights=arrays["weights"].astype(np.float32),
        bias=arrays["bias"],
        sentence=arrays["sentence"].astype(np.float32),
        sentence_bias=float(about["sentence_bias"]),
        least=float(about["least"]),
        doubted=dict(about["doubted"]),
    )


def _fitting(model: GuardModel) -> GuardModel:
    """The model, when its parts belong together; else it would give wrong answers."""
    shapes = (model.weights.shape, model.bias.shape, model.sentence.shape)
    answers = 1 + len(model.kinds)
    columns = len(model.vocabulary)
    if shapes != ((columns, answers), (answers,), (model.vocabulary.of_reply,)):
        raise ValueError("its parts do not fit each other")
    return model


def _bytes_of(items: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(items).encode(), dtype=np.uint8)
