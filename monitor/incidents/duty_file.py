"""What data/jaga.toml holds: rota, quiet hours and chain, read from its text.

Layer 1: pure. Every mistake names the file, the key and what is accepted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from monitor.errors import ConfigError
from monitor.incidents.escalation import DEFAULT_CHAIN, Chain, chain_of
from monitor.incidents.quiet import Quiet
from monitor.incidents.rota import Pair, Rota
from monitor.records import Level
from monitor.records.duty import Rung

DAYS: Final = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_TABLES: Final = ("giliran", "regu", "tenang", "rantai")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
_LEVELS: Final = (Level.WASPADA, Level.SIAGA, Level.AWAS)
_LONGEST: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """How the office keeps watch; without a rota admins and leaders are called."""

    rota: Rota | None = None
    quiet: Quiet | None = None
    chain: Chain = field(default_factory=lambda: DEFAULT_CHAIN)


@dataclass(frozen=True, slots=True)
class _At:
    """Where in the file we read, for what is told of a mistake."""

    file: str
    key: str = ""

    def __truediv__(self, key: str) -> _At:
        return _At(self.file, f"{self.key}.{key}" if self.key else key)

    def wrong(self, found: object, accepted: str) -> ConfigError:
        return ConfigError(f"duty: {self.file}: {self.key}: {found!r}: accepted: {accepted}")


def read_duty(text: str, name: str) -> DutyPlan:
    """The plan that a TOML text holds; ``name`` is that of its file.

    Raises:
        ConfigError: names the file, the key, what was found and what is accepted.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"duty: {name}: {error}") from error
    at = _At(name)
    _only(tables, _TABLES, at)
    return DutyPlan(_rota(tables, at), _quiet(tables, at), _chain(tables, at))


def _rota(tables: Mapping[str, Any], at: _At) -> Rota | None:
    pairs = tuple(
        _pair(row, at / f"regu[{i}]") for i, row in enumerate(_rows(tables, "regu", at), 1)
    )
    turn = _table(tables, "giliran", at)
    at /= "giliran"
    _only(turn, ("mulai", "hari", "jam"), at)
    if not pairs:
        if turn:
            raise at.wrong(turn, "at least one [[regu]] beside it")
        return None
    first = turn.get("mulai")
    if not isinstance(first, date) or isinstance(first, datetime):
        raise (at / "mulai").wrong(first, "a day such as 2026-11-23")
    day = turn.get("hari", DAYS[0])
    if day not in DAYS:
        raise (at / "hari").wrong(day, ", ".join(DAYS))
    hour = _clock(turn.get("jam", "08.00"), at / "jam")
    return Rota(pairs, first, DAYS.index(day), hour)


def _pair(row: Mapping[str, Any], at: _At) -> Pair:
    _only(row, ("petugas", "cadangan"), at)
    petugas, cadangan = row.get("petugas"), row.get("cadangan")
    if not isinstance(petugas, str) or not petugas.strip():
        raise (at / "petugas").wrong(petugas, "a name")
    if cadangan is not None and (not isinstance(cadangan, str) or not cadangan.strip()):
        raise (at / "cadangan").wrong(cadangan, "a name, or no such key")
    if cadangan is not None and cadangan.strip() == petugas.strip():
        raise (at / "cadangan").wrong(cadangan, "somebody else than petugas")
    return Pair(petugas.strip(), cadangan.strip() if cadangan else None)


def _quiet(tables: Mapping[str, Any], at: _At) -> Quiet | None:
    table = _table(tables, "tenang", at)
    if not table:
        return None
    at /= "tenang"
    _only(table, ("mulai", "selesai", "berbunyi_dari"), at)
    begins = _clock(table.get("mulai"), at / "mulai")
    ends = _clock(table.get("selesai"), at / "selesai")
    if begins == ends:
        raise (at / "selesai").wrong(table["selesai"], "another time than mulai")
    return Quiet(begins, ends, _level(table.get("berbunyi_dari", "siaga"), at / "berbunyi_dari"))


def _chain(tables: Mapping[str, Any], at: _At) -> Chain:
    if "rantai" not in tables:
        return DEFAULT_CHAIN
    minutes: dict[Level, Mapping[Rung, int]] = {}
    for i, row in enumerate(_rows(tables, "rantai", at), 1):
        place = at / f"rantai[{i}]"
        _only(row, ("level", *Rung), place)
        level = _level(row.get("level"), place / "level")
        if level in minutes:
            raise (place / "level").wrong(level.value, "each level once")
        minutes[level] = _minutes(row, level, place)
    return chain_of(minutes)


def _minutes(row: Mapping[str, Any], level: Level, at: _At) -> Mapping[Rung, int]:
    found: dict[Rung, int] = {}
    for rung in Rung:
        if rung not in row:
            continue
        value, least = row[rung], max(found.values(), default=0) + 1
        if rung is Rung.PIMPINAN and level is not Level.AWAS:
            raise (at / rung).wrong(value, 'no such key but in level = "awas"')
        if type(value) is not int or not least <= value <= _LONGEST:
            raise (at / rung).wrong(value, f"minutes, {least} to {_LONGEST}, growing")
        found[rung] = value
    return found


def _level(value: object, at: _At) -> Level:
    if value not in _LEVELS:
        raise at.wrong(value, ", ".join(_LEVELS))
    return Level(str(value))


def _clock(value: object, at: _At) -> time:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise at.wrong(value, 'a time such as "08.00"')
    return time(int(found[1]), int(found[2]))


def _table(tables: Mapping[str, Any], key: str, at: _At) -> Mapping[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, dict):
        raise (at / key).wrong(table, f"a table [{key}]")
    return table


def _rows(tables: Mapping[str, Any], key: str, at: _At) -> list[Mapping[str, Any]]:
    rows = tables.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise (at / key).wrong(rows, f"tables [[{key}]]")
    return rows


def _only(table: Mapping[str, Any], accepted: tuple[str, ...], at: _At) -> None:
    unknown = sorted(set(table) - set(accepted))
    if unknown:
        raise (at / unknown[0]).wrong(table[unknown[0]], ", ".join(accepted))
