"""What the editable files under data/ said and say: whole texts, who changed them, and why.

A change is a row before it is a file, so that a process that dies in between leaves a wish that
the next one fulfils. What a version of a model read with is asked here, never from the disk:
``MODEL~N`` means the words as change N left them, ``MODEL`` alone as they were first seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.editable import READS
from monitor.errors import Refused
from monitor.store import audit
from monitor.store.connection import Row, changed, from_epoch, one, placeholders, rows, to_epoch

WANTED, DONE, DROPPED = "wanted", "done", "dropped"
BY_HAND = "berkas"
_MARK = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one file; ``before`` None: as it was first seen. ``undoes``: which change."""

    id: int
    file: str
    before: str | None
    after: str
    person: str
    why: str
    at: datetime
    state: str
    undoes: int | None


def label(model: str, revision: int) -> str:
    """How a model, whatever words it read with, is called with those of a change."""
    model = model_of(model)
    return f"{model}{_MARK}{revision}" if revision else model


def model_of(version: str) -> str:
    """The model of a version: the name of its folder."""
    return version.partition(_MARK)[0]


def revision_of(version: str) -> int:
    """The change whose words a version reads with; 0: as they were first seen."""
    revision = version.partition(_MARK)[2]
    return int(revision) if revision.isdigit() else 0


def first_seen(db: Database, texts: Mapping[str, str], now: datetime) -> None:
    """Keep the texts of files that were never seen before."""
    with db.atomic():
        for file, text in texts.items():
            changed(
                db,
                "INSERT INTO knowledge_change (file, after, person, why, at, state) "
                "SELECT ?1, ?2, 'siaga', '', ?3, 'done' WHERE NOT EXISTS "
                "(SELECT 1 FROM knowledge_change WHERE file = ?1)",
                (file, text, to_epoch(now)),
            )


def want(
    db: Database,
    file: str,
    texts: tuple[str, str],
    person: str,
    why: str,
    now: datetime,
    undoes: int | None = None,
) -> Change:
    """Keep the wish that a file says the second of ``texts`` where it says the first.

    Raises:
        Refused: it says something else by now (``holder``: who changed it).
    """
    before, after = texts
    with db.atomic():
        added = changed(
            db,
            "INSERT INTO knowledge_change (file, before, after, person, why, at, state, undoes) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'wanted', ?7 WHERE ?2 = (SELECT after FROM "
            "knowledge_change WHERE file = ?1 AND state <> 'dropped' ORDER BY id DESC LIMIT 1) "
            "AND NOT EXISTS (SELECT 1 FROM knowledge_change WHERE state = 'wanted')",
            (file, before, after, person, why, to_epoch(now), undoes),
        )
        newest = every(db, 1, file)
        if added:
            told = why if undoes is None else f"undoes {undoes}: {why}"
            audit.write(db, now, person, "knowledge", f"knowledge:{newest[0].id}:{file}", told)
    if not added:
        holder = newest[0].person if newest else None
        raise Refused(f"knowledge: {file}: changed since you looked at it", holder=holder)
    return newest[0]


def finish(db: Database, change_id: int) -> bool:
    """Note that the file says it; False when that was noted before."""
    with db.atomic():
        return bool(_moved(db, change_id, DONE))


def drop(db: Database, change: Change, now: datetime) -> bool:
    """Give a wish up, because somebody wrote the file by hand in between."""
    with db.atomic():
        dropped = _moved(db, change.id, DROPPED)
        if dropped:
            subject = f"knowledge:{change.id}:{change.file}"
            audit.write(db, now, "siaga", "knowledge_dropped", subject)
    return bool(dropped)


def written_by_hand(db: Database, file: str, after: str, now: datetime) -> bool:
    """Note what an editor or an update wrote into a file; False when that is known."""
    with db.atomic():
        added = changed(
            db,
            "INSERT INTO knowledge_change (file, before, after, person, why, at, state) "
            "SELECT ?1, k.after, ?2, ?3, '', ?4, 'done' FROM knowledge_change k WHERE k.id = "
            "(SELECT max(id) FROM knowledge_change WHERE file = ?1 AND state = 'done') "
            "AND k.after <> ?2",
            (file, after, BY_HAND, to_epoch(now)),
        )
        if added:
            subject = f"knowledge:{every(db, 1, file)[0].id}:{file}"
            audit.write(db, now, BY_HAND, "knowledge", subject)
    return bool(added)


def waiting(db: Database) -> list[Change]:
    """Wishes whose file may not say them yet, oldest first."""
    return [
        _change(row) for row in rows(db, "SELECT * FROM knowledge_change WHERE state = ?", [WANTED])
    ]


def texts(db: Database, upto: int | None = None) -> dict[str, str]:
    """What each known file says now, or said after change ``upto`` (0: when first seen)."""
    found = {}
    for row in rows(db, "SELECT file FROM knowledge_change GROUP BY file ORDER BY min(id)"):
        if upto is None:
            upto = newest_done(db)
        said = one(
            db,
            "SELECT after AS text FROM knowledge_change WHERE file = ?1 AND state = 'done' "
            "AND id <= ?2 ORDER BY id DESC LIMIT 1",
            [row["file"], upto],
        ) or one(
            db,
            "SELECT coalesce(before, after) AS text FROM knowledge_change WHERE file = ?1 "
            "ORDER BY id LIMIT 1",
            [row["file"]],
        )
        assert said is not None  # the file stands in the table
        found[str(row["file"])] = str(said["text"])
    return found


def newest_done(db: Database) -> int:
    """The last change that took effect; 0 without any."""
    row = one(db, "SELECT max(id) AS id FROM knowledge_change WHERE state = 'done'")
    return int(row["id"] or 0) if row else 0


def revision(db: Database) -> int:
    """The last change of words that comments are read with; 0 when they are as first seen."""
    marks = placeholders(READS)
    row = one(
        db,
        "SELECT max(id) AS id FROM knowledge_change WHERE state = 'done' AND before IS NOT NULL "
        f"AND file IN ({marks})",
        READS,
    )
    return int(row["id"] or 0) if row else 0


def was_wanted(db: Database, of: int) -> bool:
    """Whether some model was to read with the words of this change, or of a later one."""
    found = rows(db, "SELECT DISTINCT version FROM serving WHERE instr(version, ?) > 0", [_MARK])
    return any(revision_of(row["version"]) >= of for row in found)


def get(db: Database, change_id: int) -> Change | None:
    """One change, or None."""
    row = one(db, "SELECT * FROM knowledge_change WHERE id = ?", [change_id])
    return None if row is None else _change(row)


def every(db: Database, limit: int, file: str | None = None) -> list[Change]:
    """The last changes, newest first, of one file or of all; what was first seen among them."""
    found = rows(
        db,
        "SELECT * FROM knowledge_change WHERE ?1 IS NULL OR file = ?1 ORDER BY id DESC LIMIT ?2",
        [file, limit],
    )
    return [_change(row) for row in found]


def _moved(db: Database, change_id: int, state: str) -> int:
    return changed(
        db,
        "UPDATE knowledge_change SET state = ? WHERE id = ? AND state = 'wanted'",
        (state, change_id),
    )


def _change(row: Row) -> Change:
    return Change(
        id=row["id"],
        file=row["file"],
        before=row["before"],
        after=row["after"],
        person=row["person"],
        why=row["why"],
        at=from_epoch(row["at"]),
        state=row["state"],
        undoes=row["undoes"],
    )
