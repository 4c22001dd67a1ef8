"""Telegram's HTML to text and entities, with offsets in UTF-16 units.

Follows the order of checks of the open-source Bot API server, so that a text which it would
refuse is refused here. Knows no chats; the lengths that it checks are the service's.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .checks import Json, Refused501, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_ENTITY_LIMIT = 100

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ESCAPES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ESCAPE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"\s*([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.;-]+)))?")
_FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")),
    ("email", re.compile(r"(?<![\w.@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"(?<![\w@./])(?:[\w-]+\.)+(?:com|org|net|id|info|io|me)\b(?:/[^\s<>]*)?")),
    ("bot_command", re.compile(r"(?<![\w/])/\w{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    language: str = ""


@dataclass(slots=True)
class _Reader:
    source: str
    at: int = 0
    units: int = 0
    text: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, piece: str) -> None:
        self.text.append(piece)
        self.units += utf16_length(piece)

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())


def utf16_length(text: str) -> int:
    """Length in the units that Telegram counts offsets in."""
    return len(text.encode("utf-16-le")) // 2


def valid_link(url: str) -> bool:
    """Whether the service would take `url` for a link or a button: a dotted host is needed."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return bool(parts.netloc)
    return parts.scheme in ("http", "https", "ton", "") and "." in (parts.hostname or url)


def formatted(text: str, mode: str | None, given: list[Json] | None) -> tuple[str, list[Json]]:
    """Text and entities as they would be stored: parsed, trimmed, links and commands found."""
    entities = list(given or [])
    if mode and mode.lower() != "html":
        if mode.lower() in ("markdown", "markdownv2"):
            raise Refused501(f"parse_mode {mode}")
        raise bad_request(f"unsupported parse_mode {mode}")
    if mode:
        text, entities = parse_html(text)
    text, entities = _trimmed(text, entities)
    entities += found(text, entities)
    entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return text, entities[:_ENTITY_LIMIT]


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Raises a 400 Refusal with the byte offset of the first thing that is not right."""
    reader = _Reader(source)
    while reader.at < len(source):
        character = source[reader.at]
        if character == "&":
            _read_escape(reader)
        elif character != "<":
            reader.add(character)
            reader.at += 1
        elif source.startswith("</", reader.at):
            _read_end(reader)
        else:
            _read_start(reader)
    if reader.stack:
        raise _unparsable(
            f'can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"'
        )
    return "".join(reader.text), reader.entities


def _unparsable(cause: str) -> Exception:
    return bad_request(f"can't parse entities: {cause}")


def _read_escape(reader: _Reader) -> None:
    match = _ESCAPE.match(reader.source, reader.at)
    if match is None:
        reader.add("&")
        reader.at += 1
        return
    reader.add(_unescaped(match))
    reader.at = match.end()


def _unescaped(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _ESCAPES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_character = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if is_character else match.group()


def _read_start(reader: _Reader) -> None:
    begin = reader.at
    match = re.compile(r"<([^\s>]*)").match(reader.source, begin)
    assert match is not None
    tag = match.group(1).lower()
    place = f"at byte offset {reader.byte(begin)}"
    if match.end() == len(reader.source):
        raise _unparsable(f"unclosed start tag {place}")
    if tag not in _TAGS:
        raise _unparsable(f'unsupported start tag "{tag}" {place}')
    attributes, end = _read_attributes(reader.source, match.end(), tag, place)
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'tag "span" must have class "tg-spoiler" {place}')
    reader.stack.append(_Open(tag, _argument(tag, attributes), reader.units))
    reader.at = end


def _read_attributes(source: str, at: int, tag: str, place: str) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while True:
        while at < len(source) and source[at].isspace():
            at += 1
        if at >= len(source):
            raise _unparsable(f'unclosed start tag "{tag}" {place}')
        if source[at] == ">":
            return attributes, at + 1
        match = _ATTRIBUTE.match(source, at)
        if match is None:
            raise _unparsable(f'empty attribute name in the tag "{tag}" {place}')
        name, *values = match.groups()
        value = next((v for v in values if v is not None), None)
        if value is None and name.lower() != "expandable":
            raise _unparsable(f'expected equal sign in an attribute of the tag "{tag}" {place}')
        attributes[name.lower()] = _ESCAPE.sub(_unescaped, value or "")
        at = match.end()


def _argument(tag: str, attributes: dict[str, str]) -> str:
    if tag == "a":
        return attributes.get("href", "")
    if tag == "code":
        return attributes.get("class", "").removeprefix("language-")
    if tag == "tg-emoji":
        return attributes.get("emoji-id", "")
    return "expandable" if tag == "blockquote" and "expandable" in attributes else ""


def _read_end(reader: _Reader) -> None:
    place = f"at byte offset {reader.byte(reader.at)}"
    if not reader.stack:
        raise _unparsable(f"unexpected end tag {place}")
    match = re.compile(r"</([^\s>]*)\s*>").match(reader.source, reader.at)
    if match is None:
        raise _unparsable(f"unclosed end tag {place}")
    opened = reader.stack.pop()
    name = match.group(1).lower()
    if name and name != opened.tag:
        raise _unparsable(
            f'unmatched end tag {place}, expected "</{opened.tag}>", found "</{name}>"'
        )
    reader.at = match.end()
    _close(reader, opened)


def _close(reader: _Reader, opened: _Open) -> None:
    """Add the entity of a closed tag, unless it is empty or lies inside code."""
    length = reader.units - opened.offset
    outer = reader.stack[-1] if reader.stack else None
    if opened.tag == "code" and outer and outer.tag == "pre":
        outer.language = opened.argument
        return
    if length == 0 or any(o.tag in ("code", "pre") for o in reader.stack):
        return
    entity: dict[str, Any] = {
        "type": _TAGS[opened.tag],
        "offset": opened.offset,
        "length": length,
    }
    if opened.tag == "a":
        url = opened.argument or _slice(reader, opened.offset)
        if not valid_link(url):
            return
        entity["url"] = url
    elif opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = opened.argument
    elif opened.argument == "expandable":
        entity["type"] = "expandable_blockquote"
    elif opened.language:
        entity["language"] = opened.language
    reader.entities.append(entity)


def _slice(reader: _Reader, offset: int) -> str:
    units = "".join(reader.text).encode("utf-16-le")
    return units[offset * 2 :].decode("utf-16-le")


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space at the ends, the entities moved and clipped to what is left."""
    removed = len(text) - len(text.lstrip())
    text = text.strip()
    length = utf16_length(text)
    kept = []
    for entity in entities:
        begin = max(0, entity["offset"] - removed)
        end = min(length, entity["offset"] - removed + entity["length"])
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return text, kept


def found(text: str, taken: list[Json]) -> list[Json]:
    """Addresses, commands, mentions and hashtags that the service marks by itself."""
    closed = ("code", "pre", "text_link")
    spans = [(e["offset"], e["offset"] + e["length"]) for e in taken if e["type"] in closed]
    entities = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            begin = utf16_length(text[: match.start()])
            end = begin + utf16_length(match.group())
            if all(end <= b or begin >= e for b, e in spans):
                spans.append((begin, end))
                entities.append({"type": kind, "offset": begin, "length": end - begin})
    return entities
