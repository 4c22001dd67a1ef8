"""/latih over real HTTP: two taps each in one message, two people at once, conflicts decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.messages import answers
from monitor.messages import learning as words
from monitor.records import CommentId, Role
from monitor.store import label_queue, people
from monitor.store.connection import changed
from tests.bot_stage import GROUP, Json, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.label_world import FLOOD, ROADS, labelled, queue, state
from tests.world import NOW, PEOPLE, STRANGER

DEWI, ANI, EKO = (PEOPLE[name][0] for name in ("Dewi", "Ani", "Eko"))


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        for number, _ in PEOPLE.values():
            server.message(number, number, "halo")
        yield stage.start()


def learn(stage: Stage, who: str) -> int:
    """/latih in private; the number of the bot's message."""
    chat = PEOPLE[who][0]
    asked = stage.write(who, "/latih", chat_id=chat)
    return int(stage.answer_to(asked, chat)["message_id"])


def seen(stage: Stage, who: str, number: int) -> str:
    return str(stage.seen(number, PEOPLE[who][0])["text"])


def data(stage: Stage, who: str, number: int) -> list[str]:
    markup = stage.seen(number, PEOPLE[who][0]).get("reply_markup") or {"inline_keyboard": []}
    return [button["callback_data"] for row in markup["inline_keyboard"] for button in row]


def tap(stage: Stage, who: str, number: int, pressed: str) -> Json:
    """Press a button that stands there now."""
    assert pressed in data(stage, who, number), (pressed, data(stage, who, number))
    return stage.press(who, pressed, number, chat_id=PEOPLE[who][0], forged=False)


def test_two_taps_label_one_and_the_same_message_shows_the_next(stage: Stage) -> None:
    first, second = queue(stage.db, stage.tools, 2)
    at = learn(stage, "Dewi")
    assert "0 dari 20 hari ini" in seen(stage, "Dewi", at)
    assert "banjir parah di Sampit" in seen(stage, "Dewi", at)
    assert tap(stage, "Dewi", at, f"la:{first}:0")["text"] == ""
    assert "Nada: Negatif" in seen(stage, "Dewi", at)
    told = tap(stage, "Dewi", at, f"lp:{first}:0:{FLOOD}")
    assert (told["text"], told["alert"]) == (
        "Tersimpan: Negatif · Banjir & bencana. Terima kasih.",
        False,
    )
    assert "1 dari 20 hari ini" in seen(stage, "Dewi", at)
    assert f"la:{second}:0" in data(stage, "Dewi", at)
    assert labelled(stage.db, int(first)) == {
        "sentiment": ("negatif", "Dewi"),
        "issue": (FLOOD, "Dewi"),
    }
    assert stage.woken


def test_every_issue_can_be_reached_and_the_tone_changed(stage: Stage) -> None:
    (number,) = queue(stage.db, stage.tools, 1)
    at = learn(stage, "Dewi")
    tap(stage, "Dewi", at, f"la:{number}:1")
    tap(stage, "Dewi", at, f"lg:{number}:1:0")
    tap(stage, "Dewi", at, f"lg:{number}:1:1")
    tap(stage, "Dewi", at, f"lg:{number}:1:0")
    tap(stage, "Dewi", at, f"la:{number}:1")
    tap(stage, "Dewi", at, f"ln:{number}")
    tap(stage, "Dewi", at, f"la:{number}:2")
    tap(stage, "Dewi", at, f"lg:{number}:2:0")
    last = data(stage, "Dewi", at)[0].removeprefix(f"lp:{number}:2:")
    tap(stage, "Dewi", at, f"lp:{number}:2:{last}")
    assert labelled(stage.db, int(number))["issue"] == (last, "Dewi")
    assert labelled(stage.db, int(number))["sentiment"] == ("positif", "Dewi")
    assert words.NOTHING in seen(stage, "Dewi", at)


def test_two_people_have_two_items_and_never_the_same(stage: Stage) -> None:
    first, second = queue(stage.db, stage.tools, 2)
    dewi, ani = learn(stage, "Dewi"), learn(stage, "Ani")
    assert f"la:{first}:0" in data(stage, "Dewi", dewi)
    assert f"la:{second}:0" in data(stage, "Ani", ani)
    told = stage.press("Ani", f"la:{first}:0", ani, chat_id=ANI)
    assert (told["text"], told["alert"]) == (words.TAKEN, True)
    assert f"la:{second}:0" in data(stage, "Ani", ani), "her own again"


@pytest.mark.parametrize(
    "pressed", ["la:{}:0", "lg:{}:0:1", "ln:{}", f"lp:{{}}:0:{FLOOD}", "lk:{}"]
)
def test_a_tap_that_comes_twice_is_answered_kindly(stage: Stage, pressed: str) -> None:
    first, second = queue(stage.db, stage.tools, 2)
    at = learn(stage, "Dewi")
    tap(stage, "Dewi", at, f"la:{first}:0")
    tap(stage, "Dewi", at, f"lp:{first}:0:{FLOOD}")
    told = stage.press("Dewi", pressed.format(first), at, chat_id=DEWI)
    assert (told["text"], told["alert"]) == (words.SAID_ALREADY, True)
    assert f"la:{second}:0" in data(stage, "Dewi", at)
    assert len(stage.db.execute("SELECT * FROM label").fetchall()) == 2


def test_passing_over_taking_back_and_stopping(stage: Stage) -> None:
    first, second = queue(stage.db, stage.tools, 2)
    at = learn(stage, "Dewi")
    assert tap(stage, "Dewi", at, f"lk:{first}")["text"] == words.SKIPPED
    assert f"la:{second}:0" in data(stage, "Dewi", at)
    assert tap(stage, "Dewi", at, f"lu:{second}")["text"] == words.UNDONE
    assert f"la:{first}:0" in data(stage, "Dewi", at)
    told = tap(stage, "Dewi", at, f"lu:{first}")
    assert (told["text"], told["alert"]) == (words.NOTHING_TO_UNDO, True)
    tap(stage, "Dewi", at, f"lz:{first}")
    assert words.STOPPED in seen(stage, "Dewi", at)
    assert data(stage, "Dewi", at) == []
    assert f"la:{first}:0" in data(stage, "Ani", learn(stage, "Ani")), "free for others at once"


def test_an_issue_that_is_none_leaves_the_message_as_it_is(stage: Stage) -> None:
    (number,) = queue(stage.db, stage.tools, 1)
    at = learn(stage, "Dewi")
    told = stage.press("Dewi", f"lp:{number}:0:tidak_ada", at, chat_id=DEWI)
    assert (told["text"], told["alert"]) == (answers.STALE_BUTTON, True)
    assert f"la:{number}:0" in data(stage, "Dewi", at)


def test_an_empty_queue_is_said_kindly(stage: Stage) -> None:
    assert words.NOTHING in seen(stage, "Dewi", learn(stage, "Dewi"))


@pytest.mark.parametrize(
    ("who", "chat", "told"),
    [
        (STRANGER, STRANGER, answers.NOT_REGISTERED),
        ("Eko", EKO, answers.not_allowed((Role.ADMIN, Role.HUMAS, Role.TRAINER))),
        ("Dewi", GROUP, words.PRIVATE_ONLY),
    ],
)
def test_only_labellers_in_private_are_asked(
    stage: Stage, who: str | int, chat: int, told: str
) -> None:
    queue(stage.db, stage.tools, 1)
    number = stage.write(who, "/latih", chat_id=chat)
    assert stage.answer_to(number, chat)["text"] == told


def test_who_lost_the_role_is_refused_and_the_message_stays(stage: Stage) -> None:
    (number,) = queue(stage.db, stage.tools, 1)
    at = learn(stage, "Dewi")
    before = seen(stage, "Dewi", at)
    people.add(stage.db, "Dewi", [Role.OPD], DEWI, "siaga", NOW)
    for pressed in (f"la:{number}:0", f"lg:{number}:0:0", f"ln:{number}", f"lk:{number}"):
        assert stage.press("Dewi", pressed, at, chat_id=DEWI)["text"].startswith("Maaf, hanya")
    for pressed in (f"lp:{number}:0:{FLOOD}", f"lu:{number}", f"lz:{number}"):
        assert stage.press("Dewi", pressed, at, chat_id=DEWI)["text"].startswith("Maaf, hanya")
    assert seen(stage, "Dewi", at) == before


def dispute(stage: Stage, count: int = 1) -> list[CommentId]:
    """Dewi and Ani label differently."""
    numbers = queue(stage.db, stage.tools, count, wanted=2)
    dewi, ani = learn(stage, "Dewi"), learn(stage, "Ani")
    for number in numbers:
        stage.press("Dewi", f"lp:{number}:0:{FLOOD}", dewi, chat_id=DEWI)
        told = stage.press("Ani", f"lp:{number}:1:{ROADS}", ani, chat_id=ANI)
        assert told["text"] == words.CONFLICTING
    return numbers


def test_a_trainer_decides_what_people_labelled_differently(stage: Stage) -> None:
    first, second = dispute(stage, 2)
    at = learn(stage, "Dewi")
    tap(stage, "Dewi", at, "lc:0")
    text = seen(stage, "Dewi", at)
    assert "Label berbeda · 2 menunggu keputusan" in text
    assert "Dewi" not in text and "Ani" not in text
    assert tap(stage, "Dewi", at, f"lj:{first}:1")["text"] == words.DECIDED
    assert labelled(stage.db, int(first)) == {
        "sentiment": ("netral", "Dewi"),
        "issue": (ROADS, "Dewi"),
    }
    tap(stage, "Dewi", at, f"lo:{second}")
    tap(stage, "Dewi", at, f"lc:{second}")
    tap(stage, "Dewi", at, f"lo:{second}")
    tap(stage, "Dewi", at, f"lr:{second}:2:0")
    tap(stage, "Dewi", at, f"lr:{second}:2:1")
    issue = data(stage, "Dewi", at)[0].removeprefix(f"lx:{second}:2:")
    assert tap(stage, "Dewi", at, f"lx:{second}:2:{issue}")["text"] == words.DECIDED
    assert labelled(stage.db, int(second))["sentiment"] == ("positif", "Dewi")
    assert words.NOTHING in seen(stage, "Dewi", at)
    assert data(stage, "Dewi", at) == []


@pytest.mark.parametrize("pressed", ["lj:{}:1", f"lx:{{}}:1:{ROADS}"])
def test_what_was_edited_since_it_was_read_is_shown_again_before_it_is_decided(
    stage: Stage, pressed: str
) -> None:
    (number,) = dispute(stage)
    at = learn(stage, "Dewi")
    tap(stage, "Dewi", at, "lc:0")
    tap(stage, "Dewi", at, f"lo:{number}")
    with stage.db.atomic():
        changed(stage.db, "UPDATE comment SET content_hash = 'lain'")
        changed(stage.db, "UPDATE said_label SET seen = 'lain'")
    told = stage.press("Dewi", pressed.format(number), at, chat_id=DEWI)
    assert (told["text"], told["alert"]) == (words.EDITED, True)
    assert labelled(stage.db, int(number)) == {}
    assert tap(stage, "Dewi", at, f"lj:{number}:1")["text"] == words.DECIDED
    assert labelled(stage.db, int(number))["issue"] == (ROADS, "Dewi")


@pytest.mark.parametrize(
    "pressed", ["lj:{}:0", "lj:{}:9", "lo:{}", "lr:{}:0:0", f"lx:{{}}:0:{FLOOD}"]
)
def test_a_conflict_that_was_decided_stays_so(stage: Stage, pressed: str) -> None:
    (number,) = dispute(stage)
    at = learn(stage, "Dewi")
    tap(stage, "Dewi", at, "lc:0")
    tap(stage, "Dewi", at, f"lj:{number}:0")
    told = stage.press("Dewi", pressed.format(number), at, chat_id=DEWI)
    assert (told["text"], told["alert"]) == (words.DECIDED_ALREADY, True)
    assert labelled(stage.db, int(number))["sentiment"] == ("negatif", "Dewi")
    assert stage.press("Dewi", "lc:0", at, chat_id=DEWI)["text"] == words.NO_CONFLICTS


def test_only_trainers_see_and_decide_conflicts(stage: Stage) -> None:
    (number,) = dispute(stage)
    at = learn(stage, "Ani")
    assert "lc:0" not in data(stage, "Ani", at)
    for pressed in ("lc:0", f"lj:{number}:0", f"lo:{number}", f"lr:{number}:0:0"):
        told = stage.press("Ani", pressed, at, chat_id=ANI)
        assert told["text"] == answers.not_allowed((Role.TRAINER,))
    stage.press("Ani", f"lx:{number}:0:{FLOOD}", at, chat_id=ANI)
    assert state(stage.db, number) == "conflict"
    stale = stage.press("Dewi", f"lx:{number}:0:tidak_ada", at, chat_id=ANI)
    assert stale["text"] == answers.STALE_BUTTON


def test_an_item_that_was_labelled_elsewhere_makes_way_for_the_next(stage: Stage) -> None:
    first, second = queue(stage.db, stage.tools, 2)
    at = learn(stage, "Dewi")
    stage.press("Ani", f"ls:{first}:positif")
    told = stage.press("Dewi", f"la:{first}:0", at, chat_id=DEWI)
    assert told["text"] == words.TAKEN
    assert f"la:{second}:0" in data(stage, "Dewi", at)
    assert label_queue.hand(stage.db, "Ani", NOW) is None
