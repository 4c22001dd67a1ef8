"""Locks of the service: one process a part and database, free again however it ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import Refused, StorageError
from monitor.store.locking import held

_HOLDS = (
    "import sys, time\nfrom pathlib import Path\nfrom monitor.store.locking import held\n"
    "with held(Path(sys.argv[1]), ['collect', 'web']):\n    print('held', flush=True)\n"
    "    time.sleep(60)\n"
)


def test_a_part_runs_once_a_database_and_is_free_after_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "siaga.db"
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(database)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        for parts in (["collect"], ["bot", "web"]):
            with pytest.raises(Refused, match=f"{parts[-1]} runs already"), held(database, parts):
                pass
        with held(database, ["bot"]), held(tmp_path / "lain.db", ["collect"]):
            pass
        other.send_signal(signal.SIGKILL)
    with held(database, ["collect", "bot", "web"]):
        pass


def test_within_a_process_a_part_runs_once_too(tmp_path: Path) -> None:
    database = tmp_path / "baru" / "siaga.db"
    with held(database, ["collect"]):
        with pytest.raises(Refused, match="stop that one first"), held(database, ["collect"]):
            pass
        with pytest.raises(Refused), held(database, ["collect"]):
            pass
    with held(database, ["collect"]):
        assert not database.exists()


def test_a_place_without_files_is_named(tmp_path: Path) -> None:
    file = tmp_path / "berkas"
    file.write_text("x")
    with pytest.raises(StorageError, match="lock: "), held(file / "siaga.db", ["web"]):
        pass
    (tmp_path / "siaga.bot.lock").mkdir()
    with pytest.raises(StorageError, match="lock: "), held(tmp_path / "siaga.db", ["bot"]):
        pass
    (tmp_path / "siaga.web.lock").write_text("bukan basis data " * 99)
    with pytest.raises(StorageError, match="lock: "), held(tmp_path / "siaga.db", ["web"]):
        pass
