"""Files in the shapes that other tools write, each read by the profile that its header names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.imports import Imported
from monitor.records import Comment, Kind, Visibility
from monitor.steps.judge import judge
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.steps.waves import watch_waves
from monitor.store import comments, incidents
from monitor.store.connection import rows
from tests.fakes.sheets import xlsx
from tests.import_shapes import (
    BELOW,
    COMPLAINTS,
    LONG_ID,
    MENTIONS,
    POSTS,
    POSTS_ID,
    REQUESTS,
    SHAPES,
    YOUTUBE,
    take,
    written,
)
from tests.world import NOW, make_tools, open_world


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


def stored(db: Database) -> list[Comment]:
    return [comments.stored(row).comment for row in rows(db, "SELECT * FROM comment ORDER BY id")]


def raw(comment: Comment) -> dict[str, str]:
    kept = json.loads(comment.raw)
    assert isinstance(kept, dict)
    return kept


# ---- what each shape becomes


def test_obsei_gives_the_words_before_they_were_cleaned_and_its_platforms(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, YOUTUBE, "comma"))
    first, second = stored(db)
    assert (first.platform, first.text, first.external_id) == (
        "youtube",
        "Banjir di pasar, Min!",
        "Ugx1",
    )
    assert first.created_at == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    assert (first.author_name, first.author_id, first.like_count) == ("@warga1", "UCx", 3)
    assert raw(first) == {"sentiment_positive": "0.98", "sentiment_negative": "0.02"}
    assert (second.platform, second.text) == ("google_play", "bagus sekali")
    assert second.created_at == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def test_obseis_nested_json_is_the_same_comment_as_its_table(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, YOUTUBE, "comma"))
    nested = {
        "processed_text": "banjir pasar",
        "segmented_data": {"classifier_data": {"positive": 0.98, "negative": 0.02}},
        "meta": {"comment_id": "Ugx1", "text": "Banjir di pasar, Min!", "time": 1772326800},
        "source_name": "YoutubeScrapper",
    }
    file = tmp_path / "b.json"
    file.write_text(json.dumps([nested]), encoding="utf-8")
    assert take(db, tools, file) == Imported(1, 0, 0)


def test_mentions_are_read_below_their_preamble_with_text_or_what_stands_in_for_it(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, MENTIONS, "comma"))
    first, second, third = stored(db)
    assert [one.text for one in (first, second, third)] == [
        "Banjir di pasar lagi, kapan surut",
        "Jalan rusak parah",
        "Loket buka",
    ]
    assert [one.platform for one in (first, second, third)] == ["youtube", "x", "forum"]
    assert (first.external_id, first.post_id, first.kind) == (LONG_ID, None, Kind.MENTION)
    assert (second.post_id, second.author_name) == (LONG_ID, "warga2")
    assert first.created_at == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    assert first.permalink == "https://www.youtube.com/watch?v=x#lc=1"
    assert raw(first) == {"sentiment": "positive", "query": "kantor", "language": "id"}


def test_a_foreign_tone_is_kept_and_never_believed(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, MENTIONS, "comma"))
    understand(db, tools)
    said = {row["sentiment"] for row in rows(db, "SELECT sentiment FROM prediction")}
    assert raw(stored(db)[0])["sentiment"] == "positive"
    tones = [row["sentiment"] for row in rows(db, "SELECT * FROM prediction ORDER BY comment_id")]
    assert tones[0] == "negatif"  # the words say so
    assert said <= {"negatif", "netral", "positif"}


def test_the_offices_own_posts_are_never_counted(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, POSTS, "comma"))
    first, second = stored(db)
    assert first.author_is_owner and second.author_is_owner
    assert (first.kind, first.platform, second.platform) == (Kind.POST, "facebook", "instagram")
    assert (first.text, second.text) == ("Layanan buka hari ini", "Kerja bakti besok")
    assert first.created_at == datetime(2026, 2, 28, 11, 12, tzinfo=UTC)
    assert (first.like_count, first.reply_count) == (4, 2)
    understand(db, tools)
    assert rows(db, "SELECT * FROM tally") == rows(db, "SELECT * FROM prediction") == []


def test_indonesian_headers_of_the_same_export_are_known_too(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    done = take(db, tools, written(tmp_path, POSTS_ID, "semicolon"))
    assert (done.choice.name, done.stored) == ("meta_konten", 1)
    assert stored(db)[0].author_is_owner


def test_comments_below_posts_keep_their_place_in_the_talk(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    take(db, tools, written(tmp_path, BELOW, "comma"))
    first, second = stored(db)
    assert (first.platform, first.post_id, first.parent_id) == ("instagram", "17841", None)
    assert (second.parent_id, second.author_name) == ("c1", "Warga Dua")
    assert not first.author_is_owner
    assert raw(first) == {"sentiment": "Positive"}


def test_registers_leave_the_persons_out(tmp_path: Path, db: Database, tools: Tools) -> None:
    take(db, tools, written(tmp_path, COMPLAINTS, "comma"))
    take(db, tools, written(tmp_path, REQUESTS, "comma"))
    complaint, request = stored(db)
    assert raw(complaint)["kind"] == "Pengaduan"
    assert (request.external_id, request.visibility) == ("12/PPID/2026", Visibility.HIDDEN)
    assert "Si Contoh" not in repr(stored(db))


# ---- ids, alerts, names of platforms


@pytest.mark.parametrize("name", ["brandwatch", "obsei", "meta_komentar"])
def test_an_id_that_a_spreadsheet_rounded_goes_to_the_report(
    tmp_path: Path, db: Database, tools: Tools, name: str
) -> None:
    table = [list(row) for row in SHAPES[name]]
    head = next(at for at, row in enumerate(table) if len(row) > 2)
    ids = ("Resource Id", "meta_comment_id", "Comment ID")
    at = next(table[head].index(one) for one in ids if one in table[head])
    table[head + 1][at] = "1.78415E+18"
    done = take(db, tools, written(tmp_path, table, "semicolon"))
    assert done.bad == 1
    assert done.stored == done.read - 1
    assert "a spreadsheet has rounded it" in (tmp_path / "bad.csv").read_text("utf-8-sig")


def test_a_spreadsheets_number_that_lost_digits_goes_to_the_report(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    table: list[list[object]] = [list(row) for row in MENTIONS]
    table[6][13] = 1.784149573920186e18
    done = take(db, tools, xlsx(tmp_path / "a.xlsx", table))
    assert (done.choice.name, done.stored, done.bad) == ("brandwatch", 2, 1)


@pytest.mark.parametrize("name", ["obsei", "brandwatch", "meta_komentar"])
def test_an_import_of_any_shape_raises_nothing(
    tmp_path: Path, db: Database, tools: Tools, name: str
) -> None:
    head = next(at for at, row in enumerate(SHAPES[name]) if len(row) > 2)
    top, row = SHAPES[name][: head + 1], SHAPES[name][head + 1]
    marks = {"Resource Id", "meta_comment_id", "Comment ID"}
    at = next(i for i, header in enumerate(top[-1]) if header in marks)
    many = [[*row[:at], f"n{n}", *row[at + 1 :]] for n in range(60)]
    assert take(db, tools, written(tmp_path, [*top, *many], "comma")).stored == 60
    understand(db, tools)
    assert all(one["backfilled"] for one in rows(db, "SELECT backfilled FROM comment"))
    assert judge(db, tools, NOW) == 0
    assert watch_waves(db, tools, NOW) == 0
    assert incidents.live(db) == []
