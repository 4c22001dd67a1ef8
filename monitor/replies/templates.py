"""Reply templates: plain ``{placeholder}`` texts with an allow-list, written by staff.

Never a template language: staff texts are data, and data must not be able to loop or look around.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.records import Intent

# A template that names one of these fits only where there is a value for it.
OPTIONAL = ("fakta", "tiket", "jawaban")
PLACEHOLDERS = ("sapaan", "isu", "tempat", "opd", "kantor", "tautan", *OPTIONAL)
REGISTERS = ("santai", "resmi", "semua")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KEYS = {"id", "intents", "issues", "register", "urgent", "text"}


@dataclass(frozen=True, slots=True)
class Template:
    """One text with what it fits: intents, issues (empty: all), register, danger or not."""

    id: str
    intents: tuple[Intent, ...]
    issues: tuple[str, ...]
    register: str
    urgent: bool
    text: str


def read_templates(toml: str, name: str, issues: Sequence[str]) -> tuple[Template, ...]:
    """Parse a template file's text.

    Raises:
        ConfigError: names the file, the template and what is accepted.
    """
    try:
        listed = tomllib.loads(toml).get("template", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"templates: {name}: {error}") from error
    if not isinstance(listed, list) or not listed:
        raise ConfigError(f"templates: {name}: no [[template]] found")
    templates = tuple(_template(entry, name, i, issues) for i, entry in enumerate(listed, 1))
    ids = [template.id for template in templates]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ConfigError(f"templates: {name}: the id {twice[0]} stands twice")
    return templates


def read_prompt(text: str, name: str) -> str:
    """The instruction for a language model, with the placeholders of templates and ``{gaya}``.

    Raises:
        ConfigError: names the file and what is accepted.
    """
    accepted = (*PLACEHOLDERS, "gaya")
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - set(accepted))
    _check(
        not unknown,
        f"templates: {name}: {{{', '.join(unknown)}}}",
        f"accepted: {', '.join(accepted)}",
    )
    return text


def has_values(text: str, values: Mapping[str, str]) -> bool:
    """Whether every optional placeholder of a text has something to say."""
    used = set(_PLACEHOLDER.findall(text))
    return all(values.get(one) for one in OPTIONAL if one in used)


def fill_prompt(text: str, values: Mapping[str, str]) -> str:
    """The instruction with its values; its lines stay, and what is empty reads as "-"."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)] or "-", text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in; every allowed placeholder must have one (it may be empty).

    Raises:
        KeyError: a placeholder without a value.
    """
    filled = _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)
    return " ".join(filled.split())


def _template(found: object, name: str, position: int, issues: Sequence[str]) -> Template:
    entry: Mapping[str, object] = found if isinstance(found, dict) else {}
    where = f"templates: {name}: template {position} ({entry.get('id', 'without id')})"
    _check(set(entry) == _KEYS, where, f"needs exactly {', '.join(sorted(_KEYS))}")
    text, register, urgent = entry["text"], entry["register"], entry["urgent"]
    _check(isinstance(text, str) and bool(text), where, "text must be words")
    _check(register in REGISTERS, where, f"register: accepted: {', '.join(REGISTERS)}")
    _check(isinstance(urgent, bool), where, "urgent: accepted: true, false")
    unknown = sorted(set(_PLACEHOLDER.findall(str(text))) - set(PLACEHOLDERS))
    _check(not unknown, where, f"{{{'}, {'.join(unknown)}}}: accepted: {', '.join(PLACEHOLDERS)}")
    loose = _PLACEHOLDER.sub("", str(text))
    _check("{" not in loose and "}" not in loose, where, "a brace without its partner")
    intents, wanted = _strings(entry["intents"], where), _strings(entry["issues"], where)
    _check(set(intents) <= set(Intent), where, f"intents: accepted: {', '.join(Intent)}")
    _check(set(wanted) <= set(issues), where, f"issues: accepted: {', '.join(issues)}")
    return Template(
        id=str(entry["id"]),
        intents=tuple(Intent(intent) for intent in intents),
        issues=wanted,
        register=str(register),
        urgent=bool(urgent),
        text=str(text),
    )


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ConfigError(f"{where}: intents and issues must be lists of words")


def _check(good: bool, where: str, accepted: str) -> None:
    if not good:
        raise ConfigError(f"{where}: {accepted}")
