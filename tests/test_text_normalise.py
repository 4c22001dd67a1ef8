"""One spelling for machines, without touching local languages or names."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.text.lexicon import Lexicon, PlaceTables
from monitor.text.negation import mark_negation
from monitor.text.normalise import Normaliser

DATA = Path(__file__).parent.parent / "data"
LEXICON = Lexicon.load(DATA / "lexicon")
NORMALISER = Normaliser(LEXICON.slang, LEXICON.doubles)
PIECES = [
    *sorted(LEXICON.slang)[::9], "anak2", "baa2an", "sma2", "aaaa", "a", "b", "g", "y", "4",
    "<url>", "<3", ":)", ":-((", "@user", "wkwkwk", "gilaaaa", "maaaf", "-", "'", " ", "  ", "!",
    "?", "\u0336", "\u0130", "\ufdfa", "\U0001f44d", "\U0001f3fd", "\u200d", "\U0001f1ee",
    "\U0001f1e9", "81234567890", "x.com/", "www.", "@b.co", "1.5", "5jt", "_", ".",
]  # fmt: skip


def normalise(text: str) -> str:
    return NORMALISER.normalise(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Jln di RT kami BLM diperbaiki", "jalan di rt kami belum diperbaiki"),
        ("gk ga gak nggak enggak tdk kaga", "tidak tidak tidak tidak tidak tidak tidak"),
        ("blom jgn bkn", "belum jangan bukan"),
        ("bgttt gilaaaa parahhh baguss", "banget gila parah bagus"),
        ("saat maaf kuota manfaat keadaan", "saat maaf kuota manfaat keadaan"),
        ("maaaf pakkk", "maaf pak"),
        ("smpn iii dan ppp", "smpn iii dan ppp"),
        ("zzzzz", "zz"),
        ("anak2 jalan2nya org2", "anak-anak jalan-jalannya orang-orang"),
        ("sma2 smp2 co2 pppk pppkkk", "sma2 smp2 co2 pppk pppk"),
        ("jln-jln bener-bener", "jalan-jalan benar-benar"),
        ("wkwkwkwk hahahaha hehehe hihihi", "wkwk haha hehe hihi"),
        ("@pak.bupati tolong @dinas_pu!!!", "@user tolong @user !"),
        ("cek https://contoh.id/a?b=1 www.contoh.co", "cek <url> <url>"),
        ("lihat kalteng.go.id dan t.me/contoh", "lihat <url> dan <url>"),
        ("surat ke nama@contoh.id ya", "surat ke <email> ya"),
        ("hp 081200000000 harga Rp 25.000", "hp <nomor> harga rp 25.000"),
        ("5jt 10rb 3kg 4g 50%", "5 juta 10 ribu 3 kg 4g 50%"),
        ("5jt_ 10rb_an", "5 juta 10 ribu an"),
        ("rusak?!?? mana", "rusak ? ! ? mana"),
        ("s l o t g.4.c.0.r", "slotg4c0r"),
        ("kelas a 1 2", "kelas a 1 2"),
        ("d.p.r.d bohong", "dprd bohong"),
        ("marah\U0001f621\U0001f621", "marah \U0001f621 \U0001f621"),
        (
            "\U0001f44d\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f44d \U0001f468",
        ),
        ("\u2764\ufe0f <3 :)) :'( :-(", "\u2764 \u2764 \U0001f642 \U0001f622 \U0001f641"),
        ("\U0001f1ee\U0001f1e9 merdeka", "\U0001f1ee\U0001f1e9 merdeka"),
        ("\U0001d42b\U0001d42e\U0001d42c\U0001d42a\U0001d424 jum\u2019at", "rusqk jum'at"),
        ("m\u0430f", "maaf"),
        ("", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "kada kawa diitihi lawan ikam nang wan ulun handak bulik",
        "dia tau mite huma hong lewu ikei tuh uras mangat kea",
        "inya balum suah kasini pian ai jar urang",
        "jida ulih mihup danum hung sungei hindai tege awi je jituh",
        "kalteng katingan kasongan sampit seruyan murung kumai pulpis gumas barut",
    ],
)
def test_local_words_survive(text: str) -> None:
    assert normalise(text) == text


def test_place_names_survive() -> None:
    names = {name.name for name in PlaceTables.load(DATA / "places").names if "." not in name.name}
    changed = {name for name in names if normalise(name) != name}
    assert changed == set()


@pytest.mark.parametrize("code", ["id", "bjn", "nij", "jv", "su", "en"])
def test_marker_words_survive(code: str) -> None:
    assert [word for word in LEXICON.markers[code] if normalise(word) != word] == []


def test_slang_table_is_large_enough() -> None:
    assert len(LEXICON.slang) >= 400


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=())),
        st.lists(st.sampled_from(PIECES), max_size=10).map("".join),
        st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join),
    )
)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize("slang", [{"gk": "ga", "ga": "tidak"}, {"bgs": "bagusss"}])
def test_a_standard_that_is_not_standard_is_refused(slang: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="slang table"):
        Normaliser(slang, frozenset())


@pytest.mark.parametrize(
    ("text", "language", "marked"),
    [
        ("jalan tidak bagus", "id", "jalan tidak tidak_bagus"),
        ("belum ada yang diperbaiki pak", "id", "belum ada yang tidak_diperbaiki pak"),
        ("tidak cepat tapi bagus", "id", "tidak tidak_cepat tapi bagus"),
        ("tidak ! bagus", "id", "tidak ! bagus"),
        ("jangan buang sampah sembarangan", "id", "jangan tidak_buang tidak_sampah sembarangan"),
        ("tidak 5 bagus", "id", "tidak 5 tidak_bagus"),
        ("kada baik ora apik", "id", "kada tidak_baik ora tidak_apik"),
        ("lain kaitu", "id", "lain kaitu"),
        ("lain kaitu", "bjn", "lain tidak_kaitu"),
        ("dia bahalap", "id", "dia bahalap"),
        ("dia bahalap", "nij", "dia tidak_bahalap"),
        ("tidak bagus", "mixed", "tidak tidak_bagus"),
        ("", "id", ""),
    ],
)
def test_negation_reaches_two_content_words(text: str, language: str, marked: str) -> None:
    assert mark_negation(text, language) == marked
