"""Approved statements: one valid one a topic, each decision made once, who read and used them.

Every change is one guarded UPDATE; the caller puts the messages that follow into the same
``db.atomic()``, so that a killed process leaves either all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.records import (
    Chat,
    DraftId,
    Narrative,
    NarrativeId,
    NarrativePart,
    NarrativeState,
    NarrativeUse,
    NoticeKind,
)
from monitor.store import audit, notices
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_epoch,
    maybe_from_epoch,
    one,
    rows,
    to_epoch,
)

_LINE = "\n"
_PARTS = 10


def propose(
    db: Database,
    topic: str,
    title: str,
    facts: Sequence[str],
    person: str,
    now: datetime,
    *,
    link: str = "",
    until_at: datetime | None = None,
) -> NarrativeId:
    """Store a draft; its link and its end may follow. Inside ``db.atomic()``."""
    changed(
        db,
        "INSERT INTO narrative (topic, version, title, facts, link, state, made_by, made_at, "
        "until_at) VALUES (?, 0, ?, ?, ?, 'draft', ?, ?, ?)",
        (topic, title, _LINE.join(facts), link, person, to_epoch(now), maybe_epoch(until_at)),
    )
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    number = NarrativeId(row["id"])
    _audited(db, now, person, "proposed", number, topic)
    return number


def put_link(db: Database, number: NarrativeId, link: str, now: datetime) -> bool:
    """The link of a draft; False when it is decided. Inside ``db.atomic()``."""
    return _drafted(db, number, "link", link, now)


def put_until(db: Database, number: NarrativeId, until_at: datetime, now: datetime) -> bool:
    """Until when a draft shall hold; False when it is decided. Inside ``db.atomic()``."""
    return _drafted(db, number, "until_at", to_epoch(until_at), now)


def _drafted(db: Database, number: NarrativeId, column: str, value: object, now: datetime) -> bool:
    won = changed(
        db,
        f"UPDATE narrative SET {column} = ? WHERE id = ? AND state = 'draft'",
        (value, int(number)),
    )
    refresh(db, number, now)
    return bool(won)


def hold(db: Database, number: NarrativeId) -> bool:
    """Keep everybody else from changing a draft until the end of the transaction.

    False when it is decided. Inside ``db.atomic()``, before what is read to decide.
    """
    return bool(
        changed(
            db,
            "UPDATE narrative SET state = state WHERE id = ? AND state = 'draft'",
            (int(number),),
        )
    )


def approve(db: Database, number: NarrativeId, person: str, note: str, now: datetime) -> bool:
    """Make a draft the valid statement of its topic, in the place of the one before.

    False when it is decided, not whole, or past its end. ``note`` goes to the audit trail. Inside
    ``db.atomic()``.
    """
    held = changed(
        db,
        "UPDATE narrative SET approved_by = ?, approved_at = ? WHERE id = ? AND state = 'draft' "
        "AND link <> '' AND until_at > ?",
        (person, to_epoch(now), int(number), to_epoch(now)),
    )
    if not held:
        return False
    replaced = rows(
        db,
        "UPDATE narrative SET state = 'replaced' WHERE state = 'valid' "
        "AND topic = (SELECT n.topic FROM narrative n WHERE n.id = ?) RETURNING id",
        [int(number)],
    )
    changed(
        db,
        "UPDATE narrative SET state = 'valid', version = "
        "(SELECT max(n.version) + 1 FROM narrative n WHERE n.topic = narrative.topic) "
        "WHERE id = ?",
        (int(number),),
    )
    _audited(db, now, person, "approved", number, note)
    for row in replaced:
        _audited(db, now, person, "replaced", NarrativeId(row["id"]), f"by {number}")
    return True


def withdraw(db: Database, number: NarrativeId, person: str, now: datetime) -> bool:
    """Take a draft or the valid statement back; False when it ended before. In ``atomic()``."""
    won = changed(
        db,
        "UPDATE narrative SET state = 'withdrawn' WHERE id = ? AND state IN ('draft', 'valid')",
        (int(number),),
    )
    if won:
        _audited(db, now, person, "withdrawn", number)
    return bool(won)


def expire(db: Database, number: NarrativeId, now: datetime) -> bool:
    """End a statement whose time is over; False when that was done. Inside ``db.atomic()``."""
    won = changed(
        db,
        "UPDATE narrative SET state = 'expired' WHERE id = ? AND state = 'valid' AND until_at <= ?",
        (int(number), to_epoch(now)),
    )
    if won:
        _audited(db, now, "siaga", "expired", number)
    return bool(won)


def mark(
    db: Database,
    number: NarrativeId,
    person: str,
    use: NarrativeUse,
    now: datetime,
    draft_id: DraftId | None = None,
) -> bool:
    """Note that a person read or used a statement; False when known. Inside ``db.atomic()``.

    Every use of it in a reply (``draft_id``) goes to the audit trail.
    """
    fresh = changed(
        db,
        "INSERT INTO narrative_use (narrative_id, person, kind, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (int(number), person, use.value, to_epoch(now)),
    )
    if draft_id is not None:
        detail = f"draft:{draft_id}"
        audit.write(db, now, person, f"narrative-{use.value}", f"narrative:{number}", detail)
    if fresh:
        refresh(db, number, now)
    return bool(fresh)


def get(db: Database, number: NarrativeId) -> Narrative | None:
    """One statement, or None."""
    found = _many(db, "id = ?", [int(number)])
    return found[0] if found else None


def holding(db: Database) -> list[Narrative]:
    """The statements that are marked valid; the tick ends those whose time is over."""
    return _many(db, "state = 'valid' ORDER BY id", [])


def valid(db: Database, now: datetime) -> list[Narrative]:
    """The statements that hold now, in the order of their titles."""
    return _many(
        db, "state = 'valid' AND until_at > ? ORDER BY title COLLATE NOCASE, id", [to_epoch(now)]
    )


def lapsed(db: Database, now: datetime) -> list[Narrative]:
    """Valid statements whose time is over."""
    return _many(db, "state = 'valid' AND until_at <= ? ORDER BY id", [to_epoch(now)])


def drafts(db: Database) -> list[Narrative]:
    """Drafts that wait to be finished or approved, oldest first."""
    return _many(db, "state = 'draft' ORDER BY id", [])


def published(db: Database) -> list[Narrative]:
    """Every statement that was ever approved, the oldest approval first."""
    return _many(db, "version > 0 ORDER BY approved_at, id", [])


def every(db: Database) -> list[Narrative]:
    """All statements, oldest first."""
    return _many(db, "1 ORDER BY id", [])


def who(db: Database, number: NarrativeId, use: NarrativeUse) -> tuple[str, ...]:
    """Who read or used a statement, in order."""
    return tuple(
        str(row["person"])
        for row in rows(
            db,
            "SELECT person FROM narrative_use WHERE narrative_id = ? AND kind = ? "
            "ORDER BY at, person",
            [int(number), use.value],
        )
    )


def show(
    db: Database,
    number: NarrativeId,
    part: NarrativePart,
    places: Iterable[Chat],
    now: datetime,
) -> None:
    """Want a message of a statement in these places; inside ``db.atomic()``."""
    notices.wish(db, places, NoticeKind.NARRATIVE, subject(number, part), now)


def refresh(db: Database, number: NarrativeId, now: datetime) -> None:
    """Let the messages of a statement that already stand be edited; inside ``db.atomic()``."""
    notices.touch_narrative(
        db, [subject(number, one) for one in (NarrativePart.STATEMENT, NarrativePart.PREVIEW)], now
    )


def seats(db: Database, number: NarrativeId, part: NarrativePart) -> list[Chat]:
    """The places where a message of a statement stands."""
    return notices.shown_in(db, NoticeKind.NARRATIVE, subject(number, part))


def subject(number: NarrativeId, part: NarrativePart) -> int:
    """What a notice calls this message."""
    return int(number) * _PARTS + part


def of_subject(subject_id: int) -> tuple[NarrativeId, NarrativePart]:
    """The statement and the message that :func:`subject` named."""
    return NarrativeId(subject_id // _PARTS), NarrativePart(subject_id % _PARTS)


def _audited(
    db: Database, now: datetime, actor: str, action: str, number: NarrativeId, detail: str = ""
) -> None:
    audit.write(db, now, actor, f"narrative-{action}", f"narrative:{number}", detail)
    refresh(db, number, now)


def _many(db: Database, where: str, args: Iterable[object]) -> list[Narrative]:
    found = rows(db, f"SELECT * FROM narrative WHERE {where}", list(args))
    return [_narrative(row) for row in found]


def _narrative(row: Row) -> Narrative:
    return Narrative(
        id=NarrativeId(row["id"]),
        topic=row["topic"],
        version=row["version"],
        title=row["title"],
        facts=tuple(filter(None, row["facts"].split(_LINE))),
        link=row["link"],
        state=NarrativeState(row["state"]),
        made_by=row["made_by"],
        made_at=from_epoch(row["made_at"]),
        until_at=maybe_from_epoch(row["until_at"]),
        approved_by=row["approved_by"],
        approved_at=maybe_from_epoch(row["approved_at"]),
    )
