"""What people's verdicts do to live judging, to cards, to the budget and to the back-test alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.incidents.lessons import Lesson
from monitor.messages.sensitivity import sensitivity
from monitor.records import EventKind, IncidentId, IncidentState, Level, Person
from monitor.steps import decide, handing, views
from monitor.steps.budget import back_test, keep_budget, rules_now, rules_of, told_lessons
from monitor.steps.lessons import REMEMBERED, lessons, spoke
from monitor.store import attention, choices, incidents, questions
from monitor.store.connection import changed
from tests.day import DAY, HOUR, MINUTE, Day
from tests.world import FLOOD, NOW, make_reading, seed_incident, seed_people

WRITTEN = 0.92


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        yield opened


@pytest.fixture
def budi(day: Day) -> Person:
    return seed_people(day.db)["Budi"]


def judged(day: Day, budi: Person, score: float = WRITTEN, *, dismissed: bool = True) -> IncidentId:
    """An incident of the flood's issue that a person ended."""
    reading = make_reading(at=day.now, score=score, level=Level.WASPADA)
    incidents.open_new(day.db, reading, day.now, "")
    (incident,) = (one for one in day.live() if one.topic == FLOOD)
    if dismissed:
        decide.dismiss(day.db, budi, incident.id, day.now)
    else:
        decide.take(day.db, budi, incident.id, day.now)
        decide.resolve(day.db, budi, incident.id, day.now)
    return incident.id


def learnt(day: Day) -> Lesson | None:
    found = lessons(day.db, day.tools, rules_of(day.tools), day.now)
    assert set(found) <= {FLOOD}
    return found.get(FLOOD)


def test_a_dismissal_makes_the_issue_stricter_and_no_other(day: Day, budi: Person) -> None:
    assert rules_now(day.db, day.tools, day.now) == rules_of(day.tools)
    judged(day, budi)
    now, written = rules_now(day.db, day.tools, day.now), rules_of(day.tools)
    assert now[FLOOD].waspada == pytest.approx(WRITTEN * 1.1)
    assert now[FLOOD].siaga == pytest.approx(1.21)
    assert now[FLOOD].awas == written[FLOOD].awas
    assert {topic: rules for topic, rules in now.items() if topic != FLOOD} == {
        topic: rules for topic, rules in written.items() if topic != FLOOD
    }


def test_what_was_taken_and_resolved_takes_half_a_step_back(day: Day, budi: Person) -> None:
    judged(day, budi)
    judged(day, budi, dismissed=False)
    assert learnt(day) == Lesson(1.05, 1)


def test_what_ended_by_itself_or_was_never_taken_tells_nothing(day: Day, budi: Person) -> None:
    judged(day, budi)
    taken = seed_incident(day.db, FLOOD, at=day.now)
    decide.take(day.db, budi, taken.id, day.now)
    (taken,) = day.live()
    resolved = IncidentState.RESOLVED
    incidents.change(day.db, taken, EventKind.CALMED, resolved, day.now, "")
    untaken = seed_incident(day.db, FLOOD, at=day.now)
    decide.resolve(day.db, budi, untaken.id, day.now)
    wave = seed_incident(day.db, "salinan:1", at=day.now)
    decide.dismiss(day.db, budi, wave.id, day.now)
    assert learnt(day) == Lesson(1.1, 1)


def test_a_verdict_is_forgotten_after_two_months(day: Day, budi: Person) -> None:
    judged(day, budi)
    found = lessons(day.db, day.tools, rules_of(day.tools), day.now + REMEMBERED + MINUTE)
    assert found == {}


def test_opening_it_again_takes_the_lesson_back(day: Day, budi: Person) -> None:
    number = judged(day, budi)
    assert handing.reopen(day.db, budi, number, day.now).done
    assert learnt(day) is None


def test_the_highest_score_of_an_incident_is_what_counts(day: Day, budi: Person) -> None:
    incident = seed_incident(day.db, FLOOD, at=day.now)
    high = make_reading(at=day.now, score=1.28)
    incidents.observe(day.db, incident, high, None)
    incidents.observe(day.db, incident, replace(high, score=0.3), None)
    decide.dismiss(day.db, budi, incident.id, day.now)
    assert learnt(day) is None
    with day.db.atomic():  # as rows from before scores were kept
        changed(day.db, "UPDATE incident SET peak_score = NULL")
    assert learnt(day) == Lesson(1.1, 1)


def test_budget_and_lesson_go_no_further_than_the_budget_may(day: Day, budi: Person) -> None:
    day.tick()
    choices.choose(day.db, "most_a_day", "1", "Budi", day.now)
    kept = keep_budget(day.db, day.tools, day.now)
    assert kept is not None
    stored = choices.get(day.db, "budget")
    assert stored is not None
    choices.reckon(day.db, "budget", stored.replace('"times": 1.0', '"times": 1.35'), day.now)
    judged(day, budi)
    assert rules_now(day.db, day.tools, day.now)[FLOOD].waspada == pytest.approx(
        min(1.28, WRITTEN * 1.4)
    )


def test_live_and_back_test_judge_alike(day: Day, budi: Person) -> None:
    """A rise between the written and the raised threshold is an alert in neither."""
    day.read(NOW)
    day.flood(5)
    day.read(NOW + 2 * HOUR)
    (found,) = back_test(day.db, day.tools, NOW - HOUR, day.now, {}).told
    spikes = day.tools.settings.spikes.model_copy(
        update={"waspada": found.score / 1.05, "siaga": found.score * 2, "awas": found.score * 9}
    )
    settings = day.tools.settings.model_copy(update={"spikes": spikes})
    day.tools = replace(day.tools, settings=settings)
    before = back_test(day.db, day.tools, NOW - HOUR, day.now, {})
    judged(day, budi, 0.9)
    after = back_test(day.db, day.tools, NOW - HOUR, day.now, {})
    assert [one.topic for one in before.told] == [FLOOD]
    assert (after.told, after.lessons) == ([], [("Banjir & bencana", 1.1, 1)])
    assert rules_now(day.db, day.tools, day.now)[FLOOD].waspada > found.score


def test_the_card_says_so_where_it_mattered(day: Day, budi: Person) -> None:
    judged(day, budi)
    judged(day, budi, 1.19)
    between = make_reading(at=day.now, level=Level.WASPADA, score=1.15)
    incidents.open_new(day.db, between, day.now, "")
    (incident,) = day.live()
    said = views.card_message(day.db, day.tools, incident, day.now).text
    assert "ambang isu ini dinaikkan 12 %: 2 kali dinilai bukan krisis." in said
    above = make_reading(at=day.now, level=Level.SIAGA, score=1.27)
    incidents.observe(day.db, incident, above, None)
    (incident,) = day.live()
    assert "dinaikkan" not in views.card_message(day.db, day.tools, incident, day.now).text


def test_a_lesson_speaks_of_both_thresholds(day: Day) -> None:
    rules, lesson = rules_of(day.tools)[FLOOD], Lesson(1.1, 1)
    said = [
        spoke(lesson, rules, 1.0, make_reading(score=score))
        for score in (0.9, 0.95, 1.05, 1.15, 1.25)
    ]
    assert said == [False, True, False, True, False]


def test_sensitivity_names_the_issues_that_are_told_later(day: Day, budi: Person) -> None:
    judged(day, budi)
    told = told_lessons(day.db, day.tools, day.now)
    text = sensitivity(0, 1.0, None, None, told).text
    assert (
        "Ambang Waspada dan Siaga naik karena dinilai bukan krisis: "
        "Banjir &amp; bencana 10 % (1 kali)." in text
    )
    many = [(f"Isu {i}", 1.1, 1) for i in range(11)]
    assert "; dan 3 isu lain." in sensitivity(0, 1.0, None, None, many).text


def test_what_a_person_did_last_is_known_with_drafts_and_questions(day: Day, budi: Person) -> None:
    incident = seed_incident(day.db, FLOOD, at=NOW)
    assert attention.attended(day.db, [incident.id]) == {}
    decide.take(day.db, budi, incident.id, NOW + HOUR)
    assert attention.attended(day.db, [incident.id]) == {incident.id: NOW + HOUR}
    asking = questions.Asking(opd="bpbd", kind="keluhan", text="?", due_at=NOW + DAY, days=5)
    with day.db.atomic():
        number = questions.ask(day.db, incident, asking, "Ani", NOW + 2 * HOUR)
    assert attention.attended(day.db, [incident.id]) == {incident.id: NOW + 2 * HOUR}
    assert number is not None
    with day.db.atomic():
        questions.answer(day.db, number, "Sudah ditangani.", "Eko", NOW + DAY)
    assert attention.attended(day.db, [incident.id]) == {incident.id: NOW + DAY}
