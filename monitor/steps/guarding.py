"""What the blunder guard says of a draft, the same for every press, message and page.

Reads what a draft answers, asks the pure rules, writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from monitor.messages import guard as words
from monitor.records import Draft, Incident, StoredComment
from monitor.replies import blunders
from monitor.replies.guard import MASKED, mask_private, masks_in
from monitor.replies.guard import TOO_LONG as LONGER_THAN_ANY
from monitor.replies.guard_rules import Effect, Finding
from monitor.replies.links import has_official_link
from monitor.steps import fitting
from monitor.steps.stating import findings as stated_otherwise
from monitor.steps.tools import Tools
from monitor.store import comments, incidents, predictions

# The origin of a draft that a language model wrote; its name follows.
MODEL_ORIGIN = "model:"
NO_LINK = "tanpa_tautan"
NO_FACT = "tanpa_fakta"


def findings(
    db: Database,
    tools: Tools,
    draft_text: str,
    incident: Incident | None,
    comment: StoredComment | None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with these words as an answer; empty when they may go out.

    A reply during a live incident must hold an official link, and should state a fact: so many
    read it that an empty phrase does harm. What stops comes first.
    """
    long = fitting.too_long(tools, draft_text, comment)
    # What the site allows says more than that it is longer than any reply should be.
    plain = [
        one for one in _mechanical(tools, draft_text) if not long or one.rule != LONGER_THAN_ANY
    ]
    asked = "" if comment is None else comment.comment.text
    said = (*plain, *tools.knowledge.guard.findings(draft_text, asked))
    if tools.second_look is not None:
        said = tools.second_look.settle(draft_text, asked, said)
    live = incident is not None and not incident.state.ended
    missing = _missing(db, tools, draft_text, comment) if live else []
    other = stated_otherwise(db, tools, draft_text, incident, comment)
    found = [*long, *said, *missing, *other]
    return tuple(sorted(found, key=lambda one: one.effect is not Effect.STOP))


def _mechanical(tools: Tools, text: str) -> list[Finding]:
    contacts = tools.knowledge.routes.contacts
    broken = blunders(text, mask_private(text, tools.words.mask, contacts))
    told = dict(zip(broken, words.blunder_names(broken), strict=True))
    if MASKED in told:
        told[MASKED] = words.still_masked(masks_in(text))
    return [Finding(rule, Effect.STOP, reason) for rule, reason in told.items()]


def of_draft(
    db: Database, tools: Tools, draft: Draft, text: str | None = None
) -> tuple[Finding, ...]:
    """The findings of a stored draft, or of other words in its place."""
    incident = None if draft.incident_id is None else incidents.get(db, draft.incident_id)
    comment = comments.get(db, draft.comment_id)
    return findings(db, tools, draft.text if text is None else text, incident, comment)


def warnings(draft: Draft, found: Sequence[Finding]) -> tuple[str, ...]:
    """What people should read beside a draft: the findings, and whether a model wrote it."""
    written = draft.origin.startswith(MODEL_ORIGIN) and draft.text == draft.suggested
    mark = (words.MODEL_MARK,) if written else ()
    return (*mark, *sentences(found))


def stopping(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a reply back, whoever signs it."""
    return tuple(one for one in found if one.effect is Effect.STOP)


def needs_second(found: Sequence[Finding]) -> bool:
    """Whether a second person must sign."""
    return any(one.effect is Effect.SECOND for one in found)


def sentences(found: Sequence[Finding]) -> tuple[str, ...]:
    """The findings as people read them."""
    return tuple(
        words.finding(one.rule, one.reason, one.words, second=one.effect is Effect.SECOND)
        for one in found
    )


def _missing(db: Database, tools: Tools, text: str, comment: StoredComment | None) -> list[Finding]:
    domains = tools.settings.office.domains
    missing = []
    if not has_official_link(text, domains):
        missing.append(Finding(NO_LINK, Effect.STOP, words.no_link(domains)))
    if not tools.knowledge.guard.states_fact(text) and not _names_place(db, text, comment):
        missing.append(Finding(NO_FACT, Effect.SECOND, words.NO_FACT))
    return missing


def _names_place(db: Database, text: str, comment: StoredComment | None) -> bool:
    """Whether the reply names the place that the comment is about."""
    understood = None if comment is None else predictions.get(db, comment.id)
    place = understood.prediction.place if understood else None
    return bool(place) and str(place).split(" / ")[-1].lower() in text.lower()
