"""A simulated stream as the live service would meet it, and what the shipped detector makes of it.

Everything arrives in its own time: late comments when an outage has ended, and with them the
coverage of the bins they belong to. So no score can lean on what was not yet known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from benchmarks.streams import Stream
from benchmarks.streams_world import BINS_AN_HOUR
from monitor.spikes import Detector, Rules, level_of
from monitor.spikes.replay import Block, Plan, replay

_WIB = timezone(timedelta(hours=7))
_SUNDAY = 6 * 24
_WEEK = 7 * 24
_NONE_LEFT = np.iinfo(np.int64).max


class StreamFeed:
    """A ``replay.Feed`` of a stream; ``counts_only`` hides how many comments there were in all."""

    def __init__(self, stream: Stream, *, counts_only: bool = False) -> None:
        negatives, comments = stream.at_once()
        self._negatives = negatives
        self._comments = None if counts_only else comments
        self._coverage = stream.coverage.astype(np.float64)
        for issue, born in enumerate(stream.born):
            self._coverage[:born, issue] = 0
        self._late = stream.late
        self._arrivals = np.argsort(stream.late.arrival_bin, kind="stable")
        self._arrival_bins = stream.late.arrival_bin[self._arrivals]
        self._arrived = 0
        bins, issues = np.nonzero(stream.healed_at >= 0)
        order = np.argsort(stream.healed_at[bins, issues], kind="stable")
        self._healing = bins[order], issues[order]
        self._healing_bins = stream.healed_at[self._healing]
        self._healed = 0

    def between(self, first: int, last: int) -> Block:
        """See ``replay.Feed``."""
        comments = None if self._comments is None else self._comments[first:last]
        return Block(self._negatives[first:last], comments, self._coverage[first:last])

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """See ``replay.Feed``: a part begins with the bin in which something arrives."""
        now = first
        while now < last:
            self._take(now)
            following = min(last, self._next())
            yield now, following
            now = following

    def _next(self) -> int:
        """The bin of the next arrival or healing."""
        waiting = ((self._arrival_bins, self._arrived), (self._healing_bins, self._healed))
        return min(int(bins[at]) if at < len(bins) else _NONE_LEFT for bins, at in waiting)

    def _take(self, now: int) -> None:
        """All that has arrived by the end of the bin."""
        until = int(np.searchsorted(self._arrival_bins, now, "right"))
        rows = self._arrivals[self._arrived : until]
        where = self._late.created_bin[rows], self._late.issue[rows]
        np.add.at(self._negatives, where, self._late.negatives[rows])
        if self._comments is not None:
            np.add.at(self._comments, where, self._late.comments[rows])
        self._arrived = until
        until = int(np.searchsorted(self._healing_bins, now, "right"))
        bins, issues = (part[self._healed : until] for part in self._healing)
        self._coverage[bins, issues] = 1
        self._healed = until


def slots(stream: Stream) -> Callable[[int], int]:
    """The slot of the week of each hour, WIB; as in service a holiday is a Sunday."""
    start = stream.start.astimezone(_WIB)
    holidays = frozenset(stream.holidays)

    def slot(hour: int) -> int:
        if (start + timedelta(hours=hour)).date() in holidays:
            return _SUNDAY + (start.hour + hour) % 24
        return (start.weekday() * 24 + start.hour + hour) % _WEEK

    return slot


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A stream with its scores (bins, issues) and the highest level that each bin's counts allow.

    ``allowed`` holds ranks of levels, and is told only where the score is at least half of that
    of Waspada, else 0.
    """

    stream: Stream
    scores: NDArray[np.float32]
    allowed: NDArray[np.int8]

    def at_level(self, rank: int, threshold: float) -> NDArray[np.float32]:
        """Scores that reach the threshold only where the counts allow a level of that rank."""
        below = np.float32(threshold * 0.999)
        held = np.where(self.allowed >= rank, self.scores, np.minimum(self.scores, below))
        return np.asarray(held)


def scored(
    stream: Stream,
    rules: Rules,
    detector: Detector | None = None,
    *,
    counts_only: bool = False,
) -> Scored:
    """What the shipped detector says, bin by bin."""
    scores = np.zeros((stream.bins, stream.issues), np.float32)
    allowed = np.zeros(scores.shape, np.int8)
    topics = tuple(str(issue) for issue in range(stream.issues))
    hours = stream.bins // BINS_AN_HOUR
    plan = Plan(topics, hours, BINS_AN_HOUR, slots(stream), detector or Detector())
    for found in replay(StreamFeed(stream, counts_only=counts_only), plan):
        scores[found.bin, found.topic] = found.score
        near = np.flatnonzero(found.score >= rules.calm_below)
        # Of windows that surprise alike the shortest, and first, one speaks: as in service.
        speaking = found.surprises[:, near].argmax(axis=0)
        counts, means = found.counts[speaking, near], found.means[speaking, near]
        allowed[found.bin[near], found.topic[near]] = [
            level_of(np.inf, int(count), float(mean), rules).rank
            for count, mean in zip(counts, means, strict=True)
        ]
    return Scored(stream, scores, allowed)
