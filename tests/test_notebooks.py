"""The trainers' notebooks run to their end, show what they promise and change nothing."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import matplotlib
import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from sqlite_utils import Database
from traitlets.config import Config

from monitor.classify import Classifier
from monitor.config import Settings, load_settings
from monitor.records import CommentId, LabelField, Sentiment
from monitor.store import open_store, predictions
from monitor.training import serve_here, train
from tests.classify_world import DATA, HEADING, ROOT, silent, small_data, write_rows
from tests.exporting_world import busy_office, export, texts
from tests.making import NOW, make_comment, store_comments, understand

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TIME_OUT_S = 240
KERNEL = "siaga-tests"
# A kernel that reaches for any network dies of it.
CLOSED = """
import socket
plain = socket.socket.connect
def connect(self, address):
    assert self.family == socket.AF_UNIX, f"a notebook reached for {address}"
    return plain(self, address)
socket.socket.connect = connect
"""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Run:
    """A notebook that ran: its text outputs, its pictures, and what it left in the working copy."""

    text: str
    pictures: tuple[bytes, ...]
    changed: set[str]
    left: set[str]


class Bench:
    """Working copies, and one kernel at a time that knows only this interpreter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        spec = folder / "jupyter" / "kernels" / KERNEL
        spec.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        about = {"argv": argv, "display_name": KERNEL, "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / "closed").mkdir()
        (folder / "closed" / "sitecustomize.py").write_text(CLOSED, encoding="utf-8")

    def clone(self, name: str) -> Path:
        """A fresh clone, without a model or a database, with every fifth of the own texts."""
        copy = self.folder / name
        shutil.copytree(ROOT / "notebooks", copy / "notebooks", ignore=_not_copied)
        data = small_data(copy, every=5)
        for part in ("unseen", "templates"):
            shutil.copytree(DATA / part, data / part)
        shutil.copy(ROOT / "config.toml", copy / "config.toml")
        return copy

    def run(
        self, name: str, copy: Path, cwd: Path, export: Path | None = None, **parameters: str
    ) -> Run:
        """Execute a notebook of a working copy from ``cwd``, on an export where one is given."""
        notebook = read(copy / "notebooks" / name)
        for key, value in parameters.items():
            set_parameter(notebook, key, value)
        before = state(copy)
        scratch = self.folder / f"scratch-{name}-{copy.name}-{export.name if export else 'own'}"
        scratch.mkdir()
        # The path of a socket may be 107 bytes long, so it cannot lie in the test's own folder.
        with tempfile.TemporaryDirectory(prefix="nb") as sockets:
            way = {"transport": "ipc", "ip": str(Path(sockets) / "k")}
            client = NotebookClient(
                notebook,
                kernel_name=KERNEL,
                config=Config({"AsyncKernelManager": way}),
                timeout=TIME_OUT_S,
                resources={"metadata": {"path": str(cwd)}},
            )
            told = {"SIAGA_EKSPOR": str(export)} if export else {}
            client.execute(env=self._environment(scratch) | told)
        after = state(copy)
        left = {path.name for path in scratch.glob("tmp/siaga-*/*")}
        return Run(*shown(notebook), {path for path in before | after if
                   before.get(path) != after.get(path)}, left)  # fmt: skip

    def _environment(self, scratch: Path) -> dict[str, str]:
        """No coverage in the kernel, which would double its time; nothing of the user's home."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("COVERAGE_", "COV_", "SIAGA_"))
        }
        for key in ("TMPDIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
            (scratch / key.lower()).mkdir()
            kept[key] = str(scratch / key.lower())
        (scratch / "tmp").mkdir()
        ways = [str(self.folder / "closed"), str(ROOT)]
        return kept | {
            "TMPDIR": str(scratch / "tmp"),
            "PYTHONPATH": os.pathsep.join(ways),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _not_copied(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name.startswith((".", "__"))}


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def set_parameter(notebook: NotebookNode, key: str, value: str) -> None:
    """Write a value where the trainer would."""
    cells = [cell for cell in notebook.cells if re.search(rf"^{key} = ", cell.source, re.M)]
    assert len(cells) == 1, key
    cells[0].source = re.sub(rf"^{key} = \S+", f"{key} = {value}", cells[0].source, flags=re.M)


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time of change."""
    found = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (at.st_size, at.st_mtime_ns) for path, at in found}


def shown(notebook: NotebookNode) -> tuple[str, tuple[bytes, ...]]:
    """All that a notebook shows: text, and pictures as base64."""
    data = [
        output.get("data", {"text/plain": output.get("text", "")})
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]
    kinds = ("text/markdown", "text/html", "text/plain")
    text = "\n".join(one[kind] for one in data for kind in kinds if kind in one)
    return text, tuple(one["image/png"].encode() for one in data if "image/png" in one)


def office(copy: Path) -> None:
    """A working copy with a small serving model and a database that holds labels."""
    small = small_data(copy.parent / "small", every=150)
    train(small, copy / "models", "kantor", None, [], silent, embeddings="off")
    serve_here(copy / "models", "kantor")
    labelled_store(copy / "var" / "siaga.db").close()


def labelled_store(path: Path) -> Database:
    """A database of two comments, one of them corrected by a person."""
    db = open_store(path)
    said = [make_comment("1", text="air keruh, hubungi 0812-0000-0000"), make_comment("2")]
    understand(db, store_comments(db, *said))
    for field, value in ((LabelField.ISSUE, "air_bersih"), (LabelField.SENTIMENT, "negatif")):
        predictions.add_label(db, CommentId(1), field, value, "Sari", NOW)
    return db


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("notebooks"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(made.folder / "jupyter"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(made.folder / "runtime"))
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        yield made


@pytest.fixture(scope="module")
def clone(bench: Bench) -> Path:
    return bench.clone("clone")


@pytest.fixture(scope="module")
def at_work(bench: Bench) -> Path:
    copy = bench.clone("office")
    office(copy)
    return copy


@pytest.fixture(scope="module")
def exports(at_work: Path) -> Path:
    """A folder of exports of one office: all of it, and a few labels alone."""
    folder = at_work.parent / "exports"
    folder.mkdir()
    classifier = Classifier.load(at_work / "models", at_work / "data", embeddings="off")
    for name, size, labels, more in (
        ("kantor", 300, 60, ()),
        ("label", 20, 20, ("--labels-only",)),
    ):
        busy_office(folder / name / "siaga.db", classifier, size, labels)
        export(folder / name / "siaga.db", folder / name / "ekspor", *more)
    return folder


@pytest.fixture(scope="module")
def showing() -> Iterator[ModuleType]:
    """The notebooks' module, in this process."""
    # What the module sets for its pictures ends with these tests.
    with pytest.MonkeyPatch.context() as patch, matplotlib.rc_context():
        patch.setenv("MPLBACKEND", "agg")
        yield module("showing")


@pytest.fixture(scope="module")
def exported(showing: ModuleType) -> Iterator[ModuleType]:
    """The notebooks' module about exports, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "showing", showing)
        patch.delenv("SIAGA_EKSPOR", raising=False)
        yield module("exported")


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "notebooks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, found)  # where dataclasses look for their own module
        spec.loader.exec_module(found)
    return found


def test_there_are_three_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS] == [
        "01-explore.ipynb",
        "02-train.ipynb",
        "03-errors.ipynb",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_clean(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    assert notebook.nbformat == 4
    for cell in notebook.cells:
        assert cell.metadata == {}
        assert cell.source.strip()
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    stored = path.read_text(encoding="utf-8")
    assert stored == json.dumps(json.loads(stored), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_names_no_server_and_no_folder_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"[\s\"'`(]/(?:root|work|home|tmp)\b", text)


def test_the_product_knows_nothing_of_the_notebooks() -> None:
    for path in (ROOT / "monitor").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:import|from) (?:showing|exported|notebooks)\b", code, re.M)


def test_exploring_shows_texts_words_doubts_and_labels(bench: Bench, at_work: Path) -> None:
    run = bench.run("01-explore.ipynb", at_work, at_work / "notebooks", SAMPLE="300")
    assert len(run.pictures) == 3
    assert run.left == {"isu.png", "bahasa.png", "kata.png"}
    assert run.changed == set()
    for told in ("teks latihan", "pdam", "pasangan hampir kembar", "peluang label", "baris"):
        assert told in run.text, told
    assert "**1 komentar** pernah diperbaiki" in run.text
    assert "air keruh" in run.text
    assert "0812" not in run.text


def test_training_shows_figures_and_compares_with_the_serving_model(
    bench: Bench, at_work: Path
) -> None:
    run = bench.run("02-train.ipynb", at_work, at_work / "notebooks", SAMPLE="500")
    assert len(run.pictures) == 4
    assert run.left == {"models", "precision.png"}
    assert run.changed == set()
    assert re.search(r"sentimen\t[\d.]+\t0,[5-9]\d\t", run.text)
    assert re.search(r"label\t1\b", run.text)
    assert re.search(r"0,85\t\d+ %\t\d+ %\t\d+ %", run.text)
    assert re.search(r"isu, teks ujian\t\d+\t\d+ %\t\d+ %\tlebih baik", run.text)
    assert re.search(r"pasangan kalimat diurutkan benar\t\d+\t\d+ %\t\d+ %\t", run.text)
    assert "**Tidak lebih buruk.**" in run.text
    assert "Dikembalikan ke **percobaan-sebelumnya**" in run.text


def test_errors_are_shown_in_a_fresh_clone(bench: Bench, clone: Path) -> None:
    run = bench.run("03-errors.ipynb", clone, clone, SAMPLE="500")
    assert len(run.pictures) == 2
    assert run.left == {
        "ujian.csv",
        "bagian.png",
        *(f"confusion-{name}.png" for name in HEADING[1:]),
    }
    assert run.changed == set()
    assert "**Model yang sedang dipakai belum dapat dibaca**" in run.text
    assert "Model **kecil** dinilai pada" in run.text
    assert run.text.count('<span style="background:rgba(') > 50
    for told in ("Banjar", "6 sampai 12 kata", "kata sangkal", "gurauan"):
        assert re.search(rf"^{told}(?: \*)?\t\d+\t\d+ %", run.text, re.M), told


def test_errors_of_the_serving_model_are_shown_on_a_file(bench: Bench, at_work: Path) -> None:
    rows = [
        ["air pdam mati tiga hari", "negatif", "air_bersih", "keluhan", "tidak", "id"],
        ["jalan kami mulus, terima kasih", "netral", "kesehatan", "apresiasi", "tidak", "id"],
        ["tolong hubungi 0812-0000-0000", "positif", "", "", "", ""],
    ]
    write_rows(at_work.parent / "uji.csv", rows)
    run = bench.run("03-errors.ipynb", at_work, at_work / "notebooks", DATA='"../../uji.csv"')
    assert "Model **kantor** dinilai pada **3 teks**" in run.text
    assert "Diuji: model **kantor**" in run.text
    assert "mulus" in run.text
    assert "0812" not in run.text
    assert "ujian.csv" not in run.left
    assert run.changed == set()


# The office's own export.


def test_exploring_an_export_shows_sources_doubts_and_strange_words(
    bench: Bench, at_work: Path, exports: Path
) -> None:
    folder = exports / "kantor" / "ekspor"
    run = bench.run("01-explore.ipynb", at_work, at_work / "notebooks", folder)
    assert len(run.pictures) == 3
    assert run.changed == set()
    assert "299 komentar warga tanpa iklan; 60 berlabel dari orang" in run.text
    assert "Tulisan warga, data pribadi" in run.text
    assert "teks latihan** sudah dibaca" not in run.text
    for source in ("mmc_ig", "mmc_fb", "berita"):
        assert re.search(rf"^{source}\t(?:99|100)\t\d+ %\t\d+ %\t20\t\d+ %", run.text, re.M)
    assert re.search(r"^Kata|\w+ \(\d+\), \w+ \(\d+\)", run.text, re.M)
    assert re.search(r"\tk\d+$", run.text, re.M)
    assert "**60 komentar** pernah diperbaiki" in run.text
    assert "0812" not in run.text
    assert "fulan" not in run.text


def test_training_with_an_export_judges_on_labels_it_was_not_taught(
    bench: Bench, at_work: Path, exports: Path
) -> None:
    folder = exports / "kantor" / "ekspor"
    run = bench.run("02-train.ipynb", at_work, at_work / "notebooks", folder, SAMPLE="300")
    assert run.changed == set()
    taught = re.search(r"^label\t(\d+)$", run.text, re.M)
    judging = re.search(r"Baru (\d+) label ujian", run.text)
    assert taught is not None
    assert judging is not None
    # Near twins of a judging text are in neither.
    assert 50 <= int(taught[1]) + int(judging[1]) <= 60
    assert re.search(rf"^sentimen \(macro-F1\)\tsemua\t{judging[1]}\t0,", run.text, re.M)
    assert "yang disisihkan: **belum dapat diputuskan**" in run.text
    assert "mungkin pernah mempelajari label ini" not in run.text


def test_errors_on_an_export_are_those_against_people(
    bench: Bench, at_work: Path, exports: Path
) -> None:
    folder = exports / "kantor" / "ekspor"
    run = bench.run("03-errors.ipynb", at_work, at_work / "notebooks", folder)
    assert run.changed == set()
    assert "Model **kantor** dinilai pada **60 teks**" in run.text
    for part in ("di instagram \\*", "di facebook \\*", "di wordpress \\*", "Indonesia"):
        assert re.search(rf"^{part}\t\d+\t\d+ %\t\d+ %", run.text, re.M), part
    assert re.search(r"^isu menurut label\tteks\tsentimen benar\tisu benar$", run.text, re.M)
    assert run.text.count('<span style="background:rgba(') > 20
    assert "0812" not in run.text


def test_a_few_labels_alone_are_read_and_told_kindly(
    exported: ModuleType, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(exported, "note", told.append)
    office = exported.read(exports / "label" / "ekspor", {one.issue for one in texts(300)})
    assert not office.comments
    assert len(office.labels) == len(office.examples()) == 20
    assert {one.origin for one in office.labels} == {"label"}
    assert "0 komentar warga tanpa iklan; 20 berlabel dari orang" in told[0]
    assert exported.few(20, "label")
    assert "Baru 20 label" in told[1]
    assert not exported.few(30, "label")
    assert len(told) == 2


def test_an_issue_that_only_people_named_teaches_too(exported: ModuleType, tmp_path: Path) -> None:
    with labelled_store(tmp_path / "siaga.db").conn as conn:
        conn.execute("DELETE FROM label WHERE field = 'sentiment'")
    folder = export(tmp_path / "siaga.db", tmp_path / "ekspor")
    (label,) = exported.read(folder, ("air_bersih",)).labels
    assert (label.sentiment, label.issue) == (None, "air_bersih")
    assert exported.read(folder, ("lain",)).labels == []


def test_a_raw_export_is_masked_before_anybody_sees_it(
    exported: ModuleType, tmp_path: Path
) -> None:
    labelled_store(tmp_path / "siaga.db").close()
    folder = export(tmp_path / "siaga.db", tmp_path / "ekspor", "--with-text", "raw")
    assert "0812" in (folder / "comments.csv").read_text(encoding="utf-8")
    office = exported.read(folder, ("air_bersih",))
    assert "0812" not in repr(office)
    assert "[telepon]" in office.labels[0].text
    assert not exported.as_written(office.labels[0].text)


def test_without_an_export_the_own_texts_are_meant(
    exported: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(exported, "note", told.append)
    assert exported.read(None, ()) is None
    assert told == []
    monkeypatch.setenv("SIAGA_EKSPOR", str(tmp_path))
    assert exported.read(None, ()) is None
    assert "Tidak ada ekspor di" in told[0]


def test_a_missing_or_damaged_model_is_told_politely(showing: ModuleType, tmp_path: Path) -> None:
    found = at(tmp_path)
    assert showing.serving_model(found) is None
    (tmp_path / "models" / "rusak").mkdir(parents=True)
    (tmp_path / "models" / "rusak" / "model.json").write_text("{", encoding="utf-8")
    (tmp_path / "models" / "CURRENT").write_text("rusak\n", encoding="utf-8")
    assert showing.serving_model(found) is None


def test_a_database_is_read_from_a_copy(showing: ModuleType, tmp_path: Path) -> None:
    found = at(tmp_path)
    assert showing.office_labels(found) == []
    assert list(tmp_path.glob("var/*")) == []
    found.database.parent.mkdir()
    found.database.write_bytes(b"no database at all, only some words")
    assert showing.office_labels(found) == []
    found.database.unlink()
    sqlite3.connect(found.database).close()
    assert showing.office_labels(found) == []
    assert found.database.read_bytes() == b""


def test_labels_are_read_beside_a_running_service(showing: ModuleType, tmp_path: Path) -> None:
    found = at(tmp_path)
    service = labelled_store(found.database)
    written = found.database.read_bytes()
    assert [label[1:3] for label in showing.office_labels(found)] == [("negatif", "air_bersih")]
    assert found.database.read_bytes() == written
    predictions.add_label(service, CommentId(2), LabelField.SENTIMENT, "netral", "Sari", NOW)
    assert len(showing.office_labels(found)) == 2
    service.close()


def test_numbers_are_written_as_indonesians_write_them(showing: ModuleType) -> None:
    assert showing.number(14791) == "14.791"
    assert showing.number(0.754) == "0,75"
    assert showing.percent(1, 3) == "33 %"
    assert showing.percent(1, 0) == "-"
    assert showing.TONES.keys() == set(Sentiment)


def at(folder: Path) -> Settings:
    """The settings of a folder that holds nothing yet."""
    shutil.copy(ROOT / "config.toml", folder / "config.toml")
    return load_settings(folder / "config.toml")
