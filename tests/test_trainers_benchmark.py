"""The simulated trainers are fair: nothing held out is known, and both ask the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.trainers import mean_curve, reached, simulated
from benchmarks.trainers_picture import learning_curve_png
from benchmarks.trainers_world import (
    Mark,
    World,
    at_random,
    by_queue,
    is_held,
    judged,
    labels_needed,
    office,
    teach,
)
from monitor.classify.features import Document
from monitor.records import Sentiment
from monitor.training.dataset import Example
from monitor.training.external import DKK
from monitor.training.material import Material
from monitor.training.questions import LABEL, OWN

WORDS = {
    Sentiment.NEGATIF: ("rusak", "macet", "bau", "gelap"),
    Sentiment.NETRAL: ("jadwal", "kapan", "alamat", "nomor"),
    Sentiment.POSITIF: ("bagus", "bersih", "cepat", "ramah"),
}
# Words of the office alone: what is shipped has never seen them.
LOCAL = {
    Sentiment.NEGATIF: ("ambyar", "remuk", "parah"),
    Sentiment.NETRAL: ("monggo", "pundi", "nggih"),
    Sentiment.POSITIF: ("mantul", "joss", "apik"),
}
START, POOL, HELD = 36, 90, 45


def invented(with_vectors: bool = False) -> World:
    """A small office: the start knows the common words, the pool and the judges speak their own."""
    drawn = np.random.default_rng(7)
    tones = list(Sentiment)
    examples, documents, vectors = [], [], []
    for at in range(START + POOL + HELD):
        tone = tones[at % 3]
        ours = at < START
        words = drawn.choice((WORDS if ours else LOCAL)[tone], 3)
        text = " ".join([*words, "jalan" if at % 2 else "lampu"])
        origin = OWN if ours else LABEL if at < START + POOL else DKK
        examples.append(Example(text, origin, tone, group=f"{at}"))
        documents.append(Document(text))
        vectors.append(np.eye(3)[at % 3] + drawn.normal(0, 0.4, 3))
    known = np.array(vectors, dtype=np.float32) if with_vectors else None
    held = np.arange(len(examples)) >= START + POOL
    return World(
        course=Material(examples, documents, known, lambda *_: None).without(held),
        start=np.arange(START),
        pool=np.arange(START, START + POOL),
        held=np.flatnonzero(held),
        issues=["jalan_infrastruktur" if at % 2 else "listrik_internet" for at in range(171)],
        languages=["id"] * 171,
        share=0.2,
        temperatures=(1.0, 1.0),
    )


@pytest.fixture(scope="module", params=[False, True], ids=["words", "vectors"])
def world(request: pytest.FixtureRequest) -> World:
    return invented(request.param)


def test_labels_teach_and_the_queue_asks_each_comment_once(world: World) -> None:
    seen: list[int] = []

    def asked(world: World, taught: object, labelled: Sequence[int], k: int) -> list[int]:
        found = by_queue(world, taught, labelled, k)  # type: ignore[arg-type]
        seen.extend(found)
        return found

    curve = list(office(world, teach(world, []), asked, 5, [10, 20, 40]))
    assert [mark.labels for mark in curve] == [0, 10, 20, 40]
    assert curve[-1].macro_f1 > curve[0].macro_f1 + 0.2
    assert len(seen) == len(set(seen)) == 40
    assert set(seen) <= set(world.pool.tolist())


def test_nothing_held_out_is_taught_or_counted(world: World) -> None:
    changed = [
        Example("zzz zzz", one.origin, Sentiment.NEGATIF) if at >= START + POOL else one
        for at, one in enumerate(world.course.examples)
    ]
    other = Material(
        changed,
        [Document(one.text) for one in changed],
        world.course.vectors,
        lambda *_: None,
    ).without(np.arange(len(changed)) >= START + POOL)
    assert other.vocabulary.words == world.course.vocabulary.words
    labelled = world.pool[:12].tolist()
    rows = np.arange(START + POOL)
    once = teach(world, labelled).by_words[rows]
    again = teach(replace(world, course=other), labelled).by_words[rows]
    assert np.array_equal(once, again)


def test_unlabelled_rows_of_the_pool_teach_nothing(world: World) -> None:
    few = world.pool[:6].tolist()
    assert not np.allclose(teach(world, few).best, teach(world, []).best)
    assert judged(world, teach(world, [])) == judged(world, teach(world, []))


def test_a_second_round_learns_from_the_rest_of_the_pool_but_never_what_people_say_of_it(
    world: World,
) -> None:
    labelled = world.pool[:30].tolist()
    rest = set(world.pool[30:].tolist())
    tones = list(Sentiment)
    turned = [
        replace(one, sentiment=tones[(tones.index(one.sentiment or tones[0]) + 1) % 3])
        if at in rest
        else one
        for at, one in enumerate(world.course.examples)
    ]
    other = replace(world, course=replace(world.course, examples=turned))
    assert np.array_equal(teach(world, labelled).best, teach(other, labelled).best)
    assert not np.allclose(teach(world, labelled).best, teach(world, labelled, sure=False).best)


def test_heavier_labels_move_the_answers_further(world: World) -> None:
    labelled = world.pool[:6].tolist()
    plain = teach(world, []).by_words[labelled]
    light, heavy = (teach(world, labelled, weight).by_words[labelled] for weight in (0.5, 20.0))
    assert np.abs(heavy - plain).sum() > np.abs(light - plain).sum()


def test_an_order_at_random_is_drawn_once_a_seed(world: World) -> None:
    taught = teach(world, [])
    first = at_random(1)(world, taught, [], 8)
    more = at_random(1)(world, taught, first, 8)
    assert not set(first) & set(more)
    assert first == at_random(1)(world, taught, [], 8)
    assert first != at_random(2)(world, taught, [], 8)


def test_a_run_gives_one_queue_and_a_curve_a_seed(world: World) -> None:
    queue, random = simulated(world, 5, [10, 20, 30], [10, 30])
    assert [mark.labels for mark in queue] == [0, 10, 20, 30]
    assert [[mark.labels for mark in curve] for curve in random] == [[0, 10, 30]] * 3
    assert learning_curve_png([queue], random, 20).startswith(b"\x89PNG")


def test_a_text_is_held_out_or_not_for_ever_and_a_quarter_is() -> None:
    keys = [f"komentar {at}" for at in range(2000)]
    held = [is_held(key, "x", 0.25) for key in keys]
    assert held == [is_held(key, "x", 0.25) for key in keys]
    assert 0.21 < np.mean(held) < 0.29
    assert held != [is_held(key, "y", 0.25) for key in keys]


def test_labels_needed_are_those_of_the_first_mark_that_gets_there() -> None:
    curve = [Mark(0, 0.5), Mark(20, 0.7), Mark(40, 0.69), Mark(60, 0.8)]
    assert labels_needed(curve, 0.69) == 20
    assert labels_needed(curve, 0.75) == 60
    assert labels_needed(curve, 0.9) == float("inf")
    assert mean_curve([curve, curve]) == curve


def test_the_target_is_met_by_the_mean_curve_only() -> None:
    slow = [Mark(0, 0.5), Mark(800, 0.6), Mark(1000, 0.8)]
    fast = [Mark(0, 0.5), Mark(800, 0.9), Mark(1000, 0.9)]
    assert reached([fast, slow], 0.75, 800).holds
    assert not reached([slow, slow], 0.75, 800).holds
