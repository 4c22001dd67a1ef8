"""A question to an agency: what is asked, the living message, reminders, and short answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.base import MONTHS, Button, Message, clip, clock, escape, head
from monitor.messages.why import counted
from monitor.records import (
    AnswerClock,
    Audience,
    Incident,
    Opd,
    Question,
    QuestionState,
    wave_first,
)

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_EXAMPLE_ROOM = 200
_QUESTION_ROOM = 1800
_ANSWER_ROOM = 1200
_REASON_ROOM = 200
_PAGE = 20  # agencies in one menu: Telegram takes 100 buttons, a thumb fewer

ASKED = "Pertanyaan dikirim."
OPEN_ALREADY = "OPD ini sudah ditanya tentang isu ini dan belum menjawab."
ANSWERED = "Terima kasih, jawaban diteruskan ke kantor."
ANSWERED_MASKED = "Terima kasih, jawaban diteruskan ke kantor. Data pribadi di dalamnya disamarkan."
WITHDRAWN = "Pertanyaan dibatalkan."
EMPTY = "Jawaban masih kosong. Silakan balas lagi pertanyaannya."
TOO_LONG = f"Jawaban terlalu panjang, paling banyak {_ANSWER_ROOM} huruf. Mohon diringkas."
NOT_YOUR_OPD = "Maaf, pertanyaan ini untuk OPD lain."
ONLY_ADMIN_NOW = "Dua OPD saling mengalihkan, jadi admin yang memutuskan."
SAME_OPD = "Pertanyaan ini memang sedang ada di OPD itu."
LOOPED = "OPD itu sudah mengalihkan pertanyaan ini. Admin diberi tahu dan akan memutuskan."
HINT = "Jawaban OPD"
WHAT_IS_NEEDED = (
    "Mohon dijawab singkat: apa yang terjadi, apa yang sudah atau akan dilakukan, kapan selesai, "
    "dan tautan resmi bila ada."
)


def day_words(at: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
    """``Selasa 25 Nov``, with the year where it is asked for."""
    local = at.astimezone(zone)
    text = f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
    return f"{text} {local.year}" if year else text


def short_day(at: datetime, zone: ZoneInfo) -> str:
    """``Sel 25 Nov``."""
    name, _, rest = day_words(at, zone).partition(" ")
    return f"{name[:3]} {rest}"


def deadline(at: datetime, days: int, zone: ZoneInfo) -> str:
    """``paling lambat Selasa 25 Nov 2026, 5 hari kerja``."""
    return f"paling lambat {day_words(at, zone, year=True)}, {days} hari kerja"


def question_text(
    incident: Incident,
    issue_name: str,
    places: Sequence[tuple[str, int]],
    examples: Sequence[str],
) -> str:
    """What is asked, as plain words: issue, numbers, places, masked examples, what is needed."""
    said = [f"{i}. {clip(text, _EXAMPLE_ROOM)}" for i, text in enumerate(examples[:3], 1)]
    return "\n".join(
        [
            f"{issue_name}: {numbers(incident)}{named_places(places)}.",
            *(["Contoh komentar warga:", *said] if said else []),
            WHAT_IS_NEEDED,
        ]
    )


def named_places(places: Sequence[tuple[str, int]]) -> str:
    """``; tempat yang disebut: Baamang (11), Sampit (3)``: most comments name none at all."""
    return f"; tempat yang disebut: {place_list(places)}" if places else ""


def place_list(places: Sequence[tuple[str, int]]) -> str:
    """``Baamang (11), Sampit (3)``: each by its narrowest name, the three most named."""
    return ", ".join(f"{place.rpartition(' / ')[2]} ({count})" for place, count in places[:3])


def numbers(incident: Incident) -> str:
    """Why an incident stands, without a full stop."""
    wave = wave_first(incident.topic) is not None
    return (incident.reading.reason if wave else counted(incident.reading)).rstrip(".")


@dataclass(frozen=True, slots=True)
class Preview:
    """The question that would be asked: of whom, in which words, by which clocks."""

    incident: Incident
    opd: Opd
    text: str
    clocks: Sequence[tuple[AnswerClock, datetime]]
    zone: ZoneInfo


def preview(view: Preview) -> Message:
    """The question with a button for each clock; one tap sends it."""
    opd, number = view.opd, view.incident.id
    lines = [
        f"<b>Tanya {escape(opd.short)}</b> · #{number}",
        escape(head(view.text, _QUESTION_ROOM)),
        "",
        *([] if opd.chat else [no_chat(opd.short)]),
        "Pilih jenisnya untuk mengirim:",
        *(f"{escape(one.name)}: {deadline(due, one.days, view.zone)}" for one, due in view.clocks),
    ]
    kinds = [
        Button(f"{one.name} · {one.days} hari", f"qs:{number}:{one.key}:{opd.key}")
        for one, _ in view.clocks
    ]
    return Message("\n".join(lines), (*_pairs(kinds), (Button("OPD lain…", f"qc:{number}"),)))


def no_chat(name: str) -> str:
    """Said where an agency cannot be written to."""
    return f"⚠️ {escape(name)} belum punya grup di Siaga, jadi pertanyaan muncul di grup kantor."


def opd_menu(title: str, entry: str, back: str, opds: Sequence[Opd], page: int) -> Message:
    """Agencies in two columns; ``entry`` and ``back`` are the data before the key or the page."""
    pages = max(1, -(-len(opds) // _PAGE))
    shown = opds[page * _PAGE : (page + 1) * _PAGE]
    names = [Button(clip(one.short, 40), f"{entry}:{one.key}") for one in shown]
    turn = [
        Button(label, f"{back}:{to}")
        for label, to in (("‹ Sebelumnya", page - 1), ("Berikutnya ›", page + 1))
        if 0 <= to < pages
    ]
    return Message(f"{title}\nSilakan pilih:", (*_pairs(names), *([tuple(turn)] if turn else [])))


def ask_menu(incident: Incident, issue_name: str, opds: Sequence[Opd], page: int) -> Message:
    """Which agency to ask about an incident."""
    number = incident.id
    title = f"<b>Tanya OPD tentang {escape(clip(issue_name, 60))}</b> #{number}"
    return opd_menu(title, f"qp:{number}", f"qc:{number}", opds, page)


def move_menu(question: Question, opds: Sequence[Opd], page: int) -> Message:
    """Whose business a question is."""
    number = question.id
    others = [one for one in opds if one.short != question.opd]
    title = f"<b>Pertanyaan #{number}: urusan siapa?</b>"
    return opd_menu(title, f"qm:{number}", f"qk:{number}", others, page)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as one audience sees it; ``clock_name`` is that of its kind."""

    question: Question
    opd: Opd
    clock_name: str
    audience: Audience
    zone: ZoneInfo
    now: datetime


def question_message(view: QuestionView) -> Message:
    """The living message of a question."""
    question, audience = view.question, view.audience
    if audience is Audience.BEFORE:
        to = escape(question.opd)
        text = f"↪️ Pertanyaan #{question.id} sudah dialihkan ke <b>{to}</b>. Terima kasih."
        return Message(text)
    subject = "Tembusan pertanyaan" if audience is Audience.COPY else "Pertanyaan"
    due = day_words(question.due_at, view.zone, year=True)
    closes = clock(question.due_at, view.zone)
    lines = [
        f"❓ <b>{subject} untuk {escape(view.opd.short)}</b> · #{question.id}",
        *_from_whom(view),
        escape(head(question.text, _QUESTION_ROOM)),
        "",
        f"<b>Paling lambat {due} pukul {closes}</b> "
        f"({escape(view.clock_name)}, {question.days} hari kerja)",
        *_standing(view),
    ]
    return Message("\n".join(lines), _buttons(question, audience))


def _from_whom(view: QuestionView) -> list[str]:
    question = view.question
    at = clock(question.asked_at, view.zone, view.now)
    asked = f"Ditanyakan oleh {escape(clip(question.asked_by, 60))}, {at}"
    if question.been:
        asked += f" · dialihkan oleh {escape(', '.join(question.been[-2:]))}"
    return [asked]


def _standing(view: QuestionView) -> list[str]:
    question = view.question
    by = escape(clip(question.answered_by or "", 60))
    if question.state is QuestionState.ANSWERED:
        at = clock(question.answered_at or view.now, view.zone, view.now)
        words = escape(head(question.answer or "", _ANSWER_ROOM))
        return [f"✅ <b>Dijawab oleh {by}</b>, {at}:", f"<i>{words}</i>"]
    if question.state is QuestionState.WITHDRAWN:
        return [f"Dibatalkan oleh {by}."]
    without = not view.opd.chat and view.audience is Audience.BOTH
    return [
        *([no_chat(view.opd.short)] if without else []),
        *([f"🔁 {ONLY_ADMIN_NOW}"] if question.looped else []),
        *(["⏰ Sudah lewat batas waktu."] if question.escalated_at else []),
    ]


def _buttons(question: Question, audience: Audience) -> tuple[tuple[Button, ...], ...]:
    if question.state is not QuestionState.ASKED or audience is Audience.COPY:
        return ()
    number = question.id
    answer = (Button("Jawab", f"qj:{number}"), Button("Bukan urusan kami", f"qk:{number}"))
    take_back = (Button("Batalkan", f"qb:{number}"),)
    rows = {
        Audience.OPD: (answer,),
        Audience.OFFICE: (take_back,),
        Audience.BOTH: (answer, take_back),
    }
    return rows[audience]


def answer_question(question: Question, issue_name: str) -> Message:
    """The question whose answer is the agency's."""
    return Message(
        f"<b>Jawaban {escape(question.opd)} untuk pertanyaan #{question.id}</b>"
        f"\n{escape(clip(issue_name, 60))}. {WHAT_IS_NEEDED}\nBalas pesan ini dengan jawabannya."
    )


def too_long(text: str) -> bool:
    """Whether an answer has no room in a reply."""
    return len(text) > _ANSWER_ROOM


def reminder(question: Question, issue_name: str, left: int, zone: ZoneInfo) -> str:
    """A new message in the agency's chat, ``left`` working days before the end."""
    many = f"{left} hari kerja lagi" if left > 1 else "hari kerja berikutnya"
    many = many if left else "hari ini"
    return (
        f"⏰ Pertanyaan #{question.id} untuk {escape(question.opd)} tentang "
        f"<b>{escape(clip(issue_name, 60))}</b> belum dijawab. Batasnya "
        f"{day_words(question.due_at, zone)} ({many})."
    )


def overdue(question: Question, issue_name: str, leader: str | None, zone: ZoneInfo) -> str:
    """To the agency's head, by name where the register knows one."""
    to = escape(leader) if leader else f"Kepala {escape(question.opd)}"
    return (
        f"⏰ Yth. <b>{to}</b>, pertanyaan #{question.id} tentang "
        f"<b>{escape(clip(issue_name, 60))}</b> belum dijawab sampai batasnya, "
        f"{day_words(question.due_at, zone)}. Mohon bantuan agar segera dijawab.\n\n"
        f"{escape(head(question.text, _QUESTION_ROOM))}"
    )


def overdue_office(question: Question, leader: str | None) -> str:
    """The same to the office."""
    told = f"disampaikan kepada {escape(leader)}" if leader else "kepalanya belum tercatat di Siaga"
    return (
        f"⏰ {escape(question.opd)} belum menjawab pertanyaan #{question.id} sampai batas waktunya;"
        f" {told}."
    )


def answered_news(question: Question, person: str, draft_id: int | None) -> str:
    """To those who asked."""
    then = f"Saran balasan #{draft_id} sudah disiapkan untuk diputuskan admin."
    if draft_id is None:
        then = "Tidak ada komentar yang masih menunggu balasan; jawabannya ada di perjalanan isu."
    return (
        f"✅ {escape(question.opd)} ({escape(clip(person, 60))}) menjawab pertanyaan "
        f"#{question.id} dari {escape(clip(question.asked_by, 60))}. {then}"
    )


def moved(question: Question, opd: str, issue_name: str, place: str | None) -> str:
    """What was done and learned, as plain words; the answer to the press and news to the office."""
    where = f" di {place.rpartition(' / ')[2]}" if place else ""
    return (
        f"Pertanyaan #{question.id} dialihkan dari {question.opd} ke {opd}. "
        f"Untuk seterusnya, {issue_name}{where} ditanyakan ke {opd}."
    )


def loop_news(question: Question, opd: str) -> str:
    """To the office: two agencies send a question back and forth."""
    path = " → ".join(map(escape, (*question.been, question.opd, opd)))
    return (
        f"🔁 Pertanyaan #{question.id} berputar: {path}. Mohon admin memutuskan lewat tombol "
        "“Bukan urusan kami” di pertanyaannya."
    )


def unheard(question: Question) -> str:
    """To the office: the agency's chat does not take messages."""
    return (
        f"⚠️ Pertanyaan #{question.id} tidak dapat dikirim ke grup {escape(question.opd)}. "
        "Mohon diteruskan dengan cara lain."
    )


def asked_reason(question_opd: str, at: datetime, days: int, zone: ZoneInfo) -> str:
    """The reason of an event."""
    return f"{question_opd}, {deadline(at, days, zone)}"


def answer_reason(opd: str, text: str) -> str:
    """The reason of an event."""
    return f"{opd}: {clip(text, _REASON_ROOM)}"


def replaced(opd: str) -> str:
    """Why a suggestion of the machine gave way."""
    return f"Diganti jawaban {opd}."


def waiting_line(question: Question, zone: ZoneInfo, now: datetime) -> str:
    """The line of a card, as plain words."""
    day = short_day(question.due_at, zone)
    if question.due_at <= now:
        return f"⏰ {clip(question.opd, 40)} belum menjawab, batasnya {day}"
    return f"❓ Menunggu jawaban {clip(question.opd, 40)} s.d. {day}"


def _pairs(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
