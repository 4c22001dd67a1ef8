"""The webhook receiver as a part of the service, with the hooks of real platforms."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from monitor import app, logs, running
from monitor.config import Settings
from monitor.config.parts import SourcePart, Web, Webhook
from monitor.connecting import connect_all
from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms.base import Delivery
from monitor.records import SourceId
from monitor.store import open_store
from monitor.store.connection import rows
from tests.fakes.clock import Clock
from tests.test_web_hooks import DOOR, WORDS, open_gate, signature
from tests.world import make_settings, make_tools

APP, WORD = "rahasia-aplikasi-meta", "rahasia-kata-uji"
MMC, TV = "100200300400500", "100200300400600"


def page_of(account: str, app_secret: str = APP) -> SourcePart:
    return SourcePart(
        platform="facebook",
        base_url="http://127.0.0.1:9",
        account=account,
        token=SecretStr("rahasia-token"),
        secret=SecretStr(app_secret),
        hook_token=SecretStr(WORD),
    )


class Pages:
    """Two Pages of one app, and one of another; no call of theirs leaves this machine."""

    def __init__(self, folder: Path) -> None:
        logs.quieten()
        self.settings: Settings = make_settings(
            folder,
            webhook=Webhook(enabled=True, port=0),
            sources={"mmc": page_of(MMC), "tv": page_of(TV), "lain": page_of("7", "lain-lagi")},
        )
        self.clock = Clock()
        accounts = connect_all(self.settings, self.clock)
        watched = [one.connected.source for one in accounts.values()]
        tools = make_tools(folder, settings=self.settings, watched=watched)
        self.service = running.Service(replace(tools, accounts=accounts), self.clock)
        with closing(open_store(self.settings.database)) as db:
            app.prepare(db, self.settings)

    def stored(self) -> list[tuple[str, str]]:
        with closing(open_store(self.settings.database)) as db:
            found = rows(db, "SELECT source_id, external_id FROM comment ORDER BY external_id")
        return [(row["source_id"], row["external_id"]) for row in found]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    yield Pages(tmp_path)


def entry(account: str, number: str) -> dict[str, object]:
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"{account}_{number}",
        "post_id": f"{account}_1",
        "parent_id": f"{account}_1",
        "from": {"id": "5001", "name": "Warga Contoh"},
        "message": WORDS,
        "created_time": 1795143600,
    }
    return {"id": account, "time": 1795143601, "changes": [{"field": "feed", "value": value}]}


def meta(entries: list[dict[str, object]], secret: str = APP) -> tuple[bytes, dict[str, str]]:
    raw = json.dumps({"object": "page", "entry": entries}).encode()
    signed = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return raw, {"X-Hub-Signature-256": f"sha256={signed}"}


def test_meta_is_answered_as_it_wants_it(pages: Pages) -> None:
    with running.receiver(pages.service) as server:
        asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        good = httpx.get(f"{server.url}/hook/mmc", params={**asked, "hub.verify_token": WORD})
        bad = httpx.get(f"{server.url}/hook/mmc", params={**asked, "hub.verify_token": "tebak"})
    assert (good.status_code, good.text, bad.status_code) == (200, "1158201444", 403)


def test_one_address_of_an_app_serves_all_its_pages(pages: Pages) -> None:
    raw, headers = meta([entry(MMC, "11"), entry(TV, "12"), entry("7", "13"), entry("8", "14")])
    with running.receiver(pages.service) as server:
        for _ in range(2):
            sent = httpx.post(f"{server.url}/hook/mmc", content=raw, headers=headers)
            assert sent.status_code == 200
    # the third is of another app, whose secret did not sign this; nobody watches the fourth
    assert pages.stored() == [("mmc", f"{MMC}_11"), ("tv", f"{TV}_12")]


def test_what_tells_of_a_sibling_alone_is_its_own(pages: Pages) -> None:
    raw, headers = meta([entry(TV, "12")])
    with running.receiver(pages.service) as server:
        httpx.post(f"{server.url}/hook/mmc", content=raw, headers=headers).raise_for_status()
    assert pages.stored() == [("tv", f"{TV}_12")]


class AsleepHook:
    """A Page whose platform must be asked before the call can be read, and does not answer."""

    def handshake(self, params: Mapping[str, str]) -> str | None:
        return None

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        raise PlatformError("tv: no answer", reason=Reason.UNREACHABLE)


def test_a_sibling_that_cannot_take_its_part_lets_the_platform_repeat(pages: Pages) -> None:
    service = pages.service
    tv = service.tools.accounts[SourceId("tv")]
    asleep = replace(tv, connected=replace(tv.connected, hook=AsleepHook()))
    accounts = {**service.tools.accounts, SourceId("tv"): asleep}
    again = running.Service(replace(service.tools, accounts=accounts), pages.clock)
    raw, headers = meta([entry(MMC, "11"), entry(TV, "12")])
    with running.receiver(again) as server:
        sent = httpx.post(f"{server.url}/hook/mmc", content=raw, headers=headers)
    assert (sent.status_code, pages.stored()) == (503, [])
    with running.receiver(service) as server:
        httpx.post(f"{server.url}/hook/mmc", content=raw, headers=headers).raise_for_status()
    assert pages.stored() == [("mmc", f"{MMC}_11"), ("tv", f"{TV}_12")]


def test_the_receiver_listens_beside_the_page_and_wakes_the_service(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, webhook=Webhook(enabled=True, port=0))
    with open_gate(tmp_path) as gate:
        tools = replace(gate.tools, settings=settings)
        service = running.Service(tools, gate.clock)
        with running.receiver(service) as server:
            raw = json.dumps({"key": "k9", "say": {"c9": WORDS}}).encode()
            sent = httpx.post(
                f"{server.url}/hook/{DOOR}", content=raw, headers={"X-Signature": signature(raw)}
            )
            assert sent.status_code == 200
            assert list(gate.stored()) == ["c9"]
            assert service._wake.is_set()


def test_a_taken_port_is_told_with_its_table(tmp_path: Path) -> None:
    with open_gate(tmp_path) as gate:
        port = int(gate.server.url.rpartition(":")[2])
        settings = make_settings(tmp_path, webhook=Webhook(enabled=True, port=port))
        service = running.Service(replace(gate.tools, settings=settings))
        with (
            pytest.raises(ConfigError, match=r"webhook: 127.*another \[webhook\] port"),
            running.receiver(service),
        ):
            raise AssertionError("it listens")


@pytest.mark.parametrize(
    ("web", "webhook", "parts"),
    [
        (True, False, ["collect", "web"]),
        (False, True, ["collect", "web"]),
        (False, False, ["collect"]),
    ],
)
def test_the_receiver_is_a_part_of_the_web(
    tmp_path: Path, web: bool, webhook: bool, parts: list[str]
) -> None:
    settings = make_settings(tmp_path, web=Web(enabled=web), webhook=Webhook(enabled=webhook))
    assert running._parts(settings, None) == parts


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.0.2.7", "::"])
def test_the_receiver_may_listen_for_a_proxy_elsewhere(host: str) -> None:
    assert Webhook(host=host).host == host


def test_the_receivers_host_is_an_address_of_this_machine() -> None:
    with pytest.raises(ValueError, match="accepted: an address of this machine"):
        Webhook(host="siaga.example.org")


def test_it_is_switched_off_unless_asked_for() -> None:
    assert Webhook().enabled is False
    assert SourcePart(platform="feed", base_url="http://127.0.0.1").hook_token is None
