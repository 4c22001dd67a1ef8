"""Signatures: each person once, over words that were seen; without enough nothing goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    EventKind,
    IncidentId,
    IncidentState,
    Level,
    NoticeKind,
)
from monitor.replies.signing import Rule, Signed
from monitor.store import audit, draft_versions, drafts, incidents, notices, signatures
from monitor.store.draft_versions import Version
from tests.making import NOW, make_comment, make_reading, store_comments
from tests.test_store_incidents import in_threads

S = DraftState
MINUTE = timedelta(minutes=1)
TWO = Rule(at_least=2)
BY_LEVEL = Rule({Level.SIAGA: 1, Level.AWAS: 2})


def propose(db: Database, comment_id: int, incident_id: int | None = None) -> Draft:
    incident = None if incident_id is None else IncidentId(incident_id)
    proposal = drafts.Proposal(incident, CommentId(comment_id), "Kami cek.", "uji", "h" * 32)
    number = drafts.propose(db, proposal, NOW)
    assert number is not None
    return again(db, number)


def again(db: Database, draft_id: DraftId) -> Draft:
    found = drafts.get(db, draft_id)
    assert found is not None
    return found


@pytest.fixture
def draft(db: Database) -> Draft:
    store_comments(db, make_comment("1"), make_comment("2"))
    return propose(db, 1)


@pytest.fixture
def grave(db: Database) -> Draft:
    """A draft of an incident at Awas."""
    store_comments(db, make_comment("1"))
    incidents.open_new(db, make_reading(level=Level.AWAS), NOW, "")
    return propose(db, 1, 1)


def sign(db: Database, draft: Draft, person: str, rule: Rule = TWO) -> Signed | None:
    return signatures.sign(db, draft, person, rule, S.APPROVED, NOW)


def approved(db: Database, draft: Draft, rule: Rule = TWO) -> Draft:
    for person in ("Budi", "Citra"):
        sign(db, draft, person, rule)
    found = again(db, draft.id)
    assert found.state is S.APPROVED
    return found


def test_the_second_signature_approves_and_names_both(db: Database, draft: Draft) -> None:
    assert sign(db, draft, "Budi") == Signed(("Budi",), 2, fresh=True, done=False)
    assert again(db, draft.id) == draft
    assert sign(db, draft, "Citra") == Signed(("Budi", "Citra"), 2, fresh=True, done=True)
    found = again(db, draft.id)
    assert (found.state, found.decided_by, found.decided_at) == (S.APPROVED, "Budi, Citra", NOW)
    told = [(row["actor"], row["action"], row["detail"][:11]) for row in audit.newest(db, 9)]
    assert told == [
        ("Citra", "draft-approved", "Budi, Citra"),
        ("Budi", "draft-signed", told[1][2]),
    ]
    assert sign(db, draft, "Eko") is None


def test_the_same_person_counts_once(db: Database, draft: Draft) -> None:
    sign(db, draft, "Budi")
    assert sign(db, draft, "Budi") == Signed(("Budi",), 2, fresh=False, done=False)
    assert again(db, draft.id).state is S.PROPOSED
    assert len(audit.newest(db, 9)) == 1


def test_who_signed_before_approves_when_one_is_enough_by_now(db: Database, draft: Draft) -> None:
    sign(db, draft, "Budi")
    assert sign(db, draft, "Budi", Rule()) == Signed(("Budi",), 1, fresh=False, done=True)
    assert again(db, draft.id).decided_by == "Budi"


def test_words_that_changed_since_they_were_read_are_not_signed(db: Database, draft: Draft) -> None:
    assert drafts.rewrite(db, draft.id, "Petugas sudah jalan.", "Citra", NOW)
    assert sign(db, draft, "Budi") is None
    assert signatures.signers(db, again(db, draft.id)) == ()


def test_a_rewrite_drops_every_signature_and_keeps_every_wording(
    db: Database, draft: Draft
) -> None:
    sign(db, draft, "Budi")
    drafts.rewrite(db, draft.id, "Petugas jalan.", "Citra", NOW)
    drafts.rewrite(db, draft.id, "Kami cek.", "Budi", NOW + MINUTE)
    assert signatures.signers(db, again(db, draft.id)) == ()
    assert draft_versions.of_draft(db, draft.id) == [
        Version("Citra", NOW, "Petugas jalan."),
        Version("Budi", NOW + MINUTE, "Kami cek."),
    ]


def test_the_level_of_that_moment_says_how_many(db: Database, grave: Draft) -> None:
    assert signatures.level_of(db, grave.id) is Level.AWAS
    assert sign(db, grave, "Budi", BY_LEVEL) == Signed(("Budi",), 2, fresh=True, done=False)
    approved(db, grave, BY_LEVEL)
    assert signatures.signed_level(db, grave.id) is Level.AWAS


def test_an_ended_incident_asks_for_no_more_than_none(db: Database, grave: Draft) -> None:
    incident = incidents.live(db)[0]
    incidents.change(db, incident, EventKind.RESOLVED, IncidentState.RESOLVED, NOW, "")
    assert signatures.level_of(db, grave.id) is Level.NORMAL
    assert sign(db, grave, "Budi", BY_LEVEL) == Signed(("Budi",), 1, fresh=True, done=True)


def test_what_does_not_exist_is_at_no_level(db: Database) -> None:
    assert signatures.level_of(db, DraftId(9)) is Level.NORMAL
    assert signatures.signed_level(db, DraftId(9)) is Level.NORMAL


# What may be posted.


def test_without_enough_signatures_nothing_is_posted(db: Database, draft: Draft) -> None:
    assert drafts.decide(db, draft.id, S.APPROVED, "Budi", NOW)
    alone = again(db, draft.id)
    assert not drafts.begin_post(db, alone, NOW, 2)
    assert drafts.begin_post(db, alone, NOW, 1)


def test_other_words_than_the_signed_ones_are_not_posted(db: Database, draft: Draft) -> None:
    found = approved(db, draft)
    db.conn.execute("UPDATE draft SET text = 'Lain.'")
    db.conn.commit()
    assert not drafts.begin_post(db, found, NOW, 2)
    assert not drafts.begin_post(db, again(db, draft.id), NOW, 1)


def test_a_level_that_moved_meanwhile_holds_the_post_back(db: Database, grave: Draft) -> None:
    found = approved(db, grave)
    assert not drafts.begin_post(db, found, NOW, 1, Level.SIAGA)
    assert drafts.begin_post(db, found, NOW, 2, Level.AWAS)


# What ends an approval.


@pytest.mark.parametrize(("keep", "left"), [(True, ("Budi", "Citra")), (False, ())])
def test_a_reopened_draft_waits_again_with_the_reason(
    db: Database, draft: Draft, keep: bool, left: tuple[str, ...]
) -> None:
    found = approved(db, draft)
    assert signatures.reopen(db, found, "Level naik.", NOW, keep=keep)
    waits = again(db, draft.id)
    assert waits == replace(draft, why="Level naik.")
    assert signatures.signers(db, waits) == left
    assert not drafts.begin_post(db, waits, NOW)
    assert audit.newest(db, 1)[0]["action"] == "draft-reopened"


@pytest.mark.parametrize("state", [S.PROPOSED, S.REJECTED, S.POSTING, S.TO_COPY])
def test_only_an_approved_draft_is_reopened(db: Database, draft: Draft, state: DraftState) -> None:
    if state is S.POSTING:
        drafts.begin_post(db, approved(db, draft), NOW)
    elif state is not S.PROPOSED:
        drafts.decide(db, draft.id, state, "Budi", NOW)
    before = again(db, draft.id)
    assert not signatures.reopen(db, before, "sebab", NOW, keep=False)
    assert again(db, draft.id) == before


def test_posting_and_ending_at_once_leave_one_truth(
    db: Database, store_path: Path, draft: Draft
) -> None:
    """Forty drafts, each claimed for its post and ended at the same moment in three ways."""
    store_comments(db, *(make_comment(f"r{i}") for i in range(40)))
    raced = [approved(db, propose(db, i)) for i in range(3, 43)]
    ways: list[Callable[[Database, Draft], bool]] = [
        lambda own, one: drafts.begin_post(own, one, NOW, 2),
        lambda own, one: drafts.end(own, one, "diubah", NOW),
        lambda own, one: signatures.reopen(own, one, "naik", NOW, keep=False),
        lambda own, one: drafts.rewrite(own, one.id, "Lain.", "Eko", NOW),
    ]

    def run(own: Database, number: int) -> list[bool]:
        return [ways[number](own, one) for one in raced]

    posted, ended, reopened, rewritten = in_threads(store_path, 4, run)
    for at, one in enumerate(raced):
        after = again(db, one.id)
        if posted[at]:
            assert after.state is S.POSTING
            assert (after.text, reopened[at], rewritten[at]) == (one.text, False, False)
            assert not ended[at]
        else:
            assert after.state is (S.STALE if ended[at] else S.PROPOSED)
    assert audit.broken_at(db) is None


def test_eight_people_on_two_hundred_drafts_leave_two_different_names_each(
    db: Database, store_path: Path
) -> None:
    store_comments(db, *(make_comment(str(i)) for i in range(200)))
    raced = [propose(db, i) for i in range(1, 201)]

    def sign_all(own: Database, number: int) -> list[Signed | None]:
        mine = raced[number * 25 :] + raced[: number * 25] if number % 2 else raced
        said = {one.id: sign(own, one, f"admin {number}") for one in mine}
        return [said[one.id] for one in raced]

    said = in_threads(store_path, 8, sign_all)
    for at, one in enumerate(raced):
        told = [answers[at] for answers in said]
        assert sum(answer is not None and answer.done for answer in told) == 1
        assert sum(answer is not None for answer in told) == 2
        after = again(db, one.id)
        names = signatures.signers(db, after)
        assert (after.state, len(set(names)), after.decided_by) == (S.APPROVED, 2, ", ".join(names))
    assert len(audit.newest(db, 999)) == 400
    assert audit.broken_at(db) is None


def test_a_signature_edits_the_message_that_shows_the_draft(db: Database, draft: Draft) -> None:
    chats = [Chat(ChatId(-100), "Humas"), Chat(ChatId(-200), "Dinas", thread_id=5)]
    with db.atomic():
        notices.wish(db, chats, NoticeKind.DRAFT, draft.id, NOW)
    for notice in notices.every(db):
        notices.finish(db, notice, 5, "x")
    sign(db, draft, "Budi")
    assert len(notices.due(db, NOW, 9)) == 2
    shown = notices.shown_in(db, NoticeKind.DRAFT, int(draft.id))
    assert [(chat.id, chat.thread_id) for chat in shown] == [(-100, None), (-200, 5)]
    assert notices.shown_in(db, NoticeKind.DRAFT, 99) == []
