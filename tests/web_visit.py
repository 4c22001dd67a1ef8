"""A browser tab for tests of the page: reads over real HTTP, presses with the page's token."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx
from sqlite_utils import Database

from monitor.records import (
    DraftId,
    DraftState,
    Incident,
    IncidentId,
    Person,
)
from monitor.store import drafts, incidents
from monitor.web import build_app, serve
from tests import leaks
from tests.web_world import (
    ADMIN,
    World,
)

Open = Callable[[], Database]
HTMX = {"HX-Request": "true"}


class Visitor:
    """A browser tab: reads pages, and presses with the token that the page gave it."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=20)
        self.token = ""

    def read(self, path: str = "/", **headers: str) -> httpx.Response:
        response = self.http.get(path, headers=headers)
        leaks.told(response.text, path)
        found = re.search(r'name="token" value="([^"]+)"', response.text)
        self.token = found.group(1) if found else self.token
        return response

    def press(self, path: str, headers: Mapping[str, str] = HTMX, **fields: str) -> httpx.Response:
        data = {"token": self.token, **fields}
        response = self.http.post(path, data=data, headers=dict(headers))
        leaks.told(response.text, path)
        return response


@contextmanager
def visiting(
    world: World, person: Person = ADMIN, open_db: Open | None = None
) -> Iterator[Visitor]:
    """A served page and a tab that has not looked yet."""
    app = build_app(world.tools, open_db or world.open_db, world.wake, world.clock, person)
    server = serve(app, "127.0.0.1", 0)
    visitor = Visitor(server.url)
    try:
        yield visitor
    finally:
        visitor.http.close()
        server.stop()


def the_incident(store: Database) -> Incident:
    found = incidents.get(store, IncidentId(1))
    assert found is not None
    return found


def draft_state(store: Database, draft_id: int) -> DraftState:
    found = drafts.get(store, DraftId(draft_id))
    assert found is not None
    return found.state
