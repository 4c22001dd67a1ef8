"""What the rows of changed knowledge promise by themselves."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from monitor.store import audit, knowledge_changes
from monitor.store.connection import rows
from tests.making import NOW

FILE = "lexicon/slang.tsv"


def test_what_a_hand_wrote_is_noted_once(db: Database) -> None:
    with db.atomic():
        db.conn.execute(
            "INSERT INTO knowledge_change (file, before, after, person, why, at, state) "
            "VALUES (?, NULL, 'gak\ttidak', 'siaga', '', ?, 'done')",
            [FILE, int(NOW.timestamp())],
        )
    later = NOW + timedelta(hours=1)
    assert not knowledge_changes.written_by_hand(db, FILE, "gak\ttidak", later)
    assert knowledge_changes.written_by_hand(db, FILE, "gak\tbukan", later)
    assert not knowledge_changes.written_by_hand(db, FILE, "gak\tbukan", later)
    found = rows(db, "SELECT before, after FROM knowledge_change ORDER BY id")
    assert found[1:] == [{"before": "gak\ttidak", "after": "gak\tbukan"}]
    assert audit.broken_at(db) is None
