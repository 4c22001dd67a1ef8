"""Simulated trainers: how many labels the queue saves against labels at random.

Starts from what is shipped without dkk_semarang (own texts, SmSA, NusaX); its rows are then the
comments of an office, a quarter of them held out by a hash of the text. Needs the outside sets of
``SIAGA_OUTSIDE`` (default: ../shared/data beside the project). The hash has a salt: everything was
chosen on the splits ``DEVELOPMENT``; the figures are those of ``REPORTED``. ``SIAGA_TRAINERS``
names other splits, with commas. The picture goes to docs/pictures/pelatih.png.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.report import Figure
from benchmarks.texts import DATA
from benchmarks.trainers_picture import learning_curve_png
from benchmarks.trainers_world import (
    Mark,
    World,
    at_random,
    by_queue,
    drawn,
    is_held,
    judged,
    labels_needed,
    office,
    teach,
)
from monitor.classify import Classifier
from monitor.classify.embed import open_embedder
from monitor.classify.model_files import load, serving
from monitor.knowledge import read_taxonomy
from monitor.store.vectors import StoredVectors
from monitor.text.reader import TextReader
from monitor.training.dataset import own
from monitor.training.external import DKK, external
from monitor.training.material import Material, read_examples
from monitor.training.questions import LABEL

PROJECT = DATA.parent
DEVELOPMENT = ("dev1", "dev2", "dev3", "dev4")
# "a" to "o" were looked at with other learners, so they are not reported any more; whoever changes
# the learner or the queue after a look at these takes new letters.
REPORTED = ("p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "aa")
A_DAY, MOST = 20, 800
HELD_PART = 0.25
RANDOM = (100, 200, 400, 800, 1200, 2000)
SEEDS = (1, 2, 3)
# Every two days at first, then every week; beyond 800 to see where it gets there if not in time.
RETRAINED = (*range(40, 401, 40), *range(500, MOST + 1, 100), 1000, 1200)

HEAVY = 10.0
"""What a label weighs for the strictest comparison: own texts count for little then."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one split: curves of the queue and of each seed at random, and two rivals."""

    queue: list[Mark]
    random: list[list[Mark]]
    heavy: list[float]
    once: list[float]


def measure() -> Iterator[Figure]:
    """Some eight minutes a split on one free core; splits run side by side."""
    outside = Path(os.environ.get("SIAGA_OUTSIDE", PROJECT.parent / "shared" / "data"))
    if not (outside / DKK / "train.csv").is_file():
        return
    chosen = [salt for salt in os.environ.get("SIAGA_TRAINERS", "").split(",") if salt]
    salts = chosen or REPORTED
    found: list[Played] = []
    # Read before the processes part, so that none of them reads or embeds it again.
    _material(outside)
    several_at_once = min(len(salts), os.cpu_count() or 1)
    with ProcessPoolExecutor(several_at_once, get_context("fork")) as several:
        for salt, one in zip(salts, several.map(partial(played, outside), salts), strict=True):
            yield from split(salt, one.queue, one.random)
            found.append(one)
    queues = [one.queue for one in found]
    randoms = [curve for one in found for curve in one.random]
    heavy = float(np.mean([one.heavy for one in found]))
    yield from summary(queues, randoms)
    what = f"macro-F1, random, {RANDOM[-1]} labels, nothing taught that nobody labelled"
    yield Figure(what, float(np.mean([one.once for one in found])), "")
    what = f"macro-F1, random, {RANDOM[-1]} labels, each weighing {HEAVY:g}"
    yield Figure(what, heavy, "")
    yield reached(queues, _mean_at(randoms, RANDOM[-1]), RANDOM[-1])
    what = f"queue reaches those {RANDOM[-1]} weighing {HEAVY:g} after"
    yield Figure(what, labels_needed(mean_curve(queues), heavy), "labels")
    if not chosen:
        picture = PROJECT / "docs" / "pictures" / "pelatih.png"
        picture.write_bytes(learning_curve_png(queues, randoms, MOST))


def played(outside: Path, salt: str) -> Played:
    """The trainers of one split."""
    world = world_of(_material(outside), salt)
    with threadpool_limits(1):
        queue, random = simulated(world, A_DAY, RETRAINED, RANDOM)
        ends = [drawn(world, seed)[: RANDOM[-1]] for seed in SEEDS]
        heavy = [judged(world, teach(world, end, HEAVY)).macro_f1 for end in ends]
        once = [judged(world, teach(world, end, sure=False)).macro_f1 for end in ends]
    return Played(queue, random, heavy, once)


def split(salt: str, queue: Sequence[Mark], random: Sequence[Sequence[Mark]]) -> Iterator[Figure]:
    """The figures of one split."""
    goal = _mean_at(random, RANDOM[-1])
    yield Figure(f"split {salt}: macro-F1, nothing labelled", queue[0].macro_f1, "")
    yield Figure(f"split {salt}: macro-F1, queue, {MOST} labels", _at(queue, MOST), "")
    yield Figure(f"split {salt}: macro-F1, random, {RANDOM[-1]} labels", goal, "")
    yield Figure(f"split {salt}: labels needed", labels_needed(queue, goal), "labels")


def simulated(
    world: World, a_day: int, retrained: Sequence[int], random: Sequence[int]
) -> tuple[list[Mark], list[list[Mark]]]:
    """The curve of the queue, and one of each seed at random."""
    first = teach(world, [])
    queue = list(office(world, first, by_queue, a_day, retrained))
    return queue, [
        list(office(world, first, at_random(seed), max(random), random)) for seed in SEEDS
    ]


def summary(
    queues: Sequence[Sequence[Mark]], randoms: Sequence[Sequence[Mark]]
) -> Iterator[Figure]:
    """The mean curves, with the spread of chance."""
    for mark in mean_curve(randoms)[1:]:
        spread = np.std([_at(one, mark.labels) for one in randoms])
        what = f"macro-F1, random, {mark.labels} labels (spread {spread:.3f})"
        yield Figure(what, mark.macro_f1, "")
    for mark in mean_curve(queues):
        if mark.labels % 200 == 0:
            yield Figure(f"macro-F1, queue, {mark.labels} labels", mark.macro_f1, "")


def reached(queues: Sequence[Sequence[Mark]], goal: float, random: int) -> Figure:
    """After how many labels the mean curve of the queue reaches the mean of chance."""
    what = f"queue reaches {random} random labels after"
    return Figure(what, labels_needed(mean_curve(queues), goal), "labels", most=MOST)


def mean_curve(curves: Sequence[Sequence[Mark]]) -> list[Mark]:
    """The mean of curves that were judged after the same numbers of labels."""
    return [
        Mark(marks[0].labels, float(np.mean([mark.macro_f1 for mark in marks])))
        for marks in zip(*curves, strict=True)
    ]


def _at(curve: Sequence[Mark], labels: int) -> float:
    return next(mark.macro_f1 for mark in curve if mark.labels == labels)


def _mean_at(curves: Sequence[Sequence[Mark]], labels: int) -> float:
    return float(np.mean([_at(curve, labels) for curve in curves]))


@cache
def _material(outside: Path) -> Material:
    """All examples, read and embedded; vectors are kept in ``.understanding.db``."""
    issues = tuple(read_taxonomy(DATA / "taxonomy.toml"))
    examples = [*own(DATA / "training", issues), *external(outside)]
    embedder = open_embedder("auto", StoredVectors(PROJECT / ".understanding.db"))
    reader = TextReader.load(DATA)
    return read_examples(examples, reader, embedder, lambda *_: None)


def world_of(material: Material, salt: str) -> World:
    """The office of one split; issues, languages and calibration are those of the shipped model."""
    held = np.array(
        [one.origin == DKK and is_held(one.group, salt, HELD_PART) for one in material.examples]
    )
    asked = np.array([one.origin == DKK for one in material.examples]) & ~held
    examples = [
        replace(one, origin=LABEL) if mine else one
        for one, mine in zip(material.examples, asked, strict=True)
    ]
    shipped = load(serving(PROJECT / "models"))
    verdicts = Classifier(shipped, TextReader.load(DATA)).predict([one.text for one in examples])
    by_words, with_vectors = (heads.get("sentiment") for heads in (shipped.heads, shipped.vectors))
    assert by_words is not None
    return World(
        course=replace(material, examples=examples).without(held),
        start=np.flatnonzero(~held & ~asked),
        pool=np.flatnonzero(asked),
        held=np.flatnonzero(held),
        issues=[one.issue for one in verdicts],
        languages=[one.language for one in verdicts],
        share=with_vectors.share if with_vectors else 0.0,
        temperatures=(
            by_words.temperature,
            with_vectors.temperature if with_vectors else by_words.temperature,
        ),
    )
