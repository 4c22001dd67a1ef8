"""The national systems that a complaint or request is handed to: data/lapor.toml. Layer 1: pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.errors import ConfigError
from monitor.records import System

_KEYS = ("nama", "situs", "lacak", "tiket", "contoh", "peta", "batas")
_CATEGORIES = "kategori"
_KEY = re.compile("[a-z]{1,12}")
_TICKET = "{tiket}"


def accepts(system: System, ticket: str) -> bool:
    """Whether this looks like one of the system's numbers."""
    return re.fullmatch(system.ticket, ticket) is not None


def track(system: System, ticket: str) -> str:
    """Where a ticket can be followed, or nothing."""
    return system.tracking.replace(_TICKET, ticket)


@dataclass(frozen=True, slots=True)
class Systems:
    """The systems by key, and the category of each issue."""

    known: Mapping[str, System] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


def read_systems(text: str, name: str, issues: Collection[str], clocks: Collection[str]) -> Systems:
    """The systems that a TOML text holds; ``name`` is that of its file.

    Raises:
        ConfigError: names the file, the key, and what is accepted.
    """
    where = f"systems: {name}"
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    categories = tables.pop(_CATEGORIES, {})
    _check(isinstance(categories, dict), f"{where}: {_CATEGORIES}", "a table of issues")
    unknown = sorted(set(categories) - set(issues))
    _check(not unknown, f"{where}: {_CATEGORIES}.{''.join(unknown[:1])}", ", ".join(issues))
    systems = {key: _system(key, table, where, clocks) for key, table in tables.items()}
    return Systems(systems, {key: str(value) for key, value in categories.items()})


def _system(key: str, table: Any, where: str, clocks: Collection[str]) -> System:
    where = f"{where}: [{key}]"
    _check(_KEY.fullmatch(key) is not None, where, "at most 12 of a-z")
    good = isinstance(table, dict) and set(table) == set(_KEYS)
    _check(good, where, f"needs exactly {', '.join(_KEYS)}")
    words = {one: str(table[one]) for one in _KEYS}
    ticket = words["tiket"]
    try:
        fits = re.fullmatch(ticket, words["contoh"]) is not None
    except re.error as error:
        raise ConfigError(f"{where}: tiket: {ticket}: {error}") from error
    _check(fits, f"{where}: contoh", f"an example that tiket {ticket} fits")
    link = words["lacak"]
    _check(not link or _TICKET in link, f"{where}: lacak", f"a link with {_TICKET}, or nothing")
    _check(words["batas"] in ("", *clocks), f"{where}: batas", f"{', '.join(clocks)}, or nothing")
    return System(
        key=key,
        name=words["nama"],
        site=words["situs"],
        tracking=link,
        ticket=ticket,
        example=words["contoh"],
        mapping=words["peta"],
        clock=words["batas"],
    )


def _check(good: bool, where: str, accepted: str) -> None:
    if not good:
        raise ConfigError(f"{where}: accepted: {accepted}")
