"""The blunder guard: what an office must never say, as rules that staff can read and edit.

Layer 1, pure: a rules file's text in, findings with a reason out. It never changes a word and never
decides alone: ``stop`` keeps a reply back, ``dua_tanda_tangan`` asks a second person to sign.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from monitor.errors import ConfigError
from monitor.replies.guard_patterns import Line, Words, any_of, line, pattern, spans, stands
from monitor.replies.guard_words import COMMA, END, Token, folded, plain, read_tokens

METHODS = ("words", "shouting", "exclaiming")
_NEEDED = {"id", "kind", "effect", "reason"}
_EXCEPTIONS = ("unless", "unless_sentence", "unless_text")
_KEYS = _NEEDED | {"method", "patterns", "negation", *_EXCEPTIONS}
_GIVEN = " => "  # what stands before it must be in the comment
_ID = re.compile(r"[a-z][a-z0-9_]*")
_NEGATION_REACH = 3
_SHOUTED = re.compile(r"\b[^\W\d_a-z]{3,}(?:[ !?.]+[^\W\d_a-z]{2,}){2,}\b")
_FEWEST_SHOUTED = 14
_EXCLAIMED = re.compile(r"[!?]*!{3,}|\?{3,}|(?:\?!|!\?){2,}")


class Effect(StrEnum):
    """What a broken rule does to a reply."""

    STOP = "stop"
    SECOND = "dua_tanda_tangan"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: which, what it does, why, and the words that tripped it."""

    rule: str
    effect: Effect
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; patterns and exceptions are expressions of ``guard_patterns``.

    A pattern is what must stand in the comment ("" for anything) and what must stand in the reply.
    ``unless`` lets a finding pass that shares a word with it, ``unless_sentence`` one in whose
    sentence it stands, ``unless_text`` every one; with ``negation`` a "tidak" just before does too.
    ``any_pattern`` is all of them in one, to see quickly that none stands.
    """

    id: str
    kind: str
    effect: Effect
    reason: str
    method: str = "words"
    patterns: tuple[tuple[str, str], ...] = ()
    unless: tuple[str, ...] = ()
    unless_sentence: tuple[str, ...] = ()
    unless_text: tuple[str, ...] = ()
    negation: bool = True
    any_pattern: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """All rules, with how informal words are spelt and which words mean a fact."""

    rules: tuple[Rule, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict)
    negators: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    quoting: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ()

    def findings(self, text: str, comment: str = "") -> tuple[Finding, ...]:
        """The broken rules, each once; those that stop come first, else as in the file.

        ``comment`` is what the reply answers: some blunders are a misunderstanding of it.
        """
        searched, asked = self._line(text), self._line(comment)
        found = [one for rule in self.rules if (one := self._broken(rule, text, searched, asked))]
        return tuple(sorted(found, key=lambda one: one.effect is not Effect.STOP))

    def states_fact(self, text: str) -> bool:
        """Whether the reply says anything definite: a number, a day, what is being done."""
        searched = self._line(text)
        return any(spans(fact, searched) for fact in self.facts)

    def _line(self, text: str) -> Line:
        return line(read_tokens(text, self.spelling, self.quoting))

    def _broken(self, rule: Rule, text: str, searched: Line, asked: Line) -> Finding | None:
        if rule.method == "words":
            words = self._tripped(rule, text, searched, asked)
        else:
            words = _loud(rule.method, text)
        return Finding(rule.id, rule.effect, rule.reason, words) if words else None

    def _tripped(self, rule: Rule, text: str, searched: Line, asked: Line) -> str:
        if not stands(rule.any_pattern, searched):
            return ""
        if any(spans(one, searched) for one in rule.unless_text):
            return ""
        excused = [span for one in rule.unless for span in spans(one, searched)]
        aside = [start for one in rule.unless_sentence for start, _ in spans(one, searched)]
        tokens = searched.tokens
        found = (
            (*span, expression)
            for given, expression in rule.patterns
            if not given or spans(given, asked)
            for span in spans(expression, searched)
        )
        for first, last, expression in found:
            passes = (
                all(token.quoted for token in tokens[first:last])
                or any(start < last and first < end for start, end in excused)
                or any(_same_sentence(tokens, first, start) for start in aside)
                or (rule.negation and self._denied(tokens, first, last, expression))
            )
            if not passes:
                return text[tokens[first].start : tokens[last - 1].end]
        return ""

    def _denied(self, tokens: Sequence[Token], first: int, last: int, expression: str) -> bool:
        """Whether a "not" stands in what was found, or just before in the same breath.

        One that the pattern itself asks for denies nothing, nor does one under an "if".
        """
        words = [token.word for token in tokens]
        if self.conditions & set(words[max(0, first - 2 * _NEGATION_REACH) : last]):
            return False
        own = any(f"{word} " in expression for word in self.negators)
        if not own and self.negators & set(words[first:last]):
            return True
        for word in reversed(words[max(0, first - _NEGATION_REACH) : first]):
            if word in (END, COMMA):
                return False
            if word in self.negators:
                return True
        return False


def _same_sentence(tokens: Sequence[Token], one: int, other: int) -> bool:
    low, high = sorted((one, other))
    return all(token.word != END for token in tokens[low:high])


def _loud(method: str, text: str) -> str:
    if method == "exclaiming":
        found = _EXCLAIMED.search(text)
        return found.group() if found else ""
    for match in _SHOUTED.finditer(text):
        if sum(map(str.isalpha, match.group())) >= _FEWEST_SHOUTED:
            return match.group()
    return ""


def read_guard(toml: str, name: str, spelling: tuple[tuple[str, str], ...] = ()) -> Guard:
    """Parse a rules file's text; ``spelling`` is added to the file's own [spelling].

    Raises:
        ConfigError: names the file, the rule and what is accepted.
    """
    return _read(toml, f"guard: {name}", spelling)


@lru_cache(maxsize=4)
def _read(toml: str, where: str, spelling: tuple[tuple[str, str], ...]) -> Guard:
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    known = {"rule", "words", "spelling", "fact"}
    _check(set(tables) <= known, where, f"tables: accepted: {', '.join(sorted(known))}")
    words = {key: _strings(value, f"{where}: {key}") for key, value in _table(tables, "words")}
    listed = tables.get("rule", [])
    _check(isinstance(listed, list) and bool(listed), where, "no [[rule]] found")
    rules = tuple(_rule(entry, words, where, i) for i, entry in enumerate(listed, 1))
    ids = [rule.id for rule in rules]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    _check(not twice, where, f"the id {', '.join(twice)} stands twice")
    own = {plain(key): str(value) for key, value in _table(tables, "spelling")}
    facts = dict(_table(tables, "fact")).get("patterns", [])
    return Guard(
        rules,
        {**dict(spelling), **own},
        _folded(words.get("negators", ())),
        _folded(words.get("conditions", ())),
        _folded(words.get("quoting", ())),
        _patterns(facts, words, f"{where}: fact"),
    )


def _table(tables: Mapping[str, object], key: str) -> list[tuple[str, object]]:
    found = tables.get(key, {})
    return list(found.items()) if isinstance(found, dict) else []


def _rule(found: object, words: Words, name: str, position: int) -> Rule:
    entry: Mapping[str, object] = found if isinstance(found, dict) else {}
    where = f"{name}: rule {position} ({entry.get('id', 'without id')})"
    _check(set(entry) >= _NEEDED, where, f"needs {', '.join(sorted(_NEEDED))}")
    _check(set(entry) <= _KEYS, where, f"accepted: {', '.join(sorted(_KEYS))}")
    _check(bool(_ID.fullmatch(str(entry["id"]))), where, "id: accepted: a-z, 0-9 and _")
    _check(entry["effect"] in set(Effect), where, f"effect: accepted: {', '.join(Effect)}")
    _check(str(entry["reason"]).endswith("."), where, "reason must be a sentence with a full stop")
    method = str(entry.get("method", "words"))
    _check(method in METHODS, where, f"method: accepted: {', '.join(METHODS)}")
    patterns = tuple(
        _given(one, words, where) for one in _strings(entry.get("patterns", []), where)
    )
    _check(
        bool(patterns) == (method == "words"), where, "patterns: only for, and always for, words"
    )
    return Rule(
        id=str(entry["id"]),
        kind=str(entry["kind"]),
        effect=Effect(str(entry["effect"])),
        reason=str(entry["reason"]),
        method=method,
        patterns=patterns,
        any_pattern=any_of([said for _, said in patterns]),
        negation=bool(entry.get("negation", True)),
        **{key: _patterns(entry.get(key, []), words, where) for key in _EXCEPTIONS},
    )


def _given(text: str, words: Words, where: str) -> tuple[str, str]:
    asked, given, said = text.rpartition(_GIVEN)
    return (pattern(asked, words, where) if given else "", pattern(said, words, where))


def _patterns(value: object, words: Words, where: str) -> tuple[str, ...]:
    return tuple(pattern(one, words, where) for one in _strings(value, where))


def _strings(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ConfigError(f"{where}: must be a list of words")


def _folded(words: Sequence[str]) -> frozenset[str]:
    return frozenset(map(folded, words))


def _check(good: bool, where: str, accepted: str) -> None:
    if not good:
        raise ConfigError(f"{where}: {accepted}")
