"""Which words are suggested, and which are not said again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.records import Intent
from monitor.replies import Answer, Asked, Template, suggest
from monitor.replies.suggest import likeness


def stems(text: str) -> frozenset[str]:
    return frozenset(text.split())


VALUES = {"sapaan": "Kak,", "opd": "BPBD"}
ASKED = Asked(
    issue="banjir",
    intent=Intent.KELUHAN,
    urgent=False,
    casual=True,
    words=stems("banjir lutut gang mawar surut"),
)


def template(name: str, **values: object) -> Template:
    plain = Template(name, (Intent.KELUHAN,), (), "semua", False, f"{{sapaan}} ini {name}.")
    return replace(plain, **values)  # type: ignore[arg-type]


def origin(
    *templates: Template,
    asked: Asked = ASKED,
    answers: tuple[Answer, ...] = (),
    recent: tuple[str, ...] = (),
) -> str | None:
    found = suggest(asked, templates, answers, recent, VALUES)
    return found.origin if found else None


def test_a_template_is_filled() -> None:
    found = suggest(ASKED, [template("a")], [], [], VALUES)
    assert found is not None
    assert (found.text, found.origin) == ("Kak, ini a.", "template:a")


def test_nothing_fits_nothing_is_suggested() -> None:
    assert origin() is None


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({}, True),
        ({"intents": (Intent.APRESIASI,)}, False),
        ({"issues": ("banjir", "jalan")}, True),
        ({"issues": ("jalan",)}, False),
        ({"urgent": True}, False),
        ({"register": "santai"}, True),
        ({"register": "resmi"}, False),
    ],
)
def test_what_fits(values: dict[str, object], fits: bool) -> None:
    assert origin(template("a", **values)) == ("template:a" if fits else None)


def test_a_formal_comment_gets_formal_words() -> None:
    formal = replace(ASKED, casual=False)
    both = (template("s", register="santai"), template("r", register="resmi"))
    assert origin(*both, asked=formal) == "template:r"


def test_danger_gets_the_words_for_danger() -> None:
    both = (template("a"), template("bahaya", urgent=True))
    assert origin(*both, asked=replace(ASKED, urgent=True)) == "template:bahaya"


@pytest.mark.parametrize(
    "better",
    [
        template("b", issues=("banjir",)),
        template("b", register="santai"),
    ],
)
def test_the_more_exact_template_wins(better: Template) -> None:
    general = template("a", intents=(Intent.KELUHAN, Intent.ASPIRASI))
    assert origin(general, better) == "template:b"
    assert origin(better, general) == "template:b"


def test_fewer_intents_break_a_tie() -> None:
    wide = template("a", intents=(Intent.KELUHAN, Intent.ASPIRASI))
    assert origin(wide, template("b")) == "template:b"


def test_the_newest_words_are_never_repeated() -> None:
    assert origin(template("a"), recent=("Kak, ini a.",)) is None


def test_older_words_are_avoided_longest_unused_first() -> None:
    three = (template("a"), template("b"), template("c"))
    assert origin(*three, recent=("Kak, ini a.",)) == "template:b"
    assert origin(*three, recent=("Kak, ini b.", "Kak, ini a.")) == "template:c"
    recent = ("Kak, ini c.", "Kak, ini b.", "Kak, ini a.")
    assert origin(*three, recent=recent) == "template:a"
    assert origin(*three, recent=("Kak, ini a.", "Kak, ini c.", "Kak, ini b.")) == "template:b"


def test_a_hundred_replies_never_say_the_same_twice_in_a_row() -> None:
    templates = [template("a"), template("b", issues=("banjir",))]
    recent: list[str] = []
    for _ in range(100):
        found = suggest(ASKED, templates, [], recent[:20], VALUES)
        assert found is not None
        assert found.text not in recent[:1]
        recent.insert(0, found.text)
    assert set(recent) == {"Kak, ini a.", "Kak, ini b."}


# Approved answers.

NEAR = Answer(1, stems("banjir lutut gang mawar warga"), "Petugas menuju Gang Mawar.")
FAR = Answer(2, stems("lampu padam jalan anggrek malam"), "Lampu sudah diganti.")


def test_a_similar_answer_is_preferred_to_any_template() -> None:
    found = suggest(ASKED, [template("a", issues=("banjir",))], [FAR, NEAR], [], VALUES)
    assert found is not None
    assert (found.text, found.origin) == (NEAR.text, "answer:1")


def test_a_different_comment_gets_no_old_answer() -> None:
    assert origin(template("a"), answers=(FAR,)) == "template:a"


def test_the_closest_answer_wins_and_then_the_newest() -> None:
    closer = Answer(3, ASKED.words, "Lebih dekat.")
    assert origin(answers=(closer, NEAR)) == "answer:3"
    assert origin(answers=(closer, Answer(9, ASKED.words, "Terbaru."))) == "answer:9"


def test_an_answer_that_was_just_given_is_not_given_again() -> None:
    assert origin(template("a"), answers=(NEAR,), recent=(NEAR.text,)) == "template:a"


def test_an_approved_text_is_taken_as_it_is() -> None:
    braces = replace(NEAR, text="Kode {opd} tetap.")
    found = suggest(ASKED, [], [braces], [], VALUES)
    assert found is not None
    assert found.text == "Kode {opd} tetap."


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b c d", "a b e f", 2 / 6),
        ("a b c d", "e f g h", 0.0),
        ("a b c", "a b c", 0.0),
        ("", "", 0.0),
    ],
)
def test_likeness_is_the_share_of_common_words(one: str, other: str, share: float) -> None:
    left, right = stems(one), stems(other)
    assert likeness(left, right) == pytest.approx(share)
    assert likeness(right, left) == likeness(left, right)
