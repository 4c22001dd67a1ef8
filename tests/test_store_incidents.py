"""One live incident a topic, guarded moves, and events that are never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    NoticeKind,
    NoticeState,
)
from monitor.store import audit, incidents, notices, open_store
from monitor.store.incidents import EDIT_PAUSE, dump_reading, load_reading, shows_change
from tests.making import NOW, make_reading

MINUTE = timedelta(minutes=1)
CHAT = Chat(ChatId(-100), "Humas")
T = TypeVar("T")


def opened(db: Database, topic: str = "banjir_bencana", level: Level = Level.WASPADA) -> Incident:
    assert incidents.open_new(db, make_reading(topic=topic, level=level), NOW - MINUTE, "alasan")
    return incidents.live(db)[-1]


def again(db: Database, incident: Incident) -> Incident:
    found = incidents.get(db, incident.id)
    assert found is not None
    return found


def in_threads(path: Path, count: int, act: Callable[[Database, int], T]) -> list[T]:
    """Run ``act`` at the same moment in threads that have a connection each."""
    start = Barrier(count)

    def run(number: int) -> T:
        db = open_store(path)
        start.wait(10)
        try:
            return act(db, number)
        finally:
            db.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_an_incident_opens_with_its_reason(db: Database) -> None:
    incident = opened(db, level=Level.SIAGA)
    assert (incident.level, incident.peak, incident.state) == (
        Level.SIAGA,
        Level.SIAGA,
        IncidentState.OPEN,
    )
    assert (incident.opened_at, incident.onset_at) == (NOW, NOW - MINUTE)
    assert incident.reading == make_reading(level=Level.SIAGA)
    [event] = incidents.events(db, incident.id)
    assert (event.kind, event.reason, event.level, event.actor) == (
        EventKind.OPENED,
        "alasan",
        Level.SIAGA,
        None,
    )
    assert incidents.event(db, event.id) == event
    assert incidents.unprocessed(db) == [event]


def test_a_topic_has_one_live_incident(db: Database) -> None:
    incident = opened(db)
    assert not incidents.open_new(db, make_reading(), NOW, "lagi")
    assert incidents.live(db) == [incident]
    assert len(incidents.events(db, incident.id)) == 1
    opened(db, "sampah")
    assert len(incidents.live(db)) == 2


@pytest.mark.parametrize("_attempt", range(3))
def test_two_programs_cannot_open_the_same_incident(
    db: Database, store_path: Path, _attempt: int
) -> None:
    won = in_threads(
        store_path, 4, lambda own, _: incidents.open_new(own, make_reading(), NOW, "x")
    )
    assert sorted(won) == [False, False, False, True]
    assert len(incidents.live(db)) == len(incidents.unprocessed(db)) == 1


def test_after_its_end_a_topic_may_open_again(db: Database) -> None:
    first = opened(db)
    incidents.change(
        db, first, EventKind.RESOLVED, IncidentState.RESOLVED, NOW, "selesai", actor="Sari"
    )
    second = opened(db)
    assert second.id != first.id
    ended = incidents.last_end(db, "banjir_bencana")
    assert ended is not None
    assert (ended.id, ended.closed_at, ended.state) == (first.id, NOW, IncidentState.RESOLVED)


def test_the_last_end_is_the_newest(db: Database) -> None:
    assert incidents.last_end(db, "banjir_bencana") is None
    for minutes in (0, 2, 1):
        incident = opened(db)
        at = NOW + minutes * MINUTE
        incidents.change(db, incident, EventKind.CALMED, IncidentState.RESOLVED, at, "")
    ended = incidents.last_end(db, "banjir_bencana")
    assert ended is not None
    assert ended.id == 2
    assert [one.id for one in incidents.ended(db, 2)] == [2, 3]


def test_live_incidents_come_most_serious_first(db: Database) -> None:
    for topic, level in (("a", Level.WASPADA), ("b", Level.AWAS), ("c", Level.SIAGA)):
        incidents.open_new(db, make_reading(topic=topic, level=level), NOW, "")
    assert [one.topic for one in incidents.live(db)] == ["b", "c", "a"]


def test_a_persons_move_names_the_holder_and_is_audited(db: Database) -> None:
    incident = opened(db)
    assert incidents.change(
        db,
        incident,
        EventKind.SILENCED,
        IncidentState.SILENCED,
        NOW,
        "menunggu OPD",
        actor="Sari",
        silenced_until=NOW + MINUTE,
    )
    found = again(db, incident)
    assert (found.holder, found.state_reason, found.silenced_until, found.touched_at) == (
        "Sari",
        "menunggu OPD",
        NOW + MINUTE,
        NOW,
    )
    [row] = audit.newest(db, 9)
    assert (row["actor"], row["action"], row["subject"]) == ("Sari", "silenced", "incident:1")


def test_a_machines_move_keeps_the_holder_and_is_no_audit(db: Database) -> None:
    incident = opened(db)
    incidents.change(
        db, incident, EventKind.ACKNOWLEDGED, IncidentState.ACKNOWLEDGED, NOW, "", actor="Sari"
    )
    held = again(db, incident)
    assert incidents.change(db, held, EventKind.RAISED, held.state, NOW, "naik", level=Level.AWAS)
    found = again(db, incident)
    assert (found.holder, found.level, found.peak) == ("Sari", Level.AWAS, Level.AWAS)
    # The reason on the card is the one of the state, which did not change.
    assert found.state_reason == ""
    assert len(audit.newest(db, 9)) == 1
    assert [event.kind for event in incidents.events(db, incident.id)] == [
        EventKind.OPENED,
        EventKind.ACKNOWLEDGED,
        EventKind.RAISED,
    ]


def test_a_peak_never_sinks(db: Database) -> None:
    incident = opened(db, level=Level.AWAS)
    incidents.change(
        db, incident, EventKind.WOKEN, IncidentState.OPEN, NOW, "", level=Level.WASPADA
    )
    found = again(db, incident)
    assert (found.level, found.peak) == (Level.WASPADA, Level.AWAS)


def test_a_move_from_a_state_that_passed_is_refused(db: Database) -> None:
    seen = opened(db)
    assert incidents.change(
        db, seen, EventKind.RESOLVED, IncidentState.RESOLVED, NOW, "", actor="A"
    )
    for kind, state in (
        (EventKind.DISMISSED, IncidentState.DISMISSED),
        (EventKind.CALMED, IncidentState.RESOLVED),
    ):
        assert not incidents.change(db, seen, kind, state, NOW, "", actor="B")
    assert again(db, seen).holder == "A"
    assert len(incidents.events(db, seen.id)) == 2
    assert len(audit.newest(db, 9)) == 1


def test_of_many_taps_at_once_exactly_one_wins(db: Database, store_path: Path) -> None:
    seen = opened(db)
    won = in_threads(
        store_path,
        6,
        lambda own, number: incidents.change(
            own,
            seen,
            EventKind.ACKNOWLEDGED,
            IncidentState.ACKNOWLEDGED,
            NOW,
            "",
            actor=f"orang {number}",
        ),
    )
    assert won.count(True) == 1
    assert again(db, seen).holder == f"orang {won.index(True)}"
    assert len(audit.newest(db, 99)) == 1


def test_new_numbers_edit_standing_cards_after_a_pause(db: Database) -> None:
    incident = opened(db)
    with db.atomic():
        notices.wish(db, [CHAT], NoticeKind.CARD, incident.id, NOW)
    notice = notices.every(db)[0]
    notices.finish(db, notice, 5, "x")
    at = NOW + MINUTE
    incidents.observe(db, incident, make_reading(observed=20, at=at, level=Level.AWAS), NOW)
    found = again(db, incident)
    assert (found.reading.observed, found.level, found.calm_since) == (20, Level.AWAS, NOW)
    # The peak belongs to what was told, so only an event moves it.
    assert found.peak is Level.WASPADA
    assert notices.due(db, at, 9) == []
    assert len(notices.due(db, at + EDIT_PAUSE, 9)) == 1


def test_numbers_that_look_the_same_edit_nothing(db: Database) -> None:
    incident = opened(db)
    with db.atomic():
        notices.wish(db, [CHAT], NoticeKind.CARD, incident.id, NOW)
    notices.finish(db, notices.every(db)[0], 5, "x")
    incidents.observe(db, incident, replace(incident.reading, score=1.3, at=NOW + MINUTE), None)
    assert notices.every(db)[0].state is NoticeState.SENT
    assert again(db, incident).reading.score == 1.3


def test_an_ended_incident_is_not_observed(db: Database) -> None:
    incident = opened(db)
    incidents.change(db, incident, EventKind.CALMED, IncidentState.RESOLVED, NOW, "")
    incidents.observe(db, incident, make_reading(observed=99), None)
    assert again(db, incident).reading.observed == 12


@pytest.mark.parametrize(
    ("values", "shows"),
    [
        ({"observed": 13}, True),
        ({"level": Level.AWAS}, True),
        ({"hours": 3}, True),
        ({"score": 9.0, "expected": 3.0, "at": NOW + MINUTE}, False),
    ],
)
def test_what_people_would_see(values: dict[str, object], shows: bool) -> None:
    assert shows_change(make_reading(), make_reading(**values)) is shows


def test_a_reading_survives_its_json() -> None:
    reading = make_reading(share=0.1 + 0.2, usual_share=None, young=True, reason="naik – é")
    assert load_reading(dump_reading(reading)) == reading


def test_an_event_is_processed_once(db: Database) -> None:
    opened(db)
    [event] = incidents.unprocessed(db)
    wishes = [(NoticeKind.CARD, 1, CHAT)]
    assert notices.process_event(db, event.id, wishes, NOW)
    assert not notices.process_event(db, event.id, wishes, NOW)
    assert incidents.unprocessed(db) == []
    assert [notice.version for notice in notices.every(db)] == [1]


def test_an_incident_that_is_not_there_is_none(db: Database) -> None:
    assert incidents.get(db, IncidentId(9)) is None
