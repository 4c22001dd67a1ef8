"""A process as it is on a new machine: no settings in the environment, no log set up."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def bare_process(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without ``SIAGA_*``; the log is as before afterwards."""
    for name in [name for name in os.environ if name.startswith("SIAGA_")]:
        patch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
