"""Agencies with chats, and questions to them, for the tests of the answer loop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from monitor.incidents.routing import Routes
from monitor.records import Chat, ChatId, Incident, Opd, Person, Question, QuestionId
from monitor.steps import questions as asking
from monitor.steps.notify import notify
from monitor.steps.tools import Tools
from monitor.store import people, questions
from tests.world import (
    NOW,
    PEOPLE,
    MemoryChannel,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

OFFICE = ChatId(-100)
BPBD, PUPR, DINKES = ChatId(-2001), ChatId(-2002), ChatId(-2003)
FLOODS = (
    "banjir parah di Sampit sejak pagi, tolong min",
    "genangan banjir belum surut juga, rumah kami terendam",
    "air banjir masuk puskesmas, pasien dipindah, telp 0812-0000-0000",
)
# Who answers for which agency, besides the people of tests/world.py.
CONTACTS = {"Eko": "BPBD", "Gita": "Dinas PUPR"}
GITA = 107


def with_chats(routes: Routes, **more: Any) -> Routes:
    """The project's agencies, of which three have chats; ``more`` changes BPBD."""
    opds = dict(routes.opds)
    opds["BPBD"] = replace(opds["BPBD"], **{"chat": int(BPBD), **more})
    opds["Dinas PUPR"] = replace(opds["Dinas PUPR"], chat=int(PUPR), topic=7)
    opds["Dinas Kesehatan"] = replace(opds["Dinas Kesehatan"], chat=int(DINKES))
    return replace(routes, opds=opds)


def opd_tools(folder: Path, channel: MemoryChannel | None = None, **more: Any) -> Tools:
    """Tools whose agencies have chats."""
    tools = make_tools(folder, channel=channel)
    return put_chats(tools, **more)


def put_chats(tools: Tools, **more: Any) -> Tools:
    """The same tools with chats for three agencies."""
    routes = with_chats(tools.knowledge.routes, **more)
    return replace(tools, knowledge=replace(tools.knowledge, routes=routes))


class Asked:
    """An office with a flood, people of two agencies, and a clock that is set by hand."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.channel = MemoryChannel()
        self.tools = opd_tools(folder, self.channel, **more)
        self.db = open_world(self.tools)
        self.people = seed_agencies(self.db)
        seed_chat(self.db, int(OFFICE))
        seed_comments(self.db, self.tools, FLOODS)
        self.incident: Incident = seed_incident(self.db)
        self.now = NOW

    def who(self, name: str) -> Person:
        return self.people[name]

    def ask(self, opd: str = "BPBD", kind: str = "informasi", by: str = "Ani") -> Question:
        key = self.opd(opd).key
        answer = asking.ask(
            self.db,
            self.tools,
            self.who(by),
            self.incident.id,
            kind,
            key,
            Chat(OFFICE, ""),
            self.now,
        )
        assert answer.done, answer.text
        return questions.waiting(self.db, self.incident.id)[-1]

    def opd(self, short: str) -> Opd:
        return self.tools.knowledge.routes.opds[short]

    def question(self, number: int = 1) -> Question:
        found = questions.get(self.db, QuestionId(number))
        assert found is not None
        return found

    def texts(self, chat: int) -> list[str]:
        return [message.plain for message in self.channel.shown.get(chat, {}).values()]


def seed_agencies(db: Database, now: datetime = NOW) -> dict[str, Person]:
    """Everybody of tests/world.py, with a contact of BPBD (Eko) and one of PUPR (Gita)."""
    seed_people(db)
    roles = PEOPLE["Eko"][1]
    people.add(db, "Gita", roles, GITA, "siaga", now)
    with db.atomic():
        for name, opd in CONTACTS.items():
            db.conn.execute("UPDATE person SET opd = ? WHERE name = ?", (opd, name))
    return {person.name: person for person in people.every(db)}


def shown(asked: Asked, at: datetime | None = None) -> None:
    """Let the chats show what is wished."""
    notify(asked.db, asked.tools, at or asked.now)
