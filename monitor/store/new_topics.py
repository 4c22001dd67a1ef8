"""New topics: what they are looked for in, what was found, and what the chats were told.

Reading comments costs what the asked window holds, however large the store is: the index on their
instants leads to them, and everything else is found by number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId, NewTopic, NewTopicId, SourceId
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    rows,
    to_epoch,
)

# CROSS JOIN keeps SQLite from beginning anywhere but at the comments of the window.
_SAID = (
    "SELECT c.id, c.source_id, c.author_id, c.author_name, c.post_id, c.text, c.created_at, "
    "t.topic, t.live, p.ask_human AND NOT EXISTS (SELECT 1 FROM label l WHERE "
    "l.comment_id = c.id AND l.field = 'issue') AS unsure "
    "FROM comment c INDEXED BY comment_created CROSS JOIN tally t ON t.comment_id = c.id "
    "CROSS JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
    "WHERE c.created_at > ?1 AND c.created_at <= ?2 AND c.id % ?3 = 0 "
    "ORDER BY c.created_at, c.id"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment that counts: who wrote it where and when, its issue, and whether that is sure.

    ``live``: written while it was watched, so that it may raise something; ``post``: under what.
    """

    id: CommentId
    at: datetime
    source_id: SourceId
    account: str
    author_name: str | None
    post: str | None
    text: str
    issue: str
    sure: bool
    live: bool


def said(db: Database, since: datetime, until: datetime, most: int) -> list[Said]:
    """Comments of citizens in (since, until], oldest first; no spam, no copies, none hidden.

    Where the window holds more than ``most``, every second, third ... of them is read.
    """
    window = [to_epoch(since), to_epoch(until)]
    total = one(
        db, "SELECT count(*) AS n FROM comment WHERE created_at > ? AND created_at <= ?", window
    )
    assert total is not None  # an aggregate always has a row
    every = max(1, -(-total["n"] // most))
    return [_said(row) for row in rows(db, _SAID, [*window, every])]


def last_look(db: Database) -> datetime | None:
    """When new topics were last looked for."""
    row = one(db, "SELECT at FROM new_topic_look", [])
    assert row is not None  # the migration made it
    return maybe_from_epoch(row["at"])


def begin_look(db: Database, now: datetime, before: datetime | None) -> bool:
    """Note that they were looked for; False when somebody else did since ``before``.

    The first statement of the transaction that keeps what was found: inside ``db.atomic()``.
    """
    return bool(
        changed(
            db,
            "UPDATE new_topic_look SET at = ? WHERE at IS ?",
            (to_epoch(now), None if before is None else to_epoch(before)),
        )
    )


def add(db: Database, topic: NewTopic) -> NewTopicId:
    """Keep a topic that was found for the first time; inside ``db.atomic()``."""
    found = db.query(
        "INSERT INTO new_topic (keys, words, hours, accounts, comments, usual, samples, found_at, "
        "seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        [*_values(topic), to_epoch(topic.found_at), to_epoch(topic.seen_at)],
    )
    return NewTopicId(next(iter(found))["id"])


def see_again(db: Database, topic: NewTopic) -> None:
    """Keep the newest figures of a topic that is known; inside ``db.atomic()``."""
    changed(
        db,
        "UPDATE new_topic SET keys = ?, words = ?, hours = ?, accounts = ?, comments = ?, "
        "usual = ?, samples = ?, seen_at = ? WHERE id = ?",
        [*_values(topic), to_epoch(topic.seen_at), int(topic.id)],
    )


def tell(db: Database, topic_id: NewTopicId, now: datetime) -> bool:
    """Note that the chats are told of a topic; False when they were; inside ``db.atomic()``."""
    return bool(
        changed(
            db,
            "UPDATE new_topic SET told_at = ? WHERE id = ? AND told_at IS NULL",
            (to_epoch(now), int(topic_id)),
        )
    )


def told_since(db: Database, since: datetime) -> int:
    """Of how many topics the chats were told since an instant."""
    row = one(db, "SELECT count(*) AS n FROM new_topic WHERE told_at >= ?", [to_epoch(since)])
    assert row is not None  # an aggregate always has a row
    return int(row["n"])


def seen_since(db: Database, since: datetime) -> list[NewTopic]:
    """Topics that were there since an instant, the newest first."""
    found = rows(
        db,
        "SELECT * FROM new_topic WHERE seen_at >= ? ORDER BY found_at DESC, id DESC",
        [to_epoch(since)],
    )
    return [_topic(row) for row in found]


def _values(topic: NewTopic) -> tuple[object, ...]:
    return (
        json.dumps(sorted(topic.keys)),
        json.dumps(topic.words),
        topic.hours,
        topic.accounts,
        topic.comments,
        topic.usual,
        json.dumps(topic.samples),
    )


def _topic(row: Row) -> NewTopic:
    return NewTopic(
        id=NewTopicId(row["id"]),
        keys=frozenset(json.loads(row["keys"])),
        words=tuple(json.loads(row["words"])),
        hours=row["hours"],
        accounts=row["accounts"],
        comments=row["comments"],
        usual=row["usual"],
        samples=tuple(map(CommentId, json.loads(row["samples"]))),
        found_at=from_epoch(row["found_at"]),
        seen_at=from_epoch(row["seen_at"]),
        told_at=maybe_from_epoch(row["told_at"]),
    )


def _said(row: Row) -> Said:
    # Whoever has no name at all is somebody of his own, as in every other count of people.
    who = row["author_id"] or row["author_name"] or f"#{row['id']}"
    post = f"{row['source_id']}/{row['post_id']}" if row["post_id"] is not None else None
    return Said(
        id=CommentId(row["id"]),
        at=from_epoch(row["created_at"]),
        source_id=SourceId(row["source_id"]),
        account=f"{row['source_id']}/{who}",
        author_name=row["author_name"],
        post=post,
        text=row["text"],
        issue=row["topic"],
        sure=not row["unsure"],
        live=bool(row["live"]),
    )
