"""Who is away from duty, and who was called because nobody took an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from monitor.records.base import EventId, IncidentId

AbsenceId = NewType("AbsenceId", int)


class Rung(StrEnum):
    """Who is called, in this order."""

    PETUGAS = "petugas"
    CADANGAN = "cadangan"
    ADMIN = "admin"
    PIMPINAN = "pimpinan"


class Skip(StrEnum):
    """Why somebody was not called."""

    NOBODY = "nobody"
    UNKNOWN = "unknown"
    NO_TELEGRAM = "no_telegram"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is not on duty from one instant until another; ``stand_in`` does it."""

    id: AbsenceId
    person: str
    stand_in: str | None
    from_at: datetime
    until_at: datetime
    reason: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody to call; ``skipped`` says why it cannot be done, None: it can."""

    rung: Rung
    person: str
    telegram_id: int | None = None
    skipped: Skip | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One person of one step of the chain: called, or skipped; both in the same event."""

    event_id: EventId
    incident_id: IncidentId
    who: Callee
    at: datetime
