"""What tests make again and again of the same bytes: word lists, a model, a picture. Made once.

Each process still does the real work for every content it meets first; only the same work on the
same bytes is not repeated. A file that changed by one byte is read anew, and a failure is never
kept, so a test of damage or of a wrong line meets the product itself.
"""

from __future__ import annotations

import sqlite3
import ssl
import threading
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from monitor.store import connection
from monitor.text.lexicon import Lexicon
from monitor.text.reader import TextReader

Made = TypeVar("Made")


def content(folder: Path) -> bytes | None:
    """What tells two folders apart: the names and bytes of their files; None if not readable."""
    told = blake2b()
    try:
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            body = path.read_bytes()
            told.update(f"{path.name} {len(body)} ".encode())
            told.update(body)
    except OSError:
        return None
    return told.digest()


class Once:
    """The results of one function, by what they were made of."""

    def __init__(self) -> None:
        self._made: dict[object, object] = {}

    def get(
        self,
        key: tuple[object, ...],
        make: Callable[[], Made],
        keep: Callable[[Made], bool] = lambda _: True,
    ) -> Made:
        """What was made of ``key`` before, or what is made now; an unreadable content is None."""
        if key in self._made:
            return self._made[key]  # type: ignore[return-value]
        made = make()
        if None not in key and keep(made):
            self._made[key] = made
        return made


def databases() -> None:
    """A new, empty database gets the tables that the first one got by the real migrations.

    Only a file in which nothing stands, and only while all migrations are known to be those; an
    older database is upgraded by the product itself.
    """
    upgrade = connection._upgrade
    made: list[sqlite3.Connection] = []
    lock = threading.Lock()

    def copied(db: Database) -> None:
        with lock:  # or one thread would copy over what another has written meanwhile
            if db.conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None:
                upgrade(db)
            elif made:
                made[0].backup(db.conn)
                connection._write_ahead(db.conn)  # the copy brought its own journal mode
            else:
                upgrade(db)
                template = sqlite3.connect(":memory:", check_same_thread=False)
                db.conn.backup(template)
                made.append(template)

    connection._upgrade = copied


def certificates() -> None:
    """Each bot reads the whole list of authorities twice, though loopback never asks for one."""
    once, real = Once(), ssl.create_default_context

    def create_default_context(*given: Any, **named: Any) -> ssl.SSLContext:
        return once.get((repr((given, named)),), lambda: real(*given, **named))

    ssl.create_default_context = create_default_context


def word_lists() -> None:
    """Every reader of the same lists is one; called before any test is collected."""
    _readers()
    _lexicons()


def _readers() -> None:
    once, real = Once(), TextReader.load

    def load(data: Path, province: str = "kalteng") -> TextReader:
        key = (province, content(data / "lexicon"), content(data / "places"))
        return once.get(key, lambda: real(data, province))

    TextReader.load = staticmethod(load)  # type: ignore[method-assign]


def _lexicons() -> None:
    once, real = Once(), Lexicon.load

    def load(folder: Path) -> Lexicon:
        return once.get((content(folder),), lambda: real(folder))

    Lexicon.load = staticmethod(load)  # type: ignore[method-assign]


def models() -> None:
    """What a classifier loads; tests of model files call those functions themselves."""
    from monitor.classify import predict

    once, real = Once(), predict.load_serving  # type: ignore[attr-defined]

    def load_serving(models: Path) -> tuple[Any, str | None]:
        folders = sorted(models.iterdir()) if models.is_dir() else []
        versions = [path for path in folders if path.is_dir()]
        key = (content(models), *(one for path in versions for one in (path.name, content(path))))
        return once.get(key, lambda: real(models), lambda made: made[1] is None)

    predict.load_serving = load_serving  # type: ignore[attr-defined]


def pictures() -> None:
    """Those of cards; ``test_messages_chart.py`` calls the function itself."""
    from monitor.steps import views

    once, real = Once(), views.chart  # type: ignore[attr-defined]

    def chart(data: Any) -> bytes:
        return once.get((repr(data),), lambda: real(data))

    views.chart = chart  # type: ignore[attr-defined]
