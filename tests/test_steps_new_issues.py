"""Themes that fit no issue: found, named, offered once, and turned into what a trainer says."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from monitor import pipeline
from monitor.classify.embed import SIZE, text_hash
from monitor.config.parts import Paths
from monitor.library import DataLibrary
from monitor.messages import answers
from monitor.messages import new_issue as words
from monitor.messages.new_issue import theme_topic
from monitor.records import (
    CommentId,
    LabelField,
    NewTopic,
    NewTopicId,
    NoticeKind,
    Person,
    Visibility,
)
from monitor.records.new_issue import NewIssue, NewIssueId, NewIssueState
from monitor.steps import decide_new_issue as decide
from monitor.steps import knowing
from monitor.steps.aside import Apart, Done, Here
from monitor.steps.new_issues import find_issues, view
from monitor.store import new_issues as store
from monitor.store import new_topics, notices, open_store, predictions, serving
from monitor.store.embeddings import EmbeddingTable
from monitor.store.vectors import StoredVectors
from monitor.text.clean import clean
from tests.themes_world import dogs, kites, ordinary
from tests.world import (
    FLOOD,
    NOW,
    PROJECT,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
    seed_people,
)

PROCESSES = multiprocessing.get_context("forkserver")
NIGHT = NOW + timedelta(hours=16)  # 02.00 WIB
WEEK = timedelta(days=7)
KEPT = shutil.ignore_patterns("training", "drill", "demo", "unseen")


class Office:
    """A store with four weeks of chat; its knowledge lies in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        data = folder / "data"
        if not data.exists():
            shutil.copytree(PROJECT / "data", data, ignore=KEPT)
        settings = make_settings(folder, paths=Paths(data=data))
        library = DataLibrary(settings, StoredVectors(settings.database))
        self.data = data
        self.tools = replace(make_tools(folder, settings=settings), library=library)
        self.db = open_world(self.tools)
        knowing.recover(self.db, self.tools, NOW)
        self._written = 0

    def write(self, texts: Sequence[str], until: datetime = NIGHT) -> list[CommentId]:
        """Spread over three weeks, each by somebody else, in an order of chance."""
        order = random.Random(7).sample(list(texts), len(texts))
        found: list[CommentId] = []
        days = 20
        for day in range(days):
            part = order[day::days]
            self._written += len(part)
            at = until - timedelta(days=days - day)
            found += seed_comments(self.db, self.tools, part, at)
        return found

    def offered(self) -> list[NewIssue]:
        return store.in_state(self.db, NewIssueState.OFFERED)

    def taxonomy(self) -> str:
        return (self.data / "taxonomy.toml").read_text(encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    opened.people = seed_people(opened.db)  # type: ignore[attr-defined]
    yield opened
    opened.db.conn.close()


def trainer(office: Office) -> Person:
    return office.people["Dewi"]  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def found(office: Office) -> NewIssue:
    """One theme that waits."""
    office.write([*ordinary(500), *dogs(40)])
    assert find_issues(office.db, office.tools, NIGHT) == 1
    return office.offered()[0]


def test_two_hidden_themes_are_found_named_and_offered_once(office: Office) -> None:
    office.write([*ordinary(500), *dogs(35), *kites(35)])
    assert find_issues(office.db, office.tools, NIGHT) == 2
    names = {" ".join(one.name) for one in office.offered()}
    assert any("anjing" in name or "rabies" in name for name in names), names
    assert any("gelasan" in name or "layangan" in name for name in names), names
    for one in office.offered():
        assert len(one.comments) >= 15
        assert len(one.examples) == 5
    wished = [one for one in notices.every(office.db) if one.kind is NoticeKind.NEW_ISSUE]
    assert {one.chat_id for one in wished} == {104}
    assert find_issues(office.db, office.tools, NIGHT + timedelta(hours=1)) == 0
    assert find_issues(office.db, office.tools, NIGHT + WEEK) == 0
    assert len(office.offered()) == 2


def test_what_was_ignored_does_not_come_back(office: Office, found: NewIssue) -> None:
    told = decide.ignore(office.db, trainer(office), found.id, NIGHT)
    assert told.done
    office.write(dogs(40, seed=9), NIGHT + WEEK)
    assert find_issues(office.db, office.tools, NIGHT + WEEK) == 0
    assert office.offered() == []


def test_ordinary_chat_and_praise_give_none(office: Office) -> None:
    office.write(ordinary(500))
    praise = [
        f"terima kasih petugas anjing liar, mantap vaksin rabies nomor {i}" for i in range(60)
    ]
    office.write(praise)
    assert find_issues(office.db, office.tools, NIGHT) == 0
    assert store.last_look(office.db) == NIGHT


def test_it_waits_for_the_night_or_a_day_longer(office: Office) -> None:
    office.write(ordinary(200))
    find_issues(office.db, office.tools, NOW)
    assert store.last_look(office.db) is None
    find_issues(office.db, office.tools, NIGHT)
    noon = NIGHT + WEEK + timedelta(hours=10)
    find_issues(office.db, office.tools, noon)
    assert store.last_look(office.db) == NIGHT
    find_issues(office.db, office.tools, noon + timedelta(days=1))
    assert store.last_look(office.db) == noon + timedelta(days=1)


def test_few_comments_are_not_searched(office: Office) -> None:
    office.write(dogs(30))
    assert find_issues(office.db, office.tools, NIGHT) == 0
    assert store.last_look(office.db) is None


def test_the_message_shows_masked_examples_and_what_was_decided(
    office: Office, found: NewIssue
) -> None:
    office.db.conn.execute(
        "UPDATE comment SET visibility = ? WHERE id = ?",
        [Visibility.DELETED.value, int(found.examples[0])],
    )
    office.db.conn.commit()
    topic = NewTopic(
        id=NewTopicId(0),
        keys=frozenset(list(found.keys)[:2]),
        words=("anjing",),
        hours=6,
        accounts=9,
        comments=9,
        usual=0,
        samples=(),
        found_at=NIGHT - timedelta(days=3),
        seen_at=NIGHT - timedelta(days=3),
    )
    with office.db.atomic():
        new_topics.add(office.db, topic)
    shown = view(office.db, office.tools, found)
    assert len(shown.examples) == 4
    assert theme_topic(shown, office.tools.zone).startswith("Pernah muncul")
    message = words.new_issue(shown, office.tools.zone)
    assert "Isu baru?" in message.text
    assert [button.label for row in message.buttons for button in row] == [
        "Jadikan isu",
        "Masuk ke isu …",
        "Abaikan",
    ]
    for state in NewIssueState:
        one = replace(shown, found=replace(found, state=state, decided_by="Dewi"))
        assert bool(words.theme_decided(one)) is (state is not NewIssueState.OFFERED)


def test_it_becomes_an_issue_with_keywords_and_labels(office: Office, found: NewIssue) -> None:
    db, tools, dewi = office.db, office.tools, trainer(office)
    predictions.add_label(db, found.comments[0], LabelField.ISSUE, FLOOD, "Ani", NIGHT)
    called = decide.call_it(db, tools, dewi, found.id, "Hewan liar", NIGHT)
    assert isinstance(called, NewIssue)
    assert (called.issue, called.issue_name) == ("hewan_liar", "Hewan liar")
    opd = decide.opds(tools)[0]
    told = decide.make(db, tools, dewi, found.id, opd.key, NIGHT)
    assert told.done, told.text
    assert "setelah dilatih ulang" in told.text
    assert f"{len(found.comments) - 1} komentar" in told.text
    assert office.taxonomy().count("[hewan_liar]") == 1
    assert tools.knowledge.taxonomy["hewan_liar"].opd == opd.short
    keywords = (office.data / "lexicon" / "issue_keywords.toml").read_text(encoding="utf-8")
    assert "[hewan_liar]" in keywords
    by_id = {label.comment_id: label for label in predictions.labels(db)}
    assert by_id[found.comments[0]].value == FLOOD
    assert {by_id[one].value for one in found.comments[1:]} == {"hewan_liar"}
    assert {by_id[one].person for one in found.comments[1:]} == {"Dewi"}
    stands = store.get(db, found.id)
    assert stands is not None
    assert stands.state is NewIssueState.MADE
    assert "Dijadikan isu “Hewan liar” oleh Dewi" in words.theme_decided(view(db, tools, stands))
    again = decide.make(db, tools, dewi, found.id, opd.key, NIGHT)
    assert again.text == answers.already("Dewi")


def test_it_goes_into_an_issue_that_there_is(office: Office, found: NewIssue) -> None:
    db, tools, dewi = office.db, office.tools, trainer(office)
    wrong = decide.merge(db, tools, dewi, found.id, "tidak_ada", NIGHT)
    assert wrong.text == answers.STALE_BUTTON
    assert decide.merge(db, tools, dewi, found.id, "kesehatan", NIGHT).done
    assert {label.value for label in predictions.labels(db)} == {"kesehatan"}
    assert len(predictions.labels(db)) == len(found.comments)
    assert decide.ignore(db, dewi, found.id, NIGHT).text == answers.already("Dewi")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("x", words.BAD_NAME),
        ("!!! ???", words.BAD_NAME),
        ("Kesehatan", words.key_taken("kesehatan")),
        ("kesehatan: Hewan", words.key_taken("kesehatan")),
    ],
)
def test_a_wrong_name_is_asked_again(office: Office, found: NewIssue, said: str, told: str) -> None:
    answer = decide.call_it(office.db, office.tools, trainer(office), found.id, said, NIGHT)
    assert not isinstance(answer, NewIssue)
    assert (answer.text, answer.again) == (told, True)


def test_who_may_not_and_what_is_not_there(office: Office, found: NewIssue) -> None:
    ani = office.people["Ani"]  # type: ignore[attr-defined]
    db, tools, dewi = office.db, office.tools, trainer(office)
    opd = decide.opds(tools)[0].key
    number = NewIssueId(99)
    for answer in (
        decide.call_it(db, tools, ani, found.id, "Hewan liar", NIGHT),
        decide.make(db, tools, ani, found.id, opd, NIGHT),
        decide.merge(db, tools, ani, found.id, FLOOD, NIGHT),
        decide.ignore(db, ani, found.id, NIGHT),
    ):
        assert not isinstance(answer, NewIssue)
        assert answer.text.startswith("Maaf, hanya")
    assert decide.ignore(db, dewi, number, NIGHT).text == answers.GONE
    assert decide._decided(db, number).text == answers.already(None)
    # no name was given yet
    assert decide.make(db, tools, dewi, found.id, opd, NIGHT).text == answers.STALE_BUTTON


def test_the_first_of_two_decides(office: Office, found: NewIssue) -> None:
    db = office.db
    assert store.ignore(db, found, "Budi", NIGHT)
    assert store.merge(db, found, FLOOD, "Dewi", NIGHT) is None
    assert not store.begin(db, found, "BPBD", "Dewi", NIGHT)
    with db.atomic():
        assert not store.call_it(db, found.id, "a", "A")
    assert not store.release(db, found, NIGHT)
    made = replace(found, decided_by="Dewi", issue="a")
    assert store.finish(db, made, NIGHT) is None


@pytest.mark.parametrize("way", ["call", "make", "merge", "ignore"])
def test_who_comes_second_by_a_hair_is_told_who_was_first(
    office: Office, found: NewIssue, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, tools, dewi = office.db, office.tools, trainer(office)
    decide.call_it(db, tools, dewi, found.id, "Hewan liar", NIGHT)
    seen = store.get(db, found.id)
    assert seen is not None
    store.ignore(db, seen, "Budi", NIGHT)
    monkeypatch.setattr(decide, "waiting", lambda *_: seen)  # as it was a moment before
    ways = {
        "call": lambda: decide.call_it(db, tools, dewi, found.id, "Satwa", NIGHT),
        "make": lambda: decide.make(db, tools, dewi, found.id, decide.opds(tools)[0].key, NIGHT),
        "merge": lambda: decide.merge(db, tools, dewi, found.id, FLOOD, NIGHT),
        "ignore": lambda: decide.ignore(db, dewi, found.id, NIGHT),
    }
    answer = ways[way]()
    assert not isinstance(answer, NewIssue)
    assert answer.text == answers.already("Budi")


def test_who_is_overtaken_while_the_files_are_written_is_told_so(
    office: Office, found: NewIssue
) -> None:
    """Another process had taken up what this one had begun."""
    db, dewi = office.db, trainer(office)

    def overtaken(name: str) -> None:
        if name == "new_issue:after-file":
            other = open_store(office.tools.settings.database)
            store.finish(other, replace(found, issue="hewan_liar", decided_by="Dewi"), NIGHT)
            other.close()

    tools = replace(office.tools, boundary=overtaken)
    decide.call_it(db, tools, dewi, found.id, "Hewan liar", NIGHT)
    told = decide.make(db, tools, dewi, found.id, decide.opds(tools)[0].key, NIGHT)
    assert not told.done and told.text == answers.already("Dewi")


def test_files_that_cannot_say_it_leave_the_theme_open(office: Office, found: NewIssue) -> None:
    db, dewi = office.db, trainer(office)
    tools = replace(office.tools, library=None)
    decide.call_it(db, tools, dewi, found.id, "satwa: Hewan liar", NIGHT)
    told = decide.make(db, tools, dewi, found.id, decide.opds(tools)[0].key, NIGHT)
    assert not told.done
    assert [one.id for one in office.offered()] == [found.id]
    assert predictions.labels(db) == []


def test_vectors_are_used_where_they_are(office: Office) -> None:
    office.write([*ordinary(300), *[f"ayunan taman bermain copot nomor {i}" for i in range(40)]])
    rng = np.random.default_rng(3)
    said = store.unfitting(office.db, NIGHT - timedelta(days=28), NIGHT, 0.5, 9999)
    near = rng.normal(size=SIZE)
    vectors = {
        text_hash(clean(one.text)): (
            (near if one.text.startswith("ayunan") else 0)
            + rng.normal(size=SIZE) * (0.1 if one.text.startswith("ayunan") else 1)
        )
        .astype("<f2")
        .tobytes()
        for one in said
    }
    EmbeddingTable(office.db).put_many(vectors)
    assert find_issues(office.db, office.tools, NIGHT) == 1
    (one,) = office.offered()
    assert len(one.comments) == 40
    assert {"ayunan", "taman"} & set(" ".join(one.name).split())


def test_a_search_that_fails_is_told_in_the_log_and_tried_next_week(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Here):
        def fetch(self, name: str, patience: float | None) -> Done | None:
            return Done(error="word list: gone")

    tools = replace(office.tools, aside=Broken())
    assert find_issues(office.db, tools, NIGHT) == 0
    assert "word list: gone" in caplog.text


def test_beside_the_ticks_in_a_process_of_its_own(office: Office) -> None:
    office.write([*ordinary(300), *dogs(40)])
    tools = replace(office.tools, aside=Apart())
    assert find_issues(office.db, tools, NIGHT) == 0, "it only began"
    assert tools.aside.busy("new issues")
    assert find_issues(office.db, tools, NIGHT, patience=None) == 1
    assert not tools.aside.busy("new issues")


def _die(folder: Path, place: str) -> None:
    office = Office(folder)

    def boundary(name: str) -> None:
        if name == place:
            os.kill(os.getpid(), signal.SIGKILL)

    tools = replace(office.tools, boundary=boundary)
    if place.startswith("new_issues"):
        find_issues(office.db, tools, NIGHT)
    dewi = seed_people(office.db)["Dewi"]
    (found,) = office.offered()
    decide.make(office.db, tools, dewi, found.id, decide.opds(tools)[0].key, NIGHT)


@pytest.mark.parametrize("place", ["new_issues:before-write", "new_issues:after-write"])
def test_killed_while_it_is_offered_it_is_offered_once(office: Office, place: str) -> None:
    office.write([*ordinary(300), *dogs(40)])
    assert _killed(office, place)
    find_issues(office.db, office.tools, NIGHT + timedelta(hours=1))
    assert len(office.offered()) == 1
    wished = [one for one in notices.every(office.db) if one.kind is NoticeKind.NEW_ISSUE]
    assert len(wished) == 1


@pytest.mark.parametrize(
    "place",
    [
        "new_issue:after-begin",
        "knowledge:after-wish",
        "knowledge:after-file",
        "new_issue:after-file",
        "new_issue:after-labels",
    ],
)
def test_killed_while_it_becomes_an_issue_it_becomes_one_whole(
    office: Office, found: NewIssue, place: str
) -> None:
    db, dewi = office.db, trainer(office)
    decide.call_it(db, office.tools, dewi, found.id, "Hewan liar", NIGHT)
    assert _killed(office, place)
    again = Office(office.data.parent)
    serving.begin(again.db, again.tools.classifier.version, NIGHT)
    pipeline.start(again.db, again.tools, NIGHT)
    assert decide.go_on(again.db, again.tools, NIGHT + timedelta(seconds=5)) == 0
    decide.go_on(again.db, again.tools, NIGHT + timedelta(minutes=2))
    stands = store.get(again.db, found.id)
    assert stands is not None
    assert stands.state is NewIssueState.MADE
    assert again.taxonomy().count("[hewan_liar]") == 1
    assert len(predictions.labels(again.db)) == len(found.comments)
    assert decide.go_on(again.db, again.tools, NIGHT + timedelta(minutes=5)) == 0
    again.db.conn.close()


def _killed(office: Office, place: str) -> bool:
    child = PROCESSES.Process(target=_die, args=(office.data.parent, place))
    child.start()
    child.join(120)
    return child.exitcode == -signal.SIGKILL
