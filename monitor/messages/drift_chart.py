"""Four rates over a quarter: what the machine is unsure of, does not know, and was corrected in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from monitor.messages.base import MONTHS
from monitor.messages.drawing import png

_TITLES: Final = (
    "Perlu dicek orang (%)",
    "Kata yang belum dikenal (%)",
    "Koreksi per 100 komentar",
    "Komentar negatif (%)",
)
_COLOURS: Final = ("#263238", "#1565c0", "#c79100", "#6a1b9a")
_LABELS: Final = 3  # dates under each panel


@dataclass(frozen=True, slots=True)
class DriftChart:
    """``weeks``: their last days. For each series a tuple a week, the first four rates in 0..1.

    ``switched``: days from which another model read.
    """

    weeks: Sequence[date]
    series: Mapping[str, Sequence[tuple[float | None, ...]]]
    switched: Sequence[date] = ()


def drift_picture(data: DriftChart) -> bytes:
    """Two by two panels; PNG, 840 by 780 pixels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 5.2), dpi=150, layout="constrained")
    for at, title in enumerate(_TITLES):
        axes = figure.add_subplot(2, 2, at + 1)
        _draw(axes, data, at)
        axes.set_title(title, fontsize=10.5, loc="left", fontweight="bold")
    handles, names = figure.axes[0].get_legend_handles_labels()
    columns = min(2, len(names))  # more would not fit beside each other
    figure.legend(
        handles, names, loc="outside lower center", fontsize=10, frameon=False, ncol=columns
    )
    return png(figure)


def _draw(axes, data: DriftChart, at: int) -> None:  # type: ignore[no-untyped-def]
    days = [week.toordinal() for week in data.weeks]
    highest = 0.0
    for i, (name, weeks) in enumerate(data.series.items()):
        rates = [week[at] for week in weeks]
        heights = [float("nan") if rate is None else 100 * rate for rate in rates]
        highest = max(highest, *(100 * rate for rate in rates if rate is not None), 0.0)
        axes.plot(
            days,
            heights,
            color=_COLOURS[i % len(_COLOURS)],
            linewidth=2.2 if i == 0 else 1.2,
            marker="o",
            markersize=3.5 if i == 0 else 2.5,
            # A name may hold dollar signs, which would be read as a formula.
            label=name.replace("$", r"\$"),
        )
    for i, day in enumerate(data.switched):
        label = "model diganti" if i == 0 else None
        axes.axvline(day.toordinal(), color="#c62828", linestyle=":", linewidth=1.4, label=label)
    axes.set_ylim(0, max(highest * 1.25, 1.0))
    axes.set_xlim(days[0] - 3, days[-1] + 3)
    step = max(1, len(days) // _LABELS)
    shown = data.weeks[::-step][::-1]
    labels = [f"{day.day} {MONTHS[day.month - 1]}" for day in shown]
    axes.set_xticks([day.toordinal() for day in shown], labels)
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eceff1")
