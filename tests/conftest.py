"""What many tests share: one instant, the real store on a file, and no way out to a network."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlite_utils import Database

from monitor.store import open_store
from tests import once
from tests.bare import bare_process

if TYPE_CHECKING:
    from tests.bot_stage import Stage
    from tests.fakes.telegram import FakeTelegram

pytest_plugins = ("tests.leaks",)

# Whole trainings, notebooks and processes that are killed: .ci/run runs them, with the peers.
LONG = [
    "test_notebooks.py",
    "test_cli_models.py",
    "test_training_candidate.py",
    "test_training_train.py",
    "test_steps_new_issues.py",
]
collect_ignore = [] if os.environ.get("SIAGA_E2E") == "1" else LONG

_REAL_CONNECT = socket.socket.connect


def pytest_configure() -> None:
    """Before any file is collected, as some read the word lists while they are imported."""
    # Thousands of tests fill the heap with what stays; looking it through again costs 7 %.
    gc.set_threshold(100_000, 20, 50)
    once.word_lists()
    once.databases()
    once.certificates()


def _only_loopback(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
        raise AssertionError(f"a test reached for {address[0]}")
    _REAL_CONNECT(self, address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command line finds no settings in the environment, and leaves the log as it was."""
    with bare_process(monkeypatch):
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[FakeTelegram]:
    """A server of Telegram for a whole file of tests."""
    from tests.fakes.telegram import FakeTelegram

    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def idle(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    """The staff bot's stage, before the bot is started."""
    from tests.bot_stage import set_stage

    with set_stage(server, tmp_path) as stage:
        yield stage


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _only_loopback)


@pytest.fixture(autouse=True)
def _log_levels() -> Iterator[None]:
    """What a test sets for the logs of libraries does not reach the next one."""
    names = (None, "httpx", "httpcore", "telegram")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    yield
    for logger, level in before:
        logger.setLevel(level)


@pytest.fixture
def now() -> datetime:
    """A Tuesday, 12.00 WIB."""
    return datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    """Where the test's database lies; open it twice to act as two programs."""
    return tmp_path / "siaga.db"


@pytest.fixture
def db(store_path: Path) -> Iterator[Database]:
    """The real store on a file."""
    opened = open_store(store_path)
    yield opened
    opened.close()
