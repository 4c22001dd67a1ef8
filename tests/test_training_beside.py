"""Two models on the same rows: which rows, which cuts, which figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.records import Sentiment
from monitor.records.candidate import LEAST_ROWS, Cut, Measure, Outcome, Part
from monitor.training.beside import beside
from monitor.training.compare import score
from monitor.training.dataset import Example
from monitor.training.gate import ruling
from tests.candidate_world import JUDGING, Gloomy, Sharp
from tests.classify_world import write_rows
from tests.world import RuleClassifier, RuleVerdict

OLD, NONE = RuleClassifier(), Path("tidak-ada")


def found(cuts: Sequence[Cut], measure: Measure, part: Part = Part.ALL, name: str = "all") -> Cut:
    return next(c for c in cuts if (c.measure, c.part, c.name) == (measure, part, name))


def test_figures_are_those_of_scoring_all_rows() -> None:
    cuts = beside(OLD, Sharp(), JUDGING, NONE, 200).cuts
    tone = found(cuts, Measure.SENTIMENT)
    texts = [one.text for one in JUDGING]
    for model, figure in ((OLD, tone.old), (Sharp(), tone.new)):
        said = [str(verdict.sentiment) for verdict in model.predict(texts)]
        true = [str(one.sentiment) for one in JUDGING]
        assert figure == pytest.approx(score(tuple(Sentiment), true, said).macro_f1)
    assert (tone.rows, tone.low > 0, tone.low < tone.gain < tone.high) == (120, True, True)
    complaints = found(cuts, Measure.COMPLAINTS)
    assert (complaints.rows, complaints.old, complaints.new) == (80, 0.5, 1.0)


def test_every_cut_that_holds_enough_rows_is_judged() -> None:
    more = [replace(one, language="bjn") for one in JUDGING[:57]]
    few = [replace(one, language="nij", platform="x") for one in JUDGING[57 : 57 + LEAST_ROWS - 1]]
    cuts = beside(OLD, Sharp(), [*more, *few], NONE, 100).cuts
    named = {(cut.part, cut.name) for cut in cuts}
    assert (Part.LANGUAGE, "bjn") in named and (Part.PLATFORM, "wordpress") in named
    assert (Part.LANGUAGE, "nij") not in named and (Part.PLATFORM, "x") not in named
    road = found(cuts, Measure.ONE_ISSUE, Part.ISSUE, "lainnya")
    assert (road.old, road.new, road.low, road.high) == (1.0, 1.0, 0.0, 0.0)
    assert (Part.ISSUE, "jalan_infrastruktur") not in named, "29 rows of it"
    assert found(cuts, Measure.SENTIMENT, Part.ISSUE, "lainnya").gain > 0


def test_the_language_is_that_of_the_serving_model_where_none_is_told() -> None:
    class Banjar(RuleClassifier):
        def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
            return [replace(one, language="bjn") for one in super().predict(texts)]

    cuts = beside(Banjar(), OLD, JUDGING, NONE, 100).cuts
    assert {cut.name for cut in cuts if cut.part is Part.LANGUAGE} == {"bjn"}


def test_a_label_without_tone_judges_the_issue_alone() -> None:
    rows = [Example("Jalan licin", "label", None, "jalan_infrastruktur")]
    rows += [Example("Kabar sore", "label", Sentiment.NETRAL)]
    compared = beside(OLD, Sharp(), rows, NONE, 50)
    assert found(compared.cuts, Measure.SENTIMENT).rows == 1
    assert found(compared.cuts, Measure.ISSUE).rows == 1
    assert {cut.measure for cut in compared.cuts} == {Measure.SENTIMENT, Measure.ISSUE}
    assert compared.ece.keys() == {"sentiment", "issue"}


def test_without_rows_and_suites_there_is_nothing_to_say() -> None:
    compared = beside(OLD, Sharp(), [], NONE, 50)
    assert (compared.cuts, dict(compared.judged), dict(compared.ece)) == ((), {}, {})


def test_the_suites_judge_pairs_and_chat(tmp_path: Path) -> None:
    pairs = [["jalan sudah bagus", "jalan rusak", "negation", "id"]] * 3
    pairs += [["drainase lancar", "drainase mampet", "negation", "id"]]
    write_rows(tmp_path / "pairs.csv", pairs, ["better", "worse", "kind", "language"])
    chat = [["hati ini banjir rindu", "jest"], ["mantap kopinya", "chat"]]
    write_rows(tmp_path / "offtopic.csv", chat, ["text", "kind"])
    compared = beside(OLD, Sharp(), [], tmp_path, 100)
    assert compared.judged == {"pairs": 4, "chat": 2}
    ordered = found(compared.cuts, Measure.PAIRS, Part.SUITE, "pairs")
    assert (ordered.old, ordered.new, ordered.rows) == (0.75, 1.0, 4)
    alone = found(compared.cuts, Measure.CHAT, Part.SUITE, "chat")
    assert (alone.old, alone.new) == (0.5, 0.5)


def test_own_and_labelled_rows_are_counted_apart() -> None:
    rows = [*JUDGING[:3], replace(JUDGING[3], origin="own")]
    assert beside(OLD, OLD, rows, NONE, 20).judged == {"label": 3, "own": 1}


def test_calling_everything_negative_never_passes() -> None:
    said = ruling(beside(OLD, Gloomy(), JUDGING, NONE).cuts)
    assert said.outcome is Outcome.WORSE and said.fell and said.worse


def test_how_sure_and_how_right_are_told_for_both() -> None:
    ece = beside(OLD, Gloomy(), JUDGING, NONE, 50).ece["sentiment"]
    assert ece[0] == pytest.approx(0.2, abs=0.15) and ece[1] == pytest.approx(0.2333, abs=0.01)
