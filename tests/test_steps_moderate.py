"""Asking the platforms: again while that is harmless, never for ever, and people hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.messages import answers
from monitor.records import CommentId, DraftId, DraftState, NoticeKind, Visibility
from monitor.steps.expire import expire
from monitor.steps.moderate import moderate
from monitor.steps.tools import Tools
from monitor.store import audit, comments, drafts, moderation, notices
from monitor.store.moderation import Wish
from tests.hiding_world import MemoryModerator, trouble, with_account
from tests.world import NOW, make_tools, open_world, seed_chat, seed_comments

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site() -> MemoryModerator:
    return MemoryModerator()


@pytest.fixture
def tools(tmp_path: Path, site: MemoryModerator) -> Tools:
    return with_account(make_tools(tmp_path), site)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, -1)
    seed_chat(opened, -2)
    seed_comments(opened, tools, ["slot gacor satu", "slot gacor dua"])
    yield opened
    opened.close()


def want(db: Database, number: int = 1, *, hidden: bool = True) -> None:
    stored = comments.get(db, CommentId(number))
    assert stored is not None
    moderation.want(
        db,
        stored,
        hidden=hidden,
        reply_ref=f"r{number}",
        person="Budi",
        reason="spam judi",
        now=NOW,
    )


def wish(db: Database, number: int = 1) -> Wish:
    found = moderation.get(db, CommentId(number))
    assert found is not None
    return found


def visibility(db: Database, number: int = 1) -> Visibility:
    stored = comments.get(db, CommentId(number))
    assert stored is not None
    return stored.comment.visibility


def news(db: Database) -> list[tuple[int, str]]:
    found = [n for n in notices.every(db) if n.kind is NoticeKind.OPERATOR]
    return [(int(one.chat_id), one.text or "") for one in found]


def draft_in(db: Database, chat_id: int) -> DraftId:
    made = drafts.propose(db, drafts.Proposal(None, CommentId(1), "Halo", "uji", "x"), NOW)
    assert made is not None
    with db.atomic():
        notices.wish(db, [seed_chat(db, chat_id)], NoticeKind.DRAFT, int(made), NOW)
    return made


def test_what_is_wanted_is_done_once(db: Database, tools: Tools, site: MemoryModerator) -> None:
    want(db)
    passed: list[str] = []
    assert moderate(db, replace(tools, boundary=passed.append), NOW) == 1
    assert moderate(db, tools, NOW) == 0
    assert site.asked == [("r1", True)]
    assert passed == ["moderate:before-call", "moderate:after-call", "moderate:after-write"]
    assert visibility(db) is Visibility.HIDDEN
    assert news(db) == []


@pytest.mark.parametrize(
    "reason", [Reason.RATE, Reason.QUOTA, Reason.UNREACHABLE, Reason.UNSURE, Reason.BAD_ANSWER]
)
def test_what_did_not_clearly_fail_is_asked_again(
    db: Database, tools: Tools, site: MemoryModerator, reason: Reason
) -> None:
    want(db)
    site.failures = [trouble(reason)]
    assert moderate(db, tools, NOW) == 0
    assert (wish(db).state, wish(db).error) == ("wanted", reason.value)
    assert moderate(db, tools, NOW + MINUTE / 2) == 0
    assert len(site.asked) == 1
    assert moderate(db, tools, NOW + MINUTE) == 1
    assert visibility(db) is Visibility.HIDDEN
    assert news(db) == []


def test_the_platforms_own_wait_is_kept_and_pauses_grow(
    db: Database, tools: Tools, site: MemoryModerator
) -> None:
    want(db)
    site.failures = [
        PlatformError("x: rate", reason=Reason.RATE, retry_after=timedelta(minutes=30)),
        *(trouble(Reason.UNREACHABLE) for _ in range(8)),
    ]
    at, waits = NOW, []
    while wish(db).state == "wanted":
        moderate(db, tools, at)
        if (due := moderation.due(db, at + timedelta(days=2))) and due[0].state == "wanted":
            later = next(
                minutes for minutes in range(1, 1500) if moderation.due(db, at + minutes * MINUTE)
            )
            waits.append(later)
            at += later * MINUTE
    assert waits == [30, 2, 4, 8, 16, 32, 60, 60, 60]
    assert visibility(db) is Visibility.HIDDEN


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (trouble(Reason.PERMISSION, permanent=True), "akun kantor tidak berhak"),
        (trouble(Reason.AUTH, permanent=True), "izin masuk Siaga"),
        (trouble(Reason.NOT_ALLOWED, permanent=True), "sumber tidak mengizinkannya"),
        (trouble(Reason.GONE), "komentar sudah tidak ada di sumber"),
        (trouble(Reason.UNREACHABLE, permanent=True), "belum memberi jawaban"),
        (ValueError("a bug"), "ada gangguan di Siaga"),
    ],
)
def test_what_failed_for_good_is_told_to_the_person_where_the_draft_stands(
    db: Database, tools: Tools, site: MemoryModerator, error: Exception, why: str
) -> None:
    draft_in(db, -2)
    want(db)
    want(db, 2)
    site.failures = [error]
    assert moderate(db, tools, NOW) == 1  # the other one
    assert wish(db).state == "failed"
    assert visibility(db) is Visibility.PUBLIC
    assert visibility(db, 2) is Visibility.HIDDEN
    ((chat, text),) = news(db)
    assert chat == -2
    assert text.startswith("⚠️ <b>Budi</b>: komentar #1 di berita tidak dapat disembunyikan:")
    assert why in text
    assert moderate(db, tools, NOW + MINUTE) == 0
    assert len(news(db)) == 1
    assert audit.newest(db, 9)[-1]["action"] == "comment-hide-wanted"
    assert "siaga comment-hide-failed" in [
        f"{r['actor']} {r['action']}" for r in audit.newest(db, 9)
    ]


def test_what_was_wanted_yesterday_is_given_up_and_told_in_every_chat_without_a_draft(
    db: Database, tools: Tools, site: MemoryModerator
) -> None:
    want(db, hidden=False)
    site.failures = [trouble(Reason.UNREACHABLE)]
    assert moderate(db, tools, NOW + timedelta(days=1)) == 0
    assert [chat for chat, _ in news(db)] == [-2, -1] or [c for c, _ in news(db)] == [-1, -2]
    assert all("tidak dapat ditampilkan lagi" in text for _, text in news(db))


def test_a_source_that_was_taken_away_since_is_told(db: Database, tools: Tools) -> None:
    want(db)
    assert moderate(db, replace(tools, accounts={}), NOW) == 0
    assert "sumber ini tidak mendukungnya lagi" in news(db)[0][1]


def test_a_wish_that_changed_during_the_call_is_left_to_its_next_turn(
    db: Database, tools: Tools, site: MemoryModerator
) -> None:
    want(db)

    def meanwhile(name: str) -> None:
        if name == "moderate:after-call" and len(site.asked) == 1:
            want(db, hidden=False)

    watched = replace(tools, boundary=meanwhile)
    assert moderate(db, watched, NOW) == 0
    assert moderate(db, watched, NOW) == 1
    assert site.asked == [("r1", True), ("r1", False)]
    assert visibility(db) is Visibility.PUBLIC


def test_a_bug_about_a_wish_that_changed_tells_nobody(
    db: Database, tools: Tools, site: MemoryModerator
) -> None:
    want(db)

    def meanwhile(name: str) -> None:
        if name == "moderate:before-call":
            want(db, hidden=False)
            raise ValueError("a bug")

    moderate(db, replace(tools, boundary=meanwhile), NOW)
    assert news(db) == []
    assert (wish(db).hidden, wish(db).state) == (False, "wanted")


def test_a_process_that_dies_after_the_call_asks_again_and_hides_once(
    db: Database, tools: Tools, site: MemoryModerator
) -> None:
    want(db)

    def die(name: str) -> None:
        if name == "moderate:after-call":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moderate(db, replace(tools, boundary=die), NOW)
    assert moderate(db, tools, NOW) == 1
    assert site.asked == [("r1", True)] * 2
    hidden = [row for row in audit.newest(db, 9) if row["action"] == "comment-hidden"]
    assert len(hidden) == 1


def test_the_reply_to_a_hidden_comment_is_dropped_with_the_reason(
    db: Database, tools: Tools
) -> None:
    draft_id = draft_in(db, -1)
    want(db)
    moderate(db, tools, NOW)
    expire(db, tools, NOW)
    draft = drafts.get(db, draft_id)
    assert draft is not None
    assert (draft.state, draft.why) == (DraftState.STALE, answers.POST_HIDDEN)
