"""Puts the page together: addresses, guard, and what people read when something is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from monitor.errors import MonitorError
from monitor.messages import page
from monitor.records import Person
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools, log
from monitor.web import candidates, learning, pressing, reading, teaching
from monitor.web.desk import Desk
from monitor.web.guard import Guard, secure
from monitor.web.rendering import STATIC, render


def build_app(
    tools: Tools,
    open_db: Callable[[], Database],
    wake: Callable[[], None],
    clock: Callable[[], datetime],
    acting: Person,
) -> Starlette:
    """The page as an ASGI application.

    ``open_db`` opens a connection for the calling thread; each request uses and closes its own.
    ``wake`` is called after every press that changed something. Whatever is decided on the page is
    decided in the name and with the roles of ``acting``.
    """
    app = Starlette(
        routes=[
            Route("/", reading.home),
            Route("/part/{name}", reading.part),
            Route("/incident/{id:int}", reading.incident),
            Route("/incident/{id:int}/part", reading.incident_part),
            Route("/incident/{id:int}/chart.png", reading.chart),
            Route("/drift.png", reading.drift_chart),
            Route("/latih", learning.page),
            Route("/latih/part", learning.part),
            Route("/candidate/{id:int}/picture.png", candidates.picture),
            *pressing.ROUTES,
            *teaching.ROUTES,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, refused=_foreign_name)],
        exception_handlers={
            HTTPException: _refused,
            MonitorError: _busy,
            sqlite3.Error: _busy,
            500: _crashed,
        },
    )
    app.state.desk = Desk(tools, open_db, wake, clock, acting)
    return app


async def _foreign_name(scope: Scope, receive: Receive, send: Send) -> None:
    await _problem(Request(scope, receive), 421)(scope, receive, send)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = _problem(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _busy(request: Request, error: Exception) -> Response:
    log.error("web: %s: %s", request.scope["path"], error)
    return _problem(request, 503)


def _crashed(request: Request, error: Exception) -> Response:
    # Answered outside of the guard, which therefore cannot set the headers.
    response = _problem(request, 500)
    secure(MutableHeaders(raw=response.raw_headers), request.scope["path"])
    return response


def _problem(request: Request, status: int) -> Response:
    """A page for people, a line for a pressed button, nothing for a part that refreshes itself."""
    desk = reading.desk_of(request)
    heading, advice = page.problem(status)
    if request.headers.get("hx-request"):
        if request.method == "GET":
            return Response(status_code=status, headers={"HX-Reswap": "none"})
        told = Answer(f"{heading}. {advice}")
        html = render("told.html", desk.frame("/"), told=told)
        return HTMLResponse(html, status)
    html = render("problem.html", desk.frame("/"), heading=heading, advice=advice)
    return HTMLResponse(html, status)
