"""Documentation that cannot fall behind: every command and every key is told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from monitor import errors
from monitor.cli import app
from monitor.config import Settings
from monitor.config.parts import SOURCE_SECRETS
from monitor.messages import answers, base
from tests.world import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PANDUAN = (PROJECT / "docs" / "panduan.md").read_text(encoding="utf-8")
CONFIG = (PROJECT / "config.toml").read_text(encoding="utf-8")
# Set by the loader, not by people.
NOT_KEYS = {"folder"}
SECRETS = set(SOURCE_SECRETS)


def commands(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, as its words."""
    for name, command in found.commands.items():
        here = (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, here)
        else:
            yield " ".join(here), command


COMMANDS = dict(commands(typer.main.get_command(app)))


def keys(part: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the configuration, with its table."""
    for name, field in part.model_fields.items():
        nested = [field.annotation, *getattr(field.annotation, "__args__", ())]
        tables = [one for one in nested if isinstance(one, type) and issubclass(one, BaseModel)]
        if tables:
            yield from keys(tables[0], (*path, name))
        else:
            yield (*path, name)


KEYS = [path for path in keys(Settings) if path[-1] not in NOT_KEYS]


def table_of_commands() -> str:
    return README.split("\n## Commands\n")[1].split("\n## ")[0]


def test_there_are_commands_and_keys_to_look_at() -> None:
    assert {"demo", "run", "sources list", "people add", "audit verify"} <= set(COMMANDS)
    assert ("poll", "tick_seconds") in KEYS
    assert ("telegram", "chats", "min_level") in KEYS
    assert ("sources", "base_url") in KEYS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help, name
    for option in command.params:
        if option.param_type_name == "option":
            assert option.help, f"{name} {option.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    first, _, second = name.partition(" ")
    rows = [line for line in table_of_commands().splitlines() if line.startswith(f"| `{first}")]
    assert rows, f"{first} is not in the table of commands"
    assert any(re.search(rf"[`/ ]{second}\b", row) for row in rows), name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_option_of_a_command(name: str) -> None:
    first = name.partition(" ")[0]
    rows = "\n".join(
        line for line in table_of_commands().splitlines() if line.startswith(f"| `{first}")
    )
    for option in COMMANDS[name].params:
        long = [flag for flag in option.opts if flag.startswith("--")]
        if option.param_type_name != "option" or getattr(option, "hidden", False):
            continue
        told = "*" if long == ["--json"] else long[0]
        assert told in rows, f"{name} {long}"


def test_the_readme_names_no_command_that_is_not_there() -> None:
    told = re.findall(r"^\| `([a-z]+)", table_of_commands(), re.MULTILINE)
    assert set(told) <= {name.partition(" ")[0] for name in COMMANDS}
    typed = re.findall(r"^ {4,}(?:\S*/)?siaga ([a-z]+)(?: ([a-z]+))?", README, re.MULTILINE)
    for first, second in typed:
        assert first in COMMANDS or f"{first} {second}" in COMMANDS, (first, second)


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_every_key_stands_in_the_shipped_configuration(path: tuple[str, ...]) -> None:
    *_, key = path
    if key in SECRETS:
        told = f"{path[0]}__token" if path[0] == "telegram" else f"__{key}"
        assert told.upper() in CONFIG.upper()
        return
    assert re.search(rf"^(?:# )?{key} = ", CONFIG, re.MULTILINE), path


def test_the_shipped_configuration_explains_every_table() -> None:
    tables = set(tomllib.loads(CONFIG))
    assert tables | {"sources"} == {path[0] for path in KEYS}
    for name in tables:
        assert f"[{name}]" in CONFIG


def test_every_page_that_is_linked_exists() -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_guide_names_the_levels_buttons_and_commands_that_people_see() -> None:
    for word in [*base.LEVEL_NAMES.values(), "Tangani", "Senyapkan", "Saran balasan"]:
        assert word in PANDUAN, word
    for name, _ in answers.COMMANDS:
        assert f"/{name}" in PANDUAN, name


def test_exit_codes_are_those_of_the_errors() -> None:
    found = {
        one.exit_code
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.MonitorError)
    }
    told = {int(code) for code in re.findall(r"^\| (\d) \|", table_of_commands(), re.MULTILINE)}
    assert told == found | {0}


def test_docs_hold_no_path_of_a_machine() -> None:
    for page in [PROJECT / "README.md", *Path(PROJECT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?:^|[\s`(])/(?:root|work|home)/", text), page.name
