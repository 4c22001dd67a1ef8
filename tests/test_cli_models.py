"""The trainer's commands from end to end: train, gate, promote, roll back; service or none."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor import promoting
from monitor.classify.model_files import point_to, save, served, told_training
from monitor.cli import run_command
from monitor.config import load_settings
from monitor.records import CommentId, LabelField, Role
from monitor.records.candidate import CandidateState
from monitor.store import candidates, comments, open_store, people, predictions, serving, sources
from monitor.store.connection import rows
from monitor.store.locking import held
from monitor.text.judging import RULE, held_out
from tests.candidate_world import report
from tests.classify_world import DATA, serve, small_data, tiny_model
from tests.world import NOW, SITE, make_comment

GOOD, REFUSED, WRONG = 0, 1, 2


def own_rows(every: int, begin: int = 0) -> list[dict[str, str]]:
    """Some of the project's own texts, which the office is to have labelled."""
    found: list[dict[str, str]] = []
    for path in sorted((DATA / "training").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(islice(csv.DictReader(file), begin, None, every))
    return found


class Trainer:
    """An office whose model is poor and that has labelled some hundred comments."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.models = folder / "models"
        self._capture = capture

    def __call__(self, *words: str | Path) -> tuple[int, str, str]:
        self._capture.readouterr()
        code = run_command(["--config", str(self.folder / "config.toml"), *map(str, words)])
        said = self._capture.readouterr()
        return code, said.out, said.err

    def list(self) -> dict[str, dict[str, Any]]:
        _, out, _ = self("models", "list", "--json")
        return {one["version"]: one for one in map(json.loads, out.splitlines())}

    @property
    def db(self) -> Database:
        return open_store(self.folder / "siaga.db")

    def labelled_tally(self) -> object:
        db = self.db
        sql = "SELECT * FROM tally WHERE comment_id IN (SELECT comment_id FROM label) ORDER BY 1, 2"
        found = rows(db, sql)
        db.close()
        return found

    def counts(self) -> object:
        db = self.db
        found = [
            rows(db, f"SELECT * FROM {table} WHERE comments <> 0 ORDER BY 1, 2, 3")
            for table in ("hourly", "bins")
        ]
        tally = rows(db, "SELECT * FROM tally ORDER BY comment_id")
        db.close()
        return found, tally


UNLABELLED = 30


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a poor model, comments and labels; copied by each test."""
    folder = tmp_path_factory.mktemp("trainer")
    small = small_data(folder / "small", every=150)
    shutil.copytree(DATA, folder / "data", ignore=shutil.ignore_patterns("training"))
    shutil.copytree(small / "training", folder / "data" / "training")
    serve(replace(tiny_model(), version="lama"), folder / "models")
    (folder / "config.toml").write_text(
        '[paths]\ndatabase = "siaga.db"\n[classify]\nembeddings = "off"\n[web]\nport = 0\n'
        "[digest]\nmorning = ''\nevening = ''\n",
        encoding="utf-8",
    )
    db = open_store(folder / "siaga.db")
    people.add(db, "Dewi", [Role.TRAINER], 104, "siaga", NOW)
    label_comments(folder, db)
    db.close()
    return folder


def label_comments(folder: Path, db: Database) -> None:
    from monitor import app
    from monitor.steps.understand import understand

    told = [row for row in own_rows(40, 1) if row["issue"]][:460]
    sources.register(db, [(SITE, "wordpress")])
    now = datetime.now(UTC).replace(microsecond=0)
    batch = [
        make_comment(at, row["text"], now - timedelta(hours=at)) for at, row in enumerate(told, 1)
    ]
    with db.atomic():
        comments.upsert(db, batch, now, backfilled=False)
    tools = app.build_tools(load_settings(folder / "config.toml"))
    while understand(db, tools):
        pass
    serving.begin(db, tools.classifier.version, now)
    with db.atomic():
        for at, row in enumerate(told[:-UNLABELLED], 1):
            for field in (LabelField.SENTIMENT, LabelField.ISSUE):
                value = row[field.value]
                predictions.add_label(db, CommentId(at), field, value, "Dewi", now)


@pytest.fixture
def siaga(
    prepared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    bare: None,
) -> Trainer:
    shutil.copytree(prepared, tmp_path / "kantor")
    return Trainer(tmp_path / "kantor", capsys)


def test_a_better_one_is_trained_offered_promoted_and_rolled_back(siaga: Trainer) -> None:
    before, labelled = siaga.counts(), siaga.labelled_tally()
    assert labelled
    code, out, err = siaga("train")
    assert code == GOOD, err
    zone = load_settings(siaga.folder / "config.toml").office.zone
    version = f"{datetime.now(UTC).astimezone(zone):%Y-%m-%d}-a"
    assert f"model {version}: learned from" in out
    assert "✅ Lebih baik" in out
    assert "28 hari terakhir" in out
    assert siaga.counts() == before, "nothing counts otherwise before somebody decides"
    assert told_training(siaga.models / version)["held_out"] == RULE
    assert siaga.list()[version]["candidate"] == "offered"
    known = candidates.by_version(siaga.db, version)
    assert known is not None and known.report is not None
    labels = predictions.labelled_texts(siaga.db)
    assert known.report.judged["label"] == sum(held_out(text) for text, *_ in labels) >= 30
    assert 0 < known.report.taught["stored"] <= UNLABELLED, "those that never judge"
    assert known.trained_by == "admin lokal"

    code, out, err = siaga("models", "promote", version)
    assert (code, out.startswith(f"{version}: serves; ")) == (GOOD, True), err
    assert served(siaga.models) == (version, "lama")
    assert siaga.list()[version] | {"trouble": None} == {
        "version": version,
        "serving": True,
        "trouble": None,
        "candidate": "served",
        "reading": None,
    }
    assert siaga("models", "promote", version)[0] == REFUSED
    assert siaga.labelled_tally() == labelled, "labels outrank every model"
    code, out, _ = siaga("models", "rollback")
    assert (code, out.startswith("lama: serves; ")) == (GOOD, True)
    assert siaga.counts() == before
    assert siaga.list()[version]["candidate"] == "replaced"
    code, _, err = siaga("train", version)
    assert (code, "exists already" in err) == (WRONG, True)


def test_one_step_promotes_only_what_passes(siaga: Trainer) -> None:
    save(replace(tiny_model(), version="sama"), siaga.models / "sama", {})
    candidates.begin(siaga.db, "sama", "Dewi", NOW)
    code, _, err = siaga("models", "promote", "sama")
    assert (code, "training (sedang dilatih)" in err) == (REFUSED, True)
    assert "candidate: training" in siaga("models", "list")[1]
    candidates.clear(siaga.db, "sama")
    assert siaga("models", "promote", "sama")[0] == GOOD, "it came with Siaga: no candidate"
    shutil.rmtree(siaga.folder / "data" / "unseen")
    done = siaga("train", "uji-1", "--promote")
    assert done[0] == GOOD, done
    assert "uji-1: serves; " in done[1]


def test_an_offer_beside_a_model_that_is_gone_is_promoted_only_by_force(siaga: Trainer) -> None:
    for name in ("tawaran", "baru"):
        save(replace(tiny_model(), version=name), siaga.models / name, {})
    db = siaga.db
    candidates.begin(db, "tawaran", "Dewi", NOW)
    told = report(serving="lama")
    candidates.finish(db, "tawaran", CandidateState.OFFERED, told, b"", [], NOW)
    assert siaga("models", "promote", "baru")[0] == GOOD
    code, _, err = siaga("models", "promote", "tawaran")
    cause = "tawaran: compared with lama, which no longer serves; train again, or --force"
    assert (code, cause in err) == (REFUSED, True), err
    assert siaga.list()["baru"]["serving"]
    assert siaga("models", "promote", "tawaran", "--force")[0] == GOOD
    assert siaga.list()["tawaran"]["serving"]


def test_beside_a_service_it_is_only_wanted(siaga: Trainer) -> None:
    save(replace(tiny_model(), version="baru"), siaga.models / "baru", {})
    with held(siaga.folder / "siaga.db", ["collect"]):
        code, out, err = siaga("models", "promote", "baru")
        assert (code, out) == (GOOD, "baru: wanted; the service reads 460 comments first\n"), err
        assert siaga.list()["baru"]["reading"] == [0, 460]
        assert "reads the history: 0 of 460" in siaga("models", "list")[1]
        assert siaga("models", "promote", "baru")[0] == REFUSED
        code, out, _ = siaga("models", "stop")
        assert (code, out) == (GOOD, "baru: stopped; what served before goes on\n")
        assert siaga("models", "stop")[0] == REFUSED
    switches = serving.newest(siaga.db)
    assert [(one.version, one.state) for one in switches] == [
        ("baru", "stopped"),
        ("lama", "serves"),
    ]


def test_what_a_service_left_half_read_is_finished_in_the_foreground(siaga: Trainer) -> None:
    save(replace(tiny_model(), version="baru"), siaga.models / "baru", {})
    with held(siaga.folder / "siaga.db", ["collect"]):
        siaga("models", "promote", "baru")
    assert siaga("models", "promote", "baru")[0] == GOOD
    assert siaga.list()["baru"]["serving"]


def test_what_cannot_be_read_never_serves(siaga: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    save(replace(tiny_model(), version="baru"), siaga.models / "baru", {})
    (siaga.models / "baru" / "issue.npz").unlink()
    code, _, err = siaga("models", "promote", "baru")
    assert (code, "issue.npz: missing" in err) == (WRONG, True)
    monkeypatch.setattr(promoting, "load", lambda folder: None)
    code, _, err = siaga("models", "promote", "baru")
    assert (code, "not promoted: model:" in err) == (WRONG, True)
    assert served(siaga.models) == ("lama",)


def test_the_first_model_of_an_office_serves_without_a_history(siaga: Trainer) -> None:
    (siaga.folder / "siaga.db").unlink()
    (siaga.models / "CURRENT").unlink()
    code, out, err = siaga("train", "pertama")
    assert code == GOOD, err
    assert "no model serves yet: siaga models promote pertama" in out
    assert siaga("models", "promote", "pertama")[1] == "pertama: serves from the next start\n"
    code, _, err = siaga("models", "rollback")
    assert (code, "no version served before this one" in err) == (REFUSED, True)


def test_an_older_pointer_tells_what_served_before(siaga: Trainer) -> None:
    save(replace(tiny_model(), version="dulu"), siaga.models / "dulu", {})
    point_to(siaga.models, ("lama", "dulu"))
    assert siaga("models", "rollback")[1].startswith("dulu: serves; ")


def test_two_trainings_at_once_are_refused(siaga: Trainer) -> None:
    with held(siaga.folder / "siaga.db", ["train"]):
        code, _, err = siaga("train")
    assert (code, "train runs already in another process" in err) == (REFUSED, True)


def test_doubted_labels_are_printed_with_their_masked_words(siaga: Trainer) -> None:
    """People said the opposite of some plain complaints."""
    db = siaga.db
    plain = [row for row in own_rows(40, 1) if row["issue"]][:460]
    wrong = [
        at for at, row in enumerate(plain, 1)
        if row["sentiment"] == "negatif" and not held_out(row["text"])
    ][::9]  # fmt: skip
    for at in wrong:
        predictions.add_label(db, CommentId(at), LabelField.SENTIMENT, "positif", "Dewi", NOW)
    code, out, err = siaga("train", "uji-1")
    assert code == GOOD, err
    assert "Label yang meragukan:" in out
    known = candidates.by_version(db, "uji-1")
    assert known is not None and known.report is not None
    doubted = {doubt.comment_id for doubt in known.report.doubts if doubt.field == "sentiment"}
    assert doubted & set(wrong)
    assert known.state in (CandidateState.OFFERED, CandidateState.UNPROVEN, CandidateState.REFUSED)
