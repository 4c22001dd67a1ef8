"""Places of the province in informal text."""

from pathlib import Path

import pytest

from monitor.text.lexicon import PlaceName, PlaceTables
from monitor.text.places import Gazetteer

TABLES = PlaceTables.load(Path(__file__).parent.parent / "data" / "places")
GAZETTEER = Gazetteer(TABLES)


def regions(text: str) -> list[tuple[str, str | None]]:
    return [(place.kabupaten, place.kecamatan) for place in GAZETTEER.places(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jalan di Sampit rusak", [("Kotawaringin Timur", None)]),
        ("KOTIM dan Kobar banjir", [("Kotawaringin Timur", None), ("Kotawaringin Barat", None)]),
        ("pangkalan bun gelap", [("Kotawaringin Barat", None)]),
        ("p. raya macet, palangkaraya panas", [("Palangka Raya", None)] * 2),
        ("kecamatan jekan raya", [("Palangka Raya", "Jekan Raya")]),
        ("pulpis gumas barut barsel bartim", [
            ("Pulang Pisau", None), ("Gunung Mas", None), ("Barito Utara", None),
            ("Barito Selatan", None), ("Barito Timur", None)]),
        ("murung raya jauh", [("Murung Raya", None)]),
        ("kec. Murung belum ada sinyal", [("Murung Raya", "Murung")]),
        ("aku lagi murung hari ini", []),
        ("wajahnya murung", []),
        ("di selat sunda", []),
        ("warga selat menunggu", [("Kapuas", "Selat")]),
        ("baru raya jalan selat murung", []),
        ("dalam kurun waktu lama", []),
        ("kec kurun gelap", [("Gunung Mas", "Kurun")]),
        ("di kurun", []),
        ("dusun tengah kami", []),
        ("kecamatan dusun tengah", [("Barito Timur", "Dusun Tengah")]),
        ("pian handak bulik kah", []),
        ("sungai mentaya", []),
        ("daerah mentaya hulu", [("Kotawaringin Timur", "Mentaya Hulu")]),
        ("orang mentaya", [("Kotawaringin Timur", None)]),
        ("lamandau banjir", [("Lamandau", None)]),
        ("kec lamandau banjir", [("Lamandau", "Lamandau")]),
        ("banjir disampit dan kekapuas", [("Kotawaringin Timur", None), ("Kapuas", None)]),
        ("kapuas hulu", [("Kapuas", None)]),
        ("sampitan", []),
        ("Gn. Bintang Awai", [("Barito Selatan", "Gunung Bintang Awai")]),
        ("kuala", []),
        ("", []),
    ],
)  # fmt: skip
def test_places_of_a_text(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert regions(text) == expected


def test_a_match_says_where_it_stands() -> None:
    text = "\u0130\u0130 jalan disampit"
    (place,) = GAZETTEER.places(text)
    assert place.matched == "sampit" == text[place.start : place.end]


def test_all_regions_of_the_province_are_there() -> None:
    names = {(name.kabupaten, name.kecamatan) for name in TABLES.names}
    assert len({kabupaten for kabupaten, _ in names}) == 14
    assert len([1 for _, kecamatan in names if kecamatan]) == 136


def test_aliases_point_to_existing_regions() -> None:
    regions_file = Path(__file__).parent.parent / "data" / "places" / "kalteng.tsv"
    known = {
        tuple(line.split("\t")[:2])
        for line in regions_file.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    }
    assert {(name.kabupaten, name.kecamatan or "") for name in TABLES.names} == known


def test_another_province_needs_only_other_tables() -> None:
    tables = PlaceTables((PlaceName("contoh lama", "Contoh", "Contoh Lama"),), {}, {})
    assert [place.kecamatan for place in Gazetteer(tables).places("di Contoh Lama!")] == [
        "Contoh Lama"
    ]
