"""Who and what stands behind a topic: people, texts, places, posts, and copy-paste waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId
from monitor.store.connection import one, rows, to_epoch
from monitor.store.copies import COPY_WINDOW
from monitor.store.predictions import Understood, get


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many comments, people and different texts stand behind a topic, and where they are."""

    comments: int
    people: int
    texts: int
    places: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    urgent: int
    likes: int = 0
    replies: int = 0


def crowd(db: Database, topic: str, since: datetime) -> Crowd:
    """Count the negative comments of a topic since an instant, copies included here only."""
    args = [topic, to_epoch(since)]
    where = (
        "FROM prediction p JOIN comment c ON c.id = p.comment_id AND p.model = c.predicted_by "
        "WHERE c.created_at >= ?2 AND c.visibility IN ('public', 'held', 'unknown') "
        "AND coalesce(p.copy_of, c.id) IN "
        "(SELECT comment_id FROM tally t WHERE t.topic = ?1 AND t.negative = 1 "
        f"AND t.at >= ?2 - {int(COPY_WINDOW.total_seconds())})"
    )
    total = one(
        db,
        "SELECT count(*) AS comments, count(DISTINCT c.source_id || coalesce(c.author_id, "
        "c.author_name, '#' || c.id)) AS people, "
        "count(DISTINCT coalesce(p.copy_of, c.id)) AS texts, "
        "coalesce(sum(p.urgent), 0) AS urgent, coalesce(sum(c.like_count), 0) AS likes, "
        f"coalesce(sum(c.reply_count), 0) AS replies {where}",
        args,
    )
    assert total is not None  # an aggregate always has a row
    return Crowd(
        comments=total["comments"],
        people=total["people"],
        texts=total["texts"],
        urgent=total["urgent"],
        likes=total["likes"],
        replies=total["replies"],
        places=_ranked(
            db, f"SELECT p.place AS name, count(*) AS n {where} AND p.place <> ''", args
        ),
        sources=_ranked(db, f"SELECT c.source_id AS name, count(*) AS n {where}", args),
    )


def posts(db: Database, topic: str, since: datetime) -> dict[str, int]:
    """Negatives of a topic since an instant under each post (``source/post``)."""
    found = rows(
        db,
        "SELECT c.source_id || '/' || c.post_id AS post, count(*) AS n FROM tally t "
        "JOIN comment c ON c.id = t.comment_id WHERE t.topic = ? AND t.negative = 1 "
        "AND t.at >= ? AND c.post_id IS NOT NULL GROUP BY post",
        [topic, to_epoch(since)],
    )
    return {row["post"]: row["n"] for row in found}


def companions(
    db: Database, topic: str, since: datetime, at_least: int
) -> tuple[tuple[str, int], ...]:
    """Other topics with so many negatives under the posts of a topic since an instant."""
    found = rows(
        db,
        "SELECT t.topic AS name, count(*) AS n FROM tally t JOIN comment c ON c.id = t.comment_id "
        "WHERE t.negative = 1 AND t.at >= ?2 AND t.topic <> ?1 AND (c.source_id, c.post_id) IN "
        "(SELECT c.source_id, c.post_id FROM tally t JOIN comment c ON c.id = t.comment_id "
        "WHERE t.topic = ?1 AND t.negative = 1 AND t.at >= ?2 AND c.post_id IS NOT NULL) "
        "GROUP BY name HAVING n >= ?3 ORDER BY n DESC, name",
        [topic, to_epoch(since), at_least],
    )
    return tuple((row["name"], row["n"]) for row in found)


@dataclass(frozen=True, slots=True)
class Wave:
    """One text that many accounts repeated: a copy-paste wave, shown but not counted as people."""

    first: Understood
    comments: int
    people: int


def waves(db: Database, since: datetime, at_least: int) -> list[Wave]:
    """Texts repeated at least so often since an instant, largest first."""
    repeated = rows(
        db,
        "SELECT p.copy_of AS first, count(*) AS n FROM comment c JOIN prediction p "
        "ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE p.copy_of IS NOT NULL AND c.created_at >= ? "
        "GROUP BY p.copy_of HAVING n + 1 >= ? ORDER BY n DESC, first LIMIT 20",
        [to_epoch(since), at_least],
    )
    found = [_wave(db, CommentId(row["first"])) for row in repeated]
    return [wave for wave in found if wave is not None]


def _wave(db: Database, first: CommentId) -> Wave | None:
    original = get(db, first)
    row = one(
        db,
        "SELECT count(*) AS comments, count(DISTINCT c.source_id || coalesce(c.author_id, "
        "c.author_name, '#' || c.id)) AS people FROM prediction p JOIN comment c "
        "ON c.id = p.comment_id AND p.model = c.predicted_by WHERE p.copy_of = ?1 OR c.id = ?1",
        [int(first)],
    )
    if original is None or row is None:
        return None
    return Wave(original, row["comments"], row["people"])


def _ranked(db: Database, select: str, args: Sequence[object]) -> tuple[tuple[str, int], ...]:
    found = rows(db, f"{select} GROUP BY name ORDER BY n DESC, name LIMIT 5", args)
    return tuple((row["name"], row["n"]) for row in found)
