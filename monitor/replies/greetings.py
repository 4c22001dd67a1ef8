"""How a comment's writer is addressed, by language and register. Layer 1: pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.errors import ConfigError

_KEYS = {"santai", "resmi"}
_FALL_BACK = "id"


@dataclass(frozen=True, slots=True)
class Greetings:
    """Greetings by language code, each with the keys ``santai`` and ``resmi``."""

    words: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {_FALL_BACK: {"santai": "Kak,", "resmi": "Bapak/Ibu,"}}
    )

    def of(self, language: str, *, casual: bool) -> str:
        """The greeting for a writer of this language; that of Indonesian where there is none."""
        register = "santai" if casual else "resmi"
        return self.words.get(language, self.words[_FALL_BACK])[register]


def read_greetings(toml: str, name: str) -> Greetings:
    """Parse the text of ``sapaan.toml``.

    Raises:
        ConfigError: names the file, the language and what is accepted.
    """
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"greetings: {name}: {error}") from error
    for language, table in tables.items():
        texts = isinstance(table, dict) and all(isinstance(v, str) for v in table.values())
        if not texts or set(table) != _KEYS:
            raise ConfigError(f"greetings: {name}: [{language}]: needs exactly resmi, santai")
    if _FALL_BACK not in tables:
        raise ConfigError(f"greetings: {name}: [{_FALL_BACK}] is missing")
    return Greetings(tables)
