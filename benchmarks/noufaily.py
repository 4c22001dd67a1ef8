"""Weekly counts with outbreaks, simulated as Noufaily et al. 2013 did, and what a detector finds.

Noufaily et al. 2013, Stat Med 32: 1206 (doi 10.1002/sim.5595): seven sets of parameters, with and
without trend, with none, one or two harmonics of a year; 42 scenarios of 624 weeks, judged on the
last 49. Parameters and steps as in the re-implementation github telkamp7/AEDDO
(src/simulation/simulation.R, simulation_functions.R), which uses the 28 scenarios with at most one
harmonic. Only ``siaga`` and ``measure`` know a detector of Siaga.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks import rivals
from benchmarks.report import Figure
from monitor.spikes import seasonal
from monitor.spikes.tail import surprise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Detector = Callable[[Floats], Floats]

WEEKS, YEAR = 624, 52
PAST = range(312, 575)  # weeks (from 0) in which the four past outbreaks begin
CURRENT = range(575, 624)  # weeks that are judged; the outbreak to find begins in one of them
CURRENT_ID = 5  # past outbreaks are 1 to 4
RATES = (0.005, 0.01)
_PAST_SIZES, _CURRENT_SIZES = (2, 3, 5, 10), range(1, 11)
_SPREAD = 0.5  # of the logarithm of a case's delay in weeks


@dataclass(frozen=True, slots=True)
class Scenario:
    """Mean exp(theta + beta t + harmonics), variance phi times the mean."""

    number: int
    theta: float
    beta: float
    gamma1: float
    gamma2: float
    phi: float
    harmonics: int

    def mean(self) -> Floats:
        """Expected count of each week."""
        week = np.arange(1, WEEKS + 1)
        angle = 2 * np.pi * week / YEAR
        linear = self.theta + self.beta * week
        for j in range(1, self.harmonics + 1):
            linear = linear + self.gamma1 * np.cos(j * angle) + self.gamma2 * np.sin(j * angle)
        return np.asarray(np.exp(linear))


_SETS = (  # theta, beta, gamma1, gamma2, phi
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)


def scenarios(most_harmonics: int = 2) -> tuple[Scenario, ...]:
    """The 42 scenarios; with ``most_harmonics=1`` the 28 of AEDDO, in its order."""
    made = product(_SETS, (False, True), range(most_harmonics + 1))
    return tuple(
        Scenario(number, theta, beta * trend, gamma1, gamma2, phi, harmonics)
        for number, ((theta, beta, gamma1, gamma2, phi), trend, harmonics) in enumerate(made, 1)
    )


@dataclass(frozen=True, slots=True)
class Weeks:
    """Counts (weeks, series) with the outbreak of each week: 0 none, 1 to 4 past, 5 current."""

    counts: Floats
    outbreak: Bools
    outbreak_id: Ints


def simulate(scenario: Scenario, seed: int, series: int, *, aeddo: bool = False) -> Weeks:
    """Series of one scenario, the same for the same seed.

    ``aeddo`` repeats that study's size of the negative binomial, (1 + mean) / phi, whose variance
    is not phi times the mean. A past outbreak has a size drawn from 2, 3, 5, 10 and the current one
    from 1 to 10, times the standard deviation of the series without outbreaks; that many Poisson
    cases fall in whole weeks after the begin, by a lognormal delay, none after the last week.
    """
    rng = np.random.default_rng((seed, scenario.number))
    counts = _baseline(rng, scenario, series, aeddo)
    spread = counts.std(axis=0, ddof=1)
    ids = np.zeros(counts.shape, dtype=np.int64)
    for s in range(series):
        begins = [*rng.choice(PAST, 4, replace=False), rng.choice(CURRENT)]
        sizes = [*rng.choice(_PAST_SIZES, 4), rng.choice(_CURRENT_SIZES)]
        for which, (begin, size) in enumerate(zip(begins, sizes, strict=True), 1):
            delay = rng.lognormal(0.0, _SPREAD, rng.poisson(size * spread[s]))
            weeks = np.minimum(begin + delay.astype(int), WEEKS - 1)
            np.add.at(counts[:, s], weeks, 1)
            ids[weeks, s] = which
    return Weeks(counts, ids > 0, ids)


def _baseline(rng: np.random.Generator, scenario: Scenario, series: int, aeddo: bool) -> Floats:
    mean = np.repeat(scenario.mean()[:, None], series, axis=1)
    if aeddo:
        size = (1 + mean) / scenario.phi
    elif scenario.phi > 1:
        size = mean / (scenario.phi - 1)
    else:
        return rng.poisson(mean).astype(float)
    return rng.negative_binomial(size, size / (size + mean)).astype(float)


@dataclass(frozen=True, slots=True)
class Row:
    """Shares at one threshold: false weeks (mean and worst scenario), outbreaks found, at once."""

    rate: float
    threshold: float
    fpr: float
    worst_fpr: float
    pod: float
    first_week: float


@dataclass(frozen=True, slots=True)
class Table:
    """One row for each wanted mean false positive rate."""

    rows: tuple[Row, ...]

    def at(self, rate: float) -> Row:
        """The row of a wanted rate."""
        return next(row for row in self.rows if row.rate == rate)


def evaluate(
    detector: Detector,
    chosen: Sequence[Scenario],
    series: int,
    seed: int,
    rates: Sequence[float] = RATES,
) -> Table:
    """What a detector finds when its threshold gives the wanted mean false positive rate."""
    worlds = [simulate(one, seed, series) for one in chosen]
    return judge(worlds, [detector(world.counts) for world in worlds], rates)


def oracle(
    chosen: Sequence[Scenario], series: int, seed: int, rates: Sequence[float] = RATES
) -> Table:
    """The same for a detector that knows the true mean and dispersion: the most to hope for."""
    worlds = [simulate(one, seed, series) for one in chosen]
    means = [one.mean()[:, None] for one in chosen]
    scores = [
        rivals.surprise(world.counts, mean, one.phi * mean)
        for one, world, mean in zip(chosen, worlds, means, strict=True)
    ]
    return judge(worlds, scores, rates)


def judge(
    worlds: Sequence[Weeks], scores: Sequence[Floats], rates: Sequence[float] = RATES
) -> Table:
    """One world for each scenario, with its scores (weeks, series)."""
    return Table(
        tuple(at_threshold(worlds, scores, _threshold(worlds, scores, r), r) for r in rates)
    )


def at_threshold(
    worlds: Sequence[Weeks], scores: Sequence[Floats], threshold: float, rate: float = np.nan
) -> Row:
    """Measures with an alarm in each week scored above the threshold.

    An outbreak is found when any of its weeks raises an alarm; one without a case was none. The
    first-week share counts those found in the week of their first case.
    """
    false, found, early = [], [], []
    for world, own in zip(worlds, scores, strict=True):
        alarm = own[CURRENT.start :] > threshold
        false.append(alarm[~world.outbreak[CURRENT.start :]].mean())
        within = world.outbreak_id[CURRENT.start :] == CURRENT_ID
        some = within.any(axis=0)
        first = within.argmax(axis=0), np.arange(within.shape[1])
        found.append((alarm & within).any(axis=0)[some])
        early.append(alarm[first][some])
    shares = (float(np.concatenate(part).mean()) for part in (found, early))
    return Row(rate, threshold, float(np.mean(false)), float(np.max(false)), *shares)


def _threshold(worlds: Sequence[Weeks], scores: Sequence[Floats], rate: float) -> float:
    """The lowest score that, as threshold, keeps the mean false positive rate within ``rate``."""
    values, weights = [], []
    for world, own in zip(worlds, scores, strict=True):
        quiet = own[CURRENT.start :][~world.outbreak[CURRENT.start :]]
        values.append(quiet)
        weights.append(np.full(quiet.size, 1 / quiet.size / len(worlds)))
    value, weight = np.concatenate(values), np.concatenate(weights)
    order = np.argsort(-value, kind="stable")
    ordered = value[order]
    # Weeks above a threshold: all before the first of those that equal it.
    above = np.concatenate([[0.0], np.cumsum(weight[order])])
    share = above[np.searchsorted(-ordered, -ordered, "left")]
    return float(ordered[share <= rate + 1e-12][-1])


def compared() -> dict[str, Detector]:
    """The rivals by name, for weekly counts."""
    return {
        "Farrington Flexible": lambda counts: rivals.farrington(
            counts, rivals.WEEKLY, first=CURRENT.start
        ),
        "windowed Gaussian, 52 weeks": lambda counts: rivals.windowed_gaussian(counts, 52),
        "EARS C1": rivals.ears_c1,
        "EARS C2": rivals.ears_c2,
    }


def siaga(counts: Floats, *, together: bool = False) -> Floats:
    """Scores of ``siaga spikes`` on weekly counts, (weeks, series), in weeks that are judged.

    Each series for itself, as the command does, unless ``together``.
    """
    calendar = seasonal.Calendar(YEAR)
    seen = np.ones(counts.shape, bool)
    first = CURRENT.start
    found = seasonal.judge(counts, seen, calendar, first=first, together=together)
    return np.where(np.arange(len(counts))[:, None] >= first, found.score, -np.inf)


# 1680 series of an earlier, separate simulation gave the oracle .634 at 1 %, with an error of .012;
# outside this range it is the simulation that is wrong.
_EXPECTED = {("oracle", 0.01): (0.59, 0.67)}


def told(scenario: Scenario, counts: Floats) -> Floats:
    """The score of ``siaga`` with the true mean and dispersion told: the most it could find."""
    mean = np.repeat(scenario.mean()[:, None], counts.shape[1], axis=1)
    count, expected, found = np.zeros(counts.shape), np.zeros(counts.shape), []
    for back in range(len(seasonal.WINDOWS)):
        count[back:] += counts[: WEEKS - back]
        expected[back:] += mean[: WEEKS - back]
        found.append(surprise(count, expected, scenario.phi * expected))
    return seasonal.combined(np.stack(found))


# Ours, on the 28 scenarios with at most one harmonic: outbreaks found at a rate of false weeks.
_FOUND = {0.005: 0.57, 0.01: 0.63}
_WORST = {0.01: 0.03}
_WASPADA = 0.92  # the threshold as it comes
_OURS_SEED = 81  # 1 to 3 were developed on, 78 to 80 looked at


def measure(series: int = 20, seed: int = 78) -> Iterator[Figure]:
    """The oracle and the rivals on the 42 scenarios, then ours and theirs on the 28."""
    chosen = scenarios()
    tables = {"oracle": oracle(chosen, series, seed)}
    tables |= {name: evaluate(one, chosen, series, seed) for name, one in compared().items()}
    for name, table in tables.items():
        for row in table.rows:
            what = f"{name}, seed {seed}, FPR {row.rate:.1%}"
            yield Figure(f"{what}: found", row.pod, "", *_EXPECTED.get((name, row.rate), ()))
            yield Figure(f"{what}: false weeks, worst scenario", row.worst_fpr, "")
    yield from ours(10 * series, _OURS_SEED)


def ours(series: int, seed: int) -> Iterator[Figure]:
    """``siaga spikes`` on the 28 scenarios, and what the same score finds in an oracle's hands."""
    chosen = scenarios(most_harmonics=1)
    worlds = [simulate(one, seed, series) for one in chosen]
    scores = [siaga(world.counts) for world in worlds]
    known = [told(one, world.counts) for one, world in zip(chosen, worlds, strict=True)]
    table, best = judge(worlds, scores), judge(worlds, known)
    for row in table.rows:
        what = f"siaga spikes, 28 scenarios, seed {seed}, FPR {row.rate:.1%}"
        yield Figure(f"{what}: found", row.pod, "", least=_FOUND[row.rate])
        yield Figure(f"{what}: found, oracle", best.at(row.rate).pod, "")
        yield Figure(f"{what}: found in the first week", row.first_week, "")
        worst = f"{what}: false weeks, worst scenario"
        yield Figure(worst, row.worst_fpr, "", most=_WORST.get(row.rate))
    usual = at_threshold(worlds, scores, _WASPADA)
    yield Figure(f"siaga spikes, 28 scenarios, score {_WASPADA}: false weeks", usual.fpr, "")
    yield Figure(f"siaga spikes, 28 scenarios, score {_WASPADA}: found", usual.pod, "")
