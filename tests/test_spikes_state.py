"""What was learned: kept by name, and restored from its bytes to the last bit."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.spikes import Hour, State, learn_hour
from tests.spiking import figures

TOPICS = ("jalan", "banjir", "lampu")
SOURCES = ("berita", "radio")
PER_TOPIC = [
    *("counts", "exposure", "squares", "means", "plain_hours", "plain_sums", "plain_squares"),
    *("negatives", "comments", "hot", "seen"),
]
RHYTHM = ("hour_counts", "hour_means", "day_counts", "day_means")


def hour(rng: np.random.Generator, slot: int, topics: int = 3, sources: int = 2) -> Hour:
    """Any hour: now and then hot, blind in part, or of an incident."""
    negatives = rng.poisson(3.0, topics) * rng.choice([1.0, 1.0, 20.0], topics)
    comments = rng.poisson(9.0, (sources, topics)).astype(np.float64)
    coverage = rng.choice([0.0, 0.95, 1.0, 1.0], sources)
    return Hour(slot, negatives, comments, coverage, rng.random(topics) < 0.1)


def learned(hours: int = 40, seed: int = 3) -> State:
    rng, state = np.random.default_rng(seed), State.empty(TOPICS, SOURCES)
    for slot in range(hours):
        learn_hour(state, hour(rng, slot))
    return state


LEARNED = learned()
DAMAGED = learned(5).to_bytes()


def test_nothing_is_known_at_first() -> None:
    empty = State.empty(TOPICS, SOURCES)
    assert (empty.topics, empty.sources, empty.hours) == (TOPICS, SOURCES, 0)
    assert empty.mass.shape == (2, 3)
    assert {getattr(empty, name).shape for name in PER_TOPIC} == {(3,)}
    assert not any(getattr(empty, name).any() for name in (*PER_TOPIC, *RHYTHM, "slot_counts"))
    assert State.empty(["a"]).mass.shape == (0, 1)


def test_the_bytes_restore_every_figure() -> None:
    state = learned()
    assert figures(State.from_bytes(state.to_bytes())) == figures(state)


@pytest.mark.parametrize("topics", [(), ("jalan",)])
@pytest.mark.parametrize("sources", [(), ("berita",)])
def test_an_empty_state_survives_its_bytes(
    topics: tuple[str, ...], sources: tuple[str, ...]
) -> None:
    state = State.empty(topics, sources)
    assert figures(State.from_bytes(state.to_bytes())) == figures(state)


def test_the_same_state_gives_the_same_bytes() -> None:
    assert learned().to_bytes() == learned().to_bytes()
    assert learned(seed=4).to_bytes() != learned().to_bytes()


@given(seed=st.integers(0, 10**6), hours=st.integers(1, 60), cut=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_a_restart_in_between_changes_nothing(seed: int, hours: int, cut: int) -> None:
    rng = np.random.default_rng(seed)
    through, stopped = State.empty(TOPICS, SOURCES), State.empty(TOPICS, SOURCES)
    for slot in range(hours):
        one = hour(rng, slot)
        if slot == cut % hours:
            stopped = State.from_bytes(stopped.to_bytes())
        learn_hour(through, one)
        learn_hour(stopped, one)
    assert figures(stopped) == figures(through)


def _array_file() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def _one_field() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, topics=np.array(["jalan"]))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "body",
    [b"", b"no state", b"PK\x03\x04", learned(2).to_bytes()[:900], _array_file(), _one_field()],
    ids=["none", "words", "start of a zip", "cut off", "one array", "one field"],
)
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="state: not readable"):
        State.from_bytes(body)


@given(place=st.floats(0, 1), bit=st.integers(0, 7))
@settings(max_examples=100, deadline=None)
def test_a_flipped_bit_is_refused_or_harmless(place: float, bit: int) -> None:
    body = bytearray(DAMAGED)
    body[int(place * (len(body) - 1))] ^= 1 << bit
    try:
        again = State.from_bytes(bytes(body))
    except ValueError as error:
        assert "state: not readable" in str(error)
    else:
        assert figures(again) == figures(State.from_bytes(DAMAGED))


@given(order=st.permutations(range(3)), sources=st.permutations(range(2)), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_order_of_topics_and_sources_teaches_nothing(
    order: list[int], sources: list[int], seed: int
) -> None:
    """Equal but for the last bits: sums over all topics are added up in another order."""
    names, places = [TOPICS[i] for i in order], [SOURCES[j] for j in sources]
    plain, turned = State.empty(TOPICS, SOURCES), State.empty(names, places)
    rng = np.random.default_rng(seed)
    for slot in range(30):
        one = hour(rng, slot)
        assert one.left_out is not None
        other = Hour(
            slot,
            one.negatives[order],
            one.comments[np.ix_(sources, order)],
            one.coverage[sources],
            one.left_out[order],
        )
        learn_hour(plain, one)
        learn_hour(turned, other)
    for name in (*PER_TOPIC, *RHYTHM):
        here, there = getattr(turned, name), getattr(plain, name)[..., order]
        np.testing.assert_allclose(here, there, rtol=1e-9)
    np.testing.assert_allclose(turned.mass, plain.mass[np.ix_(sources, order)], rtol=1e-9)
    for name in ("slot_counts", "slot_means"):
        np.testing.assert_allclose(getattr(turned, name), getattr(plain, name), rtol=1e-9)
