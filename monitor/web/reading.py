"""GET: the page, its live parts, one incident, its picture. Changes nothing.

A live part carries a fingerprint of what it shows; asked again with the same one the answer is an
empty 204, so that nothing on the screen moves unless something happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup
from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.records import Incident, IncidentId
from monitor.steps import drift_views, views
from monitor.steps.answer import Answer
from monitor.store import incidents
from monitor.web import board
from monitor.web.candidate_cards import candidate_cards
from monitor.web.desk import Desk
from monitor.web.rendering import fingerprint, render

# SQLite keeps whole numbers of 64 bits; a longer one in an address names nothing.
_LARGEST_ID = 2**63 - 1
_SOON, _LATER = 3, 15


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the main page that refreshes itself every so many seconds."""

    name: str
    every: int
    gather: Callable[[Database, Desk], Mapping[str, object]]


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            "summary",
            _SOON,
            lambda db, desk: {"facts": board.summary(db, desk.tools, desk.clock())},
        ),
        Part(
            "incidents",
            _SOON,
            lambda db, desk: {"cards": board.live_incidents(db, desk.tools, desk.clock())},
        ),
        Part(
            "drafts",
            _SOON,
            lambda db, desk: {
                "waiting": board.waiting_drafts(db, desk.tools, desk.clock()),
                "decided": board.decided_drafts(db, desk.tools, desk.clock()),
            },
        ),
        Part(
            "comments",
            _SOON,
            lambda db, desk: {"cards": board.newest_comments(db, desk.tools, desk.clock())},
        ),
        Part(
            "sources",
            _SOON,
            lambda db, desk: {"cards": board.source_cards(db, desk.tools, desk.clock())},
        ),
        Part(
            "waves",
            _LATER,
            lambda db, desk: {"cards": board.wave_cards(db, desk.tools, desk.clock())},
        ),
        Part(
            "narratives",
            _LATER,
            lambda db, desk: {"cards": board.narrative_cards(db, desk.tools, desk.clock())},
        ),
        Part(
            "topics",
            _LATER,
            lambda db, desk: {"cards": board.topic_cards(db, desk.clock())},
        ),
        Part(
            "models",
            _SOON,
            lambda db, desk: {"cards": candidate_cards(db, desk.tools, desk.clock())},
        ),
        Part(
            "themes",
            _LATER,
            lambda db, desk: {"themes": board.theme_cards(db, desk.tools)},
        ),
        Part(
            "drift",
            _LATER,
            lambda db, desk: {"card": board.drift_card(db, desk.tools)},
        ),
        Part(
            "ended",
            _LATER,
            lambda db, desk: {"cards": board.ended_incidents(db, desk.tools)},
        ),
    )
}


def number(request: Request) -> int:
    """The id in the address.

    Raises:
        HTTPException: 404 for one that no row can have.
    """
    found = int(request.path_params["id"])
    if found > _LARGEST_ID:
        raise HTTPException(404)
    return found


def home(request: Request) -> Response:
    """The main page with all of its parts."""
    desk = desk_of(request)
    with desk.database() as db:
        parts = {name: _part(desk, db, part) for name, part in PARTS.items()}
    frame = desk.frame("/")
    return HTMLResponse(render("home.html", frame, parts=parts, told=told(request)))


def part(request: Request) -> Response:
    """One part of the main page, or 204 when it would look the same."""
    desk = desk_of(request)
    wanted = PARTS.get(request.path_params["name"])
    if wanted is None:
        raise HTTPException(404)
    with desk.database() as db:
        section = _part(desk, db, wanted)
    return _unless_seen(request, section)


def incident(request: Request) -> Response:
    """The page of one incident."""
    desk = desk_of(request)
    section = _incident_section(desk, number(request))
    frame = desk.frame(request.url.path)
    return HTMLResponse(render("incident.html", frame, section=section, told=told(request)))


def incident_part(request: Request) -> Response:
    """What moves on the page of one incident, or 204 when it would look the same."""
    return _unless_seen(request, _incident_section(desk_of(request), number(request)))


def chart(request: Request) -> Response:
    """The picture of an incident's card."""
    desk = desk_of(request)
    with desk.database() as db:
        found = incidents.get(db, IncidentId(number(request)))
        if found is None or found.topic not in desk.tools.topics:
            raise HTTPException(404)
        # matplotlib is not made for threads, and two browsers want the same picture.
        with desk.drawing:
            return Response(_picture(desk, db, found), media_type="image/png")


def drift_chart(request: Request) -> Response:
    """The picture of how comments were read over a quarter."""
    desk = desk_of(request)
    with desk.database() as db, desk.drawing:
        body = drift_views.picture(db)
    if body is None:
        raise HTTPException(404)
    return Response(body, media_type="image/png")


def _picture(desk: Desk, db: Database, found: Incident) -> bytes:
    now = desk.clock()
    minute = int(now.timestamp()) // 60
    key = f"{found.id}/{found.level}/{found.reading.observed}/{minute}"
    kept = desk.charts.get(key)
    if kept is None:
        kept = views.chart_picture(db, desk.tools, found, now)
        desk.charts.put(key, kept)
    return kept


def told(request: Request) -> Answer | None:
    """The answer to a press without JavaScript, shown once after the way back."""
    return desk_of(request).answers.take(request.query_params.get("answer", ""))


def desk_of(request: Request) -> Desk:
    """The desk that ``build_app`` put into the application."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


@dataclass(frozen=True, slots=True)
class _Section:
    html: Markup
    seen: str


def _part(desk: Desk, db: Database, wanted: Part) -> _Section:
    values = wanted.gather(db, desk)
    return _section(desk, f"parts/{wanted.name}.html", values, f"/part/{wanted.name}", wanted, "/")


def _incident_section(desk: Desk, incident_id: int) -> _Section:
    with desk.database() as db:
        found = board.incident_page(db, desk.tools, IncidentId(incident_id), desk.clock())
    if found is None:
        raise HTTPException(404)
    path = f"/incident/{incident_id}"
    wanted = Part("incident", _SOON, lambda db, desk: {})
    return _section(desk, "parts/incident.html", {"page": found}, f"{path}/part", wanted, path)


def _section(
    desk: Desk, template: str, values: Mapping[str, object], address: str, wanted: Part, back: str
) -> _Section:
    frame = desk.frame(back)
    body = render(template, frame, **values)
    seen = fingerprint(body)
    html = render(
        "section.html",
        frame,
        body=body,
        name=wanted.name,
        every=wanted.every,
        address=f"{address}?seen={seen}",
    )
    return _Section(html, seen)


def _unless_seen(request: Request, section: _Section) -> Response:
    if request.query_params.get("seen") == section.seen:
        return Response(status_code=204)
    return HTMLResponse(section.html)
