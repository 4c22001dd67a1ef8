"""The nouns: orders that other modules rely on, and that nothing can be changed in passing."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from monitor import records
from monitor.records import IncidentState, Level, Sentiment
from tests.making import make_reading

NOUNS = [kind for kind in vars(records).values() if isinstance(kind, type) and is_dataclass(kind)]


def test_levels_rise_in_the_order_that_people_know() -> None:
    assert sorted(Level, key=lambda level: level.rank) == [
        Level.NORMAL,
        Level.WASPADA,
        Level.SIAGA,
        Level.AWAS,
    ]
    assert [level.rank for level in Level] == [0, 1, 2, 3]


def test_two_states_are_ends() -> None:
    ends = {state for state in IncidentState if state.ended}
    assert ends == {IncidentState.RESOLVED, IncidentState.DISMISSED}


def test_probabilities_follow_the_order_of_the_tones() -> None:
    assert [tone.value for tone in Sentiment] == ["negatif", "netral", "positif"]


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_every_noun_is_frozen_and_slotted(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert set(kind.__slots__) == {field.name for field in fields(kind)}  # type: ignore[attr-defined]


def test_a_reading_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make_reading().score = 9.0  # type: ignore[misc]
