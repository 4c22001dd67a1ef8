"""Runs all measurements, or the named ones, and says which targets hold."""

from __future__ import annotations

import os
import sys

# One thread everywhere: the figures are per core.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.setdefault("PTB_TIMEDELTA", "1")

from benchmarks import classify, detection, footprint, storing, ticks, trainers, understanding  # noqa: E402
from benchmarks.report import show  # noqa: E402

ALL = {
    "classify": classify.measure,
    "storing": storing.measure,
    "ticks": ticks.measure,
    "footprint": footprint.measure,
    "understanding": understanding.measure,
    "trainers": trainers.measure,
    "detection": detection.measure,
}


def main(names: list[str]) -> int:
    """Measure; 0 when every target holds."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"benchmarks: {unknown[0]}: accepted: {', '.join(ALL)}", file=sys.stderr)
        return 2
    good = True
    for name in names or ALL:
        for figure in ALL[name]():
            good = show(name, figure) and good
    return 0 if good else 1


sys.exit(main(sys.argv[1:]))
