"""The register of people and chats, and questions that are answered once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, ChatId, Level, NoticeKind, PersonId, Role
from monitor.store import audit, notices, open_store, people
from monitor.store.people import Prompt
from monitor.store.schema import migrations
from tests.making import NOW

HOUR = timedelta(hours=1)
CHAT = Chat(ChatId(-100), "Humas", Level.SIAGA, 4)


def add(db: Database, name: str, *roles: Role, telegram_id: int | None = None) -> None:
    people.add(db, name, roles, telegram_id, "cli", NOW)


def test_a_person_comes_back_with_roles(db: Database) -> None:
    found = people.add(db, "Sari", [Role.HUMAS, Role.ADMIN, Role.HUMAS], 7, "cli", NOW)
    assert (found.name, found.roles, found.telegram_id, found.active) == (
        "Sari",
        {Role.ADMIN, Role.HUMAS},
        7,
        True,
    )
    assert people.by_name(db, "Sari") == people.by_telegram(db, 7) == found


def test_a_person_without_roles_may_exist(db: Database) -> None:
    add(db, "Tamu")
    assert people.by_name(db, "Tamu").roles == frozenset()  # type: ignore[union-attr]


def test_adding_again_changes_roles_and_keeps_the_telegram_id(db: Database) -> None:
    add(db, "Sari", Role.HUMAS, telegram_id=7)
    add(db, "Sari", Role.ADMIN)
    found = people.by_name(db, "Sari")
    assert found is not None
    assert (found.roles, found.telegram_id) == ({Role.ADMIN}, 7)
    add(db, "Sari", Role.ADMIN, telegram_id=8)
    assert people.by_telegram(db, 7) is None
    assert len(people.every(db)) == 1


def test_a_telegram_id_belongs_to_one_person(db: Database) -> None:
    add(db, "Sari", telegram_id=7)
    with pytest.raises(Refused, match="telegram id 7 belongs to Sari") as refused:
        add(db, "Budi", telegram_id=7)
    assert refused.value.holder == "Sari"
    assert people.by_name(db, "Budi") is None
    add(db, "Budi")
    add(db, "Rina")


def test_who_leaves_loses_every_right_but_not_the_name(db: Database) -> None:
    add(db, "Sari", Role.HUMAS, telegram_id=7)
    assert people.deactivate(db, "Sari", "cli", NOW)
    assert people.by_telegram(db, 7) is None
    assert people.by_name(db, "Sari").active is False  # type: ignore[union-attr]
    assert not people.deactivate(db, "Sari", "cli", NOW)
    assert not people.deactivate(db, "Orang lain", "cli", NOW)
    add(db, "Sari", Role.HUMAS)
    assert people.by_telegram(db, 7) is not None


def test_every_change_of_the_register_is_audited(db: Database) -> None:
    add(db, "Sari", Role.HUMAS, Role.ADMIN)
    people.deactivate(db, "Sari", "Budi", NOW, force=True)
    people.deactivate(db, "Sari", "Budi", NOW)
    assert [(row["actor"], row["action"], row["detail"]) for row in audit.newest(db, 9)] == [
        ("Budi", "person-removed", ""),
        ("cli", "person", "admin,humas"),
    ]


@pytest.mark.parametrize("roles", [[Role.HUMAS], []])
def test_the_last_admin_stays_one_unless_forced(db: Database, roles: list[Role]) -> None:
    add(db, "Sari", Role.ADMIN, telegram_id=7)
    with pytest.raises(Refused, match="Sari: the last admin"):
        people.deactivate(db, "Sari", "Sari", NOW)
    with pytest.raises(Refused, match="Sari: the last admin"):
        people.add(db, "Sari", roles, 8, "Sari", NOW)
    assert people.by_telegram(db, 7) == people.admins(db)[0]
    assert len(audit.newest(db, 9)) == 1
    people.add(db, "Sari", roles, None, "cli", NOW, force=True)
    assert people.admins(db) == []


def test_of_two_admins_one_may_go(db: Database) -> None:
    add(db, "Sari", Role.ADMIN)
    add(db, "Budi", Role.ADMIN)
    assert people.deactivate(db, "Sari", "Sari", NOW)
    assert [admin.name for admin in people.admins(db)] == ["Budi"]
    with pytest.raises(Refused):
        people.deactivate(db, "Budi", "Budi", NOW)
    # Somebody who has left already is nobody's last admin.
    assert not people.deactivate(db, "Sari", "Budi", NOW)
    add(db, "Sari", Role.HUMAS)


def test_the_agency_is_kept_until_another_is_given(db: Database) -> None:
    for given, kept in ((None, None), ("BPBD", "BPBD"), (None, "BPBD"), ("PDAM", "PDAM")):
        found = people.add(db, "Eko", [Role.OPD], 5, "cli", NOW, opd=given)
        assert found.opd == kept


def test_a_person_is_found_by_number(db: Database) -> None:
    add(db, "Sari")
    found = people.by_name(db, "Sari")
    assert found is not None
    assert (people.get(db, found.id), people.get(db, PersonId(99))) == (found, None)


# Private chats.


def private(db: Database, subject: int, state: str = "due", at: datetime = NOW) -> None:
    with db.atomic():
        notices.wish(db, [Chat(ChatId(7), "")], NoticeKind.PERSONAL, subject, at, "halo")
        db.conn.execute("UPDATE notice SET state = ? WHERE subject_id = ?", (state, subject))


def states(db: Database) -> list[str]:
    return [notice.state.value for notice in notices.every(db)]


def test_a_private_chat_is_that_of_an_active_person_with_telegram(db: Database) -> None:
    add(db, "Sari", telegram_id=7)
    add(db, "Tamu")
    sari, tamu = people.by_name(db, "Sari"), people.by_name(db, "Tamu")
    assert sari is not None and tamu is not None
    assert (people.reach(db, sari), people.reach(db, tamu)) == (7, None)
    assert people.reach(db, replace(sari, name="admin lokal")) is None
    people.deactivate(db, "Sari", "cli", NOW)
    assert people.reach(db, sari) is None


def test_who_cannot_be_reached_is_marked_until_they_show_up(db: Database) -> None:
    add(db, "Sari", telegram_id=7)
    assert people.mark_unreachable(db, 7, "blocked")
    assert not people.mark_unreachable(db, 8, "blocked")
    assert people.by_name(db, "Sari").unreachable == "blocked"  # type: ignore[union-attr]
    assert not people.reachable(db, 7, NOW, private=False)
    found = people.by_name(db, "Sari")
    assert found is not None and (found.unreachable, found.met) == (None, False)
    people.reachable(db, 7, NOW, private=True)
    assert people.by_name(db, "Sari").met  # type: ignore[union-attr]
    assert not people.reachable(db, 8, NOW, private=True)


def test_what_could_not_arrive_arrives_when_its_person_shows_up(db: Database) -> None:
    add(db, "Sari", telegram_id=7)
    private(db, 1, "failed")
    private(db, 2, "sent")
    private(db, 3, "failed", NOW - 4 * 24 * HOUR)
    db.conn.execute("UPDATE notice SET error = 'blocked'")
    db.conn.commit()
    people.mark_unreachable(db, 7, "blocked")
    assert people.reachable(db, 7, NOW, private=True)
    assert states(db) == ["due", "sent", "failed"]
    assert not people.reachable(db, 7, NOW, private=True)


def test_nothing_goes_on_in_the_private_chat_of_somebody_who_left(db: Database) -> None:
    add(db, "Sari", telegram_id=7)
    private(db, 1)
    private(db, 2, "sent")
    people.deactivate(db, "Sari", "cli", NOW)
    assert states(db) == ["failed", "failed"]
    add(db, "Sari", telegram_id=7)
    people.mark_unreachable(db, 7, "blocked")
    people.reachable(db, 7, NOW, private=True)
    people.unblock_chat(db, ChatId(7))
    assert states(db) == ["failed", "failed"]


def test_a_configured_private_chat_outlives_its_person(db: Database) -> None:
    people.register_chats(db, [Chat(ChatId(7), "Operator")])
    add(db, "Sari", telegram_id=7)
    private(db, 1)
    people.deactivate(db, "Sari", "cli", NOW)
    assert states(db) == ["due"]
    private(db, 1, "failed")
    assert not people.unblock_chat(db, ChatId(7))
    assert states(db) == ["failed"]
    people.block_chat(db, ChatId(7), "blocked")
    assert people.unblock_chat(db, ChatId(7))
    assert states(db) == ["due"]


def test_people_are_listed_by_name(db: Database) -> None:
    for name in ("Sari", "Budi", "Rina"):
        add(db, name)
    assert [person.name for person in people.every(db)] == ["Budi", "Rina", "Sari"]


def test_configured_chats_are_registered_and_updated(db: Database) -> None:
    people.register_chats(db, [CHAT])
    assert people.chats(db) == [CHAT]
    changed = Chat(CHAT.id, "Humas baru", Level.AWAS, None)
    people.register_chats(db, [changed])
    assert people.chats(db) == [changed]


def test_a_blocked_chat_stays_blocked_when_registered_again(db: Database) -> None:
    people.register_chats(db, [CHAT])
    assert people.block_chat(db, CHAT.id, "kicked")
    assert not people.block_chat(db, CHAT.id, "again")
    people.register_chats(db, [CHAT])
    assert people.chats(db) == []
    assert people.chats(db, blocked=True)[0].blocked == "kicked"
    assert people.unblock_chat(db, CHAT.id)
    assert not people.unblock_chat(db, CHAT.id)


def test_a_chat_that_moved_keeps_its_level_under_the_new_id(db: Database) -> None:
    people.register_chats(db, [CHAT])
    people.migrate_chat(db, CHAT.id, ChatId(-1001))
    assert people.chats(db) == [Chat(ChatId(-1001), "Humas", Level.SIAGA, 4)]
    old = next(chat for chat in people.chats(db, blocked=True) if chat.id == CHAT.id)
    assert old.blocked == "moved to -1001"
    # The configuration still names the old id; that does not open it again.
    people.register_chats(db, [CHAT])
    people.migrate_chat(db, CHAT.id, ChatId(-1001))
    assert [chat.id for chat in people.chats(db)] == [-1001]


# Topics of a forum.

HEALTH, FLOOD = (
    Chat(ChatId(-300), name, Level.WASPADA, topic)
    for name, topic in (("Kesehatan", 5), ("Banjir", 6))
)


def open_topics(db: Database) -> list[tuple[int, int | None]]:
    return [(chat.id, chat.thread_id) for chat in people.chats(db)]


def test_topics_of_a_forum_stand_side_by_side(db: Database) -> None:
    general = Chat(ChatId(-300), "Umum")
    people.register_chats(db, [HEALTH, FLOOD, general])
    assert people.chats(db) == [general, HEALTH, FLOOD]
    renamed = replace(FLOOD, title="Bencana", min_level=Level.AWAS)
    people.register_chats(db, [HEALTH, renamed])
    assert people.chats(db) == [HEALTH, renamed]
    people.register_chats(db, [HEALTH, renamed, general])
    assert people.chats(db) == [general, HEALTH, renamed]


def test_what_happens_to_a_chat_happens_to_all_of_its_topics(db: Database) -> None:
    people.register_chats(db, [HEALTH, FLOOD])
    people.register_chats(db, [HEALTH])
    assert people.block_chat(db, HEALTH.id, "kicked")
    new = replace(HEALTH, thread_id=7)
    people.register_chats(db, [HEALTH, FLOOD, new])
    assert people.chats(db) == []
    assert {chat.blocked for chat in people.chats(db, blocked=True)} == {"kicked"}
    assert people.unblock_chat(db, HEALTH.id)
    assert open_topics(db) == [(-300, 5), (-300, 6), (-300, 7)]


def test_letting_the_bot_in_opens_no_topic_that_is_not_configured(db: Database) -> None:
    people.register_chats(db, [HEALTH, FLOOD])
    people.register_chats(db, [HEALTH])
    people.block_chat(db, HEALTH.id, "kicked")
    people.unblock_chat(db, HEALTH.id)
    assert open_topics(db) == [(-300, 5)]


def test_all_topics_move_with_their_chat(db: Database) -> None:
    people.register_chats(db, [HEALTH, FLOOD, CHAT])
    people.register_chats(db, [HEALTH, CHAT])
    people.migrate_chat(db, HEALTH.id, ChatId(-1300))
    assert open_topics(db) == [(-1300, 5), (-100, 4)]
    people.register_chats(db, [HEALTH, CHAT])
    assert open_topics(db) == [(-1300, 5), (-100, 4)]


def test_each_message_of_a_forum_is_due_once_and_not_in_a_closed_topic(db: Database) -> None:
    other = Chat(ChatId(-300), "", thread_id=9)
    people.register_chats(db, [HEALTH, FLOOD])
    with db.atomic():
        notices.wish(db, [HEALTH, FLOOD, other], NoticeKind.CARD, 1, NOW)
    assert [notice.thread_id for notice in notices.due(db, NOW, 9)] == [5, 6, 9]
    people.register_chats(db, [HEALTH])
    assert [notice.thread_id for notice in notices.due(db, NOW, 9)] == [5, 9]
    people.block_chat(db, HEALTH.id, "kicked")
    assert notices.due(db, NOW, 9) == []


def test_a_message_tells_its_topic(db: Database) -> None:
    with db.atomic():
        notices.wish(db, [FLOOD], NoticeKind.CARD, 1, NOW)
    notices.finish(db, notices.every(db)[0], 44, "x")
    assert notices.thread_of(db, FLOOD.id, 44) == 6
    assert notices.thread_of(db, FLOOD.id, 45) is None


def test_a_chat_that_left_the_configuration_is_not_written_to_until_it_is_back(
    db: Database,
) -> None:
    other = Chat(ChatId(-200), "Pimpinan")
    people.register_chats(db, [CHAT, other])
    people.register_chats(db, [other])
    assert [chat.id for chat in people.chats(db)] == [other.id]
    people.register_chats(db, [CHAT, other])
    assert {chat.id for chat in people.chats(db)} == {CHAT.id, other.id}


def test_leaving_the_configuration_does_not_hide_that_the_bot_was_thrown_out(db: Database) -> None:
    people.register_chats(db, [CHAT])
    people.block_chat(db, CHAT.id, "kicked")
    people.register_chats(db, [])
    people.register_chats(db, [CHAT])
    assert people.chats(db, blocked=True)[0].blocked == "kicked"


def test_a_question_is_answered_once_and_by_its_own_message(db: Database, store_path: Path) -> None:
    prompt = Prompt("edit", 3, "Sari")
    people.ask(db, CHAT.id, 50, prompt, NOW)
    other = open_store(store_path)
    assert people.question(other, CHAT.id, 50, NOW, HOUR) == prompt
    assert people.question(other, CHAT.id, 51, NOW, HOUR) is None
    assert people.question(other, ChatId(-200), 50, NOW, HOUR) is None
    assert [people.close_question(db, CHAT.id, 50), people.close_question(other, CHAT.id, 50)] == [
        True,
        False,
    ]
    assert people.question(other, CHAT.id, 50, NOW, HOUR) is None
    other.close()


def test_an_old_question_is_no_longer_open(db: Database) -> None:
    people.ask(db, CHAT.id, 50, Prompt("edit", 3, "Sari"), NOW)
    assert people.question(db, CHAT.id, 50, NOW + HOUR, HOUR) is not None
    assert people.question(db, CHAT.id, 50, NOW + HOUR + timedelta(seconds=1), HOUR) is None


def test_a_question_under_the_same_message_is_put_anew(db: Database) -> None:
    people.ask(db, CHAT.id, 50, Prompt("edit", 3, "Sari"), NOW)
    people.close_question(db, CHAT.id, 50)
    people.ask(db, CHAT.id, 50, Prompt("edit", 4, "Budi"), NOW)
    assert people.question(db, CHAT.id, 50, NOW, HOUR) == Prompt("edit", 4, "Budi")


def test_chats_and_people_of_an_older_database_are_kept(store_path: Path) -> None:
    old = Database(sqlite3.connect(store_path))
    migrations.apply(old, stop_before="m010_people")
    with old.atomic():
        old.execute("INSERT INTO chat VALUES (-100, 'Humas', 'siaga', 4, NULL)")
        old.execute("INSERT INTO chat VALUES (-200, 'Lama', 'awas', NULL, 'kicked')")
        old.execute("INSERT INTO person (name, telegram_id, roles) VALUES ('Sari', 7, 'admin')")
    old.close()
    db = open_store(store_path)
    assert people.chats(db) == [CHAT]
    assert [chat.blocked for chat in people.chats(db, blocked=True)] == ["kicked", None]
    sari = people.by_telegram(db, 7)
    assert sari is not None and (sari.opd, sari.met, sari.unreachable) == (None, False, None)
    db.close()
