"""Short answers, menus and news for the operator."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.incidents import Action
from monitor.incidents.lifecycle import roles_for
from monitor.knowledge import load_knowledge
from monitor.messages import Message, answers
from monitor.messages.base import ROLE_NAMES, TEXT_LIMIT, TOAST_LIMIT
from monitor.records import (
    IncidentId,
    Issue,
    Level,
    Role,
    Sentiment,
)
from tests.making import NOW, make_incident, make_reading
from tests.telegram_html import check, seen, units
from tests.test_messages_card import NASTY

WIB = ZoneInfo("Asia/Jakarta")
TAXONOMY = load_knowledge(Path(__file__).parent.parent / "data").taxonomy
CONSTANTS = [
    value for name, value in vars(answers).items() if name.isupper() and isinstance(value, str)
]


@pytest.mark.parametrize("text", CONSTANTS)
def test_a_fixed_answer_fits_a_toast_and_is_plain(text: str) -> None:
    assert units(text) <= TOAST_LIMIT
    assert seen(text) == text


@pytest.mark.parametrize("name", [*NASTY.values(), "Sari", None])
def test_an_answer_with_a_name_fits_a_toast(name: str | None) -> None:
    assert units(answers.already(name)) <= TOAST_LIMIT
    assert units(answers.already_held(name)) <= TOAST_LIMIT
    assert units(answers.labelled(name or "x", name or "y")) <= TOAST_LIMIT
    assert units(answers.only(name or "z")) <= TOAST_LIMIT


def test_the_second_press_is_told_who_was_first() -> None:
    assert answers.already("Sari") == "Sudah diputuskan oleh Sari."
    assert answers.already(None) == "Sudah diputuskan."
    assert answers.already_held("Sari") == "Sudah ditangani oleh Sari."
    assert answers.already_held(None) == "Sudah ditangani."


@pytest.mark.parametrize("action", Action)
def test_a_refusal_names_the_roles(action: Action) -> None:
    told = answers.not_allowed(roles_for(action))
    assert units(told) <= TOAST_LIMIT
    assert all(ROLE_NAMES[role].lower() in told.lower() for role in roles_for(action))


def test_a_refusal_reads_well() -> None:
    told = answers.not_allowed([Role.ADMIN, Role.HUMAS])
    assert told == "Maaf, hanya admin atau humas yang dapat melakukan ini."
    alone = answers.not_allowed([Role.OPD])
    assert alone == "Maaf, hanya kontak OPD yang dapat melakukan ini."
    many = answers.not_allowed([Role.ADMIN, Role.HUMAS, Role.TRAINER])
    assert many == "Maaf, hanya admin, humas, atau pelatih yang dapat melakukan ini."


def test_a_silence_says_until_when() -> None:
    tomorrow = NOW + timedelta(hours=12)
    assert answers.silenced(NOW, WIB, NOW) == "Senyap s.d. 12.00 WIB, kecuali levelnya naik."
    assert "11 Mar 00.00 WIB" in answers.silenced(tomorrow, WIB, NOW)


def test_the_silence_menu_offers_every_length_for_every_reason() -> None:
    menu = answers.silence_menu(make_incident(id=IncidentId(10**15)), "Sampah & <limbah>")
    assert check(menu, TEXT_LIMIT).splitlines() == [
        "Senyapkan Sampah & <limbah>",
        "Pilih lama dan alasannya:",
        "Baris 1: sedang ditangani",
        "Baris 2: menunggu OPD",
        "Baris 3: bukan kewenangan kami",
    ]
    data = [button.data for row in menu.buttons for button in row]
    assert len(set(data)) == len(answers.SILENCES) * len(answers.SILENCE_REASONS)
    assert data[0] == f"si:{10**15}:0:t"
    assert menu.buttons[0][0].label == "1 jam · sedang ditangani"


@pytest.mark.parametrize("comment", NASTY.values(), ids=NASTY)
def test_the_label_menu_offers_every_tone_and_issue(comment: str) -> None:
    menu = answers.label_menu(10**15, comment, Sentiment.NEGATIF, "kesehatan", TAXONOMY)
    check(menu, TEXT_LIMIT)
    data = [button.data for row in menu.buttons for button in row]
    assert data[:3] == [f"ls:{10**15}:{tone.value}" for tone in Sentiment]
    assert data[3:] == [f"li:{10**15}:{key}" for key in TAXONOMY]
    marked = [b.label for row in menu.buttons for b in row if b.label.startswith("✓ ")]
    assert marked == ["✓ Negatif", f"✓ {TAXONOMY['kesehatan'].name}"]


def test_labels_of_an_odd_number_of_issues_leave_none_out() -> None:
    three = {key: Issue(key, key, "", "") for key in ("a", "b", "c")}
    rows = answers.label_menu(1, "x", Sentiment.NETRAL, "z", three).buttons
    assert [len(row) for row in rows] == [3, 2, 1]


def test_a_correction_is_thanked_for() -> None:
    told = answers.labelled("Negatif", "Sari")
    assert told == "Label diperbaiki: Negatif (oleh Sari). Terima kasih."


def test_who_tells_a_stranger_the_number_an_admin_needs() -> None:
    stranger = answers.who(1234567, None, [])
    assert "1234567" in check(stranger, TEXT_LIMIT)
    assert answers.NOT_REGISTERED in stranger.text


def test_who_tells_a_person_their_roles() -> None:
    known = check(answers.who(7, "Sari <b>", [Role.ADMIN, Role.HUMAS]), TEXT_LIMIT)
    assert known == "Sari <b> · peran: Admin, Humas · 7"
    assert "peran: belum ada" in answers.who(7, "Sari", []).text


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_why_a_reply_was_not_sent_fits(text: str) -> None:
    assert units(answers.post_failed(text)) <= 300


def test_a_forgotten_and_a_raised_incident_are_told_anew() -> None:
    incident = make_incident(level=Level.AWAS, reading=make_reading())
    assert seen(answers.forgotten("A & B", 31, incident)) == (
        "⏰ 🔴 A & B sudah 31 menit belum ada yang menangani. #7"
    )
    assert seen(answers.raised("A & B", incident)) == "🔴 A & B naik ke Awas. #7"


def test_a_short_answer_as_a_message_is_safe() -> None:
    assert check(answers.said("1 < 2 & 3"), TEXT_LIMIT) == "1 < 2 & 3"


def test_a_question_is_addressed_to_one_person() -> None:
    asked = answers.addressed("Sari <b>", 42, Message("<b>Ubah?</b>"))
    assert check(asked, TEXT_LIMIT) == "Sari <b>\nUbah?"
    assert 'href="tg://user?id=42"' in asked.text
    assert "Sari <b>" in answers.only("Sari <b>")


def test_commands_are_named_as_telegram_wants_them() -> None:
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name, _ in answers.COMMANDS)
    assert all(1 <= len(told) <= 256 for _, told in answers.COMMANDS)
