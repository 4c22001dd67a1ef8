"""Which comment repeats which: the same letters by a key, nearly the same by bands of a MinHash.

``copy`` holds the first comment of each text, ``near_text`` and ``near_band`` the first texts of
the last 72 hours. Only first texts lie there, so a look costs the same in a wave of ten thousand
and in a store of ten million. Everything here happens inside ``db.atomic()``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from monitor.records import CommentId, Prediction, StoredComment, Visibility, wave_topic
from monitor.store.connection import changed, placeholders, storable, to_epoch
from monitor.text.near import BANDS, alike, bands

COPY_WINDOW = timedelta(hours=72)
COUNTED = (Visibility.PUBLIC.value, Visibility.HELD.value, Visibility.UNKNOWN.value)
IN_COUNTED = f"IN ({', '.join(map(repr, COUNTED))})"
"""The same behind the name of a column, in a statement."""

_WINDOW = int(COPY_WINDOW.total_seconds())
_PACKED = struct.Struct(f"<{BANDS}q")
# More than these are looked at only where hundreds of first texts are built alike.
_MOST_IN_BANDS, _MOST_COMPARED = 400, 6
_PRUNED_A_TIME = 1_000
_ALIKE = (
    f"SELECT comment_id FROM (SELECT comment_id FROM near_band "
    f"WHERE band IN ({', '.join('?' * BANDS)}) LIMIT {_MOST_IN_BANDS}) "
    f"GROUP BY comment_id ORDER BY count(*) DESC, comment_id LIMIT {_MOST_COMPARED}"
)


@dataclass(frozen=True, slots=True)
class _Find:
    """What a comment is found by; empty ``words`` are never nearly the same as others."""

    id: CommentId
    at: int
    key: bytes | None
    words: str
    apart: str


def first_copies(
    db: Database, understood: Sequence[tuple[StoredComment, Prediction]]
) -> list[CommentId | None]:
    """For each comment, in order, the first that says (nearly) the same within the window.

    Those that are first themselves are noted, so that the rest of the batch finds them. What was
    found once stays, as long as neither of the two changes.
    """
    read_before = _settle(db, understood)
    finds = [_find(stored, said) for stored, said in understood]
    near = iter(bands([(find.words, find.apart) for find in finds if find.words]))
    return [
        _first_copy(db, find, next(near) if find.words else (), again=find.id in read_before)
        for find in finds
    ]


def free(db: Database, first: CommentId) -> None:
    """The first of several copies says this no more: let the others be read, and counted, anew.

    The oldest of them leads from now on; a live wave goes on under its name.
    """
    number = int(first)
    changed(db, "DELETE FROM copy WHERE comment_id = ?", (number,))
    _forget(db, "comment_id = ?", number)
    (heir,) = db.conn.execute(
        "SELECT min(c.id) FROM prediction p JOIN comment c ON c.id = p.comment_id "
        f"WHERE p.copy_of = ? AND c.predicted_by = p.model AND c.visibility {IN_COUNTED}",
        (number,),
    ).fetchone()
    if heir is not None:
        changed(
            db,
            "UPDATE incident SET topic = ? WHERE topic = ? AND closed_at IS NULL",
            (wave_topic(CommentId(heir)), wave_topic(first)),
        )
    changed(
        db,
        "UPDATE comment SET predicted_by = NULL WHERE id IN "
        "(SELECT comment_id FROM prediction WHERE copy_of = ?)",
        (number,),
    )
    changed(db, "UPDATE prediction SET copy_of = NULL WHERE copy_of = ?", (number,))


def forget_words(db: Database, comment_id: CommentId) -> None:
    """Drop a first comment's words; later ones with nearly the same are no copies of it."""
    _forget(db, "comment_id = ?", int(comment_id))


def prune(db: Database, now: int) -> None:
    """Forget first texts whose window ended before an instant, in epoch seconds."""
    _forget(db, f"at < ? LIMIT {_PRUNED_A_TIME}", now - _WINDOW)


def _find(stored: StoredComment, said: Prediction) -> _Find:
    return _Find(
        id=stored.id,
        at=to_epoch(stored.comment.created_at),
        key=_key(stored, said),
        # Advertisers vary their words on purpose, and are not counted anyway.
        words=storable(said.copy_words or "") if said.spam is None else "",
        # What is read otherwise, or happens elsewhere, is no copy for a letter's difference.
        apart=f"{said.sentiment.value}/{said.place or ''}",
    )


def _key(stored: StoredComment, said: Prediction) -> bytes | None:
    """What a comment is found by; one that nobody sees on its platform leads nobody."""
    return said.copy_key if stored.comment.visibility.value in COUNTED else None


def _settle(db: Database, understood: Sequence[tuple[StoredComment, Prediction]]) -> set[CommentId]:
    """Free the copies of those that say something else now; who of all was read before."""
    keys: dict[CommentId, set[bytes | None]] = {}
    marks = placeholders(understood)
    for number, key in db.conn.execute(
        f"SELECT comment_id, copy_key FROM prediction WHERE comment_id IN ({marks})",
        [int(stored.id) for stored, _ in understood],
    ):
        keys.setdefault(CommentId(number), set()).add(key)
    for stored, said in understood:
        if stored.id in keys and keys[stored.id] != {_key(stored, said)}:
            free(db, stored.id)
    return set(keys)


def _first_copy(
    db: Database, find: _Find, near: tuple[int, ...], *, again: bool
) -> CommentId | None:
    if find.key is None:
        return None
    first = (_kept(db, find) if again else None) or _exact(db, find)
    if first is None and near:
        first = _near(db, find, near)
    if first is None or first == find.id:
        _note(db, find, near)
        return None
    if again:
        free(db, find.id)
    _extend(db, first, find.at)
    return first


def _kept(db: Database, find: _Find) -> CommentId | None:
    row = db.conn.execute(
        "SELECT copy_of FROM prediction "
        "WHERE comment_id = ? AND copy_of IS NOT NULL AND copy_key = ?",
        (int(find.id), find.key),
    ).fetchone()
    return CommentId(row[0]) if row else None


def _exact(db: Database, find: _Find) -> CommentId | None:
    """The first comment with the same letters; this one where it is the first itself."""
    row = db.conn.execute(
        "SELECT comment_id, last_at FROM copy WHERE copy_key = ?", (find.key,)
    ).fetchone()
    if row is None or not (row[0] == find.id or abs(find.at - row[1]) <= _WINDOW):
        return None
    return CommentId(row[0])


def _near(db: Database, find: _Find, near: tuple[int, ...]) -> CommentId | None:
    """The first comment with nearly the same words, of those that share most bands."""
    for (number,) in db.conn.execute(_ALIKE, near).fetchall():
        at, words = db.conn.execute(
            "SELECT at, words FROM near_text WHERE comment_id = ?", (number,)
        ).fetchone()
        if number != find.id and abs(find.at - at) <= _WINDOW and alike(find.words, words):
            return CommentId(number)
    return None


def _extend(db: Database, first: CommentId, at: int) -> None:
    """The window moves along with the wave."""
    for table, column in (("copy", "last_at"), ("near_text", "at")):
        changed(
            db,
            f"UPDATE {table} SET {column} = ?1 WHERE comment_id = ?2 AND {column} < ?1",
            (at, int(first)),
        )


def _note(db: Database, find: _Find, near: tuple[int, ...]) -> None:
    """This comment is the first with its words."""
    number = int(find.id)
    changed(
        db,
        "INSERT INTO copy (copy_key, comment_id, last_at) VALUES (?, ?, ?) "
        "ON CONFLICT (copy_key) DO UPDATE SET comment_id = excluded.comment_id, last_at = "
        "CASE WHEN comment_id = excluded.comment_id THEN max(last_at, excluded.last_at) "
        "ELSE excluded.last_at END",
        (find.key, number, find.at),
    )
    if not near:
        return
    packed = _PACKED.pack(*near)
    _forget(db, "comment_id = ?", number)
    changed(
        db,
        "INSERT INTO near_text (comment_id, at, words, bands) "
        "SELECT comment_id, last_at, ?, ? FROM copy WHERE copy_key = ?",
        (find.words, packed, find.key),
    )
    db.conn.executemany(
        "INSERT OR IGNORE INTO near_band (band, comment_id) VALUES (?, ?)",
        [(band, number) for band in near],
    )


def _forget(db: Database, where: str, value: int) -> None:
    gone = db.conn.execute(
        f"SELECT comment_id, bands FROM near_text WHERE {where}", (value,)
    ).fetchall()
    if not gone:
        return
    db.conn.executemany(
        "DELETE FROM near_band WHERE band = ? AND comment_id = ?",
        # In the order of the table, so that each of its pages is touched once.
        sorted((band, number) for number, packed in gone for band in _PACKED.unpack(packed)),
    )
    db.conn.executemany("DELETE FROM near_text WHERE comment_id = ?", [(n,) for n, _ in gone])
