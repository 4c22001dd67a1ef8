"""The file of a platform that nobody has heard of: what ``siaga sources add`` must cope with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from types import ModuleType

import pytest

from monitor.platforms.api import Api
from monitor.platforms.base import Health, Page
from monitor.platforms.http import Http
from monitor.platforms.known import KNOWN
from monitor.platforms.oauth import Fixed, Renewed, refresher
from monitor.platforms.offer import Connected, Consent, Platform, Setup
from monitor.records import SourceId

NAME = "warung"


class Newcomer:
    """Only its check matters here."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        client = {"client_id": setup.client_id, "client_secret": setup.secret("secret")}
        ask = refresher(setup, Http(setup.base_url, None, 2.0), "token", client)
        seed = setup.secret("refresh_token")
        token = setup.secret("token")
        self._login = Renewed(setup.vault, setup.clock, seed, ask) if seed else None
        self._api = Api(setup, self._login or Fixed(token))
        self._setup = setup

    @property
    def id(self) -> SourceId:
        return self._setup.id

    def check(self) -> Health:
        name = self._api.get("me")["name"]
        tokens = self._login.tokens() if self._login else None
        dies_at = tokens.refresh_expires_at if tokens else None
        return Health(bool(name), name or "tanpa nama", "membaca saja", dies_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        del now
        yield Page((), cursor or "1")


def connect(setup: Setup) -> Connected:
    return Connected(Newcomer(setup))


def offered(
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    *,
    keys: tuple[str, ...] = ("client_id", "secret", "refresh_token"),
    needed: bool = True,
    basic: bool = False,
) -> Platform:
    """Make the platform known, as a line in ``known`` and a file would."""
    offer = Platform(
        NAME,
        connect,
        base_url=url,
        needs=keys if needed else (),
        takes=() if needed else keys,
        consent=Consent(f"{url}/authorize", f"{url}/token", ("baca", "balas"), basic=basic),
    )
    module = ModuleType(f"monitor.platforms.{NAME}")
    module.PLATFORM = offer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(KNOWN, NAME, NAME)  # type: ignore[arg-type]
    return offer
