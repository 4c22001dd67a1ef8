"""A tick in which nothing happens costs the same however much the store holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.platforms.base import words_hash
from monitor.records import DraftState
from monitor.store import drafts
from tests.day import MINUTE, Day
from tests.world import NOW, seed_people

# What grows with the years.
_GROWS = frozenset(
    [
        "comment",
        "prediction",
        "tally",
        "draft",
        "post",
        "notice",
        "incident",
        "event",
        "question",
        "handoff",
        "signature",
        "audit",
        "outcome_look",
        "called",
        "intake",
        "label",
        "copy",
    ]
)
# Indexes that hold only what waits.
_WAITING = frozenset(
    [
        "comment_waiting",
        "incident_live",
        "event_waiting",
        "notice_due",
        "question_open",
        "handoff_waiting",
    ]
)
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


def scanned(db: Database, sql: str, args: Any) -> set[str]:
    """The tables that grow and of which a query reads every row."""
    names: dict[str, set[str]] = {}
    for table, alias in _TABLE.findall(sql):
        for name in (table, alias):
            names.setdefault(name, set()).add(table)
    found = set()
    for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", args).fetchall():
        scan = _SCAN.match(row[3])
        if scan and scan[2] not in _WAITING:
            found |= {one for one in names.get(scan[1], ()) if one in _GROWS}
    return found


def test_an_idle_tick_reads_no_table_that_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Day(tmp_path) as day:
        seed_people(day.db)
        day.tick()
        day.flood(30)
        day.run(40 * MINUTE)
        assert day.live()
        asked: list[tuple[str, Any]] = []
        query = Database.query

        def noted(self: Database, sql: str, params: Any = None) -> Iterable[dict[str, Any]]:
            asked.append((sql, params or ()))
            return query(self, sql, params)

        monkeypatch.setattr(Database, "query", noted)
        assert day.tick(day.now + MINUTE).idle
        monkeypatch.setattr(Database, "query", query)
        assert len(asked) > 20
        slow = {sql: found for sql, args in asked if (found := scanned(day.db, sql, args))}
    assert slow == {}


def test_a_draft_is_looked_at_once_and_again_when_its_comment_changed(tmp_path: Path) -> None:
    with Day(tmp_path) as day:
        (said,) = day.say(["Jalan rusak di gang 9"])
        day.tick(day.now + MINUTE)
        number = next(day.db.query("SELECT max(id) AS id FROM comment"))["id"]
        words = words_hash(said.text)
        proposal = drafts.Proposal(None, number, "Kami cek.", "uji", words)
        made = drafts.propose(day.db, proposal, NOW)
        assert made is not None
        assert drafts.to_look_at(day.db) == [made]
        day.tick(day.now + MINUTE)
        assert drafts.to_look_at(day.db) == []
        assert drafts.look_at(day.db, made) is None
        day.edit(said, text="Jalan rusak parah di gang 9")
        day.tick(day.now + 10 * MINUTE)
        found = drafts.get(day.db, made)
        assert found is not None
        assert found.state is DraftState.STALE
