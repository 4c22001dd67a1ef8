"""Step 5: suggest replies to the comments of live incidents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.messages import guard as guard_words
from monitor.messages.words import issue_words, place_words, style
from monitor.platforms.base import words_hash
from monitor.records import CommentId, Draft, Incident
from monitor.replies import Answer, Asked, Suggestion, suggest
from monitor.replies.fitting import Room
from monitor.replies.suggest import said_in
from monitor.replies.templates import fill_prompt
from monitor.steps import fitting, guarding, stating
from monitor.steps.guarding import MODEL_ORIGIN
from monitor.steps.tools import Tools
from monitor.steps.views import crowd_since
from monitor.store import comments, drafts, incidents, predictions, wordings

_LOOK_AT = 40
_ANSWERS = 100
_RECENT = 10
# Never cut out of a reply to whoever tells of danger.
_EMERGENCY = "112"


def suggest_replies(db: Database, tools: Tools, now: datetime) -> int:
    """Propose drafts where there are too few; how many. Dying in between means doing it again."""
    if not tools.settings.replies.enabled:
        return 0
    return sum(suggest_for_incident(db, tools, incident, now) for incident in incidents.live(db))


def suggest_for_incident(
    db: Database, tools: Tools, incident: Incident, now: datetime, *, more: bool = False
) -> int:
    """Propose drafts for one incident up to the configured number; how many are new.

    ``more``: a person asks for as many again, whatever was suggested before.
    """
    before = 0 if more else len(drafts.of_incident(db, incident.id))
    wanted = tools.settings.replies.per_incident - before
    if wanted <= 0:
        return 0
    proposed = 0
    for understood in _worth_answering(db, incident):
        if proposed >= wanted:
            break
        proposed += propose_for(db, tools, understood, incident, now)
    return proposed


def too_narrow(db: Database, tools: Tools, incident: Incident) -> str:
    """Why an incident's comments get no suggestion, where it is their site's limit; else ""."""
    for understood in _worth_answering(db, incident):
        source_id = understood.stored.comment.source_id
        most = fitting.room_of(tools, source_id).most
        if most and _known(db, tools, understood, incident, (), Room()) is not None:
            return guard_words.no_room(tools.accounts[source_id].platform.name, most)
    return ""


def _worth_answering(db: Database, incident: Incident) -> list[predictions.Understood]:
    """Comments without a draft or an answer: danger first, then those that more people liked."""
    found = predictions.of_topic(db, incident.topic, crowd_since(incident), _LOOK_AT)
    open_ones = [
        one
        for one in found
        if drafts.of_comment(db, one.stored.id) is None
        and not comments.answered_there(db, one.stored.id)
    ]
    return sorted(
        open_ones,
        key=lambda one: (
            not one.prediction.urgent,
            bool(one.prediction.flags),
            -(one.stored.comment.like_count or 0),
            one.stored.id,
        ),
    )


def propose_for(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    now: datetime,
    avoid: Sequence[str] = (),
) -> bool:
    """Propose a draft for one comment; False when nothing fits or it already has one.

    ``avoid`` are wordings that were just used elsewhere, newest first.
    """
    comment = understood.stored.comment
    recent = [*avoid, *wordings.recent_texts(db, comment.post_id, _RECENT)]
    suggestion = _suggestion(db, tools, understood, incident, recent)
    if suggestion is None:
        return False
    tools.boundary("suggest:before-write")
    proposal = drafts.Proposal(
        incident.id if incident else None,
        understood.stored.id,
        suggestion.text,
        suggestion.origin,
        words_hash(comment.text),
    )
    made = drafts.propose(db, proposal, now) is not None
    tools.boundary("suggest:after-write")
    return made


def _suggestion(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    recent: Sequence[str],
) -> Suggestion | None:
    """The model's words where it is switched on and they may go out, else known ones."""
    # Whoever tells of danger gets the checked words; a batch of thanks waits for no model.
    wanted = incident is not None and not understood.prediction.urgent
    written = _written(db, tools, understood, incident, recent) if wanted else None
    return written or _known(db, tools, understood, incident, recent)


def _written(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    recent: Sequence[str],
) -> Suggestion | None:
    """The model's words; None without one, where they repeat the last or may not go out."""
    if tools.writer is None:
        return None
    comment = understood.stored.comment
    casual = tools.words.casual(comment.text)
    values = _values(db, tools, understood, casual=casual)
    prompt = fill_prompt(tools.knowledge.prompt, {**values, "gaya": style(casual=casual)})
    words = tools.writer.write(prompt, tools.words.mask(comment.text))
    fit = _fits(db, tools, understood, incident)
    if words is None or said_in(words, recent[:1]) or not fit(words):
        return None
    return Suggestion(words, f"{MODEL_ORIGIN}{tools.writer.name}")


def _known(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    recent: Sequence[str],
    room: Room | None = None,
) -> Suggestion | None:
    """An approved answer or a template; ``room``: in place of what the comment's site takes."""
    comment, said = understood.stored.comment, understood.prediction
    casual = tools.words.casual(comment.text)
    values = _values(db, tools, understood, casual=casual)
    asked = Asked(
        understood.issue, said.intent, said.urgent, casual, tools.words.stems(comment.text)
    )
    known = _answers(db, tools, understood.issue)
    fit = _fits(db, tools, understood, incident, whatever_length=room is not None)
    room = room or _room(tools, understood, values)
    return suggest(asked, tools.knowledge.templates, known, recent, values, fit, room)


def _room(tools: Tools, understood: predictions.Understood, values: Mapping[str, str]) -> Room:
    """What the comment's site takes; the office's name and link stay in whatever is cut."""
    emergency = (_EMERGENCY,) if understood.prediction.urgent else ()
    keep = (values["kantor"], values["tautan"], *emergency)
    return fitting.room_of(tools, understood.stored.comment.source_id, keep)


def _fits(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    *,
    whatever_length: bool = False,
) -> Callable[[str], bool]:
    """Whether words may be suggested: nothing stops them, and the office's statement agrees."""

    def fit(text: str) -> bool:
        found = guarding.findings(db, tools, text, incident, understood.stored)
        stops = [
            one
            for one in guarding.stopping(found)
            if not (whatever_length and one.rule == fitting.TOO_LONG)
        ]
        return not stops and not stating.contradicts(found)

    return fit


def anew(
    db: Database, tools: Tools, draft: Draft, incident: Incident, avoid: Sequence[str] = ()
) -> str | None:
    """Known words for a draft's comment as they would be suggested today; None: nothing fits."""
    understood = predictions.get(db, draft.comment_id)
    if understood is None:
        return None
    recent = wordings.recent_texts(db, understood.stored.comment.post_id, _RECENT)
    suggestion = _known(db, tools, understood, incident, [*avoid, *recent])
    return suggestion.text if suggestion else None


def first_words(
    db: Database, tools: Tools, comment_id: CommentId, incident: Incident | None
) -> str | None:
    """Known words for a comment as if nothing had been said yet; None: nothing fits."""
    understood = predictions.get(db, comment_id)
    found = understood and _known(db, tools, understood, incident, ())
    return found.text if found else None


def _values(
    db: Database, tools: Tools, understood: predictions.Understood, *, casual: bool
) -> dict[str, str]:
    said, issue = understood.prediction, tools.issue(understood.issue)
    comment = understood.stored.comment.text
    statement = stating.of_comment(db, tools, understood.issue, comment)
    return {
        "sapaan": tools.knowledge.greetings.of(said.language, casual=casual),
        "isu": issue_words(issue),
        "tempat": place_words(said.place),
        "opd": issue.opd,
        "kantor": tools.settings.office.name,
        "tautan": tools.settings.office.link,
        "fakta": "",
        "tiket": "",
        "jawaban": "",
        **stating.values(tools, statement, comment),
    }


def _answers(db: Database, tools: Tools, issue: str) -> list[Answer]:
    return [
        Answer(int(past.draft_id), tools.words.stems(past.comment_text), past.text)
        for past in wordings.past_answers(db, issue, _ANSWERS)
    ]
