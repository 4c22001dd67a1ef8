"""Judging files without a store: a line out for each line in, and every bad line by its number."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import Settings
from monitor.config.parts import Paths, Spikes
from monitor.errors import ConfigError, ModelError
from monitor.records import Intent, Sentiment
from monitor.texts import classify_lines, spike_rows, text_of
from tests.classify_world import serve, tiny_model
from tests.world import PROJECT

HEAD = "series,at,count\n"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = Settings(paths=Paths(data=PROJECT / "data", models=PROJECT / "models"))


def judged(folder: Path, content: str, profile: str = "issue", **spikes: float) -> list[list[str]]:
    """What comes out for a file, without the header."""
    file = folder / "deret.csv"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    settings = Settings(spikes=Spikes(**spikes))  # type: ignore[arg-type]
    header, *found = csv.reader(spike_rows(settings, file, profile))
    assert header == ["series", "at", "count", "expected", "upper", "score", "level", "reason"]
    return found


def hours(series: str, counts: list[int], begin: datetime = BEGIN) -> str:
    stamps = [(begin + i * timedelta(hours=1)).isoformat() for i in range(len(counts))]
    return "".join(f"{series},{at},{n}\n" for at, n in zip(stamps, counts, strict=True))


# Spikes.


def test_a_jump_over_quiet_days_is_seen_where_it_is(tmp_path: Path) -> None:
    found = judged(tmp_path, HEAD + hours("banjir", [1, 0] * 120 + [25] + [0] * 5))
    assert len(found) == 246
    assert [row[6] for row in found[:240]] == ["normal"] * 240
    at_jump = found[240]
    assert at_jump[6] in ("siaga", "awas")
    assert float(at_jump[5]) > 1
    assert at_jump[7].startswith("25 dalam 1 jam") or "dalam 3 jam" in at_jump[7]


def test_rows_come_back_in_their_order_whatever_series_they_are_of(tmp_path: Path) -> None:
    lines = HEAD + "".join(
        one + two
        for one, two in zip(
            hours("a", [1] * 30).splitlines(keepends=True),
            hours("b", [9] * 30).splitlines(keepends=True),
            strict=True,
        )
    )
    found = judged(tmp_path, lines)
    assert [row[0] for row in found] == ["a", "b"] * 30
    alone = judged(tmp_path, HEAD + hours("a", [1] * 30))
    assert [row for row in found if row[0] == "a"] == alone


def test_a_row_never_depends_on_later_ones(tmp_path: Path) -> None:
    counts = [2, 1, 0, 3] * 20 + [30, 40]
    whole = judged(tmp_path, HEAD + hours("x", counts))
    assert judged(tmp_path, HEAD + hours("x", counts[:60])) == whole[:60]


def test_stamps_and_names_come_back_as_they_were_written(tmp_path: Path) -> None:
    stamps = ["2026-03-01", "2026-03-02T00:00+07:00", "2026-03-03 00:00:00"]
    lines = "".join(f'"banjir, ""rob""",{at},3\n' for at in stamps)
    found = judged(tmp_path, HEAD + lines)
    assert [row[0] for row in found] == ['banjir, "rob"'] * 3
    assert [row[1] for row in found] == stamps


def test_a_source_that_was_down_scores_nothing_and_says_so(tmp_path: Path) -> None:
    lines = "".join(
        f"x,{(BEGIN + timedelta(hours=i)).isoformat()},{50 if i == 90 else 1},{int(i != 90)}\n"
        for i in range(100)
    )
    found = judged(tmp_path, "series,at,count,observed\n" + lines)
    assert (found[90][5], found[90][6], found[90][7]) == ("0.0000", "normal", "tidak terpantau")


@pytest.mark.parametrize("observed", ["", "1"])
def test_an_empty_observed_means_that_it_was_seen(tmp_path: Path, observed: str) -> None:
    found = judged(tmp_path, f"series,at,count,observed\nx,2026-03-01,3,{observed}\n")
    assert found[0][7] != "tidak terpantau"


def test_the_configured_thresholds_are_those_of_the_levels(tmp_path: Path) -> None:
    lines = HEAD + hours("banjir", [1, 0] * 120 + [25])
    assert judged(tmp_path, lines, siaga_negatives=9, awas_negatives=10)[-1][6] == "awas"
    strict = judged(tmp_path, lines, waspada=900.0, siaga=901.0, awas=902.0)
    assert strict[-1][6] == "normal"


def test_both_profiles_judge_and_an_unknown_one_names_them(tmp_path: Path) -> None:
    lines = HEAD + hours("x", [1] * 48 + [5, 5, 5])
    issue, mentions = judged(tmp_path, lines), judged(tmp_path, lines, "mentions")
    # Issues are judged by a tail, mentions by standard deviations: other scores, the same rise.
    assert float(issue[-1][5]) != float(mentions[-1][5])
    assert min(float(issue[-1][5]), float(mentions[-1][5])) > 0
    with pytest.raises(ConfigError, match=r"--profile: lain: accepted: issue, mentions"):
        judged(tmp_path, lines, "lain")


def test_more_columns_blank_lines_and_a_byte_order_mark_are_no_trouble(tmp_path: Path) -> None:
    found = judged(tmp_path, "\ufeffid,series,at,count,x\n\n7,air,2026-03-01,3,y,z\n\n")
    assert [row[:3] for row in found] == [["air", "2026-03-01", "3"]]


def test_a_head_alone_is_a_head_alone(tmp_path: Path) -> None:
    assert judged(tmp_path, HEAD) == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("a,2026-03-01,1\na,kemarin,1\n", "line 3: at: 'kemarin': accepted: ISO 8601"),
        ("a,,1\n", "line 2: at: '': accepted: ISO 8601"),
        ("a,0001-01-01T00:00+14:00,1\n", "line 2: at: .*accepted: a year from 1900 to 2200"),
        ("a,9999-12-31T23:00-14:00,1\n", "line 2: at: .*accepted: a year from 1900 to 2200"),
        ("a,2026-03-02,1\na,2026-03-01,1\n", "line 3: at: 2026-03-01: not after the row before"),
        ("a,2026-03-01,1\nb,2026-03-01,1\na,2026-03-01,1\n", "line 4: at: .*not after"),
        ("a,2026-03-01,banyak\n", "line 2: count: 'banyak': accepted: a number, 0 or more"),
        ("a,2026-03-01,\n", "line 2: count: '': accepted: a number"),
        ("a,2026-03-01\n", "line 2: count: None: accepted: a number"),
        ("a,2026-03-01,-1\n", "line 2: count: '-1': accepted: a number from 0"),
        ("a,2026-03-01,nan\n", "line 2: count: 'nan': accepted: a number from 0"),
        ("a,2026-03-01,inf\n", "line 2: count: 'inf': accepted: a number from 0"),
        ("a,2026-03-01,1e300\n", "line 2: count: '1e300': accepted: a number from 0"),
        ('"a\nb",2026-03-01,1\n"a\nb",2026-03-02,x\n', "line 5: count: 'x'"),
        ("\udcff\udcfe,2026-03-01,1\n", "line 2: series: accepted: UTF-8"),
        ("a,2026-03-01\udcff,1\n", "line 2: at: .*accepted: ISO 8601"),
        ("a,2026-03-01,\x001\n", "line 2: count"),
    ],
)
def test_every_bad_value_is_named_with_its_line(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"spikes: .*deret\.csv: {told}"):
        judged(tmp_path, HEAD + lines)


def test_a_cell_that_is_too_large_is_named_with_its_line(tmp_path: Path) -> None:
    limit = csv.field_size_limit(1000)
    try:
        with pytest.raises(ConfigError, match="line 3: field larger than field limit"):
            judged(tmp_path, HEAD + "a,2026-03-01,1\n" + "b" * 2000 + ",2026-03-01,1\n")
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize("observed", ["ya", "2", "-1", "true"])
def test_observed_is_nought_or_one(tmp_path: Path, observed: str) -> None:
    with pytest.raises(ConfigError, match=rf"line 2: observed: '{observed}': accepted: 0, 1"):
        judged(tmp_path, f"series,at,count,observed\na,2026-03-01,1,{observed}\n")


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ("", "series"),
        ("series,count\n", "at"),
        ("series;at;count\n", "series"),
        ("at,series", "count"),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, head: str, missing: str) -> None:
    with pytest.raises(ConfigError, match=rf"no column {missing}; accepted: series,at,count"):
        judged(tmp_path, head)


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for file in (tmp_path / "tidak-ada.csv", tmp_path):
        with pytest.raises(ConfigError, match=f"spikes: {file}: "):
            list(spike_rows(SETTINGS, file, "issue"))


def test_the_picture_shows_every_series_and_changes_no_line(tmp_path: Path) -> None:
    file, picture = tmp_path / "deret.csv", tmp_path / "deret.png"
    head = "series,at,count,observed\n"
    rows = (hours("air", [1, 0] * 40 + [25]) + hours("harga $x_{$", [3] * 30)).splitlines()
    file.write_text(head + "".join(f"{row},{int(i != 7)}\n" for i, row in enumerate(rows)))
    plain = list(spike_rows(SETTINGS, file, "issue"))
    assert not picture.exists()
    assert list(spike_rows(SETTINGS, file, "issue", picture)) == plain
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_picture_of_a_head_alone_is_empty(tmp_path: Path) -> None:
    file, picture = tmp_path / "deret.csv", tmp_path / "deret.png"
    file.write_text(HEAD)
    assert len(list(spike_rows(SETTINGS, file, "issue", picture))) == 1
    assert picture.stat().st_size > 0


@pytest.mark.parametrize("place", ["tidak-ada/deret.png", "."])
def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    file, picture = tmp_path / "deret.csv", tmp_path / place
    file.write_text(HEAD + hours("air", [1] * 30))
    with pytest.raises(ConfigError, match=f"^--picture: {picture}: "):
        list(spike_rows(SETTINGS, file, "issue", picture))


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60))
def test_any_counts_are_judged(tmp_path_factory: pytest.TempPathFactory, counts: list[int]) -> None:
    folder = tmp_path_factory.mktemp("deret")
    found = judged(folder, HEAD + hours("x", counts))
    assert len(found) == len(counts)
    assert all(float(row[5]) >= 0 for row in found)


# Texts.


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Banjir di pasar", "Banjir di pasar"),
        ("", ""),
        ('{"text": "Banjir"}', "Banjir"),
        (' {"id": 3, "text": ""}', ""),
        ('{"text": 7}', '{"text": 7}'),
        ('{"comment": "x"}', '{"comment": "x"}'),
        ("{sapaan} bukan JSON", "{sapaan} bukan JSON"),
        ('{"text": "putus', '{"text": "putus'),
        ('["text"]', '["text"]'),
        ('"text"', '"text"'),
        ('{"text": "\\u0000 🌊 \\n dua"}', "\x00 🌊 \n dua"),
        ('{"a":' * 50_000, '{"a":' * 50_000),
        ('{"text": "x", "n": ' + "9" * 5000 + "}", '{"text": "x", "n": ' + "9" * 5000 + "}"),
    ],
)
def test_the_text_of_a_line(line: str, text: str) -> None:
    assert text_of(line) == text


def test_each_line_gives_one_line_in_order_plain_and_json_mixed() -> None:
    lines = [
        "Banjir di Sampit, jalan tergenang, parah sekali",
        '{"text": "Terima kasih, pelayanan puskesmas mantap dan cepat"}',
        "",
        '{"id": 7}',
        "Slot gacor maxwin daftar sekarang https://judi.example",
        "Hubungi 0812-0000-0000 ya min, knp listrik mati trs?",
        "<b>tebal</b> 🌊 مرحبا",
    ]
    found = [json.loads(line) for line in classify_lines(SETTINGS, "off", lines)]
    assert [one["text"] for one in found] == [text_of(line) for line in lines]
    assert found[0]["sentiment"] == "negatif"
    assert found[1]["sentiment"] == "positif"
    assert found[1]["issue"] == "kesehatan"
    assert found[4]["spam"] == "judi"
    assert "0812" not in found[5]["masked"]
    for one in found:
        assert one["sentiment"] in set(Sentiment) and one["intent"] in set(Intent)
        assert set(one["sentiment_p"]) == set(Sentiment)
        assert sum(one["sentiment_p"].values()) == pytest.approx(1, abs=0.01)


def test_every_answer_is_explained_when_asked_for(tmp_path: Path) -> None:
    serve(tiny_model(), tmp_path)
    settings = Settings(paths=Paths(data=PROJECT / "data", models=tmp_path))
    lines = ["jalan di kampung tidak bagus", "", '{"text": "air lancar"}']
    plain = [json.loads(line) for line in classify_lines(settings, "off", lines)]
    found = [json.loads(line) for line in classify_lines(settings, "off", lines, explain=True)]
    assert [{k: v for k, v in one.items() if k != "why"} for one in found] == plain
    for one in found:
        assert list(one["why"]) == ["sentiment", "issue", "intent", "urgent"]
        assert one["why"]["issue"]["answer"] == one["issue"]
        for why in one["why"].values():
            parts = sum(weight for _, weight in why["tokens"]) + why["rest"]
            assert parts == pytest.approx(why["score"], abs=0.01)
    assert [token for token, _ in found[0]["why"]["issue"]["tokens"]] == lines[0].split()
    assert found[1]["why"]["issue"]["tokens"] == []


def test_more_lines_than_a_batch_keep_their_order_and_are_not_all_read_first() -> None:
    taken: list[int] = []

    def lines():  # type: ignore[no-untyped-def]
        for i in range(2300):
            taken.append(i)
            yield f"Kabar nomor {i}"

    out = classify_lines(SETTINGS, "off", lines())
    assert json.loads(next(out))["text"] == "Kabar nomor 0"
    assert len(taken) <= 1001
    rest = [json.loads(line)["text"] for line in out]
    assert rest == [f"Kabar nomor {i}" for i in range(1, 2300)]


def test_no_lines_give_no_lines() -> None:
    assert list(classify_lines(SETTINGS, "off", [])) == []


def test_without_a_model_the_folder_is_named(tmp_path: Path) -> None:
    bare = Settings(paths=Paths(data=PROJECT / "data", models=tmp_path / "models"))
    with pytest.raises(ModelError, match="models"):
        list(classify_lines(bare, "off", ["x"]))
