"""Explanations: the parts add up to the score, and each word gets what is its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify import Classifier, explanation_json
from monitor.classify.embed import Embedder
from monitor.classify.explain import Explainer, Explanation
from monitor.classify.features import FeatureSpace, Vocabulary, document
from monitor.classify.heads import Head, mixed
from monitor.classify.model_files import Model
from tests.classify_world import FakeEngine, reader, tiny, tiny_model

QUESTIONS = ("sentiment", "issue", "intent", "urgent")
TEXTS = [
    "",
    "😡",
    "zxqvw xwqzv",
    "jalan di kampung bagus",
    "Jln di kampung gk bagus, tlg diperbaiki!!",
    "air air air kotor 12 kali @budi_palsu",
    "katanya bagus ternyata listrik mengecewakan",
    "tidak_bagus",
]


def above_mean(model: Model, name: str, answer: str, text: str, *, vectors: bool) -> float:
    """By how much an answer's score stands above the mean, by the heads' own arithmetic."""
    read = reader().read(text)
    head = model.heads[name]
    rows = FeatureSpace(model.vocabulary).matrix([document(read, reader())])
    scores = rows @ head.weights + head.bias
    if vectors:
        by_vectors = model.vectors[name]
        rows = Embedder(FakeEngine()).vectors([read.text])
        scores = mixed(scores, rows @ by_vectors.weights + by_vectors.bias, by_vectors.share)
    row = np.asarray(scores)[0]
    return float(row[head.classes.index(answer)] - row.mean())


@pytest.mark.parametrize("vectors", [False, True])
@pytest.mark.parametrize("text", TEXTS)
def test_the_parts_add_up_to_the_score_above_the_mean(text: str, vectors: bool) -> None:
    verdict, why = tiny(vectors).explain(text)
    assert tuple(why) == QUESTIONS
    for name, one in why.items():
        wanted = above_mean(tiny_model(vectors), name, one.answer, text, vectors=vectors)
        assert one.score == pytest.approx(wanted, abs=1e-3), name
    assert why["sentiment"].answer == verdict.sentiment.value
    assert why["issue"].answer == verdict.issue
    assert why["intent"].answer == verdict.intent.value
    assert why["urgent"].answer == ("ya" if verdict.urgent else "tidak")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_the_parts_of_any_string_add_up(text: str) -> None:
    _, why = tiny().explain(text)
    for name, one in why.items():
        wanted = above_mean(tiny_model(), name, one.answer, text, vectors=False)
        assert one.score == pytest.approx(wanted, abs=1e-3)


def test_the_tokens_are_those_of_the_normalised_text_in_order() -> None:
    text = "Jln di kampung gk bagus, tlg!!"
    for one in tiny().explain(text)[1].values():
        read = reader().read(text)
        assert [token for token, _ in one.tokens] == read.normalised.split()


def test_explaining_a_text_gives_the_verdict_that_predicting_gives() -> None:
    for text in TEXTS:
        assert tiny(vectors=True).explain(text)[0] == tiny(vectors=True).predict([text])[0]


def test_an_empty_text_has_no_words_and_only_a_rest() -> None:
    _, why = tiny().explain("")
    for name, one in why.items():
        head = tiny_model().heads[name]
        assert one.tokens == ()
        bias = head.bias[head.classes.index(one.answer)] - head.bias.mean()
        assert one.rest == pytest.approx(float(bias), abs=1e-5)


def test_words_that_the_model_does_not_know_weigh_nothing() -> None:
    _, why = tiny().explain("zxqvw xwqzv")
    for one in why.values():
        assert one.tokens == (("zxqvw", 0.0), ("xwqzv", 0.0))


def by_hand() -> Model:
    """A model of two words and two rules, whose weights are told here."""
    vocabulary = Vocabulary(
        words=("bagus", "di pasar", "tidak_bagus"),
        pieces=(),
        roots=(),
        rules=("tone not praise", "tone praise"),
        rarity=np.ones(3, dtype=np.float32),
    )
    rows = [[-1, 0, 1], [0, 2, 0], [3, 0, -3], [1, 0, -1], [-2, 0, 2]]
    tone = Head(
        ("negatif", "netral", "positif"),
        np.array(rows, dtype=np.float32),
        np.array([0.25, 0.0, -0.25], dtype=np.float32),
    )
    other = Head(("a", "ya"), np.zeros((5, 2), np.float32), np.zeros(2, np.float32))
    heads = {
        "sentiment": tone,
        "issue": other,
        "intent": replace(other, classes=("keluhan", "lainnya")),
        "urgent": other,
        "language": replace(other, classes=("id", "bjn")),
    }
    return Model("hand", vocabulary, heads, {}, (0.6, 0.6))


def weights_for(answer: str, text: str) -> tuple[dict[str, float], float]:
    """What each word of a text says for an answer of the sentiment head, and the rest."""
    model = by_hand()
    explainer = Explainer(FeatureSpace(model.vocabulary), reader(), None)
    asked = {"sentiment": (answer, model.heads["sentiment"], None)}
    found = explainer.explain(reader().read(text), asked)["sentiment"]
    return dict(found.tokens), found.rest


def test_a_negator_turns_round_what_a_word_says() -> None:
    plain, rest = weights_for("positif", "pelayanan bagus")
    turned, same_rest = weights_for("positif", "pelayanan tidak bagus")
    assert plain["bagus"] > 0 > turned["bagus"]
    assert turned["tidak"] < 0
    assert plain["pelayanan"] == turned["pelayanan"] == 0
    assert rest == same_rest == pytest.approx(-0.25)


def test_a_pair_of_words_is_shared_by_both_and_a_rule_by_who_brought_it() -> None:
    found, _ = weights_for("netral", "di pasar")
    assert found["di"] == found["pasar"] == pytest.approx(2 * 2 / 3 * 0.5)
    # The rule is taken away by either of its two words, so each brought half of it.
    turned, _ = weights_for("positif", "tidak bagus")
    of_rule = 0.5 * np.log1p(2) * -1
    assert turned["tidak"] == pytest.approx(of_rule / 2, abs=1e-5)


def test_what_speaks_against_an_answer_is_below_nought() -> None:
    for_it, _ = weights_for("positif", "bagus")
    against, _ = weights_for("negatif", "bagus")
    assert for_it["bagus"] == pytest.approx(-against["bagus"])
    assert for_it["bagus"] > 0


def test_a_rule_that_no_single_word_takes_away_is_left_to_the_rest() -> None:
    model = by_hand()
    vocabulary = replace(model.vocabulary, rules=("tone good", "tone praise"))
    explainer = Explainer(FeatureSpace(vocabulary), reader(), None)
    asked = {"sentiment": ("negatif", model.heads["sentiment"], None)}
    once, twice = (
        explainer.explain(reader().read(text), asked)["sentiment"]
        for text in ("bagus", "bagus bagus")
    )
    assert once.rest == pytest.approx(0.25)
    assert twice.rest == pytest.approx(0.25 + 0.5)
    assert twice.tokens[0] == twice.tokens[1]


def test_how_a_text_is_written_changes_no_weight_of_a_word() -> None:
    raw = "JLN di kampung gk bagus"
    normalised = reader().read(raw).normalised
    assert normalised == "jalan di kampung tidak bagus"
    model = tiny_model(vectors=True)
    vectors = {name: replace(head, share=0.5) for name, head in model.vectors.items()}
    classifier = Classifier(
        replace(model, vectors=vectors), reader(), embedder=Embedder(FakeEngine())
    )
    one, other = (classifier.explain(text)[1]["issue"] for text in (raw, normalised))
    assert one.answer == other.answer
    assert [token for token, _ in one.tokens] == [token for token, _ in other.tokens]
    for (_, weight), (_, same) in zip(one.tokens, other.tokens, strict=True):
        assert weight == pytest.approx(same, abs=1e-4)
    assert one.rest != pytest.approx(other.rest, abs=1e-4)


def test_an_explanation_as_json_holds_every_token_and_the_sum() -> None:
    why = {"issue": Explanation("air", (("air", 1.23456), ("air", -0.5)), 0.25)}
    assert explanation_json(why) == {
        "issue": {
            "answer": "air",
            "tokens": [["air", 1.235], ["air", -0.5]],
            "rest": 0.25,
            "score": 0.985,
        }
    }
