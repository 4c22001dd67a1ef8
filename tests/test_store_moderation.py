"""What people want hidden: one row a comment, guarded, audited; counts follow what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.platforms.base import content_hash
from monitor.records import CommentId, StoredComment, Visibility
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import audit, comments, counts, moderation
from monitor.store.moderation import Wish
from tests.world import FLOOD, NOW, make_tools, open_world, seed_comments

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_comments(opened, tools, ["banjir parah di pasar", "jalan rusak parah"])
    yield opened
    opened.close()


def stored(db: Database, number: int = 1) -> StoredComment:
    found = comments.get(db, CommentId(number))
    assert found is not None
    return found


def want(db: Database, number: int = 1, **more: Any) -> bool:
    given = {"hidden": True, "reply_ref": "r", "person": "Budi", "reason": "spam judi", "now": NOW}
    return moderation.want(db, stored(db, number), **{**given, **more})


def wish(db: Database, number: int = 1) -> Wish:
    found = moderation.get(db, CommentId(number))
    assert found is not None
    return found


def test_a_restored_store_gives_up_what_was_wanted(db: Database) -> None:
    want(db)
    want(db, 2)
    assert moderation.finish(db, wish(db), NOW)
    assert moderation.hold_back(db, "restored", NOW) == 1
    assert (wish(db).state, wish(db, 2).state, wish(db, 2).error) == ("done", "failed", "restored")
    assert moderation.due(db, NOW + HOUR) == []
    assert want(db, 2), "a person may ask again"


def negatives(db: Database) -> int:
    hours = counts.hourly(db, NOW - HOUR, NOW + HOUR)
    return sum(hour.negatives for hour in hours if hour.topic == FLOOD)


def actions(db: Database) -> list[str]:
    return [f"{row['actor']} {row['action']}" for row in audit.newest(db, 9)][::-1]


def test_a_wish_is_noted_once_and_due_at_once(db: Database) -> None:
    assert moderation.get(db, CommentId(1)) is None
    assert want(db)
    assert not want(db, person="Citra", now=NOW + SECOND)
    expected = Wish(CommentId(1), True, "r", "wanted", "Budi", "spam judi", NOW)
    assert moderation.due(db, NOW) == [expected] == [wish(db)]
    assert moderation.due(db, NOW - SECOND) == []
    assert actions(db) == ["Budi comment-hide-wanted"]


def test_a_hidden_comment_no_longer_counts_and_a_poll_that_sees_the_same_is_no_edit(
    db: Database,
) -> None:
    assert negatives(db) == 1
    want(db)
    assert moderation.finish(db, wish(db), NOW)
    after = stored(db)
    assert after.comment.visibility is Visibility.HIDDEN
    assert after.content_hash == content_hash(after.comment)
    assert negatives(db) == 0
    with db.atomic():
        assert comments.upsert(db, [after.comment], NOW + HOUR, backfilled=False) == 0
    assert actions(db) == ["Budi comment-hide-wanted", "Budi comment-hidden"]
    assert wish(db).state == "done"
    assert not moderation.finish(db, wish(db), NOW)


def test_a_platform_that_calls_to_tell_the_same_makes_no_edit(db: Database) -> None:
    want(db)
    moderation.finish(db, wish(db), NOW)
    hidden = replace(stored(db).comment, visibility=Visibility.HIDDEN)
    with db.atomic():
        gone = [(hidden.external_id, Visibility.HIDDEN)]
        comments.mark_gone(db, hidden.source_id, gone)
        assert comments.upsert(db, [hidden], NOW, backfilled=False) == 0
    assert stored(db).comment.edited_at is None


def test_what_is_shown_again_is_read_again_where_that_can_be_done(db: Database) -> None:
    with db.atomic():
        db.conn.execute("UPDATE comment SET fetched_at = 1 WHERE id = 1")
    for number in (1, 2):
        for hidden in (True, False):
            want(db, number, hidden=hidden, now=NOW + SECOND)
            moderation.finish(db, wish(db, number), NOW + SECOND)
    due = [one for (one,) in db.conn.execute("SELECT recheck_at FROM comment ORDER BY id")]
    assert due == [int((NOW + SECOND).timestamp()), None]


def test_a_comment_that_is_shown_again_is_understood_anew_and_counts(
    db: Database, tools: Tools
) -> None:
    want(db)
    moderation.finish(db, wish(db), NOW)
    assert want(db, hidden=False, reason="", person="Citra", now=NOW + HOUR)
    moderation.finish(db, wish(db), NOW + HOUR)
    assert stored(db).comment.visibility is Visibility.PUBLIC
    assert [one.id for one in comments.waiting(db, 9)] == [CommentId(1)]
    understand(db, tools)
    assert negatives(db) == 1
    assert actions(db)[2:] == ["Citra comment-show-wanted", "Citra comment-shown"]
    assert audit.broken_at(db) is None


def test_an_answer_to_an_older_wish_changes_nothing(db: Database) -> None:
    want(db)
    old = wish(db)
    want(db, hidden=False, now=NOW + SECOND)
    with db.atomic():
        assert not moderation.fail(db, old, "gone", NOW)
    assert not moderation.finish(db, old, NOW)
    moderation.postpone(db, old, "rate", NOW + HOUR)
    assert wish(db) == Wish(CommentId(1), False, "r", "wanted", "Budi", "spam judi", NOW + SECOND)
    assert stored(db).comment.visibility is Visibility.PUBLIC


def test_a_postponed_wish_waits_and_a_failed_one_can_be_wished_again(db: Database) -> None:
    want(db)
    moderation.postpone(db, wish(db), "rate", NOW + HOUR)
    assert moderation.due(db, NOW) == []
    assert moderation.due(db, NOW + HOUR) == [
        replace(wish(db), attempts=1, error="rate", state="wanted")
    ]
    with db.atomic():
        assert moderation.fail(db, wish(db), "permission", NOW + HOUR)
    assert (wish(db).state, wish(db).error) == ("failed", "permission")
    assert actions(db)[-1] == "siaga comment-hide-failed"
    assert want(db, now=NOW + 2 * HOUR)
    assert (wish(db).state, wish(db).error, wish(db).attempts) == ("wanted", None, 0)


def test_wishes_come_oldest_first(db: Database) -> None:
    want(db, 1, now=NOW)
    want(db, 2, now=NOW - HOUR)
    assert [one.comment_id for one in moderation.due(db, NOW)] == [2, 1]
