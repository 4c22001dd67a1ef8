"""Adding a source: the files are whole or as before, tokens go to the disk only at the end."""

from __future__ import annotations

import stat
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.adding import HeldVault, Wanted, save, trial, with_block
from monitor.config.writing import replace_file, table
from monitor.errors import ConfigError
from monitor.platforms.offer import Tokens
from monitor.records import SourceId
from monitor.store.tokens import StoredVault

KANAL = Wanted(
    "kanal", "mastodon", True, {"base_url": "http://127.0.0.1:9"}, {"token": "rahasia-9"}
)
BLOCK = '[sources.kanal]\nplatform = "mastodon"\nbase_url = "http://127.0.0.1:9"\n'


def config_of(folder: Path, text: str) -> Path:
    config = folder / "config.toml"
    config.write_bytes(text.encode())
    return config


@pytest.mark.parametrize(
    ("before", "between"),
    [
        ("", ""),
        ("[poll]\nworkers = 2\n", "\n"),
        ("[poll]\nworkers = 2", "\n\n"),
        ("# catatan, é\n\n\n", "\n"),
        ('[sources.lain]\nplatform = "feed"\nbase_url = "http://127.0.0.1:9"\n', "\n"),
    ],
)
def test_what_stands_in_the_configuration_stays_byte_for_byte(
    tmp_path: Path, before: str, between: str
) -> None:
    config = config_of(tmp_path, before)
    save(config, KANAL)
    assert config.read_bytes() == (before + between + BLOCK).encode()
    assert trial(config, Wanted("kanal", "mastodon", False)).sources["kanal"].secrets == {
        "token": "rahasia-9"
    }


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    config = config_of(tmp_path, "[poll]\r\nworkers = 2\r\n")
    save(config, KANAL)
    assert (
        config.read_bytes()
        == f"[poll]\r\nworkers = 2\r\n\r\n{BLOCK}".replace("\r\n", "\n")
        .replace("\n", "\r\n")
        .encode()
    )


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (BLOCK, "sources.kanal: is there already; new secrets for it: siaga sources renew kanal"),
        ("sources = {}\n", r"does not fit behind it .*accepted: each source as a table of its own"),
        ("[poll\n", "configuration: "),
    ],
)
def test_a_configuration_that_does_not_take_it_is_refused(
    tmp_path: Path, before: str, told: str
) -> None:
    config = config_of(tmp_path, before)
    for act in (lambda: trial(config, KANAL), lambda: save(config, KANAL)):
        with pytest.raises(ConfigError, match=told):
            act()
    assert config.read_bytes() == before.encode()
    assert not (tmp_path / "siaga.env").exists()


def test_a_configuration_that_went_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml"):
        save(tmp_path / "config.toml", KANAL)


def test_a_secret_with_a_line_break_is_refused_before_it_is_written(tmp_path: Path) -> None:
    config = config_of(tmp_path, "")
    with pytest.raises(ConfigError, match="not accepted") as caught:
        trial(config, Wanted("kanal", "mastodon", True, {}, {"token": "a\nrahasia-9"}))
    assert "rahasia-9" not in str(caught.value)


def test_a_source_without_secrets_needs_no_second_file(tmp_path: Path) -> None:
    config = config_of(tmp_path, "")
    save(config, Wanted("media", "feed", True, {"base_url": "http://127.0.0.1:9"}))
    assert not (tmp_path / "siaga.env").exists()


def test_secrets_are_in_no_repr() -> None:
    assert "rahasia-9" not in repr(KANAL)


@pytest.mark.parametrize(
    "value", ['a"b\\c', "é 😡 \x7f \t \n", True, 300, 50.5, ["banjir", 'jalan "rusak"'], [], ()]
)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    found = tomllib.loads(table("sources.kanal", {"kunci": value}))["sources"]["kanal"]["kunci"]
    assert found == (list(value) if isinstance(value, tuple) else value)


# Files that are replaced.


def test_a_replaced_file_keeps_its_rights_and_a_new_one_is_private(tmp_path: Path) -> None:
    old, new = tmp_path / "lama", tmp_path / "baru"
    old.write_text("x", encoding="utf-8")
    old.chmod(0o640)
    replace_file(old, b"y")
    replace_file(new, b"z")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (old, new)]
    assert (old.read_bytes(), new.read_bytes(), modes) == (b"y", b"z", [0o640, 0o600])
    replace_file(old, b"y", 0o600)
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "asli", tmp_path / "tautan"
    real.write_text("x", encoding="utf-8")
    link.symlink_to(real)
    replace_file(link, b"y")
    assert link.is_symlink()
    assert real.read_bytes() == b"y"


def test_a_place_that_cannot_be_written_is_named_and_leaves_no_rest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written: No such file"):
        replace_file(tmp_path / "tiada" / "x", b"y")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        replace_file(tmp_path / "folder", b"y")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_block_is_that_of_the_source(tmp_path: Path) -> None:
    assert with_block("", KANAL, tmp_path / "config.toml") == BLOCK


# Tokens that are held back.

AT = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


@pytest.fixture
def stored(tmp_path: Path) -> StoredVault:
    return StoredVault(tmp_path / "siaga.db", SourceId("kanal"))


def test_new_tokens_are_on_the_disk_only_when_they_are_kept(stored: StoredVault) -> None:
    held = HeldVault(stored)
    first = held.renew("benih", None, lambda _: Tokens("a1", "r1", AT))
    second = held.renew("benih", first, lambda old: Tokens("a2", f"{old and old.refresh}+", AT))
    assert (second.access, second.refresh) == ("a2", "r1+")
    assert held.read("benih") == second
    assert stored.read("benih") is None
    held.keep()
    assert stored.read("benih") == second


def test_tokens_that_are_kept_already_are_renewed_at_once(stored: StoredVault) -> None:
    stored.put("benih", Tokens("a1", "r1", AT))
    held = HeldVault(stored)
    kept = held.read("benih")
    held.renew("benih", kept, lambda old: Tokens("a2", "r2", AT))
    assert stored.read("benih") == Tokens("a2", "r2", AT)
    held.put("baru", Tokens("b1"))
    held.keep()
    assert (stored.read("baru"), stored.read("benih")) == (Tokens("b1"), None)
