"""Which comments could teach, and figures of the label queue: reads only.

Layer 2. The choice among the comments is a pure function elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId, Sentiment, SourceId
from monitor.store.connection import Row, from_epoch, one, rows, to_epoch
from monitor.store.doubted import DOUBTED
from monitor.store.label_queue import IMPORTED, ITEMS, STANDS, UNTOUCHED, LabelState
from monitor.store.predictions import NEWEST_LABEL
from monitor.store.said_labels import Said, said_of
from monitor.text.judging import held_out


@dataclass(frozen=True, slots=True)
class Teachable:
    """A comment that nobody has labelled, with what the serving model says of it.

    ``sentiment_p`` follows the order of ``Sentiment``.
    """

    id: CommentId
    text: str
    source_id: SourceId
    at: datetime
    sentiment: Sentiment
    sentiment_p: tuple[float, float, float]
    issue: str
    issue_p: float
    language: str
    ask_human: bool


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How the queue stands: items by state, and answers by person since an instant."""

    waiting: int
    conflicts: int
    settled: int
    dropped: int
    answers: Mapping[str, int]
    reasons: Mapping[str, int]


def teachable(db: Database, since: datetime, limit: int) -> list[Teachable]:
    """Citizens' comments since an instant that could be labelled, the newest first.

    No spam, nothing erased, hidden or labelled, nothing that was in the queue once; of copies one,
    and none where a copy was in the queue or is labelled.
    """
    known = {
        row["copy_key"]
        for row in rows(
            db,
            "SELECT p.copy_key FROM comment c JOIN prediction p ON p.comment_id = c.id "
            "AND p.model = c.predicted_by WHERE p.copy_key IS NOT NULL AND (c.id IN "
            "(SELECT comment_id FROM label) OR c.id IN (SELECT comment_id FROM to_label))",
        )
    }
    found: dict[object, Teachable] = {}
    for row in rows(
        db,
        "SELECT c.id, c.text, c.source_id, c.created_at, p.* FROM comment c "
        "JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        f"WHERE c.created_at >= ? AND {STANDS} AND p.spam IS NULL AND p.copy_of IS NULL "
        "AND trim(c.text) <> '' "
        "AND NOT EXISTS (SELECT 1 FROM label l WHERE l.comment_id = c.id) "
        "AND NOT EXISTS (SELECT 1 FROM to_label q WHERE q.comment_id = c.id) "
        "ORDER BY c.created_at DESC, c.id DESC LIMIT ?",
        [to_epoch(since), limit],
    ):
        key = row["copy_key"] or " ".join(row["text"].lower().split())
        if key not in known:
            found.setdefault(key, _teachable(row))
    return list(found.values())


def unlabelled_texts(db: Database, limit: int) -> list[str]:
    """Texts of :func:`teachable` comments, whenever they were written, the newest first."""
    return [one.text for one in teachable(db, from_epoch(0), limit)]


def taken(db: Database, since: datetime, limit: int) -> list[Teachable]:
    """Comments since an instant that were queued or labelled, the newest first."""
    found = rows(
        db,
        "SELECT c.id, c.text, c.source_id, c.created_at, p.* FROM comment c "
        "JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        f"WHERE c.created_at >= ? AND {STANDS} AND (c.id IN (SELECT comment_id FROM label) "
        "OR c.id IN (SELECT comment_id FROM to_label)) "
        "ORDER BY c.created_at DESC, c.id DESC LIMIT ?",
        [to_epoch(since), limit],
    )
    return [_teachable(row) for row in found]


@dataclass(frozen=True, slots=True)
class Labelled:
    """How many comments people have labelled: by issue, by language, by the tone that they said."""

    issues: Mapping[str, int]
    languages: Mapping[str, int]
    tones: Mapping[str, int]


def labelled_counts(db: Database) -> Labelled:
    """What has been labelled so far. Where nobody said an issue, the machine's counts."""
    issue = f"coalesce({NEWEST_LABEL.format('issue')}, p.issue)"
    counted = (
        "SELECT {0} AS name, count(*) AS n FROM comment c JOIN prediction p "
        "ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE c.id IN (SELECT comment_id FROM label) GROUP BY name HAVING name IS NOT NULL "
        "ORDER BY name"
    )
    return Labelled(
        *(
            {row["name"]: row["n"] for row in rows(db, counted.format(column))}
            for column in (issue, "p.language", NEWEST_LABEL.format("sentiment"))
        )
    )


def judges(db: Database) -> int:
    """How many labelled comments judge models and teach none."""
    texts = rows(
        db, "SELECT text FROM comment WHERE id IN (SELECT comment_id FROM label) AND own = 0"
    )
    return sum(held_out(row["text"]) for row in texts)


def room(db: Database, size: int, a_day: int, midnight: datetime) -> int:
    """How many more may be queued today, where ``size`` may wait and ``a_day`` come in a day.

    What waits for a second person only takes no room, as there may be none; nor do doubted labels
    and what came in files, which nobody chose.
    """
    row = one(
        db,
        "SELECT count(*) AS today FROM to_label WHERE queued_at >= ? AND reason NOT IN (?, ?)",
        [to_epoch(midnight), DOUBTED, IMPORTED],
    )
    assert row is not None  # always one row
    return max(0, min(size - untouched(db), a_day - int(row["today"])))


def untouched(db: Database) -> int:
    """How many of the items that were chosen wait for their first answer."""
    row = one(db, f"SELECT count(*) AS n FROM {ITEMS} WHERE {UNTOUCHED}")
    assert row is not None  # always one row
    return int(row["n"])


def answered(db: Database, person: str, since: datetime) -> int:
    """How many items this person has answered since an instant."""
    row = one(
        db,
        "SELECT count(*) AS n FROM said_label WHERE person = ? AND skipped = 0 AND at >= ?",
        [person, to_epoch(since)],
    )
    return int(row["n"]) if row else 0


def figures(db: Database, since: datetime) -> QueueFigures:
    """How the queue stands, and who has answered how many since an instant."""
    states = {
        row["state"]: row["n"]
        for row in rows(db, "SELECT state, count(*) AS n FROM to_label GROUP BY state")
    }
    return QueueFigures(
        waiting=states.get(LabelState.WAITING, 0),
        conflicts=states.get(LabelState.CONFLICT, 0),
        settled=states.get(LabelState.SETTLED, 0),
        dropped=states.get(LabelState.DROPPED, 0),
        answers=_counts(
            db,
            "SELECT person AS name, count(*) AS n FROM said_label WHERE skipped = 0 AND at >= ? "
            "GROUP BY person ORDER BY n DESC, person",
            to_epoch(since),
        ),
        reasons=_counts(
            db,
            "SELECT reason AS name, count(*) AS n FROM to_label WHERE queued_at >= ? "
            "GROUP BY reason ORDER BY n DESC, reason",
            to_epoch(since),
        ),
    )


def doubles(db: Database, limit: int) -> list[tuple[Said, ...]]:
    """What people said of the last items that at least two of them answered, newest first."""
    numbers = rows(
        db,
        "SELECT comment_id, seen, max(id) AS last FROM said_label WHERE skipped = 0 "
        "GROUP BY comment_id, seen HAVING count(*) > 1 ORDER BY last DESC LIMIT ?",
        [limit],
    )
    return [said_of(db, CommentId(row["comment_id"]), row["seen"]) for row in numbers]


def _counts(db: Database, sql: str, since: int) -> dict[str, int]:
    return {row["name"]: row["n"] for row in rows(db, sql, [since])}


def _teachable(row: Row) -> Teachable:
    return Teachable(
        id=CommentId(row["id"]),
        text=row["text"],
        source_id=SourceId(row["source_id"]),
        at=from_epoch(row["created_at"]),
        sentiment=Sentiment(row["sentiment"]),
        sentiment_p=(row["p_negatif"], row["p_netral"], row["p_positif"]),
        issue=row["issue"],
        issue_p=row["issue_p"],
        language=row["language"],
        ask_human=bool(row["ask_human"]),
    )
