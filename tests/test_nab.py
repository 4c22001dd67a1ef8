"""Scoring as in the Numenta Anomaly Benchmark, on invented series."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import nab

_BEGIN = np.datetime64("2026-01-01T00:00:00", "s")


def _series(rows: int, *windows: tuple[int, int], minutes: int = 5) -> nab.Series:
    at = _BEGIN + np.arange(rows) * np.timedelta64(60 * minutes, "s")
    return nab.Series("made", at, np.ones(rows), windows)


def _alarms(rows: int, *raised: int) -> np.ndarray:
    scores = np.zeros(rows)
    scores[list(raised)] = 1.0
    return scores


@pytest.mark.parametrize(
    ("position", "worth"),
    [(-1.0, 0.98661), (-0.5, 0.84828), (0.0, 0.0), (1.0, -0.98661), (3.1, -1.0), (50.0, -1.0)],
)
def test_sigmoid_has_the_values_of_the_paper(position: float, worth: float) -> None:
    assert float(nab.sigmoid(np.array(position))) == pytest.approx(worth, abs=1e-5)


@pytest.mark.parametrize(
    ("rows", "kept"), [(0, 0), (20, 3), (1000, 150), (5000, 750), (90000, 750)]
)
def test_probation_is_a_share_with_a_limit(rows: int, kept: int) -> None:
    assert nab.probation(rows) == kept


def test_worth_of_rows_worked_by_hand() -> None:
    """Window of rows 10 to 13: four wide, so behind it a row counts by thirds."""
    worth, inside = nab.row_worth(_series(20, (10, 13)), nab.STANDARD)
    best = 2 / (1 + np.exp(-5)) - 1
    assert worth[9] == -0.11
    assert worth[10] == pytest.approx(1.0)
    assert worth[13] == pytest.approx((2 / (1 + np.exp(-5 / 4)) - 1) / best)
    assert worth[14] == pytest.approx(0.11 * (2 / (1 + np.exp(5 / 3)) - 1))
    assert inside.tolist() == [-1] * 10 + [0] * 4 + [-1] * 6


def test_tiny_file_worked_by_hand() -> None:
    """One window hit in its first row, one missed, one false row before both: 1 - 1 - 0.11."""
    one = _series(40, (10, 13), (30, 33))
    found = nab.outcome([one], [_alarms(40, 8, 10, 12)], [0.5])
    assert (found.hits, found.windows, found.false_rows) == (1, 2, 1)
    assert found.score == pytest.approx(100 * (1 - 1 - 0.11 + 2) / 4)


@pytest.mark.parametrize(
    ("profile", "raw"), [(nab.STANDARD, -1.11), (nab.LOW_FP, -1.22), (nab.LOW_FN, -2.11)]
)
def test_profiles_weigh_false_rows_and_misses(profile: nab.Profile, raw: float) -> None:
    one = _series(40, (30, 33))
    got = nab.score([one], [_alarms(40, 8)], 0.5, profile)
    assert got == pytest.approx(nab.normalised(raw, 1, profile))


@pytest.mark.parametrize("profile", nab.PROFILES)
def test_perfect_is_hundred_and_silence_is_nought(profile: nab.Profile) -> None:
    one = _series(40, (10, 13), (30, 33))
    assert nab.score([one], [_alarms(40, 10, 30)], 0.5, profile) == pytest.approx(100)
    assert nab.score([one], [_alarms(40)], 0.5, profile) == pytest.approx(0)


def test_rows_of_the_probation_raise_no_alarm() -> None:
    one = _series(40, (30, 33))
    assert nab.alarm_rows(one, _alarms(40, 0, 5, 6), 0.5, nab.NO_HOLD).tolist() == [6]


def test_hold_drops_alarms_until_it_has_passed() -> None:
    one = _series(100, (90, 95), minutes=60)
    raised = _alarms(100, 20, 21, 43, 44, 60, 68)
    assert nab.alarm_rows(one, raised, 0.5, nab.DAY).tolist() == [20, 44, 68]
    assert nab.alarm_rows(one, raised, 0.5, nab.NO_HOLD).size == 6


def test_false_alarm_can_hold_back_the_true_one() -> None:
    one = _series(100, (50, 55), minutes=60)
    raised = _alarms(100, 40, 51)
    assert nab.outcome([one], [raised], [0.5], hold=nab.DAY).hits == 0
    assert nab.outcome([one], [raised], [0.5]).hits == 1


def _noisy(seed: int, hold_minutes: int = 60) -> tuple[list[nab.Series], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    files = [_series(300, (100, 120), (200, 230), minutes=hold_minutes) for _ in range(3)]
    scores = [np.round(rng.random(300), 2) for _ in files]
    for own in scores:
        own[[104, 210]] += 0.5
    return files, scores


@pytest.mark.parametrize("hold", [nab.NO_HOLD, nab.DAY])
@pytest.mark.parametrize("profile", nab.PROFILES)
def test_best_threshold_is_the_best_of_all(profile: nab.Profile, hold: np.timedelta64) -> None:
    files, scores = _noisy(7)
    best = nab.best_threshold(files, scores, profile, hold)
    every = [nab.score(files, scores, t, profile, hold) for t in np.unique(np.concatenate(scores))]
    assert nab.score(files, scores, best, profile, hold) == pytest.approx(max(0.0, *every))


def test_useless_scores_get_no_alarm_at_all() -> None:
    one = _series(400, (390, 391))
    scores = np.linspace(1, 0, 400)
    assert nab.best_threshold([one], [scores]) == np.inf
    assert nab.score([one], [scores], np.inf) == 0


def test_left_out_file_does_not_choose_its_threshold() -> None:
    """Two files are best at 5; the third would need 1, which is not asked of it."""
    files = [_series(40, (20, 25)) for _ in range(3)]
    scores = [5 * _alarms(40, 20), 5 * _alarms(40, 20), _alarms(40, 20)]
    left = nab.leave_one_out(files, scores)
    assert (left.hits, left.windows) == (2, 3)
    assert left.score == pytest.approx(100 * 2 / 3)


def test_files_of_a_folder_are_read_with_their_windows(tmp_path: Path) -> None:
    at = [_BEGIN + np.timedelta64(300 * i, "s") for i in range(6)]
    lines = [f"{str(t).replace('T', ' ')},{i}" for i, t in enumerate(at)]
    (tmp_path / "b.csv").write_text("timestamp,value\n" + "\n".join(lines) + "\n", encoding="ascii")
    (tmp_path / "a.csv").write_text("timestamp,value\n" + lines[0] + "\n", encoding="ascii")
    span = [str(at[2]).replace("T", " ") + ".000000", str(at[4]).replace("T", " ") + ".000000"]
    (tmp_path / "windows.json").write_text(json.dumps({"b.csv": [span]}), encoding="utf-8")
    first, second = nab.series(tmp_path)
    assert (first.name, first.windows) == ("a", ())
    assert second.windows == ((2, 4),)
    assert second.counts.tolist() == [0, 1, 2, 3, 4, 5]


def test_hourly_scores_are_told_in_the_last_row_of_the_hour() -> None:
    one = _series(30)
    seen = []

    def detector(counts: np.ndarray) -> np.ndarray:
        seen.append(counts[:, 0].tolist())
        return counts * 10

    scores = nab.on_hours(one, detector)
    assert seen == [[12, 12, 6]]
    assert np.flatnonzero(np.isfinite(scores)).tolist() == [11, 23, 29]
    assert scores[[11, 29]].tolist() == [120, 60]


def test_check_compares_with_the_published_scores() -> None:
    one = _series(2000, (500, 600))
    named = nab.Series("Twitter_volume_CRM", one.at, one.counts, one.windows)
    found = nab.check([named, one])
    assert [published for _, published, _ in found] == list(nab.PUBLISHED["Twitter_volume_CRM"])
    # A constant series never alarms: the window is missed.
    assert [ours for *_, ours in found] == [-1, -1, -2]


def test_nothing_is_measured_without_outside_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIAGA_OUTSIDE", str(tmp_path))
    assert nab.outside() == ()
