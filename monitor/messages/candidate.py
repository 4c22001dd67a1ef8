"""What trainers read of a new model beside the one that serves, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    CAPTION_LIMIT,
    LEVEL_NAMES,
    MONTHS,
    Button,
    Message,
    clip,
    clock,
    escape,
    number,
    percent,
    visible_length,
)
from monitor.messages.drawing import png
from monitor.records import Issue
from monitor.records.candidate import (
    LEAST_ROWS,
    MOST_FALL,
    BackTest,
    Candidate,
    CandidateState,
    Cut,
    Doubt,
    Measure,
    OneAlert,
    Outcome,
    Part,
    Report,
)

WANTED = "Dicatat. Model baru membaca riwayat dulu, baru dipakai."
REJECTED = "Dicatat: tidak dipakai."
OUTDATED = "Model ini dibandingkan dengan model yang sudah diganti. Mohon latih ulang."
OTHER_READS = "Model lain sedang membaca riwayat. Mohon coba lagi setelah selesai."
USE, REJECT = "Pakai", "Tolak"
HEADING = "Model baru"
_OUTDATED_SHORT = "dibandingkan dengan model yang sudah diganti; mohon latih ulang"
SAME = "Kedua model menjawab sama pada teks ujian."
NONE_YET = "Belum ada model yang dilatih di kantor ini."
HINT = (
    "Hasil latihan dibandingkan dengan model yang sedang dipakai pada teks yang tidak dipelajari."
)

LANGUAGES: Final[Mapping[str, str]] = {
    "id": "Indonesia",
    "bjn": "Banjar",
    "nij": "Ngaju",
    "jv": "Jawa",
    "su": "Sunda",
    "en": "Inggris",
    "mixed": "campuran",
}
_MEASURES: Final[Mapping[Measure, str]] = {
    Measure.SENTIMENT: "Sentimen",
    Measure.ISSUE: "Isu",
    Measure.ONE_ISSUE: "Isu",
    Measure.COMPLAINTS: "Keluhan ditemukan",
    Measure.PAIRS: "Pasangan kalimat",
    Measure.CHAT: "Obrolan dibiarkan",
}
STATES: Final[Mapping[CandidateState, str]] = {
    CandidateState.TRAINING: "sedang dilatih",
    CandidateState.OFFERED: "menunggu keputusan",
    CandidateState.REFUSED: "tidak lolos",
    CandidateState.UNPROVEN: "belum terbukti lebih baik",
    CandidateState.REJECTED: "ditolak",
    CandidateState.WANTED: "membaca riwayat",
    CandidateState.SERVED: "dipakai",
    CandidateState.STOPPED: "dihentikan sebelum dipakai",
    CandidateState.REPLACED: "sudah diganti",
}
_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.BETTER: "✅ Lebih baik, dan tidak ada bagian yang lebih buruk.",
    Outcome.WORSE: "⛔ Tidak ditawarkan: ada yang lebih buruk.",
    Outcome.UNPROVEN: "⏳ Belum terbukti lebih baik, jadi tidak ditawarkan.",
}
_GATES: Final = (CandidateState.REFUSED, CandidateState.UNPROVEN)
_FIELDS: Final[Mapping[str, str]] = {"sentiment": "sentimen", "issue": "isu"}
_MOST_NAMED = 2
_MOST_NEEDED = 20_000
_MOST_BARS = 22


@dataclass(frozen=True, slots=True)
class Way:
    """How far a switch has come: ``done`` of ``total`` read, ``changed`` count otherwise since."""

    done: int
    total: int
    changed: int
    switched_at: datetime | None


def cut_name(cut: Cut, issues: Mapping[str, Issue]) -> str:
    """``Sentimen · Banjar``."""
    measure = _MEASURES[cut.measure]
    if cut.part in (Part.ALL, Part.SUITE):
        return measure
    names = {Part.LANGUAGE: LANGUAGES.get(cut.name, cut.name), Part.PLATFORM: cut.name}
    known = issues.get(cut.name)
    name = names.get(cut.part) or (known.name if known else cut.name)
    return f"{measure} · {name}"


def full(
    known: Candidate,
    way: Way | None,
    issues: Mapping[str, Issue],
    zone: ZoneInfo,
    now: datetime,
) -> Message:
    """The message to trainers; buttons while there is something to decide. Fits a caption."""
    assert known.report is not None  # told only when it is trained
    lines = lines_of(known, way, issues, zone, now)
    # where names are very long the last lines stand on the page alone
    while visible_length(text := _joined(lines)) > CAPTION_LIMIT:
        lines = lines[:-1]
    return Message(text, buttons(known), known.picture)


def _joined(lines: Sequence[str]) -> str:
    head, *rest = (escape(line) for line in lines)
    return "\n".join([f"🧪 <b>{head}</b>", *rest])


def buttons(known: Candidate) -> tuple[tuple[Button, ...], ...]:
    """Pakai and Tolak, while it is offered; Pakai once more where its reading was stopped.

    An offer of which something must be said can only be rejected: it is outdated.
    """
    use, reject = Button(USE, f"cu:{known.id}"), Button(REJECT, f"cx:{known.id}")
    if known.state is CandidateState.OFFERED:
        return ((reject,),) if known.why else ((use, reject),)
    return ((use,),) if known.state is CandidateState.STOPPED else ()


def lines_of(
    known: Candidate,
    way: Way | None,
    issues: Mapping[str, Issue],
    zone: ZoneInfo,
    now: datetime,
) -> list[str]:
    """The same as plain lines, the heading first; the page shows them too."""
    report = known.report
    assert report is not None  # told only when it is trained
    lines = [
        f"{HEADING} {known.version}",
        _taught(report),
        *_became(known, way, zone, now),
        _OUTCOMES[report.ruling.outcome],
        _figures(report),
        *_reasons(report, issues),
    ]
    if report.back_test is not None:
        lines.append(_back_test(report.back_test, zone))
    if report.doubts:
        lines.append(f"Label meragukan: {len(report.doubts)}, antre untuk dilihat ulang.")
    undecided = known.state in (*_GATES, CandidateState.OFFERED)
    return [*lines, *([rule()] if undecided else [])]


def short(known: Candidate, now: datetime) -> Message:
    """One line for the main group."""
    offer = "lebih baik dari yang dipakai; pelatih atau admin memutuskan"
    words = {
        CandidateState.OFFERED: _OUTDATED_SHORT if known.why else offer,
        CandidateState.SERVED: f"dipakai, dipilih {clip(known.decided_by or '-', 40)}",
        CandidateState.REJECTED: f"ditolak {clip(known.decided_by or '-', 40)}",
    }.get(known.state, STATES[known.state])
    return Message(escape(f"🧪 {HEADING} {known.version}: {words}."))


def rule() -> str:
    """The gate in words."""
    fall = f"{MOST_FALL * 100:.1f}".replace(".", ",")
    return (
        f"Aturan: ditolak bila keseluruhan turun lebih dari {fall} poin atau satu bagian (minimal "
        f"{LEAST_ROWS} teks) pasti turun; ditawarkan bila ada yang pasti naik."
    )


def _taught(report: Report) -> str:
    labels = report.taught.get("label", 0)
    stored = report.taught.get("stored", 0)
    rest = sum(report.taught.values()) - labels - stored
    lessons = [f"{number(labels)} label kantor"]
    lessons += [f"{number(stored)} komentar tanpa label"] if stored else []
    judged = report.judged
    told = [
        f"{number(judged[name])} {words}"
        for name, words in (("label", "label kantor"), ("own", "teks contoh"))
        if judged.get(name)
    ]
    suites = judged.get("pairs", 0) + judged.get("chat", 0)
    told += [f"{number(suites)} kalimat ujian"] if suites else []
    return (
        f"Belajar dari {', '.join(lessons)} dan {number(rest)} teks lain; diuji bersama "
        f"{report.serving} pada {', '.join(told) or 'tidak ada teks'} yang belum dikenal keduanya."
    )


def stopped_by(person: str) -> str:
    """Why a reading ended that a person ended."""
    return f"dihentikan {person}"


def _became(known: Candidate, way: Way | None, zone: ZoneInfo, now: datetime) -> list[str]:
    who = clip(known.decided_by or "-", 40)
    told = {
        CandidateState.OFFERED: known.why,
        CandidateState.REJECTED: f"Ditolak {who}.",
        CandidateState.STOPPED: f"Dihentikan sebelum dipakai: {clip(known.why or '-', 120)}.",
        CandidateState.REPLACED: "Sudah diganti model lain.",
    }.get(known.state)
    if told:
        return [told]
    if way is None or known.state not in (CandidateState.WANTED, CandidateState.SERVED):
        return []
    if way.switched_at is None or known.state is CandidateState.WANTED:
        return [f"Dipilih {who}. Membaca riwayat: {_progress(way)}. Yang lama masih dipakai."]
    return [
        f"Dipakai sejak {clock(way.switched_at, zone, now)}, dipilih {who}. "
        f"{number(way.changed)} komentar dihitung lain dari sebelumnya."
    ]


def _progress(way: Way) -> str:
    part = way.done / way.total if way.total else 1.0
    return f"{number(way.done)} dari {number(way.total)} komentar ({percent(min(part, 1.0))})"


def _figures(report: Report) -> str:
    told = []
    for cut in report.cuts:
        if cut.part is not Part.ALL:
            continue
        part = cut.measure is Measure.COMPLAINTS
        told.append(f"{_MEASURES[cut.measure]} {_share(cut.old, part)} → {_share(cut.new, part)}")
    ece = report.ece.get(Measure.SENTIMENT.value)
    if ece:
        told.append(f"selisih keyakinan (ECE) {_share(ece[0], False)} → {_share(ece[1], False)}")
    return " · ".join(told) if told else "Belum ada label kantor untuk menguji."


def _share(value: float, as_percent: bool) -> str:
    return percent(value) if as_percent else f"{value:.3f}".replace(".", ",")


def _reasons(report: Report, issues: Mapping[str, Issue]) -> list[str]:
    ruling = report.ruling
    named = (
        ("Turun keseluruhan", ruling.fell),
        ("Pasti turun", ruling.worse),
        ("Pasti naik", ruling.better),
    )
    lines = [f"{name}: {_listed(cuts, issues)}." for name, cuts in named if cuts]
    if ruling.labels_needed is not None:
        lines.append(_needed(ruling.labels_needed))
    elif ruling.outcome is Outcome.UNPROVEN:
        lines.append(SAME)
    return lines


def _needed(labels: int) -> str:
    if labels > _MOST_NEEDED:
        return f"Bedanya terlalu kecil: perlu lebih dari {number(_MOST_NEEDED)} label lagi."
    return f"Perlu kira-kira {number(labels)} label lagi untuk memastikan."


def _listed(cuts: Sequence[Cut], issues: Mapping[str, Issue]) -> str:
    ranked = sorted(cuts, key=lambda cut: -abs(cut.gain))
    told = [f"{clip(cut_name(cut, issues), 34)} {points(cut.gain)}" for cut in ranked[:_MOST_NAMED]]
    rest = len(cuts) - _MOST_NAMED
    return ", ".join(told) + " poin" + (f", dan {rest} lagi" if rest > 0 else "")


def points(gain: float) -> str:
    """``+3,1`` hundredths."""
    return f"{gain * 100:+.1f}".replace(".", ",").replace("-", "−")


def _back_test(test: BackTest, zone: ZoneInfo) -> str:
    told = (
        f"{test.days} hari terakhir: {test.old} peringatan dengan model lama, {test.new} dengan "
        f"yang baru ({test.both} sama)"
    )
    for name, found in (("hanya lama", test.only_old), ("hanya baru", test.only_new)):
        if found:
            listed = ", ".join(_alert(one, zone) for one in found[:_MOST_NAMED])
            rest = len(found) - _MOST_NAMED
            told += f"; {name}: {listed}" + (f", dan {rest} lagi" if rest > 0 else "")
    return (
        f"{told}. {number(test.counted_otherwise)} dari {number(test.comments)} komentar akan "
        "dihitung lain."
    )


def _alert(one: OneAlert, zone: ZoneInfo) -> str:
    local = one.opened_at.astimezone(zone)
    judged = " (bukan krisis)" if one.judged == "dismissed" else ""
    name = f"{clip(one.issue, 22)} {local.day} {MONTHS[local.month - 1]} {LEVEL_NAMES[one.peak]}"
    return name + judged


DOUBTED = "Label yang meragukan:"


def doubt_line(doubt: Doubt, masked: str) -> str:
    """``#12 sentiment: positif, mesin: negatif (2 %) · kata-katanya``: one label to look at."""
    return (
        f"#{doubt.comment_id} {_FIELDS[doubt.field]}: {doubt.given}, mesin: {doubt.likely} "
        f"(peluang labelnya {percent(doubt.p_given)}) · {clip(masked, 90)}"
    )


_BETTER, _WORSE, _SAME, _INK = "#1b7837", "#b2182b", "#78909c", "#263238"


def picture(report: Report, version: str, issues: Mapping[str, Issue]) -> bytes:
    """One line a cut: the difference in points with its interval, the overall ones on top; PNG.

    The part that fell or rose the most is shown where there are too many.
    """
    from matplotlib.figure import Figure

    cuts = _shown(report)
    rows = max(len(cuts), 1)
    figure = Figure(figsize=(6.4, 2.0 + 0.42 * rows), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for row, cut in enumerate(cuts):
        colour = _WORSE if cut.high < 0 else _BETTER if cut.low > 0 else _SAME
        axes.plot([100 * cut.low, 100 * cut.high], [row, row], color=colour, linewidth=3, zorder=2)
        axes.plot(100 * cut.gain, row, "o", color=colour, markersize=8, zorder=3)
    axes.axvline(0, color=_INK, linewidth=1, zorder=1)
    labels = [f"{clip(cut_name(cut, issues), 34)} ({cut.rows})" for cut in cuts]
    # A name may hold dollar signs, which would be read as a formula.
    axes.set_yticks(range(len(cuts)), labels, fontsize=12, parse_math=False)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=11)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#eceff1", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("← lebih buruk     poin     lebih baik →", fontsize=12, color=_INK)
    figure.suptitle(
        f"{version} dibanding {report.serving}", fontsize=14, fontweight="bold", color=_INK
    )
    figure.supxlabel(
        "Titik: beda; garis: kisaran yang mungkin (95 % / 99 %); dalam kurung: teks uji",
        fontsize=10, color="#546e7a",
    )  # fmt: skip
    return png(figure)


def _shown(report: Report) -> list[Cut]:
    """The overall cuts and suites in their order, then the others by how far they moved."""
    first = [cut for cut in report.cuts if cut.part in (Part.ALL, Part.SUITE)]
    rest = [cut for cut in report.cuts if cut.part not in (Part.ALL, Part.SUITE)]
    decisive = [cut for cut in rest if cut.high < 0 or cut.low > 0]
    others = [cut for cut in rest if cut not in decisive]
    ranked = [*_by_gain(decisive), *_by_gain(others)][: _MOST_BARS - len(first)]
    return [*first, *_by_gain(ranked)]


def _by_gain(cuts: Sequence[Cut]) -> list[Cut]:
    return sorted(cuts, key=lambda cut: (-abs(cut.gain), cut.name, cut.measure))
