"""Step 8, once a day: count how yesterday was read, and say when people write otherwise.

A day is counted some hours after its end; days that were missed are counted one a tick, so none
takes long. The comparison is of figures of one model only: a trained one begins anew. The day's
rows and the messages are one transaction; dying before it means counting again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol, runtime_checkable

from sqlite_utils import Database

from monitor.messages.drift import drift_news
from monitor.records import Chat, ChatId, NoticeKind, Role
from monitor.records.drift import Change, Counted, Cut, Figures, What
from monitor.spikes.drift import changes
from monitor.spikes.drift_figures import BEFORE, RECENT, table_of
from monitor.steps.tools import Tools
from monitor.store import drift as store
from monitor.store import drift_day, notices, people, serving
from monitor.store.drift_day import Stretch

AFTER: Final = timedelta(hours=3)
"""How long after its end a day is counted: slow sources may still bring some of it."""
PICTURED: Final = timedelta(days=91)
KIND_AGAIN: Final = timedelta(days=7)
CUT_AGAIN: Final = timedelta(days=BEFORE)
_MOST_TEXTS: Final = 1_500  # of a day, whose words are looked at; half a second
_MOST_SEARCHED: Final = 3_000  # of a week, for examples
_ACCOUNTS: Final = 3  # that use a word at least, so that it is nobody's own
_EXAMPLES: Final = 8


@runtime_checkable
class Knows(Protocol):
    """A classifier that can tell which words it never learned."""

    def unknown_words(self, text: str) -> tuple[tuple[str, ...], int]:
        """The unknown words of a text, and of how many they are."""
        ...


def watch_drift(db: Database, tools: Tools, now: datetime) -> int:
    """Count one finished day, and compare when it is the newest; how many changes are told."""
    last = _finished(tools, now)
    day = _next(db, tools, last)
    if day is None:
        return 0
    parts = count(db, tools, day)
    model = tools.classifier.version
    rows = [Counted(day, *key, model, figures) for key, figures in parts.items()]
    due = _due(db, now, found(db, tools, day, rows)) if day == last else []
    words = _examples(db, tools, day, due)
    tools.boundary("drift:before-write")
    with db.atomic():
        if not store.keep(db, day, model, parts):
            return 0
        _tell(db, tools, day, due, words, now)
    tools.boundary("drift:after-write")
    return len(due)


def found(db: Database, tools: Tools, last: date, more: Sequence[Counted] = ()) -> list[Change]:
    """What changed in the week up to a day, among figures of the model that serves."""
    begin = max(last - timedelta(days=RECENT + BEFORE - 1), _since(db, tools))
    base = _base(tools.classifier.version)
    rows = [row for row in (*store.since(db, begin), *more) if _base(row.model) == base]
    return changes(table_of((row for row in rows if begin <= row.day), last))


def count(db: Database, tools: Tools, day: date) -> dict[tuple[str, str], Figures]:
    """The figures of a day by source and language."""
    stretch = _stretch(tools, day)
    sums: dict[tuple[str, str], Counter[str]] = {}
    classes: dict[tuple[str, str], tuple[Counter[str], Counter[str]]] = {}

    def add(source: str, language: str, **numbers: int) -> None:
        sums.setdefault((source, language), Counter()).update(numbers)

    troubled = drift_day.incidents(db, stretch)
    for one in drift_day.seen(db, stretch):
        if one.spam:
            add(one.source, one.language, spam=1)
            continue
        add(one.source, one.language, comments=1, asked=one.asked, placed=one.placed)
        if not drift_day.within(one.at, troubled):
            pair = classes.setdefault((one.source, one.language), (Counter(), Counter()))
            pair[0][one.sentiment] += 1
            pair[1][one.issue] += 1
    if isinstance(tools.classifier, Knows):
        for written in drift_day.written(db, stretch, _MOST_TEXTS):
            unknown, words = tools.classifier.unknown_words(written.text)
            add(written.source, written.language, words=words, unknown=len(unknown))
    for said in drift_day.judged(db, stretch):
        add(said.source, said.language, judged=1, wrong=said.otherwise)
    for said in drift_day.labelled(db, stretch):
        add(said.source, said.language, corrected=said.otherwise)
    none = (Counter[str](), Counter[str]())
    return {key: _figures(numbers, *classes.get(key, none)) for key, numbers in sums.items()}


def trainers(db: Database) -> list[Chat]:
    """The private chats of the trainers."""
    able = [one for one in people.every(db) if one.active and Role.TRAINER in one.roles]
    return [Chat(ChatId(one.telegram_id), "") for one in able if one.telegram_id is not None]


def _figures(numbers: Counter[str], sentiments: Counter[str], issues: Counter[str]) -> Figures:
    return Figures(**numbers, sentiments=dict(sentiments), issues=dict(issues))


def _finished(tools: Tools, now: datetime) -> date:
    """The newest day that is over for long enough."""
    return (now - AFTER).astimezone(tools.zone).date() - timedelta(days=1)


def _next(db: Database, tools: Tools, last: date) -> date | None:
    """The oldest day that is still to be counted; none before the first comment."""
    counted, first = store.last_day(db), drift_day.first_comment(db)
    if first is None:
        return None
    begin = max(first.astimezone(tools.zone).date(), last - PICTURED + timedelta(days=1))
    day = begin if counted is None else max(begin, counted + timedelta(days=1))
    return day if day <= last else None


def _stretch(tools: Tools, day: date) -> Stretch:
    begin = datetime.combine(day, time(), tools.zone)
    return begin, datetime.combine(day + timedelta(days=1), time(), tools.zone)


def _base(version: str) -> str:
    """A model without the revision of the knowledge: that one trained nothing."""
    return version.partition("~")[0]


def _since(db: Database, tools: Tools) -> date:
    """The first whole day on which the model that serves was the one that read.

    Of what was written before, it may have learned, and so be surer of it than of anything new.
    """
    for switch in serving.newest(db, 100):
        if switch.switched_at is not None and _base(switch.version) != _base(switch.previous or ""):
            return switch.switched_at.astimezone(tools.zone).date() + timedelta(days=1)
    return date.min


def _due(db: Database, now: datetime, moved: Iterable[Change]) -> list[Change]:
    """Those that may be told now: a kind once a week, the same of the same comments in four.

    What rose on one source also raises its language and the whole: that is no news.
    """
    told = {about: at for about, at in store.told(db).items() if now - at < CUT_AGAIN}

    def free(change: Change) -> bool:
        kind = change.what.value
        if kind in told and now - told[kind] < KIND_AGAIN:
            return False
        if change.cut.source is None:
            return not any(about.startswith(f"{kind}:") for about in told)
        return not {_about(change), f"{kind}:{Cut().name}"} & told.keys()

    return [one for one in moved if free(one)]


def _about(change: Change) -> str:
    return f"{change.what.value}:{change.cut.name}"


def _tell(
    db: Database,
    tools: Tools,
    day: date,
    due: Sequence[Change],
    words: Sequence[str],
    now: datetime,
) -> None:
    if not due:
        return
    issues = {issue.key: issue.name for issue in tools.knowledge.taxonomy.values()}
    text = drift_news(due, words, issues)
    notices.wish(db, trainers(db), NoticeKind.DRIFT, day.toordinal(), now, text)
    for change in due:
        store.tell(db, change.what.value, now)
        store.tell(db, _about(change), now)


def _examples(db: Database, tools: Tools, day: date, due: Iterable[Change]) -> list[str]:
    """Words that the model does not know and that several accounts use, the most used first.

    No names: neither of who wrote nor places nor anything personal is a term.
    """
    cuts = [one.cut for one in due if one.what in (What.UNKNOWN, What.ASKED)]
    classifier = tools.classifier
    if not cuts or not isinstance(classifier, Knows):
        return []
    week = _stretch(tools, day - timedelta(days=RECENT - 1))[0], _stretch(tools, day)[1]
    said = [
        one
        for one in drift_day.written(db, week, _MOST_SEARCHED)
        if any(_holds(cut, one.source, one.language) for cut in cuts)
    ]
    names = tools.words.names({one.author_name for one in said if one.author_name})
    users: dict[str, set[str]] = {}
    for one in said:
        terms = {written for _, written in tools.words.terms(one.text, names)}
        for word in terms & set(classifier.unknown_words(one.text)[0]):
            users.setdefault(word, set()).add(one.account)
    often = [word for word in users if len(users[word]) >= _ACCOUNTS]
    return sorted(often, key=lambda word: (-len(users[word]), word))[:_EXAMPLES]


def _holds(cut: Cut, source: str, language: str) -> bool:
    return cut.source in (None, source) and cut.language in (None, language)
