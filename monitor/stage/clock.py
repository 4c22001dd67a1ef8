"""A clock that stands while the past is read, and then runs, as fast as it is told."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class StageClock:
    """The time of a replay: it stands where it is put until it is released."""

    def __init__(self, start: datetime) -> None:
        self.at = start
        self.speed = 1.0
        self._released: float | None = None

    def __call__(self) -> datetime:
        """The instant now."""
        if self._released is None:
            return self.at
        return self.at + timedelta(seconds=self.speed * (time.monotonic() - self._released))

    def release(self, speed: float = 1.0) -> None:
        """From now on a second of the wall is ``speed`` seconds."""
        self.speed = speed
        self._released = time.monotonic()
