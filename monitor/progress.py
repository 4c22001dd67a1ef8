"""A progress bar for people who wait; silent when nobody watches. Layer 2."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Protocol

Advance = Callable[[int, int | None], None]


class AdvancePart(Protocol):
    """An ``Advance`` that may name the part of the work that is under way."""

    def __call__(self, done: int, total: int | None, part: str = "") -> None:
        """``done`` of ``total`` (None: nobody knows) of this part."""
        ...


def _silent(done: int, total: int | None, part: str = "") -> None:
    """Nobody watches."""


@contextlib.contextmanager
def progress(title: str) -> Iterator[AdvancePart]:
    """A bar on stderr, if that is a terminal; call the given ``advance(done, total)``."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int | None, part: str = "") -> None:
            bar.update(task, description=f"{title} {part}".rstrip(), completed=done, total=total)

        yield advance
