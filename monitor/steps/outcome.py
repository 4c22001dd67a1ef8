"""What followed a reply: looked at after 1, 6, 24 and 48 hours, and shown where the reply stands.

Writes only that a look was shown; the numbers are counted anew from the comments each time.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.messages.outcome import draft_line, incident_line
from monitor.records import DraftId, IncidentId
from monitor.records.outcomes import Outcome
from monitor.replies.outcome import LOOKS, stage, tone_change
from monitor.store import outcomes as store


def watch_outcomes(db: Database, now: datetime) -> int:
    """Let messages and cards show the looks that have come; how many replies were looked at.

    Dying in between leaves the look to the next tick.
    """
    looked = 0
    for reply in store.unsettled(db, now):
        reached = stage(reply.posted_at, now)
        looked += reached > reply.looked and store.mark_look(db, reply, reached, now)
    return looked


def outcomes(db: Database, since: datetime, now: datetime) -> list[Outcome]:
    """What followed each reply that was posted since an instant, oldest first."""
    return [store.outcome(db, reply, now) for reply in store.since(db, since)]


def outcome_of(db: Database, draft_id: DraftId, now: datetime) -> str:
    """The line of a draft's message; empty before the first look."""
    reply = store.standing(db, draft_id)
    if reply is None or now - reply.posted_at < LOOKS[0]:
        return ""
    return draft_line(store.outcome(db, reply, now))


def outcome_of_incident(db: Database, incident_id: IncidentId, now: datetime) -> str:
    """The line of a card; empty before the first look at its first reply."""
    replies = store.of_incident(db, incident_id)
    if not replies or now - replies[0].posted_at < LOOKS[0]:
        return ""
    before, after = store.tones(db, replies, now)
    return incident_line(len(replies), before, after, tone_change(before, after))
