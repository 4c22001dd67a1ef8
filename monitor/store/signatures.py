"""Signatures under a draft: who agreed to which words, and what ends an approval.

A signature holds for the very words that were signed: it names their hash, so other words have
none. Approving and the last signature are one transaction; :func:`drafts.begin_post` counts again.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.platforms.base import words_hash
from monitor.records import Draft, DraftId, DraftState, Level
from monitor.replies.signing import Rule, Signed
from monitor.store import audit, notices
from monitor.store.connection import changed, one, rows, to_epoch

# The level of the incident that a draft belongs to while it is live, else normal; needs ``draft``.
LEVEL_NOW = (
    "coalesce((SELECT i.level FROM incident i WHERE i.id = draft.incident_id "
    "AND i.closed_at IS NULL), 'normal')"
)
# A signature ends with the rights of who gave it: whoever hands over to another name on the same
# telephone signs once. The local page's name is no person of the register.
_STAYS = "NOT EXISTS (SELECT 1 FROM person p WHERE p.name = s.person AND p.active = 0)"
# How many signatures stand under words with this hash; needs ``draft``.
COUNT_NOW = (
    "(SELECT count(*) FROM signature s WHERE s.draft_id = draft.id AND s.text_hash = {hash} "
    f"AND {_STAYS})"
)


def sign(
    db: Database, draft: Draft, person: str, rule: Rule, state: DraftState, now: datetime
) -> Signed | None:
    """Sign a draft's words as they were seen; the last signature needed moves it to ``state``.

    None when somebody decided first or the words are others by now. Signing the same words twice
    counts once.
    """
    with db.atomic():
        # The first statement writes, so that nobody can come between what is read here.
        held = changed(
            db,
            "UPDATE draft SET state = state WHERE id = ? AND state = 'proposed' AND text = ?",
            (int(draft.id), draft.text),
        )
        if not held:
            return None
        text_hash = words_hash(draft.text)
        fresh = person not in signers(db, draft)
        put(db, draft.id, person, text_hash, now)
        names, level = signers(db, draft), level_of(db, draft.id)
        signed = Signed(names, rule.needed(level), fresh, len(names) >= rule.needed(level))
        if signed.done:
            _approve(db, draft, names, state, level, now)
        if signed.done or fresh:
            action = state.value if signed.done else "signed"
            detail = f"{', '.join(names)}: {text_hash}"
            audit.write(db, now, person, f"draft-{action}", f"draft:{draft.id}", detail)
            notices.touch_drafts(db, int(draft.id), now)
    return signed


def _approve(
    db: Database,
    draft: Draft,
    names: tuple[str, ...],
    state: DraftState,
    level: Level,
    now: datetime,
) -> None:
    changed(
        db,
        "UPDATE draft SET state = ?, decided_by = ?, decided_at = ?, why = NULL, "
        "signed_level = ? WHERE id = ?",
        (state.value, ", ".join(names), to_epoch(now), level.value, int(draft.id)),
    )


def put(db: Database, draft_id: DraftId, person: str, text_hash: str, now: datetime) -> None:
    """Write a signature in the place of this person's older one; inside ``db.atomic()``."""
    changed(
        db,
        "INSERT INTO signature (draft_id, person, text_hash, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (draft_id, person) DO UPDATE SET text_hash = excluded.text_hash, "
        "at = CASE WHEN text_hash = excluded.text_hash THEN at ELSE excluded.at END",
        (int(draft_id), person, text_hash, to_epoch(now)),
    )


def drop(db: Database, draft_id: DraftId) -> None:
    """Forget all signatures under a draft (the audit trail keeps them); inside ``db.atomic()``."""
    changed(db, "DELETE FROM signature WHERE draft_id = ?", (int(draft_id),))


def signers(db: Database, draft: Draft) -> tuple[str, ...]:
    """Who signed the words of this draft as it is given, in order; nobody who left since."""
    return tuple(
        str(row["person"])
        for row in rows(
            db,
            "SELECT s.person AS person FROM signature s WHERE s.draft_id = ? AND s.text_hash = ? "
            f"AND {_STAYS} ORDER BY s.at, s.person",
            [int(draft.id), words_hash(draft.text)],
        )
    )


def level_of(db: Database, draft_id: DraftId) -> Level:
    """The level of a draft's live incident; normal when it has none or that is over."""
    row = one(db, f"SELECT {LEVEL_NOW} AS level FROM draft WHERE id = ?", [int(draft_id)])
    return Level(row["level"]) if row else Level.NORMAL


def signed_level(db: Database, draft_id: DraftId) -> Level:
    """The level at which a draft was approved; normal when it was approved without one."""
    row = one(db, "SELECT signed_level AS level FROM draft WHERE id = ?", [int(draft_id)])
    return Level(row["level"]) if row and row["level"] else Level.NORMAL


def reopen(db: Database, draft: Draft, why: str, now: datetime, *, keep: bool) -> bool:
    """Take an approval back: people decide again. False when it is no longer just approved.

    ``keep``: the signatures under these words still count. A post under way is never touched.
    """
    with db.atomic():
        moved = changed(
            db,
            "UPDATE draft SET state = 'proposed', why = ?, decided_by = NULL, decided_at = NULL, "
            "signed_level = NULL, next_try_at = 0 "
            "WHERE id = ? AND state = 'approved' AND text = ?",
            (why, int(draft.id), draft.text),
        )
        if moved:
            if not keep:
                drop(db, draft.id)
            audit.write(db, now, "siaga", "draft-reopened", f"draft:{draft.id}", why)
            notices.touch_drafts(db, int(draft.id), now)
    return bool(moved)
