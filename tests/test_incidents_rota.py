"""Who is on duty: turns by the week, absences and their stand-ins, quiet hours, and the file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.incidents.duty_file import DutyPlan, read_duty
from monitor.incidents.quiet import Quiet, is_quiet, silent, sleeps, waited
from monitor.incidents.rota import Pair, Rota, away_until, on_duty
from monitor.knowledge import load_knowledge
from monitor.records import Absence, AbsenceId, Level, NoticeKind, Rung
from tests.world import PROJECT

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 WIB
PAIRS = (Pair("Ani", "Budi"), Pair("Citra", "Ani"), Pair("Dewi"))
ROTA = Rota(PAIRS, date(2026, 11, 23))
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
NIGHT = Quiet(time(21), time(6))


def absence(
    person: str,
    stand_in: str | None = None,
    from_at: datetime = MONDAY,
    until_at: datetime = MONDAY + WEEK,
    number: int = 1,
) -> Absence:
    return Absence(AbsenceId(number), person, stand_in, from_at, until_at, "", person, from_at)


def who(at: datetime, *absences: Absence, rota: Rota = ROTA) -> tuple[str | None, str | None]:
    duty = on_duty(rota, absences, at, ZONE)
    return duty.petugas, duty.cadangan


def test_turns_change_at_the_hour_and_come_round() -> None:
    assert who(MONDAY) == ("Ani", "Budi")
    assert who(MONDAY + WEEK - timedelta(seconds=1)) == ("Ani", "Budi")
    assert who(MONDAY + WEEK) == ("Citra", "Ani")
    assert who(MONDAY + 2 * WEEK) == ("Dewi", None)
    assert who(MONDAY + 3 * WEEK) == ("Ani", "Budi")


def test_before_the_first_day_turns_are_reckoned_backwards() -> None:
    assert who(MONDAY - timedelta(seconds=1)) == ("Dewi", None)


def test_a_first_day_within_the_week_belongs_to_the_turn_that_runs() -> None:
    rota = Rota(PAIRS, date(2026, 11, 26), weekday=4, hour=time(16, 30))
    duty = on_duty(rota, (), datetime(2026, 11, 26, 3, 0, tzinfo=UTC), ZONE)
    assert duty.petugas == "Ani"
    assert duty.begins_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert duty.ends_at == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def test_an_absence_moves_the_duty_only_while_it_lasts() -> None:
    away = absence("Ani", "Budi", MONDAY + DAY, MONDAY + 2 * DAY)
    assert who(MONDAY, away) == ("Ani", "Budi")
    assert who(MONDAY + DAY, away) == ("Budi", None)
    assert who(MONDAY + 2 * DAY, away) == ("Ani", "Budi")


def test_the_stand_in_of_the_absence_goes_before_that_of_the_pair() -> None:
    assert who(MONDAY, absence("Ani", "Eko")) == ("Eko", "Budi")
    assert who(MONDAY, absence("Ani")) == ("Budi", None)


def test_a_stand_in_who_is_away_too_is_replaced_as_well() -> None:
    chain = (absence("Ani", "Eko"), absence("Eko", "Fitri", number=2))
    assert who(MONDAY, *chain) == ("Fitri", "Budi")
    assert who(MONDAY, *chain, absence("Fitri", "Ani", number=3)) == ("Budi", None)
    gone = (*chain, absence("Fitri", number=3), absence("Budi", "Gita", number=4))
    assert who(MONDAY, *gone) == ("Gita", None)


def test_when_everybody_is_away_nobody_is_on_duty() -> None:
    assert who(MONDAY, absence("Ani", "Budi"), absence("Budi", number=2)) == (None, None)
    assert who(MONDAY + 2 * WEEK, absence("Dewi", until_at=MONDAY + 3 * WEEK)) == (None, None)


def test_a_stand_in_may_be_away_alone() -> None:
    assert who(MONDAY, absence("Budi")) == ("Ani", None)
    assert who(MONDAY, absence("Budi", "Eko")) == ("Ani", "Eko")


def test_of_two_absences_of_one_person_the_later_counts() -> None:
    assert who(MONDAY, absence("Ani", "Eko"), absence("Ani", "Fitri", number=2))[0] == "Fitri"


@pytest.mark.parametrize(
    ("at", "whole_turn", "until"),
    [
        (MONDAY + 2 * HOUR, False, MONDAY + DAY),
        (MONDAY + DAY - HOUR / 2, False, MONDAY + 2 * DAY),
        (MONDAY + WEEK - HOUR / 2, False, MONDAY + WEEK),
        (MONDAY + 2 * HOUR, True, MONDAY + WEEK),
    ],
)
def test_an_absence_ends_at_tomorrows_hour_or_with_the_turn(
    at: datetime, whole_turn: bool, until: datetime
) -> None:
    assert away_until(ROTA, at, ZONE, whole_turn=whole_turn) == until


rotas = st.builds(
    Rota,
    st.lists(st.sampled_from(PAIRS), min_size=1, max_size=5).map(tuple),
    st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.integers(0, 6),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
instants = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(rotas, instants)
def test_exactly_one_person_is_on_duty_at_any_instant(rota: Rota, at: datetime) -> None:
    duty = on_duty(rota, (), at, ZONE)
    assert duty.petugas == duty.planned.petugas
    assert duty.begins_at <= at < duty.ends_at
    assert duty.ends_at - duty.begins_at == WEEK
    assert duty.cadangan != duty.petugas
    assert on_duty(rota, (), duty.ends_at, ZONE).begins_at == duty.ends_at


people = st.sampled_from(["Ani", "Budi", "Citra", "Dewi", "Eko"])
absences = st.lists(
    st.builds(
        absence, people, st.none() | people, st.just(MONDAY), st.just(MONDAY + WEEK), st.integers()
    ),
    max_size=6,
)


@given(rotas, absences)
def test_whoever_is_away_is_never_on_duty(rota: Rota, gone: list[Absence]) -> None:
    duty = on_duty(rota, gone, MONDAY, ZONE)
    away = {one.person for one in gone}
    assert away.isdisjoint({duty.petugas, duty.cadangan})
    if duty.planned.petugas not in away:
        assert duty.petugas == duty.planned.petugas


# Quiet hours


def local(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(20, False), (21, True), (23, True), (0, True), (5, True), (6, False)]
)
def test_quiet_hours_go_over_midnight(hour: int, quiet: bool) -> None:
    assert is_quiet(NIGHT, local(hour), ZONE) is quiet
    assert is_quiet(None, local(hour), ZONE) is False


def test_quiet_hours_may_lie_within_a_day() -> None:
    noon = Quiet(time(12), time(13))
    assert [is_quiet(noon, local(h), ZONE) for h in (11, 12, 13)] == [False, True, False]


@pytest.mark.parametrize(
    ("kind", "level", "is_silent"),
    [
        (NoticeKind.CARD, Level.WASPADA, True),
        (NoticeKind.CARD, Level.SIAGA, False),
        (NoticeKind.EVENT, Level.WASPADA, True),
        (NoticeKind.EVENT, Level.AWAS, False),
        (NoticeKind.EVENT, None, True),
        (NoticeKind.DIGEST, None, True),
        (NoticeKind.DRAFT, Level.AWAS, True),
        (NoticeKind.DUTY, None, True),
        (NoticeKind.CALL, Level.WASPADA, False),
        (NoticeKind.PERSONAL, None, False),
        (NoticeKind.OPERATOR, None, False),
        (NoticeKind.SOURCE, None, True),
    ],
)
def test_at_night_only_what_must_wake_somebody_sounds(
    kind: NoticeKind, level: Level | None, is_silent: bool
) -> None:
    assert silent(NIGHT, kind, level, local(23), ZONE) is is_silent
    assert silent(NIGHT, kind, level, local(12), ZONE) is False
    assert silent(None, kind, level, local(23), ZONE) is False


@pytest.mark.parametrize("loud_from", [Level.WASPADA, Level.SIAGA, Level.AWAS])
@given(at=instants)
def test_awas_always_sounds_and_always_waits_in_full(loud_from: Level, at: datetime) -> None:
    quiet = Quiet(time(20), time(7), loud_from)
    assert not sleeps(quiet, Level.AWAS)
    assert not silent(quiet, NoticeKind.CARD, Level.AWAS, at, ZONE)
    assert waited(quiet, Level.AWAS, at, at + DAY, ZONE) == DAY


@pytest.mark.parametrize(
    ("since", "until", "length"),
    [
        (local(20), local(20, 30), timedelta(minutes=30)),
        (local(20, 50), local(22), timedelta(minutes=10)),
        (local(22), local(23), timedelta()),
        (local(22), local(6, 30, 24), timedelta(minutes=30)),
        (local(1), local(7), timedelta(hours=1)),
        (local(12), local(12, day=25), timedelta(hours=30)),
    ],
)
def test_the_wait_of_a_lower_level_pauses_at_night(
    since: datetime, until: datetime, length: timedelta
) -> None:
    assert waited(NIGHT, Level.WASPADA, since, until, ZONE) == length
    assert waited(NIGHT, Level.SIAGA, since, until, ZONE) == until - since
    assert waited(None, Level.WASPADA, since, until, ZONE) == until - since


def test_quiet_hours_within_a_day_are_left_out_too() -> None:
    noon = Quiet(time(12), time(13))
    assert waited(noon, Level.WASPADA, local(11), local(14), ZONE) == timedelta(hours=2)


# The file


def test_the_shipped_file_works_without_a_rota() -> None:
    plan = read_duty((PROJECT / "data" / "jaga.toml").read_text(encoding="utf-8"), "jaga.toml")
    assert plan.rota is None
    assert plan.quiet == NIGHT
    assert plan.chain == DutyPlan().chain


def test_the_file_is_loaded_with_the_other_knowledge(tmp_path: Path) -> None:
    assert load_knowledge(PROJECT / "data").duty.quiet == NIGHT
    for name in ("taxonomy.toml", "templates"):
        (tmp_path / name).symlink_to(PROJECT / "data" / name)
    assert load_knowledge(tmp_path).duty == DutyPlan()
    (tmp_path / "jaga.toml").write_text("regu = 3", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"duty: .*jaga\.toml: regu: 3: accepted: tables"):
        load_knowledge(tmp_path)


def test_the_shipped_example_is_a_rota_once_its_marks_are_gone() -> None:
    text = (PROJECT / "data" / "jaga.toml").read_text(encoding="utf-8")
    begin, end = text.index("# [giliran]"), text.index("# Jam tenang")
    example = re.sub(r"^# ?", "", text[begin:end], flags=re.MULTILINE)
    rota = read_duty(example, "jaga.toml").rota
    assert rota is not None
    assert [pair.petugas for pair in rota.pairs] == ["Sari", "Joko", "Wulan"]
    assert (rota.first, rota.weekday, rota.hour) == (date(2026, 11, 23), 0, time(8))


def test_everything_may_be_set() -> None:
    plan = read_duty(
        '[giliran]\nmulai = 2026-11-27\nhari = "jumat"\njam = "16:30"\n'
        '[[regu]]\npetugas = " Ani "\ncadangan = "Budi"\n[[regu]]\npetugas = "Citra"\n'
        '[tenang]\nmulai = "22.00"\nselesai = "5.30"\nberbunyi_dari = "awas"\n'
        '[[rantai]]\nlevel = "awas"\nadmin = 3\npimpinan = 6\n',
        "jaga.toml",
    )
    assert plan.rota == Rota(
        (Pair("Ani", "Budi"), Pair("Citra")), date(2026, 11, 27), 4, time(16, 30)
    )
    assert plan.quiet == Quiet(time(22), time(5, 30), Level.AWAS)
    assert {k: [(s.rung, s.after) for s in v] for k, v in plan.chain.items()} == {
        Level.AWAS: [
            (Rung.ADMIN, timedelta(minutes=3)),
            (Rung.PIMPINAN, timedelta(minutes=6)),
        ]
    }


def test_an_empty_file_has_the_usual_chain() -> None:
    assert read_duty("", "jaga.toml") == DutyPlan()


PAIR = '[[regu]]\npetugas = "Ani"\n'
TURN = "[giliran]\nmulai = 2026-11-23\n"


@pytest.mark.parametrize(
    ("text", "key", "accepted"),
    [
        ("x =", "", "Invalid value"),
        ("jadwal = 1", "jadwal", "giliran, regu, tenang, rantai"),
        (TURN, "giliran", "at least one [[regu]]"),
        (PAIR, "giliran.mulai", "2026-11-23"),
        (PAIR + "[giliran]\nmulai = 2026-11-23T08:00:00\n", "giliran.mulai", "2026-11-23"),
        (PAIR + TURN + 'hari = "monday"', "giliran.hari", "senin, selasa"),
        (PAIR + TURN + 'jam = "8 pagi"', "giliran.jam", '"08.00"'),
        (PAIR + TURN + "jam = 8", "giliran.jam", '"08.00"'),
        (PAIR + TURN + "tiap = 2", "giliran.tiap", "mulai, hari, jam"),
        ("giliran = 3", "giliran", "[giliran]"),
        ("regu = 3", "regu", "[[regu]]"),
        ("regu = [3]", "regu", "[[regu]]"),
        (TURN + "[[regu]]\n", "regu[1].petugas", "a name"),
        (TURN + PAIR + "[[regu]]\npetugas = 4\n", "regu[2].petugas", "a name"),
        (TURN + PAIR + 'cadangan = " "', "regu[1].cadangan", "a name, or no such key"),
        (TURN + PAIR + 'cadangan = "Ani"', "regu[1].cadangan", "somebody else"),
        (TURN + PAIR + 'ketua = "Ani"', "regu[1].ketua", "petugas, cadangan"),
        ('[tenang]\nmulai = "21.00"', "tenang.selesai", '"08.00"'),
        ('[tenang]\nmulai = "24.00"\nselesai = "06.00"', "tenang.mulai", '"08.00"'),
        ('[tenang]\nmulai = "6.00"\nselesai = "06.00"', "tenang.selesai", "another time"),
        (
            '[tenang]\nmulai = "21.00"\nselesai = "06.00"\nberbunyi_dari = "normal"',
            "tenang.berbunyi_dari",
            "waspada, siaga, awas",
        ),
        ("[[rantai]]\nadmin = 3", "rantai[1].level", "waspada, siaga, awas"),
        ('[[rantai]]\nlevel = "awas"\n' * 2, "rantai[2].level", "each level once"),
        ('[[rantai]]\nlevel = "awas"\nbos = 3', "rantai[1].bos", "level, petugas, cadangan"),
        ('[[rantai]]\nlevel = "siaga"\npimpinan = 9', "rantai[1].pimpinan", "awas"),
        ('[[rantai]]\nlevel = "awas"\nadmin = "5"', "rantai[1].admin", "minutes, 1 to 1440"),
        ('[[rantai]]\nlevel = "awas"\nadmin = true', "rantai[1].admin", "minutes"),
        (
            '[[rantai]]\nlevel = "awas"\npetugas = 9\nadmin = 9',
            "rantai[1].admin",
            "minutes, 10 to 1440",
        ),
    ],
)
def test_a_mistake_names_file_key_and_what_is_accepted(text: str, key: str, accepted: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_duty(text, "jaga.toml")
    said = str(raised.value)
    assert said.startswith("duty: jaga.toml: ")
    assert key in said
    assert accepted in said
