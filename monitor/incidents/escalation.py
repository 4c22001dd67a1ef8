"""The chain of calls: who is called after how many minutes without anybody taking an incident.

Layer 1: pure. A step is taken once and in order, whatever the instants at which this is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.records import Event, EventKind, Level
from monitor.records.duty import Rung

# From these on somebody is waited for; every other event is an aside.
_WAITS: Final = frozenset(
    {
        EventKind.OPENED,
        EventKind.RAISED,
        EventKind.WOKEN,
        EventKind.NEGLECTED,
        EventKind.UNMUTED,
        EventKind.REOPENED,
    }
)
_TAKEN: Final = frozenset({EventKind.ACKNOWLEDGED, EventKind.SILENCED, EventKind.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class CallStep:
    """Who is called, and how long after the incident began to wait."""

    rung: Rung
    after: timedelta


Chain = Mapping[Level, tuple[CallStep, ...]]


def chain_of(minutes: Mapping[Level, Mapping[Rung, int]]) -> Chain:
    """The steps of each level, in the order of the rungs."""
    return {
        level: tuple(CallStep(rung, timedelta(minutes=row[rung])) for rung in Rung if rung in row)
        for level, row in minutes.items()
    }


DEFAULT_CHAIN: Final = chain_of(
    {
        Level.WASPADA: {Rung.PETUGAS: 30, Rung.CADANGAN: 60},
        Level.SIAGA: {Rung.PETUGAS: 15, Rung.CADANGAN: 30, Rung.ADMIN: 60},
        Level.AWAS: {Rung.PETUGAS: 5, Rung.CADANGAN: 10, Rung.ADMIN: 15, Rung.PIMPINAN: 20},
    }
)


def due_step(
    steps: Sequence[CallStep], taken: int, waiting: timedelta, rested: timedelta | None
) -> int | None:
    """The index of the step to take now, or None.

    ``waiting``: how long the incident has waited; ``rested``: how long ago the last call was, None
    if there was none. Everybody who was called gets the time that lies before the next step, even
    when the machine stood still meanwhile.
    """
    if taken >= len(steps):
        return None
    step = steps[taken]
    pause = step.after - (steps[taken - 1].after if taken else timedelta())
    ready = waiting >= step.after and (rested is None or rested >= pause)
    return taken if ready else None


def waiting_since(events: Iterable[Event]) -> datetime | None:
    """Since when nobody has an incident that is open now; None where somebody has it.

    It is the last event that opened, raised, woke or released it.
    """
    since = None
    for event in events:
        if event.kind in _TAKEN:
            since = None
        elif event.kind in _WAITS:
            since = event.at
    return since
