"""Detectors from the literature on the negatives of a simulated stream, by the time of making.

Like the shipped detector they see at every bin what has arrived by then, late comments in the bin
of their making; none of them knows of coverage or of the other comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks import rivals
from benchmarks.streams import Stream
from benchmarks.streams_world import BINS_A_DAY, BINS_AN_HOUR

Scores = NDArray[np.float32]
Counts = NDArray[np.float64]

LEAST = 4  # negatives in the hour, as the shipped detector asks; harms none of them
FARRINGTON_EVERY = 5  # a fit for each hour and issue is slow: only each fifth issue is scored
_WINDOW = 14 * 24
_EARS_MEAN, _EARS_LAG = 7, 2
_EARS_PAST = _EARS_MEAN + _EARS_LAG
_MOST = 1e3  # standard deviations, where the past has none


def ears_c2(stream: Stream) -> Scores:
    """EARS C2 on the running hour at every bin, against the same hour of days before.

    So it does far better than against the hours just before (development seeds).
    """
    return running(stream, _ears_poisson, _EARS_PAST, BINS_A_DAY)


def _ears_poisson(counts: Counts) -> Counts:
    """As if the standard deviation were at least the root of the mean, and that at least 1."""
    total = np.concatenate([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0)])
    scores = rivals.ears_c2(counts)
    if len(counts) <= _EARS_PAST:
        return scores
    mean = (total[_EARS_MEAN:] - total[:-_EARS_MEAN])[: -_EARS_LAG - 1] / _EARS_MEAN
    above = (counts[_EARS_PAST:] - mean) / np.sqrt(np.maximum(mean, 1))
    scores[_EARS_PAST:] = np.minimum(scores[_EARS_PAST:], above)
    return scores


def windowed_gaussian(stream: Stream) -> Scores:
    """Standard deviations of the running hour above the mean of 14 days, at every bin."""
    return running(stream, lambda counts: rivals.windowed_gaussian(counts, _WINDOW), _WINDOW)


def farrington(stream: Stream) -> Scores:
    """Farrington Flexible on clock hours, told at their end; 28 days of past."""
    scores = np.full((stream.bins, stream.issues), -np.inf, np.float32)
    for first, last, known in versions(stream):
        begin, end = max(first, stream.burn_in) // BINS_AN_HOUR, last // BINS_AN_HOUR
        if begin >= end:
            continue
        hours = known[: end * BINS_AN_HOUR].reshape(end, BINS_AN_HOUR, -1).sum(axis=1)
        found = rivals.farrington(hours.astype(float), rivals.HOURLY, first=begin, by="power")
        ends = np.arange(begin, end) * BINS_AN_HOUR + BINS_AN_HOUR - 1
        scores[ends] = np.where(hours[begin:] >= LEAST, found[begin:], 0)
    return scores


def every(stream: Stream, step: int) -> tuple[Stream, NDArray[np.int64]]:
    """The stream with each ``step``-th issue only, and the places of those in the whole."""
    kept = np.arange(0, stream.issues, step)
    place = np.full(stream.issues, -1)
    place[kept] = np.arange(len(kept))
    late, rows = stream.late, place[stream.late.issue] >= 0
    fewer = replace(
        stream,
        negatives=stream.negatives[:, kept],
        comments=stream.comments[:, kept],
        late=replace(
            late,
            created_bin=late.created_bin[rows],
            arrival_bin=late.arrival_bin[rows],
            issue=place[late.issue[rows]].astype(np.int32),
            negatives=late.negatives[rows],
            comments=late.comments[rows],
        ),
        source_of=stream.source_of[kept],
        coverage=stream.coverage[:, kept],
        healed_at=stream.healed_at[:, kept],
        incidents=tuple(
            replace(one, issue=int(place[one.issue]))
            for one in stream.incidents
            if place[one.issue] >= 0
        ),
        born=stream.born[kept],
    )
    return fewer, kept


def running(
    stream: Stream, detector: Callable[[Counts], Counts], past: int, step: int = BINS_AN_HOUR
) -> Scores:
    """Scores, at every bin, of a detector of hourly counts that looks ``past`` steps back.

    A step is an hour, or a longer time in bins; each place in it is a series of its own.
    """
    scores = np.full((stream.bins, stream.issues), -np.inf, np.float32)
    for first, last, known in versions(stream):
        begin = max(first - past * step, BINS_AN_HOUR - 1)
        if begin >= last:
            continue
        sums = _hour_sums(known[begin - BINS_AN_HOUR + 1 : last])
        short = -len(sums) % step
        padded = np.concatenate([sums, np.zeros((short, stream.issues))])
        found = detector(padded.reshape(len(padded) // step, -1))
        found = np.minimum(found.reshape(-1, stream.issues)[: len(sums)], _MOST)
        told = max(first, begin) - begin
        scores[begin + told : last] = np.where(sums >= LEAST, found, 0)[told:]
    return scores


def versions(stream: Stream) -> Iterator[tuple[int, int, NDArray[np.int32]]]:
    """(first bin, last bin, negatives as known while they were the last ones); until last only."""
    known, _ = stream.at_once()
    late = stream.late
    cuts = [0, *np.unique(late.arrival_bin).tolist(), stream.bins]
    for first, last in pairwise(cuts):
        rows = late.arrival_bin == first
        np.add.at(known, (late.created_bin[rows], late.issue[rows]), late.negatives[rows])
        yield first, last, known[:last]


def _hour_sums(counts: NDArray[np.int32]) -> Counts:
    """Sums of each bin with the eleven before it; the first eleven bins have none."""
    total = np.concatenate([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0)])
    return np.asarray(total[BINS_AN_HOUR:] - total[:-BINS_AN_HOUR])
