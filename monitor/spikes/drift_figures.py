"""Five weeks of figures: a week that is compared and the four before it. Layer 1, pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from monitor.records.drift import Counted, Cut, Figures, What
from monitor.spikes.state import Floats

RECENT: Final = 7
BEFORE: Final = 28


@dataclass(frozen=True, slots=True)
class Table:
    """Five weeks of figures up to ``last``: for a source and a language one a day, oldest first."""

    last: date
    parts: Mapping[tuple[str, str], tuple[Figures, ...]]

    def day(self, at: int) -> date:
        """The day at an index."""
        return self.last - timedelta(days=BEFORE + RECENT - 1 - at)

    def cuts(self) -> list[Cut]:
        """Everything, then each source, then each language."""
        sources = sorted({source for source, _ in self.parts})
        languages = sorted({language for _, language in self.parts})
        cuts = [Cut(source=one) for one in sources] + [Cut(language=one) for one in languages]
        return [Cut(), *cuts]

    def within(self, cut: Cut) -> dict[str, list[tuple[Figures, ...]]]:
        """The parts that a cut holds, by source."""
        found: dict[str, list[tuple[Figures, ...]]] = {}
        for (source, language), days in self.parts.items():
            if cut.source in (None, source) and cut.language in (None, language):
                found.setdefault(source, []).append(days)
        return found

    def counts(self, cut: Cut, what: What) -> list[Floats]:
        """For each source of a cut: how many of how many, (days, 2)."""
        return [
            np.array(
                [
                    np.sum([one.part(what) for one in day], axis=0)
                    for day in zip(*parts, strict=True)
                ],
                dtype=float,
            )
            for parts in self.within(cut).values()
        ]


def table_of(rows: Iterable[Counted], last: date) -> Table:
    """The table of the five weeks up to a day; a day without a row is empty."""
    parts: dict[tuple[str, str], list[Figures]] = {}
    for row in rows:
        back = (last - row.day).days
        if 0 <= back < BEFORE + RECENT:
            days = parts.setdefault((row.source, row.language), [Figures()] * (BEFORE + RECENT))
            days[-1 - back] = row.figures
    return Table(last, {key: tuple(days) for key, days in sorted(parts.items())})
