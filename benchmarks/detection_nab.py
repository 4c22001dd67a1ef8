"""The shipped detector on NAB's tweet volumes, judged as ``siaga spikes FILE`` judges a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks import nab
from benchmarks.report import Figure
from monitor.spikes.series import SeriesRow, judge_series

# Profile of ours, and the least standard score with each file left out.
_TARGETS = {"issue": 65.0, "mentions": 75.0}
_WORDS = {"issue": "issue settings unchanged", "mentions": "mentions profile"}


def measure() -> Iterator[Figure]:
    """Check and rivals, then ours with a hold of 24 h; nothing without the series."""
    files = nab.outside()
    if not files:
        return
    found = nab.check(files)
    off = max((abs(ours - published) for _, published, ours in found), default=np.inf)
    yield Figure(f"NAB: largest difference to {len(found)} published scores", off, "", most=1e-9)
    for figure in (*nab.checked(found), *nab.rivalled(files)):
        yield Figure(f"NAB, {figure.what}", figure.value, figure.unit, figure.least, figure.most)
    for profile, least in _TARGETS.items():
        yield from _ours(files, profile, least)


def _ours(files: Sequence[nab.Series], profile: str, least: float) -> Iterator[Figure]:
    scores = [row_scores(one, profile) for one in files]
    name = f"NAB, ours, {_WORDS[profile]}"
    for weighing in nab.PROFILES:
        best = nab.best_threshold(files, scores, weighing, nab.DAY)
        tuned = nab.score(files, scores, best, weighing, nab.DAY)
        left = nab.leave_one_out(files, scores, weighing, nab.DAY)
        standard = weighing is nab.STANDARD
        yield Figure(
            f"{name}: leave one out, {weighing.name}", left.score, "", least if standard else None
        )
        yield Figure(f"{name}: tuned on all, {weighing.name}", tuned, "")
        if standard:
            yield Figure(f"{name}: windows hit of {left.windows}", left.hits, "")
            yield Figure(f"{name}: false rows", left.false_rows, "")


def row_scores(one: nab.Series, profile: str) -> nab.Floats:
    """The score of each row, zone UTC; a row that repeats a time before it has none."""
    seconds = one.at.astype("datetime64[s]").astype(np.int64)
    rising = np.flatnonzero(seconds > np.maximum.accumulate(np.append(-1, seconds[:-1])))
    rows = [
        SeriesRow(datetime.fromtimestamp(int(seconds[i]), UTC), float(one.counts[i]))
        for i in rising
    ]
    scores = np.zeros(one.at.size)
    scores[rising] = [row.score for row in judge_series(rows, profile, zone=ZoneInfo("UTC"))]
    return scores
