"""States of what is usual: which are kept, and that a change drops those that hold it, no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlite_utils import Database

from monitor.records import (
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    LabelField,
    Sentiment,
    SourceId,
)
from monitor.store import incidents, learned, predictions, sources
from monitor.store.connection import changed, rows, to_epoch
from tests.making import NOW, make_comment, make_reading, store_comments, understand

HOUR = timedelta(hours=1)
H = 3600
T0 = to_epoch(NOW)
DAY = 24 * H
SITE = SourceId("berita")
ABOUT = "x"


def kept(db: Database) -> list[int]:
    """Hours of the kept states, against now."""
    return [(row["hour"] - T0) // H for row in rows(db, "SELECT hour FROM learned ORDER BY hour")]


def states(db: Database, first: int = -5, last: int = 5) -> None:
    """A state for each hour, whatever would have been kept."""
    with db.atomic():
        changed(db, "DELETE FROM learned")
        for hour in range(first, last + 1):
            changed(
                db,
                "INSERT INTO learned (hour, about, body) VALUES (?, ?, x'01')",
                (T0 + hour * H, ABOUT),
            )


# What is kept.


def test_nothing_is_learned_in_a_new_store(db: Database) -> None:
    assert learned.newest(db, ABOUT) is None


def test_the_newest_state_of_the_same_kind_is_found(db: Database) -> None:
    learned.keep(db, T0, ABOUT, b"eins")
    learned.keep(db, T0 + H, ABOUT, b"zwei")
    assert learned.newest(db, ABOUT) == (T0 + H, b"zwei")
    assert learned.newest(db, "y") is None


def test_the_same_hour_is_kept_once(db: Database) -> None:
    learned.keep(db, T0, ABOUT, b"eins")
    learned.keep(db, T0, ABOUT, b"zwei")
    assert learned.newest(db, ABOUT) == (T0, b"zwei")
    assert kept(db) == [0]


def test_one_state_a_day_stays_for_ten_days(db: Database) -> None:
    midnight = T0 - T0 % DAY
    for hour in range(midnight - 12 * DAY, midnight + 1, 6 * H):
        learned.keep(db, hour, ABOUT, b"")
    learned.keep(db, midnight + H, ABOUT, b"")
    hours = [row["hour"] for row in rows(db, "SELECT hour FROM learned ORDER BY hour")]
    assert hours == [*range(midnight - 9 * DAY, midnight + 1, DAY), midnight + H]


def test_a_clock_set_back_and_other_kinds_leave_nothing_behind(db: Database) -> None:
    learned.keep(db, T0, ABOUT, b"")
    learned.keep(db, T0 - 2 * H, ABOUT, b"")
    assert kept(db) == [-2]
    learned.keep(db, T0 - 3 * H, "y", b"")
    assert kept(db) == [-3]


# What a change drops: a state holds every hour before its own.


def a_comment(db: Database, hour: int) -> None:
    """A comment of a new hour is understood: that inserts an hour."""
    understand(db, store_comments(db, make_comment(f"h{hour}", created_at=NOW + hour * HOUR)))


@pytest.mark.parametrize("hour", [-5, -2, 0, 4])
def test_a_new_hour_drops_what_holds_it(db: Database, hour: int) -> None:
    states(db)
    a_comment(db, hour)
    assert kept(db) == list(range(-5, hour + 1))


def test_a_comment_more_in_an_hour_drops_what_holds_it(db: Database) -> None:
    a_comment(db, 1)
    states(db)
    understand(db, store_comments(db, make_comment("2", created_at=NOW + 1.99 * HOUR)))
    assert kept(db) == list(range(-5, 2))


def test_a_corrected_label_drops_what_holds_its_hour(db: Database) -> None:
    a_comment(db, -3)
    states(db)
    (one,) = predictions.of_topic(db, "banjir_bencana", NOW - 9 * HOUR, 9)
    field, value = LabelField.SENTIMENT, Sentiment.POSITIF.value
    predictions.add_label(db, one.stored.id, field, value, "Sari", NOW)
    assert kept(db) == list(range(-5, -2))


@pytest.fixture
def covered(db: Database) -> Database:
    """One site, known from four hours ago until half an hour ago."""
    sources.register(db, [(SITE, "wordpress")])
    cover(db, -4, -0.5)
    states(db)
    return db


def cover(db: Database, begin: float, end: float) -> None:
    with db.atomic():
        sources.cover(db, SITE, NOW + begin * HOUR, NOW + end * HOUR)


def test_a_first_stretch_drops_what_holds_its_begin(db: Database) -> None:
    sources.register(db, [(SITE, "wordpress")])
    states(db)
    cover(db, -3.5, 0)
    assert kept(db) == [-5, -4]


def test_a_stretch_that_grows_drops_what_holds_its_old_end(covered: Database) -> None:
    cover(covered, 0, 3)
    assert kept(covered) == list(range(-5, 0))


def test_a_stretch_that_does_not_grow_drops_nothing(covered: Database) -> None:
    cover(covered, 0, -2)
    assert kept(covered) == list(range(-5, 6))


def opened(db: Database, onset: float = 1.5) -> Incident:
    incidents.open_new(db, make_reading(), NOW + onset * HOUR, "")
    found = incidents.get(db, IncidentId(1))
    assert found is not None
    return found


def moved(state: IncidentState, kind: EventKind, actor: str | None) -> Callable[..., bool]:
    return lambda db, one: incidents.change(db, one, kind, state, NOW, "", actor=actor)


def test_an_opened_incident_drops_nothing_until_somebody_takes_it(db: Database) -> None:
    states(db)
    opened(db)
    assert kept(db) == list(range(-5, 6))


@pytest.mark.parametrize(
    "move",
    [
        moved(IncidentState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED, "Sari"),
        moved(IncidentState.DISMISSED, EventKind.DISMISSED, "Budi"),
        moved(IncidentState.RESOLVED, EventKind.CALMED, None),
    ],
)
def test_an_incident_that_is_judged_drops_what_holds_its_begin(
    db: Database, move: Callable[..., bool]
) -> None:
    incident = opened(db)
    states(db)
    assert move(db, incident)
    assert kept(db) == list(range(-5, 2))


def test_new_numbers_of_an_incident_drop_nothing(db: Database) -> None:
    incident = opened(db)
    states(db)
    incidents.observe(db, incident, make_reading(observed=40), None)
    assert kept(db) == list(range(-5, 6))
