"""From a score to one of the four levels, by a rule that is written in config.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.records import Level


@dataclass(frozen=True, slots=True)
class Rules:
    """When a score means which level; the same names as in ``[spikes]`` of config.toml."""

    waspada: float = 0.92
    siaga: float = 1.10
    awas: float = 1.28
    siaga_negatives: int = 8
    awas_negatives: int = 30
    at_least: int = 4
    times_expected: float = 1.3

    def with_own(self, own: Mapping[str, float]) -> Rules:
        """The same rules but for those that are named."""
        return replace(self, **own)  # type: ignore[arg-type]

    def stricter(self, times: float) -> Rules:
        """The same rules with Waspada and Siaga so many times as high, but never above Awas.

        What keeps a budget of alerts; the worst is told whatever the budget.
        """
        waspada, siaga = min(self.waspada * times, self.awas), min(self.siaga * times, self.awas)
        return replace(self, waspada=waspada, siaga=siaga)

    @property
    def calm_below(self) -> float:
        """The score under which an incident begins to calm down."""
        return self.waspada / 2


def level_of(
    score: float, observed: int, expected: float, rules: Rules, most: int | None = None
) -> Level:
    """The level of a score; too few negatives, absolute or against the usual, is always normal.

    ``observed`` and ``expected`` are those of the window that speaks; ``most``: negatives of the
    longest window, which the count rules go by (default: ``observed``).
    """
    counted = observed if most is None else most
    if counted < rules.at_least or observed < rules.times_expected * expected:
        return Level.NORMAL
    if score >= rules.awas and counted >= rules.awas_negatives:
        return Level.AWAS
    if score >= rules.siaga and counted >= rules.siaga_negatives:
        return Level.SIAGA
    return Level.WASPADA if score >= rules.waspada else Level.NORMAL


def needed_for_more(level: Level, rules: Rules) -> tuple[Level, float, int] | None:
    """What the next higher level asks for: its name, a score and a least count; None at awas."""
    if level is Level.AWAS:
        return None
    steps = {
        Level.NORMAL: (Level.WASPADA, rules.waspada, rules.at_least),
        Level.WASPADA: (Level.SIAGA, rules.siaga, rules.siaga_negatives),
        Level.SIAGA: (Level.AWAS, rules.awas, rules.awas_negatives),
    }
    return steps[level]
