"""What labellers may do and are told, whatever they press, in whatever order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action
from monitor.messages import answers
from monitor.messages import learning as words
from monitor.records import CommentId, LabelField, Person, PersonId, Role
from monitor.steps import labelling
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import comments, label_queue, predictions
from monitor.store.connection import changed, rows
from monitor.store.doubted import queue_again
from tests.label_world import FLOOD, NEG, NET, POS, ROADS, labelled, queue, state
from tests.world import NOW, make_comment, make_tools, open_world, seed_comments

DEWI = Person(PersonId(1), "Dewi", frozenset({Role.TRAINER}))
ANI = Person(PersonId(2), "Ani", frozenset({Role.HUMAS}))
EKO = Person(PersonId(3), "Eko", frozenset({Role.OPD}))
FLOODED, ROAD = ("negatif", FLOOD), ("netral", ROADS)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def store(tools: Tools) -> Iterator[Database]:
    db = open_world(tools)
    yield db
    db.conn.close()


def answer(
    db: Database,
    tools: Tools,
    person: Person,
    number: int,
    choice: tuple[str, str] = FLOODED,
) -> Answer:
    return labelling.answer(db, tools, person, CommentId(number), choice, "uji", NOW)


def test_an_item_is_shown_masked_with_what_the_machine_thinks(
    store: Database, tools: Tools
) -> None:
    (number,) = seed_comments(store, tools, ["banjir di Sampit, hubungi 0812-0000-0000 segera"])
    label_queue.put(store, [label_queue.ToLabel(number, "rare", 1.0, 1, (ROADS, "x"))], NOW)
    view = labelling.next_item(store, tools, DEWI, NOW)
    assert view is not None
    assert "0812" not in view.text
    assert (view.place, view.reason, view.issue) == ("Sampit", "rare", FLOOD)
    assert [tone for tone, _ in view.tones] == [NEG, NET, POS]
    assert view.best == [ROADS, *[key for key in tools.knowledge.taxonomy if key != ROADS][:2]]
    assert (view.done, view.goal, view.conflicts) == (0, 20, 0)
    assert labelling.item_view(store, tools, DEWI, CommentId(99), NOW) is None


def test_without_guesses_the_predicted_issue_comes_first(store: Database, tools: Tools) -> None:
    queue(store, tools, 1)
    view = labelling.next_item(store, tools, DEWI, NOW)
    assert view is not None
    assert view.best[0] == FLOOD
    assert len(set(view.best)) == 3


def test_who_may_not_is_told_so(store: Database, tools: Tools) -> None:
    (number,) = queue(store, tools, 1)
    told = answers.not_allowed((Role.ADMIN, Role.HUMAS, Role.TRAINER))
    assert answer(store, tools, EKO, int(number)) == Answer(told)
    assert labelling.skip(store, EKO, number, "uji", NOW) == Answer(told)
    assert labelling.undo(store, EKO, NOW) == Answer(told)
    only_trainers = Answer(answers.not_allowed((Role.TRAINER,)))
    assert labelling.settle(store, tools, ANI, number, FLOODED, NOW) == only_trainers
    assert labelling.refusal(DEWI, Action.TRAIN) is None
    assert labelling.open_conflicts(store, ANI) == 0


@pytest.mark.parametrize("choice", [("marah", FLOOD), ("negatif", "tidak_ada"), ("", "")])
def test_what_was_not_offered_changes_nothing(
    store: Database, tools: Tools, choice: tuple[str, str]
) -> None:
    (number,) = queue(store, tools, 1)
    labelling.next_item(store, tools, DEWI, NOW)
    assert answer(store, tools, DEWI, int(number), choice) == Answer(answers.STALE_BUTTON)
    assert labelling.settle(store, tools, DEWI, number, choice, NOW) == Answer(answers.STALE_BUTTON)
    assert rows(store, "SELECT * FROM said_label") == []


def test_each_answer_says_what_came_of_it(store: Database, tools: Tools) -> None:
    agreed, disputed = queue(store, tools, 2, wanted=2)
    for number in (agreed, disputed):
        labelling.next_item(store, tools, DEWI, NOW)
        assert answer(store, tools, DEWI, int(number)) == Answer(words.SECOND_ASKED, done=True)
    labelling.next_item(store, tools, ANI, NOW)
    kept = Answer("Tersimpan: Negatif · Banjir & bencana. Terima kasih.", done=True)
    assert answer(store, tools, ANI, int(agreed)) == kept
    labelling.next_item(store, tools, ANI, NOW)
    assert answer(store, tools, ANI, int(disputed), ROAD) == Answer(words.CONFLICTING, done=True)
    assert labelling.done_today(store, tools, DEWI, NOW) == 2


def test_a_second_tap_and_anothers_tap_are_answered_kindly(store: Database, tools: Tools) -> None:
    first, second = queue(store, tools, 2)
    labelling.next_item(store, tools, DEWI, NOW)
    assert answer(store, tools, ANI, int(first)) == Answer(words.TAKEN)
    assert answer(store, tools, DEWI, int(first)).done
    assert answer(store, tools, DEWI, int(first)) == Answer(words.SAID_ALREADY)
    assert answer(store, tools, ANI, int(first)) == Answer(words.TAKEN)
    assert answer(store, tools, ANI, int(second)) == Answer(words.OLD), "never shown to her"
    assert answer(store, tools, ANI, 99) == Answer(answers.GONE)


def test_what_was_let_go_waits_for_no_answer(store: Database, tools: Tools) -> None:
    (number,) = queue(store, tools, 1)
    labelling.next_item(store, tools, DEWI, NOW)
    changed(store, "UPDATE to_label SET state = 'dropped', settled_at = 1")
    store.conn.commit()
    assert answer(store, tools, DEWI, int(number)) == Answer(words.OLD)
    assert labelling.mine(store, tools, DEWI, number, NOW) is None


def test_words_that_were_edited_are_shown_again(store: Database, tools: Tools) -> None:
    (number,) = queue(store, tools, 1)
    labelling.next_item(store, tools, DEWI, NOW)
    assert labelling.mine(store, tools, DEWI, number, NOW) is not None
    with store.atomic():
        comments.upsert(store, [make_comment(int(number), "lain")], NOW, backfilled=False)
    understand(store, tools)
    assert labelling.mine(store, tools, DEWI, number, NOW) is None
    assert answer(store, tools, DEWI, int(number)) == Answer(words.EDITED)
    again = labelling.next_item(store, tools, DEWI, NOW)
    assert again is not None and again.text == "lain"
    assert answer(store, tools, DEWI, int(number)).done


def test_passing_over_and_taking_back(store: Database, tools: Tools) -> None:
    first, second = queue(store, tools, 2)
    labelling.next_item(store, tools, DEWI, NOW)
    assert labelling.skip(store, DEWI, first, "uji", NOW) == Answer(words.SKIPPED, done=True)
    assert labelling.skip(store, DEWI, first, "uji", NOW) == Answer(words.SAID_ALREADY)
    assert labelling.undo(store, DEWI, NOW) == Answer(words.UNDONE, done=True)
    assert labelling.undo(store, DEWI, NOW) == Answer(words.NOTHING_TO_UNDO)
    view = labelling.next_item(store, tools, DEWI, NOW)
    assert view is not None and view.comment_id == first
    labelling.stop(store, DEWI)
    view = labelling.next_item(store, tools, ANI, NOW)
    assert view is not None and view.comment_id == first
    assert state(store, second) == "waiting"


def disputed(db: Database, tools: Tools, count: int = 1) -> list[CommentId]:
    numbers = queue(db, tools, count, wanted=2)
    for number in numbers:
        for person, choice in ((DEWI, FLOODED), (ANI, ROAD)):
            labelling.next_item(db, tools, person, NOW)
            assert answer(db, tools, person, int(number), choice).done
    return numbers


def test_a_conflict_shows_each_answer_once_and_no_name(store: Database, tools: Tools) -> None:
    first, second = disputed(store, tools, 2)
    view = labelling.conflict(store)
    assert view is not None
    assert (view.comment_id, view.answers, view.left) == (first, [(NEG, FLOOD), (NET, ROADS)], 2)
    assert "Dewi" not in repr(view) and "Ani" not in repr(view)
    assert labelling.open_conflicts(store, DEWI) == 2
    assert [one.comment_id for one in labelling.conflicts(store)] == [first, second]
    assert labelling.conflict(store, CommentId(99)) is None


def test_a_conflict_is_decided_once(store: Database, tools: Tools) -> None:
    (number,) = disputed(store, tools)
    labelling.shown(store, DEWI, labelling.conflicts(store))
    done = labelling.settle(store, tools, DEWI, number, ("positif", FLOOD), NOW)
    assert done == Answer(words.DECIDED, done=True)
    again = labelling.settle(store, tools, DEWI, number, FLOODED, NOW)
    assert again == Answer(words.DECIDED_ALREADY)
    assert labelled(store, number)["sentiment"] == ("positif", "Dewi")
    assert labelling.conflict(store) is None
    assert labelling.conflict(store, number) is None


def test_a_conflict_is_decided_for_the_words_that_the_trainer_read(
    store: Database, tools: Tools
) -> None:
    (number,) = disputed(store, tools)
    assert labelling.settle(store, tools, DEWI, number, FLOODED, NOW) == Answer(words.EDITED)
    labelling.shown(store, DEWI, labelling.conflicts(store))
    with store.atomic():
        comments.upsert(store, [make_comment(int(number), "sudah surut")], NOW, backfilled=False)
    assert labelling.settle(store, tools, DEWI, number, FLOODED, NOW) == Answer(words.EDITED)
    understand(store, tools)
    assert labelling.settle(store, tools, DEWI, number, FLOODED, NOW) == Answer(words.EDITED)
    assert labelled(store, number) == {}
    label_queue.tidy(store, NOW, NOW)
    gone = labelling.settle(store, tools, DEWI, number, FLOODED, NOW)
    assert gone == Answer(words.DECIDED_ALREADY)
    for person, choice in ((DEWI, FLOODED), (ANI, ROAD)):
        labelling.next_item(store, tools, person, NOW)
        assert answer(store, tools, person, int(number), choice).done
    assert not labelling.settle(store, tools, DEWI, number, FLOODED, NOW).done, "never read"
    labelling.shown(store, DEWI, labelling.conflicts(store))
    assert labelling.settle(store, tools, DEWI, number, FLOODED, NOW).done


def test_a_conflict_that_waits_to_be_understood_anew_is_passed_over(
    store: Database, tools: Tools
) -> None:
    first, second = disputed(store, tools, 2)
    changed(store, "UPDATE comment SET predicted_by = NULL WHERE id = ?", [int(first)])
    store.conn.commit()
    view = labelling.conflict(store)
    assert view is not None and view.comment_id == second


def test_how_people_agree_is_told_for_each_field(store: Database, tools: Tools) -> None:
    disputed(store, tools, 3)
    tone, issue = labelling.agreement(store)
    assert (tone.field, tone.people, tone.items) == ("sentiment", ("Ani", "Dewi"), 3)
    assert (tone.alike, tone.kappa) == (0.0, 0.0)
    assert issue.field == "issue"


def test_a_correction_elsewhere_ends_the_wait(store: Database, tools: Tools) -> None:
    (number,) = queue(store, tools, 1)
    labelling.next_item(store, tools, DEWI, NOW)
    predictions.add_label(store, number, LabelField.ISSUE, ROADS, "Budi", NOW)
    assert answer(store, tools, DEWI, int(number)) == Answer(words.TAKEN)
    assert labelling.next_item(store, tools, DEWI, NOW) is None


PROCESSES = multiprocessing.get_context("fork")


def die_while_answering(folder: Path, statement: str) -> None:
    """Answers an item, and is killed where SQLite is about to run such a statement."""
    tools = make_tools(folder)
    db = open_world(tools)
    db.conn.set_trace_callback(
        lambda sql: os.kill(os.getpid(), signal.SIGKILL) if statement in sql else None
    )
    answer(db, tools, DEWI, 1)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE to_label SET state", "INSERT INTO label", "INSERT INTO tally", "INSERT INTO audit"],
)
def test_killed_between_answer_and_label_neither_is_there(statement: str, tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    (number,) = queue(db, tools, 1)
    labelling.next_item(db, tools, DEWI, NOW)
    db.conn.close()
    child = PROCESSES.Process(target=die_while_answering, args=(tmp_path, statement))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    db = open_world(tools)
    assert rows(db, "SELECT * FROM said_label") == rows(db, "SELECT * FROM label") == []
    assert state(db, number) == "waiting"
    assert answer(db, tools, DEWI, int(number)).done, "the same tap again"
    assert labelled(db, number)["issue"] == (FLOOD, "Dewi")
    db.conn.close()


def test_a_doubted_label_is_looked_at_again_by_somebody_else(store: Database, tools: Tools) -> None:
    (number,) = queue(store, tools, 1)
    assert labelling.next_item(store, tools, DEWI, NOW) is not None
    assert answer(store, tools, DEWI, number).done
    later = NOW + timedelta(days=3)
    assert queue_again(store, [(CommentId(number), 0.9)], later) == 1
    label_queue.tidy(store, later - timedelta(days=14), later)
    assert labelling.next_item(store, tools, DEWI, later) is None, "it was the own answer"
    again = labelling.next_item(store, tools, ANI, later)
    assert again is not None and again.comment_id == number
    labelling.answer(store, tools, ANI, CommentId(number), FLOODED, "uji", later)
    assert label_queue.waiting(store, 9) == []
    assert labelled(store, number)["sentiment"][0] == "negatif"
