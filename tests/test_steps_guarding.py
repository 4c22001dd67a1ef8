"""What the guard says of a draft, wherever a draft is decided, sent or shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.checks import check_all
from monitor.config import Settings
from monitor.config.parts import Office, Paths
from monitor.library import DataLibrary
from monitor.messages.guard import MODEL_MARK, NO_FACT
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import CommentId, Draft, DraftState, EventKind, IncidentState, Person
from monitor.replies.guard_rules import Effect
from monitor.steps import decide_drafts, guarding
from monitor.steps.guarding import NO_FACT as NO_FACT_RULE
from monitor.steps.guarding import NO_LINK, findings, needs_second, of_draft, sentences, warnings
from monitor.steps.post import post
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import SecondLook, Tools
from monitor.steps.views import draft_card
from monitor.store import comments, drafts, incidents
from monitor.store.vectors import StoredVectors
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
GOOD = f"Kak, petugas BPBD menuju lokasi. Info: {LINK}"
THREAT = f"Kami laporkan akun Anda ke polisi. {LINK}"
PROMISE = f"Kak, besok pasti beres. Info: {LINK}"


@pytest.fixture
def replier() -> MemoryReplier:
    return MemoryReplier()


@pytest.fixture
def tools(tmp_path: Path, replier: MemoryReplier) -> Tools:
    settings = make_settings(tmp_path, replies={"per_incident": 1})
    return make_tools(tmp_path, settings=settings, repliers={SITE: replier})


@pytest.fixture
def db(tools: Tools, replier: MemoryReplier) -> Iterator[Database]:
    opened = open_world(tools)
    seed_comments(opened, tools, ["Banjir di Sampit sejak pagi"])
    seed_incident(opened)
    suggest_replies(opened, tools, NOW)
    stored = comments.get(opened, CommentId(1))
    assert stored is not None
    replier.shown[str(stored.comment.reply_ref)] = stored.comment
    yield opened
    opened.close()


@pytest.fixture
def budi(db: Database) -> Person:
    return seed_people(db)["Budi"]


def draft(db: Database) -> Draft:
    (only,) = drafts.of_incident(db, incidents.live(db)[0].id)
    return only


def rules(db: Database, tools: Tools, text: str) -> list[str]:
    return [one.rule for one in of_draft(db, tools, draft(db), text)]


def test_a_proposed_draft_breaks_nothing(db: Database, tools: Tools) -> None:
    assert of_draft(db, tools, draft(db)) == ()


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (GOOD, []),
        ("Kak, petugas BPBD menuju lokasi.", [NO_LINK]),
        (f"Kak, terima kasih atas perhatiannya. {LINK}", [NO_FACT_RULE]),
        (f"Kak, untuk warga Sampit, ikuti {LINK}", []),
        ("Terima kasih.", [NO_LINK, NO_FACT_RULE]),
        ("", ["empty", NO_LINK, NO_FACT_RULE]),
        (THREAT, ["ancaman_hukum"]),
        (PROMISE, ["janji_tanpa_tanggal"]),
        (f"Hubungi 0812-0000-0000, petugas jalan. {LINK}", ["personal"]),
    ],
)
def test_what_is_wrong_with_a_reply_during_an_incident(
    db: Database, tools: Tools, text: str, broken: list[str]
) -> None:
    found = rules(db, tools, text)
    assert found[: len(broken)] == broken
    assert bool(found) == bool(broken)


def test_another_official_domain_may_be_linked(db: Database, tools: Tools) -> None:
    office = Office(links=("bpbd.example", "kalteng.go.id"))
    more = replace(tools, settings=tools.settings.model_copy(update={"office": office}))
    assert of_draft(db, more, draft(db), "Kami teruskan ke BPBD: peta.bpbd.example/x") == ()
    assert [one.rule for one in of_draft(db, more, draft(db), "Kami teruskan. a.example")] == [
        NO_LINK
    ]


def test_a_reply_outside_a_live_incident_needs_no_link(db: Database, tools: Tools) -> None:
    stored = comments.get(db, CommentId(1))
    assert findings(db, tools, "Terima kasih.", None, stored) == ()
    assert findings(db, tools, "Terima kasih.", None, None) == ()
    mine = draft(db)
    assert of_draft(db, tools, replace(mine, incident_id=None, text="Terima kasih.")) == ()
    live = incidents.live(db)[0]
    end = IncidentState.RESOLVED
    incidents.change(db, live, EventKind.RESOLVED, end, NOW, "", actor="Ani")
    assert of_draft(db, tools, mine, "Terima kasih.") == ()


def test_a_live_incident_without_the_comment_at_hand_is_judged_all_the_same(
    db: Database, tools: Tools
) -> None:
    live = incidents.live(db)[0]
    assert [one.rule for one in findings(db, tools, LINK, live, None)] == [NO_FACT_RULE]


def test_what_stops_and_what_asks_for_a_second_person(db: Database, tools: Tools) -> None:
    both = of_draft(db, tools, draft(db), "Kak, petugas turun, besok pasti beres.")
    assert [one.effect for one in both] == [Effect.STOP, Effect.SECOND]
    assert [one.rule for one in guarding.stopping(both)] == [NO_LINK]
    assert needs_second(both)
    assert not needs_second(guarding.stopping(both))
    told = sentences(both)
    assert "(aturan tanpa_tautan)" in told[0] and "ppid.kalteng.go.id" in told[0]
    assert "aturan janji_tanpa_tanggal: “pasti beres”" in told[1]


def test_a_stopped_reply_is_neither_written_nor_approved_nor_sent(
    db: Database, tools: Tools, budi: Person, replier: MemoryReplier
) -> None:
    refused = decide_drafts.rewrite(db, tools, budi, draft(db).id, THREAT, NOW)
    assert not refused.done and "aturan ancaman_hukum" in refused.text
    drafts.rewrite(db, draft(db).id, THREAT, "Budi", NOW)
    refused = decide_drafts.approve(db, tools, budi, draft(db).id, NOW)
    assert not refused.done and "Mengancam warga" in refused.text
    drafts.decide(db, draft(db).id, DraftState.APPROVED, "Budi", NOW)
    assert post(db, tools, NOW) == 0
    assert replier.replies == []
    after = draft(db)
    assert after.state is DraftState.FAILED
    assert "aturan ancaman_hukum" in str(after.why)


def test_a_doubtful_reply_takes_two_different_people(
    db: Database, tools: Tools, budi: Person
) -> None:
    assert decide_drafts.rewrite(db, tools, budi, draft(db).id, PROMISE, NOW).done
    assert decide_drafts.approve(db, tools, budi, draft(db).id, NOW).done
    assert draft(db).state is DraftState.PROPOSED
    assert "Perlu tanda tangan orang kedua." in draft_card(db, tools, draft(db), NOW).blunders[0]
    citra = replace(budi, name="Citra")
    assert decide_drafts.approve(db, tools, citra, draft(db).id, NOW).done
    assert draft(db).state is DraftState.APPROVED


def test_people_read_whether_a_model_wrote_it_until_they_rewrite_it(
    db: Database, tools: Tools
) -> None:
    written = replace(draft(db), origin="model:kecil", text=GOOD, suggested=GOOD)

    def told(one: Draft) -> tuple[str, ...]:
        return warnings(one, of_draft(db, tools, one))

    assert told(written) == (MODEL_MARK,)
    assert told(replace(written, suggested="lain")) == ()
    assert NO_FACT in told(replace(written, text=f"Halo. {LINK}"))[0]


def test_a_blundering_old_answer_is_not_suggested_again(db: Database, tools: Tools) -> None:
    first = draft(db)
    drafts.rewrite(db, first.id, "Selokan dikeruk Senin.", "Budi", NOW)
    drafts.decide(db, first.id, DraftState.APPROVED, "Budi", NOW)
    approved = drafts.get(db, first.id)
    assert approved is not None
    drafts.begin_post(db, approved, NOW)
    drafts.finish_post(db, first.id, PostedReply("r1", None, ReplyState.PUBLISHED), NOW)
    seed_comments(db, tools, ["Sampit banjir sejak pagi, rumah kami terendam parah"], post_id="p9")
    more = replace(
        tools, settings=make_settings(tools.settings.folder, replies={"per_incident": 2})
    )
    assert suggest_replies(db, more, NOW) == 1
    (_, second) = drafts.of_incident(db, incidents.live(db)[0].id)
    assert second.origin.startswith("template:")


def second_look(settings: Settings) -> SecondLook | None:
    return DataLibrary(settings, StoredVectors(settings.database)).parts({}).second_look


def test_the_second_look_asks_for_a_signature_and_never_stops(tools: Tools, db: Database) -> None:
    """Without it the rules stand alone; with it a finding of its own names what it resembles."""
    look = second_look(tools.settings)
    text = (
        f"Baru segitu saja sudah mengeluh, dasar manja dan cengeng sekali warga ini. Info: {LINK}"
    )
    own = [
        one
        for one in of_draft(db, replace(tools, second_look=look), draft(db), text)
        if one.rule.startswith("mirip_")
    ]
    assert [one.effect for one in own] == [Effect.SECOND] and own[0].words in text
    assert not [one for one in rules(db, tools, text) if one.startswith("mirip_")]


def test_without_its_files_there_is_no_second_look(tools: Tools, tmp_path: Path) -> None:
    """Told by ``siaga check``."""
    bare = tmp_path / "bare"
    shutil.copytree(tools.settings.data, bare, ignore=shutil.ignore_patterns("mirip.*"))
    settings = make_settings(tmp_path, paths=Paths(data=bare))
    assert second_look(settings) is None
    (told,) = [one for one in check_all(settings) if one.name == "guard"]
    assert told.ok and "rules alone" in told.detail
