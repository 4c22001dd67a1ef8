"""What leaves the office: nobody can be found by it, and a model still reads the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.outward import outward
from tests.classify_world import reader

EXAMPLES = [
    ("hubungi 0812-0000-0000 ya", "hubungi [telepon] ya"),
    ("surat ke fulan@contoh.id", "surat ke [email]"),
    ("@fulan_bin.fulan tolong dibantu", "@user tolong dibantu"),
    ("kata @fulan. lihat", "kata @user. lihat"),
    ("lihat https://contoh.id/fulan?x=1 sekarang", "lihat http://tautan sekarang"),
    ("lihat www.contoh.id/0812000000001", "lihat http://tautan"),
    ("jalan <b>rusak</b> &amp; gelap", "jalan rusak & gelap"),
    ("air mati sejak jam 3, harga 5 @ toko", "air mati sejak jam 3, harga 5 @ toko"),
]


@pytest.mark.parametrize(("text", "told"), EXAMPLES)
def test_nobody_can_be_found_by_what_leaves(text: str, told: str) -> None:
    assert outward(text) == told


@pytest.mark.parametrize(
    "text", ["@fulan air keruh lagi", "air keruh https://contoh.id/a www.contoh.id", "- air keruh"]
)
def test_a_model_reads_accounts_and_links_as_before(text: str) -> None:
    assert reader().read(outward(text)).normalised == reader().read(text).normalised


@given(st.text(max_size=80))
def test_a_text_that_left_can_leave_again(text: str) -> None:
    once = outward(text)
    assert outward(once) == once
