"""Alarms from scores, and what they are worth against the known incidents of simulated streams.

A scorer turns a Stream into one number a bin and issue, using for bin b nothing that arrives
after b; it is judged as if it spoke at the end of the bin. An issue opens when its score reaches
the threshold and closes after three hours below half of it; while open it is silent but for a
reminder a day after its last alarm, if the score reaches the threshold still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.streams import Stream
from benchmarks.streams_world import BIN_MINUTES, BINS_A_DAY, BINS_AN_HOUR

Scores = NDArray[np.floating]
Scorer = Callable[[Stream], Scores]

CLOSE_BINS = 3 * BINS_AN_HOUR  # below half the threshold for so long closes an issue
AGAIN_BINS = BINS_A_DAY  # a reminder, while the issue is open
FOUND_WITHIN = BINS_AN_HOUR  # an alarm so soon after an incident's end still found it
EXCUSED_WITHIN = 3 * BINS_AN_HOUR  # and so soon after, it is not a false one
AFTER_OUTAGE = 2 * BINS_AN_HOUR
_MONTH = 30 * BINS_A_DAY
_SWEEP, _HALVINGS = 80, 25


@dataclass(frozen=True, slots=True)
class Alarms:
    """Two arrays of one length, by issue and bin; each row is one push to people's telephones."""

    bin: NDArray[np.int64]
    issue: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bin)


@dataclass(frozen=True, slots=True)
class Measures:
    """What a scorer is worth at one threshold.

    detected: share of incidents with an alarm in [onset, end + 1 h]; one that was open before
    counts only if it is raised again. median_minutes: onset to the end of the alarm's bin, over
    all incidents, misses as infinite. within_hour: share of all incidents found within 60 minutes.
    false_per_month: alarms in no incident's [onset, end + 3 h], per issue and 30 days of its life
    after the burn-in. after_outage_per_month: those of them that fall within 2 h after the end of
    an outage of one of the issue's sources, per 30 days over all issues together; as many as
    chance_after_outage would fall there if false alarms knew nothing of outages.
    by_size: detected share by k.
    """

    threshold: float
    incidents: int
    detected: float
    median_minutes: float
    within_hour: float
    false_per_month: float
    after_outage_per_month: float
    chance_after_outage: float
    by_size: dict[int, float]


@dataclass(frozen=True, slots=True)
class _Tally:
    """What one stream adds: minutes (incidents,), infinite for misses; sizes (incidents,)."""

    minutes: NDArray[np.float64]
    sizes: NDArray[np.int64]
    false: int
    after_outage: int
    after_outage_share: float
    issue_months: float
    months: float


def alarms(scores: Scores, threshold: float) -> Alarms:
    """All alarms of scores (bins, issues), by issue and bin; NaN is no score.

    Raises:
        ValueError: the threshold is not above 0 (half of it must lie below it).
    """
    if not threshold > 0:
        raise ValueError(f"threshold: {threshold}: must be above 0")
    by_issue = scores.T
    issue, at = np.nonzero(by_issue >= threshold / 2)
    if not len(at):
        return Alarms(at, issue)
    over = scores[at, issue] >= threshold
    # A gap of CLOSE_BINS below half has closed the issue: the next reach opens it anew.
    anew = (np.diff(at, prepend=at[0]) > CLOSE_BINS) | (np.diff(issue, prepend=-1) != 0)
    episode = np.cumsum(anew)[over]
    return _raised(at[over], issue[over], episode, len(scores))


def _raised(
    at: NDArray[np.int64], issue: NDArray[np.int64], episode: NDArray[np.int64], bins: int
) -> Alarms:
    """The first reach of each episode, and after each alarm the first a day or more later."""
    key = issue * (bins + 2 * AGAIN_BINS) + at
    current = np.flatnonzero(np.diff(episode, prepend=-1) != 0)
    found = [current]
    while len(current):
        later = np.searchsorted(key, key[current] + AGAIN_BINS)
        inside = later < len(key)
        later, current = later[inside], current[inside]
        current = later[episode[later] == episode[current]]
        found.append(current)
    rows = np.sort(np.concatenate(found))
    return Alarms(at[rows], issue[rows])


def measures(stream: Stream, scores: Scores, threshold: float) -> Measures:
    """What the scores (bins, issues) are worth on one stream."""
    return measures_together([(stream, scores)], threshold)


def measures_together(judged: Sequence[tuple[Stream, Scores]], threshold: float) -> Measures:
    """The same over several streams, incidents and issue-months put together."""
    tallies = [_tally(stream, scores, threshold) for stream, scores in judged]
    minutes = np.concatenate([tally.minutes for tally in tallies])
    sizes = np.concatenate([tally.sizes for tally in tallies])
    found = np.isfinite(minutes)
    months = sum(tally.months for tally in tallies)
    return Measures(
        threshold=threshold,
        incidents=len(minutes),
        detected=_share(found),
        median_minutes=float(np.median(minutes)) if len(minutes) else np.inf,
        within_hour=_share(minutes <= 60),
        false_per_month=_per_month(tallies),
        after_outage_per_month=sum(t.after_outage for t in tallies) / months,
        chance_after_outage=sum(t.false * t.after_outage_share for t in tallies) / months,
        by_size={int(k): _share(found[sizes == k]) for k in np.unique(sizes)},
    )


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _per_month(tallies: Sequence[_Tally]) -> float:
    return sum(t.false for t in tallies) / sum(t.issue_months for t in tallies)


def _tally(stream: Stream, scores: Scores, threshold: float) -> _Tally:
    raised = alarms(scores, threshold)
    counted = raised.bin >= stream.burn_in
    raised = Alarms(raised.bin[counted], raised.issue[counted])
    false = ~_excused(stream, raised)
    life = stream.bins - np.maximum(stream.born, stream.burn_in)
    healed = _just_healed(stream)
    return _Tally(
        minutes=_delays(stream, raised),
        sizes=np.array([incident.size for incident in stream.incidents], np.int64),
        false=int(false.sum()),
        after_outage=int((false & healed[raised.bin, raised.issue]).sum()),
        after_outage_share=float(healed[stream.burn_in :].mean()),
        issue_months=float(life.sum()) / _MONTH,
        months=(stream.bins - stream.burn_in) / _MONTH,
    )


def _delays(stream: Stream, raised: Alarms) -> NDArray[np.float64]:
    """Minutes from each onset to the end of the first alarm's bin, infinite for a miss."""
    width = 2 * stream.bins
    key = raised.issue * width + raised.bin
    onset = np.array([i.onset_bin for i in stream.incidents], np.int64)
    end = np.array([i.end_bin for i in stream.incidents], np.int64)
    issue = np.array([i.issue for i in stream.incidents], np.int64)
    if not len(key):
        return np.full(len(onset), np.inf)
    first = np.searchsorted(key, issue * width + onset)
    at = key[np.minimum(first, len(key) - 1)] - issue * width
    found = (first < len(key)) & (at >= onset) & (at <= end + FOUND_WITHIN)
    return np.where(found, (at - onset + 1.0) * BIN_MINUTES, np.inf)


def _excused(stream: Stream, raised: Alarms) -> NDArray[np.bool_]:
    """Whether each alarm lies in some incident's [onset, end + 3 h]."""
    inside = np.zeros((stream.bins, stream.issues), np.bool_)
    for incident in stream.incidents:
        inside[incident.onset_bin : incident.end_bin + EXCUSED_WITHIN + 1, incident.issue] = True
    return inside[raised.bin, raised.issue]


def _just_healed(stream: Stream) -> NDArray[np.bool_]:
    """Whether an outage of one of the issue's sources ended in the 2 h before; (bins, issues)."""
    after = np.zeros((stream.bins, stream.issues), np.bool_)
    for outage in stream.outages:
        held = stream.source_of[:, outage.source] > 0
        after[outage.end_bin : outage.end_bin + AFTER_OUTAGE + 1, held] = True
    return after


def at_false_alarms(judged: Sequence[tuple[Stream, Scores]], per_month: float) -> float:
    """The lowest threshold with at most so many false alarms per issue and month, all together.

    Thresholds are tried from the highest score downwards until too many alarms are false, for
    the count does not always rise as the threshold falls; then the last step is halved.

    Raises:
        ValueError: no score is finite and above 0.
    """
    tried = _thresholds(judged)
    good = tried[0]
    for bad in tried[1:]:
        if _false_per_month(judged, bad) > per_month:
            return _halved(judged, per_month, good, bad)
        good = bad
    return good


def _false_per_month(judged: Sequence[tuple[Stream, Scores]], threshold: float) -> float:
    return _per_month([_tally(stream, scores, threshold) for stream, scores in judged])


def _thresholds(judged: Sequence[tuple[Stream, Scores]]) -> list[float]:
    """Falling thresholds, from just above the highest score, evenly spaced in log rank."""
    scores = np.concatenate([s[np.isfinite(s) & (s > 0)] for _, s in judged])
    if not len(scores):
        raise ValueError("scores: none is finite and above 0")
    ranks = np.unique(np.geomspace(1, len(scores), _SWEEP).astype(np.int64)) - 1
    placed = np.partition(scores, len(scores) - 1 - ranks)
    values = np.unique(placed[len(scores) - 1 - ranks].astype(np.float64))[::-1]
    return [float(np.nextafter(values[0], np.inf)), *map(float, values)]


def _halved(
    judged: Sequence[tuple[Stream, Scores]], per_month: float, good: float, bad: float
) -> float:
    """A threshold between a good and a bad one, as near to the bad as may be."""
    for _ in range(_HALVINGS):
        middle = (good + bad) / 2
        if _false_per_month(judged, middle) > per_month:
            bad = middle
        else:
            good = middle
        if good - bad <= 1e-4 * good:
            break
    return good
