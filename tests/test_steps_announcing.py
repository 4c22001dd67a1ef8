"""Which events make a message of their own, which lapse, and what a chat that was away finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action, next_state
from monitor.records import (
    ChatId,
    EventKind,
    Incident,
    IncidentState,
    Level,
    NoticeKind,
    NoticeState,
)
from monitor.steps import decide, handing
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import chats, incidents, notices
from monitor.telegram.base import Place
from tests.world import (
    NOW,
    MemoryChannel,
    make_reading,
    make_tools,
    open_world,
    seed_chat,
    seed_incident,
    seed_people,
)

CHAT, OTHER = -100, -200
MINUTE = timedelta(minutes=1)
WOKEN, FORGOTTEN, RAISED = EventKind.WOKEN, EventKind.FORGOTTEN, EventKind.RAISED


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def tools(tmp_path: Path, channel: MemoryChannel) -> Tools:
    return make_tools(tmp_path, channel=channel)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, CHAT)
    yield opened
    opened.close()


def now_is(db: Database, incident: Incident) -> Incident:
    found = incidents.get(db, incident.id)
    assert found is not None
    return found


def happen(
    db: Database, incident: Incident, kind: EventKind, level: Level | None = None, **more: object
) -> None:
    now = now_is(db, incident)
    given = {"state": now.state, "reason": str(kind), **more}
    state, reason = given.pop("state"), given.pop("reason")
    assert incidents.change(db, now, kind, state, NOW, reason, level=level, **given)  # type: ignore[arg-type]


def take(db: Database, incident: Incident, actor: str = "Ani") -> None:
    state, kind = next_state(now_is(db, incident), Action.ACKNOWLEDGE)
    happen(db, incident, kind, state=state, actor=actor)


def carded(db: Database, tools: Tools) -> Incident:
    """An incident whose card stands."""
    incident = seed_incident(db)
    notify(db, tools, NOW)
    return incident


def news(channel: MemoryChannel) -> list[str]:
    """What was sent beside cards."""
    return [message.text for _, message in channel.sent if "Diperbarui" not in message.text]


def hold(channel: MemoryChannel, db: Database, tools: Tools) -> None:
    """The group is full: what is wished waits."""
    channel.full = {CHAT}
    notify(db, tools, NOW)


def release(channel: MemoryChannel, db: Database, tools: Tools) -> list[str]:
    channel.full = set()
    notify(db, tools, NOW + MINUTE)
    return news(channel)


def test_one_that_its_holder_let_lie_is_told_with_the_name(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident = carded(db, tools)
    take(db, incident)
    said = "Sudah 4 jam tanpa perkembangan."
    happen(db, incident, EventKind.NEGLECTED, state=IncidentState.OPEN, reason=said)
    notify(db, tools, NOW)
    assert news(channel) == [
        "⏰ 🟠 <b>Banjir &amp; bencana</b> dibuka lagi. Sudah 4 jam tanpa perkembangan. "
        f"Terakhir ditangani Ani. #{incident.id}"
    ]


def test_one_that_is_opened_again_is_told_below_its_card(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    budi = seed_people(db)["Budi"]
    incident = carded(db, tools)
    decide.resolve(db, budi, incident.id, NOW)
    assert handing.reopen(db, budi, incident.id, NOW).done
    notify(db, tools, NOW)
    place, _ = channel.sent[-1]
    assert place == Place(ChatId(CHAT), None, 1)
    assert news(channel) == [
        f"🔁 🟠 <b>Banjir &amp; bencana</b> dibuka lagi oleh Budi. #{incident.id}"
    ]
    assert "Belum ada yang menangani" in channel.shown[CHAT][1].text


@pytest.mark.parametrize("kind", [RAISED, FORGOTTEN, WOKEN, EventKind.NEGLECTED])
def test_a_muted_one_is_silent_and_its_card_follows(
    db: Database, tools: Tools, channel: MemoryChannel, kind: EventKind
) -> None:
    parent, child = carded(db, tools), seed_incident(db, "kesehatan")
    incidents.mute(db, child, parent.id, NOW, "")
    happen(db, child, kind)
    notify(db, tools, NOW)
    assert news(channel) == []
    assert "Bagian dari #1 Banjir &amp; bencana" in channel.shown[CHAT][2].text


@pytest.mark.parametrize(
    ("state", "level", "told"),
    [
        (IncidentState.ACKNOWLEDGED, Level.SIAGA, 1),
        (IncidentState.SILENCED, Level.SIAGA, 0),
        (IncidentState.ACKNOWLEDGED, Level.NORMAL, 0),
    ],
)
def test_what_stands_for_itself_again_is_told_while_it_is_loud(
    db: Database,
    tools: Tools,
    channel: MemoryChannel,
    state: IncidentState,
    level: Level,
    told: int,
) -> None:
    parent, child = carded(db, tools), seed_incident(db, "kesehatan")
    incidents.mute(db, child, parent.id, NOW, "")
    happen(db, child, EventKind.ACKNOWLEDGED, level, state=state, actor="Ani")
    notify(db, tools, NOW)
    muted = now_is(db, child)
    assert incidents.mute(db, muted, None, NOW, "#1 sudah selesai.")
    notify(db, tools, NOW)
    assert len(news(channel)) == told
    assert not incidents.mute(db, muted, None, NOW, "")  # as it was seen before


def test_what_ended_meanwhile_is_told_no_more(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident = carded(db, tools)
    happen(db, incident, RAISED, Level.AWAS)
    hold(channel, db, tools)
    happen(db, incident, EventKind.RESOLVED, state=IncidentState.RESOLVED, actor="Ani")
    assert release(channel, db, tools) == []
    assert "Selesai" in channel.shown[CHAT][1].text


def test_the_newest_of_several_rises_is_told(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident = carded(db, tools)
    happen(db, incident, RAISED)
    hold(channel, db, tools)
    happen(db, incident, RAISED, Level.AWAS)
    assert release(channel, db, tools) == [
        f"🔴 <b>Banjir &amp; bencana naik ke Awas</b>. #{incident.id}"
    ]


def test_whom_somebody_took_is_no_longer_called_untaken_but_its_rise_is_told(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident, other = carded(db, tools), seed_incident(db, "kesehatan")
    notify(db, tools, NOW)
    happen(db, incident, RAISED, Level.AWAS)
    happen(db, other, FORGOTTEN)
    hold(channel, db, tools)
    take(db, incident)
    take(db, other)
    (said,) = release(channel, db, tools)
    assert "naik ke Awas" in said


def test_what_was_put_under_a_larger_one_lapses(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    parent, child = carded(db, tools), seed_incident(db, "kesehatan")
    notify(db, tools, NOW)
    happen(db, child, RAISED, Level.AWAS)
    hold(channel, db, tools)
    incidents.mute(db, now_is(db, child), parent.id, NOW, "")
    assert release(channel, db, tools) == []


def test_a_chat_that_let_the_bot_in_again_finds_everything(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    known, over = carded(db, tools), seed_incident(db, "kesehatan")
    notify(db, tools, NOW)
    chats.block_chat(db, ChatId(CHAT), "telegram: kicked")
    happen(db, known, RAISED, Level.AWAS)
    new = seed_incident(db, "sampah_kebersihan")
    happen(db, over, EventKind.RESOLVED, state=IncidentState.RESOLVED, actor="Ani")
    gone = seed_incident(db, "jalan_infrastruktur")
    happen(db, gone, EventKind.RESOLVED, state=IncidentState.RESOLVED, actor="Ani")
    assert notify(db, tools, NOW) == 0
    chats.unblock_chat(db, ChatId(CHAT))
    notify(db, tools, NOW + MINUTE)
    assert "Selesai" in channel.shown[CHAT][2].text
    assert channel.shown[CHAT][1].text.startswith("🔴 <b>Awas")
    assert [text.rpartition("#")[2] for text in news(channel)] == [str(known.id)]
    sent = [m.text.rpartition("#")[2] for _, m in channel.sent if "Diperbarui" in m.text]
    assert sent == [str(known.id), str(over.id), str(new.id)]


def test_a_chat_that_is_registered_later_gets_what_is_live(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    carded(db, tools)
    seed_chat(db, OTHER)
    seed_chat(db, -300, Level.AWAS)
    assert notify(db, tools, NOW) == 1
    assert set(channel.shown) == {CHAT, OTHER}
    assert notify(db, tools, NOW) == 0


def test_a_group_that_grew_is_not_told_old_news_again(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    incident, over = carded(db, tools), seed_incident(db, "kesehatan")
    notify(db, tools, NOW)
    happen(db, incident, RAISED, Level.AWAS)
    happen(db, over, EventKind.RESOLVED, state=IncidentState.RESOLVED, actor="Ani")
    notify(db, tools, NOW)
    new = ChatId(-1000000000100)
    chats.migrate_chat(db, ChatId(CHAT), new)
    assert notify(db, tools, NOW) == 1
    (card,) = channel.shown[new].values()
    assert card.text.startswith("🔴 <b>Awas")
    # Whatever happens to the other one later is a new message there.
    budi = seed_people(db)["Budi"]
    handing.reopen(db, budi, over.id, NOW)
    notify(db, tools, NOW)
    assert len(channel.shown[new]) == 2


# Whose turn it is


def wish(
    db: Database, kind: NoticeKind, subject: int, ago: timedelta = timedelta(), chat: int = CHAT
) -> None:
    found = next(one for one in chats.chats(db) if one.id == chat)
    with db.atomic():
        notices.wish(db, [found], kind, subject, NOW - ago)


def order(db: Database) -> list[tuple[NoticeKind, int]]:
    return [(one.kind, one.subject_id) for one in notices.due(db, NOW, 99)]


def test_new_before_edits_and_the_worst_first(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    levels = (Level.WASPADA, Level.AWAS, Level.SIAGA)
    for topic, level in zip(
        ("kesehatan", "jalan_infrastruktur", "pendidikan"), levels, strict=True
    ):
        seed_incident(db, topic, level)
    notify(db, tools, NOW)
    old = seed_incident(db, "sampah_kebersihan", Level.WASPADA)
    happen(db, now_is(db, old), EventKind.RESOLVED, state=IncidentState.RESOLVED, actor="Ani")
    for number in (1, 2, 3):
        wish(db, NoticeKind.CARD, number, 9 * MINUTE)
    fresh = [seed_incident(db, f"isu_{level}", level).id for level in levels]
    for number in (*fresh, old.id):
        wish(db, NoticeKind.CARD, int(number))
    wish(db, NoticeKind.PERSONAL, -1)
    wish(db, NoticeKind.DIGEST, 1)
    wish(db, NoticeKind.OPERATOR, 1)
    card = NoticeKind.CARD
    assert order(db) == [
        (card, fresh[1]),
        (NoticeKind.PERSONAL, -1),
        (card, fresh[2]),
        (card, fresh[0]),
        (NoticeKind.OPERATOR, 1),
        (card, old.id),
        (NoticeKind.DIGEST, 1),
        (card, 2),
        (card, 3),
        (card, 1),
    ]


def test_what_has_waited_long_enough_goes_first(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    carded(db, tools)
    wish(db, NoticeKind.CARD, 1, 3 * 60 * MINUTE)
    worst = seed_incident(db, "kesehatan", Level.AWAS)
    wish(db, NoticeKind.CARD, int(worst.id))
    assert order(db) == [(NoticeKind.CARD, 1), (NoticeKind.CARD, int(worst.id))]


def test_a_full_group_hides_nothing_that_waits_for_others(
    db: Database, tools: Tools, channel: MemoryChannel
) -> None:
    seed_chat(db, OTHER)
    for number in range(1, 100):
        wish(db, NoticeKind.OPERATOR, number, 60 * MINUTE)
    wish(db, NoticeKind.DIGEST, 1, chat=OTHER)
    channel.full = {CHAT}
    assert notify(db, tools, NOW) == 1
    left = [one for one in notices.every(db) if one.state is NoticeState.DUE]
    assert {one.chat_id for one in left} == {CHAT}


def test_questions_and_drafts_go_with_their_incident(db: Database) -> None:
    reading = make_reading("kesehatan", level=Level.AWAS)
    incidents.open_new(db, reading, NOW, "")
    wish(db, NoticeKind.DRAFT, 7)
    wish(db, NoticeKind.QUESTION, 7)
    wish(db, NoticeKind.CARD, 1)
    assert order(db)[0] == (NoticeKind.CARD, 1)
