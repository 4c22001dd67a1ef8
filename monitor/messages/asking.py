"""Answers to questions: issues of the day, one issue, and what was asked in free words.

Every answer says what it understood and what it counted; nothing is claimed beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    CAPTION_LIMIT,
    LEVEL_MARKS,
    LEVEL_NAMES,
    Message,
    clip,
    clock,
    escape,
    listed,
    number,
    percent,
    visible_length,
)
from monitor.messages.digest import LEAST_FOR_A_SHARE, change
from monitor.messages.status import Silent, silent_names
from monitor.records import Incident, Level
from monitor.records.outcomes import Tone

_MOST = 8
_TOP = 3
_FACTS, _ANSWER = 400, 400

ISSUE_NEEDED = "Maaf, isu itu belum saya kenali. Coba satu kata, misalnya <code>/isu banjir</code>."
NOTHING_ASKED = (
    "Silakan tulis pertanyaannya, misalnya <code>/tanya obat di Sampit minggu ini</code>."
)
NOT_UNDERSTOOD = (
    "Maaf, saya tidak menemukan isu, tempat atau waktu di situ, jadi tidak saya jawab.\n"
    "Contoh: <code>/tanya banjir di Sampit kemarin</code>. Daftar isu: /isu"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """The statement that holds, as it is shown."""

    version: int
    facts: Sequence[str]
    link: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue with its tone now and in the stretch before, and its live incident's level."""

    name: str
    now: Tone
    before: Tone
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class IssueView:
    """What is told of one issue; each stretch beside the one before it."""

    name: str
    day: tuple[Tone, Tone]
    week: tuple[Tone, Tone]
    places: Sequence[tuple[str, int]]
    examples: Sequence[str]
    incident: Incident | None
    stated: Stated | None
    silent: Silent
    zone: ZoneInfo
    now: datetime
    chart: bytes | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What was understood and what was found.

    ``issue`` and ``place`` None: not asked for. ``tones``: in the stretch and in the one before;
    ``top``: issues with their negatives, where no issue was asked for.
    """

    issue: str | None
    place: str | None
    stretch: str
    tones: tuple[Tone, Tone]
    places: Sequence[tuple[str, int]]
    top: Sequence[tuple[str, int]]
    incident: Incident | None
    stated: Stated | None
    answered: str | None
    silent: Silent
    zone: ZoneInfo
    now: datetime


def issue_list(
    found: Sequence[IssueLine], silent: Silent, zone: ZoneInfo, now: datetime
) -> Message:
    """The answer to /isu: most negatives first."""
    lines = ["<b>Isu 24 jam terakhir</b>", *_unseen(silent, zone, now)]
    if not found:
        lines.append("Belum ada komentar negatif yang terbaca.")
    for i, one in enumerate(found[:_MOST], 1):
        mark = f"{LEVEL_MARKS[one.level]} " if one.level is not None else ""
        lines.append(f"{i}. {mark}{escape(one.name)}: {_counted(one.now, one.before)}")
    if len(found) > _MOST:
        lines.append(f"dan {len(found) - _MOST} isu lainnya")
    if found:
        lines.append("Dibandingkan 24 jam sebelumnya. Rincian: <code>/isu banjir</code>")
    return Message("\n".join(lines))


def issue_detail(view: IssueView) -> Message:
    """The answer to /isu with a word; examples shrink until it fits a picture's caption."""
    for room in (140, 90, 50):
        text = "\n".join(_detail(view, room))
        if visible_length(text) <= CAPTION_LIMIT:
            return Message(text, photo=view.chart)
    return Message("\n".join(_detail(view, 0)), photo=view.chart)


def _detail(view: IssueView, room: int) -> list[str]:
    (day, day_before), (week, week_before) = view.day, view.week
    lines = [
        f"<b>{escape(view.name)}</b>",
        *_unseen(view.silent, view.zone, view.now),
        f"24 jam: {_counted(day, day_before)}",
        f"7 hari: {_counted(week, week_before)}",
        *_where(view.places),
    ]
    if room:
        lines += [
            f"{i}. <i>{escape(clip(text, room))}</i>" for i, text in enumerate(view.examples, 1)
        ]
    facts = _FACTS // 2 if room else 60
    return [*lines, *_live(view.incident), *_stated(view.stated, view.zone, view.now, facts)]


def answer(view: AnswerView) -> Message:
    """The answer to /tanya."""
    understood = f"<b>{_understood(view)}</b>"
    lines = [understood, *_unseen(view.silent, view.zone, view.now)]
    if not view.tones[0].comments:
        lines.append("Tidak ada komentar yang cocok dengan itu.")
    else:
        lines.append(f"{_counted(*view.tones)}.")
        if view.issue is None:
            lines += [f"{i}. {escape(n)}: {c} negatif" for i, (n, c) in enumerate(view.top, 1)]
        else:
            lines += _where(view.places)
    lines += [*_live(view.incident), *_stated(view.stated, view.zone, view.now, _FACTS)]
    if view.answered is not None:
        lines.append(
            f"💬 Balasan yang pernah disetujui: <i>{escape(clip(view.answered, _ANSWER))}</i>"
        )
    elif view.issue is not None and view.stated is None:
        lines.append("Belum ada narasi atau balasan yang disetujui untuk ini.")
    return Message("\n".join(lines))


def _understood(view: AnswerView) -> str:
    issue = view.issue or "semua"
    place = view.place or "semua"
    return f"Isu: {escape(issue)} · Tempat: {escape(clip(place, 60))} · {view.stretch}"


def place_named(written: str, region: str) -> str:
    """``Sampit (Kotawaringin Timur)``: the place as it was asked for, and what is counted."""
    narrow = region.rpartition(" / ")[2]
    shown = written if any(letter.isupper() for letter in written) else written.title()
    return shown if narrow.lower() == written.lower() else f"{shown} ({narrow})"


STRETCHES: Mapping[str, str] = {
    "today": "hari ini",
    "yesterday": "kemarin",
    "hours": "{} jam",
    "days": "{} hari",
    "last_week": "minggu lalu",
}


def stretch_named(stretch: str, count: int) -> str:
    """``7 hari``, ``kemarin``."""
    return STRETCHES[stretch].format(count)


def unknown_issue(names: Sequence[str]) -> Message:
    """The answer to /isu with a word that fits nothing."""
    return Message(f"{ISSUE_NEEDED}\nYang ada: {escape(', '.join(names))}.")


def _counted(now: Tone, before: Tone) -> str:
    """``12 negatif dari 20 (60 %), naik dari 5``; a handful has no share."""
    return f"{_negatives(now)}, {change(now.negatives, before.negatives)}"


def _negatives(tone: Tone) -> str:
    share = f" ({percent(tone.share)})" if tone.comments >= LEAST_FOR_A_SHARE else ""
    return f"{number(tone.negatives)} negatif dari {number(tone.comments)}{share}"


def _where(places: Sequence[tuple[str, int]]) -> list[str]:
    narrow = [(place.rpartition(" / ")[2], count) for place, count in places]
    return [f"Tempat: {listed(narrow, _TOP)}"] if narrow else []


def _unseen(silent: Silent, zone: ZoneInfo, now: datetime) -> list[str]:
    if not silent:
        return []
    return [f"⚠️ Belum lengkap, tidak terpantau: {silent_names(silent[:_TOP], zone, now)}"]


def _live(incident: Incident | None) -> list[str]:
    if incident is None:
        return []
    name = LEVEL_NAMES[incident.level] if incident.level is not Level.NORMAL else "Mereda"
    holder = (
        f"ditangani {escape(clip(incident.holder, 40))}"
        if incident.holder
        else "belum ada yang menangani"
    )
    return [f"{LEVEL_MARKS[incident.level]} {name}, {holder} · #{incident.id}"]


def _stated(stated: Stated | None, zone: ZoneInfo, now: datetime, room: int) -> list[str]:
    if stated is None:
        return []
    until = clock(stated.until_at, zone, now)
    facts = escape(clip("; ".join(stated.facts), room))
    return [f"📌 Narasi v{stated.version} (s.d. {until}): {facts} {escape(stated.link)}"]
