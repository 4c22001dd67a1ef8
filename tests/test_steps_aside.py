"""Work beside the ticks: its result once, its error in words, its death as an error."""

from __future__ import annotations

import os
import time

from monitor.errors import ConfigError
from monitor.steps.aside import Apart, Done, Here


def double(number: int) -> int:
    return 2 * number


def wrong() -> None:
    raise ConfigError("word list: gone")


def die() -> None:
    os._exit(7)


def sleep() -> None:
    time.sleep(0.5)


def test_here_it_is_done_at_once() -> None:
    here = Here()
    assert here.fetch("a", None) is None
    here.start("a", double, 4)
    assert here.busy("a")
    assert here.fetch("a", 0.0) == Done(8)
    assert not here.busy("a")


def test_apart_the_result_comes_once() -> None:
    apart = Apart()
    assert apart.fetch("a", 0.0) is None
    apart.start("a", double, 4)
    apart.start("a", double, 5)  # one at a time
    assert apart.busy("a")
    assert apart.fetch("a", None) == Done(8)
    assert apart.fetch("a", None) is None


def test_apart_it_is_not_waited_for() -> None:
    apart = Apart()
    apart.start("a", sleep)
    assert apart.fetch("a", 0.0) is None
    assert apart.fetch("a", None) == Done(None)


def test_apart_what_goes_wrong_is_told() -> None:
    apart = Apart()
    apart.start("a", wrong)
    assert apart.fetch("a", None) == Done(error="word list: gone")
    apart.start("a", die)
    assert apart.fetch("a", None) == Done(error="a: ended with 7")
