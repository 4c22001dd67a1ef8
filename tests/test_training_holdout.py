"""A tenth of the texts only judges: fixed by the text, with its near twins, and told by models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Sentiment
from monitor.text.judging import RULE, held_out, plain
from monitor.training.dataset import Example
from monitor.training.holdout import follows_rule, part

TEXTS = [f"laporan warga nomor {i} tentang lampu jalan" for i in range(4000)]
JUDGES = next(text for text in TEXTS if held_out(text))
TEACHES = next(text for text in TEXTS if not held_out(text))


def example(text: str, origin: str = "own") -> Example:
    return Example(text, origin, Sentiment.NETRAL, group=text if origin == "smsa" else "")


def test_about_a_tenth_is_held_out_and_always_the_same() -> None:
    found = [held_out(text) for text in TEXTS]
    assert 0.08 < sum(found) / len(found) < 0.12
    assert found == [held_out(text) for text in TEXTS]


def test_the_rule_never_changes_for_a_text() -> None:
    """Frozen: another outcome means that models were taught what judges them."""
    assert [at for at, text in enumerate(TEXTS[:60]) if held_out(text)] == [
        6,
        36,
        42,
        45,
        46,
        49,
        54,
    ]


@given(st.text())
def test_letters_alone_decide(text: str) -> None:
    assert held_out(text) == held_out(plain(text)) == held_out(f"  {text.upper()}!! ".lower())
    assert plain(plain(text)) == plain(text)


def test_case_and_marks_change_nothing() -> None:
    assert plain("Jalan RUSAK,  parah!!\n") == "jalan rusak parah"
    assert held_out("Jalan RUSAK,  parah!!") == held_out("jalan rusak parah")


def test_what_judges_is_taught_to_nobody_nor_are_its_twins() -> None:
    words = JUDGES.split()
    twin, copy = " ".join([*words[:-1], "gang"]), JUDGES.upper()
    given = [example(text) for text in (JUDGES, twin, TEACHES.split()[0] + " banjir besar sekali")]
    given += [example(copy, "smsa"), example("jalan provinsi amblas di tikungan", "label")]
    parted = part(given)
    assert [one.text for one in parted.judging if one.text == JUDGES] == [JUDGES]
    taught = [one.text for one in parted.taught]
    assert JUDGES not in taught
    assert twin not in taught
    assert copy not in taught


def test_outside_texts_never_judge() -> None:
    parted = part([example(JUDGES, "smsa"), example(TEACHES, "smsa")])
    assert parted.judging == ()
    assert len(parted.taught) == 2


def test_stored_comments_neither_judge_nor_teach_what_will_judge() -> None:
    parted = part([example(JUDGES, "stored"), example(TEACHES, "stored")])
    assert parted.judging == ()
    assert [one.text for one in parted.taught] == [TEACHES]


def test_a_copy_in_words_that_everybody_uses_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.training import holdout

    monkeypatch.setattr(holdout, "COMMON", 0)
    parted = part([example(JUDGES), example(JUDGES, "smsa"), example(TEACHES)])
    assert [one.text for one in parted.taught] == [TEACHES]


@pytest.mark.parametrize(
    ("training", "follows"),
    [({}, False), ({"held_out": RULE}, True), ({"held_out": "another"}, False)],
)
def test_a_model_tells_by_which_rule_it_was_taught(training: dict[str, str], follows: bool) -> None:
    assert follows_rule(training) is follows
