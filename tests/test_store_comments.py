"""Comments: stored once, edits and deletions noticed, nothing refused for its letters."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import content_hash, words_hash
from monitor.records import CommentId, Kind, SourceId, Visibility
from monitor.store import comments, open_store, predictions
from tests.making import MODEL, NOW, SOURCE, make_comment, store_comments, understand

LATER = NOW + timedelta(hours=1)


def upsert(db: Database, *batch, now=LATER) -> int:  # type: ignore[no-untyped-def]
    with db.atomic():
        return comments.upsert(db, batch, now, backfilled=False)


def test_a_comment_comes_back_as_it_was(db: Database) -> None:
    whole = make_comment(
        "1",
        kind=Kind.REPLY,
        parent_id="0",
        thread_id="t",
        post_id="p",
        post_title="Judul",
        post_url="https://situs.example/p",
        author_id="a",
        author_name="Warga",
        author_is_owner=True,
        edited_at=NOW,
        like_count=3,
        reply_count=0,
        rating=4.5,
        permalink="https://situs.example/p#1",
        visibility=Visibility.HELD,
        reply_ref='{"id": 1}',
        reply_block="tutup",
        raw='{"id": 1}',
    )
    [stored] = store_comments(db, whole, backfilled=True)
    assert stored.comment == whole
    assert (stored.backfilled, stored.stored_at) == (True, NOW)
    assert stored.content_hash == content_hash(whole)
    assert comments.get(db, stored.id) == stored


def test_repeating_a_page_changes_nothing(db: Database) -> None:
    batch = [make_comment(str(i)) for i in range(5)]
    rows = store_comments(db, *batch)
    understand(db, rows)
    assert upsert(db, *batch) == 0
    assert comments.waiting(db, 10) == []
    assert comments.get(db, rows[0].id) == rows[0]


def test_a_key_is_source_and_external_id(db: Database) -> None:
    other = make_comment("1", source_id=SourceId("media"))
    assert len(store_comments(db, make_comment("1"), other)) == 2


def test_an_edit_waits_to_be_understood_again(db: Database) -> None:
    rows = store_comments(db, make_comment("1"), make_comment("2"))
    understand(db, rows)
    assert upsert(db, make_comment("1", text="sudah diubah"), make_comment("2")) == 1
    [waiting] = comments.waiting(db, 10)
    assert waiting.id == rows[0].id
    assert waiting.comment.text == "sudah diubah"
    assert waiting.comment.edited_at == LATER
    assert waiting.stored_at == NOW
    assert predictions.get(db, waiting.id) is None


def test_an_edit_keeps_the_platforms_own_instant(db: Database) -> None:
    store_comments(db, make_comment("1"))
    upsert(db, make_comment("1", text="x", edited_at=NOW))
    assert comments.waiting(db, 1)[0].comment.edited_at == NOW


def test_a_late_edit_of_a_backfilled_comment_stays_history(db: Database) -> None:
    store_comments(db, make_comment("1"), backfilled=True)
    upsert(db, make_comment("1", text="diubah"))
    assert comments.waiting(db, 1)[0].backfilled


def test_waiting_rows_come_oldest_first_and_no_more_than_asked(db: Database) -> None:
    store_comments(db, *(make_comment(str(i)) for i in range(5)))
    assert [row.id for row in comments.waiting(db, 3)] == [1, 2, 3]


def test_another_visibility_is_a_change(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1")))
    assert upsert(db, make_comment("1", visibility=Visibility.HELD)) == 1


def negatives(db: Database) -> int:
    return sum(row["negatives"] for row in db.query("SELECT negatives FROM hourly"))


def test_what_is_gone_leaves_the_counts_and_comes_back(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1"), make_comment("2")))
    assert negatives(db) == 2
    with db.atomic():
        comments.mark_gone(db, SOURCE, [("1", Visibility.TRASHED), ("99", Visibility.DELETED)])
    assert negatives(db) == 1
    gone = comments.get(db, CommentId(1))
    assert gone is not None
    assert gone.comment.visibility is Visibility.TRASHED
    assert gone.comment.text == "komentar contoh 1"
    assert comments.waiting(db, 10) == []

    assert upsert(db, make_comment("1"), make_comment("2")) == 1
    understand(db, comments.waiting(db, 10))
    assert negatives(db) == 2


def test_what_is_merely_held_back_still_counts(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1")))
    with db.atomic():
        comments.mark_gone(db, SOURCE, [("1", Visibility.HELD)])
    assert negatives(db) == 1


@pytest.mark.parametrize("visibility", Visibility)
def test_only_what_people_may_see_counts(db: Database, visibility: Visibility) -> None:
    understand(db, store_comments(db, make_comment("1", visibility=visibility)))
    assert comments.counts(visibility) is (negatives(db) == 1)


@pytest.mark.parametrize("text", ["a\x00b", "rusak \ud83d ujung", "\udc00", "🔥" * 9, "\u202e"])
def test_any_letters_are_stored(db: Database, text: str) -> None:
    comment = make_comment("1", text=text, author_name=text, post_title=text, raw=text)
    [stored] = store_comments(db, comment)
    kept = text.replace("\x00", "").replace("\ud83d", "?").replace("\udc00", "?")
    found = stored.comment
    assert {found.text, found.author_name, found.post_title, found.raw} == {kept}
    # Its hash is that of what came, so the same page again is no edit.
    assert upsert(db, comment) == 0


def test_the_hash_sees_words_and_visibility_only() -> None:
    base = make_comment("1")
    same = make_comment("2", text=base.text, author_name="Lain", like_count=9)
    assert content_hash(base) == content_hash(same)
    assert content_hash(base) != content_hash(make_comment("1", text=base.text + " "))
    assert content_hash(base) != content_hash(make_comment("1", visibility=Visibility.HELD))
    assert len(words_hash("\ud83d")) == 32


def test_a_comment_that_is_not_there_is_none(db: Database) -> None:
    assert comments.get(db, CommentId(1)) is None


def test_totals(db: Database) -> None:
    assert (comments.total(db), comments.count_live(db)) == (0, 0)
    store_comments(db, make_comment("1"), make_comment("2"))
    store_comments(db, make_comment("3"), backfilled=True)
    assert (comments.total(db), comments.count_live(db)) == (3, 2)


def test_two_connections_that_store_the_same_page_keep_one_copy(
    db: Database, store_path: Path
) -> None:
    other = open_store(store_path)
    batch = [make_comment(str(i)) for i in range(50)]
    store_comments(db, *batch)
    assert upsert(other, *batch) == 0
    assert comments.total(other) == 50
    other.close()


def test_own_words_are_dealt_with_without_a_prediction(db: Database) -> None:
    rows = store_comments(db, make_comment("1", author_is_owner=True))
    predictions.skip(db, rows, MODEL)
    assert comments.waiting(db, 10) == []
    assert predictions.get(db, rows[0].id) is None
