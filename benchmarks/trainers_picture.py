"""The picture of the simulated trainers: what the queue learns from, and what chance does."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from benchmarks.trainers_world import Mark

_INK, _GRID, _BLUE, _GREY = "#1f2933", "#cbd2d9", "#2166ac", "#7b8794"


def learning_curve_png(
    queue: Sequence[Sequence[Mark]], random: Sequence[Sequence[Mark]], most: int
) -> bytes:
    """Mean macro-F1 over labels with the range of all runs; the dashed line is chance at its end.

    ``most``: the labels within which the queue shall get there.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.4), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    goal = float(np.mean([curve[-1].macro_f1 for curve in random]))
    for curves, colour, name in (
        (random, _GREY, "labels at random"),
        (queue, _BLUE, "labels that the queue asks for"),
    ):
        labels = [mark.labels for mark in curves[0]]
        values = np.array([[mark.macro_f1 for mark in curve] for curve in curves])
        axes.fill_between(
            labels, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, linewidth=0
        )
        axes.plot(labels, values.mean(axis=0), color=colour, marker="o", markersize=3.5, label=name)
    end = random[0][-1].labels
    axes.axhline(goal, color=_GREY, linestyle="--", linewidth=1)
    axes.text(end, goal, f"{end:,} at random: {goal:.3f}", ha="right", va="bottom", fontsize=8)
    axes.axvline(most, color=_GRID, linewidth=1)
    axes.set_xlabel("labels given by the office (twenty a day)", color=_INK)
    axes.set_ylabel("macro-F1 of tone, held-out comments", color=_INK)
    axes.set_title("What a label is worth: simulated trainers, dkk_semarang", fontsize=10)
    axes.grid(color=_GRID, linewidth=0.4)
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    body = io.BytesIO()
    figure.savefig(body, format="png", metadata={"Software": None})
    return body.getvalue()
