"""Replies: decided once, posted at most once, and never without an approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import (
    Chat,
    ChatId,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    IncidentId,
    NoticeKind,
)
from monitor.replies import DECISIONS
from monitor.store import audit, drafts, incidents, notices, signatures, wordings
from monitor.store.drafts import Proposal
from monitor.store.wordings import ApprovedAnswer
from tests.making import NOW, make_comment, make_reading, store_comments, understand
from tests.test_store_incidents import in_threads

S = DraftState
MINUTE = timedelta(minutes=1)
POSTED = PostedReply("r9", "https://situs.example/#r9", ReplyState.HELD)


def propose(db: Database, comment_id: int, text: str = "Kami cek.") -> DraftId | None:
    proposal = Proposal(None, CommentId(comment_id), text, "template:x", "h" * 32)
    return drafts.propose(db, proposal, NOW)


@pytest.fixture
def draft(db: Database) -> Draft:
    """A proposed answer to the first of four comments."""
    batch = [make_comment(str(i), post_id="p1" if i < 3 else "p2") for i in range(4)]
    understand(db, store_comments(db, *batch))
    number = propose(db, 1)
    assert number is not None
    return again(db, number)


def again(db: Database, draft_id: DraftId) -> Draft:
    found = drafts.get(db, draft_id)
    assert found is not None
    return found


def move(db: Database, draft: Draft, state: DraftState) -> Draft:
    """Bring a draft to a state the way the product does."""
    if state in (S.APPROVED, S.REJECTED, S.TO_COPY):
        assert drafts.decide(db, draft.id, state, "Rina", NOW)
    elif state is not S.PROPOSED:
        drafts.decide(db, draft.id, S.APPROVED, "Rina", NOW)
        drafts.begin_post(db, again(db, draft.id), NOW)
        if state is S.POSTED:
            drafts.finish_post(db, draft.id, POSTED, NOW)
        elif state is not S.POSTING:
            drafts.stop_post(db, draft.id, state, "sebab", NOW)
    found = again(db, draft.id)
    assert found.state is state
    return found


def actions(db: Database) -> list[tuple[str, str]]:
    return [(row["actor"], row["action"]) for row in reversed(audit.newest(db, 99))]


def test_a_proposal_comes_back_as_it_was(db: Database, draft: Draft) -> None:
    incidents.open_new(db, make_reading(), NOW, "")
    proposal = Proposal(IncidentId(1), CommentId(2), "Lain.", "answer:4", "a" * 32)
    number = drafts.propose(db, proposal, NOW)
    assert number is not None
    assert again(db, number) == Draft(
        id=number,
        incident_id=IncidentId(1),
        comment_id=CommentId(2),
        text="Lain.",
        suggested="Lain.",
        origin="answer:4",
        state=S.PROPOSED,
        target_hash="a" * 32,
        proposed_at=NOW,
    )
    assert drafts.of_incident(db, IncidentId(1)) == [again(db, number)]
    assert drafts.of_comment(db, CommentId(1)) == draft
    assert drafts.of_comment(db, CommentId(3)) is None
    assert drafts.get(db, DraftId(99)) is None


@pytest.mark.parametrize("state", S)
def test_a_comment_has_one_live_draft(db: Database, draft: Draft, state: DraftState) -> None:
    move(db, draft, state)
    fresh = propose(db, 1)
    assert (fresh is not None) is (state in (S.REJECTED, S.STALE, S.FAILED))
    newest = drafts.of_comment(db, CommentId(1))
    assert newest is not None
    assert newest.id == (fresh or draft.id)


@pytest.mark.parametrize("state", [S.APPROVED, S.REJECTED, S.TO_COPY])
def test_a_decision_is_kept_with_name_and_time(
    db: Database, draft: Draft, state: DraftState
) -> None:
    assert drafts.decide(db, draft.id, state, "Rina", NOW, "tepat")
    found = again(db, draft.id)
    assert (found.state, found.decided_by, found.decided_at, found.why) == (
        state,
        "Rina",
        NOW,
        "tepat",
    )
    assert actions(db) == [("Rina", f"draft-{state}")]


def test_the_second_decision_is_refused(db: Database, draft: Draft) -> None:
    assert drafts.decide(db, draft.id, S.APPROVED, "Rina", NOW)
    assert not drafts.decide(db, draft.id, S.REJECTED, "Budi", NOW)
    assert not drafts.rewrite(db, draft.id, "Lain.", "Budi", NOW)
    found = again(db, draft.id)
    assert (found.state, found.decided_by, found.text) == (S.APPROVED, "Rina", "Kami cek.")
    assert len(actions(db)) == 1


def test_a_rewrite_keeps_the_suggestion_beside_it(db: Database, draft: Draft) -> None:
    assert drafts.rewrite(db, draft.id, "Petugas sudah jalan.", "Rina", NOW)
    found = again(db, draft.id)
    assert (found.text, found.suggested, found.state) == (
        "Petugas sudah jalan.",
        "Kami cek.",
        S.PROPOSED,
    )
    assert actions(db) == [("Rina", "draft-edited")]


def test_eight_admins_on_a_hundred_drafts_make_a_hundred_winners(
    db: Database, store_path: Path
) -> None:
    store_comments(db, *(make_comment(str(i)) for i in range(100)))
    numbers = [propose(db, i) for i in range(1, 101)]

    def decide_all(own: Database, number: int) -> list[bool]:
        state = S.APPROVED if number % 2 else S.REJECTED
        return [drafts.decide(own, one, state, f"admin {number}", NOW) for one in numbers if one]

    won = in_threads(store_path, 8, decide_all)
    assert [sum(column) for column in zip(*won, strict=True)] == [1] * 100
    for index, number in enumerate(numbers):
        assert number is not None
        winner = next(admin for admin in range(8) if won[admin][index])
        assert again(db, number).decided_by == f"admin {winner}"
    assert len(audit.newest(db, 999)) == 100
    assert audit.broken_at(db) is None


def test_one_worker_posts_an_approved_draft(db: Database, draft: Draft, store_path: Path) -> None:
    approved = move(db, draft, S.APPROVED)
    won = in_threads(store_path, 4, lambda own, _: drafts.begin_post(own, approved, NOW))
    assert won.count(True) == 1
    assert again(db, draft.id).state is S.POSTING
    assert drafts.approved(db, NOW) == []


def test_a_posted_reply_keeps_its_link(db: Database, draft: Draft) -> None:
    move(db, draft, S.POSTING)
    assert drafts.finish_post(db, draft.id, POSTED, NOW)
    assert not drafts.finish_post(db, draft.id, POSTED, NOW)
    assert again(db, draft.id).permalink == POSTED.permalink
    [post] = db.query("SELECT * FROM post")
    assert (post["external_id"], post["outcome"]) == ("r9", "held")
    assert actions(db) == [("Rina", "draft-approved"), ("siaga", "draft-posted")]


def test_a_person_settles_an_unsure_post(db: Database, draft: Draft) -> None:
    unsure = move(db, draft, S.UNSURE)
    assert drafts.finish_post(db, unsure.id, POSTED, NOW, actor="Rina")
    assert again(db, draft.id).why is None
    assert actions(db)[-1] == ("Rina", "draft-posted")


def test_a_postponed_post_waits_for_its_time(db: Database, draft: Draft) -> None:
    move(db, draft, S.POSTING)
    drafts.postpone(db, draft.id, "sibuk", NOW + MINUTE)
    found = again(db, draft.id)
    assert (found.state, found.why) == (S.APPROVED, "sibuk")
    assert drafts.approved(db, NOW) == []
    assert drafts.approved(db, NOW + MINUTE) == [found]


def test_approved_drafts_come_by_their_decision(db: Database, draft: Draft) -> None:
    second = propose(db, 2)
    assert second is not None
    drafts.decide(db, second, S.APPROVED, "Rina", NOW)
    drafts.decide(db, draft.id, S.APPROVED, "Rina", NOW + MINUTE)
    assert [one.id for one in drafts.approved(db, NOW)] == [second, draft.id]
    assert [one.id for one in drafts.in_state(db, [S.APPROVED, S.PROPOSED])] == [draft.id, second]


def test_a_post_under_way_when_the_program_died_waits_for_a_person(
    db: Database, draft: Draft
) -> None:
    move(db, draft, S.POSTING)
    assert drafts.recover(db, "mati", NOW) == 1
    found = again(db, draft.id)
    assert (found.state, found.why) == (S.UNSURE, "mati")
    assert drafts.approved(db, NOW + 99 * MINUTE) == []
    assert not drafts.begin_post(db, found, NOW)
    assert drafts.recover(db, "mati", NOW) == 0
    assert actions(db)[1:] == [("siaga", "draft-unsure")]


def test_each_crash_is_told_once_per_draft(db: Database, draft: Draft) -> None:
    move(db, draft, S.POSTING)
    drafts.recover(db, "mati", NOW)
    second = propose(db, 2)
    assert second is not None
    move(db, again(db, second), S.POSTING)
    assert drafts.recover(db, "mati", NOW) == 1
    assert [a for a in actions(db) if a[1] == "draft-unsure"] == [("siaga", "draft-unsure")] * 2


# The whole graph, tried out: every move of the store, from every state.

MOVES: dict[str, Callable[[Database, Draft], object]] = {
    "rewrite": lambda db, d: drafts.rewrite(db, d.id, "Lain.", "Rina", NOW),
    "begin": lambda db, d: drafts.begin_post(db, d, NOW),
    "finish": lambda db, d: drafts.finish_post(db, d.id, POSTED, NOW),
    "postpone": lambda db, d: drafts.postpone(db, d.id, "sibuk", NOW),
    "recover": lambda db, d: drafts.recover(db, "mati", NOW),
    "end": lambda db, d: drafts.end(db, d, "diubah", NOW),
    "reopen": lambda db, d: signatures.reopen(db, d, "naik", NOW, keep=True),
    **{
        f"stop {state}": lambda db, d, to=state: drafts.stop_post(db, d.id, to, "lain", NOW)
        for state in (S.UNSURE, S.FAILED, S.STALE, S.TO_COPY)
    },
    **{
        f"decide {state}": lambda db, d, to=state: drafts.decide(db, d.id, to, "Rina", NOW)
        for state in DECISIONS[S.PROPOSED]
    },
}
MACHINE = {
    S.APPROVED: {S.PROPOSED, S.POSTING, S.UNSURE, S.FAILED, S.STALE, S.TO_COPY},
    S.POSTING: {S.APPROVED, S.POSTED, S.UNSURE, S.FAILED, S.STALE, S.TO_COPY},
    S.UNSURE: {S.POSTED, S.FAILED, S.STALE, S.TO_COPY},
    S.TO_COPY: {S.POSTED},
    S.PROPOSED: {*DECISIONS[S.PROPOSED], S.STALE},
}


@pytest.mark.parametrize("state", S)
def test_a_draft_moves_only_along_the_graph(db: Database, draft: Draft, state: DraftState) -> None:
    reached = set()
    for number, act in enumerate(MOVES.values(), 1):
        [fresh] = store_comments(db, make_comment(f"g{number}"))
        understand(db, [fresh])
        new = propose(db, fresh.id)
        assert new is not None
        before = move(db, again(db, new), state)
        moved = act(db, before)
        after = again(db, new)
        assert moved is None or bool(moved) is (after != before)
        if after.state is not state:
            reached.add(after.state)
        # Clear the way for the next move, which may be recover().
        if after.state is S.POSTING:
            drafts.stop_post(db, new, S.FAILED, "bersih", NOW)
    assert reached == MACHINE.get(state, set())


def test_an_answer_that_a_person_sent_by_hand_is_recorded(db: Database, draft: Draft) -> None:
    move(db, draft, S.TO_COPY)
    assert drafts.finish_post(db, draft.id, POSTED, NOW, actor="Rina")
    found = again(db, draft.id)
    assert (found.state, found.permalink) == (S.POSTED, POSTED.permalink)
    assert actions(db)[-1] == ("Rina", "draft-posted")


# What later suggestions look at.


def test_the_newest_decisions_come_first(db: Database, draft: Draft) -> None:
    second, third = propose(db, 2), propose(db, 3)
    assert second is not None
    assert third is not None
    drafts.decide(db, draft.id, S.REJECTED, "Rina", NOW + 2 * MINUTE)
    drafts.decide(db, second, S.APPROVED, "Rina", NOW + MINUTE)
    states = [S.PROPOSED, S.APPROVED, S.REJECTED]
    assert [one.id for one in drafts.newest(db, states, 9)] == [draft.id, second, third]
    assert [one.id for one in drafts.newest(db, states, 1)] == [draft.id]
    assert [one.id for one in drafts.newest(db, [S.PROPOSED], 9)] == [third]


def test_past_answers_are_those_that_went_out(db: Database, draft: Draft) -> None:
    move(db, draft, S.POSTED)
    for comment_id, state in ((2, S.TO_COPY), (3, S.REJECTED), (4, S.APPROVED)):
        number = propose(db, comment_id, f"jawaban {comment_id}")
        assert number is not None
        move(db, again(db, number), state)
    assert wordings.past_answers(db, "banjir_bencana", 9) == [
        ApprovedAnswer(DraftId(2), "komentar contoh 1", "banjir_bencana", "jawaban 2"),
        ApprovedAnswer(DraftId(1), "komentar contoh 0", "banjir_bencana", "Kami cek."),
    ]
    assert len(wordings.past_answers(db, "banjir_bencana", 1)) == 1
    assert wordings.past_answers(db, "sampah", 9) == []


def test_recent_words_are_those_under_the_same_post(db: Database, draft: Draft) -> None:
    for comment_id in (2, 4):
        propose(db, comment_id, f"jawaban {comment_id}")
    number = propose(db, 3, "ditolak")
    assert number is not None
    drafts.decide(db, number, S.REJECTED, "Rina", NOW)
    assert wordings.recent_texts(db, "p1", 9) == ["jawaban 2", "Kami cek."]
    assert wordings.recent_texts(db, None, 2) == ["jawaban 4", "jawaban 2"]
    assert wordings.recent_texts(db, "p9", 9) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda db, d: drafts.decide(db, d.id, S.APPROVED, "Rina", NOW),
        lambda db, d: drafts.rewrite(db, d.id, "Lain.", "Rina", NOW),
    ],
)
def test_a_change_edits_the_message_that_shows_the_draft(
    db: Database, draft: Draft, act: Callable[[Database, Draft], object]
) -> None:
    with db.atomic():
        notices.wish(db, [Chat(ChatId(-100), "Humas")], NoticeKind.DRAFT, draft.id, NOW)
    notices.finish(db, notices.every(db)[0], 5, "x")
    act(db, draft)
    assert len(notices.due(db, NOW, 9)) == 1
