"""A change of knowledge whose process is killed: it ends as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.messages import answers
from monitor.steps import knowing
from monitor.steps.answer import Answer
from monitor.steps.knowing import Proposal
from monitor.store import audit, knowledge_changes
from monitor.store.knowledge_changes import DROPPED
from tests.knowledge_world import DEWI, FLOOD, MODEL, NEWS, SLANG, Taught, changes
from tests.world import NOW, each_third

PROCESSES = multiprocessing.get_context("forkserver")
# One list for all tests of a process, so those of tests/test_crash.py stand in it too.
PROCESSES.set_forkserver_preload(
    [
        "tests.crash_child",
        "matplotlib.figure",
        "matplotlib.backends.backend_agg",
        "tests.knowledge_world",
        "monitor.classify",
    ]
)


def killed(folder: Path, boundary: str) -> None:
    """A process that dies where a change becomes a file, or where its words come to count."""
    office = Taught(folder)

    def die(name: str) -> None:
        if name == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    office.tools = replace(office.tools, boundary=die)
    if not changes(office):
        office.teach(SLANG.path, office.with_slang())
    office.settle()


def die_at(folder: Path, boundary: str) -> None:
    child = PROCESSES.Process(target=killed, args=(folder, boundary))
    child.start()
    child.join(90)
    assert child.exitcode == -signal.SIGKILL


PLACES = (
    "knowledge:after-wish",
    "knowledge:after-file",
    "knowledge:after-done",
    "switch:before-keep",
    "switch:after-keep",
    "switch:before-counts",
    "switch:after-counts",
    "switch:after-pointer",
)


@pytest.mark.parametrize("boundary", each_third(PLACES))
def test_killed_in_the_middle_it_ends_the_same(boundary: str, tmp_path: Path) -> None:
    office = Taught(tmp_path)
    office.hear()
    before, text = office.figures(), office.with_slang()
    office.close()
    die_at(tmp_path, boundary)
    again = Taught(tmp_path)
    again.settle()
    (one,) = changes(again)
    assert (one.state, one.after) == ("done", text) and again.disk(SLANG.path) == text
    assert again.tools.classifier.version == f"{MODEL}~{one.id}"
    assert again.issues()[NEWS] == FLOOD and audit.broken_at(again.db) is None
    made = knowing.undoing(again.db, again.tools, DEWI, one.id, NOW)
    assert isinstance(made, Proposal) and again.apply(made).done
    again.settle()
    assert again.figures() == before
    again.close()


@pytest.mark.parametrize(("by_hand", "state"), [("# catatan\n", DROPPED), ("rusak\n", "done")])
def test_a_file_written_by_hand_after_the_wish_is_kept_where_it_is_right(
    by_hand: str, state: str, tmp_path: Path
) -> None:
    office = Taught(tmp_path)
    text = office.disk(SLANG.path)
    wished = office.with_slang()
    office.close()
    die_at(tmp_path, "knowledge:after-wish")
    office.edit(SLANG.path, text + by_hand)
    again = Taught(tmp_path)
    first = changes(again)[0]
    assert first.state == state
    assert again.disk(SLANG.path) == (text + by_hand if state == DROPPED else wished)
    assert not knowledge_changes.finish(again.db, first.id)
    assert not knowledge_changes.drop(again.db, first, NOW)
    assert (
        knowing.undoing(again.db, again.tools, DEWI, first.id, NOW) == Answer(answers.GONE)
        or state == "done"
    )
    again.close()
