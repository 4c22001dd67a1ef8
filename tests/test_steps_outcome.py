"""What followed a reply: counted from the comments, shown once a look."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.messages.outcome import draft_line, incident_line, together
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import (
    ChatId,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    IncidentId,
    NoticeKind,
    Outcome,
    Tone,
    ToneChange,
)
from monitor.steps.notify import notify
from monitor.steps.outcome import outcome_of, outcome_of_incident, outcomes, watch_outcomes
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import comments, drafts, notices, sources
from monitor.store import outcomes as store
from tests.world import (
    NOW,
    SITE,
    make_comment,
    make_tools,
    open_world,
    seed_chat,
    seed_incident,
    seed_people,
)

HOUR = timedelta(hours=1)
BAD, GOOD = "Banjir lagi, parah nomor {}", "Bagus, air sudah surut nomor {}"


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Database:
    db = open_world(tools)
    seed_people(db)
    sources.register(db, [(SITE, "wordpress")])
    return db


def say(db: Database, tools: Tools, text: str, at: datetime, **more: Any) -> CommentId:
    """Somebody writes; the number of the comment."""
    number = comments.total(db) + 1
    with db.atomic():
        comments.upsert(db, [make_comment(number, text, at, **more)], at, backfilled=False)
    understand(db, tools)
    return CommentId(number)


def crowd(db: Database, tools: Tools, bad: int, good: int, at: datetime) -> None:
    """So many bad and good comments under the post, a minute apart from ``at``."""
    for i in range(bad + good):
        text = (BAD if i < bad else GOOD).format(f"{at:%d%H}{i}")
        say(db, tools, text, at + i * timedelta(minutes=1))


def post(
    db: Database,
    comment: CommentId,
    at: datetime,
    incident: IncidentId | None = None,
    state: ReplyState = ReplyState.PUBLISHED,
) -> DraftId:
    """A reply that was approved and posted."""
    proposal = drafts.Proposal(incident, comment, "Kami teruskan.", "uji", words_hash("x"))
    number = drafts.propose(db, proposal, at)
    assert number is not None
    drafts.decide(db, number, DraftState.APPROVED, "Budi", at)
    drafts.begin_post(db, one_draft(db, number), at)
    drafts.finish_post(db, number, PostedReply(f"r{number}", None, state), at)
    return number


def one_draft(db: Database, number: DraftId) -> Draft:
    found = drafts.get(db, number)
    assert found is not None
    return found


def standing(db: Database, number: DraftId) -> store.Standing:
    found = store.standing(db, number)
    assert found is not None
    return found


def test_the_tone_under_the_post_is_compared_without_the_comment_that_was_answered(
    db: Database, tools: Tools
) -> None:
    crowd(db, tools, 9, 1, NOW - 5 * HOUR)
    target = say(db, tools, "Banjir parah di Sampit", NOW - HOUR)
    say(db, tools, "Banjir parah lama sekali", NOW - 25 * HOUR)  # longer ago than a day
    draft = post(db, target, NOW)
    crowd(db, tools, 1, 11, NOW + HOUR)
    say(db, tools, "Banjir parah di tempat lain", NOW + HOUR, post_id="p9")
    say(db, tools, "Banjir parah dari kantor", NOW + HOUR, author_is_owner=True)
    found = store.outcome(db, standing(db, draft), NOW + 6 * HOUR)
    assert (found.before, found.after) == (Tone(9, 10), Tone(1, 12))
    assert found.change is ToneChange.IMPROVED
    assert outcome_of(db, draft, NOW + 6 * HOUR) == (
        "Sesudah 6 jam: penulis belum menjawab lagi. "
        "Negatif 90 % → 8 % (10 → 12 komentar): membaik."
    )


def test_only_48_hours_count(db: Database, tools: Tools) -> None:
    draft = post(db, say(db, tools, "Banjir parah", NOW - HOUR), NOW)
    say(db, tools, "Banjir masih parah", NOW + 47 * HOUR)
    say(db, tools, "Banjir tetap parah sekali", NOW + 49 * HOUR)
    found = store.outcome(db, standing(db, draft), NOW + 90 * HOUR)
    assert (found.after, found.until_at) == (Tone(1, 1), NOW + 48 * HOUR)
    assert "Sesudah 48 jam" in outcome_of(db, draft, NOW + 90 * HOUR)


def test_who_answered_is_told_apart(db: Database, tools: Tools) -> None:
    asked = {"author_id": "penanya", "thread_id": "u1"}
    target = say(db, tools, "Banjir parah di gang kami", NOW - HOUR, **asked)
    draft = post(db, target, NOW)
    say(db, tools, "Baik, terima kasih", NOW + HOUR, **asked)
    say(db, tools, "Saya juga kebanjiran", NOW + HOUR, thread_id="u1")
    say(db, tools, "Jawaban ini bagus", NOW + HOUR, parent_id=f"r{draft}")
    say(db, tools, "Kabar lain", NOW + HOUR, thread_id="u2")
    say(db, tools, "Dari kantor", NOW + HOUR, thread_id="u1", author_is_owner=True)
    found = store.outcome(db, standing(db, draft), NOW + 2 * HOUR)
    assert (found.asker, found.others) == (1, 2)
    told = outcome_of(db, draft, NOW + 2 * HOUR)
    assert told.startswith("Sesudah 2 jam: penulis menjawab lagi, 2 tanggapan warga lain. ")
    assert told.endswith("Komentar belum cukup untuk menilai nadanya (0 → 4).")


def test_before_the_first_hour_and_without_a_reply_nothing_is_said(
    db: Database, tools: Tools
) -> None:
    incident = seed_incident(db)
    assert outcome_of_incident(db, incident.id, NOW) == ""
    draft = post(db, say(db, tools, "Banjir parah", NOW - HOUR), NOW, incident.id)
    assert outcome_of(db, draft, NOW + HOUR / 2) == ""
    assert outcome_of_incident(db, incident.id, NOW + HOUR / 2) == ""
    assert outcome_of(db, DraftId(99), NOW) == ""
    assert watch_outcomes(db, NOW + HOUR / 2) == 0


def test_a_reply_that_nobody_sees_yet_has_no_outcome_until_it_is_public(
    db: Database, tools: Tools
) -> None:
    target = say(db, tools, "Banjir parah", NOW - HOUR)
    draft = post(db, target, NOW, state=ReplyState.HELD)
    assert store.standing(db, draft) is None
    assert outcomes(db, NOW - HOUR, NOW + HOUR) == []
    say(db, tools, "Kami teruskan.", NOW, external_id=f"r{draft}", author_is_owner=True)
    assert store.standing(db, draft) is not None


def test_a_comment_without_a_post_has_an_exchange_but_no_tone(db: Database, tools: Tools) -> None:
    target = say(db, tools, "Banjir parah", NOW - HOUR, post_id=None, thread_id="u7")
    draft = post(db, target, NOW)
    say(db, tools, "Saya ikut", NOW + HOUR, post_id=None, thread_id="u7")
    found = store.outcome(db, standing(db, draft), NOW + 2 * HOUR)
    assert (found.others, found.before, found.after) == (1, Tone(), Tone())


def test_an_incident_counts_each_post_once_from_its_first_reply(db: Database, tools: Tools) -> None:
    incident = seed_incident(db)
    crowd(db, tools, 8, 0, NOW - 5 * HOUR)
    first, second = (say(db, tools, f"Banjir parah {w}", NOW - HOUR) for w in ("sini", "sana"))
    post(db, second, NOW + 2 * HOUR, incident.id)
    post(db, first, NOW, incident.id)
    crowd(db, tools, 0, 8, NOW + 3 * HOUR)
    told = outcome_of_incident(db, incident.id, NOW + 6 * HOUR)
    assert told == "2 balasan; sesudahnya negatif 100 % → 0 % (8 komentar): membaik"
    each = outcomes(db, NOW - HOUR, NOW + 6 * HOUR)
    assert [o.posted_at for o in each] == [NOW, NOW + 2 * HOUR]
    assert each[0].change is ToneChange.IMPROVED


def test_each_look_lets_message_and_card_follow_once(db: Database, tools: Tools) -> None:
    chat = seed_chat(db, -100)
    incident = seed_incident(db)
    draft = post(db, say(db, tools, "Banjir parah", NOW - HOUR), NOW, incident.id)
    lone = post(db, say(db, tools, "Banjir parah juga", NOW - HOUR), NOW)
    with db.atomic():
        notices.wish(db, [chat], NoticeKind.DRAFT, int(draft), NOW)
        notices.wish(db, [chat], NoticeKind.DRAFT, int(lone), NOW)
    notify(db, tools, NOW)
    looked = [watch_outcomes(db, NOW + hours * HOUR) for hours in (0, 1, 1, 2, 6, 24, 24, 48, 99)]
    assert looked == [0, 2, 0, 0, 2, 2, 0, 2, 0]
    notify(db, tools, NOW + 99 * HOUR)
    shown = tools.channel.shown[ChatId(-100)].values()  # type: ignore[attr-defined]
    assert any("Sesudah 48 jam" in m.text and f"#{draft}" in m.text for m in shown)
    assert any("2 balasan" not in m.text and "1 balasan; " in m.text for m in shown)


def test_two_processes_show_a_look_once(db: Database, tools: Tools) -> None:
    draft = post(db, say(db, tools, "Banjir parah", NOW - HOUR), NOW)
    reply = standing(db, draft)
    assert store.mark_look(db, reply, 1, NOW + HOUR)
    assert not store.mark_look(open_world(tools), reply, 1, NOW + HOUR)
    assert store.mark_look(db, reply, 3, NOW + 24 * HOUR)
    assert not store.mark_look(db, reply, 2, NOW + 24 * HOUR)


def test_a_draft_that_was_never_posted_is_not_looked_at(db: Database, tools: Tools) -> None:
    comment = say(db, tools, "Banjir parah", NOW - HOUR)
    proposal = drafts.Proposal(None, comment, "Kami teruskan.", "uji", words_hash("x"))
    number = drafts.propose(db, proposal, NOW)
    assert number is not None
    assert drafts.get(db, number).state is DraftState.PROPOSED  # type: ignore[union-attr]
    assert store.unsettled(db, NOW) == []


# The words


def made(change: ToneChange, **more: Any) -> Outcome:
    plain: dict[str, Any] = {
        "draft_id": DraftId(1),
        "posted_at": NOW,
        "until_at": NOW + 24 * HOUR,
        "stage": 3,
        "asker": 0,
        "others": 0,
        "before": Tone(11, 18),
        "after": Tone(5, 13),
        "change": change,
    }
    return Outcome(**{**plain, **more})


def test_the_line_of_a_draft_reads_well() -> None:
    assert draft_line(made(ToneChange.SAME, asker=2)) == (
        "Sesudah 24 jam: penulis menjawab lagi. "
        "Negatif 61 % → 38 % (18 → 13 komentar): belum jelas berubah."
    )
    assert draft_line(made(ToneChange.WORSE)).endswith("memburuk.")


def test_the_line_of_a_card_reads_well() -> None:
    assert incident_line(3, Tone(11, 18), Tone(5, 12), ToneChange.SAME) == (
        "3 balasan; sesudahnya negatif 61 % → 42 % (12 komentar): belum jelas berubah"
    )
    few = incident_line(1, Tone(), Tone(), ToneChange.FEW)
    assert few == "1 balasan; komentar belum cukup untuk menilai nadanya"


def test_a_digest_sums_up_the_replies() -> None:
    assert together([]) == ""
    found = [ToneChange.FEW, ToneChange.IMPROVED, ToneChange.FEW]
    assert together(found) == "3 balasan terkirim: 1 membaik, 2 belum dapat dinilai"
