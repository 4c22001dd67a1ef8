"""Step 7: a reply goes out once, to the comment that people saw, and never by doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.messages import answers
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import (
    Comment,
    CommentId,
    Draft,
    DraftState,
    IncidentState,
    Person,
    PersonId,
    Role,
)
from monitor.steps import decide_drafts
from monitor.steps.post import post, recover
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import audit, comments, drafts, incidents
from monitor.store.connection import rows
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
)

BUDI = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
MINUTE = timedelta(minutes=1)


class Site(MemoryReplier):
    """A site whose reading may fail too, and whose platform file may have bugs."""

    def __init__(self) -> None:
        super().__init__()
        self.blind: list[PlatformError] = []
        self.bugs: list[Exception] = []
        self.calls = 0

    def target(self, reply_ref: str) -> Comment | None:
        if self.blind:
            raise self.blind.pop(0)
        return super().target(reply_ref)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        self.calls += 1
        if self.bugs:
            raise self.bugs.pop()
        return super().reply(reply_ref, text)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        if self.blind:
            raise self.blind.pop(0)
        return super().find_own_reply(reply_ref, text)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def tools(tmp_path: Path, site: Site) -> Tools:
    settings = make_settings(tmp_path, replies={"per_incident": 1})
    return make_tools(tmp_path, settings=settings, repliers={SITE: site})


@pytest.fixture
def db(tools: Tools, site: Site) -> Iterator[Database]:
    opened = open_world(tools)
    seed_comments(opened, tools, ["Banjir di gang 1, air masuk rumah"])
    stored = comments.get(opened, CommentId(1))
    assert stored is not None
    site.shown[str(stored.comment.reply_ref)] = stored.comment
    seed_incident(opened)
    suggest_replies(opened, tools, NOW)
    yield opened
    opened.close()


@pytest.fixture
def approved(db: Database, tools: Tools) -> Draft:
    """The only draft, approved by Budi."""
    assert decide_drafts.approve(db, tools, BUDI, waiting(db).id, NOW).done
    return waiting(db)


def waiting(db: Database) -> Draft:
    (only,) = drafts.of_incident(db, incidents.live(db)[0].id)
    return only


def trouble(reason: Reason, *, permanent: bool = False, minutes: float = 0) -> PlatformError:
    patience = timedelta(minutes=minutes) if minutes else None
    text = f"site: {reason}"
    return PlatformError(text, reason=reason, permanent=permanent, retry_after=patience)


def test_an_approved_reply_is_posted_once(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    assert post(db, tools, NOW) == 1
    assert post(db, tools, NOW + 60 * MINUTE) == 0
    assert site.replies == [('{"comment": 1}', approved.text)]
    after = waiting(db)
    assert (after.state, after.permalink) == (
        DraftState.POSTED,
        "https://berita.example/?comment=1",
    )
    assert [row["action"] for row in audit.newest(db, 2)] == ["draft-posted", "draft-approved"]


def test_nothing_goes_out_that_nobody_approved(db: Database, tools: Tools, site: Site) -> None:
    assert post(db, tools, NOW) == 0
    decide_drafts.reject(db, BUDI, waiting(db).id, NOW)
    assert post(db, tools, NOW) == 0
    assert site.calls == 0


@pytest.mark.parametrize(
    ("now_there", "why"),
    [("Banjir sudah surut", answers.POST_STALE), (None, answers.POST_GONE)],
)
def test_a_comment_that_was_edited_or_deleted_stops_the_reply(
    db: Database,
    tools: Tools,
    site: Site,
    approved: Draft,
    now_there: str | None,
    why: str,
) -> None:
    ref, comment = site.shown.popitem()
    if now_there is not None:
        site.shown[ref] = replace(comment, text=now_there)
    assert post(db, tools, NOW) == 0
    assert (waiting(db).state, waiting(db).why) == (DraftState.STALE, why)
    assert site.calls == 0


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        (trouble(Reason.RATE), 5),
        (trouble(Reason.RATE, minutes=17), 17),
        (trouble(Reason.RATE, minutes=1), 5),
        (trouble(Reason.QUOTA), 5),
        (trouble(Reason.UNREACHABLE), 5),
    ],
)
@pytest.mark.parametrize("reading", [False, True])
def test_what_surely_was_not_sent_is_tried_later(
    db: Database,
    tools: Tools,
    site: Site,
    approved: Draft,
    error: PlatformError,
    minutes: int,
    reading: bool,
) -> None:
    (site.blind if reading else site.failures).append(error)
    assert post(db, tools, NOW) == 0
    held = waiting(db)
    assert (held.state, held.why) == (DraftState.APPROVED, f"Sumber menolak: {error}")
    assert post(db, tools, NOW + (minutes - 1) * MINUTE) == 0
    assert post(db, tools, NOW + minutes * MINUTE) == 1
    assert len(site.replies) == 1
    assert waiting(db).why is None


def test_a_firewalls_page_instead_of_the_target_is_read_again_later(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    site.blind.append(trouble(Reason.BAD_ANSWER))
    assert post(db, tools, NOW) == 0
    assert (waiting(db).state, site.calls) == (DraftState.APPROVED, 0)
    assert post(db, tools, NOW + 5 * MINUTE) == 1


def test_an_odd_answer_to_the_reply_itself_is_never_sent_again(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    site.failures.append(trouble(Reason.BAD_ANSWER))
    post(db, tools, NOW)
    assert waiting(db).state is DraftState.FAILED
    assert (post(db, tools, NOW + 60 * MINUTE), site.calls) == (0, 1)


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        (trouble(Reason.GONE), DraftState.STALE, answers.POST_GONE),
        (trouble(Reason.AUTH, permanent=True), DraftState.FAILED, "Sumber menolak: site: auth"),
        (trouble(Reason.RATE, permanent=True), DraftState.FAILED, "Sumber menolak: site: rate"),
        (trouble(Reason.NOT_ALLOWED), DraftState.FAILED, "Sumber menolak: site: not_allowed"),
    ],
)
def test_what_can_never_be_sent_is_told_and_not_tried_again(
    db: Database,
    tools: Tools,
    site: Site,
    approved: Draft,
    error: PlatformError,
    state: DraftState,
    why: str,
) -> None:
    site.failures.append(error)
    post(db, tools, NOW)
    assert (waiting(db).state, waiting(db).why) == (state, why)
    assert post(db, tools, NOW + 999 * MINUTE) == 0
    assert (site.replies, site.calls) == ([], 1)


def test_an_unsure_post_that_stands_is_found_and_not_sent_again(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    site.failures.append(trouble(Reason.UNSURE))
    post(db, tools, NOW)
    assert waiting(db).state is DraftState.POSTED
    assert (len(site.replies), site.calls) == (1, 1)


def test_the_reply_of_another_draft_is_not_taken_for_an_unsure_one(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    """Two people of one thread may get the same words."""
    seed_comments(db, tools, ["Gang 1 juga, sampai lutut"])
    with db.atomic():
        db.conn.execute(
            "INSERT INTO draft (comment_id, text, suggested, origin, state, target_hash, "
            "proposed_at) SELECT max(comment.id), draft.text, suggested, origin, 'posted', "
            "target_hash, proposed_at FROM draft, comment"
        )
        db.conn.execute(
            "INSERT INTO post (draft_id, started_at, external_id) "
            "SELECT max(id), 0, 'r1' FROM draft"
        )
    site.failures.append(trouble(Reason.UNSURE))
    post(db, tools, NOW)
    (state,) = db.conn.execute(
        "SELECT state FROM draft WHERE id = ?", (int(approved.id),)
    ).fetchone()
    assert state == "unsure"


@pytest.mark.parametrize("reason", [Reason.UNSURE, Reason.DUPLICATE])
def test_an_unsure_post_that_cannot_be_found_waits_for_a_person(
    db: Database, tools: Tools, site: Site, approved: Draft, reason: Reason
) -> None:
    site.failures.append(trouble(reason))
    # It cannot be read back now, or it does not stand there.
    lost = replace(tools, repliers={SITE: _Deaf(site)}) if reason is Reason.UNSURE else tools
    post(db, lost, NOW)
    assert (waiting(db).state, waiting(db).why) == (DraftState.UNSURE, answers.POST_UNSURE)
    for minutes in (1, 10, 600):
        assert post(db, tools, NOW + minutes * MINUTE) == 0
    assert site.calls == 1
    said = decide_drafts.settle(db, BUDI, approved.id, posted=False, now=NOW)
    assert (said.done, waiting(db).state) == (True, DraftState.FAILED)
    assert post(db, tools, NOW + 700 * MINUTE) == 0
    assert site.calls == 1


class _Deaf(MemoryReplier):
    """The same site when reading back fails."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.shown)
        self._site = site

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        return self._site.reply(reply_ref, text)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        raise trouble(Reason.UNREACHABLE)


def killed_while_posting(db: Database, tools: Tools) -> None:
    def boundary(name: str) -> None:
        if name == "post:after-call":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        post(db, replace(tools, boundary=boundary), NOW)


def test_after_a_kill_the_reply_that_stands_is_found(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    killed_while_posting(db, tools)
    assert waiting(db).state is DraftState.POSTING
    recover(db, tools, NOW)
    assert waiting(db).state is DraftState.POSTED
    assert post(db, tools, NOW + 60 * MINUTE) == 0
    assert site.calls == 1
    assert audit.broken_at(db) is None


def test_after_a_kill_what_cannot_be_looked_up_waits_for_a_person_and_is_looked_up_again(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    killed_while_posting(db, tools)
    recover(db, replace(tools, repliers={}), NOW)
    assert (waiting(db).state, waiting(db).why) == (DraftState.UNSURE, answers.POST_KILLED)
    recover(db, tools, NOW)
    assert waiting(db).state is DraftState.POSTED
    assert site.calls == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hubungi Pak Lurah di 0812-0000-0000.", "data pribadi"),
        ("{sapaan} kami cek.", "kurung kurawal"),
        ("<b>Kami cek.</b>", "HTML"),
    ],
)
def test_what_breaks_a_rule_does_not_go_out_even_when_approved(
    db: Database, tools: Tools, site: Site, approved: Draft, text: str, why: str
) -> None:
    # The rules may have been changed since the approval.
    db.conn.execute("UPDATE draft SET text = ?", (text,))
    db.conn.commit()
    assert post(db, tools, NOW) == 0
    assert waiting(db).state is DraftState.FAILED
    assert why in (waiting(db).why or "")
    assert site.calls == 0


@pytest.mark.parametrize("lost", ["replier", "reference"])
def test_what_can_no_longer_be_answered_there_is_left_to_be_copied(
    db: Database, tools: Tools, site: Site, approved: Draft, lost: str
) -> None:
    if lost == "reference":
        db.conn.execute("UPDATE comment SET reply_ref = NULL")
        db.conn.commit()
    without = replace(tools, repliers={}) if lost == "replier" else tools
    assert post(db, without, NOW) == 0
    assert waiting(db).state is DraftState.TO_COPY
    assert site.calls == 0


def test_two_workers_post_one_reply(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    other = open_world(tools)

    class Slow(Site):
        """While it reads the comment again, another worker posts."""

        def target(self, reply_ref: str) -> Comment | None:
            assert post(other, tools, NOW) == 1
            return site.target(reply_ref)

    slow = Slow()
    assert post(db, replace(tools, repliers={SITE: slow}), NOW) == 0
    assert (site.calls, slow.calls) == (1, 0)
    other.close()


def test_several_are_posted_in_the_order_of_their_approval(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    seed_comments(db, tools, ["Banjir di gang 2, tolong kami"])
    stored = comments.get(db, CommentId(2))
    assert stored is not None
    site.shown[str(stored.comment.reply_ref)] = stored.comment
    more = replace(tools, settings=make_settings(tools.settings.folder))
    suggest_replies(db, more, NOW)
    late = drafts.of_incident(db, incidents.live(db)[0].id)[1]
    decide_drafts.approve(db, tools, BUDI, late.id, NOW - MINUTE)
    assert post(db, tools, NOW) == 2
    assert [text for _, text in site.replies] == [late.text, approved.text]
    assert incidents.live(db)[0].state is IncidentState.OPEN


def test_the_post_is_marked_before_the_call(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    seen: list[tuple[str, str]] = []

    def boundary(name: str) -> None:
        seen.append((name, rows(db, "SELECT state FROM draft")[0]["state"]))

    post(db, replace(tools, boundary=boundary), NOW)
    assert seen == [
        ("post:before-call", "posting"),
        ("post:after-call", "posting"),
        ("post:after-write", "posted"),
    ]
    started: datetime = datetime.fromtimestamp(
        rows(db, "SELECT started_at FROM post")[0]["started_at"], NOW.tzinfo
    )
    assert started == NOW


def test_a_bug_around_one_reply_leaves_it_to_a_person_and_stops_no_other(
    db: Database, tools: Tools, site: Site, approved: Draft
) -> None:
    seed_comments(db, tools, ["Banjir di gang 2, tolong kami"])
    stored = comments.get(db, CommentId(2))
    assert stored is not None
    site.shown[str(stored.comment.reply_ref)] = stored.comment
    suggest_replies(db, replace(tools, settings=make_settings(tools.settings.folder)), NOW)
    second = drafts.of_incident(db, incidents.live(db)[0].id)[1]
    decide_drafts.approve(db, tools, BUDI, second.id, NOW)
    site.bugs.append(ZeroDivisionError("a bug"))
    assert post(db, tools, NOW) == 1
    states = [one.state for one in drafts.of_incident(db, incidents.live(db)[0].id)]
    assert states == [DraftState.UNSURE, DraftState.POSTED]
    post(db, tools, NOW + 60 * MINUTE)
    assert site.calls == 2


def test_a_reply_that_waits_for_the_sites_moderator_says_so(
    db: Database, tools: Tools, site: Site, approved: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = PostedReply("r9", None, ReplyState.HELD)
    monkeypatch.setattr(site, "_posted", lambda number: held)
    assert post(db, tools, NOW) == 1
    draft = drafts.get(db, approved.id)
    assert draft is not None
    assert (draft.state, draft.why) == (DraftState.POSTED, answers.POST_HELD)
