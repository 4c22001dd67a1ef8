"""What every request of the page works with, and answers that wait to be shown once."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sqlite_utils import Database

from monitor.messages.knowledge import Preview
from monitor.records import Person
from monitor.steps import knowing
from monitor.steps.answer import Answer
from monitor.steps.knowing import Proposal
from monitor.steps.tools import Tools

Kept = TypeVar("Kept")
_MOST_KEPT = 64
_MOST_TRIED = 8  # each holds a file twice


@dataclass(frozen=True, slots=True)
class Tried:
    """A change of knowledge that was looked at, and waits for a person to want it."""

    proposal: Proposal
    preview: Preview


class Shelf(Generic[Kept]):
    """A few things by key, the oldest dropped first; safe between threads."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, thing: Kept) -> None:
        """Keep a thing under a key."""
        with self._lock:
            self._kept[key] = thing
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def get(self, key: str) -> Kept | None:
        """Look at a thing."""
        with self._lock:
            return self._kept.get(key)

    def take(self, key: str) -> Kept | None:
        """Take a thing away, so that it is seen once."""
        with self._lock:
            return self._kept.pop(key, None)


@dataclass(frozen=True)
class Desk:
    """The office's things, and the page's own: form token, answers, pictures."""

    tools: Tools
    open_db: Callable[[], Database]
    wake: Callable[[], None]
    clock: Callable[[], datetime]
    acting: Person
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    answers: Shelf[Answer] = field(default_factory=Shelf)
    charts: Shelf[bytes] = field(default_factory=Shelf)
    drawing: threading.Lock = field(default_factory=threading.Lock)
    tried: Shelf[Tried] = field(default_factory=lambda: Shelf(_MOST_TRIED))
    trying: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A connection for the calling thread, closed afterwards."""
        db = self.open_db()
        try:
            knowing.take_over(db, self.tools)  # another process may have changed it
            yield db
        finally:
            db.close()

    def frame(self, back: str) -> Mapping[str, object]:
        """What every template needs: who acts, the form token, where a plain form leads back to."""
        return {
            "office": self.tools.settings.office.name,
            "zone": self.tools.zone,
            "now": self.clock(),
            "acting": self.acting.name,
            "token": self.token,
            "issues": list(self.tools.knowledge.taxonomy.values()),
            "back": back,
            "banner": self.tools.banner,
        }
