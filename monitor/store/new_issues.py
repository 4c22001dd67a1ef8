"""Themes that may become issues: what they are looked for in, what was found, what was decided.

Layer 2. A decision is one guarded UPDATE with its audit row; what follows from it (labels) is in
the same transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.records import CommentId, Intent, LabelField, Sentiment
from monitor.records.new_issue import NewIssue, NewIssueId, NewIssueState
from monitor.store import audit, predictions
from monitor.store.connection import Row, changed, from_epoch, maybe_from_epoch, one, rows, to_epoch

UNFIT: Final = "lainnya"
_LOOK: Final = "look:new_issue"
# Praise is none, nor what a person gave an issue to; tally has no own words, spam and copies.
_UNFITTING: Final = (
    "FROM comment c INDEXED BY comment_created CROSS JOIN tally t ON t.comment_id = c.id "
    "CROSS JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
    "WHERE c.created_at > ? AND c.created_at <= ? AND c.erased_at IS NULL "
    f"AND (t.topic = '{UNFIT}' OR p.issue_p < ?) AND p.intent <> '{Intent.APRESIASI.value}' "
    f"AND p.sentiment <> '{Sentiment.POSITIF.value}' AND NOT EXISTS (SELECT 1 FROM label l "
    f"WHERE l.comment_id = c.id AND l.field = 'issue' AND l.value <> '{UNFIT}')"
)


@dataclass(frozen=True, slots=True)
class Unfitting:
    """A comment that fits no issue, or none surely."""

    id: CommentId
    at: datetime
    account: str
    author_name: str | None
    text: str


def unfitting(
    db: Database, since: datetime, until: datetime, unsure: float, most: int
) -> list[Unfitting]:
    """Comments in (since, until] without an issue, or with one less sure than that; oldest first.

    Of more than ``most``, every second, third ... by number.
    """
    every = max(1, -(-how_many(db, since, until, unsure) // most))
    found = rows(
        db,
        f"SELECT c.id, c.source_id, c.author_id, c.author_name, c.text, c.created_at {_UNFITTING} "
        "AND c.id % ? = 0 ORDER BY c.created_at, c.id",
        [to_epoch(since), to_epoch(until), unsure, every],
    )
    return [_unfitting(row) for row in found]


def how_many(db: Database, since: datetime, until: datetime, unsure: float) -> int:
    """How many comments there are to look at."""
    window = [to_epoch(since), to_epoch(until), unsure]
    row = one(db, f"SELECT count(*) AS n {_UNFITTING}", window)
    assert row is not None  # an aggregate always has a row
    return int(row["n"])


def author_names(db: Database, since: datetime) -> set[str]:
    """The names of all who wrote since an instant."""
    sql = "SELECT DISTINCT author_name FROM comment WHERE created_at > ? AND author_name <> ''"
    return {row["author_name"] for row in rows(db, sql, [to_epoch(since)])}


def last_look(db: Database) -> datetime | None:
    """When themes were last looked for."""
    row = one(db, "SELECT at FROM drift_told WHERE about = ?", [_LOOK])
    return from_epoch(row["at"]) if row else None


def note_look(db: Database, now: datetime) -> None:
    """Note that they were looked for; inside ``db.atomic()``."""
    changed(
        db, "INSERT OR REPLACE INTO drift_told (about, at) VALUES (?, ?)", (_LOOK, to_epoch(now))
    )


def add(db: Database, found: NewIssue) -> NewIssueId:
    """Keep a theme to be offered; inside ``db.atomic()``. Its own number is left aside."""
    cursor = db.conn.execute(
        "INSERT INTO new_issue (terms, name, comments, examples, accounts, first_at, state, "
        "found_at) VALUES (?, ?, ?, ?, ?, ?, 'offered', ?)",
        (
            json.dumps(found.terms),
            json.dumps(found.name),
            json.dumps(found.comments),
            json.dumps(found.examples),
            found.accounts,
            to_epoch(found.first_at),
            to_epoch(found.found_at),
        ),
    )
    assert cursor.lastrowid is not None  # a row was inserted
    return NewIssueId(cursor.lastrowid)


def get(db: Database, number: NewIssueId) -> NewIssue | None:
    """A theme by number, or None."""
    row = one(db, "SELECT * FROM new_issue WHERE id = ?", [int(number)])
    return None if row is None else _new_issue(row)


def every(db: Database) -> list[NewIssue]:
    """All that was ever offered, newest first."""
    return [_new_issue(row) for row in rows(db, "SELECT * FROM new_issue ORDER BY id DESC")]


def in_state(db: Database, state: NewIssueState) -> list[NewIssue]:
    """Those that stand so, newest first."""
    found = rows(db, "SELECT * FROM new_issue WHERE state = ? ORDER BY id DESC", [state.value])
    return [_new_issue(row) for row in found]


def call_it(db: Database, number: NewIssueId, key: str, name: str) -> bool:
    """Note how the issue shall be called; False when the theme is decided. In ``db.atomic()``."""
    return bool(
        changed(
            db,
            "UPDATE new_issue SET issue = ?, issue_name = ? WHERE id = ? AND state = 'offered'",
            (key, name, int(number)),
        )
    )


def begin(db: Database, found: NewIssue, opd: str, person: str, now: datetime) -> bool:
    """Decide that it becomes an issue as it is called by now; False when it is decided."""
    with db.atomic():
        won = changed(
            db,
            "UPDATE new_issue SET state = 'making', opd = ?, decided_by = ?, decided_at = ? "
            "WHERE id = ? AND state = 'offered' AND issue = ? AND issue_name = ?",
            (opd, person, to_epoch(now), int(found.id), found.issue, found.issue_name),
        )
        if won:
            told = f"{found.issue}: {opd}"
            audit.write(db, now, person, "new_issue", f"new_issue:{found.id}", told)
    return bool(won)


def release(db: Database, found: NewIssue, now: datetime) -> bool:
    """Offer it again, as the files could not say it."""
    with db.atomic():
        back = changed(
            db,
            "UPDATE new_issue SET state = 'offered', decided_by = NULL, decided_at = NULL, "
            "opd = NULL WHERE id = ? AND state = 'making'",
            (int(found.id),),
        )
        if back:
            audit.write(db, now, "siaga", "new_issue_released", f"new_issue:{found.id}")
    return bool(back)


def finish(db: Database, found: NewIssue, now: datetime) -> int | None:
    """The files say it: label its comments by whoever decided it; None when that was done."""
    assert found.decided_by is not None  # begin() wrote it
    assert found.issue is not None
    with db.atomic():
        done = changed(
            db,
            "UPDATE new_issue SET state = 'made' WHERE id = ? AND state = 'making'",
            (int(found.id),),
        )
        return _label(db, found, found.issue, found.decided_by, now) if done else None


def merge(db: Database, found: NewIssue, issue: str, person: str, now: datetime) -> int | None:
    """Its comments belong to an issue that there is: label them; None when it is decided."""
    with db.atomic():
        if not _decide(db, found, NewIssueState.MERGED, issue, person, now):
            return None
        return _label(db, found, issue, person, now)


def ignore(db: Database, found: NewIssue, person: str, now: datetime) -> bool:
    """It is none, and not offered again; False when it is decided."""
    with db.atomic():
        return _decide(db, found, NewIssueState.IGNORED, None, person, now)


def _decide(
    db: Database,
    found: NewIssue,
    state: NewIssueState,
    issue: str | None,
    person: str,
    now: datetime,
) -> bool:
    won = changed(
        db,
        "UPDATE new_issue SET state = ?, issue = ?, issue_name = NULL, decided_by = ?, "
        "decided_at = ? WHERE id = ? AND state = 'offered'",
        (state.value, issue, person, to_epoch(now), int(found.id)),
    )
    if won:
        told = f"{state.value} {issue or ''}".strip()
        audit.write(db, now, person, "new_issue", f"new_issue:{found.id}", told)
    return bool(won)


def _label(db: Database, found: NewIssue, issue: str, person: str, now: datetime) -> int:
    """Label those that nobody gave another issue to meanwhile, and that still stand."""
    labelled = 0
    for number in found.comments:
        free = one(
            db,
            "SELECT 1 AS free FROM comment c JOIN prediction p ON p.comment_id = c.id "
            "AND p.model = c.predicted_by WHERE c.id = ? AND c.erased_at IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM label l WHERE l.comment_id = c.id AND l.field = 'issue' "
            "AND l.value <> ?)",
            [int(number), UNFIT],
        )
        if free is not None:
            predictions.add_label(db, number, LabelField.ISSUE, issue, person, now)
            labelled += 1
    return labelled


def _unfitting(row: Row) -> Unfitting:
    who = row["author_id"] or row["author_name"] or f"#{row['id']}"
    return Unfitting(
        id=CommentId(row["id"]),
        at=from_epoch(row["created_at"]),
        account=f"{row['source_id']}/{who}",
        author_name=row["author_name"],
        text=row["text"],
    )


def _new_issue(row: Row) -> NewIssue:
    return NewIssue(
        id=NewIssueId(row["id"]),
        terms=tuple((key, words) for key, words in json.loads(row["terms"])),
        name=tuple(json.loads(row["name"])),
        comments=tuple(map(CommentId, json.loads(row["comments"]))),
        examples=tuple(map(CommentId, json.loads(row["examples"]))),
        accounts=row["accounts"],
        first_at=from_epoch(row["first_at"]),
        state=NewIssueState(row["state"]),
        found_at=from_epoch(row["found_at"]),
        decided_by=row["decided_by"],
        decided_at=maybe_from_epoch(row["decided_at"]),
        issue=row["issue"],
        issue_name=row["issue_name"],
        opd=row["opd"],
    )
