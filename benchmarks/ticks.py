"""What a tick costs with ten thousand stored comments and with a million.

The same rate of comments for longer: ten thousand are a week, a million two years.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.report import Figure
from benchmarks.texts import comments
from monitor import app, pipeline
from monitor.config import Settings, find_config, load_settings
from monitor.platforms.base import Health, Page
from monitor.records import Comment, SourceId
from monitor.steps.collect import Collector
from monitor.steps.learn import learned_state
from monitor.steps.tools import Tools
from monitor.store import open_store, sources
from monitor.store.schema import BIN_SECONDS

_NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
_SITE = SourceId("situs")
_A_SECOND = 10_000 / (7 * 86400)
_TICKS, _NEW = 40, 20


class _Trickle:
    """A source that has twenty new comments at every poll."""

    id, platform = _SITE, "wordpress"

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    def check(self) -> Health:
        """Always well."""
        return Health(ok=True, identity=_SITE, detail="")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """The next twenty."""
        start = int(cursor or 0)
        batch = tuple(
            Comment(_SITE, "wordpress", f"n{start + i}", text, now - timedelta(seconds=i))
            for i, text in enumerate(self._texts[start : start + _NEW])
        )
        yield Page(batch, str(start + _NEW))


def measure() -> Iterator[Figure]:
    """Median CPU time of a whole tick with twenty new comments, and of learning the hour anew."""
    found = {}
    for count in (10_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder:
            found[count] = _with_stored(Path(folder), count)
    for count, (tick, learn) in found.items():
        yield Figure(f"a tick with {_NEW} new comments, {count:,} stored", tick * 1000, "ms")
        yield Figure(f"learning everything anew, {count:,} stored", learn * 1000, "ms")
    few, many = found[10_000][0], found[1_000_000][0]
    yield Figure("a tick with 1,000,000 stored over one with 10,000", many / few, "x", most=1.5)


def _with_stored(folder: Path, count: int) -> tuple[float, float]:
    base = load_settings(find_config(None))
    settings = Settings(
        folder=folder,
        paths={"data": base.data.resolve(), "models": base.models.resolve()},
        classify={"embeddings": "off"},
        poll={"default_every_seconds": 1},
    )
    trickle = _Trickle(comments(_NEW * (_TICKS + 2)))
    loaded = app.build_tools(settings)
    tools = Tools(
        settings=settings,
        knowledge=loaded.knowledge,
        classifier=loaded.classifier,
        words=loaded.words,
        channel=loaded.channel,
        sources={_SITE: trickle},
    )
    _fill(settings.database, tools, count)
    return _ticks(tools)


def _ticks(tools: Tools) -> tuple[float, float]:
    db = open_store(tools.settings.database)
    collector = Collector(1)
    spent = []
    for i in range(_TICKS):
        now = _NOW + timedelta(seconds=10 * i)
        begin = time.process_time()
        pipeline.tick(db, tools, collector, now, patience=None)
        spent.append(time.process_time() - begin)
    with db.atomic():
        db.conn.execute("DELETE FROM learned")
    begin = time.process_time()
    learned_state(db, tools, _NOW)
    learned = time.process_time() - begin
    collector.close()
    db.close()
    # The first tick learns the hour; it is shown on its own.
    return statistics.median(spent[1:]), learned


def _fill(path: Path, tools: Tools, count: int) -> None:
    """Rows as the pipeline would have left them; the counts grouped, which gives the same sums."""
    db = open_store(path)
    app.prepare(db, tools.settings, tools.sources.values())
    rng = random.Random(3)
    topics = list(tools.knowledge.taxonomy)
    version = tools.classifier.version
    until = int(_NOW.timestamp()) - 600
    rows = [
        (i, until - int(i / _A_SECOND), topics[rng.randrange(len(topics))], rng.random() < 0.3)
        for i in range(count)
    ]
    with db.atomic():
        for trigger in ("insert_bins", "insert_hourly"):
            db.conn.execute(f"DROP TRIGGER tally_{trigger}")
        db.conn.executemany(
            "INSERT INTO comment (source_id, external_id, platform, kind, own, text, created_at, "
            "visibility, raw, content_hash, backfilled, stored_at, predicted_by) VALUES ('situs', "
            "?, 'wordpress', 'comment', 0, 'komentar lama', ?, 'public', '{}', '', 0, 0, ?)",
            [(f"s{i}", at, version) for i, at, _, _ in rows],
        )
        db.conn.execute(
            "INSERT INTO prediction SELECT id, ?, 'netral', 0.1, 0.8, 0.1, 'lainnya', 0.9, "
            "'lainnya', 0, 'id', NULL, NULL, '', 'komentar lama', 0, NULL, NULL FROM comment",
            (version,),
        )
        db.conn.executemany(
            "INSERT INTO tally SELECT id, ?, 'situs', ?, ?, 1 FROM comment "
            "WHERE source_id = 'situs' AND external_id = ?",
            [(topic, at, int(negative), f"s{i}") for i, at, topic, negative in rows],
        )
        for table, column, seconds in (("hourly", "hour", 3600), ("bins", "bin", BIN_SECONDS)):
            db.conn.execute(
                f"INSERT INTO {table} ({column}, topic, source_id, negatives, comments) "
                f"SELECT at - at % {seconds} AS unit, topic, source_id, sum(negative), count(*) "
                "FROM tally GROUP BY unit, topic, source_id"
            )
    begin = datetime.fromtimestamp(rows[-1][1], UTC)
    with db.atomic():
        sources.cover(db, _SITE, begin, _NOW)
        db.conn.execute("UPDATE source SET backfilled_at = 1")
    db.close()
