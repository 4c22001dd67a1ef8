"""What tests of monitor/spikes share: states that were taught, and baselines with known figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.spikes import Baseline, Hour, State, baseline_of, learn_hour

Floats = NDArray[np.float64]
WEEK = 168


def counts(hours: int, *levels: float, seed: int = 1) -> Floats:
    """Poisson counts, (hours, topics)."""
    return np.random.default_rng(seed).poisson(levels, (hours, len(levels))).astype(float)


def taught(
    negatives: Floats,
    coverage: Sequence[float] | None = None,
    first: int = 0,
    comments: Floats | None = None,
) -> State:
    """What is known of topics t0, t1, ... after such hours; three comments to a negative."""
    state = State.empty([f"t{i}" for i in range(negatives.shape[1])])
    every = negatives * 3 if comments is None else comments
    for i, row in enumerate(negatives):
        seen = np.full(len(row), 1.0 if coverage is None else coverage[i])
        learn_hour(state, Hour(first + i, row, every[i][None], seen, by_source=False))
    return state


def usual(negatives: Floats, **values: Any) -> Baseline:
    """The baseline after such hours."""
    return baseline_of(taught(negatives, **values))


def figures(state: State) -> dict[str, Any]:
    """All of a state, in a shape that ``==`` compares to the last bit."""
    values = {field.name: getattr(state, field.name) for field in fields(state)}
    return {
        name: (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def baseline(*levels: float, share: float = 0.3, **values: Any) -> Baseline:
    """A flat baseline of well-known topics t0, t1, ... with such levels."""
    level = np.array(levels)
    ones = np.ones(len(levels))
    known: dict[str, Any] = {
        "topics": tuple(f"t{i}" for i in range(len(levels))),
        "sources": (),
        "level": level,
        "doubt": 0.05 * ones,
        "dispersion": 1.2 * ones,
        "plain_mean": level,
        "plain_variance": 1.2 * level + 0.35 * level**2,
        "share": share * ones,
        "seen": 500.0 * ones,
        "profile": np.ones(WEEK),
        "hour_factor": np.ones((24, len(levels))),
        "day_factor": np.ones((7, len(levels))),
        "mix": np.zeros((0, len(levels))),
        "hours": 900,
    }
    return Baseline(**(known | values))
