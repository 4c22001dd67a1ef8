"""Every Indonesian sentence stands in monitor/messages, where it is read, mended and tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "monitor"

# messages is where they belong; text reads what citizens write, with their words in it.
ELSEWHERE = ("messages", "text")

# Words that hold a sentence together. Each is an Indonesian word only, so that English (and
# patterns, and SQL) never needs one.
_FUNCTION_WORDS = """
yang dan tidak belum sudah untuk dengan dari ini itu akan oleh pada bila silakan mohon maaf
anda kami kita saya masih bukan dapat bisa perlu tanpa sampai sejak tentang karena hanya semua
setiap agar supaya juga saja dalam sebagai kepada atau adalah telah sedang lagi harus jangan
tetapi jika kalau ketika sebelum sesudah setelah seperti menurut tersebut antara
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
LEAST_WORDS = 3
_WORD = re.compile(r"(?<![/\w])[^\W\d_]+")  # /saya is a command, not a word

# Module and the beginning of what may stand there, with the reason.
ALLOWED: Mapping[tuple[str, str], str] = {
    (
        "platforms/feed_entries.py",
        r"\A(?:Comment on|Komentar",
    ): "a pattern for titles that WordPress itself writes",
    (
        "replies/follow_ups.py",
        "{sapaan} sudah kami teruskan",
    ): "to citizens, in place of data/templates/lanjutan; replies may not import messages",
    ("replies/guard_patterns.py", "(?:akan|kan"): "a pattern of endings that the guard reads",
    ("replies/opposites.py", "needs exactly ini, itu"): "an English error that names two keys",
}


def indonesian(words: str) -> bool:
    """Whether a text reads as an Indonesian sentence."""
    found = [word.lower() for word in _WORD.findall(words)]
    return len(found) >= LEAST_WORDS and not FUNCTION_WORDS.isdisjoint(found)


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and words of every text but docstrings; a gap of an f-string is an ellipsis."""
    passed = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed.update(id(part) for part in node.values)
            parts = (
                part.value if isinstance(part, ast.Constant) else " … " for part in node.values
            )
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from [] if id(node) in passed else [(node.lineno, node.value)]


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """A text that is a statement of its own says something to programmers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def allowed(module: str, words: str) -> bool:
    return any(module == name and words.startswith(start) for name, start in ALLOWED)


def strangers(module: str, tree: ast.AST) -> list[str]:
    """Indonesian sentences of a module, with their lines."""
    return [
        f"{module}:{line}: {words}"
        for line, words in texts(tree)
        if indonesian(words) and not allowed(module, words)
    ]


MODULES = {
    name: file
    for file in sorted(PACKAGE.rglob("*.py"))
    if (name := file.relative_to(PACKAGE).as_posix()).partition("/")[0] not in ELSEWHERE
}


def test_no_module_outside_messages_speaks_indonesian() -> None:
    found = [
        one
        for name, file in MODULES.items()
        for one in strangers(name, ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not found, "move to monitor/messages:\n" + "\n".join(found)


def test_the_modules_are_found() -> None:
    assert {"bot/application.py", "steps/decide.py", "cli/people.py"} <= set(MODULES)
    assert not any(name.startswith("messages/") for name in MODULES)


@pytest.mark.parametrize(("module", "start"), ALLOWED)
def test_every_exception_is_still_needed(module: str, start: str) -> None:
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    assert any(words.startswith(start) and indonesian(words) for _, words in texts(tree))


_MARKUP = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)
PAGES = sorted((PACKAGE / "web" / "templates").rglob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_templates_take_their_sentences_from_messages(page: Path) -> None:
    lines = _MARKUP.sub("\n", page.read_text(encoding="utf-8")).splitlines()
    assert not [line for line in lines if indonesian(line)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('say("Isu ini sudah selesai.")', True),
        ('say(f"Isu {name} sudah selesai.")', True),
        ('say(f"{count} saran untuk {name}")', False),
        ('say("Isu" + name)', False),
        ('say("Tell it: the bot knows /saya")', False),
        ('say("Sudah selesai")', False),
        ('def f():\n    """Isu ini sudah selesai."""', False),
        ('raise ValueError("issue: unknown: accepted: banjir")', False),
    ],
)
def test_what_counts_as_a_sentence(code: str, found: bool) -> None:
    assert bool(strangers("bot/any.py", ast.parse(code))) is found
