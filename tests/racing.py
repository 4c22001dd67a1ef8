"""Several people who press at the same moment, each with a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlite_utils import Database

from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from tests.world import open_world


def race(tools: Tools, *presses: Callable[[Database], Answer]) -> list[Answer]:
    """Press at the same moment in as many threads; their answers."""
    said: list[Answer | None] = [None] * len(presses)
    begin = threading.Barrier(len(presses))

    def run(place: int, press: Callable[[Database], Answer]) -> None:
        own = open_world(tools)
        begin.wait(10)
        said[place] = press(own)
        own.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [answer for answer in said if answer is not None]
