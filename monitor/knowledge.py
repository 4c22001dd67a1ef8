"""The editable knowledge under data/ that is not word lists: issues with their OPD, templates.

Layer 2: reads files, decides nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from monitor.calendar import Calendar, read_calendar
from monitor.errors import ConfigError
from monitor.incidents.duty_file import DutyPlan, read_duty
from monitor.incidents.routing import Routes
from monitor.incidents.routing_file import read_routes, routes_of
from monitor.incidents.systems import Systems, read_systems
from monitor.records import Issue, Taxonomy
from monitor.replies import Template, read_templates
from monitor.replies.follow_ups import FollowUps, read_follow_ups
from monitor.replies.greetings import Greetings, read_greetings
from monitor.replies.guard_rules import Guard, read_guard
from monitor.replies.opposites import Opposites, read_opposites
from monitor.replies.templates import read_prompt
from monitor.text.lexicon import slang_table

_KEYS = {"name", "content", "opd"}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Issues by key, in the order of the file, the reply templates, and the office's calendar."""

    taxonomy: Taxonomy
    templates: tuple[Template, ...]
    calendar: Calendar = field(default_factory=Calendar)
    duty: DutyPlan = field(default_factory=DutyPlan)
    routes: Routes = field(default_factory=Routes)
    systems: Systems = field(default_factory=Systems)
    follow_ups: FollowUps = field(default_factory=FollowUps)
    guard: Guard = field(default_factory=Guard)
    greetings: Greetings = field(default_factory=Greetings)
    prompt: str = ""
    opposites: Opposites = field(default_factory=Opposites)

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
    greetings = folder / "sapaan.toml"
    files = sorted(file for file in folder.glob("*.toml") if file != greetings)
    if not files:
        raise ConfigError(f"templates: {folder}: no .toml file here")
    templates = tuple(
        template
        for file in files
        for template in read_templates(_read(file), file.name, tuple(taxonomy))
    )
    routes = _routes(data / "opd.toml", taxonomy)
    return Knowledge(
        taxonomy,
        templates,
        _calendar(data / "calendar" / "libur.toml"),
        duty=_duty(data / "jaga.toml"),
        routes=routes,
        systems=_systems(data / "lapor.toml", taxonomy, routes),
        follow_ups=_follow_ups(folder / "lanjutan" / "balasan.toml"),
        greetings=_greetings(greetings),
        prompt=_prompt(folder / "petunjuk.txt"),
        guard=_guard(data / "guard" / "aturan.toml", data / "lexicon"),
        opposites=_opposites(data / "guard" / "lawan_kata.toml"),
    )


def _routes(file: Path, taxonomy: Taxonomy) -> Routes:
    """Agencies and routes; without the file the taxonomy's agencies, none with a chat."""
    return read_routes(_read(file), file.name, taxonomy) if file.exists() else routes_of(taxonomy)


def _systems(file: Path, taxonomy: Taxonomy, routes: Routes) -> Systems:
    """The national systems; without the file nothing can be handed off."""
    if not file.exists():
        return Systems()
    clocks = [clock.key for clock in routes.clocks]
    return read_systems(_read(file), file.name, tuple(taxonomy), clocks)


def _greetings(file: Path) -> Greetings:
    return read_greetings(_read(file), file.name) if file.exists() else Greetings()


def _prompt(file: Path) -> str:
    """What an own language model is told; without the file it is not asked."""
    return read_prompt(_read(file), file.name) if file.exists() else ""


def _guard(file: Path, lexicon: Path) -> Guard:
    """The blunder guard; without the file only its mechanical rules stand."""
    if not file.exists():
        return Guard()
    slang = slang_table(lexicon) if lexicon.exists() else {}
    return read_guard(_read(file), file.name, tuple(sorted(slang.items())))


def _opposites(file: Path) -> Opposites:
    """Antonyms and words for numbers; without the file statements are compared by digits only."""
    return read_opposites(_read(file), file.name) if file.exists() else Opposites()


def _follow_ups(file: Path) -> FollowUps:
    return read_follow_ups(_read(file), file.name) if file.exists() else FollowUps()


def _duty(file: Path) -> DutyPlan:
    """Rota, quiet hours and chain; an office without the file has the usual chain only."""
    return read_duty(_read(file), str(file)) if file.exists() else DutyPlan()


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
