"""What each button of the page does, and that a second press is told who decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers
from monitor.records import (
    DraftId,
    DraftState,
    IncidentState,
    LabelField,
    Person,
    PersonId,
    Role,
)
from monitor.steps import decide_drafts
from monitor.steps.post import post
from monitor.store import drafts, predictions, signatures
from tests.web_visit import Visitor, draft_state, the_incident, visiting
from tests.web_world import (
    ADMIN,
    NOW,
    OTHER,
    World,
    make_world,
    tell_crisis,
)

LINK = "https://ppid.kalteng.go.id"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An office in a flood: one incident, three drafts, a copy-paste wave."""
    made = make_world(tmp_path)
    tell_crisis(made)
    return made


@pytest.fixture
def store(world: World) -> Iterator[Database]:
    opened = world.open_db()
    yield opened
    opened.close()


@pytest.fixture
def tab(world: World) -> Iterator[Visitor]:
    with visiting(world) as visitor:
        visitor.read()
        yield visitor


@pytest.mark.parametrize(
    ("action", "fields", "state", "said"),
    [
        ("take", {}, IncidentState.ACKNOWLEDGED, answers.TAKEN),
        ("resolve", {}, IncidentState.RESOLVED, answers.RESOLVED),
        ("dismiss", {}, IncidentState.DISMISSED, answers.DISMISSED),
        ("silence", {"length": "1", "reason": "o"}, IncidentState.SILENCED, "Senyap s.d. 18.20"),
    ],
)
def test_each_button_of_an_incident_moves_it(
    store: Database,
    tab: Visitor,
    world: World,
    action: str,
    fields: dict[str, str],
    state: IncidentState,
    said: str,
) -> None:
    response = tab.press(f"/incident/1/{action}", **fields)
    assert said in response.text
    assert response.headers["HX-Trigger"] == "decided"
    assert the_incident(store).state is state
    assert the_incident(store).holder == "admin lokal"
    assert world.woken == 1


@pytest.mark.parametrize(
    "fields", [{}, {"length": "9", "reason": "o"}, {"length": "1", "reason": "zzz"}]
)
def test_a_silence_that_was_not_offered_changes_nothing(
    store: Database, tab: Visitor, world: World, fields: dict[str, str]
) -> None:
    response = tab.press("/incident/1/silence", **fields)
    assert answers.STALE_BUTTON in response.text
    assert "HX-Trigger" not in response.headers
    assert the_incident(store).state is IncidentState.OPEN
    assert world.woken == 0


def test_asking_for_suggestions_writes_to_no_chat(store: Database, tab: Visitor) -> None:
    assert answers.DRAFTS_SENT in tab.press("/incident/1/suggest").text
    assert store.execute("SELECT count(*) FROM notice").fetchone() == (0,)


def test_an_approved_reply_is_posted_and_its_link_shown(
    world: World, store: Database, tab: Visitor
) -> None:
    assert "dicatat (1 dari 2)" in tab.press("/draft/1/approve").text
    assert "1 dari 2 tanda tangan: admin lokal; perlu satu lagi" in tab.read().text
    assert "Anda sudah menandatangani" in tab.press("/draft/1/approve").text
    assert decide_drafts.approve(store, world.tools, OTHER, DraftId(1), world.now).done
    assert "Disetujui, segera dikirim" in tab.read().text
    post(store, world.tools, world.now)
    text = tab.read().text
    assert len(world.site.posted) == 1
    assert 'href="https://situs.example/balasan/1"' in text
    assert "Terkirim" in text


def test_an_edited_reply_shows_both_versions(store: Database, tab: Visitor) -> None:
    answer = tab.press("/draft/1/rewrite", text=f"Bapak/Ibu, perahu\r\nmenuju lokasi. {LINK}\x00")
    assert answers.EDITED in answer.text
    kept = drafts.get(store, DraftId(1))
    assert kept is not None
    assert kept.text == f"Bapak/Ibu, perahu\nmenuju lokasi. {LINK}"
    text = tab.read().text
    assert "Perubahan dari saran semula" in text
    assert "<del>" in text and "<ins>" in text
    assert "admin lokal" in text.split("Semua kalimat")[1]


def test_words_that_changed_since_the_page_was_read_are_not_approved(
    store: Database, tab: Visitor
) -> None:
    before = drafts.get(store, DraftId(1))
    assert before is not None
    assert f'name="seen" value="{before.seen}"' in tab.read().text
    drafts.rewrite(store, before.id, "Petugas sudah di lokasi.", "Rina (contoh)", NOW)
    said = tab.press("/draft/1/approve", seen=before.seen)
    assert "baru saja diubah" in said.text
    assert signatures.signers(store, before) == ()


def test_an_edit_that_breaks_a_rule_is_refused_with_the_reason(
    store: Database, tab: Visitor
) -> None:
    answer = tab.press("/draft/1/rewrite", text="Hubungi 0812-0000-0000 ya")
    assert "data pribadi" in answer.text
    kept = drafts.get(store, DraftId(1))
    assert kept is not None
    assert kept.text == kept.suggested


def test_a_rejected_reply_is_gone_for_good(store: Database, tab: Visitor) -> None:
    assert answers.REJECTED in tab.press("/draft/1/reject").text
    assert draft_state(store, 1) is DraftState.REJECTED


@pytest.mark.parametrize(
    ("posted", "state"),
    [("y", DraftState.POSTED), ("n", DraftState.FAILED), ("?", DraftState.UNSURE)],
)
def test_a_person_ends_the_doubt_about_a_send(
    world: World, store: Database, tab: Visitor, posted: str, state: DraftState
) -> None:
    for person in (ADMIN, OTHER):
        decide_drafts.approve(store, world.tools, person, DraftId(1), world.now)
    approved = drafts.get(store, DraftId(1))
    assert approved is not None
    drafts.begin_post(store, approved, world.now)
    drafts.recover(store, answers.POST_KILLED, world.now)
    assert "Belum pasti terkirim" in tab.read().text
    tab.press("/draft/1/settle", posted=posted)
    assert draft_state(store, 1) is state


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("sentiment", "netral", "Netral"), ("issue", "kesehatan", "Kesehatan")],
)
def test_a_corrected_label_is_kept(
    store: Database, tab: Visitor, field: str, value: str, said: str
) -> None:
    answer = tab.press("/comment/2/label", field=field, value=value)
    assert f"Label diperbaiki: {said}" in answer.text
    (kept,) = predictions.labels(store)
    assert (kept.field, kept.value, kept.person) == (LabelField(field), value, "admin lokal")


@pytest.mark.parametrize("fields", [{}, {"field": "umur"}, {"field": "issue", "value": "x"}])
def test_a_label_that_does_not_exist_is_refused(
    store: Database, tab: Visitor, fields: dict[str, str]
) -> None:
    assert answers.STALE_BUTTON in tab.press("/comment/2/label", **fields).text
    assert predictions.labels(store) == []


def test_the_second_of_two_tabs_is_told_who_decided(world: World, store: Database) -> None:
    with visiting(world, OTHER) as first, visiting(world) as second:
        first.read()
        second.read()
        assert first.press("/incident/1/take").text.count(answers.TAKEN) == 1
        assert "Sudah ditangani oleh Rina (contoh)." in second.press("/incident/1/take").text
        first.press("/draft/1/reject")
        late = second.press("/draft/1/approve")
    assert "Sudah diputuskan oleh Rina (contoh)." in late.text
    assert "HX-Trigger" not in late.headers
    assert draft_state(store, 1) is DraftState.REJECTED
    assert the_incident(store).holder == OTHER.name


def test_a_person_without_the_role_is_told_so(world: World, store: Database) -> None:
    trainer = Person(PersonId(3), "Pelatih", frozenset({Role.TRAINER}))
    with visiting(world, trainer) as visitor:
        visitor.read()
        assert "hanya admin" in visitor.press("/draft/1/approve").text
        assert "Label diperbaiki" in (
            visitor.press("/comment/2/label", field="sentiment", value="netral").text
        )
    assert draft_state(store, 1) is DraftState.PROPOSED


def test_without_javascript_the_answer_is_shown_once(tab: Visitor) -> None:
    sent = tab.press("/incident/1/take", headers={}, back="/incident/1")
    assert sent.status_code == 303
    place = sent.headers["location"]
    assert place.startswith("/incident/1?answer=")
    assert answers.TAKEN in tab.read(place).text
    assert answers.TAKEN not in tab.read(place).text
