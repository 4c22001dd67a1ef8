"""The calm message that people write otherwise than what the machine learned, and its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from monitor.messages.base import MONTHS, clip, escape, number
from monitor.messages.page import LANGUAGES
from monitor.records import Sentiment
from monitor.records.drift import Change, Cut, What

_NAMES: Final[Mapping[What, str]] = {
    What.ASKED: "Komentar yang perlu dicek orang",
    What.UNKNOWN: "Kata yang belum dikenal mesin",
    What.WRONG: "Label mesin yang dikoreksi saat dilabeli",
    What.SENTIMENT: "Pembagian sentimen",
    What.ISSUE: "Pembagian isu",
}
_RATES: Final = (What.ASKED, What.UNKNOWN, What.WRONG)
_PLACES: Final = 3
ALL: Final = "semua"


@dataclass(frozen=True, slots=True)
class DriftLine:
    """The rates of a cut: this week and the four before, in 0..1; None where nothing was counted.

    ``corrected`` is corrections a comment read; ``before`` in the same order as ``now``.
    """

    cut: Cut
    comments: int
    now: tuple[float | None, ...]
    before: tuple[float | None, ...]


JSON_NAMES: Final = ("ask_human", "unknown_words", "corrected", "negative", "placed", "spam")
COLUMNS: Final = ("perlu dicek", "kata asing", "dikoreksi", "negatif", "bertempat", "iklan")


def drift_news(found: Sequence[Change], words: Sequence[str], issues: Mapping[str, str]) -> str:
    """News for the trainers: what changed, since when, and what they can do."""
    lines = [f"• {escape(line)}" for line in drift_lines(found, issues)]
    listed = ", ".join(escape(clip(word, 30)) for word in words)
    return "\n".join(
        [
            "📉 <b>Cara warga menulis mulai berbeda</b>",
            *lines,
            *([f"Contoh kata baru: <i>{listed}</i>"] if words else []),
            "Tidak mendesak. Label mesin mungkin lebih sering salah di sana. Labeli beberapa "
            "komentar dengan /latih, lalu latih ulang mesin (<code>siaga train</code>).",
        ]
    )


def drift_lines(found: Iterable[Change], issues: Mapping[str, str]) -> list[str]:
    """One sentence a kind: what changed, where and since when."""
    kinds: dict[What, list[Change]] = {}
    for change in found:
        kinds.setdefault(change.what, []).append(change)
    return [_line(what, _telling(of_kind), issues) for what, of_kind in kinds.items()]


def cut_name(cut: Cut) -> str:
    """``sumber ig_pemprov``, ``bahasa Banjar`` or ``semua``."""
    if cut.source:
        return f"sumber {clip(cut.source, 40)}"
    return f"bahasa {LANGUAGES.get(cut.language, cut.language)}" if cut.language else ALL


def day_name(day: date) -> str:
    """``3 Mar``."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def rate(share: float | None) -> str:
    """``6,2 %``; a dash where nothing was counted."""
    if share is None:
        return "-"
    return f"{number(round(share * 100, 1))} %"


def _telling(found: Sequence[Change]) -> list[Change]:
    """Sources where there are some, else languages, else everything."""
    for wanted in ("source", "language"):
        some = [one for one in found if getattr(one.cut, wanted)]
        if some:
            return some[:_PLACES]
    return list(found[:1])


def _line(what: What, found: Sequence[Change], issues: Mapping[str, str]) -> str:
    if what in _RATES:
        return f"{_NAMES[what]}: " + "; ".join(map(_rates, found)) + "."
    return f"{_NAMES[what]}: " + "; ".join(_classes(one, issues) for one in found) + "."


def _rates(change: Change) -> str:
    usual = "sumber lain" if change.fresh else "biasanya"
    new = "sumber baru " if change.fresh else ""
    where = f"{new}{cut_name(change.cut).removeprefix('sumber ')}" if change.fresh else ""
    return (
        f"{where or cut_name(change.cut)} {rate(change.now)} ({usual} {rate(change.before)}), "
        f"sejak {day_name(change.since)}"
    )


def _classes(change: Change, issues: Mapping[str, str]) -> str:
    names = {tone.value: tone.value for tone in Sentiment} | dict(issues)
    parts = ", ".join(
        f"{names.get(name, name)} {rate(now)} (biasanya {rate(before)})"
        for name, before, now in change.classes
    )
    return f"{cut_name(change.cut)}: {parts}, sejak {day_name(change.since)}"


def drift_table(lines: Sequence[DriftLine], last: date | None) -> str:
    """What ``siaga drift`` prints: a line a cut, each rate with the one before in brackets."""
    if last is None:
        return "Belum ada hari yang dihitung."
    head = f"7 hari s.d. {day_name(last)}, dalam kurung: 28 hari sebelumnya"
    rows = [("", "komentar", *COLUMNS), *(_row(line) for line in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([head, *table])


def drift_cells(line: DriftLine) -> list[str]:
    """The rates of a line in the order of ``COLUMNS``, those before in brackets."""
    cells = zip(line.now, line.before, strict=True)
    return [f"{rate(now)} ({rate(before)})" for now, before in cells]


def _row(line: DriftLine) -> tuple[str, ...]:
    return (cut_name(line.cut), number(line.comments), *drift_cells(line))
