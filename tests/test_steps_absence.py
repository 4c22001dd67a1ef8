"""Saya berhalangan: one tap moves the duty and tells everybody, another takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import duty as words
from monitor.records import (
    AbsenceId,
    Level,
    Role,
)
from monitor.steps.duty import AFTER, BEFORE, away, back, hand_over, rota_view
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import absences, audit, turns
from tests.on_duty import DAY, HOUR, MINUTE, WEEK, ani_away, dies, person, with_rota
from tests.world import (
    NOW,
    MemoryChannel,
    make_tools,
    open_world,
    seed_chat,
    seed_people,
)

CHAT, LEADERS = -1001234, -1009999
CHANGE = NOW - 2 * HOUR + WEEK  # next Monday, 08.00 WIB


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def tools(tmp_path: Path, channel: MemoryChannel) -> Tools:
    return with_rota(make_tools(tmp_path, channel=channel))


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, CHAT)
    seed_chat(opened, LEADERS, Level.AWAS)
    seed_people(opened)
    yield opened
    opened.close()


def sent(channel: MemoryChannel, chat: int = CHAT) -> list[str]:
    return [message.text for place, message in channel.sent if place.chat_id == chat]


def shown(channel: MemoryChannel, chat: int = CHAT) -> list[Message]:
    return list(channel.shown.get(chat, {}).values())


@pytest.mark.parametrize("boundary", [BEFORE, AFTER])
def test_a_death_while_an_absence_is_written_leaves_all_or_nothing(
    db: Database, tools: Tools, channel: MemoryChannel, boundary: str
) -> None:
    hand_over(db, tools, NOW)
    ani = person(db, "Ani")
    press = partial(away, person=ani, now=NOW, whole_turn=False)
    assert dies(tools, boundary, press)
    again = away(db, tools, ani, NOW, whole_turn=False)
    assert again.done is (boundary == BEFORE)
    hand_over(db, tools, NOW)
    notify(db, tools, NOW)
    assert [len(sent(channel, chat)) for chat in (101, 102, CHAT)] == [1, 1, 1]


# Saya berhalangan


def test_one_tap_moves_the_duty_and_tells_both_and_the_office(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    answer = away(db, tools, person(db, "Ani"), NOW, whole_turn=False)
    assert answer.text == "Dicatat. Tugas jaga sekarang pada Budi. Terima kasih."
    assert hand_over(db, tools, NOW + MINUTE) == 0, "the note of the absence is that of the change"
    notify(db, tools, NOW)
    note = (
        "🔄 <b>Ani berhalangan</b> s.d. Sel 3 Mar 08.00 WIB.\n"
        "Petugas jaga sekarang: <b>Budi</b>. Terima kasih.\n\nTidak ada isu yang berjalan."
    )
    assert [sent(channel, chat) for chat in (101, 102, CHAT)] == [[note], [note], [note]]
    (message,) = shown(channel)
    assert [(b.label, b.data) for row in message.buttons for b in row] == [("Batalkan", "jb:1")]
    row = audit.newest(db, 1)[0]
    assert (row["actor"], row["action"], row["subject"]) == ("Ani", "absent", "person:Ani")


def test_when_the_day_is_over_the_duty_comes_back_with_a_note(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    ani_away(db, tools)
    ends = NOW + DAY - 2 * HOUR
    assert hand_over(db, tools, ends - MINUTE) == 0
    assert hand_over(db, tools, ends) == 1
    notify(db, tools, ends)
    assert "Terima kasih, Budi. Sekarang <b>Ani</b>, cadangan Budi." in sent(channel, 101)[-1]


def test_until_the_change_of_duty(db: Database, tools: Tools) -> None:
    ani_away(db, tools, whole_turn=True)
    (absence,) = absences.running(db, NOW)
    assert (absence.until_at, absence.stand_in) == (CHANGE, "Budi")


def test_a_stand_in_who_cannot_leaves_the_duty_where_it_is(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    answer = away(db, tools, person(db, "Budi"), NOW, whole_turn=False)
    assert (answer.text, answer.done) == ("Dicatat. Petugas jaga tetap bertugas.", True)
    notify(db, tools, NOW)
    (text,) = sent(channel)
    assert text.endswith("Petugas jaga tetap Ani, cadangan belum ada.")


def test_when_nobody_is_left_the_admins_are_told(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    ani_away(db, tools)
    answer = away(db, tools, person(db, "Budi"), NOW, whole_turn=False)
    assert answer.text == "Dicatat. Belum ada pengganti; admin yang akan dipanggil."
    notify(db, tools, NOW)
    assert "Belum ada pengganti" in sent(channel, 103)[0]
    view = rota_view(db, tools, NOW)
    assert view is not None
    assert (view.petugas, view.cadangan) == (None, None)
    assert hand_over(db, tools, NOW + DAY) == 1
    notify(db, tools, NOW + DAY)
    assert "Sekarang <b>Ani</b>, cadangan Budi." in sent(channel)[-1]


def test_nobody_left_by_the_clock_is_told_too(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    with db.atomic():
        for name in ("Ani", "Citra"):
            absences.add(db, name, None, NOW, CHANGE + DAY, "cuti", "uji")
    assert hand_over(db, tools, CHANGE) == 1
    notify(db, tools, CHANGE)
    assert "Belum ada petugas jaga; admin yang akan dipanggil." in sent(channel)[-1]


def test_an_admin_may_note_it_for_a_colleague(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    citra = person(db, "Citra")
    assert away(db, tools, citra, NOW, whole_turn=False, who="Ani").done
    notify(db, tools, NOW)
    assert "Ani berhalangan</b> s.d. Sel 3 Mar 08.00 WIB (dicatat Citra)." in sent(channel)[0]
    again = away(db, tools, citra, NOW, whole_turn=False, who="Ani")
    assert (again.text, again.done) == (words.ALREADY_AWAY, False)


def test_absences_are_refused_with_the_reason(db: Database, tools: Tools) -> None:
    dewi, citra, ani = person(db, "Dewi"), person(db, "Citra"), person(db, "Ani")
    expected = answers.not_allowed(roles_for(Action.ROTA))
    assert away(db, tools, dewi, NOW, whole_turn=False).text == expected
    assert away(db, tools, citra, NOW, whole_turn=False).text == words.NOT_ON_DUTY
    other = away(db, tools, ani, NOW, whole_turn=False, who="Budi")
    assert other.text == answers.not_allowed((Role.ADMIN,))
    bare = with_rota(tools, None)
    assert away(db, bare, ani, NOW, whole_turn=False).text == words.NO_ROTA_SHORT
    number = ani_away(db, tools)
    assert away(db, tools, ani, NOW, whole_turn=False).text == words.ALREADY_AWAY
    assert back(db, tools, person(db, "Eko"), number, NOW).text == words.NOT_YOURS
    assert back(db, tools, ani, AbsenceId(9), NOW).text == answers.GONE
    assert back(db, bare, ani, number, NOW).text == words.NO_ROTA_SHORT
    assert absences.get(db, number) is not None


def test_of_two_taps_at_once_one_counts(db: Database, tools: Tools) -> None:
    def other(name: str) -> None:
        if name == BEFORE:
            ani_away(db, tools)

    late = away(db, replace(tools, boundary=other), person(db, "Ani"), NOW, whole_turn=True)
    assert (late.text, late.done) == (words.ALREADY_AWAY, False)
    assert len(absences.running(db, NOW)) == 1


# Batalkan


@pytest.mark.parametrize("who", ["Ani", "Citra"])
def test_it_is_taken_back_by_the_person_or_an_admin(
    db: Database, tools: Tools, channel: MemoryChannel, who: str
) -> None:
    hand_over(db, tools, NOW)
    number = ani_away(db, tools)
    notify(db, tools, NOW)
    at = NOW + HOUR
    answer = back(db, tools, person(db, who), number, at)
    assert (answer.text, answer.done) == (words.BACK, True)
    assert hand_over(db, tools, at) == 0
    notify(db, tools, at)
    by = "" if who == "Ani" else " (dicatat Citra)"
    head = f"✅ <b>Ani kembali bertugas</b>{by}.\nPetugas jaga sekarang: Ani."
    assert all(sent(channel, chat)[-1].startswith(head) for chat in (101, 102, CHAT))
    assert all(message.buttons == () for message in shown(channel)), "the button is gone"
    assert audit.newest(db, 1)[0]["action"] == "present"
    again = back(db, tools, person(db, who), number, at)
    assert (again.text, again.done) == (words.OVER, False)


def test_a_stand_in_comes_back_without_a_change_of_duty(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    budi = person(db, "Budi")
    away(db, tools, budi, NOW, whole_turn=False)
    assert back(db, tools, budi, AbsenceId(1), NOW + MINUTE).done
    notify(db, tools, NOW + MINUTE)
    assert sent(channel)[-1] == "✅ <b>Budi kembali bertugas</b>.\nPetugas jaga sekarang: Ani."
    last = turns.last(db)
    assert last is not None
    assert last.number == 0
