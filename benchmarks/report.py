"""One measured figure and whether its target holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A value with its unit; ``least`` or ``most`` is the target, if there is one."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the target is met (true without one)."""
        low = self.least is None or self.value >= self.least
        return low and (self.most is None or self.value <= self.most)


def show(group: str, figure: Figure) -> bool:
    """Print one line; whether the target holds."""
    target = ""
    if figure.least is not None:
        target = f"at least {figure.least:g}"
    if figure.most is not None:
        target = f"at most {figure.most:g}"
    mark = "" if not target else (" ok" if figure.holds else " MISSED")
    value = f"{figure.value:,.3g}" if figure.value < 100 else f"{figure.value:,.0f}"
    print(f"{group:10} {figure.what:62} {value:>10} {figure.unit:8} {target}{mark}", flush=True)
    return figure.holds
