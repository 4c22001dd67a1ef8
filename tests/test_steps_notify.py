"""Step 4: what is wished stands in the chats, at least once, and repairs itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import DeliveryError, Reason
from monitor.incidents import Action, next_state
from monitor.messages import Message
from monitor.records import (
    Chat,
    ChatId,
    EventKind,
    Incident,
    IncidentState,
    Level,
    Notice,
    NoticeKind,
    NoticeState,
    Reading,
)
from monitor.steps.collect import tell_operators
from monitor.steps.notify import notify
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, notices, people
from monitor.store.connection import rows
from monitor.telegram.base import Place
from tests.world import (
    FLOOD,
    NOW,
    MemoryChannel,
    make_reading,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
)

CHAT, OTHER, NEW = -100, -200, -100777
MINUTE = timedelta(minutes=1)


class WatchedChannel(MemoryChannel):
    """Remembers whether an edit carried a picture; ``during`` runs while a message is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[bool] = []
        self.during: Callable[[], object] | None = None

    def send(self, place: Place, message: Message) -> int:
        self._run()
        return super().send(place, message)

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        self._run()
        self.pictures.append(picture)
        super().edit(place, message_id, message, picture=picture)

    def _run(self) -> None:
        act, self.during = self.during, None
        if act is not None:
            act()


@pytest.fixture
def channel() -> WatchedChannel:
    return WatchedChannel()


@pytest.fixture
def tools(tmp_path: Path, channel: WatchedChannel) -> Tools:
    return make_tools(tmp_path, channel=channel)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, CHAT)
    yield opened
    opened.close()


def show(db: Database, tools: Tools, minutes: float = 0) -> int:
    return notify(db, tools, NOW + minutes * MINUTE)


def happen(db: Database, incident: Incident, kind: EventKind, level: Level = Level.SIAGA) -> None:
    """The machine moves an incident on without changing its state."""
    now = incidents.get(db, incident.id)
    assert now is not None
    incidents.change(db, now, kind, now.state, NOW, str(kind), level=level)


def observe(db: Database, incident: Incident, observed: int, at: datetime = NOW) -> None:
    reading: Reading = replace(make_reading(at=at), observed=observed)
    incidents.observe(db, incident, reading, None)


def press(db: Database, incident: Incident, action: Action) -> None:
    now = incidents.get(db, incident.id)
    assert now is not None
    state, kind = next_state(now, action)
    incidents.change(db, now, kind, state, NOW, "", actor="Ani")


def card(db: Database, incident: Incident, chat: int = CHAT) -> Notice:
    found = notices.find(db, ChatId(chat), NoticeKind.CARD, int(incident.id))
    assert found is not None
    return found


def fails(channel: WatchedChannel, reason: Reason, **more: object) -> None:
    channel.failures.append(DeliveryError("telegram: refused", reason=reason, **more))  # type: ignore[arg-type]


# What is told, and to whom.


def test_an_opened_incident_is_one_card_with_picture_and_buttons(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    seed_comments(db, tools, ["Banjir di Sampit, tolong kami"])
    incident = seed_incident(db)
    assert show(db, tools) == 1
    ((place, message),) = channel.sent
    assert place == Place(ChatId(CHAT))
    assert "Siaga · Banjir" in message.text
    assert "Banjir di Sampit, tolong kami" in message.text
    assert (message.photo or b"").startswith(b"\x89PNG")
    assert [button.label for button in message.buttons[0]] == [
        "Tangani",
        "Senyapkan",
        "Saran balasan",
    ]
    assert card(db, incident).state is NoticeState.SENT
    assert show(db, tools, 10) == 0


@pytest.mark.parametrize(
    ("level", "reached"),
    [
        (Level.WASPADA, {-1}),
        (Level.SIAGA, {-1, -2}),
        (Level.AWAS, {-1, -2, -3}),
    ],
)
def test_a_chat_hears_from_its_level_up(
    tmp_path: Path, channel: WatchedChannel, level: Level, reached: set[int]
) -> None:
    tools = make_tools(tmp_path, channel=channel)
    db = open_world(tools)
    wanted = {-1: Level.WASPADA, -2: Level.SIAGA, -3: Level.AWAS}
    people.register_chats(db, [Chat(ChatId(n), "x", least) for n, least in wanted.items()])
    seed_incident(db, level=level)
    show(db, tools)
    assert {place.chat_id for place, _ in channel.sent} == reached
    db.close()


def test_a_forum_topic_gets_its_card_in_the_topic(tmp_path: Path, channel: WatchedChannel) -> None:
    tools = make_tools(tmp_path, channel=channel)
    db = open_world(tools)
    seed_chat(db, CHAT, thread_id=12)
    seed_incident(db)
    show(db, tools)
    assert [place for place, _ in channel.sent] == [Place(ChatId(CHAT), 12)]
    db.close()


@pytest.mark.parametrize(
    ("kind", "level", "words"),
    [
        (EventKind.RAISED, Level.AWAS, "naik ke Awas"),
        (EventKind.FORGOTTEN, Level.SIAGA, "belum ada yang menangani"),
        (EventKind.WOKEN, Level.SIAGA, "Masa senyap"),
    ],
)
def test_news_is_a_new_message_that_answers_the_card(
    db: Database,
    tools: Tools,
    channel: WatchedChannel,
    kind: EventKind,
    level: Level,
    words: str,
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    happen(db, incident, kind, level)
    show(db, tools)
    assert len(channel.sent) == 2
    place, message = channel.sent[1]
    assert words in message.text
    assert place.reply_to == card(db, incident).message_id
    show(db, tools, 1)
    assert len(channel.sent) == 2


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.ACKNOWLEDGE, "Ditangani oleh Ani"),
        (Action.RESOLVE, "Selesai · ditangani Ani"),
        (Action.DISMISS, "Bukan krisis"),
    ],
)
def test_a_persons_press_edits_the_card_and_sends_nothing(
    db: Database, tools: Tools, channel: WatchedChannel, action: Action, words: str
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, action)
    show(db, tools)
    assert len(channel.sent) == 1
    assert words in channel.shown[CHAT][1].text


def test_what_woke_up_but_is_calm_is_not_announced(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    happen(db, incident, EventKind.WOKEN, Level.NORMAL)
    show(db, tools)
    assert len(channel.sent) == 1


def test_moving_numbers_are_gathered_into_one_edit(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    for observed in (13, 14, 15):
        current = incidents.live(db)[0]
        observe(db, current, observed)
    assert show(db, tools) == 0
    assert show(db, tools, 0.5) == 1
    assert (channel.edits, card(db, incident).version) == (1, 4)
    assert "15 komentar negatif" in channel.shown[CHAT][1].text


def test_a_card_that_would_look_the_same_is_not_edited(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    with db.atomic():
        notices.touch_cards(db, incident.id, NOW)
    assert show(db, tools) == 1
    assert channel.edits == 0
    assert card(db, incident).state is NoticeState.SENT


def test_an_edit_carries_the_picture_only_when_it_changed(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, Action.ACKNOWLEDGE)
    show(db, tools)
    seed_comments(db, tools, ["Banjir lagi, parah"])
    observe(db, incidents.live(db)[0], 20)
    show(db, tools, 1)
    assert channel.pictures == [False, True]


def test_an_issue_that_is_ignored_by_now_keeps_its_card_without_a_picture(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, Action.ACKNOWLEDGE)
    folder = tools.settings.folder
    ignoring = make_settings(folder, spikes={"ignore": (FLOOD, "lainnya")})
    assert show(db, replace(tools, settings=ignoring)) == 1
    assert "Ditangani oleh Ani" in channel.shown[CHAT][1].text
    assert channel.shown[CHAT][1].photo is None


def test_drafts_answer_the_card_and_news_for_the_operator_answers_nothing(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    seed_comments(db, tools, ["Banjir di gang 1, tolong", "Banjir di gang 2"])
    incident = seed_incident(db)
    show(db, tools)
    suggest_replies(db, tools, NOW)
    (first, *_) = drafts.of_incident(db, incident.id)
    with db.atomic():
        notices.wish(db, people.chats(db), NoticeKind.DRAFT, int(first.id), NOW)
    tell_operators(db, "berita", "Sumber berita berhenti", NOW)
    assert show(db, tools) == 2
    (draft_place, draft), (news_place, news) = channel.sent[1:]
    assert draft_place.reply_to == card(db, incident).message_id
    assert f"Saran balasan #{first.id}" in draft.text
    assert (news_place.reply_to, news.text) == (None, "Sumber berita berhenti")


def test_a_draft_of_no_incident_answers_nothing(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    (number,) = seed_comments(db, tools, ["Banjir di gang 1"])
    proposal = drafts.Proposal(None, number, "Terima kasih.", "template:x", "0" * 32)
    made = drafts.propose(db, proposal, NOW)
    assert made is not None
    with db.atomic():
        notices.wish(db, people.chats(db), NoticeKind.DRAFT, int(made), NOW)
    assert show(db, tools) == 1
    assert channel.sent[0][0].reply_to is None


def test_a_card_that_is_still_to_come_tells_the_news_itself(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    happen(db, incident, EventKind.RAISED, Level.AWAS)
    fails(channel, Reason.UNREACHABLE)
    show(db, tools)
    assert channel.sent == []
    show(db, tools, 1)
    ((_, message),) = channel.sent
    assert message.text.startswith("🔴 <b>Awas")


def test_news_without_its_card_answers_nothing(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    fails(channel, Reason.BAD_ANSWER, permanent=True)
    show(db, tools)
    assert card(db, incident).state is NoticeState.FAILED
    happen(db, incident, EventKind.RAISED, Level.AWAS)
    fails(channel, Reason.UNREACHABLE)  # its card is wanted again, too
    show(db, tools, 1)
    ((place, message),) = channel.sent
    assert ("naik ke Awas" in message.text, place.reply_to) == (True, None)


# What goes wrong on the way.


@pytest.mark.parametrize(
    ("more", "minutes"),
    [({}, 5 / 60), ({"retry_after": 40 * timedelta(seconds=1)}, 40 / 60)],
)
def test_what_did_not_arrive_is_sent_later(
    db: Database,
    tools: Tools,
    channel: WatchedChannel,
    more: dict[str, object],
    minutes: float,
) -> None:
    incident = seed_incident(db)
    fails(channel, Reason.UNREACHABLE, **more)
    assert show(db, tools) == 0
    assert card(db, incident).state is NoticeState.DUE
    assert show(db, tools, minutes - 1 / 60) == 0
    assert show(db, tools, minutes) == 1
    assert len(channel.sent) == 1


def test_pauses_grow_to_ten_minutes_and_a_success_forgets_them(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    at = NOW
    for _ in range(12):
        fails(channel, Reason.UNREACHABLE)
        notify(db, tools, at)
        due = rows(db, "SELECT due_at FROM notice")[0]["due_at"]
        pause, at = due - at.timestamp(), datetime.fromtimestamp(due, NOW.tzinfo)
    assert pause == 600
    assert notify(db, tools, at) == 1
    assert card(db, incident).attempts == 0


def test_a_message_that_can_never_be_sent_is_given_up(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    fails(channel, Reason.BAD_ANSWER, permanent=True)
    show(db, tools)
    assert show(db, tools, 600) == 0
    assert card(db, incident).state is NoticeState.FAILED


def test_a_group_that_became_a_supergroup_is_followed(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, Action.ACKNOWLEDGE)
    fails(channel, Reason.MIGRATED, permanent=True, migrated_to=NEW)
    assert show(db, tools) == 0
    assert [int(chat.id) for chat in people.chats(db)] == [NEW]
    assert show(db, tools) == 1
    assert "Ditangani oleh Ani" in channel.shown[NEW][2].text
    assert card(db, incident, NEW).state is NoticeState.SENT


def test_a_move_without_an_address_is_given_up(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    fails(channel, Reason.MIGRATED, permanent=True)
    show(db, tools)
    assert card(db, incident).state is NoticeState.FAILED


def test_a_chat_that_threw_the_bot_out_is_left_alone_and_the_others_are_not(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    people.register_chats(db, [Chat(ChatId(CHAT), "a"), Chat(ChatId(OTHER), "b")])
    incident = seed_incident(db)
    fails(channel, Reason.PERMISSION, permanent=True)  # the first chat in order is OTHER or CHAT
    assert show(db, tools) == 1
    (served,) = channel.shown
    (blocked,) = {CHAT, OTHER} - {served}
    assert [int(chat.id) for chat in people.chats(db)] == [served]
    press(db, incident, Action.ACKNOWLEDGE)
    show(db, tools, 60)
    assert blocked not in channel.shown
    # Let in again, it gets the card as it stands now.
    people.unblock_chat(db, ChatId(blocked))
    show(db, tools, 61)
    assert "Ditangani oleh Ani" in next(iter(channel.shown[blocked].values())).text


def test_a_card_that_somebody_deleted_is_sent_anew(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, Action.ACKNOWLEDGE)
    fails(channel, Reason.GONE, permanent=True)
    assert show(db, tools) == 0
    assert show(db, tools) == 1
    assert len(channel.sent) == 2
    assert "Ditangani oleh Ani" in channel.sent[1][1].text
    assert card(db, incident).message_id == 2


def test_a_full_chat_waits_and_costs_no_attempt(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    channel.full.add(CHAT)
    assert show(db, tools) == 0
    assert (card(db, incident).state, card(db, incident).attempts) == (NoticeState.DUE, 0)
    channel.full.clear()
    assert show(db, tools) == 1


def test_what_changed_while_the_message_was_under_way_is_edited_at_once(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)

    def meanwhile() -> None:
        other = open_world(tools)
        press(other, incident, Action.ACKNOWLEDGE)
        happen(other, incident, EventKind.RAISED, Level.AWAS)
        current = incidents.live(other)[0]
        observe(other, current, 44)
        other.close()

    channel.during = meanwhile
    show(db, tools)
    assert "44" not in channel.shown[CHAT][1].text
    assert card(db, incident).state is NoticeState.DUE
    show(db, tools, 1)
    assert channel.shown[CHAT][1].text.count("44 komentar negatif") == 1
    assert "Awas" in channel.shown[CHAT][1].text
    assert card(db, incident).state is NoticeState.SENT


def test_a_message_that_another_worker_took_is_not_sent_twice(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    seed_incident(db, "kesehatan")
    other = open_world(tools)

    def take() -> None:
        for one in (incident.id, 2):
            found = notices.find(other, ChatId(CHAT), NoticeKind.CARD, int(one))
            assert found is not None
            notices.begin(other, found)

    channel.during = take
    assert show(db, tools) == 1
    assert len(channel.sent) == 1
    other.close()


def test_an_event_is_processed_once_whoever_comes_first(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    seed_incident(db)

    def boundary(name: str) -> None:
        if name == "notify:before-event":
            other = open_world(tools)
            assert notify(other, tools, NOW) == 1
            other.close()

    assert notify(db, replace(tools, boundary=boundary), NOW) == 0
    assert len(channel.sent) == 1


def test_a_bug_in_one_message_keeps_no_other_waiting(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    first = seed_incident(db)
    second = seed_incident(db, "kesehatan")
    channel.failures.append(ZeroDivisionError("a bug"))
    assert show(db, tools) == 1
    states = {card(db, first).state, card(db, second).state}
    assert states == {NoticeState.DUE, NoticeState.SENT}
    assert show(db, tools, 9) == 0
    assert show(db, tools, 10) == 1


def test_after_a_kill_what_was_under_way_is_sent_again(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)

    def die() -> None:
        raise KeyboardInterrupt

    channel.during = die
    with pytest.raises(KeyboardInterrupt):
        show(db, tools)
    assert card(db, incident).state is NoticeState.SENDING
    assert show(db, tools, 60) == 0
    notices.recover(db)
    assert show(db, tools, 60) == 1


def test_a_flood_of_messages_is_spread_over_ticks_new_ones_first(
    db: Database, tools: Tools, channel: WatchedChannel
) -> None:
    incident = seed_incident(db)
    show(db, tools)
    press(db, incident, Action.ACKNOWLEDGE)
    for number in range(55):
        tell_operators(db, f"sumber{number}", f"Kabar {number}", NOW)
    assert [show(db, tools, 1), show(db, tools, 1)] == [20, 20]
    assert channel.edits == 0
    assert show(db, tools, 1) == 16
    assert channel.edits == 1
    assert incidents.live(db)[0].state is IncidentState.ACKNOWLEDGED
