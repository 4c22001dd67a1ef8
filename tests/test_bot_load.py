"""300 incidents in ten minutes in one group that takes 20 messages a minute.

The process dies in between, the group throws the bot out and lets it in again, and becomes a
supergroup; in the end every card is right and no alert was lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

import pytest

from monitor.records import ChatId, EventKind, Incident, IncidentId, Level, NoticeKind
from monitor.store import incidents, notices, people
from tests.bot_stage import GREW, SMALL, Json, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.loading import Clock, Storm, storm, told_as_it_is, words_of
from tests.world import seed_chat

MANY = 300
DIES_S, OUT_S, IN_S, GROWS_S = 200, 300, 345, 480
_NUMBER = re.compile(r"#(\d+)$")
_COUNT = re.compile(r"(\d+) komentar negatif")


@pytest.fixture(scope="module")
def weathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """The storm is over."""
    clock = Clock()
    with (
        FakeTelegram(clock=clock) as server,
        set_stage(server, tmp_path_factory.mktemp("storm")) as stage,
    ):
        seed_chat(stage.db, SMALL)
        played = storm(stage, clock, MANY)
        stage.start()
        played.write()
        played.at(DIES_S, lambda: played.die("notify:after-call"))
        played.at(OUT_S, lambda: stand(stage, "kicked"))
        played.at(IN_S, lambda: stand(stage, "member"))
        played.at(GROWS_S, lambda: grow(stage))
        played.run()
        yield played
        stage.tools.channel.close()


def stand(stage: Stage, standing: str) -> None:
    """The group throws the bot out or lets it in, and the bot has heard of it."""
    stage.fake.chat(SMALL, bot=standing)
    open_now = standing == "member"
    stage.fake.wait(lambda: (SMALL in {chat.id for chat in people.chats(stage.db)}) is open_now)


def grow(stage: Stage) -> None:
    """Silently, so that the channel learns of it by a refusal."""
    stage.fake.chat(SMALL, migrate_to=GREW, silent=True)


def all_of(played: Storm) -> list[Incident]:
    found = [incidents.get(played.stage.db, number) for number in played.ids.values()]
    return [one for one in found if one is not None]


def sent(played: Storm) -> list[Json]:
    """Every call that put or changed a message of a chat, in order."""
    calls = played.stage.fake.calls()
    return [c for c in calls if c["ok"] and c["method"].startswith(("send", "edit"))]


def number_of(call: Json) -> IncidentId | None:
    """The incident whose card or news a call shows."""
    said = words_of(call["params"]) or words_of(call["params"].get("media") or {})
    found = _NUMBER.search(said.strip())
    return IncidentId(int(found[1])) if found else None


def test_every_card_is_right_in_the_end(weathered: Storm) -> None:
    standing = {m["message_id"]: m for m in weathered.stage.fake.messages(GREW)}
    every = all_of(weathered)
    assert len(every) == MANY
    for incident in every:
        notice = notices.find(weathered.stage.db, ChatId(GREW), NoticeKind.CARD, int(incident.id))
        assert notice is not None
        # What had ended before the group grew stands in the old group's history.
        if incident.state.ended and notice.message_id is None:
            continue
        shown, wanted = told_as_it_is(weathered, GREW, incident, standing)
        assert shown == wanted


def test_no_alert_is_lost(weathered: Storm) -> None:
    db, calls = weathered.stage.db, sent(weathered)
    new: dict[IncidentId | None, list[float]] = {}
    for call in calls:
        if call["method"] in ("sendMessage", "sendPhoto"):
            new.setdefault(number_of(call), []).append(call["at"])
    told = {n.subject_id for n in notices.every(db) if n.kind is NoticeKind.EVENT}
    assert len(told) > 5
    for incident in all_of(weathered):
        assert incident.id in new
        events = incidents.events(db, incident.id)
        for event in (one for one in events if one.kind is EventKind.RAISED):
            later = [one for one in events if one.id > event.id]
            superseded = any(one.kind is EventKind.RAISED for one in later)
            came_after = new[incident.id][-1] >= event.at.timestamp()
            assert event.id in told or superseded or came_after or incident.state.ended


def test_the_newest_state_wins_over_queued_older_ones(weathered: Storm) -> None:
    seen: dict[tuple[int, IncidentId | None], int] = {}
    for call in sent(weathered):
        count = _COUNT.search(words_of(call["params"]))
        if count:
            card = (int(call["params"]["chat_id"]), number_of(call))
            assert seen.get(card, 0) <= int(count[1])
            seen[card] = int(count[1])
    assert len(seen) > MANY


def test_the_worst_is_told_first(weathered: Storm) -> None:
    came: dict[IncidentId | None, float] = {}
    for call in sent(weathered):
        came.setdefault(number_of(call), call["at"])
    waited: dict[Level, list[float]] = {}
    for incident in all_of(weathered):
        opened = incidents.events(weathered.stage.db, incident.id)[0]
        waits = waited.setdefault(opened.level, [])
        waits.append(came[incident.id] - opened.at.timestamp())
    typical = {level: median(waits) for level, waits in waited.items()}
    assert typical[Level.AWAS] <= 20
    assert typical[Level.AWAS] <= typical[Level.SIAGA] < typical[Level.WASPADA]
    # Nobody waits longer than all messages of the storm take.
    assert max(max(waits) for waits in waited.values()) < 60 * 60


def test_limits_are_kept_but_for_the_moment_after_a_restart(weathered: Storm) -> None:
    assert weathered.killed == 1
    calls = weathered.stage.fake.calls()
    refused = [call for call in calls if call["code"] == 429]
    assert len(refused) <= 2
    assert all(call["at"] - calls[0]["at"] < DIES_S + 60 for call in refused)
    assert weathered.stage.fake.violations() == []
