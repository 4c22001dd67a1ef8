"""What people may see of the drift: the rates of a week beside those before, and the picture.

Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from sqlite_utils import Database

from monitor.messages.drift import DriftLine, cut_name, drift_lines
from monitor.messages.drift_chart import DriftChart, drift_picture
from monitor.records import Sentiment
from monitor.records.drift import Counted, Cut, Figures
from monitor.spikes.drift_figures import BEFORE, RECENT, Table, table_of
from monitor.steps import drift
from monitor.steps.tools import Tools
from monitor.store import drift as store

WEEKS = 13
_SOURCES = 3  # that the picture shows beside everything


def lines(db: Database) -> list[DriftLine]:
    """Everything, then each source, then each language, where anything was counted."""
    last = store.last_day(db)
    if last is None:
        return []
    table = table_of(store.since(db, last - timedelta(days=BEFORE + RECENT)), last)
    return [line for cut in table.cuts() if (line := _line(table, cut)).comments]


def notes(db: Database, tools: Tools) -> list[str]:
    """A sentence for each kind of change that there is now, told or not."""
    last = store.last_day(db)
    if last is None:
        return []
    issues = {issue.key: issue.name for issue in tools.knowledge.taxonomy.values()}
    return drift_lines(drift.found(db, tools, last), issues)


def picture(db: Database) -> bytes | None:
    """Four rates over the last quarter, a point a week; None before the first day was counted."""
    last = store.last_day(db)
    if last is None:
        return None
    begin = last - timedelta(days=7 * WEEKS - 1)
    rows = store.since(db, begin)
    ends = [last - timedelta(days=7 * back) for back in reversed(range(WEEKS))]
    size: dict[str, int] = {}
    for row in rows:
        size[row.source] = size.get(row.source, 0) + row.figures.comments
    sources = sorted(size, key=lambda name: (-size[name], name))[:_SOURCES]
    cuts = [Cut(), *(Cut(source=name) for name in sources if len(size) > 1)]
    series = {cut_name(cut): _weekly(rows, cut, ends) for cut in cuts}
    return drift_picture(DriftChart(ends, series, _switches(db, begin)))


def _line(table: Table, cut: Cut) -> DriftLine:
    days = [
        day for parts in table.within(cut).values() for part in parts for day in enumerate(part)
    ]
    now = total(one for at, one in days if at >= BEFORE)
    return DriftLine(
        cut, now.comments, rates(now), rates(total(one for at, one in days if at < BEFORE))
    )


def total(figures: Iterable[Figures]) -> Figures:
    """The sum, with the classes of sentiment."""
    found = list(figures)
    names = (
        "comments",
        "asked",
        "words",
        "unknown",
        "judged",
        "wrong",
        "corrected",
        "spam",
        "placed",
    )
    tones = {
        tone.value: sum(one.sentiments.get(tone.value, 0) for one in found) for tone in Sentiment
    }
    sums = {name: sum(getattr(one, name) for one in found) for name in names}
    return Figures(**sums, sentiments=tones)


def rates(one: Figures) -> tuple[float | None, ...]:
    """To be checked, unknown words, corrected, negative, with a place, spam; in 0..1."""
    tones = sum(one.sentiments.values())
    negative = one.sentiments.get(Sentiment.NEGATIF.value, 0)
    pairs = (
        (one.asked, one.comments),
        (one.unknown, one.words),
        (one.corrected, one.comments),
        (negative, tones),
        (one.placed, one.comments),
        (one.spam, one.spam + one.comments),
    )
    return tuple(part / whole if whole else None for part, whole in pairs)


def _weekly(
    rows: Sequence[Counted], cut: Cut, ends: Sequence[date]
) -> list[tuple[float | None, ...]]:
    return [
        rates(
            total(
                row.figures
                for row in rows
                if end - timedelta(days=7) < row.day <= end and cut.source in (None, row.source)
            )
        )
        for end in ends
    ]


def _switches(db: Database, begin: date) -> list[date]:
    """The first days that were read by another model than the day before."""
    read = sorted(store.models(db, begin).items())
    return [day for (_, one), (day, other) in pairwise(read) if one != other]
