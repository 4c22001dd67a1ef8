"""Every platform at once, each failing a fifth of its calls, its reader killed again and again.

Afterwards the store equals what the platforms hold, no quota was exceeded, and no reply stands
twice. ``SIAGA_E2E=1`` soaks in 20,000 comments, else in 1,000.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.offer import Tokens
from monitor.records import SourceId
from monitor.store import open_store, sources
from monitor.store.connection import rows
from monitor.store.tokens import StoredVault
from monitor.text.clean import clean
from tests.fakes.clock import START
from tests.fakes.platform import FakePlatform
from tests.platform_kits import KITS
from tests.soak_child import Beat, Way, finish, live

# The children are forked from a clean server process that has imported everything once.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [
        "tests.soak_child",
        "tests.crash_child",  # whose list this replaces, where both run in one process
        "matplotlib.figure",
        "matplotlib.backends.backend_agg",
    ]
)
FULL = bool(os.environ.get("SIAGA_E2E"))
COMMENTS, KILLS, STEPS = (20_000, 50, 160) if FULL else (1_000, 5, 18)
STEP = timedelta(hours=1)
FAILING = 0.2
SECONDS = 300.0  # the longest that one round, or the end, may take; a round takes 0.2 s


@dataclass
class Stage:
    """The fakes, their clock, and the process that reads them."""

    folder: Path
    fakes: dict[str, FakePlatform]
    beat: Beat
    random: random.Random
    way: Way
    told: Counter[str] = field(default_factory=Counter)
    took: float = 0.2  # seconds of a round, about
    child: ForkServerProcess | None = None

    @property
    def database(self) -> Path:
        return self.folder / "var" / "siaga.db"

    def start(self) -> None:
        self.child = _PROCESSES.Process(target=live, args=(self.way,), daemon=True)
        self.child.start()

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.join(SECONDS)
        self.told["kills"] += 1

    def round(self) -> None:
        """Let time pass, and wait until the reader has seen to it."""
        rounds, began = self.beat.rounds, time.monotonic()
        self.beat.move(seconds=STEP.total_seconds())
        while self.beat.rounds == rounds:
            assert self.child is not None and self.child.is_alive(), "the reader died by itself"
            assert time.monotonic() - began < SECONDS, "a round without end"
            time.sleep(0.001)
        self.took = time.monotonic() - began

    def killed_round(self) -> None:
        """Kill the reader at some moment of a round, or just after it."""
        self.beat.move(seconds=STEP.total_seconds())
        time.sleep(self.random.uniform(0.0, 1.5) * min(self.took, 0.3))
        self.kill()
        self.start()


@pytest.fixture(scope="module", autouse=True)
def _children_are_not_measured() -> None:
    """Whoever is killed cannot tell which lines it ran, so measuring would only cost its time."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        forkserver.ensure_running()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    beat = Beat(tmp_path / "beat")
    beat.now = START
    with ExitStack() as stack:
        fakes = {}
        for number, (name, kit) in enumerate(sorted(KITS.items()), 1):
            fakes[name] = stack.enter_context(kit.fake(beat, seed=number))
            fakes[name].page_size = 50
        urls = {name: fake.url for name, fake in fakes.items()}
        given = {name: dict(KITS[name].given(fake)) for name, fake in fakes.items()}
        way = Way(tmp_path, urls, given, answer_every=23)
        stage = Stage(tmp_path, fakes, beat, random.Random(7), way)
        yield stage
        if stage.child is not None and stage.child.is_alive():
            stage.child.kill()
            stage.child.join(SECONDS)


def test_after_a_soak_the_store_equals_the_platforms(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    for fake in stage.fakes.values():
        fake.failing = FAILING
    stage.start()
    kills = set(stage.random.sample(range(1, STEPS), KILLS))
    for step in range(STEPS):
        for fake in stage.fakes.values():
            _people_write(stage, fake, step)
        if step in kills:
            stage.killed_round()
        else:
            stage.round()
        if step % 4 == 0:
            _a_person_helps(stage)
    stage.kill()
    for fake in stage.fakes.values():
        fake.failing = 0.0
    _finish(stage)
    stage.told["calls"] = sum(len(fake.calls) for fake in stage.fakes.values())
    record_property("soak", f"{dict(stage.told)} {time.monotonic() - began:.1f} s")

    db = open_store(stage.database)
    for fake in stage.fakes.values():
        assert fake.violations == []
        _equals(db, fake)
        _answered_once(db, fake)
    assert stage.told["kills"] == KILLS + 2 and stage.told["comments"] >= COMMENTS
    db.close()


def _people_write(stage: Stage, fake: FakePlatform, step: int) -> None:
    kit, dice = KITS[fake.name], stage.random
    if kit.needs_post and step % 4 == 0:
        fake.post(f"Kabar {step}", at=stage.beat.now)
    share = ceil(COMMENTS * kit.soaks / sum(KITS[name].soaks for name in stage.fakes))
    many = share * (step + 1) // STEPS - share * step // STEPS
    standing = [
        one.id for one in list(fake.said.values()) if one.state == "public" and not one.ours
    ]
    tops = [number for number in standing if fake.said[number].parent_id is None]
    posts = list(fake.posts)[-3:]
    for n in range(many):
        fake.say(
            f"laporan {step} {n}: jalan & parit 🙂",
            at=stage.beat.now - timedelta(seconds=dice.randrange(600)),
            parent=dice.choice(tops) if kit.nests and tops and dice.random() < 0.2 else None,
            post=dice.choice(posts) if posts else None,
            author=None if kit.nameless and dice.random() < 0.02 else f"warga{dice.randrange(300)}",
        )
    for number in dice.sample(standing, min(len(standing), many // 12)):
        fake.edit(number, f"diubah pada langkah {step}")
    for number in dice.sample(standing, min(len(standing), many // 20)):
        fake.remove(number)
    stage.told["comments"] += many


def _a_person_helps(stage: Stage) -> None:
    """What an admin does who is told of a dead token: gives access anew, lets it go on."""
    db = open_store(stage.database)
    for status in sources.every(db):
        if status.paused is None:
            continue
        fake = stage.fakes[status.id]
        secrets = stage.way.given[status.id].get("secrets", {})
        if KITS[status.id].rotates and "refresh_token" in secrets:
            access, refresh = fake.authorise()
            now = stage.beat.now
            tokens = Tokens(access, refresh, now, now + fake.access_life)
            StoredVault(stage.database, SourceId(status.id)).put(secrets["refresh_token"], tokens)
        sources.resume(db, status.id, stage.beat.now)
        stage.told["helped"] += 1
    db.close()


def _finish(stage: Stage) -> None:
    """The sites are well again: what is left is read, and everything once more."""
    well_since = stage.beat.now
    stage.start()
    # A token that was lost shows when its site is asked again, which may have been put off.
    for _ in range(STEPS):
        stage.round()
        _a_person_helps(stage)
        if _all_read(stage, well_since):
            break
    stage.kill()  # which waits for the next hour, so nothing is lost
    child = _PROCESSES.Process(target=finish, args=(stage.way,))
    child.start()
    child.join(SECONDS)
    assert child.exitcode == 0


def _all_read(stage: Stage, since: datetime) -> bool:
    db = open_store(stage.database)
    read_at = [status.last_success_at for status in sources.every(db)]
    db.close()
    return all(at is not None and at > since for at in read_at)


def _equals(db: Database, fake: FakePlatform) -> None:
    kit = KITS[fake.name]
    found = rows(db, "SELECT * FROM comment WHERE source_id = ?", [fake.name])
    stored = {row["external_id"]: row["text"] for row in found if row["visibility"] == "public"}
    assert len({row["external_id"] for row in found}) == len(found)
    said = [one for one in fake.said.values() if kit.tells_own or not one.ours]
    standing = {one.id: clean(one.text) for one in said if one.state == "public"}
    if not kit.sees_deletions:
        standing |= {one.id: clean(one.text) for one in said if one.state == "deleted"}
    if kit.sees_edits:
        assert stored == standing
    else:
        assert stored.keys() == standing.keys()
    own = {row["external_id"] for row in found if row["own"]}
    assert own == {one.id for one in said if one.ours and one.id in own | stored.keys()}


def _answered_once(db: Database, fake: FakePlatform) -> None:
    if not KITS[fake.name].answers:
        return
    sent = Counter(one.text for one in fake.our_replies)
    found = rows(
        db,
        "SELECT d.text AS text, d.state AS state FROM draft d JOIN comment c "
        "ON c.id = d.comment_id WHERE c.source_id = ?",
        [fake.name],
    )
    assert set(sent.values()) <= {1}, "no reply twice"
    assert sent.keys() <= {row["text"] for row in found}, "none that nobody approved"
    states = Counter(row["state"] for row in found)
    assert not found or states["posted"] > len(found) / 3, states
    for row in found:
        if row["state"] == "posted":
            assert sent[row["text"]] == 1
        elif row["state"] != "unsure":
            assert sent[row["text"]] == 0, row
    assert states["approved"] == states["posting"] == 0


def test_a_beat_is_seen_by_whoever_opens_it(tmp_path: Path) -> None:
    one = Beat(tmp_path / "beat")
    other = Beat(tmp_path / "beat")
    one.now = START
    one.done()
    assert (other.now, other.rounds) == (START, 1)
    assert other.move(hours=1) == one() == START + timedelta(hours=1)
    assert isinstance(one(), datetime)
