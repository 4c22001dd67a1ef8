"""Stored comments on which other words are tried out before they hold. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.store.connection import rows, to_epoch
from monitor.store.copies import IN_COUNTED
from monitor.store.predictions import NEWEST_LABEL


@dataclass(frozen=True, slots=True)
class Sample:
    """A comment with the issue that it counts for now.

    ``said_issue``, ``said_tone``: whether a person said so, which outranks whatever is read;
    ``spam``: it is an advertisement by now; ``aside``: it never counts, as a copy, or hidden.
    """

    text: str
    masked: str
    issue: str
    said_issue: bool
    said_tone: bool
    spam: bool
    aside: bool


_SAID = "EXISTS (SELECT 1 FROM label l WHERE l.comment_id = c.id AND l.field = '{0}')"
_ISSUE = f"coalesce({NEWEST_LABEL.format('issue')}, p.issue)"


def newest(db: Database, since: datetime, limit: int) -> list[Sample]:
    """Understood comments of citizens since an instant, the newest first; erased ones are not."""
    found = rows(
        db,
        f"SELECT c.text, p.masked, {_ISSUE} AS issue, p.spam IS NOT NULL AS spam, "
        f"p.copy_of IS NOT NULL OR c.visibility NOT {IN_COUNTED} AS aside, "
        f"{_SAID.format('issue')} AS said_issue, {_SAID.format('sentiment')} AS said_tone "
        "FROM comment c JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE c.created_at >= ? AND c.own = 0 AND c.erased_at IS NULL "
        "ORDER BY c.created_at DESC, c.id DESC LIMIT ?",
        [to_epoch(since), limit],
    )
    return [
        Sample(
            row["text"],
            row["masked"],
            row["issue"],
            bool(row["said_issue"]),
            bool(row["said_tone"]),
            bool(row["spam"]),
            bool(row["aside"]),
        )
        for row in found
    ]
