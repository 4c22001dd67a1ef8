"""A theme that may become an issue: found by the machine, decided by a trainer. Layer 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from monitor.records.base import CommentId

NewIssueId = NewType("NewIssueId", int)


class NewIssueState(StrEnum):
    """Where the decision stands; ``MAKING``: decided, the files do not say it yet."""

    OFFERED = "offered"
    MAKING = "making"
    MADE = "made"
    MERGED = "merged"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class NewIssue:
    """A theme among comments that fit no issue.

    ``terms``: (stems, written words), the most telling first; ``name``: some of the written.
    ``issue``: the key of what it became, or shall become with ``issue_name`` and ``opd``.
    """

    id: NewIssueId
    terms: tuple[tuple[str, str], ...]
    name: tuple[str, ...]
    comments: tuple[CommentId, ...]
    examples: tuple[CommentId, ...]
    accounts: int
    first_at: datetime
    state: NewIssueState
    found_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    issue: str | None = None
    issue_name: str | None = None
    opd: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The stems by which it is known again."""
        return frozenset(key for key, _ in self.terms)
