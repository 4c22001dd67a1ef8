"""The staff bot on a stage: server, store, channel and people, for the tests of the bot."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from monitor.bot import Listener, build_application
from monitor.messages import Button, Message, answers
from monitor.platforms.base import words_hash
from monitor.records import (
    ChatId,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    Incident,
    IncidentId,
)
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents
from monitor.telegram.base import Place
from monitor.telegram.channel import TelegramChannel
from tests.fakes.telegram import FakeTelegram
from tests.world import (
    NOW,
    PEOPLE,
    SITE,
    STRANGER,
    MemoryReplier,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
    seed_people,
)

GROUP, FORUM, SMALL, GREW = ChatId(-1001), ChatId(-1000000000002), ChatId(-44), -1000000000044
TOPIC = 50
FLOODS = ["banjir parah di Sampit sejak pagi tadi", "genangan banjir belum surut, tolong min"]
PHONE = "0812-0000-0000"
Json = dict[str, Any]


@dataclass
class Stage:
    """The server, the store, the pipeline's channel, and the bot in a thread of its own."""

    fake: FakeTelegram
    tools: Tools
    db: Database
    replier: MemoryReplier
    now: datetime = NOW
    woken: list[datetime] = field(default_factory=list)
    open_db: Callable[[], Database] | None = None
    _thread: threading.Thread | None = None

    def start(self) -> Self:
        application = build_application(
            self.tools,
            self.open_db or (lambda: open_world(self.tools)),
            self.fake.token,
            self.fake.url,
            lambda: self.woken.append(self.now),
            lambda: self.now,
        )
        self._listener = Listener(application)
        self._thread = threading.Thread(target=self._listener.run, name="bot")
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._listener.stop()
            self._thread.join(30)
            assert not self._thread.is_alive()

    # What people do, and what they see of it

    def base(self, chat_id: int = GROUP, thread_id: int | None = None) -> int:
        """A message of the bot to press at; its buttons are forged."""
        place = Place(ChatId(chat_id), thread_id)
        return self.tools.channel.send(place, Message("Kartu", ((Button("x", "x:1"),),)))

    def press(self, who: str | int, data: str, at: int | None = None, **more: Any) -> Json:
        """Press and wait for the answer."""
        pressed = self.tap(who, data, at, **more)
        self.fake.wait(lambda: self.fake.callback(pressed)["answered"])
        return self.fake.callback(pressed)

    def tap(self, who: str | int, data: str, at: int | None = None, **more: Any) -> str:
        user_id = PEOPLE[who][0] if isinstance(who, str) else who
        chat_id = more.pop("chat_id", GROUP)
        message_id = self.base(chat_id) if at is None else at
        forged = more.pop("forged", True)
        return self.fake.press(chat_id, message_id, data, user_id=user_id, forged=forged, **more)

    def write(self, who: str | int, text: str, chat_id: int = GROUP, **more: Any) -> int:
        user_id = PEOPLE[who][0] if isinstance(who, str) else who
        return int(self.fake.message(chat_id, user_id, text, **more)["message_id"])

    def answer_to(self, number: int, chat_id: int = GROUP) -> Json:
        """The bot's first answer to a message."""
        return self.fake.wait(lambda: next(iter(self.answers_to(number, chat_id)), None)) or {}

    def answers_to(self, number: int, chat_id: int = GROUP) -> list[Json]:
        return [
            m
            for m in self.fake.messages(chat_id)
            if m["by_bot"] and m.get("reply_to_message", {}).get("message_id") == number
        ]

    def seen(self, number: int, chat_id: int = GROUP) -> Json:
        return next(m for m in self.fake.messages(chat_id) if m["message_id"] == number)

    def settled(self) -> None:
        """Wait until everything that was written has been handled."""
        number = self.write(STRANGER, "/saya", chat_id=STRANGER)
        self.answer_to(number, STRANGER)

    # What lies in the store

    def incident(self, number: int) -> Incident:
        found = incidents.get(self.db, IncidentId(number))
        assert found is not None
        return found

    def draft(self, number: int) -> Draft:
        found = drafts.get(self.db, DraftId(number))
        assert found is not None
        return found

    def new_incident(self, at: int = 0) -> int:
        return int(seed_incident(self.db, self.tools.topics[at]).id)

    def new_comment(self, text: str = FLOODS[0]) -> int:
        return int(seed_comments(self.db, self.tools, [text])[0])

    def new_draft(self) -> int:
        comment = self.new_comment()
        proposal = drafts.Proposal(
            None, CommentId(comment), "Kami teruskan ke BPBD.", "uji", words_hash(FLOODS[0])
        )
        number = drafts.propose(self.db, proposal, self.now)
        assert number is not None
        return int(number)

    def new_unsure(self) -> int:
        number = DraftId(self.new_draft())
        drafts.decide(self.db, number, DraftState.APPROVED, "Budi", self.now)
        drafts.begin_post(self.db, self.draft(number), self.now)
        drafts.stop_post(self.db, number, DraftState.UNSURE, answers.POST_UNSURE, self.now)
        return int(number)

    def notify(self) -> None:
        """The pipeline's turn, long enough later that no limit is reached."""
        notify(self.db, self.tools, self.now)


@contextmanager
def set_stage(server: FakeTelegram, folder: Path) -> Iterator[Stage]:
    """Everything but the running bot; nothing irregular may have been sent."""
    server.reset()
    server.chat(GROUP, type="supergroup", title="Humas", bot="administrator")
    server.chat(SMALL, type="group", title="Kecil", bot="member")
    server.chat(FORUM, title="Dinas", is_forum=True, topics={TOPIC: "Kesehatan"})
    ticks = itertools.count(0, 1000)  # the channel's clock runs fast: its limits are tested there
    channel = TelegramChannel(server.token, server.url, 18, 20.0, lambda: float(next(ticks)))
    replier = MemoryReplier()
    tools = make_tools(folder, channel=channel, repliers={SITE: replier})
    db = open_world(tools)
    seed_people(db)
    stage = Stage(server, tools, db, replier)
    yield stage
    stage.stop()
    channel.close()
    db.conn.close()
    answered = [c["params"]["callback_query_id"] for c in server.calls("answerCallbackQuery")]
    assert len(answered) == len(set(answered))
    assert server.violations() == []


def flood(stage: Stage, at: int) -> int:
    seed_comments(stage.db, stage.tools, FLOODS)
    live = incidents.live(stage.db)
    return int(live[0].id) if live else int(seed_incident(stage.db).id)
