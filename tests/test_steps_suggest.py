"""Step 5: which comments of a live incident get a suggested reply, and with which words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import Draft, DraftState, EventKind, IncidentState
from monitor.steps.suggest import propose_for, suggest_replies
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, predictions
from monitor.store.connection import rows
from tests.world import (
    NOW,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
)

GANGS = [f"Banjir di gang {i}, air masuk rumah warga" for i in range(1, 7)]


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


def drafted(db: Database) -> list[Draft]:
    return drafts.of_incident(db, incidents.live(db)[0].id)


def settings_with(tools: Tools, **replies: object) -> Tools:
    return replace(tools, settings=make_settings(tools.settings.folder, replies=replies))


def test_a_live_incident_gets_its_drafts_once(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS)
    seed_incident(db)
    assert suggest_replies(db, tools, NOW) == 3
    assert suggest_replies(db, tools, NOW) == 0
    found = drafted(db)
    assert [draft.state for draft in found] == [DraftState.PROPOSED] * 3
    assert len({draft.comment_id for draft in found}) == 3
    assert all(draft.origin.startswith("template:") for draft in found)


def test_a_draft_remembers_which_words_it_answers(db: Database, tools: Tools) -> None:
    (number,) = seed_comments(db, tools, GANGS[:1])
    seed_incident(db)
    suggest_replies(db, tools, NOW)
    (draft,) = drafted(db)
    assert (draft.comment_id, draft.target_hash) == (number, words_hash(GANGS[0]))
    assert (draft.text, draft.proposed_at) == (draft.suggested, NOW)


@pytest.mark.parametrize("wanted", [0, 1, 5])
def test_as_many_as_the_office_wants(db: Database, tools: Tools, wanted: int) -> None:
    seed_comments(db, tools, GANGS)
    seed_incident(db)
    assert suggest_replies(db, settings_with(tools, per_incident=wanted), NOW) == wanted


def test_switched_off_it_proposes_nothing(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS)
    seed_incident(db)
    assert suggest_replies(db, settings_with(tools, enabled=False), NOW) == 0


def test_danger_comes_first_then_what_more_people_liked(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, ["Banjir di gang 1"], like_count=3)
    seed_comments(db, tools, ["Banjir di gang 2"], like_count=90)
    seed_comments(db, tools, ["Banjir di gang 3, tolong orang tua kami"], like_count=0)
    seed_incident(db)
    suggest_replies(db, settings_with(tools, per_incident=2), NOW)
    assert [draft.comment_id for draft in drafted(db)] == [3, 2]


def test_nobody_reads_the_same_words_twice_in_a_row(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS)
    seed_incident(db)
    suggest_replies(db, settings_with(tools, per_incident=6), NOW)
    texts = [draft.text for draft in drafted(db)]
    assert texts
    assert all(one != other for one, other in itertools.pairwise(texts))


@pytest.mark.parametrize(
    ("text", "greeting"),
    [("Min, banjir di Sampit nih", "Kak,"), ("Banjir di Sampit sejak pagi", "Bapak/Ibu,")],
)
def test_the_reply_speaks_as_the_writer_does(
    db: Database, tools: Tools, text: str, greeting: str
) -> None:
    seed_comments(db, tools, [text])
    seed_incident(db)
    suggest_replies(db, tools, NOW)
    (draft,) = drafted(db)
    assert greeting in draft.text
    assert not {"{", "}"} & set(draft.text)


def test_an_approved_answer_to_a_like_comment_is_used_again(db: Database, tools: Tools) -> None:
    (number,) = seed_comments(db, tools, ["Banjir di gang mawar, selokan mampet sejak lama"])
    seed_incident(db)
    suggest_replies(db, settings_with(tools, per_incident=1), NOW)
    (first,) = drafted(db)
    words = "Selokan gang Mawar dikeruk Senin oleh Dinas PU. https://ppid.kalteng.go.id"
    drafts.rewrite(db, first.id, words, "Budi", NOW)
    drafts.decide(db, first.id, DraftState.APPROVED, "Budi", NOW)
    approved = drafts.get(db, first.id)
    assert approved is not None and approved.comment_id == number
    drafts.begin_post(db, approved, NOW)
    drafts.finish_post(db, first.id, PostedReply("r1", None, ReplyState.PUBLISHED), NOW)
    like = ["Banjir lagi di gang mawar, selokan mampet sejak lama sekali"]
    seed_comments(db, tools, like, post_id="p9")
    suggest_replies(db, settings_with(tools, per_incident=2), NOW)
    assert drafted(db)[1].text == words
    assert drafted(db)[1].origin == f"answer:{first.id}"


def test_a_comment_that_no_words_fit_gets_no_draft(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS[:2])
    seed_incident(db)
    speechless = replace(tools, knowledge=replace(tools.knowledge, templates=()))
    assert suggest_replies(db, speechless, NOW) == 0
    assert drafted(db) == []


def test_a_rejected_comment_is_not_suggested_again(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS[:1])
    seed_incident(db)
    suggest_replies(db, tools, NOW)
    drafts.decide(db, drafted(db)[0].id, DraftState.REJECTED, "Budi", NOW)
    assert suggest_replies(db, tools, NOW) == 0


def test_a_comment_that_got_a_draft_meanwhile_is_not_given_two(db: Database, tools: Tools) -> None:
    (number,) = seed_comments(db, tools, GANGS[:1])
    found = predictions.get(db, number)
    assert found is not None
    assert propose_for(db, tools, found, None, NOW)
    assert not propose_for(db, tools, found, None, NOW)
    assert rows(db, "SELECT incident_id FROM draft") == [{"incident_id": None}]


def test_ended_incidents_get_none(db: Database, tools: Tools) -> None:
    seed_comments(db, tools, GANGS)
    incident = seed_incident(db)
    end = IncidentState.RESOLVED
    incidents.change(db, incident, EventKind.RESOLVED, end, NOW, "", actor="Ani")
    assert suggest_replies(db, tools, NOW) == 0
