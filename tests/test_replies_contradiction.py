"""Replies against statements: invented pairs, half to tune by and half to measure by."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.replies.amounts import Amount, amounts, sentences
from monitor.replies.contradiction import Clash, clashes, repeated
from monitor.replies.opposites import LISTS, Opposites, read_opposites, roots

HERE = Path(__file__).parent
FILE = HERE.parent / "data" / "guard" / "lawan_kata.toml"
# What the rules were tuned by, and what they were not.
TUNED, BLIND = 0, 1


@cache
def known() -> Opposites:
    return read_opposites(FILE.read_text(encoding="utf-8"), FILE.name)


def half(kind: str, which: int) -> list[tuple[tuple[str, ...], str]]:
    """Facts and a reply each; the hash of the reply decides to which half it belongs."""
    told = tomllib.loads((HERE / "narrative_cases.toml").read_text(encoding="utf-8"))["narasi"]
    return [
        (tuple(statement["facts"]), text)
        for statement in told
        for text in statement[kind]
        if hashlib.blake2b(text.encode(), digest_size=1).digest()[0] % 2 == which
    ]


def share(kind: str, which: int) -> float:
    """How many of a half are flagged."""
    cases = half(kind, which)
    return sum(bool(clashes(text, facts, known())) for facts, text in cases) / len(cases)


def test_there_are_forty_of_each_kind() -> None:
    for kind in ("lawan", "cocok"):
        assert len(half(kind, TUNED)) + len(half(kind, BLIND)) >= 40


def test_the_tuned_half_is_told_apart() -> None:
    assert share("lawan", TUNED) >= 0.95
    assert share("cocok", TUNED) <= 0.05


def test_the_half_that_nothing_was_tuned_by_is_told_apart() -> None:
    assert share("lawan", BLIND) >= 0.9
    assert share("cocok", BLIND) <= 0.1


def test_harder_pairs_are_mostly_told_apart() -> None:
    told = tomllib.loads((HERE / "narrative_cases.toml").read_text(encoding="utf-8"))["sulit"]
    flagged = {
        kind: [bool(clashes(text, one["facts"], known())) for one in told for text in one[kind]]
        for kind in ("lawan", "cocok")
    }
    assert sum(flagged["lawan"]) >= 0.75 * len(flagged["lawan"])
    assert sum(flagged["cocok"]) <= 0.1 * len(flagged["cocok"])


@pytest.mark.parametrize(
    ("fact", "reply", "clash"),
    [
        ("Ada 5 posko.", "Kami buka 3 posko.", Clash("5 posko", "3 posko")),
        ("Posko ada 5.", "Hanya tiga posko.", Clash("Posko ada 5", "tiga posko")),
        ("Ada 5 unit pompa.", "Ada 3 pompa.", Clash("5 unit pompa", "3 pompa")),
        ("Posko buka.", "Posko ditutup.", Clash("Posko buka", "Posko ditutup")),
        ("Tidak ada korban.", "2 korban dirawat.", Clash("Tidak ada korban", "2 korban")),
        (
            "Bantuan sudah disalurkan.",
            "Bantuan belum disalurkan.",
            Clash("Bantuan sudah disalurkan", "Bantuan belum disalurkan"),
        ),
        ("Tarif Rp 5.000.", "Tarifnya 7 ribu rupiah.", Clash("Rp 5.000", "7 ribu rupiah")),
        ("Biaya parkir Rp5.000.", "Biaya parkir 7 ribu rupiah.", Clash("Rp5.000", "7 ribu rupiah")),
        (
            "Layanan SIM pada 3/3/2026.",
            "SIM tanggal 4 Maret.",
            Clash("3/3/2026", "tanggal 4 Maret"),
        ),
        (
            "Loket SIM buka jam delapan.",
            "Loket SIM buka pukul 09.00.",
            Clash("jam delapan", "pukul 09.00"),
        ),
        ("Loket pajak buka jam 4 sore.", "Loket pajak buka 16.00.", None),
        ("Loket pajak buka jam 7 malam.", "Loket pajak buka 19.00 WIB.", None),
        ("Loket pajak buka jam 11 siang.", "Loket pajak buka 11.00.", None),
        ("Ada lebih dari 5 posko.", "Ada 9 posko.", None),
        ("Ada sekitar 100 posko.", "Ada 90 posko.", None),
        ("Maksimal 5 posko.", "Ada 3 posko.", None),
        ("Ada 2 posko di Sampit. Ada 3 posko di Kapuas.", "Total 5 posko.", None),
        ("Ada 2 posko di Sampit.", "Ada 4 posko di Kapuas.", None),
        ("Ada 2 posko kesehatan.", "Ada 4 posko logistik.", None),
        ("Korban nihil.", "Ada korban.", Clash("Korban nihil", "Ada korban")),
        ("Korban nol.", "Korban nihil.", None),
        ("Libur hari Minggu.", "Libur dua minggu.", None),
        ("Ada 5 posko.", "Apakah ada 3 posko?", None),
        ("Ada 5 posko.", "Kalau ada 3 posko, kabari kami.", None),
        ("Ada 5 posko.", "Hubungi 0812-0000-0000 atau RT 3 dan posko covid-19.", None),
        ("Ada 5 posko.", "Salah satu posko dekat https://contoh.example/3.", None),
        ("Ada 5 posko.", "", None),
        ("Posko buka.", "Jalan ditutup.", None),
        ("Posko buka di Sampit.", "Posko tutup di Kapuas.", None),
        ("Obat habis adalah hoaks.", "Obat tersedia.", None),
        ("Ada 5 posko.", "Versi 1.2.3.4 keluar.", None),
    ],
)
def test_a_pair_of_sentences(fact: str, reply: str, clash: Clash | None) -> None:
    found = clashes(reply, [fact], known())
    assert found == ((clash,) if clash else ())


def test_saying_the_facts_themselves_is_no_contradiction() -> None:
    told = tomllib.loads((HERE / "narrative_cases.toml").read_text(encoding="utf-8"))["narasi"]
    for statement in told:
        facts = statement["facts"]
        assert clashes(" ".join(facts), facts, known()) == ()
        assert repeated(" ".join(facts), facts, known()) == tuple(facts)


MIXED = (
    "5 lima puluh 07.00 12 Maret Rp % pukul sampai - , . posko buka tutup tidak belum sudah ada "
    "nihil jam hari Senin lebih dari sekitar kalau ke 0812 unit desa 3/4 1.000 ribu ?"
)
WORDS = st.sampled_from(sorted(set(MIXED.split())))


@given(st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=14).map(" ".join))
def test_any_words_can_be_compared(text: str, fact: str) -> None:
    for clash in clashes(text, [fact], known()):
        assert clash.said.strip("…") in text
        assert clash.fact.strip("…") in fact


def test_a_long_clause_is_quoted_in_part() -> None:
    fact = "Posko pengungsian utama yang berada di halaman kantor kecamatan lama tetap buka."
    (clash,) = clashes("Posko pengungsian utama ditutup.", [fact], known())
    assert clash.fact.endswith("…")
    assert len(clash.fact) <= 60


def test_each_thing_is_told_once() -> None:
    text = "Ada 3 posko. Sekali lagi 3 posko."
    assert len(clashes(text, ["Ada 5 posko."], known())) == 1


def test_without_data_nothing_is_known() -> None:
    assert clashes("Posko tutup, ada 3 posko.", ["Posko buka."], Opposites()) == ()


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Kak, ada 5 posko di Sampit ya.", True),
        ("Ada lima posko di Sampit.", False),
        ("Ada 6 posko di Sampit.", False),
        ("Terima kasih.", False),
    ],
)
def test_a_fact_that_is_said_again_is_recognised(text: str, again: bool) -> None:
    facts = ["Ada 5 posko di Sampit.", "..."]
    assert repeated(text, facts, known()) == ((facts[0],) if again else ())


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("dua puluh lima posko", "count", 25, 25),
        ("seratus dua belas posko", "count", 112, 112),
        ("20 ribu masker", "count", 20_000, 20_000),
        ("Rp 2,4 miliar", "money", 2.4e9, 2.4e9),
        ("1.250.000 rupiah", "money", 1_250_000, 1_250_000),
        ("61 persen", "share", 61, 61),
        ("6,5%", "share", 6.5, 6.5),
        ("tanggal 12", "date", 12, 12),
        ("hari Jumat", "weekday", 4, 4),
        ("lebih dari 5 posko", "count", 5, float("inf")),
        ("hampir 100 posko", "count", 75, 125),
        ("maksimal 5 posko", "count", 0, 5),
        ("tidak ada posko", "count", 0, 0),
        ("posko terdapat", "", 0, 0),
        ("ke-3", "", 0, 0),
        ("08120000000", "", 0, 0),
        ("seminggu", "", 0, 0),
    ],
)
def test_amounts_are_read(text: str, kind: str, low: float, high: float) -> None:
    (sentence,) = sentences(text)
    found: list[Amount] = amounts(sentence, known())
    assert [(one.kind, one.low, one.high) for one in found] == ([(kind, low, high)] if kind else [])


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("pukul 07.00-12.00", ["", "to"]),
        ("mulai pukul 07.00 sampai 12.00 WIB", ["from", "to"]),
        ("12-15 Maret", ["", "to"]),
        ("12 Maret dan 15 Maret", ["", ""]),
    ],
)
def test_a_range_has_two_ends(text: str, roles: list[str]) -> None:
    (sentence,) = sentences(text)
    assert [one.role for one in amounts(sentence, known())] == roles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pembukaan", "dibuka"),
        ("menutup", "ditutup"),
        ("penyaluran", "disalurkan"),
        ("memakai", "dipakai"),
        ("mengirim", "kiriman"),
        ("posko", "poskonya"),
    ],
)
def test_forms_of_a_word_share_a_root(one: str, other: str) -> None:
    assert roots(one) & roots(other)


GOOD = "[kata]\n" + "".join(f'{name} = ["x"]\n' for name in LISTS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "lawan_kata.toml: "),
        (GOOD + "[lain]\n", "accepted: lawan, kata, angka"),
        ("[kata]\nsudah = ['x']\n", "[kata] needs exactly"),
        (GOOD + "[angka]\nsatu = 'x'\n", "[angka]: accepted"),
        (GOOD + "[angka]\nsatu = true\n", "[angka]: accepted"),
        (GOOD.replace('["x"]', "3", 1), "must be a list of words"),
        (GOOD + "[[lawan]]\nini = ['a']\n", "lawan 1: needs exactly ini, itu"),
        (GOOD + "[[lawan]]\nini = ['a']\nitu = ['a']\n", "a stands twice"),
        (GOOD + "[[lawan]]\nini = []\nitu = ['a']\n", "must be a list of words"),
    ],
)
def test_a_wrong_file_is_named(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_opposites(text, "lawan_kata.toml")
    assert told in str(caught.value)
