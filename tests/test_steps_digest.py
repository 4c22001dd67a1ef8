"""The digest: once per day and kind though the process dies, to the office and its leaders."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.config.parts import Digest
from monitor.incidents.duty_file import DutyPlan
from monitor.incidents.rota import Pair, Rota
from monitor.messages.digest import Kind
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import (
    Chat,
    ChatId,
    DraftState,
    EventKind,
    IncidentState,
    NoticeKind,
    Role,
)
from monitor.steps import decide
from monitor.steps.digest import digest, due_digest, recipients
from monitor.steps.notify import notify
from monitor.steps.standing import standing
from monitor.steps.tools import Tools
from monitor.store import digests, drafts, incidents, notices, people, sources
from tests.world import (
    FLOOD,
    MemorySource,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
MORNING = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # a Tuesday, 07.00 WIB
EVENING = MORNING + 9.5 * HOUR
SUBJECT = 202603031


def tools_with(folder: Path, **hours: str) -> Tools:
    settings = make_settings(folder, digest=Digest(**hours))
    return make_tools(folder, settings=settings, watched=[MemorySource()])


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return tools_with(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Database:
    db = open_world(tools)
    sources.register(db, [("berita", "wordpress")])  # type: ignore[list-item]
    return db


def texts(db: Database) -> list[str]:
    return [n.text or "" for n in notices.every(db) if n.kind is NoticeKind.DIGEST]


def sees(db: Database, now: datetime) -> None:
    """The only source was just read."""
    sources.finish_poll(db, "berita", now, now + HOUR)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (MORNING - MINUTE, None),
        (MORNING, (SUBJECT, Kind.MORNING)),
        (MORNING + 119 * MINUTE, (SUBJECT, Kind.MORNING)),
        (MORNING + 2 * HOUR, None),
        (EVENING, (202603032, Kind.EVENING)),
        (EVENING + DAY, (202603042, Kind.EVENING)),
        (MORNING + 12 * HOUR, None),
    ],
)
def test_a_digest_is_due_in_the_two_hours_after_its_time(
    tools: Tools, at: datetime, due: object
) -> None:
    assert due_digest(tools, at) == due


def test_an_empty_time_switches_one_off_and_of_two_the_later_counts(tmp_path: Path) -> None:
    assert due_digest(tools_with(tmp_path, morning=""), MORNING) is None
    near = tools_with(tmp_path, morning="07:00", evening="07:30")
    assert due_digest(near, MORNING + 40 * MINUTE) == (202603032, Kind.EVENING)


def test_a_digest_goes_out_once_per_day_and_kind(db: Database, tools: Tools) -> None:
    seed_chat(db, -100)
    made = [digest(db, tools, MORNING + i * MINUTE) for i in range(4)]
    assert made == [1, 0, 0, 0]
    assert digest(db, tools, EVENING) == 1
    assert digest(db, tools, EVENING + DAY) == 1
    assert len(texts(db)) == 3
    assert digest(db, tools, MORNING - HOUR) == 0


def test_two_processes_make_one(db: Database, tools: Tools) -> None:
    chat = seed_chat(db, -100)
    other = open_world(tools)
    assert digests.make(other, SUBJECT, MORNING - DAY, MORNING, [chat], "pertama")
    assert not digests.make(db, SUBJECT, MORNING - DAY, MORNING, [chat], "kedua")
    assert digest(db, tools, MORNING) == 0
    assert texts(db) == ["pertama"]


def test_dying_between_its_row_and_its_messages_neither_loses_nor_repeats_it(
    db: Database, tools: Tools
) -> None:
    seed_chat(db, -100)
    db.conn.execute(
        "CREATE TRIGGER dies BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'mati'); END"
    )
    db.conn.commit()
    with pytest.raises(sqlite3.Error, match="mati"):
        digest(db, tools, MORNING)
    again = open_world(tools)
    assert digests.last(again) is None
    again.conn.execute("DROP TRIGGER dies")
    again.conn.commit()
    assert [digest(again, tools, MORNING + i * MINUTE) for i in (1, 2)] == [1, 0]
    notify(again, tools, MORNING + MINUTE)
    notify(again, tools, MORNING + 2 * MINUTE)
    assert len(tools.channel.sent) == 1  # type: ignore[attr-defined]


def test_chats_and_reachable_leaders_receive_it(db: Database) -> None:
    seed_people(db)
    people.add(db, "Gita", [Role.PIMPINAN], None, "siaga", MORNING)
    people.add(db, "Hadi", [Role.PIMPINAN], 108, "siaga", MORNING)
    people.mark_unreachable(db, 108, "blocked")
    chat = seed_chat(db, -100)
    assert recipients(db) == [chat, Chat(ChatId(106), "")]
    people.deactivate(db, "Fitri", "siaga", MORNING)
    assert recipients(db) == [chat]


def test_it_tells_what_was_counted_since_the_last_one(db: Database, tools: Tools) -> None:
    seed_chat(db, -100)
    seed_comments(db, tools, ["Banjir parah lama"], MORNING - 20 * HOUR)
    digest(db, tools, EVENING - DAY)
    flood = [f"Banjir parah nomor {i} di Sampit" for i in range(12)]
    seed_comments(db, tools, [*flood, "Puskesmas bagus"], MORNING - HOUR)
    seed_comments(db, tools, ["Jalan rusak parah"], MORNING - 10 * DAY)
    sees(db, MORNING)
    digest(db, tools, MORNING)
    told = texts(db)[-1]
    assert "13 komentar sejak 2 Mar 16.30 WIB: 92 % negatif." in told
    assert "1. Banjir &amp; bencana: 13 (naik dari 0)" in told
    assert "Jalan" not in told
    assert "Tidak terpantau" not in told


def test_silent_sources_are_named_first(db: Database, tools: Tools) -> None:
    seed_chat(db, -100)
    digest(db, tools, MORNING)
    assert "Semua sumber tidak terpantau" in texts(db)[0].splitlines()[1]


def test_it_tells_of_incidents_drafts_replies_and_duty(db: Database, tools: Tools) -> None:
    rota = Rota((Pair("Ani", "Budi"),), MORNING.date())
    tools = replace(tools, knowledge=replace(tools.knowledge, duty=DutyPlan(rota=rota)))
    who = seed_people(db)
    seed_chat(db, -100)
    sees(db, MORNING)
    live = seed_incident(db, FLOOD, at=MORNING - 2 * HOUR)
    decide.take(db, who["Ani"], live.id, MORNING - 2 * HOUR + 9 * MINUTE)
    over = seed_incident(db, "kesehatan", at=MORNING - 5 * HOUR)
    decide.take(db, who["Budi"], over.id, MORNING - 4 * HOUR)
    decide.resolve(db, who["Budi"], over.id, MORNING - 3 * HOUR)
    (comment,) = seed_comments(db, tools, ["Banjir parah sekali"], MORNING - 3 * HOUR)
    (open_one,) = seed_comments(db, tools, ["Banjir parah lagi"], MORNING - 3 * HOUR)
    number = drafts.propose(
        db, drafts.Proposal(live.id, comment, "Kami cek.", "uji", words_hash("x")), MORNING
    )
    assert number is not None
    drafts.propose(
        db, drafts.Proposal(live.id, open_one, "Kami cek.", "uji", words_hash("y")), MORNING
    )
    drafts.decide(db, number, DraftState.APPROVED, "Budi", MORNING)
    draft = drafts.get(db, number)
    assert draft is not None
    assert drafts.begin_post(db, draft, MORNING - HOUR)
    drafts.finish_post(db, number, PostedReply("r", None, ReplyState.PUBLISHED), MORNING - HOUR)
    db.conn.execute(
        "INSERT INTO question (incident_id, opd, kind, text, state, asked_by, asked_at, due_at, "
        "days) VALUES (?, 'BPBD', 'aduan', 'x', 'asked', 'Ani', 0, 1, 5)",
        [int(live.id)],
    )
    db.conn.commit()
    digest(db, tools, MORNING)
    told = texts(db)[0]
    assert "ditangani Ani setelah 9 menit" in told
    assert "☑️ Kesehatan: selesai (puncak Siaga, Budi)" in told
    assert "1 saran balasan menunggu · 1 pertanyaan menunggu OPD (1 lewat batas)" in told
    assert "✅ 1 balasan terkirim: 1 belum dapat dinilai" in told
    assert "Petugas jaga: Ani · cadangan Budi" in told


def test_what_a_larger_incident_mutes_is_not_told_again(db: Database, tools: Tools) -> None:
    small, large = seed_incident(db, "kesehatan"), seed_incident(db, FLOOD)
    db.conn.execute(
        "UPDATE incident SET parent_id = ? WHERE id = ?", [int(large.id), int(small.id)]
    )
    db.conn.commit()
    now = standing(db, tools, MORNING)
    assert [one.incident.id for one in now.running] == [large.id]
    assert now.running[0].taken_after is None


def test_minutes_run_to_the_first_who_took_it(db: Database, tools: Tools) -> None:
    who = seed_people(db)
    incident = seed_incident(db, FLOOD, at=MORNING)
    assert incidents.change(
        db, incident, EventKind.RAISED, IncidentState.OPEN, MORNING + MINUTE, "naik"
    )
    decide.take(db, who["Ani"], incident.id, MORNING + 5 * MINUTE)
    assert standing(db, tools, MORNING + HOUR).running[0].taken_after == 5


def test_after_a_long_outage_a_week_is_told_at_the_most(db: Database, tools: Tools) -> None:
    seed_chat(db, -100)
    digest(db, tools, MORNING - 30 * DAY)
    digest(db, tools, MORNING)
    assert "sejak 24 Feb 07.00 WIB" in texts(db)[-1]
    assert digests.last(db) == MORNING


def test_the_times_are_checked(tmp_path: Path) -> None:
    for wrong in ("7", "24:00", "07.00", "07:60"):
        given: dict[str, Any] = {"morning": wrong}
        with pytest.raises(ValueError, match="accepted: a time"):
            Digest(**given)
    assert Digest(morning="", evening="23:59").evening == "23:59"
