"""What an incident has to do with others: part of a larger one, or going on with an earlier one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import LEVEL_MARKS, LEVEL_NAMES, STATE_NAMES, clip, clock, escape
from monitor.records import Incident


def part_of(number: int, issue_name: str) -> str:
    """``Bagian dari #12 Banjir & bencana``; plain words."""
    return f"Bagian dari #{number} {clip(issue_name, 50)}"


def goes_on_with(before: Incident, zone: ZoneInfo, opened_at: datetime) -> str:
    """``Lanjutan #12 (selesai 10.20 WIB)``; plain words."""
    state = STATE_NAMES[before.state].lower()
    ended = clock(before.closed_at, zone, opened_at) if before.closed_at else ""
    return f"Lanjutan #{before.id} ({' '.join(filter(None, (state, ended)))})"


def neglected(issue_name: str, incident: Incident, reason: str) -> str:
    """A new message for an incident that somebody took and let lie; ``reason`` is its event's."""
    holder = escape(clip(incident.holder, 40)) if incident.holder else "-"
    return (
        f"⏰ {LEVEL_MARKS[incident.level]} <b>{escape(clip(issue_name, 60))}</b> dibuka lagi. "
        f"{escape(clip(reason, 120))} Terakhir ditangani {holder}. #{incident.id}"
    )


def reopened(issue_name: str, incident: Incident, actor: str) -> str:
    """A new message for an incident that somebody opened again."""
    return (
        f"🔁 {LEVEL_MARKS[incident.level]} <b>{escape(clip(issue_name, 60))}</b> dibuka lagi oleh "
        f"{escape(clip(actor, 40))}. #{incident.id}"
    )


def unmuted(issue_name: str, incident: Incident, reason: str) -> str:
    """A new message for an incident that is no longer part of a larger one."""
    return (
        f"{LEVEL_MARKS[incident.level]} <b>{escape(clip(issue_name, 60))}</b> kini berdiri "
        f"sendiri: {LEVEL_NAMES[incident.level]}. {escape(clip(reason, 120))} #{incident.id}"
    )
