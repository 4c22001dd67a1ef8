"""siaga.env: secrets beside config.toml, for its owner only, under the real environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import CONFIG_NAME, Settings, load_settings
from monitor.config.env_file import ENV_NAME, env_file, parse_env, variable, with_values
from monitor.errors import ConfigError

SECRET = "rahasia-sekali-123"
TOKEN = "SIAGA_SOURCES__KANAL__TOKEN"
SOURCE = '[sources.kanal]\nplatform = "mastodon"\nbase_url = "https://kanal.example"\n'


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SIAGA_")]:
        monkeypatch.delenv(name)


def written(folder: Path, env: str | bytes | None, toml: str = SOURCE, mode: int = 0o600) -> Path:
    config = folder / CONFIG_NAME
    config.write_text(toml, encoding="utf-8")
    if env is not None:
        file = folder / ENV_NAME
        file.write_bytes(env.encode() if isinstance(env, str) else env)
        file.chmod(mode)
    return config


def token_of(settings: Settings) -> str | None:
    return settings.sources["kanal"].secrets.get("token")


def refusal(config: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(config)
    told = str(caught.value)
    assert SECRET not in told
    assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)
    return told


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (f"{TOKEN}=abc", "abc"),
        (f"  {TOKEN} = abc  ", "abc"),
        (f"export {TOKEN}=abc", "abc"),
        (f"{TOKEN.lower()}=abc", "abc"),
        (f"{TOKEN}=abc # catatan", "abc"),
        (f"{TOKEN}=ab#c", "ab#c"),
        (f"{TOKEN}='ab # c' # catatan", "ab # c"),
        (f"{TOKEN}=abcd efgh ijkl", "abcd efgh ijkl"),
        (f'{TOKEN}="a\'b"', "a'b"),
        (f'{TOKEN}="a\\"b\\\\c"', 'a"b\\c'),
        (f"{TOKEN}='a\\b$c'", "a\\b$c"),
        (f"{TOKEN}=a=b==", "a=b=="),
        (f"{TOKEN}=lama\n# ganti\n\n{TOKEN}=baru", "baru"),
        (f"\ufeff{TOKEN}=abc\r\n", "abc"),
    ],
)
def test_a_line_gives_its_value(tmp_path: Path, line: str, value: str) -> None:
    assert token_of(load_settings(written(tmp_path, line))) == value


def test_without_the_file_nothing_is_set(tmp_path: Path) -> None:
    assert token_of(load_settings(written(tmp_path, None))) is None


def test_an_empty_value_is_no_secret(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, f"{TOKEN}=\n"))
    assert settings.sources["kanal"].secrets == {}


def test_the_real_environment_outranks_the_file_and_the_file_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = f"{TOKEN}=dari-berkas\nSIAGA_POLL__WORKERS=3\nSIAGA_TELEGRAM__TOKEN=1:{SECRET}\n"
    config = written(tmp_path, env, f"[poll]\nworkers = 2\ntick_seconds = 7\n{SOURCE}")
    monkeypatch.setenv(TOKEN, "dari-lingkungan")
    settings = load_settings(config)
    assert token_of(settings) == "dari-lingkungan"
    assert (settings.poll.workers, settings.poll.tick_seconds) == (3, 7.0)
    assert settings.telegram.token is not None
    assert settings.telegram.token.get_secret_value() == f"1:{SECRET}"
    assert SECRET not in repr(settings)


def test_the_file_lies_beside_the_file_that_a_link_names(tmp_path: Path) -> None:
    real, linked = tmp_path / "asli", tmp_path / "tautan"
    real.mkdir()
    linked.mkdir()
    config = written(real, f"{TOKEN}=abc")
    (linked / CONFIG_NAME).symlink_to(config)
    assert token_of(load_settings(linked / CONFIG_NAME)) == "abc"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    told = refusal(written(tmp_path, f"{TOKEN}={SECRET}", mode=mode))
    assert f"mode {mode:04o}" in told
    assert told.endswith("accepted: 0600: chmod 600 siaga.env")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_for_its_owner_only_is_read(tmp_path: Path, mode: int) -> None:
    assert token_of(load_settings(written(tmp_path, f"{TOKEN}=abc", mode=mode))) == "abc"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (SECRET, "line 2: accepted: NAME=value"),
        (f"{SECRET}==", "line 2: accepted: NAME=value"),
        (f"{SECRET.replace('-', '')}==", "line 2: accepted: names that begin with SIAGA_"),
        (f"KANAL_TOKEN={SECRET}", "line 2: accepted: names that begin with SIAGA_"),
        (f"{TOKEN}='{SECRET}", f"line 2: {TOKEN}: accepted: one pair of quotes"),
        (f"{TOKEN}='{SECRET}' lagi", f"line 2: {TOKEN}: accepted: one pair of quotes"),
        (f"SIAGA_SOURCE__KANAL__TOKEN={SECRET}", "did you mean SIAGA_SOURCES?"),
        (f"SIAGA_ZZZZZZZZZZ={SECRET}", "SIAGA_ZZZZZZZZZZ: unknown; accepted: SIAGA_CLASSIFY,"),
        (f"SIAGA_FOLDER={SECRET}", "SIAGA_FOLDER: unknown"),
        (f"SIAGA_SOURCES__BERITA__TOKEN={SECRET}", "there is no [sources.berita] in config.toml"),
        (f"SIAGA_SOURCES__KANAL__TOKKEN={SECRET}", "sources.kanal.tokken: unknown key"),
        (f"SIAGA_SOURCES__KANAL={SECRET}", "sources.kanal: Input should be"),
        (f"SIAGA_SOURCES={SECRET}", "configuration: environment: "),
        (f"SIAGA_POLL__BOGUS={SECRET}", "poll.bogus: unknown key"),
    ],
)
def test_what_is_wrong_is_told_by_name_or_line_and_never_by_value(
    tmp_path: Path, line: str, told: str
) -> None:
    assert told in refusal(written(tmp_path, f"# rahasia\n{line}\n"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    assert "siaga.env: not UTF-8 text" in refusal(written(tmp_path, b"SIAGA_X=\xff\xfe"))


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    config = written(tmp_path, None)
    (tmp_path / ENV_NAME).mkdir(mode=0o700)
    assert "siaga.env: " in refusal(config)


def test_names_are_made_of_source_and_key() -> None:
    assert variable("kanal", "token") == TOKEN


def test_setting_a_variable_keeps_the_other_lines() -> None:
    text = f"# catatan\nSIAGA_TELEGRAM__TOKEN=1:x\n{TOKEN}=lama\nexport {TOKEN}=lama2\n# akhir"
    assert with_values(text, {TOKEN: "it's", "SIAGA_SOURCES__KANAL__SECRET": 'a"b\\'}) == (
        "# catatan\nSIAGA_TELEGRAM__TOKEN=1:x\n# akhir\n"
        f'{TOKEN}="it\'s"\n'
        "SIAGA_SOURCES__KANAL__SECRET='a\"b\\'\n"
    )


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00", "\x1b[0m", "a\u2028b"])
def test_a_line_break_is_never_written(value: str) -> None:
    with pytest.raises(ConfigError, match="not accepted") as caught:
        with_values("", {TOKEN: value})
    assert value not in str(caught.value)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=40))
def test_what_is_written_is_read_back(value: str) -> None:
    text = with_values("SIAGA_POLL__WORKERS=3\n", {TOKEN: value})
    assert parse_env(text, Path(ENV_NAME)) == {"SIAGA_POLL__WORKERS": "3", TOKEN: value}


def test_the_file_is_named_beside_the_configuration(tmp_path: Path) -> None:
    assert env_file(tmp_path / "lain.toml") == tmp_path / ENV_NAME
