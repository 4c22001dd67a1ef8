"""The back-test in words and as a picture: its alerts, and what people said of them then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.messages.base import LEVEL_NAMES, MONTHS, STATE_NAMES, number, percent
from monitor.messages.chart import COLOURS
from monitor.messages.drawing import day_number, png
from monitor.messages.why import rarity, usually
from monitor.records import Incident, IncidentState, Level

_ROW = 0.42  # inches an issue
_MOST_ROWS = 30
_DAY = timedelta(days=1)
_HOUR_WIDE = 1 / 24  # the narrowest picture, in days


@dataclass(frozen=True, slots=True)
class Told:
    """One alert with its issue's name, what people said of it, and how rare its score is.

    ``observed`` and ``expected`` negatives in ``hours`` are those that opened it; ``score`` is its
    highest, which chance reaches about once in ``months``.
    """

    topic: str
    issue: str
    opened_at: datetime
    closed_at: datetime | None
    peak: Level
    score: float
    observed: int
    expected: float
    hours: float
    months: float
    incident: Incident | None


def told_line(told: Told, zone: ZoneInfo) -> str:
    """``3 Mar 12.40 - 19.05 · Siaga · Banjir: 14 negatif dalam 3 jam, ... · kata petugas: ...``."""
    end = f"{_short(told.closed_at, zone)}" if told.closed_at else "masih berjalan"
    counted = f"{told.observed} negatif dalam {number(told.hours)} jam"
    return (
        f"{_short(told.opened_at, zone)} – {end} · {LEVEL_NAMES[told.peak]} · {told.issue}: "
        f"{counted}, {usually(told.expected)}; {rarity(told.months)} · {verdict(told.incident)}"
    )


def verdict(incident: Incident | None) -> str:
    """What people said then."""
    if incident is None:
        return "waktu itu tidak ada kartu"
    by = f" oleh {incident.holder}" if incident.holder else ""
    if incident.state is IncidentState.RESOLVED and not incident.holder:
        return f"kartu #{incident.id}: reda sendiri, tidak ada yang menangani"
    return f"kartu #{incident.id}: {STATE_NAMES[incident.state].lower()}{by}"


def summary(found: Sequence[Told], days: float, most: int) -> str:
    """How many alerts in how many days, and how many people had called no crisis."""
    dismissed = sum(
        told.incident is not None and told.incident.state is IncidentState.DISMISSED
        for told in found
    )
    limit = f"; batas {most} sehari" if most else ""
    per_day = number(round(len(found) / max(days, 1.0), 1))
    return (
        f"{len(found)} peringatan dalam {number(round(days))} hari ({per_day} sehari{limit}), "
        f"{dismissed} di antaranya dinilai bukan krisis"
    )


def thresholds_raised(times: float) -> str:
    """By how much the budget raised the two lower thresholds."""
    return f"; ambang Waspada dan Siaga dinaikkan {percent(times - 1)}"


def _short(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local:%H.%M}"


def history_picture(
    found: Sequence[Told], since: datetime, until: datetime, zone: ZoneInfo
) -> bytes:
    """One row an issue, one bar an alert in the colour of its level; PNG.

    A cross stands where people said "bukan krisis", a dot where there was a card, nothing where
    there was none.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    names = sorted({told.issue for told in found})[:_MOST_ROWS]
    figure = Figure(figsize=(8, 1.6 + _ROW * max(1, len(names))), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    for told in found:
        if told.issue in names:
            _bar(axes, told, names.index(told.issue), until, zone)
    # A name may hold dollar signs, which would be read as a formula.
    axes.set_yticks(range(len(names)), names, fontsize=11, parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    begin = day_number(since, zone)
    axes.set_xlim(
        begin, max(day_number(until, zone), begin + _HOUR_WIDE)
    )  # an empty store has no time
    _dates(axes, since, until, zone)
    axes.grid(axis="x", color="#eceff1", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(
        summary(found, (until - since) / _DAY, 0), fontsize=11, loc="left", fontweight="bold"
    )
    shown = sorted({told.peak for told in found}, key=lambda level: level.rank)
    figure.legend(
        handles=[Patch(color=COLOURS[level], label=LEVEL_NAMES[level]) for level in shown],
        loc="outside lower right",
        ncol=3,
        fontsize=9,
        frameon=False,
    )
    figure.supxlabel(
        "• ada kartu waktu itu    × dinilai bukan krisis", fontsize=10, color="#546e7a"
    )
    return png(figure)


def _bar(axes, told: Told, row: int, until: datetime, zone: ZoneInfo) -> None:  # type: ignore[no-untyped-def]
    begin, end = day_number(told.opened_at, zone), day_number(told.closed_at or until, zone)
    axes.barh(row, end - begin, left=begin, height=0.5, color=COLOURS[told.peak], zorder=3)
    if told.incident is not None:
        dismissed = told.incident.state is IncidentState.DISMISSED
        mark = "x" if dismissed else "o"
        axes.plot(begin, row - 0.38, mark, color="#37474f", markersize=5, zorder=4, clip_on=False)


def _dates(axes, since: datetime, until: datetime, zone: ZoneInfo) -> None:  # type: ignore[no-untyped-def]
    """At most eight dates, at local midnight."""
    days = max(1, round((until - since) / _DAY / 7))
    first = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    ticks = []
    while first < until:
        ticks.append(first)
        first += days * _DAY
    axes.set_xticks(
        [day_number(at, zone) for at in ticks],
        [f"{at.day} {MONTHS[at.month - 1]}" for at in ticks],
        fontsize=10,
    )
