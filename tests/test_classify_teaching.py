"""What is asked next: what the model is unsure of, no heap of twins, everybody's share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from monitor.classify.features import Floats
from monitor.classify.teaching import Known, Pool, Reason, choose, lacking

SURE, UNSURE = (0.98, 0.01, 0.01), (0.4, 0.35, 0.25)


def pool_of(
    shares: Sequence[Sequence[float]],
    with_vectors: Sequence[Sequence[float]] | None = None,
    *,
    rows: Floats | csr_matrix | None = None,
    issues: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    taken: Sequence[int] = (),
) -> Pool:
    """A pool of one question whose rows are like none but themselves, unless told otherwise."""
    count = len(shares)
    gone = np.zeros(count, dtype=np.bool_)
    gone[list(taken)] = True
    return Pool(
        keys=[f"komentar {at}".encode() for at in range(count)],
        by_words={"sentiment": np.array(shares, dtype=np.float32)},
        with_vectors={"sentiment": np.array(with_vectors, dtype=np.float32)}
        if with_vectors
        else {},
        rows=csr_matrix(np.eye(count, dtype=np.float32)) if rows is None else rows,
        issues=issues or ["sampah_kebersihan"] * count,
        languages=languages or ["id"] * count,
        taken=gone if taken else None,
    )


def test_what_the_model_is_unsure_of_comes_first() -> None:
    found = choose(pool_of([SURE, UNSURE, SURE, UNSURE]), 2)
    assert {one.index for one in found} == {1, 3}
    assert {one.reason for one in found} <= {Reason.UNSURE, Reason.RARE, Reason.LANGUAGE}


def test_where_words_and_vectors_disagree_teaches_more_than_where_both_are_sure() -> None:
    words = [SURE, SURE, SURE]
    vectors = [SURE, (0.3, 0.69, 0.01), SURE]
    (first,) = choose(pool_of(words, vectors), 1)
    assert (first.index, first.reason) == (1, Reason.DISAGREE)


def test_of_twins_one_is_asked() -> None:
    rows = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    found = choose(pool_of([UNSURE] * 4, rows=rows), 3)
    assert len({one.index for one in found} & {0, 1}) == 1


def test_twins_are_asked_when_nothing_else_is_left() -> None:
    rows = np.ones((4, 2), dtype=np.float32)
    assert sorted(one.index for one in choose(pool_of([UNSURE] * 4, rows=rows), 4)) == [0, 1, 2, 3]


def test_what_waits_already_is_not_asked_nor_is_its_twin() -> None:
    rows = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    found = choose(pool_of([UNSURE] * 4, rows=rows, taken=[0]), 2)
    assert {one.index for one in found} == {2, 3}


def test_of_answers_as_unsure_the_one_given_seldom_is_asked_first() -> None:
    shares = [(0.5, 0.5, 0.0), (0.0, 0.5, 0.5)] * 3
    for often, first in ((40, 1), (0, 0)):
        known = Known(answers={"sentiment": [often, 20, 20]})
        found = choose(pool_of(shares), 3, known)
        assert {one.index % 2 for one in found} == {first}
        assert found == choose(pool_of(shares), 3, known)


def test_a_flood_of_one_answer_does_not_end_the_questions_about_it() -> None:
    shares = [(0.5, 0.5, 0.0), (0.04, 0.0, 0.96)] * 3
    known = Known(answers={"sentiment": [100_000, 100_000, 0]})
    assert {one.index % 2 for one in choose(pool_of(shares), 3, known)} == {0}


def test_answers_given_equally_often_change_nothing() -> None:
    pool = pool_of([SURE, UNSURE] * 8, [UNSURE, SURE] * 8)
    even = Known(answers={"sentiment": [7, 7, 7]})
    assert choose(pool, 10, even) == choose(pool, 10)


def test_a_rare_issue_and_a_small_language_get_a_seat_though_the_model_is_sure() -> None:
    shares = [UNSURE] * 60 + [SURE] * 4
    issues = ["sampah_kebersihan"] * 60 + ["pertanahan"] * 2 + ["sampah_kebersihan"] * 2
    languages = ["id"] * 62 + ["nij"] * 2
    known = Known({"sampah_kebersihan": 50}, {"id": 50})
    found = choose(pool_of(shares, issues=issues, languages=languages), 20, known)
    reasons = {one.index: one.reason for one in found}
    assert {reasons.get(60), reasons.get(61)} & {Reason.RARE}
    assert {reasons.get(62), reasons.get(63)} & {Reason.LANGUAGE}


def test_a_sure_answer_far_from_all_others_is_asked_for_the_spread() -> None:
    shares = [SURE] * 6
    found = choose(pool_of(shares), 3)
    assert Reason.SPREAD in {one.reason for one in found}


def test_a_random_seat_follows_the_text_not_the_model() -> None:
    drawn = {
        tuple(one.index for one in choose(pool_of(shares), 20) if one.reason is Reason.RANDOM)
        for shares in ([SURE] * 60, [UNSURE] * 60, [SURE, UNSURE] * 30)
    }
    assert len(drawn) == 1
    assert len(drawn.pop()) == 1


def test_random_seats_stand_in_every_stretch_of_the_order() -> None:
    found = choose(pool_of([UNSURE] * 200), 100)
    places = [at for at, one in enumerate(found) if one.reason is Reason.RANDOM]
    assert len(places) == 5
    assert [at // 20 for at in places] == [0, 1, 2, 3, 4]


def test_dense_and_sparse_rows_are_both_read() -> None:
    rows = np.array([[3, 0], [3, 0.01], [0, 2]], dtype=np.float32)
    for form in (rows, csr_matrix(rows)):
        assert {one.index for one in choose(pool_of([UNSURE] * 3, rows=form), 2)} in (
            {0, 2},
            {1, 2},
        )


@pytest.mark.parametrize("k", [0, -1])
def test_nothing_is_chosen_when_nothing_is_wanted(k: int) -> None:
    assert choose(pool_of([UNSURE]), k) == []


def test_an_empty_pool_gives_nothing() -> None:
    empty = np.zeros((0, 3), dtype=np.float32)
    assert choose(Pool([], {"sentiment": empty}, {}, empty, [], []), 5) == []


def test_a_pool_of_taken_rows_gives_nothing() -> None:
    assert choose(pool_of([UNSURE] * 2, taken=[0, 1]), 5) == []


def test_without_any_head_everything_teaches_the_same() -> None:
    rows = np.eye(3, dtype=np.float32)
    pool = Pool([b"a", b"b", b"c"], {}, {}, rows, ["x"] * 3, ["id"] * 3)
    assert sorted(one.index for one in choose(pool, 3)) == [0, 1, 2]


def test_seats_go_to_the_group_that_lacks_most_until_none_lacks() -> None:
    pool = {"large": 900, "small": 100}
    assert lacking(pool, {}, pool, 4) == ["large", "small", "large", "large"]
    assert lacking(pool, {"large": 100}, pool, 3) == ["small"] * 3
    assert lacking(pool, {"large": 100}, {"large": 900, "small": 1}, 3) == ["small"]


shares_of = st.lists(
    st.tuples(*[st.floats(0.01, 1.0)] * 3).map(lambda raw: tuple(one / sum(raw) for one in raw)),
    min_size=1,
    max_size=40,
)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Any pool, with and without vectors, twins and taken rows."""
    shares = draw(shares_of)
    count = len(shares)
    seed = draw(st.integers(0, 5))
    kinds = np.random.default_rng(seed).normal(size=(4, 5)).astype(np.float32)
    numbers = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    rows: NDArray[np.float32] = kinds[numbers]
    names = st.lists(st.sampled_from(["a", "b", "c"]), min_size=count, max_size=count)
    taken = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return pool_of(
        shares,
        list(reversed(shares)) if draw(st.booleans()) else None,
        rows=csr_matrix(rows) if draw(st.booleans()) else rows,
        issues=draw(names),
        languages=draw(names),
        taken=[at for at, one in enumerate(taken) if one],
    )


@settings(max_examples=60, deadline=None)
@given(pools(), st.integers(1, 50))
def test_as_many_different_free_rows_as_are_wanted_and_there(pool: Pool, k: int) -> None:
    found = [one.index for one in choose(pool, k)]
    free = len(pool) if pool.taken is None else int((~pool.taken).sum())
    assert len(found) == len(set(found)) == min(k, free)
    assert pool.taken is None or not pool.taken[found].any()


@settings(max_examples=30, deadline=None)
@given(pools(), st.integers(1, 50))
def test_the_same_pool_gives_the_same_choice_and_worth_is_a_part(pool: Pool, k: int) -> None:
    once, again = choose(pool, k), choose(pool, k)
    assert once == again
    assert all(0.0 <= one.worth <= 1.0 for one in once)


@settings(max_examples=30, deadline=None)
@given(pools(), st.integers(1, 50))
def test_what_is_not_drawn_comes_in_order_of_worth(pool: Pool, k: int) -> None:
    worths = [one.worth for one in choose(pool, k) if one.reason is not Reason.RANDOM]
    assert worths == sorted(worths, reverse=True)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500)),
    st.integers(0, 30),
)
def test_no_group_gets_more_seats_than_it_has_rows(
    pool: dict[str, int], counts: dict[str, int], seats: int
) -> None:
    named = Counter(lacking(pool, counts, pool, seats))
    assert sum(named.values()) <= seats
    assert all(named[name] <= pool[name] for name in named)
