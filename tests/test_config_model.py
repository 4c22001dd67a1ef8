"""The own language model and the official links in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.app import secrets
from monitor.config import CONFIG_NAME, Settings, load_settings
from monitor.config.parts import Office
from monitor.errors import ConfigError

SECRET = "kunci-rahasia-789"


def load(folder: Path, toml: str) -> Settings:
    file = folder / CONFIG_NAME
    file.write_text(toml, encoding="utf-8")
    return load_settings(file)


def refusal(folder: Path, toml: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, toml)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_the_official_domain_is_that_of_the_link_unless_told_otherwise() -> None:
    assert Office().domains == ("ppid.kalteng.go.id",)
    assert Office(links=("Kalteng.go.id",)).domains == ("kalteng.go.id",)
    assert Office(link="tanpa alamat").domains == ()


def test_a_domain_is_no_address(tmp_path: Path) -> None:
    told = refusal(tmp_path, '[office]\nlinks = ["https://kalteng.go.id/x"]')
    assert "accepted: a domain such as kalteng.go.id" in told


def test_a_model_needs_its_name_and_the_key_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_REPLIES__MODEL__TOKEN", SECRET)
    assert "enabled without a name" in refusal(tmp_path, "[replies.model]\nenabled = true")


def test_the_key_comes_from_the_environment_and_is_kept_out_of_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_REPLIES__MODEL__TOKEN", SECRET)
    settings = load(tmp_path, '[replies.model]\nenabled = true\nname = "kecil"\n')
    assert (settings.replies.model.name, settings.replies.per_incident) == ("kecil", 3)
    assert SECRET in secrets(settings)
    assert SECRET not in repr(settings)


def test_a_key_in_the_file_is_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, f'[replies.model]\ntoken = "{SECRET}"')
    assert "set the environment variable SIAGA_REPLIES__MODEL__TOKEN" in told
    assert "replies" in refusal(tmp_path, 'replies = "x"')


@pytest.mark.parametrize(
    ("key", "told"), [("nama", "did you mean name?"), ("zzz", "accepted: base_url, enabled, name")]
)
def test_an_unknown_key_of_the_model_is_named(tmp_path: Path, key: str, told: str) -> None:
    assert f"replies.model.{key}: unknown key; {told}" in refusal(
        tmp_path, f'[replies.model]\n{key} = "x"'
    )
