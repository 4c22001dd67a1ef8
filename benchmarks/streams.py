"""Simulated streams of five-minute counts for many issues, for measuring incident detection.

``simulate(name, seed)`` draws one of three structures (see STRUCTURES), puts incidents on top
and takes outages of sources away. No structure is a level times one profile of the hour of the
week, so a detector built on that is not judged by its own model. A detector must not be read
here, nor anything of ``monitor``; what a detector makes of a stream is judged in ``judging``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks import streams_people, streams_posts, streams_rhythm
from benchmarks.streams_incidents import Incident, with_incidents
from benchmarks.streams_outages import NEVER, Outage, arrivals, coverage, healed_at, make_outages
from benchmarks.streams_world import Comments, Ints, World, make_world

STRUCTURES: Mapping[str, Callable[[World, Generator], Comments]] = {
    "posts": streams_posts.comments,
    "rhythm": streams_rhythm.comments,
    "people": streams_people.comments,
}


@dataclass(frozen=True, slots=True)
class Late:
    """What arrives after the bin of its making: five arrays of one length, by arrival.

    A row sums the comments of an issue with the same ``created_bin`` and ``arrival_bin``.
    """

    created_bin: Ints
    arrival_bin: Ints
    issue: Ints
    negatives: Ints
    comments: Ints

    def __len__(self) -> int:
        return len(self.issue)


@dataclass(frozen=True, slots=True)
class Stream:
    """Counts of ``bins`` five-minute bins from ``start`` (UTC), by the bin of their making.

    negatives, comments: (bins, issues), all that ever arrives; a negative is a comment.
    late: those of them that arrive after their own bin. What an outage lost is in neither.
    coverage: (bins, issues), share of the issue's usual comments whose sources were up.
    healed_at: (bins, issues), the bin in which all that was missing had arrived; -1 where
    nothing was missing or some part never arrives.
    source_of: (issues, sources), the usual share of the issue's comments by source.
    born: (issues,), the issue's first bin. No incident and no alarm counts before ``burn_in``.
    """

    name: str
    seed: int
    start: datetime
    bins: int
    burn_in: int
    negatives: Ints
    comments: Ints
    late: Late
    source_of: NDArray[np.float32]
    coverage: NDArray[np.float32]
    healed_at: Ints
    outages: tuple[Outage, ...]
    incidents: tuple[Incident, ...]
    born: Ints
    holidays: list[date]

    @property
    def issues(self) -> int:
        """How many issues there are."""
        return len(self.born)

    def at_once(self) -> tuple[Ints, Ints]:
        """Negatives and comments that arrive within their own bin, each (bins, issues)."""
        negatives, comments = self.negatives.copy(), self.comments.copy()
        where = (self.late.created_bin, self.late.issue)
        np.subtract.at(negatives, where, self.late.negatives)
        np.subtract.at(comments, where, self.late.comments)
        return negatives, comments


def simulate(name: str, seed: int, *, issues: int = 150, weeks: int = 12) -> Stream:
    """A stream of the named structure; the same arguments give the same stream.

    Two weeks of the stated weeks are burn-in (half of them, if they are fewer than four).

    Raises:
        KeyError: STRUCTURES has no such name.
    """
    structure = STRUCTURES[name]
    rng = np.random.default_rng([seed, list(STRUCTURES).index(name)])
    world = make_world(rng, issues, weeks)
    everything, incidents = with_incidents(world, rng, structure(world, rng))
    outages = make_outages(world, rng)
    bare = _collected(world, everything, outages)
    return replace(bare, name=name, seed=seed, incidents=incidents)


def _collected(world: World, everything: Comments, outages: tuple[Outage, ...]) -> Stream:
    """What a monitor could collect of all comments, still without a name and the truth."""
    table = arrivals(world, outages)
    down = table != np.arange(world.bins)[:, None]
    arrival = table[everything.bin, everything.source]
    arriving = everything.chosen(arrival != NEVER)
    negatives, comments = _counts(world, arriving)
    return Stream(
        name="",
        seed=0,
        start=world.start,
        bins=world.bins,
        burn_in=world.burn_in,
        negatives=negatives,
        comments=comments,
        late=_late(arriving, arrival[arrival != NEVER]),
        source_of=world.mix.astype(np.float32),
        coverage=coverage(world, down),
        healed_at=healed_at(world, table, down),
        outages=outages,
        incidents=(),
        born=world.born,
        holidays=world.holidays,
    )


def _counts(world: World, comments: Comments) -> tuple[Ints, Ints]:
    """Negatives and comments, each (bins, issues)."""
    flat = comments.bin * np.int64(world.issues) + comments.issue
    size = world.bins * world.issues
    negatives = np.bincount(flat[comments.negative], minlength=size)
    every = np.bincount(flat, minlength=size)
    shape = (world.bins, world.issues)
    return negatives.reshape(shape).astype(np.int32), every.reshape(shape).astype(np.int32)


def _late(comments: Comments, arrival: Ints) -> Late:
    """The comments whose arrival is after their bin, summed by issue and both bins."""
    is_late = arrival > comments.bin
    rows = np.stack([arrival[is_late], comments.bin[is_late], comments.issue[is_late]], axis=1)
    keys, group = np.unique(rows, axis=0, return_inverse=True)
    group = group.reshape(-1)
    negative = comments.negative[is_late]
    return Late(
        created_bin=keys[:, 1].astype(np.int32),
        arrival_bin=keys[:, 0].astype(np.int32),
        issue=keys[:, 2].astype(np.int32),
        negatives=np.bincount(group[negative], minlength=len(keys)).astype(np.int32),
        comments=np.bincount(group, minlength=len(keys)).astype(np.int32),
    )


def with_errors(stream: Stream, recall: float = 0.85, false: float = 0.05, seed: int = 0) -> Stream:
    """The stream as a fallible sentiment model sees it.

    Each negative is seen as such with probability ``recall``, each other comment is taken for
    one with probability ``false``. A late comment is judged once, so the parts still add up.
    """
    rng = np.random.default_rng([stream.seed, seed, 7])
    negatives, comments = stream.at_once()
    seen = _judged(rng, negatives, comments, recall, false)
    late = stream.late
    seen_late = _judged(rng, late.negatives, late.comments, recall, false)
    np.add.at(seen, (late.created_bin, late.issue), seen_late)
    return replace(stream, negatives=seen, late=replace(late, negatives=seen_late))


def _judged(rng: Generator, negatives: Ints, comments: Ints, recall: float, false: float) -> Ints:
    """How many are called negative."""
    found = rng.binomial(negatives, recall) + rng.binomial(comments - negatives, false)
    return found.astype(np.int32)
