"""From examples to a model: vocabulary, heads, calibration, and what it scored on unseen texts.

Layer 3. Deterministic: no chance, no clock, one thread; the same examples give the same bytes.
The figures of the settings were chosen by cross-validation on the project's own texts, and for
sentiment by leaving whole sets out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.classify.embed import SIZE, Embedder
from monitor.classify.features import (
    Document,
    FeatureSpace,
    Floats,
    Vocabulary,
    document,
    learn_vocabulary,
)
from monitor.classify.heads import Head
from monitor.classify.model_files import Model
from monitor.errors import ModelError
from monitor.records import Intent, Sentiment
from monitor.text.reader import ReadText, TextReader
from monitor.training.calibrate import best_least, crossed, least_sure, setting
from monitor.training.dataset import LANGUAGES, Example
from monitor.training.external import DKK, NUSAX, SMSA
from monitor.training.folds import PARTS, folds

_OWN, _LABEL = "own", "label"
_OURS = (_OWN, _LABEL)

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""

VECTORS: Mapping[str, int] = {_OWN: 1, _LABEL: 1, DKK: 1}
"""Of each origin, every how manyeth example gets a sentence vector; the others get none."""

# The score of a class that a part of the data did not hold.
_NEVER = -20.0


@dataclass(frozen=True, slots=True)
class Question:
    """One head: how it is taught. ``weights``: how much an example of each origin counts.

    ``roots``: whether it looks at roots of words; they tell what a text is about, not its tone.
    """

    name: str
    classes: tuple[str, ...]
    strength: float
    vector_strength: float
    balanced: bool
    weights: Mapping[str, float]
    calibrated_on: tuple[str, ...] = _OURS
    roots: bool = True

    def answer(self, example: Example) -> str | None:
        """What people say of an example."""
        value = getattr(example, self.name)
        if isinstance(value, bool):
            return self.classes[value]
        return None if value is None else str(value)


def questions(issues: Sequence[str]) -> tuple[Question, ...]:
    """The five heads, with the strengths and weights that cross-validation chose."""
    ours = {_OWN: 1.0, _LABEL: 1.0}
    return (
        sentiment(
            {_OWN: 1.0, _LABEL: 2.0, DKK: 2.0, NUSAX: 0.3, SMSA: 0.15}, (*_OURS, DKK), strength=1.0
        ),
        Question("issue", tuple(issues), 3.0, 0.003, False, ours),
        Question("intent", tuple(map(str, Intent)), 3.0, 0.01, True, ours),
        Question("urgent", ("tidak", "ya"), 10.0, 0.003, True, ours),
        Question(
            "language", LANGUAGES, 10.0, 0.0, True, {_OWN: 1.0, NUSAX: 1.0}, (_OWN, NUSAX), False
        ),
    )


def sentiment(
    weights: Mapping[str, float], calibrated_on: tuple[str, ...], strength: float
) -> Question:
    """The question of tone, taught on the sets that ``weights`` names."""
    tones = tuple(map(str, Sentiment))
    return Question("sentiment", tones, strength, 0.003, False, weights, calibrated_on, roots=False)


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """What a question was answered on texts that were not taught, by words and with vectors.

    ``at`` are the examples' places; shares are rows x classes. ``with_vectors`` is None without
    vectors, its rows are NaN where a text has none. The calibration of each part was chosen on the
    other parts.
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
class Course:
    """What every head is taught from; ``parts`` as :func:`folds` deals them.

    ``vectors`` has NaN rows for examples without one.
    """

    examples: Sequence[Example]
    vocabulary: Vocabulary
    features: csr_matrix
    vectors: Floats | None
    parts: NDArray[np.int64]
    progress: Progress


@dataclass(frozen=True, slots=True, eq=False)
class _Taught:
    head: Head
    vector_head: Head | None
    unseen: Unseen


def fit(course: Course, issues: Sequence[str], version: str) -> Fitted:
    """Teach the five heads.

    Raises:
        ModelError: the examples do not hold two answers to each question.
    """
    with threadpool_limits(1):
        taught = {question.name: _teach(question, course) for question in questions(issues)}
    vector_heads = {name: one.vector_head for name, one in taught.items() if one.vector_head}
    model = Model(
        version=version,
        vocabulary=course.vocabulary,
        heads={name: one.head for name, one in taught.items()},
        vectors=vector_heads,
        urgent_from=_urgent_from(taught["urgent"].unseen, course.examples),
    )
    return Fitted(model, {name: one.unseen for name, one in taught.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Examples that were read: what courses are made of. ``vectors`` as in :class:`Course`."""

    examples: Sequence[Example]
    documents: Sequence[Document]
    vectors: Floats | None
    progress: Progress

    def course(self) -> Course:
        """All examples dealt out by :func:`folds`, words counted over all of them."""
        parts = folds(self.examples, [one.normalised for one in self.documents])
        return self.dealt(parts, self.documents)

    def without(self, judged: NDArray[np.bool_]) -> Course:
        """The ``judged`` rows as part 0, whose words are not counted; all others only teach."""
        rows = zip(self.documents, judged, strict=True)
        counted = [one for one, held_out in rows if not held_out]
        return self.dealt(np.where(judged, 0, -1), counted)

    def dealt(self, parts: NDArray[np.int64], counted: Sequence[Document]) -> Course:
        """A course on given parts, with the words of ``counted``."""
        vocabulary = learn_vocabulary(counted)
        features = FeatureSpace(vocabulary).matrix(self.documents)
        return Course(self.examples, vocabulary, features, self.vectors, parts, self.progress)


def read_examples(
    examples: Sequence[Example],
    reader: TextReader,
    embedder: Embedder | None,
    progress: Progress,
    every: Mapping[str, int] = VECTORS,
) -> Material:
    """Read the examples, and embed of each origin ``every`` so manyeth."""
    reads = list(_read(examples, reader, progress))
    documents = [document(read, reader) for read in reads]
    vectors = _vectors(examples, reads, embedder, every, progress)
    return Material(examples, documents, vectors, progress)


def _read(
    examples: Sequence[Example], reader: TextReader, progress: Progress
) -> Iterator[ReadText]:
    for at, example in enumerate(examples):
        if at % 500 == 0:
            progress("read", at, len(examples))
        yield reader.read(example.text)
    progress("read", len(examples), len(examples))


def _vectors(
    examples: Sequence[Example],
    reads: Sequence[ReadText],
    embedder: Embedder | None,
    every: Mapping[str, int],
    progress: Progress,
) -> Floats | None:
    if embedder is None:
        return None
    wanted: list[int] = []
    for origin, step in every.items():
        wanted += [at for at, example in enumerate(examples) if example.origin == origin][::step]
    vectors = np.full((len(examples), SIZE), np.nan, dtype=np.float32)
    for start in range(0, len(wanted), 100):
        progress("vectors", start, len(wanted))
        here = wanted[start : start + 100]
        vectors[here] = embedder.vectors([reads[at].text for at in here])
    progress("vectors", len(wanted), len(wanted))
    return vectors


def _teach(question: Question, course: Course) -> _Taught:
    words = _lesson(question, course)
    at = np.flatnonzero(words.asked & (course.parts >= 0))
    target, parts = words.target[at], course.parts[at]
    trusted = np.array([course.examples[int(i)].origin in question.calibrated_on for i in at])
    sets = _sets(course, at)
    scores = _unseen_scores(words, course, at)
    by_words = _crossed(parts, trusted, scores, None, target, sets)
    chosen = setting(scores[trusted], None, target[trusted], sets[trusted])
    sure = least_sure(by_words[trusted], target[trusted], sets[trusted])
    head = replace(_regression(words, words.asked), temperature=chosen.temperature, sure_from=sure)
    unseen = Unseen(at, by_words, None)
    if course.vectors is None or not question.vector_strength:
        return _Taught(head, None, unseen)
    middle, spread, lesson = _vector_lesson(words, course.vectors)
    has = lesson.asked[at]
    parts, trusted, scores, target = parts[has], trusted[has], scores[has], target[has]
    sets = _sets(course, at[has])
    vector_scores = _unseen_scores(lesson, course, at[has])
    shares = np.full(by_words.shape, np.nan)
    shares[has] = _crossed(parts, trusted, scores, vector_scores, target, sets)
    chosen = setting(scores[trusted], vector_scores[trusted], target[trusted], sets[trusted])
    whole = _regression(lesson, lesson.asked)
    # The standardising is folded into the head, so that predicting is one multiplication.
    columns = (whole.weights / spread[:, None]).astype(np.float32)
    vector_head = Head(
        classes=whole.classes,
        weights=columns,
        bias=(whole.bias - middle @ columns).astype(np.float32),
        temperature=chosen.temperature,
        share=chosen.share,
        sure_from=least_sure(shares[has][trusted], target[trusted], sets[trusted]),
    )
    return _Taught(head, vector_head, Unseen(at, by_words, shares))


def _crossed(
    parts: NDArray[np.int64],
    trusted: NDArray[np.bool_],
    scores: Floats,
    vector_scores: Floats | None,
    target: NDArray[np.int64],
    sets: NDArray[np.str_],
) -> Floats:
    def of(rows: NDArray[np.bool_]) -> Floats | None:
        return None if vector_scores is None else vector_scores[rows]

    return crossed(
        parts,
        trusted,
        lambda rows: setting(scores[rows], of(rows), target[rows], sets[rows]),
        lambda chosen, rows: chosen.shares(scores[rows], of(rows)),
        np.zeros(scores.shape, dtype=np.float64),
    )


def _sets(course: Course, at: NDArray[np.int64]) -> NDArray[np.str_]:
    """The set of each example; corrected comments count to our own texts."""
    origins = (course.examples[int(one)].origin for one in at)
    return np.array([_OWN if origin == _LABEL else origin for origin in origins])


def judge(question: Question, course: Course, taught_parts: NDArray[np.int64]) -> Unseen:
    """What a question is answered on the part 0 of ``course`` when all others teach.

    The calibration is chosen inside the taught rows, over ``taught_parts`` (negative: teaches
    only), so that nothing is chosen on what is judged. With vectors, every row needs one. No head
    is kept.
    """
    with threadpool_limits(1):
        words = _lesson(question, course)
        lessons = [words]
        if course.vectors is not None and question.vector_strength:
            lessons.append(_vector_lesson(words, course.vectors)[2])
        taught = words.asked & (course.parts != 0)
        inner = np.flatnonzero(taught & (taught_parts >= 0))
        inside = replace(course, parts=np.where(taught, taught_parts, -1))
        at = np.flatnonzero(words.asked & (course.parts == 0))
        known, told = [], []
        for lesson in lessons:
            only = replace(lesson, asked=taught)
            known.append(_unseen_scores(only, inside, inner))
            head = _regression(only, taught)
            told.append(_scores(head, lesson.rows[at]))
        target, sets = words.target[inner], _sets(course, inner)
        chosen = setting(known[0], None, target, sets)
        shares = [chosen.shares(told[0])]
        if len(lessons) > 1:
            shares.append(setting(known[0], known[1], target, sets).shares(told[0], told[1]))
    return Unseen(at, shares[0], shares[1] if len(shares) > 1 else None)


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """Rows to learn one question from: those ``asked``, of the class ``target``."""

    question: Question
    rows: csr_matrix | Floats
    target: NDArray[np.int64]
    weights: NDArray[np.float64]
    asked: NDArray[np.bool_]
    strength: float
    skipped: slice | None = None


def _lesson(question: Question, course: Course) -> _Lesson:
    answers = [question.answer(example) for example in course.examples]
    weights = np.array([question.weights.get(e.origin, 0.0) for e in course.examples])
    asked = np.array([answer is not None for answer in answers]) & (weights > 0)
    target = np.array([question.classes.index(answer) if answer else -1 for answer in answers])
    if len(np.unique(target[asked])) < 2:
        raise ModelError(f"training: {question.name}: two different answers are needed at least")
    skipped = None if question.roots else course.vocabulary.root_columns
    strength = question.strength
    return _Lesson(question, course.features, target, weights, asked, strength, skipped)


def _vector_lesson(words: _Lesson, vectors: Floats) -> tuple[Floats, Floats, _Lesson]:
    """Middle and spread of the vectors, and the lesson on the standardised ones."""
    has = ~np.isnan(vectors[:, 0])
    middle = vectors[has].mean(axis=0)
    spread = vectors[has].std(axis=0) + np.float32(1e-6)
    lesson = replace(
        words,
        rows=(vectors - middle) / spread,
        asked=words.asked & has,
        strength=words.question.vector_strength,
        skipped=None,
    )
    return middle, spread, lesson


def _unseen_scores(lesson: _Lesson, course: Course, at: NDArray[np.int64]) -> Floats:
    """Scores of the rows ``at``, each by a head that has not seen its part."""
    scores = np.zeros((len(at), len(lesson.question.classes)), dtype=np.float32)
    for part in range(PARTS):
        course.progress(lesson.question.name, part, PARTS)
        here = course.parts[at] == part
        if here.any():
            head = _regression(lesson, lesson.asked & (course.parts != part))
            scores[here] = _scores(head, lesson.rows[at[here]])
    course.progress(lesson.question.name, PARTS, PARTS)
    return scores


def _scores(head: Head, rows: csr_matrix | Floats) -> Floats:
    scores: Floats = rows @ head.weights + head.bias
    return scores


def _regression(lesson: _Lesson, taught: NDArray[np.bool_]) -> Head:
    """A multinomial logistic regression as a head; weights rounded as they will be stored."""
    rows, target = lesson.rows[taught], lesson.target[taught]
    if len(np.unique(target)) < 2:
        return _always(lesson, target)
    used = _used(lesson, rows)
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


def _used(lesson: _Lesson, rows: csr_matrix | Floats) -> NDArray[np.int64]:
    """Columns worth learning: those that never occur stay at zero and cost most of the time."""
    if not isinstance(rows, csr_matrix):
        return np.arange(rows.shape[1])
    occurs = np.asarray(abs(rows).sum(axis=0)).ravel() > 0
    if lesson.skipped:
        occurs[lesson.skipped] = False
    return np.flatnonzero(occurs)


def _always(lesson: _Lesson, target: NDArray[np.int64]) -> Head:
    """The head of a part that held one class only."""
    classes = lesson.question.classes
    bias = np.full(len(classes), _NEVER, dtype=np.float32)
    bias[target] = 0.0
    return Head(classes, np.zeros((lesson.rows.shape[1], len(classes)), dtype=np.float32), bias)


def _urgent_from(unseen: Unseen, examples: Sequence[Example]) -> tuple[float, float]:
    """The least share of "ya" that finds urgent texts best (F1), by words and with vectors."""
    true = np.array([bool(examples[at].urgent) for at in unseen.at])
    by_words = best_least(unseen.by_words[:, 1], true)
    if unseen.with_vectors is None:
        return by_words, by_words
    has = ~np.isnan(unseen.with_vectors[:, 1])
    return by_words, best_least(unseen.with_vectors[has, 1], true[has])
