"""Invitations: used once, in time, by one account; and what a successor takes over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, ChatId, InviteTrouble, NoticeKind, NoticeState, Person, Role
from monitor.store import audit, invites, notices, open_store, people
from monitor.store.connection import rows
from monitor.store.invites import VALID, InviteRefused
from tests.making import NOW

HOUR = timedelta(hours=1)
HEALTH = "Dinas Kesehatan"


def invite(db: Database, name: str = "Rina", *roles: Role, **more: str | None) -> str:
    opd, replaces = more.get("opd"), more.get("replaces")
    return invites.make(db, name, roles or [Role.HUMAS], opd, replaces, "Budi", NOW)


def person(db: Database, name: str, telegram_id: int | None, *roles: Role) -> Person:
    return people.add(db, name, roles or [Role.HUMAS], telegram_id, "cli", NOW)


def known(db: Database, name: str) -> Person:
    found = people.by_name(db, name)
    assert found is not None
    return found


def refused(trouble: InviteTrouble, call: Callable[[], object]) -> InviteRefused:
    with pytest.raises(InviteRefused) as error:
        call()
    assert error.value.trouble is trouble
    return error.value


def test_a_link_makes_somebody_a_person_once(db: Database) -> None:
    code = invite(db, "Rina", Role.OPD, opd=HEALTH)
    made = invites.use(db, code, 7, NOW + HOUR)
    assert (made.name, made.roles, made.opd, made.telegram_id, made.active) == (
        "Rina",
        {Role.OPD},
        HEALTH,
        7,
        True,
    )
    assert people.by_telegram(db, 7) == made
    refused(InviteTrouble.USED, lambda: invites.use(db, code, 7, NOW + HOUR))
    refused(InviteTrouble.USED, lambda: invites.use(db, code, 8, NOW + HOUR))
    used = invites.find(db, code)
    assert used is not None and used.used_at is not None


def test_the_code_is_kept_nowhere(db: Database, store_path: Path) -> None:
    code = invite(db)
    invites.use(db, code, 7, NOW)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert code.encode() not in store_path.read_bytes()
    assert 30 <= len(code) <= 64
    assert code.replace("_", "").replace("-", "").isalnum()


def test_two_links_are_never_the_same(db: Database) -> None:
    assert len({invite(db, f"Rekan {number}") for number in range(20)}) == 20


@pytest.mark.parametrize("code", ["", "x", "é", "\ud83d", "a" * 500, "'; DROP TABLE invite; --"])
def test_an_unknown_code_is_refused(db: Database, code: str) -> None:
    invite(db)
    refused(InviteTrouble.UNKNOWN, lambda: invites.use(db, code, 7, NOW))
    assert people.every(db) == []


def test_a_link_ends_after_three_days_to_the_second(db: Database) -> None:
    first, second = invite(db), invite(db, "Tono")
    assert invites.use(db, first, 7, NOW + VALID).name == "Rina"
    late = NOW + VALID + timedelta(seconds=1)
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, second, 8, late))
    assert people.by_name(db, "Tono") is None
    longer = invites.make(db, "Tono", [Role.HUMAS], None, None, "Budi", NOW, NOW + 2 * VALID)
    assert invites.use(db, longer, 8, late).name == "Tono"


def test_an_account_of_somebody_else_is_refused_and_the_link_stays_good(db: Database) -> None:
    person(db, "Sari", 7)
    code = invite(db)
    error = refused(InviteTrouble.OTHER_NAME, lambda: invites.use(db, code, 7, NOW))
    assert error.holder == "Sari"
    assert invites.use(db, code, 8, NOW).name == "Rina"


def test_the_account_of_somebody_who_left_is_free(db: Database) -> None:
    person(db, "Sari", 7)
    person(db, "Budi", 9, Role.ADMIN)
    people.deactivate(db, "Sari", "Budi", NOW)
    assert invites.use(db, invite(db), 7, NOW).telegram_id == 7
    assert known(db, "Sari").telegram_id is None


def test_the_name_of_somebody_active_is_refused_at_both_ends(db: Database) -> None:
    code = invite(db)
    person(db, "Rina", 7)
    error = refused(InviteTrouble.NAME_TAKEN, lambda: invites.use(db, code, 8, NOW))
    assert error.holder == "Rina"
    refused(InviteTrouble.NAME_TAKEN, lambda: invite(db))
    assert people.by_telegram(db, 8) is None
    # The own account may: nothing is lost, and the roles add up.
    assert invites.use(db, code, 7, NOW).roles == {Role.HUMAS}


def test_a_name_without_an_account_is_joined_and_keeps_its_roles(db: Database) -> None:
    person(db, "Rina", None, Role.TRAINER)
    made = invites.use(db, invite(db, "Rina", Role.HUMAS), 7, NOW)
    assert (made.roles, made.telegram_id) == ({Role.TRAINER, Role.HUMAS}, 7)
    assert len(people.every(db)) == 1


def test_who_comes_back_has_the_roles_of_the_link_only(db: Database) -> None:
    person(db, "Rina", 7, Role.ADMIN)
    person(db, "Budi", 9, Role.ADMIN)
    people.deactivate(db, "Rina", "Budi", NOW)
    assert invites.use(db, invite(db, "Rina", Role.HUMAS), 8, NOW).roles == {Role.HUMAS}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  Rina \n Sari ", "Rina Sari"), ("I Wayan", "I Wayan"), ("a" * 60, "a" * 60)],
)
def test_a_name_is_one_line(db: Database, given: str, kept: str) -> None:
    assert invites.use(db, invite(db, given), 7, NOW).name == kept


@pytest.mark.parametrize("given", ["", " ", "R", "a" * 61, "12", "Ri\u202ena", "\x00", "👍👍"])
def test_what_is_no_name_is_refused(db: Database, given: str) -> None:
    refused(InviteTrouble.BAD_NAME, lambda: invite(db, given))
    assert rows(db, "SELECT * FROM invite") == []


def test_of_two_who_open_one_link_at_once_exactly_one_comes_in(
    db: Database, store_path: Path
) -> None:
    code, said = invite(db), list[str]()
    gate = threading.Barrier(4)

    def come(telegram_id: int) -> None:
        own = open_store(store_path)
        gate.wait()
        try:
            said.append(invites.use(own, code, telegram_id, NOW).name)
        except InviteRefused as error:
            said.append(error.trouble.value)
        own.close()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["Rina", "used", "used", "used"]
    assert len(people.every(db)) == 1


def test_everything_is_in_the_audit_trail(db: Database) -> None:
    person(db, "Eko", 5)
    code = invite(db, "Rina", Role.HUMAS, replaces="Eko")
    invites.use(db, code, 7, NOW)
    told = [(row["actor"], row["action"], row["subject"]) for row in audit.newest(db, 4)]
    assert told == [
        ("Budi", "person", "person:Rina"),
        ("Budi", "person-removed", "person:Eko"),
        ("Rina", "joined", "person:Rina"),
        ("Budi", "invited", "person:Rina"),
    ]
    assert code not in str(rows(db, "SELECT * FROM audit"))


# Hand-over of a role.


def test_a_successor_takes_the_place_and_the_old_one_has_no_rights(db: Database) -> None:
    person(db, "Eko", 5, Role.OPD)
    made = invites.use(db, invite(db, "Rina", Role.OPD, opd=HEALTH, replaces="Eko"), 7, NOW)
    assert (made.roles, made.opd) == ({Role.OPD}, HEALTH)
    assert people.by_telegram(db, 5) is None
    assert people.successor(db, "Eko") == "Rina"


def test_the_last_admin_may_be_replaced_by_an_admin_and_by_nobody_else(db: Database) -> None:
    person(db, "Budi", 9, Role.ADMIN)
    less = invite(db, "Rina", Role.HUMAS, replaces="Budi")
    error = refused(InviteTrouble.LAST_ADMIN, lambda: invites.use(db, less, 7, NOW))
    assert error.holder == "Budi"
    assert (known(db, "Budi").active, people.by_name(db, "Rina")) == (True, None)
    # A link that Budi made is void once he left; this one was made before and used by then.
    invites.use(db, invite(db, "Rina", Role.ADMIN, replaces="Budi"), 7, NOW)
    assert [admin.name for admin in people.admins(db)] == ["Rina"]


def test_both_may_use_the_one_telephone_of_the_office(db: Database) -> None:
    person(db, "Eko", 5)
    invites.use(db, invite(db, replaces="Eko"), 5, NOW)
    found = people.by_telegram(db, 5)
    assert found is not None and found.name == "Rina"
    assert known(db, "Eko").telegram_id is None


def test_a_colleague_may_take_over_and_keeps_the_own_role(db: Database) -> None:
    person(db, "Eko", 5, Role.OPD)
    person(db, "Rina", 7, Role.HUMAS)
    code = invite(db, "Rina", Role.OPD, replaces="Eko")
    refused(InviteTrouble.NAME_TAKEN, lambda: invites.use(db, code, 8, NOW))
    assert invites.use(db, code, 7, NOW).roles == {Role.OPD, Role.HUMAS}


def test_a_new_telephone_replaces_the_old_one_of_the_same_person(db: Database) -> None:
    person(db, "Rina", 7, Role.ADMIN)
    people.reachable(db, 7, NOW, private=True)
    with db.atomic():
        people.tell(db, ChatId(7), "halo", NOW)
    made = invites.use(db, invite(db, "Rina", Role.ADMIN, replaces="Rina"), 8, NOW)
    assert (made.telegram_id, made.active, known(db, "Rina").met) == (8, True, False)
    assert people.by_telegram(db, 7) is None
    # What stands on the lost telephone is not kept up any more.
    assert [notice.state for notice in notices.every(db)] == [NoticeState.FAILED]
    assert people.successor(db, "Rina") == "Rina"


def test_links_of_somebody_who_left_or_lost_a_role_are_void(db: Database) -> None:
    person(db, "Budi", 9, Role.ADMIN, Role.HUMAS)
    person(db, "Citra", 10, Role.ADMIN)
    code = invite(db)
    people.add(db, "Budi", [Role.ADMIN, Role.HUMAS, Role.TRAINER], None, "Citra", NOW + HOUR)
    assert invites.find(db, code).until_at == NOW + VALID  # type: ignore[union-attr]
    people.add(db, "Budi", [Role.HUMAS], None, "Citra", NOW + HOUR)
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, code, 7, NOW + HOUR))
    later = invite(db)
    people.deactivate(db, "Budi", "Citra", NOW + HOUR)
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, later, 7, NOW + HOUR))


def test_names_lead_to_the_successor_step_by_step(db: Database) -> None:
    person(db, "Ani", 1)
    for old, new, telegram_id in (("Ani", "Beni", 2), ("Beni", "Cici", 3)):
        invites.use(db, invite(db, new, replaces=old), telegram_id, NOW)
    assert [people.successor(db, name) for name in ("Ani", "Beni", "Cici", "Dodi")] == [
        "Cici",
        "Cici",
        "Cici",
        "Dodi",
    ]
    # Who comes back stands for the own name again, and a ring of names ends.
    invites.use(db, invite(db, "Ani", replaces="Cici"), 4, NOW + HOUR)
    assert [people.successor(db, name) for name in ("Ani", "Beni", "Cici")] == ["Ani"] * 3
    people.deactivate(db, "Ani", "cli", NOW + HOUR)
    assert people.successor(db, "Beni") == "Beni"


def test_a_private_message_is_told_once_each_and_meets_no_other(db: Database) -> None:
    person(db, "Rina", 7)
    with db.atomic():
        notices.wish(db, [Chat(ChatId(7), "")], NoticeKind.PERSONAL, 1, NOW, "tentang baris 1")
        people.tell(db, ChatId(7), "satu", NOW)
        people.tell(db, ChatId(7), "dua", NOW)
    assert [(n.subject_id, n.text) for n in notices.every(db)] == [
        (1, "tentang baris 1"),
        (-1, "satu"),
        (-2, "dua"),
    ]


# Links that are open beside what was decided since.


def test_a_link_gives_no_rights_back_that_were_taken(db: Database) -> None:
    person(db, "Budi", 9, Role.ADMIN)
    person(db, "Eko", 5, Role.HUMAS, Role.OPD)
    own, place = invite(db, "Eko", Role.ADMIN, replaces="Eko"), invite(db, replaces="Eko")
    people.add(db, "Eko", [Role.OPD], None, "Budi", NOW + HOUR)
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, own, 5, NOW + HOUR))
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, place, 7, NOW + HOUR))
    plain = invite(db, "Tono", Role.ADMIN)
    person(db, "Tono", None)
    people.deactivate(db, "Tono", "Budi", NOW + HOUR)
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, plain, 8, NOW + HOUR))
    assert [one.name for one in people.admins(db)] == ["Budi"]


def test_nobody_takes_the_place_of_somebody_who_is_not_there(db: Database) -> None:
    person(db, "Budi", 9, Role.ADMIN)
    person(db, "Eko", 5)
    code = invite(db, replaces="Eko")
    # As a database looks in which a person was switched off by other means.
    with db.atomic():
        db.conn.execute("UPDATE person SET active = 0 WHERE name = 'Eko'")
    error = refused(InviteTrouble.NOBODY_LEAVES, lambda: invites.use(db, code, 7, NOW))
    assert error.holder == "Eko"
    refused(InviteTrouble.NOBODY_LEAVES, lambda: invite(db, "Tono", replaces="Eko"))
    refused(InviteTrouble.NOBODY_LEAVES, lambda: invite(db, "Tono", replaces="Siapa"))
    assert people.by_name(db, "Rina") is None


def test_a_link_that_is_used_ends_the_others_for_the_name_and_the_place(db: Database) -> None:
    for name, telegram_id in (("Eko", 5), ("Dewi", 6)):
        person(db, name, telegram_id)
    plain, place, other = invite(db), invite(db, replaces="Eko"), invite(db, "Tono", replaces="Eko")
    free = invite(db, "Wulan", replaces="Dewi")
    assert invites.use(db, place, 7, NOW).name == "Rina"
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, plain, 7, NOW))
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, other, 8, NOW))
    assert [link.name for link in invites.open_links(db, NOW)] == ["Wulan"]
    assert invites.use(db, free, 10, NOW).name == "Wulan"


def test_a_second_link_for_a_name_replaces_the_first(db: Database) -> None:
    person(db, "Eko", 5)
    first, place, second = invite(db), invite(db, replaces="Eko"), invite(db, "RINA")
    assert [link.name for link in invites.waiting(db, "rina", NOW)] == ["RINA", "Rina"]
    refused(InviteTrouble.EXPIRED, lambda: invites.use(db, first, 7, NOW))
    assert invites.use(db, second, 7, NOW).name == "RINA"
    refused(InviteTrouble.ALIKE, lambda: invites.use(db, place, 8, NOW + HOUR))


def test_open_links_are_revoked_by_name(db: Database) -> None:
    person(db, "Eko", 5)
    first, second = invite(db), invite(db, replaces="Eko")
    assert (invites.revoke(db, "rina", "cli", NOW), invites.revoke(db, "Rina", "cli", NOW)) == (
        2,
        0,
    )
    for code in (first, second):
        refused(InviteTrouble.EXPIRED, lambda code=code: invites.use(db, code, 7, NOW))
    assert [row["action"] for row in audit.newest(db, 2)] == ["invite-revoked"] * 2


@pytest.mark.parametrize("name", ["rina sari", "RINA SARI", "Rina  Sari", "RinaSari"])
def test_a_name_that_differs_by_case_or_spaces_alone_is_refused(db: Database, name: str) -> None:
    person(db, "Rina Sari", 7)
    with pytest.raises(Refused, match="Rina Sari is registered"):
        person(db, name, 8)
    if name != "Rina  Sari":
        assert refused(InviteTrouble.ALIKE, lambda: invite(db, name)).holder == "Rina Sari"
    person(db, "Rina Sari", 8)
    person(db, "Rina Sar", 9)
    assert len(people.every(db)) == 2


def test_nobody_gives_their_place_to_waiting_roles_that_they_lack(db: Database) -> None:
    people.add(db, "Budi", [Role.HUMAS], 9, "cli", NOW)
    person(db, "Rina", None, Role.ADMIN)
    code = invite(db, "Rina", Role.HUMAS, replaces="Budi")
    refused(InviteTrouble.NAME_TAKEN, lambda: invites.use(db, code, 7, NOW))
    people.add(db, "Rina", [Role.HUMAS], None, "cli", NOW, force=True)
    code = invite(db, "Rina", Role.HUMAS, replaces="Budi")
    assert invites.use(db, code, 7, NOW).roles == {Role.HUMAS}
