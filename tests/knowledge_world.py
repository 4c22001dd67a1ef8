"""An office with its own data folder and the shipped model, whose knowledge can be changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor import app, pipeline
from monitor.config import Settings
from monitor.config.parts import Classify, Digest, Paths
from monitor.editable import FILES, put
from monitor.messages.knowledge import Preview
from monitor.records import Person, PersonId, Role, SourceId
from monitor.steps import knowing, switching, trying
from monitor.steps.answer import Answer
from monitor.steps.knowing import Proposal
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import comments, knowledge_changes, open_store, serving, sources
from monitor.store.connection import rows
from monitor.store.knowledge_changes import Change
from tests.world import NOW, PROJECT, SITE, MemoryChannel, make_comment

DEWI = Person(PersonId(4), "Dewi", frozenset({Role.TRAINER}))
BUDI = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
ANI = Person(PersonId(1), "Ani", frozenset({Role.HUMAS}))
SLANG, KEYWORDS, TONES = (
    FILES[path] for path in ("lexicon/slang.tsv", "lexicon/issue_keywords.toml", "lexicon/tone.tsv")
)
TEMPLATES, GUARD = FILES["templates/balasan.toml"], FILES["guard/aturan.toml"]
OPD, TAXONOMY = FILES["opd.toml"], FILES["taxonomy.toml"]
MODEL = "2026-11-d"
FLOOD = "banjir_bencana"
_NOT_NEEDED = ("training", "drill", "demo", "unseen", "mappings")

NEWS = "Kampung kami glopar lagi min, tolong dicek"
# "glopar" is a word that nobody knows before it is taught.
SAID = (
    "Glopar di depan rumah kami sudah dua hari, airnya masuk ke dapur",
    "Tiap hujan pasti glopar, kapan drainase dibenahi",
    NEWS,
    "Jalan rusak parah di depan pasar, banyak lubang",
    "Terima kasih petugas puskesmas yang ramah",
    "Jadwal pelayanan hari Sabtu jam berapa ya",
    "Sampah menumpuk di TPS dekat sekolah, bau sekali",
    "Listrik mati tiap malam di kampung kami",
    "Guru honorer belum digaji tiga bulan",
    "Air PDAM keruh dan bau sejak kemarin",
)


def changes(office: Taught) -> list[Change]:
    """Everything but what was first seen, oldest first."""
    found = knowledge_changes.every(office.db, 99)[::-1]
    return [one for one in found if one.before is not None]


def lay_out(folder: Path) -> Settings:
    """The settings of an office that has its own copy of the knowledge in ``folder``."""
    if not (folder / "data").exists():
        shutil.copytree(
            PROJECT / "data", folder / "data", ignore=shutil.ignore_patterns(*_NOT_NEEDED)
        )
        shutil.copytree(PROJECT / "models", folder / "models")
    return Settings(
        folder=folder,
        paths=Paths(models=Path("models")),
        classify=Classify(embeddings="off"),
        digest=Digest(morning="", evening=""),
    )


class Taught:
    """The office; a new one on the same folder is what a process that starts anew is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.settings = lay_out(folder)
        self.tools: Tools = app.build_tools(self.settings, channel=MemoryChannel())
        self.db: Database = open_store(self.settings.database)
        app.prepare(self.db, self.settings)
        sources.register(self.db, [(SITE, "wordpress")])
        pipeline.start(self.db, self.tools, self.now)

    def hear(self, texts: tuple[str, ...] = SAID, site: SourceId = SITE) -> None:
        """People wrote these, one a minute, and the office read them."""
        with self.db.atomic():
            said = [make_comment(i, text, self.now) for i, text in enumerate(texts, 1)]
            comments.upsert(self.db, said, self.now, backfilled=False)
        while understand(self.db, self.tools):
            pass

    def disk(self, path: str) -> str:
        return (self.folder / "data" / path).read_text(encoding="utf-8")

    def edit(self, path: str, text: str) -> None:
        """Somebody writes into the file with an editor."""
        (self.folder / "data" / path).write_text(text, encoding="utf-8")

    def with_slang(self, word: str = "glopar", meaning: str = "banjir") -> str:
        return put(SLANG, self.disk(SLANG.path), word, meaning)

    def propose(self, path: str, text: str, person: Person = DEWI) -> Proposal | Answer:
        return knowing.propose(self.db, self.tools, person, FILES[path], text, self.now)

    def proposal(self, path: str, text: str) -> Proposal:
        made = self.propose(path, text)
        assert isinstance(made, Proposal), made
        return made

    def preview(self, made: Proposal) -> Preview:
        return trying.preview(self.db, self.tools, made, self.now)

    def apply(self, made: Proposal, why: str = "kata baru di sini") -> Answer:
        return knowing.apply(self.db, self.tools, DEWI, made, why, self.now)

    def teach(self, path: str, text: str) -> Answer:
        answer = self.apply(self.proposal(path, text))
        assert answer.done, answer
        return answer

    def tick(self, now: datetime | None = None) -> None:
        """What of a tick concerns knowledge."""
        knowing.follow(self.db, self.tools, now or self.now)
        switching.read_history(self.db, self.tools, now or self.now)

    def settle(self) -> None:
        """Tick until nothing reads any more."""
        self.tick()
        while serving.reading(self.db) is not None:
            self.tick()

    def issues(self) -> Mapping[str, str]:
        """Which issue each comment counts for."""
        found = rows(
            self.db,
            "SELECT c.text, t.topic FROM tally t JOIN comment c ON c.id = t.comment_id "
            "ORDER BY c.id",
        )
        return {row["text"]: row["topic"] for row in found}

    def figures(self) -> object:
        """Every count, and every figure of the predictions behind them."""
        return [
            rows(self.db, f"SELECT * FROM {table} ORDER BY 1, 2, 3")
            for table in ("tally", "hourly", "bins")
        ], rows(
            self.db,
            "SELECT p.comment_id, p.sentiment, p.p_negatif, p.p_netral, p.p_positif, p.issue, "
            "p.issue_p, p.urgent, p.place, p.spam, p.flags, p.ask_human FROM prediction p "
            "JOIN comment c ON c.id = p.comment_id AND c.predicted_by = p.model ORDER BY 1",
        )

    def close(self) -> None:
        self.db.close()
