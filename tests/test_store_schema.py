"""Opening the database: new, old, newer than the program, not a database, two at once."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from datetime import UTC, datetime
from multiprocessing.pool import Pool
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import StorageError
from monitor.steps.learn import learned_state, usual
from monitor.store import connection, incidents, open_store
from monitor.store.connection import (
    KNOWN,
    changed,
    from_epoch,
    maybe_epoch,
    maybe_from_epoch,
    one,
    rows,
    storable,
    to_epoch,
)
from monitor.store.incidents import dump_reading
from monitor.store.schema import migrations
from tests.making import NOW, make_reading
from tests.world import make_tools


def open_and_write(path: str) -> int:
    """What a second process does: open, write one row, count."""
    db = open_store(Path(path))
    with db.atomic():
        changed(db, "INSERT INTO person (name, roles) VALUES (hex(randomblob(8)), '')")
    found = one(db, "SELECT count(*) AS n FROM _sqlite_migrations")
    db.close()
    return found["n"] if found else 0


@pytest.fixture(scope="module")
def processes():  # type: ignore[no-untyped-def]
    # Not fork: the parent has threads and open connections that a child must not inherit.
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        yield pool


def test_a_new_file_gets_every_table_and_its_folder(tmp_path: Path) -> None:
    db = open_store(tmp_path / "baru" / "dalam" / "siaga.db")
    tables = {"source", "comment", "prediction", "tally", "incident", "notice", "draft", "audit"}
    assert tables <= set(db.table_names())
    assert {row["name"] for row in db.query("SELECT name FROM _sqlite_migrations")} == KNOWN
    db.close()


def test_every_migration_is_known() -> None:
    assert {migration.name for migration in migrations.pending(Database(memory=True))} == KNOWN


def test_the_connection_is_set_up_for_many_programs(db: Database) -> None:
    pragmas = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "synchronous": 1}
    for name, value in pragmas.items():
        assert db.execute(f"PRAGMA {name}").fetchone()[0] == value


def test_opening_again_changes_nothing(store_path: Path, db: Database) -> None:
    with db.atomic():
        changed(db, "INSERT INTO person (name, roles) VALUES ('Sari', 'humas')")
    schema = db.schema
    again = open_store(store_path)
    assert again.schema == schema
    assert one(again, "SELECT name FROM person") == {"name": "Sari"}
    again.close()


def test_a_newer_database_is_refused_by_name(store_path: Path, db: Database) -> None:
    with db.atomic():
        changed(
            db,
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('siaga', 'm999_future', '2030-01-01')",
        )
    with pytest.raises(StorageError, match=r"newer siaga \(unknown migrations: m999_future\)"):
        open_store(store_path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "catatan.db"
    file.write_bytes(b"ini bukan basis data, melainkan catatan\n" * 200)
    with pytest.raises(StorageError, match=r"^database: .*catatan\.db: .*not a database"):
        open_store(file)
    assert file.read_bytes().startswith(b"ini bukan")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "berkas").touch()
    with pytest.raises(StorageError, match="berkas"):
        open_store(tmp_path / "berkas" / "siaga.db")
    with pytest.raises(StorageError, match="unable to open"):
        open_store(tmp_path)


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """A table of that name already stands there: none of the migrations may be half applied."""
    file = tmp_path / "lain.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE label (x)")
    other.commit()
    with pytest.raises(StorageError, match="table label already exists"):
        open_store(file)
    tables = [row[0] for row in other.execute("SELECT name FROM sqlite_master")]
    assert "comment" not in tables
    assert "label" in tables
    other.close()


@pytest.mark.parametrize("attempt", range(3))
def test_processes_that_open_a_new_file_at_once_all_succeed(
    tmp_path: Path, processes: Pool, attempt: int
) -> None:
    path = str(tmp_path / f"{attempt}.db")
    assert processes.map(open_and_write, [path] * 6, chunksize=1) == [len(KNOWN)] * 6
    db = open_store(Path(path))
    assert one(db, "SELECT count(*) AS n FROM person") == {"n": 6}
    db.close()


def test_a_file_that_is_locked_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "terkunci.db"
    other = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    other.execute("CREATE TABLE x (y)")
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 20)
    with monkeypatch.context() as soon, pytest.raises(StorageError, match="locked"):
        soon.setattr(connection, "_SWITCH_SECONDS", 0.0)
        open_store(file)
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    open_store(file).close()
    release.join()
    other.close()


def test_a_write_is_seen_by_the_other_connection_after_the_commit(
    store_path: Path, db: Database
) -> None:
    other = open_store(store_path)
    with db.atomic():
        changed(db, "INSERT INTO person (name, roles) VALUES ('Sari', '')")
        assert rows(other, "SELECT name FROM person") == []
    assert rows(other, "SELECT name FROM person") == [{"name": "Sari"}]
    other.close()


def test_instants_survive_as_whole_seconds() -> None:
    at = datetime(2026, 3, 10, 5, 0, 7, 999_999, tzinfo=UTC)
    assert from_epoch(to_epoch(at)) == at.replace(microsecond=0)
    assert maybe_from_epoch(maybe_epoch(at)) == at.replace(microsecond=0)
    assert (maybe_epoch(None), maybe_from_epoch(None)) == (None, None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\x00b", "ab"), ("a\ud83db", "a?b"), ("🔥é\u202e", "🔥é\u202e"), ("\x00", ""), ("", "")],
)
def test_what_sqlite_cannot_keep_is_made_storable(text: str, kept: str) -> None:
    assert storable(text) == kept


def test_rows_take_named_and_numbered_values(db: Database) -> None:
    assert one(db, "SELECT :a AS a", {"a": 1}) == {"a": 1}
    assert one(db, "SELECT ? AS a", (2,)) == {"a": 2}
    assert one(db, "SELECT 1 AS a WHERE 0") is None


# A database from before what is usual was kept.


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Two weeks of one comment an hour and an ended incident, as five migrations left them."""
    tools = make_tools(tmp_path)
    file = tools.settings.database
    file.parent.mkdir(parents=True)
    db = Database(sqlite3.connect(file))
    migrations.apply(db, stop_before="m006_learned")
    with db.atomic():
        for sql in _OLD:
            db.conn.execute(sql, {"now": to_epoch(NOW), "reading": dump_reading(make_reading())})
        db.conn.executemany(
            "INSERT INTO comment (id, source_id, external_id, platform, kind, own, text, "
            "created_at, visibility, raw, content_hash, backfilled, stored_at) "
            "VALUES (?, 'berita', ?, 'wordpress', 'comment', 0, 'air', ?, 'public', "
            "'{}', '', 0, ?)",
            [(i, str(i), to_epoch(NOW) - i * 3600, to_epoch(NOW)) for i in range(336)],
        )
        db.conn.execute(
            "INSERT INTO tally (comment_id, topic, source_id, at, negative, live) "
            "SELECT id, 'banjir_bencana', source_id, created_at, 1, 1 FROM comment"
        )
    db.close()
    return file


_OLD = (
    "INSERT INTO source (id, platform) VALUES ('berita', 'wordpress')",
    "INSERT INTO coverage (source_id, from_at, to_at) VALUES ('berita', :now - 14 * 86400, :now)",
    "INSERT INTO baseline (hour, body) VALUES (:now, '{}')",
    "INSERT INTO incident (topic, level, peak, state, opened_at, onset_at, reading, closed_at) "
    "VALUES ('banjir_bencana', 'siaga', 'siaga', 'resolved', :now, :now, :reading, :now)",
)


def test_a_database_from_before_keeps_its_rows_and_learns_from_them(
    old: Path, tmp_path: Path
) -> None:
    db = open_store(old)
    assert {row["name"] for row in db.query("SELECT name FROM _sqlite_migrations")} == KNOWN
    assert "baseline" not in db.table_names()
    assert one(db, "SELECT sum(comments) AS n FROM hourly") == {"n": 336}
    (ended,) = incidents.ended(db, 9)
    assert ended.reading == make_reading()
    tools = make_tools(tmp_path)
    state = learned_state(db, tools, NOW)
    assert state.hours > 300
    assert usual(db, tools, NOW).level[state.topics.index("banjir_bencana")] > 0.5
    db.close()


def test_what_changes_in_an_upgraded_database_is_unlearned(old: Path, tmp_path: Path) -> None:
    db = open_store(old)
    learned_state(db, make_tools(tmp_path), NOW)
    before = rows(db, "SELECT hour FROM learned ORDER BY hour")
    changed_at = to_epoch(NOW) - 100 * 3600
    with db.atomic():
        changed(db, "DELETE FROM tally WHERE comment_id = 100")
    after = rows(db, "SELECT hour FROM learned ORDER BY hour")
    assert after == [row for row in before if row["hour"] <= changed_at]
    assert 0 < len(after) < len(before)
    db.close()
