"""What was asked for on the command line."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """How an exercise runs. ``minutes`` None: as long as its scenario; ``over`` ends it at once.

    ``speed``: how many seconds of the exercise pass in one of the wall. ``alone``: only the page,
    in the name of whoever acts on it; one signature is enough then.
    """

    name: str
    minutes: float | None = None
    speed: float = 1.0
    alone: bool = False
    port: int = 8090
    over: threading.Event = field(default_factory=threading.Event)
