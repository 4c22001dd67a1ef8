"""Handing an incident over and opening one again: menus, answers and the note to who takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    LEVEL_MARKS,
    LEVEL_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
    number,
)
from monitor.messages.why import counted
from monitor.records import Incident, Person, wave_first

NOBODY = "Belum ada rekan lain yang terdaftar. Admin dapat menambahkannya."
NOT_ANY_MORE = "Rekan ini tidak lagi bertugas. Silakan pilih yang lain."
REOPENED = "Isu dibuka lagi."
REOPEN_REASON = "dibuka lagi"
_MOST = 40


def handing_menu(incident: Incident, issue_name: str, offered: Sequence[Person]) -> Message:
    """Who may take an incident over; two names a row."""
    names = [Button(clip(one.name, 30), f"ho:{incident.id}:{one.id}") for one in offered[:_MOST]]
    rows = tuple(tuple(names[i : i + 2]) for i in range(0, len(names), 2))
    now = f" Sekarang: {escape(clip(incident.holder, 40))}." if incident.holder else ""
    return Message(f"<b>Serahkan {escape(issue_name)}</b> #{incident.id}\nKepada siapa?{now}", rows)


def handed(giver: str, taker: str) -> str:
    """The reason of a hand-over: ``dari Ani ke Budi``."""
    return f"dari {clip(giver, 60)} ke {clip(taker, 60)}"


def given(taker: str) -> str:
    """The answer to a hand-over."""
    return f"Diserahkan ke {clip(taker, 60)}."


def note_to_taker(
    incident: Incident, issue_name: str, giver: str, zone: ZoneInfo, now: datetime
) -> str:
    """The private message to who holds it from now on: the essentials."""
    since = clock(incident.onset_at, zone, now)
    return (
        f"🤝 {escape(clip(giver, 40))} menyerahkan kepada Anda:\n"
        f"{LEVEL_MARKS[incident.level]} <b>{LEVEL_NAMES[incident.level]} · "
        f"{escape(clip(issue_name, 50))}</b> #{incident.id}\n"
        f"{_measured(incident)}\n"
        f"Sejak {since}. Kartunya ada di grup, kini atas nama Anda."
    )


def note_to_giver(incident: Incident, issue_name: str, taker: str) -> str:
    """The private message to who held it until now, when somebody else handed it over."""
    return (
        f"{escape(clip(issue_name, 50))} #{incident.id} kini ditangani "
        f"{escape(clip(taker, 40))}. Terima kasih."
    )


def another_lives(incident_id: int) -> str:
    """Why an old incident stays over: its issue has a live card."""
    return f"Isu ini sudah punya kartu yang masih berjalan: #{incident_id}."


def too_old(days: int) -> str:
    """Why an old incident stays over: too long ago."""
    return f"Sudah lebih dari {days} hari. Isu yang naik lagi mendapat kartu baru."


def still_runs(holder: str | None) -> str:
    """Why there is nothing to open again."""
    return f"Isu ini masih berjalan, ditangani {clip(holder, 60)}." if holder else _RUNS


_RUNS = "Isu ini masih berjalan."


def _measured(incident: Incident) -> str:
    reading = incident.reading
    if wave_first(incident.topic) is not None:
        return f"{number(reading.observed)} salinan dari {number(round(reading.score))} akun"
    return counted(reading)
