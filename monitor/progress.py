"""A progress bar for people who wait; silent when nobody watches. Layer 2."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Advance = Callable[[int, int | None], None]


def _silent(done: int, total: int | None) -> None:
    """Nobody watches."""


@contextlib.contextmanager
def progress(title: str) -> Iterator[Advance]:
    """A bar on stderr, if that is a terminal; call the given ``advance(done, total)``."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
