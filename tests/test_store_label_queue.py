"""Who has which item before them, what each said, and what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import CommentId, LabelField, Sentiment, SourceId, Visibility
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import (
    audit,
    comments,
    label_pool,
    label_queue,
    open_store,
    predictions,
    said_labels,
)
from monitor.store.connection import changed, rows, to_epoch
from monitor.store.doubted import queue_again
from monitor.store.label_pool import Labelled
from monitor.store.label_queue import IMPORTED, LEASE, LabelState, ToLabel
from tests.label_world import FLOOD, NEG, NET, POS, ROADS, labelled, queue, state, tally
from tests.world import NOW, SITE, make_comment, make_tools, open_world, seed_comments

MINUTE = timedelta(minutes=1)
FLOODED, ROAD = (NEG, FLOOD), (NET, ROADS)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def store(tools: Tools) -> Iterator[Database]:
    db = open_world(tools)
    yield db
    db.conn.close()


def say(
    db: Database,
    number: CommentId,
    person: str,
    answer: tuple[object, str] = FLOODED,
    at: timedelta = timedelta(0),
) -> LabelState | None:
    """An answer to the words that the person has before them."""
    seen = label_queue.seen_by(db, number, person) or ""
    return said_labels.say(db, number, answer, person, "uji", seen, NOW + at)  # type: ignore[arg-type]


def words_of(db: Database, number: CommentId) -> str:
    """The content hash of the words as they stand."""
    stored = comments.get(db, number)
    assert stored is not None
    return stored.content_hash


def edit(db: Database, tools: Tools, number: CommentId, text: str) -> None:
    with db.atomic():
        comments.upsert(db, [make_comment(int(number), text)], NOW, backfilled=False)
    understand(db, tools)


def test_what_teaches_most_comes_first_and_stays_until_it_is_answered(
    store: Database, tools: Tools
) -> None:
    first, second, _ = queue(store, tools)
    assert label_queue.hand(store, "Dewi", NOW) == first
    assert label_queue.hand(store, "Dewi", NOW + MINUTE) == first
    assert say(store, first, "Dewi") is LabelState.SETTLED
    assert label_queue.hand(store, "Dewi", NOW + MINUTE) == second
    assert labelled(store, first) == {
        "sentiment": ("negatif", "Dewi"),
        "issue": (FLOOD, "Dewi"),
    }


def test_an_item_is_before_one_person_at_a_time(store: Database, tools: Tools) -> None:
    first, second, third = queue(store, tools)
    assert label_queue.hand(store, "Dewi", NOW) == first
    assert label_queue.hand(store, "Ani", NOW) == second
    assert label_queue.hand(store, "Budi", NOW) == third
    assert label_queue.hand(store, "Citra", NOW) is None
    assert not label_queue.free_for(store, first, "Ani", NOW)
    assert say(store, first, "Ani") is None
    label_queue.release(store, "Ani")
    assert label_queue.hand(store, "Citra", NOW) == second


def test_what_is_left_lying_is_somebody_elses_after_a_quarter_of_an_hour(
    store: Database, tools: Tools
) -> None:
    (only,) = queue(store, tools, 1)
    assert label_queue.hand(store, "Dewi", NOW) == only
    assert label_queue.hand(store, "Ani", NOW + LEASE - MINUTE) is None
    assert label_queue.hand(store, "Ani", NOW + LEASE) == only
    assert say(store, only, "Dewi", at=LEASE) is None, "Ani has it now"
    assert say(store, only, "Ani", at=LEASE) is LabelState.SETTLED


def test_a_late_answer_counts_while_nobody_else_has_it(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1)
    label_queue.hand(store, "Dewi", NOW)
    assert say(store, only, "Dewi", at=3 * LEASE) is LabelState.SETTLED


def test_two_people_say_it_and_it_counts_when_they_agree(store: Database, tools: Tools) -> None:
    first, _ = queue(store, tools, 2, wanted=2)
    assert label_queue.hand(store, "Dewi", NOW) == label_queue.hand(store, "Ani", NOW) == first
    assert label_queue.hand(store, "Budi", NOW) != first, "two have it"
    assert say(store, first, "Dewi") is LabelState.WAITING
    assert labelled(store, first) == {}
    assert say(store, first, "Ani") is LabelState.SETTLED
    assert labelled(store, first)["issue"] == (FLOOD, "Ani")


def test_whose_second_opinion_is_wanted_comes_before_what_teaches_more(
    store: Database, tools: Tools
) -> None:
    first, second = queue(store, tools, 2, wanted=2)
    changed(store, "UPDATE to_label SET worth = 9 WHERE comment_id = ?", [int(first)])
    store.conn.commit()
    assert label_queue.hand(store, "Dewi", NOW) == first
    say(store, first, "Dewi")
    assert label_queue.hand(store, "Dewi", NOW) == second
    say(store, second, "Dewi")
    changed(store, "UPDATE to_label SET worth = 0 WHERE comment_id = ?", [int(second)])
    (third,) = seed_comments(store, tools, ["jalan rusak parah sekali di sini"])
    label_queue.put(store, [ToLabel(third, "rare", 99)], NOW)
    assert label_queue.hand(store, "Ani", NOW) in (first, second)


def test_different_answers_are_a_conflict_that_is_decided_once(
    store: Database, tools: Tools
) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    for person in ("Dewi", "Ani"):
        label_queue.hand(store, person, NOW)
    assert say(store, only, "Dewi") is LabelState.WAITING
    assert say(store, only, "Ani", ROAD) is LabelState.CONFLICT
    assert said_labels.conflicts(store, 5) == [only]
    assert labelled(store, only) == {}
    seen = words_of(store, only)
    assert not said_labels.settle(store, only, FLOODED, "Citra", "lain", NOW), "other words"
    assert said_labels.settle(store, only, (POS, ROADS), "Citra", seen, NOW)
    assert not said_labels.settle(store, only, FLOODED, "Budi", seen, NOW)
    assert labelled(store, only) == {"sentiment": ("positif", "Citra"), "issue": (ROADS, "Citra")}
    assert said_labels.conflicts(store, 5) == []
    assert audit.broken_at(store) is None


def test_a_settled_answer_counts_at_once(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1)
    before = tally(store)
    label_queue.hand(store, "Dewi", NOW)
    say(store, only, "Dewi", (POS, ROADS))
    (now,) = tally(store)
    assert (now["topic"], now["negative"]) == (ROADS, 0)
    assert said_labels.undo(store, "Dewi", NOW - MINUTE, NOW) == only
    assert tally(store) == before
    assert labelled(store, only) == {}


def test_a_later_correction_outranks_and_cannot_be_undone_from_here(
    store: Database, tools: Tools
) -> None:
    (only,) = queue(store, tools, 1)
    label_queue.hand(store, "Dewi", NOW)
    say(store, only, "Dewi")
    predictions.add_label(store, only, LabelField.ISSUE, ROADS, "Budi", NOW + MINUTE)
    assert predictions.labels_of(store, only)[LabelField.ISSUE] == ROADS
    assert said_labels.undo(store, "Dewi", NOW - MINUTE, NOW + MINUTE) is None
    assert labelled(store, only)["sentiment"] == ("negatif", "Dewi")


def test_the_last_answer_comes_back_before_its_person(store: Database, tools: Tools) -> None:
    first, second, third = queue(store, tools)
    for number in (first, second):
        assert label_queue.hand(store, "Dewi", NOW) == number
        say(store, number, "Dewi")
    assert label_queue.hand(store, "Dewi", NOW) == third
    assert said_labels.undo(store, "Dewi", NOW - MINUTE, NOW) == second
    assert label_queue.hand(store, "Dewi", NOW) == second
    assert label_queue.hand(store, "Ani", NOW) == third
    assert say(store, second, "Dewi", ROAD) is LabelState.SETTLED
    assert labelled(store, second)["issue"] == (ROADS, "Dewi")


def test_what_is_too_old_or_answered_by_another_is_not_taken_back(
    store: Database, tools: Tools
) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    assert said_labels.undo(store, "Dewi", NOW - MINUTE, NOW) is None
    for person in ("Dewi", "Ani"):
        label_queue.hand(store, person, NOW)
        say(store, only, person)
    assert said_labels.undo(store, "Dewi", NOW - MINUTE, NOW) is None, "Ani agreed with it"
    assert said_labels.undo(store, "Ani", NOW + MINUTE, NOW) is None, "too old"
    assert said_labels.undo(store, "Ani", NOW - MINUTE, NOW) == only
    assert state(store, only) == "waiting"
    assert labelled(store, only) == {}


def test_what_two_people_pass_over_is_let_go(store: Database, tools: Tools) -> None:
    first, second = queue(store, tools, 2)
    label_queue.hand(store, "Dewi", NOW)
    seen = label_queue.seen_by(store, first, "Dewi")
    assert seen is not None
    assert not said_labels.skip(store, first, "Ani", "uji", seen, NOW), "Dewi has it"
    assert said_labels.skip(store, first, "Dewi", "uji", seen, NOW)
    assert not said_labels.skip(store, first, "Dewi", "uji", seen, NOW)
    assert label_queue.hand(store, "Dewi", NOW) == second
    assert label_queue.hand(store, "Ani", NOW) == first
    assert said_labels.skip(store, first, "Ani", "uji", seen, NOW)
    assert state(store, first) == "dropped"
    assert said_labels.undo(store, "Ani", NOW - MINUTE, NOW) == first
    assert state(store, first) == "waiting"


def test_an_answer_is_to_the_words_that_were_seen(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    label_queue.hand(store, "Dewi", NOW)
    label_queue.hand(store, "Ani", NOW)
    assert say(store, only, "Ani") is LabelState.WAITING
    edit(store, tools, only, "sudah surut, terima kasih petugas yang cepat")
    assert say(store, only, "Dewi") is None
    assert said_labels.answers_of(store, only) == []
    assert label_queue.hand(store, "Ani", NOW) == only, "they are asked again"
    assert label_queue.hand(store, "Dewi", NOW) == only
    assert say(store, only, "Dewi", (POS, FLOOD)) is LabelState.WAITING
    assert say(store, only, "Ani", (POS, FLOOD)) is LabelState.SETTLED
    assert [len(said) for said in label_pool.doubles(store, 5)] == [2]


def test_tidying_lets_go_of_what_cannot_be_answered(store: Database, tools: Tools) -> None:
    hidden, erased, corrected, stale, kept, disputed = queue(store, tools, 6)
    changed(store, "UPDATE comment SET erased_at = 1 WHERE id = ?", [int(erased)])
    changed(
        store,
        "UPDATE to_label SET state = 'conflict', settled_at = 1 WHERE comment_id = ?",
        [int(disputed)],
    )
    changed(store, "UPDATE to_label SET queued_at = 5 WHERE comment_id = ?", [int(stale)])
    store.conn.commit()
    with store.atomic():
        comments.mark_gone(
            store, SITE, [(f"c{n}", Visibility.DELETED) for n in (int(hidden), int(disputed))]
        )
    predictions.add_label(store, corrected, LabelField.ISSUE, ROADS, "Budi", NOW)
    assert label_queue.hand(store, "Dewi", NOW) in (stale, kept)
    assert label_queue.tidy(store, NOW - timedelta(days=14), NOW) == 5
    assert [one.comment_id for one in label_queue.waiting(store, 9)] == [kept]
    assert label_queue.tidy(store, NOW - timedelta(days=14), NOW + timedelta(days=2)) == 0
    assert rows(store, "SELECT * FROM handed_label") == []
    assert said_labels.conflicts(store, 5) == []


def test_a_conflict_about_words_that_were_edited_is_none(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    for person, answer in (("Dewi", FLOODED), ("Ani", ROAD)):
        label_queue.hand(store, person, NOW)
        say(store, only, person, answer)
    assert label_queue.tidy(store, NOW - timedelta(days=14), NOW) == 0
    assert said_labels.conflicts(store, 5) == [only]
    edit(store, tools, only, "sudah surut, terima kasih petugas yang cepat")
    assert said_labels.conflicts(store, 5) == []
    assert label_queue.tidy(store, NOW - timedelta(days=14), NOW) == 0
    assert state(store, only) == "waiting"
    assert label_queue.hand(store, "Ani", NOW) == only


def test_a_conflict_is_decided_only_while_its_words_are_understood_and_stand(
    store: Database, tools: Tools
) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    for person, answer in (("Dewi", FLOODED), ("Ani", ROAD)):
        label_queue.hand(store, person, NOW)
        say(store, only, person, answer)
    seen = words_of(store, only)
    changed(store, "UPDATE comment SET predicted_by = NULL")
    store.conn.commit()
    assert not said_labels.settle(store, only, FLOODED, "Citra", seen, NOW)
    understand(store, tools)
    changed(store, "UPDATE comment SET erased_at = 1")
    store.conn.commit()
    assert not said_labels.settle(store, only, FLOODED, "Citra", seen, NOW)
    assert (state(store, only), labelled(store, only)) == ("conflict", {})


def test_which_words_of_a_conflict_somebody_read_is_kept_until_it_is_decided(
    store: Database, tools: Tools
) -> None:
    disputed, other = queue(store, tools, 2, wanted=2)
    for person, answer in (("Dewi", FLOODED), ("Ani", ROAD)):
        label_queue.hand(store, person, NOW)
        say(store, disputed, person, answer)
    seen = words_of(store, disputed)
    label_queue.show(store, [(disputed, seen)], "Citra")
    assert label_queue.hand(store, "Citra", NOW) == other
    label_queue.release(store, "Citra")
    label_queue.tidy(store, NOW - timedelta(days=14), NOW + timedelta(days=2))
    assert label_queue.seen_by(store, disputed, "Citra") == seen
    assert label_queue.seen_by(store, other, "Citra") is None
    assert said_labels.undo(store, "Ani", NOW - MINUTE, NOW) == disputed
    assert say(store, disputed, "Ani") is LabelState.SETTLED, "who decides keeps nobody out"
    label_queue.tidy(store, NOW - timedelta(days=14), NOW + timedelta(days=2))
    assert label_queue.seen_by(store, disputed, "Citra") is None


def doubt(db: Database, tools: Tools) -> CommentId:
    """What Dewi labelled long ago is doubted now."""
    (only,) = queue(db, tools, 1)
    long_ago = timedelta(days=-30)
    changed(db, "UPDATE to_label SET queued_at = 5")
    db.conn.commit()
    label_queue.hand(db, "Dewi", NOW + long_ago)
    assert say(db, only, "Dewi", at=long_ago) is LabelState.SETTLED
    assert queue_again(db, [(only, 0.9)], NOW) == 1
    return only


def test_a_doubted_label_that_nobody_looked_at_is_let_go(store: Database, tools: Tools) -> None:
    only = doubt(store, tools)
    assert label_queue.tidy(store, NOW - MINUTE, NOW) == 0
    assert said_labels.settle_alone(store, NOW + MINUTE, NOW + MINUTE) == 0, "it was said before"
    assert label_queue.tidy(store, NOW + MINUTE, NOW + MINUTE) == 1
    assert state(store, only) == "dropped"
    assert labelled(store, only)["issue"] == (FLOOD, "Dewi")


@pytest.mark.parametrize("answer", [FLOODED, ROAD])
def test_a_second_look_at_a_doubted_label_can_be_taken_back(
    store: Database, tools: Tools, answer: tuple[Sentiment, str]
) -> None:
    only = doubt(store, tools)
    assert label_queue.hand(store, "Ani", NOW) == only
    assert say(store, only, "Ani", answer) is not None
    assert said_labels.undo(store, "Ani", NOW - MINUTE, NOW) == only
    assert label_queue.hand(store, "Ani", NOW) == only
    assert labelled(store, only)["issue"] == (FLOOD, "Dewi")


def test_an_answer_to_other_words_keeps_nothing_in_the_queue(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1, wanted=2)
    label_queue.hand(store, "Dewi", NOW)
    say(store, only, "Dewi")
    edit(store, tools, only, "sudah surut, terima kasih petugas yang cepat")
    assert said_labels.settle_alone(store, NOW + MINUTE, NOW + MINUTE) == 0
    assert label_queue.tidy(store, NOW + MINUTE, NOW + MINUTE) == 1
    assert labelled(store, only) == {}


def test_the_one_answer_that_came_counts_as_any_other(store: Database, tools: Tools) -> None:
    only, both, skipped = queue(store, tools, 3, wanted=2)
    label_queue.hand(store, "Dewi", NOW)
    say(store, only, "Dewi", (POS, ROADS))
    for person, answer in (("Dewi", FLOODED), ("Ani", ROAD)):
        label_queue.give(store, both, person, NOW)
        say(store, both, person, answer)
    label_queue.give(store, skipped, "Dewi", NOW)
    seen = words_of(store, skipped)
    assert said_labels.skip(store, skipped, "Dewi", "uji", seen, NOW)
    later = NOW + timedelta(days=15)
    assert said_labels.settle_alone(store, NOW, later) == 0, "not old enough"
    assert said_labels.settle_alone(store, NOW + MINUTE, later) == 1
    assert [state(store, one) for one in (only, both, skipped)] == [
        "settled",
        "conflict",
        "waiting",
    ]
    assert labelled(store, only) == {"sentiment": ("positif", "Dewi"), "issue": (ROADS, "Dewi")}
    assert {row["at"] for row in rows(store, "SELECT at FROM label")} == {to_epoch(later)}
    (counted,) = (row for row in tally(store) if row["comment_id"] == int(only))
    assert (counted["topic"], counted["negative"]) == (ROADS, 0)
    assert audit.broken_at(store) is None


def test_what_was_let_go_can_wait_again(store: Database, tools: Tools) -> None:
    first, second = queue(store, tools, 2)
    assert label_queue.tidy(store, NOW + MINUTE, NOW + MINUTE) == 2
    back = ToLabel(first, IMPORTED, 0.0, 2)
    with store.atomic():
        assert label_queue.reopen(store, back, NOW + MINUTE)
        assert not label_queue.reopen(store, back, NOW + MINUTE)
    assert label_queue.waiting(store, 9) == [back]
    assert label_queue.tidy(store, NOW + MINUTE, NOW + MINUTE) == 0
    assert state(store, second) == "dropped"


def test_what_waits_to_be_understood_anew_stays_in_the_queue(store: Database, tools: Tools) -> None:
    (only,) = queue(store, tools, 1)
    with store.atomic():
        comments.upsert(store, [make_comment(int(only), "lain lagi")], NOW, backfilled=False)
    assert label_queue.hand(store, "Dewi", NOW) is None
    assert label_queue.tidy(store, NOW - timedelta(days=14), NOW) == 0
    understand(store, tools)
    assert label_queue.hand(store, "Dewi", NOW) == only


def test_queueing_twice_changes_nothing(store: Database, tools: Tools) -> None:
    first, *_ = queue(store, tools)
    assert label_queue.put(store, [ToLabel(first, "rare", 5.0, 2, ("a", "b"))], NOW) == 0
    found = label_queue.get(store, first)
    assert found is not None
    assert (found.reason, found.wanted) == ("unsure", 1)
    assert label_queue.get(store, CommentId(99)) is None
    with store.atomic():
        label_queue.widen(store, first, 2)
    assert replace(found, wanted=2) == label_queue.get(store, first)


def test_only_comments_that_could_teach_are_in_the_pool(store: Database, tools: Tools) -> None:
    texts = [
        "jalan rusak di depan rumah kami",
        "jalan rusak di depan rumah kami",  # a copy
        "gacor sekali slot ini mari semua",  # spam
        "Bagus",
        "bagus ",  # the same, too short to be known as a copy
        "banjir lagi di kampung kami parah",
        "sampah menumpuk di pasar dan bau",
        "puskesmas lambat melayani kami semua",
        "   ",
    ]
    numbers = seed_comments(store, tools, texts)
    seed_comments(store, tools, ["kata kantor sendiri soal jalan"], author_is_owner=True)
    predictions.add_label(store, numbers[5], LabelField.ISSUE, ROADS, "Budi", NOW)
    label_queue.put(store, [ToLabel(numbers[6], "rare", 1)], NOW)
    changed(store, "UPDATE comment SET erased_at = 1 WHERE id = ?", [int(numbers[7])])
    store.conn.commit()
    found = label_pool.teachable(store, NOW - timedelta(days=60), 100)
    assert [one.id for one in found] == [numbers[4], numbers[0]]
    assert found[1].text == texts[0]
    assert (found[1].sentiment, found[1].issue) == (NEG, ROADS)
    assert found[1].sentiment_p == (0.9, 0.05, 0.05)
    assert found[1].source_id == SourceId("berita")
    assert label_pool.teachable(store, NOW + MINUTE, 100) == []
    assert len(label_pool.teachable(store, NOW - timedelta(days=60), 1)) == 1
    assert label_pool.unlabelled_texts(store, 100) == [texts[4], texts[0]]
    assert label_pool.unlabelled_texts(store, 1) == [texts[4]]


def test_a_copy_of_what_was_labelled_long_ago_teaches_nothing(
    store: Database, tools: Tools
) -> None:
    text = "jalan rusak di depan rumah kami"
    (old,) = seed_comments(store, tools, [text], NOW - timedelta(days=50))
    predictions.add_label(store, old, LabelField.ISSUE, ROADS, "Budi", NOW)
    seed_comments(store, tools, [text])
    changed(store, "UPDATE prediction SET copy_of = NULL")
    store.conn.commit()
    assert label_pool.teachable(store, NOW - timedelta(days=60), 100) == []


def test_what_was_asked_lately_and_how_much_is_labelled_can_be_told(
    store: Database, tools: Tools
) -> None:
    waits, flood, tone, free = seed_comments(
        store,
        tools,
        ["sampah bau di pasar kami", "jalan rusak parah", "banjir lagi parah", "kapan buka ya"],
    )
    label_queue.put(store, [ToLabel(waits, "rare", 1)], NOW)
    predictions.add_label(store, flood, LabelField.ISSUE, FLOOD, "Budi", NOW)
    predictions.add_label(store, tone, LabelField.SENTIMENT, "netral", "Budi", NOW)
    assert [one.id for one in label_pool.taken(store, NOW - MINUTE * 9, 9)] == [tone, flood, waits]
    assert [one.id for one in label_pool.taken(store, NOW - MINUTE * 9, 1)] == [tone]
    assert label_pool.taken(store, NOW + MINUTE, 9) == []
    assert label_pool.labelled_counts(store) == Labelled({FLOOD: 2}, {"id": 2}, {"netral": 1})
    assert [one.id for one in label_pool.teachable(store, NOW - MINUTE * 9, 9)] == [free]


def test_room_is_what_fits_into_the_queue_and_the_day(store: Database, tools: Tools) -> None:
    queue(store, tools, 3)
    midnight = NOW - timedelta(hours=10)
    assert label_pool.room(store, 60, 20, midnight) == 17
    assert label_pool.room(store, 5, 20, midnight) == 2
    assert label_pool.room(store, 2, 20, midnight) == 0
    assert label_pool.room(store, 60, 20, NOW + MINUTE) == 20


def test_what_was_answered_once_or_came_in_a_file_takes_no_room(
    store: Database, tools: Tools
) -> None:
    answered, skipped, imported, untouched = queue(store, tools, 4, wanted=2)
    label_queue.hand(store, "Dewi", NOW)
    say(store, answered, "Dewi")
    assert label_queue.hand(store, "Dewi", NOW) == skipped
    assert said_labels.skip(store, skipped, "Dewi", "uji", words_of(store, skipped), NOW)
    changed(store, "UPDATE to_label SET reason = ? WHERE comment_id = ?", (IMPORTED, int(imported)))
    store.conn.commit()
    assert label_pool.untouched(store) == 1
    assert label_pool.room(store, 60, 99, NOW) == 59
    assert label_pool.room(store, 60, 20, NOW) == 17
    assert label_queue.hand(store, "Dewi", NOW) == imported
    edit(store, tools, answered, "sudah surut, terima kasih petugas yang cepat")
    assert label_pool.untouched(store) == 2, "nobody answered these words"
    assert state(store, untouched) == "waiting"


def test_figures_tell_states_answers_and_reasons(store: Database, tools: Tools) -> None:
    first, second, _ = queue(store, tools)
    for person, number in (("Dewi", first), ("Ani", second)):
        label_queue.hand(store, person, NOW)
        say(store, number, person)
    found = label_pool.figures(store, NOW - MINUTE)
    assert (found.waiting, found.conflicts, found.settled, found.dropped) == (1, 0, 2, 0)
    assert found.answers == {"Ani": 1, "Dewi": 1}
    assert found.reasons == {"unsure": 3}
    assert label_pool.answered(store, "Dewi", NOW) == 1
    assert label_pool.answered(store, "Dewi", NOW + MINUTE) == 0
    assert said_labels.has_said(store, first, "Dewi")
    assert not said_labels.has_said(store, first, "Ani")


def test_many_people_at_once_never_label_the_same(store: Database, tools: Tools) -> None:
    """Eight people, forty items, half of them for two: each is answered by just so many."""
    numbers = queue(store, tools, 20)
    changed(store, "UPDATE to_label SET wanted = 1 + comment_id % 2")
    store.conn.commit()
    errors: list[BaseException] = []

    def work(person: str) -> None:
        db = open_store(tools.settings.database)
        try:
            while (number := label_queue.hand(db, person, NOW)) is not None:
                assert say(db, number, person) is not None
        except BaseException as error:  # told in the main thread
            errors.append(error)
        finally:
            db.conn.close()

    threads = [threading.Thread(target=work, args=(f"P{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    for number in numbers:
        said = said_labels.answers_of(store, number)
        assert len(said) == 1 + int(number) % 2
        labels = rows(store, "SELECT * FROM label WHERE comment_id = ?", [int(number)])
        assert len(labels) == 2, "one of each field"
        assert state(store, number) == "settled"
    assert audit.broken_at(store) is None
