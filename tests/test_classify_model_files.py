"""Model folders: written the same, read whole or refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from monitor.classify.features import Vocabulary
from monitor.classify.heads import Head
from monitor.classify.model_files import (
    FORMAT,
    HEADS,
    Model,
    load,
    load_serving,
    packed,
    point_to,
    save,
    served,
    serving,
)
from monitor.errors import ModelError

SURE = tuple(0.01 * step for step in range(50))
PAPERS = {"card.md": b"# card\n", "confusion-issue.png": b"\x89PNG"}


def model(version: str = "v1", vectors: bool = True) -> Model:
    chance = np.random.default_rng(3)

    def head(rows: int) -> Head:
        weights = chance.normal(size=(rows, 2)).astype(np.float16).astype(np.float32)
        bias = np.array([0.5, -0.5], dtype=np.float32)
        return Head(("a", "b"), weights, bias, 1.5, share=0.25, sure_from=SURE)

    rarity = np.array([1.0, 2.0, 3.0, 1.5], dtype=np.float32)
    return Model(
        version=version,
        vocabulary=Vocabulary(("jalan", "jalan rusak"), ("ja",), ("jalan",), ("issue x",), rarity),
        heads={name: head(5) for name in HEADS},
        vectors={"sentiment": head(384)} if vectors else {},
        urgent_from=(0.4, 0.5),
        training={"rows": {"own": 3}},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(model(), tmp_path / "v1", PAPERS)
    return tmp_path / "v1"


@pytest.mark.parametrize("vectors", [True, False])
def test_a_model_comes_back_as_it_was(tmp_path: Path, vectors: bool) -> None:
    save(model(vectors=vectors), tmp_path / "v1", PAPERS)
    found, wanted = load(tmp_path / "v1"), model(vectors=vectors)
    assert (found.version, found.urgent_from, found.training) == (
        "v1",
        (0.4, 0.5),
        {"rows": {"own": 3}},
    )
    assert found.vocabulary.words == wanted.vocabulary.words
    assert found.vocabulary.roots == wanted.vocabulary.roots
    assert found.vocabulary.rules == wanted.vocabulary.rules
    assert set(found.vectors) == set(wanted.vectors)
    for name in HEADS:
        np.testing.assert_array_equal(found.heads[name].weights, wanted.heads[name].weights)
        assert found.heads[name].temperature == 1.5
        assert found.heads[name].sure_from == SURE
    for name, head in found.vectors.items():
        np.testing.assert_array_equal(head.weights, wanted.vectors[name].weights)
        assert (head.temperature, head.share, head.sure_from) == (1.5, 0.25, SURE)


def test_papers_for_people_lie_beside_the_numbers(folder: Path) -> None:
    for name, body in PAPERS.items():
        assert (folder / name).read_bytes() == body
    (folder / "card.md").unlink()
    assert load(folder).version == "v1"


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    save(model(), tmp_path / "here" / "v1", PAPERS)
    save(model(), tmp_path / "there" / "v1", PAPERS)
    for path in (tmp_path / "here" / "v1").iterdir():
        assert path.read_bytes() == (tmp_path / "there" / "v1" / path.name).read_bytes()


def test_an_empty_vocabulary_is_no_word(tmp_path: Path) -> None:
    none = np.zeros(0, dtype=np.float32)
    bare = Head(("a", "b"), np.zeros((0, 2), np.float32), np.zeros(2, np.float32))
    empty = Model(
        "v0", Vocabulary((), (), (), (), none), dict.fromkeys(HEADS, bare), {}, (0.5, 0.5)
    )
    save(empty, tmp_path / "v0", {})
    found = load(tmp_path / "v0").vocabulary
    assert (found.words, found.pieces, found.roots, found.rules) == ((), (), (), ())


def test_a_standing_version_is_not_written_over(folder: Path) -> None:
    with pytest.raises(ModelError, match="exists already"):
        save(model(), folder, {})


@pytest.mark.parametrize("version", ["", "../up", ".hidden", "a b", "x" * 65])
def test_odd_version_names_are_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ModelError, match="accepted: letters"):
        save(model(version), tmp_path / "v1", {})


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        save(model(), tmp_path / "file" / "v1", {})


def test_leavings_of_a_run_that_died_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".v1.part").mkdir()
    (tmp_path / ".v1.part" / "rubbish").write_text("")
    save(model(), tmp_path / "v1", {})
    assert not (tmp_path / "v1" / "rubbish").exists()


@pytest.mark.parametrize("name", [*(f"{head}.npz" for head in HEADS), "features.npz", "embed.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: missing"):
        load(folder)


@pytest.mark.parametrize("name", ["issue.npz", "features.npz", "embed.npz"])
def test_a_damaged_file_is_named(folder: Path, name: str) -> None:
    body = bytearray((folder / name).read_bytes())
    body[len(body) // 2] ^= 0xFF
    (folder / name).write_bytes(body)
    with pytest.raises(ModelError, match=f"{name}: damaged"):
        load(folder)


def test_a_missing_folder_and_its_missing_description_are_named(folder: Path) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        load(folder.with_name("v9"))
    (folder / "model.json").unlink()
    with pytest.raises(ModelError, match=r"model\.json: missing"):
        load(folder)


def test_a_file_that_is_a_folder_is_named(folder: Path) -> None:
    (folder / "urgent.npz").unlink()
    (folder / "urgent.npz").mkdir()
    with pytest.raises(ModelError, match=r"urgent\.npz: cannot be read"):
        load(folder)


@pytest.mark.parametrize("body", ["{", "[]", '{"format": "2"}', '{"format": 2}', "{}", "\udcff"])
def test_a_damaged_description_is_refused(folder: Path, body: str) -> None:
    (folder / "model.json").write_bytes(body.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match=r"model\.json: damaged"):
        load(folder)


def test_a_newer_format_is_refused_with_a_way_out(folder: Path) -> None:
    about = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(about | {"format": FORMAT + 1}))
    with pytest.raises(ModelError, match="newer than this siaga reads"):
        load(folder)


def test_an_older_format_is_refused_with_a_way_out(folder: Path) -> None:
    about = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(about | {"format": FORMAT - 1}))
    with pytest.raises(ModelError, match=r"model\.json: format 1 is older than .* train it anew"):
        load(folder)


@pytest.mark.parametrize("part", ["words", "pieces", "roots", "rules", "rarity"])
def test_a_part_of_the_vocabulary_that_lacks_is_named(folder: Path, part: str) -> None:
    with np.load(folder / "features.npz") as archive:
        body = packed({name: archive[name] for name in archive if name != part})
    about = json.loads((folder / "model.json").read_text())
    about["files"]["features.npz"] = sha256(body).hexdigest()
    (folder / "features.npz").write_bytes(body)
    (folder / "model.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match=f"v1.*damaged.*{part}"):
        load(folder)


def _fewer_classes(about: dict[str, dict[str, dict[str, object]]]) -> None:
    about["heads"]["issue"]["classes"] = ["a"]


def _fewer_vector_classes(about: dict[str, dict[str, dict[str, object]]]) -> None:
    about["vectors"]["sentiment"]["classes"] = ["a", "b", "c"]


@pytest.mark.parametrize("change", [_fewer_classes, _fewer_vector_classes])
def test_parts_that_do_not_fit_are_refused(
    folder: Path, change: Callable[[dict[str, dict[str, dict[str, object]]]], None]
) -> None:
    about = json.loads((folder / "model.json").read_text())
    change(about)
    (folder / "model.json").write_text(json.dumps(about))
    with pytest.raises(ModelError, match="do not fit each other"):
        load(folder)


def test_the_pointer_names_the_serving_folder(folder: Path) -> None:
    models = folder.parent
    with pytest.raises(ModelError, match="promote a version first"):
        serving(models)
    point_to(models, ("v1", "v0"))
    assert serving(models) == folder
    assert served(models) == ("v1", "v0")
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match="v1: no such folder"):
        serving(models)


def test_the_newest_that_can_be_read_serves_for_one_that_cannot(tmp_path: Path) -> None:
    for version in ("v0", "v1", "v2"):
        save(model(version), tmp_path / version, {})
    point_to(tmp_path, ("v2", "..", "v1", "v0"))
    found, trouble = load_serving(tmp_path)
    assert (found.version, trouble) == ("v2", None)
    (tmp_path / "v2" / "issue.npz").unlink()
    found, trouble = load_serving(tmp_path)
    assert found.version == "v1"
    assert "v2/issue.npz: missing" in str(trouble)
    shutil.rmtree(tmp_path / "v1")
    assert load_serving(tmp_path)[0].version == "v0"
    (tmp_path / "v0" / "model.json").unlink()
    with pytest.raises(ModelError, match=r"v2/issue\.npz: missing"):
        load_serving(tmp_path)


def test_a_pointer_out_of_the_folder_is_refused(folder: Path) -> None:
    point_to(folder.parent, ("..",))
    with pytest.raises(ModelError, match="no such folder"):
        serving(folder.parent)


def test_a_pointer_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="CURRENT: cannot be written"):
        point_to(tmp_path / "nowhere", ("v1",))
