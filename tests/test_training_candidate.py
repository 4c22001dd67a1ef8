"""From a training to a message: judged, tried on the stored weeks, offered or not, never half."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.classify.model_files import part_folder
from monitor.errors import ModelError, Refused, StorageError
from monitor.records import CommentId, IncidentState, LabelField, Sentiment
from monitor.records.candidate import CandidateState, Measure, Outcome, Part
from monitor.steps import candidates as steps
from monitor.store import audit, candidates, predictions, serving
from monitor.store.connection import rows
from monitor.store.doubted import DOUBTED, queue_again
from monitor.text.judging import RULE
from monitor.training import candidate as training
from monitor.training.candidate import judging_rows, make, new_version, side_by_side, sweep
from monitor.training.dataset import Example
from monitor.training.doubts import Suspicion
from tests.candidate_world import CLOGGED, JUDGING, Gloomy, Lab, Sharp, Twin, write_model
from tests.day import HOUR, MINUTE
from tests.making import make_incident
from tests.test_messages_history import TOLD
from tests.world import PEOPLE

PROCESSES = multiprocessing.get_context("forkserver")
TRAINER = PEOPLE["Dewi"][0]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as lab:
        yield lab


def test_one_that_calls_everything_negative_is_refused(lab: Lab) -> None:
    number, _ = make(lab.run_of(), Gloomy.version, "Dewi", lab.trained)
    made = candidates.get(lab.db, number)
    assert made is not None and made.report is not None
    assert made.state is CandidateState.REFUSED
    ruling = made.report.ruling
    assert ruling.outcome is Outcome.WORSE
    assert Measure.SENTIMENT in {cut.measure for cut in ruling.worse}
    found = {cut.measure: cut for cut in made.report.cuts if cut.part is Part.ALL}
    assert found[Measure.COMPLAINTS].new == 1.0, "though it finds every complaint"
    assert made.report.back_test is None
    assert predictions_of(lab, Gloomy.version) == 0
    assert [chat for chat, _ in lab.wanted_messages()] == [TRAINER], "no group hears of it"


def predictions_of(lab: Lab, version: str) -> int:
    return len(rows(lab.db, "SELECT 1 FROM prediction WHERE model = ?", [version]))


def test_a_better_one_is_offered_with_a_back_test_that_leaves_no_trace(lab: Lab) -> None:
    lab.say((CLOGGED.format(i) for i in range(9)), lab.now)
    lab.tick(lab.now + 10 * MINUTE)
    before = lab.figures()
    number, _ = make(lab.run_of(), Sharp.version, "Dewi", lab.trained)
    made = candidates.get(lab.db, number)
    assert made is not None and made.report is not None
    assert made.state is CandidateState.OFFERED
    assert {cut.measure for cut in made.report.ruling.better} == {Measure.SENTIMENT}
    assert made.report.judged == {"label": 120, "pairs": 200, "chat": 300}
    tried = made.report.back_test
    assert tried is not None
    assert (tried.old, tried.new, tried.counted_otherwise, tried.comments) == (0, 0, 9, 153)
    assert lab.figures() == before
    assert predictions_of(lab, Sharp.version) == 153, "what it read is there for its switch"
    assert serving.reading(lab.db) is None
    assert [chat for chat, _ in lab.wanted_messages()] == [TRAINER, *lab.chats()]
    assert (candidates.picture(lab.db, number) or b"").startswith(b"\x89PNG")
    assert audit.broken_at(lab.db) is None


def test_promoted_it_reads_only_what_it_had_not_read_and_opens_nothing(lab: Lab) -> None:
    lab.say((CLOGGED.format(i) for i in range(9)), lab.now)
    lab.tick(lab.now + 10 * MINUTE)
    before = lab.figures()
    number, _ = make(lab.run_of(), Sharp.version, "Dewi", lab.trained)
    assert steps.use(lab.db, people_of(lab)["Dewi"], number, lab.now).done
    for _ in range(4):
        lab.tick()
    serves = serving.now_serving(lab.db)
    assert serves is not None
    assert (serves.version, serves.changed, serves.done) == (Sharp.version, 9, 0)
    assert lab.candidate(Sharp.version).state is CandidateState.SERVED
    assert lab.figures() != before
    lab.run(2 * HOUR, 30 * MINUTE)
    assert lab.events() == []
    steps.want(lab.db, "rules-1", "Dewi", lab.now)
    for _ in range(4):
        lab.tick()
    assert lab.tools.classifier.version == "rules-1"
    assert lab.candidate(Sharp.version).state is CandidateState.REPLACED
    lab.now -= 2 * HOUR
    assert lab.figures() == before, "to the digit"


def people_of(lab: Lab):  # type: ignore[no-untyped-def]
    from monitor.store import people

    return {person.name: person for person in people.every(lab.db)}


def test_the_same_answers_prove_nothing(lab: Lab) -> None:
    number, _ = make(lab.run_of(), Twin.version, "Dewi", lab.trained)
    made = candidates.get(lab.db, number)
    assert made is not None and made.report is not None
    assert made.state is CandidateState.UNPROVEN
    assert made.report.ruling.labels_needed is None


def test_alerts_of_both_are_one_and_others_stand_alone() -> None:
    flood, road = TOLD, replace(TOLD, topic="jalan_infrastruktur", issue="Jalan")
    later = replace(flood, opened_at=flood.opened_at + 100 * HOUR, closed_at=None)
    assert side_by_side([flood], [flood])[0] == 1
    both, old, new = side_by_side([flood, road], [flood, later])
    assert (both, [one.issue for one in old], [one.opened_at for one in new]) == (
        1,
        ["Jalan"],
        [later.opened_at],
    )
    assert side_by_side([later], [flood])[0] == 0
    told = replace(TOLD, incident=make_incident(state=IncidentState.DISMISSED))
    assert side_by_side([], [told])[2][0].judged == "dismissed"


def test_own_texts_judge_only_where_both_were_kept_from_them(lab: Lab) -> None:
    models = lab.tools.settings.models
    mixed = [Example("a", "own", Sentiment.NETRAL), Example("b", "label", Sentiment.NETRAL)]
    write_model(models / "baru")
    assert judging_rows(models, "rules-1", "baru", mixed) == mixed[1:]
    for name in ("rules-1", "baru"):
        about = models / name / "model.json"
        text = about.read_text().replace('"training": {}', f'"training": {{"held_out": "{RULE}"}}')
        about.write_text(text)
    assert judging_rows(models, "rules-1", "baru", mixed) == mixed
    (models / "baru" / "model.json").unlink()
    with pytest.raises(ModelError, match="missing"):
        judging_rows(models, "rules-1", "baru", mixed)


def test_doubted_labels_are_told_and_wait_for_a_second_look(lab: Lab) -> None:
    (text,) = (row["text"] for row in rows(lab.db, "SELECT text FROM comment WHERE id = 3"))
    predictions.add_label(lab.db, CommentId(3), LabelField.SENTIMENT, "positif", "Dewi", lab.now)
    slip = Suspicion(Example(text, "label"), "sentiment", "positif", "netral", 0.03)

    def train(version: str):  # type: ignore[no-untyped-def]
        return replace(lab.trained(version), doubted=(slip,))

    number, _ = make(lab.run_of(), Twin.version, "Dewi", train)
    made = candidates.get(lab.db, number)
    assert made is not None and made.report is not None
    (doubt,) = made.report.doubts
    assert (doubt.comment_id, doubt.given, doubt.likely) == (3, "positif", "netral")
    (item,) = rows(lab.db, "SELECT * FROM to_label WHERE comment_id = 3")
    assert (item["comment_id"], item["reason"], item["wanted"]) == (3, DOUBTED, 1)
    assert item["worth"] == pytest.approx(0.97)
    assert queue_again(lab.db, [(CommentId(3), 0.5)], lab.now) == 0, "it waits already"


def test_a_free_name_is_the_date_and_a_letter(lab: Lab) -> None:
    models, day = lab.tools.settings.models, datetime(2026, 12, 1, tzinfo=UTC)
    assert new_version(models, lab.db, day) == "2026-12-01-a"
    write_model(models / "2026-12-01-a")
    candidates.begin(lab.db, "2026-12-01-b", "Dewi", lab.now)
    assert new_version(models, lab.db, day) == "2026-12-01-c"
    for letter in "cdefghijklmnopqrstuvwxyz":
        candidates.begin(lab.db, f"2026-12-01-{letter}", "Dewi", lab.now)
    with pytest.raises(ModelError, match="26 versions today"):
        new_version(models, lab.db, day)


def test_a_training_that_fails_leaves_nothing(lab: Lab) -> None:
    def fails(version: str):  # type: ignore[no-untyped-def]
        lab.trained(version)
        raise ModelError("model: sentiment: two different answers are needed")

    with pytest.raises(ModelError, match="two different"):
        make(lab.run_of(), Sharp.version, "Dewi", fails)
    assert not (lab.tools.settings.models / Sharp.version).exists()
    assert candidates.newest(lab.db) == []


def test_a_standing_folder_is_never_trained_over_nor_cleared_away(lab: Lab) -> None:
    write_model(lab.tools.settings.models / Sharp.version)
    with pytest.raises(ModelError, match="exists already"):
        make(lab.run_of(), Sharp.version, "Dewi", lab.trained)
    assert (lab.tools.settings.models / Sharp.version).exists()
    candidates.begin(lab.db, Twin.version, "Dewi", lab.now)
    with pytest.raises(Refused, match="a candidate of this name is known"):
        candidates.begin(lab.db, Twin.version, "Budi", lab.now)


def test_a_folder_that_cannot_be_removed_is_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates.begin(lab.db, Sharp.version, "Dewi", lab.now)
    write_model(lab.tools.settings.models / Sharp.version)

    def locked(folder: Path) -> None:
        raise PermissionError("locked")

    monkeypatch.setattr(training.shutil, "rmtree", locked)
    with pytest.raises(StorageError, match="cannot be removed: locked"):
        sweep(lab.db, lab.tools.settings.models)


def test_who_was_cleared_away_meanwhile_offers_nothing(lab: Lab) -> None:
    def cleared(version: str):  # type: ignore[no-untyped-def]
        trained = lab.trained(version)
        candidates.clear(lab.db, version)
        return trained

    with pytest.raises(Refused, match="was cleared away"):
        make(lab.run_of(), Sharp.version, "Dewi", cleared)
    with pytest.raises(Refused, match="was cleared away"):
        make(lab.run_of(), Gloomy.version, "Dewi", cleared)
    assert candidates.newest(lab.db) == []


def test_words_that_were_edited_meanwhile_are_not_kept(lab: Lab) -> None:
    from monitor.steps.understand import prediction

    candidates.begin(lab.db, Sharp.version, "Dewi", lab.now)
    since = lab.now - 400 * HOUR
    first, second = candidates.unread(lab.db, Sharp.version, since, 0, 2)
    stale = replace(first, content_hash="lain")
    (verdict,) = Sharp().predict([first.comment.text])
    read = [(one, prediction(one, verdict, Sharp.version)) for one in (stale, second)]
    candidates.keep_ahead(lab.db, Sharp.version, read)
    kept = rows(lab.db, "SELECT comment_id FROM prediction WHERE model = ?", [Sharp.version])
    assert [row["comment_id"] for row in kept] == [int(second.id)]


# Killed anywhere.

PLACES = (
    "train:after-row",
    "half-folder",
    "train:after-folder",
    "train:after-reading",
    "train:before-offer",
    "commit",
)


def killed(folder: Path, place: str) -> None:
    """A training that dies at a place."""
    with Lab(folder) as lab:

        def die(name: str) -> None:
            if name == place:
                os.kill(os.getpid(), signal.SIGKILL)

        def dies_writing(statement: str) -> None:
            if statement.startswith("INSERT INTO notice"):
                os.kill(os.getpid(), signal.SIGKILL)

        def train(version: str):  # type: ignore[no-untyped-def]
            write_model(lab.tools.settings.models / version, lambda: die("half-folder"))
            from tests.candidate_world import told

            return told(version, lab.tools.settings.models / version, JUDGING)

        lab.tools = replace(lab.tools, boundary=die)
        if place == "commit":
            lab.db.conn.set_trace_callback(dies_writing)
        make(lab.run_of(), Sharp.version, "Dewi", train)


@pytest.mark.parametrize("place", PLACES)
def test_killed_in_the_middle_the_next_run_ends_the_same(place: str, tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        lab.say((CLOGGED.format(i) for i in range(9)), lab.now)
        lab.tick(lab.now + 10 * MINUTE)
        before = lab.figures()
        now = lab.now
    child = PROCESSES.Process(target=killed, args=(tmp_path, place))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with Lab(tmp_path) as lab:
        lab.now = now
        assert lab.figures() == before
        assert lab.wanted_messages() == []
        assert lab.candidate(Sharp.version).state is CandidateState.TRAINING
        make(lab.run_of(), Sharp.version, "Dewi", lab.trained)
        models = lab.tools.settings.models
        assert not part_folder(models / Sharp.version).exists()
        assert lab.candidate(Sharp.version).state is CandidateState.OFFERED
        assert len(candidates.newest(lab.db)) == 1
        assert [chat for chat, _ in lab.wanted_messages()] == [TRAINER, *lab.chats()]
        assert lab.figures() == before
        assert audit.broken_at(lab.db) is None


def test_killed_after_the_offer_it_stands(tmp_path: Path) -> None:
    with Lab(tmp_path):
        pass
    child = PROCESSES.Process(target=killed, args=(tmp_path, "train:after-offer"))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with Lab(tmp_path) as lab:
        sweep(lab.db, lab.tools.settings.models)
        assert lab.candidate(Sharp.version).state is CandidateState.OFFERED
        assert (lab.tools.settings.models / Sharp.version).exists()
