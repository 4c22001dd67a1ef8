"""Training by night: when it is due, and the process of its own in which it runs.

Beside ``pipeline``. The service never waits for it: it looks whether one is due, starts it and
ends it when it ends itself. The process holds one end of a pipe, so it ends with the service
however that died.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from monitor.config.parts import Training
from monitor.steps.tools import log
from monitor.store import candidates

LATE: Final = timedelta(hours=2)
_NICE: Final = 15
_PATIENCE_S: Final = 5.0


def due(
    wanted: Training, zone: ZoneInfo, now: datetime, trained_at: datetime | None, labels: int
) -> bool:
    """Whether a training is due: within two hours of its time, once a night, with enough labels."""
    if not wanted.at or labels < wanted.least_new:
        return False
    local = now.astimezone(zone)
    begin = datetime.combine(local.date(), time.fromisoformat(wanted.at), zone)
    if local < begin:  # the hour may have come before midnight
        begin -= timedelta(days=1)
    return local - begin < LATE and (trained_at is None or trained_at < begin)


def command(config: Path) -> list[str]:
    """What the service starts."""
    return [sys.executable, "-m", "monitor", "--config", str(config), "train", "--night"]


class Night:
    """The one training that a service may have running."""

    def __init__(self, wanted: Training, zone: ZoneInfo, line: Sequence[str]) -> None:
        self._wanted = wanted
        self._zone = zone
        self._line = list(line)
        self._running: subprocess.Popen[bytes] | None = None
        self._tried: date | None = None

    @property
    def running(self) -> bool:
        """Whether a training runs."""
        return self._running is not None and self._running.poll() is None

    def look(self, db: Database, now: datetime) -> bool:
        """Start a training if one is due; whether one was started. Tried once a day."""
        if not self._wanted.at or self.running:
            return False
        trained_at = candidates.last_trained(db)
        labels = candidates.labels_since(db, trained_at)
        day = now.astimezone(self._zone).date()
        if day == self._tried or not due(self._wanted, self._zone, now, trained_at, labels):
            return False
        self._tried = day
        log.info("training: begins with %s new labels", labels)
        self._running = subprocess.Popen(self._line, stdin=subprocess.PIPE)  # noqa: S603 (ours)
        return True

    def stop(self) -> None:
        """End the training that runs; what it has begun is cleared away by the next one."""
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        if self._running.stdin is not None:
            self._running.stdin.close()
        self._running = None


def stay_behind(end: Callable[[], None] = lambda: os._exit(1)) -> None:
    """In the training's process: let everything else go first, and end when the service does."""
    os.nice(_NICE)
    threading.Thread(target=_wait_for_end, args=(end,), name="parent", daemon=True).start()


def _wait_for_end(end: Callable[[], None]) -> None:
    sys.stdin.buffer.read()  # nothing is ever written: it returns when the other end is gone
    end()
