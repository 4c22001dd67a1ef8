"""Step 8: what trainers see of a candidate, what they decide, and what became of it.

Training makes candidates (in a process of its own), the ``switch`` step lets one serve; here are
the message, the two buttons, and the rows that follow. Dying in between means following later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import candidate as words
from monitor.records import Chat, Notice, Person, Role
from monitor.records.candidate import Candidate, CandidateId, CandidateState
from monitor.steps.answer import Answer
from monitor.steps.switching import REMEMBERED
from monitor.steps.tools import Tools
from monitor.store import candidates, people, serving
from monitor.store.knowledge_changes import label, model_of, revision
from monitor.store.serving import READING, Switch

_ENDS: Final = {
    serving.SERVES: CandidateState.SERVED,
    serving.STOPPED: CandidateState.STOPPED,
    serving.REPLACED: CandidateState.REPLACED,
}


class WantRefused(Refused):
    """A model that cannot be wanted just now; ``said``: the words for whoever pressed."""

    def __init__(self, message: str, said: str, *, holder: str | None = None) -> None:
        super().__init__(message, holder=holder)
        self.said = said


def recipients(db: Database, state: CandidateState) -> list[Chat]:
    """Trainers in private; the office's chats too where there is something to decide."""
    private = [
        Chat(chat_id, "")
        for person in people.every(db)
        if Role.TRAINER in person.roles and not person.unreachable
        for chat_id in (people.reach(db, person),)
        if chat_id is not None
    ]
    return [*private, *(people.chats(db) if state is CandidateState.OFFERED else ())]


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The whole message in a private chat, one line in a group."""
    known = candidates.get(db, CandidateId(notice.subject_id))
    assert known is not None  # told candidates are never deleted
    if notice.chat_id <= 0:
        return words.short(known, now)
    shown = replace(known, picture=candidates.picture(db, known.id))
    issues = tools.knowledge.taxonomy
    return words.full(shown, way(db, known), issues, tools.zone, now)


def way(db: Database, known: Candidate) -> words.Way | None:
    """How far the newest switch to a candidate has come; None where nobody wanted it."""
    switch = _switch(db, known.version)
    if switch is None:
        return None
    # in tenths, so that a message is edited a few times only
    step = max(switch.total // 10, 1)
    done = switch.done if switch.state != READING else switch.done // step * step
    return words.Way(done, switch.total, switch.changed, switch.switched_at)


def _switch(db: Database, version: str) -> Switch | None:
    """The newest switch to a model from another; one of words alone is none."""
    return next(
        (
            one
            for one in serving.newest(db, 50)
            if model_of(one.version) == version != model_of(one.previous or "")
        ),
        None,
    )


def use(db: Database, person: Person, number: CandidateId, now: datetime) -> Answer:
    """Pakai: it reads the history, and serves then."""
    known = candidates.get(db, number)
    refused = _refused(person, known)
    if refused is not None:
        return refused
    assert known is not None  # refused above
    try:
        want(db, known.version, person.name, now)
    except WantRefused as error:
        return Answer(error.said)
    except Refused as error:
        return Answer(answers.already(error.holder))
    return Answer(words.WANTED, done=True)


def reject(db: Database, person: Person, number: CandidateId, now: datetime) -> Answer:
    """Tolak: it does not serve."""
    known = candidates.get(db, number)
    refused = _refused(person, known)
    if refused is not None:
        return refused
    assert known is not None  # refused above
    if candidates.reject(db, known.version, person.name, now):
        return Answer(words.REJECTED, done=True)
    return Answer(answers.already(known.decided_by))


def _refused(person: Person, known: Candidate | None) -> Answer | None:
    if not allowed(person.roles, Action.PROMOTE):
        return Answer(answers.not_allowed(roles_for(Action.PROMOTE)))
    return Answer(answers.GONE) if known is None else None


def want(
    db: Database, version: str, person: str, now: datetime, *, whatever: bool = False
) -> Switch:
    """Let a model read the history, to serve then, with the words that hold now.

    A candidate must have passed the gate beside the model that serves, or ``whatever``.

    Raises:
        Refused: it was not offered, it reads or serves (``holder``: who decided).
        WantRefused: it was compared with a model that no longer serves, or another one is reading.
    """
    also = (
        (CandidateState.REFUSED, CandidateState.UNPROVEN, CandidateState.REJECTED)
        if whatever
        else ()
    )
    # what serves, or was wanted and is not followed yet, is told by the rows of serving
    also = (*also, CandidateState.WANTED, CandidateState.SERVED)
    with db.atomic():
        taken = candidates.want(db, version, person, now, also=also, outdated=whatever)
        known = None if taken else candidates.by_version(db, version)
        if known is not None:
            raise _not_taken(known)
        under_way = serving.reading(db)
        if under_way is not None and model_of(under_way.version) != version:
            told = f"model: {under_way.version} is reading"
            raise WantRefused(told, words.OTHER_READS, holder=under_way.wanted_by)
        return serving.want(db, label(version, revision(db)), person, now - REMEMBERED, now)


def _not_taken(known: Candidate) -> Refused:
    """Why a candidate may not serve: what it was compared with is gone, or it was not offered."""
    if known.state not in candidates.COMPARED:
        why = words.STATES[known.state]
        return Refused(f"model: {known.version}: {known.state} ({why})", holder=known.decided_by)
    assert known.report is not None  # only with a report is it compared
    told = f"compared with {known.report.serving}, which no longer serves; train again, or --force"
    return WantRefused(f"model: {known.version}: {told}", words.OUTDATED)


def follow(db: Database, now: datetime) -> int:
    """Let candidates follow what serves, and their messages show how far it is; how many moved."""
    serves = serving.now_serving(db)
    name = model_of(serves.version) if serves else ""
    moved = 0
    for known in candidates.to_follow(db):
        state, trouble = _became(db, known, name)
        if state is not known.state:
            candidates.follow(db, known, state, trouble, now)
            moved += 1
        elif state is CandidateState.WANTED:
            with db.atomic():
                candidates.refresh(db, known.id, now)
    return moved + _follow_offers(db, now)


def _follow_offers(db: Database, now: datetime) -> int:
    """Let offers lose Pakai while another model serves than they were compared with."""
    turned = candidates.offers_that_turned(db)
    for known in turned:
        why = words.OUTDATED if known.why is None else None
        candidates.follow(db, known, known.state, why, now)
    return len(turned)


def _became(db: Database, known: Candidate, serves: str) -> tuple[CandidateState, str | None]:
    """How a candidate stands now, and what was the trouble; ``serves``: the model that does."""
    if known.state is CandidateState.SERVED:
        return (known.state if known.version == serves else CandidateState.REPLACED), None
    switch = _switch(db, known.version)
    if switch is None:
        return CandidateState.STOPPED, None
    return _ENDS.get(switch.state, known.state), switch.trouble
