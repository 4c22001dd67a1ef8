"""Makes docs/pictures/krisis-*.png: ``python -m tests.e2e.crisis_pictures FOLDER``.

What stood in the chats of the crisis that ``tests/test_crisis.py`` plays: words, formatting,
pictures and buttons as the Telegram server of the tests holds them, laid out as a phone shows them.
"""

from __future__ import annotations

import base64
import html
import itertools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests import crisis
from tests.bot_stage import Json
from tests.crisis import AGENCY, OFFICE, Crisis
from tests.e2e.shoot import chromium
from tests.fakes.telegram import FakeTelegram
from tests.world import PEOPLE

# Each picture: what stands above a column, and the scenes in it.
SHEETS = {
    "krisis-1": (
        ("10.15 · kartu di grup Humas", ("kartu",)),
        ("10.25 · naik, lalu dipanggil", ("naik", "panggilan", "panggilan-cadangan")),
    ),
    "krisis-2": (
        ("10.38 · Ani bertanya kepada OPD", ("tanya",)),
        ("10.38 · di grup BPBD", ("pertanyaan",)),
    ),
    "krisis-3": (
        ("10.43 · satu admin setuju", ("satu-tanda-tangan",)),
        ("10.45 · admin kedua, lalu terkirim", ("terkirim",)),
    ),
    "krisis-4": (("11.51 · hasil sesudah balasan", ("hasil",)), ("11.52 · selesai", ("selesai",))),
}
_TAGS = {"bold": "b", "italic": "i", "strikethrough": "s", "code": "code", "underline": "u"}
_CHATS = {int(OFFICE): "Humas Siaga", int(AGENCY): "Grup BPBD"} | {
    number: f"Pesan pribadi untuk {name}" for name, (number, _) in PEOPLE.items()
}
_STYLE = """
body { margin: 0; background: #9db7c9; font: 15px/1.36 'DejaVu Sans', sans-serif; }
main { display: inline-flex; gap: 18px; padding: 16px; align-items: flex-start; }
section { width: 400px; }
h2 { margin: 0 0 10px; font-size: 15px; color: #12344d; }
h3 { margin: 0; padding: 9px 12px 0; font-size: 13px; color: #2a78b8; }
article { background: #fff; border-radius: 14px; overflow: hidden; margin-bottom: 4px; }
article img { width: 100%; display: block; }
article p { margin: 0; padding: 6px 12px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
p a { color: #2a78b8; text-decoration: none; }
div { display: flex; gap: 4px; margin-bottom: 4px; }
div.last { margin-bottom: 14px; }
div span { flex: 1; text-align: center; background: #ffffffb0; border-radius: 10px;
  padding: 9px 2px; font-size: 13px; color: #12466b; }
"""


def words(message: Json) -> str:
    """The words of a message with their formatting, as HTML."""
    text = crisis.shown(message)
    marks = message.get("entities") or message.get("caption_entities") or []
    units = text.encode("utf-16-le")
    opened: dict[int, str] = {}
    closed: dict[int, str] = {}
    for mark in marks:
        tag = _TAGS.get(mark["type"], "a")
        begin, end = 2 * mark["offset"], 2 * (mark["offset"] + mark["length"])
        opened[begin] = opened.get(begin, "") + f"<{tag}>"
        closed[end] = f"</{tag}>" + closed.get(end, "")
    cuts = sorted({0, len(units), *opened, *closed})
    parts = [closed.get(0, "") + opened.get(0, "")]
    for begin, end in itertools.pairwise(cuts):
        parts.append(html.escape(units[begin:end].decode("utf-16-le")))
        parts.append(closed.get(end, "") + opened.get(end, ""))
    return "".join(parts)


def column(played: Crisis, title: str, names: Sequence[str]) -> str:
    """Messages below one another, each with the chat that it stands in."""
    parts = [f"<section><h2>{html.escape(title)}</h2>"]
    for name in names:
        _, chat, message = next(one for one in played.scenes if one[0] == name)
        parts.append(f"<article>{picture(played, message)}<h3>{_CHATS[chat]}</h3>")
        parts.append(f"<p>{words(message)}</p></article>")
        rows = crisis.buttons(message)
        for i, row in enumerate(rows, 1):
            labels = "".join(f"<span>{html.escape(one['text'])}</span>" for one in row)
            parts.append(f'<div class="{"last" if i == len(rows) else ""}">{labels}</div>')
        parts.append("" if rows else '<div class="last"></div>')
    return "".join(parts) + "</section>"


def picture(played: Crisis, message: Json) -> str:
    """The picture of a message, or nothing."""
    if not message.get("photo"):
        return ""
    data = base64.b64encode(played.stage.fake.photo_bytes(message)).decode()
    return f'<img src="data:image/png;base64,{data}">'


def sheets() -> dict[str, str]:
    """Play the crisis; the pages to be pictured, by name."""
    with (
        tempfile.TemporaryDirectory() as folder,
        FakeTelegram() as server,
        crisis.office(server, Path(folder)) as played,
    ):
        crisis.happen(played)
        return {
            name: "".join(column(played, title, names) for title, names in columns)
            for name, columns in SHEETS.items()
        }


def main() -> None:
    """Take the pictures."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    # Played before the browser comes: both want the thread's event loop.
    pages = sheets()
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 900, "height": 900}, device_scale_factor=1.3)
        for name, body in pages.items():
            page.set_content(
                f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><main>{body}</main>"
            )
            page.locator("main").screenshot(path=target / f"{name}.png")


if __name__ == "__main__":
    main()
