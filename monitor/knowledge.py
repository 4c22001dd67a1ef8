"""The editable knowledge under data/ that is not word lists: issues with their OPD, templates.

Layer 2: reads files, decides nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from monitor.calendar import Calendar, read_calendar
from monitor.errors import ConfigError
from monitor.records import Issue, Taxonomy
from monitor.replies import Template, read_templates

_KEYS = {"name", "content", "opd"}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Issues by key, in the order of the file, the reply templates, and the office's calendar."""

    taxonomy: Taxonomy
    templates: tuple[Template, ...]
    calendar: Calendar = field(default_factory=Calendar)

    def issue(self, key: str) -> Issue:
        """An issue by key; one that a model knows and the file does not shows its key."""
        return self.taxonomy.get(key) or Issue(key, key, "", "-")


def load_knowledge(data: Path) -> Knowledge:
    """Read the taxonomy, every template file and the calendar.

    Raises:
        ConfigError: a file is missing or wrong; names it, what was found and what is accepted.
    """
    taxonomy = read_taxonomy(data / "taxonomy.toml")
    folder = data / "templates"
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigError(f"templates: {folder}: no .toml file here")
    templates = tuple(
        template
        for file in files
        for template in read_templates(_read(file), file.name, tuple(taxonomy))
    )
    return Knowledge(taxonomy, templates, _calendar(data / "calendar" / "libur.toml"))


def _calendar(file: Path) -> Calendar:
    """The office's calendar; an office without the file has none."""
    return read_calendar(_read(file), str(file)) if file.exists() else Calendar()


def read_taxonomy(file: Path) -> Taxonomy:
    """Read the issues.

    Raises:
        ConfigError: names the file, the issue and the keys that are accepted.
    """
    try:
        tables = tomllib.loads(_read(file))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"taxonomy: {file}: {error}") from error
    issues = {}
    for key, table in tables.items():
        if not isinstance(table, dict) or set(table) != _KEYS:
            raise ConfigError(
                f"taxonomy: {file}: [{key}]: needs exactly {', '.join(sorted(_KEYS))}"
            )
        issues[key] = Issue(key, str(table["name"]), str(table["content"]), str(table["opd"]))
    if not issues:
        raise ConfigError(f"taxonomy: {file}: holds no issue")
    return issues


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"knowledge: {file}: {error}") from error
