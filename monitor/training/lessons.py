"""One question as rows to learn from, the regression that learns them, and its scores.

Layer 3, pure and deterministic: no chance, no clock. It calibrates nothing and judges nothing; what
the scores are worth is found by :mod:`monitor.training.fit`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from monitor.classify.features import Floats
from monitor.classify.heads import Head
from monitor.errors import ModelError
from monitor.training.folds import PARTS
from monitor.training.material import Course
from monitor.training.questions import Question

# The score of a class that a part of the data did not hold.
_NEVER = -20.0


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Rows to learn one question from: those ``asked``, of the class ``target``."""

    question: Question
    rows: csr_matrix | Floats
    target: NDArray[np.int64]
    weights: NDArray[np.float64]
    asked: NDArray[np.bool_]
    strength: float
    skipped: slice | None = None


def word_lesson(question: Question, course: Course) -> Lesson:
    """The lesson on the features of words.

    Raises:
        ModelError: the examples do not hold two answers to the question.
    """
    answers = [question.answer(example) for example in course.examples]
    weights = np.array([question.weights.get(e.origin, 0.0) for e in course.examples])
    asked = np.array([answer is not None for answer in answers]) & (weights > 0)
    target = np.array([question.classes.index(answer) if answer else -1 for answer in answers])
    if len(np.unique(target[asked])) < 2:
        raise ModelError(f"training: {question.name}: two different answers are needed at least")
    skipped = None if question.roots else course.vocabulary.root_columns
    strength = question.strength
    return Lesson(question, course.features, target, weights, asked, strength, skipped)


def vector_lesson(words: Lesson, vectors: Floats) -> tuple[Floats, Floats, Lesson]:
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


def heard_by(lesson: Lesson, words: Lesson) -> Lesson:
    """A lesson on vectors as it is for whom ``words`` is the lesson on words."""
    has = ~np.isnan(lesson.rows[:, 0])
    return replace(lesson, target=words.target, weights=words.weights, asked=words.asked & has)


def unseen_scores(lesson: Lesson, course: Course, at: NDArray[np.int64]) -> Floats:
    """Scores of the rows ``at``, each by a head that has not seen its part."""
    return part_heads([lesson] * PARTS, course, at)[1]


def part_heads(
    lessons: Sequence[Lesson], course: Course, at: NDArray[np.int64]
) -> tuple[list[Head | None], Floats]:
    """Of each part the head that its lesson teaches without it, and the scores of the rows ``at``.

    A part that holds none of these rows gets no head.
    """
    question = lessons[0].question
    heads: list[Head | None] = []
    scores = np.zeros((len(at), len(question.classes)), dtype=np.float32)
    for part, lesson in enumerate(lessons):
        course.progress(question.name, part, PARTS)
        here = course.parts[at] == part
        head = regression(lesson, lesson.asked & (course.parts != part)) if here.any() else None
        if head is not None:
            scores[here] = scores_of(head, lesson.rows[at[here]])
        heads.append(head)
    course.progress(question.name, PARTS, PARTS)
    return heads, scores


def scores_of(head: Head, rows: csr_matrix | Floats) -> Floats:
    """What a head says of each row before any calibration: rows x classes."""
    scores: Floats = rows @ head.weights + head.bias
    return scores


def regression(lesson: Lesson, taught: NDArray[np.bool_]) -> Head:
    """A multinomial logistic regression as a head; weights rounded as they will be stored."""
    rows, target = lesson.rows[taught], lesson.target[taught]
    if len(np.unique(target)) < 2:
        return _always(lesson, target)
    used = _used(lesson, rows)
    learner = LogisticRegression(
        C=lesson.strength,
        class_weight="balanced" if lesson.question.balanced else None,
        max_iter=300,
        tol=1e-3,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(rows[:, used], target, sample_weight=lesson.weights[taught])
    weights, bias = learner.coef_.T, learner.intercept_
    if len(learner.classes_) == 2:
        weights, bias = np.hstack([0 * weights, weights]), np.hstack([[0.0], bias])
    whole = np.zeros((lesson.rows.shape[1], len(lesson.question.classes)), dtype=np.float32)
    columns = np.zeros((whole.shape[0], len(learner.classes_)), dtype=np.float32)
    columns[used] = weights.astype(np.float16)
    whole[:, learner.classes_] = columns
    whole_bias = np.full(len(lesson.question.classes), _NEVER, dtype=np.float32)
    whole_bias[learner.classes_] = bias
    return Head(lesson.question.classes, whole, whole_bias)


def _used(lesson: Lesson, rows: csr_matrix | Floats) -> NDArray[np.int64]:
    """Columns worth learning: those that never occur stay at zero and cost most of the time."""
    if not isinstance(rows, csr_matrix):
        return np.arange(rows.shape[1])
    occurs = np.asarray(abs(rows).sum(axis=0)).ravel() > 0
    if lesson.skipped:
        occurs[lesson.skipped] = False
    return np.flatnonzero(occurs)


def _always(lesson: Lesson, target: NDArray[np.int64]) -> Head:
    """The head of a part that held one class only."""
    classes = lesson.question.classes
    bias = np.full(len(classes), _NEVER, dtype=np.float32)
    bias[target] = 0.0
    return Head(classes, np.zeros((lesson.rows.shape[1], len(classes)), dtype=np.float32), bias)
