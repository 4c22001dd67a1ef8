"""``siaga backtest`` on a stored flood: its lines, its JSON, its picture, what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.records import EventKind, IncidentState, Level, Sentiment
from monitor.store import incidents, sources
from monitor.store.connection import to_epoch
from tests.making import NOW, SOURCE, make_comment, make_reading, store_comments, understand
from tests.test_cli import GOOD, WRONG, Office

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGAN = NOW - 20 * HOUR


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, bare: None
) -> Office:
    """Four weeks with a comment now and then, and a flood yesterday that an admin dismissed."""
    monkeypatch.setattr(app, "utc_now", lambda: NOW)
    office = Office(tmp_path, capsys)
    fill(office)
    return office


def fill(office: Office) -> None:
    db = office.store
    quiet = [make_comment(f"q{i}", created_at=NOW - i * 9 * HOUR) for i in range(70)]
    understand(db, store_comments(db, *quiet), sentiment=Sentiment.NETRAL)
    flood = [make_comment(f"f{i}", created_at=BEGAN + i * timedelta(seconds=40)) for i in range(40)]
    understand(db, store_comments(db, *flood))
    with db.atomic():
        sources.cover(db, SOURCE, NOW - 27 * DAY, NOW)
    reading = make_reading(at=BEGAN + HOUR / 3, level=Level.AWAS)
    incidents.open_new(db, reading, BEGAN, "")
    (live,) = incidents.live(db)
    dismissed = IncidentState.DISMISSED
    incidents.change(db, live, EventKind.DISMISSED, dismissed, NOW - 18 * HOUR, "", actor="Budi")
    db.close()


def test_each_alert_is_a_line_and_the_last_one_counts_them(office: Office) -> None:
    done = office("backtest")
    assert done.code == GOOD
    line, lesson, total = done.out.splitlines()
    assert line.startswith("9 Mar 16.")
    assert " · Awas · Banjir & bencana: " in line
    assert "negatif dalam 1 jam, biasanya kurang dari 1; wajarnya kurang dari" in line
    assert line.endswith(" · kartu #1: bukan krisis oleh Budi")
    assert lesson == (
        "Ambang Waspada dan Siaga naik karena dinilai bukan krisis: Banjir & bencana 2 % (1 kali)."
    )
    assert total == ("1 peringatan dalam 27 hari (0 sehari), 1 di antaranya dinilai bukan krisis")


def test_machines_get_a_value_a_line(office: Office) -> None:
    done = office("backtest", "--json", "--days", "2")
    told, lesson, total = done.lines
    opened, closed = (datetime.fromisoformat(told[key]) for key in ("opened_at", "closed_at"))
    assert BEGAN < opened <= BEGAN + HOUR / 3 < closed
    assert {key: told[key] for key in ("issue", "level", "incident", "state", "holder")} == {
        "issue": "banjir_bencana",
        "level": "awas",
        "incident": 1,
        "state": "dismissed",
        "holder": "Budi",
    }
    assert told["score"] > 1.28
    assert told["observed"] >= 4 > told["expected"] >= 0
    assert told["hours"] in (1, 2, 3)
    assert lesson == {"lessons": {"Banjir & bencana": 1.0222}}
    assert total == {"alerts": 1, "days": 2.0, "times": 1.0}


def test_what_still_runs_and_what_nobody_saw_is_null(office: Office) -> None:
    db = office.store
    with db.atomic():
        db.conn.execute("UPDATE incident SET onset_at = 0, closed_at = ?", [to_epoch(NOW) - 10**7])
        db.conn.execute("UPDATE tally SET at = at + 18 * 3600 WHERE negative = 1")
    db.close()
    told = office("backtest", "--json").lines[0]
    assert (told["closed_at"], told["incident"], told["state"], told["holder"]) == (None,) * 4
    line = office("backtest").out.splitlines()[0]
    assert " – masih berjalan · " in line
    assert line.endswith("waktu itu tidak ada kartu")


def test_other_thresholds_can_be_tried_and_change_nothing(office: Office) -> None:
    tried = office("backtest", "--json", "--waspada", "97", "--siaga", "98", "--awas", "99")
    assert tried.lines[-1]["alerts"] == 0
    assert office("backtest", "--json").lines[-1]["alerts"] == 1


def test_a_budget_can_be_tried_and_says_what_it_made_of_the_thresholds(office: Office) -> None:
    db = office.store
    for issue in ("kesehatan", "sampah_kebersihan"):
        more = [
            make_comment(f"{issue}{n}", created_at=BEGAN + n * timedelta(seconds=40))
            for n in range(40)
        ]
        understand(db, store_comments(db, *more), issue=issue)
    db.close()
    done = office("backtest", "--days", "7", "--most-a-day", "1")
    assert "batas 1 sehari" in done.out.splitlines()[-1]
    assert done.out.splitlines()[-1].endswith("; ambang Waspada dan Siaga dinaikkan 40 %")
    kept = office("backtest", "--days", "7", "--most-a-day", "9")
    assert "ambang" not in kept.out.splitlines()[-1]


def test_the_picture_is_written_beside_the_lines(office: Office) -> None:
    file = office.folder / "riwayat.png"
    done = office("backtest", "--picture", file)
    assert done.code == GOOD
    assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_an_empty_store_has_no_alerts_and_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], office: Office
) -> None:
    (tmp_path / "baru").mkdir()
    fresh = Office(tmp_path / "baru", capsys)
    done = fresh("backtest", "--picture", fresh.folder / "kosong.png")
    assert (done.code, done.err) == (GOOD, "")
    assert done.out.startswith("0 peringatan dalam 0 hari")
    assert (fresh.folder / "kosong.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--waspada", "2"], "--waspada 2: accepted: below siaga 1.1 "),
        (["--siaga", "3"], "--siaga 3: accepted: below awas 1.28 "),
        (["--picture", "tidak-ada/x.png"], "--picture: tidak-ada/x.png: No such file"),
        (["--days", "0"], "--days"),
        (["--most-a-day", "-1"], "--most-a-day"),
    ],
)
def test_what_cannot_be_tried_is_named(office: Office, words: list[str], told: str) -> None:
    done = office("backtest", *words)
    assert done.code == WRONG
    assert told in done.err
