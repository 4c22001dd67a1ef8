"""How much of a stretch of time was seen, and which sources are blind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.records import SourceId

Stretches = Mapping[SourceId, Sequence[tuple[datetime, datetime]]]

_BLIND_AFTER = timedelta(minutes=10)
_BLIND_POLLS = 3


def seen(
    stretches: Stretches,
    weights: Mapping[SourceId, float],
    from_at: datetime,
    to_at: datetime,
) -> float:
    """Share of [from_at, to_at) that was observed, 0..1, each source weighing its usual share."""
    whole = (to_at - from_at).total_seconds()
    total = sum(weights.values())
    if whole <= 0 or total <= 0:
        return 0.0
    return (
        sum(
            weight * _overlap(stretches.get(source_id, ()), from_at, to_at) / whole
            for source_id, weight in weights.items()
        )
        / total
    )


def _overlap(
    stretches: Iterable[tuple[datetime, datetime]], from_at: datetime, to_at: datetime
) -> float:
    return sum(
        max(0.0, (min(end, to_at) - max(begin, from_at)).total_seconds())
        for begin, end in stretches
    )


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
