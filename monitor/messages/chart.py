"""The card's picture: negatives an hour against the usual range, readable on a phone."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.messages.base import LEVEL_NAMES
from monitor.messages.drawing import day_number, png
from monitor.records import Level

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS: Mapping[Level, str] = {
    Level.NORMAL: "#4c8c4a",
    Level.WASPADA: "#c79100",
    Level.SIAGA: "#e65100",
    Level.AWAS: "#b71c1c",
}
_HOUR = timedelta(hours=1)
_LETTERS = 30  # that fit over a whole day
_TITLE_LETTERS = 40  # that fit beside each other in the title
_PAD = 0.07  # inches: rounded corners shall not cut the title
_DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")


@dataclass(frozen=True, slots=True)
class ChartData:
    """Hours in order: count, usual mean and upper edge, and how much of the hour was seen.

    ``onset_at``: where an incident began, None without one;
    ``window``: the stretch that was judged; ``notes``: what is special about a day (a holiday).
    """

    title: str
    level: Level
    hours: Sequence[datetime]
    counts: Sequence[int]
    expected: Sequence[float]
    upper: Sequence[float]
    coverage: Sequence[float]
    onset_at: datetime | None
    zone: ZoneInfo
    window: tuple[datetime, datetime] | None = None
    notes: Mapping[date, str] = field(default_factory=dict)


def chart(data: ChartData) -> bytes:
    """Draw the picture; PNG, 840 by 555 pixels."""
    # Importing matplotlib costs a second, and most processes never draw.
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # On a phone the picture is some 370 points wide: not far from here, so letters keep their size.
    layout = ConstrainedLayoutEngine(w_pad=_PAD, h_pad=_PAD)
    figure = Figure(figsize=(5.6, 3.7), dpi=150, layout=layout)
    axes = figure.add_subplot()
    width = 1 / 24
    days = [day_number(hour, data.zone) for hour in data.hours]
    middles = [day + width / 2 for day in days]
    onset = data.onset_at
    colours = [
        COLOURS[data.level] if onset and count > upper and hour + _HOUR > onset else "#78909c"
        for hour, count, upper in zip(data.hours, data.counts, data.upper, strict=True)
    ]
    axes.bar(days, data.counts, width=width * 0.9, align="edge", color=colours, zorder=3)
    axes.fill_between(
        middles, data.upper, step="mid", color="#cfd8dc", alpha=0.8, zorder=1, label="biasanya"
    )
    axes.plot(middles, data.expected, color="#546e7a", linewidth=1.5, zorder=4, label="rata-rata")
    _shade_blind(axes, days, data.coverage, width)
    _mark_window(axes, data)
    _note_days(axes, data, days)
    _mark_onset(axes, data)
    _label(axes, data, days, width)
    _title(figure, data)
    _legend(figure, len(axes.get_legend_handles_labels()[1]))
    return png(figure)


def _legend(figure: Figure, entries: int) -> None:
    """Below the axes: inside them it would lie on the bars that matter."""
    figure.legend(
        loc="outside lower center",
        ncol=2 if entries == 4 else 3,
        fontsize=10,
        frameon=False,
        columnspacing=1.2,
        handlelength=1.4,
    )


def _shade_blind(axes, days: Sequence[float], coverage: Sequence[float], width: float) -> None:  # type: ignore[no-untyped-def]
    blind = [day for day, seen in zip(days, coverage, strict=True) if seen < 0.9]
    for i, day in enumerate(blind):
        axes.axvspan(
            day,
            day + width,
            facecolor="#ffe0b2",
            hatch="//",
            edgecolor="#ffb74d",
            linewidth=0,
            zorder=0,
            label="tidak terpantau" if i == 0 else None,
        )


def _mark_onset(axes, data: ChartData) -> None:  # type: ignore[no-untyped-def]
    """A line where an incident began."""
    if data.onset_at is None:
        return
    axes.axvline(
        day_number(data.onset_at, data.zone),
        color="#212121",
        linestyle=":",
        linewidth=1.5,
        zorder=5,
        label="mulai",
    )


def _mark_window(axes, data: ChartData) -> None:  # type: ignore[no-untyped-def]
    """The judged stretch, tinted."""
    if data.window is None:
        return
    begin, end = (day_number(at, data.zone) for at in data.window)
    axes.axvspan(
        begin,
        end,
        facecolor=COLOURS[data.level],
        alpha=0.12,
        zorder=0,
        linewidth=0,
        label="yang dinilai",
    )


def _note_days(axes, data: ChartData, days: Sequence[float]) -> None:  # type: ignore[no-untyped-def]
    """Holidays and Ramadan: a tint over the day and its name along the top."""
    for first, last, note in _runs(data.notes):
        begin, end = max(first.toordinal(), days[0]), min(last.toordinal() + 1, days[-1] + 1 / 24)
        if end <= begin:
            continue
        axes.axvspan(begin, end, facecolor="#e3f2fd", zorder=-1, linewidth=0)
        room = int((end - begin) * _LETTERS)
        axes.annotate(
            note if len(note) <= room else note[: max(room - 1, 0)] + "…",
            (begin + 0.01, 0.985),
            xycoords=("data", "axes fraction"),
            ha="left",
            va="top",
            fontsize=10,
            color="#1565c0",
            parse_math=False,
        )


def _runs(notes: Mapping[date, str]) -> list[tuple[date, date, str]]:
    """Days in a row with the same note, as one stretch: first day, last day, note."""
    found: list[tuple[date, date, str]] = []
    for day, note in sorted(notes.items()):
        if found and found[-1][2] == note and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day, note)
        else:
            found.append((day, day, note))
    return found


def _title(figure: Figure, data: ChartData) -> None:
    figure.suptitle(
        textwrap.fill(f"{LEVEL_NAMES[data.level]} · {data.title}", _TITLE_LETTERS),
        x=0.02,
        ha="left",
        fontsize=14,
        fontweight="bold",
        color=COLOURS[data.level],
        parse_math=False,  # a name may hold dollar signs
    )


def _label(axes, data: ChartData, days: Sequence[float], width: float) -> None:  # type: ignore[no-untyped-def]
    axes.set_title("komentar negatif per jam", fontsize=10, loc="left", color="#546e7a")
    ticks = [
        (day, hour.astimezone(data.zone))
        for day, hour in zip(days, data.hours, strict=True)
        if hour.astimezone(data.zone).hour % 6 == 0
    ]
    axes.set_xticks(
        [day for day, _ in ticks],
        [
            f"{_DAYS[local.weekday()]} {local.day}" if local.hour == 0 else f"{local:%H}"
            for _, local in ticks
        ],
        fontsize=12,
    )
    axes.tick_params(axis="y", labelsize=12)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(days[0], days[-1] + width)
    axes.set_ylim(0, max(*data.counts, *data.upper, 4) * (1.3 if data.notes else 1.2))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eceff1", zorder=0)


def chart_hours(now: datetime, count: int = 48) -> list[datetime]:
    """The last ``count`` clock hours up to the running one."""
    this = now.replace(minute=0, second=0, microsecond=0)
    return [this - timedelta(hours=back) for back in range(count - 1, -1, -1)]
