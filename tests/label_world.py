"""Comments that wait for labels, and a small chooser, for the tests of the label queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from monitor.records import CommentId, LabelField, Sentiment
from monitor.steps.tools import Tools
from monitor.store import label_queue
from monitor.store.connection import rows
from monitor.store.label_pool import Labelled, Teachable
from monitor.store.label_queue import ToLabel
from tests.world import NOW, seed_comments

TEXTS = (
    "banjir parah di Sampit, tolong min",
    "jalan rusak di depan puskesmas kami",
    "sampah menumpuk dan bau di pasar",
    "petugas puskesmas cepat dan ramah, terima kasih",
    "kapan loket buka lagi ya?",
    "genangan di jalan utama belum surut",
)
NEG, NET, POS = Sentiment.NEGATIF, Sentiment.NETRAL, Sentiment.POSITIF
FLOOD, ROADS = "banjir_bencana", "jalan_infrastruktur"


@dataclass(frozen=True)
class Pick:
    index: int
    worth: float
    reason: str


@dataclass
class FirstCome:
    """Chooses the first of the pool; what it was asked lies in ``pools``."""

    reason: str = "disagree"
    pools: list[Sequence[Teachable]] = field(default_factory=list)
    known: list[tuple[list[Teachable], Labelled]] = field(default_factory=list)

    def choose(
        self,
        pool: Sequence[Teachable],
        k: int,
        taken: Sequence[Teachable],
        labelled: Labelled,
    ) -> list[Pick]:
        self.pools.append(pool)
        self.known.append((list(taken), labelled))
        return [Pick(at, 1.0 - at / 100, self.reason) for at in range(min(k, len(pool)))]

    def likeliest(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        return [("kesehatan", ROADS, FLOOD, "lainnya") for _ in texts]


def queue(
    db: Database, tools: Tools, count: int = 3, wanted: int = 1, reason: str = "unsure"
) -> list[CommentId]:
    """Let this many comments wait; the first teaches most."""
    texts = [f"{TEXTS[at % len(TEXTS)]} nomor {at}" for at in range(count)]
    numbers = seed_comments(db, tools, texts)
    items = [ToLabel(number, reason, 1.0 - at / 100, wanted) for at, number in enumerate(numbers)]
    label_queue.put(db, items, NOW)
    return numbers


def labelled(db: Database, comment_id: int) -> dict[str, tuple[str, str]]:
    """Value and person of the newest label of each field."""
    found = rows(db, "SELECT * FROM label WHERE comment_id = ? ORDER BY id", [comment_id])
    return {str(LabelField(row["field"])): (row["value"], row["person"]) for row in found}


def state(db: Database, comment_id: CommentId) -> str:
    found = label_queue.get(db, comment_id)
    assert found is not None
    return str(found.state)


def tally(db: Database) -> list[dict[str, object]]:
    """How every comment counts."""
    return rows(db, "SELECT * FROM tally ORDER BY comment_id")
