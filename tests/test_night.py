"""Training by night: when it is due, one at a time, and gone with the service however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from monitor import app, night, running
from monitor.config.parts import Training
from monitor.night import Night, command, due, stay_behind
from monitor.records import CommentId, LabelField
from monitor.records.candidate import CandidateState
from monitor.store import candidates, open_store, predictions
from tests.candidate_world import report
from tests.making import make_comment, store_comments, understand
from tests.world import PROJECT

WIB = ZoneInfo("Asia/Jakarta")
AT_TWO = Training(at="02:00", least_new=2)
TWO = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)  # 02.00 WIB on the second
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.read(); print('over')"]


@pytest.mark.parametrize(
    ("wanted", "now", "trained_at", "labels", "is_due"),
    [
        (AT_TWO, TWO, None, 2, True),
        (AT_TWO, TWO - MINUTE, None, 2, False),
        (AT_TWO, TWO + 2 * HOUR - MINUTE, None, 2, True),
        (AT_TWO, TWO + 2 * HOUR, None, 2, False),
        (AT_TWO, TWO, None, 1, False),
        (AT_TWO, TWO + HOUR, TWO + MINUTE, 9, False),
        (AT_TWO, TWO + HOUR, TWO - HOUR, 9, True),
        (Training(), TWO, None, 999, False),
        (Training(at="23:30", least_new=1), TWO - HOUR, None, 1, True),
    ],
)
def test_it_is_due_once_a_night_with_enough_labels(
    wanted: Training, now: datetime, trained_at: datetime | None, labels: int, is_due: bool
) -> None:
    assert due(wanted, WIB, now, trained_at, labels) is is_due


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "siaga.db")
    understand(db, store_comments(db, *(make_comment(str(at)) for at in range(1, 4))))
    for at in (1, 2):
        for field, value in ((LabelField.SENTIMENT, "netral"), (LabelField.ISSUE, "lainnya")):
            predictions.add_label(db, CommentId(at), field, value, "Dewi", TWO - HOUR)
    yield db
    db.close()


@pytest.fixture
def sleeper() -> Iterator[Night]:
    made = Night(AT_TWO, WIB, SLEEPER)
    yield made
    made.stop()


def test_labels_are_counted_by_comment_since_the_last_training(store: Database) -> None:
    assert candidates.labels_since(store, None) == 2
    assert candidates.labels_since(store, TWO) == 0


def test_one_is_started_and_ended_with_the_service(store: Database, sleeper: Night) -> None:
    assert not sleeper.look(store, TWO - MINUTE)
    assert sleeper.look(store, TWO) and sleeper.running
    assert not sleeper.look(store, TWO + MINUTE), "it runs"
    sleeper.stop()
    assert not sleeper.running
    assert not sleeper.look(store, TWO + MINUTE), "tried today"
    assert sleeper.look(store, TWO + 24 * HOUR)


def trained(store: Database, at: datetime) -> None:
    candidates.begin(store, "v1", "Dewi", at - MINUTE)
    candidates.finish(store, "v1", CandidateState.UNPROVEN, report(), b"", [], at)


def test_one_that_was_killed_does_not_end_the_nights(store: Database) -> None:
    """Its row stands until the next run sweeps it; it has learned from nothing."""
    candidates.begin(store, "2026-12-02-a", "siaga", TWO + MINUTE)
    after = Night(AT_TWO, WIB, SLEEPER)
    assert after.look(store, TWO + 24 * HOUR)
    after.stop()
    assert candidates.last_trained(store) is None
    trained(store, TWO + 2 * MINUTE)
    candidates.begin(store, "2026-12-03-a", "siaga", TWO + 24 * HOUR)
    assert candidates.last_trained(store) == TWO + 2 * MINUTE


def test_after_a_training_there_is_nothing_to_learn(store: Database, sleeper: Night) -> None:
    trained(store, TWO - MINUTE)
    assert not sleeper.look(store, TWO)
    assert not Night(Training(), WIB, SLEEPER).look(store, TWO)


def test_one_that_does_not_listen_is_killed(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "_PATIENCE_S", 0.3)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(60)"
    )
    stubborn = Night(AT_TWO, WIB, [sys.executable, "-c", deaf])
    assert stubborn.look(store, TWO)
    time.sleep(0.7)
    stubborn.stop()
    assert not stubborn.running


def test_a_service_that_is_killed_takes_it_along(tmp_path: Path) -> None:
    """The child holds one end of a pipe: whoever held the other is gone, so it ends."""
    mark = tmp_path / "berakhir"
    child = (
        "from monitor.night import stay_behind\nimport os, time\n"
        f"def end():\n    open({str(mark)!r}, 'w').write(str(os.nice(0)))\n    os._exit(1)\n"
        "stay_behind(end)\ntime.sleep(60)\n"
    )
    parent = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        "print('runs', flush=True)\ntime.sleep(60)\n"
    )
    service = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=PROJECT)
    assert service.stdout is not None
    service.stdout.readline()
    time.sleep(0.5)
    os.kill(service.pid, signal.SIGKILL)
    service.wait()
    service.stdout.close()
    end = time.monotonic() + 20
    while not mark.exists() or not mark.read_text():
        assert time.monotonic() < end, "it lives on"
        time.sleep(0.05)
    assert int(mark.read_text()) >= 15


def test_whoever_stays_behind_ends_when_nobody_holds_the_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io
    import threading

    over = threading.Event()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(os, "nice", lambda by: by)
    stay_behind(over.set)
    assert over.wait(5)


def test_the_service_looks_each_tick_and_ends_it(tmp_path: Path) -> None:
    from tests.test_app import office

    settings = office(tmp_path)
    assert running._night(settings, None) is None
    made = running._night(settings, tmp_path / "config.toml")
    assert made is not None
    assert command(tmp_path / "x.toml")[-4:] == [
        "--config",
        str(tmp_path / "x.toml"),
        "train",
        "--night",
    ]
    looked = []

    class Watched(Night):
        def look(self, db: Database, now: datetime) -> bool:
            looked.append(now)
            return super().look(db, now)

        def stop(self) -> None:
            looked.append(None)  # type: ignore[arg-type]

    tools = app.build_tools(settings)
    app.prepare(open_store(settings.database), settings)
    with running.Service(tools, night=Watched(AT_TWO, WIB, SLEEPER)):
        end = time.monotonic() + 20
        while not looked:
            assert time.monotonic() < end
            time.sleep(0.02)
    assert looked[-1] is None and looked[0] is not None
    tools.channel.close()
