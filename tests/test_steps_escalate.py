"""Nobody takes an incident: people are called one after the other, once each, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.errors import DeliveryError, Reason
from monitor.messages import Message, escalation
from monitor.records import EventKind, Incident, IncidentId, IncidentState, Level, Role
from monitor.steps import decide
from monitor.steps.calling import calls_by_level
from monitor.steps.escalate import AFTER, BEFORE, escalate
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.steps.views import card_view
from monitor.store import calls, incidents, people
from tests.on_duty import HOUR, MINUTE, NIGHT, ROTA, called, dies, person, reasons, texts, with_rota
from tests.world import (
    NOW,
    MemoryChannel,
    make_reading,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

CHAT = -1001234
WAVE = "salinan:1"


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
    seed_people(opened)
    yield opened
    opened.close()


def get(db: Database, number: int = 1) -> Incident:
    found = incidents.get(db, IncidentId(number))
    assert found is not None
    return found


def run(db: Database, tools: Tools, minutes: int, since: datetime = NOW) -> None:
    for minute in range(minutes + 1):
        escalate(db, tools, since + minute * MINUTE)
        notify(db, tools, since + minute * MINUTE)


def test_at_awas_everybody_is_called_in_turn(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 60)
    assert called(db) == [("Ani", 5), ("Budi", 10), ("Budi", 15), ("Citra", 15), ("Fitri", 20)]
    assert get(db).escalated == 4
    assert reasons(db)[0] == "sudah 5 menit belum ada yang menangani; memanggil petugas jaga Ani"
    assert reasons(db)[3] == "sudah 20 menit belum ada yang menangani; memanggil pimpinan Fitri"
    assert get(db).touched_at == NOW + 20 * MINUTE


@pytest.mark.parametrize(
    ("level", "names"),
    [(Level.WASPADA, ["Ani", "Budi"]), (Level.SIAGA, ["Ani", "Budi", "Budi", "Citra"])],
)
def test_leaders_are_called_for_nothing_less(
    db: Database, tools: Tools, level: Level, names: list[str]
) -> None:
    seed_incident(db, level=level)
    for minute in range(0, 121, 5):
        escalate(db, tools, NOW + minute * MINUTE)
    assert [name for name, _ in called(db)] == names


def test_the_chat_hears_it_below_the_card_and_the_person_in_private(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident = seed_incident(db, level=Level.AWAS)
    run(db, tools, 5)
    place, message = next(one for one in channel.sent if "tg://user" in one[1].text)
    assert (place.chat_id, place.reply_to, place.silent) == (CHAT, 1, False)
    assert '<a href="tg://user?id=101">Ani</a> (petugas jaga)' in message.text
    assert "sudah 5 menit belum ada yang menangani" in message.text
    ((place, private),) = [one for one in channel.sent if one[0].chat_id == 101]
    assert not place.silent
    assert "Awas · Banjir" in private.text
    assert incident.reading.reason in private.text
    assert f'<a href="https://t.me/c/1234/1">Buka kartu</a> #{incident.id}' in private.text
    assert [b.data for row in private.buttons for b in row] == [f"ak:{incident.id}"]
    assert "📞 Dipanggil: Ani 10.05\n" in texts(channel, CHAT)[0]


@pytest.mark.parametrize(
    ("chat", "topic", "link"),
    [(-44, None, "#1"), (CHAT, 50, '<a href="https://t.me/c/1234/50/1">Buka kartu</a> #1')],
)
def test_the_card_is_linked_where_it_has_an_address(
    tmp_path: Path, channel: MemoryChannel, chat: int, topic: int | None, link: str
) -> None:
    tools = with_rota(make_tools(tmp_path, channel=channel))
    db = open_world(tools)
    seed_chat(db, chat, thread_id=topic)
    seed_people(db)
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 5)
    (private,) = channel.shown[101].values()
    assert private.text.endswith(f"\n{link}")
    db.close()


def test_the_private_message_tells_when_somebody_took_it(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 5)
    at = NOW + 6 * MINUTE
    assert decide.take(db, person(db, "Budi"), IncidentId(1), at).done
    notify(db, tools, at)
    (private,) = channel.shown[101].values()
    assert "<b>Ditangani oleh Budi</b>" in private.text
    assert private.buttons == ()
    run(db, tools, 60, at)
    assert len(called(db)) == 1


def test_leaders_are_asked_for_direction_and_have_no_button(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 20)
    (private,) = channel.shown[106].values()
    assert "Mohon arahan agar segera ditangani." in private.text
    assert private.buttons == ()
    assert "Mohon arahan " in texts(channel, CHAT)[-1]
    decide.take(db, person(db, "Budi"), IncidentId(1), NOW + 21 * MINUTE)
    notify(db, tools, NOW + 21 * MINUTE)
    (private,) = channel.shown[106].values()
    assert "arahan" not in private.text


def test_taking_silencing_and_rising_begin_the_chain_anew(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.SIAGA)
    run(db, tools, 16)
    assert get(db).escalated == 1
    incident = get(db)
    at = NOW + 20 * MINUTE
    incidents.change(
        db, incident, EventKind.RAISED, IncidentState.OPEN, at, "naik", level=Level.AWAS
    )
    assert get(db).escalated == 0
    run(db, tools, 5, at)
    assert called(db) == [("Ani", 15), ("Ani", 25)]
    decide.take(db, person(db, "Ani"), IncidentId(1), at + 6 * MINUTE)
    assert get(db).escalated == 0
    neglected = EventKind.NEGLECTED
    later = at + 5 * HOUR
    incidents.change(db, get(db), neglected, IncidentState.OPEN, later, "")
    run(db, tools, 5, later)
    assert called(db)[-1] == ("Ani", (later - NOW) // MINUTE + 5)


def test_who_has_no_telegram_is_passed_over_at_once_and_it_is_said(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    people.deactivate(db, "Ani", "uji", NOW)
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 5)
    assert called(db) == [("Budi", 5)]
    assert get(db).escalated == 2
    assert reasons(db) == [
        "sudah 5 menit belum ada yang menangani; memanggil cadangan Budi; "
        "petugas jaga Ani dilewati (belum terdaftar)"
    ]
    assert "petugas jaga Ani dilewati: belum terdaftar." in texts(channel, CHAT)[1]
    card = texts(channel, CHAT)[0]
    assert "Dipanggil: petugas jaga Ani dilewati 10.05, Budi 10.05" in card


def test_who_blocked_the_bot_is_followed_by_the_next_at_once(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 4)
    at = NOW + 5 * MINUTE
    escalate(db, tools, at)

    class Blocked(MemoryChannel):
        def send(self, place, message):  # type: ignore[no-untyped-def]
            if place.chat_id == 101:
                raise DeliveryError("403", reason=Reason.PERMISSION, permanent=True)
            return super().send(place, message)

    notify(db, replace(tools, channel=Blocked()), at)
    assert calls.missed(db, calls.of_incident(db, IncidentId(1))[0].event_id)
    run(db, tools, 5, at)
    assert called(db) == [("Ani", 5), ("Budi", 10)]
    # From now on it is known that nothing reaches Ani.
    seed_incident(db, "jalan_infrastruktur", level=Level.AWAS, at=at)
    run(db, tools, 5, at)
    second = calls.of_incident(db, IncidentId(2))
    assert [(c.who.person, c.who.skipped) for c in second] == [("Ani", "blocked"), ("Budi", None)]


def test_when_nobody_on_duty_is_left_the_admins_are_called(db: Database, tools: Tools) -> None:
    lonely = with_rota(tools, replace(ROTA, pairs=(replace(ROTA.pairs[0], cadangan=None),)))
    people.deactivate(db, "Ani", "uji", NOW)
    seed_incident(db, level=Level.SIAGA)
    run(db, lonely, 15)
    assert called(db) == [("Budi", 15), ("Citra", 15)]
    assert "cadangan dilewati (tidak ada)" in reasons(db)[0]


def test_when_the_rest_of_the_chain_cannot_be_called_it_is_said_once(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_incident(db, level=Level.SIAGA)
    run(db, tools, 29)
    for name in ("Budi", "Citra"):
        people.deactivate(db, name, "uji", NOW, force=True)
    run(db, tools, 60, NOW + 29 * MINUTE)
    assert called(db) == [("Ani", 15)]
    assert get(db).escalated == 3
    said = [text for text in texts(channel, CHAT) if "Tidak ada lagi yang bisa dipanggil" in text]
    assert len(said) == 1


def test_without_a_rota_admins_and_leaders_are_called(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, with_rota(tools, None), 30)
    assert called(db) == [("Budi", 15), ("Citra", 15), ("Fitri", 20)]


def test_an_office_in_which_nobody_can_be_called_has_no_chain(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    assert set(calls_by_level(db, tools, NOW).values()) == {0}
    people.add(db, "Ani", [Role.ADMIN], None, "uji", NOW)
    assert set(calls_by_level(db, with_rota(tools), NOW).values()) == {0}
    seed_incident(db, level=Level.AWAS)
    assert escalate(db, tools, NOW + 9 * HOUR) == 0
    people.add(db, "Budi", [Role.ADMIN], 102, "uji", NOW)
    assert calls_by_level(db, tools, NOW)[Level.AWAS] == 2
    db.close()


def test_at_night_a_lower_level_waits_for_the_morning(db: Database, tools: Tools) -> None:
    quiet = with_rota(tools, quiet=NIGHT)
    evening = NOW + timedelta(hours=10, minutes=50)  # 20.50 WIB
    seed_incident(db, level=Level.WASPADA, at=evening)
    seed_incident(db, "jalan_infrastruktur", level=Level.AWAS, at=evening)
    for minute in range(0, 12 * 60, 5):
        escalate(db, quiet, evening + minute * MINUTE)
    assert called(db)[0] == ("Ani", (evening - NOW) // MINUTE + 9 * 60 + 30)  # 06.20 WIB
    second = calls.of_incident(db, IncidentId(2))
    assert second[-1].at - evening == 20 * MINUTE


def test_a_muted_incident_calls_nobody_and_a_wave_does(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)
    seed_incident(db, "jalan_infrastruktur", level=Level.AWAS)
    incidents.mute(db, get(db, 2), IncidentId(1), NOW, "")
    seed_comments(db, tools, ["mari dukung program hijau untuk kota kita bersama"])
    incidents.open_new(db, make_reading(WAVE, level=Level.AWAS), NOW, "")
    assert escalate(db, tools, NOW + 5 * MINUTE) == 2
    assert calls.of_incident(db, IncidentId(2)) == []
    assert calls.of_incident(db, IncidentId(3))
    view = card_view(db, tools, get(db, 3), NOW + 5 * MINUTE)
    assert [call.who.person for call in view.called] == ["Ani"]


@pytest.mark.parametrize("boundary", [BEFORE, AFTER])
def test_a_death_neither_skips_nor_repeats_a_step(
    db: Database, tools: Tools, channel: MemoryChannel, boundary: str
) -> None:
    seed_incident(db, level=Level.AWAS)
    for minute in range(0, 25, 5):
        at = NOW + minute * MINUTE
        assert dies(tools, boundary, partial(escalate, now=at)) is (minute > 0)
        escalate(db, tools, at)
        notify(db, tools, at)
    assert called(db) == [("Ani", 5), ("Budi", 10), ("Budi", 15), ("Citra", 15), ("Fitri", 20)]
    private = [place.chat_id for place, _ in channel.sent if place.chat_id > 0]
    assert sorted(private) == [101, 102, 102, 103, 106]


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 30), min_size=5, max_size=15))
def test_whatever_the_instants_of_the_ticks_the_order_holds(
    tools: Tools, db: Database, gaps: list[int]
) -> None:
    number = 1 + max((int(one.id) for one in incidents.live(db)), default=0)
    seed_incident(db, f"isu-{number}", level=Level.AWAS)
    at = NOW
    for gap in gaps:
        at += gap * MINUTE
        escalate(db, tools, at)
    steps = [call.who.rung for call in calls.of_incident(db, IncidentId(number))]
    order = ["petugas", "cadangan", "admin", "admin", "pimpinan"]
    assert steps == order[: len(steps)]
    for one in incidents.live(db):
        incidents.change(db, one, EventKind.RESOLVED, IncidentState.RESOLVED, at, "")


# Words


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 menit"), (35, "35 menit"), (60, "1 jam"), (125, "2 jam 5 menit")],
)
def test_a_wait_is_told_as_people_would(minutes: int, said: str) -> None:
    assert escalation.length(minutes * MINUTE) == said


def test_the_card_names_the_last_calls_only(db: Database, tools: Tools) -> None:
    seed_incident(db, level=Level.AWAS)
    run(db, tools, 20)
    found = calls.of_incident(db, IncidentId(1))
    line = escalation.called_line(found, tools.zone, NOW)
    assert line.startswith("📞 Dipanggil: … Budi 10.10, Budi 10.15")
    assert escalation.called_line([], tools.zone, NOW) == ""
    assert len(Message(line).plain) < 190
