"""How well incidents are found: one table on outside data, published and own simulations, and cost.

``detection_nab`` (real series, only with ``SIAGA_OUTSIDE``), ``noufaily`` (weekly counts),
``detection_streams`` (five-minute counts of many issues) and ``detection_cost``.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import detection_cost, detection_nab, detection_streams, noufaily
from benchmarks.report import Figure


def measure() -> Iterator[Figure]:
    """All parts, about a quarter of an hour on one core."""
    yield from detection_nab.measure()
    for figure in noufaily.measure():
        what = f"weekly, {figure.what}"
        yield Figure(what, figure.value, figure.unit, figure.least, figure.most)
    yield from detection_cost.measure()
    yield from detection_streams.measure()
