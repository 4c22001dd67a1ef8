"""/pengetahuan: the editable knowledge on the page. Decides through ``steps.knowing`` only.

A change is looked at before it is wanted: a form is answered with a page of its own that shows what
would be otherwise, and only that page has the button that lets it hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.editable import FILES, EditableFile, Entry, Kind, by_slug, entries, put, without
from monitor.incidents import Action, allowed
from monitor.messages import knowledge as words
from monitor.steps import knowing, trying
from monitor.steps.answer import Answer
from monitor.steps.knowing import Proposal
from monitor.store import knowledge_changes, serving
from monitor.store.knowledge_changes import BY_HAND, DONE, Change
from monitor.store.serving import Switch
from monitor.web.desk import Desk, Tried
from monitor.web.guard import read_form
from monitor.web.reading import desk_of, number, told
from monitor.web.rendering import render

_HOME = "/pengetahuan"
_MOST_SHOWN = 100
_MOST_BYTES = 4 * knowing.MOST_CHARACTERS
_HISTORY = 30


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file in the list, with its last change; ``known``: whether the office has it."""

    file: EditableFile
    last: Change | None
    broken: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that a search shows, of how many, and the groups to choose from."""

    shown: list[Entry]
    of: int
    groups: list[str]
    group: str
    search: str


def home(request: Request) -> Response:
    """All files and the last changes."""
    desk = desk_of(request)
    with desk.database() as db:
        values = {
            "cards": _cards(desk, db),
            "changes": _changes(db, None),
            "reading": _reading(db),
        }
    return _page(request, "knowledge.html", values)


def file_page(request: Request) -> Response:
    """One file: its entries, its whole text, its changes."""
    desk, file = desk_of(request), _file(request)
    with desk.database() as db:
        text = knowledge_changes.texts(db).get(file.path)
        if text is None:
            raise HTTPException(404)
        values = {
            "file": file,
            "found": _found(file, text, request.query_params),
            "text": text,
            "fresh": words.NEW_BLOCKS.get(file.slug, ""),
            "changes": _changes(db, file.path),
            "reading": _reading(db),
            "broken": _broken(desk, file, text),
        }
    return _page(request, "knowledge_file.html", values)


def change_page(request: Request) -> Response:
    """What one change changed."""
    desk = desk_of(request)
    with desk.database() as db:
        found = knowledge_changes.get(db, number(request))
    if found is None or found.before is None:
        raise HTTPException(404)
    values = {
        "file": FILES[found.file],
        "change": found,
        "lines": words.lines(found.before, found.after),
    }
    return _page(request, "knowledge_change.html", values)


def preview_page(request: Request) -> Response:
    """What a change would do, with the button that lets it hold."""
    key = request.path_params["key"]
    tried = desk_of(request).tried.get(key)
    if tried is None:
        return _led(request, _HOME, Answer(words.STALE_LOOK))
    proposal = tried.proposal
    values = {
        "file": proposal.file,
        "key": key,
        "preview": tried.preview,
        "undoes": proposal.undoes,
        "lines": words.lines(proposal.before, proposal.after),
    }
    return _page(request, "knowledge_preview.html", values)


async def try_out(request: Request) -> Response:
    """Periksa: an entry put, taken out, or the whole text."""
    desk, file = desk_of(request), _file(request)
    fields = await read_form(request, desk.token, _MOST_BYTES)
    return await run_in_threadpool(_tried, request, desk, file, fields)


async def undo(request: Request) -> Response:
    """Urungkan: looked at like any other change."""
    desk, change_id = desk_of(request), number(request)
    await read_form(request, desk.token)
    return await run_in_threadpool(_undone, request, desk, change_id)


async def apply(request: Request) -> Response:
    """Terapkan."""
    desk = desk_of(request)
    fields = await read_form(request, desk.token)
    return await run_in_threadpool(_applied, request, desk, fields)


def _tried(request: Request, desk: Desk, file: EditableFile, fields: Mapping[str, str]) -> Response:
    with desk.database() as db:
        text = _wanted(file, knowledge_changes.texts(db).get(file.path, ""), fields)
        now = desk.clock()
        made: Proposal | Answer = (
            Answer(words.NO_ENTRY)
            if text is None
            else knowing.propose(db, desk.tools, desk.acting, file, text, now)
        )
        if isinstance(made, Proposal):
            return _looked_at(request, desk, db, made, now)
    if made.again:  # other words would do: they stay on the screen
        kept = {"do": "put", "key": "", "group": "", "value": "", **fields}
        values = {"file": file, "problem": made.text, "fields": kept}
        return _page(request, "knowledge_refused.html", values, 422)
    return _led(request, f"{_HOME}/{file.slug}", made)


def _undone(request: Request, desk: Desk, change_id: int) -> Response:
    with desk.database() as db:
        now = desk.clock()
        made = knowing.undoing(db, desk.tools, desk.acting, change_id, now)
        if isinstance(made, Proposal):
            return _looked_at(request, desk, db, made, now)
    return _led(request, _HOME, made)


def _looked_at(
    request: Request, desk: Desk, db: Database, made: Proposal, now: datetime
) -> Response:
    with desk.trying:  # one at a time: it keeps a processor busy for seconds
        seen = trying.preview(db, desk.tools, made, now)
    key = secrets.token_urlsafe(9)
    desk.tried.put(key, Tried(made, seen))
    return RedirectResponse(f"{_HOME}/pratinjau/{key}", status_code=303)


def _applied(request: Request, desk: Desk, fields: Mapping[str, str]) -> Response:
    key = fields.get("proposal", "")
    tried = desk.tried.get(key)
    if tried is None:
        return _led(request, _HOME, Answer(words.STALE_LOOK))
    with desk.database() as db:
        why = fields.get("why", "")
        answer = knowing.apply(db, desk.tools, desk.acting, tried.proposal, why, desk.clock())
    if answer.again:
        return _led(request, f"{_HOME}/pratinjau/{key}", answer)
    desk.tried.take(key)
    if answer.done:
        desk.wake()
    return _led(request, f"{_HOME}/{tried.proposal.file.slug}", answer)


def _wanted(file: EditableFile, text: str, fields: Mapping[str, str]) -> str | None:
    """The text that a form asks for; None when its entry is gone."""
    asked, key, group = (fields.get(name, "") for name in ("do", "key", "group"))
    if asked == "whole":
        return fields.get("text", "")
    if asked == "remove":
        return without(file, text, key, group)
    return put(file, text, key.strip(), fields.get("value", "").replace("\r\n", "\n"), group)


def _file(request: Request) -> EditableFile:
    found = by_slug(request.path_params["slug"])
    if found is None or desk_of(request).tools.library is None:
        raise HTTPException(404)
    return found


def _found(file: EditableFile, text: str, asked: Mapping[str, str]) -> Found:
    listed = entries(file, text)
    search, group = asked.get("cari", "").strip().lower(), asked.get("isu", "")
    fitting = [
        one
        for one in listed
        if (not group or one.group == group)
        and (not search or search in one.key.lower() or search in one.value.lower())
    ]
    groups = list(dict.fromkeys(one.group for one in listed if one.group))
    return Found(fitting[:_MOST_SHOWN], len(fitting), groups, group, search)


def _cards(desk: Desk, db: Database) -> list[FileCard]:
    known = knowledge_changes.texts(db)
    last = {one.file: one for one in _changes(db, None, 1000)[::-1]}
    return [
        FileCard(file, last.get(path), _broken(desk, file, known[path]))
        for path, file in FILES.items()
        if path in known and desk.tools.library is not None
    ]


def _broken(desk: Desk, file: EditableFile, text: str) -> bool:
    """Whether the file says something else than what holds."""
    library = desk.tools.library
    return library is not None and library.on_disk().get(file.path) != text


def _changes(db: Database, file: str | None, limit: int = _HISTORY) -> list[Change]:
    found = knowledge_changes.every(db, limit + len(FILES), file)
    return [one for one in found if one.before is not None][:limit]


def _reading(db: Database) -> Switch | None:
    """The reading of the history with other words that goes on just now."""
    under_way = serving.reading(db)
    changed = under_way is not None and knowledge_changes.revision_of(under_way.version)
    return under_way if changed else None


def _page(
    request: Request, template: str, values: Mapping[str, object], status: int = 200
) -> Response:
    desk = desk_of(request)
    here = {
        "know": words,
        "kinds": Kind,
        "by_hand": BY_HAND,
        "done": DONE,
        "may": allowed(desk.acting.roles, Action.TEACH) and desk.tools.library is not None,
    }
    frame = {**desk.frame(request.url.path), **here}
    return HTMLResponse(render(template, frame, told=told(request), **values), status)


def _led(request: Request, address: str, answer: Answer) -> Response:
    """Lead the browser on, where the answer is shown once."""
    key = secrets.token_urlsafe(9)
    desk_of(request).answers.put(key, answer)
    return RedirectResponse(f"{address}?answer={key}", status_code=303)


ROUTES = [
    Route(_HOME, home),
    Route(f"{_HOME}/terapkan", apply, methods=["POST"]),
    Route(f"{_HOME}/riwayat/{{id:int}}", change_page),
    Route(f"{_HOME}/riwayat/{{id:int}}/urungkan", undo, methods=["POST"]),
    Route(f"{_HOME}/pratinjau/{{key}}", preview_page),
    Route(f"{_HOME}/{{slug}}", file_page),
    Route(f"{_HOME}/{{slug}}/coba", try_out, methods=["POST"]),
]
