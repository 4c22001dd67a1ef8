"""A reply that its site would not take is stopped before anybody signs it, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers
from monitor.messages import guard as words
from monitor.platforms.base import words_hash
from monitor.records import CommentId, DraftId, DraftState, Person, StoredComment
from monitor.steps import decide, decide_drafts, fitting, guarding
from monitor.steps.follow_up import FollowUp, propose
from monitor.steps.post import post
from monitor.steps.suggest import suggest_replies, too_narrow
from monitor.steps.tools import Tools
from monitor.steps.views import draft_view
from monitor.store import comments, drafts
from tests.hiding_world import with_account
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
    seed_people,
)

LINK = "https://ppid.kalteng.go.id"
COMMENT = "Banjir di gang mawar, air masuk rumah warga"
LONG = f"Bapak/Ibu, petugas BPBD di Sampit sejak pagi. {'Kami pantau terus. ' * 9}Info: {LINK}"
SAID = f"Balasan {len(LONG)} huruf; TikTok paling banyak 150."


@pytest.fixture
def replier() -> MemoryReplier:
    return MemoryReplier()


@pytest.fixture
def tools(tmp_path: Path, replier: MemoryReplier) -> Tools:
    return with_account(make_tools(tmp_path, repliers={SITE: replier}), reply_limit=150)


@pytest.fixture
def db(tools: Tools, replier: MemoryReplier) -> Iterator[Database]:
    opened = open_world(tools)
    for number in seed_comments(opened, tools, [COMMENT]):
        stored = comments.get(opened, number)
        assert stored is not None
        replier.shown[str(stored.comment.reply_ref)] = stored.comment
    yield opened
    opened.close()


@pytest.fixture
def who(db: Database) -> dict[str, Person]:
    return seed_people(db)


def draft(db: Database, text: str) -> DraftId:
    proposal = drafts.Proposal(None, CommentId(1), text, "uji", words_hash(COMMENT))
    made = drafts.propose(db, proposal, NOW)
    assert made is not None
    return made


def stored(db: Database) -> StoredComment:
    found = comments.get(db, CommentId(1))
    assert found is not None
    return found


def state(db: Database, number: DraftId) -> DraftState:
    found = drafts.get(db, number)
    assert found is not None
    return found.state


def test_a_reply_that_is_too_long_is_refused_before_approval_in_plain_words(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = draft(db, LONG)
    said = decide_drafts.approve(db, tools, who["Budi"], number, NOW)
    assert not said.done
    assert SAID in said.text
    assert state(db, number) is DraftState.PROPOSED
    found = drafts.get(db, number)
    assert found is not None
    assert f"⚠️ {SAID}" in draft_view(db, tools, found, NOW).text


def test_an_edit_that_is_too_long_may_be_given_again(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = draft(db, f"Bapak/Ibu, kami cek. {LINK}")
    said = decide_drafts.rewrite(db, tools, who["Budi"], number, LONG, NOW)
    assert said.again
    assert SAID in said.text
    assert decide_drafts.rewrite(db, tools, who["Budi"], number, f"Kami cek. {LINK}", NOW).done
    assert decide_drafts.approve(db, tools, who["Budi"], number, NOW).done


def test_what_was_approved_before_the_limit_is_not_sent(
    db: Database, tools: Tools, who: dict[str, Person], replier: MemoryReplier
) -> None:
    number = draft(db, LONG)
    wide = replace(tools, accounts={})
    assert decide_drafts.approve(db, wide, who["Budi"], number, NOW).done
    assert post(db, tools, NOW) == 0
    assert (state(db, number), replier.replies) == (DraftState.FAILED, [])


def test_a_site_counts_for_itself_and_names_are_those_of_people(db: Database, tools: Tools) -> None:
    narrow = with_account(tools, name="google_play", reply_limit=350, measure=lambda t: 9 * len(t))
    found = fitting.too_long(narrow, LONG, stored(db))
    assert [one.reason for one in found] == [
        f"Balasan {9 * len(LONG)} huruf; Google Play paling banyak 350."
    ]
    assert words.site_name("facebook") == "Facebook"


@pytest.mark.parametrize("limit", [None, len(LONG)])
def test_words_that_fit_are_let_through(db: Database, tools: Tools, limit: int | None) -> None:
    wide = with_account(tools, reply_limit=limit)
    assert fitting.too_long(wide, LONG, stored(db)) == []
    assert fitting.too_long(replace(tools, accounts={}), LONG, stored(db)) == []
    assert fitting.too_long(tools, LONG, None) == []


def test_one_sentence_tells_the_length_not_two(db: Database, tools: Tools) -> None:
    rules = [one.rule for one in guarding.findings(db, tools, "a" * 2500, None, stored(db))]
    assert rules == [fitting.TOO_LONG]
    wide = with_account(tools, reply_limit=None)
    assert [one.rule for one in guarding.findings(db, wide, "a" * 2500, None, stored(db))] == [
        "too_long"
    ]


@pytest.mark.parametrize(
    ("limit", "line"),
    [(150, "TikTok: paling banyak 150 huruf."), (None, ""), (2000, ""), (8000, "")],
)
def test_whoever_edits_reads_the_limit_where_it_is_below_our_own(
    db: Database, tools: Tools, limit: int | None, line: str
) -> None:
    found = drafts.get(db, draft(db, "Halo"))
    assert found is not None
    assert fitting.limit_of(db, with_account(tools, reply_limit=limit), found) == line


@pytest.mark.parametrize("limit", [150, 120, 100, 80])
def test_every_suggestion_fits_and_leads_to_the_office(
    db: Database, tools: Tools, limit: int
) -> None:
    texts = [f"Banjir di gang {n}, {word}" for n in range(9) for word in ("kak min", "tolong")]
    seed_comments(db, tools, texts)
    seed_incident(db)
    narrow = with_account(tools, reply_limit=limit)
    settings = make_settings(tools.settings.folder, replies={"per_incident": 19})
    narrow = replace(narrow, settings=settings)
    suggest_replies(db, narrow, NOW)
    made = drafts.in_state(db, [DraftState.PROPOSED])
    assert bool(made) is (limit >= 100)
    assert all(len(one.text) <= limit and LINK in one.text for one in made)
    urgent = [one for one in made if "tolong" in target(db, one.comment_id)]
    assert all("112" in one.text for one in urgent)


def target(db: Database, number: CommentId) -> str:
    found = comments.get(db, number)
    assert found is not None
    return found.comment.text


def test_no_suggestion_that_fits_is_told_with_the_reason(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    incident = seed_incident(db)
    narrow = with_account(tools, reply_limit=30)
    said = decide_drafts.show_drafts(db, narrow, who["Ani"], incident.id, (), NOW)
    assert said.text == words.no_room("tiktok", 30)
    assert "TikTok paling banyak 30 huruf" in said.text
    assert drafts.of_incident(db, incident.id) == []
    assert too_narrow(db, tools, incident) != ""  # it says why only where nothing was suggested
    assert too_narrow(db, replace(tools, accounts={}), incident) == ""
    nothing = replace(tools, knowledge=replace(tools.knowledge, templates=()))
    said = decide_drafts.show_drafts(db, nothing, who["Ani"], incident.id, (), NOW)
    assert said.text == answers.NO_DRAFTS


def test_an_ended_incident_gives_no_reason(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    incident = seed_incident(db)
    assert decide.resolve(db, who["Ani"], incident.id, NOW).done
    narrow = with_account(tools, reply_limit=30)
    said = decide_drafts.show_drafts(db, narrow, who["Ani"], incident.id, (), NOW)
    assert said.text == answers.NO_DRAFTS


@pytest.mark.parametrize(
    ("wordings", "begins"),
    [
        (
            ("{sapaan} jawaban panjang sekali " + "x" * 200 + " {tautan}", "{sapaan} ya {tautan}"),
            "Bapak/Ibu, ya ",
        ),
        (("{sapaan} panjang " + "x" * 200 + " {tautan}",), "Bapak/Ibu, panjang "),
    ],
)
def test_an_agencys_answer_takes_the_wording_that_fits_and_is_never_cut(
    db: Database, tools: Tools, wordings: tuple[str, ...], begins: str
) -> None:
    incident = seed_incident(db)
    follow_up = FollowUp(wordings, {}, "BPBD", "question:1", "diganti")
    with db.atomic():
        db.execute("UPDATE source SET attempts = attempts")
        made = propose(db, tools, incident, None, follow_up, (), NOW)
    assert made is not None
    found = drafts.get(db, made)
    assert found is not None
    assert found.text.startswith(begins)
