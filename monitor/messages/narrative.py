"""The office's approved statements: as everybody reads them, and the questions to make one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    MONTHS,
    Button,
    Message,
    clip,
    clock,
    escape,
)
from monitor.records import Issue, Narrative, NarrativeState

# Days that a statement may hold; 0 is until midnight.
LENGTHS: Final[Mapping[int, str]] = {0: "Hari ini", 3: "3 hari", 7: "7 hari", 30: "30 hari"}
MOST_FACTS: Final = 8
MOST_FACT: Final = 200
_TITLE_ROOM = 60
_LISTED = 12

TOPIC_HINT: Final = "Topik, misalnya vaksin rabies"
FACTS_HINT: Final = "Fakta, satu per baris"
LINK_HINT: Final = "https://..."

NO_FACTS: Final = "Belum ada faktanya. Tulis satu fakta per baris."
BAD_TOPIC: Final = "Topik cukup dua sampai empat puluh huruf, tanpa tautan."
BAD_LINK: Final = "Itu bukan tautan. Kirim alamat lengkap yang diawali https://"
SEEN: Final = "Dicatat, terima kasih sudah membaca."
SEEN_ALREADY: Final = "Sudah dicatat sebelumnya."
NOT_VALID: Final = "Narasi ini sudah tidak berlaku. Lihat /narasi."
DECIDED: Final = "Draf narasi ini sudah diputuskan. Lihat /narasi."
CHANGED: Final = "Isi draf sudah berubah. Baca dulu yang terbaru, lalu setujui."
OTHER_ADMIN: Final = "Narasi ini Anda yang menyusun. Mohon admin lain yang menyetujui."
PAST: Final = "Masa berlakunya sudah lewat. Pilih lagi sampai kapan."
APPROVED: Final = "Disetujui. Narasi disebarkan ke semua grup, admin, dan humas."
WITHDRAWN: Final = "Narasi dicabut, semua yang menerimanya diberi tahu."
DROPPED: Final = "Draf dibuang."
NO_LINK: Final = "Tautan resminya belum ada. Lanjutkan dari /narasi."
READY: Final = "Draf siap. Pratinjaunya dikirim di bawah."
ALONE: Final = "disetujui pembuatnya sendiri: hanya ada satu admin"
NO_USE: Final = "Belum ada saran balasan untuk topik ini. Salin dari pesan di bawah."
BELOW: Final = "Narasinya di pesan di bawah."
EMPTY: Final = "Belum ada narasi yang berlaku."


@dataclass(frozen=True, slots=True)
class Listed:
    """A valid statement with how many of the people it is for have read it."""

    narrative: Narrative
    seen: int
    people: int


def facts_lines(facts: Iterable[str]) -> list[str]:
    """The facts as a list."""
    return [f"• {escape(fact)}" for fact in facts]


def until(at: datetime, zone: ZoneInfo) -> str:
    """``s.d. 2 Mar 23.59 WIB``: with its day, for a message is read long after it was written."""
    local = at.astimezone(zone)
    return f"s.d. {local.day} {MONTHS[local.month - 1]} {clock(at, zone)}"


def holds(narrative: Narrative, zone: ZoneInfo) -> str:
    """``s.d. 2 Mar 23.59 WIB`` of a statement, or that nobody chose it yet."""
    return until(narrative.until_at, zone) if narrative.until_at else "belum dipilih"


def read_line(seen: int, people: int) -> str:
    """How many of those it is for have read it."""
    return f"Dibaca {seen} dari {people} orang"


def name(narrative: Narrative) -> str:
    """``Narasi v2: Banjir``; a draft has no number yet."""
    which = f" v{narrative.version}" if narrative.version else ""
    return f"Narasi{which}: {escape(clip(narrative.title, _TITLE_ROOM))}"


def statement(
    narrative: Narrative,
    zone: ZoneInfo,
    read: tuple[int, int] | None = None,
    *,
    mine: bool = False,
) -> Message:
    """The statement as everybody reads it; one that ended says so and has no buttons.

    ``read``: how many of how many have read it, for a group. ``mine``: the person whose private
    chat it is has read it.
    """
    if narrative.state is not NarrativeState.VALID:
        return _over(narrative)
    lines = [f"📌 <b>{name(narrative)}</b>", *_body(narrative, zone)]
    if narrative.approved_by == narrative.made_by:
        lines.append(f"Disusun {_who(narrative.made_by)}; {ALONE}.")
    else:
        made, by = _who(narrative.made_by), _who(narrative.approved_by)
        lines.append(f"Disusun {made}, disetujui {by}.")
    if read is not None:
        lines.append(f"{read_line(*read)}.")
    if mine:
        lines.append("✓ Anda sudah membacanya.")
    seen = () if mine else (Button("Sudah dibaca", f"ns:{narrative.id}"),)
    return Message("\n".join(lines), ((*seen, Button("Pakai di balasan", f"np:{narrative.id}")),))


def _body(narrative: Narrative, zone: ZoneInfo) -> list[str]:
    valid = f"Berlaku {holds(narrative, zone)}"
    return [
        *facts_lines(narrative.facts),
        f"Tautan resmi: {escape(narrative.link) or 'belum ada'}",
        valid if narrative.until_at else "Masa berlaku belum dipilih",
    ]


def _who(person: str | None) -> str:
    return escape(clip(person or "-", 40))


_ENDS: Final[Mapping[NarrativeState, str]] = {
    NarrativeState.REPLACED: "sudah diganti dengan versi baru",
    NarrativeState.EXPIRED: "masa berlakunya habis",
    NarrativeState.WITHDRAWN: "dicabut",
}


def _over(narrative: Narrative) -> Message:
    why = _ENDS.get(narrative.state, "belum disetujui")
    return Message(
        f"<b>{name(narrative)}</b>\nTidak berlaku: {why}. Mohon jangan dipakai lagi. "
        "Yang berlaku ada di /narasi."
    )


def preview(
    narrative: Narrative,
    replaces: Narrative | None,
    zone: ZoneInfo,
    *,
    alone: bool,
) -> Message:
    """A draft before its approval; a decided one says what became of it."""
    if narrative.state is not NarrativeState.DRAFT:
        dropped = not narrative.version
        became = "Draf ini dibuang." if dropped else f"Disetujui {_who(narrative.approved_by)}."
        return Message(f"<b>{name(narrative)}</b>\n{became}")
    lines = [
        f"<b>Pratinjau {name(narrative)}</b>",
        *_body(narrative, zone),
        f"Disusun {_who(narrative.made_by)}.",
    ]
    if replaces is not None:
        lines.append(f"Bila disetujui, menggantikan narasi v{replaces.version}.")
    lines.append(
        "Hanya ada satu admin, jadi pembuatnya boleh menyetujui."
        if alone
        else "Mohon disetujui admin lain, bukan penyusunnya."
    )
    return Message(
        "\n".join(lines),
        (
            (Button("Setujui & sebarkan", f"na:{narrative.id}:{narrative.seen}"),),
            (
                Button("Ganti masa berlaku", f"nc:{narrative.id}"),
                Button("Buang", f"nx:{narrative.id}"),
            ),
        ),
    )


def ended(narrative: Narrative, zone: ZoneInfo) -> str:
    """News, once, for those who have the statement: it holds no longer."""
    if narrative.state is NarrativeState.EXPIRED and narrative.until_at is not None:
        why = f"habis masa berlakunya ({until(narrative.until_at, zone)})"
    else:
        why = "dicabut"
    return (
        f"⌛ <b>{name(narrative)}</b> {why}. "
        "Mohon faktanya jangan dipakai lagi sampai ada narasi baru."
    )


def listing(
    found: Sequence[Listed],
    waiting: Sequence[Narrative],
    zone: ZoneInfo,
    *,
    admin: bool,
) -> Message:
    """Everything that holds, and for admins what waits and a way to make a new one."""
    lines = ["<b>Narasi yang berlaku</b>"] if found else [EMPTY]
    buttons: list[tuple[Button, ...]] = []
    for one in found[:_LISTED]:
        lines += ["", *_entry(one, zone)]
        label = clip(f"v{one.narrative.version} {one.narrative.title}", 30)
        take_back = (Button("Cabut", f"nw:{one.narrative.id}"),) if admin else ()
        buttons.append((Button(f"Buka {label}", f"nd:{one.narrative.id}"), *take_back))
    if len(found) > _LISTED:
        lines.append(f"dan {len(found) - _LISTED} narasi lain")
    for draft in waiting[:_LISTED] if admin else ():
        ready = draft.complete
        state = "menunggu persetujuan" if ready else "belum lengkap"
        lines += ["", f"Draf {escape(clip(draft.title, _TITLE_ROOM))}: {state}"]
        label = clip(draft.title, 24)
        act = ("Buka draf", "nd") if ready else ("Lanjutkan", "nc")
        buttons.append((Button(f"{act[0]} {label}", f"{act[1]}:{draft.id}"),))
    if admin:
        buttons.append((Button("Buat baru", "nb:0"),))
    return Message("\n".join(lines), tuple(buttons))


def _entry(one: Listed, zone: ZoneInfo) -> list[str]:
    title = escape(clip(one.narrative.title, _TITLE_ROOM))
    return [
        f"📌 <b>{title}</b> v{one.narrative.version}, {holds(one.narrative, zone)}",
        escape(clip(one.narrative.facts[0], 120)),
        read_line(one.seen, one.people),
    ]


def topic_menu(issues: Mapping[str, Issue]) -> Message:
    """Which topic a new statement is about."""
    names = [Button(clip(one.name, 30), f"nt:0:{key}") for key, one in issues.items()]
    pairs = tuple(tuple(names[i : i + 2]) for i in range(0, len(names), 2))
    return Message(
        "<b>Narasi baru</b>\nTentang isu apa?", (*pairs, (Button("Topik lain…", "nl:0"),))
    )


TOPIC_QUESTION: Final = Message(
    "<b>Narasi baru</b>\nBalas pesan ini dengan topiknya, beberapa kata saja."
)


def facts_question(title: str) -> Message:
    """The question for the facts."""
    return Message(
        f"<b>Narasi baru: {escape(clip(title, _TITLE_ROOM))}</b>\n"
        "Balas pesan ini dengan faktanya, satu kalimat pendek per baris, "
        f"paling banyak {MOST_FACTS}. Tulis angka, tempat, dan waktunya."
    )


def link_question(title: str) -> Message:
    """The question for the official link."""
    return Message(
        f"<b>Narasi baru: {escape(clip(title, _TITLE_ROOM))}</b>\n"
        "Balas pesan ini dengan satu tautan resmi tempat penjelasan lengkapnya."
    )


def until_menu(narrative: Narrative) -> Message:
    """Until when it holds."""
    row = tuple(Button(label, f"nu:{narrative.id}:{days}") for days, label in LENGTHS.items())
    title = escape(clip(narrative.title, _TITLE_ROOM))
    return Message(f"<b>Narasi baru: {title}</b>\nBerlaku sampai kapan?", (row[:2], row[2:]))


def withdraw_question(narrative: Narrative) -> Message:
    """Whether the valid statement shall really be taken back."""
    return Message(
        f"Cabut <b>{name(narrative)}</b>? Semua yang menerimanya diberi tahu.",
        ((Button("Ya, cabut", f"nx:{narrative.id}"),),),
    )


def too_long(lines: int, longest: int) -> str:
    """The answer to facts that nobody would read."""
    if lines > MOST_FACTS:
        return f"Ada {lines} baris. Paling banyak {MOST_FACTS} fakta, pilih yang terpenting."
    return f"Ada fakta {longest} huruf. Paling panjang {MOST_FACT} huruf per baris."


def not_official(domains: Sequence[str]) -> str:
    """The answer to a link that leads elsewhere."""
    named = f", misalnya {clip(domains[0], 80)}" if domains else ""
    return f"Tautannya bukan laman resmi kantor{named}."


def to_copy(narrative: Narrative) -> Message:
    """The statement in one piece, to be copied into an answer."""
    words = " ".join((*narrative.facts, f"Selengkapnya: {narrative.link}"))
    return Message(f"Untuk disalin:\n<code>{escape(words)}</code>")


def put_into(reworded: int, there: int = 0, left: int = 0) -> str:
    """The answer to Pakai di balasan where suggestions wait: how many say it, and how many not.

    ``there`` said it before; ``left`` could not be reworded.
    """
    parts = [
        f"{reworded} saran kini memuat fakta narasi ini." if reworded else "",
        f"{there} saran sudah memuatnya." if there else "",
        f"{left} saran tidak diubah: disunting, ditandatangani, atau tanpa kalimat yang cocok."
        if left
        else "",
    ]
    return " ".join([*(part for part in parts if part), "Periksa di bawah sebelum menyetujui."])


def differs(narrative: Narrative, fact: str, said: str) -> str:
    """Why a reply needs a second signature: both versions."""
    return f"Narasi v{narrative.version}: {fact}; di balasan: {said}."


def outdated(narrative: Narrative, fact: str) -> str:
    """Why a reply needs a second signature: it says what holds no longer."""
    said = clip(fact, 80).rstrip(".")
    return f"Narasi v{narrative.version} sudah tidak berlaku, tetapi masih diulang: {said}."


def card_line(narrative: Narrative, zone: ZoneInfo) -> str:
    """On the card of an incident."""
    return f"📌 Narasi v{narrative.version} berlaku {holds(narrative, zone)}"


def draft_line(narrative: Narrative) -> str:
    """On the message of a reply that says it."""
    over = "" if narrative.state is NarrativeState.VALID else " (sudah tidak berlaku)"
    return f"Memakai narasi v{narrative.version}: {clip(narrative.title, 40)}{over}"
