"""A new source, or new secrets of one: tried as they would be written, then written.

Layer 5. What is tried is read back from the very texts of config.toml and siaga.env that are saved
afterwards; until then nothing is on the disk. Asks nobody: the command line does.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.config import Settings, settings_of
from monitor.config.env_file import (
    ENV_NAME,
    env_file,
    parse_env,
    read_env,
    variable,
    with_values,
    without,
)
from monitor.config.writing import replace_file, table
from monitor.connecting import connect
from monitor.errors import ConfigError
from monitor.platforms.base import Health
from monitor.platforms.offer import Tokens
from monitor.records import SourceId
from monitor.store.tokens import StoredVault

Ask = Callable[[Tokens | None], Tokens]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin gave: keys of config.toml, and secrets by key.

    ``fresh``: the source is new; otherwise only its secrets are.
    """

    name: str
    platform: str
    fresh: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def block(self) -> str:
        """Its lines in config.toml."""
        return table(f"sources.{self.name}", {"platform": self.platform, **self.values})

    @property
    def variables(self) -> dict[str, str]:
        """Its lines of siaga.env."""
        return {variable(self.name, key): value for key, value in self.secrets.items()}


class HeldVault:
    """A :class:`~monitor.platforms.offer.Vault` that keeps new tokens back until :meth:`keep`.

    Tokens that are kept already are renewed where they are: a service may use them now.
    """

    def __init__(self, kept: StoredVault) -> None:
        self._kept = kept
        self._new: dict[str, Tokens] = {}

    def read(self, seed: str) -> Tokens | None:
        """The tokens of a seed; see the protocol."""
        return self._new.get(seed) or self._kept.read(seed)

    def renew(self, seed: str, stale: Tokens | None, ask: Ask) -> Tokens:
        """Replace stale tokens; see the protocol."""
        if seed not in self._new and self._kept.read(seed) is not None:
            return self._kept.renew(seed, stale, ask)
        self._new[seed] = ask(self._new.get(seed))
        return self._new[seed]

    def put(self, seed: str, tokens: Tokens) -> None:
        """Hold tokens that an admin has just got."""
        self._new[seed] = tokens

    def keep(self) -> None:
        """Put what is held on the disk.

        Raises:
            StorageError: the file cannot be written.
        """
        for seed, tokens in self._new.items():
            self._kept.put(seed, tokens)


def taken_from_environment(name: str, keys: tuple[str, ...]) -> dict[str, str]:
    """Secrets of a source to be that a script set; the environment has them no more.

    They would belong to no source until it is written.
    """
    given = {key: os.environ.pop(variable(name, key), "") for key in keys}
    return {key: value.strip() for key, value in given.items() if value.strip()}


def trial(config: Path, wanted: Wanted) -> Settings:
    """The settings as they will be.

    Raises:
        ConfigError: the source is there already, or something of it is not accepted.
    """
    text, secrets = _texts(config, wanted)
    settings = settings_of(text, config, parse_env(secrets, env_file(config)))
    refuse_outranked(wanted.name, tuple(wanted.secrets))
    return settings


def refuse_outranked(name: str, keys: tuple[str, ...]) -> None:
    """Secrets that the real environment holds cannot be changed in siaga.env.

    Raises:
        ConfigError: names the variable.
    """
    for key in keys:
        if variable(name, key) in os.environ:
            raise ConfigError(
                f"{variable(name, key)}: is set in the environment, which outranks {ENV_NAME}: "
                "change it there"
            )


def look(settings: Settings, name: str, clock: Callable[[], datetime], vault: HeldVault) -> Health:
    """The real check of a source.

    Raises:
        ConfigError: a key is missing or not known.
        PlatformError: the platform does not answer, or refuses.
    """
    part = settings.sources[name]
    account = connect(SourceId(name), part, settings, clock, vault=vault)
    return account.connected.source.check()


def save(config: Path, wanted: Wanted) -> None:
    """Write the secrets, then the source; a crash between leaves a line that the next try replaces.

    Raises:
        ConfigError: a file cannot be written, or was changed so that the source does not fit in.
    """
    text, secrets = _texts(config, wanted)
    if wanted.secrets:
        replace_file(env_file(config), secrets.encode("utf-8"), 0o600)
    if wanted.fresh:
        replace_file(config, text.encode("utf-8"))


def _texts(config: Path, wanted: Wanted) -> tuple[str, str]:
    """config.toml and siaga.env with the source."""
    path = env_file(config)
    read_env(path)  # refuses what others may read, and lines that are none
    secrets = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    try:
        with config.open(encoding="utf-8", newline="") as file:  # its line ends stay as they are
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"configuration: {config}: {error}") from error
    if wanted.fresh:
        text = with_block(text, wanted, config)
        secrets = without(secrets, variable(wanted.name, ""))
    return text, with_values(secrets, wanted.variables)


def with_block(text: str, wanted: Wanted, config: Path) -> str:
    """A configuration's text with the source's lines behind it.

    Raises:
        ConfigError: not TOML, the source is there already, or its lines do not fit in.
    """
    try:
        there = tomllib.loads(text).get("sources", {})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"configuration: {config}: {error}") from error
    if wanted.name in there:
        raise ConfigError(
            f"sources.{wanted.name}: is there already; new secrets for it: "
            f"siaga sources renew {wanted.name}"
        )
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else end * 2
    longer = text + gap + wanted.block.replace("\n", end)
    try:
        tomllib.loads(longer)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"configuration: {config}: sources: a table [sources.{wanted.name}] does not fit "
            f"behind it ({error}); accepted: each source as a table of its own"
        ) from error
    return longer
