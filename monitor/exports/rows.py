"""One row of each file, in the order of ``messages.export.COLUMNS``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from monitor.exports.cells import Cells, minutes, number
from monitor.store.exporting import OutComment
from monitor.store.exporting_work import OutHour, OutIncident, OutReply
from monitor.text.outward import outward

# Copies of one text come in waves; titles repeat under every comment of a post.
_REMEMBERED = 20_000
_NOT_READ: Cells = (None,) * 15


class Hiding:
    """What of people may be seen in one export; its salt is kept nowhere."""

    def __init__(self, *, raw: bool, authors: bool) -> None:
        self.text: Callable[[str], str] = str if raw else lru_cache(maxsize=_REMEMBERED)(outward)
        self._authors = authors
        self._salt = secrets.token_bytes(32)

    def author(self, one: OutComment) -> str | None:
        """The pseudonym of a writer: the same within this export alone."""
        return self._pseudonym("a", one.author) if self._authors else None

    def post(self, one: OutComment) -> str | None:
        """The pseudonym of a post, which may be a citizen's own."""
        return self._pseudonym("p", one.post and f"{one.source} {one.post}")

    def _pseudonym(self, letter: str, name: str | None) -> str | None:
        if not name:
            return None
        told = blake2b(f"{letter} {name}".encode("utf-8", "replace"), digest_size=6, key=self._salt)
        return letter + told.hexdigest()


def comment(one: OutComment, hiding: Hiding) -> Cells:
    """A comment with what the machine and people say of it."""
    return (
        number("k", one.id), one.source, one.platform, one.kind, one.own, one.created_at,
        hiding.post(one), hiding.text(one.post_title or "") or None, hiding.author(one),
        one.visibility, hiding.text(one.text), *_answers(one), one.sentiment, one.issue,
    )  # fmt: skip


def _answers(one: OutComment) -> Cells:
    said = one.said
    if said is None:
        return _NOT_READ
    return (
        said.sentiment, *said.sentiment_p, said.issue, said.issue_p, said.intent, said.urgent,
        said.language, said.place, said.spam, said.flags, said.ask_human,
        number("k", said.copy_of), said.model,
    )  # fmt: skip


def label(
    one: OutComment, hiding: Hiding, issues: tuple[str, ...], spoken: tuple[str, ...]
) -> Cells:
    """What people labelled, as training reads it: without values that it would refuse."""
    language = one.said.language if one.said else None
    return (
        hiding.text(one.text),
        one.sentiment,
        one.issue if one.issue in issues else None,
        language if language in spoken else None,
        one.platform,
    )


def incident(one: OutIncident) -> Cells:
    """An incident in numbers."""
    read = one.reading
    return (
        number("i", one.id), one.topic, one.level, one.peak, one.state, one.onset_at,
        one.opened_at, one.acknowledged_at, minutes(one.opened_at, one.acknowledged_at),
        one.closed_at, read.observed, float(read.expected), read.hours, float(read.score),
        one.peak_score, one.escalated, number("i", one.parent), one.opd, one.drafts,
    )  # fmt: skip


def reply(one: OutReply, hiding: Hiding) -> Cells:
    """A suggested reply and what became of it."""
    return (
        number("d", one.id), number("k", one.comment), number("i", one.incident), one.source,
        one.platform, one.issue, one.origin, one.state, one.proposed_at, one.decided_at,
        minutes(one.proposed_at, one.decided_at), one.versions, one.edited, one.posted_at,
        one.outcome, hiding.text(one.text),
    )  # fmt: skip


def hour(one: OutHour) -> Cells:
    """What detection judges."""
    return (one.hour, one.topic, one.source, one.negatives, one.comments)
