"""Step 3, once an hour: find what many suddenly speak of and that fits no issue; tell it once.

Reads the comments of four weeks and no more, in one pass. What was found, that it was looked for,
and the wish to tell it are written together; dying before that means looking again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from sqlite_utils import Database

from monitor.messages.new_topic import TopicView, new_topic
from monitor.records import CommentId, NewTopic, NewTopicId, NoticeKind
from monitor.spikes.novelty import Document
from monitor.spikes.topics import UNFIT, WINDOWS, Topic, new_topics
from monitor.steps.tools import Tools
from monitor.steps.views import crowd_since
from monitor.store import comments, crowds, incidents, notices, people, predictions
from monitor.store import new_topics as store

EVERY: Final = timedelta(hours=1)
PAST: Final = timedelta(days=28)
NOW: Final = timedelta(hours=max(WINDOWS))
# A topic that shares so many of its terms with one of these days is that one.
_SAME: Final = 0.5
_MEMORY: Final = timedelta(days=14)
# So many comments are read at the most of either part; of more, every second, third ...
_MOST_READ: Final = 20_000


def find_topics(db: Database, tools: Tools, now: datetime) -> int:
    """Look for new topics when it is time; of how many the chats are told."""
    before = store.last_look(db)
    due = before is None or not timedelta(0) <= now - before < EVERY
    if not tools.settings.topics.enabled or not due:
        return 0
    found = _look(db, tools, now)
    tools.boundary("topics:before-write")
    with db.atomic():
        told = _keep(db, tools, found, now) if store.begin_look(db, now, before) else 0
    tools.boundary("topics:after-write")
    return told


def topic_view(db: Database, topic: NewTopic) -> TopicView:
    """A topic with the masked words of those of its samples that still stand."""
    found = (predictions.get(db, comment_id) for comment_id in topic.samples)
    return TopicView(
        words=topic.words,
        accounts=topic.accounts,
        comments=topic.comments,
        hours=topic.hours,
        usual=topic.usual,
        examples=[
            one.prediction.masked
            for one in found
            if one is not None and comments.counts(one.stored.comment.visibility)
        ],
        found_at=topic.found_at,
        seen_at=topic.seen_at,
    )


def _look(db: Database, tools: Tools, now: datetime) -> list[Topic]:
    recent = [one for one in store.said(db, now - NOW, now, _MOST_READ) if one.live]
    at_least = tools.settings.topics.at_least
    if len({one.account for one in recent}) < at_least:
        return []
    before = store.said(db, now - PAST, now - NOW, _MOST_READ)
    names = _names(tools, [*recent, *before])
    hot = _hot_posts(db)
    return new_topics(
        _documents(tools, recent, names, hot), _documents(tools, before, names, hot), now, at_least
    )


def _names(tools: Tools, said: Iterable[store.Said]) -> frozenset[str]:
    """Names of everybody who wrote, of the watched accounts and of the office."""
    own = [name for part in tools.settings.sources.values() for name in part.own_names]
    office = tools.settings.office
    accounts = {one.author_name for one in said if one.author_name}
    return tools.words.names([*accounts, *own, *tools.sources, office.name, office.province])


def _hot_posts(db: Database) -> dict[str, str]:
    """Posts under which a live incident's people write: post -> its issue."""
    return {
        post: incident.topic
        for incident in incidents.live(db)
        for post in crowds.posts(db, incident.topic, crowd_since(incident))
    }


def _documents(
    tools: Tools, said: Sequence[store.Said], names: frozenset[str], hot: Mapping[str, str]
) -> list[Document]:
    live = frozenset(hot.values())
    return [
        Document(
            id=int(one.id),
            at=one.at,
            account=one.account,
            issue=_issue(one, hot),
            sure=one.sure or one.issue in live,
            terms=tools.words.terms(one.text, names),
        )
        for one in said
    ]


def _issue(one: store.Said, hot: Mapping[str, str]) -> str:
    """The comment's issue; beside an incident under one post, another issue is part of that."""
    if not one.sure or one.issue == UNFIT or one.post is None:
        return one.issue
    return hot.get(one.post, one.issue)


def _keep(db: Database, tools: Tools, found: Sequence[Topic], now: datetime) -> int:
    settings, told = tools.settings.topics, 0
    known = store.seen_since(db, now - _MEMORY)
    room = settings.most_a_day - store.told_since(db, _midnight(tools, now))
    for topic in found:
        kept = _kept(db, topic, known, now)
        if told < room and store.tell(db, kept.id, now):
            text = new_topic(topic_view(db, kept))
            subject = crc32(f"new topic:{kept.id}".encode())
            notices.wish(db, people.chats(db), NoticeKind.OPERATOR, subject, now, text)
            told += 1
    return told


def _kept(db: Database, topic: Topic, known: Iterable[NewTopic], now: datetime) -> NewTopic:
    row = NewTopic(
        id=NewTopicId(0),
        keys=topic.keys,
        words=topic.words,
        hours=topic.hours,
        accounts=topic.accounts,
        comments=topic.comments,
        usual=topic.usual,
        samples=tuple(map(CommentId, topic.samples)),
        found_at=now,
        seen_at=now,
    )
    same = next((one for one in known if _alike(topic.keys, one.keys)), None)
    if same is None:
        return replace(row, id=store.add(db, row))
    # A topic that wanes keeps its best figures, and the terms by which it is known again.
    best = row if row.accounts >= same.accounts else same
    keys = row.keys | same.keys
    again = replace(best, id=same.id, keys=keys, found_at=same.found_at, seen_at=now)
    store.see_again(db, again)
    return again


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME * min(len(one), len(other))


def _midnight(tools: Tools, now: datetime) -> datetime:
    return now.astimezone(tools.zone).replace(hour=0, minute=0, second=0, microsecond=0)
