"""Which model the stored counts come from, and the way from one to the next.

A model that is to serve first reads the stored history beside the serving one: its predictions lie
in rows of their own and count nowhere. When it has read everything, one transaction lets every
comment count as it says; so no moment sees half of each. Going back is the same way, and the old
predictions are still there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Prediction, StoredComment
from monitor.store import audit, comments
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    rows,
    to_epoch,
)
from monitor.store.predictions import INSERT, tally_as, values

READING, SERVES, REPLACED, STOPPED = "reading", "serves", "replaced", "stopped"


@dataclass(frozen=True, slots=True)
class Switch:
    """One change of what serves. ``done`` of ``total`` comments were read; ``changed`` count
    otherwise since the switch.
    """

    id: int
    version: str
    previous: str | None
    state: str
    wanted_by: str
    wanted_at: datetime
    upto: int
    done: int
    total: int
    changed: int
    switched_at: datetime | None
    trouble: str | None


def now_serving(db: Database) -> Switch | None:
    """The switch whose version serves; None in a store that no model has read."""
    return _one(db, "state = 'serves'")


def reading(db: Database) -> Switch | None:
    """The switch whose version reads the history just now, or None."""
    return _one(db, "state = 'reading'")


def newest(db: Database, limit: int = 10) -> list[Switch]:
    """The last switches, newest first."""
    return [_switch(r) for r in rows(db, "SELECT * FROM serving ORDER BY id DESC LIMIT ?", [limit])]


def begin(db: Database, version: str, now: datetime) -> None:
    """Note which version serves a store that no switch was noted for."""
    with db.atomic():
        changed(
            db,
            "INSERT INTO serving (version, state, wanted_by, wanted_at, switched_at) "
            "SELECT ?, 'serves', 'siaga', ?, NULL WHERE NOT EXISTS (SELECT 1 FROM serving)",
            (version, to_epoch(now)),
        )


def want(db: Database, version: str, person: str, since: datetime, now: datetime) -> Switch:
    """Let a version read the history since an instant, to serve then.

    Raises:
        Refused: it serves already, or another one is reading (``holder``: who wanted that).
    """
    with db.atomic():
        added = changed(
            db,
            "INSERT INTO serving (version, previous, state, wanted_by, wanted_at, upto, total) "
            "SELECT ?1, (SELECT version FROM serving WHERE state = 'serves'), 'reading', ?2, ?3, "
            "(SELECT coalesce(min(id), 1) - 1 FROM comment WHERE created_at >= ?4), "
            "(SELECT count(*) FROM comment WHERE created_at >= ?4) "
            "WHERE NOT EXISTS (SELECT 1 FROM serving WHERE state = 'reading' "
            "OR (state = 'serves' AND version = ?1))",
            (version, person, to_epoch(now), to_epoch(since)),
        )
        if added:
            audit.write(db, now, person, "model_wanted", f"model:{version}")
    under_way = reading(db)
    if not added or under_way is None:
        why = f"{under_way.version} is reading" if under_way else f"{version} serves already"
        raise Refused(f"model: {why}", holder=under_way.wanted_by if under_way else None)
    return under_way


def stop(db: Database, switch_id: int, person: str, trouble: str, now: datetime) -> bool:
    """End a reading before its switch; the serving version was never touched."""
    with db.atomic():
        stopped = changed(
            db,
            "UPDATE serving SET state = 'stopped', trouble = ? WHERE id = ? AND state = 'reading'",
            (trouble, switch_id),
        )
        if stopped:
            audit.write(db, now, person, "model_stopped", f"switch:{switch_id}", trouble)
    return bool(stopped)


def unread(db: Database, switch: Switch, since: datetime, limit: int) -> list[StoredComment]:
    """The next comments, in order of id, that the reading version has not read."""
    return [
        comments.stored(row)
        for row in rows(
            db,
            "SELECT c.* FROM comment c WHERE c.id > ? AND c.created_at >= ? AND c.own = 0 "
            "AND c.predicted_by IS NOT NULL AND c.erased_at IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM prediction p WHERE p.comment_id = c.id AND p.model = ?) "
            "ORDER BY c.id LIMIT ?",
            [switch.upto, to_epoch(since), switch.version, limit],
        )
    ]


def keep_read(
    db: Database, switch: Switch, read: Sequence[tuple[StoredComment, Prediction]]
) -> bool:
    """Keep what the reading version says, counting nowhere; False when it was stopped meanwhile.

    A comment edited since it was read here is left out: it is read again.
    """
    with db.atomic():
        last = max((int(stored.id) for stored, _ in read), default=switch.upto)
        moved = changed(
            db,
            "UPDATE serving SET upto = ?, done = done + ? WHERE id = ? AND state = 'reading'",
            (last, len(read), switch.id),
        )
        if not moved:
            return False
        for stored, prediction in read:
            same = one(
                db,
                "SELECT p.copy_of FROM comment c LEFT JOIN prediction p ON p.comment_id = c.id "
                "AND p.model = c.predicted_by WHERE c.id = ? AND c.content_hash = ?",
                [int(stored.id), stored.content_hash],
            )
            if same is not None:
                # which comment repeats which is a matter of letters, not of the model
                changed(db, INSERT, values(prediction, same["copy_of"]))
    return True


def switch_over(db: Database, switch: Switch, since: datetime, now: datetime) -> int | None:
    """Let everything count as the reading version says, in one transaction.

    How many comments count otherwise now; None when some are still unread (nothing was changed).
    Comments whose words were erased count as before.
    """
    since_at = to_epoch(since)
    with db.atomic():
        still = changed(
            db,
            "UPDATE serving SET state = 'reading' WHERE id = ? AND state = 'reading'",
            (switch.id,),
        )
        if not still or _left(db, switch, since_at):
            # what was edited on the way was passed already: look from the beginning
            changed(db, "UPDATE serving SET upto = 0 WHERE id = ?", (switch.id,))
            return None
        changed(db, "UPDATE serving SET state = 'replaced' WHERE state = 'serves'")
        _erased_as_before(db, switch, since_at)
        changed(
            db,
            "UPDATE comment SET predicted_by = ? WHERE created_at >= ? "
            "AND predicted_by IS NOT NULL AND predicted_by <> ?",
            (switch.version, since_at, switch.version),
        )
        count = _recount(db, since_at)
        changed(
            db,
            "UPDATE serving SET state = 'serves', switched_at = ?, changed = ? WHERE id = ?",
            (to_epoch(now), count, switch.id),
        )
        told = f"{count} comments count otherwise"
        audit.write(db, now, switch.wanted_by, "model_serves", f"model:{switch.version}", told)
    return count


def negatives_since(db: Database, topic: str, since: datetime) -> int:
    """How many negative comments that count were written on a topic since an instant."""
    row = one(
        db,
        "SELECT count(*) AS n FROM tally WHERE topic = ? AND at >= ? AND negative = 1 AND live = 1",
        [topic, to_epoch(since)],
    )
    return int(row["n"]) if row else 0


def _left(db: Database, switch: Switch, since_at: int) -> bool:
    return (
        one(
            db,
            "SELECT 1 AS left_over FROM comment c WHERE c.created_at >= ? AND c.own = 0 "
            "AND c.predicted_by IS NOT NULL AND c.erased_at IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM prediction p WHERE p.comment_id = c.id AND p.model = ?) LIMIT 1",
            [since_at, switch.version],
        )
        is not None
    )


_KEPT = (
    "sentiment, p_negatif, p_netral, p_positif, issue, issue_p, intent, urgent, language, place, "
    "spam, flags, masked, ask_human, copy_key, copy_of"
)


def _erased_as_before(db: Database, switch: Switch, since_at: int) -> None:
    changed(
        db,
        f"INSERT OR IGNORE INTO prediction (comment_id, model, {_KEPT}) "
        f"SELECT p.comment_id, ?, {_KEPT} FROM prediction p JOIN comment c ON c.id = p.comment_id "
        "AND c.predicted_by = p.model WHERE c.created_at >= ? AND c.erased_at IS NOT NULL",
        (switch.version, since_at),
    )


def _recount(db: Database, since_at: int) -> int:
    """Put right the counts that differ; those that stay the same are not touched."""
    db.conn.execute("DROP TABLE IF EXISTS temp.counted")
    db.conn.execute(f"CREATE TEMP TABLE counted AS {tally_as('c.predicted_by')}", (since_at,))
    db.conn.execute("CREATE UNIQUE INDEX temp.counted_id ON counted(comment_id)")
    gone = changed(
        db,
        "DELETE FROM tally WHERE comment_id IN (SELECT t.comment_id FROM tally t "
        "JOIN comment c ON c.id = t.comment_id LEFT JOIN temp.counted n "
        "ON n.comment_id = t.comment_id WHERE c.created_at >= ? AND c.predicted_by IS NOT NULL "
        "AND (n.comment_id IS NULL OR n.topic <> t.topic OR n.negative <> t.negative "
        "OR n.live <> t.live OR n.at <> t.at))",
        (since_at,),
    )
    new = changed(
        db,
        "INSERT INTO tally (comment_id, topic, source_id, at, negative, live) "
        "SELECT comment_id, topic, source_id, at, negative, live FROM temp.counted n "
        "WHERE NOT EXISTS (SELECT 1 FROM tally t WHERE t.comment_id = n.comment_id)",
    )
    db.conn.execute("DROP TABLE temp.counted")
    return max(gone, new)


def _one(db: Database, where: str) -> Switch | None:
    row = one(db, f"SELECT * FROM serving WHERE {where} ORDER BY id DESC LIMIT 1")
    return None if row is None else _switch(row)


def _switch(row: Row) -> Switch:
    return Switch(
        id=row["id"],
        version=row["version"],
        previous=row["previous"],
        state=row["state"],
        wanted_by=row["wanted_by"],
        wanted_at=from_epoch(row["wanted_at"]),
        upto=row["upto"],
        done=row["done"],
        total=row["total"],
        changed=row["changed"],
        switched_at=maybe_from_epoch(row["switched_at"]),
        trouble=row["trouble"],
    )
