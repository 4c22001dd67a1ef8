"""A small office with a crisis in its store, for the page's tests and pictures.

Everything is written through the store's own functions and judged by the real steps; only the
watched site that takes replies is played. All words and names are invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from monitor.config import Settings
from monitor.knowledge import load_knowledge
from monitor.messages.why import why
from monitor.platforms.base import Health, Page, PostedReply, ReplyState
from monitor.records import (
    Comment,
    Intent,
    Level,
    Person,
    PersonId,
    Prediction,
    Reading,
    Role,
    Sentiment,
    SourceId,
    StoredComment,
)
from monitor.steps import decide, decide_drafts
from monitor.steps.judge import judge
from monitor.steps.post import post
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools, Verdict
from monitor.store import comments, drafts, incidents, open_store, predictions, sources
from monitor.telegram.console import Console
from monitor.text.reader import TextReader

DATA = Path(__file__).parent.parent / "data"
NOW = datetime(2026, 3, 10, 7, 20, tzinfo=UTC)
ADMIN = Person(PersonId(1), "admin lokal", frozenset({Role.ADMIN, Role.HUMAS, Role.TRAINER}))
OTHER = Person(PersonId(2), "Rina (contoh)", frozenset({Role.ADMIN, Role.HUMAS}))
SITE, AGENCY, MEDIA = SourceId("mmc_kalteng"), SourceId("ppid"), SourceId("media_lokal")
VERSION = "uji-1"
CHANCES = {
    Sentiment.NEGATIF: (0.88, 0.08, 0.04),
    Sentiment.NETRAL: (0.15, 0.7, 0.15),
    Sentiment.POSITIF: (0.05, 0.1, 0.85),
}

FLOOD = (
    "Banjir di Sampit sudah masuk rumah sejak subuh, belum ada perahu yang datang",
    "tolong min, orang tua saya terjebak banjir di Baamang, air sudah sedada!!",
    "Parah banget banjirnya, gorong-gorong mampet dari tahun lalu kada pernah dibersihkan",
    "Kenapa tiap hujan Sampit banjir terus? mana janji drainase",
    "Air naik lagi di Kotim, anak-anak tidak bisa sekolah",
    "Nomor posko banjir ga diangkat, hubungi saya 0812-0000-0000 kalau ada perahu",
    "Sudah dua hari banjir di Ketapang, bantuan belum sampai juga",
    "BPBD ke mana ya, kampung kami di Kotawaringin Timur terendam semua",
)
WAVE = "Pejabat jalan-jalan, rakyat kebanjiran. Viralkan sampai pusat sekarang juga!"
CALM = (
    ("Terima kasih petugas puskesmas Sampit yang ramah", Sentiment.POSITIF, "kesehatan"),
    ("Bayar pajak kendaraan hari Sabtu buka tidak?", Sentiment.NETRAL, "perizinan_pajak"),
    ("Listrik mati lagi di Pangkalan Bun", Sentiment.NEGATIF, "listrik_internet"),
    ("Jalan di Katingan berlubang parah", Sentiment.NEGATIF, "jalan_infrastruktur"),
    ("Slot gacor maxwin link di bio, daftar sekarang bonus 100%", Sentiment.NETRAL, "lainnya"),
)


@cache
def text_reader() -> TextReader:
    """The real text layer, compiled once."""
    return TextReader.load(DATA)


class TextWords:
    """The text layer as the steps want it."""

    def stems(self, text: str) -> frozenset[str]:
        return frozenset(text_reader().stemmer.stems(text_reader().read(text).normalised))

    def casual(self, text: str) -> bool:
        return "min" in text.replace(",", " ").split() or "banget" in text

    def mask(self, text: str) -> str:
        return text_reader().read(text).masked


class NoClassifier:
    """The page never classifies."""

    version = VERSION

    def predict(self, texts: Sequence[str]) -> Sequence[Verdict]:
        raise AssertionError("the page asked for a prediction")


@dataclass
class Site:
    """A watched site that takes replies."""

    id: SourceId
    platform: str = "wordpress"
    words: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, str]] = field(default_factory=list)

    def check(self) -> Health:
        return Health(ok=True, identity=self.id, detail="")

    def collect(self, cursor: str | None, now: datetime) -> tuple[Page, ...]:
        return ()

    def target(self, reply_ref: str) -> Comment | None:
        return Comment(self.id, self.platform, reply_ref, self.words[reply_ref], NOW)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        self.posted.append((reply_ref, text))
        return PostedReply("r1", "https://situs.example/balasan/1", ReplyState.PUBLISHED)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        return None


@dataclass
class World:
    """An office: its tools, its database file and what its clock says."""

    path: Path
    tools: Tools
    site: Site
    now: datetime = NOW
    woken: int = 0

    def open_db(self) -> Database:
        return open_store(self.path)

    def wake(self) -> None:
        self.woken += 1

    def clock(self) -> datetime:
        return self.now

    def say(
        self,
        db: Database,
        text: str,
        sentiment: Sentiment = Sentiment.NEGATIF,
        issue: str = "banjir_bencana",
        *,
        minutes_ago: float = 5,
        source: SourceId = SITE,
        author: str = "a1",
        backfilled: bool = False,
        permalink: str | None = None,
    ) -> StoredComment:
        """One citizen's comment, stored and understood."""
        ref = f"k{comments.total(db) + 1}"
        comment = Comment(
            source_id=source,
            platform="feed" if source == MEDIA else "wordpress",
            external_id=ref,
            text=text,
            created_at=self.now - timedelta(minutes=minutes_ago),
            post_id="1",
            author_id=author,
            author_name=f"Nama Rahasia {author}",
            permalink=permalink or f"https://situs.example/berita#{ref}",
            reply_ref=ref if source == SITE else None,
        )
        self.site.words[ref] = text
        sources.store_page(db, source, Page((comment,), "{}"), self.now, backfilled=backfilled)
        stored = comments.waiting(db, 1)[0]
        predictions.write(db, [(stored, prediction(stored, sentiment, issue))], VERSION)
        return stored


def prediction(stored: StoredComment, sentiment: Sentiment, issue: str) -> Prediction:
    """What a model would say, with the real text rules."""
    read = text_reader().read(stored.comment.text)
    place = read.places[0] if read.places else None
    return Prediction(
        comment_id=stored.id,
        model=VERSION,
        sentiment=sentiment,
        sentiment_p=CHANCES[sentiment],
        issue=issue,
        issue_p=0.8,
        intent=Intent.KELUHAN,
        urgent="terjebak" in read.text,
        language="bjn" if "kada" in read.text.split() else "id",
        place=" / ".join(filter(None, (place.kabupaten, place.kecamatan))) if place else None,
        spam=read.spam,
        flags=read.flags,
        masked=read.masked,
        ask_human=sentiment is Sentiment.NETRAL,
        copy_key=read.copy_key,
        copy_words=read.copy_words,
    )


def make_world(folder: Path) -> World:
    """An office with three healthy sources and nothing said yet."""
    site = Site(SITE)
    tools = Tools(
        settings=Settings(),
        knowledge=load_knowledge(DATA),
        classifier=NoClassifier(),
        words=TextWords(),
        channel=Console(),
        sources={SITE: site, AGENCY: Site(AGENCY), MEDIA: Site(MEDIA, "feed")},  # type: ignore[dict-item]
        repliers={SITE: site},
    )
    world = World(folder / "siaga.db", tools, site)
    db = world.open_db()
    sources.register(db, [(SITE, "wordpress"), (AGENCY, "wordpress"), (MEDIA, "feed")])
    for source in (SITE, AGENCY, MEDIA):
        with db.atomic():
            sources.cover(db, source, NOW - timedelta(days=30), NOW)
        sources.finish_poll(db, source, NOW, NOW + timedelta(minutes=2))
    db.close()
    return world


def tell_history(world: World, days: int = 14) -> None:
    """Ordinary days, so that the machine knows what is usual."""
    rng = random.Random(7)
    db = world.open_db()
    for hour in range(8, days * 24):
        if rng.random() < 0.35:
            text, sentiment, issue = rng.choice(CALM[:4])
            world.say(
                db,
                f"{text} ({hour})",
                sentiment,
                issue if rng.random() < 0.8 else "banjir_bencana",
                minutes_ago=hour * 60,
                author=f"h{hour % 40}",
                backfilled=True,
            )
    db.close()


def tell_crisis(world: World, negatives: int = 34) -> None:
    """A flood in two hours: many voices, one copy-paste wave, some spam; judged and answered."""
    db = world.open_db()
    for i in range(negatives):
        text = FLOOD[i % len(FLOOD)]
        words = text if i < len(FLOOD) else f"{text} {'!' * (i % 3)} {i} jam"
        world.say(
            db, words, minutes_ago=110 - i * 3, author=f"w{i}", source=(SITE, AGENCY)[i % 5 == 0]
        )
    for i in range(9):
        world.say(db, WAVE, minutes_ago=40 - i, author=f"g{i % 7}")
    for i, (text, sentiment, issue) in enumerate(CALM):
        world.say(db, text, sentiment, issue, minutes_ago=4 - i / 2, author=f"c{i}")
    judge(db, world.tools, world.now)
    suggest_replies(db, world.tools, world.now)
    db.close()


def tell_troubles(world: World) -> None:
    """What else a page shows on a bad day: a blind source, edited, posted and copied drafts."""
    tools, now = world.tools, world.now
    db = world.open_db()
    world.say(db, "Listrik padam tiap malam di Pangkalan Bun", issue="listrik_internet")
    reading = Reading(
        "listrik_internet", now, 3, 9, 2.4, 0, 6, 1.0, Level.WASPADA, "", 1.0, 0.7, 0.4
    )
    incidents.open_new(db, reading, now - timedelta(hours=2), why(reading, "Listrik"))
    old = Reading("kesehatan", now, 3, 12, 2.0, 0, 5, 1.2, Level.SIAGA, "", 1.0, 0.6, 0.3)
    incidents.open_new(db, old, now - timedelta(hours=20), why(old, "Kesehatan"))
    ended = incidents.live(db)[1]
    decide.resolve(db, OTHER, ended.id, now - timedelta(hours=3))
    first, second, _ = drafts.of_incident(db, incidents.live(db)[0].id)
    decide_drafts.rewrite(
        db,
        tools,
        ADMIN,
        first.id,
        "Bapak/Ibu, perahu menuju Baamang. Hubungi 112. Kabar: https://ppid.kalteng.go.id",
        now,
    )
    for person in (OTHER, ADMIN):  # the flood is at Awas
        decide_drafts.approve(db, tools, person, first.id, now)
        decide_drafts.approve(db, replace(tools, repliers={}), person, second.id, now)
    post(db, tools, now)
    sources.fail_poll(db, MEDIA, "media_lokal: 503: tidak menjawab", now + timedelta(minutes=5))
    db.conn.execute("UPDATE coverage SET to_at = to_at - 7200 WHERE source_id = ?", [MEDIA])
    db.conn.execute(
        "UPDATE source SET last_success_at = last_success_at - 7200 WHERE id = ?", [MEDIA]
    )
    db.conn.commit()
    db.close()
