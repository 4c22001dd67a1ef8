"""Sources that cannot be read for a while: what arrives late, what never, and what is known of it.

Each source fails on its own. After seven outages of ten all that was missed arrives soon after
the end, with the time of its making; after the others it is lost. A monitor knows at once that a
source is down, not what it misses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    SOURCES,
    Bools,
    Ints,
    World,
)

CAUGHT_UP = 0.7
NEVER = -1
_DAYS_BETWEEN = 30.0


@dataclass(frozen=True, slots=True)
class Outage:
    """Bins [begin_bin, end_bin) of a source; caught up in ``healed_bin`` >= end_bin, or -1."""

    source: int
    begin_bin: int
    end_bin: int
    healed_bin: int


def make_outages(world: World, rng: Generator) -> tuple[Outage, ...]:
    """Outages of 20 minutes to a day (median 2.5 hours), one in a month and source."""
    found = []
    for source in range(SOURCES):
        at = int(rng.exponential(_DAYS_BETWEEN) * BINS_A_DAY)
        while at < world.bins:
            length = int(np.clip(rng.lognormal(np.log(2.5), 1.0), 0.34, 24) * BINS_AN_HOUR)
            end = min(at + length, world.bins)
            healed = end + int(rng.integers(0, 4))
            caught = rng.random() < CAUGHT_UP and healed < world.bins
            found.append(Outage(source, at, end, healed if caught else NEVER))
            at = end + BINS_AN_HOUR + int(rng.exponential(_DAYS_BETWEEN) * BINS_A_DAY)
    return tuple(found)


def arrivals(world: World, outages: tuple[Outage, ...]) -> Ints:
    """The bin in which a comment made in a bin on a source arrives, -1 never; (bins, sources)."""
    table = np.repeat(np.arange(world.bins, dtype=np.int32)[:, None], SOURCES, axis=1)
    for outage in outages:
        table[outage.begin_bin : outage.end_bin, outage.source] = outage.healed_bin
    return table


def coverage(world: World, down: Bools) -> NDArray[np.float32]:
    """Share of each issue's usual comments whose sources are up, (bins, issues); 1 is all.

    ``down`` is (bins, sources).
    """
    rows = np.flatnonzero(down.any(axis=1))
    share = np.ones((world.bins, world.issues), np.float32)
    share[rows] = np.round(1 - down[rows] @ world.mix.T, 4)
    return share


def healed_at(world: World, table: Ints, down: Bools) -> Ints:
    """The bin in which the last missing part of a bin arrived, (bins, issues).

    -1 where nothing was missing, and where some part never arrives.
    """
    healed = np.full((world.bins, world.issues), NEVER, np.int32)
    rows = np.flatnonzero(down.any(axis=1))
    last = np.full((len(rows), world.issues), NEVER, np.int32)
    lost = np.zeros((len(rows), world.issues), np.bool_)
    for source in range(SOURCES):
        held = (world.mix[:, source] > 0)[None, :]
        missed = down[rows, source][:, None] & held
        arrives = table[rows, source][:, None]
        last = np.where(missed, np.maximum(last, arrives), last)
        lost |= missed & (arrives == NEVER)
    healed[rows] = np.where(lost, NEVER, last)
    return healed
