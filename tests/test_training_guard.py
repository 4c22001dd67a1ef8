"""The guard's second look: teaching, keeping, and answering as scikit-learn would."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from monitor.classify.guard import GuardModel, SecondLook, digest, load_guard, save_guard
from monitor.classify.guard_features import (
    GuardSpace,
    grams,
    learn_guard_vocabulary,
    pieces,
    read_reply,
)
from monitor.cli.models import _train_guard
from monitor.errors import ConfigError, ModelError
from monitor.knowledge import load_knowledge
from monitor.replies.guard_rules import Effect, Finding, Guard
from monitor.training.guard import Course, _least, course_of, fit, fit_guard, measured
from monitor.training.guard_texts import guard_texts, read_guard_texts, twins
from tests.test_guard_cases import BLIND, cases

DATA = Path(__file__).parent.parent / "data"
GOOD = '[[case]]\nverdict = "stop"\nkind = "janji"\ncomment = ""\ntext = "Pasti beres."\n'


@pytest.fixture(scope="module")
def guard() -> Guard:
    return load_knowledge(DATA).guard


@pytest.fixture(scope="module")
def course(guard: Guard) -> Course:
    return course_of(guard_texts(DATA / "guard")[::20], guard)


@pytest.fixture(scope="module")
def model(course: Course) -> GuardModel:
    return fit(course)


def test_the_teaching_texts_are_many_of_both_sorts_and_no_twins() -> None:
    listed = guard_texts(DATA / "guard")
    stops = sum(one.stop for one in listed)
    assert stops >= 900 and len(listed) - stops >= 900
    texts = [one.text for one in listed]
    assert [pair for pair in twins(texts, texts) if pair[0] < pair[1]] == []


def test_no_text_of_the_blind_set_teaches() -> None:
    texts = [one.text for one in guard_texts(DATA / "guard")]
    assert twins([case["text"] for case in cases(BLIND)], texts) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"stop"', '"diam"', "verdict"),
        ('"janji"', '"biasa"', "kind"),
        ('"Pasti beres."', '" "', "empty"),
        ('comment = ""', "comment = 3", "exactly"),
        ('comment = ""\n', "", "exactly"),
        ("[[case]]", "[kasus]", "only"),
        ("[[case]]", "[[case", "contoh_1"),
    ],
)
def test_a_slip_in_the_texts_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "contoh_1.toml"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_guard_texts(file)


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contoh"):
        guard_texts(tmp_path)


def test_rows_are_those_of_scikit_learn(course: Course) -> None:
    """The three blocks of a row, and the answer of a head on them."""
    readings = course.readings
    space = GuardSpace(learn_guard_vocabulary(readings))
    vocabulary = space.vocabulary
    told = (
        (vocabulary.words, [list(grams(one.words)) for one in readings], 1.0),
        (vocabulary.pieces, [list(pieces(one.words)) for one in readings], 1.0),
        (vocabulary.asked, [list(one.asked) for one in readings], 0.5),
    )
    blocks = [
        weight
        * TfidfVectorizer(analyzer=list, vocabulary=items, sublinear_tf=True)
        .fit_transform(texts)
        .toarray()
        for items, texts, weight in told
    ]
    fired = np.array(
        [[0.25 * (rule in one.rules) for rule in vocabulary.rules] for one in readings]
    )
    expected = np.hstack([*blocks, fired])
    ours = np.zeros_like(expected)
    for row, one in enumerate(readings):
        columns, values = space.whole(one)
        ours[row, columns] = values
    assert np.abs(ours - expected).max() < 1e-6
    head = LogisticRegression(solver="liblinear", random_state=0).fit(expected, course.stop)
    answers = ours @ head.coef_[0] + head.intercept_[0]
    assert np.abs(answers - head.decision_function(expected)).max() < 1e-5


def test_the_same_texts_teach_the_same_bytes(course: Course, tmp_path: Path) -> None:
    for name in ("satu", "dua"):
        save_guard(fit(course), tmp_path / name, {"texts": 1})
    for file in ("mirip.npz", "mirip.json"):
        assert (tmp_path / "satu" / file).read_bytes() == (tmp_path / "dua" / file).read_bytes()


def test_what_is_kept_answers_the_same(model: GuardModel, course: Course, tmp_path: Path) -> None:
    save_guard(model, tmp_path, {})
    kept = load_guard(tmp_path)
    assert kept is not None and kept.doubted == model.doubted
    before, after = SecondLook(model, course.guard), SecondLook(kept, course.guard)
    assert before.doubted == frozenset(model.doubted)
    for one in course.readings[:20]:
        assert after.score(one) == pytest.approx(before.score(one), abs=0.02)


def test_without_files_there_is_no_second_look(tmp_path: Path) -> None:
    assert load_guard(tmp_path) is None


@pytest.mark.parametrize("damage", ["half", "sum", "format", "misfit", "not json"])
def test_damage_is_told(model: GuardModel, tmp_path: Path, damage: str) -> None:
    broken = replace(model, kinds=("ancaman",)) if damage == "misfit" else model
    save_guard(broken, tmp_path, {})
    about = tmp_path / "mirip.json"
    if damage == "half":
        (tmp_path / "mirip.npz").unlink()
    if damage == "sum":
        (tmp_path / "mirip.npz").write_bytes(b"rusak")
    if damage == "format":
        about.write_text(json.dumps(json.loads(about.read_text()) | {"format": 99}))
    if damage == "not json":
        about.write_text("{")
    with pytest.raises(ModelError, match="damaged"):
        load_guard(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(model: GuardModel, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    with pytest.raises(ModelError, match="written"):
        save_guard(model, tmp_path / "berkas", {})


def test_trouble_asks_for_a_second_signature_and_shows_the_words(guard: Guard) -> None:
    kept = load_guard(DATA / "guard")
    assert kept is not None
    text = (
        "Petugas sudah di lokasi. Kasihan sekali, baru segitu saja sudah mengeluh, dasar cengeng."
    )
    (found,) = SecondLook(kept, guard).settle(text, "air mati lagi", ())
    assert found.effect is Effect.SECOND and found.rule.startswith("mirip_")
    assert found.reason.startswith("Mirip balasan yang pernah menimbulkan masalah: ")
    assert found.words in text.split(". ", 1)[1]


@pytest.mark.parametrize("doubted", ["ejekan", "mengusir"])
def test_a_doubted_rule_weighs_less_without_the_second_look(
    guard: Guard, model: GuardModel, doubted: str
) -> None:
    """A stop asks for a second signature and never vanishes, what asked for one is silent."""
    rule = next(one for one in guard.rules if one.id == doubted)
    other = Finding("personal", Effect.STOP, "Ada data pribadi.")
    found = (Finding(rule.id, rule.effect, rule.reason), other)
    calm = replace(model, least=99.0, doubted={rule.id: digest(rule)})
    weaker = (Finding(rule.id, Effect.SECOND, rule.reason),)
    left = weaker if rule.effect is Effect.STOP else ()
    assert SecondLook(calm, guard).settle("Baik.", "", found) == (other, *left)
    assert SecondLook(replace(calm, least=-99.0), guard).settle("Baik.", "", found)[:2] == found


def test_a_rule_that_staff_changed_is_not_doubted_any_more(guard: Guard, model: GuardModel) -> None:
    found = (Finding("ejekan", Effect.STOP, "Mengejek."),)
    changed = replace(model, least=99.0, doubted={"ejekan": "lain"})
    assert SecondLook(changed, guard).settle("Baik.", "", found) == found


def test_a_reply_without_words_shows_none(guard: Guard, model: GuardModel) -> None:
    (found,) = SecondLook(replace(model, least=-99.0), guard).settle("...", "", ())
    assert found.words == ""


def test_the_words_shown_are_few_and_of_the_reply(guard: Guard, model: GuardModel) -> None:
    look = SecondLook(replace(model, least=-99.0), guard)
    for text in [one["text"] for one in cases(BLIND)][:40]:
        (found,) = look.settle(text, "", ())
        assert found.words in text and len(found.words) <= 60


def test_thanks_under_praise_words_is_marked_unless_it_says_sorry(guard: Guard) -> None:
    thanked = read_reply(guard, "Terima kasih pujiannya.", "hebat sekali", ())
    sorry = read_reply(guard, "Terima kasih, maaf ya.", "hebat sekali", ())
    assert "terima:hebat" in thanked.asked and "terima:hebat" not in sorry.asked


def test_one_file_alone_has_no_other_writer(course: Course) -> None:
    one = course.part(np.array([text.origin == "contoh_1" for text in course.texts]))
    assert fit_guard(one)[1].all_writers.recall == 0


def test_parts_without_texts_are_passed_over(course: Course) -> None:
    """A few comments only: some of the five parts are empty."""
    few = course.part(np.arange(len(course.texts)) % 6 == 0)
    same = tuple(replace(one, comment=f"air mati {at % 3}") for at, one in enumerate(few.texts))
    assert fit_guard(replace(few, texts=same))[1].texts == len(same)


def test_texts_of_one_verdict_teach_nothing(course: Course) -> None:
    with pytest.raises(ModelError, match="some that may pass"):
        fit(course.part(course.stop))


def test_nothing_flagged_is_measured_as_nothing() -> None:
    none = np.zeros(2, dtype=bool)
    assert measured(none, none).recall == 0


def test_the_kept_model_is_small_and_of_the_present_rules(guard: Guard) -> None:
    kept = load_guard(DATA / "guard")
    assert kept is not None
    assert sum((DATA / "guard" / f"mirip.{end}").stat().st_size for end in ("npz", "json")) < 1.5e6
    digests = {rule.id: digest(rule) for rule in guard.rules}
    assert {one: digests[one] for one in kept.doubted} == kept.doubted


def test_a_whole_training_writes_what_serves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small data folder: the real one with a few of the texts."""
    data = tmp_path / "data"
    data.mkdir()
    for part in DATA.iterdir():
        if part.name != "guard":
            (data / part.name).symlink_to(part)
    (data / "guard").mkdir()
    for file in sorted((DATA / "guard").glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        few = "\n[[case]]".join(text.split("\n[[case]]")[::50])
        (data / "guard" / file.name).write_text(few if "contoh" in file.name else text)
    _train_guard(data)
    told = capsys.readouterr().out
    assert f"{len(guard_texts(data / 'guard'))} texts" in told
    assert "five parts: recall" in told and "contoh_3: recall" in told
    about = json.loads((data / "guard" / "mirip.json").read_text(encoding="utf-8"))
    assert set(about["card"]["figures"]) >= {"rules alone", "five parts", "contoh_1"}
    kept = load_guard(data / "guard")
    assert kept is not None and kept.least == about["least"]


@pytest.mark.parametrize(
    ("wrong", "least"),
    [
        ([], 2.0),
        ([18.0, 17.0, 16.0], 19.0),
        ([19.5], 2.0),
        ([21.0, 22.0, 23.0], 24.0),
    ],
)
def test_the_threshold_is_for_recall_where_precision_allows_it(
    wrong: list[float], least: float
) -> None:
    """The highest with enough recall; else the lowest that is precise; else above all."""
    right = [float(one) for one in range(1, 21)]
    listed = np.array(right + wrong, dtype=np.float32)
    stop = np.array([True] * len(right) + [False] * len(wrong))
    assert _least(listed, np.zeros(len(stop), dtype=bool), stop) == least


def test_a_second_look_that_is_never_right_flags_nothing() -> None:
    none = np.zeros(2, dtype=bool)
    assert _least(np.array([1.0, 2.0], dtype=np.float32), none, none) > 2
