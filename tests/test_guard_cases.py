"""How much the blunder guard catches: drafts that must stop and drafts that must pass.

``guard_blind.toml`` was opened once, when rules and second look were finished, and neither learned
from it. Three earlier sets of that sort teach since (``data/guard/contoh_4.toml`` to ``_6``); two
of them only keep what was reached.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.classify.guard import NAME, SecondLook, load_guard
from monitor.knowledge import load_knowledge
from monitor.messages.guard import finding
from monitor.replies import blunders
from monitor.replies.guard import mask_private
from monitor.replies.guard_rules import Effect, Finding, Guard
from monitor.text.personal import mask

HERE = Path(__file__).parent
TAUGHT = ("../data/guard/contoh_4.toml", "../data/guard/contoh_5.toml")
BLIND = "guard_blind.toml"
LEAST_RECALL, LEAST_PRECISION = 0.95, 0.90
BLIND_RECALL, BLIND_PRECISION = 0.95, 0.90  # at the one look: 0.964 and 0.922
# Which kinds of rules answer which kind of case.
KINDS = {
    "ancaman": {"ancaman", "panggilan", "memblokir"},
    "panggilan": {"panggilan", "ancaman"},
    "blokir": {"memblokir", "ancaman"},
    "ejekan": {"ejekan", "nada", "harfiah", "menyalahkan warga", "suku, agama, golongan"},
    "harfiah": {"harfiah", "ejekan", "membantah"},
    "menyalahkan": {"menyalahkan warga", "ejekan", "lempar tanggung jawab", "membantah"},
    "data_pribadi": {"data pribadi"},
    "politik": {"politik"},
    "janji": {"janji"},
}


@dataclass(frozen=True)
class Measured:
    caught: int
    missed: int
    false: int
    named: int

    @property
    def recall(self) -> float:
        return self.caught / (self.caught + self.missed)

    @property
    def precision(self) -> float:
        return self.caught / (self.caught + self.false)


@dataclass(frozen=True)
class Whole:
    """Rules and second look, as ``steps/guarding.py`` asks them."""

    guard: Guard
    look: SecondLook
    said: dict[tuple[str, str], tuple[Finding, ...]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def whole() -> Whole:
    guard = load_knowledge(HERE.parent / "data").guard
    model = load_guard(HERE.parent / "data" / "guard")
    assert model is not None
    return Whole(guard, SecondLook(model, guard))


@pytest.fixture(scope="module")
def guard(whole: Whole) -> Guard:
    return whole.guard


def cases(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["case"]
    return found


def caught(whole: Whole, case: dict[str, str]) -> tuple[Finding, ...]:
    """What the whole guard says: personal data by masking, the rules, the second look; once."""
    text, comment = case["text"], case.get("comment", "")
    if (text, comment) in whole.said:
        return whole.said[text, comment]
    mechanical = [
        Finding(rule, Effect.STOP, "")
        for rule in blunders(text, mask_private(text, lambda one: mask(one, everything=True)))
    ]
    found = (*mechanical, *whole.guard.findings(text, comment))
    whole.said[text, comment] = whole.look.settle(text, comment, found)
    return whole.said[text, comment]


def names_kind(whole: Whole, case: dict[str, str], found: tuple[Finding, ...]) -> bool:
    kinds = {rule.id: rule.kind for rule in whole.guard.rules} | {"personal": "data pribadi"}
    own = {f"{NAME}{case['kind']}"}
    said = {one.rule for one in found}
    return bool(said & own) or bool({kinds.get(one) for one in said} & KINDS[case["kind"]])


def measure(whole: Whole, listed: list[dict[str, str]]) -> Measured:
    found = [(case, caught(whole, case)) for case in listed]
    stops = [(case, said) for case, said in found if case["verdict"] == "stop"]
    return Measured(
        caught=sum(bool(said) for _, said in stops),
        missed=sum(not said for _, said in stops),
        false=sum(bool(said) for case, said in found if case["verdict"] == "pass"),
        named=sum(names_kind(whole, case, said) for case, said in stops),
    )


def table(whole: Whole, listed: list[dict[str, str]]) -> str:
    """Kind by kind: how many there are, caught, caught by a rule of that kind, falsely stopped."""
    lines = [f"{'kind':<14}{'stop':>6}{'caught':>8}{'named':>7}{'pass':>6}{'false':>7}"]
    for kind in sorted({case["kind"] for case in listed}):
        mine = [case for case in listed if case["kind"] == kind]
        seen = measure(whole, mine)
        stops = sum(case["verdict"] == "stop" for case in mine)
        lines.append(
            f"{kind:<14}{stops:>6}{seen.caught:>8}{seen.named:>7}"
            f"{len(mine) - stops:>6}{seen.false:>7}"
        )
    seen = measure(whole, listed)
    lines.append(f"recall {seen.recall:.3f}, precision {seen.precision:.3f}, named {seen.named}")
    return "\n".join(lines)


def test_there_are_enough_cases_of_both_sorts() -> None:
    verdicts = Counter(case["verdict"] for case in cases(BLIND))
    assert min(verdicts["stop"], verdicts["pass"]) >= 60


@pytest.mark.parametrize(
    ("name", "recall", "precision"),
    [
        *((name, LEAST_RECALL, LEAST_PRECISION) for name in TAUGHT),
        (BLIND, BLIND_RECALL, BLIND_PRECISION),
    ],
)
def test_the_guard_catches_what_must_stop_and_lets_pass_what_must_pass(
    whole: Whole, name: str, recall: float, precision: float, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = cases(name)
    seen = measure(whole, listed)
    with capsys.disabled():
        sys.stdout.write(f"\n{name}\n{table(whole, listed)}\n")
    assert seen.recall >= recall
    assert seen.precision >= precision


@pytest.mark.parametrize("name", [*TAUGHT, BLIND])
def test_the_reason_names_the_rule_and_it_is_the_fitting_one(whole: Whole, name: str) -> None:
    listed = [case for case in cases(name) if case["verdict"] == "stop"]
    seen = measure(whole, listed)
    assert seen.named / seen.caught >= 0.9
    for case in listed:
        for one in caught(whole, case):
            told = finding(one.rule, one.reason, one.words, second=one.effect is Effect.SECOND)
            assert one.rule in told and one.reason in told
            assert one.words in case["text"]


def development(*keys: str) -> list[str]:
    found = tomllib.loads((HERE / "guard_dev.toml").read_text(encoding="utf-8"))
    return [one[1] if isinstance(one, list) else one for key in keys for one in found[key]]


def test_the_drafts_that_the_rules_were_made_with_still_hold(guard: Guard) -> None:
    stop, passing = development("stop", "stop_anyhow"), development("pass", "pass_too")
    assert len(stop) >= 80 and len(passing) >= 80
    assert [text for text in stop if not guard.findings(text)] == []
    assert [text for text in passing if guard.findings(text)] == []


def test_each_development_draft_is_found_by_its_rule(guard: Guard) -> None:
    listed = tomllib.loads((HERE / "guard_dev.toml").read_text(encoding="utf-8"))["stop"]
    other = [
        text for rule, text in listed if rule not in {one.rule for one in guard.findings(text)}
    ]
    assert other == []
    assert {rule for rule, _ in listed} | {"salah_paham"} == {rule.id for rule in guard.rules}
