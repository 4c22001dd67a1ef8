"""The duty changes hands: told once to both and to the office, with what is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import Message
from monitor.messages import duty as words
from monitor.records import (
    EventKind,
    IncidentId,
    IncidentState,
    Level,
    NoticeKind,
    SourceId,
)
from monitor.steps import decide, duty
from monitor.steps.duty import AFTER, BEFORE, hand_over, rota_view
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import incidents, notices, people, sources, turns
from monitor.store.connection import changed
from tests.on_duty import DAY, HOUR, MINUTE, NIGHT, ROTA, WEEK, ani_away, dies, person, with_rota
from tests.world import (
    NOW,
    MemoryChannel,
    MemorySource,
    make_tools,
    open_world,
    seed_chat,
    seed_incident,
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


def test_the_first_tick_only_remembers_who_is_on_duty(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    assert hand_over(db, tools, NOW) == 0
    last = turns.last(db)
    assert last is not None
    assert (last.number, last.petugas, last.cadangan) == (0, "Ani", "Budi")
    assert hand_over(db, tools, NOW + DAY) == 0
    notify(db, tools, NOW)
    assert channel.sent == []


def test_without_a_rota_nothing_changes_hands(db: Database, tools: Tools) -> None:
    bare = with_rota(tools, None)
    assert hand_over(db, bare, NOW) == 0
    assert turns.last(db) is None
    assert rota_view(db, bare, NOW) is None
    assert duty.on_duty_people(db, bare, NOW) == []


def test_the_change_is_told_once_to_both_and_to_the_office(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    assert hand_over(db, tools, CHANGE - MINUTE) == 0
    assert hand_over(db, tools, CHANGE) == 1
    assert hand_over(db, tools, CHANGE + MINUTE) == 0
    notify(db, tools, CHANGE + MINUTE)
    note = (
        "🔄 <b>Pergantian jaga</b>\nTerima kasih, Ani. Sekarang <b>Citra</b>, cadangan Ani.\n"
        "Tidak ada isu yang berjalan."
    )
    assert [sent(channel, chat) for chat in (101, 103, CHAT)] == [[note], [note], [note]]
    assert sent(channel, LEADERS) == sent(channel, 102) == []


def test_the_note_names_what_is_open(db: Database, tmp_path: Path, channel: MemoryChannel) -> None:
    silent_source = MemorySource(SourceId("radio"))
    tools = with_rota(make_tools(tmp_path, channel=channel, watched=[silent_source]))
    sources.register(db, [(SourceId("radio"), "wordpress")])
    hand_over(db, tools, NOW)
    at = CHANGE - 3 * HOUR
    seed_incident(db, level=Level.AWAS, at=at)
    seed_incident(db, "kesehatan", level=Level.SIAGA, at=at)
    seed_incident(db, "sampah_kebersihan", level=Level.WASPADA, at=at)
    decide.take(db, person(db, "Ani"), IncidentId(2), at)
    third = incidents.get(db, IncidentId(3))
    assert third is not None
    incidents.mute(db, third, IncidentId(1), at, "")
    waiting_questions(db)
    assert hand_over(db, tools, CHANGE) == 1
    text = next(one.text for one in notices.every(db) if one.kind is NoticeKind.DUTY) or ""
    assert text.splitlines()[2:] == [
        "Isu yang masih berjalan:",
        "🔴 Awas · Banjir &amp; bencana · Belum ada yang menangani · sejak 03.00 WIB · #1",
        "🟠 Siaga · Kesehatan · Ditangani oleh Ani · sejak 03.00 WIB · #2",
        "1 isu lain bagian dari isu di atas",
        "2 pertanyaan menunggu jawaban Dinas Kesehatan",
        "1 pertanyaan menunggu jawaban BPBD",
        "⚠️ radio tidak terpantau (belum pernah terbaca)",
    ]


def waiting_questions(db: Database) -> None:
    with db.atomic():
        for incident, opd, state in (
            (1, "Dinas Kesehatan", "asked"),
            (2, "Dinas Kesehatan", "asked"),
            (1, "BPBD", "asked"),
            (2, "BPBD", "answered"),
        ):
            changed(
                db,
                "INSERT INTO question (incident_id, opd, kind, text, state, asked_by, asked_at, "
                "due_at, days) VALUES (?, ?, 'x', '', ?, '', 0, 0, 5)",
                (incident, opd, state),
            )


def test_a_change_missed_while_siaga_stood_still_is_told_after(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    hand_over(db, tools, NOW)
    assert hand_over(db, tools, CHANGE + 2 * DAY) == 1
    notify(db, tools, CHANGE + 2 * DAY)
    assert len(sent(channel)) == 1


@pytest.mark.parametrize("boundary", [BEFORE, AFTER])
def test_a_death_neither_loses_nor_doubles_a_note(
    db: Database, tools: Tools, channel: MemoryChannel, boundary: str
) -> None:
    assert dies(tools, boundary, partial(hand_over, now=NOW))
    hand_over(db, tools, NOW)
    assert dies(tools, boundary, partial(hand_over, now=CHANGE))
    hand_over(db, tools, CHANGE + MINUTE)
    notify(db, tools, CHANGE + MINUTE)
    assert [len(sent(channel, chat)) for chat in (101, 103, CHAT)] == [1, 1, 1]


def test_two_ticks_at_once_tell_it_once(db: Database, tools: Tools, channel: MemoryChannel) -> None:
    hand_over(db, tools, NOW)

    def other(name: str) -> None:
        if name == BEFORE:
            assert hand_over(db, tools, CHANGE) == 1

    assert hand_over(db, replace(tools, boundary=other), CHANGE) == 0
    notify(db, tools, CHANGE)
    assert len(sent(channel)) == 1


def test_at_night_notes_make_no_sound(db: Database, tools: Tools, channel: MemoryChannel) -> None:
    quiet = with_rota(tools, replace(ROTA, hour=ROTA.hour.replace(hour=22)), NIGHT)
    hand_over(db, quiet, NOW)
    night = NOW + 12 * HOUR
    assert hand_over(db, quiet, night) == 1
    seed_incident(db, level=Level.WASPADA, at=night)
    seed_incident(db, "kesehatan", level=Level.SIAGA, at=night)
    notify(db, quiet, night)
    sounds = [(place.silent, place.chat_id) for place, _ in channel.sent]
    assert sounds.count((True, CHAT)) == 2
    assert sounds.count((False, CHAT)) == 1


# /jaga


def test_the_rota_shows_this_week_and_the_next(db: Database, tools: Tools) -> None:
    people.deactivate(db, "Citra", "uji", NOW)
    view = rota_view(db, with_rota(tools, quiet=NIGHT), NOW)
    assert view is not None
    assert words.rota(view).text == (
        "<b>Jadwal jaga</b>\n"
        "Sekarang: <b>Ani</b> s.d. Sen 9 Mar 08.00 WIB\n"
        "Cadangan: Budi\n"
        "Pekan depan: Citra, cadangan Ani (mulai Sen 9 Mar 08.00 WIB)\n"
        "Jam tenang 21.00 s.d. 06.00: level Siaga ke atas tetap berbunyi\n"
        "⚠️ Belum terdaftar (periksa data/jaga.toml): Citra"
    )


def test_the_rota_shows_who_is_away(db: Database, tools: Tools) -> None:
    ani_away(db, tools)
    night = replace(NIGHT, loud_from=Level.AWAS)
    view = rota_view(db, with_rota(tools, quiet=night), NOW)
    assert view is not None
    lines = words.rota(view).text.splitlines()
    assert lines[1] == "Sekarang: <b>Budi</b> s.d. Sen 9 Mar 08.00 WIB"
    assert lines[2:5] == [
        "Cadangan: belum ada",
        "Menurut jadwal: Ani, cadangan Budi",
        "Berhalangan: Ani s.d. Sel 3 Mar 08.00 WIB, diganti Budi",
    ]
    assert lines[-1] == "Jam tenang 21.00 s.d. 06.00: hanya level Awas yang berbunyi"


def test_many_open_issues_fit_one_message(db: Database, tools: Tools) -> None:
    live = [(seed_incident(db, f"isu-{i}", at=NOW), f"Isu {i} " + "x" * 80) for i in range(14)]
    over, _ = live[0]
    incidents.change(db, over, EventKind.SILENCED, IncidentState.SILENCED, NOW, "", actor="Ani")
    text = words.open_work(words.OpenWork(live, 0, 3, (), (), tools.zone, NOW))
    assert "dan 4 isu lain, lihat /status" in text
    assert "3 saran balasan menunggu keputusan" in text
    assert len(text) < 2500
    mild = replace(over, level=Level.NORMAL)
    blind = [("situs", NOW - HOUR)]
    calm = words.open_work(words.OpenWork([(mild, "Banjir")], 0, 0, (), blind, tools.zone, NOW))
    assert "🟢 Mereda · Banjir" in calm
    assert "⚠️ situs tidak terpantau sejak 09.00 WIB" in calm
