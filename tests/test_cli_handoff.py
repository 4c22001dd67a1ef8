"""``siaga opd`` and ``siaga handoff``: agencies, learned routes, and forms as spreadsheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.checks import check_all
from monitor.config import load_settings
from monitor.records import Form
from monitor.records import RouteRule as Rule
from monitor.store import handoffs, routes
from tests.test_cli import GOOD, REFUSED, WRONG, Office
from tests.world import NOW, PROJECT, seed_incident

FORM = Form("Banjir di Sampit", "Isi keluhan.", "Sampit", "Banjir", "BPBD", NOW, ())


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    office = Office(tmp_path, capsys)
    db = office.store
    incident = seed_incident(db)
    with db.atomic():
        handoffs.make(db, incident, None, "lapor", FORM, "Ani", NOW)
        handoffs.make(db, incident, None, "lain", FORM, "Ani", NOW)
        routes.learn(db, Rule("air_bersih", "Kapuas", "PDAM"), "Eko", NOW)
        routes.learn(db, Rule("kesehatan", None, "BPBD"), "Eko", NOW)
    db.close()
    return office


def change(siaga: Office, old: str, new: str) -> None:
    """Let the office have an opd.toml of its own, changed in one place."""
    data = siaga.folder / "data"
    data.mkdir()
    for name in (PROJECT / "data").iterdir():
        if name.name != "opd.toml":
            (data / name.name).symlink_to(name)
    text = (PROJECT / "data" / "opd.toml").read_text()
    (data / "opd.toml").write_text(text.replace(old, new, 1))
    siaga.config.write_text(f'[paths]\ndatabase = "siaga.db"\ndata = "{data}"\n')


def test_agencies_and_learned_routes_are_listed(siaga: Office) -> None:
    done = siaga("opd", "list")
    assert done.code == GOOD
    lines = done.out.splitlines()
    assert lines[0] == "Dinas PUPR: no chat; jalan_infrastruktur"
    assert "BPBD Kotim: no chat; banjir_bencana (Kotawaringin Timur)" in lines
    assert lines[-2:] == [
        "learned 2: kesehatan in any place -> BPBD (by Eko)",
        "learned 1: air_bersih in Kapuas -> PDAM (by Eko)",
    ]
    values = siaga("opd", "list", "--json").lines
    assert (values[0]["key"], values[0]["issues"]) == ("pupr", ["jalan_infrastruktur"])
    assert values[-1]["place"] == "Kapuas"


def test_a_learned_route_is_forgotten_once(siaga: Office) -> None:
    assert siaga("opd", "forget", "2").out == "forgotten: 2\n"
    again = siaga("opd", "forget", "2")
    assert (again.code, again.err) == (REFUSED, "siaga: route: 2: not known\n")


def test_hand_offs_are_listed_and_shown(siaga: Office) -> None:
    assert siaga("handoff").out.splitlines() == [
        "2: lain made: Banjir di Sampit",
        "1: lapor made: Banjir di Sampit",
    ]
    told = siaga("handoff", "1").out.splitlines()
    assert told[:3] == [
        "1: lapor made: Banjir di Sampit",
        "Judul: Banjir di Sampit",
        "Isi: Isi keluhan.",
    ]
    assert [line.split(":")[0] for line in told[3:]] == [
        "Kategori",
        "Instansi",
        "Tempat",
        "Tanggal",
        "Tautan",
    ]
    assert told[3] == f"Kategori: {FORM.category}" and told[4] == f"Instansi: {FORM.agency}"
    (value,) = siaga("handoff", "1", "--json").lines
    assert (value["category"], value["place"]) == (FORM.category, FORM.place)
    assert (value["system"], value["comment"], value["ticket"]) == ("lapor", None, None)
    assert siaga("handoff", "9").code == REFUSED


def test_a_ticket_is_shown(siaga: Office) -> None:
    db = siaga.store
    with db.atomic():
        handoffs.ticket(db, handoffs.newest(db, 9)[1].id, "8123456", None, "Ani", NOW)
    db.close()
    assert siaga("handoff", "1").out.startswith("1: lapor ticketed 8123456: Banjir")


def test_a_form_is_written_and_our_own_import_reads_it(siaga: Office) -> None:
    out = siaga.folder / "form.xlsx"
    done = siaga("handoff", "1", "--out", out)
    assert (done.code, done.out) == (GOOD, f"{out}: written\n")
    assert siaga("import", out, "--map", "lapor").code == GOOD
    texts = [row["text"] for row in siaga.store.query("SELECT text FROM comment")]
    assert texts == ["Banjir di Sampit\nIsi keluhan."]


def test_what_cannot_be_written_is_told(siaga: Office) -> None:
    assert siaga("handoff", "1", "--out", siaga.folder / "form.csv").code == WRONG
    assert siaga("handoff", "2", "--out", siaga.folder / "form.xlsx").code == WRONG


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", "24 agencies, 0 of them with a chat"),
        ("[opd.bpbd]", '[opd.bpbd]\nkepala = "Ibu X"', "kepala: Ibu X: not registered"),
        ('tempat = "Palangka Raya"', 'tempat = "Raya"', "air_bersih: tempat: Raya: unknown"),
    ],
)
def test_check_looks_at_heads_and_places(siaga: Office, old: str, new: str, words: str) -> None:
    change(siaga, old, new)
    found = {one.name: one for one in check_all(load_settings(siaga.config))}
    assert words in found["routes"].detail
    assert found["routes"].ok is (not old)


def test_a_head_and_a_chat_are_listed(siaga: Office) -> None:
    more = '[opd.bpbd]\nchat = -100123\ntopik = 4\nkepala = "Ibu X"'
    change(siaga, "\n[opd.bpbd]", f"\n{more}")
    wanted = "BPBD: chat -100123, topic 4; head Ibu X"
    assert f"{wanted} (not registered); banjir" in siaga("opd", "list").out
    siaga("people", "add", "Ibu X", "--role", "admin")
    assert f"{wanted}; banjir" in siaga("opd", "list").out
