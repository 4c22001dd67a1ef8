"""Words of a call: on the card, as an answer to it, and in the private chat of who is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    LEVEL_MARKS,
    LEVEL_NAMES,
    STATE_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
)
from monitor.records import Call, Callee, Event, Incident, IncidentState, Level, Rung, Skip

NO_CHAIN = "Belum ada yang bisa dipanggil untuk level ini. Lihat /jaga."
NOBODY_LEFT = "Semua yang bisa dipanggil sudah dipanggil."
JUST_CALLED = "Keadaan baru saja berubah. Lihat kartunya."

RUNG_NAMES: Final = {
    Rung.PETUGAS: "petugas jaga",
    Rung.CADANGAN: "cadangan",
    Rung.ADMIN: "admin",
    Rung.PIMPINAN: "pimpinan",
}
_SKIPPED: Final = {
    Skip.NOBODY: "tidak ada",
    Skip.UNKNOWN: "belum terdaftar",
    Skip.NO_TELEGRAM: "belum punya nomor Telegram",
    Skip.BLOCKED: "pesan pribadi tidak sampai",
}
_ASK: Final = {False: "Mohon ditangani oleh", True: "Mohon arahan"}
_ASK_PRIVATE: Final = {
    False: "Mohon segera ditangani.",
    True: "Mohon arahan agar segera ditangani.",
}
_ON_CARD = 4
_ROOM = 170
_NAMES = 6


@dataclass(frozen=True, slots=True)
class CallView:
    """What a call tells: the incident as it stands, and the step that was taken.

    ``waited``: how long nobody had taken it then; ``link``: address of the card, if it has one.
    """

    incident: Incident
    issue_name: str
    event: Event
    calls: Sequence[Call]
    waited: timedelta
    zone: ZoneInfo
    now: datetime
    link: str | None = None


def reason(who: Sequence[Callee], waiting: timedelta) -> str:
    """Why the chain went on, and who was called; the reason of the event."""
    return clip(f"sudah {length(waiting)} belum ada yang menangani; {_told(who)}", 300)


def asked_reason(actor: str, who: Sequence[Callee]) -> str:
    """The reason of a call that a person asked for."""
    return clip(f"diminta {actor}; {_told(who)}", 300)


def calling(names: Sequence[str]) -> str:
    """The answer to Panggil atasan."""
    return clip(f"Dipanggil: {', '.join(names)}.", 190)


def named(who: Sequence[Callee]) -> list[str]:
    """The names of those who are called, not of those who were passed over."""
    return [one.person for one in who if one.skipped is None]


def length(waiting: timedelta) -> str:
    """``35 menit``, ``2 jam``, ``2 jam 5 menit``."""
    hours, minutes = divmod(round(waiting.total_seconds() / 60), 60)
    parts = [f"{hours} jam"] if hours else []
    return " ".join([*parts, f"{minutes} menit"] if minutes or not hours else parts)


def called_line(calls: Sequence[Call], zone: ZoneInfo, now: datetime) -> str:
    """One line of the card: who was called when, the newest last; nothing without a call."""
    if not calls:
        return ""
    shown = calls[-_ON_CARD:]
    lead = "… " if len(calls) > len(shown) else ""
    parts = [_on_card(call, zone, now) for call in shown]
    return f"📞 Dipanggil: {lead}{escape(clip(', '.join(parts), _ROOM))}"


def _on_card(call: Call, zone: ZoneInfo, now: datetime) -> str:
    at, _, _ = clock(call.at, zone, now).rpartition(" ")
    if call.who.skipped is None:
        return f"{clip(call.who.person, 30)} {at}"
    return f"{_who(call.who)} dilewati {at}"


def announcement(view: CallView) -> Message:
    """The answer to the card in the office's chats, mentioning those who are called."""
    called = [call.who for call in view.calls if call.who.skipped is None]
    name = f"{LEVEL_MARKS[view.incident.level]} <b>{escape(clip(view.issue_name, 50))}</b>"
    if view.event.actor is None:
        head = f"📞 {name} sudah {length(view.waited)} belum ada yang menangani."
    else:
        head = f"📞 {name}: {escape(clip(view.event.actor, 60))} meminta bantuan."
    if called:
        listed = ", ".join(_mention(one) for one in called[:_NAMES])
        ask = f"{_ASK[_leads(called)]} {listed}."
    else:
        ask = "Tidak ada lagi yang bisa dipanggil. Mohon siapa pun yang membaca menanganinya."
    return Message("\n".join([head, ask, *_passed_over(view.calls), f"#{view.incident.id}"]))


def private_call(view: CallView, telegram_id: int) -> Message:
    """What the called person reads in private: the essentials, and the button to take it.

    Leaders do not take incidents; they see to it that somebody does.
    """
    incident = view.incident
    level = incident.level if incident.level is not Level.NORMAL else incident.peak
    leads = _leads([call.who for call in view.calls if call.who.telegram_id == telegram_id])
    open_still = incident.state is IncidentState.OPEN
    lines = [
        f"{LEVEL_MARKS[level]} <b>{LEVEL_NAMES[level]} · {escape(clip(view.issue_name, 50))}</b>",
        escape(clip(incident.reading.reason, 400)),
        f"Sejak {clock(incident.onset_at, view.zone, view.now)}",
        _why(view),
        _standing(incident),
        _ASK_PRIVATE[leads] if open_still else "",
        _card_link(view),
    ]
    button = ((Button("Tangani", f"ak:{incident.id}"),),)
    buttons = button if open_still and not leads else ()
    return Message("\n".join(line for line in lines if line), buttons)


def _why(view: CallView) -> str:
    at = clock(view.event.at, view.zone, view.now)
    if view.event.actor is not None:
        return f"{escape(clip(view.event.actor, 60))} meminta bantuan Anda ({at})."
    return f"Anda dipanggil pukul {at}: sudah {length(view.waited)} belum ada yang menangani."


def _standing(incident: Incident) -> str:
    if incident.state is IncidentState.OPEN:
        return ""
    by = f" oleh {escape(clip(incident.holder, 60))}" if incident.holder else ""
    return f"<b>{STATE_NAMES[incident.state]}{by}</b>"


def _card_link(view: CallView) -> str:
    number = f"#{view.incident.id}"
    return f'<a href="{escape(view.link)}">Buka kartu</a> {number}' if view.link else number


def _told(who: Sequence[Callee]) -> str:
    called = [f"{RUNG_NAMES[one.rung]} {one.person}" for one in who if one.skipped is None]
    passed = [f"{_who(one)} dilewati ({_SKIPPED[one.skipped]})" for one in who if one.skipped]
    return "; ".join([f"memanggil {', '.join(called)}"] * bool(called) + passed)


def _passed_over(calls: Sequence[Call]) -> list[str]:
    passed = [call.who for call in calls if call.who.skipped is not None]
    return [
        f"{escape(_who(one))} dilewati: {_SKIPPED[one.skipped]}."
        for one in passed[:_NAMES]
        if one.skipped
    ]


def _who(one: Callee) -> str:
    """``cadangan Joko``; only the role where nobody has it."""
    return f"{RUNG_NAMES[one.rung]} {clip(one.person, 30)}".strip()


def _leads(called: Sequence[Callee]) -> bool:
    """Whether these are leaders, who are asked for direction."""
    return bool(called) and all(one.rung is Rung.PIMPINAN for one in called)


def _mention(one: Callee) -> str:
    name = escape(clip(one.person, 60))
    return f'<a href="tg://user?id={one.telegram_id}">{name}</a> ({RUNG_NAMES[one.rung]})'
