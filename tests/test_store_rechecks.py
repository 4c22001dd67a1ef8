"""What is read again, when; and what is forgotten in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import Page, PostedReply, ReplyState, words_hash
from monitor.records import CommentId, SourceId, Visibility
from monitor.store import comments, drafts, open_store, predictions, rechecks, sources
from monitor.store.connection import rows
from monitor.store.sources import Rechecks
from tests.making import NOW, make_comment, make_prediction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HERE = SourceId("berita")


@pytest.fixture(autouse=True)
def _registered(db: Database) -> None:
    sources.register(db, [(HERE, "youtube")])


def store(
    db: Database, *ids: str, age: timedelta = HOUR, keeps: int | None = None, at: datetime = NOW
) -> None:
    page = Page(tuple(make_comment(one, created_at=at - age) for one in ids), "k")
    sources.store_page(db, HERE, page, at, backfilled=False, rechecks=Rechecks(keeps))


def due(db: Database, at: datetime) -> list[str]:
    return [seen.external_id for seen in rechecks.due(db, HERE, at, 50)]


def row(db: Database, external_id: str) -> dict:  # type: ignore[type-arg]
    return rows(db, "SELECT * FROM comment WHERE external_id = ?", [external_id])[0]


@pytest.mark.parametrize(
    ("age", "keeps", "pause"),
    [
        (HOUR, None, 2 * HOUR),
        (3 * DAY, None, DAY),
        (20 * DAY, None, 7 * DAY),
        (31 * DAY, None, None),
        (HOUR, 30 * DAY, 2 * HOUR),
        (31 * DAY, 30 * DAY, 25 * DAY),
        (20 * DAY, 6 * DAY, 5 * DAY),
    ],
)
def test_the_older_the_rarer(
    age: timedelta, keeps: timedelta | None, pause: timedelta | None
) -> None:
    assert rechecks.next_at(NOW - age, NOW, keeps) == (None if pause is None else NOW + pause)


def test_what_was_read_is_due_when_its_time_comes(db: Database) -> None:
    store(db, "a", "b")
    store(db, "old", age=40 * DAY)
    assert due(db, NOW + HOUR) == []
    (first, second) = rechecks.due(db, HERE, NOW + 2 * HOUR, 50)
    assert {first.external_id, second.external_id} == {"a", "b"}
    assert first.created_at == NOW - HOUR


def test_only_a_source_that_is_read_again_has_any_due(db: Database) -> None:
    page = Page((make_comment("a"),), "k")
    sources.store_page(db, HERE, page, NOW, backfilled=False)
    assert due(db, NOW + 400 * DAY) == []


def test_a_recheck_finds_edits_and_deletions_and_plans_the_next(db: Database) -> None:
    store(db, "a", "b", "c")
    later = NOW + 3 * HOUR
    again = Page(
        (make_comment("a", text="diubah", created_at=NOW - HOUR),),
        "",
        gone=(("b", Visibility.DELETED), ("c", Visibility.HIDDEN)),
    )
    assert sources.store_refetched(db, HERE, again, later, Rechecks()) == 1
    assert row(db, "a")["text"] == "diubah"
    assert (row(db, "b")["visibility"], row(db, "b")["recheck_at"]) == ("deleted", None)
    assert set(due(db, later + 2 * HOUR)) == {"a", "c"}, "a hidden one may be shown again"
    found = sources.get(db, HERE)
    assert found is not None and found.cursor == "k"


def test_what_is_hidden_waits_as_long_as_others_but_not_past_its_erasing(db: Database) -> None:
    store(db, "young", "old", age=20 * DAY, keeps=30)
    rechecks.put_off(db, HERE, ["young", "old"], NOW + DAY)
    hidden = Page((), "", gone=(("young", Visibility.HIDDEN), ("nobody", Visibility.HIDDEN)))
    sources.store_refetched(db, HERE, hidden, NOW + 8 * DAY, Rechecks(30))
    assert due(db, NOW + 14 * DAY) == ["old"]
    assert set(due(db, NOW + 15 * DAY)) == {"old", "young"}
    later = Page((), "", gone=(("young", Visibility.HIDDEN),))
    sources.store_refetched(db, HERE, later, NOW + 29 * DAY, Rechecks(30))
    assert rechecks.erase_unread(db, HERE, NOW + 30 * DAY, 30) == 2


def test_what_the_site_tells_nothing_of_is_put_off(db: Database) -> None:
    store(db, "a", "b")
    rechecks.put_off(db, HERE, ["a"], NOW + 5 * HOUR)
    rechecks.put_off(db, HERE, ["b"], NOW + HOUR)
    assert due(db, NOW + 3 * HOUR) == ["b"]
    assert due(db, NOW + 6 * HOUR) == ["b", "a"]


def test_what_is_asked_for_in_vain_at_every_tick_is_erased_all_the_same(db: Database) -> None:
    store(db, "a", keeps=30)
    last = NOW + 30 * DAY
    rechecks.put_off(db, HERE, due(db, last), last + timedelta(minutes=10))
    assert rechecks.erase_unread(db, HERE, last, 30) == 1


def test_what_could_not_be_read_again_in_time_is_erased(db: Database) -> None:
    store(db, "a", keeps=30)
    stored = comments.waiting(db, 1)[0]
    predictions.write(db, [(stored, make_prediction(stored.id))], "m")
    assert rechecks.erase_unread(db, HERE, NOW + 29 * DAY, 30) == 0
    assert due(db, NOW + 29 * DAY) == ["a"]
    assert rechecks.erase_unread(db, HERE, NOW + 30 * DAY, 30) == 1
    left = row(db, "a")
    gone = ("text", "author_id", "author_name", "permalink", "reply_ref", "recheck_at")
    assert {left[key] for key in gone} == {"", None}
    assert (left["raw"], left["reply_block"]) == ("{}", "erased")
    assert rows(db, "SELECT masked FROM prediction") == [{"masked": ""}]
    assert rows(db, "SELECT count(*) AS n FROM near_text") == [{"n": 0}]
    assert rows(db, "SELECT count(*) AS n FROM tally") == [{"n": 1}], "that it was there counts"
    assert rechecks.erase_unread(db, HERE, NOW + 60 * DAY, 30) == 0


def test_what_is_read_once_more_is_erased_no_longer(db: Database) -> None:
    store(db, "a", keeps=30)
    rechecks.erase_unread(db, HERE, NOW + 30 * DAY, 30)
    page = Page((make_comment("a", created_at=NOW - HOUR, author_name="warga"),), "")
    sources.store_refetched(db, HERE, page, NOW + 31 * DAY, Rechecks(30))
    left = row(db, "a")
    assert (left["text"], left["erased_at"]) == (make_comment("a").text, None)
    assert left["author_name"] is None, "who wrote it stays forgotten"


def test_what_was_read_again_is_kept(db: Database) -> None:
    store(db, "a", keeps=30)
    later = NOW + 25 * DAY
    page = Page((make_comment("a", created_at=NOW - HOUR),), "")
    sources.store_refetched(db, HERE, page, later, Rechecks(30))
    assert rechecks.erase_unread(db, HERE, NOW + 40 * DAY, 30) == 0
    assert rechecks.erase_unread(db, HERE, later + 30 * DAY, 30) == 1


def test_a_deleted_one_is_forgotten_when_its_time_is_over(db: Database) -> None:
    store(db, "a", keeps=30)
    page = Page((), "", gone=(("a", Visibility.DELETED),))
    sources.store_refetched(db, HERE, page, NOW + DAY, Rechecks(30))
    assert due(db, NOW + 29 * DAY) == []
    assert rechecks.erase_unread(db, HERE, NOW + 29 * DAY, 30) == 0
    assert rechecks.erase_unread(db, HERE, NOW + 30 * DAY, 30) == 1


def test_what_came_beside_the_words_is_dropped_in_time(db: Database) -> None:
    for day, name in enumerate("abc"):
        at = NOW + day * DAY
        batch = (make_comment(name, created_at=at, author_name="warga", raw='{"x": 1}'),)
        sources.store_page(db, HERE, Page(batch, "k"), at, backfilled=False)

    def left() -> list[tuple[str, str | None]]:
        return [(one["raw"], one["author_name"]) for one in (row(db, n) for n in "abc")]

    def purge(at: datetime, limit: int = 100) -> int:
        return rechecks.purge(db, at, raw_days=30, author_days=365, limit=limit)

    assert purge(NOW + 30 * DAY) == 0
    assert purge(NOW + 31 * DAY) == 1
    assert left() == [("{}", "warga"), ('{"x": 1}', "warga"), ('{"x": 1}', "warga")]
    assert purge(NOW + 366 * DAY, limit=1) == 2
    assert purge(NOW + 400 * DAY) == 3
    assert left() == [("{}", None)] * 3
    assert purge(NOW + 900 * DAY) == 0


def test_the_offices_own_name_is_kept(db: Database) -> None:
    own = make_comment("a", author_is_owner=True, author_name="Dinas")
    sources.store_page(db, HERE, Page((own,), "k"), NOW, backfilled=False)
    rechecks.purge(db, NOW + 400 * DAY, raw_days=30, author_days=365)
    assert row(db, "a")["author_name"] == "Dinas"


def test_a_reply_that_siaga_posted_is_the_offices_own(db: Database, store_path: Path) -> None:
    """Whatever name the platform shows it under."""
    store(db, "a")
    stored = comments.waiting(db, 1)[0]
    words = words_hash(stored.comment.text)
    proposal = drafts.Proposal(None, stored.id, "Terima kasih.", "template:x", words)
    draft_id = drafts.propose(db, proposal, NOW)
    assert draft_id is not None
    with db.atomic():
        db.conn.execute("UPDATE draft SET state = 'posting' WHERE id = ?", [int(draft_id)])
    drafts.finish_post(db, draft_id, PostedReply("r1", None, ReplyState.PUBLISHED), NOW)
    page = Page((make_comment("r1", text="Terima kasih."), make_comment("r2")), "k2")
    sources.store_page(db, HERE, page, NOW, backfilled=False)
    assert (row(db, "r1")["own"], row(db, "r2")["own"]) == (1, 0)
    again = open_store(store_path)
    own = comments.get(again, CommentId(row(again, "r1")["id"]))
    assert own is not None and own.comment.author_is_owner
