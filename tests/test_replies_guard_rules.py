"""The guard's rules file: what a pattern finds, what lets it pass, and how a mistake is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.messages.guard import NO_FACT, SECOND, finding, no_link
from monitor.replies import blunders
from monitor.replies.guard import PERSONAL, mask_private
from monitor.replies.guard_rules import Effect, Finding, Guard, read_guard
from monitor.replies.guard_words import read_tokens
from monitor.replies.links import has_official_link, hosts

WORDS = """
[words]
kami = ["kami", "admin", "pihak dinas"]
negators = ["tidak", "jangan"]
conditions = ["kalau"]
quoting = ["kata"]

[spelling]
ga = "tidak"
sya = "saya"
"""
RULE = '[[rule]]\nid = "x"\nkind = "ancaman"\neffect = "stop"\nreason = "Mengancam."\n'


def guard(*patterns: str, more: str = "", words: str = WORDS) -> Guard:
    listed = ", ".join(f'"{one}"' for one in patterns)
    return read_guard(f"{words}\n{RULE}patterns = [{listed}]\n{more}", "aturan.toml")


def found(pattern: str, text: str, more: str = "", comment: str = "") -> str | None:
    seen = guard(pattern, more=more).findings(text, comment)
    return seen[0].words if seen else None


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("lapor", "Kami LAPOR ya", "LAPOR"),
        ("lapor", "kami l4por", "l4por"),
        ("lapor", "laporrrr!", "laporrrr"),
        ("lapor", "kami l a p o r saja", "l a p o r"),
        ("lapor", "kami l.a.p.o.r", "l.a.p.o.r"),
        ("lapor", "ｌａｐｏｒ", "ｌａｐｏｒ"),
        ("lapor", "laporan", None),
        ("lapor", "a b lapor", "lapor"),
        ("a b", "a b", "a b"),
        ("diblokir", "akan di-blokir", "di-blokir"),
        ("wkwk", "wkwkwkwk lucu", "wkwkwkwk"),
        ("kk", "kirim KK", "KK"),
        ("ppp", "pp", None),
        ("lapor*", "laporan Anda", "laporan"),
        ("*mu", "jaga mulutmu", "mulutmu"),
        ("~panggil", "Anda dipanggil", "dipanggil"),
        ("~panggil", "kami manggil", "manggil"),
        ("~panggil", "pemanggilan", "pemanggilan"),
        ("~klarifikasi", "mengklarifikasi", "mengklarifikasi"),
        ("~tuduh", "jangan-jangan menuduhkan", "menuduhkan"),
        ("~sebut", "nyebutin", "nyebutin"),
        ("~blokir", "ngeblokir", "ngeblokir"),
        ("~ancam", "mengancamnya", "mengancamnya"),
        ("~lapor", "melaporkanlah", "melaporkanlah"),
        ("a|b c", "b, c", "b, c"),
        ("di_mana|ke rumah", "di mana rumah", "di mana rumah"),
        ("aa ... zz", "aa b1 c1 d1 e1 zz", "aa b1 c1 d1 e1 zz"),
        ("aa ... zz", "aa b1 c1 d1 e1 f1 zz", None),
        ("a ... z", "a. z", None),
        ("<kami> lapor", "pihak dinas lapor", "pihak dinas lapor"),
        ("a b? c", "a c", "a c"),
        ("aa b1? cc", "aa b1 cc", "aa b1 cc"),
        ("pukul #", "pukul 10.30", "pukul 10.30"),
        ("^ awas", "Ini. Awas", "Awas"),
        ("^ awas", "ini awas", None),
        ("terserah $", "ya terserah!", "terserah"),
        ("terserah $", "terserah Bapak", None),
        ("lihat <tautan>", "lihat https://a.go.id/x", "lihat https://a.go.id/x"),
        ("saya lapor", "sya lapor", "sya lapor"),
        ("😂", "Siap 😂", "😂"),
    ],
)
def test_what_a_pattern_finds(pattern: str, text: str, words: str | None) -> None:
    assert found(pattern, text) == words


@pytest.mark.parametrize(
    ("text", "more", "trips"),
    [
        ("kami lapor", "", True),
        ("tidak akan kami lapor", "", False),
        ("kami ga lapor", "", False),
        ("kami tidak mau lapor", "", False),
        ("kalau tidak dihapus kami lapor", "", True),
        ("tidak. kami lapor", "", True),
        ("tidak, kami lapor", "", True),
        ("tidak usah ragu lagi kami lapor", "", True),
        ("tidak akan kami lapor", "negation = false", True),
        ('Kata "kami lapor" tadi', "", False),
        ('Nah "kami lapor" saja', "", True),
        ("kami lapor banjir", 'unless = ["lapor banjir"]', False),
        ("kami lapor Banjir surut", 'unless = ["banjir surut"]', True),
        ("kami lapor. banjir", 'unless_sentence = ["banjir"]', True),
        ("banjir dan kami lapor", 'unless_sentence = ["banjir"]', False),
        ("kami lapor. banjir", 'unless_text = ["banjir"]', False),
    ],
)
def test_what_lets_a_finding_pass(text: str, more: str, trips: bool) -> None:
    assert (found("kami ... lapor", text, more) is not None) is trips


def test_a_negation_that_the_pattern_asks_for_denies_nothing() -> None:
    assert found("tidak ... segan", "kami tidak pernah segan") == "tidak pernah segan"


def test_some_blunders_are_a_misunderstanding_of_the_comment() -> None:
    assert found("spill => tumpah*", "Tidak ada tumpahan", "negation = false") is None
    assert found("spill => tumpah*", "Ada tumpahan", comment="spill dong min") == "tumpahan"


@pytest.mark.parametrize(
    ("method", "text", "words"),
    [
        ("shouting", "TOLONG DIBACA YANG BENAR ya", "TOLONG DIBACA YANG BENAR"),
        ("shouting", "BPBD, PUPR, DLH sudah turun", None),
        ("shouting", "RSUD dan PDAM", None),
        ("shouting", "RS ITU ADA", None),
        ("shouting", "KTP KK DAN NIK", None),
        ("exclaiming", "Sudah!!!", "!!!"),
        ("exclaiming", "Apa?!?!", "?!?!"),
        ("exclaiming", "Siap!", None),
    ],
)
def test_loud_replies(method: str, text: str, words: str | None) -> None:
    made = read_guard(f'{RULE}method = "{method}"', "aturan.toml")
    seen = made.findings(text)
    assert (seen[0].words if seen else None) == words


def test_what_stops_comes_first_and_each_rule_once() -> None:
    second = RULE.replace('"x"', '"y"').replace('"stop"', '"dua_tanda_tangan"')
    made = read_guard(f'{second}patterns = ["b"]\n{RULE}patterns = ["a", "aa"]', "aturan.toml")
    assert made.findings("b, dan a a") == (
        Finding("x", Effect.STOP, "Mengancam.", "a"),
        Finding("y", Effect.SECOND, "Mengancam.", "b"),
    )


def test_a_fact_is_what_the_file_says() -> None:
    made = guard("x", more='[fact]\npatterns = ["#", "posko"]')
    assert made.states_fact("Buka pukul 10") and made.states_fact("Posko siap")
    assert not made.states_fact("Terima kasih")
    assert not Guard().states_fact("10")


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[[rule]", "line 1"),
        ("", "no [[rule]] found"),
        ("rule = 1", "no [[rule]] found"),
        ("rule = ['a']", "rule 1 (without id): needs effect, id, kind, reason"),
        (RULE + "[lain]", "tables: accepted: fact, rule, spelling, words"),
        (RULE + "patterns = ['a']\nx = 1", "rule 1 (x): accepted: effect, id, kind"),
        (RULE.replace('"x"', '"X!"'), "id: accepted: a-z, 0-9 and _"),
        (RULE.replace('"stop"', '"henti"'), "effect: accepted: stop, dua_tanda_tangan"),
        (RULE.replace("Mengancam.", "Mengancam"), "reason must be a sentence"),
        (RULE + "method = 'x'", "method: accepted: words, shouting, exclaiming"),
        (RULE, "patterns: only for, and always for, words"),
        (RULE + "method = 'shouting'\npatterns = ['a']", "patterns: only for"),
        (RULE + "patterns = 'a'", "must be a list of words"),
        (RULE + "patterns = [1]", "must be a list of words"),
        (RULE + "patterns = ['...']", "needs at least one word"),
        (RULE + "patterns = ['<kami> x']\n[words]\nanda = []", "<kami>: accepted: anda"),
        (RULE + "patterns = ['a']\n" + RULE + "patterns = ['a']", "the id x stands twice"),
        (RULE + "patterns = ['a']\n[words]\nkami = 'x'", "kami: must be a list of words"),
    ],
)
def test_a_mistake_is_named_with_what_is_accepted(toml: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"^guard: aturan\.toml: ") as caught:
        read_guard(toml, "aturan.toml")
    assert told in str(caught.value)


def test_a_table_of_another_kind_is_taken_as_empty() -> None:
    made = read_guard(f"spelling = 1\n{RULE}patterns = ['a']", "aturan.toml")
    assert made.spelling == {}


def test_spelling_from_outside_is_used_and_the_files_own_wins() -> None:
    outside = (("ga", "gaji"), ("lu", "kamu di"))
    made = read_guard(f"{WORDS}{RULE}patterns = ['kamu di sana', 'tidak ada']", "a.toml", outside)
    assert [made.findings(text)[0].words for text in ("lu sana", "ga ada")] == ["lu sana", "ga ada"]


@given(st.text())
def test_any_text_can_be_read_and_findings_stand_in_it(text: str) -> None:
    for token in read_tokens(text, {}):
        assert 0 <= token.start < token.end <= len(text)
    for one in guard("~lapor", "a|b ... c|#", "$ x?", "*a").findings(text):
        assert one.words in text


# Links, private data and the sentences that people read.


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("lihat https://ppid.kalteng.go.id/x?y=1", True),
        ("lihat ppid.kalteng.go.id.", True),
        ("HTTPS://PPID.KALTENG.GO.ID", True),
        ("https://banjir.ppid.kalteng.go.id:8443/a", True),
        ("https://ppid.kalteng.go.id.jahat.example", False),
        ("https://x@jahat.example/ppid.kalteng.go.idx", False),
        ("https://palsuppid.kalteng.go.id", False),
        ("https://bit.ly/abc", False),
        ("tanpa tautan", False),
    ],
)
def test_an_official_link_is_one_to_the_offices_domain(text: str, official: bool) -> None:
    assert has_official_link(text, ("ppid.kalteng.go.id",)) is official


def test_hosts_are_read_in_order() -> None:
    assert hosts("a.go.id lalu https://B.example/c.") == ("a.go.id", "b.example")


def hide(text: str) -> str:
    return (
        text.replace("(0536) 000-0000", "[telepon]")
        .replace("0812", "[telepon]")
        .replace("Jalan Contoh Nomor 1", "[alamat]")
    )


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Telepon kantor (0536) 000-0000.", False),
        ("Kantor kami di Jalan Contoh Nomor 1.", False),
        ("Rumahnya di Jalan Contoh Nomor 1.", True),
        ("Kantor (0536) 000-0000, atau 0812.", True),
        ("Terima kasih.", False),
    ],
)
def test_an_offices_own_number_and_address_are_no_secret(text: str, private: bool) -> None:
    assert (blunders(text, mask_private(text, hide)) == (PERSONAL,)) is private


def test_a_finding_is_told_with_its_rule_and_words() -> None:
    assert finding("ancaman", "Mengancam.", "kami\nlapor", second=False) == (
        "Mengancam. (aturan ancaman: “kami lapor”)"
    )
    assert finding("tanpa_fakta", NO_FACT, "", second=True) == (
        f"{NO_FACT} (aturan tanpa_fakta) {SECOND}"
    )
    assert "misalnya a.go.id." in no_link(["a.go.id", "b.go.id"])
    assert no_link([]).endswith("tautan resmi.")
