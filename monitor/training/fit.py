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
from monitor.classify.heads import Head, mixed, probabilities
from monitor.classify.model_files import Model
from monitor.training.calibrate import Setting, best_least, crossed, least_sure, setting
from monitor.training.dataset import Example
from monitor.training.folds import PARTS
from monitor.training.lessons import (
    Lesson,
    heard_by,
    part_heads,
    regression,
    scores_of,
    unseen_scores,
    vector_lesson,
    word_lesson,
)
from monitor.training.material import Course
from monitor.training.questions import LABEL, OWN, STORED, Question, questions
from monitor.training.sure import LEAST_LABELS, of_the_office, with_sure

# Below so many a calibration error is luck.
_LEAST_SET = 200


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
    """A model, what it is worth, and how many stored comments taught it tone."""

    model: Model
    unseen: Mapping[str, Unseen]
    sure: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Heads:
    """A question's head on words, and the one on vectors; both calibrated."""

    words: Head
    vectors: Head | None

    def answers(self, course: Course, at: NDArray[np.int64]) -> Floats:
        """What they say of the rows ``at``: with vectors where they have learned from them."""
        scores = scores_of(self.words, course.features[at])
        if self.vectors is None or course.vectors is None:
            return probabilities(scores, self.words.temperature)
        both = mixed(scores, scores_of(self.vectors, course.vectors[at]), self.vectors.share)
        return probabilities(both, self.vectors.temperature)


@dataclass(frozen=True, slots=True, eq=False)
class _Taught:
    """What a round taught: its heads, and of each part those that have not seen it."""

    heads: _Heads
    by_part: Sequence[_Heads | None]
    unseen: Unseen
    sure: int = 0


def fit(course: Course, issues: Sequence[str], version: str) -> Fitted:
    """Teach the five heads.

    Raises:
        ModelError: the examples do not hold two answers to each question.
    """
    with threadpool_limits(1):
        asked = questions(issues, _tones(course.examples))
        taught = {question.name: _learn(question, course) for question in asked}
    vector_heads = {
        name: one.heads.vectors for name, one in taught.items() if one.heads.vectors is not None
    }
    model = Model(
        version=version,
        vocabulary=course.vocabulary,
        heads={name: one.heads.words for name, one in taught.items()},
        vectors=vector_heads,
        urgent_from=_urgent_from(taught["urgent"].unseen, course.examples),
    )
    sure = sum(one.sure for one in taught.values())
    return Fitted(model, {name: one.unseen for name, one in taught.items()}, sure)


def _tones(examples: Sequence[Example]) -> int:
    """How many labels of an office tell a tone."""
    return sum(one.origin == LABEL and one.sentiment is not None for one in examples)


def _learn(question: Question, course: Course) -> _Taught:
    """In one round; in two where there are stored comments that a first round may be sure of.

    In the second each part is judged by heads whose first round had not seen it either.
    """
    words = word_lesson(question, course)
    stored = np.flatnonzero([one.origin == STORED for one in course.examples])
    if not (question.from_stored and len(stored) and _tones(course.examples) >= LEAST_LABELS):
        return _teach(words, [words] * PARTS, course)
    office = of_the_office(words, course.examples)
    first = _teach(office, [office] * PARTS, course)
    whole, *parts = (
        with_sure(words, stored, (heads or first.heads).answers(course, stored))
        for heads in (first.heads, *first.by_part)
    )
    sure = int(whole.asked[stored].sum())
    return replace(_teach(whole, parts, course), sure=sure)


def _teach(words: Lesson, by_part: Sequence[Lesson], course: Course) -> _Taught:
    """One round: ``words`` teaches the heads, ``by_part`` those that judge each part."""
    rows = _judged(words, course, np.flatnonzero(words.asked & (course.parts >= 0)))
    heads, scores = part_heads(by_part, course, rows.at)
    by_words = rows.crossed(scores, None)
    chosen = rows.setting(scores, None)
    head = replace(
        regression(words, words.asked),
        temperature=chosen.temperature,
        sure_from=rows.least_sure(by_words),
    )
    judges = [one and replace(one, temperature=chosen.temperature) for one in heads]
    if course.vectors is None or not words.question.vector_strength:
        alone = [_Heads(one, None) if one else None for one in judges]
        return _Taught(_Heads(head, None), alone, Unseen(rows.at, by_words, None))
    seen = _teach_vectors(words, by_part, course, rows.at, scores)
    both = [
        _Heads(one, other) if one else None for one, other in zip(judges, seen.by_part, strict=True)
    ]
    return _Taught(_Heads(head, seen.head), both, Unseen(rows.at, by_words, seen.shares))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Heads on vectors as :class:`_Heads` has them, and what they answered with words beside."""

    head: Head
    by_part: Sequence[Head | None]
    shares: Floats


def _teach_vectors(
    words: Lesson,
    by_part: Sequence[Lesson],
    course: Course,
    at: NDArray[np.int64],
    scores: Floats,
) -> _Seen:
    assert course.vectors is not None  # asked for with vectors only
    middle, spread, lesson = vector_lesson(words, course.vectors)
    has = lesson.asked[at]
    rows = _judged(words, course, at[has])
    heads, more = part_heads([heard_by(lesson, one) for one in by_part], course, rows.at)
    shares = np.full(scores.shape, np.nan)
    shares[has] = rows.crossed(scores[has], more)
    chosen = rows.setting(scores[has], more)

    def whole(head: Head) -> Head:
        """The standardising is folded into the head, so predicting is one multiplication."""
        columns = (head.weights / spread[:, None]).astype(np.float32)
        bias = (head.bias - middle @ columns).astype(np.float32)
        return replace(
            head, weights=columns, bias=bias, temperature=chosen.temperature, share=chosen.share
        )

    head = replace(whole(regression(lesson, lesson.asked)), sure_from=rows.least_sure(shares[has]))
    return _Seen(head, [one and whole(one) for one in heads], shares)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Rows that judge: their places, answers, parts, whether they calibrate, and their sets."""

    at: NDArray[np.int64]
    target: NDArray[np.int64]
    parts: NDArray[np.int64]
    trusted: NDArray[np.bool_]
    sets: NDArray[np.str_]

    def setting(
        self, scores: Floats, more: Floats | None, rows: NDArray[np.bool_] | None = None
    ) -> Setting:
        """What the trusted rows choose, or the given ones."""
        here = self.trusted if rows is None else rows
        vectors = None if more is None else more[here]
        return setting(scores[here], vectors, self.target[here], self.sets[here])

    def crossed(self, scores: Floats, more: Floats | None) -> Floats:
        """Shares of each part as the trusted rows of the others calibrate them."""
        return crossed(
            self.parts,
            self.trusted,
            lambda rows: self.setting(scores, more, rows),
            lambda chosen, rows: chosen.shares(scores[rows], None if more is None else more[rows]),
            np.zeros(scores.shape, dtype=np.float64),
        )

    def least_sure(self, shares: Floats) -> tuple[float, ...]:
        """From which share on the trusted rows were right as often as each precision asks."""
        here = self.trusted
        return least_sure(shares[here], self.target[here], self.sets[here])


def _judged(words: Lesson, course: Course, at: NDArray[np.int64]) -> _Judged:
    origins = [course.examples[int(one)].origin for one in at]
    trusted = np.array([one in words.question.calibrated_on for one in origins], np.bool_)
    return _Judged(at, words.target[at], course.parts[at], trusted, _sets(course, at))


def _sets(course: Course, at: NDArray[np.int64]) -> NDArray[np.str_]:
    """The set of each example; few corrected comments count to our own texts.

    Many are a set of their own: comments as they come are harder than texts written at a desk, and
    how sure an answer may be is told by the set that is harder.
    """
    origins = np.array([course.examples[int(one)].origin for one in at])
    labels = origins == LABEL
    return np.where(labels, OWN, origins) if labels.sum() < _LEAST_SET else origins


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
