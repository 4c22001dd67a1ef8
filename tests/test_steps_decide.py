"""Step 6: who may press what, and that of two presses exactly one counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action
from monitor.messages import answers
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import (
    CommentId,
    Draft,
    DraftId,
    DraftState,
    EventKind,
    Incident,
    IncidentId,
    IncidentState,
    LabelField,
    NoticeKind,
    Person,
)
from monitor.steps import decide
from monitor.steps.decide import Answer
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import audit, drafts, incidents, notices, people, predictions
from monitor.store.connection import rows
from tests.world import (
    FLOOD,
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

GOOD = "Bapak/Ibu, petugas BPBD menuju lokasi."
NOBODY = IncidentId(99)
NOTHING = DraftId(99)
LONG = timedelta(hours=4)


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


def live(db: Database, incident: Incident) -> Incident:
    found = incidents.get(db, incident.id)
    assert found is not None
    return found


def silence(
    db: Database, tools: Tools, person: Person, incident_id: IncidentId, reason: str = "ditangani"
) -> Answer:
    return decide.silence(db, tools, person, incident_id, LONG, reason, NOW)


# Incidents.


@pytest.mark.parametrize(
    ("press", "after", "said", "kind"),
    [
        (decide.take, IncidentState.ACKNOWLEDGED, answers.TAKEN, EventKind.ACKNOWLEDGED),
        (decide.resolve, IncidentState.RESOLVED, answers.RESOLVED, EventKind.RESOLVED),
        (decide.dismiss, IncidentState.DISMISSED, answers.DISMISSED, EventKind.DISMISSED),
    ],
)
def test_a_press_moves_the_incident_in_the_persons_name(
    db: Database,
    who: dict[str, Person],
    incident: Incident,
    press: Callable[..., Answer],
    after: IncidentState,
    said: str,
    kind: EventKind,
) -> None:
    assert press(db, who["Budi"], incident.id, NOW) == Answer(said, done=True)
    moved = live(db, incident)
    assert (moved.state, moved.holder) == (after, "Budi")
    event = incidents.events(db, incident.id)[-1]
    assert (event.kind, event.actor) == (kind, "Budi")
    row = audit.newest(db, 1)[0]
    assert (row["actor"], row["action"], row["subject"]) == ("Budi", kind.value, "incident:1")


def test_silence_has_an_end_and_a_reason(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    said = silence(db, tools, who["Ani"], incident.id, "menunggu OPD")
    assert said == Answer("Senyap s.d. 14.00 WIB, kecuali levelnya naik.", done=True)
    quiet = live(db, incident)
    assert (quiet.state, quiet.silenced_until) == (IncidentState.SILENCED, NOW + LONG)
    assert quiet.state_reason == "menunggu OPD"


@pytest.mark.parametrize("name", ["Dewi", "Eko", "Fitri"])
def test_people_without_the_role_change_nothing_and_are_told_who_may(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident, draft: Draft, name: str
) -> None:
    person = who[name]
    tried = [
        decide.take(db, person, incident.id, NOW),
        decide.resolve(db, person, incident.id, NOW),
        decide.dismiss(db, person, incident.id, NOW),
        silence(db, tools, person, incident.id),
        decide.show_drafts(db, tools, person, incident.id, [], NOW),
        decide.approve(db, tools, person, draft.id, NOW),
        decide.reject(db, person, draft.id, NOW),
        decide.rewrite(db, tools, person, draft.id, GOOD, NOW),
        decide.settle(db, person, draft.id, posted=True, now=NOW),
    ]
    assert {answer.done for answer in tried} == {False}
    assert all(answer.text.startswith("Maaf, hanya ") for answer in tried)
    assert tried[0].text == "Maaf, hanya admin atau humas yang dapat melakukan ini."
    assert tried[2].text == "Maaf, hanya admin yang dapat melakukan ini."
    assert live(db, incident) == incident
    assert state(db, draft) is DraftState.PROPOSED


def test_humas_may_take_but_neither_dismiss_nor_decide(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident, draft: Draft
) -> None:
    ani = who["Ani"]
    assert not decide.dismiss(db, ani, incident.id, NOW).done
    assert not decide.approve(db, tools, ani, draft.id, NOW).done
    assert decide.take(db, ani, incident.id, NOW).done


def test_what_is_not_there_is_answered_and_not_crashed_on(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    budi = who["Budi"]
    tried = [
        decide.take(db, budi, NOBODY, NOW),
        silence(db, tools, budi, NOBODY),
        decide.show_drafts(db, tools, budi, NOBODY, [], NOW),
        decide.approve(db, tools, budi, NOTHING, NOW),
        decide.reject(db, budi, NOTHING, NOW),
        decide.rewrite(db, tools, budi, NOTHING, GOOD, NOW),
        decide.settle(db, budi, NOTHING, posted=True, now=NOW),
        decide.label(db, tools, budi, CommentId(99), LabelField.SENTIMENT, "netral", NOW),
    ]
    assert tried == [Answer(answers.GONE)] * 8


def test_the_second_to_take_is_told_who_holds_it(
    db: Database, who: dict[str, Person], incident: Incident
) -> None:
    decide.take(db, who["Ani"], incident.id, NOW)
    assert decide.take(db, who["Budi"], incident.id, NOW) == Answer("Sudah ditangani oleh Ani.")
    assert live(db, incident).holder == "Ani"


def test_what_is_over_stays_over(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    decide.resolve(db, who["Ani"], incident.id, NOW)
    later = [
        decide.take(db, who["Budi"], incident.id, NOW),
        decide.dismiss(db, who["Budi"], incident.id, NOW),
        silence(db, tools, who["Budi"], incident.id),
    ]
    assert later == [Answer("Sudah diputuskan oleh Ani.")] * 3


# Two people at once, each with a connection of their own.


def race(tools: Tools, *presses: Callable[[Database], Answer]) -> list[Answer]:
    """Press at the same moment in as many threads; their answers."""
    said: list[Answer | None] = [None] * len(presses)
    begin = threading.Barrier(len(presses))

    def run(place: int, press: Callable[[Database], Answer]) -> None:
        own = open_world(tools)
        begin.wait(10)
        said[place] = press(own)
        own.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [answer for answer in said if answer is not None]


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
        lambda own: decide.approve(own, meeting, who["Budi"], draft.id, NOW),
        lambda own: decide.approve(own, meeting, who["Citra"], draft.id, NOW),
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
            decide.approve(own, tools, who["Citra"], draft.id, NOW)
            own.close()
            return super().mask(text)

    slow = replace(tools, words=Decided())
    said = decide.rewrite(db, slow, who["Budi"], draft.id, GOOD, NOW)
    assert said == Answer("Sudah diputuskan oleh Citra.")
    kept = drafts.get(db, draft.id)
    assert kept is not None and kept.text == draft.text


def test_many_rounds_of_two_taking_at_once_leave_one_holder_each(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    topics = list(tools.topics)[:12]
    found = [seed_incident(db, topic) for topic in topics]
    names = ("Ani", "Budi")

    def take_all(name: str) -> Callable[[Database], Answer]:
        def press(own: Database) -> Answer:
            said = [decide.take(own, who[name], one.id, NOW) for one in found]
            return Answer("", done=sum(answer.done for answer in said) > 0)

        return press

    race(tools, *map(take_all, names))
    taken = rows(
        db, "SELECT incident_id, count(*) AS n FROM event WHERE actor IS NOT NULL GROUP BY 1"
    )
    assert [row["n"] for row in taken] == [1] * len(topics)
    assert {live(db, one).holder for one in found} <= set(names)
    assert audit.broken_at(db) is None


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (decide.take, "Sudah ditangani oleh Ani."),
        (decide.resolve, "Sudah diputuskan oleh Ani."),
    ],
)
def test_somebody_who_moves_it_between_reading_and_writing_wins(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    incident: Incident,
    theirs: Callable[..., Answer],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = decide.next_state
    others = [theirs]

    def meanwhile(found: Incident, action: Action) -> tuple[IncidentState, EventKind]:
        state = check(found, action)
        if others:
            own = open_world(tools)
            others.pop()(own, who["Ani"], incident.id, NOW)
            own.close()
        return state

    monkeypatch.setattr(decide, "next_state", meanwhile)
    assert decide.dismiss(db, who["Budi"], incident.id, NOW) == Answer(said)
    assert live(db, incident).holder == "Ani"


# Drafts.


def test_approving_leads_to_the_post_and_rejecting_does_not(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    first, second, third = drafts.of_incident(db, incident.id)
    assert decide.approve(db, tools, who["Budi"], first.id, NOW).text == answers.APPROVED
    assert decide.reject(db, who["Budi"], second.id, NOW) == Answer(answers.REJECTED, done=True)
    assert [one.id for one in drafts.approved(db, NOW)] == [first.id]
    assert state(db, third) is DraftState.PROPOSED
    assert decide.reject(db, who["Citra"], first.id, NOW) == Answer("Sudah diputuskan oleh Budi.")
    assert decide.approve(db, tools, who["Citra"], second.id, NOW).text.endswith("oleh Budi.")


@pytest.mark.parametrize("lost", ["replier", "reference"])
def test_what_cannot_be_answered_there_is_approved_to_be_copied(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft, lost: str
) -> None:
    if lost == "reference":
        db.conn.execute("UPDATE comment SET reply_ref = NULL")
        db.conn.commit()
    without = replace(tools, repliers={}) if lost == "replier" else tools
    said = decide.approve(db, without, who["Budi"], draft.id, NOW)
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
    said = decide.rewrite(db, tools, who["Budi"], draft.id, text, NOW)
    assert not said.done
    assert why in said.text
    assert drafts.get(db, draft.id) == draft
    drafts.rewrite(db, draft.id, text, "Budi", NOW)
    said = decide.approve(db, tools, who["Budi"], draft.id, NOW)
    assert (said.done, why in said.text) == (False, True)
    assert state(db, draft) is DraftState.PROPOSED


def test_rewritten_words_are_kept_beside_the_suggestion_and_need_their_own_approval(
    db: Database, tools: Tools, who: dict[str, Person], draft: Draft
) -> None:
    said = decide.rewrite(db, tools, who["Budi"], draft.id, f"  {GOOD}\n", NOW)
    assert said == Answer(answers.EDITED, done=True)
    kept = drafts.get(db, draft.id)
    assert kept is not None
    assert (kept.text, kept.suggested) == (GOOD, draft.suggested)
    assert kept.state is DraftState.PROPOSED
    assert decide.approve(db, tools, who["Citra"], draft.id, NOW).done
    assert not decide.rewrite(db, tools, who["Budi"], draft.id, "Lain.", NOW).done


def unsure(db: Database, tools: Tools, budi: Person, draft: Draft) -> None:
    decide.approve(db, tools, budi, draft.id, NOW)
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
    first = decide.settle(db, who["Citra"], draft.id, posted=posted, now=NOW)
    assert first == Answer(said, done=True)
    assert state(db, draft) is after
    assert audit.newest(db, 1)[0]["actor"] == "Citra"
    second = decide.settle(db, who["Budi"], draft.id, posted=not posted, now=NOW)
    assert not second.done
    assert state(db, draft) is after


def test_what_is_not_in_doubt_cannot_be_settled(
    db: Database, who: dict[str, Person], draft: Draft
) -> None:
    for posted in (True, False):
        assert not decide.settle(db, who["Budi"], draft.id, posted=posted, now=NOW).done
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
    check = decide.next_draft_state

    def found_meanwhile(found: Draft, wanted: DraftState) -> DraftState:
        allowed = check(found, wanted)
        seen = PostedReply("r1", None, ReplyState.PUBLISHED)
        own = open_world(tools)
        drafts.finish_post(own, found.id, seen, NOW)
        own.close()
        return allowed

    monkeypatch.setattr(decide, "next_draft_state", found_meanwhile)
    said = decide.settle(db, who["Citra"], draft.id, posted=posted, now=NOW)
    assert said == Answer("Sudah diputuskan oleh Budi.")
    assert state(db, draft) is DraftState.POSTED


def test_drafts_are_wished_for_in_the_chats_that_ask(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident
) -> None:
    chat = seed_chat(db, -100)
    said = decide.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    assert said == Answer(answers.DRAFTS_SENT, done=True)
    kinds = [(one.kind, one.chat_id) for one in notices.every(db)]
    assert kinds == [(NoticeKind.DRAFT, -100)] * 3
    decide.show_drafts(db, tools, who["Ani"], incident.id, [chat], NOW)
    assert len(notices.every(db)) == 3


def test_an_incident_without_anything_to_answer_says_so(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    empty = seed_incident(db, "kesehatan")
    said = decide.show_drafts(db, tools, who["Ani"], empty.id, people.chats(db), NOW)
    assert said == Answer(answers.NO_DRAFTS)


# Labels.


@pytest.mark.parametrize("name", ["Ani", "Budi", "Dewi"])
@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (LabelField.SENTIMENT, "netral", "Netral"),
        (LabelField.ISSUE, "kesehatan", "Kesehatan"),
    ],
)
def test_a_label_counts_at_once(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    incident: Incident,
    name: str,
    field: LabelField,
    value: str,
    told: str,
) -> None:
    before = len(predictions.of_topic(db, FLOOD, NOW - timedelta(hours=9), 99))
    said = decide.label(db, tools, who[name], CommentId(1), field, value, NOW)
    assert said.done
    assert told in said.text and name in said.text
    assert len(predictions.of_topic(db, FLOOD, NOW - timedelta(hours=9), 99)) == before - 1
    (kept,) = predictions.labels(db)
    assert (kept.person, kept.field, kept.value) == (name, field, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (LabelField.SENTIMENT, "marah"),
        (LabelField.ISSUE, "netral"),
        (LabelField.ISSUE, ""),
    ],
)
def test_a_label_that_nobody_knows_is_a_stale_button(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    incident: Incident,
    field: LabelField,
    value: str,
) -> None:
    said = decide.label(db, tools, who["Dewi"], CommentId(1), field, value, NOW)
    assert said == Answer(answers.STALE_BUTTON)
    assert predictions.labels(db) == []


@pytest.mark.parametrize("name", ["Eko", "Fitri"])
def test_labels_are_not_everybodys_business(
    db: Database, tools: Tools, who: dict[str, Person], incident: Incident, name: str
) -> None:
    field = LabelField.SENTIMENT
    said = decide.label(db, tools, who[name], CommentId(1), field, "netral", NOW)
    assert said.text.startswith("Maaf, hanya admin atau humas atau trainer")
    assert predictions.labels(db) == []
