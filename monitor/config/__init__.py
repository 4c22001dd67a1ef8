"""config.toml, siaga.env and SIAGA_* environment variables as one frozen :class:`Settings`.

Layer 2. Secrets come from the environment or from siaga.env beside the configuration file, never
from config.toml, and never get into a log or an error. Unknown keys are refused by name.
Paths are resolved against the folder of the configuration file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import (
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from monitor.config.env_file import ENV_NAME, PREFIX, env_file, read_env, variable
from monitor.config.parts import (
    SOURCE_SECRETS,
    ChatPart,
    Classify,
    Copies,
    Digest,
    Drill,
    Levels,
    Office,
    Paths,
    Poll,
    Replies,
    Retention,
    SourcePart,
    Spikes,
    Telegram,
    Topics,
    Training,
    Web,
    Webhook,
)
from monitor.errors import ConfigError

CONFIG_NAME = "config.toml"
# SIAGA_SOURCES__<NAME>__TOKEN and the like.
_SECRET_KEYS = SOURCE_SECRETS


class Settings(BaseSettings):
    """Everything that can be set, frozen."""

    model_config = SettingsConfigDict(
        env_prefix="SIAGA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        case_sensitive=False,
    )

    office: Office = Office()
    paths: Paths = Paths()
    poll: Poll = Poll()
    classify: Classify = Classify()
    spikes: Spikes = Spikes()
    topics: Topics = Topics()
    copies: Copies = Copies()
    replies: Replies = Replies()
    digest: Digest = Digest()
    telegram: Telegram = Telegram()
    web: Web = Web()
    webhook: Webhook = Webhook()
    drill: Drill = Drill()
    retention: Retention = Retention()
    training: Training = Training()
    sources: dict[str, SourcePart] = {}
    folder: Path = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file."""
        return (env_settings, init_settings)

    @field_validator("sources")
    @classmethod
    def _named_plainly(cls, sources: dict[str, SourcePart]) -> dict[str, SourcePart]:
        for name in sources:
            if not re.fullmatch("[a-z0-9_]+", name):
                raise ValueError(f"source name {name!r}: accepted: a-z, 0-9 and _")
        return sources

    def path(self, path: Path) -> Path:
        """A configured path, resolved against the configuration file's folder."""
        return path if path.is_absolute() else self.folder / path

    @property
    def database(self) -> Path:
        """The database file."""
        return self.path(self.paths.database)

    @property
    def data(self) -> Path:
        """The folder of editable knowledge."""
        return self.path(self.paths.data)

    @property
    def models(self) -> Path:
        """The folder of models."""
        return self.path(self.paths.models)


def find_config(named: Path | None) -> Path:
    """The configuration file: ``--config``, SIAGA_CONFIG, ./config.toml, or the one shipped beside.

    Raises:
        ConfigError: the named file does not exist, or none was found.
    """
    wanted = named or (Path(os.environ["SIAGA_CONFIG"]) if os.environ.get("SIAGA_CONFIG") else None)
    if wanted is not None:
        if not wanted.is_file():
            raise ConfigError(f"configuration: {wanted}: no such file")
        return wanted
    for folder in (Path(), Path(__file__).resolve().parent.parent.parent):
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
    raise ConfigError(
        f"configuration: {CONFIG_NAME}: not found here; name one with --config or SIAGA_CONFIG"
    )


def load_settings(path: Path, without: str = "") -> Settings:
    """Read a configuration file and the secrets beside it under the environment.

    ``without``: a source whose secrets are passed over, as it is only about to be added.

    Raises:
        ConfigError: not readable, not TOML, an unknown key or a value that is not accepted; names
            the key, what was found (never a secret) and what is accepted.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"configuration: {path}: {error}") from error
    variables = read_env(env_file(path))
    if without:
        over = variable(without, "")
        variables = {name: value for name, value in variables.items() if not name.startswith(over)}
    return settings_of(text, path, variables)


def settings_of(text: str, path: Path, variables: Mapping[str, str]) -> Settings:
    """The settings of a configuration text that would stand at ``path``, with these variables.

    Raises:
        ConfigError: like :func:`load_settings`.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"configuration: {path}: {error}") from error
    _refuse_secrets(table, path)
    _refuse_strangers(table, variables, env_file(path))
    try:
        given = _under(table, _nested(variables))
        return Settings(**{**given, "folder": path.resolve().parent})
    except ValidationError as error:
        raise ConfigError(_explain(error, path)) from None
    except SettingsError as error:
        # Its cause would show the variable's value, which may be a secret.
        raise ConfigError(f"configuration: environment: {error}") from None


def _nested(variables: Mapping[str, str]) -> dict[str, Any]:
    """Variables as tables, by the very rules of the environment."""
    reader = EnvSettingsSource(Settings)
    reader.env_vars = {name.lower(): value for name, value in variables.items()}
    return reader()


def _under(table: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """``table`` with the values of ``more``, table by table."""
    merged = dict(table)
    for key, value in more.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _under(old, value)
        else:
            merged[key] = value
    return merged


def _refuse_strangers(table: Mapping[str, Any], variables: Mapping[str, str], path: Path) -> None:
    """Variables for tables and sources that are not there: a slip, or what a removed one left."""
    tables = table.get("sources", {})
    sources = tables if isinstance(tables, dict) else {}
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields if name != "folder"}
    for name in variables:
        first, _, rest = name.partition("__")
        if first not in known:
            close = get_close_matches(first, sorted(known), 1)
            hint = f"did you mean {close[0]}?" if close else f"accepted: {', '.join(sorted(known))}"
            raise ConfigError(f"configuration: {path}: {name}: unknown; {hint}")
        source = rest.partition("__")[0].lower()
        if first == f"{PREFIX}SOURCES" and source and source not in sources:
            raise ConfigError(
                f"configuration: {path}: {name}: there is no [sources.{source}] in {CONFIG_NAME}; "
                "remove the line, or add the source"
            )


def _refuse_secrets(table: Mapping[str, Any], path: Path) -> None:
    places = [(name, table.get(name, {})) for name in ("telegram", "drill")]
    replies = table.get("replies", {})
    if isinstance(replies, dict):
        places.append(("replies.model", replies.get("model", {})))
    sources = table.get("sources", {})
    if isinstance(sources, dict):
        places += [(f"sources.{name}", part) for name, part in sources.items()]
    for where, part in places:
        for key in _SECRET_KEYS:
            if isinstance(part, dict) and key in part:
                named = f"SIAGA_{where}__{key}".replace(".", "__").upper()
                raise ConfigError(
                    f"configuration: {path}: {where}.{key}: secrets are not kept in this file; "
                    f"set the environment variable {named}, or write it to {ENV_NAME}"
                )


def _explain(error: ValidationError, path: Path) -> str:
    lines = []
    for item in error.errors():
        where = ".".join(str(step) for step in item["loc"])
        if item["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key{_hint(item['loc'])}")
        else:
            lines.append(f"{where}: {item['msg']}{_found(item['loc'], item['input'])}")
    return f"configuration: {path}: " + "; ".join(lines)


def _found(where: tuple[int | str, ...], value: object) -> str:
    # Whatever stands in place of a table may hold a secret, and so may an address with a login.
    table = where in (("telegram",), ("drill",), ("replies",), ("replies", "model")) or (
        where[:1] == ("sources",) and len(where) <= 2
    )
    if table or any(step in _SECRET_KEYS for step in where) or "@" in str(value):
        return ""
    return f" (found: {str(value)[:60]!r})"


def _hint(where: tuple[int | str, ...]) -> str:
    part: Any = Settings
    for step in where[:-1]:
        field = getattr(part, "model_fields", {}).get(step)
        part = getattr(field, "annotation", None)
    if len(where) > 2 and not hasattr(part, "model_fields"):
        inner = {"sources": SourcePart, "telegram": ChatPart, "spikes": Levels}
        part = inner[str(where[0])]
    known = sorted(set(getattr(part, "model_fields", {})) - set(_SECRET_KEYS) - {"folder"})
    close = get_close_matches(str(where[-1]), known, 1)
    return f"; did you mean {close[0]}?" if close else f"; accepted: {', '.join(known)}"
