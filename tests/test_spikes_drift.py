"""Stable streams raise (almost) nothing; other words, and a shift of classes that lasts, do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from monitor.messages.drift import drift_lines, drift_news, rate
from monitor.messages.drift_chart import DriftChart, drift_picture
from monitor.records.drift import Change, Counted, Cut, Figures, What
from monitor.spikes.drift import changes
from monitor.spikes.drift_figures import BEFORE, RECENT, table_of

FIRST = date(2026, 1, 1)
SOURCES = {"ig": 120, "fb": 60, "yt": 25, "berita": 12}
LANGUAGES = {"id": 0.8, "bjn": 0.15, "nij": 0.05}
TONES = ("negatif", "netral", "positif")
ISSUES = tuple(f"isu{i}" for i in range(12))
Shift = Callable[[int, str], tuple[float, float]]


def _calm(day: int, source: str) -> tuple[float, float]:
    return 0.0, 0.0


def stream(seed: int, days: int, shift: Shift = _calm) -> list[Counted]:
    """Counts that vary as people do: some days three times the others, each day in its own way."""
    rng = np.random.default_rng(seed)
    rows = []
    for source, size in SOURCES.items():
        asked, unknown = rng.uniform(0.1, 0.4), rng.uniform(0.02, 0.08)
        tones, issues = rng.dirichlet([8, 6, 6]), rng.dirichlet(np.ones(len(ISSUES)))
        for day in range(days):
            total = rng.poisson(size * rng.gamma(8, 1 / 8))
            more, words = shift(day, source)
            for language, share in LANGUAGES.items():
                n = int(rng.binomial(total, share))
                p = float(rng.beta((asked + more) * 30, (1 - asked - more) * 30))
                q = float(rng.beta((unknown + words) * 150, (1 - unknown - words) * 150))
                said = 9 * n
                figures = Figures(
                    comments=n,
                    asked=int(rng.binomial(n, p)),
                    words=said,
                    unknown=int(rng.binomial(said, q)),
                    judged=n // 20,
                    wrong=int(rng.binomial(n // 20, 0.3)),
                    sentiments=_counts(rng, TONES, n, tones),
                    issues=_counts(rng, ISSUES, n, issues),
                )
                rows.append(Counted(FIRST + timedelta(day), source, language, "m", figures))
    return rows


def _counts(
    rng: np.random.Generator, names: tuple[str, ...], n: int, shares: np.ndarray
) -> dict[str, int]:
    own = rng.dirichlet(shares * 20 + 0.01)
    return {
        name: int(count)
        for name, count in zip(names, rng.multinomial(n, own), strict=True)
        if count
    }


def looked(rows: list[Counted], days: range) -> list[tuple[int, Change]]:
    return [
        (day, change) for day in days for change in changes(table_of(rows, FIRST + timedelta(day)))
    ]


def test_a_year_that_stays_the_same_raises_one_alarm_at_the_most() -> None:
    """Eight such years of a denser simulation gave two; every third day is looked at here."""
    rows = stream(1, 364 + 35)
    found = looked(rows, range(35, 399, 3))
    weeks = {(change.what, day // 7) for day, change in found}
    assert len(weeks) <= 1, found


@pytest.mark.parametrize("seed", [2, 3])
def test_other_words_are_seen_within_ten_days_with_the_day_they_came(seed: int) -> None:
    rows = stream(seed, 75, lambda day, source: (0.0, 0.05) if day >= 60 else (0.0, 0.0))
    assert looked(rows, range(45, 60)) == []
    found = looked(rows, range(60, 71))
    assert found
    _, change = found[0]
    assert change.what is What.UNKNOWN
    last = [change for day, change in found if day >= 63]
    assert any(abs((one.since - FIRST).days - 60) <= 3 for one in last)


def test_more_to_be_checked_on_one_source_names_that_source() -> None:
    rows = stream(4, 75, lambda day, one: (0.2, 0.0) if day >= 60 and one == "fb" else (0.0, 0.0))
    found = [change for _, change in looked(rows, range(62, 71))]
    assert Cut(source="fb") in {change.cut for change in found}
    assert {change.cut.source for change in found if change.cut.source} == {"fb"}


def _days(figures: Callable[[int], Figures], days: int = BEFORE + RECENT) -> list[Counted]:
    return [Counted(FIRST + timedelta(day), "ig", "id", "m", figures(day)) for day in range(days)]


def _table(figures: Callable[[int], Figures], days: int = BEFORE + RECENT) -> list[Change]:
    return changes(table_of(_days(figures, days), FIRST + timedelta(BEFORE + RECENT - 1)))


def test_classes_that_shift_for_two_weeks_are_told_and_for_one_week_not() -> None:
    def shifted(begin: int) -> list[Change]:
        return _table(
            lambda day: Figures(
                comments=60,
                sentiments={"negatif": 50, "netral": 10}
                if day >= begin
                else {"negatif": 20, "netral": 40},
            )
        )

    assert {one.what for one in shifted(BEFORE - RECENT)} == {What.SENTIMENT}
    assert shifted(BEFORE) == []
    change = shifted(BEFORE - RECENT)[0]
    (line,) = drift_lines([change], {})
    assert "negatif 83 % (biasanya 33 %)" in line


def test_two_weeks_that_turn_different_ways_are_news_and_no_drift() -> None:
    def issues(day: int) -> dict[str, int]:
        week = day // RECENT
        return (
            {"a": 60, "b": 5}
            if week == 3
            else {"b": 60, "a": 5}
            if week == 4
            else {
                "a": 32,
                "b": 33,
            }
        )

    assert _table(lambda day: Figures(comments=65, issues=issues(day))) == []


def test_little_is_never_judged() -> None:
    assert _table(lambda day: Figures(comments=1, asked=int(day >= BEFORE), words=2)) == []
    assert changes(table_of([], FIRST)) == []
    # a source alone without a past has nothing to be held against
    assert _table(lambda day: Figures(comments=50 if day >= BEFORE else 0, asked=20)) == []


def test_wrong_labels_that_rise_are_told() -> None:
    found = _table(lambda day: Figures(comments=20, judged=10, wrong=8 if day >= BEFORE else 2))
    assert {one.what for one in found} == {What.WRONG}


def test_a_message_names_at_most_three_places_and_the_new_source() -> None:
    def change(name: str, *, fresh: bool = False) -> Change:
        cut = Cut(source=name)
        return Change(What.UNKNOWN, cut, 0.2, 0.1, FIRST, fresh=fresh)

    text = drift_news([change("a$b", fresh=True), *map(change, "cdef")], [], {})
    assert "sumber baru a$b 20 % (sumber lain 10 %)" in text
    assert "sumber d" in text
    assert "sumber f" not in text
    assert drift_lines([Change(What.ASKED, Cut(), 0.2, 0.1, FIRST)], {})[0].count("semua") == 1
    language = Change(What.ASKED, Cut(language="xx"), 0.2, 0.1, FIRST)
    assert "bahasa xx" in drift_lines([language], {})[0]
    assert rate(None) == "-"


def test_the_picture_stands_with_holes_and_without_a_switch() -> None:
    weeks = [FIRST + timedelta(7 * i) for i in range(3)]
    rates = [(0.1, 0.1, None, 0.2), (0.2, None, None, 0.2), (0.1, 0.1, None, 0.2)]
    assert drift_picture(DriftChart(weeks, {"semua": rates})).startswith(b"\x89PNG")
