"""The register in the bot: invitations, hand-over of a role, the list, private chats."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.incidents import Action
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages import register as words
from monitor.records import EventKind, IncidentId, Person, Role
from monitor.steps import decide
from monitor.store import audit, incidents, invites, people
from monitor.store.connection import rows
from tests.bot_stage import Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, STRANGER

Json = dict[str, Any]
NEW, OTHER = 777, 778
_LINK = re.compile(r"https://t\.me/siaga_loopback_bot\?start=([A-Za-z0-9_-]{32})")
ONLY_ADMINS = answers.not_allowed(roles_for(Action.INVITE))


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        yield stage.start()


def number_of(who: str | int) -> int:
    return PEOPLE[who][0] if isinstance(who, str) else who


def write(stage: Stage, who: str | int, text: str, **more: Any) -> Json:
    """Write to the bot in private; its answer."""
    chat_id = number_of(who)
    return stage.answer_to(stage.write(who, text, chat_id=chat_id, **more), chat_id)


def tap(stage: Stage, who: str, at: Json, label: str) -> Json:
    """Press a button that is there, in private; the answer to the press."""
    data = {b["text"]: b["callback_data"] for row in at["rows"] for b in row}[label]
    chat_id = number_of(who)
    return stage.press(who, data, at["message_id"], chat_id=chat_id, forged=False)


def below(stage: Stage, who: str, at: Json) -> Json:
    return stage.answers_to(at["message_id"], number_of(who))[-1]


def again(stage: Stage, who: str, at: Json) -> Json:
    return stage.seen(at["message_id"], number_of(who))


def code_in(message: Json) -> str:
    found = _LINK.search(message["text"])
    assert found, message["text"]
    return found[1]


def person(stage: Stage, name: str) -> Person:
    found = people.by_name(stage.db, name)
    assert found is not None
    return found


def link(stage: Stage, name: str = "Rina", *roles: Role, replaces: str | None = None) -> str:
    given = roles or (Role.HUMAS,)
    return invites.make(stage.db, name, given, None, replaces, "Budi", stage.now)


# Whole ways


def test_an_admin_invites_and_the_link_lets_in(stage: Stage) -> None:
    menu = write(stage, "Budi", "/undang")
    assert tap(stage, "Budi", menu, "Humas")["text"] == answers.ANSWER_BELOW
    question = below(stage, "Budi", menu)
    assert question["keyboard"]["force_reply"] is True
    given = write(stage, "Budi", "Rina  Sari", reply_to=question["message_id"])
    assert "Undangan untuk Rina Sari\nHumas" in given["text"]
    assert "sampai 5 Mar 10.00 WIB" in given["text"]
    code = code_in(given)
    welcome = write(stage, NEW, f"/start {code}")
    assert welcome["text"].startswith("Selamat bergabung, Rina Sari.\nPeran Anda: Humas.")
    assert stage.woken
    made = person(stage, "Rina Sari")
    assert (made.telegram_id, made.roles, made.met) == (NEW, {Role.HUMAS}, True)
    assert stage.press(NEW, f"ak:{stage.new_incident()}")["text"] == answers.TAKEN
    # The link again, as Telegram sends it when it is tapped a second time.
    assert write(stage, NEW, f"/start {code}")["text"] == words.known_already(made)


def test_a_contact_is_invited_for_an_agency(stage: Stage) -> None:
    menu = write(stage, "Budi", "/undang")
    assert tap(stage, "Budi", menu, "Kontak OPD")["text"] == answers.CHOOSE
    agencies = below(stage, "Budi", menu)
    tap(stage, "Budi", agencies, "BPBD")
    question = below(stage, "Budi", agencies)
    assert "Kontak OPD (BPBD)" in question["text"]
    stage.stop()
    mine = stage.write("Budi", "Rina", chat_id=102, reply_to=question["message_id"])
    stage.start()
    code = code_in(stage.answer_to(mine, 102))
    stage.stop()
    first = stage.write(NEW, f"/start {code}", chat_id=NEW)
    stage.start()
    assert "Kontak OPD (BPBD)" in stage.answer_to(first, NEW)["text"]
    assert (person(stage, "Rina").roles, person(stage, "Rina").opd) == ({Role.OPD}, "BPBD")
    assert audit.broken_at(stage.db) is None


def test_admins_are_told_who_joined_in_private(stage: Stage) -> None:
    write(stage, NEW, f"/start {link(stage)}")
    stage.fake.chat(102, "private", bot="member")
    stage.fake.chat(103, "private", bot="member")
    stage.notify()
    news = [m["text"] for who in (102, 103) for m in stage.fake.messages(who)]
    assert news == ["Rina bergabung sebagai Humas. Diundang oleh Budi."] * 2


def test_somebody_hands_the_own_task_over(stage: Stage) -> None:
    number = stage.new_incident()
    decide.take(stage.db, person(stage, "Ani"), IncidentId(number), NOW)
    question = write(stage, "Ani", "/serahterima")
    assert "Siapa yang menggantikan Anda?" in question["text"]
    given = write(stage, "Ani", "Rina", reply_to=question["message_id"])
    assert "Serah terima dari Ani kepada Rina" in given["text"]
    assert person(stage, "Ani").active
    write(stage, NEW, f"/start {code_in(given)}")
    assert not person(stage, "Ani").active
    assert stage.incident(number).holder == "Rina"
    event = incidents.events(stage.db, IncidentId(number))[-1]
    assert (event.kind, event.reason) == (
        EventKind.HANDED_OVER,
        "serah terima tugas dari Ani kepada Rina",
    )
    stage.notify()
    assert "sudah diterima oleh Rina" in stage.fake.messages(101)[-1]["text"]
    last = stage.fake.messages(NEW)[-1]["text"]
    assert (
        last == f"Anda menggantikan Ani.\nIsu yang kini Anda tangani:\n• {_name(stage)} #{number}"
    )
    assert people.successor(stage.db, "Ani") == "Rina"
    assert stage.press("Ani", f"re:{number}")["text"] == answers.NOT_REGISTERED


def _name(stage: Stage) -> str:
    return stage.tools.issue(stage.tools.topics[0]).name


def test_an_admin_hands_over_for_somebody_who_left(stage: Stage) -> None:
    menu = write(stage, "Budi", "/serahterima")
    assert [b["text"] for row in menu["rows"] for b in row] == [
        "Saya sendiri",
        "Citra",
        "Ani",
        "Fitri",
        "Eko",
        "Dewi",
    ]
    tap(stage, "Budi", menu, "Eko")
    question = below(stage, "Budi", menu)
    assert "Siapa yang menggantikan Eko?" in question["text"]
    given = write(stage, "Budi", "Rina", reply_to=question["message_id"])
    write(stage, NEW, f"/start {code_in(given)}")
    assert (person(stage, "Eko").active, person(stage, "Rina").roles) == (False, {Role.OPD})
    stage.fake.chat(103, "private", bot="member")
    stage.notify()
    assert stage.fake.messages(103)[-1]["text"] == "Rina menggantikan Eko sebagai Kontak OPD."


def test_an_admin_takes_a_new_telephone(stage: Stage) -> None:
    menu = write(stage, "Budi", "/serahterima")
    tap(stage, "Budi", menu, "Saya sendiri")
    question = below(stage, "Budi", menu)
    given = write(stage, "Budi", "Budi", reply_to=question["message_id"])
    assert "Selamat bergabung, Budi" in write(stage, NEW, f"/start {code_in(given)}")["text"]
    assert person(stage, "Budi").telegram_id == NEW
    stage.fake.chat(103, "private", bot="member")
    stage.notify()
    assert "kini memakai akun Telegram yang lain" in stage.fake.messages(103)[-1]["text"]


def test_one_telephone_of_the_office_is_told_once_who_has_it_now(stage: Stage) -> None:
    write(stage, "Eko", f"/start {link(stage, replaces='Eko')}")
    stage.notify()
    texts = [m["text"] for m in stage.fake.messages(105) if m["by_bot"]]
    assert texts[1:] == ["Anda menggantikan Eko. Tidak ada isu yang sedang ditanganinya."]


# Refusals


def test_a_link_is_for_private_chats_and_is_never_shown(stage: Stage) -> None:
    code = link(stage)
    mine = stage.write(NEW, f"/start {code}")
    assert stage.answer_to(mine)["text"] == words.LINK_IN_PRIVATE
    assert people.by_name(stage.db, "Rina") is None
    said = [c["params"].get("text", "") for c in stage.fake.calls("sendMessage")]
    assert not any(code in text for text in said)


def test_each_link_that_does_not_work_is_told_why(stage: Stage) -> None:
    used, late, other = link(stage, "Rina"), link(stage, "Tono"), link(stage, "Umar")
    taken = link(stage, "Vera")
    write(stage, NEW, f"/start {used}")
    people.add(stage.db, "Vera", [Role.HUMAS], 888, "cli", NOW)
    cases = {
        "apa-ini": "Maaf, tautan ini tidak dikenal.",
        used: "Maaf, tautan ini sudah dipakai. Bila bukan oleh Anda,",
        taken: "Nama Vera sudah dipakai rekan yang masih aktif.",
    }
    for code, start in cases.items():
        assert write(stage, OTHER, f"/start {code}")["text"].startswith(start)
    mine = write(stage, "Eko", f"/start {other}")["text"]
    assert mine.startswith("Akun Telegram ini sudah terdaftar atas nama Eko.")
    last = link(stage, "Wati", Role.HUMAS, replaces="Budi")
    people.deactivate(stage.db, "Citra", "Budi", NOW)
    told = write(stage, OTHER, f"/start {last}")["text"]
    assert told.startswith("Maaf, Budi admin terakhir.")
    stage.now = NOW + timedelta(days=3, seconds=1)
    expired = write(stage, OTHER, f"/start {late}")["text"]
    assert expired.startswith("Maaf, masa berlaku tautan ini sudah lewat.")
    assert people.by_telegram(stage.db, OTHER) is None


def test_of_two_who_open_a_link_at_once_one_comes_in(stage: Stage) -> None:
    code = link(stage)
    mine = {who: stage.write(who, f"/start {code}", chat_id=who) for who in (NEW, OTHER)}
    texts = [stage.answer_to(number, who)["text"] for who, number in mine.items()]
    assert sum(text.startswith("Selamat bergabung") for text in texts) == 1
    assert sum("sudah dipakai" in text for text in texts) == 1


@pytest.mark.parametrize("command", ["/undang", "/orang"])
def test_only_admins_invite_and_see_the_register(stage: Stage, command: str) -> None:
    for who in ("Ani", "Dewi", "Eko", "Fitri"):
        assert write(stage, who, command)["text"] == ONLY_ADMINS
    assert write(stage, STRANGER, command)["text"] == answers.NOT_REGISTERED
    assert write(stage, "Citra", command)["rows"]


@pytest.mark.parametrize("command", ["/undang", "/orang", "/serahterima"])
def test_the_register_is_no_matter_for_a_group(stage: Stage, command: str) -> None:
    told = stage.answer_to(stage.write("Budi", command))["text"]
    assert told == words.PRIVATE_ONLY
    told = stage.answer_to(stage.write(STRANGER, command))["text"]
    assert told == answers.NOT_REGISTERED


BUTTONS = ("ud:1", "uo:0:opd1", "st:{other}", "sp:0", "op:0", "od:0", "of:{other}", "oy:{other}")


@pytest.mark.parametrize("data", BUTTONS)
def test_a_button_of_the_register_is_for_admins_in_private(stage: Stage, data: str) -> None:
    forged = data.format(other=person(stage, "Dewi").id)
    write(stage, "Ani", "/saya")
    assert stage.press("Ani", forged, chat_id=101)["text"] == ONLY_ADMINS
    assert stage.press("Budi", forged)["text"] == answers.STALE_BUTTON
    assert stage.press(STRANGER, forged)["text"] == answers.NOT_REGISTERED
    assert person(stage, "Dewi").active


def test_a_button_for_nobody_is_told_so(stage: Stage) -> None:
    write(stage, "Budi", "/saya")
    gone = person(stage, "Dewi").id
    people.deactivate(stage.db, "Dewi", "cli", NOW)
    for data, said in {
        "ud:9": answers.STALE_BUTTON,
        "uo:0:tidak_ada": answers.STALE_BUTTON,
        "st:999": answers.GONE,
        f"st:{gone}": words.NO_SUCCESSOR_OF,
        "of:999": answers.GONE,
        f"of:{gone}": words.REMOVED_ALREADY,
        "oy:999": answers.GONE,
        f"oy:{gone}": words.REMOVED_ALREADY,
    }.items():
        assert stage.press("Budi", data, chat_id=102)["text"] == said


def test_what_changed_meanwhile_stops_a_hand_over(stage: Stage) -> None:
    menu = write(stage, "Budi", "/serahterima")
    tap(stage, "Budi", menu, "Eko")
    question = below(stage, "Budi", menu)["message_id"]
    assert write(stage, "Budi", "R", reply_to=question)["text"].startswith("Maaf, nama ditulis")
    people.deactivate(stage.db, "Eko", "cli", NOW)
    assert write(stage, "Budi", "Rina", reply_to=question)["text"] == words.NO_SUCCESSOR_OF
    people.add(stage.db, "Budi", [Role.HUMAS], None, "cli", NOW)
    assert write(stage, "Budi", "Rina", reply_to=question)["text"] == ONLY_ADMINS
    assert rows(stage.db, "SELECT * FROM invite") == []


def test_who_lost_the_role_meanwhile_invites_nobody(stage: Stage) -> None:
    menu = write(stage, "Budi", "/undang")
    tap(stage, "Budi", menu, "Humas")
    question = below(stage, "Budi", menu)["message_id"]
    taken = write(stage, "Budi", "Ani", reply_to=question)["text"]
    assert taken.startswith("Nama Ani sudah dipakai")
    people.add(stage.db, "Budi", [Role.HUMAS], None, "cli", NOW)
    assert write(stage, "Budi", "Rina", reply_to=question)["text"] == ONLY_ADMINS
