"""Merging: a live incident that turned out to be part of a larger one under the same posts.

Its card ends and says into which one it went; while the parent lives, the child's issue is named
there and does not open again. What a person holds is never merged away.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import part_of
from monitor.messages import why as words
from monitor.records import EventKind, Incident, IncidentState, wave_first
from monitor.steps.tools import Tools
from monitor.store import crowds, incidents


def merge(db: Database, tools: Tools, now: datetime) -> int:
    """End the live incidents that are part of another; how many."""
    live = [one for one in incidents.live(db) if wave_first(one.topic) is None]
    posts = {one.id: crowds.posts(db, one.topic, one.onset_at) for one in live}
    merged: set[int] = set()
    # The weakest first, so that a chain of three ends in the strongest.
    for child in sorted(live, key=lambda one: (one.peak.rank, sum(posts[one.id].values()))):
        for parent in sorted(live, key=lambda one: -sum(posts[one.id].values())):
            if int(parent.id) in merged or not _may_merge(child, parent):
                continue
            own, other = posts[child.id], posts[parent.id]
            if part_of(own, other) and sum(other.values()) > sum(own.values()):
                name = tools.issue(parent.topic).name
                done = incidents.change(
                    db,
                    child,
                    EventKind.MERGED,
                    IncidentState.RESOLVED,
                    now,
                    words.merged(name, int(parent.id)),
                )
                merged |= {int(child.id)} if done else set()
                break
    return len(merged)


def _may_merge(child: Incident, parent: Incident) -> bool:
    return (
        child.id != parent.id
        and child.state is IncidentState.OPEN
        and child.holder is None
        and child.peak.rank <= parent.peak.rank
    )
