"""Entries of the editable files: found, put, taken out, and their lines named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.editable import (
    FILES,
    READS,
    EditableFile,
    Entry,
    Kind,
    by_slug,
    entries,
    line_of,
    named,
    put,
    without,
)
from monitor.messages import knowledge as words
from monitor.messages.difference import Change
from tests.world import PROJECT

SLANG, KEYWORDS, TONES = (FILES[path] for path in READS)
TEMPLATES, GUARD, OPD = (
    FILES[path] for path in ("templates/balasan.toml", "guard/aturan.toml", "opd.toml")
)
PAIRS = "# judul\nga\ttidak\n\nyg\tyang\n"
WEIGHTS = (
    '# judul\n[jalan]\n# jenis\n"jalan" = 0.5\nlubang = 1 # sekali\n\n[banjir]\n"air \\"" = 1\n'
)
BLOCKS = (
    '# judul\n[words]\na = 1\n\n# tentang satu\n[[rule]]\nid = "satu"\npatterns = [\n "x"\n]\n'
    '\n# tentang dua\n[[rule]]\nid = "dua"\n# catatan di akhir\n'
)


@pytest.mark.parametrize("path", FILES)
def test_the_shipped_files_are_read_whole_and_put_back_unchanged(path: str) -> None:
    file, text = FILES[path], (PROJECT / "data" / path).read_text(encoding="utf-8")
    found = entries(file, text)
    assert found
    for one in found[:: max(1, len(found) // 6)]:
        again = put(file, text, one.key, one.value, one.group)
        same = entries(file, again)
        assert [(e.key, e.value, e.group) for e in same] == [
            (e.key, e.value, e.group) for e in found
        ]
        left = without(file, text, one.key, one.group)
        assert left is not None and len(entries(file, left)) == len(found) - 1


def test_an_entry_knows_its_line() -> None:
    assert entries(SLANG, PAIRS) == [Entry("ga", "tidak", 2, "", 2), Entry("yg", "yang", 4, "", 4)]
    assert entries(KEYWORDS, WEIGHTS) == [
        Entry("jalan", "0.5", 4, "jalan", 4),
        Entry("lubang", "1", 5, "jalan", 5),
        Entry('air "', "1", 8, "banjir", 8),
    ]
    found = entries(GUARD, BLOCKS)
    assert [(one.key, one.line, one.last) for one in found] == [
        ("words", 2, 3),
        ("satu", 6, 10),
        ("dua", 13, 14),
    ]


def test_a_new_word_of_slang_stands_where_the_alphabet_wants_it() -> None:
    assert put(SLANG, PAIRS, "gpp ", " tidak apa-apa").splitlines()[3] == "gpp\ttidak apa-apa"
    assert put(SLANG, PAIRS, "zzz", "tidur").endswith("yg\tyang\nzzz\ttidur\n")
    assert put(TONES, PAIRS, "aduh", "-1").endswith("aduh\t-1\n")
    assert put(SLANG, PAIRS, "ga", "enggak") == PAIRS.replace("tidak", "enggak")


def test_a_new_keyword_stands_under_its_issue() -> None:
    lines = put(KEYWORDS, WEIGHTS, "aspal", "1", "jalan").splitlines()
    assert lines[5] == '"aspal" = 1'
    fresh = put(KEYWORDS, WEIGHTS, "guru", "1", "pendidikan")
    assert fresh.endswith('"air \\"" = 1\n\n[pendidikan]\n"guru" = 1\n')
    assert without(KEYWORDS, WEIGHTS, "jalan", "banjir") is None


def test_a_block_keeps_the_words_above_the_next() -> None:
    changed = put(GUARD, BLOCKS, "satu", '[[rule]]\nid = "satu"\n')
    assert "# tentang satu" in changed and "# tentang dua" in changed and "patterns" not in changed
    assert put(GUARD, BLOCKS, "", '[[rule]]\nid = "tiga"').endswith(
        '# catatan di akhir\n\n[[rule]]\nid = "tiga"\n'
    )
    assert put(GUARD, "", "", "[a]") == "[a]\n"
    gone = without(GUARD, BLOCKS, "dua")
    assert gone is not None and gone.endswith("# catatan di akhir\n")


def test_blocks_of_one_name_are_told_apart() -> None:
    text = "[[rantai]]\nx = 1\n[[rantai]]\nx = 2\n"
    assert [one.key for one in entries(FILES["jaga.toml"], text)] == ["rantai", "rantai (2)"]


@given(
    st.text("abcxyz", min_size=1, max_size=6),
    st.text("abc xyz", min_size=1).filter(lambda text: bool(text.strip())),
)
def test_what_was_put_is_found_and_can_be_taken_out(key: str, value: str) -> None:
    for file, text in ((SLANG, PAIRS), (TONES, PAIRS)):
        known = put(file, text, key, value)
        assert (key, value.strip()) in [(one.key, one.value) for one in entries(file, known)]
        left = without(file, known, key)
        assert left is not None and key not in [one.key for one in entries(file, left)]


@pytest.mark.parametrize(
    ("file", "text", "problem", "line"),
    [
        (SLANG, PAIRS, "word list: slang.tsv line 4: 'yg': stands twice", 4),
        (SLANG, PAIRS, "slang table: yg: its standard 'yang' is not standard itself", 4),
        (KEYWORDS, WEIGHTS, "word list: x: jalan.'lubang': weight must be above 0", 5),
        (KEYWORDS, WEIGHTS, "word list: x: Invalid value (at line 8, column 3)", 8),
        (GUARD, BLOCKS, "guard: x: rule 2 (dua): effect: accepted: stop", 13),
        (GUARD, BLOCKS, "guard: x: rule 9 (lain): effect: accepted: stop", None),
        (GUARD, BLOCKS + BLOCKS, "guard: x: the id satu stands twice", 21),
        (TEMPLATES, "[[template]]\n", "templates: x: template 1 (a): text must be words", 1),
        (OPD, "[opd.a]\n[[rute]]\n[[rute]]\n", "opd: x: [[rute]] 2: opd: words", 3),
        (OPD, "[opd.a]\n[opd.b]\n", "opd: x: [opd.b]: singkat: words", 2),
        (OPD, "[opd.a]\n", "something else", None),
    ],
)
def test_the_line_of_a_complaint_is_found(
    file: EditableFile, text: str, problem: str, line: int | None
) -> None:
    assert line_of(file, text, problem) == line


def test_a_file_is_named_by_its_address_its_path_or_its_end() -> None:
    for name in ("gaul", "lexicon/slang.tsv", "slang.tsv"):
        assert named(name) is SLANG
    assert by_slug("gaul") is SLANG and SLANG.kind is Kind.PAIRS
    assert named("x") is None and by_slug("x") is None


def test_a_difference_shows_changed_lines_only() -> None:
    before = "\n".join(f"baris {i}" for i in range(500))
    after = before.replace("baris 200\n", "baris dua ratus\n").replace("baris 300\n", "")
    after += "\nbaris baru"
    found = words.lines(before, after)
    assert [line.mark for line in found] == ["±", "-", "+"]
    assert [(r.change, r.text) for r in found[0].runs] == [
        (Change.SAME, "baris "),
        (Change.REMOVED, "200 "),
        (Change.ADDED, "dua ratus"),
    ]
    assert words.lines("a\n", "a\n") == []
    many = words.lines("", before, 10)
    assert len(many) == 11 and many[-1].runs[0].text == "… 490 baris lagi"


def test_numbers_read_as_indonesians_write_them() -> None:
    assert words.number(12345) == "12.345"
    assert words.tally_line(words.Tally("Banjir", 1200, 1190)) == "Banjir: 1.200 → 1.190 (-10)"
    assert words.shown(3, 3) == "3 entri." and words.shown(3, 9).startswith("3 dari 9")
    assert words.shift_line(words.Shift("akan ditahan", 2), words.REPLIES).startswith("2 balasan")
    assert words.changed_meanwhile(None).startswith("Berkas ini sudah diubah sementara itu")
