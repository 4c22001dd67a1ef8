"""Editable knowledge on the page: look first, then let it hold; nothing by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest

from monitor.editable import FILES, entries
from monitor.messages import knowledge as words
from monitor.steps import switching
from monitor.store import knowledge_changes, serving
from tests.knowledge_world import ANI, DEWI, GUARD, SLANG, TEMPLATES, Taught
from tests.web_visit import HTMX, Visitor, visiting
from tests.web_world import Site, World
from tests.world import NOW, SITE

HOME = "/pengetahuan"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Taught]:
    office = Taught(tmp_path)
    office.hear()
    yield office
    office.close()


def world(office: Taught) -> World:
    return World(office.settings.database, office.tools, Site(SITE), NOW)


@pytest.fixture
def tab(office: Taught) -> Iterator[Visitor]:
    with visiting(world(office), DEWI) as visitor:
        visitor.http.follow_redirects = True
        visitor.read(f"{HOME}/gaul")
        yield visitor


def press(tab: Visitor, path: str, **fields: str) -> httpx.Response:
    """A press without JavaScript, and where it led."""
    response = tab.press(path, headers={}, **fields)
    return response


def look(tab: Visitor, slug: str, **fields: str) -> tuple[httpx.Response, str]:
    """Periksa; the page that it led to and the key of what was looked at."""
    response = press(tab, f"{HOME}/{slug}/coba", **fields)
    found = re.search(r'name="proposal" value="([^"]+)"', response.text)
    return response, found.group(1) if found else ""


def test_all_files_are_listed_with_their_last_change(office: Taught, tab: Visitor) -> None:
    text = unescape(tab.read(HOME).text)
    assert all(
        words.NAMES[file.slug] in text and words.ABOUT[file.slug] in text for file in FILES.values()
    )
    assert words.WORDS["no_history"] in text
    office.teach(SLANG.path, office.with_slang())
    text = tab.read(HOME).text
    assert "kata baru di sini" in text and words.WORDS["reading"] in text
    assert '<a class="know-link" href="/pengetahuan">' in tab.read("/").text


def test_a_word_is_looked_at_and_then_holds(office: Taught, tab: Visitor) -> None:
    response, key = look(tab, "gaul", do="put", key="glopar", value="banjir", group="")
    assert response.status_code == 200 and "/pengetahuan/pratinjau/" in str(response.url)
    text = unescape(response.text)
    assert "Dicoba pada 10 komentar terbaru: 1 berubah." in text
    assert "1 komentar berganti isu" in text and "Kinerja pemerintah" in text
    assert "glopar\tbanjir" in text
    assert "glopar" not in office.disk(SLANG.path), "looking writes nothing"
    done = press(tab, f"{HOME}/terapkan", proposal=key, why="istilah setempat")
    assert str(done.url.path) == f"{HOME}/gaul"
    assert "disimpan. Riwayat dibaca ulang dahulu" in done.text
    assert "glopar\tbanjir\n" in office.disk(SLANG.path)
    (one,) = (c for c in knowledge_changes.every(office.db, 20) if c.before is not None)
    assert (one.person, one.why) == ("Dewi", "istilah setempat")
    again = press(tab, f"{HOME}/terapkan", proposal=key, why="sekali lagi")
    assert words.STALE_LOOK in again.text


def test_a_change_without_a_reason_stays_on_the_screen(office: Taught, tab: Visitor) -> None:
    _, key = look(tab, "gaul", do="put", key="glopar", value="banjir")
    asked = press(tab, f"{HOME}/terapkan", proposal=key, why=" ")
    assert words.WHY_NEEDED in asked.text and key in asked.text
    assert "disimpan" in press(tab, f"{HOME}/terapkan", proposal=key, why="ya").text


def test_a_wrong_entry_stays_on_the_screen_with_what_is_accepted(
    office: Taught, tab: Visitor
) -> None:
    response, key = look(tab, "gaul", do="put", key="dua kata", value='<b>"x"</b>')
    assert response.status_code == 422 and key == ""
    assert "Belum disimpan. Kata gaul, baris" in response.text
    assert 'value="dua kata"' in response.text and '<b>"x' not in response.text
    assert 'value="&lt;b&gt;' in response.text


def test_a_wrong_whole_text_stays_on_the_screen(office: Taught, tab: Visitor) -> None:
    broken = office.disk(GUARD.path) + "[[rule]]\nid = 'kurang'\n"
    response, _ = look(tab, "penjaga", do="whole", text=broken.replace("\n", "\r\n"))
    assert response.status_code == 422
    assert "kurang" in response.text and words.ACCEPTED["penjaga"] in unescape(response.text)
    block, _ = look(tab, "penjaga", do="put", key="", value="[[rule]]\nid = 'kurang'")
    assert block.status_code == 422 and "<textarea" in block.text


def test_a_keyword_goes_under_its_issue_and_out_again(office: Taught, tab: Visitor) -> None:
    text = tab.read(f"{HOME}/kata-isu?isu=banjir_bencana&cari=gorong").text
    assert 'name="group" value="banjir_bencana"' in text and "gorong" in text
    _, key = look(tab, "kata-isu", do="put", key="glopar", value="1", group="banjir_bencana")
    press(tab, f"{HOME}/terapkan", proposal=key, why="setempat")
    kept = {
        (e.group, e.key): e.value
        for e in entries(
            FILES["lexicon/issue_keywords.toml"], office.disk("lexicon/issue_keywords.toml")
        )
    }
    assert kept["banjir_bencana", "glopar"] == "1"
    _, key = look(tab, "kata-isu", do="remove", key="glopar", group="banjir_bencana")
    assert key
    press(tab, f"{HOME}/terapkan", proposal=key, why="keliru")
    assert "glopar" not in office.disk("lexicon/issue_keywords.toml")
    gone, _ = look(tab, "kata-isu", do="remove", key="glopar", group="banjir_bencana")
    assert words.NO_ENTRY in gone.text


def test_a_whole_file_far_longer_than_other_forms_is_taken(office: Taught, tab: Visitor) -> None:
    path = "lexicon/issue_keywords.toml"
    text = office.disk(path)
    assert len(text) > 300_000
    same, _ = look(tab, "kata-isu", do="whole", text=text.replace("\n", "\r\n"))
    assert words.NOTHING_NEW in same.text
    assert press(tab, "/incident/1/take", x="a" * 70_000).status_code == 413


def test_a_template_is_changed_as_a_block(office: Taught, tab: Visitor) -> None:
    first = entries(TEMPLATES, office.disk(TEMPLATES.path))[0]
    text = unescape(tab.read(f"{HOME}/balasan?cari={first.key}").text)
    assert first.value in text
    changed = first.value.replace("terima kasih", "matur nuwun", 1)
    response, key = look(tab, "balasan", do="put", key=first.key, value=changed)
    assert "matur" in response.text
    press(tab, f"{HOME}/terapkan", proposal=key, why="ragam")
    assert "matur nuwun" in next(
        t.text for t in office.tools.knowledge.templates if t.id == first.key
    )


def test_history_shows_the_difference_and_undoes_it(office: Taught, tab: Visitor) -> None:
    office.teach("jaga.toml", office.disk("jaga.toml") + "# catatan baru\n")
    (one,) = (c for c in knowledge_changes.every(office.db, 20) if c.before is not None)
    shown = tab.read(f"{HOME}/riwayat/{one.id}")
    assert "<ins># catatan baru</ins>" in shown.text
    looked = press(tab, f"{HOME}/riwayat/{one.id}/urungkan")
    assert f"mengurungkan #{one.id}" in looked.text
    key = re.search(r'name="proposal" value="([^"]+)"', looked.text)
    assert key is not None
    press(tab, f"{HOME}/terapkan", proposal=key.group(1), why="keliru")
    assert "catatan baru" not in office.disk("jaga.toml")
    late = press(tab, f"{HOME}/riwayat/{one.id}/urungkan")
    assert "Urungkan perubahan" in unescape(late.text)


@pytest.mark.parametrize(
    "path", ["/rahasia", "/riwayat/999", "/riwayat/1", "/..%2fopd", "/pratinjau"]
)
def test_what_is_not_there_is_not_found(tab: Visitor, path: str) -> None:
    assert tab.read(f"{HOME}{path}").status_code == 404


def test_an_old_look_is_told_to_look_again(tab: Visitor) -> None:
    assert words.STALE_LOOK in tab.read(f"{HOME}/pratinjau/lama").text


def test_a_file_that_the_office_lacks_is_not_found(office: Taught, tab: Visitor) -> None:
    with office.db.atomic():
        office.db.conn.execute("DELETE FROM knowledge_change WHERE file = 'jaga.toml'")
    assert tab.read(f"{HOME}/jaga").status_code == 404


def test_a_form_of_another_site_changes_nothing(office: Taught, tab: Visitor) -> None:
    tab.token = "x"
    fields = {"do": "put", "key": "glopar", "value": "banjir"}
    assert tab.press(f"{HOME}/gaul/coba", headers={}, **fields).status_code == 403
    assert tab.press(f"{HOME}/terapkan", headers=HTMX, proposal="x").status_code == 403


def test_a_broken_file_is_shown_beside_what_holds(office: Taught, tab: Visitor) -> None:
    office.edit(GUARD.path, "rusak")
    assert words.WORDS["broken"] in tab.read(HOME).text
    assert words.WORDS["broken"] in tab.read(f"{HOME}/penjaga").text


def test_who_may_not_teach_reads_only(office: Taught) -> None:
    with visiting(world(office), ANI) as visitor:
        visitor.read("/")
        for slug in ("gaul", "balasan"):
            text = visitor.read(f"{HOME}/{slug}").text
            assert "/coba" not in text
        refused = visitor.http.post(
            f"{HOME}/gaul/coba",
            data={"token": visitor.token, "do": "put", "key": "glopar", "value": "banjir"},
            follow_redirects=True,
        )
        assert "hanya" in refused.text.lower()
        office.teach("jaga.toml", office.disk("jaga.toml") + "# x\n")
        assert "/urungkan" not in visitor.read(HOME).text


def test_an_exercise_offers_no_files(office: Taught) -> None:
    office.tools = replace(office.tools, library=None)
    with visiting(world(office), DEWI) as visitor:
        assert words.NOT_HERE in visitor.read(HOME).text
        assert visitor.read(f"{HOME}/gaul").status_code == 404


def test_another_models_reading_is_no_business_of_this_page(office: Taught, tab: Visitor) -> None:
    serving.want(office.db, "lain-1", "Budi", NOW - switching.REMEMBERED, NOW)
    assert words.WORDS["reading"] not in tab.read(HOME).text


def test_another_process_is_followed_by_the_page(office: Taught, tab: Visitor) -> None:
    other = Taught(office.folder)
    text = office.disk("taxonomy.toml").replace('"Air bersih"', '"Air minum"')
    other.teach("taxonomy.toml", text)
    other.close()
    tab.read("/")
    assert office.tools.issue("air_bersih").name == "Air minum"
