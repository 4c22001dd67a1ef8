"""Reading a message as Telegram would: which tags stand in it, and what people see."""

from __future__ import annotations

from html.parser import HTMLParser

from monitor.messages import Message

TAGS = frozenset({"b", "i", "s", "u", "a", "code", "pre"})


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}> is no tag of Telegram"
        assert {name for name, _ in attrs} <= ({"href"} if tag == "a" else set())
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert "&" not in data, f"a loose & in {data!r}"
        self.seen.append(data)

    def handle_entityref(self, name: str) -> None:
        self.seen.append({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])

    def handle_charref(self, name: str) -> None:
        raise AssertionError(f"&#{name}; is not needed")

    def handle_comment(self, data: str) -> None:
        raise AssertionError("comments are no words")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("declarations are no words")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("instructions are no words")


def seen(html: str) -> str:
    """What people see of a text in Telegram's HTML; fails where Telegram would refuse it."""
    parser = _Strict()
    parser.feed(html)
    parser.close()
    assert not parser.open, f"never closed: {parser.open}"
    return "".join(parser.seen)


def units(words: str) -> int:
    """Length of plain words as Telegram counts it."""
    return len(words.encode("utf-16-le")) // 2


def check(message: Message, most: int) -> str:
    """Assert that Telegram would take a message; the words that people see."""
    words = seen(message.text)
    assert units(words) <= most
    for button in (button for row in message.buttons for button in row):
        assert button.label.strip()
        assert 1 <= len(button.data.encode()) <= 64
    return words
