"""What people know of a source is noted with the message that tells it, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import NoticeKind, SourceId
from monitor.store import notices, open_store, people, source_news, sources
from monitor.store.source_news import Mark, Told
from tests.world import SITE, seed_chat

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def told(db: Database) -> Database:
    sources.register(db, [(SITE, "feed")])
    seed_chat(db, -100)
    return db


def tell(db: Database, mark: Mark, text: str = "Kabar") -> bool:
    return source_news.tell(db, [mark], people.chats(db), NoticeKind.SOURCE, 7, NOW, text)


@pytest.mark.parametrize("value", [NOW, 7])
@pytest.mark.parametrize("column", Told)
def test_what_is_known_already_is_not_told_again(
    told: Database, column: Told, value: datetime | int
) -> None:
    assert tell(told, Mark(SITE, column, value))
    assert not tell(told, Mark(SITE, column, value), "Kabar lagi")
    (notice,) = notices.every(told)
    assert (notice.text, notice.version) == ("Kabar", 1)
    source_news.clear(told, [Mark(SITE, column, None)])
    assert tell(told, Mark(SITE, column, value), "Kabar baru")


def test_of_two_that_tell_the_same_one_is_heard(told: Database, store_path: Path) -> None:
    other = open_store(store_path)
    mark = Mark(SITE, Told.STOPPED, NOW)
    assert [tell(told, mark), tell(other, mark)] == [True, False]
    other.close()


def test_a_message_that_cannot_be_written_leaves_nothing_noted(told: Database) -> None:
    told.conn.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.notice "
        "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    with pytest.raises(Exception, match="disk is full"):
        tell(told, Mark(SITE, Told.SILENT, NOW))
    status = sources.get(told, SITE)
    assert status is not None
    assert status.silent_told_at is None


def test_a_source_that_is_not_there_is_no_news(told: Database) -> None:
    assert not tell(told, Mark(SourceId("lain"), Told.PARKED, NOW))
