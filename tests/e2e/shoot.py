"""Pictures of the page for people to look at: ``python -m tests.e2e.shoot FOLDER``.

Needs Chromium (``SIAGA_CHROMIUM`` or /usr/bin/chromium) and playwright; shows an invented crisis.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from monitor.web import build_app, serve
from tests.web_world import ADMIN, World, make_world, tell_crisis, tell_history, tell_troubles

CHROMIUM = os.environ.get("SIAGA_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that reaches this machine only."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


def shoot(browser: Browser, url: str, folder: Path) -> None:
    """Both sizes, both looks, with and without open menus."""
    for name, (width, height) in SIZES.items():
        for look in ("light", "dark"):
            view = {"width": width, "height": height}
            page = browser.new_page(viewport=view, color_scheme=look)
            page.goto(url)
            _picture(page, folder / f"web-{name}-{look}.png")
            if look == "light":
                page.locator("#incidents summary").first.click()
                page.screenshot(path=folder / f"web-{name}-menu.png")
                page.locator("#drafts summary").first.click()
                page.locator("#drafts .card").first.screenshot(path=folder / f"web-{name}-edit.png")
                page.goto(f"{url}/incident/1")
                _picture(page, folder / f"web-{name}-incident.png")
                page.goto(f"{url}/incident/999")
                page.screenshot(path=folder / f"web-{name}-missing.png")
            page.close()


def _picture(page: Page, path: Path) -> None:
    page.wait_for_load_state("load")  # pictures included
    page.screenshot(path=path, full_page=True)


def crisis(folder: Path) -> World:
    """The office that the pictures show."""
    world = make_world(folder)
    tell_history(world)
    tell_crisis(world)
    tell_troubles(world)
    return world


def main() -> None:
    """Serve the invented crisis and take the pictures."""
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        world = crisis(Path(folder))
        app = build_app(world.tools, world.open_db, world.wake, world.clock, ADMIN)
        server = serve(app, "127.0.0.1", 0)
        try:
            shoot(browser, server.url, target)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
