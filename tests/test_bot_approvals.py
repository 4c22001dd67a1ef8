"""Signatures over real HTTP: many admins, several telephones each, restarts, and old messages."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.messages import answers, signing
from monitor.platforms.base import words_hash
from monitor.records import CommentId, DraftId, DraftState, IncidentId, Level, NoticeKind, Role
from monitor.steps.expire import expire
from monitor.steps.post import post
from monitor.store import (
    audit,
    comments,
    draft_versions,
    drafts,
    incidents,
    notices,
    people,
    signatures,
)
from monitor.store.draft_versions import Version
from tests.bot_stage import FLOODS, GROUP, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, seed_chat, seed_comments, seed_incident

ADMINS = {f"Admin {n}": 300 + n for n in range(8)}
TEXT = "Petugas BPBD di Sampit sejak pagi: https://ppid.kalteng.go.id"


@pytest.fixture
def idle(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        for name, telegram_id in ADMINS.items():
            people.add(stage.db, name, [Role.ADMIN], telegram_id, "siaga", NOW)
        yield stage


@pytest.fixture
def stage(idle: Stage) -> Stage:
    return idle.start()


def propose(stage: Stage, count: int, level: Level | None) -> list[int]:
    """So many drafts, of an incident at a level or of none."""
    incident_id = None
    if level is not None:
        incident_id = IncidentId(int(seed_incident(stage.db, level=level).id))
    texts = [f"{FLOODS[0]} gang {level} {n}" for n in range(count)]
    made = []
    for comment_id, text in zip(seed_comments(stage.db, stage.tools, texts), texts, strict=True):
        proposal = drafts.Proposal(
            incident_id, CommentId(comment_id), TEXT, "uji", words_hash(text)
        )
        stored = comments.get(stage.db, CommentId(comment_id))
        assert stored is not None
        stage.replier.shown[str(stored.comment.reply_ref)] = stored.comment
        number = drafts.propose(stage.db, proposal, stage.now)
        assert number is not None
        made.append(int(number))
    return made


def one(stage: Stage, level: Level | None = Level.AWAS) -> tuple[int, int]:
    """A draft that needs two signatures, and the message in which it stands."""
    (number,) = propose(stage, 1, level)
    chat = seed_chat(stage.db, GROUP)
    with stage.db.atomic():
        notices.wish(stage.db, [chat], NoticeKind.DRAFT, number, stage.now)
    stage.notify()
    notice = notices.find(stage.db, GROUP, NoticeKind.DRAFT, number)
    assert notice is not None and notice.message_id is not None
    return number, notice.message_id


def ok(stage: Stage, message_id: int) -> str:
    """What the button Setujui of a message carries."""
    return str(stage.seen(message_id)["rows"][0][0]["callback_data"])


def names(stage: Stage, number: int) -> tuple[str, ...]:
    return signatures.signers(stage.db, stage.draft(number))


def test_eight_admins_on_two_hundred_drafts_make_two_hundred_decisions(stage: Stage) -> None:
    once, twice = propose(stage, 100, None), propose(stage, 100, Level.AWAS)
    base = stage.base()
    taps: dict[str, tuple[str, int]] = {}

    def press_all(name: str, seed: int) -> None:
        # Two or three of the eight meet at each draft; test_store_signatures has all of them meet.
        mine = [n for n in [*once, *twice] if (n + seed) % 8 < (2 if n % 3 else 3)]
        random.Random(seed).shuffle(mine)
        # Two telephones: now and then the same press comes twice.
        for number in [n for n in mine for _ in range(2 if n % 10 == seed else 1)]:
            taps[stage.tap(ADMINS[name], f"ok:{number}", base)] = (name, number)

    threads = [threading.Thread(target=press_all, args=(n, i)) for i, n in enumerate(ADMINS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for tap in taps:
        stage.fake.wait(lambda tap=tap: stage.fake.callback(tap)["answered"], 60)

    found = {number: stage.draft(number) for number in [*once, *twice]}
    assert {draft.state for draft in found.values()} == {DraftState.APPROVED}
    assert {len(set(names(stage, number))) for number in once} == {1}
    assert {len(set(names(stage, number))) for number in twice} == {2}
    actions = Counter(row["action"] for row in audit.newest(stage.db, 9999))
    assert (actions["draft-approved"], actions["draft-signed"]) == (200, 100)
    assert audit.broken_at(stage.db) is None
    told = Counter(stage.fake.callback(tap)["text"] for tap in taps)
    assert (told[answers.APPROVED], told[signing.signed(1, 2)]) == (200, 100)
    late = sum(n for text, n in told.items() if text.startswith(("Sudah diputuskan oleh", "Anda")))
    assert late == len(taps) - 300


def test_awas_shows_who_signed_and_goes_out_with_two_names(stage: Stage) -> None:
    number, message_id = one(stage)
    assert "Perlu tanda tangan dua orang berbeda" in stage.seen(message_id)["text"]
    first = stage.press("Budi", ok(stage, message_id), message_id, forged=False)
    assert (first["text"], first["alert"]) == (signing.signed(1, 2), False)
    stage.notify()
    assert "1 dari 2 tanda tangan: Budi; perlu satu lagi" in stage.seen(message_id)["text"]
    again = stage.press("Budi", ok(stage, message_id), message_id, forged=False)
    assert (again["text"], again["alert"]) == (signing.already_signed(1, 2), True)
    second = stage.press("Citra", ok(stage, message_id), message_id, forged=False)
    assert second["text"] == answers.APPROVED
    stage.notify()
    seen = stage.seen(message_id)
    assert "Disetujui, segera dikirim · Budi, Citra" in seen["text"]
    assert seen["rows"] == []
    late = stage.press(ADMINS["Admin 1"], f"ok:{number}", message_id)
    assert late["text"] == "Sudah diputuskan oleh Budi, Citra."


def test_a_rewrite_drops_the_signatures_and_shows_what_changed(stage: Stage) -> None:
    number, message_id = one(stage)
    old = ok(stage, message_id)
    stage.press("Budi", old, message_id, forged=False)
    stage.press("Citra", f"ed:{number}", message_id, forged=False)
    question = stage.answers_to(message_id)[0]["message_id"]
    mine = stage.write("Citra", TEXT.replace("sejak pagi", "sejak kemarin"), reply_to=question)
    assert stage.answer_to(mine)["text"] == answers.EDITED
    # A telephone that was not refreshed shows the old words, so its press signs nothing.
    assert stage.press("Budi", old, message_id, forged=False)["text"] == signing.WORDS_CHANGED
    assert names(stage, number) == ()
    stage.notify()
    seen = stage.seen(message_id)
    assert "Perubahan: Petugas BPBD di Sampit sejak pagi: kemarin: https" in seen["text"]
    kinds = [e["type"] for e in seen["entities"]]
    assert "strikethrough" in kinds
    assert ok(stage, message_id) != old
    for who in ("Budi", "Citra"):
        stage.press(who, ok(stage, message_id), message_id, forged=False)
    assert stage.draft(number).state is DraftState.APPROVED
    (version,) = draft_versions.of_draft(stage.db, DraftId(number))
    assert version == Version("Citra", stage.now, stage.draft(number).text)


def test_a_signature_outlives_a_restart(stage: Stage) -> None:
    number, message_id = one(stage)
    stage.press("Budi", ok(stage, message_id), message_id, forged=False)
    stage.stop()
    tap = stage.tap("Citra", ok(stage, message_id), message_id, forged=False)
    stage.start()
    stage.fake.wait(lambda: stage.fake.callback(tap)["answered"])
    assert stage.fake.callback(tap)["text"] == answers.APPROVED
    assert names(stage, number) == ("Budi", "Citra")


def test_a_level_that_rises_after_the_approval_asks_again_in_the_chat(stage: Stage) -> None:
    number, message_id = one(stage, Level.SIAGA)
    assert stage.press("Budi", ok(stage, message_id), message_id)["text"] == answers.APPROVED
    incident = incidents.live(stage.db)[0]
    raised = replace(incident.reading, level=Level.AWAS)
    incidents.observe(stage.db, incident, raised, None)
    assert post(stage.db, stage.tools, stage.now) == 0
    assert expire(stage.db, stage.tools, stage.now) == 1
    stage.now += timedelta(minutes=1)
    stage.notify()
    seen = stage.seen(message_id)
    assert "Level naik ke Awas: perlu 2 tanda tangan." in seen["text"]
    assert "1 dari 2 tanda tangan: Budi" in seen["text"]
    rung = [m for m in stage.fake.messages(GROUP) if "tidak berlaku lagi" in m.get("text", "")]
    assert len(rung) == 1
    assert stage.press("Citra", ok(stage, message_id), message_id)["text"] == answers.APPROVED
    assert names(stage, number) == ("Budi", "Citra")


def test_old_messages_are_answered_kindly(stage: Stage) -> None:
    number, message_id = one(stage, None)
    old = ok(stage, message_id)
    stage.press("Budi", f"no:{number}", message_id, forged=False)
    stage.notify()
    late = stage.press("Citra", old, message_id, forged=False)
    assert (late["text"], late["alert"]) == ("Sudah diputuskan oleh Budi.", True)
    hidden = stage.press("Citra", old, message_id, inaccessible=True)
    assert hidden["text"] == "Sudah diputuskan oleh Budi."
