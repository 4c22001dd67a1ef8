"""Who is in charge: the most exact rule wins, and every name in the file is checked."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.incidents.routing import CLOCKS, UNKNOWN, Routes, main_place, route
from monitor.incidents.routing_file import read_routes, routes_of
from monitor.incidents.systems import accepts, read_systems, track
from monitor.knowledge import load_knowledge
from monitor.records import Issue, Opd
from monitor.records import RouteRule as Rule
from monitor.replies.follow_ups import read_follow_ups, word
from tests.world import PROJECT

AIR, BANJIR = "air_bersih", "banjir_bencana"
TAXONOMY = {
    AIR: Issue(AIR, "Air bersih", "", "PDAM"),
    BANJIR: Issue(BANJIR, "Banjir", "", "BPBD"),
}
RULES = (
    Rule(AIR, "Kotim", "Tirta"),
    Rule(AIR, "Kotim / Baamang", "Tirta Baamang"),
    Rule(AIR, None, "PDAM"),
    Rule(BANJIR, None, "BPBD"),
)
FILE = """
[opd.bpbd]
nama = "Badan Bencana"
singkat = "BPBD"
chat = -100123
topik = 4
kepala = "Ibu Kepala"
tembusan = ["PDAM"]
[opd.pdam]
nama = "Air Minum"
singkat = "PDAM"
[[rute]]
isu = "air_bersih"
tempat = "Kotim"
opd = "BPBD"
[batas.informasi]
hari = 6
[jam]
mulai = 07:30:00
selesai = 15:30:00
"""


@pytest.mark.parametrize(
    ("issue", "place", "learned", "opd"),
    [
        (AIR, None, (), "PDAM"),
        (AIR, "Kapuas", (), "PDAM"),
        (AIR, "Kotim", (), "Tirta"),
        (AIR, "Kotim / Mentaya", (), "Tirta"),
        (AIR, "Kotim / Baamang", (), "Tirta Baamang"),
        (AIR, "Kotim", (Rule(AIR, "Kotim", "X"),), "X"),
        (AIR, "Kotim", (Rule(AIR, None, "X"),), "Tirta"),
        (AIR, "Kapuas", (Rule(AIR, None, "X"), Rule(AIR, None, "Y")), "X"),
        (AIR, "Kotim / Baamang", (Rule(AIR, "Kotim", "X"),), "Tirta Baamang"),
        (AIR, None, (Rule(BANJIR, None, "X"),), "PDAM"),
        ("kesehatan", "Kotim", (), UNKNOWN),
    ],
)
def test_the_most_exact_route_wins_and_people_outrank_the_file(
    issue: str, place: str | None, learned: tuple[Rule, ...], opd: str
) -> None:
    assert route(issue, place, RULES, learned) == opd


@pytest.mark.parametrize(
    ("places", "comments", "place"),
    [
        ([], 5, None),
        ([("Kotim", 3)], 4, "Kotim"),
        ([("Kotim", 1)], 1, None),
        ([("Kotim", 3)], 40, None),
        ([("Kotim", 3), ("Kapuas", 3)], 8, None),
        ([("Kotim / Baamang", 5), ("Kotim", 1)], 8, "Kotim / Baamang"),
        ([("Kotim / Baamang", 2), ("Kotim / Ketapang", 2), ("Kapuas", 1)], 8, "Kotim"),
    ],
)
def test_a_place_decides_only_with_the_majority(
    places: list[tuple[str, int]], comments: int, place: str | None
) -> None:
    assert main_place(places, comments) == place


@given(st.dictionaries(st.sampled_from(["A", "A / b", "B", "B / c"]), st.integers(1, 50)))
def test_the_main_place_is_one_of_the_places_or_their_region(places: dict[str, int]) -> None:
    found = main_place(list(places.items()), sum(places.values()))
    assert found is None or any(place.startswith(found) for place in places)


def test_a_file_is_read_with_chats_heads_copies_rules_clocks_and_hours() -> None:
    routes = read_routes(FILE, "opd.toml", TAXONOMY)
    assert routes.opds["BPBD"] == Opd(
        "bpbd", "Badan Bencana", "BPBD", -100123, 4, "Ibu Kepala", ("PDAM",)
    )
    assert routes.rules == (
        Rule(AIR, "Kotim", "BPBD"),
        Rule(AIR, None, "PDAM"),
        Rule(BANJIR, None, "BPBD"),
    )
    assert [clock.days for clock in routes.clocks] == [2, 6, 14, 60, 10]
    assert (routes.opens, routes.closes) == (time(7, 30), time(15, 30))


def test_agencies_are_found_by_any_of_their_names() -> None:
    routes = read_routes(FILE, "opd.toml", TAXONOMY)
    assert [routes.named(n) for n in ("bpbd", "Badan bencana", " BPBD ", "Lain", "", None)] == [
        "BPBD",
        "BPBD",
        "BPBD",
        "Lain",
        None,
        None,
    ]
    assert routes.by_key("pdam") == routes.opds["PDAM"]
    assert routes.by_key("lain") is None
    assert routes.opd("Lain") == Opd("", "Lain", "Lain")
    assert routes.clock("ppid") == CLOCKS[4] and routes.clock("lain") is None


def test_without_a_file_the_taxonomy_names_the_agencies() -> None:
    routes = routes_of(TAXONOMY)
    assert [opd.key for opd in routes.opds.values()] == ["opd1", "opd2"]
    assert route(AIR, "Kotim", routes.rules, ()) == "PDAM"
    assert routes.clocks == CLOCKS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[opd.bpbd]", "[opd.bpbd", "opd.toml: "),
        ("[jam]", "[jams]", "jams: unknown: accepted: opd, rute, batas, jam"),
        ("[opd.bpbd]", "[opd.BPBD]", "[opd.BPBD]: accepted: at most 24"),
        ("topik = 4", "topic = 4", "[opd.bpbd]: topic: unknown: accepted: nama"),
        ("topik = 4", 'topik = "4"', "topik: accepted: a whole number"),
        ("chat = -100123", "chat = true", "chat: accepted: a whole number"),
        ('nama = "Air Minum"', 'nama = " "', "[opd.pdam]: nama: accepted: words"),
        ('tembusan = ["PDAM"]', 'tembusan = "PDAM"', "tembusan: accepted: a list"),
        ('tembusan = ["PDAM"]', 'tembusan = ["X"]', "tembusan: X: no [opd] has"),
        ('singkat = "PDAM"', 'singkat = "BPBD"', "stands twice"),
        ('singkat = "PDAM"', 'singkat = "Air"', "tembusan: PDAM: no [opd] has"),
        ('["PDAM"]\n[opd.pdam]\nnama = "Air Minum"\nsingkat = "PDAM"', "[]", "taxonomy [air_bers"),
        ('isu = "air_bersih"', 'isu = "air"', "[[rute]] 1: isu: air: accepted: air_bersih"),
        ('opd = "BPBD"\n[batas', 'opd = "X"\n[batas', "[[rute]] 1: opd: X: no [opd]"),
        ("tempat =", "tmpat =", "[[rute]] 1: tmpat: unknown"),
        ("hari = 6", "hari = 0", "[batas.informasi]: hari, tambahan: accepted"),
        ("hari = 6", "hari = 6\ntambahan = -1", "hari, tambahan: accepted"),
        ("hari = 6", 'nama = ""', "[batas.informasi]: nama: accepted: words"),
        ("[batas.informasi]", "[batas.lain]", "[batas]: lain: unknown: accepted: tanggap"),
        ("mulai = 07:30:00", "mulai = 16:30:00", "[jam]: accepted: mulai"),
        ("mulai = 07:30:00", "mulai = 7", "[jam]: accepted: mulai"),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_what_is_accepted(
    old: str, new: str, words: str
) -> None:
    assert old in FILE
    with pytest.raises(ConfigError, match=r"opd: opd\.toml: ") as raised:
        read_routes(FILE.replace(old, new, 1), "opd.toml", TAXONOMY)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no [opd.KEY] table"),
        ("opd = 1", "opd: accepted: a table"),
        ("[opd]\nx = 1", "[opd.x]: accepted: a table with nama"),
        ("rute = 1\n" + FILE.replace("[[rute]]", "[x]").split("[x]")[0], "[[rute]] rows"),
        (FILE + FILE[FILE.index("[[rute]]") : FILE.index("[batas")], "Kotim: stands twice"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_routes(text, "opd.toml", TAXONOMY)
    assert words in str(raised.value)


def test_the_project_s_file_gives_every_issue_an_agency() -> None:
    knowledge = load_knowledge(PROJECT / "data")
    routes = knowledge.routes
    for issue in knowledge.taxonomy:
        assert route(issue, None, routes.rules, ()) in routes.opds
    assert route("listrik_internet", None, routes.rules, ()) == "PLN"
    assert route(BANJIR, "Kotawaringin Timur / Baamang", routes.rules, ()) == "BPBD Kotim"
    assert [(c.key, c.days, c.extra) for c in routes.clocks] == [
        ("tanggap", 2, 0),
        ("informasi", 5, 0),
        ("pelayanan", 14, 0),
        ("pengawasan", 60, 0),
        ("ppid", 10, 7),
    ]
    assert set(knowledge.systems.categories) == set(knowledge.taxonomy)
    longest = max(len(opd.key) for opd in routes.opds.values())
    assert len(f"qs:{10**18 - 1}:pengawasan:{'x' * longest}") <= 64


def test_an_office_without_the_files_has_agencies_and_no_system(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    for name in ("taxonomy.toml", "templates/balasan.toml"):
        (tmp_path / name).write_text((PROJECT / "data" / name).read_text())
    knowledge = load_knowledge(tmp_path)
    assert "BPBD" in knowledge.routes.opds
    assert not knowledge.systems.known
    assert "{jawaban}" in knowledge.follow_ups.answer[0]
    assert Routes().opds == {}


SYSTEM = """
[lapor]
nama = "LAPOR"
situs = "https://lapor.example"
lacak = "https://lapor.example/{tiket}"
tiket = "[0-9]{4,8}"
contoh = "12345"
peta = "lapor"
batas = ""
[kategori]
air_bersih = "Air"
"""


def test_a_system_knows_its_numbers_and_where_to_follow_them() -> None:
    system = read_systems(SYSTEM, "lapor.toml", [AIR], ["ppid"]).known["lapor"]
    assert accepts(system, "12345") and not accepts(system, "12345x")
    assert track(system, "12345") == "https://lapor.example/12345"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[lapor]", "[lapor", "lapor.toml: "),
        ("[lapor]", "[lapor2]", "[lapor2]: accepted: at most 12"),
        ('peta = "lapor"', "", "[lapor]: accepted: needs exactly"),
        ('tiket = "[0-9]{4,8}"', 'tiket = "["', "tiket: [: "),
        ('contoh = "12345"', 'contoh = "x"', "contoh: accepted: an example"),
        ("/{tiket}", "/x", "lacak: accepted: a link with {tiket}"),
        ('batas = ""', 'batas = "x"', "batas: accepted: ppid"),
        ("air_bersih =", "air =", "kategori.air: accepted: air_bersih"),
        ("[kategori]\nair_bersih", "[x]\nair", "[x]: accepted: needs exactly"),
        (SYSTEM, "kategori = 1", "kategori: accepted: a table"),
    ],
)
def test_a_wrong_system_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_systems(SYSTEM.replace(old, new, 1), "lapor.toml", [AIR], ["ppid"])
    assert words in str(raised.value)


WORDINGS = """
jawaban_opd = ["{sapaan} satu: {jawaban} {tautan}", "{sapaan} dua kata: {jawaban} {tautan}"]
nomor_tiket = ["{sapaan} nomor {tiket} {lacak}"]
"""


def test_the_wording_that_was_used_longest_ago_comes_next() -> None:
    wordings = read_follow_ups(WORDINGS, "x.toml").answer
    values = {"sapaan": "Kak,", "jawaban": "Ya.", "tautan": "t"}
    said: list[str] = []
    for _ in range(4):
        said.insert(0, word(wordings, values, said))
    assert ["satu" in text for text in reversed(said)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("jawaban_opd = [", "jawaban_opd = ", "x.toml: "),
        ("nomor_tiket", "nomor", "needs exactly jawaban_opd, nomor_tiket"),
        ('["{sapaan} nomor {tiket} {lacak}"]', "[]", "nomor_tiket: accepted: a list"),
        ("{lacak}", "{orang}", "nomor_tiket 1: {orang}: accepted: sapaan"),
        ("{tiket}", "{opd}", "nomor_tiket 1: must hold {tiket}"),
        ('"{sapaan} nomor {tiket} {lacak}"', "7", "nomor_tiket 1: must hold {tiket}"),
        ("satu: {jawaban} {tautan}", "satu: {jawaban}", "jawaban_opd 1: must hold {jawaban}, {ta"),
    ],
)
def test_a_wrong_wording_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_follow_ups(WORDINGS.replace(old, new, 1), "x.toml")
    assert words in str(raised.value)
