"""The order of the steps, and that one step's trouble is not the others'."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.errors import ModelError
from monitor.pipeline import Ticked
from monitor.records import DraftState, NoticeState, Person, PersonId, Role
from monitor.steps import decide_drafts
from monitor.steps.understand import MOST_BATCHES
from monitor.store import drafts, notices
from tests.day import MINUTE, Day
from tests.world import FLOOD, NOW, PROJECT, RuleClassifier, RuleVerdict, open_world, seed_incident

BUDI = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
STEPS = ["collect", "understand", "judge", "waves", "topics", "notify", "suggest", "post"]


class BrokenClassifier(RuleClassifier):
    """Raises instead of understanding."""

    def __init__(self, trouble: Exception) -> None:
        self._trouble = trouble

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        raise self._trouble


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


def test_a_comment_goes_all_the_way_in_one_tick_and_a_decision_in_the_next(day: Day) -> None:
    day.flood(12, NOW)
    done = day.tick(NOW + 10 * MINUTE)
    assert done == Ticked(collected=12, understood=12, changed=1, shown=1, suggested=3)
    draft = drafts.of_incident(day.db, day.live()[0].id)[0]
    decide_drafts.approve(day.db, day.tools, BUDI, draft.id, day.now)
    assert day.tick().posted == 1
    assert [text for _, text in day.replier.replies] == [draft.text]


def test_the_steps_run_in_their_order(day: Day) -> None:
    day.flood(12, NOW + 50 * MINUTE)
    day.say(["Mari dukung program kelurahan hijau untuk kota kita"] * 12, NOW + 50 * MINUTE)
    passed: list[str] = []
    day.tools = replace(day.tools, boundary=lambda name: passed.append(name.split(":")[0]))
    day.tick(NOW + 60 * MINUTE)  # the hour of the topics has come
    flood = next(incident for incident in day.live() if incident.topic == FLOOD)
    draft = drafts.of_incident(day.db, flood.id)[0]
    decide_drafts.approve(day.db, day.tools, BUDI, draft.id, day.now)
    day.tick()
    assert [name for name in dict.fromkeys(passed) if name in STEPS] == STEPS


def test_the_table_on_top_names_the_steps_that_tick_runs() -> None:
    source = (PROJECT / "monitor" / "pipeline.py").read_text(encoding="utf-8")
    listed = re.findall(r"^\d +(\w+) ", pipeline.__doc__ or "", re.MULTILINE)
    run = re.findall(r'_step\("(\w+)"', source)
    assert [name for name in listed if name not in ("decide", "train")] == run
    assert set(STEPS) <= set(run)


def test_a_tick_without_anything_to_do_is_idle(day: Day) -> None:
    assert day.tick(NOW + MINUTE).idle
    day.flood(1)
    assert not day.tick(NOW + 10 * MINUTE).idle


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (ModelError("model: rules-1: damaged"), "understand: model: rules-1: damaged"),
        (ZeroDivisionError("a bug"), "understand: unexpected"),
    ],
)
def test_a_step_in_trouble_keeps_no_other_waiting(
    day: Day, caplog: pytest.LogCaptureFixture, trouble: Exception, told: str
) -> None:
    seed_incident(day.db, "kesehatan")
    day.flood(12, NOW)
    healthy = day.tools
    day.tools = replace(healthy, classifier=BrokenClassifier(trouble))
    with caplog.at_level(logging.ERROR, "monitor"):
        done = day.tick(NOW + 10 * MINUTE)
    assert (done.collected, done.understood, done.shown) == (12, 0, 1)
    assert [record.getMessage() for record in caplog.records] == [told]
    day.tools = healthy
    assert day.tick(NOW + 11 * MINUTE).understood == 12


def test_a_start_puts_right_what_a_killed_process_left_half_done(day: Day) -> None:
    day.flood(12, NOW)
    day.tick(NOW + 10 * MINUTE)
    draft = drafts.of_incident(day.db, day.live()[0].id)[0]
    decide_drafts.approve(day.db, day.tools, BUDI, draft.id, day.now)
    approved = drafts.get(day.db, draft.id)
    assert approved is not None
    drafts.begin_post(day.db, approved, day.now)
    seed_incident(day.db, "kesehatan", at=day.now)
    day.channel.full.update(day.chats())
    day.tick(NOW + 11 * MINUTE)
    (waiting,) = [one for one in notices.every(day.db) if one.state is NoticeState.DUE][:1]
    notices.begin(day.db, waiting)
    fresh = open_world(day.tools)
    pipeline.start(fresh, day.tools, NOW + 12 * MINUTE)
    assert {one.state for one in notices.every(fresh)} & {NoticeState.SENDING} == set()
    after = drafts.get(fresh, draft.id)
    assert after is not None and after.state is DraftState.UNSURE
    assert day.replier.replies == []
    fresh.close()


def test_a_tick_does_not_wait_for_a_site_longer_than_its_patience(day: Day) -> None:
    answer = threading.Event()
    site = next(iter(day.sites.values()))
    collect = site.collect

    def slow(cursor, now):  # type: ignore[no-untyped-def]
        answer.wait(20)
        yield from collect(cursor, now)

    site.collect = slow  # type: ignore[method-assign]
    seed_incident(day.db, at=NOW)
    begin = time.monotonic()
    later = NOW + 10 * MINUTE
    done = pipeline.tick(day.db, day.tools, day.collector, later, patience=0.2)
    assert time.monotonic() - begin < 15
    assert (done.collected, done.shown) == (0, 1)
    answer.set()


def test_a_backfill_is_read_in_several_ticks_and_the_next_comes_at_once(day: Day) -> None:
    most = MOST_BATCHES * day.tools.settings.classify.batch
    day.say([f"Kabar panjang nomor {i}" for i in range(most + 7)], NOW)
    first = day.tick(NOW + 10 * MINUTE)
    assert (first.understood, pipeline.more_waits(day.tools, first)) == (most, True)
    second = day.tick(NOW + 10 * MINUTE)
    assert (second.understood, pipeline.more_waits(day.tools, second)) == (7, False)
    assert (first + second).understood == most + 7
