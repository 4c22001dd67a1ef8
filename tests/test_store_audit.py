"""The audit trail: only ever longer, and whatever was done to it shows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.store import audit, open_store
from tests.making import NOW
from tests.test_store_incidents import in_threads


def write(db: Database, count: int, actor: str = "Sari") -> None:
    for i in range(count):
        with db.atomic():
            # As everywhere: a write comes first, so that writers queue instead of colliding.
            filler = "INSERT INTO learned (hour, about, body) VALUES (?, '', x'')"
            db.conn.execute(filler, (_next(db),))
            audit.write(db, NOW, actor, "uji", f"hal:{i}", f"rincian {i}")


def _next(db: Database) -> int:
    row = db.execute("SELECT abs(random()) AS n").fetchone()
    return int(row[0])


def forced(db: Database, sql: str) -> None:
    """What somebody with the file in hand can do."""
    for trigger in ("audit_no_update", "audit_no_delete"):
        db.conn.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    db.conn.execute(sql)
    db.conn.commit()


def test_an_untouched_trail_is_sound(db: Database) -> None:
    assert audit.broken_at(db) is None
    write(db, 20)
    assert audit.broken_at(db) is None
    assert [row["seq"] for row in audit.newest(db, 3)] == [20, 19, 18]
    assert audit.newest(db, 1)[0]["detail"] == "rincian 19"


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_rows_cannot_be_changed_or_deleted(db: Database, sql: str) -> None:
    write(db, 2)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.conn.execute(sql)
    db.conn.rollback()
    assert len(audit.newest(db, 9)) == 2


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "detail", "previous"])
def test_a_changed_row_is_found(db: Database, column: str) -> None:
    write(db, 9)
    forced(db, f"UPDATE audit SET {column} = '1' WHERE seq = 5")
    assert audit.broken_at(db) == 5


def test_a_forged_hash_is_found_at_the_next_row(db: Database) -> None:
    write(db, 9)
    values = db.execute("SELECT at, action, subject, detail, previous FROM audit WHERE seq = 5")
    at, *rest = values.fetchone()
    forged = audit._digest((at, "Orang lain", *rest))
    forced(db, f"UPDATE audit SET actor = 'Orang lain', hash = '{forged}' WHERE seq = 5")
    assert audit.broken_at(db) == 6


@pytest.mark.parametrize(
    ("where", "found"), [("seq = 1", 2), ("seq = 5", 6), ("seq > 6", 7), ("seq > 0", 1)]
)
def test_a_missing_row_is_found(db: Database, where: str, found: int) -> None:
    write(db, 9)
    forced(db, f"DELETE FROM audit WHERE {where}")
    assert audit.broken_at(db) == found


def test_what_was_rolled_back_leaves_no_gap(db: Database) -> None:
    write(db, 2)
    with pytest.raises(ZeroDivisionError), db.atomic():
        audit.write(db, NOW, "Sari", "uji", "x")
        raise ZeroDivisionError
    write(db, 1)
    assert [row["seq"] for row in audit.newest(db, 9)] == [3, 2, 1]
    assert audit.broken_at(db) is None


def test_programs_that_write_at_once_make_one_chain(db: Database, store_path: Path) -> None:
    in_threads(store_path, 5, lambda own, number: write(own, 12, f"orang {number}"))
    assert len(audit.newest(db, 99)) == 60
    assert audit.broken_at(db) is None


def test_the_chain_survives_the_file_being_opened_again(db: Database, store_path: Path) -> None:
    write(db, 2)
    other = open_store(store_path)
    write(other, 2)
    assert audit.broken_at(db) is None
    other.close()
