"""Trials: sets left out are judged by what knows nothing of them; a set that is missing is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.classify.embed import Embedder
from monitor.training.dataset import Example
from monitor.training.external import DKK, NUSAX, SMSA, external
from monitor.training.fit import Unseen
from monitor.training.material import read_examples
from monitor.training.measure import Figure
from monitor.training.trials import joined, trials
from tests.classify_world import FakeEngine, reader, silent, tiny_examples, write_rows

HEADING = ["id", "text", "label"]
TONES = ("negative", "neutral", "positive")
GOOD, BAD, PLAIN = ("enak", "ramah"), ("basi", "judes"), ("buka", "pindah")
WORDS = {"negative": BAD, "neutral": PLAIN, "positive": GOOD}
PEOPLE = ("budi", "sari", "tono", "wati", "agus")


def sayings(*before: str) -> list[tuple[str, str]]:
    """Thirty invented texts with their label, that begin with the words ``before``."""
    return [
        (" ".join([*before, person, word, person[::-1]]), tone)
        for person in PEOPLE
        for tone in TONES
        for word in WORDS[tone]
    ]


def dkk(folder: Path, labels: dict[str, str] | None = None) -> None:
    names = labels or {"negative": "negatif", "neutral": "netral", "positive": "positif"}
    rows = [[str(n), text, names[tone]] for n, (text, tone) in enumerate(sayings("vaksinnya"))]
    write_rows(folder / "dkk_semarang" / "train.csv", rows, HEADING)


def nusax(folder: Path) -> None:
    for language in ("indonesian", "banjarese"):
        said = sayings("warung", language[:3])
        rows = [[str(n), text, tone] for n, (text, tone) in enumerate(said)]
        write_rows(folder / "nusax" / language / "train.csv", rows, HEADING)


def smsa(folder: Path, *splits: str) -> None:
    (folder / "smsa").mkdir(parents=True)
    for split in splits:
        said = sayings("hotel" if split == "train" else "kamar")
        # One text stands in both splits.
        lines = [f"{text}\t{tone}" for text, tone in [*said, ("sama di dua belahan", "neutral")]]
        path = folder / "smsa" / f"{split}_preprocess.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def tried(folder: Path, embedder: Embedder | None = None) -> dict[str, Figure]:
    examples = [*tiny_examples(), *external(folder)]
    found = trials(examples, folder, reader(), embedder, silent)
    assert {one.question for one in found} == {"sentiment"}
    return {one.cut: one for one in found}


def test_every_set_that_is_there_is_tried(tmp_path: Path) -> None:
    dkk(tmp_path)
    nusax(tmp_path)
    smsa(tmp_path, "train", "valid")
    found = tried(tmp_path)
    assert {name: one.words.rows for name, one in found.items()} == {
        "dkk_semarang, never taught": 30,
        "smsa valid, alone": 31,
        "nusax by id, banjarese": 30,
        "nusax by id, indonesian": 30,
    }
    # Taught on its own train split, the words of praise and blame are known.
    assert found["smsa valid, alone"].words.macro_f1 > 0.8
    assert found["nusax by id, indonesian"].words.macro_f1 > 0.8
    assert all(one.vectors is None for one in found.values())


def test_with_vectors_every_trial_is_made_twice(tmp_path: Path) -> None:
    dkk(tmp_path)
    nusax(tmp_path)
    smsa(tmp_path, "train", "valid")
    for one in tried(tmp_path, Embedder(FakeEngine())).values():
        assert one.vectors is not None
        assert one.vectors.rows == one.words.rows


def test_a_set_that_is_missing_is_left_out(tmp_path: Path) -> None:
    dkk(tmp_path)
    assert list(tried(tmp_path)) == ["dkk_semarang, never taught"]
    other = tmp_path / "other"
    nusax(other)
    smsa(other, "train")
    assert list(tried(other)) == ["nusax by id, banjarese", "nusax by id, indonesian"]
    assert trials(tiny_examples(), tmp_path / "none", reader(), None, silent) == ()


def test_the_labels_of_a_set_left_out_change_no_answer(tmp_path: Path) -> None:
    dkk(tmp_path / "as it is")
    turned = {"negative": "positif", "neutral": "negatif", "positive": "netral"}
    dkk(tmp_path / "turned", turned)
    straight, crooked = (
        tried(tmp_path / name)["dkk_semarang, never taught"].words
        for name in ("as it is", "turned")
    )
    answered = [np.array(one.confusion).sum(axis=0).tolist() for one in (straight, crooked)]
    assert answered[0] == answered[1]
    assert straight.confusion != crooked.confusion


@pytest.mark.parametrize(
    ("origin", "word", "root"), [(DKK, "vaksinnya", "vaksin"), (NUSAX, "warung", "warung")]
)
def test_words_of_judged_texts_are_not_in_the_vocabulary(
    tmp_path: Path, origin: str, word: str, root: str
) -> None:
    dkk(tmp_path)
    nusax(tmp_path)
    examples = [*tiny_examples(), *external(tmp_path)]
    material = read_examples(examples, reader(), None, silent)
    judged = np.array([one.origin == origin for one in examples])
    course = material.without(judged)
    everything, known = material.course().vocabulary, course.vocabulary
    assert word in everything.words
    assert root in everything.roots
    assert not any(word in name.split() for name in known.words)
    assert root not in known.roots
    assert not any(root[:4] in piece for piece in known.pieces)
    assert course.parts.tolist() == [0 if one else -1 for one in judged]
    assert course.features.shape == (len(examples), len(course.vocabulary))


def test_smsas_train_texts_that_stand_in_valid_teach_nothing(tmp_path: Path) -> None:
    smsa(tmp_path, "train", "valid")
    train = tmp_path / "smsa" / "train_preprocess.tsv"
    text = train.read_text(encoding="utf-8")
    found = []
    for label in ("neutral", "positive"):
        changed = text.replace("sama di dua belahan\tneutral", f"Sama di DUA belahan!\t{label}")
        train.write_text(changed, encoding="utf-8")
        found.append(trials([Example("x", SMSA)], tmp_path, reader(), None, silent))
    assert found[0] == found[1]
    (only,) = found[0]
    assert (only.cut, only.words.rows) == ("smsa valid, alone", 31)


def test_answers_on_several_parts_are_put_together() -> None:
    one = Unseen(np.array([3, 4]), np.zeros((2, 3)), None)
    other = Unseen(np.array([0]), np.ones((1, 3)), None)
    both = joined([one, other])
    assert both.at.tolist() == [3, 4, 0]
    assert both.by_words.sum() == 3
    assert both.with_vectors is None
    vectored = joined([Unseen(one.at, one.by_words, one.by_words)])
    assert vectored.with_vectors is not None
    assert vectored.with_vectors.shape == (2, 3)
