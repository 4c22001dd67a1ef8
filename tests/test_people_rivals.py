"""Two processes, a death or a departure between two statements of the People steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.incidents.rota import Pair
from monitor.messages import answers, signing
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import (
    Chat,
    ChatId,
    Comment,
    CommentId,
    Draft,
    DraftState,
    NoticeKind,
    Person,
    PersonId,
    Role,
    wave_topic,
)
from monitor.replies.signing import Rule
from monitor.steps import decide_drafts, handoff, questions, register
from monitor.steps.answer import Answer
from monitor.steps.chase import chase
from monitor.steps.duty import away, hand_over
from monitor.steps.expire import expire
from monitor.steps.handoff import remind
from monitor.steps.intake import Given, take_in
from monitor.steps.post import post
from monitor.steps.register import Made
from monitor.steps.routing import place_of, places_of
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, handoffs, notices, people, signatures, turns
from monitor.store import questions as stored
from monitor.store.connection import changed
from tests.making import make_incident
from tests.on_duty import ROTA, with_rota
from tests.opd_world import OFFICE, Asked
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    make_comment,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
    seed_people,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POSTED = PostedReply("r1", None, ReplyState.PUBLISHED)


class Late(MemoryReplier):
    """A site at which another process does something while this one reads the comment."""

    def __init__(self, meanwhile: Callable[[], object], failure: Exception | None) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.failure = failure

    def target(self, reply_ref: str) -> Comment | None:
        self.meanwhile()
        if self.failure is not None:
            raise self.failure
        return make_comment(1, "Jalan berubah")


@pytest.mark.parametrize(
    "failure",
    [
        PlatformError("site: slow down", reason=Reason.RATE),
        PlatformError("site: no", reason=Reason.PERMISSION),
        PlatformError("site: gone", reason=Reason.GONE),
        PlatformError("site: who knows", reason=Reason.UNSURE),
        ValueError("a bug"),
        None,
    ],
)
def test_who_did_not_claim_a_reply_leaves_it_to_who_did(
    tmp_path: Path, failure: Exception | None
) -> None:
    tools = make_tools(tmp_path)
    db, other = open_world(tools), open_world(tools)
    seed_comments(db, tools, ["Jalan rusak di gang 9"])
    drafts.propose(
        db,
        drafts.Proposal(None, _first(db), "Kami cek ruas itu.", "uji", words_hash("Jalan")),
        NOW,
    )
    (draft,) = drafts.in_state(db, [DraftState.PROPOSED])
    drafts.decide(db, draft.id, DraftState.APPROVED, "Budi", NOW)
    (claimed,) = drafts.approved(db, NOW)
    site = Late(lambda: drafts.begin_post(other, claimed, NOW), failure)
    mine = replace(tools, repliers={SITE: site})
    assert post(db, mine, NOW) == 0
    assert [one.id for one in drafts.in_state(db, [DraftState.POSTING])] == [draft.id]
    assert drafts.approved(db, NOW + DAY) == []
    assert drafts.finish_post(other, draft.id, POSTED, NOW)
    assert site.replies == []


def _first(db: Database) -> CommentId:
    return CommentId(next(db.query("SELECT min(id) AS id FROM comment"))["id"])


class Killed(BaseException):
    """The process died here."""


@pytest.mark.parametrize("how", ["edited", "old"])
def test_that_an_approval_ended_is_told_even_when_the_process_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    (comment,) = seed_comments(db, tools, ["Jalan rusak di gang 9"])
    words = words_hash("Jalan rusak di gang 9")
    made = drafts.propose(db, drafts.Proposal(None, comment, "Kami cek.", "uji", words), NOW)
    assert made is not None
    drafts.decide(db, made, DraftState.APPROVED, "Budi", NOW)
    with db.atomic():
        notices.wish(db, [Chat(ChatId(-1), "Humas")], NoticeKind.DRAFT, int(made), NOW)
        if how == "edited":
            changed(db, "UPDATE comment SET text = 'lain' WHERE id = ?", (int(comment),))
    later = NOW + 30 * DAY if how == "old" else NOW
    wish = notices.wish
    calls = []

    def die(*args: object, **more: object) -> None:
        calls.append(args)
        raise Killed

    monkeypatch.setattr(notices, "wish", die)
    with pytest.raises(Killed):
        expire(db, tools, later)
    assert calls
    monkeypatch.setattr(notices, "wish", wish)
    assert expire(db, tools, later) == 1
    told = [one for one in notices.every(db) if one.kind is NoticeKind.OPERATOR]
    assert len(told) == 1


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    world = Asked(tmp_path)
    yield world
    world.db.close()


def test_an_answer_given_while_the_question_moved_on_is_not_that_of_the_other_agency(
    asked: Asked,
) -> None:
    question = asked.ask()
    other = open_world(asked.tools)

    def moved(name: str) -> None:
        if name == "questions:before-answer":
            key = asked.opd("Dinas PUPR").key
            questions.move(other, asked.tools, asked.who("Budi"), question.id, key, NOW)

    tools = replace(asked.tools, boundary=moved)
    told = questions.answer(asked.db, tools, asked.who("Eko"), question.id, "Sudah.", NOW)
    assert not told.done
    assert asked.question(question.id).answer is None


def test_who_left_gets_neither_the_answer_nor_the_news_of_what_they_asked(asked: Asked) -> None:
    ani = asked.who("Ani")
    here = Chat(ChatId(ani.telegram_id or 0), "")
    key = asked.opd("BPBD").key
    told = questions.ask(asked.db, asked.tools, ani, asked.incident.id, "informasi", key, here, NOW)
    assert told.done
    made = handoff.make(asked.db, asked.tools, ani, asked.incident.id, "lapor", None, here, NOW)
    assert made.done
    people.deactivate(asked.db, "Ani", "Budi", NOW)
    (question,) = stored.waiting(asked.db)
    done = questions.answer(asked.db, asked.tools, asked.who("Eko"), question.id, "Sudah.", NOW)
    assert done.done
    (form,) = handoffs.of_incident(asked.db, asked.incident.id)
    assert handoff.ticket(asked.db, asked.tools, asked.who("Budi"), form.id, "8123456", NOW).done
    private = [one for one in notices.every(asked.db) if one.chat_id == here.id]
    assert private
    assert {one.state.value for one in private} == {"failed"}


def test_each_morning_has_a_reminder_of_its_own(asked: Asked) -> None:
    """Also where the service was off in the morning, and reminded late that day."""
    here = Chat(OFFICE, "")
    made = handoff.make(
        asked.db, asked.tools, asked.who("Ani"), asked.incident.id, "lapor", None, here, NOW
    )
    assert made.done
    (form,) = handoffs.of_incident(asked.db, asked.incident.id)
    assert handoff.wait(asked.db, asked.tools, asked.who("Ani"), form.id, NOW).done
    assert remind(asked.db, asked.tools, NOW + DAY + HOUR) == 1
    assert remind(asked.db, asked.tools, NOW + 2 * DAY - HOUR) == 1
    news = [one for one in notices.every(asked.db) if one.kind is NoticeKind.HANDOFF_NEWS]
    assert len(news) == 2
    assert {handoffs.handoff_of_news(one.subject_id) for one in news} == {form.id}


def test_nobody_becomes_admin_by_handing_over_to_an_admin_without_telegram(
    tmp_path: Path,
) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    seed_people(db)
    people.add(db, "Hana", (Role.ADMIN,), None, "siaga", NOW)
    ani = people.by_name(db, "Ani")
    assert ani is not None
    made = register.hand_over(db, ani, ani, "Hana", NOW)
    if isinstance(made, Made):
        assert isinstance(register.join(db, tools, made.code, 777, NOW), Answer)
    found = people.by_name(db, "Hana")
    assert found is not None
    assert found.telegram_id is None
    assert people.by_telegram(db, 101) is not None


def test_a_stand_in_noted_while_the_tick_looks_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = with_rota(make_tools(tmp_path))
    db, other = open_world(tools), open_world(tools)
    seed_people(db)
    assert hand_over(db, tools, NOW) == 0
    first: Pair = ROTA.pairs[0]
    petugas = people.by_name(db, first.petugas)
    assert petugas is not None
    last = turns.last
    done: list[Answer] = []

    def meanwhile(mine: Database) -> turns.Turn | None:
        if mine is db and not done:
            done.append(away(other, tools, petugas, NOW, whole_turn=True))
        return last(mine)

    monkeypatch.setattr(turns, "last", meanwhile)
    hand_over(db, tools, NOW)
    monkeypatch.setattr(turns, "last", last)
    assert done[0].done
    hand_over(db, tools, NOW)
    now_there = last(db)
    assert now_there is not None
    assert (now_there.number, now_there.petugas) == (1, first.cadangan)


def test_a_suggestion_edited_meanwhile_is_left_alone(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    (comment,) = seed_comments(db, tools, ["Banjir di gang 9"])
    live = seed_incident(db)
    proposal = drafts.Proposal(live.id, comment, "Kami cek.", "template:a", words_hash("x"))
    made = drafts.propose(db, proposal, NOW)
    assert made is not None
    assert drafts.rewrite(db, made, "Kata Budi.", "Budi", NOW)
    assert not drafts.rewrite(db, made, "Kata narasi.", "Ani", NOW, untouched="Kami cek.")
    found = drafts.get(db, made)
    assert found is not None
    assert found.text == "Kata Budi."


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://wa.me/6281200000000", None),
        ("https://api.whatsapp.com/send?phone=6281200000000", None),
        ("https://t.me/+6281200000000", None),
        ("tg://user?id=12345678", None),
        ("tel:081200000000", None),
        ("https://t.me/kanalwarga/5", "https://t.me/kanalwarga/5"),
    ],
)
def test_a_link_to_somebodys_telephone_is_not_kept(
    tmp_path: Path, link: str, kept: str | None
) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    given = Given("user", "5", "Jalan rusak di gang 9", NOW, permalink=link)
    ani = Person(PersonId(1), "Ani", frozenset({Role.HUMAS}))
    assert take_in(db, ani, given, Chat(ChatId(-1), ""), NOW).done
    found = comments.get(db, _first(db))
    assert found is not None
    assert found.comment.permalink == kept


def test_of_two_signatures_none_is_that_of_somebody_who_left(tmp_path: Path) -> None:
    """Not even where one person hands over to another name on the same telephone."""
    tools = make_tools(tmp_path)
    db = open_world(tools)
    seed_people(db)
    draft = _proposed(db, tools)
    both = Rule(at_least=2)
    first = signatures.sign(db, draft, "Budi", both, DraftState.APPROVED, NOW)
    assert first is not None
    assert not first.done
    budi = people.by_name(db, "Budi")
    assert budi is not None
    made = register.hand_over(db, budi, budi, "Budi Dua", NOW)
    assert isinstance(made, Made)
    assert not isinstance(register.join(db, tools, made.code, 102, NOW), Answer)
    second = signatures.sign(db, draft, "Budi Dua", both, DraftState.APPROVED, NOW)
    assert second is not None
    assert (second.done, second.names) == (False, ("Budi Dua",))
    third = signatures.sign(db, draft, "Citra", both, DraftState.APPROVED, NOW)
    assert third is not None
    assert third.done


def test_what_somebody_approved_who_left_waits_for_those_who_stay(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    seed_people(db)
    draft = _proposed(db, tools)
    drafts.decide(db, draft.id, DraftState.APPROVED, "Budi", NOW)
    (approved,) = drafts.approved(db, NOW)
    people.deactivate(db, "Budi", "Citra", NOW)
    assert not drafts.begin_post(db, approved, NOW)
    assert expire(db, tools, NOW) == 1
    assert [one.id for one in drafts.in_state(db, [DraftState.PROPOSED])] == [draft.id]


def _proposed(db: Database, tools: Tools) -> Draft:
    text = "Jalan rusak di gang 9"
    (comment,) = seed_comments(db, tools, [text])
    proposal = drafts.Proposal(None, comment, "Kami cek ruas itu.", "uji", words_hash(text))
    made = drafts.propose(db, proposal, NOW)
    assert made is not None
    found = drafts.get(db, made)
    assert found is not None
    return found


def test_a_button_without_the_words_key_signs_no_words_that_were_changed(tmp_path: Path) -> None:
    """Messages of an older version carry none; anybody can forge one."""
    tools = make_tools(tmp_path)
    db = open_world(tools)
    draft = _proposed(db, tools)
    budi = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
    assert drafts.rewrite(db, draft.id, "Kata lain.", "Citra", NOW)
    told = decide_drafts.approve(db, tools, budi, draft.id, NOW, decide_drafts.UNKNOWN)
    assert (told.done, told.text) == (False, signing.WORDS_CHANGED)
    assert drafts.in_state(db, [DraftState.APPROVED, DraftState.TO_COPY]) == []


def test_a_question_that_nobody_hears_goes_to_the_office_once(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = asked.ask()
    changed(asked.db, "UPDATE notice SET state = 'failed' WHERE text = 'opd'")
    asked.db.conn.commit()
    other = open_world(asked.tools)
    unheard = stored.unheard
    found = unheard(asked.db)
    assert [one.id for one in found] == [question.id]
    assert chase(other, asked.tools, NOW) == 1
    changed(asked.db, "UPDATE notice SET message_id = 7 WHERE text = 'both'")
    asked.db.conn.commit()
    looks = [found]
    monkeypatch.setattr(stored, "unheard", lambda db: looks.pop() if looks else unheard(db))
    assert chase(asked.db, asked.tools, NOW) == 0
    monkeypatch.setattr(stored, "unheard", unheard)
    both = [one for one in notices.every(asked.db) if one.text == "both"]
    assert {one.message_id for one in both} == {7}


def test_an_approval_that_another_process_ended_first_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    draft = _proposed(db, tools)
    drafts.decide(db, draft.id, DraftState.APPROVED, "Budi", NOW)
    with db.atomic():
        notices.wish(db, [Chat(ChatId(-1), "Humas")], NoticeKind.DRAFT, int(draft.id), NOW)
    approved = drafts.in_state(db, [DraftState.APPROVED])
    assert expire(open_world(tools), tools, NOW + 30 * DAY) == 1
    monkeypatch.setattr(drafts, "in_state", lambda *_: approved)
    assert expire(db, tools, NOW + 30 * DAY) == 0
    assert sum(one.kind is NoticeKind.OPERATOR for one in notices.every(db)) == 1


def test_a_decision_on_a_draft_seen_before_another_s_is_too_late(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    people_by_name = seed_people(db)
    (comment,) = seed_comments(db, tools, ["banjir parah di Sampit"])
    proposal = drafts.Proposal(None, comment, "Terima kasih.", "uji", "h")
    number = drafts.propose(db, proposal, NOW)
    assert number is not None
    seen = drafts.get(db, number)
    assert seen is not None
    drafts.decide(db, number, DraftState.REJECTED, "Citra", NOW)
    late = decide_drafts._decide(
        db, seen, DraftState.REJECTED, people_by_name["Budi"], NOW, answers.REJECTED
    )
    assert late == Answer(answers.already("Citra"))


def test_a_wave_is_about_no_place(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    wave = make_incident(topic=wave_topic(CommentId(1)))
    assert place_of(db, wave) is None
    assert places_of(db, wave) == ()
