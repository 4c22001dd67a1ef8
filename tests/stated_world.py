"""An office with a flood, a chat, and statements about it, for the tests of statements."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from monitor.messages import narrative as words
from monitor.platforms.base import words_hash
from monitor.records import (
    Chat,
    ChatId,
    CommentId,
    Draft,
    DraftId,
    Narrative,
    NarrativeId,
    Person,
)
from monitor.steps import guarding, narrate, stating
from monitor.steps.answer import Answer
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, narratives
from tests.world import (
    FLOOD,
    NOW,
    MemoryChannel,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

GROUP = -100
DAY = timedelta(days=1)
LINK = "https://ppid.kalteng.go.id/banjir"
FACTS = "- Ada 5 posko pengungsian di Sampit\n2. Bantuan sudah disalurkan ke 12 desa."
SAD = "banjir parah di Sampit sejak pagi, kami kecewa sekali"
LINKED = f"Kami cek. Penjelasan ada di {LINK}"


class DiedError(Exception):
    """The process is killed here."""


class Office:
    """An office with a flood, a chat, and two admins."""

    def __init__(self, folder: Path) -> None:
        self.channel = MemoryChannel()
        self.tools: Tools = make_tools(folder, channel=self.channel)
        self.db: Database = open_world(self.tools)
        self.people = seed_people(self.db)
        seed_chat(self.db, GROUP)
        self.now = NOW

    def who(self, name: str) -> Person:
        return self.people[name]

    def draft(self, topic: str = FLOOD, facts: str = FACTS, days: int = 3) -> NarrativeId:
        made = narrate.propose(self.db, self.tools, self.who("Budi"), topic, facts, self.now)
        assert not isinstance(made, Answer), made
        budi = self.who("Budi")
        assert narrate.put_link(self.db, self.tools, budi, made, f" {LINK} ", self.now).done
        here = Chat(ChatId(GROUP), "")
        assert narrate.put_until(self.db, self.tools, budi, made, days, here, self.now).done
        return made

    def state(self, topic: str = FLOOD, facts: str = FACTS, days: int = 3) -> NarrativeId:
        number = self.draft(topic, facts, days)
        answer = narrate.approve(self.db, self.who("Citra"), number, self.now)
        assert answer == Answer(words.APPROVED, done=True)
        return number

    def get(self, number: int) -> Narrative:
        found = narratives.get(self.db, NarrativeId(number))
        assert found is not None
        return found

    def shown(self, chat: int = GROUP) -> list[str]:
        notify(self.db, self.tools, self.now)
        return [message.plain for message in self.channel.shown.get(chat, {}).values()]

    def reply(self, text: str, comment: str = SAD, *, live: bool = True) -> Draft:
        (number,) = seed_comments(self.db, self.tools, [comment])
        incident = next(iter(incidents.live(self.db)), None)
        if live and incident is None:
            incident = seed_incident(self.db)
        made = drafts.propose(
            self.db,
            drafts.Proposal(
                incident.id if incident and live else None,
                CommentId(number),
                text,
                "uji",
                words_hash(comment),
            ),
            self.now,
        )
        assert made is not None
        return self.drafted(made)

    def drafted(self, number: DraftId) -> Draft:
        found = drafts.get(self.db, number)
        assert found is not None
        return found

    def reasons(self, draft: Draft) -> list[str]:
        found = guarding.of_draft(self.db, self.tools, draft)
        return [one.reason for one in found if one.rule == stating.CONTRADICTS]
