"""The detectors compared with, against numbers worked by hand and plain loops."""

import math

import numpy as np
import pytest

from benchmarks import rivals

# Mean 4 and standard deviation 2 of the first seven (squares about the mean: 24, over 6).
_WEEK = [2, 2, 4, 4, 4, 6, 6]


def _column(*counts: float) -> np.ndarray:
    return np.array(counts, float)[:, None]


def _spread(values: list[int]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))


def test_ears_c1_worked_by_hand() -> None:
    found = rivals.ears_c1(_column(*_WEEK, 10))[:, 0]
    assert found[:7].tolist() == [-np.inf] * 7
    assert found[7] == pytest.approx((10 - 4) / _spread(_WEEK))
    assert _spread(_WEEK) == pytest.approx(math.sqrt(16 / 6))


def test_ears_c2_leaves_two_steps_out() -> None:
    found = rivals.ears_c2(_column(*_WEEK, 90, 80, 10))[:, 0]
    assert np.isneginf(found[:9]).all()
    assert found[9] == pytest.approx(6 / math.sqrt(16 / 6))


def test_ears_after_a_constant_past() -> None:
    assert rivals.ears_c1(_column(*[3] * 7, 3))[7, 0] == 0
    assert rivals.ears_c1(_column(*[3] * 7, 4))[7, 0] == np.inf
    assert rivals.ears_c1(_column(*[3] * 7, 2))[7, 0] == -np.inf
    assert rivals.ears_c1(_column(*[3] * 7, 4), minimum_sd=0.5)[7, 0] == 2


def test_too_short_a_past_has_no_opinion() -> None:
    assert np.isneginf(rivals.ears_c2(_column(1, 2, 3))).all()


def test_windowed_gaussian_equals_a_loop() -> None:
    counts = np.random.default_rng(3).poisson(4, (40, 2)).astype(float)
    found = rivals.windowed_gaussian(counts, 10, least=5)
    assert np.isneginf(found[:5]).all()
    for t in range(5, 40):
        past = counts[max(t - 10, 0) : t]
        assert found[t] == pytest.approx((counts[t] - past.mean(axis=0)) / past.std(axis=0))


def test_nab_windowed_gaussian_equals_its_description() -> None:
    """The window grows to 30 rows, then moves on whenever ten more have come."""
    values = np.random.default_rng(5).poisson(9, 87).astype(float)
    found = rivals.nab_windowed_gaussian(values, window=30, step=10)
    window: list[float] = []
    waiting: list[float] = []
    for i, value in enumerate(values):
        expected = 0.0
        if window:
            spread = float(np.std(window)) or 1e-6
            expected = 1 - math.erfc(abs(value - np.mean(window)) / spread / math.sqrt(2)) / 2
        assert found[i] == pytest.approx(expected, abs=1e-12)
        if len(window) < 30:
            window.append(value)
            continue
        waiting.append(value)
        if len(waiting) == 10:
            window, waiting = window[10:] + waiting, []


def test_surprise_of_poisson_and_negative_binomial_counts() -> None:
    """P(Y >= 2) is 1 - 2/e at mean 1; with variance 2 the counts are geometric, so 1/4."""
    count, mean = np.array([2.0, 2.0, 0.0]), np.ones(3)
    found = rivals.surprise(count, mean, np.array([1.0, 2.0, 1.0]))
    assert found == pytest.approx([-math.log10(1 - 2 / math.e), -math.log10(0.25), 0])


def test_layout_of_a_year() -> None:
    back = rivals.WEEKLY.offsets()
    assert (back[0], back[-1]) == (-263, -27)
    design = rivals.WEEKLY.design()
    assert design.shape == (237, 11)
    level = dict(zip(back.tolist(), design[:, 1:-1].argmax(axis=1) + 1, strict=True))
    first = dict(zip(back.tolist(), design[:, 1:-1].sum(axis=1) == 0, strict=True))
    assert [b for b in back if first[int(b)]][-7:] == list(range(-55, -48))
    assert [level[b] for b in (-48, -44, -43, -39)] == [1, 1, 2, 2]
    assert design[-1, -1] == pytest.approx(-27 / 52)


def test_layout_of_anniversaries_only() -> None:
    back = rivals.ANNIVERSARIES.offsets()
    assert back.size == 5 * 7
    assert set(-back // 52) <= {0, 1, 2, 3, 4, 5}
    assert rivals.ANNIVERSARIES.design().shape == (35, 2)


_SMALL = rivals.Layout(period=8, cycles=6, half_window=1, levels=6, skipped=2)


def _seasonal(rng: np.random.Generator, steps: int, series: int) -> np.ndarray:
    mean = np.where(np.arange(steps) % 8 < 3, 20.0, 4.0)
    return rng.poisson(mean[:, None], (steps, series)).astype(float)


def test_farrington_learns_the_season() -> None:
    """Twenty is usual at the peak and rare in the valley."""
    counts = _seasonal(np.random.default_rng(1), 81, 50)
    peak, valley = counts[:74].copy(), counts[:78].copy()
    peak[73], valley[77] = 20, 20
    high = rivals.farrington(valley, _SMALL, first=77)[77]
    usual = rivals.farrington(peak, _SMALL, first=73)[73]
    assert np.median(usual) < 1
    assert high.min() > 2


def test_farrington_regression_reaches_its_solution() -> None:
    """The score equations of Poisson regression hold: design' (count - mean) = 0."""
    rng = np.random.default_rng(2)
    design = np.column_stack([np.ones(30), np.arange(30) % 2, np.linspace(-1, 0, 30)])
    counts = rng.poisson(5, (30, 4)).astype(float)
    _, mean, _ = rivals._regress(counts, design, np.ones_like(counts))
    assert design.T @ (counts - mean) == pytest.approx(np.zeros((3, 4)), abs=1e-2)


def test_farrington_weighs_past_outbreaks_down() -> None:
    counts = _seasonal(np.random.default_rng(4), 80, 20)
    troubled = counts.copy()
    troubled[50:53] += 40
    plain = rivals.farrington(troubled, _SMALL, first=79, reweight_from=1e9, by="power")[79]
    weighed = rivals.farrington(troubled, _SMALL, first=79, by="power")[79]
    clean = rivals.farrington(counts, _SMALL, first=79, by="power")[79]
    assert np.abs(weighed - clean).mean() < np.abs(plain - clean).mean()


def test_farrington_looks_at_no_later_step() -> None:
    counts = _seasonal(np.random.default_rng(6), 60, 3)
    changed = counts.copy()
    changed[50:] = 99
    before, after = (rivals.farrington(one, _SMALL)[:50] for one in (counts, changed))
    assert np.isfinite(before[25:]).all()
    assert np.isneginf(before[:25]).all()
    assert after == pytest.approx(before)


def test_weekly_and_hourly_farrington_are_quiet_on_noise() -> None:
    rng = np.random.default_rng(8)
    weekly = rivals.farrington_weekly(rng.poisson(6, (300, 2)).astype(float))
    hourly = rivals.farrington_hourly(rng.poisson(6, (120, 2)).astype(float))
    assert (weekly[263:] > 3).mean() < 0.05
    assert (hourly[73:] > 4).mean() < 0.05
