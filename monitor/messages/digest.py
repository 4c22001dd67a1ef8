"""The morning and evening digest: one message that fits a phone's screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from monitor.messages.base import (
    LEVEL_NAMES,
    MONTHS,
    clip,
    clock,
    escape,
    number,
    percent,
)
from monitor.messages.status import (
    Running,
    Standing,
    duty_line,
    running_lines,
    silent_lines,
    waiting_line,
)
from monitor.records import IncidentState
from monitor.records.outcomes import Tone

# Below this a share would be about a handful of people.
LEAST_FOR_A_SHARE = 10
_RUNNING, _ENDED = 4, 3
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


class Kind(IntEnum):
    """Which of a day's two digests; the number ends its subject."""

    MORNING = 1
    EVENING = 2


_NAMES = {Kind.MORNING: "pagi", Kind.EVENING: "sore"}


@dataclass(frozen=True, slots=True)
class DigestView:
    """What a digest tells.

    ``read`` comments since ``since``; ``tone`` of those that count, ``usual`` of four weeks.
    ``top``: issues with the negatives of seven days and of the seven before.
    """

    kind: Kind
    since: datetime
    standing: Standing
    read: int
    tone: Tone
    usual: Tone
    ended: Sequence[Running]
    replied: str
    top: Sequence[tuple[str, int, int]]


def digest(view: DigestView) -> str:
    """The words of a digest, in Telegram's HTML; silent sources come first."""
    standing = view.standing
    parts = [
        [_title(view), *silent_lines(standing), _read(view)],
        [*running_lines(standing, _RUNNING), *_ended(view)],
        [waiting_line(standing), f"✅ {view.replied}" if view.replied else ""],
        _top(view),
        [duty_line(standing)],
    ]
    blocks = ["\n".join(line for line in part if line) for part in parts]
    return "\n\n".join(block for block in blocks if block)


def _title(view: DigestView) -> str:
    local = view.standing.now.astimezone(view.standing.zone)
    day = f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
    return f"<b>Ringkasan {_NAMES[view.kind]}, {day}</b>"


def _read(view: DigestView) -> str:
    standing = view.standing
    since = clock(view.since, standing.zone, standing.now)
    if not view.read:
        return f"Tidak ada komentar yang terbaca sejak {since}."
    line = f"{number(view.read)} komentar sejak {since}"
    if view.tone.comments < LEAST_FOR_A_SHARE:
        return f"{line}, {view.tone.negatives} negatif."
    usual = ""
    if view.usual.comments >= LEAST_FOR_A_SHARE:
        usual = f", biasanya {percent(view.usual.share)}"
    return f"{line}: {percent(view.tone.share)} negatif{usual}."


def _ended(view: DigestView) -> list[str]:
    lines = [_end(one) for one in view.ended[:_ENDED]]
    more = len(view.ended) - _ENDED
    return [*lines, f"dan {more} isu lain berakhir"] if more > 0 else lines


def _end(one: Running) -> str:
    incident = one.incident
    how = "bukan krisis" if incident.state is IncidentState.DISMISSED else "selesai"
    holder = f", {escape(clip(incident.holder, 30))}" if incident.holder else ""
    peak = f"puncak {LEVEL_NAMES[incident.peak]}"
    return f"☑️ {escape(clip(one.name, 40))}: {how} ({peak}{holder})"


def _top(view: DigestView) -> list[str]:
    if not view.top:
        return []
    lines = [
        f"{i}. {escape(clip(name, 40))}: {number(now)} ({change(now, before)})"
        for i, (name, now, before) in enumerate(view.top, 1)
    ]
    return ["<b>Negatif terbanyak 7 hari</b>, dibanding 7 hari sebelumnya", *lines]


def change(now: int, before: int) -> str:
    """``naik dari 12``, ``turun dari 40``, ``tetap``: against the stretch before."""
    if now == before:
        return "tetap"
    return f"{'naik' if now > before else 'turun'} dari {number(before)}"
