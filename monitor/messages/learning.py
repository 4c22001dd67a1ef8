"""What labellers read: one comment at a time with two taps, conflicts, and how well they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.answers import SENTIMENT_NAMES
from monitor.messages.base import Button, Message, clip, clock, escape, percent
from monitor.records import Issue, Sentiment

TONES: Final = tuple(Sentiment)
PRIVATE_ONLY = "Silakan kirim /latih di obrolan pribadi dengan saya."
NOTHING = "Tidak ada komentar yang menunggu label. Antrean diisi lagi pada jam kerja. Terima kasih."
STOPPED = "Berhenti dulu. Kirim /latih untuk melanjutkan. Terima kasih."
SKIPPED = "Dilewati."
UNDONE = "Jawaban terakhir dibatalkan. Silakan pilih lagi."
NOTHING_TO_UNDO = "Tidak ada jawaban Anda yang masih bisa dibatalkan."
SAID_ALREADY = "Anda sudah menjawab komentar ini."
TAKEN = "Komentar ini sedang atau sudah dilabeli rekan lain."
OLD = "Komentar ini sudah tidak menunggu jawaban Anda."
EDITED = "Komentar ini baru saja diubah penulisnya. Silakan baca lagi."
NEEDS_TONE = "Pilih dulu nadanya."
NO_CONFLICTS = "Tidak ada label berbeda yang menunggu keputusan."
DECIDED = "Sudah diputuskan. Terima kasih."
DECIDED_ALREADY = "Label ini sudah diputuskan."
SECOND_ASKED = "Tersimpan. Rekan lain akan memberi pendapat kedua."
CONFLICTING = "Tersimpan. Jawaban rekan berbeda; pelatih akan memutuskan."

_PER_PAGE = 8
_TEXT = 900
# Why a comment is asked.
REASONS: Mapping[str, str] = {
    "unsure": "mesin ragu",
    "disagree": "dua cara baca mesin berbeda pendapat",
    "rare": "isunya jarang, contohnya masih sedikit",
    "language": "bahasanya masih sedikit contohnya",
    "spread": "tidak mirip dengan yang sudah dipelajari",
    "random": "diambil acak untuk mengecek mesin",
    "imported": "datang dari berkas",
    "doubted": "label sebelumnya diragukan mesin",
}
# Landis & Koch 1977, from the best down.
_GOODNESS: Sequence[tuple[float, str]] = (
    (0.81, "sangat kuat"),
    (0.61, "kuat"),
    (0.41, "sedang"),
    (0.21, "lemah"),
    (0.0, "sangat lemah"),
)
_FEW = 20
FIELDS: Mapping[str, str] = {"sentiment": "nada", "issue": "isu"}


@dataclass(frozen=True, slots=True)
class ItemView:
    """A comment to be labelled, as a person sees it. ``text`` is masked; nobody is named.

    ``tones``: what the machine thinks, likeliest first; ``best``: keys of its likeliest issues.
    """

    comment_id: int
    text: str
    source: str
    place: str | None
    at: datetime
    reason: str
    tones: Sequence[tuple[Sentiment, float]]
    issue: str
    issue_p: float
    best: Sequence[str]
    done: int
    goal: int
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A comment that people labelled differently; ``answers``: each different one, once.

    ``seen``: the content hash of its words.
    """

    comment_id: int
    text: str
    source: str
    at: datetime
    answers: Sequence[tuple[Sentiment, str]]
    left: int
    seen: str = ""


@dataclass(frozen=True, slots=True)
class AgreementView:
    """How two people agree on one field; ``kappa`` None where nothing can be said."""

    field: str
    people: tuple[str, str]
    items: int
    alike: float
    kappa: float | None


def item(view: ItemView, issues: Mapping[str, Issue], zone: ZoneInfo) -> Message:
    """The first tap: the tone."""
    tones = tuple(
        Button(name, f"la:{view.comment_id}:{TONES.index(tone)}")
        for tone, name in SENTIMENT_NAMES.items()
    )
    rest = [
        Button("Lewati", f"lk:{view.comment_id}"),
        Button("Urungkan", f"lu:{view.comment_id}"),
        Button("Berhenti", f"lz:{view.comment_id}"),
    ]
    text = f"{_shown(view, issues, zone)}\n\n<b>1. Bagaimana nadanya?</b>"
    return Message(text, (tones, tuple(rest), *_decide_row(view.conflicts)))


def issue_step(
    view: ItemView, tone: Sentiment, issues: Mapping[str, Issue], zone: ZoneInfo
) -> Message:
    """The second tap: the issue, the machine's likeliest first."""
    code = TONES.index(tone)
    best = tuple(
        (Button(name_of(key, issues), f"lp:{view.comment_id}:{code}:{key}"),) for key in view.best
    )
    rest = (
        Button("Semua isu…", f"lg:{view.comment_id}:{code}:0"),
        Button("Ganti nada", f"ln:{view.comment_id}"),
        Button("Lewati", f"lk:{view.comment_id}"),
    )
    return Message(f"{_toned(view, tone, issues, zone)}", (*best, rest))


def issue_page(
    view: ItemView, tone: Sentiment, page: int, issues: Mapping[str, Issue], zone: ZoneInfo
) -> Message:
    """All issues, a page of them."""
    code = TONES.index(tone)
    start = f"{view.comment_id}:{code}"
    rows = _pages(issues, page, lambda key: f"lp:{start}:{key}", lambda to: f"lg:{start}:{to}")
    back = (Button("Kembali", f"la:{start}"), Button("Lewati", f"lk:{view.comment_id}"))
    return Message(_toned(view, tone, issues, zone), (*rows, back))


def conflict(view: ConflictView, issues: Mapping[str, Issue], zone: ZoneInfo) -> Message:
    """Two different answers, without names; the trainer decides."""
    rows = tuple(
        (Button(_answer(answer, issues), f"lj:{view.comment_id}:{at}"),)
        for at, answer in enumerate(view.answers)
    )
    rest = (
        Button("Jawaban lain…", f"lo:{view.comment_id}"),
        Button("Berhenti", f"lz:{view.comment_id}"),
    )
    return Message(_conflicting(view, issues, zone), (*rows, rest))


def conflict_tones(view: ConflictView, issues: Mapping[str, Issue], zone: ZoneInfo) -> Message:
    """Another answer than the two: its tone."""
    tones = tuple(
        Button(name, f"lr:{view.comment_id}:{TONES.index(tone)}:0")
        for tone, name in SENTIMENT_NAMES.items()
    )
    back = (Button("Kembali", f"lc:{view.comment_id}"),)
    text = f"{_conflicting(view, issues, zone)}\n\n<b>1. Bagaimana nadanya?</b>"
    return Message(text, (tones, back))


def conflict_issues(
    view: ConflictView, tone: Sentiment, page: int, issues: Mapping[str, Issue], zone: ZoneInfo
) -> Message:
    """Another answer than the two: its issue."""
    start = f"{view.comment_id}:{TONES.index(tone)}"
    rows = _pages(issues, page, lambda key: f"lx:{start}:{key}", lambda to: f"lr:{start}:{to}")
    back = (Button("Kembali", f"lo:{view.comment_id}"),)
    text = f"{_conflicting(view, issues, zone)}\n\n{_second(tone)}"
    return Message(text, (*rows, back))


def nothing(done: int, goal: int, conflicts: int) -> Message:
    """Nothing waits for this person."""
    return Message(f"{progress(done, goal)}\n{NOTHING}", _decide_row(conflicts))


def stopped(done: int, goal: int) -> Message:
    """Berhenti."""
    return Message(f"{progress(done, goal)}\n{STOPPED}")


def progress(done: int, goal: int) -> str:
    """``7 dari 20 hari ini``; beyond the goal only how many."""
    return f"{done} dari {goal} hari ini" if done <= goal else f"{done} hari ini"


def kept(tone: Sentiment, issue_name: str) -> str:
    """The answer to the second tap."""
    return clip(f"Tersimpan: {SENTIMENT_NAMES[tone]} · {issue_name}. Terima kasih.", 190)


def machine(view: ItemView, issues: Mapping[str, Issue]) -> str:
    """``Negatif 55 %, Netral 40 % · Banjir & bencana 48 %``: what the machine thinks."""
    tones = ", ".join(f"{SENTIMENT_NAMES[tone]} {percent(p)}" for tone, p in view.tones[:2])
    return f"{tones} · {name_of(view.issue, issues)} {percent(view.issue_p)}"


def why(reason: str) -> str:
    """Why a comment was chosen; a reason that is not known here shows as it is."""
    return REASONS.get(reason, reason)


def name_of(key: str, issues: Mapping[str, Issue]) -> str:
    """The name of an issue; one that is not in the file any more shows its key."""
    return issues[key].name if key in issues else key


def goodness(view: AgreementView) -> str:
    """``kappa 0,72: kuat``: how good an agreement is, in words."""
    few = f" (baru {view.items}, belum mantap)" if view.items < _FEW else ""
    if view.kappa is None:
        return f"kappa belum dapat dihitung: jawabannya selalu sama{few}"
    word = next(
        (word for least, word in _GOODNESS if round(view.kappa, 2) >= least),
        "lebih buruk dari acak",
    )
    return f"kappa {view.kappa:.2f}: {word}{few}".replace(".", ",")


def agreement_line(view: AgreementView) -> str:
    """``Ani & Budi, nada: 34 komentar, 91 % sama, kappa 0,72: kuat``."""
    one, other = view.people
    return (
        f"{one} & {other}, {FIELDS[view.field]}: {view.items} komentar, "
        f"{percent(view.alike)} sama, {goodness(view)}"
    )


def states(waiting: int, conflicts: int, settled: int, dropped: int) -> str:
    """How the queue stands."""
    return f"{waiting} menunggu, {conflicts} berbeda pendapat, {settled} selesai, {dropped} dilepas"


def answers_line(answers: Mapping[str, int]) -> str:
    """``Ani 12, Budi 3`` of the last thirty days."""
    listed = ", ".join(f"{name} {count}" for name, count in answers.items()) or "belum ada"
    return f"Jawaban 30 hari terakhir: {listed}"


def _shown(view: ItemView, issues: Mapping[str, Issue], zone: ZoneInfo) -> str:
    place = f" · {escape(view.place)}" if view.place else ""
    return (
        f"<b>Latih mesin</b> · {progress(view.done, view.goal)}\n\n"
        f"<i>{escape(clip(view.text, _TEXT))}</i>\n"
        f"{escape(view.source)}{place} · {_day(view.at, zone)}, {clock(view.at, zone)}\n\n"
        f"Dipilih karena: {escape(why(view.reason))}.\n"
        f"Kata mesin: {escape(machine(view, issues))}."
    )


def _toned(view: ItemView, tone: Sentiment, issues: Mapping[str, Issue], zone: ZoneInfo) -> str:
    return f"{_shown(view, issues, zone)}\n\n{_second(tone)}"


def _second(tone: Sentiment) -> str:
    return f"1. Nada: <b>{SENTIMENT_NAMES[tone]}</b>\n<b>2. Tentang apa?</b>"


def _conflicting(view: ConflictView, issues: Mapping[str, Issue], zone: ZoneInfo) -> str:
    answers = "\n".join(
        f"Jawaban {at}: <b>{escape(_answer(answer, issues))}</b>"
        for at, answer in enumerate(view.answers, 1)
    )
    return (
        f"<b>Label berbeda</b> · {view.left} menunggu keputusan\n\n"
        f"<i>{escape(clip(view.text, _TEXT))}</i>\n"
        f"{escape(view.source)} · {_day(view.at, zone)}\n\n{answers}"
    )


def _answer(answer: tuple[Sentiment, str], issues: Mapping[str, Issue]) -> str:
    tone, key = answer
    return f"{SENTIMENT_NAMES[tone]} · {name_of(key, issues)}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d-%m-%Y}"


def _decide_row(conflicts: int) -> tuple[tuple[Button, ...], ...]:
    if not conflicts:
        return ()
    return ((Button(f"Putuskan label berbeda ({conflicts})", "lc:0"),),)


def _pages(
    issues: Mapping[str, Issue],
    page: int,
    pick: Callable[[str], str],
    turn: Callable[[int], str],
) -> tuple[tuple[Button, ...], ...]:
    """A page of all issues, two a row, and the way to the pages beside it."""
    keys = list(issues)
    last = max(0, (len(keys) - 1) // _PER_PAGE)
    page = min(page, last)
    shown = keys[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    names = [Button(issues[key].name, pick(key)) for key in shown]
    pairs = tuple(tuple(names[at : at + 2]) for at in range(0, len(names), 2))
    turns = [Button("◀", turn(page - 1))] if page else []
    turns += [Button("▶", turn(page + 1))] if page < last else []
    return (*pairs, tuple(turns)) if turns else pairs
