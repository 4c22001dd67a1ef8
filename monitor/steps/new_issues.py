"""Step 8, once a week, at night: find themes that fit no issue, and offer them to the trainers.

The search takes many seconds, so it runs beside the ticks (``aside``); a later tick writes what it
found, the wishes to tell it and that it was looked for in one transaction. Dying before that means
looking again. A theme that was ever offered is known by its words and never offered twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.messages import Message
from monitor.messages.new_issue import NewIssueView, new_issue
from monitor.records import CommentId, Notice, NoticeKind
from monitor.records.new_issue import NewIssue, NewIssueId, NewIssueState
from monitor.spikes.themes import LEAST_COMMENTS, Theme
from monitor.steps.drift import trainers
from monitor.steps.new_issue_search import PAST, UNSURE, search
from monitor.steps.tools import Tools, log
from monitor.store import comments, new_topics, notices, predictions
from monitor.store import new_issues as store

WORK: Final = "new issues"
EVERY: Final = timedelta(days=7)
LATE: Final = timedelta(days=8)
"""Where no night came (the machine sleeps), it is done by day."""
_NIGHT: Final = range(1, 6)  # local hours
_FEWEST: Final = 5 * LEAST_COMMENTS  # comments that fit nothing, below which none is looked for
_MOST: Final = 3  # offered in a week
_SAME: Final = 0.4  # of the fewer terms that are those of a theme that is known


def find_issues(db: Database, tools: Tools, now: datetime, patience: float | None = 0.0) -> int:
    """Begin the search when it is time, or keep what it found; how many are offered.

    ``patience`` in seconds; None waits for the search.
    """
    if not tools.aside.busy(WORK) and _due(db, tools, now):
        tools.aside.start(
            WORK,
            search,
            tools.settings.database,
            tools.settings.data,
            tools.settings.office.province,
            _own_names(tools),
            now,
        )
    done = tools.aside.fetch(WORK, None if patience is None else 0.0)
    if done is None:
        return 0
    if done.error is not None:
        log.error("new issues: %s", done.error)
    tools.boundary("new_issues:before-write")
    with db.atomic():
        store.note_look(db, now)
        offered = _offer(db, done.result or (), now)
    tools.boundary("new_issues:after-write")
    return offered


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The message of a theme as it stands now."""
    found = store.get(db, NewIssueId(notice.subject_id))
    assert found is not None  # themes are never deleted
    return new_issue(view(db, tools, found), tools.zone)


def view(db: Database, tools: Tools, found: NewIssue) -> NewIssueView:
    """A theme with the masked words of those of its examples that still stand."""
    read = (predictions.get(db, number) for number in found.examples)
    known = tools.knowledge.taxonomy.get(found.issue or "")
    return NewIssueView(
        found,
        [
            one.prediction.masked
            for one in read
            if one is not None and comments.counts(one.stored.comment.visibility)
        ],
        known.name if known else None,
        _topic_at(db, found),
    )


def shown_anew(db: Database, number: NewIssueId, now: datetime) -> None:
    """Let the messages of a theme be edited; inside ``db.atomic()``."""
    places = notices.shown_in(db, NoticeKind.NEW_ISSUE, int(number))
    notices.wish(db, places, NoticeKind.NEW_ISSUE, int(number), now)


def _due(db: Database, tools: Tools, now: datetime) -> bool:
    before = store.last_look(db)
    night = now.astimezone(tools.zone).hour in _NIGHT
    if before is not None and not (now - before >= (EVERY if night else LATE) or now < before):
        return False
    if before is None and not night:
        return False
    return store.how_many(db, now - PAST, now, UNSURE) >= _FEWEST


def _own_names(tools: Tools) -> list[str]:
    own = [name for part in tools.settings.sources.values() for name in part.own_names]
    office = tools.settings.office
    return [*own, *map(str, tools.sources), office.name, office.province]


def _offer(db: Database, found: Iterable[Theme], now: datetime) -> int:
    known: list[NewIssue] = store.every(db)
    offered = 0
    for theme in found:
        fresh = _kept(theme, now)
        if offered == _MOST or any(_alike(fresh, one) for one in known):
            continue
        number = store.add(db, fresh)
        notices.wish(db, trainers(db), NoticeKind.NEW_ISSUE, int(number), now)
        known.append(fresh)
        offered += 1
    return offered


def _kept(theme: Theme, now: datetime) -> NewIssue:
    return NewIssue(
        id=NewIssueId(0),
        terms=theme.terms,
        name=theme.name,
        comments=tuple(map(CommentId, theme.comments)),
        examples=tuple(map(CommentId, theme.examples)),
        accounts=theme.accounts,
        first_at=theme.first_at,
        state=NewIssueState.OFFERED,
        found_at=now,
    )


def _alike(one: NewIssue, other: NewIssue) -> bool:
    """Whether two themes are the same: by their terms, or by their comments."""
    terms = len(one.keys & other.keys) >= _SAME * min(len(one.keys), len(other.keys))
    both = set(one.comments) & set(other.comments)
    return terms or len(both) >= _SAME * min(len(one.comments), len(other.comments))


def _topic_at(db: Database, found: NewIssue) -> datetime | None:
    """When the same words were a sudden topic, the first time in the theme's weeks."""
    topics: Sequence[datetime] = [
        topic.found_at
        for topic in new_topics.seen_since(db, found.found_at - PAST)
        if len(topic.keys & found.keys) >= min(2, len(topic.keys))
    ]
    return min(topics, default=None)
