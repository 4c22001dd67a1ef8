"""What is known of a source while it is added: its answers, and what they may be.

Layer 8. Asks nothing; ``sources_ask`` does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.config.parts import SOURCE_SECRETS
from monitor.errors import ConfigError
from monitor.platforms.offer import Platform

if TYPE_CHECKING:
    from monitor.platforms.offer import Tokens

_LISTS = ("queries", "own_names")
_FLAGS = ("enabled", "i_have_enterprise_or_written_permission")
_WHOLE, _NUMBERS = ("every_seconds", "backfill_days"), ("units_a_day",)
# Keys that any source may have.
_ANY = (
    "base_url",
    "enabled",
    "own_names",
    "every_seconds",
    "backfill_days",
    "budget",
    "units_a_day",
)


@dataclass
class Answers:
    """What is known of the source so far.

    ``old``: its secrets until now. ``tokens``: what the browser's consent gave.
    """

    offer: Platform
    values: dict[str, object] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    old: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Tokens | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its platform, in the order in which they are asked."""
        first = () if self.offer.base_url else ("base_url",)
        keys = [*first, *self.offer.needs, *self.offer.takes]
        given = self.consent_key
        return tuple([key for key in keys if key != given] + ([given] if given else []))

    @property
    def consent_key(self) -> str:
        """The secret that consent in the browser gives, "" without consent."""
        if self.offer.consent is None:
            return ""
        known = {*self.offer.needs, *self.offer.takes}
        return "refresh_token" if "refresh_token" in known else "token"

    def needed(self, key: str) -> bool:
        """Whether the source cannot be without a key."""
        login = key == "password" and self.has("user")
        return key in self.offer.needs or key == "base_url" or login

    def has(self, key: str) -> bool:
        """Whether a key is known."""
        return bool(self.values.get(key) or self.secrets.get(key))

    def secret(self, key: str) -> str:
        """A secret, the new one before the old one; "" without any."""
        return self.secrets.get(key) or self.old.get(key, "")

    def pointless(self, key: str) -> bool:
        """Whether a key is of no use, because one that it belongs to was left out."""
        belongs = {"password": "user"}
        if self.offer.consent is not None:
            belongs |= {"secret": "client_id", self.consent_key: "client_id"}
        first = belongs.get(key)
        return first in self.keys and not self.has(first) and not self.needed(key)


def typed(key: str, text: str) -> object:
    """The value of a key as config.toml wants it; odd numbers stay text and are refused later."""
    if key in _LISTS:
        return [word.strip() for word in text.split(",") if word.strip()]
    if key in _FLAGS:
        return text.strip().lower() in ("ya", "y", "yes", "true", "1")
    if key in _WHOLE and re.fullmatch(r"\d+", text):
        return int(text)
    if key in _NUMBERS and re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    return text.strip()


def settings_given(pairs: Collection[str]) -> dict[str, object]:
    """The values of ``--set key=value``.

    Raises:
        ConfigError: no pair, or a secret.
    """
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if key in SOURCE_SECRETS:
            raise ConfigError(
                f"--set {key}: a secret on the command line can be seen by others; accepted: when "
                f"asked, or SIAGA_SOURCES__<NAME>__{key.upper()} in the environment, with --name"
            )
        if not equals or key in ("platform", ""):
            raise ConfigError("--set: accepted: key=value, keys as in config.toml")
        found[key] = typed(key, text)
    return found


def refuse_unknown(answers: Answers) -> None:
    """Keys that this source cannot have, before anything is asked.

    Raises:
        ConfigError: names the key.
    """
    own = [key for key in answers.keys if key not in SOURCE_SECRETS]
    accepted = list(dict.fromkeys([*own, *_ANY]))
    for key in answers.values:
        if key not in accepted:
            told = ", ".join(accepted)
            raise ConfigError(f"--set {key}: accepted for {answers.offer.name}: {told}")
    for key in answers.secrets:
        if key not in answers.keys:
            accepted = [key for key in answers.keys if key in SOURCE_SECRETS]
            told = ", ".join(accepted) or "none"
            raise ConfigError(f"{key}: no secret of {answers.offer.name}; accepted: {told}")
