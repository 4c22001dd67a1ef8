"""How much of a stretch of time was seen, and which sources are blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from monitor.records import SourceId
from monitor.spikes.state import Floats

Stretches = Mapping[SourceId, Sequence[tuple[datetime, datetime]]]

_BLIND_AFTER = timedelta(minutes=10)
_BLIND_POLLS = 3


def by_hour(stretches: Stretches, names: Sequence[str], edges: Floats) -> Floats:
    """Seen share of each hour between ``edges`` (seconds) for each source: (hours, sources)."""
    found = [_covered(stretches.get(SourceId(name), ()), edges) for name in names]
    return np.stack(found, axis=1) if found else np.zeros((len(edges) - 1, 0))


def _covered(stretches: Sequence[tuple[datetime, datetime]], edges: Floats) -> Floats:
    """Seen share of each hour by one source."""
    until = np.zeros(len(edges))  # seconds seen up to each edge
    for begin, end in stretches:
        until += np.clip(edges - begin.timestamp(), 0.0, (end - begin).total_seconds())
    return np.asarray(np.clip(np.diff(until) / np.diff(edges), 0.0, 1.0))


def seen(stretches: Stretches, names: Sequence[str], from_at: datetime, to_at: datetime) -> Floats:
    """Share of [from_at, to_at) that each source saw, (sources,) in 0..1."""
    edges = np.array([from_at.timestamp(), to_at.timestamp()])
    if edges[1] <= edges[0]:
        return np.zeros(len(names))
    return np.asarray(by_hour(stretches, names, edges)[0])


def reach_to_now(stretches: Stretches, every: Mapping[SourceId, float], now: datetime) -> Stretches:
    """Stretches of sources that are not blind, drawn out to now.

    Between two polls nothing is known of the last minutes yet; that is the normal rhythm of a
    healthy source, not an outage.
    """
    return {
        source_id: tuple(
            (begin, now)
            if end == _last_end(of_source) and now - end <= _tolerance(pace)
            else (begin, end)
            for begin, end in of_source
        )
        for source_id, of_source in stretches.items()
        for pace in (every.get(source_id, 0.0),)
    }


def blind(
    stretches: Stretches, every: Mapping[SourceId, float], now: datetime
) -> list[tuple[SourceId, datetime | None]]:
    """Sources without news for three polls (and ten minutes), with the last instant known."""
    found: list[tuple[SourceId, datetime | None]] = []
    for source_id, pace in sorted(every.items()):
        end = _last_end(stretches.get(source_id, ()))
        if end is None or now - end > _tolerance(pace):
            found.append((source_id, end))
    return found


def _last_end(stretches: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    return max((end for _, end in stretches), default=None)


def _tolerance(pace: float) -> timedelta:
    return max(_BLIND_AFTER, timedelta(seconds=_BLIND_POLLS * pace))
