"""Tokens that change: on the disk before they are used, renewed by one process at a time."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.offer import Tokens
from monitor.records import SourceId
from monitor.store.tokens import StoredVault, token_file
from tests.fakes.clock import START

FIRST = Tokens("akses-1", "segar-1", START, START + timedelta(hours=1), START + timedelta(days=300))
NEXT = Tokens("akses-2", "segar-2", START, None)


@pytest.fixture
def vault(tmp_path: Path) -> StoredVault:
    return StoredVault(tmp_path / "siaga.db", SourceId("tiktok"))


def refuse(_: Tokens | None) -> Tokens:
    raise PlatformError("no", reason=Reason.AUTH, permanent=True)


def test_what_was_kept_is_read_back(vault: StoredVault, tmp_path: Path) -> None:
    assert vault.read("benih") is None
    assert vault.renew("benih", None, lambda kept: FIRST) == FIRST
    assert StoredVault(tmp_path / "siaga.db", SourceId("tiktok")).read("benih") == FIRST
    assert StoredVault(tmp_path / "siaga.db", SourceId("x")).read("benih") is None


def test_only_the_owner_may_read_the_file(vault: StoredVault, tmp_path: Path) -> None:
    vault.put("benih", FIRST)
    file = token_file(tmp_path / "siaga.db")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"benih" not in file.read_bytes()


def test_what_an_admin_gives_anew_outranks_what_was_kept(vault: StoredVault) -> None:
    vault.put("benih lama", FIRST)
    assert vault.read("benih baru") is None
    asked: list[Tokens | None] = []
    vault.renew("benih baru", None, lambda kept: asked.append(kept) or NEXT)  # type: ignore[func-returns-value]
    assert asked == [None] and vault.read("benih baru") == NEXT


def test_a_service_with_the_old_secret_never_overwrites_the_new_tokens(vault: StoredVault) -> None:
    """``sources renew`` beside a running service: the new refresh token is spent already."""
    vault.put("benih lama", FIRST)
    vault.put("benih baru", NEXT)
    assert vault.read("benih lama") is None
    assert vault.renew("benih lama", FIRST, lambda kept: FIRST) == FIRST
    assert vault.read("benih baru") == NEXT


def test_a_refusal_leaves_what_was_kept(vault: StoredVault) -> None:
    vault.put("benih", FIRST)
    with pytest.raises(PlatformError):
        vault.renew("benih", FIRST, refuse)
    assert vault.read("benih") == FIRST


def test_whoever_waited_finds_the_tokens_of_the_other(vault: StoredVault) -> None:
    """Two ask at once with the same stale tokens: the server is asked once."""
    vault.put("benih", FIRST)
    asked, gate = [], threading.Barrier(2)

    def renew(_: int) -> Tokens:
        gate.wait()
        return vault.renew("benih", FIRST, lambda kept: asked.append(kept) or NEXT)  # type: ignore[func-returns-value]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(renew, range(2))) == [NEXT, NEXT]
    assert asked == [FIRST]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("bukan folder")
    vault = StoredVault(tmp_path / "berkas" / "siaga.db", SourceId("x"))
    with pytest.raises(StorageError, match="tokens"):
        vault.put("benih", FIRST)


def test_a_damaged_file_is_told_before_a_token_is_asked(vault: StoredVault, tmp_path: Path) -> None:
    token_file(tmp_path / "siaga.db").write_bytes(b"bukan basis data" * 100)
    with pytest.raises(StorageError, match="tokens"):
        vault.renew("benih", None, refuse)


def test_a_locked_file_is_told(vault: StoredVault, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import sqlite3

    monkeypatch.setattr("monitor.store.tokens._WAIT_SECONDS", 0.05)
    vault.put("benih", FIRST)
    other = sqlite3.connect(token_file(tmp_path / "siaga.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        vault.renew("benih", FIRST, refuse)
    other.close()
