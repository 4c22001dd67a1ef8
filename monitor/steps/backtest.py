"""The back-test: which alerts the rules would have raised on what is stored, and what people said.

The stored comments are replayed bin by bin as the live service judges them, so new thresholds can
be tried before they take effect. It differs from what was live, and docs/method.md says so:
comments count from the instant they were written, backfilled ones too, with the labels and the mix
of sources of today; hours of confirmed incidents are learned; nothing rides along or merges, and
nobody ends an alert but calm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sqlite_utils import Database

from monitor.incidents import Episode, Moment, episodes
from monitor.records import Incident, Level
from monitor.spikes import DETECTORS, Rules, level_of
from monitor.spikes.replay import Block, Found, Plan
from monitor.spikes.replay import replay as replayed_bins
from monitor.spikes.state import Floats
from monitor.steps import coverage
from monitor.steps.learn import HOUR, first_known, hour_floor, slot, usual, watched
from monitor.steps.tools import Tools
from monitor.store import counts, incidents, sources
from monitor.store.schema import BIN_SECONDS

_BIN: Final = timedelta(seconds=BIN_SECONDS)
_WIDTH: Final = HOUR // _BIN
_NEAR: Final = timedelta(hours=3)
WARM_UP: Final = timedelta(days=60)  # three half-lives of the slowest sums
_DETECTOR: Final = DETECTORS["issue"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of the back-test, and the incident that ran about then, if there was one."""

    episode: Episode
    incident: Incident | None


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """Scored moments of every topic between two instants, whatever the thresholds."""

    since: datetime
    until: datetime
    moments: Mapping[str, Sequence[Moment]]


@dataclass(frozen=True, slots=True, eq=False)
class _Stored:
    """Stored counts as a feed: sparse (bins, topics); coverage by hour (hours, topics)."""

    negatives: csr_matrix
    comments: csr_matrix
    seen: Floats

    def between(self, first: int, last: int) -> Block:
        """See ``replay.Feed``."""
        hours = np.arange(first, last) // _WIDTH
        return Block(
            self.negatives[first:last].toarray(),
            self.comments[first:last].toarray(),
            self.seen[hours],
        )

    def turns(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """See ``replay.Feed``; everything has long arrived."""
        yield first, last


def replay_stored(db: Database, tools: Tools, since: datetime, until: datetime) -> Replayed:
    """Score every topic from ``since`` on; what is usual is learned from two months before."""
    until = hour_floor(until)
    first = first_known(db, watched(db, tools), until)
    begin = min(until, max(first, hour_floor(since) - WARM_UP))
    hours = round((until - begin) / HOUR)
    feed = _stored(db, tools, begin, until, hours)
    plan = Plan(
        tools.topics, hours, _WIDTH, lambda hour: slot(begin + hour * HOUR, tools), _DETECTOR
    )
    moments: dict[str, list[Moment]] = {topic: [] for topic in tools.topics}
    for found in replayed_bins(feed, plan):
        for topic, moment in _moments(found, tools.topics, begin):
            if moment.at > since:
                moments[topic].append(moment)
    return Replayed(max(since, begin), until, moments)


def _stored(db: Database, tools: Tools, begin: datetime, until: datetime, hours: int) -> _Stored:
    column = {topic: i for i, topic in enumerate(tools.topics)}
    first = int(begin.timestamp())
    rows = [
        ((second - first) // BIN_SECONDS, column[topic], negatives, comments)
        for second, topic, negatives, comments in counts.tallied(db, tools.topics, begin, until)
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    shape = (hours * _WIDTH, len(tools.topics))
    places = (table[:, 0], table[:, 1])
    baseline = usual(db, tools, until)
    edges = np.asarray(first + 3600.0 * np.arange(hours + 1), dtype=np.float64)
    seen = coverage.by_hour(sources.coverage(db, begin), baseline.sources, edges)
    return _Stored(
        csr_matrix((table[:, 2], places), shape=shape),
        csr_matrix((table[:, 3], places), shape=shape),
        np.asarray(seen @ baseline.mix),
    )


def _moments(found: Found, topics: Sequence[str], begin: datetime) -> Iterator[tuple[str, Moment]]:
    speaking = np.argmax(found.surprises, axis=0)
    places = np.arange(len(found.bin))
    observed, expected = found.counts[speaking, places], found.means[speaking, places]
    most = found.counts.max(axis=0, initial=0)
    for i in places.tolist():
        yield (
            topics[int(found.topic[i])],
            Moment(
                at=begin + (int(found.bin[i]) + 1) * _BIN,
                score=round(float(found.score[i]), 3),
                level=Level.NORMAL,
                observed=int(observed[i]),
                expected=float(expected[i]),
                hours=_DETECTOR.windows[int(speaking[i])],
                most=int(most[i]),
            ),
        )


def alerts(replayed: Replayed, rules: Mapping[str, Rules], calm_for: timedelta) -> list[Episode]:
    """What the rules make of the moments, by opening."""
    found: list[Episode] = []
    for topic, moments in replayed.moments.items():
        own = rules[topic]
        judged = (_judged(moment, own) for moment in moments)
        found += episodes(topic, judged, own.calm_below, calm_for, replayed.until)
    return sorted(found, key=lambda one: (one.opened_at, one.topic))


def _judged(moment: Moment, rules: Rules) -> Moment:
    level = level_of(moment.score, moment.observed, moment.expected, rules, moment.most)
    return replace(moment, level=level)


def with_people(db: Database, found: Sequence[Episode], since: datetime) -> list[Alert]:
    """Each episode with the incident of its topic that ran within three hours of it."""
    stored = incidents.since(db, since - timedelta(days=3))
    return [Alert(one, _beside(one, stored)) for one in found]


def _beside(episode: Episode, stored: Sequence[Incident]) -> Incident | None:
    end = (episode.closed_at or episode.worst.at) + _NEAR
    for incident in stored:
        over = incident.closed_at or episode.opened_at
        if (
            incident.topic == episode.topic
            and incident.onset_at <= end
            and over >= episode.opened_at - _NEAR
        ):
            return incident
    return None
