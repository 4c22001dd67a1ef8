"""Every wording that people gave a draft, with who wrote it and when; none is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import DraftId
from monitor.store.connection import changed, from_epoch, rows, to_epoch


@dataclass(frozen=True, slots=True)
class Version:
    """A wording that replaced the one before it; the suggestion itself is ``draft.suggested``."""

    person: str
    at: datetime
    text: str


def keep(db: Database, draft_id: DraftId, text: str, person: str, now: datetime) -> None:
    """Keep a wording; inside ``db.atomic()``."""
    changed(
        db,
        "INSERT INTO draft_version (draft_id, text, person, at) VALUES (?, ?, ?, ?)",
        (int(draft_id), text, person, to_epoch(now)),
    )


def of_draft(db: Database, draft_id: DraftId) -> list[Version]:
    """The wordings after the suggestion, oldest first."""
    return [
        Version(row["person"], from_epoch(row["at"]), row["text"])
        for row in rows(
            db, "SELECT * FROM draft_version WHERE draft_id = ? ORDER BY id", [int(draft_id)]
        )
    ]
