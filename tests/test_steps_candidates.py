"""Candidates are decided once, serve after they read, and their messages follow."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import promoting
from monitor.errors import Refused
from monitor.messages import answers
from monitor.messages import candidate as words
from monitor.records import Person, PersonId, Role
from monitor.records.candidate import CandidateId, CandidateState
from monitor.steps import candidates as steps
from monitor.steps.notify import notify
from monitor.store import audit, candidates, open_store, people, serving
from monitor.store.candidate_report import as_json, from_json
from monitor.store.connection import changed, rows
from tests.candidate_world import Gloomy, Lab, Sharp, report, seed_candidate
from tests.world import NOW, PEOPLE, each_third

PROCESSES = multiprocessing.get_context("forkserver")
STATE = CandidateState
TRAINER = Person(PersonId(4), "Dewi", frozenset({Role.TRAINER}))
ADMIN = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
HUMAS = Person(PersonId(1), "Ani", frozenset({Role.HUMAS}))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as lab:
        yield lab


def offer(lab: Lab, version: str = Sharp.version) -> CandidateId:
    """A candidate with its messages."""
    candidates.begin(lab.db, version, "Dewi", lab.now)
    places = steps.recipients(lab.db, STATE.OFFERED)
    return candidates.finish(lab.db, version, STATE.OFFERED, report(), b"gambar", places, lab.now)


def state(lab: Lab, number: CandidateId) -> CandidateState:
    found = candidates.get(lab.db, number)
    assert found is not None
    return found.state


def test_a_report_is_kept_word_for_word() -> None:
    from datetime import UTC, datetime

    from monitor.records import Level
    from monitor.records.candidate import BackTest, OneAlert

    alert = OneAlert("Banjir", datetime(2026, 3, 1, tzinfo=UTC), Level.SIAGA, 9, "resolved")
    made = report(back_test=BackTest(28, 1, (alert,), (), 9, 2))
    assert from_json(as_json(made)) == made
    assert from_json(as_json(report(back_test=None))) == report(back_test=None)
    assert from_json("null") is None


@pytest.mark.parametrize("person", [TRAINER, ADMIN])
def test_who_may_lets_it_read_and_serve(lab: Lab, person: Person) -> None:
    number = offer(lab)
    answer = steps.use(lab.db, person, number, lab.now)
    assert (answer.text, answer.done) == (words.WANTED, True)
    assert state(lab, number) is STATE.WANTED
    for _ in range(4):
        lab.tick()
    assert lab.tools.classifier.version == Sharp.version
    assert state(lab, number) is STATE.SERVED
    assert audit.broken_at(lab.db) is None


@pytest.mark.parametrize("press", [steps.use, steps.reject])
def test_who_may_not_is_told_so(lab: Lab, press) -> None:  # type: ignore[no-untyped-def]
    number = offer(lab)
    assert "Maaf" in press(lab.db, HUMAS, number, lab.now).text
    assert press(lab.db, TRAINER, CandidateId(99), lab.now).text == answers.GONE
    assert state(lab, number) is STATE.OFFERED


def test_a_second_press_hears_who_decided(lab: Lab) -> None:
    number = offer(lab)
    steps.use(lab.db, TRAINER, number, lab.now)
    for press in (steps.use, steps.reject):
        answer = press(lab.db, ADMIN, number, lab.now)
        assert (answer.text, answer.done) == (answers.already("Dewi"), False)
    other = offer(lab, Gloomy.version)
    steps.reject(lab.db, ADMIN, other, lab.now)
    for press in (steps.use, steps.reject):
        assert press(lab.db, TRAINER, other, lab.now).text == answers.already("Budi")


def test_a_rejected_one_forgets_what_it_read_ahead(lab: Lab) -> None:
    number = offer(lab)
    with lab.db.atomic():
        changed(
            lab.db,
            "INSERT INTO prediction SELECT comment_id, ?, sentiment, p_negatif, p_netral, "
            "p_positif, issue, issue_p, intent, urgent, language, place, spam, flags, masked, "
            "ask_human, copy_key, copy_of FROM prediction",
            (Sharp.version,),
        )
    assert steps.reject(lab.db, TRAINER, number, lab.now).text == words.REJECTED
    models = rows(lab.db, "SELECT DISTINCT model FROM prediction")
    assert models == [{"model": "rules-1"}]


def test_one_that_did_not_pass_serves_only_by_force(lab: Lab) -> None:
    seed_candidate(lab.db, state=STATE.REFUSED)
    with pytest.raises(Refused, match="tidak lolos"):
        steps.want(lab.db, Sharp.version, "Dewi", lab.now)
    assert serving.reading(lab.db) is None
    assert steps.want(lab.db, Sharp.version, "Dewi", lab.now, whatever=True).total == 144


def serve_now(lab: Lab, version: str) -> None:
    steps.want(lab.db, version, "Budi", lab.now, whatever=True)
    for _ in range(4):
        lab.tick()
    assert lab.tools.classifier.version == version


def test_an_offer_beside_a_model_that_is_gone_serves_only_by_force(lab: Lab) -> None:
    """It is better than what it was compared with; nobody knows how it is beside what serves."""
    number = offer(lab)
    serve_now(lab, Gloomy.version)
    answer = steps.use(lab.db, TRAINER, number, lab.now)
    assert (answer.text, answer.done) == (words.OUTDATED, False)
    with pytest.raises(Refused, match=r"compared with rules-1, which no longer serves.*--force"):
        steps.want(lab.db, Sharp.version, "Dewi", lab.now)
    assert (state(lab, number), serving.reading(lab.db)) == (STATE.OFFERED, None)
    assert steps.want(lab.db, Sharp.version, "Dewi", lab.now, whatever=True).total == 144


def test_an_offer_loses_pakai_while_another_model_serves(lab: Lab) -> None:
    number = offer(lab)
    notify(lab.db, lab.tools, lab.now)
    assert steps.follow(lab.db, lab.now) == 0
    serve_now(lab, Gloomy.version)
    assert shown_buttons(lab) == [words.REJECT]
    (shown,) = lab.channel.shown[PEOPLE["Dewi"][0]].values()
    assert words.OUTDATED in shown.text
    serve_now(lab, "rules-1")
    assert shown_buttons(lab) == [words.USE, words.REJECT]
    serve_now(lab, Gloomy.version)
    assert steps.reject(lab.db, TRAINER, number, lab.now).done
    assert lab.candidate(Sharp.version).why is None


def shown_buttons(lab: Lab) -> list[str]:
    lab.tick()
    (shown,) = lab.channel.shown[PEOPLE["Dewi"][0]].values()
    return [button.label for row in shown.buttons for button in row]


def test_a_stopped_one_is_outdated_too_until_its_model_serves_again(lab: Lab) -> None:
    number = offer(lab)
    steps.use(lab.db, TRAINER, number, lab.now)
    stop(lab)
    assert state(lab, number) is STATE.STOPPED
    serve_now(lab, Gloomy.version)
    assert steps.use(lab.db, TRAINER, number, lab.now).text == words.OUTDATED
    serve_now(lab, "rules-1")
    assert steps.use(lab.db, TRAINER, number, lab.now).done


def test_other_words_of_the_same_model_outdate_nothing(lab: Lab) -> None:
    number = offer(lab)
    with lab.db.atomic():  # as a change of knowledge leaves it
        changed(lab.db, "UPDATE serving SET version = version || '~3' WHERE state = 'serves'")
    assert steps.use(lab.db, TRAINER, number, lab.now).done


def test_while_another_one_reads_the_press_is_to_be_tried_again(lab: Lab) -> None:
    first, second = offer(lab), offer(lab, Gloomy.version)
    assert steps.use(lab.db, ADMIN, first, lab.now).done
    answer = steps.use(lab.db, TRAINER, second, lab.now)
    assert (answer.text, answer.done) == (words.OTHER_READS, False)
    assert state(lab, second) is STATE.OFFERED
    assert steps.use(lab.db, TRAINER, first, lab.now).text == answers.already("Budi")
    stop(lab)
    assert steps.use(lab.db, TRAINER, second, lab.now).done


def stop(lab: Lab) -> None:
    promoting.stop(lab.db, "Budi", lab.now)


def test_who_stopped_a_reading_is_told_in_their_language(lab: Lab) -> None:
    number = offer(lab)
    steps.use(lab.db, TRAINER, number, lab.now)
    notify(lab.db, lab.tools, lab.now)
    stop(lab)
    lab.now += timedelta(minutes=1)
    notify(lab.db, lab.tools, lab.now)
    (shown,) = lab.channel.shown[PEOPLE["Dewi"][0]].values()
    assert "Dihentikan sebelum dipakai: dihentikan Budi." in shown.text
    assert "stopped" not in shown.text


def test_a_model_that_is_no_candidate_may_be_wanted(lab: Lab) -> None:
    assert steps.want(lab.db, Gloomy.version, "Dewi", lab.now).version == Gloomy.version
    with pytest.raises(Refused, match="is reading"):
        steps.want(lab.db, Sharp.version, "Dewi", lab.now)


def test_the_message_shows_how_far_it_is_and_how_it_ended(lab: Lab) -> None:
    number = offer(lab)
    private = PEOPLE["Dewi"][0]
    notify(lab.db, lab.tools, lab.now)
    (first,) = lab.channel.shown[private].values()
    assert first.photo == b"gambar" and len(first.buttons[0]) == 2
    group = [m for m in lab.channel.shown[lab.chats()[0]].values() if "Model baru" in m.text]
    assert [(m.photo, m.buttons) for m in group] == [(None, ())]
    steps.use(lab.db, TRAINER, number, lab.now)
    lab.tools = replace(lab.tools, settings=small_batches(lab))
    lab.tick()
    (shown,) = lab.channel.shown[private].values()
    assert "Membaca riwayat: 0 dari 144" in shown.text
    lab.tick()
    (shown,) = lab.channel.shown[private].values()
    assert "Membaca riwayat: 42 dari 144" in shown.text, "in tenths"
    for _ in range(4):
        lab.tick()
    (shown,) = lab.channel.shown[private].values()
    assert "Dipakai sejak 10.00 WIB" in shown.text and shown.buttons == ()
    edits = lab.channel.edits
    lab.tick()
    assert lab.channel.edits == edits


def small_batches(lab: Lab):  # type: ignore[no-untyped-def]
    from monitor.config.parts import Classify

    return lab.tools.settings.model_copy(update={"classify": Classify(batch=10)})


def test_a_stopped_reading_may_be_wanted_again(lab: Lab) -> None:
    number = offer(lab)
    steps.use(lab.db, TRAINER, number, lab.now)
    switch = serving.reading(lab.db)
    assert switch is not None
    serving.stop(lab.db, switch.id, "Budi", "stopped by hand", lab.now)
    assert steps.follow(lab.db, lab.now) == 1
    found = candidates.get(lab.db, number)
    assert found is not None and (found.state, found.why) == (STATE.STOPPED, "stopped by hand")
    assert steps.use(lab.db, TRAINER, number, lab.now).done
    for _ in range(4):
        lab.tick()
    assert state(lab, number) is STATE.SERVED


def test_words_that_change_do_not_move_a_serving_candidate(lab: Lab) -> None:
    number = offer(lab)
    steps.use(lab.db, TRAINER, number, lab.now)
    for _ in range(4):
        lab.tick()
    before = steps.way(lab.db, lab.candidate(Sharp.version))
    with lab.db.atomic():  # as a change of knowledge leaves it
        changed(lab.db, "UPDATE serving SET state = 'replaced' WHERE state = 'serves'")
        changed(
            lab.db,
            "INSERT INTO serving (version, previous, state, wanted_by, wanted_at) "
            "VALUES (?, ?, 'serves', 'Budi', 0)",
            (f"{Sharp.version}~3", Sharp.version),
        )
    assert steps.follow(lab.db, lab.now) == 0
    assert state(lab, number) is STATE.SERVED
    assert steps.way(lab.db, lab.candidate(Sharp.version)) == before


def test_a_wish_without_its_switch_counts_as_stopped(lab: Lab) -> None:
    number = offer(lab)
    with lab.db.atomic():
        assert candidates.want(lab.db, Sharp.version, "Dewi", lab.now)
    assert steps.follow(lab.db, lab.now) == 1
    assert state(lab, number) is STATE.STOPPED
    assert steps.way(lab.db, lab.candidate(Sharp.version)) is None


def test_trainers_who_cannot_be_reached_are_left_out(lab: Lab) -> None:
    people.mark_unreachable(lab.db, PEOPLE["Dewi"][0], "blocked")
    assert steps.recipients(lab.db, STATE.UNPROVEN) == []
    assert steps.recipients(lab.db, STATE.OFFERED) == people.chats(lab.db)
    people.add(lab.db, "Hari", [Role.TRAINER], None, "siaga", NOW)
    assert steps.recipients(lab.db, STATE.UNPROVEN) == [], "no Telegram"


# Killed anywhere between the press and the end.

PLACES = (
    "INSERT INTO serving",
    "INSERT INTO audit",
    "switch:before-keep",
    "switch:after-keep",
    "switch:before-counts",
    "switch:after-counts",
    "switch:after-pointer",
    "UPDATE candidate SET state = 'served'",
)


def killed(folder: Path, place: str) -> None:
    with Lab(folder) as lab:

        def die(told: str) -> None:
            if told.startswith(place):
                os.kill(os.getpid(), signal.SIGKILL)

        lab.tools = replace(lab.tools, boundary=die)
        lab.db.conn.set_trace_callback(die)
        known = lab.candidate(Sharp.version)
        steps.use(lab.db, TRAINER, known.id, lab.now)
        for _ in range(6):
            lab.tick()


@pytest.mark.parametrize("place", each_third(PLACES))
def test_killed_on_the_way_it_ends_the_same(place: str, tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        number = offer(lab)
    child = PROCESSES.Process(target=killed, args=(tmp_path, place))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with Lab(tmp_path) as lab:
        if place.startswith("INSERT"):
            assert state(lab, number) is STATE.OFFERED, "nothing of the decision was kept"
            assert serving.reading(lab.db) is None
            assert steps.use(lab.db, TRAINER, number, lab.now).done
        for _ in range(4):
            lab.tick()
        assert lab.tools.classifier.version == Sharp.version
        assert state(lab, number) is STATE.SERVED
        assert lab.events() == []
        assert len([one for one in serving.newest(lab.db) if one.version == Sharp.version]) == 1
        assert audit.broken_at(open_store(lab.tools.settings.database)) is None
