"""Step 6: who may press what, and that of two presses exactly one counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.incidents import Action
from monitor.messages import answers
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
    Person,
)
from monitor.steps import decide, decide_drafts
from monitor.steps.answer import Answer
from monitor.steps.suggest import suggest_replies
from monitor.steps.tools import Tools
from monitor.store import audit, drafts, incidents, predictions
from monitor.store.connection import rows
from tests.racing import race
from tests.world import (
    FLOOD,
    NOW,
    SITE,
    MemoryReplier,
    make_tools,
    open_world,
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
        decide_drafts.show_drafts(db, tools, person, incident.id, [], NOW),
        decide_drafts.approve(db, tools, person, draft.id, NOW),
        decide_drafts.reject(db, person, draft.id, NOW),
        decide_drafts.rewrite(db, tools, person, draft.id, GOOD, NOW),
        decide_drafts.settle(db, person, draft.id, posted=True, now=NOW),
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
    assert not decide_drafts.approve(db, tools, ani, draft.id, NOW).done
    assert decide.take(db, ani, incident.id, NOW).done


def test_what_is_not_there_is_answered_and_not_crashed_on(
    db: Database, tools: Tools, who: dict[str, Person]
) -> None:
    budi = who["Budi"]
    tried = [
        decide.take(db, budi, NOBODY, NOW),
        silence(db, tools, budi, NOBODY),
        decide_drafts.show_drafts(db, tools, budi, NOBODY, [], NOW),
        decide_drafts.approve(db, tools, budi, NOTHING, NOW),
        decide_drafts.reject(db, budi, NOTHING, NOW),
        decide_drafts.rewrite(db, tools, budi, NOTHING, GOOD, NOW),
        decide_drafts.settle(db, budi, NOTHING, posted=True, now=NOW),
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
    assert said.text.startswith("Maaf, hanya admin, humas, atau pelatih")
    assert predictions.labels(db) == []
