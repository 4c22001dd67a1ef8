"""How the bot begins and ends: at whatever moment, once or more often, with nothing left open."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from monitor.bot import Listener, build_application
from tests.bot_stage import Stage
from tests.world import NOW

# Below the seconds that the bot waits for an answer: a stop does not wait for one.
_ENDS_WITHIN_S = 15.0


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(_ENDS_WITHIN_S)
        yield listening


class Run:
    """A listener in a thread of its own."""

    def __init__(self, stage: Stage, url: str) -> None:
        tools, token = stage.tools, stage.fake.token
        self.listener = Listener(
            build_application(tools, lambda: stage.db, token, url, list, lambda: NOW)
        )
        self.thread = threading.Thread(target=self.listener.run)

    def stop_when(self, ready: Callable[[], object], times: int = 1) -> None:
        self.thread.start()
        ready()
        for _ in range(times):
            self.listener.stop()
        self.thread.join(_ENDS_WITHIN_S)
        assert not self.thread.is_alive()
        gc.collect()  # whatever was torn apart complains here, and fails the test


@pytest.mark.parametrize("times", [1, 20])
def test_stopped_while_it_listens(idle: Stage, times: int) -> None:
    fake = idle.fake
    Run(idle, fake.url).stop_when(lambda: fake.wait(lambda: fake.calls("getUpdates")), times)
    assert fake.calls("getUpdates")[-1]["ok"]


@pytest.mark.parametrize("method", ["getMe", "setMyCommands", "deleteWebhook"])
def test_stopped_while_it_begins(idle: Stage, method: str) -> None:
    fake = idle.fake
    fake.fault(method, mode="none", delay=0.5)
    Run(idle, fake.url).stop_when(lambda: fake.wait(lambda: fake.calls(method)), 3)


def test_stopped_before_it_begins(idle: Stage) -> None:
    run = Run(idle, idle.fake.url)
    run.listener.stop()
    run.stop_when(lambda: None)
    assert idle.fake.calls("getUpdates") == []


def test_stopped_before_the_server_said_a_word(idle: Stage, silent: socket.socket) -> None:
    taken: list[socket.socket] = []
    run = Run(idle, f"http://127.0.0.1:{silent.getsockname()[1]}")
    run.stop_when(lambda: taken.append(silent.accept()[0]))
    taken[0].close()


def test_stopped_while_the_server_cannot_be_reached(
    idle: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    tried = threading.Event()
    caplog.handler.addFilter(lambda record: "no answer yet" not in record.msg or not tried.set())
    Run(idle, url).stop_when(lambda: tried.wait(_ENDS_WITHIN_S))
    assert "telegram: no answer yet: NetworkError" in caplog.text


def test_a_stop_after_the_end_changes_nothing(idle: Stage) -> None:
    fake = idle.fake
    run = Run(idle, fake.url)
    run.stop_when(lambda: fake.wait(lambda: fake.calls("getUpdates")))
    run.listener.stop()


def test_it_waits_as_long_as_the_server_asks(idle: Stage) -> None:
    fake = idle.fake
    fake.fault("getMe", retry_after=2)
    Run(idle, fake.url).stop_when(lambda: fake.wait(lambda: fake.calls("getUpdates"), 20))
    refused, answered = fake.calls("getMe")
    assert not refused["ok"]
    assert answered["at"] - refused["at"] >= 2
