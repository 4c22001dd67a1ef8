"""Cuts a message in Telegram's HTML to a length, at a line, never inside a tag or an entity.

Pure. The texts of ``monitor.messages`` fit by themselves; this is the safety net under them.
"""

from __future__ import annotations

import re

from monitor.messages import visible_length
from monitor.messages.base import visible_units

_PIECE = re.compile(r"<(/?)([a-zA-Z-]+)[^>]*>|&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);|.", re.DOTALL)
_ELLIPSIS = "…"


def fit(text: str, most: int) -> str:
    """HTML of at most ``most`` visible UTF-16 units; tags that the cut left open are closed."""
    if visible_length(text) <= most:
        return text
    pieces, used = [], 0
    for found in _PIECE.finditer(text):
        piece = found.group()
        used += 0 if found[2] else visible_length(piece)
        if used > most - len(_ELLIPSIS):
            break
        pieces.append(piece)
    return _closed(_at_line(pieces))


def fit_plain(text: str, most: int) -> str:
    """Plain words of at most ``most`` UTF-16 units."""
    if visible_units(text) <= most:
        return text
    head = text.encode("utf-16-le")[: 2 * (most - len(_ELLIPSIS))].decode("utf-16-le", "ignore")
    return "".join(_at_line(list(head))) + _ELLIPSIS


def _at_line(pieces: list[str]) -> list[str]:
    """The pieces up to their last line break, unless that would throw half of them away."""
    breaks = [i for i, piece in enumerate(pieces) if piece == "\n"]
    return pieces[: breaks[-1]] if breaks and breaks[-1] > len(pieces) // 2 else pieces


def _closed(pieces: list[str]) -> str:
    standing: list[str] = []
    for piece in pieces:
        found = _PIECE.match(piece)
        if found is None or not found[2]:
            continue
        if not found[1]:
            standing.append(found[2])
        elif standing:
            standing.pop()
    return "".join(pieces) + _ELLIPSIS + "".join(f"</{name}>" for name in reversed(standing))
