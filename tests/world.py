"""A small world for whole-way tests: real knowledge, settings and store, simple real objects.

Nothing here is mocked: the classifier, words, source, replier and channel are small things that
keep what their protocols promise. Names and comments are invented.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from monitor.config import Settings
from monitor.config.parts import ChatPart, Digest, Paths, Telegram
from monitor.errors import PlatformError, Reason
from monitor.knowledge import load_knowledge
from monitor.messages import Message
from monitor.platforms.base import Health, Page, PostedReply, Replier, ReplyState, Source
from monitor.records import (
    Chat,
    ChatId,
    Comment,
    CommentId,
    Incident,
    Intent,
    Level,
    Person,
    Reading,
    Role,
    Sentiment,
    SourceId,
)
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import comments, incidents, people, sources
from monitor.store.connection import open_store
from monitor.telegram.base import Channel, Place
from monitor.text.copies import copy_words
from monitor.text.questions import Named
from tests import once

once.models()
once.pictures()

PROJECT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, 10.00 WIB
SITE = SourceId("berita")
FLOOD = "banjir_bencana"

# name: Telegram id, roles
PEOPLE: Mapping[str, tuple[int, tuple[Role, ...]]] = {
    "Ani": (101, (Role.HUMAS,)),
    "Budi": (102, (Role.ADMIN,)),
    "Citra": (103, (Role.ADMIN,)),
    "Dewi": (104, (Role.TRAINER,)),
    "Eko": (105, (Role.OPD,)),
    "Fitri": (106, (Role.PIMPINAN,)),
}
STRANGER = 999

_ISSUES = {
    "banjir": FLOOD,
    "genangan": FLOOD,
    "jalan": "jalan_infrastruktur",
    "puskesmas": "kesehatan",
    "sampah": "sampah_kebersihan",
}
_BAD = ("banjir", "rusak", "parah", "lambat", "kecewa", "menumpuk", "bau")
_GOOD = ("bagus", "mantap", "terima kasih", "cepat")
_NUMBER = re.compile(r"\d[\d -]{8,}\d")


def each_third(places: Sequence[str]) -> Sequence[str]:
    """With the peers switched on every place of a kill is tried, else each third one."""
    return places if os.environ.get("SIAGA_E2E") else places[1::3]


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What the rules say of one text."""

    sentiment: Sentiment
    sentiment_p: tuple[float, float, float]
    issue: str
    issue_p: float
    intent: Intent
    urgent: bool
    language: str
    place: str | None
    spam: str | None
    flags: tuple[str, ...]
    masked: str
    ask_human: bool
    copy_key: bytes | None
    copy_words: str | None


class RuleClassifier:
    """Understands by a handful of words: enough for tests, the same every time."""

    version = "rules-1"

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> RuleVerdict:
        low = text.lower()
        bad, good = any(w in low for w in _BAD), any(w in low for w in _GOOD)
        sentiment, p = Sentiment.NETRAL, (0.1, 0.8, 0.1)
        if bad:
            sentiment, p = Sentiment.NEGATIF, (0.9, 0.05, 0.05)
        elif good:
            sentiment, p = Sentiment.POSITIF, (0.05, 0.05, 0.9)
        words = low.split()
        return RuleVerdict(
            sentiment=sentiment,
            sentiment_p=p,
            issue=next((key for word, key in _ISSUES.items() if word in low), "lainnya"),
            issue_p=0.9,
            intent=Intent.PERTANYAAN if "?" in text else Intent.KELUHAN,
            urgent="tolong" in low,
            language="id",
            place="Sampit" if "sampit" in low else None,
            spam="judi" if "gacor" in low else None,
            flags=(),
            masked=TinyWords().mask(text),
            ask_human=not (bad or good),
            copy_key=hashlib.blake2b(low.encode(), digest_size=8).digest()
            if len(words) >= 5
            else None,
            copy_words=copy_words(" ".join(re.findall(r"\w+", low))),
        )


class TinyWords:
    """Text knowledge of a few rules."""

    def stems(self, text: str) -> frozenset[str]:
        return frozenset(w.strip(".,!?") for w in text.lower().split() if len(w) >= 4)

    def casual(self, text: str) -> bool:
        return any(word in text.lower().split() for word in ("min", "gak", "nih"))

    def mask(self, text: str) -> str:
        return _NUMBER.sub("[nomor]", text)

    def names(self, accounts: Iterable[str]) -> frozenset[str]:
        return frozenset(accounts)

    def terms(self, text: str, names: frozenset[str]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (word, word)
            for word in sorted(self.stems(text))
            if word.isalpha() and word not in names
        )

    def issues(self, text: str) -> Mapping[str, float]:
        low = text.lower()
        return {key: 1.0 for word, key in _ISSUES.items() if word in low}

    def places(self, text: str) -> tuple[Named, ...]:
        return (Named("Sampit", "Sampit"),) if "sampit" in text.lower() else ()


class MemorySource:
    """A watched account whose comments lie in a list; ``failures`` are raised first, in order."""

    platform = "wordpress"

    def __init__(self, source_id: SourceId = SITE, shown: Iterable[Comment] = ()) -> None:
        self.id = source_id
        self.shown = list(shown)
        self.failures: list[PlatformError] = []

    def check(self) -> Health:
        return Health(True, str(self.id), "ok")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        if self.failures:
            raise self.failures.pop(0)
        seen = int(cursor or 0)
        covered = now - timedelta(days=28) if cursor is None else None
        yield Page(tuple(self.shown[seen:]), str(len(self.shown)), covered_from=covered)


class MemoryReplier:
    """An account that can be answered; keeps each reply under its reference."""

    def __init__(self, shown: Mapping[str, Comment] | None = None) -> None:
        self.shown = dict(shown or {})
        self.replies: list[tuple[str, str]] = []
        self.failures: list[PlatformError] = []

    def target(self, reply_ref: str) -> Comment | None:
        return self.shown.get(reply_ref)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        if self.failures:
            failure = self.failures.pop(0)
            if failure.reason is Reason.UNSURE:
                self.replies.append((reply_ref, text))
            raise failure
        self.replies.append((reply_ref, text))
        return self._posted(len(self.replies))

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        found = [i for i, reply in enumerate(self.replies, 1) if reply == (reply_ref, text)]
        return self._posted(found[0]) if found else None

    def _posted(self, number: int) -> PostedReply:
        link = f"https://berita.example/?comment={number}"
        return PostedReply(f"r{number}", link, ReplyState.PUBLISHED)


class MemoryChannel:
    """Chats that lie in a dict: ``shown[chat][message]`` is what people see now."""

    def __init__(self) -> None:
        self.shown: dict[int, dict[int, Message]] = {}
        self.sent: list[tuple[Place, Message]] = []
        self.edits = 0
        self.failures: list[Exception] = []
        self.full: set[int] = set()
        self._ids = itertools.count(1)

    def room(self, chat_id: ChatId) -> bool:
        return chat_id not in self.full

    def send(self, place: Place, message: Message) -> int:
        self._fail()
        number = next(self._ids)
        self.sent.append((place, message))
        self.shown.setdefault(place.chat_id, {})[number] = message
        return number

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        self._fail()
        self.edits += 1
        self.shown[place.chat_id][message_id] = message

    def close(self) -> None:
        """A dict stays."""

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


def make_settings(
    folder: Path, chats: Iterable[ChatPart] = (), timeout: float = 20.0, **parts: Any
) -> Settings:
    """Settings whose database lies in ``folder`` and whose knowledge is the project's."""
    given = {
        "paths": Paths(data=PROJECT / "data"),
        "telegram": Telegram(chats=tuple(chats), timeout_seconds=timeout),
        "digest": Digest(morning="", evening=""),
        **parts,
    }
    return Settings(folder=folder, **given)


def make_tools(
    folder: Path,
    *,
    channel: Channel | None = None,
    watched: Iterable[Source] = (),
    repliers: Mapping[SourceId, Replier] | None = None,
    settings: Settings | None = None,
) -> Tools:
    """Tools around a database in ``folder``; chats live in memory unless a channel is given."""
    chosen = settings or make_settings(folder)
    return Tools(
        settings=chosen,
        knowledge=load_knowledge(chosen.data),
        classifier=RuleClassifier(),
        words=TinyWords(),
        channel=channel or MemoryChannel(),
        sources={source.id: source for source in watched},
        repliers=repliers or {},
    )


def open_world(tools: Tools) -> Database:
    """The database of these tools, for the calling thread."""
    return open_store(tools.settings.database)


def make_comment(number: int, text: str, at: datetime = NOW, **more: Any) -> Comment:
    """A comment of the invented site; it can be answered."""
    given = Comment(
        source_id=SITE,
        platform="wordpress",
        external_id=f"c{number}",
        text=text,
        created_at=at,
        post_id="p1",
        author_id=f"a{number}",
        author_name=f"Warga {number}",
        permalink=f"https://berita.example/?p=1#comment-{number}",
        reply_ref=json.dumps({"comment": number}),
    )
    return replace(given, **more)


def seed_people(db: Database) -> dict[str, Person]:
    """Register :data:`PEOPLE`; by name."""
    return {
        name: people.add(db, name, roles, telegram_id, "siaga", NOW)
        for name, (telegram_id, roles) in PEOPLE.items()
    }


def seed_chat(
    db: Database, chat_id: int, level: Level = Level.WASPADA, thread_id: int | None = None
) -> Chat:
    """Register a chat that receives cards."""
    chat = Chat(ChatId(chat_id), "Humas", level, thread_id)
    people.register_chats(db, [*people.chats(db), chat])
    return chat


def seed_comments(
    db: Database, tools: Tools, texts: Sequence[str], at: datetime = NOW, **more: Any
) -> list[CommentId]:
    """Store and understand comments, a minute apart and the last at ``at``; their numbers."""
    sources.register(db, [(SITE, "wordpress")])
    before = comments.total(db)
    batch = [
        make_comment(before + i, text, at - timedelta(minutes=len(texts) - i), **more)
        for i, text in enumerate(texts, 1)
    ]
    with db.atomic():
        comments.upsert(db, batch, at, backfilled=False)
    understand(db, tools)
    return [CommentId(before + i) for i in range(1, len(texts) + 1)]


def make_reading(topic: str = FLOOD, at: datetime = NOW, **more: Any) -> Reading:
    """Numbers well above normal."""
    given = Reading(
        topic=topic,
        at=at,
        hours=3,
        observed=12,
        expected=2.5,
        low=0,
        upper=6,
        score=1.2,
        level=Level.SIAGA,
        reason="12 komentar negatif dalam 3 jam",
        share=0.6,
        usual_share=0.2,
    )
    return replace(given, **more)


def seed_incident(
    db: Database, topic: str = FLOOD, level: Level = Level.SIAGA, at: datetime = NOW
) -> Incident:
    """Open an incident that began two hours ago."""
    reading = make_reading(topic, at, level=level)
    incidents.open_new(db, reading, at - timedelta(hours=2), reading.reason)
    return next(one for one in incidents.live(db) if one.topic == topic)
