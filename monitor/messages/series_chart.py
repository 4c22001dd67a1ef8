"""The picture of ``siaga spikes FILE``: each series with its usual range and what was raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.messages.base import LEVEL_NAMES
from monitor.messages.chart import COLOURS
from monitor.messages.drawing import png
from monitor.records import Level

_MOST = 6  # series in one picture; more would be too small to read on a phone


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """One series: per row its time, count, usual mean and upper edge, level, and whether seen."""

    name: str
    at: Sequence[datetime]
    counts: Sequence[float]
    expected: Sequence[float]
    upper: Sequence[float]
    levels: Sequence[Level]
    observed: Sequence[bool]


def series_picture(found: Sequence[SeriesChart]) -> bytes:
    """At most six series under each other; PNG, 800 pixels wide."""
    from matplotlib.figure import Figure

    shown = found[:_MOST]
    figure = Figure(figsize=(8, 3.2 * max(1, len(shown))), dpi=100, layout="constrained")
    for row, one in enumerate(shown, 1):
        axes = figure.add_subplot(len(shown), 1, row)
        _draw(axes, one)
        if row == 1:
            axes.legend(loc="upper left", fontsize=10, frameon=False, ncol=5)
    if len(found) > len(shown):
        figure.supxlabel(f"{len(found) - len(shown)} seri lain tidak digambar", fontsize=10)
    return png(figure)


def _draw(axes, one: SeriesChart) -> None:  # type: ignore[no-untyped-def]
    axes.fill_between(one.at, one.upper, step="mid", color="#cfd8dc", alpha=0.8, label="biasanya")
    axes.plot(one.at, one.expected, color="#546e7a", linewidth=1.2, label="rata-rata")
    axes.plot(one.at, _gaps(one), color="#263238", linewidth=0.9, label="jumlah")
    for level, places in _raised(one).items():
        axes.plot(
            [one.at[i] for i in places],
            [one.counts[i] for i in places],
            "o",
            color=COLOURS[level],
            markersize=4,
            label=LEVEL_NAMES[level],
        )
    # A name may hold dollar signs, which would be read as a formula.
    name = one.name or "seri"
    axes.set_title(name, fontsize=12, loc="left", fontweight="bold", parse_math=False)
    axes.set_ylim(0, max(*one.counts, *one.upper, 4) * 1.25)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eceff1")


def _gaps(one: SeriesChart) -> list[float]:
    """Counts with holes where nothing was seen."""
    pairs = zip(one.counts, one.observed, strict=True)
    return [count if seen else float("nan") for count, seen in pairs]


def _raised(one: SeriesChart) -> Mapping[Level, list[int]]:
    found: dict[Level, list[int]] = {}
    for i, level in enumerate(one.levels):
        if level is not Level.NORMAL:
            found.setdefault(level, []).append(i)
    return dict(sorted(found.items(), key=lambda pair: pair[0].rank))
