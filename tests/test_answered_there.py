"""What the office answers on the site itself is answered: nobody is asked to say it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.messages import answers, signing
from monitor.platforms.base import words_hash
from monitor.records import (
    Comment,
    CommentId,
    Draft,
    DraftState,
    NoticeKind,
    SourceId,
    Visibility,
)
from monitor.steps import decide_drafts
from monitor.steps.expire import expire
from monitor.steps.post import post
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, notices, open_store, sources
from monitor.store.drafts import Proposal
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    make_comment,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

LATER = NOW + timedelta(minutes=10)
FIRST = CommentId(1)
OTHER = SourceId("lain")


@pytest.fixture
def site() -> MemoryReplier:
    return MemoryReplier()


@pytest.fixture
def tools(tmp_path: Path, site: MemoryReplier) -> Tools:
    settings = make_settings(tmp_path, replies={"per_incident": 1})
    return make_tools(tmp_path, settings=settings, repliers={SITE: site})


@pytest.fixture
def db(tools: Tools, site: MemoryReplier) -> Iterator[Database]:
    """A complaint of a live incident, not answered yet."""
    opened = open_world(tools)
    sources.register(opened, [(OTHER, "wordpress")])
    seed_comments(opened, tools, ["Banjir di gang 1, air masuk rumah"])
    stored = comments.get(opened, FIRST)
    assert stored is not None
    site.shown[str(stored.comment.reply_ref)] = stored.comment
    seed_incident(opened)
    yield opened
    opened.close()


def office_says(db: Database, at: datetime = LATER, number: int = 90, **more: Any) -> Comment:
    """The office's own words below the complaint, as a poll reads them at ``at``."""
    told: dict[str, Any] = {"parent_id": "c1", "author_is_owner": True, "reply_ref": None, **more}
    text = told.pop("text", "Petugas sudah di lokasi, Kak.")
    said = make_comment(number, text, at, **told)
    with db.atomic():
        comments.upsert(db, [said], at, backfilled=False)
    return said


def suggest(db: Database, tools: Tools) -> Draft:
    assert suggest_replies(db, tools, NOW) == 1
    return only(db)


def only(db: Database) -> Draft:
    (draft,) = drafts.in_state(db, list(DraftState))
    return draft


def approve(db: Database, tools: Tools) -> Draft:
    """A suggestion that Budi approved; its message stands in a chat."""
    draft = suggest(db, tools)
    with db.atomic():
        notices.wish(db, [seed_chat(db, -100)], NoticeKind.DRAFT, int(draft.id), NOW)
    budi = seed_people(db)["Budi"]
    assert decide_drafts.approve(db, tools, budi, draft.id, NOW, draft.seen).done
    return only(db)


def passed_on(db: Database, now: datetime) -> Draft:
    """What an agency answered, as a reply to the complaint."""
    stored = comments.get(db, FIRST)
    assert stored is not None
    same = words_hash(stored.comment.text)
    proposal = Proposal(None, FIRST, "Pompa menyala pukul 9.", "opd:1", same)
    assert drafts.propose(db, proposal, now) is not None
    return only(db)


def test_what_was_answered_there_gets_no_suggestion(db: Database, tools: Tools) -> None:
    office_says(db)
    assert suggest_replies(db, tools, LATER) == 0


def test_a_suggestion_ends_when_the_office_answers_there(db: Database, tools: Tools) -> None:
    suggest(db, tools)
    assert expire(db, tools, NOW) == 0
    office_says(db)
    assert expire(db, tools, LATER) == 1
    assert (only(db).state, only(db).why) == (DraftState.STALE, answers.POST_ANSWERED)
    assert suggest_replies(db, tools, LATER) == 0, "not suggested again"


def test_an_approved_reply_is_held_back_and_the_chat_is_told(
    db: Database, tools: Tools, site: MemoryReplier
) -> None:
    draft = approve(db, tools)
    office_says(db)
    assert expire(db, tools, LATER) == 1
    assert post(db, tools, LATER) == 0
    assert site.replies == []
    told = [n.text for n in notices.every(db) if n.kind is NoticeKind.OPERATOR]
    assert told == [signing.ended(draft.id, answers.POST_ANSWERED)]


@pytest.mark.parametrize(
    "more",
    [
        {"author_is_owner": False},
        {"parent_id": None},
        {"parent_id": "c2"},
        {"source_id": OTHER},
        {"visibility": Visibility.DELETED},
        {"visibility": Visibility.HIDDEN},
    ],
)
def test_other_words_answer_nothing(db: Database, tools: Tools, more: dict[str, Any]) -> None:
    suggest(db, tools)
    office_says(db, **more)
    assert expire(db, tools, LATER) == 0
    assert only(db).state is DraftState.PROPOSED
    assert not comments.answered_there(db, FIRST)


def test_words_that_turn_out_to_be_the_offices_answer_too(db: Database, tools: Tools) -> None:
    """A webhook may tell them as anybody's, before a list tells whose they are."""
    office_says(db, NOW - timedelta(minutes=1), author_is_owner=False)
    suggest(db, tools)
    assert expire(db, tools, NOW) == 0
    office_says(db)
    assert expire(db, tools, LATER) == 1


def test_words_that_are_shown_again_answer_again(db: Database, tools: Tools) -> None:
    office_says(db, visibility=Visibility.HIDDEN)
    suggest(db, tools)
    assert expire(db, tools, LATER) == 0
    office_says(db)
    assert expire(db, tools, LATER) == 1


def test_what_siaga_posted_is_no_answer_beside_it(
    db: Database, tools: Tools, site: MemoryReplier
) -> None:
    approve(db, tools)
    assert post(db, tools, NOW) == 1
    office_says(db, external_id="r1")
    assert not comments.answered_there(db, FIRST)
    assert expire(db, tools, LATER) == 0
    assert only(db).state is DraftState.POSTED
    office_says(db, number=91)
    assert comments.answered_there(db, FIRST)


def test_an_agencys_answer_may_follow_words_of_before_but_not_of_since(
    db: Database, tools: Tools
) -> None:
    office_says(db)
    draft = passed_on(db, LATER + timedelta(minutes=1))
    assert not draft.by_machine
    assert expire(db, tools, LATER + timedelta(minutes=1)) == 0
    office_says(db, LATER + timedelta(minutes=2), number=91)
    assert expire(db, tools, LATER + timedelta(minutes=2)) == 1
    assert only(db).why == answers.POST_ANSWERED


def left_open(db: Database, tools: Tools, state: DraftState) -> Draft:
    """A reply of which nobody knows yet whether it stands there."""
    draft = approve(db, tools)
    assert drafts.stop_post(db, draft.id, state, "", NOW, of=[DraftState.APPROVED])
    return only(db)


@pytest.mark.parametrize("state", [DraftState.UNSURE, DraftState.TO_COPY])
@pytest.mark.parametrize("held", [False, True])
def test_a_reply_that_is_read_there_ends_the_doubt(
    db: Database, tools: Tools, state: DraftState, held: bool
) -> None:
    draft = left_open(db, tools, state)
    seen = Visibility.HELD if held else Visibility.PUBLIC
    office_says(db, text=f" {draft.text}\n", visibility=seen, permalink="https://berita.example/9")
    assert expire(db, tools, LATER) == 1
    posted = only(db)
    assert (posted.state, posted.permalink) == (DraftState.POSTED, "https://berita.example/9")
    assert posted.why == (answers.POST_HELD if held else None)
    assert comments.reply_of(db, SITE, "c90") == draft.id


@pytest.mark.parametrize("state", [DraftState.UNSURE, DraftState.TO_COPY])
def test_other_words_there_leave_the_doubt_to_people(
    db: Database, tools: Tools, state: DraftState
) -> None:
    draft = left_open(db, tools, state)
    office_says(db, parent_id="c2")
    office_says(db, number=91, text=draft.text, parent_id="c2")
    office_says(db, number=92, text=draft.text, author_is_owner=False)
    assert expire(db, tools, LATER) == 0
    assert only(db).state is state


def test_who_is_to_copy_a_reply_is_told_that_the_office_answered(
    db: Database, tools: Tools
) -> None:
    """It may have been copied with other words: people look."""
    draft = left_open(db, tools, DraftState.TO_COPY)
    office_says(db)
    assert expire(db, tools, LATER) == 1
    assert (only(db).state, only(db).why) == (DraftState.TO_COPY, answers.COPY_ANSWERED)
    office_says(db, number=91)
    assert expire(db, tools, LATER) == 0, "told once"
    office_says(db, number=92, text=draft.text)
    assert expire(db, tools, LATER) == 1
    assert (only(db).state, only(db).why) == (DraftState.POSTED, None)


def test_another_answer_settles_no_doubt(db: Database, tools: Tools) -> None:
    left_open(db, tools, DraftState.UNSURE)
    office_says(db)
    assert expire(db, tools, LATER) == 0
    assert (only(db).state, only(db).why) == (DraftState.UNSURE, "")


def test_a_reply_that_was_read_while_it_was_sent_is_not_overlooked(
    db: Database, tools: Tools
) -> None:
    """The call was cut, another process read the reply, and then the draft became unsure."""
    draft = approve(db, tools)
    with db.atomic():
        db.conn.execute("UPDATE draft SET state = 'posting'")
    office_says(db, text=draft.text)
    assert expire(db, tools, LATER) == 0
    assert drafts.stop_post(db, draft.id, DraftState.UNSURE, "", LATER)
    assert expire(db, tools, LATER) == 1
    assert only(db).state is DraftState.POSTED


def test_drafts_of_before_the_upgrade_are_looked_at_once(db: Database, tools: Tools) -> None:
    suggest(db, tools)
    assert expire(db, tools, NOW) == 0
    with db.atomic():
        db.conn.execute("DROP TRIGGER draft_look_answered")
        db.conn.execute("DROP TRIGGER draft_look_owned")
        db.conn.execute("DROP INDEX comment_own_reply")
        db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm013_answered_there'")
    office_says(db)
    assert expire(db, tools, LATER) == 0, "nothing told of it then"
    open_store(tools.settings.database).close()
    assert expire(db, tools, LATER) == 1
    assert only(db).why == answers.POST_ANSWERED
