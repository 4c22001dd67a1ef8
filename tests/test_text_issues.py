"""Keyword votes per issue."""

from pathlib import Path

import pytest

from monitor.text.lexicon import Lexicon
from monitor.text.reader import TextReader

DATA = Path(__file__).parent.parent / "data"
READER = TextReader.load(DATA)


def votes_of(text: str) -> dict[str, float]:
    """Votes of a normalised text, as the classifier's features ask for them."""
    return READER.issue_voter.issue_votes(READER.stemmer.stems(text))


TOP = [
    ("jalan di desa kami berlubang dan aspalnya hancur", "jalan_infrastruktur"),
    ("lampu jalan padam semua", "jalan_infrastruktur"),
    ("rumah warga kebanjiran drainase tersumbat", "banjir_bencana"),
    ("kabut asap makin tebal ispu berbahaya", "karhutla_asap"),
    ("sampah menumpuk di tps bau", "sampah_kebersihan"),
    ("air pdam mati tiga hari", "air_bersih"),
    ("pln padam terus tiap malam listrik", "listrik_internet"),
    ("pasien ditolak rsud tidak ada dokter", "kesehatan"),
    ("ppdb zonasi sekolah tidak adil", "pendidikan"),
    ("bansos pkh tidak pernah dapat", "bansos"),
    ("urus ktp di dukcapil lama sekali", "kependudukan"),
    ("bayar pajak kendaraan di samsat", "perizinan_pajak"),
    ("pungli di kantor desa dan korupsi", "korupsi_pungli"),
    ("banyak maling motor dan begal", "keamanan_ketertiban"),
    ("lpg langka bbm antri di spbu", "harga_bbm"),
    ("jukir liar parkir dua kali", "transportasi_parkir"),
    ("sengketa lahan mafia tanah sertifikat ganda", "pertanahan"),
    ("limbah sawit mencemari sungai", "lingkungan_tambang"),
    ("honorer dan pppk belum diangkat", "pegawai_pelayanan"),
    ("lowongan kerja untuk umkm upah umk", "ekonomi_kerja"),
    ("kinerja bupati hanya janji kampanye", "kinerja_pemerintah"),
    ("dirgahayu selamat ulang tahun", "lainnya"),
]


@pytest.mark.parametrize(("text", "issue"), TOP)
def test_heaviest_issue(text: str, issue: str) -> None:
    votes = votes_of(text)
    assert next(iter(votes)) == issue
    assert list(votes.values()) == sorted(votes.values(), reverse=True)


def test_every_issue_has_rules() -> None:
    assert {issue for _, issue in TOP} == {
        issue for text, _ in TOP for issue in [next(iter(votes_of(text)))]
    }
    assert len({issue for _, issue in TOP}) == 21


def test_a_word_said_often_counts_once() -> None:
    assert votes_of("banjir banjir banjir") == votes_of("banjir")


def test_rule_phrases_are_made_of_stems() -> None:
    """A phrase that normalising or stemming would change could never be found."""
    lexicon = Lexicon.load(DATA / "lexicon")
    phrases = [phrase for weights in lexicon.issue_keywords.values() for phrase in weights]
    stemmed = {p: " ".join(READER.stemmer.stems(READER.normaliser.normalise(p))) for p in phrases}
    assert {p: s for p, s in stemmed.items() if p != s} == {}


def test_no_keyword_no_vote() -> None:
    assert votes_of("halo semua") == {}
