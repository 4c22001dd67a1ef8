"""Who may hide what, with how many questions before, and what people see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.messages import Message, answers
from monitor.messages import hiding as words
from monitor.messages.hiding import Hiding
from monitor.records import CommentId, Person, StoredComment, Visibility, wave_topic
from monitor.steps import hiding
from monitor.steps.answer import Answer
from monitor.steps.hiding import Asked
from monitor.steps.moderate import moderate
from monitor.steps.tools import Tools
from monitor.steps.views import draft_view
from monitor.store import comments, drafts, moderation
from tests.hiding_world import MemoryModerator, with_account
from tests.racing import race
from tests.world import (
    NOW,
    RuleClassifier,
    RuleVerdict,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
    seed_people,
)

HOUR = timedelta(hours=1)
SPAM, COMPLAINT, QUESTION = "slot gacor malam ini", "banjir parah di pasar", "jam buka loket?"


class Flagging(RuleClassifier):
    """Sees abuse where it is written."""

    def predict(self, texts: Any) -> list[RuleVerdict]:
        return [
            replace(said, flags=("abuse",) if "tolol" in text else ())
            for text, said in zip(texts, super().predict(texts), strict=True)
        ]


@pytest.fixture
def site() -> MemoryModerator:
    return MemoryModerator()


@pytest.fixture
def tools(tmp_path: Path, site: MemoryModerator) -> Tools:
    return with_account(replace(make_tools(tmp_path), classifier=Flagging()), site)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


@pytest.fixture
def who(db: Database) -> dict[str, Person]:
    return seed_people(db)


def one(db: Database, tools: Tools, text: str = SPAM, **more: Any) -> CommentId:
    return seed_comments(db, tools, [text], **more)[0]


def get(db: Database, number: CommentId) -> StoredComment:
    found = comments.get(db, number)
    assert found is not None
    return found


def hide(
    db: Database, tools: Tools, person: Person, number: CommentId, **more: Any
) -> Answer | Asked:
    given = {"code": "j", "now": NOW, "sure": False, **more}
    return hiding.hide(db, tools, person, number, **given)


def test_an_admin_has_a_comment_hidden_after_a_reason_and_a_question(
    db: Database, tools: Tools, site: MemoryModerator, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    menu = hiding.menu(db, tools, who["Budi"], number)
    assert isinstance(menu, Message)
    assert SPAM in menu.text
    asked = hiding.confirmation(db, tools, who["Budi"], number, "j")
    assert isinstance(asked, Message)
    assert words.ANSWER_RATHER in asked.text
    assert "spam judi" in asked.text
    assert site.asked == []
    assert hide(db, tools, who["Budi"], number) == Answer(words.WILL_HIDE, done=True)
    assert site.asked == []  # the pipeline's work
    assert moderate(db, tools, NOW) == 1
    assert site.asked == [(get(db, number).comment.reply_ref, True)]
    assert get(db, number).comment.visibility is Visibility.HIDDEN


@pytest.mark.parametrize("name", ["Ani", "Dewi", "Eko", "Fitri"])
def test_nobody_but_an_admin_may(
    db: Database, tools: Tools, who: dict[str, Person], name: str
) -> None:
    number, person = one(db, tools), who[name]
    refused = Answer(answers.not_allowed(hiding.roles_for(hiding.Action.HIDE)))
    assert hiding.menu(db, tools, person, number) == refused
    assert hiding.confirmation(db, tools, person, number, "j") == refused
    assert hide(db, tools, person, number) == refused
    assert hiding.show(db, tools, person, number, NOW) == refused
    assert hiding.cancel(person) == refused
    assert moderation.get(db, number) is None


def test_a_cancelled_menu_changes_nothing(who: dict[str, Person]) -> None:
    assert hiding.cancel(who["Budi"]) == Answer(words.NOT_HIDDEN, done=True)


def test_a_complaint_about_a_live_issue_takes_a_second_answer(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools, COMPLAINT)
    incident = seed_incident(db)
    asked = hide(db, tools, who["Budi"], number)
    assert isinstance(asked, Asked)
    assert f"#{incident.id}" in asked.question
    assert moderation.get(db, number) is None
    shown = hiding.shown(db, tools, get(db, number), NOW)
    assert shown == Hiding(int(number), "hide", "", asked.question)
    assert hide(db, tools, who["Budi"], number, sure=True) == Answer(words.WILL_HIDE, done=True)


@pytest.mark.parametrize(
    "text", [SPAM, QUESTION, "jalan rusak di gang 3", "banjir parah, petugas tolol"]
)
def test_anything_else_takes_one_answer(
    db: Database, tools: Tools, who: dict[str, Person], text: str
) -> None:
    seed_incident(db)
    number = one(db, tools, text)
    assert hide(db, tools, who["Budi"], number) == Answer(words.WILL_HIDE, done=True)


def test_an_old_complaint_is_not_of_the_live_issue_unless_its_draft_is(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    first, second = (one(db, tools, COMPLAINT + str(n), at=NOW - 90 * HOUR) for n in range(2))
    incident = seed_incident(db)
    drafts.propose(db, drafts.Proposal(incident.id, second, "Halo", "uji", ""), NOW)
    assert isinstance(hide(db, tools, who["Budi"], first), Answer)
    assert isinstance(hide(db, tools, who["Budi"], second), Asked)


def test_a_copy_belongs_to_the_wave_of_its_text(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    text = "jalan rusak parah sekali di depan pasar"
    first, copy = (one(db, tools, text) for _ in range(2))
    other = one(db, tools, "jalan rusak di tempat lain sama sekali")
    seed_incident(db, wave_topic(first))
    assert isinstance(hide(db, tools, who["Budi"], copy), Asked)
    assert isinstance(hide(db, tools, who["Budi"], other), Answer)


def test_a_comment_that_nobody_understood_yet_is_hidden_and_shown_masked(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools, "hubungi 0812-0000-0000")
    with db.atomic():
        db.execute("DELETE FROM prediction")
    menu = hiding.menu(db, tools, who["Budi"], number)
    assert isinstance(menu, Message)
    assert "[nomor]" in menu.text
    assert isinstance(hide(db, tools, who["Budi"], number), Answer)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"reply_ref": None}, words.CANNOT),
        ({"author_is_owner": True}, words.CANNOT),
        ({"visibility": Visibility.HIDDEN}, words.UNSEEN_ALREADY),
        ({"visibility": Visibility.DELETED}, words.UNSEEN_ALREADY),
    ],
)
def test_what_cannot_be_hidden_is_said(
    db: Database, tools: Tools, who: dict[str, Person], more: dict[str, Any], said: str
) -> None:
    number = one(db, tools, **more)
    assert hiding.menu(db, tools, who["Budi"], number) == Answer(said)
    assert hiding.confirmation(db, tools, who["Budi"], number, "j") == Answer(said)
    assert hide(db, tools, who["Budi"], number) == Answer(said)


def test_a_source_that_cannot_hide_offers_nothing(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    for without in (replace(tools, accounts={}), with_account(tools, None)):
        assert hiding.shown(db, without, get(db, number), NOW) is None
        assert hide(db, without, who["Budi"], number) == Answer(words.CANNOT)


def test_forged_presses_are_answered(db: Database, tools: Tools, who: dict[str, Person]) -> None:
    number = one(db, tools)
    for code in ("x", "", "jj"):
        assert hide(db, tools, who["Budi"], number, code=code) == Answer(answers.STALE_BUTTON)
        assert hiding.confirmation(db, tools, who["Budi"], number, code) == Answer(
            answers.STALE_BUTTON
        )
    assert hide(db, tools, who["Budi"], CommentId(99)) == Answer(answers.GONE)
    assert hiding.show(db, tools, who["Budi"], CommentId(99), NOW) == Answer(answers.GONE)


def test_the_second_of_two_admins_is_told_who_asked(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    hide(db, tools, who["Budi"], number)
    told = Answer(words.already_wanted("Budi"))
    assert hide(db, tools, who["Citra"], number) == told
    assert hiding.menu(db, tools, who["Citra"], number) == told


def test_two_presses_at_once_note_one_wish(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools)

    def press(name: str) -> Callable[[Database], Answer]:
        def pressed(own: Database) -> Answer:
            found = hide(own, tools, who[name], number)
            assert isinstance(found, Answer)
            return found

        return pressed

    said = race(tools, press("Budi"), press("Citra"))
    first = moderation.get(db, number)
    assert first is not None
    assert sorted(one.done for one in said) == [False, True]
    assert Answer(words.already_wanted(first.person)) in said


def test_a_hidden_comment_is_shown_again_where_it_stood(
    db: Database, tools: Tools, site: MemoryModerator, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    assert hiding.show(db, tools, who["Budi"], number, NOW) == Answer(words.SEEN_ALREADY)
    ref = get(db, number).comment.reply_ref
    hide(db, tools, who["Budi"], number)
    moderate(db, tools, NOW)
    with db.atomic():  # a platform that gives no address for what is hidden
        seen = replace(get(db, number).comment, reply_ref=None, text=f"{SPAM} lagi")
        comments.upsert(db, [seen], NOW, backfilled=False)
    assert hiding.shown(db, tools, get(db, number), NOW) == Hiding(
        int(number), "show", "Komentar disembunyikan (spam judi) · Budi, 10.00 WIB"
    )
    assert hiding.show(db, tools, who["Citra"], number, NOW) == Answer(words.WILL_SHOW, done=True)
    again = hiding.show(db, tools, who["Budi"], number, NOW)
    assert again == Answer(words.already_wanted("Citra"))
    moderate(db, tools, NOW)
    assert site.asked == [(ref, True), (ref, False)]
    assert get(db, number).comment.visibility is Visibility.PUBLIC


def test_what_was_hidden_by_hand_is_shown_again_only_where_the_site_allows_it(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    known = one(db, tools, visibility=Visibility.HIDDEN)
    unknown = one(db, tools, visibility=Visibility.HIDDEN, reply_ref=None)
    shown = hiding.shown(db, tools, get(db, known), NOW)
    assert shown is not None and shown.offer == "show"
    assert hiding.shown(db, tools, get(db, unknown), NOW) is None
    assert hiding.show(db, tools, who["Budi"], known, NOW).done
    assert hiding.show(db, tools, who["Budi"], unknown, NOW) == Answer(words.CANNOT)
    lost = replace(tools, accounts={})
    third = one(db, tools, visibility=Visibility.HIDDEN)
    assert hiding.show(db, lost, who["Budi"], third, NOW) == Answer(words.CANNOT)


def test_what_we_hid_and_a_platform_then_calls_deleted_can_be_shown_again(
    db: Database, tools: Tools, site: MemoryModerator, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    hide(db, tools, who["Budi"], number)
    moderate(db, tools, NOW)
    comment = get(db, number).comment
    with db.atomic():
        comments.mark_gone(db, comment.source_id, [(comment.external_id, Visibility.DELETED)])
    shown = hiding.shown(db, tools, get(db, number), NOW)
    assert shown is not None and shown.offer == "show"
    assert hiding.show(db, tools, who["Budi"], number, NOW).done
    moderate(db, tools, NOW)
    assert get(db, number).comment.visibility is Visibility.PUBLIC
    deleted = one(db, tools, visibility=Visibility.DELETED)
    assert hiding.show(db, tools, who["Budi"], deleted, NOW) == Answer(words.SEEN_ALREADY)


def test_the_message_of_a_draft_offers_it_and_tells_what_became_of_it(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    number = one(db, tools)
    draft_id = drafts.propose(db, drafts.Proposal(None, number, "Halo", "uji", ""), NOW)
    assert draft_id is not None

    def seen(at: int = 0) -> tuple[str, list[str]]:
        draft = drafts.get(db, draft_id)
        assert draft is not None
        message = draft_view(db, tools, draft, NOW + at * HOUR)
        return message.text, [one.data for row in message.buttons for one in row]

    assert seen()[1][-1] == f"mh:{number}"
    hide(db, tools, who["Budi"], number)
    text, data = seen()
    assert "🙈 Disembunyikan sebentar lagi (spam judi) · Budi, 10.00 WIB." in text
    assert f"mh:{number}" not in data
    moderate(db, tools, NOW)
    assert f"ms:{number}" in seen()[1]
    assert seen(24)[0].endswith("Budi, 2 Mar 10.00 WIB")
