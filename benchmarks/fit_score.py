"""Fits the weights of ``monitor/spikes/weighing.py`` and writes ``monitor/spikes/learned.py``.

``python -m benchmarks.fit_score --out monitor/spikes/learned.py`` gives the same bytes again on
the same machine and versions, in some ten minutes of one core. Streams of six development seeds;
in half of them the simulator's own settings are drawn, so that no weight leans on one setting.

A logistic regression with weights of at least 0 on surprises. What it tells apart is what people
are told: of every quiet half day of an issue the moment with the highest score, against the highest
of each incident's first 60, 90, 150 and 300 minutes. Which moment that is depends on the weights,
so both are found in turn.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.optimize import minimize  # noqa: E402

from benchmarks.detection_feed import StreamFeed, slots  # noqa: E402
from benchmarks.judging import EXCUSED_WITHIN, at_false_alarms  # noqa: E402
from benchmarks.streams import STRUCTURES, Stream, simulate  # noqa: E402
from benchmarks.streams_world import BINS_A_DAY, BINS_AN_HOUR  # noqa: E402
from monitor.spikes import Baseline, Detector  # noqa: E402
from monitor.spikes.replay import Found, Plan, replay  # noqa: E402
from monitor.spikes.weighing import Surprise, context, terms  # noqa: E402

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEEDS, VARIED = (1, 2, 3), (11, 12, 13)
ISSUES, WEEKS = 100, 8
FIRST_MINUTES = (60, 90, 150, 300)
# (false alarms per issue and month, score) that the scale is laid through
ANCHORS = ((0.25, 0.92), (0.1, 1.09))
_ADDED_UP = Detector(learned=False)
_FROM = 0.3  # of surprises added up; what lies below is never the highest that matters
_QUIET, _FIRST_DAYS = BINS_A_DAY // 2, 3 * BINS_A_DAY
_ROUNDS, _RIDGE = 5, 1e-5
# Least weights, so that a larger crisis never stops to score higher.
_LEAST = (0.1, 0.05, 0.05, *(0.0,) * 9)
_LOW = 4.0  # odds so far below even are no score while the scale is laid


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Moments of one stream: ``told`` (n, terms) beginning with the context's; others (n,).

    ``incident`` is its number, -1 outside; ``since`` bins from its onset; ``quiet`` means that no
    incident is or was near.
    """

    stream: Stream
    bin: Ints
    topic: Ints
    told: Floats
    added_up: Floats
    quiet: NDArray[np.bool_]
    incident: Ints
    since: Ints


@contextmanager
def _settings(seed: int) -> Iterator[None]:
    """The simulator with settings that were drawn for the seed."""
    draw = np.random.default_rng([seed, 99]).uniform
    drawn = (
        ("incidents", "SHARE_IN_INCIDENT", draw(0.55, 0.85)),
        ("incidents", "_GAP_DAYS", draw(7, 12)),
        ("posts", "_REPLIES", draw(0.1, 0.4)),
        ("posts", "_POPULAR", draw(0.005, 0.03)),
        ("posts", "_POPULAR_TIMES", (5.0, draw(12, 30))),
        ("posts", "_POPULAR_SHARE", draw(0.08, 0.2)),
        ("posts", "_SPREAD", draw(0.8, 1.15)),
        ("rhythm", "_FLASHES_A_WEEK", draw(0.5, 2)),
        ("rhythm", "_FLASH_SHARE", draw(0.08, 0.2)),
        ("people", "_REPLIES", draw(0.2, 0.45)),
        ("people", "_THREADS_A_WEEK", draw(0.3, 1.4)),
        ("people", "_IN_SESSION", draw(1.5, 3.0)),
    )
    places = [(import_module(f"benchmarks.streams_{part}"), name) for part, name, _ in drawn]
    before = [getattr(*place) for place in places]
    for place, (*_, value) in zip(places, drawn, strict=True):
        setattr(*place, value)
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            setattr(*place, value)


def rows_of(stream: Stream) -> Rows:
    """What the live path knows at every moment that could count."""
    now: dict[str, Baseline] = {}

    def usual(_: int, baseline: Baseline) -> None:
        now["usual"] = baseline

    topics, hours = tuple(map(str, range(stream.issues))), stream.bins // BINS_AN_HOUR
    plan = Plan(topics, hours, BINS_AN_HOUR, slots(stream), _ADDED_UP)
    parts = [_kept(found, now["usual"]) for found in replay(StreamFeed(stream), plan, usual)]
    at, topic, told, added_up = (np.concatenate(part) for part in zip(*parts, strict=True))
    incident = np.full((stream.bins, stream.issues), -1)
    quiet = np.ones(incident.shape, np.bool_)
    for number, one in enumerate(stream.incidents):
        incident[one.onset_bin : one.end_bin, one.issue] = number
        quiet[one.onset_bin : one.end_bin + EXCUSED_WITHIN + 1, one.issue] = False
    of, onset = incident[at, topic], np.array([one.onset_bin for one in stream.incidents])
    return Rows(stream, at, topic, told, added_up, quiet[at, topic], of, at - onset[of])


def _kept(found: Found, baseline: Baseline) -> tuple[Ints, Ints, Floats, Floats]:
    rows = found.score > _FROM
    topic, counts = found.topic[rows], found.by_count[:, rows]
    surprises = list(map(Surprise, counts, found.surprises[:, rows] - counts))
    usual = context(baseline, found.means[0, rows], topic)
    told = np.concatenate([usual, terms(surprises)]).T
    return found.bin[rows], topic, told, found.score[rows]


def highest(rows: Rows, score: Floats) -> tuple[Ints, Ints]:
    """The rows of the quiet half days' highest moments, and of the incidents' first minutes."""
    calm = np.flatnonzero(rows.quiet & (rows.bin >= _FIRST_DAYS))
    halves = rows.topic[calm] * rows.stream.bins + rows.bin[calm] // _QUIET
    risen = []
    for minutes in FIRST_MINUTES:
        early = np.flatnonzero((rows.incident >= 0) & (rows.since < minutes // 5))
        risen.append(_highest(early, rows.incident[early], score))
    return _highest(calm, halves, score), np.concatenate(risen)


def _highest(rows: Ints, group: Ints, score: Floats) -> Ints:
    order = np.lexsort((score[rows], group))
    last = np.flatnonzero(np.diff(group[order], append=-1) != 0)
    return np.asarray(rows[order[last]])


def fitted(streams: Sequence[Rows]) -> Floats:
    """Weights of all terms, in natural logarithms of the odds."""
    scores = [rows.added_up for rows in streams]
    weights: Floats | None = None
    for _ in range(_ROUNDS):
        told, true, weight = [], [], []
        for rows, score in zip(streams, scores, strict=True):
            calm, risen = highest(rows, score)
            told += [rows.told[calm], rows.told[risen]]
            true += [np.zeros(len(calm)), np.ones(len(risen))]
            weight += [np.ones(len(calm)), np.full(len(risen), 1 / len(FIRST_MINUTES))]
        weights = _logistic(*map(np.concatenate, (told, true, weight)), weights)
        scores = [rows.told @ weights for rows in streams]
    assert weights is not None
    return weights


def _logistic(told: Floats, true: Floats, weight: Floats, begin: Floats | None) -> Floats:
    """Ridge logistic regression with a least value for the weights of surprises."""
    scale = told.std(axis=0)
    scale[scale == 0] = 1  # the constant
    inputs, part = told / scale, weight / weight.sum()
    free = told.shape[1] - len(_LEAST)

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = inputs @ values
        chance = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        held = np.concatenate([[0.0], values[1:]])
        told = (part * (np.logaddexp(0, odds) - true * odds)).sum()
        slope = inputs.T @ (part * (chance - true)) + _RIDGE * held
        return 100 * float(told + _RIDGE / 2 * held @ values), 100 * slope

    first = np.concatenate([[-5.0], np.zeros(free - 1), np.full(len(_LEAST), 0.2)])
    least = [(None, None)] * free + [(low, None) for low in np.array(_LEAST) * scale[free:]]
    start = first if begin is None else begin * scale
    options = {"maxiter": 300, "ftol": 1e-9, "maxcor": 20}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=least, options=options)
    return np.asarray(found.x / scale)


def scaled(streams: Sequence[Rows], weights: Floats) -> Floats:
    """The weights stretched and moved so that the ANCHORS hold."""
    judged = []
    for rows in streams:
        odds = np.zeros((rows.stream.bins, rows.stream.issues), np.float32)
        odds[rows.bin, rows.topic] = np.maximum(rows.told @ weights + _LOW, 0)
        judged.append((rows.stream, odds))
    low, high = (at_false_alarms(judged, rate) - _LOW for rate, _ in ANCHORS)
    stretch = (ANCHORS[1][1] - ANCHORS[0][1]) / (high - low)
    moved = weights * stretch
    moved[0] += ANCHORS[0][1] - stretch * low
    return moved


def written(weights: Floats) -> str:
    """The module that holds them."""
    numbers = [f"{value:.4f}" for value in weights + 0.0]
    free = len(numbers) - len(_LEAST)
    usual, told = numbers[:free], numbers[free:]
    lines = (
        '"""Weights of the score: written by ``python -m benchmarks.fit_score``, not by hand.',
        "",
        f"Seeds {SEEDS} as they are and {VARIED} with settings of their own, {ISSUES} issues and",
        f"{WEEKS} weeks of each of {', '.join(STRUCTURES)}. ``weighing`` says what they weigh.",
        '"""',
        "",
        "from typing import Final",
        "",
        "# constant, expected, its square, share, expected times share, dispersion, expected times",
        "# dispersion, burst memory; all but the constant as logarithms",
        f"CONTEXT: Final = ({', '.join(usual)})",
        "# of the windows, shortest first: counts, shares, logarithms of counts, of shares",
        "SURPRISES: Final = (",
        *(f"    *({', '.join(told[i : i + 3])})," for i in range(0, len(told), 3)),
        ")",
    )
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Simulate, fit, lay the scale, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_score", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args(arguments).out
    streams = []
    for seed, name in product(SEEDS + VARIED, STRUCTURES):
        print(f"seed {seed}, {name}", flush=True)
        streams.append(_drawn(name, seed))
    weights = fitted(streams)
    plain = [rows for rows in streams if rows.stream.seed in SEEDS]
    out.write_text(written(scaled(plain, weights)), encoding="utf-8")
    return 0


def _drawn(name: str, seed: int) -> Rows:
    with _settings(seed) if seed in VARIED else nullcontext():
        return rows_of(simulate(name, seed, issues=ISSUES, weeks=WEEKS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
