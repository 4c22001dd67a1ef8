"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # a Friday, 10.00 WIB


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> datetime:
        """Let time pass: ``clock.move(hours=2)``."""
        self.now += timedelta(**length)
        return self.now
