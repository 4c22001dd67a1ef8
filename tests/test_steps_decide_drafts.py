"""Step 6: decisions on a reply, and that of two presses exactly one counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers, signing
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import (
    Chat,
    Draft,
    DraftState,
    EventKind,
    Incident,
    IncidentState,
    Level,
    NoticeKind,
    Person,
)
from monitor.replies import next_state
from monitor.steps import decide_drafts
from monitor.steps.answer import Answer
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import audit, drafts, incidents, notices, people, signatures
from tests.racing import race
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    TinyWords,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

GOOD = "Bapak/Ibu, petugas BPBD menuju lokasi. Info: https://ppid.kalteng.go.id"


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path, repliers={SITE: MemoryReplier()})


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


@pytest.fixture
def who(db: Database) -> dict[str, Person]:
    return seed_people(db)


@pytest.fixture
def incident(db: Database, tools: Tools) -> Incident:
    """An open one, with three drafts."""
    seed_comments(db, tools, [f"Banjir di gang {i}, air masuk rumah" for i in range(1, 5)])
    found = seed_incident(db)
    suggest_replies(db, tools, NOW)
    return found


@pytest.fixture
def draft(db: Database, incident: Incident) -> Draft:
    return drafts.of_incident(db, incident.id)[0]


def state(db: Database, draft: Draft) -> DraftState:
    found = drafts.get(db, draft.id)
    assert found is not None
    return found.state


def test_approving_leads_to_the_post_and_rejecting_does_not(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    first, second, third = drafts.of_incident(db, incident.id)
    assert decide_drafts.approve(db, tools, who["Budi"], first.id, NOW).text == answers.APPROVED
    assert decide_drafts.reject(db, who["Budi"], second.id, NOW) == Answer(
        answers.REJECTED, done=True
    )
    assert [one.id for one in drafts.approved(db, NOW)] == [first.id]
    assert state(db, third) is DraftState.PROPOSED
    assert decide_drafts.reject(db, who["Citra"], first.id, NOW) == Answer(
        "Sudah diputuskan oleh Budi."
    )
    assert decide_drafts.approve(db, tools, who["Citra"], second.id, NOW).text.endswith(
        "oleh Budi."
    )


@pytest.mark.parametrize("lost", ["replier", "reference"])
def test_what_cannot_be_answered_there_is_approved_to_be_copied(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft, lost: str
) -> None:
    if lost == "reference":
        db.conn.execute("UPDATE comment SET reply_ref = NULL")
        db.conn.commit()
    without = replace(tools, repliers={}) if lost == "replier" else tools
    said = decide_drafts.approve(db, without, who["Budi"], draft.id, NOW)
    assert said == Answer(answers.APPROVED_TO_COPY, done=True)
    assert state(db, draft) is DraftState.TO_COPY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hubungi Bu Lurah di 0812-0000-0000 ya.", "Ada data pribadi"),
        ("  ", "Balasan kosong."),
        ("{sapaan} kami cek.", "kurung kurawal"),
        ("<script>alert(1)</script>", "HTML"),
        ("x" * 2001, "terlalu panjang"),
    ],
)
def test_words_that_break_a_rule_are_refused_with_the_reason(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft, text: str, why: str
) -> None:
    said = decide_drafts.rewrite(db, tools, who["Budi"], draft.id, text, NOW)
    assert not said.done
    assert why in said.text
    assert drafts.get(db, draft.id) == draft
    drafts.rewrite(db, draft.id, text, "Budi", NOW)
    said = decide_drafts.approve(db, tools, who["Budi"], draft.id, NOW)
    assert (said.done, why in said.text) == (False, True)
    assert state(db, draft) is DraftState.PROPOSED


def test_rewritten_words_are_kept_beside_the_suggestion_and_need_their_own_approval(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    said = decide_drafts.rewrite(db, tools, who["Budi"], draft.id, f"  {GOOD}\n", NOW)
    assert said == Answer(answers.EDITED, done=True)
    kept = drafts.get(db, draft.id)
    assert kept is not None
    assert (kept.text, kept.suggested) == (GOOD, draft.suggested)
    assert kept.state is DraftState.PROPOSED
    assert decide_drafts.approve(db, tools, who["Citra"], draft.id, NOW).done
    assert not decide_drafts.rewrite(db, tools, who["Budi"], draft.id, "Lain.", NOW).done


def unsure(db: Database, tools: Tools, budi: Person, draft: Draft) -> None:
    decide_drafts.approve(db, tools, budi, draft.id, NOW)
    found = drafts.get(db, draft.id)
    assert found is not None
    drafts.begin_post(db, found, NOW)
    drafts.stop_post(db, draft.id, DraftState.UNSURE, answers.POST_UNSURE, NOW)


@pytest.mark.parametrize(
    ("posted", "after", "said"),
    [
        (True, DraftState.POSTED, answers.MARKED_POSTED),
        (False, DraftState.FAILED, answers.MARKED_UNSENT),
    ],
)
def test_a_person_ends_the_doubt_about_a_send_once(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    draft: Draft,
    posted: bool,
    after: DraftState,
    said: str,
) -> None:
    unsure(db, tools, who["Budi"], draft)
    first = decide_drafts.settle(db, who["Citra"], draft.id, posted=posted, now=NOW)
    assert first == Answer(said, done=True)
    assert state(db, draft) is after
    assert audit.newest(db, 1)[0]["actor"] == "Citra"
    second = decide_drafts.settle(db, who["Budi"], draft.id, posted=not posted, now=NOW)
    assert not second.done
    assert state(db, draft) is after


def test_what_is_not_in_doubt_cannot_be_settled(
    db: Database, who: dict[str, Person], draft: Draft
) -> None:
    for posted in (True, False):
        assert not decide_drafts.settle(db, who["Budi"], draft.id, posted=posted, now=NOW).done
    assert state(db, draft) is DraftState.PROPOSED


@pytest.mark.parametrize("posted", [True, False])
def test_a_doubt_that_siaga_settles_first_is_told(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    draft: Draft,
    posted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unsure(db, tools, who["Budi"], draft)
    check = next_state

    def found_meanwhile(found: Draft, wanted: DraftState) -> DraftState:
        allowed = check(found, wanted)
        seen = PostedReply("r1", None, ReplyState.PUBLISHED)
        own = open_world(tools)
        drafts.finish_post(own, found.id, seen, NOW)
        own.close()
        return allowed

    monkeypatch.setattr(decide_drafts, "next_state", found_meanwhile)
    said = decide_drafts.settle(db, who["Citra"], draft.id, posted=posted, now=NOW)
    assert said == Answer("Sudah diputuskan oleh Budi.")
    assert state(db, draft) is DraftState.POSTED


def test_drafts_are_wished_for_in_the_chats_that_ask(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    chat = seed_chat(db, -100)
    said = decide_drafts.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    assert said == Answer(answers.DRAFTS_SENT, done=True)
    kinds = [(one.kind, one.chat_id) for one in notices.every(db)]
    assert kinds == [(NoticeKind.DRAFT, -100)] * 3
    decide_drafts.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    assert len(notices.every(db)) == 3


def test_an_incident_without_anything_to_answer_says_so(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    empty = seed_incident(db, "kesehatan")
    said = decide_drafts.show_drafts(db, tools, who["Ani"], empty.id, people.chats(db), NOW)
    assert said == Answer(answers.NO_DRAFTS)


# Two people at once, each with a connection of their own.


class MeetingWords(TinyWords):
    """Holds everybody between reading a draft and writing the decision until all are there."""

    def __init__(self, people: int) -> None:
        self._meeting = threading.Barrier(people)

    def mask(self, text: str) -> str:
        self._meeting.wait(10)
        return super().mask(text)


def test_of_two_admins_at_once_exactly_one_decides_and_the_other_reads_the_name(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    meeting = replace(tools, words=MeetingWords(2))
    said = race(
        tools,
        lambda own: decide_drafts.approve(own, meeting, who["Budi"], draft.id, NOW),
        lambda own: decide_drafts.approve(own, meeting, who["Citra"], draft.id, NOW),
    )
    (winner,) = [name for name, a in zip(("Budi", "Citra"), said, strict=True) if a.done]
    (loser,) = [answer for answer in said if not answer.done]
    assert loser == Answer(f"Sudah diputuskan oleh {winner}.")
    decided = drafts.get(db, draft.id)
    assert decided is not None and decided.decided_by == winner
    assert [row["action"] for row in audit.newest(db, 99)].count("draft-approved") == 1


def test_a_rewrite_that_comes_after_a_decision_changes_no_words(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    class Decided(TinyWords):
        """Somebody approves while the new words are being looked at."""

        def mask(self, text: str) -> str:
            own = open_world(tools)
            decide_drafts.approve(own, tools, who["Citra"], draft.id, NOW)
            own.close()
            return super().mask(text)

    slow = replace(tools, words=Decided())
    said = decide_drafts.rewrite(db, slow, who["Budi"], draft.id, GOOD, NOW)
    assert said == Answer("Sudah diputuskan oleh Citra.")
    kept = drafts.get(db, draft.id)
    assert kept is not None and kept.text == draft.text


# Signatures.


def test_words_rewritten_while_they_are_being_signed_are_not_signed(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    class Rewritten(TinyWords):
        """Somebody writes other words while these are being looked at."""

        def mask(self, text: str) -> str:
            own = open_world(tools)
            drafts.rewrite(own, draft.id, GOOD, "Citra", NOW)
            own.close()
            return super().mask(text)

    slow = replace(tools, words=Rewritten())
    said = decide_drafts.approve(db, slow, who["Budi"], draft.id, NOW)
    assert said == Answer(signing.WORDS_CHANGED)
    kept = drafts.get(db, draft.id)
    assert kept is not None and kept.state is DraftState.PROPOSED
    assert signatures.signers(db, kept) == ()


def test_other_words_than_the_person_read_are_not_signed(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    for seen, done in (("00000000", False), (draft.seen, True)):
        said = decide_drafts.approve(db, tools, who["Budi"], draft.id, NOW, seen)
        assert said == Answer(answers.APPROVED if done else signing.WORDS_CHANGED, done)


def test_at_awas_two_different_people_sign(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident, draft: Draft
) -> None:
    reading = replace(incident.reading, level=Level.AWAS)
    incidents.observe(db, incident, reading, None)
    said = [
        decide_drafts.approve(db, tools, who[name], draft.id, NOW)
        for name in ("Budi", "Budi", "Citra", "Budi")
    ]
    assert said == [
        Answer(signing.signed(1, 2), done=True),
        Answer(signing.already_signed(1, 2)),
        Answer(answers.APPROVED, done=True),
        Answer("Sudah diputuskan oleh Budi, Citra."),
    ]
    assert drafts.approved(db, NOW)[0].id == draft.id


def test_what_was_decided_is_not_shown_again_and_new_words_are_suggested(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    chat = seed_chat(db, -100)
    first, second, third = drafts.of_incident(db, incident.id)
    assert decide_drafts.reject(db, who["Budi"], first.id, NOW).done
    assert decide_drafts.approve(db, tools, who["Budi"], second.id, NOW).done
    assert decide_drafts.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW).done
    asked = [one.id for one in (first, second, third) if _wished(db, chat, one)]
    assert asked == [second.id, third.id]
    for one in (second, third):
        assert drafts.stop_post(db, one.id, DraftState.STALE, "uji", NOW, of=tuple(DraftState))
    shown = decide_drafts.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    fresh = drafts.of_incident(db, incident.id)[3:]
    assert shown == Answer(answers.DRAFTS_SENT, done=True)
    assert fresh and all(_wished(db, chat, one) for one in fresh)


def test_an_ended_incident_gets_no_new_words(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    chat = seed_chat(db, -100)
    for one in drafts.of_incident(db, incident.id):
        assert decide_drafts.reject(db, who["Budi"], one.id, NOW).done
    incidents.change(
        db, incident, EventKind.RESOLVED, IncidentState.RESOLVED, NOW, "", actor="Budi"
    )
    shown = decide_drafts.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    assert shown == Answer(answers.NO_DRAFTS)


def _wished(db: Database, chat: Chat, draft: Draft) -> bool:
    return notices.find(db, chat.id, NoticeKind.DRAFT, int(draft.id)) is not None
