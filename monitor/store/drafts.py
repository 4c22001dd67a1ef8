"""Suggested replies, the decisions on them, and what was posted: at most once, never unapproved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.platforms.base import PostedReply, words_hash
from monitor.records import BatchId, CommentId, Draft, DraftId, DraftState, IncidentId, Level
from monitor.store import audit, draft_versions, notices, signatures
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    placeholders,
    rows,
    to_epoch,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft to be: which comment (as hashed now), the words and where they come from."""

    incident_id: IncidentId | None
    comment_id: CommentId
    text: str
    origin: str
    target_hash: str


_ON_ITS_WAY = (DraftState.APPROVED, DraftState.POSTING, DraftState.UNSURE)


def propose(db: Database, proposal: Proposal, now: datetime) -> DraftId | None:
    """Store a draft for people to decide; None when this comment already has a live one."""
    with db.atomic():
        fresh = changed(
            db,
            "INSERT INTO draft (incident_id, comment_id, text, suggested, origin, state, "
            "target_hash, proposed_at) VALUES (?, ?, ?, ?, ?, 'proposed', ?, ?) "
            "ON CONFLICT (comment_id) WHERE state NOT IN ('rejected', 'stale', 'failed') "
            "DO NOTHING",
            (
                proposal.incident_id,
                int(proposal.comment_id),
                proposal.text,
                proposal.text,
                proposal.origin,
                proposal.target_hash,
                to_epoch(now),
            ),
        )
        if not fresh:
            return None
        row = one(db, "SELECT last_insert_rowid() AS id")
        assert row is not None  # always one row
        return DraftId(row["id"])


def decide(
    db: Database,
    draft_id: DraftId,
    state: DraftState,
    person: str,
    now: datetime,
    why: str | None = None,
) -> bool:
    """Approve or reject a proposed draft alone; False when somebody decided first.

    Approving signs the words. Where more people must sign, ``signatures.sign`` is the way: posting
    counts the signatures again.
    """
    with db.atomic():
        won = changed(
            db,
            "UPDATE draft SET state = ?, decided_by = ?, decided_at = ?, why = ? "
            "WHERE id = ? AND state = 'proposed'",
            (state.value, person, to_epoch(now), why, int(draft_id)),
        )
        if won:
            if state is not DraftState.REJECTED:
                row = one(db, "SELECT text FROM draft WHERE id = ?", [int(draft_id)])
                assert row is not None  # changed just above
                signatures.put(db, draft_id, person, words_hash(row["text"]), now)
            _audited(db, now, person, state.value, draft_id)
    return bool(won)


def rewrite(
    db: Database,
    draft_id: DraftId,
    text: str,
    person: str,
    now: datetime,
    untouched: str | None = None,
) -> bool:
    """Replace a proposed draft's words, which nobody has signed yet; False when decided.

    The suggestion stays beside them, and every wording is kept with who wrote it. ``untouched``:
    only while it says this and nobody has signed it.
    """
    with db.atomic():
        won = changed(
            db,
            "UPDATE draft SET text = ?1, why = NULL WHERE id = ?2 AND state = 'proposed' "
            "AND (?3 IS NULL OR (text = ?3 "
            "AND NOT EXISTS (SELECT 1 FROM signature s WHERE s.draft_id = ?2)))",
            (text, int(draft_id), untouched),
        )
        if won:
            signatures.drop(db, draft_id)
            draft_versions.keep(db, draft_id, text, person, now)
            _audited(db, now, person, "edited", draft_id)
    return bool(won)


def approved(db: Database, now: datetime) -> list[Draft]:
    """Drafts that may be posted now, oldest decision first."""
    return _many(
        db,
        "d.state = 'approved' AND d.next_try_at <= ? ORDER BY d.decided_at, d.id",
        [to_epoch(now)],
    )


def begin_post(
    db: Database, draft: Draft, now: datetime, needed: int = 1, level: Level | None = None
) -> bool:
    """Claim an approved draft before the call; False when another worker has it.

    Also False unless these very words carry ``needed`` signatures and, if given, the incident is
    still at the ``level`` for which so many are enough.
    """
    with db.atomic():
        won = changed(
            db,
            "UPDATE draft SET state = 'posting', attempts = attempts + 1 "
            "WHERE id = :id AND state = 'approved' AND text = :text "
            f"AND {signatures.COUNT_NOW.format(hash=':hash')} >= :needed "
            f"AND (:level IS NULL OR {signatures.LEVEL_NOW} = :level)",
            {
                "id": int(draft.id),
                "text": draft.text,
                "hash": words_hash(draft.text),
                "needed": needed,
                "level": level and level.value,
            },
        )
        if won:
            changed(
                db,
                "INSERT OR REPLACE INTO post (draft_id, started_at) VALUES (?, ?)",
                (int(draft.id), to_epoch(now)),
            )
    return bool(won)


def finish_post(
    db: Database,
    draft_id: DraftId,
    reply: PostedReply,
    now: datetime,
    actor: str = "siaga",
    why: str | None = None,
) -> bool:
    """Record that the reply stands on the platform; False when that was settled before."""
    with db.atomic():
        moved = changed(
            db,
            "UPDATE draft SET state = 'posted', why = ? WHERE id = ? "
            "AND state IN ('posting', 'unsure', 'to_copy')",
            (why, int(draft_id)),
        )
        if moved:
            at = to_epoch(now)
            changed(
                db,
                "INSERT INTO post (draft_id, started_at, finished_at, external_id, permalink, "
                "outcome) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (draft_id) DO UPDATE SET "
                "finished_at = excluded.finished_at, external_id = excluded.external_id, "
                "permalink = excluded.permalink, outcome = excluded.outcome",
                (int(draft_id), at, at, reply.external_id, reply.permalink, reply.state.value),
            )
            _audited(db, now, actor, "posted", draft_id)
    return bool(moved)


def stop_post(
    db: Database,
    draft_id: DraftId,
    state: DraftState,
    why: str,
    now: datetime,
    actor: str = "siaga",
    of: Sequence[DraftState] = _ON_ITS_WAY,
) -> bool:
    """Take a draft out of the way to its post: unsure, failed, stale or left to be copied.

    ``of``: the states that it may be in. Who did not claim it must not stop who did.
    """
    marks = placeholders(of)
    with db.atomic():
        moved = changed(
            db,
            f"UPDATE draft SET state = ?, why = ? WHERE id = ? AND state IN ({marks})",
            (state.value, why, int(draft_id), *(one_of.value for one_of in of)),
        )
        if moved:
            _audited(db, now, actor, state.value, draft_id)
    return bool(moved)


def end(db: Database, draft: Draft, why: str, now: datetime) -> bool:
    """Drop a draft whose comment changed, decided or not; False when it is on its way or gone."""
    with db.atomic():
        moved = changed(
            db,
            "UPDATE draft SET state = 'stale', why = ? "
            "WHERE id = ? AND state IN ('proposed', 'approved')",
            (why, int(draft.id)),
        )
        if moved:
            _audited(db, now, "siaga", "stale", draft.id)
    return bool(moved)


def warn(db: Database, draft: Draft, why: str, now: datetime) -> bool:
    """Let the message of a reply that is left to be copied say this; False when it does."""
    with db.atomic():
        moved = changed(
            db,
            "UPDATE draft SET why = ? WHERE id = ? AND state = 'to_copy' AND why IS NOT ?",
            (why, int(draft.id), why),
        )
        if moved:
            notices.touch_drafts(db, int(draft.id), now)
    return bool(moved)


def postpone(
    db: Database,
    draft_id: DraftId,
    why: str,
    next_try_at: datetime,
    of: Sequence[DraftState] = (DraftState.APPROVED, DraftState.POSTING),
) -> None:
    """Surely not sent: back to approved, to be tried later; ``of`` as for :func:`stop_post`."""
    marks = placeholders(of)
    with db.atomic():
        changed(
            db,
            "UPDATE draft SET state = 'approved', why = ?, next_try_at = ? "
            f"WHERE id = ? AND state IN ({marks})",
            (why, to_epoch(next_try_at), int(draft_id), *(one_of.value for one_of in of)),
        )


def recover(db: Database, why: str, now: datetime) -> int:
    """After a start: a post that was under way when the process died waits for a person."""
    return _move_all(db, [DraftState.POSTING], DraftState.UNSURE, why, now)


def hold_back(db: Database, unsure: str, stale: str, now: datetime) -> tuple[int, int]:
    """In a restored store: how many replies people must look up, and how many suggestions end.

    What was approved may have been posted since the copy was made, and what was suggested may have
    been decided: neither goes out from here. ``unsure`` and ``stale`` tell people why.
    """
    sent = [DraftState.APPROVED, DraftState.POSTING]
    with db.atomic():
        doubted = _move_all(db, sent, DraftState.UNSURE, unsure, now)
        return doubted, _move_all(db, [DraftState.PROPOSED], DraftState.STALE, stale, now)


def _move_all(
    db: Database, of: Sequence[DraftState], to: DraftState, why: str, now: datetime
) -> int:
    with db.atomic():
        moved = rows(
            db,
            f"UPDATE draft SET state = ?, why = ? WHERE state IN ({placeholders(of)}) RETURNING id",
            [to.value, why, *(state.value for state in of)],
        )
        for row in moved:
            _audited(db, now, "siaga", to.value, DraftId(row["id"]))
    return len(moved)


def get(db: Database, draft_id: DraftId) -> Draft | None:
    """One draft, or None."""
    found = _many(db, "d.id = ?", [int(draft_id)])
    return found[0] if found else None


def of_comment(db: Database, comment_id: CommentId) -> Draft | None:
    """The newest draft for a comment, or None."""
    found = _many(db, "d.comment_id = ? ORDER BY d.id DESC LIMIT 1", [int(comment_id)])
    return found[0] if found else None


def of_incident(db: Database, incident_id: IncidentId) -> list[Draft]:
    """Drafts of an incident, oldest first."""
    return _many(db, "d.incident_id = ? ORDER BY d.id", [int(incident_id)])


def of_batch(db: Database, batch_id: BatchId) -> list[Draft]:
    """Drafts of a batch, oldest first: the order in which the batch numbers them."""
    return _many(db, "d.batch_id = ? ORDER BY d.id", [int(batch_id)])


def in_state(db: Database, states: Sequence[DraftState]) -> list[Draft]:
    """Drafts in any of the states, oldest first."""
    marks = placeholders(states)
    return _many(db, f"d.state IN ({marks}) ORDER BY d.id", [s.value for s in states])


def to_look_at(db: Database) -> list[DraftId]:
    """Drafts that are new, or whose comment was edited, hidden or answered since the last look."""
    found = rows(
        db,
        "SELECT l.draft_id AS id FROM draft_look l JOIN draft d ON d.id = l.draft_id "
        "WHERE d.state <> 'posting' ORDER BY l.draft_id",
    )
    return [DraftId(row["id"]) for row in found]


def look_at(db: Database, draft_id: DraftId) -> Draft | None:
    """Take a draft of :func:`to_look_at`; None when it was looked at. Inside ``db.atomic()``.

    As a write it keeps others from changing the draft or its comment meanwhile.
    """
    if not changed(db, "DELETE FROM draft_look WHERE draft_id = ?", (int(draft_id),)):
        return None
    return get(db, draft_id)


def newest(db: Database, states: Sequence[DraftState], limit: int) -> list[Draft]:
    """The drafts in any of the states that were decided (or, undecided, proposed) last."""
    marks = placeholders(states)
    return _many(
        db,
        f"d.state IN ({marks}) ORDER BY coalesce(d.decided_at, d.proposed_at) DESC, d.id DESC "
        "LIMIT ?",
        [*(s.value for s in states), limit],
    )


def _audited(db: Database, now: datetime, actor: str, action: str, draft_id: DraftId) -> None:
    audit.write(db, now, actor, f"draft-{action}", f"draft:{draft_id}")
    notices.touch_drafts(db, int(draft_id), now)


def _many(db: Database, where: str, args: Sequence[object]) -> list[Draft]:
    return [
        _draft(row)
        for row in rows(
            db,
            "SELECT d.*, p.permalink AS permalink FROM draft d "
            f"LEFT JOIN post p ON p.draft_id = d.id WHERE {where}",
            args,
        )
    ]


def _draft(row: Row) -> Draft:
    return Draft(
        id=DraftId(row["id"]),
        incident_id=None if row["incident_id"] is None else IncidentId(row["incident_id"]),
        comment_id=CommentId(row["comment_id"]),
        text=row["text"],
        suggested=row["suggested"],
        origin=row["origin"],
        state=DraftState(row["state"]),
        target_hash=row["target_hash"],
        proposed_at=from_epoch(row["proposed_at"]),
        decided_by=row["decided_by"],
        decided_at=maybe_from_epoch(row["decided_at"]),
        why=row["why"],
        permalink=row["permalink"],
    )
