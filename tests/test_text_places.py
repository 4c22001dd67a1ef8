"""Places of the province in informal text."""

from pathlib import Path

import pytest

from monitor.text.lexicon import PlaceName, PlaceTables
from monitor.text.places import Gazetteer

DATA = Path(__file__).parent.parent / "data" / "places"
TABLES = PlaceTables.load(DATA)
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
        ("urang bulik kampung", []),
        ("kec ketapang gelap, ketapang kalbar", []),
        ("kec kurun gelap", [("Gunung Mas", "Kurun")]),
        ("di kurun waktu itu", []),
        ("dalam kurun 3 tahun", []),
        ("dusun tengah kami", []),
        ("kecamatan dusun tengah", [("Barito Timur", "Dusun Tengah")]),
        ("pian handak bulik kah", []),
        ("sungai mentaya", [("Kotawaringin Timur", None)]),
        ("daerah mentaya hulu", [("Kotawaringin Timur", "Mentaya Hulu")]),
        ("orang mentaya", [("Kotawaringin Timur", None)]),
        ("lamandau banjir", [("Lamandau", None)]),
        ("kec lamandau banjir", [("Lamandau", "Lamandau")]),
        ("banjir disampit dan kekapuas", [("Kotawaringin Timur", None), ("Kapuas", None)]),
        ("kapuas hulu", [("Kapuas", "Kapuas Hulu")]),
        ("kabupaten kapuas hulu", []),
        ("kapuas hulu dekat putussibau", []),
        ("gerabah kasongan bantul, sirkuit sepang, pujon malang", []),
        ("kasongan banjir", [("Katingan", None)]),
        ("kec. sepang gelap", [("Gunung Mas", "Sepang")]),
        ("barito kuala dan barito putera", []),
        ("mantap jalan bukit raya pekanbaru", []),
        ("sampitan", []),
        ("mura itu kabupaten jauh", [("Murung Raya", None)]),
        ("harga mura", []),
        ("SDN 2 Selat bocor", [("Kapuas", "Selat")]),
        ("tahun 2020 selat", []),
        ("muarateweh jekanraya mentaya hilirselatan", [
            ("Barito Utara", None), ("Palangka Raya", "Jekan Raya"),
            ("Kotawaringin Timur", "Mentaya Hilir Selatan")]),
        ("kotimku, sampitnya, drsampit, dipangkalan bun", [
            ("Kotawaringin Timur", None), ("Kotawaringin Timur", None),
            ("Kotawaringin Timur", None), ("Kotawaringin Barat", None)]),
        ("katigan kattingan ktaingan ketingann", [("Katingan", None)] * 3),
        ("sampiiittt banjirrr", [("Kotawaringin Timur", None)]),
        ("seruan itu, kapas, timah, timpa", []),
        ("p.bun dan palangka-raya", [("Kotawaringin Barat", None), ("Palangka Raya", None)]),
        ("kereng bangkirai", [("Palangka Raya", None)]),
        ("mantangai hulu", [("Kapuas", "Mantangai")]),
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


def test_an_ending_is_no_part_of_the_match() -> None:
    (place,) = GAZETTEER.places("jalan di Sampitnya rusak")
    assert place.matched == "Sampit"


@pytest.mark.parametrize("file", ["cues.tsv", "needs_cue.tsv", "aliases.tsv", "villages.tsv"])
def test_no_name_or_word_stands_twice_in_a_list(file: str) -> None:
    column = 2 if file in {"aliases.tsv", "villages.tsv"} else 0
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t")[column].lower() for line in lines if not line.startswith("#")]
    assert len(cells) == len(set(cells))


def test_every_name_with_a_need_is_in_the_tables() -> None:
    names = {" ".join(name.name.replace(".", " ").split()) for name in TABLES.names}
    assert set(TABLES.needs) <= names


def test_ordinary_words_are_no_places() -> None:
    assert [word for word in TABLES.ordinary if GAZETTEER.places(word)] == []


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
