"""Personal data, all of it invented here, is found and masked."""

import pytest
from lokal import detect_pii

from monitor.text.personal import mask, own_findings, personal_data

EXAMPLES = [
    ("nik saya 6271010101900001", "NIK", "nik saya [NIK]"),
    ("no kk 6271010203040005 tolong", "KK", "no kk [KK] tolong"),
    ("hubungi 0812-0000-0000 ya", "PHONE", "hubungi [telepon] ya"),
    ("wa +62 812 0000 0000", "PHONE", "wa [telepon]"),
    ("081200000000", "PHONE", "[telepon]"),
    ("surat ke fulan@contoh.id", "EMAIL", "surat ke [email]"),
    ("fulan [at] contoh [dot] id", "EMAIL", "[email]"),
    ("truk KH 8000 XX ugal-ugalan", "PLATE", "truk [plat] ugal-ugalan"),
    ("mobil kh8000xx parkir", "PLATE", "mobil [plat] parkir"),
    (
        "transfer ke rekening bri 000011112222333",
        "BANK_ACCOUNT",
        "transfer ke rekening bri [rekening]",
    ),
]
HARMLESS = [
    "DBD di RT 05 sudah 3 hari, tahun 2025 juga",
    "harga Rp 25.000 naik jadi Rp 1.500.000",
    "@pemda tolong di 2024 ini dan besok",
    "pppk p3k 2024 belum",
    "catatan saat rapat (di kantor)",
    "saya warga muslim, anak saya kena demam berdarah",
    "buka jam 08.00 - 16.00",
    "",
]


@pytest.mark.parametrize(("text", "kind", "masked"), EXAMPLES)
def test_personal_data_is_masked(text: str, kind: str, masked: str) -> None:
    assert [found.kind for found in personal_data(text)] == [kind]
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(("text", "kind", "_masked"), EXAMPLES)
def test_our_expressions_and_lokal_id_agree(text: str, kind: str, _masked: str) -> None:
    ours = [(found.kind, found.start, found.end) for found in own_findings(text)]
    theirs = [(match.type, match.start, match.end) for match in detect_pii(text)]
    assert ours == theirs
    assert ours[0][0] == kind


def test_more_goes_before_a_text_leaves() -> None:
    text = "nama saya Budi Santoso, lahir 01-01-1990, hp 0812-0000-0000"
    assert "Budi" in mask(text)
    leaving = mask(text, everything=True)
    assert "Budi" not in leaving
    assert "1990" not in leaving
    assert "[nama]" in leaving
    assert "[data pribadi]" in leaving


@pytest.mark.parametrize("text", ["anak saya menderita dbd dirawat di rsud", "saya beragama islam"])
def test_health_and_religion_are_the_topic(text: str) -> None:
    assert mask(text, everything=True) == text


def test_several_findings_keep_their_order() -> None:
    text = "0812-0000-0000 dan fulan@contoh.id dan KH 8000 XX"
    assert mask(text) == "[telepon] dan [email] dan [plat]"
