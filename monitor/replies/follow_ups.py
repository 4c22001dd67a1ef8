"""Replies that follow an agency's answer or a ticket number: several wordings of each. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.replies.templates import fill

_BOTH = ("sapaan", "opd", "isu", "tempat", "kantor", "tautan")
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "jawaban_opd": (*_BOTH, "jawaban"),
    "nomor_tiket": (*_BOTH, "sistem", "tiket", "lacak"),
}
_NEEDED = {"jawaban_opd": ("jawaban", "tautan"), "nomor_tiket": ("tiket",)}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Wordings with ``{placeholders}``, at least one of each."""

    answer: tuple[str, ...] = (
        "{sapaan} {opd} menyampaikan soal {isu}{tempat}: {jawaban} Info resmi: {tautan}",
    )
    ticket: tuple[str, ...] = (
        "{sapaan} sudah kami teruskan lewat {sistem} dengan nomor {tiket}. {lacak} {tautan}",
    )


def read_follow_ups(toml: str, name: str) -> FollowUps:
    """Parse the text of the file.

    Raises:
        ConfigError: names the file, the key, the wording and what is accepted.
    """
    where = f"templates: {name}"
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    if set(tables) != set(PLACEHOLDERS):
        raise ConfigError(f"{where}: needs exactly {', '.join(sorted(PLACEHOLDERS))}")
    answer, ticket = (_wordings(tables[key], key, where) for key in PLACEHOLDERS)
    return FollowUps(answer, ticket)


def _wordings(value: object, key: str, where: str) -> tuple[str, ...]:
    where = f"{where}: {key}"
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where}: accepted: a list of wordings")
    for i, words in enumerate(value, 1):
        used = _PLACEHOLDER.findall(str(words))
        unknown = sorted(set(used) - set(PLACEHOLDERS[key]))
        if unknown:
            accepted = ", ".join(PLACEHOLDERS[key])
            raise ConfigError(f"{where} {i}: {{{unknown[0]}}}: accepted: {accepted}")
        if not isinstance(words, str) or not set(_NEEDED[key]) <= set(used):
            needed = ", ".join(f"{{{one}}}" for one in _NEEDED[key])
            raise ConfigError(f"{where} {i}: must hold {needed}")
    return tuple(value)


def word(wordings: Sequence[str], values: Mapping[str, str], recent: Sequence[str]) -> str:
    """The wording that was used longest ago; ``recent`` are earlier texts, newest first.

    A wording counts as used where its words before the first placeholder's value come back.
    """
    filled = [fill(text, values) for text in wordings]
    marks = [_mark(text) for text in wordings]
    return min(zip(filled, marks, strict=True), key=lambda pair: _used(pair[1], recent))[0]


def _mark(text: str) -> str:
    """The longest stretch of a wording that no value fills."""
    return max((" ".join(part.split()) for part in _PLACEHOLDER.split(text)[::2]), key=len)


def _used(mark: str, recent: Sequence[str]) -> int:
    """The higher, the more recently; 0 for a wording that was never used."""
    at = next((i for i, text in enumerate(recent) if mark in text), None)
    return 0 if at is None else len(recent) - at
