"""A theme decided in Telegram and on the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.config.parts import Paths
from monitor.library import DataLibrary
from monitor.messages import answers
from monitor.messages import new_issue as words
from monitor.records import NoticeKind
from monitor.records.drift import Figures
from monitor.records.new_issue import NewIssueId, NewIssueState
from monitor.steps import knowing
from monitor.steps.drift import trainers
from monitor.store import drift as store_drift
from monitor.store import new_issues as store
from monitor.store import notices, predictions
from monitor.store.vectors import StoredVectors
from tests.bot_stage import Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.test_steps_new_issues import KEPT
from tests.web_visit import visiting
from tests.web_world import make_world
from tests.world import NOW, PEOPLE, PROJECT, make_settings, seed_comments

DEWI = PEOPLE["Dewi"][0]


def plant(db: object, comments: list[int]) -> NewIssueId:
    """A theme that was found."""
    row = {
        "terms": json.dumps([["anjing liar", "anjing liar"], ["rabies", "rabies"]]),
        "name": json.dumps(["anjing liar", "rabies"]),
        "comments": json.dumps(comments),
        "examples": json.dumps(comments),
        "accounts": 9,
        "first_at": int(NOW.timestamp()),
        "state": "offered",
        "found_at": int(NOW.timestamp()),
    }
    with db.atomic():  # type: ignore[attr-defined]
        return NewIssueId(db["new_issue"].insert(row).last_pk)  # type: ignore[index]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=KEPT)
    with FakeTelegram() as server, set_stage(server, tmp_path) as stage:
        settings = make_settings(tmp_path, paths=Paths(data=tmp_path / "data"))
        library = DataLibrary(settings, StoredVectors(settings.database))
        stage.tools = replace(stage.tools, settings=settings, library=library)
        knowing.recover(stage.db, stage.tools, NOW)
        server.chat(DEWI, "private", "Dewi")
        yield stage


def offer(stage: Stage) -> tuple[NewIssueId, int]:
    """The theme and the message of it that Dewi sees."""
    texts = ["anjing liar di gang, awas rabies", "dikejar anjing liar lagi di pasar"]
    number = plant(stage.db, [int(one) for one in seed_comments(stage.db, stage.tools, texts)])
    with stage.db.atomic():
        notices.wish(stage.db, trainers(stage.db), NoticeKind.NEW_ISSUE, int(number), NOW)
    stage.notify()
    (shown,) = [m for m in stage.fake.messages(DEWI) if "Isu baru?" in m["text"]]
    assert "anjing liar di gang" in shown["text"]
    return number, shown["message_id"]


def state(stage: Stage, number: NewIssueId) -> NewIssueState:
    found = store.get(stage.db, number)
    assert found is not None
    return found.state


def test_name_and_agency_in_telegram_make_an_issue(stage: Stage) -> None:
    number, at = offer(stage)
    stage.start()
    pressed = stage.press("Dewi", f"bj:{number}", at, chat_id=DEWI)
    assert pressed["text"] == answers.ANSWER_BELOW
    question = stage.fake.messages(DEWI)[-1]
    said = stage.write("Dewi", "Hewan liar", chat_id=DEWI, reply_to=question["message_id"])
    menu = stage.answer_to(said, DEWI)
    assert "OPD mana" in menu["text"]
    buttons = menu["reply_markup"]["inline_keyboard"]
    data = buttons[0][0]["callback_data"]
    pressed = stage.tap("Dewi", data, menu["message_id"], chat_id=DEWI, forged=False)
    # two files are checked and written, each with everything that is made of it
    stage.fake.wait(lambda: stage.fake.callback(pressed)["answered"], timeout=60)
    assert state(stage, number) is NewIssueState.MADE
    assert {label.value for label in predictions.labels(stage.db)} == {"hewan_liar"}
    stage.notify()
    assert "Dijadikan isu “Hewan liar” oleh Dewi" in stage.seen(at, DEWI)["text"]
    late = stage.press("Dewi", f"bj:{number}", at, chat_id=DEWI)
    assert late["text"] == answers.already("Dewi")
    assert stage.press("Dewi", f"bm:{number}", at, chat_id=DEWI)["text"] == answers.already("Dewi")
    assert stage.press("Dewi", data, at, chat_id=DEWI)["text"] == answers.already("Dewi")


def test_a_bad_name_in_telegram_is_asked_again(stage: Stage) -> None:
    number, at = offer(stage)
    stage.start()
    stage.press("Dewi", f"bj:{number}", at, chat_id=DEWI)
    question = stage.fake.messages(DEWI)[-1]
    said = stage.write("Dewi", "x", chat_id=DEWI, reply_to=question["message_id"])
    assert words.BAD_NAME.split(",")[0] in stage.answer_to(said, DEWI)["text"]


def test_into_an_issue_and_ignored_in_telegram(stage: Stage) -> None:
    number, at = offer(stage)
    stage.start()
    assert stage.press("Dewi", f"bm:{number}", at, chat_id=DEWI)["text"] == answers.CHOOSE
    menu = stage.fake.messages(DEWI)[-1]["message_id"]
    stage.press("Dewi", f"bi:{number}:kesehatan", menu, chat_id=DEWI)
    assert state(stage, number) is NewIssueState.MERGED
    other = plant(stage.db, [])
    assert stage.press("Dewi", f"bg:{other}", at, chat_id=DEWI)["text"] == words.IGNORED
    assert state(stage, other) is NewIssueState.IGNORED


def test_on_the_page(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "data", tmp_path / "data", ignore=KEPT)
    world = make_world(tmp_path)
    settings = make_settings(tmp_path, paths=Paths(data=tmp_path / "data"))
    library = DataLibrary(settings, StoredVectors(settings.database))
    world.tools = replace(world.tools, settings=settings, library=library)
    db = world.open_db()
    knowing.recover(db, world.tools, NOW)
    numbers = [plant(db, []) for _ in range(3)]
    day = date(2026, 3, 9)
    with visiting(world) as visitor:
        page = visitor.read("/").text
        assert "anjing liar · rabies" in page
        assert "Belum ada hari yang dihitung." in page
        assert visitor.read("/drift.png").status_code == 404
        with db.atomic():
            store_drift.keep(db, day, "uji-1", {("ppid", "id"): Figures(9, 3, 80, 4)})
        assert "sumber ppid" in visitor.read("/part/drift").text
        assert visitor.read("/drift.png").content.startswith(b"\x89PNG")
        visitor.read("/")
        made = {"name": "Hewan liar", "key": "satwa", "opd": "bpbd"}
        bad = visitor.press(f"/theme/{numbers[0]}/make", name="x", opd="bpbd")
        assert words.BAD_NAME.split(",")[0] in bad.text
        assert "setelah dilatih ulang" in visitor.press(f"/theme/{numbers[0]}/make", **made).text
        assert visitor.press(f"/theme/{numbers[1]}/merge", issue="kesehatan").status_code == 200
        assert words.IGNORED in visitor.press(f"/theme/{numbers[2]}/ignore").text
        assert "Tidak ada tema yang menunggu keputusan." in visitor.read("/").text
    assert [one.state.value for one in reversed(store.every(db))] == ["made", "merged", "ignored"]
    found = store.get(db, numbers[0])
    assert found is not None
    assert found.issue == "satwa"
    db.close()
