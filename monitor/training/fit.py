"""From lessons to a model: heads, calibration, and what it scored on unseen texts.

Layer 3. Deterministic: no chance, no clock, one thread; the same examples give the same bytes.
It reads no text and no file: what it teaches comes as a course of :mod:`monitor.training.material`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.classify.features import Floats
from monitor.classify.heads import Head
from monitor.classify.model_files import Model
from monitor.training.calibrate import best_least, crossed, least_sure, setting
from monitor.training.dataset import Example
from monitor.training.lessons import (
    regression,
    scores_of,
    unseen_scores,
    vector_lesson,
    word_lesson,
)
from monitor.training.material import Course
from monitor.training.questions import LABEL, OWN, Question, questions


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
        asked = questions(issues, _tones(course.examples))
        taught = {question.name: _teach(question, course) for question in asked}
    vector_heads = {name: one.vector_head for name, one in taught.items() if one.vector_head}
    model = Model(
        version=version,
        vocabulary=course.vocabulary,
        heads={name: one.head for name, one in taught.items()},
        vectors=vector_heads,
        urgent_from=_urgent_from(taught["urgent"].unseen, course.examples),
    )
    return Fitted(model, {name: one.unseen for name, one in taught.items()})


def _tones(examples: Sequence[Example]) -> int:
    """How many labels of an office tell a tone."""
    return sum(one.origin == LABEL and one.sentiment is not None for one in examples)


def _teach(question: Question, course: Course) -> _Taught:
    words = word_lesson(question, course)
    at = np.flatnonzero(words.asked & (course.parts >= 0))
    target, parts = words.target[at], course.parts[at]
    trusted = np.array([course.examples[int(i)].origin in question.calibrated_on for i in at])
    sets = _sets(course, at)
    scores = unseen_scores(words, course, at)
    by_words = _crossed(parts, trusted, scores, None, target, sets)
    chosen = setting(scores[trusted], None, target[trusted], sets[trusted])
    sure = least_sure(by_words[trusted], target[trusted], sets[trusted])
    head = replace(regression(words, words.asked), temperature=chosen.temperature, sure_from=sure)
    unseen = Unseen(at, by_words, None)
    if course.vectors is None or not question.vector_strength:
        return _Taught(head, None, unseen)
    middle, spread, lesson = vector_lesson(words, course.vectors)
    has = lesson.asked[at]
    parts, trusted, scores, target = parts[has], trusted[has], scores[has], target[has]
    sets = _sets(course, at[has])
    vector_scores = unseen_scores(lesson, course, at[has])
    shares = np.full(by_words.shape, np.nan)
    shares[has] = _crossed(parts, trusted, scores, vector_scores, target, sets)
    chosen = setting(scores[trusted], vector_scores[trusted], target[trusted], sets[trusted])
    whole = regression(lesson, lesson.asked)
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
    return np.array([OWN if origin == LABEL else origin for origin in origins])


def judge(question: Question, course: Course, taught_parts: NDArray[np.int64]) -> Unseen:
    """What a question is answered on the part 0 of ``course`` when all others teach.

    The calibration is chosen inside the taught rows, over ``taught_parts`` (negative: teaches
    only), so that nothing is chosen on what is judged. With vectors, every row needs one. No head
    is kept.
    """
    with threadpool_limits(1):
        words = word_lesson(question, course)
        lessons = [words]
        if course.vectors is not None and question.vector_strength:
            lessons.append(vector_lesson(words, course.vectors)[2])
        taught = words.asked & (course.parts != 0)
        inner = np.flatnonzero(taught & (taught_parts >= 0))
        inside = replace(course, parts=np.where(taught, taught_parts, -1))
        at = np.flatnonzero(words.asked & (course.parts == 0))
        known, told = [], []
        for lesson in lessons:
            only = replace(lesson, asked=taught)
            known.append(unseen_scores(only, inside, inner))
            head = regression(only, taught)
            told.append(scores_of(head, lesson.rows[at]))
        target, sets = words.target[inner], _sets(course, inner)
        chosen = setting(known[0], None, target, sets)
        shares = [chosen.shares(told[0])]
        if len(lessons) > 1:
            shares.append(setting(known[0], known[1], target, sets).shares(told[0], told[1]))
    return Unseen(at, shares[0], shares[1] if len(shares) > 1 else None)


def _urgent_from(unseen: Unseen, examples: Sequence[Example]) -> tuple[float, float]:
    """The least share of "ya" that finds urgent texts best (F1), by words and with vectors."""
    true = np.array([bool(examples[at].urgent) for at in unseen.at])
    by_words = best_least(unseen.by_words[:, 1], true)
    if unseen.with_vectors is None:
        return by_words, by_words
    has = ~np.isnan(unseen.with_vectors[:, 1])
    return by_words, best_least(unseen.with_vectors[has, 1], true[has])
