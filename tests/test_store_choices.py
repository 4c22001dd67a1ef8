"""What people chose and what the machine reckoned: one value a name, and who chose it is known."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from monitor.store import audit, choices, open_store
from monitor.store.connection import one, to_epoch
from tests.making import NOW


def test_nothing_is_chosen_in_a_new_store(db: Database) -> None:
    assert choices.get(db, "most_a_day") is None


def test_the_last_choice_stands_and_each_is_in_the_audit_trail(
    db: Database, store_path: Path
) -> None:
    choices.choose(db, "most_a_day", "3", "Budi", NOW)
    choices.choose(db, "most_a_day", "5", "Citra", NOW)
    other = open_store(store_path)
    assert choices.get(other, "most_a_day") == "5"
    other.close()
    trail = [
        (row["actor"], row["action"], row["subject"], row["detail"]) for row in audit.newest(db, 9)
    ]
    assert trail == [
        ("Citra", "chosen", "choice:most_a_day", "5"),
        ("Budi", "chosen", "choice:most_a_day", "3"),
    ]
    assert audit.broken_at(db) is None


def test_what_is_reckoned_is_nobodys_choice(db: Database) -> None:
    choices.reckon(db, "budget", "{}", NOW)
    choices.reckon(db, "budget", "[]", NOW)
    assert one(db, "SELECT * FROM choice") == {
        "name": "budget",
        "value": "[]",
        "person": "",
        "at": to_epoch(NOW),
    }
    assert audit.newest(db, 9) == []


def test_names_do_not_touch_each_other(db: Database) -> None:
    choices.reckon(db, "budget", "{}", NOW)
    choices.choose(db, "most_a_day", "1", "Budi", NOW)
    assert (choices.get(db, "budget"), choices.get(db, "most_a_day")) == ("{}", "1")
