"""POST: every button of the page. Each one is a function of ``steps.decide``, as in Telegram.

With JavaScript the answer comes back as a fragment; without, the browser is led back to where it
was and the answer is shown there once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.messages import answers
from monitor.records import CommentId, DraftId, IncidentId, LabelField, PersonId
from monitor.records.new_issue import NewIssueId
from monitor.steps import decide, decide_drafts, decide_new_issue, handing, hiding
from monitor.steps.answer import Answer
from monitor.store.connection import storable
from monitor.web import candidates, learning
from monitor.web.desk import Desk
from monitor.web.guard import read_form
from monitor.web.reading import desk_of, number
from monitor.web.rendering import render

_BACK = re.compile(r"/(incident/[0-9]{1,19}|latih)?")
_NUMBER = re.compile(r"[0-9]{1,18}")
DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Press:
    """One press: on which row, with which fields, when."""

    desk: Desk
    db: Database
    id: int
    fields: Mapping[str, str]
    now: datetime


def take(press: Press) -> Answer:
    """Tangani."""
    return decide.take(press.db, press.desk.acting, IncidentId(press.id), press.now)


def resolve(press: Press) -> Answer:
    """Selesai."""
    return decide.resolve(press.db, press.desk.acting, IncidentId(press.id), press.now)


def dismiss(press: Press) -> Answer:
    """Bukan krisis."""
    return decide.dismiss(press.db, press.desk.acting, IncidentId(press.id), press.now)


def hand_over(press: Press) -> Answer:
    """Serahkan, to the chosen colleague."""
    taker = press.fields.get("to", "")
    if not _NUMBER.fullmatch(taker):
        return Answer(answers.STALE_BUTTON)
    desk, incident_id = press.desk, IncidentId(press.id)
    return handing.hand_over(
        press.db, desk.tools, desk.acting, incident_id, PersonId(int(taker)), press.now
    )


def reopen(press: Press) -> Answer:
    """Buka lagi."""
    return handing.reopen(press.db, press.desk.acting, IncidentId(press.id), press.now)


def silence(press: Press) -> Answer:
    """Senyapkan, for one of the offered lengths and reasons."""
    lengths = {str(i): length for i, (_, length) in enumerate(answers.SILENCES)}
    length = lengths.get(press.fields.get("length", ""))
    reason = answers.SILENCE_REASONS.get(press.fields.get("reason", ""))
    if length is None or reason is None:
        return Answer(answers.STALE_BUTTON)
    return decide.silence(
        press.db,
        press.desk.tools,
        press.desk.acting,
        IncidentId(press.id),
        length,
        reason,
        press.now,
    )


def suggest(press: Press) -> Answer:
    """Saran balasan: they appear on the page, so no chat is written to."""
    return decide_drafts.show_drafts(
        press.db, press.desk.tools, press.desk.acting, IncidentId(press.id), (), press.now
    )


def approve(press: Press) -> Answer:
    """Setujui."""
    return decide_drafts.approve(
        press.db,
        press.desk.tools,
        press.desk.acting,
        DraftId(press.id),
        press.now,
        press.fields.get("seen", decide_drafts.UNKNOWN),
    )


def reject(press: Press) -> Answer:
    """Tolak."""
    return decide_drafts.reject(press.db, press.desk.acting, DraftId(press.id), press.now)


def rewrite(press: Press) -> Answer:
    """Ubah. Forms send line ends as CR LF; platforms want LF."""
    text = storable(press.fields.get("text", "")).replace("\r\n", "\n")
    return decide_drafts.rewrite(
        press.db, press.desk.tools, press.desk.acting, DraftId(press.id), text, press.now
    )


def settle(press: Press) -> Answer:
    """Sudah terkirim / Tidak terkirim."""
    posted = {"y": True, "n": False}.get(press.fields.get("posted", ""))
    if posted is None:
        return Answer(answers.STALE_BUTTON)
    return decide_drafts.settle(
        press.db, press.desk.acting, DraftId(press.id), posted=posted, now=press.now
    )


def label(press: Press) -> Answer:
    """Salah label: one corrected field."""
    wanted = press.fields.get("field", "")
    if wanted not in set(LabelField):
        return Answer(answers.STALE_BUTTON)
    return decide.label(
        press.db,
        press.desk.tools,
        press.desk.acting,
        CommentId(press.id),
        LabelField(wanted),
        press.fields.get("value", ""),
        press.now,
    )


def hide(press: Press) -> Answer:
    """Sembunyikan komentar; a complaint about a live issue only with the second box ticked."""
    found = hiding.hide(
        press.db,
        press.desk.tools,
        press.desk.acting,
        CommentId(press.id),
        press.fields.get("reason", ""),
        press.now,
        sure=press.fields.get("sure") == "y",
    )
    return Answer(found.question) if isinstance(found, hiding.Asked) else found


def show(press: Press) -> Answer:
    """Tampilkan lagi."""
    desk = press.desk
    return hiding.show(press.db, desk.tools, desk.acting, CommentId(press.id), press.now)


def make_issue(press: Press) -> Answer:
    """Jadikan isu: name, key and agency in one form."""
    desk, number = press.desk, NewIssueId(press.id)
    name, key = (storable(press.fields.get(field, "")).strip() for field in ("name", "key"))
    said = f"{key}: {name}" if key else name
    called = decide_new_issue.call_it(press.db, desk.tools, desk.acting, number, said, press.now)
    if isinstance(called, Answer):
        return called
    opd = press.fields.get("opd", "")
    return decide_new_issue.make(press.db, desk.tools, desk.acting, number, opd, press.now)


def merge_issue(press: Press) -> Answer:
    """Masuk ke isu."""
    desk, number = press.desk, NewIssueId(press.id)
    issue = press.fields.get("issue", "")
    return decide_new_issue.merge(press.db, desk.tools, desk.acting, number, issue, press.now)


def ignore_issue(press: Press) -> Answer:
    """Abaikan."""
    return decide_new_issue.ignore(press.db, press.desk.acting, NewIssueId(press.id), press.now)


def _route(address: str, act: Callable[[Press], Answer]) -> Route:
    async def endpoint(request: Request) -> Response:
        desk = desk_of(request)
        fields = await read_form(request, desk.token)
        answer = await run_in_threadpool(_decide, desk, number(request), fields, act)
        if answer.text == answers.GONE:
            raise HTTPException(404)
        return _respond(request, desk, answer, fields)

    return Route(address, endpoint, methods=["POST"])


def _decide(
    desk: Desk, row_id: int, fields: Mapping[str, str], act: Callable[[Press], Answer]
) -> Answer:
    with desk.database() as db:
        answer = act(Press(desk, db, row_id, fields, desk.clock()))
    if answer.done:
        desk.wake()
    return answer


def _respond(request: Request, desk: Desk, answer: Answer, fields: Mapping[str, str]) -> Response:
    if request.headers.get("hx-request"):
        html = render("told.html", desk.frame("/"), told=answer)
        return HTMLResponse(html, headers={"HX-Trigger": DECIDED} if answer.done else {})
    key = secrets.token_urlsafe(9)
    desk.answers.put(key, answer)
    wanted = fields.get("back", "/")
    # Only ways back into our own pages: a form must not lead anywhere else.
    back = wanted if _BACK.fullmatch(wanted) else "/"
    return RedirectResponse(f"{back}?answer={key}", status_code=303)


ROUTES = [
    _route("/incident/{id:int}/take", take),
    _route("/incident/{id:int}/silence", silence),
    _route("/incident/{id:int}/suggest", suggest),
    _route("/incident/{id:int}/resolve", resolve),
    _route("/incident/{id:int}/dismiss", dismiss),
    _route("/incident/{id:int}/handover", hand_over),
    _route("/incident/{id:int}/reopen", reopen),
    _route("/draft/{id:int}/approve", approve),
    _route("/draft/{id:int}/rewrite", rewrite),
    _route("/draft/{id:int}/reject", reject),
    _route("/draft/{id:int}/settle", settle),
    _route("/theme/{id:int}/make", make_issue),
    _route("/theme/{id:int}/merge", merge_issue),
    _route("/theme/{id:int}/ignore", ignore_issue),
    _route("/comment/{id:int}/label", label),
    _route("/latih/{id:int}/answer", learning.answer),
    _route("/latih/{id:int}/skip", learning.skip),
    _route("/latih/{id:int}/undo", learning.undo),
    _route("/latih/{id:int}/settle", learning.settle),
    _route("/comment/{id:int}/hide", hide),
    _route("/comment/{id:int}/show", show),
    _route("/candidate/{id:int}/use", candidates.use),
    _route("/candidate/{id:int}/reject", candidates.reject),
]
