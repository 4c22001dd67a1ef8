"""What was answered before: words to use again, and words not to repeat at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from monitor.records import DraftId
from monitor.store.connection import rows


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """An answer that people approved earlier, with the comment that it answered."""

    draft_id: DraftId
    comment_text: str
    issue: str
    text: str


def past_answers(db: Database, issue: str, limit: int) -> list[ApprovedAnswer]:
    """Newest answers posted (or left to copy) for comments of an issue."""
    return [
        ApprovedAnswer(DraftId(row["id"]), row["comment_text"], issue, row["text"])
        for row in rows(
            db,
            "SELECT d.id AS id, d.text AS text, c.text AS comment_text FROM draft d "
            "JOIN comment c ON c.id = d.comment_id "
            "JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
            "WHERE d.state IN ('posted', 'to_copy') AND p.issue = ? ORDER BY d.id DESC LIMIT ?",
            [issue, limit],
        )
    ]


def recent_texts(db: Database, post_id: str | None, limit: int) -> list[str]:
    """The last words suggested or posted under the same post (any post if None), newest first."""
    # From the post's comments to their drafts, not through every draft there ever was.
    of_post = "JOIN comment c ON c.id = d.comment_id WHERE c.post_id = ? AND "
    sql, args = ("WHERE ", [limit]) if post_id is None else (of_post, [post_id, limit])
    found = rows(
        db,
        f"SELECT d.text AS text FROM draft d {sql}d.state NOT IN ('rejected') "
        f"ORDER BY {'d.id' if post_id is None else '+d.id'} DESC LIMIT ?",
        args,
    )
    return [str(row["text"]) for row in found]
