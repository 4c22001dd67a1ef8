"""Pictures of what a model is worth: confusion matrices and the reliability of its probabilities.

Layer 3. matplotlib is imported when a picture is asked for. The same figures give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from monitor.training.compare import Bin, Scores
from monitor.training.measure import Figure as Measured

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _GRID, _BLUE = "#1f2933", "#cbd2d9", "#2166ac"
_LIGHT_FROM = 0.55
_DPI = 110
_SHOWN = ("sentiment", "issue", "intent", "urgent")
_PROMISED = {"sentiment": ("own", "dkk_semarang"), "issue": ("own",), "intent": ("own",)}


def papers(figures: Sequence[Measured]) -> dict[str, bytes]:
    """The pictures of a model folder: file name to PNG, with vectors where they were made."""
    found: dict[str, bytes] = {}
    curves: dict[str, Sequence[Bin]] = {}
    for one in figures:
        best = one.vectors or one.words
        if one.cut == "own" and one.question in _SHOWN:
            title = f"{one.question}, own texts"
            found[f"confusion-{one.question}.png"] = confusion_png(title, best)
        if one.cut in _PROMISED.get(one.question, ()):
            curves[f"{one.question}, {one.cut}"] = best.bins
    if curves:
        found["reliability.png"] = reliability_png("Reliability on unseen texts", curves)
    return found


def confusion_png(title: str, scores: Scores) -> bytes:
    """One square per pair of classes: which part of a true class got which answer, and how many."""
    classes = scores.classes
    table = np.array(scores.confusion, dtype=np.float64)
    part = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    side = 2.6 + 0.44 * len(classes)
    figure = _figure(side + 0.6, side)
    axes = figure.add_subplot()
    axes.imshow(part, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(classes)), classes, fontsize=8)
    axes.set_xlabel("answered", color=_INK)
    axes.set_ylabel("true", color=_INK)
    axes.set_title(f"{title}\nn {scores.rows}, macro-F1 {scores.macro_f1:.3f}", fontsize=10)
    for (row, column), count in np.ndenumerate(table.astype(int)):
        if count:
            colour = "white" if part[row, column] > _LIGHT_FROM else _INK
            axes.text(column, row, count, ha="center", va="center", fontsize=7, color=colour)
    for edge in axes.spines.values():
        edge.set_visible(False)
    axes.tick_params(length=0)
    return _png(figure)


def reliability_png(title: str, curves: Mapping[str, Sequence[Bin]]) -> bytes:
    """How often answers were right against how sure they were; the dashed line keeps promises."""
    figure = _figure(5.6, 5.2)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=_GRID, linestyle="--", linewidth=1)
    for name, bins in curves.items():
        axes.plot(
            [one.sure for one in bins], [one.right for one in bins],
            marker="o", markersize=4, linewidth=1.4, label=name,
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xlabel("how sure the answer was", color=_INK)
    axes.set_ylabel("how often it was right", color=_INK)
    axes.set_title(title, fontsize=10)
    axes.grid(color=_GRID, linewidth=0.5)
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    return _png(figure)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained")


def _png(figure: Figure) -> bytes:
    body = io.BytesIO()
    # Without its version the same figure is the same bytes whichever matplotlib drew it last.
    figure.savefig(body, format="png", metadata={"Software": None})
    return body.getvalue()
