"""The tests themselves: none of them can reach out."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "situs.example"])
def test_nobody_reaches_out(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_STREAM) as probe,
        pytest.raises(AssertionError, match="a test reached for"),
    ):
        probe.connect((host, 80))


def test_loopback_stays_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as probe,
    ):
        assert probe.getpeername()[0] == "127.0.0.1"
