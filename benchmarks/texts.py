"""Short comments for measuring: the demo's own invented ones."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def comments(count: int) -> list[str]:
    """``count`` comments; each round through the pool gets its own number, so none is a copy."""
    pool = [
        line.strip()
        for name in ("quiet", "flood", "hospital")
        for line in (DATA / "demo" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [f"{text} {i // len(pool)}" for i, text in enumerate(islice(cycle(pool), count))]
