"""``siaga people`` and ``siaga chats``: the register on the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app import utc_now
from monitor.records import ChatId, Role
from monitor.store import audit, invites, people
from tests.fakes.telegram import FakeTelegram
from tests.test_cli import GOOD, REFUSED, WRONG, Office

CODE = re.compile(r"[A-Za-z0-9_-]{32}")


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    office = Office(tmp_path, capsys)
    office("people", "add", "Budi", "--role", "admin", "--telegram", "9")
    return office


def test_people_are_registered_changed_listed_and_taken_off(siaga: Office) -> None:
    added = siaga("people", "add", "Rina", "--role", "humas", "--role", "admin", "--telegram", "7")
    assert (added.code, added.out) == (GOOD, "Rina: admin, humas\n")
    siaga("people", "add", "Arif", "--role", "trainer")
    assert siaga("people", "role", "Rina", "opd", "--opd", "bpbd").out == "Rina: opd (BPBD)\n"
    people.mark_unreachable(siaga.store, 9, "blocked by the user")
    assert siaga("people", "list").out.splitlines() == [
        "Arif: trainer; no Telegram id",
        "Budi: admin; 9 (unreachable: blocked by the user)",
        "Rina: opd (BPBD); 7 (never opened)",
    ]
    assert siaga("people", "role", "Rina", "none").out == "Rina: no rights any more\n"
    people.reachable(siaga.store, 9, utc_now(), private=True)
    shown = {line["name"]: line for line in siaga("people", "list", "--json").lines}
    assert shown["Rina"] == {
        "name": "Rina",
        "roles": ["opd"],
        "opd": "BPBD",
        "telegram_id": 7,
        "private_chat": "never opened",
        "active": False,
    }
    assert (shown["Arif"]["private_chat"], shown["Budi"]["private_chat"]) == ("none", "open")
    assert "Rina (left): opd (BPBD); 7" in siaga("people", "list").out
    assert people.by_telegram(siaga.store, 7) is None


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "Rina", "--role", "raja"], WRONG, "role: raja: accepted: humas, admin"),
        (["role", "Siapa", "humas"], REFUSED, "person: Siapa: not registered"),
        (["role", "Budi", "raja"], WRONG, "accepted: humas"),
        (["add", "Rina", "--role", "humas", "--telegram", "9"], REFUSED, "belongs to Budi"),
        (["add", "Rina", "--role", "opd"], WRONG, "opd: a contact needs one: --opd: accepted: "),
        (["add", "Rina", "--role", "opd", "--opd", "Dinas X"], WRONG, "opd: Dinas X: accepted: "),
        (["add", "Rina", "--role", "humas", "--opd", "X"], WRONG, "BPBD"),
        (["role", "Budi", "none"], REFUSED, "Budi: the last admin"),
        (["role", "Budi", "humas"], REFUSED, "Budi: the last admin"),
        (["add", "Budi", "--role", "humas"], REFUSED, "Budi: the last admin"),
        (["invite", "Budi", "--role", "humas"], REFUSED, "invite: Budi: name taken"),
        (["invite", "B", "--role", "humas"], REFUSED, "invite: B: bad name"),
        (["invite", "Rina", "--role", "opd"], WRONG, "opd: a contact needs one"),
        (["invite", "Rina", "--role", "humas", "--days", "0"], WRONG, "--days"),
        (["handover", "Siapa", "Rina"], REFUSED, "person: Siapa: not registered"),
    ],
)
def test_what_the_register_refuses(siaga: Office, words: list[str], code: int, told: str) -> None:
    done = siaga("people", *words)
    assert (done.code, told in done.err) == (code, True), done.err
    (only,) = people.every(siaga.store)
    assert (only.roles, only.active) == ({Role.ADMIN}, True)


@pytest.mark.parametrize(
    "words",
    [
        ["role", "Budi", "none", "--force"],
        ["role", "Budi", "humas", "--force"],
        ["add", "Budi", "--role", "humas", "--force"],
    ],
)
def test_the_last_admin_goes_when_forced(siaga: Office, words: list[str]) -> None:
    assert siaga("people", *words).code == GOOD
    assert people.admins(siaga.store) == []


def test_a_contact_keeps_the_agency_that_was_given_before(siaga: Office) -> None:
    siaga("people", "add", "Eko", "--role", "opd", "--opd", "BPBD")
    assert siaga("people", "role", "Eko", "opd", "humas").out == "Eko: humas, opd (BPBD)\n"


def test_an_invitation_without_a_bot_is_a_code(siaga: Office) -> None:
    done = siaga("people", "invite", "Rina", "--role", "opd", "--opd", "BPBD", "--days", "5")
    code = done.out.strip()
    assert done.code == GOOD and CODE.fullmatch(code)
    assert f"Rina sends the bot, in a private chat: /start {code}" in done.err
    assert re.search(r"works once, until [0-9: -]{16} \(Asia/Jakarta\); for Rina only", done.err)
    made = invites.find(siaga.store, code)
    assert made is not None
    assert (made.roles, made.opd, made.made_by) == ({Role.OPD}, "BPBD", "command line")
    assert made.until_at - made.made_at == timedelta(days=5)
    assert code not in str(audit.newest(siaga.store, 9))


def test_an_invitation_is_a_link_where_the_bot_is_known(
    siaga: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeTelegram() as telegram:
        monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", telegram.token)
        siaga.configure(f'[telegram]\nbase_url = "{telegram.url}"\n')
        done = siaga("people", "invite", "Rina", "--role", "humas")
        start = "https://t.me/siaga_loopback_bot?start="
        assert done.out.startswith(start)
        code = done.out.strip().removeprefix(start)
        assert invites.use(siaga.store, code, 7, utc_now()).name == "Rina"
        telegram.fault("getMe", code=401, description="Unauthorized")
        done = siaga("people", "invite", "Tono", "--role", "humas")
        assert (done.code, "the bot's name is not known" in done.err) == (GOOD, True)
        assert CODE.fullmatch(done.out.strip())
        assert telegram.token not in done.out + done.err


def test_a_role_is_handed_over(siaga: Office) -> None:
    siaga("people", "add", "Eko", "--role", "opd", "--opd", "BPBD", "--telegram", "5")
    code = siaga("people", "handover", "Eko", "Rina").out.strip()
    assert people.by_telegram(siaga.store, 5) is not None
    made = invites.use(siaga.store, code, 7, utc_now())
    assert (made.name, made.roles, made.opd) == ("Rina", {Role.OPD}, "BPBD")
    assert "Eko (left): opd (BPBD); 5" in siaga("people", "list").out
    assert people.successor(siaga.store, "Eko") == "Rina"


def test_open_links_are_listed_replaced_and_revoked(siaga: Office) -> None:
    siaga("people", "add", "Eko", "--role", "opd", "--opd", "BPBD", "--telegram", "5")
    siaga("people", "handover", "Eko", "Dewi")
    first = siaga("people", "invite", "Rina", "--role", "humas", "--role", "admin")
    again = siaga("people", "invite", "Rina", "--role", "humas")
    told = "the link before it, made by command line, works no more"
    assert (told in first.err, told in again.err) == (False, True)
    dewi, rina = [line for line in siaga("people", "list").out.splitlines() if "open link" in line]
    assert dewi.startswith("open link for Dewi: opd (BPBD), replaces Eko; until ")
    assert re.fullmatch(
        r"open link for Rina: humas; until \S+ \S+ \(Asia/Jakarta\); by command line", rina
    )
    shown = siaga("people", "list", "--json").lines[-1]
    assert (shown["link"], shown["roles"], shown["replaces"]) == ("Rina", ["humas"], None)
    assert siaga("people", "revoke", "Rina").out == "Rina: the link works no more\n"
    gone = siaga("people", "revoke", "Rina")
    assert (gone.code, "invite: Rina: no open link; open: Dewi" in gone.err) == (REFUSED, True)
    code = again.out.strip()
    with pytest.raises(invites.InviteRefused, match="expired"):
        invites.use(siaga.store, code, 7, utc_now())
    assert told in siaga("people", "handover", "Eko", "Dewi").err
    assert "open: none" in [siaga("people", "revoke", n) for n in ("Dewi", "Dewi")][1].err


def test_names_are_one_however_they_are_spaced(siaga: Office) -> None:
    siaga("people", "add", " Rina  Sari ", "--role", "humas")
    assert siaga("people", "add", "Rina Sari", "--role", "trainer").code == GOOD
    for words in (["add", "rina sari"], ["invite", "RINA SARI"], ["invite", "RinaSari"]):
        done = siaga("people", *words, "--role", "humas")
        assert (done.code, "Rina Sari" in done.err) == (REFUSED, True)
    assert [one.name for one in people.every(siaga.store)] == ["Budi", "Rina Sari"]


def test_chats_and_topics_are_listed(siaga: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert siaga("chats", "list").out == "0 (konsol): from waspada\n"
    monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", "1:x")
    topic = '[[telegram.chats]]\nid = -100\ntitle = "{}"\nthread_id = {}\n'
    siaga.configure(
        "[[telegram.chats]]\nid = -200\nmin_level = 'awas'\n"
        + topic.format("Kesehatan", 5)
        + topic.format("Banjir", 6)
    )
    siaga("chats", "list")
    people.block_chat(siaga.store, ChatId(-200), "kicked")
    assert siaga("chats", "list").out.splitlines() == [
        "-200 (Humas): from awas; not written to: kicked",
        "-100 topic 5 (Kesehatan): from waspada",
        "-100 topic 6 (Banjir): from waspada",
        "0 (konsol): from waspada; not written to: not configured",
    ]
    assert siaga("chats", "list", "--json").lines[1] == {
        "id": -100,
        "title": "Kesehatan",
        "min_level": "waspada",
        "thread_id": 5,
        "blocked": None,
    }
