"""Training texts: read whole, mended, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.records import Intent, Sentiment
from monitor.training.dataset import Example, labelled, own, read_csv
from monitor.training.external import (
    DKK,
    NUSAX,
    SMSA,
    external,
    nusax_languages,
    smsa_split,
    without_twins,
)
from monitor.training.folds import NEVER_JUDGED, PARTS, folds
from tests.classify_world import DATA, write_rows

ISSUES = ("air_bersih", "lainnya")
GOOD = ["air mati", "negatif", "air_bersih", "keluhan", "tidak", "id"]


def test_the_projects_own_texts_are_read() -> None:
    from monitor.knowledge import read_taxonomy

    issues = read_taxonomy(DATA / "taxonomy.toml")
    examples = own(DATA / "training", issues)
    assert {example.issue for example in examples if example.issue} == set(issues)
    assert {example.intent for example in examples if example.intent} == set(Intent)


def test_a_row_is_read_as_written(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.csv", [GOOD])
    assert read_csv(path, ISSUES) == (
        Example(
            "air mati",
            "own",
            Sentiment.NEGATIF,
            "air_bersih",
            Intent.KELUHAN,
            False,
            "id",
            platform=None,
        ),
    )


def test_the_platform_is_read_where_the_file_tells_it(tmp_path: Path) -> None:
    rows = [["bagus", "positif", "tiktok"], ["bagus", "positif", ""]]
    path = write_rows(tmp_path / "x.csv", rows, ["text", "sentiment", "platform"])
    assert [one.platform for one in read_csv(path, ISSUES)] == ["tiktok", None]


def test_only_text_and_sentiment_are_needed(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "x.csv", [["bagus", "positif"]], ["text", "sentiment"])
    assert read_csv(path, ISSUES) == (Example("bagus", "own", Sentiment.POSITIF),)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (0, " ", "text: empty"),
        (1, "marah", "sentiment: found 'marah'; accepted: negatif, netral, positif"),
        (2, "jalan", "issue: found 'jalan'; accepted: air_bersih, lainnya"),
        (3, "x", "intent: found 'x'"),
        (4, "yes", "urgent: found 'yes'; accepted: ya, tidak"),
        (5, "fr", "language: found 'fr'"),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line(
    tmp_path: Path, column: int, value: str, said: str
) -> None:
    bad = [value if at == column else cell for at, cell in enumerate(GOOD)]
    path = write_rows(tmp_path / "x.csv", [GOOD, bad])
    with pytest.raises(ConfigError) as caught:
        own(tmp_path, ISSUES)
    assert f"{path} line 3: {said}" in str(caught.value)


def test_missing_columns_files_and_bytes_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \.csv file here"):
        own(tmp_path, ISSUES)
    with pytest.raises(ConfigError, match=r"none\.csv"):
        read_csv(tmp_path / "none.csv", ISSUES)
    write_rows(tmp_path / "a.csv", [], ["text", "issue"])
    with pytest.raises(ConfigError, match="column missing: sentiment"):
        own(tmp_path, ISSUES)
    (tmp_path / "a.csv").write_bytes(b"text,sentiment\n\xff\xfe,negatif\n")
    with pytest.raises(ConfigError, match=r"a\.csv"):
        own(tmp_path, ISSUES)


def test_labels_of_forgotten_issues_teach_sentiment_only() -> None:
    rows = [
        ("air mati", "negatif", "air_bersih", "instagram"),
        ("lama", "netral", "isu_lama", "x"),
        ("lama", None, "isu_lama", "x"),
        ("marah", "marah", None, "x"),
        (" ", "netral", "lainnya", "x"),
    ]
    found = labelled(rows, ISSUES)
    assert [(one.sentiment, one.issue, one.platform) for one in found] == [
        (Sentiment.NEGATIF, "air_bersih", "instagram"),
        (Sentiment.NETRAL, None, "x"),
    ]


def outside(folder: Path) -> Path:
    """A folder of outside sets with invented texts."""
    heading = ["id", "text", "label"]
    write_rows(
        folder / "dkk_semarang" / "train.csv",
        [
            ["1", "Vaksin cepat!", "positif"],
            ["2", "vaksin cepat", "positif"],
            ["3", "antri terus", "negatif"],
            ["4", "Antri terus", "netral"],
            ["5", "🔥", "negatif"],
        ],
        heading,
    )
    for language, text in (
        ("indonesian", "makanan di warung ini enak sekali"),
        ("ngaju", "mangat"),
    ):
        write_rows(folder / "nusax" / language / "train.csv", [["7", text, "positive"]], heading)
    (folder / "nusax" / "lexicon").mkdir()
    (folder / "smsa").mkdir()
    (folder / "smsa" / "train_preprocess.tsv").write_text(
        "makanan di warung ini enak\tpositive\nhotel kotor dan bau\tnegative\n", encoding="utf-8"
    )
    return folder


def test_outside_sets_lose_leaks_copies_and_contradictions(tmp_path: Path) -> None:
    found = external(outside(tmp_path))
    assert [(one.origin, one.text, one.language) for one in found] == [
        (DKK, "Vaksin cepat!", None),
        (NUSAX, "makanan di warung ini enak sekali", "id"),
        (NUSAX, "mangat", "nij"),
        (SMSA, "hotel kotor dan bau", None),
    ]
    assert found[1].group == found[2].group
    assert all(one.issue is None for one in found)
    assert [one.platform for one in found] == ["instagram", None, None, None]


def test_nusax_is_read_by_language_and_smsa_by_split(tmp_path: Path) -> None:
    folder = outside(tmp_path)
    heading = ["id", "text", "label"]
    write_rows(folder / "nusax" / "ngaju" / "valid.csv", [["9", "dia maku", "negative"]], heading)
    languages = nusax_languages(folder)
    assert [(name, [one.text for one in some]) for name, some in languages] == [
        ("indonesian", ["makanan di warung ini enak sekali"]),
        ("ngaju", ["mangat", "dia maku"]),
    ]
    assert [one.text for one in smsa_split(folder, "train")] == [
        "makanan di warung ini enak",
        "hotel kotor dan bau",
    ]
    assert list(smsa_split(folder, "valid")) == []
    assert nusax_languages(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("air di sungai itu jernih sekali", False),
        ("AIR di sungai, kotor dan bau!", False),
        ("air di rumah itu mahal sekali ya bu", True),
        ("sungai itu", False),
        ("air", True),
        ("", True),
    ],
)
def test_twins_share_half_of_the_word_pairs_of_the_shorter(text: str, kept: bool) -> None:
    original = Example("air di sungai itu jernih", NUSAX, language="id")
    translated = Example("air di rumah itu mahal sekali ya bu", NUSAX, language="su")
    found = without_twins([one := Example(text, SMSA)], [original, translated])
    assert found == ([one] if kept else [])


def test_outside_sets_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        external(tmp_path / "none")
    with pytest.raises(ConfigError, match="none of smsa"):
        external(tmp_path)
    path = write_rows(tmp_path / "dkk_semarang" / "train.csv", [["1", "x", "marah"]])
    with pytest.raises(ConfigError, match="line 2: label: found 'marah'"):
        external(tmp_path)
    write_rows(path, [["1", "x"]])
    with pytest.raises(ConfigError, match="line 2: 3 columns"):
        external(tmp_path)
    path.write_bytes(b"id,text,label\n1,\xff,netral\n")
    with pytest.raises(ConfigError, match=r"train\.csv"):
        external(tmp_path)


def test_a_sentence_is_never_parted_from_its_translations() -> None:
    examples = [
        Example(f"t{n}", NUSAX, Sentiment.NETRAL, group=f"nusax {n % 20}") for n in range(60)
    ]
    parts = folds(examples, [example.text for example in examples])
    assert all(len({parts[n + step] for step in (0, 20, 40)}) == 1 for n in range(20))
    assert set(parts) == set(range(PARTS))


def test_reviews_only_teach_and_every_class_is_dealt_evenly() -> None:
    tones = [Sentiment.NEGATIF] * 50 + [Sentiment.POSITIF] * 10
    letters = "abcdefghij"
    texts = [f"teks {letters[n // 10]}{letters[n % 10]}" for n in range(60)]
    examples = [
        *(Example(text, "own", tone, "lainnya") for text, tone in zip(texts, tones, strict=True)),
        Example("ulasan", SMSA, Sentiment.NETRAL, group="smsa ulasan"),
    ]
    parts = folds(examples, [*texts, "ulasan"])
    assert parts[-1] == NEVER_JUDGED
    for part in range(PARTS):
        assert (parts[:50] == part).sum() == 10
        assert (parts[50:60] == part).sum() == 2
