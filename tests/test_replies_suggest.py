"""Which words are suggested, and which are not said again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.knowledge import load_knowledge
from monitor.messages.words import issue_words, place_words
from monitor.records import Intent
from monitor.replies import Answer, Asked, Template, fill, suggest
from monitor.replies.links import has_official_link
from monitor.replies.suggest import likeness, said_in
from monitor.replies.templates import OPTIONAL


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


def test_a_wording_that_reads_nearly_the_same_counts_as_the_same() -> None:
    long = "Laporan ini sudah kami teruskan ke dinas, perkembangannya dapat dipantau di tautan."
    templates = (template("a", text=long), template("b", text=long.replace("dapat", "bisa")))
    assert origin(*templates) == "template:a"
    assert origin(*templates, recent=(long,)) is None
    other = template("c", text="Terima kasih, petugas kami kabari.")
    assert origin(*templates, other, recent=(long,)) == "template:c"


def test_words_that_may_not_go_out_are_passed_over() -> None:
    both = (template("a"), template("b", intents=(Intent.KELUHAN, Intent.LAINNYA)))
    found = suggest(ASKED, both, [NEAR], [], VALUES, lambda text: "ini b" in text)
    assert found is not None
    assert found.origin == "template:b"
    assert suggest(ASKED, both, [NEAR], [], VALUES, lambda _: False) is None


@pytest.mark.parametrize("placeholder", OPTIONAL)
def test_a_template_with_a_fact_waits_for_one(placeholder: str) -> None:
    plain, special = template("a"), template("b", text=f"Ini {{{placeholder}}}", issues=("banjir",))
    values = {**VALUES, placeholder: ""}
    found = suggest(ASKED, [plain, special], [], [], values)
    assert found is not None and found.origin == "template:a"
    found = suggest(ASKED, [plain, special], [], [], {**values, placeholder: "posko buka"})
    assert found is not None and found.text == "Ini posko buka"


SHIPPED = load_knowledge(Path(__file__).parent.parent / "data")


def shipped_values(issue: str, *, casual: bool) -> dict[str, str]:
    about = SHIPPED.issue(issue)
    return {
        "sapaan": SHIPPED.greetings.of("id", casual=casual),
        "isu": issue_words(about),
        "tempat": place_words("Sampit"),
        "opd": about.opd,
        "kantor": "Diskominfo",
        "tautan": "https://kantor.example",
        "fakta": "posko buka pukul 07.00.",
        "tiket": "A-1",
        "jawaban": "pompa dipasang Senin.",
    }


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("casual", [True, False])
@pytest.mark.parametrize("urgent", [True, False])
def test_fifty_replies_in_one_thread_never_say_nearly_the_same_twice_in_a_row(
    intent: Intent, casual: bool, urgent: bool
) -> None:
    if urgent and intent is Intent.APRESIASI:
        urgent = False  # whoever tells of danger is not thanked for praise
    values = shipped_values("banjir_bencana", casual=casual) | {"fakta": "", "tiket": ""}
    asked = Asked("banjir_bencana", intent, urgent, casual, frozenset())
    recent: list[str] = []
    for _ in range(50):
        found = suggest(asked, SHIPPED.templates, [], recent[:10], values | {"jawaban": ""})
        assert found is not None
        assert not said_in(found.text, recent[:1])
        recent.insert(0, found.text)
    assert len(set(recent)) >= (3 if urgent else 4)


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("register", ["santai", "resmi"])
def test_no_thread_runs_dry(intent: Intent, register: str) -> None:
    fitting = [
        one
        for one in SHIPPED.templates
        if intent in one.intents and not one.issues and one.register in (register, "semua")
    ]
    assert len({one.text for one in fitting if not one.urgent}) >= 4
    if intent is not Intent.APRESIASI:
        assert len({one.text for one in fitting if one.urgent}) >= 3


@pytest.mark.parametrize(
    "issue",
    [
        "banjir_bencana",
        "kesehatan",
        "jalan_infrastruktur",
        "listrik_internet",
        "air_bersih",
        "sampah_kebersihan",
        "kependudukan",
    ],
)
def test_issues_that_people_write_about_most_have_words_of_their_own(issue: str) -> None:
    assert len([one for one in SHIPPED.templates if one.issues == (issue,)]) >= 2


@pytest.mark.parametrize("one", [t for t in SHIPPED.templates if t.intents != (Intent.APRESIASI,)])
@pytest.mark.parametrize("casual", [True, False])
def test_every_template_passes_the_guard_for_incidents(one: Template, casual: bool) -> None:
    for issue in one.issues or ("banjir_bencana", "pegawai_pelayanan", "lainnya"):
        text = fill(one.text, shipped_values(issue, casual=casual))
        assert SHIPPED.guard.findings(text) == ()
        assert SHIPPED.guard.states_fact(text)
        assert has_official_link(text, ("kantor.example",))
        assert len(text) <= 400
