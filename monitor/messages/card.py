"""The live card of an incident: what, where, since when, why, who holds it, what to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    CAPTION_LIMIT,
    LEVEL_MARKS,
    LEVEL_NAMES,
    STATE_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
    listed,
    visible_length,
)
from monitor.messages.escalation import called_line
from monitor.messages.more import MORE
from monitor.messages.wave import WaveView
from monitor.messages.why import counted, shares
from monitor.records import Call, CommentId, Incident, IncidentState, Level


@dataclass(frozen=True, slots=True)
class Example:
    """A comment on the card: its number in the store and its masked words."""

    comment_id: CommentId
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class CardView:
    """Everything that a card shows."""

    incident: Incident
    issue_name: str
    opd: str
    comments: int
    people: int
    texts: int
    urgent: int
    places: Sequence[tuple[str, int]]
    sources: Sequence[tuple[str, int]]
    blind: Sequence[tuple[str, datetime | None]]
    examples: Sequence[Example]
    drafts: int
    zone: ZoneInfo
    now: datetime
    companions: Sequence[tuple[str, int]] = ()
    chart: bytes | None = None
    likes: int = 0
    replies: int = 0
    rarity: str = ""
    not_higher: str = ""
    lesson: str = ""
    kin: str = ""
    note: str = ""
    outcome: str = ""
    statement: str = ""
    waiting: Sequence[str] = ()
    wave: WaveView | None = None
    called: Sequence[Call] = ()


def card(view: CardView) -> Message:
    """Render the card; examples shrink until it fits a picture's caption."""
    for room in (140, 100, 70, 45, 30):
        text = _text(view, room)
        if visible_length(text) <= CAPTION_LIMIT:
            break
    else:
        text = _text(view, 0)
    return Message(text, _buttons(view), view.chart)


def _text(view: CardView, room: int) -> str:
    return "\n".join(line for line in _lines(view, room) if line)


def _lines(view: CardView, room: int) -> list[str]:
    incident, reading = view.incident, view.incident.reading
    share, opd = shares(reading), escape(clip(view.opd, 50))
    counts = f"{view.comments} komentar · {view.people} akun · {view.texts} teks berbeda"
    urgent = f"🆘 {view.urgent} menyebut bahaya bagi orang" if view.urgent else ""
    return [
        title_line(view),
        f"<b>{counted(reading)}</b>",
        share[0].upper() + share[1:] if share else "",
        counts + _reach(view),
        urgent,
        rare(view),
        f"Sejak {clock(incident.onset_at, view.zone, view.now)} · OPD: {opd}",
        f"Tempat: {listed(_places(view))}" if view.places else "",
        f"Sumber: {listed(view.sources)}" if view.sources else "",
        f"Ikut ramai di kiriman yang sama: {listed(view.companions)}" if view.companions else "",
        escape(view.kin),
        blind_line(view),
        "Isu ini baru dipantau, patokan belum mantap." if reading.young else "",
        f"📅 {escape(clip(view.note, 60))}" if view.note else "",
        *_examples(view, room),
        *(escape(line) for line in view.waiting),
        escape(view.outcome),
        view.statement,
        calls_line(view),
        status_line(view),
        footer_line(view),
    ]


def _reach(view: CardView) -> str:
    """Likes and replies are shown, never counted into the level."""
    parts = [(view.likes, "suka"), (view.replies, "balasan")]
    return "".join(f" · {count} {name}" for count, name in parts if count)


def rare(view: CardView) -> str:
    """How rare it is, and what the next level would take, while it runs."""
    parts = [part for part in (view.rarity, view.not_higher, view.lesson) if part]
    if view.incident.state.ended or not parts:
        return ""
    line = "; ".join(parts)
    return f"{line[0].upper()}{line[1:]}."


def title_line(view: CardView) -> str:
    """Mark, level and name, with the peak where it was higher."""
    incident = view.incident
    level = incident.level
    was = ""
    if level.rank < incident.peak.rank:
        was = f" (puncak {LEVEL_NAMES[incident.peak]})"
    name = LEVEL_NAMES[level] if level is not Level.NORMAL else "Mereda"
    return f"{LEVEL_MARKS[level]} <b>{name} · {escape(clip(view.issue_name, 50))}</b>{was}"


def _places(view: CardView) -> list[tuple[str, int]]:
    """Places by their narrowest name: the kecamatan where it is known."""
    return [(place.rpartition(" / ")[2], count) for place, count in view.places]


def blind_line(view: CardView) -> str:
    """The sources that nothing is known of, or nothing."""
    if not view.blind:
        return ""
    parts = [
        f"{escape(clip(name, 30))} sejak {clock(since, view.zone, view.now)}"
        if since
        else f"{escape(clip(name, 30))} (belum pernah terbaca)"
        for name, since in view.blind[:3]
    ]
    return f"⚠️ Tidak terpantau: {', '.join(parts)}"


def _examples(view: CardView, room: int) -> list[str]:
    if not room or not view.examples:
        return []
    return [
        f"{i}. <i>{escape(clip(example.text, room))}</i>"
        for i, example in enumerate(view.examples[:3], 1)
    ]


def calls_line(view: CardView) -> str:
    """Who was called when, while it runs."""
    ended = view.incident.state.ended
    return "" if ended else called_line(view.called, view.zone, view.now)


def status_line(view: CardView) -> str:
    """Who holds it, until when and why."""
    incident = view.incident
    state = STATE_NAMES[incident.state]
    if incident.state is IncidentState.OPEN:
        return f"<b>{state}</b>"
    holder = escape(clip(incident.holder, 40)) if incident.holder else ""
    if incident.state.ended:
        by = f" · ditangani {holder}" if holder else ""
    else:
        by = f" oleh {holder}" if holder else ""
    until = ""
    if incident.state is IncidentState.SILENCED and incident.silenced_until:
        until = f" s.d. {clock(incident.silenced_until, view.zone, view.now)}"
    reason = f" ({escape(clip(incident.state_reason, 60))})" if incident.state_reason else ""
    return f"<b>{state}{by}{until}</b>{reason}"


def footer_line(view: CardView) -> str:
    """Drafts, when this was written, and the incident's number."""
    drafts = f"{view.drafts} saran balasan · " if view.drafts else ""
    return f"{drafts}Diperbarui {clock(view.now, view.zone)} · #{view.incident.id}"


def _buttons(view: CardView) -> tuple[tuple[Button, ...], ...]:
    number = view.incident.id
    wrong = tuple(
        Button(f"Salah label {i}", f"lb:{example.comment_id}")
        for i, example in enumerate(view.examples[:3], 1)
    )
    if view.incident.state.ended:
        again = (Button("Buka lagi", f"ro:{number}"),)
        return (again, wrong) if wrong else (again,)
    take = [Button("Tangani", f"ak:{number}")]
    if view.incident.state is IncidentState.ACKNOWLEDGED:
        take = []
    rows = (
        (*take, Button("Senyapkan", f"si:{number}"), Button("Saran balasan", f"dr:{number}")),
        (
            Button("Selesai", f"re:{number}"),
            Button("Bukan krisis", f"di:{number}"),
            Button(MORE, f"mo:{number}"),
        ),
        wrong,
    )
    return tuple(row for row in rows if row)
