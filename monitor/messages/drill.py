"""What an exercise says: its mark, its beginning and end, and its result in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from monitor.messages.base import LEVEL_NAMES, clip, escape
from monitor.records import EventKind, Level
from monitor.records.drill import DrillScore, Goal, InjectKind, Scenario, Timed

MARK: Final = "LATIHAN"
NOT_REAL: Final = "bukan kejadian nyata"
MARK_LINE: Final = f"<b>{MARK}</b> · {NOT_REAL}"
MARK_LINE_PLAIN: Final = f"{MARK} · {NOT_REAL}"
BANNER: Final = (
    f"{MARK}: bukan kejadian nyata. Semua komentar rekaan, dan tidak ada balasan yang terkirim "
    "ke luar."
)
END_COMMAND: Final = ("selesai_latihan", "Akhiri latihan (admin)")
ENDING: Final = "Latihan diakhiri. Hasilnya segera dikirim."
ONLY_ADMIN: Final = "Maaf, hanya admin yang dapat mengakhiri latihan."
SHEET_CURVE: Final = "Jalannya krisis"
SHEET_ALL: Final = "komentar"
SHEET_NEGATIVE: Final = "negatif"
SHEET_MINUTE: Final = "menit latihan"
SHEET_TABLE: Final = "Menit terhadap sasaran"
SHEET_STEP: Final = "Langkah"
SHEET_GOAL: Final = "Sasaran"
SHEET_RESULT: Final = "Hasil"
SHEET_WHO: Final = "Oleh"
SHEET_TIMELINE: Final = "Urutan kejadian (menit)"
SHEET_WELL: Final = "Sudah baik"
SHEET_WORK: Final = "Perlu dilatih"
SHEET_QUESTIONS: Final = "Pertanyaan untuk dibahas"
SHEET_NOTES: Final = "Catatan"
SHEET_PEOPLE: Final = "Siapa melakukan apa"
SHEET_NOBODY: Final = "Belum ada yang menekan tombol"
READING: Final = "membaca masa tenang"
ENDED_BY_HAND: Final = "\nLatihan diakhiri, hasilnya dihitung."

GOAL_NAMES: Final[Mapping[Goal, str]] = {
    Goal.APPEAR: "Kartu muncul",
    Goal.TAKE: "Diambil",
    Goal.SUGGEST: "Saran pertama",
    Goal.APPROVE: "Persetujuan pertama",
    Goal.SEND: "Balasan pertama",
    Goal.RESOLVE: "Selesai",
}
_DONE: Final[Mapping[Goal, str]] = {
    Goal.APPEAR: "Kartu muncul {} sesudah keluhan pertama",
    Goal.TAKE: "Diambil {} sesudah kartu",
    Goal.SUGGEST: "Saran pertama ada {} sesudah kartu",
    Goal.APPROVE: "Balasan pertama disetujui {} sesudah kartu",
    Goal.SEND: "Balasan pertama terkirim {} sesudah kartu",
    Goal.RESOLVE: "Selesai {} sesudah kartu",
}
_NOT_DONE: Final[Mapping[Goal, str]] = {
    Goal.APPEAR: "Kartu tidak muncul",
    Goal.TAKE: "Tidak ada yang mengambil",
    Goal.SUGGEST: "Tidak ada saran balasan",
    Goal.APPROVE: "Tidak ada balasan yang disetujui",
    Goal.SEND: "Tidak ada balasan yang terkirim",
    Goal.RESOLVE: "Belum selesai",
}
INJECT_NAMES: Final[Mapping[InjectKind, str]] = {
    InjectKind.COMMENT: "Komentar",
    InjectKind.PRESS: "Wartawan",
    InjectKind.RUMOUR: "Rumor",
}
EVENT_NAMES: Final[Mapping[EventKind, str]] = {
    EventKind.OPENED: "Kartu muncul",
    EventKind.RAISED: "Level naik",
    EventKind.ACKNOWLEDGED: "Diambil",
    EventKind.SILENCED: "Disenyapkan",
    EventKind.RESOLVED: "Selesai",
    EventKind.DISMISSED: "Dinilai bukan krisis",
    EventKind.CALMED: "Mereda sendiri",
    EventKind.FORGOTTEN: "Belum ditangani, diingatkan",
    EventKind.NEGLECTED: "Lama tidak disentuh",
    EventKind.HANDED_OVER: "Diserahkan",
    EventKind.ESCALATED: "Dipanggil",
    EventKind.REOPENED: "Dibuka lagi",
    EventKind.ASKED: "OPD ditanya",
    EventKind.ANSWERED: "OPD menjawab",
    EventKind.HANDED_OFF: "Diteruskan",
}
DRAFT_NAMES: Final[Mapping[str, str]] = {
    "draft-approved": "Balasan disetujui",
    "draft-to_copy": "Balasan disetujui",
    "draft-signed": "Tanda tangan pertama",
    "draft-edited": "Kalimat diganti",
    "draft-rejected": "Saran ditolak",
}
POSTED: Final = "Balasan terkirim"
_DID: Final[Mapping[str, str]] = {
    EventKind.ACKNOWLEDGED.value: "mengambil",
    EventKind.SILENCED.value: "menyenyapkan",
    EventKind.RESOLVED.value: "menyelesaikan",
    EventKind.DISMISSED.value: "menilai bukan krisis",
    EventKind.HANDED_OVER.value: "menyerahkan",
    EventKind.ESCALATED.value: "memanggil",
    EventKind.REOPENED.value: "membuka lagi",
    "draft-approved": "menyetujui",
    "draft-to_copy": "menyetujui",
    "draft-signed": "menandatangani",
    "draft-edited": "mengubah kalimat",
    "draft-rejected": "menolak saran",
    "question-asked": "bertanya ke OPD",
    "question-answered": "menjawab sebagai OPD",
    "narrative-approved": "menyetujui pernyataan",
    "label": "memperbaiki label",
}


def did(action: str) -> str | None:
    """What somebody did, by the action of the audit trail; None: not worth a word."""
    return _DID.get(action)


def begins(scenario: Scenario, *, alone: bool) -> str:
    """The first message of an exercise."""
    lines = [
        f"<b>Latihan dimulai: {escape(scenario.title)}</b>",
        f"Lama {minutes(scenario.minutes)}. Warga dan komentarnya rekaan, balasan tidak keluar "
        "dari latihan ini.",
        "",
        "Yang dilatih:",
        *(f"• {escape(one)}" for one in scenario.practises),
        "",
        "Kerjakan seperti biasa. Kartu muncul sebentar lagi.",
    ]
    if not alone:
        lines.append(f"Admin dapat mengakhiri latihan dengan /{END_COMMAND[0]}.")
    return "\n".join(lines)


def at_console(scenario: Scenario, url: str, speed: float) -> str:
    """The same on the terminal."""
    lines = [f"{MARK}: {scenario.title}, {minutes(scenario.minutes)}"]
    if speed != 1:
        times = f"{speed:g}".replace(".", ",")
        lines.append(f"Jam latihan berjalan {times} kali jam dinding.")
    lines.append(f"Halaman: {url}")
    return "\n".join([*lines, "Ctrl+C mengakhiri latihan dan menghitung hasilnya."])


def listed(scenario: Scenario) -> str:
    """One line of the list of scenarios."""
    return f"{scenario.name:<14} {scenario.minutes:>3.0f} menit  {scenario.title}"


def ended(score: DrillScore) -> str:
    """The result as a caption of its page; fits a picture's caption."""
    lines = [f"<b>Latihan selesai: {escape(score.scenario.title)}</b>"]
    for one in judged(score)[:1]:
        lines += [f"{mark(*of)} {escape(verdict(*of))}" for of in _goals(score.scenario, one)]
    if not judged(score):
        lines.append(f"✗ {_NOT_DONE[Goal.APPEAR]}.")
    lines += ["", urgent(score), "Hasil lengkap dan pertanyaan untuk dibahas ada di halaman ini."]
    return "\n".join(lines)


def written(files: Sequence[Path]) -> str:
    """Where the result lies."""
    return "\n".join(["Hasil latihan:", *(f"  {file}" for file in files)])


def judged(score: DrillScore) -> tuple[Timed, ...]:
    """The incidents that the exercise is about, the one of the scenario's issue first."""
    scenario = score.scenario
    about = [one for one in score.incidents if not one.overtaken and one.topic in scenario.issues]
    waves = [one for one in score.incidents if scenario.wave and one.topic.startswith("salinan:")]
    return (*about, *waves)


def minutes(value: float) -> str:
    """``7 menit``; less than half a minute is told as such."""
    return "kurang dari 1 menit" if value < 0.5 else f"{value:.0f} menit"


def verdict(goal: Goal, value: float | None, limit: float) -> str:
    """One goal in plain words: ``Diambil 7 menit sesudah kartu: baik``."""
    if value is None:
        return f"{_NOT_DONE[goal]} (sasaran {limit:.0f} menit)"
    told = _DONE[goal].format(minutes(value))
    if round(value) <= limit:
        return f"{told}: baik"
    return f"{told}: {round(value - limit):.0f} menit lewat sasaran"


def mark(goal: Goal, value: float | None, limit: float) -> str:
    """A tick or a cross for one goal."""
    return "✓" if met(value, limit) else "✗"


def met(value: float | None, limit: float) -> bool:
    """Whether a goal was reached, in whole minutes as people read them."""
    return value is not None and round(value) <= limit


def urgent(score: DrillScore) -> str:
    """How many urgent comments stand without an answer."""
    if not score.urgent:
        return "Tidak ada komentar mendesak."
    if not score.urgent_unanswered:
        return f"Semua {score.urgent} komentar mendesak dijawab."
    return f"{score.urgent_unanswered} dari {score.urgent} komentar mendesak belum dijawab."


def levels(score: DrillScore) -> str:
    """The highest level, beside what was expected."""
    ranks = [one.peak for one in judged(score)[:1]]
    if not ranks or not score.scenario.levels:
        return ""
    expected = max(score.scenario.levels, key=lambda level: level.rank)
    told = f"Puncak {LEVEL_NAMES[ranks[0]]}"
    same = ranks[0] is expected
    return told if same else f"{told} (diperkirakan {LEVEL_NAMES[expected]})"


def went_well(score: DrillScore) -> tuple[str, ...]:
    """What to keep: goals that were met, and what did not go wrong."""
    found = [
        verdict(*of)
        for one in judged(score)[:1]
        for of in _goals(score.scenario, one)
        if met(*of[1:])
    ]
    if score.urgent and not score.urgent_unanswered:
        found.append(urgent(score).rstrip("."))
    first = judged(score)[:1]
    if first and Goal.TAKE in first[0].minutes and not first[0].escalations:
        found.append("Diambil tanpa perlu memanggil siapa pun")
    if score.replies and not score.guard_held:
        found.append("Tidak ada kalimat yang ditahan pagar")
    return tuple(found) or ("Tim ikut sampai latihan berakhir",)


def to_improve(score: DrillScore) -> tuple[str, ...]:
    """What to work on, by rule."""
    found = [
        verdict(*of)
        for one in judged(score)[:1]
        for of in _goals(score.scenario, one)
        if not met(*of[1:])
    ]
    if not judged(score):
        found.append(_NOT_DONE[Goal.APPEAR])
    if score.urgent_unanswered:
        found.append(urgent(score).rstrip("."))
    calls = sum(one.escalations for one in judged(score))
    if calls:
        found.append(f"Perlu {calls} kali memanggil sebelum ada yang menangani")
    if score.guard_held:
        found.append(f"{score.guard_held} kalimat ditahan pagar: baca alasannya bersama")
    if score.scenario.wave and not any(one.topic.startswith("salinan:") for one in score.incidents):
        found.append("Kartu gelombang salinan tidak muncul")
    return tuple(found) or ("Tidak ada sasaran yang terlewat; coba skenario yang lebih sulit",)


def _goals(scenario: Scenario, one: Timed) -> list[tuple[Goal, float | None, float]]:
    return [(goal, one.minutes.get(goal), limit) for goal, limit in scenario.goals.items()]


def sheet_title(title: str) -> str:
    """The title of the result."""
    return f"Hasil latihan: {clip(title, 44)}"


def sheet_facts(score: DrillScore, day: str, hours: str) -> str:
    """When, how long, how much, on one line."""
    facts = [day, hours, minutes(score.minutes), f"{score.comments} komentar"]
    facts.append(f"{score.replies} balasan terkirim ke situs rekaan")
    return " · ".join(facts)


def sheet_rest(score: DrillScore) -> str:
    """Below the table: the level, calls, the guard, urgent comments."""
    calls = sum(one.escalations for one in judged(score))
    facts = [levels(score), f"dipanggil {calls} kali", f"ditahan pagar {score.guard_held}"]
    return " · ".join([*filter(None, facts), urgent(score).rstrip(".")])


def sheet_foot(score: DrillScore) -> str:
    """The last line of the sheet."""
    facts = [f"{MARK}: semuanya rekaan, tidak ada yang terkirim ke luar"]
    if score.speed != 1:
        facts.append(f"kecepatan jam {score.speed:g}×".replace(".", ","))
    if score.alone:
        facts.append("seorang diri, satu tanda tangan")
    return " · ".join(facts)


def times(text: str, count: int) -> str:
    """The same thing so many times, in one line."""
    return text if count == 1 else f"{text} ({count} kali)"


def cell(value: float | None) -> str:
    """A minute of the table."""
    return (
        "–" if value is None else minutes(value).replace("kurang dari", "<").replace(" menit", "")
    )


def doing(names: Mapping[str, Mapping[str, int]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who did what: by name, each deed with how often where it is more than once."""
    found = []
    for name, deeds in names.items():
        told = [word if count == 1 else f"{word} {count} kali" for word, count in deeds.items()]
        found.append((name, tuple(told)))
    return tuple(found)


def event_line(kind: EventKind, topic: str, level: Level) -> str | None:
    """One event of an incident on the timeline; None: not worth a line."""
    name = EVENT_NAMES.get(kind)
    if name is None:
        return None
    if kind in (EventKind.OPENED, EventKind.RAISED):
        name = f"{name}: {LEVEL_NAMES[level]}"
    return f"{name} · {clip(topic, 28)}"


def inject_line(kind: InjectKind, title: str) -> str:
    """An inject on the timeline."""
    return f"{INJECT_NAMES[kind]}: {clip(title, 44)}"
