"""A progress bar for people who wait; lines of the log where nobody watches. Layer 2."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Protocol

log = logging.getLogger(__name__)

Advance = Callable[[int, int | None], None]


class AdvancePart(Protocol):
    """An ``Advance`` that may name the part of the work that is under way."""

    def __call__(self, done: int, total: int | None, part: str = "") -> None:
        """``done`` of ``total`` (None: nobody knows) of this part."""
        ...


def _logged(title: str) -> AdvancePart:
    """Where nobody watches: one line of the log when a part begins."""
    last = ""

    def advance(done: int, total: int | None, part: str = "") -> None:
        nonlocal last
        if part and part != last:
            log.info("%s: %s", title, part)
            last = part

    return advance


@contextlib.contextmanager
def progress(title: str) -> Iterator[AdvancePart]:
    """A bar on stderr, if that is a terminal; call the given ``advance(done, total)``.

    Where it is none, each part that is named becomes a line of the log.
    """
    if not sys.stderr.isatty():
        yield _logged(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int | None, part: str = "") -> None:
            bar.update(task, description=f"{title} {part}".rstrip(), completed=done, total=total)

        yield advance
