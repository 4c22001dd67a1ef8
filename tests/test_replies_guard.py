"""What may not go out, whatever people approved."""

from __future__ import annotations

import pytest

from monitor.messages.guard import blunder_names
from monitor.replies import blunders
from monitor.replies.guard import (
    EMPTY,
    MARKUP,
    MASKED,
    MOST_CHARACTERS,
    PERSONAL,
    PLACEHOLDER,
    TOO_LONG,
    mask_private,
    masks_in,
)
from monitor.text.personal import MASKS, OTHER_MASK, mask


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, kami teruskan ke BPBD.",
        "Tarif < 5000 dan > 2000, benar.",
        "1 < 2",
        "👍 siap",
        "x" * MOST_CHARACTERS,
    ],
)
def test_a_plain_reply_may_go_out(text: str) -> None:
    assert blunders(text, text) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", EMPTY),
        (" \n\t", EMPTY),
        ("👍👍 ...", EMPTY),
        ("x" * (MOST_CHARACTERS + 1), TOO_LONG),
        ("Halo {sapaan}", PLACEHOLDER),
        ("sisa } kurung", PLACEHOLDER),
        ("<b>tebal</b>", MARKUP),
        ("lihat </a", MARKUP),
        ("<!-- diam -->", MARKUP),
    ],
)
def test_a_broken_rule_is_named(text: str, rule: str) -> None:
    assert blunders(text, text) == (rule,)


def test_personal_data_is_what_masking_would_change() -> None:
    assert blunders("Hubungi 0812-0000-0000 ya", "Hubungi [telepon] ya") == (PERSONAL,)


def test_every_broken_rule_is_told() -> None:
    assert blunders("<b>{nama}</b>", "<b>[nama]</b>") == (PLACEHOLDER, MARKUP, PERSONAL)


def test_every_rule_has_its_sentence() -> None:
    rules = (EMPTY, TOO_LONG, PLACEHOLDER, MARKUP, PERSONAL, MASKED)
    names = blunder_names(rules)
    assert len(set(names)) == len(rules)
    assert all(name.endswith(".") for name in names)


@pytest.mark.parametrize("one", [*MASKS.values(), OTHER_MASK, "[surel]", "[Telepon]"])
def test_a_mask_never_goes_out(one: str) -> None:
    text = f"Silakan hubungi {one} ya, atau {one}."
    assert blunders(text, text) == (MASKED,)
    assert masks_in(text) == (one,)


def test_other_brackets_may_go_out() -> None:
    assert blunders("Lihat [lampiran] ya.", "Lihat [lampiran] ya.") == ()


def everything(text: str) -> str:
    return mask(text, everything=True)


CONTACTS = ("0800-000-0000", "+62 812 0000 0001", "112", "layanan@dinas.example")


@pytest.mark.parametrize(
    "text",
    [
        "Hubungi 0800-000-0000.",
        "Hubungi 0800 000 0000, gratis.",
        "Telepon 08000000000 ya.",
        "WA 0812-0000-0001 atau 112.",
        "WA +62 812 0000 0001.",
        "Surel: Layanan@dinas.example.",
    ],
)
def test_a_public_contact_passes_however_it_is_spaced(text: str) -> None:
    assert mask_private(text, everything, CONTACTS) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("WA 0812-0000-0002.", "WA [telepon]."),
        ("WA 0812-0000-0001 atau 0812-0000-0002.", "WA 0812-0000-0001 atau [telepon]."),
        ("Surel orang.layanan@dinas.example.", "Surel [email]."),
    ],
)
def test_what_is_not_listed_is_masked_beside_a_contact(text: str, told: str) -> None:
    assert mask_private(text, everything, CONTACTS) == told


def test_a_contact_inside_a_longer_number_is_no_contact() -> None:
    assert "112" not in mask_private("NIK 6271 0112 0290 0001", everything, ("0112",))
