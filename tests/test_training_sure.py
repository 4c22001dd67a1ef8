"""A second round learns tone from stored comments of which the first was sure, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.classify.features import Document, Floats
from monitor.classify.model_files import Model
from monitor.records import Intent, Sentiment
from monitor.training.dataset import Example
from monitor.training.fit import Fitted, _sets, fit
from monitor.training.lessons import word_lesson
from monitor.training.material import Material
from monitor.training.questions import LABEL, OWN, STORED, questions
from monitor.training.sure import LEAST_LABELS, SURE, of_the_office, with_sure

ISSUES = ("air_bersih", "jalan_infrastruktur")
BAD, GOOD = (
    ("rusak", "macet", "bau", "gelap", "kotor"),
    ("bagus", "bersih", "cepat", "ramah", "rapi"),
)
PLACES = ("pasar", "terminal", "kantor", "taman", "dermaga", "sekolah")
TONES = (Sentiment.NEGATIF, Sentiment.POSITIF)


def example(origin: str, at: int) -> Example:
    """A text of three words; what the office says has words of its own beside them."""
    tone = TONES[at % 2]
    words = (BAD if tone is Sentiment.NEGATIF else GOOD)[at // 2 % 5]
    other = (BAD if tone is Sentiment.NEGATIF else GOOD)[at // 10 % 5]
    text = f"{words} {other} {PLACES[at % 6]} {at}"
    if origin == STORED:
        slang = "ambyar" if tone is Sentiment.NEGATIF else "mantul"
        return Example(f"{text} {slang}", STORED)
    intent = (Intent.KELUHAN, Intent.APRESIASI)[at % 2]
    issue = ISSUES[at % 2]
    return Example(text, origin, tone, issue, intent, bool(at % 3), ("id", "jv")[at % 2])


def material(labels: int, stored: int, with_vectors: bool = False) -> Material:
    examples = [example(OWN, at) for at in range(60)]
    examples += [example(LABEL, at + 60) for at in range(labels)]
    examples += [example(STORED, at + 200) for at in range(stored)]
    documents = [Document(one.text) for one in examples]
    drawn = np.random.default_rng(3)
    vectors = np.array(
        [np.eye(2)[at % 2] + drawn.normal(0, 0.3, 2) for at in range(len(examples))], np.float32
    )
    return Material(examples, documents, vectors if with_vectors else None, lambda *_: None)


def taught(labels: int, stored: int, with_vectors: bool = False) -> Fitted:
    return fit(material(labels, stored, with_vectors).course(), ISSUES, "uji")


def tones_of(model: Model, word: str) -> Floats:
    """What a word says of negatif and positif."""
    head = model.heads["sentiment"]
    row = head.weights[model.vocabulary.words.index(word)]
    return row[[head.classes.index("negatif"), head.classes.index("positif")]]


@pytest.mark.parametrize("with_vectors", [False, True])
def test_words_that_stand_in_no_label_are_learned_from_what_is_sure(with_vectors: bool) -> None:
    model = taught(LEAST_LABELS, 40, with_vectors).model
    bitter, sweet = tones_of(model, "ambyar"), tones_of(model, "mantul")
    assert bitter[0] > bitter[1] + 0.1
    assert sweet[1] > sweet[0] + 0.1


def test_too_few_labels_or_nothing_stored_is_one_round() -> None:
    few = taught(LEAST_LABELS - 1, 40).model
    assert np.allclose(tones_of(few, "ambyar"), 0.0)
    none = taught(LEAST_LABELS, 0)
    assert none.unseen["sentiment"].at.tolist() == list(range(60 + LEAST_LABELS))


def test_only_tone_learns_so() -> None:
    course = material(LEAST_LABELS, 40).course()
    for question in questions(ISSUES, LEAST_LABELS):
        lesson = word_lesson(question, course)
        assert not lesson.asked[-40:].any(), question.name
        assert question.from_stored == (question.name == "sentiment")


def test_stored_comments_judge_nothing() -> None:
    fitted = taught(LEAST_LABELS, 40)
    stored = range(60 + LEAST_LABELS, 100 + LEAST_LABELS)
    for unseen in fitted.unseen.values():
        assert not set(unseen.at.tolist()) & set(stored)


def test_the_same_texts_give_the_same_model() -> None:
    one, other = (taught(LEAST_LABELS, 40).model.heads["sentiment"] for _ in range(2))
    assert np.array_equal(one.weights, other.weights)
    assert one.temperature == other.temperature


@pytest.mark.parametrize("with_vectors", [False, True])
def test_a_label_is_judged_by_nobody_who_heard_of_it_through_its_stored_copies(
    with_vectors: bool,
) -> None:
    """Labels of chance: whoever is right about them more often than chance has seen them."""
    drawn = np.random.default_rng(11)
    examples = [example(OWN, at) for at in range(60)]
    tones = [TONES[at] for at in drawn.integers(0, 2, 60)]
    codes = ["".join(drawn.choice(list("bcdfghjklm"), 6)) for _ in tones]
    examples += [
        Example(f"{code} ya", LABEL, tone) for code, tone in zip(codes, tones, strict=True)
    ]
    examples += [Example(f"{code} ya lagi {at}", STORED) for code in codes for at in range(3)]
    documents = [Document(one.text) for one in examples]
    vectors = drawn.normal(0, 1, (len(examples), 8)).astype(np.float32) if with_vectors else None
    course = Material(examples, documents, vectors, lambda *_: None).course()
    seen = fit(course, ISSUES, "uji").unseen["sentiment"]
    labels = np.flatnonzero((seen.at >= 60) & (seen.at < 120))
    classes = questions(ISSUES)[0].classes
    told = seen.by_words if seen.with_vectors is None else seen.with_vectors
    said = [classes[at] for at in told[labels].argmax(axis=1)]
    right = np.mean(
        [one == tones[seen.at[at] - 60].value for one, at in zip(said, labels, strict=True)]
    )
    assert len(labels) == 60
    assert right < 0.7


@pytest.mark.parametrize("with_vectors", [False, True])
def test_own_texts_answer_no_stored_comment_against_the_labels_of_the_office(
    with_vectors: bool,
) -> None:
    """Of the texts with "sip" 300 written at a desk are blame, and ten labels praise."""
    examples = [example(OWN, at) for at in range(1200)]
    examples += [Example(f"sip {PLACES[at % 6]} {at}", OWN, TONES[0]) for at in range(300)]
    examples += [Example(f"{PLACES[at % 6]} sip {at}", LABEL, TONES[1]) for at in range(10)]
    examples += [Example(f"{PLACES[at % 6]} parah {at}", LABEL, TONES[0]) for at in range(10)]
    examples += [Example(f"sip gaskeun {at}", STORED) for at in range(40)]
    words = ("sip", *BAD, *GOOD, "parah")
    vectors = np.array([[word in one.text for word in words] for one in examples], np.float32)
    documents = [Document(one.text) for one in examples]
    read = Material(examples, documents, vectors if with_vectors else None, lambda *_: None)
    blame, praise = tones_of(fit(read.course(), ISSUES, "uji").model, "gaskeun")
    assert praise >= blame


def test_only_labels_of_the_office_keep_their_weight_in_the_first_round() -> None:
    read = material(20, 3)
    lesson = word_lesson(questions(ISSUES, 20)[0], read.course())
    office = of_the_office(lesson, read.examples)
    assert np.array_equal(office.weights[60:80], lesson.weights[60:80])
    assert office.weights[:60].sum() == pytest.approx(0.03 * lesson.weights[:60].sum())
    assert np.array_equal(office.asked, lesson.asked)


def test_many_labels_are_a_set_of_their_own_when_answers_are_made_honest() -> None:
    few, many = material(199, 3).course(), material(200, 3).course()
    assert set(_sets(few, np.arange(259))) == {OWN}
    assert _sets(many, np.arange(260)).tolist() == [OWN] * 60 + [LABEL] * 200


def shares(*rows: tuple[float, float, float]) -> Floats:
    return np.array(rows, dtype=np.float64)


def test_what_is_unsure_stays_out_and_what_is_sure_is_its_likeliest_answer() -> None:
    lesson = word_lesson(questions(ISSUES, 20)[0], material(20, 3).course())
    at = np.arange(80, 83)
    told = shares((SURE, 0.2, 0.1), (0.1, 0.2, 0.7), (0.69, 0.3, 0.01))
    found = with_sure(lesson, at, told)
    assert found.asked[at].tolist() == [True, True, False]
    assert found.target[at].tolist()[:2] == [0, 2]
    assert found.weights[at].tolist() == [2.0, 2.0, 0.0]
    assert not lesson.asked[at].any(), "the lesson that was given is as it was"
    assert np.array_equal(found.weights[:80], lesson.weights[:80])


def test_many_together_weigh_no_more_than_all_labels_do() -> None:
    lesson = word_lesson(questions(ISSUES, 20)[0], material(20, 2).course())
    long = replace(
        lesson,
        target=np.zeros(9000, np.int64),
        weights=np.zeros(9000),
        asked=np.zeros(9000, np.bool_),
    )
    found = with_sure(long, np.arange(9000), np.tile(shares((0.9, 0.05, 0.05)), (9000, 1)))
    assert found.weights.sum() == pytest.approx(6000.0)
    none = with_sure(long, np.arange(9000), np.tile(shares((0.4, 0.3, 0.3)), (9000, 1)))
    assert not none.asked.any()
