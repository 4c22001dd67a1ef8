"""Access tokens are renewed in time, saved before they are used, and never shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.http import Http
from monitor.platforms.oauth import Fixed, Renewed, refresher, tokens_of
from monitor.platforms.offer import Setup, Tokens, Use
from monitor.records import SourceId
from monitor.store.meters import StoredMeter
from monitor.store.tokens import StoredVault
from tests.fakes.clock import START, Clock
from tests.fakes.platform import Call, FakePlatform, Reply

HOUR = timedelta(hours=1)


class TokenServer(FakePlatform):
    """Changes the refresh token at every use and takes an old one never again."""

    name = "server"

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.given = 1
        self.life: int | None = 3600
        self.rotates = True

    def needs_access(self, call: Call) -> bool:
        return False

    def handle(self, call: Call) -> Reply:
        sent = call.form
        assert (sent["grant_type"], sent["client_id"]) == ("refresh_token", "app")
        if sent["refresh_token"] != self.refresh:
            if sent["refresh_token"] in self.dead_refresh:
                self.violations.append("an old refresh token was used again")
            return Reply({"error": "invalid_grant"}, 400)
        self.given += 1
        self.access = f"rahasia-akses-{self.given}"
        body: dict[str, object] = {"access_token": self.access, "refresh_expires_in": 86_400}
        if self.life is not None:
            body["expires_in"] = self.life
        if self.rotates:
            self.dead_refresh.add(self.refresh)
            self.refresh = f"rahasia-segar-{self.given}"
            body["refresh_token"] = self.refresh
        return Reply(body)

    def throttled(self) -> Reply:
        return Reply({"error": "slow down"}, 429, {"Retry-After": "60"})


class World:
    def __init__(self, server: TokenServer, folder: Path, seed: str | None = None) -> None:
        self.server, self.clock = server, server.clock
        self.setup = Setup(
            id=SourceId("tiktok"),
            base_url=server.url,
            meter=StoredMeter(folder / "siaga.db", "tiktok", None, self.clock),
            vault=StoredVault(folder / "siaga.db", SourceId("tiktok")),
            clock=self.clock,
            timeout=2.0,
            secrets={"refresh_token": server.refresh if seed is None else seed},
        )
        self.login = self.start()

    def start(self) -> Renewed:
        http = Http(self.setup.base_url, timeout=2.0)
        seed = self.setup.secret("refresh_token")
        ask = refresher(self.setup, http, "token", {"client_id": "app"})
        return Renewed(self.setup.vault, self.clock, seed, ask)

    def sent(self) -> str:
        return dict(self.login.headers())["Authorization"]


@pytest.fixture
def server():  # type: ignore[no-untyped-def]
    with TokenServer(Clock()) as server:
        yield server
    assert server.violations == []


@pytest.fixture
def world(server: TokenServer, tmp_path: Path) -> World:
    return World(server, tmp_path)


def test_a_token_serves_until_four_fifths_of_its_life(world: World, server: TokenServer) -> None:
    assert world.sent() == "Bearer rahasia-akses-2" == world.sent()
    world.clock.move(minutes=47)
    assert world.sent() == "Bearer rahasia-akses-2"
    world.clock.move(minutes=2)
    assert world.sent() == "Bearer rahasia-akses-3"
    assert server.given == 3


def test_a_new_process_goes_on_with_the_newest_refresh_token(world: World) -> None:
    world.sent()
    world.login = world.start()
    assert world.sent() == "Bearer rahasia-akses-2"
    world.clock.move(hours=2)
    assert world.start().headers() == {"Authorization": "Bearer rahasia-akses-3"}


def test_another_process_may_have_renewed_already(world: World, server: TokenServer) -> None:
    world.sent()
    other = world.start()
    world.clock.move(minutes=50)
    other.headers()
    assert world.sent() == "Bearer rahasia-akses-3"
    assert server.given == 3


def test_a_token_is_on_the_disk_before_it_is_used(world: World) -> None:
    world.sent()
    kept = world.setup.vault.read(world.setup.secret("refresh_token"))
    assert kept is not None
    assert (kept.access, kept.refresh) == ("rahasia-akses-2", "rahasia-segar-2")
    assert kept.refresh_expires_at == START + timedelta(days=1)


def test_a_refused_token_is_replaced(world: World) -> None:
    world.sent()
    assert world.login.renew()
    assert world.sent() == "Bearer rahasia-akses-3"


def test_a_server_that_keeps_the_refresh_token_is_served_too(
    world: World, server: TokenServer
) -> None:
    server.rotates, server.life = False, None
    world.sent()
    world.clock.move(days=300)
    assert world.sent() == "Bearer rahasia-akses-2"
    assert world.login.renew() and world.sent() == "Bearer rahasia-akses-3"


def test_a_dead_refresh_token_needs_a_person(server: TokenServer, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="run siaga sources renew") as caught:
        World(server, tmp_path, seed="rahasia-mati").sent()
    assert (caught.value.reason, caught.value.permanent) == (Reason.AUTH, True)
    assert "rahasia" not in str(caught.value)


def test_without_a_refresh_token_nothing_is_asked(server: TokenServer, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="no refresh token") as caught:
        World(server, tmp_path, seed="").sent()
    assert caught.value.permanent and server.calls == []


@pytest.mark.parametrize("mode", ["status", "drop", "after", "cut", "html"])
def test_trouble_while_a_token_still_lives_is_no_trouble(
    world: World, server: TokenServer, mode: str
) -> None:
    world.sent()
    world.clock.move(minutes=50)
    server.fault(mode)
    assert world.sent() == "Bearer rahasia-akses-2"
    assert server.violations == []


def test_trouble_with_a_dead_token_is_told_and_passes(world: World, server: TokenServer) -> None:
    world.sent()
    world.clock.move(hours=2)
    server.fault("drop")
    with pytest.raises(PlatformError) as caught:
        world.sent()
    assert caught.value.reason is Reason.UNREACHABLE and not caught.value.permanent
    assert world.sent() == "Bearer rahasia-akses-3"


def test_a_server_that_asks_to_wait_is_no_dead_token(world: World, server: TokenServer) -> None:
    server.fault("throttle")
    with pytest.raises(PlatformError) as caught:
        world.sent()
    assert caught.value.reason is Reason.RATE


def test_a_server_that_asks_to_wait_is_obeyed_though_the_token_lives(
    world: World, server: TokenServer
) -> None:
    world.sent()
    world.clock.move(minutes=50)
    server.fault("throttle")
    with pytest.raises(PlatformError) as caught:
        world.sent()
    assert caught.value.reason is Reason.RATE and server.violations == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"access_token": 5}', b'{"access_token": ""}'])
def test_an_answer_without_a_token_is_none(body: bytes) -> None:
    with pytest.raises(PlatformError, match="no access token"):
        tokens_of(Answer(200, httpx.Headers(), body, "x"), START)


def test_a_fixed_token_stands_in_its_header() -> None:
    assert Fixed("").headers() == {}
    assert Fixed("t", "Access-Token", "").headers() == {"Access-Token": "t"}
    assert not Fixed("t").renew()


def test_no_token_is_ever_shown(world: World) -> None:
    world.sent()
    for shown in (repr(Fixed("rahasia-x")), repr(world.setup), repr(Tokens("rahasia-a", "r"))):
        assert "rahasia" not in shown
    assert Use.REPLY == "reply"
