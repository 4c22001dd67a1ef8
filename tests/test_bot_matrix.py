"""Every button by every role: who may not is told so, nothing changes, everybody is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.bot import presses
from monitor.incidents import Action, allowed
from monitor.messages import answers
from monitor.records import Role
from monitor.store import people
from tests.bot_stage import Stage, flood, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, STRANGER

# Which right each button asks for; None: of one's own things, which the tests of its file tell.
NEEDS: dict[str, Action | None] = {
    **dict.fromkeys(("ak",), Action.ACKNOWLEDGE),
    **dict.fromkeys(("re",), Action.RESOLVE),
    **dict.fromkeys(("di",), Action.DISMISS),
    **dict.fromkeys(("si",), Action.SILENCE),
    **dict.fromkeys(("dr",), Action.SUGGEST),
    **dict.fromkeys(("mo", "ho"), Action.HAND_OVER),
    **dict.fromkeys(("ro",), Action.REOPEN),
    **dict.fromkeys(("ok", "no", "ed", "us", "ba", "bx"), Action.DECIDE),
    **dict.fromkeys(("mh", "mr", "my", "mz", "mx", "ms"), Action.HIDE),
    **dict.fromkeys(("lb", "ls", "li"), Action.LABEL),
    **dict.fromkeys(("la", "lg", "lp", "ln", "lk", "lu", "lz"), Action.LABEL),
    **dict.fromkeys(("lc", "lj", "lo", "lr", "lx"), Action.TRAIN),
    **dict.fromkeys(("kp",), Action.TUNE),
    **dict.fromkeys(("qo", "qp", "qc", "qs"), Action.ASK_OPD),
    **dict.fromkeys(("qj", "qk", "qm"), Action.ANSWER),
    **dict.fromkeys(("hf", "hs", "ht", "hd"), Action.HAND_OFF),
    **dict.fromkeys(("nb", "nt", "nl", "nc", "nu", "na", "nw", "nx"), Action.STATE),
    **dict.fromkeys(("bj", "bo", "bm", "bi", "bg"), Action.TEACH),
    **dict.fromkeys(("cu", "cx"), Action.PROMOTE),
    **dict.fromkeys(("es",), Action.ESCALATE),
    **dict.fromkeys(("ud", "uo", "od", "of", "oy", "op"), Action.INVITE),
    **dict.fromkeys(("tb", "qb", "ns", "nd", "np", "jg", "jr", "ja", "jb", "st", "sp")),
}
ROLES = {roles[0]: name for name, (_, roles) in PEOPLE.items()}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with FakeTelegram() as server, set_stage(server, folder) as stage:
        stage.start()
        flood(stage, 0)
        stage.new_draft()
        for name, (number, _) in PEOPLE.items():  # who is seen first is noted as met
            stage.answer_to(stage.write(name, "/saya", chat_id=number), number)
        yield stage


def examples() -> list[str]:
    """One piece of data for each pattern, on the first row of its kind."""
    found = []
    for pattern, _ in presses._ACTIONS:
        text = pattern.pattern.replace("([0-9]{1,18})", "1").replace("([0-9])", "0")
        text = (
            text.replace("([0-2])", "0")
            .replace("([01])", "0")
            .replace("([yn])", "y")
            .replace("([a-z])", "t")
        )
        text = text.replace("([0-9a-f]{8})", "0a1b2c3d").replace("([0-9]{1,2})", "0")
        text = re.sub(r"\(\[[^\]]+\]\{1,\d+\}\)", "bpbd", text)
        assert pattern.fullmatch(text), text
        found.append(text)
    return found


EXAMPLES = examples()


def version(stage: Stage) -> int:
    """Changes whenever another connection has written to the store."""
    return int(next(iter(stage.db.query("PRAGMA data_version")))["data_version"])


def test_every_button_stands_in_the_table() -> None:
    assert {data.partition(":")[0] for data in EXAMPLES} == set(NEEDS)


@pytest.mark.parametrize("role", Role)
def test_who_may_not_is_told_so_and_nothing_changes(stage: Stage, role: Role) -> None:
    at = stage.base()
    for data in EXAMPLES:
        needed = NEEDS[data.partition(":")[0]]
        if needed is None or allowed({role}, needed):
            continue
        before = version(stage)
        told = stage.press(ROLES[role], data, at)
        assert told["alert"], data
        assert told["text"] not in ("", answers.BROKEN), data
        assert version(stage) == before, data


def test_a_stranger_and_who_left_can_press_nothing(stage: Stage) -> None:
    at = stage.base()
    number = 777
    people.add(stage.db, "Hana", [Role.ADMIN], number, "siaga", NOW)
    people.deactivate(stage.db, "Hana", "siaga", NOW)
    for data in EXAMPLES:
        before = version(stage)
        for who in (STRANGER, number):
            told = stage.press(who, data, at)
            assert (told["text"], told["alert"]) == (answers.NOT_REGISTERED, True), data
        assert version(stage) == before, data


def test_who_may_is_answered_once_and_never_refused_for_the_role(stage: Stage) -> None:
    """The last, as it changes what the others press at; the stage counts answers and violations."""
    at = stage.base()
    for role in Role:
        for data in EXAMPLES:
            needed = NEEDS[data.partition(":")[0]]
            if needed is not None and allowed({role}, needed):
                told = stage.press(ROLES[role], data, at)
                assert told["text"] != answers.BROKEN, data
                assert not told["text"].startswith("Maaf, hanya admin"), (role, data, told)
