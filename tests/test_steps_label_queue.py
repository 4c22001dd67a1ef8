"""When the queue is filled, with what, and that a process that dies fills it the next time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.config.parts import Training
from monitor.records import CommentId, LabelField, Role
from monitor.steps.label_queue import able, fill_queue, least_sure, midnight, shortlist, wanted
from monitor.steps.tools import Tools
from monitor.store import label_pool, label_queue, people, predictions, said_labels
from monitor.store.connection import rows
from monitor.store.doubted import queue_again
from monitor.store.label_pool import Labelled
from monitor.text.judging import FIRST_JUDGES, held_out, lot
from tests.label_world import FLOOD, NEG, ROADS, TEXTS, FirstCome, labelled, queue, state
from tests.world import NOW, make_settings, make_tools, open_world, seed_comments

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBERED = [f"Lampu jalan padam di gang {n}, sudah {n % 7} malam" for n in range(1500)]
JUDGING = [one for one in NUMBERED if held_out(one)][:120]
TEACHING = [one for one in NUMBERED if not held_out(one)]
MANY = [f"{text} ke-{n}" for n in range(6) for text in TEXTS]


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return made(tmp_path)


def made(folder: Path, **part: object) -> Tools:
    settings = make_settings(folder, training=Training(**part))  # type: ignore[arg-type]
    return replace(make_tools(folder, settings=settings), chooser=FirstCome())


@pytest.fixture
def store(tools: Tools) -> Iterator[Database]:
    db = open_world(tools)
    yield db
    db.conn.close()


def test_once_a_working_day_it_is_filled_up_to_the_days_share(
    store: Database, tools: Tools
) -> None:
    seed_comments(store, tools, MANY)
    assert fill_queue(store, tools, NOW) == 20
    assert fill_queue(store, tools, NOW + 2 * HOUR) == 0
    assert fill_queue(store, tools, NOW + DAY) == 16, "no more are left"
    items = label_queue.waiting(store, 99)
    assert len(items) == 36
    assert {one.reason for one in items} == {"disagree", "random"}
    assert {one.guesses for one in items} == {("kesehatan", ROADS, FLOOD)}


def test_what_judges_is_drawn_by_lot_and_never_chosen(store: Database, tools: Tools) -> None:
    seed_comments(store, tools, [*JUDGING[:12], *TEACHING[:30]])
    assert fill_queue(store, tools, NOW) == 20
    chooser = tools.chooser
    assert isinstance(chooser, FirstCome)
    assert not [one.text for one in chooser.pools[0] if held_out(one.text)]
    items = label_queue.waiting(store, 99)
    asked = [(held_out(text(store, one.comment_id)), one.reason) for one in items]
    assert sorted(asked) == [(False, "disagree")] * 14 + [(True, "random")] * 6
    among = [at for at, (judges, _) in enumerate(asked) if judges]
    assert among == [1, 5, 8, 11, 15, 18], "evenly, so every day has its part of them"
    drawn = {text(store, one.comment_id) for one in items if one.reason == "random"}
    assert drawn == set(sorted(JUDGING[:12], key=lot)[:6])


def test_once_enough_judge_one_in_ten_does(store: Database, tools: Tools) -> None:
    for number in seed_comments(store, tools, JUDGING[:FIRST_JUDGES]):
        predictions.add_label(store, number, LabelField.SENTIMENT, "negatif", "Budi", NOW)
    assert label_pool.judges(store) == FIRST_JUDGES
    seed_comments(store, tools, [*JUDGING[FIRST_JUDGES:], *TEACHING[:30]])
    assert fill_queue(store, tools, NOW) == 20
    reasons = [one.reason for one in label_queue.waiting(store, 99)]
    assert (reasons.count("random"), reasons.count("disagree")) == (2, 18)


def test_where_nothing_may_judge_all_seats_teach(store: Database, tools: Tools) -> None:
    seed_comments(store, tools, TEACHING[:30])
    assert fill_queue(store, tools, NOW) == 20
    assert {one.reason for one in label_queue.waiting(store, 99)} == {"disagree"}


def test_where_little_may_teach_more_judges(store: Database, tools: Tools) -> None:
    seed_comments(store, tools, [*JUDGING[:30], *TEACHING[:11]])
    assert fill_queue(store, tools, NOW) == 20
    reasons = [one.reason for one in label_queue.waiting(store, 99)]
    assert (reasons.count("random"), reasons.count("disagree")) == (9, 11)


def text(db: Database, number: CommentId) -> str:
    (row,) = rows(db, "SELECT text FROM comment WHERE id = ?", [number])
    return str(row["text"])


def test_the_chooser_hears_what_was_asked_and_labelled(store: Database, tools: Tools) -> None:
    (old,) = queue(store, tools, 1)
    predictions.add_label(store, old, LabelField.ISSUE, ROADS, "Budi", NOW)
    fresh = seed_comments(store, tools, MANY[6:8])
    fill_queue(store, tools, NOW)
    chooser = tools.chooser
    assert isinstance(chooser, FirstCome)
    ((pool, (taken, said)),) = zip(chooser.pools, chooser.known, strict=True)
    assert sorted(one.id for one in pool) == sorted(fresh)
    assert [one.id for one in taken] == [old]
    assert said == Labelled({ROADS: 1}, {"id": 1}, {})


def test_no_more_wait_than_the_queue_holds(tmp_path: Path) -> None:
    tools = made(tmp_path, queue_size=7)
    db = open_world(tools)
    seed_comments(db, tools, MANY)
    assert [fill_queue(db, tools, NOW + n * DAY) for n in range(2)] == [7, 0]
    db.conn.close()


@pytest.mark.parametrize(
    "at",
    [
        NOW.replace(hour=0),  # 07.00
        NOW.replace(hour=9),  # 16.00
        NOW - 2 * DAY,  # a Saturday
        NOW.replace(month=8, day=17),  # a holiday
    ],
)
def test_outside_office_hours_nothing_is_chosen(
    store: Database, tools: Tools, at: datetime
) -> None:
    seed_comments(store, tools, MANY, at)
    assert fill_queue(store, tools, at) == 0
    assert tools.chooser.pools == []  # type: ignore[union-attr]


def test_what_runs_dry_is_filled_again_within_the_days_share(tmp_path: Path) -> None:
    tools = made(tmp_path, queue_size=4, a_day=6)
    db = open_world(tools)
    seed_comments(db, tools, MANY)
    assert fill_queue(db, tools, NOW) == 4
    for item in label_queue.waiting(db, 9):
        predictions.add_label(db, item.comment_id, LabelField.ISSUE, ROADS, "Budi", NOW)
    assert fill_queue(db, tools, NOW + HOUR / 2) == 0, "it was looked at just now"
    assert fill_queue(db, tools, NOW + HOUR) == 2
    assert fill_queue(db, tools, NOW + HOUR * 2) == 0, "two still wait"
    db.conn.close()


def test_where_nothing_can_be_chosen_it_looks_once_an_hour(store: Database, tools: Tools) -> None:
    assert [fill_queue(store, tools, NOW + n * HOUR / 4) for n in range(8)] == [0] * 8
    assert len(tools.chooser.pools) == 2  # type: ignore[union-attr]


def test_a_clock_that_was_set_back_does_not_stop_it(store: Database, tools: Tools) -> None:
    fill_queue(store, tools, NOW + 3 * HOUR)
    seed_comments(store, tools, MANY)
    assert fill_queue(store, tools, NOW) == 20


def test_what_is_older_than_two_months_is_not_looked_at(store: Database, tools: Tools) -> None:
    seed_comments(store, tools, MANY[:3], NOW - 61 * DAY)
    seed_comments(store, tools, MANY[3:5])
    assert fill_queue(store, tools, NOW) == 2


def test_what_nobody_answers_for_two_weeks_makes_room(store: Database, tools: Tools) -> None:
    old = queue(store, tools, 2)
    assert fill_queue(store, tools, NOW + 15 * DAY) == 0
    assert [state(store, number) for number in old] == ["dropped", "dropped"]


def say(db: Database, number: CommentId, person: str, at: datetime) -> None:
    """What this person has before them is answered."""
    assert label_queue.hand(db, person, at) == number
    seen = label_queue.seen_by(db, number, person) or ""
    assert said_labels.say(db, number, (NEG, FLOOD), person, "uji", seen, at) is not None


def test_what_only_one_of_two_answered_counts_after_two_weeks(
    store: Database, tools: Tools
) -> None:
    answered, untouched = queue(store, tools, 2, wanted=2)
    say(store, answered, "Dewi", NOW)
    assert fill_queue(store, tools, NOW + 14 * DAY) == 0
    assert state(store, answered) == "waiting", "a second one may still come"
    fill_queue(store, tools, NOW + 15 * DAY)
    assert (state(store, answered), state(store, untouched)) == ("settled", "dropped")
    assert labelled(store, int(answered)) == {
        "sentiment": ("negatif", "Dewi"),
        "issue": (FLOOD, "Dewi"),
    }


def test_what_waits_for_a_second_person_only_leaves_the_queue_dry(tmp_path: Path) -> None:
    tools = made(tmp_path, queue_size=4, a_day=6, labellers=2)
    db = open_world(tools)
    for name in ("Dewi", "Ani"):
        people.add(db, name, [Role.TRAINER], None, "siaga", NOW)
    seed_comments(db, tools, MANY)
    assert fill_queue(db, tools, NOW) == 4
    for item in label_queue.waiting(db, 9):
        assert item.wanted == 2
        say(db, item.comment_id, "Dewi", NOW)
    assert fill_queue(db, tools, NOW + HOUR) == 2
    assert fill_queue(db, tools, NOW + DAY) == 2, "four fit, two of which wait"
    db.conn.close()


def test_where_one_person_labels_each_answer_counts_and_no_item_stays(tmp_path: Path) -> None:
    """With the settings that ship a tenth of the items would wait for a second one."""
    tools = made(tmp_path)
    db = open_world(tools)
    people.add(db, "Dewi", [Role.TRAINER], None, "siaga", NOW)
    for day in (0, 1, 2, 3, 7, 8):
        now = NOW + day * DAY
        seed_comments(db, tools, [f"{text} hari {day} ke-{n}" for n in range(5) for text in TEXTS])
        assert fill_queue(db, tools, now) == 20
        while (number := label_queue.hand(db, "Dewi", now)) is not None:
            say(db, number, "Dewi", now)
    assert label_queue.waiting(db, 9) == []
    assert len(rows(db, "SELECT DISTINCT comment_id FROM label")) == 6 * 20
    db.conn.close()


def test_doubted_labels_leave_the_days_share_and_the_room_to_others(
    store: Database, tools: Tools
) -> None:
    old = seed_comments(store, tools, [f"{text} lama" for text in TEXTS])
    for number in old:
        predictions.add_label(store, number, LabelField.ISSUE, ROADS, "Dewi", NOW - DAY)
    queue_again(store, [(number, 0.9) for number in old], NOW - HOUR)
    seed_comments(store, tools, MANY)
    assert fill_queue(store, tools, NOW) == 20
    for item in label_queue.waiting(store, 99):
        if item.reason != "doubted":
            predictions.add_label(store, item.comment_id, LabelField.ISSUE, ROADS, "Ani", NOW)
    assert label_pool.room(store, 9, 99, NOW + DAY) == 9
    assert fill_queue(store, tools, NOW + DAY) == 16


def test_those_who_are_able_are_active_and_may_label(store: Database) -> None:
    assert able(store) == 0
    for name, role in (("Dewi", Role.TRAINER), ("Ani", Role.HUMAS), ("Eko", Role.OPD)):
        people.add(store, name, [role], None, "siaga", NOW)
    assert able(store) == 2
    people.deactivate(store, "Ani", "siaga", NOW)
    assert able(store) == 1


def test_without_a_chooser_the_least_sure_come_first(store: Database, tools: Tools) -> None:
    plain = replace(tools, chooser=None)
    seed_comments(store, plain, ["banjir parah di jalan kampung kami", "kapan loket buka lagi ya?"])
    assert fill_queue(store, plain, NOW) == 2
    unsure, sure = label_queue.waiting(store, 9)
    assert (unsure.reason, unsure.worth, sure.worth) == ("unsure", 1.0, 0.5)
    assert sure.guesses == (FLOOD, ROADS)
    assert unsure.guesses == ("lainnya",)
    pool = label_pool.teachable(store, NOW - DAY, 9)
    assert least_sure(pool, 5) == []


def test_only_so_many_are_weighed_the_unsure_and_some_of_the_others(
    store: Database, tools: Tools
) -> None:
    seed_comments(store, tools, MANY)
    pool = label_pool.teachable(store, NOW - DAY, 99)
    short = shortlist(pool, 9)
    unsure = {pool[one.index].id for one in least_sure(pool, 6)}
    assert len(short) == 9 and unsure <= {one.id for one in short}
    assert short == shortlist(pool, 9) and shortlist(pool, 99) == pool


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_the_share_for_two_only_grows(number: int, share: float) -> None:
    one = wanted(Training(double_share=share), number, 5)
    assert one in (1, 2)
    assert wanted(Training(double_share=1.0), number, 2) == 2
    assert wanted(Training(double_share=0.0), number, 5) == 1
    assert wanted(Training(double_share=0.0, labellers=2), number, 5) == 2
    assert wanted(Training(double_share=min(1.0, share + 0.1)), number, 5) >= one


@pytest.mark.parametrize("there", [0, 1])
def test_nobody_is_asked_who_is_not_there(there: int) -> None:
    assert wanted(Training(double_share=1.0), 7, there) == 1
    assert wanted(Training(labellers=2), 7, there) == 1


def test_the_share_for_two_is_about_as_large_as_asked_for() -> None:
    part = Training(double_share=0.1)
    assert 60 <= sum(wanted(part, number, 5) == 2 for number in range(1000)) <= 140


def test_the_offices_day_begins_at_its_own_midnight(tools: Tools) -> None:
    assert midnight(tools, NOW).isoformat() == "2026-03-02T00:00:00+07:00"


PROCESSES = multiprocessing.get_context("fork")


def die(folder: Path, boundary: str) -> None:
    tools = made(folder)

    def stop(name: str) -> None:
        if name == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    fill_queue(open_world(tools), replace(tools, boundary=stop), NOW)


@pytest.mark.parametrize(("boundary", "then"), [("labels:before-put", 20), ("labels:after-put", 0)])
def test_killed_in_the_middle_it_is_filled_once(boundary: str, then: int, tmp_path: Path) -> None:
    tools = made(tmp_path)
    db = open_world(tools)
    seed_comments(db, tools, MANY)
    db.conn.close()
    child = PROCESSES.Process(target=die, args=(tmp_path, boundary))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    db = open_world(tools)
    assert fill_queue(db, tools, NOW) == then
    assert len(label_queue.waiting(db, 99)) == 20
    db.conn.close()
