"""Simulated trainers: an office whose people label twenty comments a day, as the queue asks or not.

The product's own learner (``training.lessons``) and the product's own choice
(``classify.teaching``); what is simulated is the person, who says what the set says. No text of
the held-out part is ever taught, counted or asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from monitor.classify.features import Floats
from monitor.classify.heads import mixed, probabilities
from monitor.classify.teaching import Known, Pool, choose
from monitor.records import Sentiment
from monitor.training.compare import macro_f1
from monitor.training.lessons import Lesson, regression, scores_of, vector_lesson, word_lesson
from monitor.training.material import Course
from monitor.training.questions import LABEL, questions
from monitor.training.sure import LEAST_LABELS, of_the_office, with_sure

SENTIMENT = "sentiment"

Rows = NDArray[np.int64]
Asked = Callable[["World", "Taught", Sequence[int], int], list[int]]
"""Chooses ``k`` rows of the pool, given the newest model and the rows that are labelled."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The examples of an office: what it starts from, what may be asked, and what judges.

    ``pool`` and ``held`` are places in ``course.examples``; rows of the pool have the origin
    ``label``. ``issues`` and ``languages`` are what the shipped model says of each example.
    ``share`` and ``temperatures`` (by words, with vectors) are its calibration, kept as it is.
    """

    course: Course
    start: Rows
    pool: Rows
    held: Rows
    issues: Sequence[str]
    languages: Sequence[str]
    share: float
    temperatures: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What a model says of every example, by words and with vectors, and how many it was given."""

    labels: int
    by_words: Floats
    with_vectors: Floats | None

    @property
    def best(self) -> Floats:
        """With vectors where there are any."""
        return self.by_words if self.with_vectors is None else self.with_vectors


@dataclass(frozen=True, slots=True)
class Mark:
    """How good a model is on the held-out part after so many labels."""

    labels: int
    macro_f1: float


def is_held(key: str, salt: str, part: float) -> bool:
    """Whether a text is held out: by a hash of it, so it never wanders."""
    digest = blake2b(f"{salt} {key}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < part * 2**64


def teach(
    world: World, labelled: Sequence[int], weight: float | None = None, *, sure: bool = True
) -> Taught:
    """The sentiment head, taught anew on the start and the labelled rows, as the product does.

    ``weight``: what a label weighs in place of what the product gives it. ``sure``: whether a
    second round learns from the rest of the pool, as far as the first was sure of it.
    """
    course = world.course
    question = questions(["-"], len(labelled))[0]
    if weight is not None:
        question = replace(question, weights={**question.weights, LABEL: weight})
    allowed = np.zeros(len(course.examples), dtype=np.bool_)
    allowed[world.start] = True
    allowed[np.array(labelled, dtype=np.int64)] = True
    words = word_lesson(question, course)
    words = replace(words, asked=words.asked & allowed)
    if not sure or len(labelled) < LEAST_LABELS:
        return _round(world, words, len(labelled))
    first = _round(world, of_the_office(words, course.examples), len(labelled))
    rest = world.pool[~allowed[world.pool]]
    return _round(world, with_sure(words, rest, first.best[rest]), len(labelled))


def _round(world: World, words: Lesson, labels: int) -> Taught:
    vectors = world.course.vectors
    scores = scores_of(regression(words, words.asked), words.rows)
    by_words = probabilities(scores, world.temperatures[0])
    if vectors is None:
        return Taught(labels, by_words, None)
    known = vectors.copy()
    known[world.held] = np.nan
    middle, spread, lesson = vector_lesson(words, known)
    more = scores_of(regression(lesson, lesson.asked), (vectors - middle) / spread)
    both = mixed(scores, more, world.share)
    return Taught(labels, by_words, probabilities(both, world.temperatures[1]))


def judged(world: World, taught: Taught) -> Mark:
    """The macro-F1 on the held-out part."""
    classes = questions(["-"])[0].classes
    target = [classes.index(str(world.course.examples[at].sentiment)) for at in world.held]
    said = taught.best[world.held].argmax(axis=1)
    return Mark(taught.labels, macro_f1(np.array(target), said, len(classes)))


def office(
    world: World, taught: Taught, asked: Asked, a_day: int, retrained: Sequence[int]
) -> Iterator[Mark]:
    """Label ``a_day`` at a time and judge a new model whenever ``retrained`` says so.

    ``taught``: the model without any label.
    """
    labelled: list[int] = []
    yield judged(world, taught)
    for most in retrained:
        while len(labelled) < min(most, len(world.pool)):
            labelled += asked(world, taught, labelled, min(a_day, most - len(labelled)))
        taught = teach(world, labelled)
        yield judged(world, taught)


def by_queue(world: World, taught: Taught, labelled: Sequence[int], k: int) -> list[int]:
    """What the queue of the product would ask next."""
    at = world.pool
    since = np.zeros(len(world.course.examples), dtype=np.bool_)
    since[np.array(labelled[taught.labels :], dtype=np.int64)] = True
    known = np.zeros_like(since)
    known[np.array(labelled[: taught.labels], dtype=np.int64)] = True
    at = at[~known[at]]
    pool = Pool(
        keys=[world.course.examples[one].text.encode("utf-8", "replace") for one in at],
        by_words={SENTIMENT: taught.by_words[at]},
        with_vectors={} if taught.with_vectors is None else {SENTIMENT: taught.with_vectors[at]},
        rows=_rows(world, at),
        issues=[world.issues[one] for one in at],
        languages=[world.languages[one] for one in at],
        taken=since[at],
    )
    tones = Counter(str(world.course.examples[one].sentiment) for one in labelled)
    counts = Known(
        Counter(world.issues[one] for one in labelled),
        Counter(world.languages[one] for one in labelled),
        {SENTIMENT: [tones[str(tone)] for tone in Sentiment]},
    )
    return [int(at[choice.index]) for choice in choose(pool, k, counts)]


def _rows(world: World, at: Rows) -> Floats | csr_matrix:
    """What likeness is told by: sentence vectors where there are any."""
    if world.course.vectors is None:
        return world.course.features[at]
    vectors: Floats = world.course.vectors[at]
    return vectors


def at_random(seed: int) -> Asked:
    """Anybody's comments, in an order drawn once."""

    def asked(world: World, _: Taught, labelled: Sequence[int], k: int) -> list[int]:
        return drawn(world, seed)[len(labelled) : len(labelled) + k]

    return asked


def drawn(world: World, seed: int) -> list[int]:
    """The whole pool in an order of chance."""
    return [int(one) for one in np.random.default_rng(seed).permutation(world.pool)]


def labels_needed(curve: Sequence[Mark], target: float) -> float:
    """After how many labels a curve reaches a figure for the first time; infinite if never."""
    return next((float(mark.labels) for mark in curve if mark.macro_f1 >= target), float("inf"))
