"""``siaga narasi``: statements on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.app import utc_now
from monitor.records import NarrativeId, NarrativeUse
from monitor.store import narratives
from tests.test_cli import GOOD, REFUSED, WRONG, Office

LINK = "https://ppid.kalteng.go.id/banjir"
ADD = ("add", "banjir_bencana", "--fact", "Ada 5 posko", "--fact", "Posko buka", "--link", LINK)


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    office = Office(tmp_path, capsys)
    for name, role in (("Budi", "admin"), ("Citra", "admin"), ("Rina", "humas")):
        office("people", "add", name, "--role", role)
    return office


def test_a_statement_is_added_approved_listed_and_withdrawn(siaga: Office) -> None:
    added = siaga("narasi", *ADD, "--days", "3", "--by", "Budi")
    assert added.code == GOOD
    assert added.out.startswith("1: Banjir & bencana: draft until ")
    assert siaga("narasi", "list").out == ""
    own = siaga("narasi", "approve", "1", "--by", "Budi")
    assert (own.code, "admin lain" in own.err) == (REFUSED, True)
    assert siaga("narasi", "approve", "1", "--by", "Citra").out == "approved: 1\n"
    db = siaga.store
    with db.atomic():
        narratives.mark(db, NarrativeId(1), "Rina", NarrativeUse.SEEN, utc_now())
    listed = siaga("narasi", "list").out
    assert "1: Banjir & bencana v1: valid until " in listed
    assert listed.endswith(": Ada 5 posko.; seen by 1, used by 0\n")
    (value,) = siaga("narasi", "list", "--json").lines
    assert value["facts"] == ["Ada 5 posko.", "Posko buka."]
    assert (value["seen"], value["approved_by"], value["link"]) == (["Rina"], "Citra", LINK)
    assert siaga("narasi", "withdraw", "1", "--by", "Budi").out == "withdrawn: 1\n"
    assert siaga("narasi", "list").out == ""
    assert "1: Banjir & bencana v1: withdrawn" in siaga("narasi", "list", "--all").out
    assert siaga("narasi", "withdraw", "1", "--by", "Budi").code == REFUSED


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([*ADD, "--by", "Siapa"], REFUSED, "person: Siapa: not registered"),
        ([*ADD, "--by", "Rina"], REFUSED, "hanya admin"),
        (["add", "?", *ADD[2:], "--by", "Budi"], REFUSED, "topic: ?: accepted"),
        ([*ADD[:-1], "https://contoh.example", "--by", "Budi"], REFUSED, "bukan laman resmi"),
        (["add", "banjir", *ADD[2:], "--by", "Budi"], REFUSED, "near the issue banjir_bencana"),
        (["add", "banjr bencana", *ADD[2:], "--by", "Budi"], REFUSED, "--bebas"),
        ([*ADD, "--days", "-1", "--by", "Budi"], WRONG, "--days"),
        (["approve", "9", "--by", "Budi"], REFUSED, "narasi: 9: "),
        (["withdraw", "9", "--by", "Budi"], REFUSED, "narasi: 9: "),
    ],
)
def test_what_is_refused_is_told(siaga: Office, words: list[str], code: int, told: str) -> None:
    done = siaga("narasi", *words)
    assert done.code == code
    assert told in done.err
    assert narratives.every(siaga.store) == []


def test_a_free_topic_near_an_issue_is_taken_when_asked_for(siaga: Office) -> None:
    done = siaga("narasi", "add", "banjir", *ADD[2:], "--bebas", "--by", "Budi")
    assert (done.code, done.out.startswith("1: Banjir: draft")) == (GOOD, True)
