"""Merging: a live incident that turned out to be part of a larger one under the same posts.

Its card ends and says into which one it went; while the parent lives, the child's issue is named
there and does not open again. What a person holds or silenced is never merged away: it only makes
no noise of its own as long as the larger one lives and is larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import outgrown, part_of
from monitor.messages import why as words
from monitor.records import EventKind, Incident, IncidentId, IncidentState, wave_first
from monitor.steps.tools import Tools
from monitor.store import crowds, incidents

Posts = Mapping[IncidentId, Mapping[str, int]]


def merge(db: Database, tools: Tools, now: datetime) -> int:
    """End or mute the live incidents that are part of another; how many changed."""
    live = [one for one in incidents.live(db) if wave_first(one.topic) is None]
    # What has no company has nothing to be part of, and no parent that lives.
    if len(live) < 2 and not any(one.parent_id for one in live):
        return 0
    posts = {one.id: crowds.posts(db, one.topic, one.onset_at) for one in live}
    merged = _merge(db, tools, live, posts, now)
    family = _Family([one for one in live if one.id not in merged], posts)
    return len(merged) + sum(_settle(db, tools, family, one, now) for one in family.live)


def _merge(
    db: Database, tools: Tools, live: Sequence[Incident], posts: Posts, now: datetime
) -> set[IncidentId]:
    merged: set[IncidentId] = set()
    # The weakest first, so that a chain of three ends in the strongest.
    for child in sorted(live, key=lambda one: (one.peak.rank, sum(posts[one.id].values()))):
        if _held(child):
            continue
        parent = _parent(child, [one for one in live if one.id not in merged], posts)
        if parent is None:
            continue
        name = tools.issue(parent.topic).name
        reason = words.merged(name, int(parent.id))
        state = IncidentState.RESOLVED
        if incidents.change(db, child, EventKind.MERGED, state, now, reason):
            merged.add(child.id)
    return merged


def _parent(child: Incident, others: Sequence[Incident], posts: Posts) -> Incident | None:
    """The largest incident that a child is part of; one that is muted itself is nobody's."""
    own = posts[child.id]
    for parent in sorted(others, key=lambda one: -sum(posts[one.id].values())):
        other = posts[parent.id]
        if (
            parent.id != child.id
            and parent.parent_id is None
            and child.peak.rank <= parent.peak.rank
            and part_of(own, other)
            and sum(other.values()) > sum(own.values())
        ):
            return parent
    return None


def _held(incident: Incident) -> bool:
    return incident.state is not IncidentState.OPEN or incident.holder is not None


@dataclass(frozen=True, slots=True)
class _Family:
    """What lives, and under which posts."""

    live: Sequence[Incident]
    posts: Posts

    def outgrown(self, child: Incident, parent: Incident) -> bool:
        return outgrown(self.posts[child.id], child.peak, self.posts[parent.id], parent.peak)


def _settle(db: Database, tools: Tools, family: _Family, child: Incident, now: datetime) -> bool:
    """Mute what became part of a larger one, and let go what no longer is."""
    if not _held(child):
        return False
    current = next((one for one in family.live if one.id == child.parent_id), None)
    if current is not None and not family.outgrown(child, current):
        return False
    parent = _parent(child, family.live, family.posts)
    if parent is not None:
        reason = words.muted(tools.issue(parent.topic).name, int(parent.id))
        return incidents.mute(db, child, parent.id, now, reason)
    if child.parent_id is None:
        return False
    reason = words.unmuted(int(child.parent_id), ended=current is None)
    return incidents.mute(db, child, None, now, reason)
