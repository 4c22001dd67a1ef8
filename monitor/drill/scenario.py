"""Reads the scenarios under data/drill: one folder each, with skenario.toml and komentar.txt."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import ConfigError
from monitor.records import Level
from monitor.records.drill import Act, Goal, Inject, InjectKind, Scenario
from monitor.stage.telling import lines

T = TypeVar("T")

SCENARIO = "skenario.toml"
COMMENTS = "komentar.txt"
_LONGEST = 240
_KEYS = {
    "judul",
    "menit",
    "isu",
    "gelombang",
    "level",
    "melatih",
    "unggahan",
    "pertanyaan",
    "sasaran",
    "babak",
    "suntikan",
}
_ACT = {"menit", "lama", "komentar", "unggahan", "judul"}
_INJECT = {"menit", "jenis", "judul", "teks", "salinan", "lama"}


def names(folder: Path) -> list[str]:
    """The scenarios of a folder, by name; empty when the folder is not there."""
    return sorted(file.parent.name for file in folder.glob(f"*/{SCENARIO}"))


def read_scenario(folder: Path, name: str) -> Scenario:
    """Read one scenario.

    Raises:
        ConfigError: there is none of this name, or it is wrong; names the file, the key and what
            is accepted.
    """
    known = names(folder)
    if name not in known:
        raise ConfigError(f"drill: {name}: accepted: {', '.join(known) or 'no scenario here'}")
    file = folder / name / SCENARIO
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"drill: {file}: {error}") from error
    return _scenario(_At(str(file)), name, table, tuple(lines(folder / name / COMMENTS)))


def stretched(scenario: Scenario, minutes: float) -> Scenario:
    """The same scenario in another length: everything comes sooner or later in proportion."""
    by = minutes / scenario.minutes
    return replace(
        scenario,
        minutes=minutes,
        acts=tuple(replace(act, at=act.at * by, length=act.length * by) for act in scenario.acts),
        injects=tuple(
            replace(one, at=one.at * by, length=one.length * by) for one in scenario.injects
        ),
    )


@dataclass(frozen=True, slots=True)
class _At:
    """Where in the file a value stands, and how to say that it is wrong."""

    where: str

    def wrong(self, key: str, found: object, accepted: str) -> ConfigError:
        return ConfigError(f"drill: {self.where}: {key}: {found!r}: accepted: {accepted}")

    def only(self, table: object, accepted: Iterable[str]) -> Mapping[str, Any]:
        if not isinstance(table, dict):
            raise self.wrong("table", table, "a table")
        for key in sorted(set(table) - set(accepted)):
            raise self.wrong(key, table[key], ", ".join(sorted(accepted)))
        return table

    def words(self, table: Mapping[str, Any], key: str) -> str:
        found = table.get(key)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(key, found, "words")
        return found.strip()

    def many(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = table.get(key)
        if not isinstance(found, list) or not found or not all(map(_is_words, found)):
            raise self.wrong(key, found, "a list of words")
        return tuple(one.strip() for one in found)

    def number(
        self, table: Mapping[str, Any], key: str, least: float, most: float, usual: float | None
    ) -> float:
        found = table.get(key, usual)
        sound = isinstance(found, int | float) and not isinstance(found, bool)
        if not sound or not least <= found <= most:
            raise self.wrong(key, found, f"{least:g} to {most:g}")
        return float(found)


def _is_words(found: object) -> bool:
    return isinstance(found, str) and bool(found.strip())


def _scenario(at: _At, name: str, table: Mapping[str, Any], comments: tuple[str, ...]) -> Scenario:
    at.only(table, _KEYS)
    minutes = at.number(table, "menit", 5, _LONGEST, None)
    posts = at.many(table, "unggahan")
    wave = table.get("gelombang")
    if not isinstance(wave, bool):
        raise at.wrong("gelombang", wave, "true or false")
    acts = _rows(at, table, "babak", lambda here, row: _act(here, row, minutes, len(posts)))
    if sum(act.comments for act in acts) != len(comments):
        given = sum(act.comments for act in acts)
        raise at.wrong("babak.komentar", given, f"{len(comments)} in all, as {COMMENTS} holds")
    return Scenario(
        name=name,
        title=at.words(table, "judul"),
        minutes=minutes,
        issues=at.many(table, "isu"),
        wave=wave,
        levels=_levels(at, table),
        practises=at.many(table, "melatih"),
        posts=posts,
        questions=at.many(table, "pertanyaan"),
        goals=_goals(at, table.get("sasaran", {})),
        acts=acts,
        injects=_rows(at, table, "suntikan", lambda here, row: _inject(here, row, minutes)),
        comments=comments,
    )


def _rows(
    at: _At, table: Mapping[str, Any], key: str, read: Callable[[_At, Any], T]
) -> tuple[T, ...]:
    found = table.get(key, [])
    if not isinstance(found, list):
        raise at.wrong(key, found, f"tables [[{key}]]")
    return tuple(read(_At(f"{at.where}: {key}[{i}]"), row) for i, row in enumerate(found, 1))


def _levels(at: _At, table: Mapping[str, Any]) -> tuple[Level, ...]:
    found = at.many(table, "level")
    known = [level.value for level in Level]
    for one in found:
        if one not in known:
            raise at.wrong("level", one, ", ".join(known))
    return tuple(Level(one) for one in found)


def _goals(at: _At, table: object) -> Mapping[Goal, float]:
    here = _At(f"{at.where}: sasaran")
    found = here.only(table, tuple(Goal))
    return {goal: here.number(found, goal, 1, _LONGEST, None) for goal in Goal if goal in found}


def _act(at: _At, row: object, minutes: float, posts: int) -> Act:
    found = at.only(row, _ACT)
    begins = at.number(found, "menit", 0, minutes, None)
    return Act(
        at=begins,
        length=at.number(found, "lama", 0.5, minutes - begins, None),
        comments=int(at.number(found, "komentar", 1, 1000, None)),
        title=at.words(found, "judul"),
        post=int(at.number(found, "unggahan", 1, posts, 1)) - 1,
    )


def _inject(at: _At, row: object, minutes: float) -> Inject:
    found = at.only(row, _INJECT)
    begins = at.number(found, "menit", 0, minutes, None)
    kinds = [kind.value for kind in InjectKind]
    if found.get("jenis") not in kinds:
        raise at.wrong("jenis", found.get("jenis"), ", ".join(kinds))
    return Inject(
        at=begins,
        kind=InjectKind(found["jenis"]),
        title=at.words(found, "judul"),
        texts=at.many(found, "teks"),
        copies=int(at.number(found, "salinan", 0, 500, 0)),
        length=at.number(found, "lama", 0.5, minutes - begins, min(2.0, minutes - begins)),
    )
