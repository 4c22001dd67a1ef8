"""``siaga knowledge`` on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.editable import FILES, put
from tests.knowledge_world import SLANG
from tests.test_cli import GOOD, REFUSED, WRONG, Office
from tests.world import PROJECT


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    shutil.copytree(
        PROJECT / "data",
        tmp_path / "wissen",
        ignore=shutil.ignore_patterns("training", "drill", "demo", "unseen", "mappings"),
    )
    office = Office(tmp_path, capsys)
    config = tmp_path / "config.toml"
    text = config.read_text(encoding="utf-8")
    data = (PROJECT / "data").as_posix()
    assert data in text
    config.write_text(text.replace(data, "wissen"), encoding="utf-8")
    for name, role in (("Dewi", "trainer"), ("Rina", "humas")):
        office("people", "add", name, "--role", role)
    return office


def changed(tmp_path: Path) -> Path:
    """A file with slang that knows one word more."""
    text = (tmp_path / "wissen" / SLANG.path).read_text(encoding="utf-8")
    new = tmp_path / "baru.tsv"
    new.write_text(put(SLANG, text, "glopar", "banjir"), encoding="utf-8")
    return new


def test_files_are_listed_and_shown(siaga: Office, tmp_path: Path) -> None:
    listed = siaga("knowledge", "list").out
    assert "gaul: lexicon/slang.tsv: " in listed and len(listed.splitlines()) == len(FILES)
    values = siaga("knowledge", "list", "--json").lines
    assert {value["name"] for value in values} == {file.slug for file in FILES.values()}
    shown = siaga("knowledge", "show", "slang.tsv").out
    assert shown == (tmp_path / "wissen" / SLANG.path).read_text(encoding="utf-8")
    (tmp_path / "wissen" / "opd.toml").write_text("[[", encoding="utf-8")
    assert "opd.toml: 30 entries" not in listed
    assert "(the file says something else, which is wrong)" in siaga("knowledge", "list").out


def test_a_change_is_tried_made_listed_and_undone(siaga: Office, tmp_path: Path) -> None:
    new, file = changed(tmp_path), tmp_path / "wissen" / SLANG.path
    before = file.read_text(encoding="utf-8")
    given = ("gaul", "--from", str(new), "--why", "istilah setempat", "--by", "Dewi")
    tried = siaga("knowledge", "set", *given, "--try")
    assert tried.code == GOOD and "Belum ada komentar tersimpan" in tried.out
    assert file.read_text(encoding="utf-8") == before
    made = siaga("knowledge", "set", *given)
    assert made.code == GOOD and "disimpan" in made.out
    assert "glopar\tbanjir" in file.read_text(encoding="utf-8")
    number = len(FILES) + 1
    told = siaga("knowledge", "history").out
    assert f"{number}: " in told and "Dewi: istilah setempat" in told
    assert "    + glopar\tbanjir" in told
    assert siaga("knowledge", "history", "opd").out == ""
    (value,) = siaga("knowledge", "history", "gaul", "--json").lines
    assert (value["id"], value["person"], value["undoes"]) == (number, "Dewi", None)
    undone = siaga("knowledge", "undo", str(number), "--by", "Dewi", "--why", "keliru")
    assert undone.code == GOOD and file.read_text(encoding="utf-8") == before
    assert f"(undoes {number})" in siaga("knowledge", "history", "--limit", "1").out
    refused = siaga("knowledge", "undo", str(number), "--by", "Dewi")
    assert refused.code == REFUSED and "lebih baru" in refused.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "apa"], REFUSED, "knowledge: apa: accepted: gaul, "),
        (["set", "gaul", "--from", "tidak-ada", "--why", "x", "--by", "Dewi"], WRONG, "--from"),
        (["set", "gaul", "--from", "{new}", "--why", "x", "--by", "Siapa"], REFUSED, "Siapa"),
        (["set", "gaul", "--from", "{new}", "--why", "x", "--by", "Rina"], REFUSED, "hanya"),
        (["set", "gaul", "--from", "{new}", "--why", " ", "--by", "Dewi"], REFUSED, "alasan"),
        (["set", "opd", "--from", "{new}", "--why", "x", "--by", "Dewi"], REFUSED, "Belum"),
        (["undo", "999", "--by", "Dewi"], REFUSED, "tidak ditemukan"),
    ],
)
def test_what_cannot_be_done_says_why(
    siaga: Office, tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    new = str(changed(tmp_path))
    answer = siaga("knowledge", *(word.replace("{new}", new) for word in words))
    assert (answer.code, told in answer.err) == (code, True), answer.err
