"""/kepekaan over real HTTP: who is registered may look, admins choose, and it is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.messages import answers
from monitor.messages.sensitivity import CHOSEN
from monitor.records import Role
from monitor.steps.budget import MOST, budget
from monitor.store import audit, choices
from tests.bot_stage import FORUM, GROUP, TOPIC, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, STRANGER, seed_incident

PLAIN = "Peringatan baru: tanpa batas."


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        yield stage.start()


def asked(stage: Stage, who: str | int, chat_id: int = GROUP, **more: Any) -> dict[str, Any]:
    """The bot's answer to the command."""
    return stage.answer_to(stage.write(who, "/kepekaan", chat_id, **more), chat_id)


def told(stage: Stage) -> list[str]:
    """Everything the bot said of it in the group."""
    found = [m.get("text", "") for m in stage.fake.messages(GROUP) if m["by_bot"]]
    return [text for text in found if text.startswith("Peringatan baru")]


def trail(stage: Stage) -> list[tuple[str, str, str]]:
    rows = reversed(audit.newest(stage.db, 99))
    return [(r["actor"], r["action"], r["detail"]) for r in rows if r["action"] == "chosen"]


def data_of(message: dict[str, Any]) -> list[str]:
    return re.findall(r"kp:\d+", str(message["rows"]))


def test_who_is_not_registered_learns_nothing(stage: Stage) -> None:
    answer = asked(stage, STRANGER)
    assert answer["text"] == answers.NOT_REGISTERED
    assert not answer.get("rows")
    pressed = stage.press(STRANGER, "kp:1")
    assert (pressed["text"], pressed["alert"]) == (answers.NOT_REGISTERED, True)
    assert choices.get(stage.db, MOST) is None


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_registered_may_look(stage: Stage, who: str) -> None:
    answer = asked(stage, who)
    assert answer["text"].startswith(PLAIN)
    assert data_of(answer) == ["kp:1", "kp:2", "kp:3", "kp:5", "kp:0"]
    assert choices.get(stage.db, MOST) is None
    assert budget(stage.db) is None
    assert not stage.woken


def test_without_a_limit_the_alerts_of_28_days_are_told(stage: Stage) -> None:
    """Only what came of issues: a copy-paste wave has no threshold."""
    seed_incident(stage.db, at=NOW - timedelta(days=29))
    for topic in ("kesehatan", "salinan:1"):
        seed_incident(stage.db, topic)
    assert "28 hari terakhir: 1 peringatan isu muncul." in asked(stage, "Ani")["text"]


def test_the_answer_stays_in_its_topic(stage: Stage) -> None:
    answer = asked(stage, "Ani", FORUM, thread_id=TOPIC)
    assert answer["message_thread_id"] == TOPIC


def test_only_an_admin_chooses(stage: Stage) -> None:
    for who, (_, roles) in PEOPLE.items():
        if Role.ADMIN not in roles:
            pressed = stage.press(who, "kp:1")
            assert pressed["text"] == answers.not_allowed([Role.ADMIN])
            assert pressed["alert"] is True
    assert choices.get(stage.db, MOST) is None
    assert (trail(stage), stage.woken, told(stage)) == ([], [], [])


def test_an_admins_choice_stands_is_told_and_goes_to_the_audit_trail(stage: Stage) -> None:
    shown = asked(stage, "Budi")
    pressed = stage.press("Budi", "kp:2", int(shown["message_id"]), forged=False)
    assert (pressed["text"], pressed["alert"]) == (CHOSEN, False)
    assert choices.get(stage.db, MOST) == "2"
    assert trail(stage) == [("Budi", "chosen", "2")]
    assert audit.broken_at(stage.db) is None
    assert told(stage)[-1].startswith("Peringatan baru: paling banyak 2 sehari.")
    assert "28 hari terakhir: 0 peringatan dengan setelan ini" in told(stage)[-1]
    kept = budget(stage.db)
    assert kept is not None and (kept.most, kept.times) == (2, 1.0)
    assert stage.woken == [stage.now]


def test_the_same_button_pressed_twice_ends_the_same(stage: Stage) -> None:
    base = stage.base()
    first, second = stage.press("Budi", "kp:3", base), stage.press("Budi", "kp:3", base)
    assert first["text"] == second["text"] == CHOSEN
    assert choices.get(stage.db, MOST) == "3"
    assert told(stage)[0] == told(stage)[-1]


def test_the_last_of_two_admins_wins_and_both_are_written_down(stage: Stage) -> None:
    stage.press("Budi", "kp:1")
    stage.press("Citra", "kp:0")
    assert choices.get(stage.db, MOST) == "0"
    assert trail(stage) == [("Budi", "chosen", "1"), ("Citra", "chosen", "0")]
    assert told(stage)[-1].startswith(PLAIN)


@pytest.mark.parametrize("data", ["kp:4", "kp:99", "kp:999999999999999999", "kp:-1", "kp:", "kp:x"])
def test_a_forged_number_is_an_old_button(stage: Stage, data: str) -> None:
    pressed = stage.press("Budi", data)
    assert (pressed["text"], pressed["alert"]) == (answers.STALE_BUTTON, True)
    assert choices.get(stage.db, MOST) is None
    assert (trail(stage), stage.woken, told(stage)) == ([], [], [])
