"""Makes docs/pictures from the demo's flood: ``python -m tests.e2e.pictures FOLDER``.

The card is laid out as Telegram shows a picture with caption and buttons; its words, picture and
buttons are the real message.
"""

from __future__ import annotations

import base64
import html
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from monitor import app, running
from monitor.demo import scenario
from monitor.demo.replaying import build, replay
from monitor.messages import Message
from monitor.stage.clock import StageClock
from monitor.steps.tools import Tools
from monitor.steps.views import card_message
from monitor.store import incidents
from monitor.web import build_app, serve
from tests.e2e.shoot import chromium

_STYLE = """
body { margin: 0; background: #9db7c9; font: 15px/1.35 'DejaVu Sans', sans-serif; }
main { width: 412px; padding: 14px; }
article { background: #fff; border-radius: 14px; overflow: hidden; }
article img { width: 100%; display: block; }
article p { margin: 0; padding: 10px 12px 12px; white-space: pre-wrap; }
div { display: flex; gap: 4px; margin-top: 4px; }
div span { flex: 1; text-align: center; background: #ffffffb0; border-radius: 10px;
  padding: 9px 2px; font-size: 13px; color: #12466b; }
"""


def flood(folder: Path) -> tuple[Tools, Database, StageClock]:
    """The demo's week up to four hours into the flood."""
    clock = StageClock(scenario.BEGIN)
    tools = build(folder, clock)
    service = running.Service(tools, clock)
    db = service.open_db()
    app.prepare(db, tools.settings, tools.sources.values())
    replay(db, tools, clock, scenario.FLOOD_AT + timedelta(hours=4))
    return tools, db, clock


def card_page(message: Message) -> str:
    """A page that shows a message as Telegram does."""
    picture = base64.b64encode(message.photo or b"").decode()
    rows = "".join(
        "<div>" + "".join(f"<span>{html.escape(b.label)}</span>" for b in row) + "</div>"
        for row in message.buttons
    )
    return (
        f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style><main><article>"
        f'<img src="data:image/png;base64,{picture}"><p>{message.text}</p></article>{rows}</main>'
    )


def main() -> None:
    """Take the pictures."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        tools, db, clock = flood(Path(name))
        incident = incidents.live(db)[0]
        message = card_message(db, tools, incident, clock())
        (target / "chart.png").write_bytes(message.photo or b"")
        page = browser.new_page(viewport={"width": 440, "height": 900}, device_scale_factor=1.5)
        page.set_content(card_page(message))
        page.locator("main").screenshot(path=target / "card.png")
        person = app.acting_person(tools.settings)
        site = build_app(tools, running.Service(tools, clock).open_db, lambda: None, clock, person)
        server = serve(site, "127.0.0.1", 0)
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        page.goto(server.url)
        page.wait_for_load_state("load")
        page.screenshot(path=target / "page.png")
        server.stop()


if __name__ == "__main__":
    main()
