"""SIGKILL at every step boundary, then a new start: nothing lost, nothing said twice in public."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import DraftState, Incident, wave_first
from monitor.store import audit, drafts, incidents, open_store
from monitor.store.connection import rows
from tests.crash_child import CHAT, Way, walk
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wordpress import PASSWORD, FakeWordPress
from tests.world import PROJECT

# The children are forked from a clean server process that has imported everything once.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["tests.crash_child", "matplotlib.figure", "matplotlib.backends.backend_agg"]
)

BEGIN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BURST = 14
COPIES = 11
COPIED = "Mari dukung program kelurahan hijau untuk kota kita bersama"
# What this short way never comes to: kills there are tested beside each of these steps.
ELSEWHERE = (
    "chase",
    "handoff",
    "knowledge",
    "labels",
    "moderate",
    "narrate",
    "questions",
    "recheck",
    "switch",
    "drift",
    "new_issue",
    "new_issues",
)
BOUNDARIES = sorted(
    {
        name
        for file in (PROJECT / "monitor" / "steps").glob("*.py")
        for name in re.findall(r'boundary\("([^"]+)"\)', file.read_text(encoding="utf-8"))
        if name.split(":")[0] not in ELSEWHERE
    }
)
# A message that left before the process died may be sent once more, and only then.
MAY_REPEAT = {"notify:after-call"}


@pytest.fixture(scope="module", autouse=True)
def _children_are_not_measured() -> None:
    """Whoever is killed cannot tell which lines it ran, so measuring would only cost its time."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        forkserver.ensure_running()


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.chat(CHAT, "supergroup", "Humas")
        yield fake
        assert fake.violations() == []


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as fake:
        fake.clock = BEGIN
        for day in range(9):
            for hour in (1, 5, 9):
                at = BEGIN - timedelta(days=day, hours=hour, minutes=7 * hour)
                fake.add_comment(f"Kabar hari ke-{day} pukul {hour}, cerah", at=at)
        yield fake


def run(way: Way) -> int | None:
    child = _PROCESSES.Process(target=walk, args=(way,))
    child.start()
    child.join(60)
    return child.exitcode


def burst(site: FakeWordPress, at: datetime) -> None:
    for i in range(BURST):
        text = f"Banjir di rumah nomor {i}, airnya sudah setinggi lutut, parah"
        site.add_comment(text, at=at - timedelta(minutes=20 - i), name=f"Warga {i}")
    for i in range(COPIES):
        site.add_comment(COPIED, at=at - timedelta(minutes=20 - i), name=f"Akun {i}")


def test_the_boundaries_cover_every_step() -> None:
    steps = {name.split(":")[0] for name in BOUNDARIES}
    assert steps == {
        "collect",
        "understand",
        "judge",
        "waves",
        "topics",
        "notify",
        "suggest",
        "post",
    }
    assert len(BOUNDARIES) >= 15


# With the peers switched on every boundary is tried, else each third one and all around a post.
TRIED = (
    BOUNDARIES
    if os.environ.get("SIAGA_E2E")
    else sorted({*BOUNDARIES[::3], *(name for name in BOUNDARIES if name.startswith("post:"))})
)


@pytest.mark.parametrize("boundary", TRIED)
def test_killed_and_started_again_it_ends_the_same(
    boundary: str, tmp_path: Path, site: FakeWordPress, telegram: FakeTelegram
) -> None:
    way = Way(tmp_path, site.url, PASSWORD, telegram.url, telegram.token, BEGIN, None)
    assert run(replace(way, minutes=3)) == 0
    assert telegram.calls("sendPhoto") == [], "a backfill raises nothing"

    later = BEGIN + timedelta(hours=2)
    burst(site, later)
    site.clock = later
    assert run(replace(way, starts_at=later, boundary=boundary)) == -signal.SIGKILL
    assert run(replace(way, starts_at=later + timedelta(minutes=15))) == 0

    _nothing_is_lost(way, site)
    _said_once(boundary, way, site, telegram)


def _live(db: Database) -> list[Incident]:
    """The issue, then the copy-paste wave."""
    return sorted(incidents.live(db), key=lambda one: wave_first(one.topic) is not None)


def _nothing_is_lost(way: Way, site: FakeWordPress) -> None:
    db = open_store(way.folder / "var" / "siaga.db")
    stored = rows(db, "SELECT external_id, predicted_by FROM comment")
    assert {int(row["external_id"]) for row in stored} == set(site.comments)
    assert all(row["predicted_by"] for row in stored)
    assert [wave_first(one.topic) is None for one in _live(db)] == [True, False]
    counted = rows(db, "SELECT coalesce(sum(negatives), 0) AS n FROM hourly")
    assert counted == [{"n": BURST}]
    assert audit.broken_at(db) is None
    db.close()


def _said_once(boundary: str, way: Way, site: FakeWordPress, telegram: FakeTelegram) -> None:
    db = open_store(way.folder / "var" / "siaga.db")
    incident, _ = _live(db)
    first, *others = drafts.of_incident(db, incident.id)
    public = [reply for parent in site.comments for reply in site.replies(parent)]
    if boundary == "post:before-call":
        # Nobody can know whether it was sent, so it is left to a person.
        assert (first.state, public) == (DraftState.UNSURE, [])
    else:
        assert first.state is DraftState.POSTED
        assert [reply.raw for reply in public] == [first.text]
    assert all(other.state is DraftState.PROPOSED for other in others)
    cards = [call for call in telegram.calls("sendPhoto") if not call.get("error")]
    assert 1 <= len(cards) <= 1 + (boundary in MAY_REPEAT)
    db.close()
