"""What a statement does to replies: it warns, it is suggested, and its use is noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.messages import Message, answers
from monitor.messages import narrative as words
from monitor.records import (
    Chat,
    ChatId,
    CommentId,
    DraftState,
    NarrativeId,
    NarrativeUse,
    wave_topic,
)
from monitor.replies.guard_rules import Effect
from monitor.steps import decide_drafts, guarding, narrate, restating, stating, views
from monitor.steps.answer import Answer
from monitor.steps.expire import expire
from monitor.steps.suggest import anew, suggest_replies
from monitor.store import audit, drafts, incidents, narratives
from tests.stated_world import DAY, FACTS, GROUP, LINK, LINKED, SAD, Office
from tests.world import NOW, seed_comments, seed_incident

HERE = Chat(ChatId(GROUP), "")
WRONG = f"Kak, ada 3 posko pengungsian di Sampit. {LINK}"
RIGHT = f"Kak, ada 5 posko pengungsian di Sampit. {LINK}"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def used(office: Office, number: NarrativeId) -> tuple[str, ...]:
    return narratives.who(office.db, number, NarrativeUse.USED)


# Contradictions


def test_a_reply_that_differs_needs_a_second_signature_and_quotes_both(office: Office) -> None:
    office.state()
    draft = office.reply(WRONG)
    (found,) = guarding.of_draft(office.db, office.tools, draft)
    assert (found.rule, found.effect) == ("bertentangan_narasi", Effect.SECOND)
    assert found.reason == "Narasi v1: 5 posko; di balasan: 3 posko."
    shown = views.draft_view(office.db, office.tools, draft, NOW).plain
    assert found.reason in shown
    assert "orang kedua" in shown


def test_one_signature_is_not_enough_then(office: Office) -> None:
    number = office.state()
    draft = office.reply(WRONG)
    first = decide_drafts.approve(office.db, office.tools, office.who("Budi"), draft.id, NOW)
    assert office.drafted(draft.id).state is DraftState.PROPOSED
    assert used(office, number) == ()
    second = decide_drafts.approve(office.db, office.tools, office.who("Citra"), draft.id, NOW)
    assert (first.done, second.done) == (True, True)
    assert office.drafted(draft.id).state is not DraftState.PROPOSED
    assert used(office, number) == ("Citra",)


def test_a_reply_that_agrees_passes(office: Office) -> None:
    office.state()
    assert office.reasons(office.reply(RIGHT)) == []


def test_without_a_statement_nothing_is_compared(office: Office) -> None:
    office.draft()
    assert office.reasons(office.reply(WRONG)) == []


def test_a_statement_about_something_else_is_not_compared(office: Office) -> None:
    office.state("kesehatan")
    assert office.reasons(office.reply(WRONG)) == []


def test_the_issue_of_the_comment_counts_where_there_is_no_incident(office: Office) -> None:
    office.state()
    assert office.reasons(office.reply(WRONG, live=False))


def test_a_wave_is_no_topic(office: Office) -> None:
    office.state()
    incident = replace(seed_incident(office.db), topic=wave_topic(CommentId(1)))
    found = stating.findings(office.db, office.tools, WRONG, incident, None)
    assert found == []


@pytest.mark.parametrize(
    ("topic", "reply", "flagged"),
    [
        ("posko pengungsian", WRONG, True),
        ("vaksin rabies", WRONG, False),
        ("itu", "Ada 3 posko pengungsian, itu saja.", True),
        ("itu", "Ada 3 posko pengungsian.", False),
    ],
)
def test_a_free_topic_is_compared_where_its_words_stand(
    office: Office, topic: str, reply: str, flagged: bool
) -> None:
    office.state(topic)
    assert bool(office.reasons(office.reply(reply))) is flagged


def test_what_held_once_is_not_to_be_said_again(office: Office) -> None:
    office.state()
    office.state(facts="Bantuan sudah disalurkan ke 12 desa.\nPosko ditutup.")
    again = office.reply(RIGHT)
    (reason,) = office.reasons(again)
    assert reason == (
        "Narasi v1 sudah tidak berlaku, tetapi masih diulang: Ada 5 posko pengungsian di Sampit."
    )
    still = stating.findings(
        office.db,
        office.tools,
        "Bantuan sudah disalurkan ke 12 desa.",
        seed_incident(office.db),
        None,
    )
    assert still == []


def test_an_ended_statement_warns_as_well(office: Office) -> None:
    number = office.state()
    narrate.withdraw(office.db, office.who("Citra"), number, NOW)
    assert "sudah tidak berlaku" in office.reasons(office.reply(RIGHT))[0]


# Suggestions


def test_suggestions_say_the_facts_and_lead_to_the_page_of_the_statement(office: Office) -> None:
    office.state()
    seed_comments(office.db, office.tools, [SAD])
    incident = seed_incident(office.db)
    assert suggest_replies(office.db, office.tools, NOW)
    (draft, *_) = drafts.of_incident(office.db, incident.id)
    assert "5 posko pengungsian" in draft.text
    assert LINK in draft.text
    assert office.reasons(draft) == []


def test_without_a_statement_the_office_page_stands(office: Office) -> None:
    assert stating.values(office.tools, None, SAD) == {}
    assert stating.of_comment(office.db, office.tools, "banjir_bencana", SAD) is None


def test_the_two_facts_nearest_to_the_comment_are_said(office: Office) -> None:
    facts = "Posko buka 24 jam.\nBantuan beras disalurkan Senin.\nJembatan aman dilewati."
    number = office.state(facts=facts)
    values = stating.values(office.tools, office.get(number), "jembatan di sini aman atau tidak")
    assert values == {"fakta": "Posko buka 24 jam. Jembatan aman dilewati.", "tautan": LINK}


def test_long_facts_are_said_one_at_a_time(office: Office) -> None:
    facts = f"{'a ' * 90}.\n{'jembatan ' * 20}."
    number = office.state(facts=facts)
    said = stating.values(office.tools, office.get(number), "jembatan")["fakta"]
    assert said.startswith("jembatan")
    assert " a " not in said


def test_the_statement_about_a_comments_own_words_goes_first(office: Office) -> None:
    office.state()
    free = office.state("sampit sejak", facts="Ada 9 pompa.")
    found = stating.of_comment(office.db, office.tools, "banjir_bencana", SAD)
    assert found is not None
    assert found.id == free


# Pakai di balasan


def test_suggestions_nobody_touched_are_put_anew(office: Office) -> None:
    texts = [SAD, "genangan di jalan sangat parah, kecewa kami", "banjir lagi, rusak semua"]
    seed_comments(office.db, office.tools, texts)
    incident = seed_incident(office.db)
    suggest_replies(office.db, office.tools, NOW)
    first, second, third = drafts.of_incident(office.db, incident.id)
    drafts.rewrite(office.db, second.id, "Kalimat saya sendiri.", "Budi", NOW)
    decide_drafts.reject(office.db, office.who("Budi"), third.id, NOW)
    number = office.state()
    ani = office.who("Ani")
    answer = restating.put_into_replies(office.db, office.tools, ani, number, HERE, NOW)
    assert isinstance(answer, Answer)
    assert answer.done
    assert LINK in office.drafted(first.id).text
    assert office.drafted(second.id).text == "Kalimat saya sendiri."
    assert office.drafted(third.id).text == third.text
    shown = office.shown()
    assert sum("Memakai narasi v1: Banjir & bencana" in text for text in shown) >= 1
    assert "5 posko pengungsian" in office.drafted(first.id).text
    assert used(office, number) == ("Ani",)
    again = restating.put_into_replies(office.db, office.tools, ani, number, HERE, NOW)
    assert again == Answer(words.put_into(0, 1, 1), done=True)


def test_a_suggestion_that_says_it_already_stays(office: Office) -> None:
    number = office.state()
    seed_comments(office.db, office.tools, [SAD])
    incident = seed_incident(office.db)
    suggest_replies(office.db, office.tools, NOW)
    (before,) = drafts.of_incident(office.db, incident.id)
    ani = office.who("Ani")
    answer = restating.put_into_replies(office.db, office.tools, ani, number, HERE, NOW)
    assert answer == Answer(words.put_into(0, 1), done=True)
    assert office.drafted(before.id).text == before.text


def test_one_that_contradicts_it_is_put_right(office: Office) -> None:
    draft, number = office.reply(WRONG), office.state()
    restating.put_into_replies(office.db, office.tools, office.who("Ani"), number, HERE, NOW)
    assert office.drafted(draft.id).text != WRONG
    assert office.reasons(office.drafted(draft.id)) == []


def test_without_an_incident_the_words_are_given_to_be_copied(office: Office) -> None:
    number = office.state()
    given = restating.put_into_replies(
        office.db, office.tools, office.who("Ani"), number, HERE, NOW
    )
    assert isinstance(given, Message)
    assert "5 posko pengungsian di Sampit." in given.plain
    assert LINK in given.plain


@pytest.mark.parametrize(
    ("name", "number", "told"),
    [("Eko", 1, "hanya admin atau humas"), ("Ani", 9, answers.GONE), ("Ani", 1, words.NOT_VALID)],
)
def test_what_cannot_be_used_is_told(office: Office, name: str, number: int, told: str) -> None:
    office.draft()
    given = restating.put_into_replies(
        office.db, office.tools, office.who(name), NarrativeId(number), HERE, NOW
    )
    assert isinstance(given, Answer)
    assert told in given.text


def test_a_comment_that_waits_to_be_read_anew_has_no_words(office: Office) -> None:
    draft = office.reply(RIGHT)
    office.db.conn.execute("UPDATE comment SET predicted_by = NULL")
    office.db.conn.commit()
    incident = incidents.live(office.db)[0]
    assert anew(office.db, office.tools, draft, incident) is None
    assert office.reasons(draft) == []


def test_a_comment_for_which_nothing_fits_has_no_words(office: Office) -> None:
    draft = office.reply(RIGHT)
    tools = replace(office.tools, knowledge=replace(office.tools.knowledge, templates=()))
    assert anew(office.db, tools, draft, incidents.live(office.db)[0]) is None


# What a reply used


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RIGHT, True),
        (LINKED, True),
        ("Ada 5 posko pengungsian di Sampit.", True),
        ("Sabar.", False),
    ],
)
def test_approving_a_reply_that_says_it_is_its_use(office: Office, text: str, says: bool) -> None:
    number = office.state()
    draft = office.reply(text, live=False)
    budi = office.who("Budi")
    assert decide_drafts.approve(office.db, office.tools, budi, draft.id, NOW).done
    assert used(office, number) == (("Budi",) if says else ())
    noted = [row for row in audit.newest(office.db, 9) if row["action"] == "narrative-used"]
    assert [row["detail"] for row in noted] == ([f"draft:{draft.id}"] if says else [])
    shown = views.draft_view(office.db, office.tools, draft, NOW).plain
    assert ("Memakai narasi v1" in shown) is says


def test_the_offices_own_page_alone_is_no_use(office: Office) -> None:
    number = office.state()
    own = office.tools.settings.office.link
    with office.db.atomic():
        office.db.conn.execute("UPDATE narrative SET link = ?", (f"{own}/",))
    draft = office.reply(f"Sabar. {own}/", live=False)
    decide_drafts.approve(office.db, office.tools, office.who("Budi"), draft.id, NOW)
    assert used(office, number) == ()


def test_a_reply_names_the_version_it_was_approved_with(office: Office) -> None:
    first = office.state()
    draft = office.reply(RIGHT, live=False)
    decide_drafts.approve(office.db, office.tools, office.who("Budi"), draft.id, NOW)
    office.now = NOW + timedelta(hours=1)
    second = office.state(facts="Ada 5 posko pengungsian di Sampit.")
    meant = stating.used_in(office.db, office.tools, office.drafted(draft.id))
    fresh = stating.used_in(office.db, office.tools, draft)
    assert meant is not None
    assert fresh is not None
    assert (meant.id, fresh.id) == (first, second)
    assert "v1: Banjir & bencana (sudah tidak berlaku)" in words.draft_line(office.get(first))


def test_words_of_an_ended_statement_are_no_use_of_it(office: Office) -> None:
    number = office.state()
    narrate.withdraw(office.db, office.who("Citra"), number, NOW)
    draft = office.reply(RIGHT, live=False)
    for name in ("Budi", "Citra"):
        decide_drafts.approve(office.db, office.tools, office.who(name), draft.id, NOW)
    assert used(office, number) == ()


# The card


def test_the_card_names_the_statement_while_it_holds(office: Office) -> None:
    seed_comments(office.db, office.tools, [SAD])
    incident = seed_incident(office.db)
    office.shown()
    office.state(facts=FACTS)
    assert any("📌 Narasi v1 berlaku s.d. 5 Mar 23.59 WIB" in text for text in office.shown())
    view = views.card_view(office.db, office.tools, incident, NOW + 4 * DAY)
    assert view.statement == ""
    ended = replace(incident, closed_at=NOW, state=type(incident.state).RESOLVED)
    assert views.card_view(office.db, office.tools, ended, NOW).statement == ""


def test_an_approval_given_before_is_asked_for_again_when_it_contradicts(office: Office) -> None:
    draft = office.reply(WRONG)
    decide_drafts.approve(office.db, office.tools, office.who("Budi"), draft.id, NOW)
    office.db.conn.execute("UPDATE draft SET state = 'approved'")
    office.db.conn.commit()
    office.state()
    assert expire(office.db, office.tools, NOW) == 1
    assert office.drafted(draft.id).state is DraftState.PROPOSED
