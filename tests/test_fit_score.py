"""The fit of the learned weights: it tells rises from calm and holds its bounds."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from benchmarks import fit_score, streams_incidents
from benchmarks.fit_score import Rows, fitted, highest, rows_of, scaled, written
from benchmarks.judging import at_false_alarms
from benchmarks.streams import simulate
from monitor.spikes import learned


@pytest.fixture(scope="module")
def rows() -> Rows:
    return rows_of(simulate("rhythm", 1, issues=8, weeks=4))


def test_the_highest_moments_are_quiet_or_early(rows: Rows) -> None:
    calm, risen = highest(rows, rows.added_up)
    assert rows.quiet[calm].all()
    assert (rows.incident[risen] >= 0).all()
    assert rows.since[risen].max() < max(fit_score.FIRST_MINUTES) // 5
    halves = list(zip(rows.topic[calm], rows.bin[calm] // 144, strict=True))
    assert len(halves) == len(set(halves))


def test_no_surprise_weighs_less_than_its_least(rows: Rows) -> None:
    weights = fitted([rows])
    assert (weights[-12:] >= np.array(fit_score._LEAST) - 1e-9).all()
    calm, risen = highest(rows, rows.told @ weights)
    assert np.median(rows.told[risen] @ weights) > np.median(rows.told[calm] @ weights)


def test_the_scale_is_laid_through_its_anchors(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_score, "ANCHORS", ((9.0, 0.5), (3.0, 1.0)))
    weights = np.concatenate([[-3.0], np.zeros(7), np.full(12, 0.3)])
    moved = scaled([rows], weights)
    assert moved[1:8].tolist() == [0.0] * 7
    assert moved[8] > 0
    assert moved[8:] == pytest.approx([moved[8]] * 12)
    scores = np.zeros((rows.stream.bins, rows.stream.issues))
    scores[rows.bin, rows.topic] = np.maximum(rows.told @ moved, 0)
    for rate, score in fit_score.ANCHORS:
        assert at_false_alarms([(rows.stream, scores)], rate) == pytest.approx(score, abs=0.1)


def test_what_is_written_is_what_was_fitted() -> None:
    weights = np.array(learned.CONTEXT + learned.SURPRISES)
    text = written(weights)
    values = [
        ast.unparse(node.value) for node in ast.parse(text).body if isinstance(node, ast.AnnAssign)
    ]
    read = [value for told in values for value in eval(told)]  # noqa: S307
    assert read == pytest.approx(weights.tolist())
    assert max(map(len, text.splitlines())) <= 100


def test_drawn_settings_are_put_back() -> None:
    before = streams_incidents.SHARE_IN_INCIDENT
    with fit_score._settings(11):
        assert 0.55 < streams_incidents.SHARE_IN_INCIDENT != before
    assert before == streams_incidents.SHARE_IN_INCIDENT
