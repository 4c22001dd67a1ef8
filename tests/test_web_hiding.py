"""Hiding from the page: the menu, its warning, the second box, and what is seen afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.messages import answers
from monitor.messages import hiding as words
from monitor.records import CommentId, Person, PersonId, Role, Visibility
from monitor.steps.moderate import moderate
from monitor.store import comments, moderation
from tests.hiding_world import MemoryModerator, with_account
from tests.web_visit import Visitor, visiting
from tests.web_world import SITE, World, make_world, tell_crisis


@pytest.fixture
def site() -> MemoryModerator:
    return MemoryModerator()


@pytest.fixture
def world(tmp_path: Path, site: MemoryModerator) -> World:
    made = make_world(tmp_path)
    made = replace(made, tools=with_account(made.tools, site, SITE))
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


def newest(store: Database) -> int:
    """The comment that was said last: calm, and of no live issue."""
    return comments.total(store)


def complaint(store: Database) -> int:
    row = next(store.query("SELECT comment_id FROM draft ORDER BY id LIMIT 1"))
    return int(row["comment_id"])


def visibility(store: Database, number: int) -> Visibility:
    found = comments.get(store, CommentId(number))
    assert found is not None
    return found.comment.visibility


def test_the_menu_stands_below_comments_and_drafts_with_its_warning(
    store: Database, tab: Visitor
) -> None:
    text = tab.read().text
    assert words.ANSWER_RATHER in text
    assert f'action="/comment/{newest(store)}/hide"' in text
    assert f'action="/comment/{complaint(store)}/hide"' in text
    assert 'type="checkbox" name="sure" value="y" required' in text


def test_a_comment_is_hidden_and_shown_again(
    world: World, store: Database, tab: Visitor, site: MemoryModerator
) -> None:
    number = newest(store)
    said = tab.press(f"/comment/{number}/hide", reason="p")
    assert words.WILL_HIDE in said.text
    assert said.headers["HX-Trigger"] == "decided"
    assert world.woken == 1
    moderate(store, world.tools, world.now)
    assert visibility(store, number) is Visibility.HIDDEN
    text = tab.read().text
    assert "Komentar disembunyikan (data pribadi) · admin lokal" in text
    assert f'action="/comment/{number}/show"' in text
    assert words.WILL_SHOW in tab.press(f"/comment/{number}/show").text
    moderate(store, world.tools, world.now)
    assert visibility(store, number) is Visibility.PUBLIC
    assert [hidden for _, hidden in site.asked] == [True, False]


def test_a_complaint_about_a_live_issue_needs_the_second_box(store: Database, tab: Visitor) -> None:
    number = complaint(store)
    asked = tab.press(f"/comment/{number}/hide", reason="l")
    assert "isu yang sedang naik" in asked.text
    assert "HX-Trigger" not in asked.headers
    assert moderation.get(store, CommentId(number)) is None
    assert words.WILL_HIDE in tab.press(f"/comment/{number}/hide", reason="l", sure="y").text


@pytest.mark.parametrize("fields", [{}, {"reason": "x"}, {"reason": ""}])
def test_a_reason_that_was_not_offered_is_refused(
    store: Database, tab: Visitor, fields: dict[str, str]
) -> None:
    said = tab.press(f"/comment/{newest(store)}/hide", sure="y", **fields)
    assert answers.STALE_BUTTON in said.text
    assert moderation.get(store, CommentId(newest(store))) is None


def test_an_unknown_comment_is_not_found(tab: Visitor) -> None:
    assert tab.press("/comment/99999/hide", reason="l").status_code == 404
    assert tab.press("/comment/99999/show").status_code == 404


def test_who_is_no_admin_is_told_so(world: World, store: Database) -> None:
    trainer = Person(PersonId(3), "Pelatih", frozenset({Role.TRAINER}))
    with visiting(world, trainer) as visitor:
        visitor.read()
        said = visitor.press(f"/comment/{newest(store)}/hide", reason="j")
    assert "hanya admin" in said.text
    assert moderation.get(store, CommentId(newest(store))) is None
