"""``siaga backup`` and ``siaga restore`` as a technician types them."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from monitor.records import CommentId
from monitor.store import audit, comments, drafts, sources
from monitor.store.drafts import Proposal
from tests.test_cli import GOOD, OUTSIDE, WRONG, Office
from tests.world import NOW, PROJECT, SITE, make_comment

TEXT = "Banjir di gang 1"
KEPT = shutil.ignore_patterns("training", "drill", "demo", "unseen")


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    (tmp_path / "kantor").mkdir()
    office = Office(tmp_path / "kantor", capsys)
    shutil.copytree(PROJECT / "data", office.folder / "data", ignore=KEPT)
    (office.folder / "models").symlink_to(PROJECT / "models")
    office.config.write_text('[paths]\ndatabase = "siaga.db"\n[classify]\nembeddings = "off"\n')
    return office


def test_an_office_moves_to_another_folder(siaga: Office, tmp_path: Path) -> None:
    assert "backup: none was made yet: siaga backup --out FOLDER" in siaga("check").out
    siaga.file("keluhan.csv", "id,tanggal,isi\n1,2026-03-01,Banjir di gang 1\n")
    assert siaga("import", siaga.folder / "keluhan.csv").code == GOOD
    siaga("people", "add", "Budi", "--role", "admin", "--telegram", "9")
    done = siaga("backup", "--out", tmp_path / "cadangan")
    assert done.code == GOOD
    (archive,) = (tmp_path / "cadangan").iterdir()
    assert done.out.startswith(f"{archive}: 1 comments, ")
    assert "siaga.env are not in it" in done.out
    assert "ok   backup: the last one 20" in siaga("check").out

    back = siaga("restore", archive, "--into", tmp_path / "baru")
    assert back.code == GOOD
    assert back.out.splitlines()[-2:] == [
        "stop the service that ran before: two of them would answer the same people",
        f"put siaga.env there, then: siaga --config {tmp_path / 'baru' / 'config.toml'} check",
    ]
    siaga.config = tmp_path / "baru" / "config.toml"
    checked = siaga("check")
    assert checked.code == OUTSIDE, "it watches nothing"
    for line in ("ok   database: ", "ok   knowledge: ", "ok   people: 1 admin", "ok   model: "):
        assert line in checked.out
    assert "Budi" in siaga("people", "list").out


def test_what_people_must_see_to_is_told(siaga: Office, tmp_path: Path) -> None:
    with closing(siaga.store) as db, db.atomic():
        sources.register(db, [(SITE, "wordpress")])
        comments.upsert(db, [make_comment(1, TEXT), make_comment(2, TEXT)], NOW, backfilled=True)
        for number in (1, 2):
            drafts.propose(db, Proposal(None, CommentId(number), TEXT, "template:x", ""), NOW)
        db.conn.execute("UPDATE draft SET state = 'approved' WHERE id = 1")
        db.conn.execute("DROP TRIGGER audit_no_update")
        audit.write(db, NOW, "Sari", "coba", "x")
        db.conn.execute("UPDATE audit SET actor = 'Budi' WHERE seq = 1")
    siaga("backup", "--out", tmp_path / "cadangan")
    (archive,) = (tmp_path / "cadangan").iterdir()
    back = siaga("restore", archive, "--into", tmp_path / "baru")
    assert back.code == GOOD
    assert back.out.splitlines()[1:3] == [
        "1 replies may have been sent since: people look them up; ended: 1 suggestions, "
        "0 wishes to hide or show a comment",
        "its audit trail is broken at row 1",
    ]


def test_machines_read_it_too(siaga: Office, tmp_path: Path) -> None:
    made = json.loads(siaga("backup", "--out", tmp_path / "c", "--keep", "1", "--json").out)
    assert (made["comments"], made["removed"]) == (0, [])
    back = siaga("restore", made["archive"], "--into", tmp_path / "baru", "--json")
    told = json.loads(back.out)
    assert (told["unsure"], told["ended"], told["audit_broken_at"]) == (0, 0, None)


@pytest.mark.parametrize(
    "words",
    [
        ("backup",),
        ("backup", "--out", "c", "--keep", "0"),
        ("restore", "tidak-ada.zip", "--into", "baru"),
        ("restore", "tidak-ada.zip"),
    ],
)
def test_wrong_words_are_refused(siaga: Office, words: tuple[str, ...]) -> None:
    done = siaga(*words)
    assert done.code == WRONG and done.err
