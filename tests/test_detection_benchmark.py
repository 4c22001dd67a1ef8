"""The table on detection is fair: nothing is known before it arrives, and rivals see the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from benchmarks import detection_nab, detection_rivals, nab, rivals
from benchmarks.detection_cost import SparseFeed
from benchmarks.detection_feed import Scored, StreamFeed, scored, slots
from benchmarks.detection_streams import measure
from benchmarks.streams import Late, Stream, simulate
from benchmarks.streams_world import BINS_A_DAY, BINS_AN_HOUR, Ints
from monitor.spikes import Rules

ISSUES, WEEKS = 4, 2
OUT = slice(2000, 2030)  # an outage that is caught up in bin BACK
BACK = 2033
BORN = 700
CHANGED = 2031  # after the outage began, before it was caught up

Scores = NDArray[np.floating]


@pytest.fixture(scope="module")
def stream() -> Stream:
    """Two weeks with one outage of half of issue 0, caught up, and issue 3 born on day 3."""
    drawn = simulate("posts", 3, issues=ISSUES, weeks=WEEKS)
    coverage = np.ones((drawn.bins, ISSUES), np.float32)
    coverage[OUT, 0] = 0.5
    healed = np.full((drawn.bins, ISSUES), -1, np.int32)
    healed[OUT, 0] = BACK
    bins = np.arange(OUT.start, OUT.stop, dtype=np.int32)
    negatives, comments = drawn.negatives.copy(), drawn.comments.copy()
    negatives[OUT, 0] += 2
    comments[OUT, 0] += 5
    late = Late(
        bins,
        np.full_like(bins, BACK),
        np.zeros_like(bins),
        np.full_like(bins, 2),
        np.full_like(bins, 5),
    )
    return replace(
        drawn,
        negatives=negatives,
        comments=comments,
        late=late,
        coverage=coverage,
        healed_at=healed,
        born=np.array([0, 0, 0, BORN], np.int32),
    )


def known(stream: Stream, at: int) -> tuple[Ints, Ints]:
    """Negatives and comments that had arrived by the end of the bin."""
    negatives, comments = stream.at_once()
    late, rows = stream.late, stream.late.arrival_bin <= at
    where = late.created_bin[rows], late.issue[rows]
    np.add.at(negatives, where, late.negatives[rows])
    np.add.at(comments, where, late.comments[rows])
    return negatives, comments


def changed_later(stream: Stream) -> Stream:
    """The same up to and with bin CHANGED: then crowds come, and the outage is never caught up."""
    negatives, comments = stream.at_once()
    negatives[CHANGED + 1 :] += 9
    comments[CHANGED + 1 :] += 9
    none = np.zeros(0, np.int32)
    return replace(
        stream,
        negatives=negatives,
        comments=comments,
        late=Late(none, none, none, none, none),
        healed_at=np.full_like(stream.healed_at, -1),
    )


def ours(stream: Stream) -> Scores:
    return scored(stream, Rules()).scores


# What the feed hands over, and when.


def test_late_comments_are_delivered_in_the_bin_of_their_arrival(stream: Stream) -> None:
    feed = StreamFeed(stream)
    for hour in range(stream.bins // BINS_AN_HOUR):
        for first, last in feed.turns(hour * BINS_AN_HOUR, (hour + 1) * BINS_AN_HOUR):
            assert not first < BACK < last
            negatives, comments = known(stream, first)
            block = feed.between(0, last)
            assert block.comments is not None
            assert_array_equal(block.negatives, negatives[:last])
            assert_array_equal(block.comments, comments[:last])
    assert_array_equal(feed.between(0, stream.bins).negatives, stream.negatives)


def test_coverage_is_healed_when_all_has_arrived(stream: Stream) -> None:
    feed, begin = StreamFeed(stream), BACK // BINS_AN_HOUR * BINS_AN_HOUR
    seen = [
        (first, last, feed.between(OUT.start, OUT.stop).coverage[:, 0].copy())
        for first, last in feed.turns(begin, begin + BINS_AN_HOUR)
    ]
    assert [part[:2] for part in seen] == [(begin, BACK), (BACK, begin + BINS_AN_HOUR)]
    assert (seen[0][2] == 0.5).all()
    assert (seen[1][2] == 1).all()


def test_an_issue_is_not_covered_before_its_birth(stream: Stream) -> None:
    coverage = StreamFeed(stream).between(0, stream.bins).coverage
    assert (coverage[:BORN, 3] == 0).all()
    assert (coverage[BORN:, 3] == 1).all()


def test_counts_only_hides_the_other_comments(stream: Stream) -> None:
    feed = StreamFeed(stream, counts_only=True)
    assert all(part[1] > part[0] for part in feed.turns(0, stream.bins))
    assert feed.between(0, stream.bins).comments is None
    assert_array_equal(feed.between(0, stream.bins).negatives, stream.negatives)


def test_the_feed_leaves_the_stream_as_it_was(stream: Stream) -> None:
    before = stream.negatives.copy(), stream.coverage.copy()
    for _ in StreamFeed(stream).turns(0, stream.bins):
        pass
    assert_array_equal(stream.negatives, before[0])
    assert_array_equal(stream.coverage, before[1])


def test_a_holiday_has_the_slots_of_a_sunday(stream: Stream) -> None:
    tuesday = date.fromordinal(stream.start.date().toordinal() + 2)  # UTC's Sunday is WIB's Monday
    slot = slots(replace(stream, holidays=[tuesday]))
    assert [slot(0), slot(23), slot(24), slot(47), slot(48)] == [0, 23, 144, 167, 48]
    assert slot(7 * 24) == 0


# What is scored.


@pytest.mark.parametrize(
    "scorer",
    [
        ours,
        detection_rivals.ears_c2,
        detection_rivals.windowed_gaussian,
        lambda stream: detection_rivals.farrington(detection_rivals.every(stream, 4)[0]),
    ],
)
def test_a_score_does_not_change_with_what_comes_later(
    stream: Stream, scorer: Callable[[Stream], Scores]
) -> None:
    short = replace(stream, burn_in=1900)  # only the Farrington fits, which are slow, care
    one, other = scorer(short), scorer(changed_later(short))
    assert_array_equal(one[: CHANGED + 1], other[: CHANGED + 1])
    assert (one[CHANGED + 1 :] != other[CHANGED + 1 :]).any()


def test_what_was_caught_up_counts_from_its_arrival_on(stream: Stream) -> None:
    negatives, comments = stream.at_once()
    lost = replace(changed_later(stream), negatives=negatives, comments=comments)
    came, never = ours(stream), ours(lost)
    assert_array_equal(came[:BACK], never[:BACK])
    after = slice(BACK, BACK + BINS_AN_HOUR)
    assert (came[after, 0] > never[after, 0]).any()


def test_rivals_score_the_clock_hours_as_they_do_alone(stream: Stream) -> None:
    none = np.zeros(0, np.int32)
    prompt = replace(stream, late=Late(none, none, none, none, none))
    hours = prompt.negatives.reshape(-1, BINS_AN_HOUR, ISSUES).sum(axis=1).astype(float)
    alone = rivals.windowed_gaussian(hours, 14 * 24)
    found = detection_rivals.windowed_gaussian(prompt)[BINS_AN_HOUR - 1 :: BINS_AN_HOUR]
    counted = (hours >= detection_rivals.LEAST) & np.isfinite(alone)
    assert counted.sum() > 20
    np.testing.assert_allclose(found[counted], alone[counted], rtol=1e-5)


def test_ears_looks_at_the_same_hour_of_nine_days_back(stream: Stream) -> None:
    none = np.zeros(0, np.int32)
    counts = np.ones((stream.bins, ISSUES), np.int32)
    counts[10 * BINS_A_DAY :] = 2
    plain = replace(stream, negatives=counts, late=Late(none, none, none, none, none))
    found = detection_rivals.ears_c2(plain)
    assert np.isneginf(found[: 9 * BINS_A_DAY]).all()
    assert found[9 * BINS_A_DAY + 50, 0] == 0
    # 24 against 12 without any spread: a Poisson deviation of the mean is taken.
    assert found[10 * BINS_A_DAY + 50, 0] == pytest.approx(12 / np.sqrt(12))


def test_every_second_issue_keeps_its_own_comments(stream: Stream) -> None:
    fewer, kept = detection_rivals.every(stream, 2)
    assert kept.tolist() == [0, 2]
    assert_array_equal(fewer.at_once()[0], stream.at_once()[0][:, kept])
    assert {(one.issue, one.onset_bin) for one in fewer.incidents} == {
        (one.issue // 2, one.onset_bin) for one in stream.incidents if one.issue % 2 == 0
    }


def test_a_level_is_reached_only_where_the_counts_allow_it(stream: Stream) -> None:
    scores = np.array([[1.2], [1.2], [0.3]], np.float32)
    found = Scored(stream, scores, np.array([[2], [1], [0]], np.int8))
    assert_array_equal(found.at_level(2, 1.0)[:, 0] >= 1.0, [True, False, False])
    assert found.at_level(2, 1.0)[1, 0] > 0.5  # an open incident stays open
    assert found.at_level(2, 1.0)[2, 0] == np.float32(0.3)


def test_the_counts_allow_what_the_rules_say(stream: Stream) -> None:
    found = scored(changed_later(stream), Rules())
    assert found.allowed.max() == 3  # nine negatives every five minutes are more than thirty
    strict = Rules(siaga_negatives=10**6, awas_negatives=10**6)
    assert scored(changed_later(stream), strict).allowed.max() == 1


# The table itself.


def test_each_line_names_the_seeds() -> None:
    figures = list(measure((3,), issues=3, weeks=2, structures=("posts",)))
    assert all(figure.what.startswith("sim 3") for figure in figures)
    assert len({figure.what for figure in figures}) == len(figures)
    asked = {(figure.what, figure.least, figure.most) for figure in figures}
    assert ("sim 3, ours, 1 FA: detected", 0.85, None) in asked
    assert ("sim 3, ours, 0.25 FA: median delay", None, 160) in asked
    assert (
        f"sim 3, ours, shipped {Rules().waspada:g}: FA per issue and month",
        0.15,
        0.35,
    ) in asked


def test_a_sparse_feed_holds_what_a_dense_one_would() -> None:
    feed = SparseFeed.drawn(30, 48)
    whole = feed.between(0, 48 * BINS_AN_HOUR)
    assert whole.comments is not None
    assert whole.comments.sum() == feed.comments.sum()
    assert (whole.negatives <= whole.comments).all()
    part = feed.between(100, 140)
    assert_array_equal(part.negatives, whole.negatives[100:140])
    assert part.coverage.shape == (40, 30)


def test_a_repeated_time_in_a_file_gets_no_score() -> None:
    at = np.datetime64("2015-03-01T00:00:00") + np.arange(3000) * np.timedelta64(300, "s")
    counts = np.full(3000, 2.0)
    counts[2900:] = 60
    clean = nab.Series("x", at, counts, ())
    again = nab.Series("x", np.insert(at, 2950, at[2949]), np.insert(counts, 2950, 99.0), ())
    found = detection_nab.row_scores(again, "issue")
    assert found[2950] == 0
    assert_array_equal(np.delete(found, 2950), detection_nab.row_scores(clean, "issue"))
    assert found[2905] > 1


def test_nothing_is_said_of_outside_data_without_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIAGA_OUTSIDE", str(tmp_path))
    assert list(detection_nab.measure()) == []
