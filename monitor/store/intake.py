"""Comments that people hand in: forwarded to the bot, or written with /titip. Layer 2.

They lie under a source of their own that is never polled, so it can neither be silent nor blind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    Comment,
    CommentId,
    NoticeKind,
    SourceId,
    Visibility,
)
from monitor.store import audit, comments, notices, sources
from monitor.store.connection import changed, one, rows, to_epoch

SOURCE: Final = SourceId("titipan")
PLATFORM: Final = "forward"


@dataclass(frozen=True, slots=True)
class Album:
    """Several pictures that were sent as one: where, and Telegram's name for them."""

    chat_id: ChatId
    name: str


def register(db: Database, now: datetime) -> None:
    """Make the source; it is never due."""
    sources.register(db, [(SOURCE, PLATFORM)])
    sources.finish_import(db, SOURCE, now)


def take(
    db: Database,
    comment: Comment,
    person: str,
    to: Chat,
    now: datetime,
    *,
    backfilled: bool,
    album: Album | None = None,
) -> tuple[CommentId, bool]:
    """Store what was handed in and want its message in a chat; its number, and whether it is new.

    Handed in twice it is one comment; one that was cancelled counts again. The captions of an
    album are one comment.
    """
    with db.atomic():
        known = _of_album(db, album) or _stored(db, comment.external_id)
        if known is not None and album is not None:
            comment = replace(
                known, text=_together(known.text, comment.text), visibility=Visibility.PUBLIC
            )
        comments.upsert(db, [comment], now, backfilled=backfilled)
        row = one(
            db,
            "SELECT id FROM comment WHERE source_id = ? AND external_id = ?",
            [SOURCE, comment.external_id],
        )
        assert row is not None  # stored just above
        number = CommentId(row["id"])
        changed(
            db,
            "INSERT OR REPLACE INTO intake (comment_id, person, at) VALUES (?, ?, ?)",
            (int(number), person, to_epoch(now)),
        )
        # Who hands in what was cancelled takes the cancelling back.
        changed(db, "UPDATE intake SET cancelled_by = NULL WHERE comment_id = ?", (int(number),))
        if album is not None:
            _note_album(db, album, number, now)
        told = notices.find(db, to.id, NoticeKind.INTAKE, int(number), to.thread_id)
        notices.wish(db, [to], NoticeKind.INTAKE, int(number), now)
        audit.write(db, now, person, "intake", f"comment:{number}")
    return number, told is None


def note_album(db: Database, album: Album, now: datetime) -> bool:
    """Remember a picture without words; whether it is the first of its album."""
    with db.atomic():
        return bool(_note_album(db, album, None, now))


def cancel(db: Database, number: CommentId, person: str, now: datetime) -> bool:
    """Let a comment that was handed in count no more; False when it was cancelled before."""
    with db.atomic():
        won = changed(
            db,
            "UPDATE intake SET cancelled_by = ? WHERE comment_id = ? AND cancelled_by IS NULL",
            (person, int(number)),
        )
        if won:
            row = one(db, "SELECT external_id FROM comment WHERE id = ?", [int(number)])
            assert row is not None  # comments are never deleted
            comments.mark_gone(db, SOURCE, [(row["external_id"], Visibility.DELETED)])
            audit.write(db, now, person, "intake-cancelled", f"comment:{number}")
            notices.touch_intakes(db, [int(number)], now)
    return bool(won)


def givers(db: Database, number: CommentId) -> list[str]:
    """Who handed a comment in, first to last; nobody: it was not handed in."""
    found = rows(db, "SELECT person FROM intake WHERE comment_id = ? ORDER BY at", [int(number)])
    return [row["person"] for row in found]


def cancelled_by(db: Database, number: CommentId) -> str | None:
    """Who took a comment back, or None while it stands."""
    row = one(
        db,
        "SELECT cancelled_by FROM intake WHERE comment_id = ? AND cancelled_by IS NOT NULL",
        [int(number)],
    )
    return row["cancelled_by"] if row else None


def understood(db: Database, read: Iterable[tuple[SourceId, int]], now: datetime) -> None:
    """Comments were read: the messages of those that people handed in follow."""
    with db.atomic():
        notices.touch_intakes(db, [number for source, number in read if source == SOURCE], now)


def _of_album(db: Database, album: Album | None) -> Comment | None:
    if album is None:
        return None
    row = one(
        db,
        "SELECT c.* FROM album a JOIN comment c ON c.id = a.comment_id "
        "WHERE a.chat_id = ? AND a.album = ?",
        [album.chat_id, album.name],
    )
    return comments.stored(row).comment if row else None


def _stored(db: Database, external_id: str) -> Comment | None:
    row = one(
        db,
        "SELECT * FROM comment WHERE source_id = ? AND external_id = ?",
        [SOURCE, external_id],
    )
    return comments.stored(row).comment if row else None


def _note_album(db: Database, album: Album, number: CommentId | None, now: datetime) -> int:
    return changed(
        db,
        "INSERT INTO album (chat_id, album, comment_id, at) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (chat_id, album) DO UPDATE SET comment_id = ?3 WHERE ?3 IS NOT NULL",
        (album.chat_id, album.name, None if number is None else int(number), to_epoch(now)),
    )


def _together(known: str, more: str) -> str:
    return known if more in known else f"{known}\n{more}"
