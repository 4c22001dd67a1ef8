"""Which signatures a draft needs now: by its incident's level, and by what the guard found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from monitor.records import Draft
from monitor.replies.guard_rules import Finding
from monitor.replies.signing import Rule
from monitor.steps import guarding
from monitor.steps.tools import Tools
from monitor.store import signatures

_SECOND = 2


def rule(tools: Tools, found: Sequence[Finding]) -> Rule:
    """How many people must sign words of which the guard says this, by the incident's level."""
    by_level = tools.settings.replies.signatures.by_level
    return Rule(by_level, _SECOND if guarding.needs_second(found) else 1)


def needed_now(db: Database, tools: Tools, draft: Draft, found: Sequence[Finding]) -> int:
    """How many people must sign this draft now; ``found`` is what the guard says of it."""
    return rule(tools, found).needed(signatures.level_of(db, draft.id))
