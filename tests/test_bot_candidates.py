"""Pakai and Tolak in Telegram: real buttons under the picture, one decision, everybody answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.messages import answers
from monitor.messages import candidate as words
from monitor.records.candidate import CandidateId, CandidateState
from monitor.steps import candidates as steps
from monitor.store import candidates, serving
from tests.bot_stage import Json, Stage, set_stage
from tests.candidate_world import Sharp, report
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, seed_chat

DEWI = PEOPLE["Dewi"][0]
PICTURE = words.picture(report(), "jeli-4", {})


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        serving.begin(stage.db, "rules-1", NOW)
        stage.start()
        stage.answer_to(stage.write("Dewi", "/saya", chat_id=DEWI), DEWI)
        yield stage


def offered(stage: Stage) -> tuple[CandidateId, Json]:
    """A candidate, and the message that the trainer sees."""
    seed_chat(stage.db, -1001)
    candidates.begin(stage.db, Sharp.version, "Dewi", NOW)
    places = steps.recipients(stage.db, CandidateState.OFFERED)
    number = candidates.finish(
        stage.db, Sharp.version, CandidateState.OFFERED, report(), PICTURE, places, NOW
    )
    stage.notify()
    found = [m for m in stage.fake.messages(DEWI) if "Model baru" in m.get("caption", "")]
    return number, found[-1]


def state(stage: Stage, number: CandidateId) -> CandidateState:
    found = candidates.get(stage.db, number)
    assert found is not None
    return found.state


def test_a_trainer_presses_pakai_under_the_picture(stage: Stage) -> None:
    number, shown = offered(stage)
    assert [b["text"] for b in shown["reply_markup"]["inline_keyboard"][0]] == ["Pakai", "Tolak"]
    group = [m["text"] for m in stage.fake.messages(-1001) if "Model baru" in m.get("text", "")]
    assert len(group) == 1 and "\n" not in group[0]
    told = stage.press("Dewi", f"cu:{number}", shown["message_id"], chat_id=DEWI, forged=False)
    assert (told["text"], told["alert"]) == (words.WANTED, False)
    assert stage.woken
    assert state(stage, number) is CandidateState.WANTED
    under_way = serving.reading(stage.db)
    assert under_way is not None and under_way.wanted_by == "Dewi"
    stage.now = replace_minute(stage)
    stage.notify()
    shown = stage.seen(shown["message_id"], DEWI)
    assert "Membaca riwayat" in shown["caption"]
    assert "reply_markup" not in shown or not shown["reply_markup"]["inline_keyboard"]


def replace_minute(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.now.replace(minute=stage.now.minute + 1)


def test_an_admin_rejects_and_the_trainer_comes_too_late(stage: Stage) -> None:
    number, shown = offered(stage)
    assert stage.press("Budi", f"cx:{number}")["text"] == words.REJECTED
    told = stage.press("Dewi", f"cu:{number}", shown["message_id"], chat_id=DEWI, forged=False)
    assert (told["text"], told["alert"]) == (answers.already("Budi"), True)
    assert state(stage, number) is CandidateState.REJECTED
    assert serving.reading(stage.db) is None


@pytest.mark.parametrize("button", ["cu", "cx"])
def test_others_are_refused(stage: Stage, button: str) -> None:
    number, _ = offered(stage)
    told = stage.press("Ani", f"{button}:{number}")
    assert told["alert"] and "Maaf" in told["text"]
    assert stage.press("Dewi", f"{button}:99")["text"] == answers.GONE
    assert state(stage, number) is CandidateState.OFFERED
