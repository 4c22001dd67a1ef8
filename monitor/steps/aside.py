"""Work that takes too long for a tick: done beside it, its result fetched by a later tick.

Nothing is kept: a process that dies forgets what was under way, and it is begun again. The work is
a plain function of a module whose arguments and result can be sent to another process; it opens its
own connection to the store and writes nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from monitor.errors import MonitorError


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: a result, or what went wrong."""

    result: Any = None
    error: str | None = None


class Aside(Protocol):
    """Does one piece of work at a time for each name."""

    def start(self, name: str, work: Callable[..., Any], *args: Any) -> None:
        """Begin, where nothing of this name is under way."""
        ...

    def fetch(self, name: str, patience: float | None) -> Done | None:
        """What came of it, once; None while it goes on or when nothing was begun.

        ``patience`` in seconds; None waits to the end.
        """
        ...

    def busy(self, name: str) -> bool:
        """Whether something of this name was begun and not fetched."""
        ...


class Here:
    """Does it at once, in this very process."""

    def __init__(self) -> None:
        self._done: dict[str, Done] = {}

    def start(self, name: str, work: Callable[..., Any], *args: Any) -> None:
        """Do it now."""
        self._done[name] = Done(work(*args))

    def fetch(self, name: str, patience: float | None) -> Done | None:
        """What came of it, once."""
        return self._done.pop(name, None)

    def busy(self, name: str) -> bool:
        """Whether a result waits."""
        return name in self._done


class Apart:
    """Does it in a process of its own with a low priority, so that no tick waits for it.

    A thread would not do: clustering holds the interpreter for seconds.
    """

    def __init__(self) -> None:
        self._running: dict[str, tuple[BaseProcess, Connection]] = {}

    def start(self, name: str, work: Callable[..., Any], *args: Any) -> None:
        """Begin in a new process, which ends with this one."""
        if name in self._running:
            return
        processes = multiprocessing.get_context("spawn")
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(
            target=_work, args=(theirs, work, args), name=f"siaga {name}", daemon=True
        )
        process.start()
        theirs.close()
        self._running[name] = (process, ours)

    def fetch(self, name: str, patience: float | None) -> Done | None:
        """What came of it, once; a process that died without a word is an error."""
        process, answer = self._running.get(name, (None, None))
        if process is None or answer is None or not answer.poll(patience):
            return None
        try:
            done = answer.recv()
        except EOFError:
            process.join()
            done = Done(error=f"{name}: ended with {process.exitcode}")
        process.join()
        answer.close()
        del self._running[name]
        assert isinstance(done, Done)
        return done

    def busy(self, name: str) -> bool:
        """Whether a process runs, or its result waits."""
        return name in self._running


def _work(answer: Connection, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    os.nice(10)
    try:
        done = Done(work(*args))
    except MonitorError as error:  # anything else ends the process, and is told by its end
        done = Done(error=str(error))
    answer.send(done)
