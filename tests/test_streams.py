"""The simulated streams are what their description says, whichever structure draws them."""

from __future__ import annotations

from datetime import UTC, date

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from benchmarks.streams import STRUCTURES, Stream, simulate, with_errors
from benchmarks.streams_incidents import KINDS, SIZES, with_incidents
from benchmarks.streams_outages import NEVER, Outage, arrivals, coverage, healed_at, make_outages
from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    SOURCES,
    Bools,
    Comments,
    World,
    drift,
    make_world,
)

NAMES = list(STRUCTURES)
ISSUES, WEEKS, SEED = 24, 9, 11


@pytest.fixture(scope="module", params=NAMES)
def stream(request: pytest.FixtureRequest) -> Stream:
    return simulate(request.param, SEED, issues=ISSUES, weeks=WEEKS)


def world_of(stream: Stream) -> World:
    """The world from which the stream was drawn: its first random numbers."""
    rng = np.random.default_rng([stream.seed, NAMES.index(stream.name)])
    return make_world(rng, stream.issues, stream.bins // (7 * BINS_A_DAY))


def in_incidents(stream: Stream) -> Bools:
    inside = np.zeros(stream.comments.shape, np.bool_)
    for incident in stream.incidents:
        inside[incident.onset_bin : incident.end_bin, incident.issue] = True
    return inside


def normal_counts(stream: Stream) -> tuple[float, float]:
    """Negatives and comments outside of incidents."""
    normal = ~in_incidents(stream)
    return float(stream.negatives[normal].sum()), float(stream.comments[normal].sum())


# What every structure keeps.


def test_the_shapes_and_types_are_as_promised(stream: Stream) -> None:
    shape = (WEEKS * 7 * BINS_A_DAY, ISSUES)
    for counts in (stream.negatives, stream.comments, stream.healed_at):
        assert counts.shape == shape
        assert counts.dtype == np.int32
    assert stream.coverage.shape == shape
    assert stream.coverage.dtype == np.float32
    assert stream.start.tzinfo is UTC
    assert (stream.start.hour, stream.start.weekday()) == (17, 6)  # Monday 00.00 WIB


def test_the_same_seed_gives_the_same_stream_and_another_another() -> None:
    for name in NAMES:
        first, again, other = (simulate(name, seed, issues=5, weeks=2) for seed in (4, 4, 5))
        assert_array_equal(first.comments, again.comments)
        assert_array_equal(first.late.negatives, again.late.negatives)
        assert first.incidents == again.incidents
        assert not np.array_equal(first.comments, other.comments)


def test_an_unknown_structure_is_refused() -> None:
    with pytest.raises(KeyError):
        simulate("profile", 1)


def test_negatives_are_comments(stream: Stream) -> None:
    assert stream.negatives.min() >= 0
    assert (stream.negatives <= stream.comments).all()


def test_issues_have_the_mean_they_were_given(stream: Stream) -> None:
    world = world_of(stream)
    assert world.rate.min() >= 0.05
    assert world.rate.max() <= 20
    alive = ~in_incidents(stream)
    alive &= np.arange(stream.bins)[:, None] >= stream.born
    a_bin = (stream.negatives * alive).sum(axis=0) / alive.sum(axis=0)
    ratio = a_bin * BINS_AN_HOUR / world.rate
    assert 0.8 < np.median(ratio) < 1.25
    assert np.quantile(ratio, 0.1) > 0.4
    assert np.quantile(ratio, 0.9) < 2


def test_a_quarter_of_normal_comments_is_negative(stream: Stream) -> None:
    negatives, comments = normal_counts(stream)
    assert negatives / comments == pytest.approx(0.25, abs=0.03)


def test_incident_hours_are_far_more_negative(stream: Stream) -> None:
    inside = in_incidents(stream)
    assert stream.negatives[inside].sum() / stream.comments[inside].sum() > 0.4


def test_no_profile_of_the_week_explains_the_busy_issues(stream: Stream) -> None:
    """Even fitted to the very weeks it is to explain."""
    busy = np.argsort(stream.comments.sum(axis=0))[-8:]
    hours = stream.comments[:, busy].reshape(WEEKS, 7 * 24, BINS_AN_HOUR, len(busy)).sum(axis=2)
    left = (hours - hours.mean(axis=0)).var(axis=(0, 1)) / hours.var(axis=(0, 1))
    assert np.median(left) > 0.4


def test_counts_are_burstier_than_chance_and_bursts_are_mostly_harmless(stream: Stream) -> None:
    hours = np.where(in_incidents(stream), 0, stream.comments)
    hours = hours.reshape(-1, BINS_AN_HOUR, ISSUES).sum(axis=1)
    negative = np.where(in_incidents(stream), 0, stream.negatives)
    negative = negative.reshape(-1, BINS_AN_HOUR, ISSUES).sum(axis=1)
    assert np.median(hours.var(axis=0) / hours.mean(axis=0)) > 3
    top = hours >= np.quantile(hours, 0.999, axis=0)
    assert hours[top].sum() / top.sum() > 5 * hours.mean()
    assert negative[top].sum() / hours[top].sum() < 0.25


def test_nothing_is_said_of_an_issue_before_its_birth(stream: Stream) -> None:
    before = np.arange(stream.bins)[:, None] < stream.born
    assert before.any()
    assert not stream.comments[before].any()
    assert all(i.onset_bin >= stream.born[i.issue] for i in stream.incidents)


def test_ramadan_moves_the_day(stream: Stream) -> None:
    """The hours before dawn gain in it."""
    world = world_of(stream)
    days = stream.comments.sum(axis=1).reshape(-1, 24, BINS_AN_HOUR).sum(axis=2)
    fasting, usual = days[world.ramadan], days[~world.ramadan]
    assert len(fasting)
    dawn = [each[:, 3:6].sum() / each.sum() for each in (fasting, usual)]
    assert dawn[0] > 1.2 * dawn[1]


def test_holidays_are_dates_within_the_stream(stream: Stream) -> None:
    assert date(2026, 2, 17) in stream.holidays
    last = stream.start.toordinal() + 1 + stream.bins // BINS_A_DAY
    assert all(stream.start.toordinal() < day.toordinal() < last for day in stream.holidays)


# Late, lost and known.


def test_every_comment_arrives_once(stream: Stream) -> None:
    negatives, comments = stream.at_once()
    assert negatives.min() >= 0
    assert (negatives <= comments).all()
    late = stream.late
    assert len(late)
    np.add.at(negatives, (late.created_bin, late.issue), late.negatives)
    np.add.at(comments, (late.created_bin, late.issue), late.comments)
    assert_array_equal(negatives, stream.negatives)
    assert_array_equal(comments, stream.comments)


def test_what_is_late_was_missing_and_is_there_when_its_bin_is_healed(stream: Stream) -> None:
    late = stream.late
    assert (late.arrival_bin > late.created_bin).all()
    assert (late.arrival_bin < stream.bins).all()
    assert (stream.coverage[late.created_bin, late.issue] < 1).all()
    healed = stream.healed_at[late.created_bin, late.issue]
    assert ((healed >= late.arrival_bin) | (healed == NEVER)).all()
    assert (late.comments >= late.negatives).all()
    assert (late.comments > 0).all()
    assert (np.diff(late.arrival_bin) >= 0).all()


def test_only_incomplete_bins_are_healed_and_later_than_themselves(stream: Stream) -> None:
    where, which = np.nonzero(stream.healed_at != NEVER)
    assert len(where)
    assert (stream.healed_at[where, which] > where).all()
    assert (stream.coverage[where, which] < 1).all()
    assert stream.coverage.min() >= 0
    assert stream.coverage.max() == 1


def test_seven_outages_of_ten_are_caught_up_soon_after_their_end() -> None:
    rng = np.random.default_rng(3)
    world = make_world(rng, 4, 12)
    found = [outage for _ in range(40) for outage in make_outages(world, rng)]
    healed = [outage for outage in found if outage.healed_bin != NEVER]
    assert len(healed) / len(found) == pytest.approx(0.7, abs=0.05)
    assert all(0 <= o.healed_bin - o.end_bin < 4 for o in healed)
    assert np.median([o.end_bin - o.begin_bin for o in found]) == pytest.approx(30, abs=6)


def test_two_outages_at_once_heal_with_the_later_and_never_with_a_lost_one() -> None:
    world = make_world(np.random.default_rng(3), 40, 2)
    outages = (Outage(0, 10, 20, 22), Outage(1, 15, 30, 33), Outage(2, 18, 25, NEVER))
    table = arrivals(world, outages)
    down = table != np.arange(world.bins)[:, None]
    healed, share = healed_at(world, table, down), coverage(world, down)
    for issue, mix in enumerate(world.mix):
        held = mix[:3] > 0
        assert share[12, issue] == pytest.approx(1 - mix[0], abs=1e-4)
        assert share[19, issue] == pytest.approx(1 - mix[:3].sum(), abs=1e-4)
        assert healed[16, issue] == (33 if held[1] else 22 if held[0] else NEVER)
        if held[2]:
            assert healed[19, issue] == NEVER
    assert down.sum() == 10 + 15 + 7


def test_issues_have_some_sources_and_their_shares_are_whole(stream: Stream) -> None:
    held = (stream.source_of > 0).sum(axis=1)
    assert stream.source_of.shape == (ISSUES, SOURCES)
    assert held.min() >= 2
    assert held.max() <= 6
    np.testing.assert_allclose(stream.source_of.sum(axis=1), 1, atol=1e-5)


# Incidents.


def test_incidents_begin_after_the_burn_in_and_leave_each_other_a_day(stream: Stream) -> None:
    assert min(i.onset_bin for i in stream.incidents) >= stream.burn_in == 14 * BINS_A_DAY
    assert max(i.end_bin for i in stream.incidents) <= stream.bins
    for one, next_one in zip(stream.incidents, stream.incidents[1:], strict=False):
        if one.issue == next_one.issue:
            assert next_one.onset_bin >= one.end_bin + BINS_A_DAY


def test_incidents_without_a_crowd_keep_their_least_size_length_and_share() -> None:
    rng = np.random.default_rng(8)
    world = make_world(rng, 60, 8)
    nothing = np.zeros(0, np.int32)
    silence = Comments(nothing, nothing, nothing, np.zeros(0, np.bool_))
    found, incidents = with_incidents(world, rng, silence)
    assert {i.kind for i in incidents} == set(KINDS)
    assert {i.size for i in incidents} == set(SIZES)
    for incident in incidents:
        mine = (found.issue == incident.issue) & found.negative
        mine &= (found.bin >= incident.onset_bin) & (found.bin < incident.end_bin)
        length = incident.end_bin - incident.onset_bin
        counts = np.bincount(found.bin[mine] - incident.onset_bin, minlength=length)
        best = np.convolve(counts, np.ones(BINS_AN_HOUR), "valid").max()
        assert best >= 3 + incident.size
        assert 1.9 * BINS_AN_HOUR <= length <= 36 * BINS_AN_HOUR
    assert found.negative.mean() == pytest.approx(0.71, abs=0.02)


def test_there_is_about_one_incident_an_issue_in_ten_to_fourteen_days() -> None:
    rng = np.random.default_rng(9)
    world = make_world(rng, 150, 12)
    nothing = np.zeros(0, np.int32)
    silence = Comments(nothing, nothing, nothing, np.zeros(0, np.bool_))
    assert 750 < len(with_incidents(world, rng, silence)[1]) < 1050


# Sentiment errors.


def test_errors_thin_as_stated_and_leave_the_comments_alone(stream: Stream) -> None:
    seen = with_errors(stream, recall=0.8, false=0.1, seed=2)
    wanted = 0.8 * stream.negatives.sum() + 0.1 * (stream.comments - stream.negatives).sum()
    assert seen.negatives.sum() == pytest.approx(wanted, rel=0.02)
    assert_array_equal(seen.comments, stream.comments)
    assert_array_equal(seen.late.comments, stream.late.comments)


def test_errors_judge_a_late_comment_once(stream: Stream) -> None:
    seen = with_errors(stream)
    at_once, comments = seen.at_once()
    assert at_once.min() >= 0
    assert (at_once <= comments).all()
    assert (seen.late.negatives <= seen.late.comments).all()
    assert_array_equal(with_errors(stream).negatives, seen.negatives)
    assert not np.array_equal(with_errors(stream, seed=1).negatives, seen.negatives)


def test_a_perfect_model_changes_nothing(stream: Stream) -> None:
    seen = with_errors(stream, recall=1.0, false=0.0)
    assert_array_equal(seen.negatives, stream.negatives)
    assert_array_equal(seen.late.negatives, stream.late.negatives)


def test_a_drift_keeps_its_spread() -> None:
    path = drift(np.random.default_rng(1), 200, 500, 0.9, 0.4)
    assert path[0].std() == pytest.approx(0.4, rel=0.1)
    assert path[-1].std() == pytest.approx(0.4, rel=0.1)
