"""From examples to a model: vocabulary, heads, calibration, and what it scored on unseen texts.

Layer 3. Deterministic: no chance, no clock, one thread; the same examples give the same bytes.
The figures of the settings were chosen by cross-validation on the project's own texts.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.classify.embed import Embedder
from monitor.classify.features import FeatureSpace, Floats, document, learn_vocabulary
from monitor.classify.heads import Head, mixed, probabilities
from monitor.classify.model_files import Model
from monitor.errors import ModelError
from monitor.records import Intent, Sentiment
from monitor.text.reader import ReadText, TextReader
from monitor.training.dataset import LANGUAGES, Example
from monitor.training.external import DKK, NUSAX, SMSA
from monitor.training.folds import PARTS, folds

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""

# A third of dkk_semarang teaches the vector heads as well as all of it, in a third of the time.
_VECTOR_EVERY = 3
# The score of a class that a part of the data did not hold.
_NEVER = -20.0
_TEMPERATURES = np.geomspace(0.2, 5.0, 81)
_OWN, _LABEL = "own", "label"


@dataclass(frozen=True, slots=True)
class Question:
    """One head: how it is taught. ``weights``: how much an example of each origin counts."""

    name: str
    classes: tuple[str, ...]
    strength: float
    vector_strength: float
    balanced: bool
    weights: Mapping[str, float]
    calibrated_on: tuple[str, ...] = (_OWN, _LABEL)

    def answer(self, example: Example) -> str | None:
        """What people say of an example."""
        value = getattr(example, self.name)
        if isinstance(value, bool):
            return self.classes[value]
        return None if value is None else str(value)


_OURS = {_OWN: 1.0, _LABEL: 1.0}


def questions(issues: Sequence[str]) -> tuple[Question, ...]:
    """The five heads, with the strengths and weights that cross-validation chose."""
    sentiment_weights = {_OWN: 2.0, _LABEL: 3.0, DKK: 2.0, NUSAX: 0.5, SMSA: 0.3}
    tones, intents = tuple(map(str, Sentiment)), tuple(map(str, Intent))
    ours_and_dkk = (_OWN, _LABEL, DKK)
    return (
        Question("sentiment", tones, 2.0, 0.01, False, sentiment_weights, ours_and_dkk),
        Question("issue", tuple(issues), 3.0, 0.003, True, _OURS),
        Question("intent", intents, 3.0, 0.01, True, _OURS),
        Question("urgent", ("tidak", "ya"), 10.0, 0.003, True, _OURS),
        Question("language", LANGUAGES, 10.0, 0.0, True, {_OWN: 1.0, NUSAX: 1.0}, (_OWN, NUSAX)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """What a question was answered on texts that were not taught, by words and with vectors.

    ``at`` are the examples' places; shares are rows x classes. ``with_vectors`` has NaN rows where
    no vector was made, and is None without vectors.
    """

    at: NDArray[np.int64]
    by_words: Floats
    with_vectors: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model and what it is worth."""

    model: Model
    unseen: Mapping[str, Unseen]


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What every head is taught from. ``vectors`` has NaN rows where none was made."""

    examples: Sequence[Example]
    features: csr_matrix
    vectors: Floats | None
    parts: NDArray[np.int64]
    progress: Progress


@dataclass(frozen=True, slots=True, eq=False)
class _Taught:
    head: Head
    vector_head: Head | None
    unseen: Unseen


def fit(
    examples: Sequence[Example],
    issues: Sequence[str],
    reader: TextReader,
    version: str,
    *,
    embedder: Embedder | None,
    progress: Progress,
) -> Fitted:
    """Teach the five heads.

    Raises:
        ModelError: the examples do not hold two answers to each question.
    """
    with threadpool_limits(1):
        reads = list(_read(examples, reader, progress))
        documents = [document(read, reader.issue_votes(read.normalised)) for read in reads]
        vocabulary = learn_vocabulary(documents)
        course = _Course(
            examples=examples,
            features=FeatureSpace(vocabulary).matrix(documents),
            vectors=_vectors(examples, [read.text for read in reads], embedder, progress),
            parts=folds(examples, [read.normalised for read in reads]),
            progress=progress,
        )
        taught = {question.name: _teach(question, course) for question in questions(issues)}
    vector_heads = {name: one.vector_head for name, one in taught.items() if one.vector_head}
    model = Model(
        version=version,
        vocabulary=vocabulary,
        heads={name: one.head for name, one in taught.items()},
        vectors=vector_heads,
        urgent_from=_urgent_from(taught["urgent"].unseen, examples),
    )
    return Fitted(model, {name: one.unseen for name, one in taught.items()})


def _read(
    examples: Sequence[Example], reader: TextReader, progress: Progress
) -> Iterator[ReadText]:
    for at, example in enumerate(examples):
        if at % 500 == 0:
            progress("read", at, len(examples))
        yield reader.read(example.text)
    progress("read", len(examples), len(examples))


def _vectors(
    examples: Sequence[Example], texts: Sequence[str], embedder: Embedder | None, progress: Progress
) -> Floats | None:
    if embedder is None:
        return None
    origins = [example.origin for example in examples]
    ours = [at for at, origin in enumerate(origins) if origin in _OURS]
    theirs = [at for at, origin in enumerate(origins) if origin == DKK]
    wanted = [*ours, *theirs[::_VECTOR_EVERY]]
    made: list[Floats] = []
    for start in range(0, len(wanted), 100):
        progress("vectors", start, len(wanted))
        made.append(embedder.vectors([texts[at] for at in wanted[start : start + 100]]))
    progress("vectors", len(wanted), len(wanted))
    rows = np.concatenate(made)
    vectors = np.full((len(examples), rows.shape[1]), np.nan, dtype=np.float32)
    vectors[wanted] = rows
    return vectors


def _teach(question: Question, course: _Course) -> _Taught:
    answers = [question.answer(example) for example in course.examples]
    weights = np.array([question.weights.get(e.origin, 0.0) for e in course.examples])
    asked = np.array([answer is not None for answer in answers]) & (weights > 0)
    target = np.array([question.classes.index(answer) if answer else -1 for answer in answers])
    if len(np.unique(target[asked])) < 2:
        raise ModelError(f"training: {question.name}: two different answers are needed at least")
    lesson = _Lesson(question, course.features, target, weights, asked, question.strength)
    head, at, scores = _judged(lesson, course, f"{question.name}")
    trusted = np.array([course.examples[i].origin in question.calibrated_on for i in at])
    temperature = _temperature(scores[trusted], target[at[trusted]])
    by_words = probabilities(scores, temperature)
    vector_head, with_vectors = _teach_vectors(lesson, course, at, scores)
    final = Head(head.classes, head.weights, head.bias, temperature)
    return _Taught(final, vector_head, Unseen(at, by_words, with_vectors))


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """Rows to learn one question from: those ``asked``, of the class ``target``."""

    question: Question
    rows: csr_matrix | Floats
    target: NDArray[np.int64]
    weights: NDArray[np.float64]
    asked: NDArray[np.bool_]
    strength: float


def _teach_vectors(
    lesson: _Lesson, course: _Course, at: NDArray[np.int64], scores: Floats
) -> tuple[Head | None, Floats | None]:
    """The head on sentence vectors, and the mixed shares of unseen texts."""
    if course.vectors is None or not lesson.question.vector_strength:
        return None, None
    has = ~np.isnan(course.vectors[:, 0])
    middle = course.vectors[has].mean(axis=0)
    spread = course.vectors[has].std(axis=0) + np.float32(1e-6)
    standard = (course.vectors - middle) / spread
    question = lesson.question
    own = _Lesson(
        question, standard, lesson.target, lesson.weights, lesson.asked & has,
        question.vector_strength,
    )  # fmt: skip
    head, judged, vector_scores = _judged(own, course, f"{question.name}, vectors")
    both = np.full_like(scores, np.nan)
    place = np.searchsorted(at, judged)
    both[place] = mixed(scores[place], vector_scores)
    temperature = _temperature(both[place], lesson.target[judged])
    # The standardising is folded into the head, so that predicting is one multiplication.
    weights = (head.weights / spread[:, None]).astype(np.float32)
    bias = (head.bias - middle @ weights).astype(np.float32)
    return Head(head.classes, weights, bias, temperature), probabilities(both, temperature)


def _judged(lesson: _Lesson, course: _Course, what: str) -> tuple[Head, NDArray[np.int64], Floats]:
    """The head taught on everything, and scores of each judged row by one that has not seen it."""
    judged = np.flatnonzero(lesson.asked & (course.parts >= 0))
    scores = np.zeros((len(judged), len(lesson.question.classes)), dtype=np.float32)
    for part in range(PARTS):
        course.progress(what, part, PARTS + 1)
        here = course.parts[judged] == part
        if here.any():
            head = _regression(lesson, lesson.asked & (course.parts != part))
            scores[here] = lesson.rows[judged[here]] @ head.weights + head.bias
    course.progress(what, PARTS, PARTS + 1)
    whole = _regression(lesson, lesson.asked)
    course.progress(what, PARTS + 1, PARTS + 1)
    return whole, judged, scores


def _regression(lesson: _Lesson, taught: NDArray[np.bool_]) -> Head:
    """A multinomial logistic regression as a head; weights rounded as they will be stored."""
    rows, target = lesson.rows[taught], lesson.target[taught]
    if len(np.unique(target)) < 2:
        return _always(lesson, target)
    # Columns that never occur would stay at zero: leaving them out saves most of the time.
    used = np.flatnonzero(abs(rows).sum(axis=0)) if isinstance(rows, csr_matrix) else ...
    regression = LogisticRegression(
        C=lesson.strength,
        class_weight="balanced" if lesson.question.balanced else None,
        max_iter=300,
        tol=1e-3,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(rows[:, used], target, sample_weight=lesson.weights[taught])
    weights, bias = regression.coef_.T, regression.intercept_
    if len(regression.classes_) == 2:
        weights, bias = np.hstack([0 * weights, weights]), np.hstack([[0.0], bias])
    whole = np.zeros((lesson.rows.shape[1], len(lesson.question.classes)), dtype=np.float32)
    columns = np.zeros((whole.shape[0], len(regression.classes_)), dtype=np.float32)
    columns[used] = weights.astype(np.float16)
    whole[:, regression.classes_] = columns
    whole_bias = np.full(len(lesson.question.classes), _NEVER, dtype=np.float32)
    whole_bias[regression.classes_] = bias
    return Head(lesson.question.classes, whole, whole_bias)


def _always(lesson: _Lesson, target: NDArray[np.int64]) -> Head:
    """The head of a part that held one class only."""
    classes = lesson.question.classes
    bias = np.full(len(classes), _NEVER, dtype=np.float32)
    bias[target] = 0.0
    return Head(classes, np.zeros((lesson.rows.shape[1], len(classes)), dtype=np.float32), bias)


def _temperature(scores: Floats, target: NDArray[np.int64]) -> float:
    """The temperature under which unseen answers are the likeliest."""
    rows = np.arange(len(target))
    losses = [
        -np.log(np.maximum(probabilities(scores, one)[rows, target], 1e-12)).mean()
        for one in _TEMPERATURES
    ]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)


def _urgent_from(unseen: Unseen, examples: Sequence[Example]) -> tuple[float, float]:
    """The least share of "ya" that finds urgent texts best (F1), by words and with vectors."""
    true = np.array([bool(examples[at].urgent) for at in unseen.at])
    by_words = _best_least(unseen.by_words[:, 1], true)
    if unseen.with_vectors is None:
        return by_words, by_words
    has = ~np.isnan(unseen.with_vectors[:, 1])
    return by_words, _best_least(unseen.with_vectors[has, 1], true[has])


def _best_least(shares: Floats, true: NDArray[np.bool_]) -> float:
    def f1(least: float) -> float:
        said = shares >= least
        return float(2 * (said & true).sum() / max(said.sum() + true.sum(), 1))

    return max((round(0.05 * step, 2) for step in range(4, 19)), key=f1)
