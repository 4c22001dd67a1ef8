"""Whether a reply fits, and how it is cut: whole sentences, never the office's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Intent
from monitor.replies import Answer, Asked, Template, suggest
from monitor.replies.fitting import Room, sentences

LINK = "https://contoh.go.id"
TEXT = f"Kak, terima kasih laporannya. Kami cek ya. Petugas di jalan. Info: {LINK}."
ASKED = Asked("banjir", Intent.KELUHAN, False, True, frozenset(["air", "naik", "gang", "mawar"]))
VALUES = {"sapaan": "Kak,", "fakta": "Pompa menyala."}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("Satu.", ["Satu."]),
        ("Satu. Dua! Tiga? Empat", ["Satu.", "Dua!", "Tiga?", "Empat"]),
        ("Posko di Jl. Contoh No. 5. Buka 24 jam.", ["Posko di Jl. Contoh No. 5.", "Buka 24 jam."]),
        (f"Info: {LINK}/a.b?c=1 ya. Sip.", [f"Info: {LINK}/a.b?c=1 ya.", "Sip."]),
        ("Baris satu.\nBaris dua.", ["Baris satu.", "Baris dua."]),
        (
            "Kab. Contoh dan (Jl. Mawar) aman. Dr. Budi hadir.",
            ["Kab. Contoh dan (Jl. Mawar) aman.", "Dr. Budi hadir."],
        ),
    ],
)
def test_sentences_end_where_people_end_them(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (None, TEXT),
        (len(TEXT), TEXT),
        (len(TEXT) - 1, f"Kak, terima kasih laporannya. Kami cek ya. Info: {LINK}."),
        (60, f"Kak, terima kasih laporannya. Info: {LINK}."),
        (40, None),
    ],
)
def test_the_last_sentences_go_first_but_greeting_and_link_stay(
    most: int | None, kept: str | None
) -> None:
    assert Room(most, keep=(LINK, "")).shortened(TEXT) == kept


def test_the_site_counts_in_its_own_way() -> None:
    room = Room(10, lambda text: 2 * len(text))
    assert room.holds("lima.")
    assert not room.holds("enam..")
    assert room.shortened("ya. oke. siap.") == "ya."


@given(
    st.lists(st.text("ab cd", min_size=1, max_size=9), max_size=6),
    st.integers(0, 40),
    st.integers(0, 5),
)
def test_what_is_cut_fits_and_loses_only_whole_sentences(
    words: list[str], most: int, kept: int
) -> None:
    text = " ".join(f"{one.strip() or 'x'}{at}." for at, one in enumerate(words))
    keep = f"{kept}."
    room = Room(most, keep=(keep,))
    cut = room.shortened(text)
    if cut is None:
        assert not room.holds(text)
        return
    assert room.holds(cut)
    left = [part for part in sentences(text) if part in sentences(cut)]
    assert left == sentences(cut)
    assert all(part in left for part in sentences(text)[:1] if part)
    assert all(part in left for part in sentences(text) if keep in part)


# ---- which suggestion is chosen


def template(name: str, text: str, **values: object) -> Template:
    plain = Template(name, (Intent.KELUHAN,), (), "semua", False, text)
    return replace(plain, **values)  # type: ignore[arg-type]


LONG = template(
    "panjang", f"{{sapaan}} halo. Isi yang panjang sekali. Info: {LINK}", issues=("banjir",)
)
SHORT = template("pendek", f"{{sapaan}} halo. {LINK}")
STATED = template("fakta", f"{{sapaan}} {{fakta}} Selalu dipantau petugas. Info: {LINK}")


def chosen(*templates: Template, most: int | None, answers: tuple[Answer, ...] = ()) -> str | None:
    room = Room(most, keep=(LINK,))
    found = suggest(ASKED, templates, answers, [], VALUES, room=room)
    assert found is None or room.holds(found.text)
    return found and f"{found.origin} {found.text}"


def test_a_template_that_fits_whole_goes_before_a_better_one_that_must_be_cut() -> None:
    assert chosen(LONG, SHORT, most=None) == (
        f"template:panjang Kak, halo. Isi yang panjang sekali. Info: {LINK}"
    )
    assert chosen(LONG, SHORT, most=40) == f"template:pendek Kak, halo. {LINK}"


def test_without_one_that_fits_the_best_is_cut() -> None:
    assert chosen(LONG, most=50) == f"template:panjang Kak, halo. Info: {LINK}"
    assert chosen(LONG, most=20) is None


def test_a_statement_is_never_cut() -> None:
    assert str(chosen(STATED, SHORT, most=None)).startswith("template:fakta")
    assert chosen(STATED, SHORT, most=40) == f"template:pendek Kak, halo. {LINK}"
    assert chosen(STATED, most=60) is None


def test_an_approved_answer_that_does_not_fit_is_not_suggested() -> None:
    answers = (Answer(7, ASKED.words, f"Kak, sudah kami tangani sejak pagi. {LINK}"),)
    assert str(chosen(SHORT, most=None, answers=answers)).startswith("answer:7")
    assert str(chosen(SHORT, most=40, answers=answers)).startswith("template:pendek")
