"""The result of an exercise on one sheet of A4, to be printed and talked about."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from monitor.messages import drill as words
from monitor.messages.base import clip, clock
from monitor.records.drill import DrillScore, Goal, Happened, InjectKind, Timed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _SOFT, _LINE, _BLUE = "#1f2a33", "#5d6b76", "#d5dce1", "#1d4f7c"
_GOOD, _BAD, _GREY, _WARM = "#2e7d4f", "#b3541e", "#c3ccd3", "#d08a4e"
_LEFT, _RIGHT = 0.075, 0.925
_MIDDLE: Final = 0.515
_A4: Final = (8.27, 11.69)
_DPI: Final = 150
_STRETCH_MINUTES: Final = 3
_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_LETTERS: Final = 48  # of a line of the timeline
_MOST_LINES: Final = 18
_MOST_BULLETS: Final = 8
_MOST_PEOPLE: Final = 5
_CAPITAL: Final = 0.73 / 72 / _A4[1]  # height of a capital at one point of size
_STEP: Final = 0.0148
_GAP: Final = 0.016
_LEAST_NOTES: Final = 0.09
_LINE_HIGH: Final = 0.0124  # of a bullet
_BETWEEN: Final = 0.0024
_WIDTH: Final = 54  # letters of a line in half a page


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet as files: for printing and for a chat."""

    pdf: bytes
    png: bytes


def sheet(score: DrillScore, zone: ZoneInfo) -> Sheet:
    """Draw the sheet, once as PDF and once as PNG of 1240 by 1754 pixels."""
    # Importing matplotlib costs a second, and most processes never draw.
    from matplotlib.figure import Figure

    figure = Figure(figsize=_A4, dpi=_DPI)
    _head(figure, score, zone)
    _curve(figure, score)
    _table(figure, score)
    low = _timeline(figure, score)
    low = _two_lists(figure, score, low)
    low = _questions(figure, score, low)
    _notes(figure, low)
    _foot(figure, score)
    return Sheet(_saved(figure, "pdf"), _saved(figure, "png"))


def _saved(figure: Figure, kind: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    none = {"pdf": {"CreationDate": None, "Producer": None}, "png": {"Software": None}}
    figure.savefig(buffer, format=kind, metadata=none[kind])
    return buffer.getvalue()


def _write(figure: Figure, x: float, y: float, text: str, **how: Any) -> None:
    """Words whose capitals begin at ``y``; lines stay even, whatever letters they hold."""
    given = {"fontsize": 8.6, "color": _INK, "va": "baseline", "ha": "left", "parse_math": False}
    look = {**given, **how}
    if look["va"] == "baseline":
        y -= _CAPITAL * look["fontsize"]
    figure.text(x, y, text, **look)


def _rule(figure: Figure, y: float, x: float = _LEFT, to: float = _RIGHT) -> None:
    from matplotlib.lines import Line2D

    figure.add_artist(Line2D([x, to], [y, y], color=_LINE, linewidth=0.8))


def _section(figure: Figure, x: float, y: float, title: str) -> None:
    _write(figure, x, y, title, fontsize=10, fontweight="bold", color=_BLUE)


def _head(figure: Figure, score: DrillScore, zone: ZoneInfo) -> None:
    from matplotlib.patches import Rectangle

    figure.add_artist(Rectangle((0, 0.962), 1, 0.038, color=_BLUE))
    band = {"color": "white", "va": "center"}
    _write(figure, _LEFT, 0.981, words.MARK, fontsize=13, fontweight="bold", **band)
    _write(figure, _RIGHT, 0.981, words.NOT_REAL, fontsize=9, ha="right", **band)
    title = words.sheet_title(score.scenario.title)
    _write(figure, _LEFT, 0.944, title, fontsize=17, fontweight="bold")
    begin, end = score.started_at.astimezone(zone), score.ended_at.astimezone(zone)
    day = f"{_DAYS[begin.weekday()]}, {begin.day} {_MONTHS[begin.month - 1]} {begin.year}"
    told = words.sheet_facts(score, day, f"{begin:%H.%M}–{clock(end, zone)}")
    _write(figure, _LEFT, 0.916, told, fontsize=9, color=_SOFT)
    _rule(figure, 0.900)


def _curve(figure: Figure, score: DrillScore) -> None:
    """Comments in stretches of three minutes, with what happened when."""
    from matplotlib.ticker import MaxNLocator

    _section(figure, _LEFT, 0.890, words.SHEET_CURVE)
    axes = figure.add_axes((_LEFT + 0.025, 0.748, _RIGHT - _LEFT - 0.025, 0.105))
    at = [i * _STRETCH_MINUTES for i in range(len(score.counts))]
    width = _STRETCH_MINUTES * 0.86
    said, bad = [n for n, _ in score.counts], [n for _, n in score.counts]
    axes.bar(at, said, width=width, align="edge", color=_GREY, label=words.SHEET_ALL)
    axes.bar(at, bad, width=width, align="edge", color=_WARM, label=words.SHEET_NEGATIVE)
    top = max([*said, 4]) * 1.6
    for i, (minute, text, colour) in enumerate(_marks(score)):
        axes.axvline(minute, color=colour, linewidth=1.1, linestyle=(0, (3, 2)))
        axes.text(
            minute + 0.35,
            top * (0.99 - 0.125 * (i % 3)),
            text,
            fontsize=7,
            color=colour,
            va="top",
            parse_math=False,
        )
    axes.set_xlim(0, max(score.scenario.minutes, _STRETCH_MINUTES))
    axes.set_ylim(0, top)
    axes.set_xlabel(words.SHEET_MINUTE, fontsize=7.5, color=_SOFT, labelpad=1)
    axes.tick_params(labelsize=7.5, colors=_SOFT, length=2)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_LINE)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), ncol=2, fontsize=7.5, frameon=False)


def _marks(score: DrillScore) -> list[tuple[float, str, str]]:
    found = [
        (one.at, words.INJECT_NAMES[one.kind], _SOFT)
        for one in score.scenario.injects
        if one.at <= score.minutes and one.kind is not InjectKind.COMMENT
    ]
    for one in words.judged(score)[:1]:
        opened = (one.opened_at - score.started_at) / timedelta(minutes=1)
        found.append((opened, words.GOAL_NAMES[Goal.APPEAR], _BLUE))
        for goal in (Goal.TAKE, Goal.SEND):
            if goal in one.minutes:
                found.append((opened + one.minutes[goal], words.GOAL_NAMES[goal], _GOOD))
    return sorted(found)


def _table(figure: Figure, score: DrillScore) -> None:
    """Minutes against goals, a column an incident, two at the most."""
    _section(figure, _LEFT, 0.716, words.SHEET_TABLE)
    shown = words.judged(score)[:2]
    top = 0.694
    columns = (_LEFT, 0.335, 0.435, 0.535)
    heads = (words.SHEET_STEP, words.SHEET_GOAL, words.SHEET_RESULT, words.SHEET_WHO)
    for x, head in zip(columns, heads, strict=True):
        _write(figure, x, top, head, fontsize=7.8, color=_SOFT)
    if len(shown) > 1:
        name = clip(shown[1].name, 22)
        _write(figure, 0.80, top, name, fontsize=7.8, color=_SOFT)
    _rule(figure, top - 0.0145)
    main = shown[0] if shown else None
    for i, goal in enumerate(Goal):
        _row(figure, top - 0.021 - i * 0.0172, goal, score, main, shown[1:])
    low = top - 0.021 - len(Goal) * 0.0172
    _write(figure, _LEFT, low - 0.002, words.sheet_rest(score), fontsize=8.2, color=_SOFT)


def _row(
    figure: Figure,
    y: float,
    goal: Goal,
    score: DrillScore,
    main: Timed | None,
    others: Sequence[Timed],
) -> None:
    limit = score.scenario.goals.get(goal)
    value = main.minutes.get(goal) if main else None
    good = limit is None or words.met(value, limit)
    colour = _INK if limit is None else _GOOD if good else _BAD
    _write(figure, _LEFT, y, words.GOAL_NAMES[goal])
    _write(figure, 0.335, y, "–" if limit is None else f"≤ {limit:.0f}", color=_SOFT)
    told = words.cell(value) + ("" if limit is None else "  ✓" if good else "  ✗")
    _write(figure, 0.435, y, told, color=colour, fontweight="bold")
    _write(figure, 0.535, y, clip(main.by.get(goal, "") if main else "", 34))
    for other in others:
        _write(figure, 0.80, y, words.cell(other.minutes.get(goal)))


def _timeline(figure: Figure, score: DrillScore) -> float:
    """What happened, in two columns read downwards; where they end."""
    _rule(figure, 0.546)
    _section(figure, _LEFT, 0.535, words.SHEET_TIMELINE)
    lines = _shown(score.timeline)
    half = -(-len(lines) // 2)
    for i, line in enumerate(lines):
        x = _LEFT if i < half else _MIDDLE
        y = 0.512 - (i % half) * _STEP
        machine = line.by is None
        _write(figure, x, y, f"{line.minute:.0f}", fontsize=8, color=_SOFT)
        _write(figure, x + 0.03, y, _told(line), fontsize=8, color=_SOFT if machine else _INK)
    return 0.512 - half * _STEP


def _told(line: Happened) -> str:
    """What happened and by whom; of both, the name is kept whole."""
    if line.by is None:
        return clip(line.text, _LETTERS)
    by = clip(line.by, _LETTERS // 2)
    return f"{clip(line.text, _LETTERS - len(by) - 3)} · {by}"


def _shown(timeline: Sequence[Happened]) -> list[Happened]:
    """As many lines as fit: what repeats goes first, the latest of it before the earlier."""
    lines = _merged(timeline)
    for at in range(len(lines) - 1, -1, -1):
        if len(lines) <= _MOST_LINES:
            break
        if any(one.text == lines[at].text for one in lines[:at]):
            del lines[at]
    return lines[:_MOST_LINES]


def _merged(timeline: Sequence[Happened]) -> list[Happened]:
    """What the same person did several times in a minute as one line."""
    found: dict[tuple[int, str, str | None], int] = {}
    for line in timeline:
        key = (round(line.minute), line.text, line.by)
        found[key] = found.get(key, 0) + 1
    return [
        Happened(minute, words.times(text, count), by)
        for (minute, text, by), count in found.items()
    ]


def _two_lists(figure: Figure, score: DrillScore, y: float) -> float:
    """What went well and what to work on, side by side; where the longer one ends."""
    y -= _GAP
    _rule(figure, y + 0.011)
    ends = []
    for x, title, lines, colour in (
        (_LEFT, words.SHEET_WELL, words.went_well(score), _GOOD),
        (_MIDDLE, words.SHEET_WORK, words.to_improve(score), _BAD),
    ):
        _section(figure, x, y, title)
        ends.append(_bullets(figure, x, y - 0.023, lines[:_MOST_BULLETS], colour))
    return min(ends)


def _bullets(figure: Figure, x: float, y: float, lines: Sequence[str], colour: str = _INK) -> float:
    for line in lines:
        wrapped = textwrap.wrap(line, _WIDTH)
        _write(figure, x, y, "•", fontsize=8.4, color=colour)
        for part in wrapped:
            _write(figure, x + 0.014, y, part, fontsize=8.4)
            y -= _LINE_HIGH
        y -= _BETWEEN
    return y


def _questions(figure: Figure, score: DrillScore, y: float) -> float:
    """Questions for the debriefing, and who did what beside them; where the longer one ends."""
    y -= _GAP
    _rule(figure, y + 0.011)
    _section(figure, _LEFT, y, words.SHEET_QUESTIONS)
    asked = score.scenario.questions[:_MOST_BULLETS]
    low = _bullets(figure, _LEFT, y - 0.023, asked)
    _section(figure, _MIDDLE, y, words.SHEET_PEOPLE)
    told = [f"{clip(name, 26)}: {clip(', '.join(deeds), 78)}" for name, deeds in score.people]
    people = told[:_MOST_PEOPLE] or [words.SHEET_NOBODY]
    return min(low, _bullets(figure, _MIDDLE, y - 0.023, people))


def _notes(figure: Figure, y: float) -> None:
    """Lines to write on, as many as there is room for."""
    y -= _GAP
    if y < _LEAST_NOTES:
        return
    _section(figure, _LEFT, y, words.SHEET_NOTES)
    y -= 0.038
    while y > 0.045:
        _rule(figure, y)
        y -= 0.026


def _foot(figure: Figure, score: DrillScore) -> None:
    _rule(figure, 0.030)
    _write(figure, _LEFT, 0.024, words.sheet_foot(score), fontsize=7.2, color=_SOFT)
