"""Words of the duty: the rota, an absence, and the note at each hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    LEVEL_MARKS,
    LEVEL_NAMES,
    MONTHS,
    STATE_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
)
from monitor.records import Absence, Incident, IncidentState, Level, Person, Role

NO_ROTA = (
    "Jadwal jaga belum diatur. Sementara ini admin yang dipanggil bila peringatan belum ditangani. "
    "Admin dapat mengisinya di berkas data/jaga.toml."
)
NO_ROTA_SHORT = "Jadwal jaga belum diatur."
NOT_ON_DUTY = "Anda tidak sedang bertugas jaga, jadi tidak ada yang dipindahkan."
ALREADY_AWAY = "Sudah tercatat berhalangan."
BACK = "Dicatat: kembali bertugas."
OVER = "Masa berhalangan ini sudah berakhir."
NOT_YOURS = "Maaf, hanya yang bersangkutan atau admin yang dapat membatalkan."
CHOSEN_PERSON = "Silakan pilih di pesan di bawah."
TODAY = "Saya berhalangan hari ini"
WHOLE_TURN = "Saya berhalangan sampai pergantian"
COLLEAGUE = "Catat untuk rekan"
UNDO = "Batalkan"
REASON_TODAY = "berhalangan hari ini"
REASON_TURN = "berhalangan sampai pergantian"

_DAYS: Final = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_MOST = 10


@dataclass(frozen=True, slots=True)
class Week:
    """One turn of the rota: who it names, and from when until when."""

    petugas: str
    cadangan: str | None
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class RotaView:
    """What /jaga shows; ``strangers``: names of the rota that are not registered, ``unknown``:
    registered ones without Telegram.
    """

    petugas: str | None
    cadangan: str | None
    this_week: Week
    next_week: Week
    absences: Sequence[Absence]
    strangers: Sequence[str]
    unknown: Sequence[str]
    quiet: tuple[time, time, Level] | None
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is open when the duty changes hands; ``muted``: parts of a larger incident."""

    incidents: Sequence[tuple[Incident, str]]
    muted: int
    drafts: int
    questions: Sequence[tuple[str, int]]
    blind: Sequence[tuple[str, datetime | None]]
    zone: ZoneInfo
    now: datetime


def day_clock(at: datetime, zone: ZoneInfo) -> str:
    """``Sen 30 Nov 08.00 WIB``: a change of duty."""
    local = at.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {clock(at, zone)}"


def rota(view: RotaView, asker: Person | None = None) -> Message:
    """The answer to /jaga; ``asker``: who alone reads it, None: everybody in a group."""
    week, after = view.this_week, view.next_week
    lines = [
        "<b>Jadwal jaga</b>",
        f"Sekarang: <b>{_name(view.petugas)}</b> s.d. {day_clock(week.ends_at, view.zone)}",
        f"Cadangan: {_name(view.cadangan)}",
        *_moved(view),
        *(_away(one, view.zone) for one in view.absences[:_MOST]),
        f"Pekan depan: {_name(after.petugas)}, cadangan {_name(after.cadangan)} "
        f"(mulai {day_clock(after.begins_at, view.zone)})",
        *_quiet(view),
        *_listed("⚠️ Belum terdaftar (periksa data/jaga.toml)", view.strangers),
        *_listed("⚠️ Belum bisa dipanggil lewat Telegram", view.unknown),
    ]
    return Message("\n".join(lines), _rota_buttons(view, asker))


def _listed(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what}: {escape(clip(', '.join(names), 200))}"] if names else []


_OWN: Final = ((Button(TODAY, "jg:0"),), (Button(WHOLE_TURN, "jg:1"),))
_OTHERS: Final = ((Button(COLLEAGUE, "jr:0"),),)


def _rota_buttons(view: RotaView, asker: Person | None) -> tuple[tuple[Button, ...], ...]:
    """In a group all: who presses is not known before. Alone only what would be accepted."""
    if asker is None:
        return (*_OWN, *_OTHERS)
    own = asker.name in (view.petugas, view.cadangan) and asker.roles & {Role.HUMAS, Role.ADMIN}
    return (*(_OWN if own else ()), *(_OTHERS if Role.ADMIN in asker.roles else ()))


def _moved(view: RotaView) -> list[str]:
    week = view.this_week
    if (view.petugas, view.cadangan) == (week.petugas, week.cadangan):
        return []
    return [f"Menurut jadwal: {_name(week.petugas)}, cadangan {_name(week.cadangan)}"]


def _away(absence: Absence, zone: ZoneInfo) -> str:
    name, until = escape(clip(absence.person, 60)), day_clock(absence.until_at, zone)
    instead = f", diganti {_name(absence.stand_in)}" if absence.stand_in else ""
    return f"Berhalangan: {name} s.d. {until}{instead}"


def _quiet(view: RotaView) -> list[str]:
    if view.quiet is None:
        return []
    begins, ends, level = view.quiet
    sounds = f"level {LEVEL_NAMES[level]} ke atas tetap berbunyi"
    if level is Level.AWAS:
        sounds = "hanya level Awas yang berbunyi"
    return [f"Jam tenang {begins:%H.%M} s.d. {ends:%H.%M}: {sounds}"]


def colleague_menu(people: Sequence[Person]) -> Message:
    """Whom an admin may note as absent: those who are on duty now."""
    rows = tuple(
        (
            Button(f"{clip(one.name, 24)} · hari ini", f"ja:{one.id}:0"),
            Button("sampai pergantian", f"ja:{one.id}:1"),
        )
        for one in people
    )
    return Message("<b>Siapa yang berhalangan?</b>\nTugasnya pindah ke penggantinya.", rows)


def noted(stand_in: str | None) -> str:
    """The answer to the tap."""
    if stand_in is None:
        return "Dicatat. Belum ada pengganti; admin yang akan dipanggil."
    return clip(f"Dicatat. Tugas jaga sekarang pada {stand_in}. Terima kasih.", 190)


def noted_second() -> str:
    """The answer to the tap of a stand-in."""
    return "Dicatat. Petugas jaga tetap bertugas."


def absent(
    absence: Absence, petugas: str | None, cadangan: str | None, zone: ZoneInfo, *, moved: bool
) -> str:
    """What everybody reads when somebody cannot do the duty; ``moved``: the duty itself moved."""
    name = escape(clip(absence.person, 60))
    by = ""
    if absence.made_by != absence.person:
        by = f" (dicatat {escape(clip(absence.made_by, 60))})"
    lines = [f"🔄 <b>{name} berhalangan</b> s.d. {day_clock(absence.until_at, zone)}{by}."]
    if petugas is None:
        lines.append(
            "Belum ada pengganti; admin yang akan dipanggil bila ada yang belum ditangani."
        )
    elif moved:
        lines.append(f"Petugas jaga sekarang: <b>{_name(petugas)}</b>. Terima kasih.")
    else:
        lines.append(f"Petugas jaga tetap {_name(petugas)}, cadangan {_name(cadangan)}.")
    return "\n".join(lines)


def returned(absence: Absence, petugas: str | None, actor: str) -> str:
    """What everybody reads when an absence is taken back."""
    name = escape(clip(absence.person, 60))
    by = f" (dicatat {escape(clip(actor, 60))})" if actor != absence.person else ""
    return f"✅ <b>{name} kembali bertugas</b>{by}.\nPetugas jaga sekarang: {_name(petugas)}."


def handed_over(before: str | None, petugas: str | None, cadangan: str | None) -> str:
    """The first lines of a hand-over note."""
    thanks = f"Terima kasih, {_name(before)}. " if before else ""
    if petugas is None:
        nobody = "Belum ada petugas jaga; admin yang akan dipanggil."
        return f"🔄 <b>Pergantian jaga</b>\n{thanks}{nobody}"
    return (
        f"🔄 <b>Pergantian jaga</b>\n{thanks}Sekarang <b>{_name(petugas)}</b>, "
        f"cadangan {_name(cadangan)}."
    )


def open_work(work: OpenWork) -> str:
    """What is open, a line each."""
    lines = [_incident(one, name, work) for one, name in work.incidents[:_MOST]]
    if len(work.incidents) > _MOST:
        lines.append(f"dan {len(work.incidents) - _MOST} isu lain, lihat /status")
    if work.muted:
        lines.append(f"{work.muted} isu lain bagian dari isu di atas")
    head = "Isu yang masih berjalan:" if lines else "Tidak ada isu yang berjalan."
    if work.drafts:
        lines.append(f"{work.drafts} saran balasan menunggu keputusan")
    lines += [
        f"{count} pertanyaan menunggu jawaban {escape(clip(opd, 60))}"
        for opd, count in work.questions[:_MOST]
    ]
    for source, since in work.blind[:_MOST]:
        when = f"sejak {clock(since, work.zone, work.now)}" if since else "(belum pernah terbaca)"
        lines.append(f"⚠️ {escape(clip(source, 40))} tidak terpantau {when}")
    return "\n".join([head, *lines])


def duty_message(text: str, absence_id: int | None) -> Message:
    """A note about the duty, with the button that takes an absence back while it lasts."""
    if absence_id is None:
        return Message(text)
    return Message(text, ((Button(UNDO, f"jb:{absence_id}"),),))


def _incident(incident: Incident, issue_name: str, work: OpenWork) -> str:
    level = incident.level
    name = LEVEL_NAMES[level] if level is not Level.NORMAL else "Mereda"
    state = STATE_NAMES[incident.state]
    if incident.holder and incident.state is not IncidentState.OPEN:
        state = f"{state} oleh {escape(clip(incident.holder, 40))}"
    since = clock(incident.onset_at, work.zone, work.now)
    return (
        f"{LEVEL_MARKS[level]} {name} · {escape(clip(issue_name, 50))} · {state} · "
        f"sejak {since} · #{incident.id}"
    )


def _name(name: str | None) -> str:
    return escape(clip(name, 60)) if name else "belum ada"
