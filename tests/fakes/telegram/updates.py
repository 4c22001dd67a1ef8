"""The queue of updates: ids that grow, redelivery until confirmed, one poller at a time.

Holds no lock of its own (State's is held by every caller) and never waits; whoever polls is
woken through the callable that it left.
"""

from collections.abc import Callable
from typing import Any

from .catalogue import UPDATE_TYPES, UPDATES_ON_REQUEST
from .checks import Json

_FIRST_ID = 500_000_001


class Updates:
    """What has happened and was not yet confirmed."""

    def __init__(self) -> None:
        self._next_id = _FIRST_ID
        self._wake: Callable[[], None] | None = None
        self.generation = 0
        self.closing = False
        self.clear()

    def clear(self) -> None:
        """Forget what waits; ids go on from where they were."""
        self.waiting: list[Json] = []
        self.allowed: list[str] | None = None

    def add(self, kind: str, body: Any) -> int | None:
        """Queue one update; its id, or None when the bot did not ask for this kind."""
        if kind not in self.wanted():
            return None
        update_id = self._next_id
        self._next_id += 1
        self.waiting.append({"update_id": update_id, kind: body})
        self.wake()
        return update_id

    def add_raw(self, update: Json) -> int:
        """Queue a whole update as given; the id is added when it has none."""
        update_id = int(update.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        self.waiting.append({"update_id": update_id, **update})
        self.wake()
        return update_id

    def wanted(self) -> frozenset[str]:
        """The kinds that the bot asked for, remembered from its last getUpdates that said so."""
        return frozenset(self.allowed or UPDATE_TYPES - UPDATES_ON_REQUEST)

    def begin(self, wake: Callable[[], None]) -> int:
        """Start a poll, which ends the one before; the number to compare with `generation`."""
        self.generation += 1
        self.wake()
        self._wake = wake
        return self.generation

    def end(self, generation: int) -> None:
        """The poll of that number is over: nobody is left to be woken by its callable."""
        if generation == self.generation:
            self._wake = None

    def wake(self) -> None:
        if self._wake is not None:
            self._wake()

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; a negative one keeps only that many of the last."""
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset > 0:
            self.waiting = [u for u in self.waiting if u["update_id"] >= offset]
