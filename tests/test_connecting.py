"""From the configuration to connected accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.config.parts import SourcePart
from monitor.connecting import connect, connect_all, platform
from monitor.errors import ConfigError
from monitor.platforms.known import KNOWN
from monitor.platforms.offer import Budget, Can
from monitor.records import SourceId
from tests.fakes.clock import Clock
from tests.world import make_settings

NAME = SourceId("berita")


def account(folder: Path, **keys: Any):  # type: ignore[no-untyped-def]
    part = SourcePart(**keys)
    return connect(NAME, part, make_settings(folder, sources={NAME: part}), Clock())


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_known_platform_has_a_file_that_describes_it(name: str) -> None:
    found = platform(name)
    assert found.name == name
    assert set(found.needs).isdisjoint(found.takes)
    assert {*found.needs, *found.takes} <= set(SourcePart.model_fields)
    assert found.reply_limit is None or Can.REPLY in found.can


def test_an_account_is_what_its_platform_can(tmp_path: Path) -> None:
    found = account(tmp_path, platform="mastodon", base_url="http://127.0.0.1:9", token="t")
    assert found.platform.name == "mastodon"
    assert found.connected.source.id == NAME
    assert found.connected.replier is found.connected.refetcher is found.connected.source
    assert (found.budget, found.budget_name) == (None, "berita")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"platform": "mastodon", "base_url": "http://127.0.0.1"}, "SIAGA_SOURCES__BERITA__TOKEN"),
        ({"platform": "mastodon", "token": "t"}, "base_url: missing"),
        (
            {"platform": "feed", "base_url": "http://127.0.0.1", "account": "x"},
            "account: not a key of feed; accepted: none of its own",
        ),
        ({"platform": "x"}, "add it to config.toml"),
        (
            {"platform": "mastodon", "base_url": "http://127.0.0.1", "token": "t", "user": "u"},
            "user: not a key of mastodon; accepted: token, queries",
        ),
    ],
)
def test_wrong_keys_are_named_with_what_is_accepted(
    tmp_path: Path, keys: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        account(tmp_path, **keys)
    assert told in str(caught.value) and "sources.berita" in str(caught.value)


def test_sources_of_one_app_share_a_budget_unless_it_is_named(tmp_path: Path) -> None:
    keys = {"platform": "youtube", "account": "UCx", "token": "kunci"}
    assert account(tmp_path, **keys).budget_name == "youtube:"
    named = account(tmp_path, **keys, budget="kedua", units_a_day=500)
    assert named.budget_name == "youtube:kedua"
    assert named.budget == Budget(500, "America/Los_Angeles", True, "units")


def test_a_budget_may_be_set_where_a_platform_has_none(tmp_path: Path) -> None:
    keys = {"platform": "feed", "base_url": "http://u:rahasia@127.0.0.1/f", "units_a_day": 50}
    found = account(tmp_path, **keys)
    assert (found.budget, found.budget_name) == (Budget(50), "berita")
    assert found.base_url == "http://127.0.0.1/f"


def test_only_what_is_switched_on_is_connected(tmp_path: Path) -> None:
    feed = {"platform": "feed", "base_url": "http://127.0.0.1"}
    parts = {"a": SourcePart(**feed), "b": SourcePart(**feed, enabled=False)}
    assert set(connect_all(make_settings(tmp_path, sources=parts), Clock())) == {"a"}
