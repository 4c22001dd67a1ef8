"""New models on the page: their picture, and the two buttons that trainers have in Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.records.candidate import CandidateId
from monitor.steps import candidates as steps
from monitor.steps.answer import Answer
from monitor.store import candidates
from monitor.web import reading

if TYPE_CHECKING:
    from monitor.web.pressing import Press


def picture(request: Request) -> Response:
    """The picture of a candidate."""
    with reading.desk_of(request).database() as db:
        found = candidates.picture(db, CandidateId(reading.number(request)))
    if found is None:
        raise HTTPException(404)
    return Response(found, media_type="image/png")


def use(press: Press) -> Answer:
    """Pakai."""
    return steps.use(press.db, press.desk.acting, CandidateId(press.id), press.now)


def reject(press: Press) -> Answer:
    """Tolak."""
    return steps.reject(press.db, press.desk.acting, CandidateId(press.id), press.now)
