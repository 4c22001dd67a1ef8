"""/latih in a real browser: the keyboard labels, nothing is carried over, the phone has room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.store import label_queue
from monitor.store.label_queue import ToLabel
from monitor.web import build_app, serve
from tests.e2e.shoot import chromium
from tests.label_world import TEXTS, labelled
from tests.web_world import ADMIN, NOW, World, make_world


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[tuple[Page, World, list[str]]]:
    world = make_world(tmp_path)
    db = world.open_db()
    numbers = [world.say(db, text).id for text in TEXTS[:4]]
    label_queue.put(db, [ToLabel(n, "unsure", 1 - n / 10) for n in numbers], NOW)
    db.close()
    server = serve(
        build_app(world.tools, world.open_db, world.wake, world.clock, ADMIN), "127.0.0.1", 0
    )
    troubles: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda said: troubles.append(said.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{server.url}/latih")
        yield page, world, troubles
    server.stop()


def test_keys_label_skip_and_take_back(visit: tuple[Page, World, list[str]]) -> None:
    page, world, troubles = visit
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("3")
    page.keyboard.press("b")
    expect(page.locator("#learn-2")).to_be_visible()
    assert page.locator("#learn-2 input[name=tone]:checked").count() == 0
    page.keyboard.press("b")  # no tone yet: the browser asks for it
    page.keyboard.press("Control+s")
    expect(page.locator("#learn-2")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("#learn-3")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#learn-2")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("4")
    expect(page.locator("#learn-3")).to_be_visible()
    db = world.open_db()
    assert labelled(db, 1)["sentiment"] == ("positif", "admin lokal")
    assert labelled(db, 2)["sentiment"] == ("negatif", "admin lokal")
    db.close()
    assert troubles == []
