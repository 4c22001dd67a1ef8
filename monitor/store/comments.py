"""Comments as the platforms gave them, and how each of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.platforms.base import content_hash
from monitor.records import Comment, CommentId, Kind, SourceId, StoredComment, Visibility
from monitor.store import copies
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_epoch,
    maybe_from_epoch,
    one,
    rows,
    storable,
    to_epoch,
)

_COLUMNS = (
    "source_id, external_id, platform, kind, parent_id, thread_id, post_id, post_title, post_url, "
    "author_id, author_name, own, text, created_at, edited_at, like_count, reply_count, rating, "
    "permalink, visibility, reply_ref, reply_block, raw, content_hash, backfilled, stored_at"
)
# An unchanged comment stays as it is; a changed one waits to be understood again.
_UPSERT = (
    f"INSERT INTO comment ({_COLUMNS}) VALUES ({', '.join('?' * 26)}) "
    "ON CONFLICT (source_id, external_id) DO UPDATE SET "
    "text = excluded.text, visibility = excluded.visibility, post_title = excluded.post_title, "
    "edited_at = coalesce(excluded.edited_at, excluded.stored_at), "
    "reply_ref = excluded.reply_ref, reply_block = excluded.reply_block, raw = excluded.raw, "
    "rating = excluded.rating, "
    "like_count = excluded.like_count, reply_count = excluded.reply_count, "
    "content_hash = excluded.content_hash, predicted_by = NULL, erased_at = NULL, "
    # a webhook may not say that the words are the office's; a list that does is believed
    "own = max(comment.own, excluded.own) "
    "WHERE comment.content_hash <> excluded.content_hash OR excluded.own > comment.own"
)


def upsert(db: Database, batch: Sequence[Comment], now: datetime, *, backfilled: bool) -> int:
    """Insert new comments and replace edited ones; how many rows are new or changed.

    Call inside ``db.atomic()``. Repeating a page changes nothing.
    """
    stored_at = to_epoch(now)
    # Counts these rows only, not what triggers write beside them.
    return db.conn.executemany(_UPSERT, (_values(c, stored_at, backfilled) for c in batch)).rowcount


def mark_own(db: Database, source_id: SourceId, batch: Sequence[Comment]) -> None:
    """Recognise the replies that Siaga posted, whatever name the platform shows them under."""
    for comment in batch:
        if comment.author_is_owner:
            continue
        changed(
            db,
            # waiting again: the office's own words are not understood, and count no more
            "UPDATE comment SET own = 1, predicted_by = NULL WHERE source_id = ? "
            "AND external_id = ? AND own = 0 AND EXISTS (SELECT 1 FROM post p "
            "JOIN draft d ON d.id = p.draft_id JOIN comment c ON c.id = d.comment_id "
            "WHERE p.external_id = comment.external_id AND c.source_id = comment.source_id)",
            (source_id, comment.external_id),
        )


def reply_of(db: Database, source_id: SourceId, external_id: str) -> int | None:
    """The number of the draft whose reply stands there under this id; None: of none."""
    row = one(
        db,
        "SELECT d.id FROM post p JOIN draft d ON d.id = p.draft_id "
        "JOIN comment c ON c.id = d.comment_id WHERE p.external_id = ? AND c.source_id = ?",
        [external_id, source_id],
    )
    return row["id"] if row else None


# The office's own words below a comment, as people can see them, but for what Siaga posted.
_OWN_BELOW = (
    "FROM comment t JOIN comment o "
    "ON o.source_id = t.source_id AND o.parent_id = t.external_id AND o.own = 1 "
    f"WHERE t.id = ? AND o.visibility {copies.IN_COUNTED} "
    "AND NOT EXISTS (SELECT 1 FROM post p JOIN draft d ON d.id = p.draft_id "
    "WHERE d.comment_id = t.id AND p.external_id = o.external_id)"
)


def answered_there(db: Database, comment_id: CommentId, since: datetime | None = None) -> bool:
    """Whether the office answered a comment on the site itself, without Siaga.

    ``since``: only what was first read then or later. Replies that were taken away do not count,
    nor those that Siaga posted.
    """
    args = [comment_id, maybe_epoch(since) or 0]
    return one(db, f"SELECT 1 {_OWN_BELOW} AND o.stored_at >= ?", args) is not None


def said_there(db: Database, comment_id: CommentId, text: str) -> Comment | None:
    """The office's own words below a comment that are these, whatever the spaces; None: none."""
    wanted = text.split()
    found = (
        stored(row).comment
        for row in rows(db, f"SELECT o.* {_OWN_BELOW} ORDER BY o.id", [comment_id])
    )
    return next((comment for comment in found if comment.text.split() == wanted), None)


def mark_gone(db: Database, source_id: SourceId, gone: Iterable[tuple[str, Visibility]]) -> None:
    """Mark comments that the platform no longer shows; they stop counting, their words stay."""
    hidden = []
    for external_id, visibility in gone:
        changed(
            db,
            # The emptied hash lets a comment that comes back count as changed; one that is known
            # to look so keeps its own, for a poll that sees the same is no edit.
            "UPDATE comment SET visibility = ?, content_hash = '' "
            "WHERE source_id = ? AND external_id = ? AND visibility <> ?",
            (visibility.value, source_id, external_id, visibility.value),
        )
        if not counts(visibility):
            hidden.append(external_id)
    for external_id in hidden:
        row = one(
            db,
            "SELECT id FROM comment WHERE source_id = ? AND external_id = ?",
            [source_id, external_id],
        )
        if row is not None:
            changed(db, "DELETE FROM tally WHERE comment_id = ?", (row["id"],))
            copies.free(db, CommentId(row["id"]))


def waiting(db: Database, limit: int) -> list[StoredComment]:
    """Comments without a prediction: live ones before a backfill, oldest row first."""
    return [
        stored(row)
        for row in rows(
            db,
            "SELECT * FROM comment WHERE predicted_by IS NULL ORDER BY backfilled, id LIMIT ?",
            [limit],
        )
    ]


def get(db: Database, comment_id: CommentId) -> StoredComment | None:
    """One comment, or None."""
    row = one(db, "SELECT * FROM comment WHERE id = ?", [comment_id])
    return None if row is None else stored(row)


def total(db: Database) -> int:
    """How many comments the store holds (the largest number given, so constant in time)."""
    row = one(db, "SELECT coalesce(max(id), 0) AS n FROM comment")
    return int(row["n"]) if row else 0


def count_live(db: Database) -> int:
    """How many comments came after their source's first read."""
    row = one(db, "SELECT count(*) AS n FROM comment WHERE backfilled = 0")
    return int(row["n"]) if row else 0


def counts(visibility: Visibility) -> bool:
    """Whether a comment that looks like this on its platform counts for an issue."""
    return visibility.value in copies.COUNTED


def stored(row: Row) -> StoredComment:
    """A row of the comment table as a record."""
    return StoredComment(
        id=CommentId(row["id"]),
        comment=Comment(
            source_id=SourceId(row["source_id"]),
            platform=row["platform"],
            external_id=row["external_id"],
            text=row["text"],
            created_at=from_epoch(row["created_at"]),
            kind=Kind(row["kind"]),
            parent_id=row["parent_id"],
            thread_id=row["thread_id"],
            post_id=row["post_id"],
            post_title=row["post_title"],
            post_url=row["post_url"],
            author_id=row["author_id"],
            author_name=row["author_name"],
            author_is_owner=bool(row["own"]),
            edited_at=maybe_from_epoch(row["edited_at"]),
            like_count=row["like_count"],
            reply_count=row["reply_count"],
            rating=row["rating"],
            permalink=row["permalink"],
            visibility=Visibility(row["visibility"]),
            reply_ref=row["reply_ref"],
            reply_block=row["reply_block"],
            raw=row["raw"],
        ),
        content_hash=row["content_hash"],
        backfilled=bool(row["backfilled"]),
        stored_at=from_epoch(row["stored_at"]),
    )


def _values(c: Comment, stored_at: int, backfilled: bool) -> tuple[object, ...]:
    return (
        c.source_id,
        c.external_id,
        c.platform,
        c.kind.value,
        c.parent_id,
        c.thread_id,
        c.post_id,
        None if c.post_title is None else storable(c.post_title),
        c.post_url,
        c.author_id,
        None if c.author_name is None else storable(c.author_name),
        int(c.author_is_owner),
        storable(c.text),
        to_epoch(c.created_at),
        maybe_epoch(c.edited_at),
        c.like_count,
        c.reply_count,
        c.rating,
        c.permalink,
        c.visibility.value,
        c.reply_ref,
        c.reply_block,
        storable(c.raw),
        content_hash(c),
        int(backfilled),
        stored_at,
    )
