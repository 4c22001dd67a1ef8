"""/latih: one comment at a time with its buttons, conflicts for trainers, and how people agree.

Reading the page takes an item for its reader, as /latih does in Telegram, and notes which
conflicts a trainer read; nothing else is changed by a GET. The presses go through ``pressing`` like
every other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.incidents import Action, allowed
from monitor.messages import answers
from monitor.messages import learning as words
from monitor.records import CommentId, Sentiment
from monitor.steps import labelling
from monitor.steps.answer import Answer
from monitor.store import label_pool
from monitor.web.desk import Desk
from monitor.web.reading import desk_of, told
from monitor.web.rendering import render

if TYPE_CHECKING:
    from monitor.web.pressing import Press

_VIA = "page"
# One letter an issue, in the order of the file; s passes over and u takes back.
_LETTERS = "abcdefghijklmnopqrtvwxyz"
_DIGITS = "456"


def page(request: Request) -> Response:
    """The whole page."""
    desk = desk_of(request)
    frame = desk.frame("/latih")
    html = render("learning.html", frame, section=_section(desk), told=told(request))
    return HTMLResponse(html)


def part(request: Request) -> Response:
    """What changes after each press."""
    return HTMLResponse(_section(desk_of(request)))


def answer(press: Press) -> Answer:
    """Tone and issue of an item."""
    tone = press.fields.get("tone", "")
    if not tone:
        return Answer(words.NEEDS_TONE)
    choice = (tone, press.fields.get("issue", ""))
    desk = press.desk
    return labelling.answer(
        press.db, desk.tools, desk.acting, CommentId(press.id), choice, _VIA, press.now
    )


def skip(press: Press) -> Answer:
    """Lewati."""
    return labelling.skip(press.db, press.desk.acting, CommentId(press.id), _VIA, press.now)


def undo(press: Press) -> Answer:
    """Urungkan."""
    return labelling.undo(press.db, press.desk.acting, press.now)


def settle(press: Press) -> Answer:
    """A conflict: one of the answers (``tone/issue`` in one field), or another one."""
    tone, _, issue = press.fields.get("given", "").partition("/")
    choice = (tone or press.fields.get("tone", ""), issue or press.fields.get("issue", ""))
    if not choice[0]:
        return Answer(words.NEEDS_TONE)
    desk = press.desk
    return labelling.settle(
        press.db, desk.tools, desk.acting, CommentId(press.id), choice, press.now
    )


def _section(desk: Desk) -> Markup:
    """What the acting person has before them; who may not label is told so."""
    tools, person, now = desk.tools, desk.acting, desk.clock()
    refused = labelling.refusal(person)
    frame = desk.frame("/latih")
    if refused:
        return render("parts/learning_refused.html", frame, refused=refused)
    issues = tools.knowledge.taxonomy
    with desk.database() as db:
        view = labelling.next_item(db, tools, person, now)
        conflicts = labelling.conflicts(db) if allowed(person.roles, Action.TRAIN) else []
        labelling.shown(db, person, conflicts)
        counts = label_pool.figures(db, now - labelling.PAST)
        return render(
            "parts/learning.html",
            frame,
            view=view,
            words_of=words,
            known=issues,
            tones=[(str(at), tone.value, name) for at, (tone, name) in _tones()],
            letters=dict(zip(issues, _LETTERS, strict=False)),
            digits=dict(zip(view.best, _DIGITS, strict=True)) if view else {},
            progress=words.progress(
                labelling.done_today(db, tools, person, now), tools.settings.training.a_day
            ),
            conflicts=conflicts,
            agreement=[words.agreement_line(one) for one in labelling.agreement(db)],
            standing=words.states(counts.waiting, counts.conflicts, counts.settled, counts.dropped),
            answers_line=words.answers_line(counts.answers),
        )


def _tones() -> list[tuple[int, tuple[Sentiment, str]]]:
    return list(enumerate(answers.SENTIMENT_NAMES.items(), 1))
