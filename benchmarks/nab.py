"""Five tweet-volume series of the Numenta Anomaly Benchmark, scored as that benchmark does.

Written from the description in Lavin & Ahmad 2015 (arXiv:1510.03336, section II) and in the README
of github numenta/NAB, and checked against the score tables published there (see ``check``). The
series are read at run time from a folder and are no part of this project.

Scores are any numbers, higher is more suspicious; a row raises an alarm from the threshold up. With
a hold, a row less than the hold after an alarm raises none. Must not know any detector but rivals.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import rivals
from benchmarks.report import Figure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_HOLD = np.timedelta64(0, "s")
DAY = np.timedelta64(24, "h")
_HOUR = np.timedelta64(1, "h")
_EDGE = 5.0  # the sigmoid reaches 0.987 at the left edge of a window
_FAR = 3.0  # window widths behind a window from which a false alarm costs all
_EXACT = 1000  # thresholds tried with a hold: this many from the top, then ever rarer ones
_SPARSE = 400


@dataclass(frozen=True, slots=True)
class Series:
    """One file: rows in time order; ``windows`` are (first, last) rows, both within."""

    name: str
    at: NDArray[np.datetime64]
    counts: Floats
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a hit window, a false row and a missed window weigh (NAB config/profiles.json)."""

    name: str
    hit: float
    false: float
    missed: float


STANDARD = Profile("standard", 1.0, 0.11, 1.0)
LOW_FP = Profile("reward_low_FP_rate", 1.0, 0.22, 1.0)
LOW_FN = Profile("reward_low_FN_rate", 1.0, 0.11, 2.0)
PROFILES = (STANDARD, LOW_FP, LOW_FN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A normalised score (0 no alarm at all, 100 perfect) with its windows and false rows."""

    score: float
    hits: int
    windows: int
    false_rows: int


def series(folder: Path) -> tuple[Series, ...]:
    """The series of a folder of ``*.csv`` (timestamp,value) with ``windows.json``, by name."""
    told = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    return tuple(_read(path, told.get(path.name, [])) for path in sorted(folder.glob("*.csv")))


def _read(path: Path, windows: Sequence[Sequence[str]]) -> Series:
    with path.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    at = np.array([row["timestamp"] for row in rows], dtype="datetime64[s]")
    limits = np.array(windows, dtype="datetime64[s]").reshape(-1, 2)
    firsts = np.searchsorted(at, limits[:, 0], "left")
    lasts = np.searchsorted(at, limits[:, 1], "right") - 1
    spans = tuple((int(a), int(b)) for a, b in zip(firsts, lasts, strict=True))
    return Series(path.stem, at, np.array([float(row["value"]) for row in rows]), spans)


def sigmoid(position: Floats) -> Floats:
    """Worth of an alarm: -1 at the left edge of a window, 0 at its right one, positive behind."""
    worth = 2 / (1 + np.exp(_EDGE * np.minimum(position, _FAR))) - 1
    return np.asarray(np.where(position > _FAR, -1.0, worth))


def probation(rows: int) -> int:
    """How many first rows are not judged: 15 %, at most those of 5000 rows."""
    return int(min(0.15 * rows, 0.15 * 5000))


def row_worth(one: Series, profile: Profile) -> tuple[Floats, Ints]:
    """(worth of an alarm in each row, number of the window it lies in or -1)."""
    rows = np.arange(one.at.size)
    inside = np.full(one.at.size, -1)
    worth = np.full(one.at.size, -profile.false)
    best = float(sigmoid(np.array(-1.0)))
    for number, (first, last) in enumerate(one.windows):
        width = last - first + 1
        behind = (rows[last + 1 :] - last) / max(width - 1, 1)
        worth[last + 1 :] = profile.false * sigmoid(behind)
        within = -(last - rows[first : last + 1] + 1) / width
        worth[first : last + 1] = profile.hit * sigmoid(within) / best
        inside[first : last + 1] = number
    return worth, inside


def alarm_rows(one: Series, scores: Floats, threshold: float, hold: np.timedelta64) -> Ints:
    """Rows that raise an alarm; none does in the probation."""
    start = probation(one.at.size)
    over = start + np.flatnonzero(scores[start:] >= threshold)
    if hold <= NO_HOLD or not over.size:
        return over
    # For each row that could alarm, the next one that could after the hold.
    follows = np.searchsorted(one.at[over], one.at[over] + hold, "left")
    kept = [0]
    while (following := int(follows[kept[-1]])) < over.size:
        kept.append(following)
    return np.asarray(over[kept])


def _raw(
    one: Series, scores: Floats, threshold: float, profile: Profile, hold: np.timedelta64
) -> tuple[float, int, int]:
    """(score as NAB's per-file tables have it, hit windows, false rows)."""
    worth, inside = row_worth(one, profile)
    alarms = alarm_rows(one, scores, threshold, hold)
    return _sum(worth[alarms], inside[alarms], _judged(one), profile)


def _sum(worth: Floats, inside: Ints, windows: int, profile: Profile) -> tuple[float, int, int]:
    outside = inside < 0
    hits = np.unique(inside[~outside])
    best = sum(float(worth[inside == number].max()) for number in hits)
    missed = profile.missed * (windows - hits.size)
    return best + float(worth[outside].sum()) - missed, hits.size, int(outside.sum())


def _judged(one: Series) -> int:
    """Windows with a row behind the probation."""
    return sum(last >= probation(one.at.size) for _, last in one.windows)


def normalised(raw: float, windows: int, profile: Profile) -> float:
    """100 (raw - null) / (perfect - null)."""
    null = -profile.missed * windows
    return 100 * (raw - null) / (profile.hit * windows - null)


def outcome(
    files: Sequence[Series],
    scores: Sequence[Floats],
    thresholds: Sequence[float],
    profile: Profile = STANDARD,
    hold: np.timedelta64 = NO_HOLD,
) -> Outcome:
    """Score, hits and false rows of all files together, each with its own threshold."""
    parts = [
        _raw(one, np.asarray(own, float), threshold, profile, hold)
        for one, own, threshold in zip(files, scores, thresholds, strict=True)
    ]
    windows = sum(map(_judged, files))
    total = normalised(sum(part[0] for part in parts), windows, profile)
    return Outcome(total, sum(part[1] for part in parts), windows, sum(p[2] for p in parts))


def score(
    files: Sequence[Series],
    scores: Sequence[Floats],
    threshold: float,
    profile: Profile = STANDARD,
    hold: np.timedelta64 = NO_HOLD,
) -> float:
    """Normalised score of all files at one threshold (alarms as 0 and 1: at 0.5)."""
    return outcome(files, scores, [threshold] * len(files), profile, hold).score


def best_threshold(
    files: Sequence[Series],
    scores: Sequence[Floats],
    profile: Profile = STANDARD,
    hold: np.timedelta64 = NO_HOLD,
) -> float:
    """The threshold with the best score; of equals the highest, infinity when none helps."""
    thresholds, raw = _sweep(files, scores, profile, hold)
    return float(thresholds[raw.sum(axis=0).argmax()])


def leave_one_out(
    files: Sequence[Series],
    scores: Sequence[Floats],
    profile: Profile = STANDARD,
    hold: np.timedelta64 = NO_HOLD,
) -> Outcome:
    """Each file at the threshold that is best on the others; raw scores summed, then normalised."""
    thresholds, raw = _sweep(files, scores, profile, hold)
    chosen = [float(thresholds[np.delete(raw, i, axis=0).sum(axis=0).argmax()]) for i in _of(files)]
    return outcome(files, scores, chosen, profile, hold)


def _of(files: Sequence[Series]) -> range:
    return range(len(files))


def _sweep(
    files: Sequence[Series], scores: Sequence[Floats], profile: Profile, hold: np.timedelta64
) -> tuple[Floats, Floats]:
    """(thresholds from infinity down, raw scores (files, thresholds))."""
    judged = [own[probation(own.size) :] for own in scores]
    values = np.unique(np.concatenate(judged))[::-1]
    values = values[np.isfinite(values)]
    if hold <= NO_HOLD:
        thresholds = np.concatenate([[np.inf], values])
        pairs = zip(files, scores, strict=True)
        return thresholds, np.array([_curve(*pair, thresholds, profile) for pair in pairs])
    ranks = np.geomspace(_EXACT, max(values.size, _EXACT + 1), _SPARSE)
    ranks = np.union1d(np.arange(_EXACT), ranks.astype(int))
    thresholds = np.concatenate([[np.inf], values[ranks[ranks < values.size]]])
    return thresholds, np.array(
        [_held(one, own, thresholds, profile, hold) for one, own in zip(files, scores, strict=True)]
    )


def _held(
    one: Series, scores: Floats, thresholds: Floats, profile: Profile, hold: np.timedelta64
) -> Floats:
    worth, inside = row_worth(one, profile)
    windows = _judged(one)
    found = []
    for threshold in thresholds:
        rows = alarm_rows(one, scores, float(threshold), hold)
        found.append(_sum(worth[rows], inside[rows], windows, profile)[0])
    return np.array(found)


def _curve(one: Series, scores: Floats, thresholds: Floats, profile: Profile) -> Floats:
    """Raw score at every threshold at once, without a hold: NAB's own sweep."""
    start = probation(one.at.size)
    worth, inside = (part[start:] for part in row_worth(one, profile))
    order = np.argsort(-scores[start:], kind="stable")
    worth, inside, ordered = worth[order], inside[order], scores[start:][order]
    total = np.cumsum(np.where(inside < 0, worth, 0.0))
    for number in np.unique(inside[inside >= 0]):
        own = np.where(inside == number, worth, -profile.missed)
        total += np.maximum.accumulate(own)
    alarming = np.searchsorted(-ordered, -thresholds, "right")
    nothing = -profile.missed * _judged(one)
    return np.asarray(np.concatenate([[nothing], total])[alarming])


def on_hours(one: Series, detector: Callable[[Floats], Floats]) -> Floats:
    """Row scores of a detector of hourly counts (hours, 1): told in the last row of each hour."""
    hours = ((one.at - one.at[0]) // _HOUR).astype(int)
    found = detector(np.bincount(hours, one.counts)[:, None].astype(float))[:, 0]
    rows = np.flatnonzero(np.diff(hours, append=hours[-1] + 1))
    scores = np.full(one.at.size, -np.inf)
    scores[rows] = found[hours[rows]]
    return scores


# results/windowedGaussian/windowedGaussian_<profile>_scores.csv of github numenta/NAB (commits
# de8e91a, bf2de21), column Score; the published threshold is 1.0 in all three profiles.
PUBLISHED_THRESHOLD = 1.0
PUBLISHED = {
    "Twitter_volume_AAPL": (1.51399683626, -0.818874447425, 1.51399683626),
    "Twitter_volume_CRM": (0.763845764094, 0.763845764094, -0.236154235906),
    "Twitter_volume_FB": (0.119750278191, -1.53024917684, 0.119750278191),
    "Twitter_volume_IBM": (-0.799109479229, -3.39078756281, -0.799109479229),
    "Twitter_volume_PFE": (0.26557999349, -1.05441789301, -0.73442000651),
}


def check(files: Sequence[Series]) -> list[tuple[str, float, float]]:
    """(file and profile, published score, ours) of NAB's windowed Gaussian."""
    found = []
    for one in files:
        # The published row files were written with twelve digits, so 1 - 4e-13 became 1.0.
        scores = np.round(rivals.nab_windowed_gaussian(one.counts), 12)
        for profile, published in zip(PROFILES, PUBLISHED.get(one.name, ()), strict=False):
            ours = _raw(one, scores, PUBLISHED_THRESHOLD, profile, NO_HOLD)[0]
            found.append((f"{one.name}, {profile.name}", published, ours))
    return found


def compared(files: Sequence[Series]) -> Iterator[tuple[str, list[Floats]]]:
    """(name, row scores of each file) of the rivals."""
    yield "NAB windowed Gaussian", [rivals.nab_windowed_gaussian(one.counts) for one in files]
    for name, detector in (
        ("EARS C2, hourly", rivals.ears_c2),
        ("14 d mean and sd, hourly", lambda counts: rivals.windowed_gaussian(counts, 336)),
        ("Farrington Flexible, hourly", rivals.farrington_hourly),
    ):
        yield name, [on_hours(one, detector) for one in files]


def outside() -> tuple[Series, ...]:
    """The series of ``SIAGA_OUTSIDE`` (default: ../shared/data beside the project), if any."""
    beside = Path(__file__).parent.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("SIAGA_OUTSIDE", beside)) / "nab"
    return series(folder) if folder.is_dir() else ()


def checked(found: Sequence[tuple[str, float, float]]) -> Iterator[Figure]:
    """What :func:`check` found."""
    for what, published, ours in found:
        yield Figure(f"{what}: published", published, "")
        yield Figure(f"{what}: off by", abs(ours - published), "", most=1e-9)


def rivalled(files: Sequence[Series]) -> Iterator[Figure]:
    """The rivals with a hold of 24 h, standard profile."""
    for name, scores in compared(files):
        best = best_threshold(files, scores, STANDARD, DAY)
        yield Figure(f"{name}: tuned on all", score(files, scores, best, STANDARD, DAY), "")
        left = leave_one_out(files, scores, STANDARD, DAY)
        yield Figure(f"{name}: leave one out", left.score, "")
        yield Figure(f"{name}: windows hit of {left.windows}", left.hits, "")
        yield Figure(f"{name}: false rows", left.false_rows, "")
