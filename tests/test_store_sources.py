"""Watched accounts: page and cursor together, polls, and the stretches that were seen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import Gap, Page
from monitor.records import SourceId, SourceStatus, Visibility
from monitor.store import comments, open_store, sources
from tests.making import NOW, make_comment

BERITA, MEDIA = SourceId("berita"), SourceId("media")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _registered(db: Database) -> None:
    sources.register(db, [(BERITA, "wordpress"), (MEDIA, "feed")])


def status(db: Database, source_id: SourceId = BERITA) -> SourceStatus:
    found = sources.get(db, source_id)
    assert found is not None
    return found


def due(db: Database, at=NOW) -> list[str]:  # type: ignore[no-untyped-def]
    return [source.id for source in sources.due(db, at)]


def test_a_new_source_is_due_at_once(db: Database) -> None:
    assert due(db) == ["berita", "media"]
    fresh = status(db)
    assert (fresh.platform, fresh.attempts, fresh.cursor, fresh.last_success_at) == (
        "wordpress",
        0,
        None,
        None,
    )
    assert [source.id for source in sources.every(db)] == ["berita", "media"]
    assert sources.get(db, SourceId("lain")) is None


def test_registering_again_forgets_nothing(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW, NOW + HOUR)
    sources.register(db, [(BERITA, "wordpress")])
    assert status(db).last_success_at == NOW


def test_a_page_and_its_cursor_are_stored_together(db: Database, store_path: Path) -> None:
    page = Page((make_comment("1"), make_comment("2")), "kursor-1")
    assert sources.store_page(db, BERITA, page, NOW, backfilled=False) == 2
    other = open_store(store_path)
    assert status(other).cursor == "kursor-1"
    assert comments.total(other) == 2
    assert sources.store_page(other, BERITA, page, NOW, backfilled=False) == 0
    other.close()


def test_a_page_that_cannot_be_stored_moves_no_cursor(db: Database) -> None:
    broken = Page((make_comment("1"), make_comment("2", raw=None)), "kursor-2")
    with pytest.raises(AttributeError):
        sources.store_page(db, BERITA, broken, NOW, backfilled=False)
    assert status(db).cursor is None
    assert comments.total(db) == 0


def test_a_page_tells_what_is_gone(db: Database) -> None:
    sources.store_page(db, BERITA, Page((make_comment("1"),), "a"), NOW, backfilled=False)
    gone = Page((), "b", gone=(("1", Visibility.DELETED),))
    assert sources.store_page(db, BERITA, gone, NOW, backfilled=False) == 0
    [row] = comments.waiting(db, 9)
    assert row.comment.visibility is Visibility.DELETED


def test_a_good_poll_clears_what_was_wrong(db: Database) -> None:
    sources.fail_poll(db, BERITA, "timeout", NOW + MINUTE)
    sources.fail_poll(db, BERITA, "timeout lagi", NOW + MINUTE)
    assert (status(db).attempts, status(db).error) == (2, "timeout lagi")
    assert due(db) == ["media"]
    assert due(db, NOW + MINUTE) == ["media", "berita"]
    sources.finish_poll(db, BERITA, NOW, NOW + HOUR)
    found = status(db)
    assert (found.attempts, found.error, found.last_success_at) == (0, None, NOW)
    assert found.poll_after == NOW + HOUR


def test_the_backfill_ends_once(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW, NOW)
    sources.finish_poll(db, BERITA, NOW + HOUR, NOW)
    assert status(db).backfilled_at == NOW


def test_a_permanent_failure_pauses_until_a_person_resumes(db: Database) -> None:
    sources.fail_poll(db, BERITA, "401", NOW, paused="auth")
    sources.fail_poll(db, BERITA, "timeout", NOW)
    assert status(db).paused == "auth"
    assert due(db, NOW + HOUR) == ["media"]
    assert sources.resume(db, BERITA, NOW)
    assert (status(db).paused, status(db).attempts) == (None, 0)
    assert due(db) == ["media", "berita"]
    assert not sources.resume(db, BERITA, NOW)


def test_a_person_pauses_once(db: Database) -> None:
    assert sources.pause(db, BERITA, "libur")
    assert not sources.pause(db, BERITA, "lagi")
    assert status(db).paused == "libur"


def test_a_file_is_never_due(db: Database) -> None:
    sources.finish_import(db, BERITA, NOW)
    sources.finish_import(db, BERITA, NOW + HOUR)
    assert due(db, NOW + 1_000_000 * HOUR) == ["media"]
    assert (status(db).backfilled_at, status(db).last_success_at) == (NOW, NOW + HOUR)


# Coverage.


def stretches(db: Database, since=NOW - 99 * HOUR):  # type: ignore[no-untyped-def]
    return sources.coverage(db, since)[BERITA]


def test_a_source_that_was_never_read_has_no_stretch(db: Database) -> None:
    assert sources.coverage(db, NOW) == {BERITA: (), MEDIA: ()}


def test_polls_draw_one_stretch_out(db: Database) -> None:
    for hours in (0, 1, 2):
        sources.finish_poll(db, BERITA, NOW + hours * HOUR, NOW)
    assert stretches(db) == ((NOW, NOW + 2 * HOUR),)


def test_an_outage_is_covered_once_the_cursor_caught_up(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW, NOW)
    sources.fail_poll(db, BERITA, "timeout", NOW + HOUR)
    sources.finish_poll(db, BERITA, NOW + 5 * HOUR, NOW)
    assert stretches(db) == ((NOW, NOW + 5 * HOUR),)


def page(db: Database, **values: object) -> None:
    sources.store_page(db, BERITA, Page((), "k", **values), NOW, backfilled=True)  # type: ignore[arg-type]


def test_a_backfill_covers_from_its_far_end(db: Database) -> None:
    page(db, covered_from=NOW - 9 * HOUR)
    assert stretches(db) == ((NOW - 9 * HOUR, NOW),)


def test_a_gap_begins_a_new_stretch(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW - 8 * HOUR, NOW)
    page(db, gap=Gap(NOW - 8 * HOUR, NOW - 2 * HOUR, "terlalu banyak"))
    sources.finish_poll(db, BERITA, NOW, NOW)
    assert stretches(db) == ((NOW - 8 * HOUR, NOW - 8 * HOUR), (NOW - 2 * HOUR, NOW))


def test_the_same_gap_twice_is_one(db: Database) -> None:
    gap = Gap(NOW - 8 * HOUR, NOW - 2 * HOUR, "terlalu banyak")
    page(db, gap=gap)
    page(db, gap=gap)
    assert len(stretches(db)) == 1


def test_a_page_with_a_gap_never_covers_the_gap(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW - 8 * HOUR, NOW)
    page(db, gap=Gap(NOW - 8 * HOUR, NOW - HOUR, "x"), covered_from=NOW - HOUR)
    assert stretches(db) == ((NOW - 8 * HOUR, NOW - 8 * HOUR), (NOW - HOUR, NOW))


def test_old_stretches_are_left_out(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW - 8 * HOUR, NOW)
    page(db, gap=Gap(NOW - 8 * HOUR, NOW - 2 * HOUR, "x"))
    sources.finish_poll(db, BERITA, NOW, NOW)
    assert stretches(db, NOW - HOUR) == ((NOW - 2 * HOUR, NOW),)


def test_time_never_runs_back(db: Database) -> None:
    sources.finish_poll(db, BERITA, NOW, NOW)
    sources.finish_poll(db, BERITA, NOW - HOUR, NOW)
    assert stretches(db) == ((NOW, NOW),)


def test_a_wish_for_a_poll_that_came_meanwhile_stands(db: Database) -> None:
    began = status(db).poll_after
    with db.atomic():
        db.conn.execute(
            "UPDATE source SET poll_after = ? WHERE id = 'berita'", [int(NOW.timestamp())]
        )
    sources.finish_poll(db, BERITA, NOW, NOW + HOUR, began)
    assert status(db).poll_after == NOW
    sources.finish_poll(db, BERITA, NOW, NOW + HOUR, NOW)
    assert status(db).poll_after == NOW + HOUR
