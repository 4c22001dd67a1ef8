"""data/opd.toml as :class:`~monitor.incidents.routing.Routes`. Layer 1: pure.

Every name is checked: an agency that does not exist would be a question that nobody gets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any

from monitor.errors import ConfigError
from monitor.incidents.routing import CLOCKS, Routes
from monitor.records import AnswerClock as Clock
from monitor.records import Opd, Taxonomy
from monitor.records import RouteRule as Rule

_OPD_KEYS = ("nama", "singkat", "chat", "topik", "kepala", "tembusan", "kontak")
_RULE_KEYS = ("isu", "tempat", "opd")
_CLOCK_KEYS = ("nama", "hari", "tambahan")
_HOUR_KEYS = ("mulai", "selesai")
_TABLES = ("opd", "rute", "batas", "jam")
_KEY = re.compile("[a-z0-9_]{1,24}")
_MOST_DAYS = 365
_CONTACT = re.compile(r"\+?\d[\d .()/-]{1,20}\d|\(\d[\d .()/-]{2,20}\d|[\w.+-]+@[\w-]+(\.[\w-]+)+")


def routes_of(taxonomy: Taxonomy) -> Routes:
    """What holds without a file: the agencies of the taxonomy, none with a chat."""
    names = dict.fromkeys(issue.opd for issue in taxonomy.values())
    opds = {name: Opd(f"opd{i}", name, name) for i, name in enumerate(names, 1)}
    return Routes(opds, _of_taxonomy(taxonomy))


def read_routes(text: str, name: str, taxonomy: Taxonomy) -> Routes:
    """The agencies, rules and clocks that a TOML text holds; ``name`` is that of its file.

    Raises:
        ConfigError: names the file, the key, and what is accepted.
    """
    where = f"opd: {name}"
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    _known(tables, _TABLES, where)
    opds = _opds(_table(tables, "opd", where), where)
    for issue in taxonomy.values():
        _named(issue.opd, opds, f"{where}: taxonomy [{issue.key}] opd")
    rules = _rules(tables.get("rute", []), opds, taxonomy, where)
    opens, closes = _hours(_table(tables, "jam", where), f"{where}: [jam]")
    return Routes(
        opds={one.short: one for one in opds},
        rules=(*rules, *_of_taxonomy(taxonomy)),
        clocks=_clocks(_table(tables, "batas", where), where),
        opens=opens,
        closes=closes,
    )


def _of_taxonomy(taxonomy: Taxonomy) -> tuple[Rule, ...]:
    return tuple(Rule(issue.key, None, issue.opd) for issue in taxonomy.values())


def _opds(tables: Mapping[str, Any], where: str) -> list[Opd]:
    found = [_opd(key, table, f"{where}: [opd.{key}]") for key, table in tables.items()]
    if not found:
        raise ConfigError(f"{where}: no [opd.KEY] table")
    names = [one.short for one in found]
    for one in found:
        if names.count(one.short) > 1:
            raise ConfigError(f"{where}: [opd.{one.key}]: singkat: {one.short}: stands twice")
        for copy in one.copies:
            _named(copy, found, f"{where}: [opd.{one.key}]: tembusan")
    return found


def _opd(key: str, table: Any, where: str) -> Opd:
    if not _KEY.fullmatch(key):
        raise ConfigError(f"{where}: accepted: at most 24 of a-z, 0-9 and _")
    _known(table, _OPD_KEYS, where)
    name, short = _words(table, "nama", where), _words(table, "singkat", where)
    head = _words(table, "kepala", where) if "kepala" in table else None
    copies = table.get("tembusan", [])
    if not isinstance(copies, list):
        raise ConfigError(f"{where}: tembusan: accepted: a list of names")
    chat, topic = _number(table, "chat", where), _number(table, "topik", where)
    contacts = _contacts(table.get("kontak", []), f"{where}: kontak")
    return Opd(key, name, short, chat, topic, head, tuple(map(str, copies)), contacts)


def _contacts(listed: Any, where: str) -> tuple[str, ...]:
    found = tuple(map(str, listed)) if isinstance(listed, list) else ("",)
    wrong = [one for one in found if not _CONTACT.fullmatch(one)]
    if wrong:
        raise ConfigError(f"{where}: {wrong[0]}: accepted: phone numbers and e-mail addresses")
    return found


def _rules(rows: Any, opds: Sequence[Opd], taxonomy: Taxonomy, where: str) -> list[Rule]:
    if not isinstance(rows, list):
        raise ConfigError(f"{where}: rute: accepted: [[rute]] rows")
    rules = []
    for i, row in enumerate(rows, 1):
        at = f"{where}: [[rute]] {i}"
        _known(row, _RULE_KEYS, at)
        issue, opd = _words(row, "isu", at), _words(row, "opd", at)
        if issue not in taxonomy:
            raise ConfigError(f"{at}: isu: {issue}: accepted: {', '.join(taxonomy)}")
        _named(opd, opds, f"{at}: opd")
        rules.append(Rule(issue, _words(row, "tempat", at) if "tempat" in row else None, opd))
    twice = [rule for i, rule in enumerate(rules) if _same(rule, rules[:i])]
    if twice:
        raise ConfigError(f"{where}: [[rute]]: {twice[0].issue}, {twice[0].place}: stands twice")
    return rules


def _same(rule: Rule, others: Sequence[Rule]) -> bool:
    return any((rule.issue, rule.place) == (other.issue, other.place) for other in others)


def _clocks(tables: Mapping[str, Any], where: str) -> tuple[Clock, ...]:
    """The clocks of the file over the usual ones; their keys are fixed, as buttons carry them."""
    _known(tables, [one.key for one in CLOCKS], f"{where}: [batas]")
    clocks = []
    for usual in CLOCKS:
        at, table = f"{where}: [batas.{usual.key}]", tables.get(usual.key, {})
        _known(table, _CLOCK_KEYS, at)
        days = _number(table, "hari", at) if "hari" in table else usual.days
        extra = _number(table, "tambahan", at) if "tambahan" in table else usual.extra
        name = _words(table, "nama", at) if "nama" in table else usual.name
        if not 1 <= (days or 0) <= _MOST_DAYS or not 0 <= (extra or 0) <= _MOST_DAYS:
            raise ConfigError(f"{at}: hari, tambahan: accepted: working days, 1 to {_MOST_DAYS}")
        clocks.append(Clock(usual.key, name, days or 0, extra or 0))
    return tuple(clocks)


def _hours(table: Mapping[str, Any], where: str) -> tuple[time, time]:
    _known(table, _HOUR_KEYS, where)
    opens, closes = table.get("mulai", time(8)), table.get("selesai", time(16))
    if not isinstance(opens, time) or not isinstance(closes, time) or opens >= closes:
        raise ConfigError(f"{where}: accepted: mulai = 08:00:00 before selesai = 16:00:00")
    return opens, closes


def _table(tables: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: {key}: accepted: a table")
    return table


def _known(table: Any, keys: Collection[str], where: str) -> None:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: accepted: a table with {', '.join(keys)}")
    unknown = sorted(set(table) - set(keys))
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]}: unknown: accepted: {', '.join(keys)}")


def _named(short: str, opds: Sequence[Opd], where: str) -> None:
    names = [one.short for one in opds]
    if short not in names:
        raise ConfigError(f"{where}: {short}: no [opd] has this singkat: accepted: {names}")


def _words(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{where}: {key}: accepted: words")
    return value.strip()


def _number(table: Mapping[str, Any], key: str, where: str) -> int | None:
    value = table.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ConfigError(f"{where}: {key}: accepted: a whole number")
    return value
