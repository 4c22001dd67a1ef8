"""A complaint or request on its way to SP4N-LAPOR! or PPID: the form, its number, reminders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import Button, Message, clip, clock, escape, head
from monitor.messages.question import day_words, named_places, place_list, short_day
from monitor.records import Form, Handoff, HandoffState, Incident, System

_TITLE_ROOM = 100
_CONTENT_ROOM = 1500
_EXAMPLE_ROOM = 300
_LINKS = 3
_LONGEST_LINK = 300

MADE = "Formulir disiapkan di bawah."
THERE_ALREADY = "Formulir ini sudah ada; ditampilkan lagi di bawah."
WAITING = "Dicatat. Siaga mengingatkan setiap pagi hari kerja sampai nomornya ada."
WAITS_ALREADY = "Ini sudah menunggu; Siaga mengingatkan setiap pagi hari kerja."
NUMBERED = "Nomor tiket dicatat."
HINT = "Nomor tiket"
NO_SYSTEM = "Tujuan penerusan belum diatur (data/lapor.toml)."


@dataclass(frozen=True, slots=True)
class About:
    """What a form is written from; everything masked.

    ``place`` is the single place that it is about; ``places`` are those named, with their counts.
    """

    incident: Incident
    issue_name: str
    agency: str
    office: str
    place: str | None
    category: str
    counted: str
    examples: Sequence[str]
    links: Sequence[str]
    at: datetime
    places: Sequence[tuple[str, int]] = ()


def form_of(about: About, *, single: bool) -> Form:
    """The filled form about the whole incident, or about one comment (``single``)."""
    where = f" di {about.place.rpartition(' / ')[2]}" if about.place else ""
    said = [clip(text, _CONTENT_ROOM if single else _EXAMPLE_ROOM) for text in about.examples]
    if single:
        content = "\n".join(said)
    else:
        listed = [f"{i}. {text}" for i, text in enumerate(said, 1)]
        counted = f"{about.counted}{named_places(about.places)}"
        lead = f"Warga mengeluhkan {about.issue_name} di media sosial: {counted}."
        content = "\n".join([lead, *(["Contoh:", *listed] if listed else [])])
    source = f"Dihimpun {about.office} dari komentar publik; identitas penulis tidak disertakan."
    return Form(
        title=clip(f"{about.issue_name}{where if single else ''}", _TITLE_ROOM),
        content=f"{content}\n{source}",
        place=_place(about),
        category=about.category,
        agency=about.agency,
        at=about.at,
        links=tuple(about.links[:_LINKS]),
    )


def _place(about: About) -> str:
    """The single place, or that there are several."""
    if about.place:
        return about.place.replace(" / ", ", ")
    return f"beberapa tempat: {place_list(about.places)}" if about.places else ""


def choose(
    incident: Incident, issue_name: str, systems: Sequence[System], comments: Sequence[int]
) -> Message:
    """Which system gets what: the whole issue, or one of the comments of its card."""
    number = incident.id
    rows = [tuple(Button(f"Isu ini ke {s.name}", f"hs:{number}:{s.key}") for s in systems)]
    for i, comment in enumerate(comments, 1):
        rows.append(
            tuple(
                Button(f"Komentar {i} ke {s.name}", f"hs:{number}:{s.key}:{comment}")
                for s in systems
            )
        )
    title = f"<b>Teruskan {escape(clip(issue_name, 60))}</b> #{number}"
    hint = "Nomor komentar seperti di kartu. Siaga menyiapkan isinya, Anda yang mengirim."
    return Message(f"{title}\n{hint}", tuple(rows))


@dataclass(frozen=True, slots=True)
class HandoffView:
    """A hand-off as people should see it now; ``link``: where its number can be followed."""

    handoff: Handoff
    system: System
    zone: ZoneInfo
    now: datetime
    link: str = ""
    until: datetime | None = None


def handoff_message(view: HandoffView) -> Message:
    """The filled form to copy from, with what is left to do."""
    handoff, form = view.handoff, view.handoff.form
    fields = (
        ("Judul", form.title),
        ("Isi", head(form.content, _CONTENT_ROOM)),
        ("Tempat", form.place),
        ("Tanggal", day_words(form.at, view.zone, year=True)),
        ("Kategori", form.category),
        ("Instansi", form.agency),
        ("Tautan", "\n".join(link for link in form.links if len(link) <= _LONGEST_LINK)),
    )
    name = escape(view.system.name)
    lines = [
        f"📨 <b>Teruskan ke {name}</b> · penerusan #{handoff.id}",
        f"Salin ke {escape(view.system.site)} (sentuh untuk menyalin):",
        *(f"{label}: <code>{escape(text)}</code>" for label, text in fields if text),
        "",
        *_standing(view),
    ]
    return Message("\n".join(lines), _buttons(handoff))


def _standing(view: HandoffView) -> list[str]:
    handoff = view.handoff
    at = clock(handoff.ticket_at or handoff.made_at, view.zone, view.now)
    if handoff.state is HandoffState.TICKETED:
        return [
            f"✅ <b>Nomor {escape(handoff.ticket or '')}</b> · "
            f"{escape(clip(handoff.ticket_by or '', 60))}, {at}",
            *([escape(view.link)] if view.link else []),
            *([_due(view)] if handoff.due_at else []),
        ]
    if handoff.state is HandoffState.WAITING:
        return ["⏳ Menunggu sistemnya pulih; diingatkan setiap pagi hari kerja."]
    return [f"Disiapkan oleh {escape(clip(handoff.made_by, 60))}, {at}."]


def _due(view: HandoffView) -> str:
    assert view.handoff.due_at is not None  # only asked for where the clock runs
    day = day_words(view.handoff.due_at, view.zone, year=True)
    more = f", bila diperpanjang {day_words(view.until, view.zone)}" if view.until else ""
    return f"Jawaban paling lambat {day}{more}."


def _buttons(handoff: Handoff) -> tuple[tuple[Button, ...], ...]:
    if handoff.state is HandoffState.TICKETED:
        return ()
    number = Button("Nomor tiket", f"ht:{handoff.id}")
    down = Button("Sistem sedang terganggu", f"hd:{handoff.id}")
    return ((number,),) if handoff.state is HandoffState.WAITING else ((number, down),)


def ticket_question(handoff: Handoff, system: System) -> Message:
    """The question whose answer is the ticket number."""
    return Message(
        f"<b>Nomor tiket {escape(system.name)} untuk penerusan #{handoff.id}</b>\n"
        f"Balas pesan ini dengan nomornya saja, misalnya {escape(system.example)}."
    )


def not_a_ticket(system: System) -> str:
    """The answer to a number that the system would not give."""
    return f"Itu belum seperti nomor tiket {system.name}, misalnya {system.example}."


def has_ticket(handoff: Handoff) -> str:
    """The answer to a second number."""
    return f"Sudah dicatat: {handoff.ticket} oleh {clip(handoff.ticket_by or '-', 60)}."


def reminder(handoff: Handoff, system: System) -> str:
    """The new message of a morning."""
    return (
        f"⏳ Penerusan #{handoff.id} ke {escape(system.name)} (<b>{escape(handoff.form.title)}</b>)"
        " masih menunggu. Mohon dicoba lagi, lalu tekan <b>Nomor tiket</b> di formulirnya."
    )


def made_reason(system: System, handoff_id: int) -> str:
    """The reason of an event."""
    return f"{system.name}, penerusan #{handoff_id}"


def ticket_reason(system: System, ticket: str) -> str:
    """The reason of an event."""
    return f"{system.name} nomor {ticket}"


def numbered(draft_id: int | None) -> str:
    """The answer to a good ticket number."""
    return NUMBERED if draft_id is None else f"{NUMBERED} Saran balasan #{draft_id} disiapkan."


def replaced(system: System) -> str:
    """Why a suggestion of the machine gave way."""
    return f"Diganti balasan dengan nomor {system.name}."


def tracking(link: str) -> str:
    """The sentence of a reply that tells where a ticket can be followed, or nothing."""
    return f"Pantau di {link}." if link else ""


def clock_line(
    handoff: Handoff, system: System, until: datetime | None, zone: ZoneInfo, now: datetime
) -> str:
    """The line of a card while the clock of a hand-off runs, as plain words."""
    if handoff.due_at is None or (until or handoff.due_at) <= now:
        return ""
    more = f" (bila diperpanjang {short_day(until, zone)})" if until else ""
    day = short_day(handoff.due_at, zone)
    return f"📨 {system.name} {clip(handoff.ticket or '', 40)}: jawaban paling lambat {day}{more}"
