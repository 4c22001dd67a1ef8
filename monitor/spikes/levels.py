"""From a score to one of the four levels, by a rule that is written in config.toml."""

from __future__ import annotations

from dataclasses import dataclass

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

    @property
    def calm_below(self) -> float:
        """The score under which an incident begins to calm down."""
        return self.waspada / 2


def level_of(score: float, observed: int, expected: float, rules: Rules) -> Level:
    """The level of a score; too few negatives, absolute or against the usual, is always normal."""
    if observed < rules.at_least or observed < rules.times_expected * expected:
        return Level.NORMAL
    if score >= rules.awas and observed >= rules.awas_negatives:
        return Level.AWAS
    if score >= rules.siaga and observed >= rules.siaga_negatives:
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
