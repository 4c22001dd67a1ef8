"""``siaga label``: out to Label Studio, back in row by row, and how far people agree."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from monitor import app
from monitor.records import CommentId, LabelField
from monitor.store import comments, label_queue, predictions
from monitor.store.connection import changed
from tests.label_world import FLOOD, ROADS, labelled, queue, state
from tests.test_cli import GOOD, REFUSED, WRONG, Office
from tests.world import NOW, make_comment, make_tools, seed_comments


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, bare: None
) -> Office:
    """Three comments that wait for labels."""
    monkeypatch.setattr(app, "utc_now", lambda: NOW)
    office = Office(tmp_path, capsys)
    office.configure("[training]\ndouble_share = 0.0\n")
    queue(office.store, make_tools(tmp_path), 3)
    return office


def given_back(office: Office, *rows: dict[str, Any], name: str = "hasil.csv") -> Path:
    """What Label Studio's CSV export makes of rows: its own columns beside ours."""
    out = io.StringIO()
    own = {"annotation_id": 9, "created_at": "2026-03-02T03:00:00Z", "lead_time": 4.2}
    whole = [{"id": 500 + at, **row, **own} for at, row in enumerate(rows)]
    names = list(dict.fromkeys(key for row in whole for key in row))
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(whole)
    return office.file(name, out.getvalue())


def row(number: int, tone: str = "negatif", issue: str = FLOOD, who: str = "dewi@uji") -> Any:
    return {"comment_id": number, "sentiment": tone, "issue": issue, "annotator": who}


def test_tasks_go_out_as_csv_masked_with_their_prediction(office: Office) -> None:
    db = office.store
    (number,) = seed_comments(
        db, make_tools(office.folder), ["banjir parah,\nhubungi 0812-0000-0000"]
    )
    label_queue.put(db, [label_queue.ToLabel(number, "rare", 9.0)], NOW)
    done = office("label", "export", "--out", office.folder / "tugas.csv")
    assert done.code == GOOD
    assert "4 comments" in done.out
    with (office.folder / "tugas.csv").open(encoding="utf-8", newline="") as file:
        first, *others = list(csv.DictReader(file))
    assert len(others) == 3
    assert first["comment_id"] == str(number)
    assert "0812" not in first["text"] and "\n" in first["text"]
    assert (first["predicted_sentiment"], first["predicted_issue"]) == ("negatif", FLOOD)
    assert first["reason"] == "isunya jarang, contohnya masih sedikit"
    assert "id" not in first, "Label Studio puts its own there"


def test_tasks_go_out_as_json_with_a_prediction_that_fits_the_interface(office: Office) -> None:
    out = office.folder / "tugas.json"
    assert office("label", "export", "--out", out, "--most", "2").code == GOOD
    first, second = json.loads(out.read_text(encoding="utf-8"))
    assert (first["data"]["comment_id"], second["data"]["comment_id"]) == (1, 2)
    written = out.with_suffix(".xml").read_text(encoding="utf-8")
    view = ElementTree.fromstring(written)  # noqa: S314 (our own file)
    shown = view.find("Text")
    assert shown is not None
    assert shown.attrib["value"].removeprefix("$") in first["data"]
    controls = {one.attrib["name"]: one for one in view.iter("Choices")}
    assert first["predictions"][0]["model_version"] == "rules-1"
    assert 0 <= first["predictions"][0]["score"] <= 1
    for result in first["predictions"][0]["result"]:
        control = controls[result["from_name"]]
        assert (result["type"], result["to_name"]) == ("choices", control.attrib["toName"])
        offered = {choice.attrib["alias"] for choice in control}
        assert set(result["value"]["choices"]) <= offered
    assert {choice.attrib["value"] for choice in controls["sentiment"]} == {
        "Negatif",
        "Netral",
        "Positif",
    }


def test_what_was_exported_and_labelled_comes_back_as_labels(office: Office) -> None:
    out = office.folder / "tugas.csv"
    office("label", "export", "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        tasks = list(csv.DictReader(file))
    rows = [
        {**task, "sentiment": "Positif", "issue": "Kesehatan", "annotator": "Dewi  (uji)"}
        for task in tasks
    ]
    done = office("label", "import", given_back(office, *rows))
    assert (done.code, done.out, done.err) == (GOOD, "3 kept, 0 known already, 0 refused\n", "")
    db = office.store
    assert labelled(db, 1) == {
        "sentiment": ("positif", "Dewi (uji)"),
        "issue": ("kesehatan", "Dewi (uji)"),
    }
    again = office("label", "import", given_back(office, *rows), "--json")
    assert again.lines == [{"kept": 0, "known": 3, "refused": 0}]


def test_json_min_comes_back_too(office: Office) -> None:
    told = [
        {"comment_id": 1, "id": 77, "sentiment": "netral", "issue": ROADS, "annotator": 3},
        {"comment_id": 2, "id": 78, "sentiment": "netral", "issue": ROADS, "annotator": None},
    ]
    file = office.file("hasil.json", json.dumps(told))
    assert office("label", "import", file).code == GOOD
    assert labelled(office.store, 1)["issue"] == (ROADS, "3")
    assert labelled(office.store, 2)["issue"] == (ROADS, "label studio")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sentiment": "marah"}, "sentiment: 'marah': accepted: negatif, netral, positif"),
        ({"sentiment": ""}, "sentiment: '': accepted"),
        ({"issue": "tidak_ada"}, "issue: 'tidak_ada': accepted: "),
        ({"issue": '["a", "b"]'}, "accepted: "),
        ({"comment_id": "99"}, "comment 99: not known"),
        ({"comment_id": "satu"}, "comment_id: 'satu': accepted: a number"),
        ({"comment_id": "9" * 30}, "accepted: a number"),
        ({"comment_id": ""}, "comment_id: '': accepted: a number"),
        ({"seen": "lama"}, "comment 2: edited since it was exported"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_with_its_line_and_the_others_are_kept(
    office: Office, changes: dict[str, str], reason: str
) -> None:
    done = office("label", "import", given_back(office, row(1), {**row(2), **changes}, row(3)))
    assert done.code == REFUSED
    assert done.out == "2 kept, 0 known already, 1 refused\n"
    (line,) = done.err.splitlines()
    assert line.startswith("hasil.csv: 3: ")
    assert reason in line
    assert [state(office.store, CommentId(n)) for n in (1, 2, 3)] == [
        "settled",
        "waiting",
        "settled",
    ]


def test_two_annotators_must_agree(office: Office) -> None:
    file = given_back(
        office,
        row(1),
        row(1, who="ani@uji"),
        row(2),
        row(2, issue=ROADS, who="ani@uji"),
        row(2, issue=ROADS, who="budi@uji"),
    )
    done = office("label", "import", file)
    assert done.code == REFUSED
    assert "comment 2: settled already" in done.err
    db = office.store
    assert [state(db, CommentId(n)) for n in (1, 2)] == ["settled", "conflict"]
    assert labelled(db, 2) == {}
    told = office("label", "stats", "--json").lines[0]
    assert (told["waiting"], told["conflicts"], told["settled"]) == (1, 1, 1)
    assert told["answers"] == {"ani@uji": 2, "dewi@uji": 2}
    tone, issue = told["agreement"]
    assert (tone["people"], tone["items"], tone["alike"], tone["kappa"]) == (
        ["ani@uji", "dewi@uji"],
        2,
        1.0,
        None,
    )
    assert (issue["alike"], issue["kappa"]) == (0.5, 0.0)
    assert issue["words"] == "kappa 0,00: sangat lemah (baru 2, belum mantap)"
    lines = office("label", "stats").out.splitlines()
    assert lines[0] == "1 menunggu, 1 berbeda pendapat, 1 selesai, 0 dilepas"
    assert lines[1] == "Jawaban 30 hari terakhir: ani@uji 2, dewi@uji 2"
    assert lines[3].startswith("ani@uji & dewi@uji, isu: 2 komentar, 50 % sama, kappa 0,00")


def test_what_is_before_somebody_else_can_be_imported_all_the_same(office: Office) -> None:
    assert label_queue.hand(office.store, "Dewi", NOW) == 1
    assert office("label", "import", given_back(office, row(1))).code == GOOD
    assert labelled(office.store, 1)["issue"] == (FLOOD, "dewi@uji")


def test_a_comment_that_never_was_in_the_queue_can_be_labelled_unless_it_is(
    office: Office,
) -> None:
    tools = make_tools(office.folder)
    db = office.store
    fresh, known = seed_comments(db, tools, ["jalan rusak parah sekali", "sampah bau di pasar"])
    predictions.add_label(db, known, LabelField.ISSUE, ROADS, "Budi", NOW)
    done = office("label", "import", given_back(office, row(int(fresh)), row(int(known))))
    assert done.code == REFUSED
    assert f"comment {known}: settled already" in done.err
    assert labelled(db, int(fresh))["issue"] == (FLOOD, "dewi@uji")
    assert labelled(db, int(known)) == {"issue": (ROADS, "Budi")}


def test_what_was_let_go_after_it_was_exported_is_taken_all_the_same(office: Office) -> None:
    db = office.store
    predictions.add_label(db, CommentId(2), LabelField.ISSUE, ROADS, "Budi", NOW)
    later = NOW + timedelta(days=15)
    assert label_queue.tidy(db, later, later) == 3
    done = office("label", "import", given_back(office, row(1), row(2)))
    assert done.code == REFUSED
    assert done.err.splitlines() == ["hasil.csv: 3: comment 2: settled already"]
    assert labelled(db, 1)["issue"] == (FLOOD, "dewi@uji")
    assert [state(db, CommentId(n)) for n in (1, 2, 3)] == ["settled", "dropped", "dropped"]


def test_a_refused_row_leaves_what_was_let_go_as_it_was(office: Office) -> None:
    db = office.store
    assert label_queue.tidy(db, NOW + timedelta(days=1), NOW) == 3
    changed(db, "UPDATE comment SET erased_at = 1 WHERE id = 1")
    db.conn.commit()
    assert "settled already" in office("label", "import", given_back(office, row(1))).err
    assert state(db, CommentId(1)) == "dropped"


def test_a_json_row_without_a_number_is_refused_alone(office: Office) -> None:
    lost = {"id": 7, "sentiment": "netral", "issue": ROADS}
    file = office.file("hasil.json", json.dumps([lost, row(1), lost, row(2)]))
    done = office("label", "import", file)
    assert (done.code, done.out) == (REFUSED, "2 kept, 0 known already, 2 refused\n")
    assert done.err.splitlines() == [
        f"hasil.json: {at}: comment_id: '': accepted: a number" for at in (1, 3)
    ]


def test_the_same_person_cannot_answer_twice_differently(office: Office) -> None:
    office("label", "import", given_back(office, row(1)))
    done = office("label", "import", given_back(office, row(1, tone="positif")))
    assert "comment 1: answered by dewi@uji already" in done.err


def test_what_is_not_understood_yet_waits(office: Office) -> None:
    db = office.store
    with db.atomic():
        comments.upsert(db, [make_comment(50, "baru saja")], NOW, backfilled=False)
    number = db.execute("SELECT max(id) FROM comment").fetchone()[0]
    done = office("label", "import", given_back(office, row(number)))
    assert f"comment {number}: not yet understood" in done.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "text,sentiment\nx,netral\n", "no column comment_id"),
        ("a.csv", "", "no column comment_id"),
        ("a.json", "[]", "no column comment_id"),
        ("a.json", "{rusak", "no JSON"),
        ("a.json", '{"comment_id": 1}', "no list of rows"),
        ("a.json", '[{"data": {"comment_id": 1}, "annotations": []}]', "no column comment_id"),
    ],
)
def test_another_file_is_refused_whole(office: Office, name: str, content: str, told: str) -> None:
    done = office("label", "import", office.file(name, content))
    assert done.code == REFUSED
    assert told in done.err


def test_files_that_cannot_be_read_or_written_are_named(office: Office) -> None:
    assert office("label", "import", office.folder / "tidak-ada.csv").code == WRONG
    assert office("label", "import", office.file("b.csv", b"\xff\xfe\xfa")).code == WRONG
    done = office("label", "export", "--out", office.folder / "tidak-ada" / "x.csv")
    assert done.code == WRONG
    assert "--out" in done.err


@pytest.mark.parametrize("name", ["tugas.xml", "tugas.xlsx", "tugas"])
def test_tasks_are_written_as_csv_or_json_only(office: Office, name: str) -> None:
    done = office("label", "export", "--out", office.folder / name)
    assert done.code == WRONG
    assert "accepted: .csv .json" in done.err
    assert not (office.folder / name).exists()


def test_an_empty_queue_tells_when_it_is_filled(office: Office) -> None:
    label_queue.tidy(office.store, NOW + timedelta(days=1), NOW + timedelta(days=1))
    done = office("label", "export", "--out", office.folder / "tugas.csv")
    assert "0 comments" in done.out
    assert "filled in office hours" in done.out
