"""Template files: what is read, and how a mistake is named."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.records import Intent
from monitor.replies import Template, fill, read_templates
from monitor.replies.templates import PLACEHOLDERS, fill_prompt, read_prompt

ISSUES = ("banjir", "jalan")
GOOD = {
    "id": '"contoh-1"',
    "intents": '["keluhan", "pertanyaan"]',
    "issues": '["banjir"]',
    "register": '"santai"',
    "urgent": "false",
    "text": '"{sapaan} laporan{tempat} kami teruskan ke {opd}."',
}


def toml(*entries: dict[str, str]) -> str:
    blocks = ("\n".join(f"{key} = {value}" for key, value in entry.items()) for entry in entries)
    return "\n".join(f"[[template]]\n{block}\n" for block in blocks)


def read(*entries: dict[str, str]) -> tuple[Template, ...]:
    return read_templates(toml(*entries), "balasan.toml", ISSUES)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError, match=r"^templates: balasan\.toml: ") as caught:
        read_templates(text, "balasan.toml", ISSUES)
    return str(caught.value)


def test_a_template_is_read_whole() -> None:
    assert read(GOOD) == (
        Template(
            id="contoh-1",
            intents=(Intent.KELUHAN, Intent.PERTANYAAN),
            issues=("banjir",),
            register="santai",
            urgent=False,
            text="{sapaan} laporan{tempat} kami teruskan ke {opd}.",
        ),
    )


def test_templates_keep_their_order() -> None:
    found = read(GOOD, {**GOOD, "id": '"contoh-2"'})
    assert [one.id for one in found] == ["contoh-1", "contoh-2"]


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_every_allowed_placeholder_is_taken(placeholder: str) -> None:
    [found] = read({**GOOD, "text": f'"Halo {{{placeholder}}}"'})
    assert fill(found.text, {placeholder: "X"}) == "Halo X"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("text", '"Halo {nama}"', ["{nama}", "sapaan", "tautan"]),
        ("text", '"{zz} {aa}"', ["{aa}, {zz}: accepted"]),
        ("text", '"{opd.__class__}"', ["{opd.__class__}"]),
        ("text", '"{}"', ["{}: accepted"]),
        ("text", '"Halo {sapaan"', ["a brace without its partner"]),
        ("text", '"Halo sapaan}"', ["a brace without its partner"]),
        ("text", '""', ["text must be words"]),
        ("text", "7", ["text must be words"]),
        ("register", '"gaul"', ["register: accepted: santai, resmi, semua"]),
        ("urgent", '"ya"', ["urgent: accepted: true, false"]),
        ("intents", '["marah"]', ["intents: accepted: keluhan", "apresiasi"]),
        ("intents", '"keluhan"', ["must be lists of words"]),
        ("issues", "[1]", ["must be lists of words"]),
        ("issues", '["kucing"]', ["issues: accepted: banjir, jalan"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_accepted(
    key: str, value: str, told: list[str]
) -> None:
    message = refusal(toml(GOOD, {**GOOD, "id": '"kedua"', key: value}))
    assert "template 2 (kedua)" in message
    assert all(part in message for part in told)


@pytest.mark.parametrize("key", GOOD)
def test_a_missing_key_is_refused(key: str) -> None:
    message = refusal(toml({name: value for name, value in GOOD.items() if name != key}))
    assert "template 1" in message
    assert "needs exactly id, intents, issues, register, text, urgent" in message
    assert ("without id" in message) is (key == "id")


def test_a_key_too_many_is_refused() -> None:
    assert "needs exactly" in refusal(toml({**GOOD, "judul": '"x"'}))


@pytest.mark.parametrize("text", ["", "[template]\nid = 'x'", "template = []", "lain = 1"])
def test_a_file_without_templates_is_refused(text: str) -> None:
    assert "no [[template]] found" in refusal(text)


def test_a_list_of_words_is_no_list_of_templates() -> None:
    assert "needs exactly" in refusal("template = ['a']")


def test_what_is_not_toml_is_refused_with_its_place() -> None:
    assert "line 1" in refusal("[[template]")


def test_an_id_that_stands_twice_is_refused() -> None:
    assert "the id contoh-1 stands twice" in refusal(toml(GOOD, GOOD))


def test_filling_leaves_single_spaces() -> None:
    assert fill("{sapaan}  kami{tempat} bantu. ", {"sapaan": "Kak,", "tempat": ""}) == (
        "Kak, kami bantu."
    )


def test_a_value_is_never_filled_again() -> None:
    assert fill("{isu}", {"isu": "{opd}", "opd": "rahasia"}) == "{opd}"


def test_a_placeholder_without_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="opd"):
        fill("{opd}", {})


def test_the_instruction_for_a_model_is_checked_and_filled() -> None:
    prompt = read_prompt("Sapa: {sapaan}\nGaya: {gaya}\nFakta: {fakta}", "petunjuk.txt")
    values = {"sapaan": "Kak,", "gaya": "santai", "fakta": ""}
    assert fill_prompt(prompt, values) == "Sapa: Kak,\nGaya: santai\nFakta: -"
    with pytest.raises(ConfigError, match=r"petunjuk\.txt: \{rahasia\}: accepted: sapaan"):
        read_prompt("{rahasia}", "petunjuk.txt")
