"""The register of people and chats, and questions that are answered once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, ChatId, Level, Role
from monitor.store import audit, open_store, people
from monitor.store.people import Prompt
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
    add(db, "Sari", Role.ADMIN, telegram_id=7)
    assert people.deactivate(db, "Sari", "cli", NOW)
    assert people.by_telegram(db, 7) is None
    assert people.by_name(db, "Sari").active is False  # type: ignore[union-attr]
    assert not people.deactivate(db, "Sari", "cli", NOW)
    assert not people.deactivate(db, "Orang lain", "cli", NOW)
    add(db, "Sari", Role.HUMAS)
    assert people.by_telegram(db, 7) is not None


def test_every_change_of_the_register_is_audited(db: Database) -> None:
    add(db, "Sari", Role.HUMAS, Role.ADMIN)
    people.deactivate(db, "Sari", "Budi", NOW)
    people.deactivate(db, "Sari", "Budi", NOW)
    assert [(row["actor"], row["action"], row["detail"]) for row in audit.newest(db, 9)] == [
        ("Budi", "person-removed", ""),
        ("cli", "person", "admin,humas"),
    ]


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
