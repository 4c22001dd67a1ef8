"""Advertisements are found; people who complain about them are not."""

from pathlib import Path

import pytest

from monitor.text.lexicon import Lexicon
from monitor.text.normalise import Normaliser
from monitor.text.spam import SpamJudge

LEXICON = Lexicon.load(Path(__file__).parent.parent / "data" / "lexicon")
NORMALISER = Normaliser(LEXICON.slang, LEXICON.doubles)
JUDGE = SpamJudge(LEXICON.spam)


def reason(raw: str) -> str | None:
    return JUDGE.spam_reason(NORMALISER.normalise(raw))


GAMBLING = [
    "slot gacor hari ini link di bio",
    "S L O T gacor maxwin terus bosku",
    "sl0t g4c0r m4xw1n gas depo sekarang",
    "depo 10rb wd 2jt cuma di sini link bio",
    "zeus lagi murah hati nih maxwin x500 gas",
    "𝐬𝐥𝐨𝐭 𝐠𝐚𝐜𝐨𝐫 anti rungkad cek bio",
    "ꜱʟᴏᴛ ɢᴀᴄᴏʀ terpercaya wd cepat",
    "🅢🅛🅞🅣 🅖🅐🅒🅞🅡 modal receh jp besar",
    "ѕlоt gасоr pasti wd bosku",
    "s.l.o.t g.a.c.o.r malam ini",
    "situs gacor terpercaya bonus new member 100%",
    "main di contoh88 auto wd terus",
    "baru daftar langsung jackpot makasih contoh777",
    "pola gacor zeus hari ini modal 20rb jadi 5jt",
    "gates of olympus lagi gampang menang depo dana aja",
    "mahjong ways scatter terus malam ini login sekarang",
    "bocoran slot rtp live tertinggi hari ini",
    "toto togel online terpercaya link bio",
    "gampang jp di sini cek bio aku",
    "wd lancar tanpa ribet situs slot online no 1",
    "s̶l̶o̶t̶ gacor parah jp terus dari kemarin",
    "modal receh auto jp cuma di contohwin88",
    "depo pulsa tanpa potongan slot gacor",
    "casino online bonus deposit 50% daftar yuk",
    "judol terpercaya wd berapapun dibayar",
    "info slot gacor malam ini klik bio",
    "maxwin lagi guys di contoh303 login sini",
    "Sumpah gacor bgt semalam dapat wd 3 juta",
    "scatter hitam turun terus maxwin bosku",
    "parlay malam ini pasti menang cek bio",
    "max win terus gila situs ini pecah",
]
SALES = [
    "open po hijab murah minat dm ya sis ready stok",
    "jasa like dan followers murah hubungi wa",
    "promo sepatu original gratis ongkir order sekarang",
    "reseller dibuka, harga grosir, cek katalog di bio",
    "pelangsing herbal ampuh testimoni banyak order wa",
    "diskon 50% stok terbatas klik link di bio",
]
LOANS = [
    "pinjaman online tanpa jaminan bunga rendah hubungi wa",
    "butuh dana cepat? gadai bpkb proses cepat langsung cair",
]
HONEST = [
    "judi online meresahkan tolong ditindak",
    "tolong berantas judi slot pak, anak muda di kampung kami kecanduan",
    "slot gacor terus yang komen, tolong adminnya hapus spam ini",
    "banyak warga jadi korban judol, pemerintah harus tegas",
    "slot parkir di RSUD selalu penuh",
    "kapan link pendaftaran beasiswa dibuka min? situsnya error",
    "daftar bansos di situs mana ya pak, login gagal terus",
    "bonus atlet belum dibayar sejak tahun lalu",
    "anak saya menang lomba terima kasih pak bupati",
    "depo sampah di dekat pasar sudah penuh bau sekali",
    "harga sembako murah di pasar murah kemarin, terima kasih",
    "gas melon langka harga di eceran 40 ribu",
    "tolong bantu promosikan umkm kami pak bupati",
    "modal usaha umkm kapan cair pak?",
    "dana desa belum cair sampai sekarang",
    "korban pinjol ilegal harus lapor kemana pak",
    "pinjaman kur di bank dipersulit tolong pak gubernur",
    "air pdam mati lagi mati lagi, kapan menang lawan pipa bocor",
    "jalan rusak parah dari simpang sampai ujung",
    "main hakim sendiri itu tidak baik",
    "taman bermain anak rusak semua mainannya",
    "terima kasih sudah gratis ongkos naik bus untuk lansia",
    "jual beli lahan di sini banyak masalah sertifikat",
    "wa pengaduan tidak pernah dibalas",
    "pesan kami cuma satu, perbaiki jalannya",
    "bandar narkoba di kampung kami bebas berkeliaran",
    "bocoran soal cpns itu hoaks ya min",
    "mohon info jadwal pemadaman listrik hari ini",
    "pola hidup sehat penting untuk warga",
    "promo tiket pesawat ke sampit kapan turun harganya pak gubernur",
    "pasti janji saja nanti juga lupa",
    "cek bio gubernur, dulu beliau kepala dinas",
    "link laporan di bio instagram pemda tidak bisa dibuka",
    "anti korupsi hanya slogan",
    "rtp jalan kami tidak punya",
]  # fmt: skip


@pytest.mark.parametrize("raw", GAMBLING)
def test_gambling_is_found(raw: str) -> None:
    assert reason(raw) == "judi"


@pytest.mark.parametrize("raw", SALES)
def test_sales_are_found(raw: str) -> None:
    assert reason(raw) == "promosi"


@pytest.mark.parametrize("raw", LOANS)
def test_loan_offers_are_found(raw: str) -> None:
    assert reason(raw) == "pinjaman"


@pytest.mark.parametrize("raw", HONEST)
def test_citizens_are_not_spam(raw: str) -> None:
    assert reason(raw) is None


def test_weak_words_alone_are_never_spam() -> None:
    rule = LEXICON.spam["judi"]
    assert JUDGE.spam_reason(" ".join(sorted(rule.weak - rule.strong - {"pola"}))) != "judi"


def test_rule_words_are_in_normal_form() -> None:
    """A word that normalising would change could never be found."""
    for rule in LEXICON.spam.values():
        words = [*rule.strong, *rule.weak, *rule.pardon, *rule.phrases]
        assert [word for word in words if NORMALISER.normalise(word) != word] == []


def test_empty_text_is_not_spam() -> None:
    assert reason("") is None
