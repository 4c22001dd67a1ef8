"""Forgetting in time: what a platform lets nobody keep, and who wrote what.

Nothing that an office decided is forgotten here: incidents, drafts and the audit trail stay.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.steps.tools import Tools
from monitor.store import rechecks


def forget(db: Database, tools: Tools, now: datetime) -> int:
    """Erase what grew too old; how many comments. Dying in between means going on next time."""
    kept = tools.settings.retention
    done = rechecks.purge(db, now, raw_days=kept.raw_days, author_days=kept.author_days)
    for source_id, account in tools.accounts.items():
        if account.platform.keeps_days is not None:
            done += rechecks.erase_unread(db, source_id, now, account.platform.keeps_days)
    return done
