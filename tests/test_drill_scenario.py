"""The shipped scenarios are whole, invented, and told the same way every time."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.calendar import Calendar
from monitor.drill.scenario import names, read_scenario, stretched
from monitor.drill.telling import begins_at, tell
from monitor.errors import ConfigError
from monitor.knowledge import read_taxonomy
from monitor.records import Level
from monitor.records.drill import Goal, InjectKind
from monitor.stage.clock import StageClock
from monitor.stage.telling import lines
from tests.drill_world import BEGAN, DRILLS, MINUTE, scenario
from tests.world import PROJECT

ZONE = ZoneInfo("Asia/Jakarta")
SHIPPED = ("antrean_rsud", "banjir", "hoaks_bansos")
FAKES = {"081200000000", "6299010101900001"}


def test_three_scenarios_are_shipped() -> None:
    assert tuple(names(DRILLS)) == SHIPPED
    assert names(DRILLS / "tidak ada") == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_whole(name: str) -> None:
    found = scenario(name)
    assert len(found.comments) >= 60
    assert len(set(found.comments)) == len(found.comments)
    assert set(found.issues) <= set(read_taxonomy(PROJECT / "data" / "taxonomy.toml"))
    assert {Goal.APPEAR, Goal.TAKE, Goal.SUGGEST, Goal.APPROVE, Goal.SEND} <= set(found.goals)
    assert InjectKind.PRESS in {one.kind for one in found.injects}
    assert InjectKind.RUMOUR in {one.kind for one in found.injects}
    assert len(found.questions) >= 3 and len(found.practises) >= 3
    assert found.levels[0] is Level.WASPADA and found.levels[-1] is Level.AWAS
    assert all(act.at + act.length <= found.minutes for act in found.acts)
    assert [act.at for act in found.acts] == sorted(act.at for act in found.acts)


def test_one_scenario_brings_a_wave() -> None:
    assert [name for name in SHIPPED if scenario(name).wave] == ["hoaks_bansos"]
    (copied,) = [one for one in scenario("hoaks_bansos").injects if one.copies]
    assert copied.copies >= 10 and len(copied.texts) == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_no_real_number_address_or_account_is_written(name: str) -> None:
    for file in (DRILLS / name).iterdir():
        text = file.read_text(encoding="utf-8")
        long = {re.sub(r"\D", "", found) for found in re.findall(r"\d[\d -]{6,}\d", text)}
        assert long <= FAKES
        assert not re.search(r"https?://|www\.|@\w|\.(?:com|co\.id|go\.id)", text)


def test_no_comment_is_that_of_another_scenario_or_of_the_demo() -> None:
    told = [lines(DRILLS / name / "komentar.txt") for name in SHIPPED]
    told += [lines(file) for file in (PROJECT / "data" / "demo").glob("*.txt")]
    everything = [text for part in told for text in part]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_crisis_is_told_in_order_and_in_time_after_three_quiet_weeks(name: str) -> None:
    found = scenario(name)
    sites = tell(found, PROJECT / "data" / "demo", BEGAN, ZONE)
    assert sites == tell(found, PROJECT / "data" / "demo", BEGAN, ZONE)
    said = [comment for comments in sites.values() for comment in comments]
    for comments in sites.values():
        times = [comment.created_at for comment in comments]
        assert times == sorted(times)
    assert min(c.created_at for c in said) < BEGAN - timedelta(days=20)
    assert max(c.created_at for c in said) <= BEGAN + found.minutes * MINUTE
    texts = [c.text for c in said if c.created_at >= BEGAN]
    assert set(found.comments) <= set(texts)
    assert all(text in texts for inject in found.injects for text in inject.texts)
    assert {c.post_title for c in said if c.text in found.comments} <= set(found.posts)
    assert all(re.fullmatch(r"warga-\d+", c.author_id or "") for c in said)


def test_copies_are_written_by_as_many_accounts() -> None:
    found = scenario("hoaks_bansos")
    (copied,) = [one for one in found.injects if one.copies]
    sites = tell(found, PROJECT / "data" / "demo", BEGAN, ZONE)
    wave = [c for part in sites.values() for c in part if c.text == copied.texts[0]]
    assert len(wave) == len({c.author_id for c in wave}) == copied.copies


def test_another_length_stretches_everything_alike() -> None:
    found, short = scenario(), stretched(scenario(), 22.5)
    assert short.minutes == 22.5
    assert [act.at for act in short.acts] == [act.at / 2 for act in found.acts]
    assert [one.at for one in short.injects] == [one.at / 2 for one in found.injects]
    assert short.goals == found.goals


def test_it_begins_at_nine_on_a_working_day() -> None:
    sunday = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    holiday = Calendar({date(2026, 11, 23): "Libur"})
    monday, tuesday = datetime(2026, 11, 23, 9, tzinfo=ZONE), datetime(2026, 11, 24, 9, tzinfo=ZONE)
    assert begins_at(sunday, Calendar(), ZONE) == monday
    assert begins_at(sunday, holiday, ZONE) == tuesday
    assert begins_at(monday + 9 * 60 * MINUTE, Calendar(), ZONE) == monday


def test_the_clock_runs_as_fast_as_it_is_told() -> None:
    clock = StageClock(BEGAN)
    assert clock() == BEGAN
    clock.release(3600)
    assert BEGAN <= clock() < BEGAN + timedelta(hours=12)


# What is wrong with a scenario is said with its place.

WRONG = (
    ("menit = 45\n", "menit = 1\n", r"menit: 1: accepted: 5 to 240"),
    ("menit = 45\n", "menit = true\n", r"menit: True: accepted: 5 to 240"),
    ("gelombang = false ", 'gelombang = "ya" ', r"gelombang: 'ya': accepted: true or false"),
    ('judul = "Banjir', 'judull = "Banjir', r"judull: .*accepted: babak, gelombang"),
    ('judul = "Banjir di Tanjung Bayan"', 'judul = " "', r"judul: ' ': accepted: words"),
    ('isu = ["banjir_bencana"]', "isu = []", r"isu: \[\]: accepted: a list of words"),
    ('level = ["waspada"', 'level = ["gawat"', r"level: 'gawat': accepted: normal, waspada"),
    ("ambil = 15", "abmil = 15", r"sasaran: abmil: 15: accepted: ambil, kirim"),
    ("komentar = 15", "komentar = 16", r"babak.komentar: 65: accepted: 64 in all"),
    ("lama = 10", "lama = 50", r"babak\[1\]: lama: 50: accepted: 0.5 to 45"),
    ("unggahan = 3", "unggahan = 4", r"babak\[4\]: unggahan: 4: accepted: 1 to 3"),
    ('jenis = "rumor"', 'jenis = "gosip"', r"suntikan\[2\]: jenis: 'gosip': accepted: komentar"),
    ("[sasaran]", "sasaran = 3\n[lain]", r"sasaran: table: 3: accepted: a table|lain"),
    ("[[babak]]", "[babak]", r"."),
)


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_a_wrong_scenario_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    shutil.copytree(DRILLS / "banjir", tmp_path / "banjir")
    file = tmp_path / "banjir" / "skenario.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_scenario(tmp_path, "banjir")


def test_tables_in_place_of_lists_are_refused(tmp_path: Path) -> None:
    shutil.copytree(DRILLS / "banjir", tmp_path / "banjir")
    file = tmp_path / "banjir" / "skenario.toml"
    text = file.read_text(encoding="utf-8")
    plain = text.partition("[sasaran]")[0] + "babak = 3\nsasaran = 4\n"
    file.write_text(plain, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"babak: 3: accepted: tables \[\[babak\]\]"):
        read_scenario(tmp_path, "banjir")
    file.write_text(plain.replace("babak = 3", "babak = []"), encoding="utf-8")
    (tmp_path / "banjir" / "komentar.txt").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sasaran: table: 4: accepted: a table"):
        read_scenario(tmp_path, "banjir")


def test_an_unknown_scenario_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"drill: gempa: accepted: antrean_rsud, banjir, hoaks"):
        read_scenario(DRILLS, "gempa")
    with pytest.raises(ConfigError, match=r"drill: gempa: accepted: no scenario here"):
        read_scenario(tmp_path, "gempa")


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path) -> None:
    shutil.copytree(DRILLS / "banjir", tmp_path / "banjir")
    comments = tmp_path / "banjir" / "komentar.txt"
    comments.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match=r"banjir: .*komentar.txt: not UTF-8"):
        read_scenario(tmp_path, "banjir")
    (tmp_path / "banjir" / "skenario.toml").write_text("judul = ", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"drill: .*skenario.toml: "):
        read_scenario(tmp_path, "banjir")
