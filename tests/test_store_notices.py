"""Messages to chats: at least once, the newest state wins, nobody blocked is written to."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import Chat, ChatId, IncidentId, Notice, NoticeKind, NoticeState
from monitor.store import notices, open_store, people
from tests.making import NOW

MINUTE = timedelta(minutes=1)
CHAT = Chat(ChatId(-100), "Humas", thread_id=4)
OTHER = Chat(ChatId(-200), "Pimpinan")
CARD = NoticeKind.CARD


def wish(
    db: Database, *chats: Chat, subject: int = 1, at: datetime = NOW, **values: object
) -> None:
    with db.atomic():
        notices.wish(db, chats or [CHAT], CARD, subject, at, **values)  # type: ignore[arg-type]


def only(db: Database) -> Notice:
    [notice] = notices.every(db)
    return notice


def due(db: Database, at: datetime = NOW) -> list[int]:
    return [int(notice.id) for notice in notices.due(db, at, 99)]


def sent(db: Database, message_id: int = 77) -> Notice:
    """A card that stands in the chat."""
    wish(db)
    notice = only(db)
    assert notices.begin(db, notice)
    notices.finish(db, notice, message_id, "rupa")
    return only(db)


def test_a_wish_becomes_a_due_message(db: Database) -> None:
    wish(db, text="teks")
    notice = only(db)
    assert (notice.chat_id, notice.thread_id, notice.kind, notice.subject_id) == (-100, 4, CARD, 1)
    assert (notice.state, notice.version, notice.message_id, notice.text) == (
        NoticeState.DUE,
        1,
        None,
        "teks",
    )
    assert due(db) == [1]
    assert due(db, NOW - MINUTE) == []


def test_one_subject_has_one_message_in_a_chat(db: Database) -> None:
    wish(db)
    wish(db, CHAT, OTHER)
    wish(db, subject=2)
    assert [(n.chat_id, n.subject_id, n.version) for n in notices.every(db)] == [
        (-100, 1, 2),
        (-200, 1, 1),
        (-100, 2, 1),
    ]
    assert notices.find(db, CHAT.id, CARD, 1) == notices.every(db)[0]
    assert notices.find(db, CHAT.id, NoticeKind.DRAFT, 1) is None


def test_a_sent_message_rests(db: Database) -> None:
    notice = sent(db)
    assert (notice.state, notice.message_id, notice.shown) == (NoticeState.SENT, 77, "rupa")
    assert due(db, NOW + 99 * MINUTE) == []


def test_a_sent_message_that_is_wished_again_is_edited(db: Database) -> None:
    sent(db)
    wish(db, at=NOW + MINUTE)
    assert only(db).message_id == 77
    assert due(db) == []
    assert due(db, NOW + MINUTE) == [1]


def test_only_one_worker_gets_a_message(db: Database, store_path: Path) -> None:
    wish(db)
    other = open_store(store_path)
    notice = only(db)
    assert [notices.begin(db, notice), notices.begin(other, notice)] == [True, False]
    assert only(db).attempts == 1
    other.close()


@pytest.mark.parametrize("how", ["wish", "touch"])
def test_what_went_stale_while_under_way_is_due_again(db: Database, how: str) -> None:
    wish(db)
    notice = only(db)
    notices.begin(db, notice)
    if how == "wish":
        wish(db, at=NOW + MINUTE)
    else:
        with db.atomic():
            notices.touch_cards(db, IncidentId(1), NOW + MINUTE)
    assert only(db).state is NoticeState.SENDING
    notices.finish(db, notice, 77, "rupa")
    assert (only(db).state, only(db).message_id) == (NoticeState.DUE, 77)
    newest = only(db)
    notices.begin(db, newest)
    notices.finish(db, newest, 77, "rupa baru")
    assert only(db).state is NoticeState.SENT


def test_after_a_crash_what_was_under_way_is_due(db: Database) -> None:
    wish(db)
    wish(db, subject=2)
    notices.begin(db, notices.every(db)[0])
    assert due(db) == [2]
    assert notices.recover(db) == 1
    assert due(db) == [1, 2]
    assert notices.recover(db) == 0


def test_new_messages_come_before_edits_and_old_wishes_before_young(db: Database) -> None:
    sent(db)
    wish(db)
    wish(db, subject=2, at=NOW + 2 * MINUTE)
    wish(db, subject=3, at=NOW + MINUTE)
    assert due(db, NOW + 9 * MINUTE) == [3, 2, 1]
    assert len(notices.due(db, NOW + 9 * MINUTE, 2)) == 2


def test_a_failed_call_waits_its_pause(db: Database) -> None:
    wish(db)
    notices.begin(db, only(db))
    notices.fail(db, only(db), "429", NOW + 5 * MINUTE)
    assert (only(db).state, only(db).attempts) == (NoticeState.DUE, 1)
    assert due(db, NOW + 4 * MINUTE) == []
    assert due(db, NOW + 5 * MINUTE) == [1]
    notices.begin(db, only(db))
    notices.finish(db, only(db), 77, "rupa")
    assert only(db).attempts == 0


def test_what_can_never_work_is_given_up_until_it_is_wished_again(db: Database) -> None:
    wish(db)
    notices.begin(db, only(db))
    notices.fail(db, only(db), "400", NOW, permanent=True)
    assert only(db).state is NoticeState.FAILED
    with db.atomic():
        notices.touch_cards(db, IncidentId(1), NOW)
    assert due(db, NOW + MINUTE) == []
    wish(db)
    assert due(db) == [1]


def touch(db: Database, at: datetime) -> None:
    with db.atomic():
        notices.touch_cards(db, IncidentId(1), at)


def test_a_press_brings_a_waiting_edit_forward(db: Database) -> None:
    sent(db)
    touch(db, NOW + 15 * MINUTE)
    wish(db, at=NOW + MINUTE)
    assert due(db, NOW + MINUTE) == [1]


def test_numbers_that_keep_moving_do_not_put_an_edit_off(db: Database) -> None:
    sent(db)
    for minute in range(1, 30):
        touch(db, NOW + minute * MINUTE)
    assert due(db, NOW + MINUTE) == [1]


@pytest.mark.parametrize("how", ["wish", "touch"])
def test_a_wish_never_shortens_the_pause_of_a_failed_call(db: Database, how: str) -> None:
    wish(db)
    notices.begin(db, only(db))
    notices.fail(db, only(db), "429", NOW + 5 * MINUTE)
    wish(db) if how == "wish" else touch(db, NOW)
    assert due(db, NOW + 4 * MINUTE) == []
    assert only(db).version == 2


def test_a_touch_makes_no_new_message_and_meets_its_kind_only(db: Database) -> None:
    touch(db, NOW)
    assert notices.every(db) == []
    sent(db)
    with db.atomic():
        notices.touch_drafts(db, 1, NOW)
        notices.touch_cards(db, IncidentId(2), NOW)
    assert only(db).state is NoticeState.SENT


def test_a_deleted_message_is_sent_anew(db: Database) -> None:
    notice = sent(db)
    notices.lose_message(db, notice, NOW)
    assert (only(db).message_id, only(db).shown) == (None, None)
    assert due(db) == [1]


def test_a_blocked_chat_is_not_written_to(db: Database) -> None:
    people.register_chats(db, [CHAT, OTHER])
    wish(db, CHAT, OTHER)
    assert people.block_chat(db, CHAT.id, "kicked")
    assert due(db) == [2]
    assert people.unblock_chat(db, CHAT.id)
    assert due(db) == [1, 2]


def test_unblocking_revives_what_was_given_up(db: Database) -> None:
    people.register_chats(db, [CHAT])
    wish(db)
    notices.begin(db, only(db))
    notices.fail(db, only(db), "403", NOW, permanent=True)
    people.block_chat(db, CHAT.id, "kicked")
    people.unblock_chat(db, CHAT.id)
    assert (only(db).state, only(db).attempts) == (NoticeState.DUE, 0)
    assert due(db) == [1]


def test_a_migrated_chat_gets_its_messages_anew(db: Database) -> None:
    people.register_chats(db, [CHAT])
    sent(db)
    wish(db, subject=2)
    notices.begin(db, notices.every(db)[1])
    new = ChatId(-1001)
    people.migrate_chat(db, CHAT.id, new)
    assert [(n.chat_id, n.state, n.message_id, n.shown) for n in notices.every(db)] == [
        (new, NoticeState.DUE, None, None)
    ] * 2
    assert due(db) == [1, 2]


def test_a_migration_keeps_what_was_given_up_given_up(db: Database) -> None:
    people.register_chats(db, [CHAT])
    wish(db)
    notices.fail(db, only(db), "400", NOW, permanent=True)
    people.migrate_chat(db, CHAT.id, ChatId(-1001))
    assert (only(db).state, only(db).chat_id) == (NoticeState.FAILED, -1001)


def test_a_message_that_already_stands_in_the_new_chat_is_not_doubled(db: Database) -> None:
    new = Chat(ChatId(-1001), "Humas", thread_id=CHAT.thread_id)
    people.register_chats(db, [CHAT, new])
    wish(db, CHAT, new)
    people.migrate_chat(db, CHAT.id, new.id)
    assert due(db) == [2]
    assert sorted(notice.chat_id for notice in notices.every(db)) == [-1001, -100]
