"""From the configuration to accounts: a bot has one reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import Settings
from monitor.connecting import connect, connect_all
from monitor.errors import ConfigError
from monitor.records import SourceId
from tests.fakes.clock import Clock

GROUP = {"platform": "telegram", "token": "11:sendiri"}


def settings(tmp_path: Path, **more: object) -> Settings:
    given = {"telegram": {"token": "22:petugas"}, "drill": {"token": "33:latihan"}, **more}
    return Settings.model_validate({**given, "folder": tmp_path})


def test_a_bot_of_its_own_is_connected(tmp_path: Path) -> None:
    mastodon = {"platform": "mastodon", "token": "11:sendiri", "base_url": "http://127.0.0.1:9"}
    off = {**GROUP, "enabled": False}
    found = settings(tmp_path, sources={"diskusi": GROUP, "toot": mastodon, "mati": off})
    assert sorted(connect_all(found, Clock())) == ["diskusi", "toot"]


@pytest.mark.parametrize(
    ("token", "whose"), [("22:petugas", "the staff bot"), ("33:latihan", "the drill's bot")]
)
def test_a_bot_of_the_staff_is_no_source(tmp_path: Path, token: str, whose: str) -> None:
    found = settings(tmp_path, sources={"diskusi": {**GROUP, "token": token}})
    with pytest.raises(ConfigError, match=f"that of {whose}") as error:
        connect(SourceId("diskusi"), found.sources["diskusi"], found, Clock())
    assert token not in str(error.value)


def test_two_sources_do_not_share_a_bot(tmp_path: Path) -> None:
    found = settings(tmp_path, sources={"diskusi": GROUP, "lain": {**GROUP, "account": "-1"}})
    with pytest.raises(ConfigError, match=r"sources\.diskusi: token: .*that of sources\.lain"):
        connect_all(found, Clock())
