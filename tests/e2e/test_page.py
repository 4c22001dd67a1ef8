"""The page in a real browser: what a person sees and presses while the demo's flood rises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor import app, running
from monitor.records import IncidentState
from monitor.store import incidents, open_store
from monitor.web import build_app, serve
from tests.e2e.pictures import flood
from tests.e2e.shoot import chromium


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Path, list[str]]]:
    folder = tmp_path_factory.mktemp("demo")
    tools, _, clock = flood(folder)
    service = running.Service(tools, clock)
    site = build_app(tools, service.open_db, lambda: None, clock, app.acting_person(tools.settings))
    server = serve(site, "127.0.0.1", 0)
    troubles: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on(
            "console", lambda said: troubles.append(said.text) if said.type == "error" else None
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(request.url))
        page.goto(server.url)
        page.wait_for_load_state("load")
        yield page, tools.settings.database, troubles
    server.stop()


def test_the_flood_stands_on_the_phone_without_sideways_scrolling(
    visit: tuple[Page, Path, list[str]],
) -> None:
    page, _, troubles = visit
    expect(page.get_by_text("Banjir & bencana").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chart = page.locator("img[src*='chart.png']").first
    assert chart.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [840, 555]
    # The room that the page keeps for a picture not yet there is the picture's own.
    assert [chart.get_attribute("width"), chart.get_attribute("height")] == ["840", "555"]
    assert troubles == []


def test_a_press_on_the_page_is_kept_and_told(visit: tuple[Page, Path, list[str]]) -> None:
    page, database, troubles = visit
    db = open_store(database)
    before = incidents.live(db)[0]
    page.get_by_role("button", name="Selesai").first.click()
    expect(page.get_by_text("Isu ditandai selesai.")).to_be_visible()
    after = incidents.get(db, before.id)
    assert after is not None
    assert after.state is IncidentState.RESOLVED
    assert after.holder == "admin lokal"
    assert troubles == []
