"""Word lists are read once, and mistakes in them name file and line."""

import shutil
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.text.lexicon import Lexicon, PlaceTables
from monitor.text.normalise import Normaliser

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("lexicon", "places"):
        shutil.copytree(DATA / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("slang.tsv", "# ok\ngk tidak\n", r"slang\.tsv line 2"),
        ("slang.tsv", "gk\ttidak\n\ngk\tbelum\n", r"slang\.tsv line 3"),
        ("slang.tsv", "gk\tgk\n", r"slang\.tsv line 1"),
        ("slang.tsv", "ga k\ttidak\n", r"slang\.tsv line 1"),
        ("slang.tsv", "gk\t\n", r"slang\.tsv line 1"),
        ("slang.tsv", "\ttidak\n", r"slang\.tsv line 1"),
        ("stems.tsv", "a\tb\tc\n", r"stems\.tsv line 1"),
        ("stems.tsv", "\ta\n", r"stems\.tsv line 1"),
        ("tone.tsv", "# ok\nrusak\t-3\n", r"tone\.tsv line 2: 'rusak': .*none of -2, -1, 1, 2"),
        ("tone.tsv", "rusak\t0\n", r"tone\.tsv line 1"),
        ("tone.tsv", "rusak\t-1\nrusak\t1\n", r"tone\.tsv line 2: 'rusak': stands twice"),
        ("tone.tsv", "rusak -1\n", r"tone\.tsv line 1: 2 columns"),
        ("flags.toml", "[abuse\n", r"flags\.toml: .*line 1"),
        ("flags.toml", "abuse = 1\n", r"flags\.toml: abuse: must be a table"),
        ("flags.toml", "[abuse]\nany = 'x'\n", r"flags\.toml: abuse\.any: must be a list"),
        ("urgent.toml", "[urgent]\nany = ['']\n", r"urgent\.toml: urgent\.any"),
        ("issue_keywords.toml", "[a]\n'jalan' = 'x'\n", r"issue_keywords\.toml: a\.'jalan'"),
        ("issue_keywords.toml", "[a]\n'jalan' = 0\n", "above 0"),
        ("issue_keywords.toml", "[a]\n' ' = 1\n", "above 0"),
        ("spam.toml", "[judi]\nlimit = 'x'\n", r"spam\.toml: judi: limit"),
        ("spam.toml", "[judi]\nlimit = 1\nshape = 3\n", r"spam\.toml: judi: limit"),
        ("spam.toml", "[judi]\nlimit = 1\nshape = '('\n", r"spam\.toml: judi\.shape"),
    ],
)
def test_mistakes_name_file_and_line(data: Path, file: str, content: str, complaint: str) -> None:
    (data / "lexicon" / file).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        Lexicon.load(data / "lexicon")


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("kalteng.tsv", "A\t\t\n", r"kalteng\.tsv line 1"),
        ("aliases.tsv", "A\tb\n", r"aliases\.tsv line 1"),
        ("cues.tsv", "kec\tbesar\n", r"cues\.tsv line 1: 'besar'"),
        ("needs_cue.tsv", "selat\tnever\t\t\t\n", r"needs_cue\.tsv line 1: 'never'"),
    ],
)
def test_mistakes_in_places_are_named(data: Path, file: str, content: str, complaint: str) -> None:
    (data / "places" / file).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        PlaceTables.load(data / "places")


def test_a_missing_list_is_named(data: Path) -> None:
    (data / "lexicon" / "bjn.txt").unlink()
    with pytest.raises(ConfigError, match=r"bjn\.txt: cannot be read"):
        Lexicon.load(data / "lexicon")


def test_a_list_that_is_not_utf8_is_named(data: Path) -> None:
    (data / "lexicon" / "spam.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"spam\.toml: cannot be read"):
        Lexicon.load(data / "lexicon")


def test_the_delivered_tables_are_complete() -> None:
    lexicon = Lexicon.load(DATA / "lexicon")
    assert len(lexicon.issue_keywords) == 21
    assert set(lexicon.spam) == {"judi", "promosi", "pinjaman"}
    assert set(lexicon.flags.phrases) == {
        "abuse", "threat", "sara", "self_harm", "sarcasm", "urgent_words"
    }  # fmt: skip
    assert lexicon.flags.praise
    assert lexicon.stems["kerusakan"] == "rusak"
    assert lexicon.tones["rusak"] < 0 < lexicon.tones["bagus"]
    assert set(lexicon.tones.values()) == {-2, -1, 1, 2}


def test_every_tone_phrase_is_written_as_the_normaliser_writes_it() -> None:
    lexicon = Lexicon.load(DATA / "lexicon")
    normaliser = Normaliser(lexicon.slang, lexicon.doubles)
    changed = {one for one in lexicon.tones if normaliser.normalise(one) != one}
    too_long = {one for one in lexicon.tones if len(one.split()) > 3}
    assert (changed, too_long) == (set(), set())
