"""How things stand now: what goes on and who holds it, what waits, what is silent, who is on duty.

The parts are shared by /status and by the digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.messages.base import LEVEL_MARKS, LEVEL_NAMES, Message, clip, clock, escape
from monitor.records import Incident, IncidentState, Level, wave_first

_MOST = 6
_MINUTE = timedelta(minutes=1)
Silent = Sequence[tuple[str, datetime | None]]


@dataclass(frozen=True, slots=True)
class Running:
    """A live incident with its name, and after how many minutes somebody first took it."""

    incident: Incident
    name: str
    taken_after: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand; ``watching`` is how many sources are polled.

    ``questions``: how many wait for an agency, and how many of them are late. ``duty``: who is on
    duty and the stand-in; None: the office has no rota.
    """

    running: Sequence[Running]
    drafts: int
    questions: tuple[int, int]
    silent: Silent
    watching: int
    duty: tuple[str | None, str | None] | None
    zone: ZoneInfo
    now: datetime


def status(view: Standing) -> Message:
    """The answer to /status, the most pressing first."""
    lines = [
        f"<b>Keadaan {clock(view.now, view.zone)}</b>",
        *running_lines(view),
        waiting_line(view),
        *silent_lines(view),
        duty_line(view),
    ]
    return Message("\n".join(line for line in lines if line))


def running_lines(view: Standing, most: int = _MOST) -> list[str]:
    """One line an incident, the first few; where sources are silent, quiet is not called calm."""
    if not view.running:
        sure = view.watching and not view.silent
        return ["Tidak ada isu di atas biasanya." if sure else "Tidak ada isu yang terlihat naik."]
    lines = [_running(one, view) for one in view.running[:most]]
    more = len(view.running) - most
    return [*lines, f"dan {more} isu lainnya"] if more > 0 else lines


def _running(one: Running, view: Standing) -> str:
    incident = one.incident
    name = LEVEL_NAMES[incident.level] if incident.level is not Level.NORMAL else "Mereda"
    return (
        f"{LEVEL_MARKS[incident.level]} <b>{name} · {escape(clip(one.name, 40))}</b> "
        f"#{incident.id}\n{_measure(incident)} · {_held(one, view)}"
    )


def _measure(incident: Incident) -> str:
    reading = incident.reading
    if wave_first(incident.topic) is not None:
        return f"{reading.observed} salinan dari {round(reading.score)} akun"
    return f"{reading.observed} negatif dalam {reading.hours} jam"


def _held(one: Running, view: Standing) -> str:
    incident = one.incident
    if incident.state is IncidentState.OPEN or not incident.holder:
        return f"belum ada yang menangani, {_lasted(view.now - incident.opened_at)}"
    holder = escape(clip(incident.holder, 30))
    after = f" setelah {one.taken_after} menit" if one.taken_after is not None else ""
    if incident.state is IncidentState.SILENCED and incident.silenced_until is not None:
        return f"disenyapkan {holder} s.d. {clock(incident.silenced_until, view.zone, view.now)}"
    return f"ditangani {holder}{after}"


def _lasted(length: timedelta) -> str:
    minutes = int(length / _MINUTE)
    if minutes < 1:
        return "baru muncul"
    return f"sudah {minutes} menit" if minutes < 120 else f"sudah {minutes // 60} jam"


def waiting_line(view: Standing) -> str:
    """Drafts and questions that wait, or nothing."""
    asked, late = view.questions
    parts = [f"{view.drafts} saran balasan menunggu"] if view.drafts else []
    if asked:
        overdue = f" ({late} lewat batas)" if late else ""
        parts.append(f"{asked} pertanyaan menunggu OPD{overdue}")
    return f"📝 {' · '.join(parts)}" if parts else ""


def silent_lines(view: Standing) -> list[str]:
    """The sources that nothing is known of; what is not seen is not calm."""
    if not view.watching:
        return ["⚠️ Belum ada sumber yang dipantau."]
    if not view.silent:
        return []
    names = silent_names(view.silent[:_MOST], view.zone, view.now)
    more = len(view.silent) - _MOST
    rest = f" dan {more} lainnya" if more > 0 else ""
    if len(view.silent) >= view.watching:
        lead = "Semua sumber tidak terpantau, jadi sepi belum tentu tenang"
    else:
        lead = "Tidak terpantau"
    return [f"⚠️ <b>{lead}:</b> {names}{rest}"]


def silent_names(silent: Silent, zone: ZoneInfo, now: datetime) -> str:
    """``media sejak 09.10 WIB, warta (belum pernah terbaca)``."""
    return ", ".join(
        f"{escape(clip(name, 30))} sejak {clock(since, zone, now)}"
        if since
        else f"{escape(clip(name, 30))} (belum pernah terbaca)"
        for name, since in silent
    )


def duty_line(view: Standing) -> str:
    """Who is on duty, or nothing where the office has no rota."""
    if view.duty is None:
        return ""
    petugas, cadangan = view.duty
    if petugas is None:
        return "👤 Petugas jaga: <b>belum ada</b>, semua yang dijadwalkan berhalangan"
    second = f" · cadangan {escape(clip(cadangan, 30))}" if cadangan else ""
    return f"👤 Petugas jaga: {escape(clip(petugas, 30))}{second}"
