"""How a writer is addressed, by language and register."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.knowledge import load_knowledge
from monitor.replies.greetings import Greetings, read_greetings

GOOD = '[id]\nsantai = "Kak,"\nresmi = "Bapak/Ibu,"\n'


@pytest.mark.parametrize(
    ("language", "casual", "words"),
    [
        ("id", True, "Kak,"),
        ("id", False, "Bapak/Ibu,"),
        ("bjn", True, "Dangsanak,"),
        ("jv", False, "Nuwun sewu Bapak/Ibu,"),
        ("nij", True, "Pahari,"),
        ("en", True, "Kak,"),
    ],
)
def test_the_shipped_greetings(language: str, casual: bool, words: str) -> None:
    greetings = load_knowledge(Path(__file__).parent.parent / "data").greetings
    assert greetings.of(language, casual=casual) == words


def test_without_a_file_there_is_the_plain_greeting() -> None:
    assert Greetings().of("bjn", casual=False) == "Bapak/Ibu,"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[id", "Expected"),
        ("", "[id] is missing"),
        (GOOD + "[bjn]\nsantai = 'x'", "[bjn]: needs exactly resmi, santai"),
        (GOOD + "[bjn]\nsantai = 'x'\nresmi = 1", "[bjn]: needs exactly"),
        (GOOD + "\n[jv]", "[jv]: needs exactly"),
        ("bjn = 1\n" + GOOD, "[bjn]: needs exactly"),
    ],
)
def test_a_mistake_is_named(toml: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"^greetings: sapaan\.toml: ") as caught:
        read_greetings(toml, "sapaan.toml")
    assert told in str(caught.value)
