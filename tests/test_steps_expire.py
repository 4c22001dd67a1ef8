"""Before step 7: an approval ends with what it was given for, and nothing unapproved goes out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers, signing
from monitor.platforms.base import PostedReply, words_hash
from monitor.records import (
    Comment,
    CommentId,
    Draft,
    DraftState,
    EventKind,
    Incident,
    IncidentState,
    Level,
    NoticeKind,
    Person,
    Visibility,
)
from monitor.steps import decide_drafts
from monitor.steps.answer import Answer
from monitor.steps.expire import expire
from monitor.steps.post import post
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import audit, comments, drafts, incidents, notices, signatures
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

S = DraftState
MINUTE = timedelta(minutes=1)
LINK = "https://ppid.kalteng.go.id"
TEXT = "Banjir di gang 1, air masuk rumah"


@pytest.fixture
def site() -> MemoryReplier:
    return MemoryReplier()


@pytest.fixture
def tools(tmp_path: Path, site: MemoryReplier) -> Tools:
    settings = make_settings(tmp_path, replies={"per_incident": 1})
    return make_tools(tmp_path, settings=settings, repliers={SITE: site})


@pytest.fixture
def db(tools: Tools, site: MemoryReplier) -> Iterator[Database]:
    """An incident at Siaga with one draft."""
    opened = open_world(tools)
    seed_comments(opened, tools, [TEXT])
    stored = comments.get(opened, CommentId(1))
    assert stored is not None
    site.shown[str(stored.comment.reply_ref)] = stored.comment
    seed_incident(opened)
    suggest_replies(opened, tools, NOW)
    yield opened
    opened.close()


@pytest.fixture
def who(db: Database) -> dict[str, Person]:
    return seed_people(db)


@pytest.fixture
def approved(db: Database, tools: Tools, who: dict[str, Person]) -> Draft:
    """Approved by Budi at Siaga; its message stands in a chat."""
    with db.atomic():
        notices.wish(db, [seed_chat(db, -100)], NoticeKind.DRAFT, int(only(db).id), NOW)
    assert approve(db, tools, who["Budi"]).done
    return only(db)


def approve(db: Database, tools: Tools, person: Person, now: datetime = NOW) -> Answer:
    return decide_drafts.approve(db, tools, person, only(db).id, now, only(db).seen)


def only(db: Database) -> Draft:
    (draft,) = drafts.in_state(db, list(DraftState))
    return draft


def incident(db: Database) -> Incident:
    (found,) = incidents.live(db)
    return found


def rise(db: Database, level: Level, now: datetime = NOW) -> None:
    incidents.change(
        db, incident(db), EventKind.RAISED, incident(db).state, now, "naik", level=level
    )


def news(db: Database) -> list[str]:
    return [n.text or "" for n in notices.every(db) if n.kind is NoticeKind.OPERATOR]


def edit(db: Database, text: str) -> None:
    """The site shows the comment again, with other words."""
    with db.atomic():
        comments.upsert(db, [make_comment(1, text, NOW - MINUTE)], NOW, backfilled=False)


def test_while_nothing_changes_nothing_ends(db: Database, tools: Tools, approved: Draft) -> None:
    assert expire(db, tools, NOW) == 0
    edit(db, TEXT)
    assert expire(db, tools, NOW + 11 * 60 * MINUTE) == 0
    assert only(db) == approved
    assert news(db) == []


@pytest.mark.parametrize("decided", [False, True])
def test_an_edited_comment_ends_its_draft_at_once(
    db: Database, tools: Tools, who: dict[str, Person], decided: bool
) -> None:
    if decided:
        approve(db, tools, who["Budi"])
    edit(db, "Banjir sudah surut, terima kasih")
    assert expire(db, tools, NOW) == 1
    assert (only(db).state, only(db).why) == (S.STALE, answers.POST_STALE)
    assert expire(db, tools, NOW) == 0


def test_what_another_process_looked_at_meanwhile_is_passed_over(
    db: Database, tools: Tools
) -> None:
    seed_comments(db, tools, ["Banjir di gang 2, air masuk rumah"])
    suggest_replies(db, tools, NOW)
    made = drafts.propose(
        db, drafts.Proposal(None, CommentId(2), "Baik.", "template:x", "lain"), NOW
    )
    assert made is not None and len(drafts.to_look_at(db)) == 2
    db.conn.execute(
        "CREATE TEMP TRIGGER other AFTER DELETE ON draft_look BEGIN DELETE FROM draft_look; END"
    )
    assert expire(db, tools, NOW) == 0, "the second, whose comment is another, was looked at"
    second = drafts.get(db, made)
    assert second is not None and second.state is S.PROPOSED


def test_an_edit_that_leaves_the_words_alone_ends_nothing(
    db: Database, tools: Tools, approved: Draft
) -> None:
    with db.atomic():
        again = make_comment(1, TEXT, NOW - MINUTE, post_title="Judul baru", like_count=9)
        comments.upsert(db, [again], NOW, backfilled=False)
    assert expire(db, tools, NOW) == 0
    assert only(db) == approved


@pytest.mark.parametrize(
    ("seen", "ended"), [(Visibility.DELETED, 1), (Visibility.SPAM, 1), (Visibility.HELD, 0)]
)
def test_a_comment_that_is_gone_ends_its_draft_and_the_chat_is_told(
    db: Database, tools: Tools, approved: Draft, seen: Visibility, ended: int
) -> None:
    with db.atomic():
        comments.mark_gone(db, SITE, [("c1", seen)])
    assert expire(db, tools, NOW) == ended
    if ended:
        assert (only(db).state, only(db).why) == (S.STALE, answers.POST_GONE)
        assert news(db) == [signing.ended(approved.id, answers.POST_GONE)]


def test_a_level_that_rose_asks_for_the_second_and_keeps_the_first(
    db: Database, tools: Tools, site: MemoryReplier, who: dict[str, Person], approved: Draft
) -> None:
    rise(db, Level.AWAS)
    assert post(db, tools, NOW) == 0
    assert expire(db, tools, NOW) == 1
    waits = only(db)
    assert (waits.state, waits.why) == (S.PROPOSED, "Level naik ke Awas: perlu 2 tanda tangan.")
    assert signatures.signers(db, waits) == ("Budi",)
    assert news(db) == [signing.reopened(waits.id, waits.why or "")]
    assert approve(db, tools, who["Budi"]).text == signing.already_signed(1, 2)
    assert approve(db, tools, who["Citra"]).text == answers.APPROVED
    assert (only(db).decided_by, only(db).why) == ("Budi, Citra", None)
    assert expire(db, tools, NOW) == 0
    assert post(db, tools, NOW) == 1
    assert len(site.replies) == 1


def test_a_level_that_needs_no_more_ends_nothing(
    db: Database, tools: Tools, approved: Draft
) -> None:
    rise(db, Level.WASPADA)
    rise(db, Level.SIAGA)
    assert expire(db, tools, NOW) == 0
    assert post(db, tools, NOW) == 1


def test_a_stricter_rule_ends_what_was_approved_before(
    db: Database, tools: Tools, approved: Draft
) -> None:
    settings = make_settings(tools.settings.folder, replies={"signatures": {"siaga": 2}})
    assert expire(db, replace(tools, settings=settings), NOW) == 1
    assert only(db).why == "Aturan berubah: perlu 2 tanda tangan."


def end(db: Database, state: IncidentState, at: datetime) -> None:
    kind = EventKind.DISMISSED if state is IncidentState.DISMISSED else EventKind.RESOLVED
    assert incidents.change(db, incident(db), kind, state, at, "", actor="Budi")


def test_a_dismissed_incident_ends_its_approvals_until_they_are_given_again(
    db: Database, tools: Tools, who: dict[str, Person], approved: Draft
) -> None:
    end(db, IncidentState.DISMISSED, NOW + MINUTE)
    assert expire(db, tools, NOW + MINUTE) == 1
    assert (only(db).state, only(db).why) == (S.PROPOSED, signing.DISMISSED_SINCE)
    assert signatures.signers(db, only(db)) == ()
    assert approve(db, tools, who["Budi"], NOW + 2 * MINUTE).done
    assert expire(db, tools, NOW + 2 * MINUTE) == 0


def test_replies_of_a_resolved_incident_still_go_out(
    db: Database, tools: Tools, approved: Draft
) -> None:
    end(db, IncidentState.RESOLVED, NOW + MINUTE)
    assert expire(db, tools, NOW + MINUTE) == 0
    assert post(db, tools, NOW + MINUTE) == 1


def test_what_could_not_be_sent_for_hours_is_decided_anew(
    db: Database, tools: Tools, who: dict[str, Person], approved: Draft
) -> None:
    late = NOW + timedelta(hours=12)
    drafts.postpone(db, approved.id, "kanal tidak menjawab", late + 60 * MINUTE)
    assert expire(db, tools, late - MINUTE) == 0
    assert expire(db, tools, late) == 1
    assert only(db).why == "Belum terkirim 12 jam sejak disetujui. Mohon putuskan lagi."
    assert signatures.signers(db, only(db)) == ()
    approve(db, tools, who["Citra"], late)
    assert post(db, tools, late) == 1


def test_a_reply_without_an_incident_ends_by_its_age_only(db: Database, tools: Tools) -> None:
    (number,) = seed_comments(db, tools, ["Jalan rusak di gang 9"])
    made = drafts.propose(
        db,
        drafts.Proposal(None, number, "Kami cek.", "uji", words_hash("Jalan rusak di gang 9")),
        NOW,
    )
    assert made is not None
    drafts.decide(db, made, S.APPROVED, "Budi", NOW)
    assert expire(db, tools, NOW) == 0
    assert expire(db, tools, NOW + timedelta(hours=13)) == 1


def test_a_reply_that_is_being_posted_is_never_touched(
    db: Database, tools: Tools, approved: Draft
) -> None:
    assert drafts.begin_post(db, approved, NOW)
    rise(db, Level.AWAS)
    edit(db, "lain sama sekali")
    assert expire(db, tools, NOW + timedelta(days=2)) == 0
    assert only(db).state is S.POSTING


class _Meanwhile(MemoryReplier):
    """While the comment is read again before the post, something else happens."""

    def __init__(self, site: MemoryReplier, act: Callable[[], object]) -> None:
        super().__init__(site.shown)
        self.act = act

    def target(self, reply_ref: str) -> Comment | None:
        self.act()
        return super().target(reply_ref)


@pytest.mark.parametrize("change", ["level", "reopened and rewritten", "text"])
def test_what_changes_while_the_comment_is_read_again_stops_the_post(
    db: Database,
    tools: Tools,
    site: MemoryReplier,
    who: dict[str, Person],
    approved: Draft,
    change: str,
) -> None:
    def act() -> None:
        if change == "level":
            rise(db, Level.AWAS)
        elif change == "text":
            db.conn.execute("UPDATE draft SET text = 'Kata orang lain.'")
            db.conn.commit()
        else:
            signatures.reopen(db, approved, "naik", NOW, keep=True)
            drafts.rewrite(db, approved.id, "Lain.", "Eko", NOW)
            drafts.decide(db, approved.id, S.APPROVED, "Eko", NOW)

    slow = _Meanwhile(site, act)
    assert post(db, replace(tools, repliers={SITE: slow}), NOW) == 0
    assert slow.replies == []
    assert only(db).state is not S.POSTING


class _Counting(MemoryReplier):
    """Notes with which words each reply went out."""

    lock = threading.Lock()

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        with self.lock:
            return super().reply(reply_ref, text)


def test_racing_with_the_post_lets_nothing_unsigned_out(
    tmp_path: Path,
) -> None:
    site = _Counting()
    settings = make_settings(tmp_path, replies={"signatures": {"siaga": 2}})
    tools = make_tools(tmp_path, settings=settings, repliers={SITE: site})
    db = open_world(tools)
    who = seed_people(db)
    numbers = seed_comments(db, tools, [f"Banjir di gang {i}, air masuk" for i in range(30)])
    live = seed_incident(db)
    for number in numbers:
        stored = comments.get(db, number)
        assert stored is not None
        site.shown[str(stored.comment.reply_ref)] = stored.comment
        proposal = drafts.Proposal(
            live.id, number, f"Kami cek {number}. {LINK}", "uji", words_hash(stored.comment.text)
        )
        drafts.propose(db, proposal, NOW)
    begin = threading.Barrier(3)

    def sign_and_rewrite() -> None:
        own = open_world(tools)
        begin.wait(10)
        for draft in drafts.in_state(own, [S.PROPOSED]):
            decide_drafts.approve(own, tools, who["Budi"], draft.id, NOW)
            if draft.id % 3 == 0:
                decide_drafts.rewrite(
                    own, tools, who["Budi"], draft.id, f"Ditulis ulang. {LINK}", NOW
                )
            decide_drafts.approve(own, tools, who["Citra"], draft.id, NOW)
        own.close()

    def keep(act: Callable[[Database, Tools, datetime], int]) -> None:
        own = open_world(tools)
        begin.wait(10)
        for _ in range(12):
            act(own, tools, NOW)
        own.close()

    threads = [threading.Thread(target=sign_and_rewrite)]
    threads += [threading.Thread(target=keep, args=(act,)) for act in (post, expire)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    post(db, tools, NOW)
    assert len(site.replies) == 20
    assert all(text.startswith("Kami cek") for _, text in site.replies)
    posted = drafts.in_state(db, [S.POSTED])
    assert all(signatures.signers(db, one) == ("Budi", "Citra") for one in posted)
    waiting = drafts.in_state(db, [S.PROPOSED])
    assert [signatures.signers(db, one) for one in waiting] == [("Citra",)] * 10
    assert audit.broken_at(db) is None
    db.close()
