"""Copying the store, and telling a damaged file from a sound one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import StorageError
from monitor.store import audit, open_store
from monitor.store.copying import check_whole, copy_whole, last_copied
from tests.making import NOW


def test_a_copy_is_sound_and_stands_by_itself(db: Database, tmp_path: Path) -> None:
    with db.atomic():
        audit.write(db, NOW, "Sari", "backup", "siaga.zip")
    copy_whole(db, tmp_path / "salinan.db")
    check_whole(tmp_path / "salinan.db")
    assert not (tmp_path / "salinan.db-wal").exists()
    copy = open_store(tmp_path / "salinan.db")
    assert last_copied(copy) == last_copied(db) == NOW
    assert audit.broken_at(copy) is None
    copy.close()


def test_a_copy_never_lands_on_another(db: Database, tmp_path: Path) -> None:
    copy_whole(db, tmp_path / "salinan.db")
    with pytest.raises(StorageError, match="cannot be copied: output file already exists"):
        copy_whole(db, tmp_path / "salinan.db")


@pytest.mark.parametrize("content", [b"bukan basis data" * 300, None])
def test_what_is_no_database_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "lain.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StorageError, match=r"lain\.db: "):
        check_whole(file)
    assert file.exists() is (content is not None), "looking makes no file"


def test_values_that_cannot_be_there_are_damage(tmp_path: Path) -> None:
    file = tmp_path / "rusak.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE t (a TEXT)")
        conn.execute("INSERT INTO t VALUES (NULL)")
        conn.commit()
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE t (a TEXT NOT NULL)'")
        conn.commit()
    with pytest.raises(StorageError, match=r"rusak\.db: damaged: NULL value in t\.a"):
        check_whole(file)
