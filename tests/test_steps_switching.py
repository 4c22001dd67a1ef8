"""Another model serves after it has read the history, and opens, ends or doubles nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.errors import Refused
from monitor.incidents import Step
from monitor.records import EventKind, IncidentState, Level
from monitor.spikes import read_topics
from monitor.steps import switching
from monitor.steps.budget import rules_now
from monitor.steps.judge import _windows  # the very readings that a tick makes
from monitor.steps.learn import learned_state, usual
from monitor.store import audit, open_store, predictions, serving
from monitor.store.connection import rows
from tests.day import FLOOD_WORDS, HOUR, MINUTE, Day
from tests.switching_world import POINTER, Gloomy, Sunny, with_models
from tests.world import FLOOD, SITE, RuleClassifier

PROCESSES = multiprocessing.get_context("forkserver")
STEPS = ("before-keep", "after-keep", "before-counts", "after-counts", "after-pointer")


class Office(Day):
    """Whose model can be changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.restart()
        self.tick()

    def restart(self) -> None:
        """What a process that starts does."""
        self.tools = with_models(self.tools, self.folder)
        pipeline.start(self.db, self.tools, self.now)

    def want(self, version: str) -> None:
        since = self.now - switching.REMEMBERED
        serving.want(self.db, version, "Dewi", since, self.now)

    def switch(self, version: str) -> None:
        self.want(version)
        for _ in range(20):
            self.tick()
            if self.tools.classifier.version == version:
                return
        raise AssertionError("never switched")

    def figures(self) -> object:
        """All that anybody could see of the counts, and what was learned from them."""
        counted = [
            rows(self.db, f"SELECT * FROM {table} WHERE comments <> 0 ORDER BY 1, 2, 3")
            for table in ("hourly", "bins")
        ]
        tally = rows(self.db, "SELECT * FROM tally ORDER BY comment_id")
        baseline = usual(self.db, self.tools, self.now)
        readings = read_topics(
            baseline,
            _windows(self.db, self.tools, baseline, self.now),
            self.now,
            rules_now(self.db, self.tools, self.now),
            {},
        )
        learned = learned_state(self.db, self.tools, self.now).to_bytes()
        return counted, tally, learned, sorted((k, str(v)) for k, v in readings.items())

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as office:
        yield office


def flood(office: Office, many: int = 12) -> None:
    """People complain within some minutes, and the office reads it."""
    office.say((FLOOD_WORDS.format(i, "banjir") for i in range(many)), office.now)
    office.tick(office.now + 10 * MINUTE)


def test_the_first_model_serves_at_once(office: Office) -> None:
    serves = serving.now_serving(office.db)
    assert serves is not None
    assert (serves.version, serves.switched_at, serves.previous) == ("rules-1", None, None)


def test_a_wanted_model_reads_everything_before_it_serves(office: Office) -> None:
    office.want(Gloomy.version)
    under_way = serving.reading(office.db)
    assert under_way is not None and under_way.total == 144
    office.tools = replace(
        office.tools, settings=office.tools.settings.model_copy(update={"classify": small()})
    )
    before = office.figures()
    office.tick()
    under_way = serving.reading(office.db)
    assert under_way is not None and under_way.done == 50
    assert office.tools.classifier.version == "rules-1"
    assert office.figures() == before, "while it reads nothing counts otherwise"
    for _ in range(3):
        office.tick()
    serves = serving.now_serving(office.db)
    assert serves is not None
    assert (serves.version, serves.previous, serves.done) == ("gelap-2", "rules-1", 144)
    assert serves.switched_at == office.now and serves.changed == 135
    assert (office.folder / POINTER).read_text() == "gelap-2" == office.tools.classifier.version
    assert audit.broken_at(office.db) is None


def small():  # type: ignore[no-untyped-def]
    from monitor.config.parts import Classify

    return Classify(batch=10)


def test_counts_after_a_switch_are_those_of_reading_everything_anew(
    office: Office, tmp_path: Path
) -> None:
    flood(office)
    office.switch(Gloomy.version)
    counted = office.figures()[1]  # type: ignore[index]
    with office.db.atomic():
        office.db.conn.execute("DELETE FROM prediction")
        office.db.conn.execute("UPDATE comment SET predicted_by = NULL")
    office.tick()
    assert office.figures()[1] == counted  # type: ignore[index]


def test_going_back_restores_every_figure_to_the_digit(office: Office) -> None:
    flood(office)
    office.run(3 * HOUR, HOUR)
    before = office.figures()
    office.switch(Gloomy.version)
    assert office.figures() != before
    now = office.now
    office.switch(RuleClassifier.version)
    office.now = now
    assert office.figures() == before


def test_no_incident_opens_because_of_the_model(office: Office) -> None:
    """The gloomy one finds five complaints of roads where the other saw news."""
    office.say((f"Kabar petang bagian {i}" for i in range(9)), office.now)
    office.tick(office.now + 10 * MINUTE)
    assert office.kinds() == []
    office.switch(Gloomy.version)
    office.run(3 * HOUR, 15 * MINUTE)
    assert office.kinds() == []


def test_people_still_raise_an_alarm_right_after_a_switch(office: Office) -> None:
    office.switch(Gloomy.version)
    flood(office)
    assert [incident.topic for incident in office.live()] == [FLOOD]


def test_no_incident_calms_down_because_of_the_model(office: Office) -> None:
    flood(office)
    office.switch(Sunny.version)
    office.run(2.75 * HOUR, 15 * MINUTE)
    assert office.kinds() == [EventKind.OPENED]
    office.run(6 * HOUR, HOUR)
    assert EventKind.CALMED in office.kinds(), "later it ends like any other"


def test_no_level_rises_because_of_the_model(office: Office) -> None:
    office.say((f"Genangan dekat jembatan nomor {i} sekarang" for i in range(30)), office.now)
    flood(office, 5)
    office.run(20 * MINUTE)
    before = [(one.topic, one.peak) for one in office.live()]
    assert before
    office.switch(Gloomy.version)
    office.run(40 * MINUTE, 10 * MINUTE)
    assert [(one.topic, one.peak) for one in office.live()] == before


def test_labels_outrank_every_model(office: Office) -> None:
    from monitor.records import LabelField

    flood(office, 1)
    (found,) = predictions.recent(office.db, 1)
    predictions.add_label(
        office.db, found.stored.id, LabelField.SENTIMENT, "positif", "Dewi", office.now
    )
    office.switch(Gloomy.version)
    (row,) = rows(office.db, "SELECT negative FROM tally WHERE comment_id = ?", [found.stored.id])
    assert row["negative"] == 0


def test_what_comes_and_what_is_edited_while_it_reads_counts_too(office: Office) -> None:
    office.want(Gloomy.version)
    office.edit(office.sites[SITE].shown[0], text="Jalan rusak parah di depan pasar")
    flood(office, 3)
    office.run(20 * MINUTE)
    assert office.tools.classifier.version == "gelap-2"
    left = rows(
        office.db,
        "SELECT c.id FROM comment c LEFT JOIN prediction p ON p.comment_id = c.id "
        "AND p.model = c.predicted_by WHERE c.own = 0 AND p.model IS NULL",
    )
    assert left == []
    assert {row["predicted_by"] for row in rows(office.db, "SELECT predicted_by FROM comment")} == {
        "gelap-2"
    }


def test_an_edit_forgets_what_other_models_said_of_the_old_words(office: Office) -> None:
    office.switch(Gloomy.version)
    office.edit(office.sites[SITE].shown[0], text="Jalan rusak parah di depan pasar")
    office.tick(office.now + 5 * MINUTE)
    (edited,) = rows(office.db, "SELECT id FROM comment WHERE text LIKE 'Jalan rusak parah%'")
    said = rows(office.db, "SELECT model FROM prediction WHERE comment_id = ?", [edited["id"]])
    assert said == [{"model": "gelap-2"}]
    office.switch(RuleClassifier.version)


def test_a_second_wish_is_refused_while_one_reads(office: Office) -> None:
    office.want(Gloomy.version)
    with pytest.raises(Refused, match="gelap-2 is reading") as caught:
        office.want(Sunny.version)
    assert caught.value.holder == "Dewi"


def test_what_serves_is_not_wanted_again(office: Office) -> None:
    with pytest.raises(Refused, match="rules-1 serves already"):
        office.want("rules-1")


def test_a_model_that_cannot_be_read_stops_nothing(office: Office) -> None:
    before = office.figures()
    office.want("rusak-9")
    office.tick()
    assert serving.reading(office.db) is None
    (stopped, _) = serving.newest(office.db)
    assert (stopped.state, stopped.trouble) == ("stopped", "model: rusak-9: no such folder")
    assert office.figures() == before and office.tools.classifier.version == "rules-1"


def test_a_reading_can_be_stopped(office: Office) -> None:
    office.want(Gloomy.version)
    under_way = serving.reading(office.db)
    assert under_way is not None
    assert serving.stop(office.db, under_way.id, "Dewi", "salah pilih", office.now)
    assert not serving.stop(office.db, under_way.id, "Dewi", "lagi", office.now)
    assert not serving.keep_read(office.db, under_way, [])
    assert serving.switch_over(office.db, under_way, office.now - 400 * HOUR, office.now) is None
    office.tick()
    assert office.tools.classifier.version == "rules-1"


@pytest.mark.parametrize("place", ["before-keep", "after-keep", "before-counts"])
def test_a_reading_that_is_stopped_in_the_middle_changes_nothing(
    office: Office, place: str
) -> None:
    before = office.figures()
    office.want(Gloomy.version)
    under_way = serving.reading(office.db)
    assert under_way is not None

    def stopped(name: str) -> None:
        if name == f"switch:{place}":
            other = open_store(office.tools.settings.database)
            serving.stop(other, under_way.id, "Dewi", "salah pilih", office.now)
            other.close()

    office.tools = replace(office.tools, boundary=stopped)
    office.tick()
    assert office.tools.classifier.version == "rules-1" and office.figures() == before


def test_words_that_are_edited_while_they_are_read_are_read_again(office: Office) -> None:
    office.want(Gloomy.version)
    edited: list[int] = []

    def edit(name: str) -> None:
        if name == "switch:before-keep" and not edited:
            other = open_store(office.tools.settings.database)
            (row,) = rows(other, "SELECT max(id) AS id FROM comment")
            edited.append(row["id"])
            with other.atomic():
                other.conn.execute(
                    "UPDATE comment SET text = 'Jalan rusak', content_hash = 'lain' WHERE id = ?",
                    edited,
                )
            other.close()

    office.tools = replace(office.tools, boundary=edit)
    for _ in range(4):
        office.tick()
    assert office.tools.classifier.version == "gelap-2"
    said = rows(
        office.db,
        "SELECT issue FROM prediction WHERE comment_id = ? AND model = 'gelap-2'",
        edited,
    )
    assert said == [{"issue": "jalan_infrastruktur"}]


def test_calm_right_after_a_switch_waits(office: Office) -> None:
    flood(office)
    (incident,) = office.live()
    calm = Step(EventKind.CALMED, IncidentState.RESOLVED, Level.NORMAL, office.now)
    rules = rules_now(office.db, office.tools, office.now)[FLOOD]

    def after(switched_at: datetime | None) -> Step | None:
        return switching.without_switch(
            office.db, incident, calm, incident.reading, rules, switched_at
        )

    kept = after(incident.reading.at - HOUR)
    assert kept is not None and (kept.kind, kept.state) == (None, incident.state)
    assert after(incident.reading.at - 3 * HOUR) == calm == after(None)


def test_erased_words_count_as_before(office: Office) -> None:
    from monitor.store import rechecks

    flood(office, 2)
    (found, _) = predictions.recent(office.db, 2)
    with office.db.atomic():
        rechecks.erase(office.db, [int(found.stored.id)], office.now)
    office.switch(Sunny.version)
    (row,) = rows(office.db, "SELECT negative FROM tally WHERE comment_id = ?", [found.stored.id])
    assert row["negative"] == 1


def test_a_new_pointer_on_the_disk_reads_the_history_first(office: Office) -> None:
    """A newer Siaga brings a newer model."""
    (office.folder / POINTER).write_text(Gloomy.version)
    office.restart()
    assert office.tools.classifier.version == "rules-1"
    assert (office.folder / POINTER).read_text() == Gloomy.version
    office.restart()
    for _ in range(3):
        office.tick()
    assert office.tools.classifier.version == "gelap-2"


def test_a_pointer_whose_predecessor_is_gone_serves_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import switching_world

    (office.folder / POINTER).write_text(Gloomy.version)
    monkeypatch.delitem(switching_world.MODELS, "rules-1")
    office.restart()
    assert office.tools.classifier.version == "gelap-2"
    for _ in range(3):
        office.tick()
    serves = serving.now_serving(office.db)
    assert serves is not None and serves.version == "gelap-2"


def killed(folder: Path, boundary: str) -> None:
    """A process that dies at a boundary of the switch."""
    with Office.__new__(Office) as office:
        Day.__init__(office, folder)
        office.folder = folder
        office.restart()

        def die(name: str) -> None:
            if name == f"switch:{boundary}":
                os.kill(os.getpid(), signal.SIGKILL)

        office.tools = replace(office.tools, boundary=die)
        for _ in range(6):
            office.tick()


@pytest.mark.parametrize("boundary", STEPS)
def test_killed_in_the_middle_it_ends_the_same(boundary: str, tmp_path: Path) -> None:
    with Office(tmp_path) as office:
        flood(office)
        office.tick()
        office.want(Gloomy.version)
    child = PROCESSES.Process(target=killed, args=(tmp_path, boundary))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with Office(tmp_path) as office:
        for _ in range(3):
            office.tick()
        assert office.tools.classifier.version == "gelap-2"
        assert (tmp_path / POINTER).read_text() == "gelap-2"
        once = office.figures()[1]  # type: ignore[index]
        assert [kind for kind in office.kinds() if kind is EventKind.OPENED] == [EventKind.OPENED]
        assert audit.broken_at(open_store(office.tools.settings.database)) is None
    assert len(once) == len({row["comment_id"] for row in once})
