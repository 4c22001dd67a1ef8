"""Copies count once, and go on counting when the first of them is deleted or edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.records import Visibility
from monitor.store.connection import rows
from tests.day import MINUTE, Day
from tests.world import NOW, SITE

WORDS = "Banjir lagi di kampung kami, pejabat ke mana saja"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


def copies_of(day: Day) -> list[int | None]:
    found = rows(
        day.db,
        "SELECT p.copy_of AS first FROM comment c JOIN prediction p ON p.comment_id = c.id "
        "WHERE c.text = ? AND c.visibility = 'public' ORDER BY c.id",
        [WORDS],
    )
    return [row["first"] for row in found]


def test_the_copies_of_a_deleted_comment_still_count_once(day: Day) -> None:
    first = day.say([WORDS] * 4, NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    assert day.negatives() == 1
    day.sites[SITE].gone = [(first.external_id, Visibility.TRASHED)]
    day.tick(NOW + 20 * MINUTE)
    assert day.negatives() == 1
    left = copies_of(day)
    assert len(left) == 3
    assert left.count(None) == 1


def test_the_copies_of_an_edited_comment_still_count_once(day: Day) -> None:
    first = day.say([WORDS] * 3, NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.edit(first, text="Jalan di depan rumah saya rusak parah juga")
    day.tick(NOW + 20 * MINUTE)
    day.tick(NOW + 30 * MINUTE)
    assert day.negatives() == 2  # the edited one, and the copies once
    assert copies_of(day).count(None) == 1


def test_an_edit_that_leaves_the_words_frees_no_copy(day: Day) -> None:
    first = day.say([WORDS] * 3, NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.edit(replace(first), visibility=Visibility.HELD)
    day.tick(NOW + 20 * MINUTE)
    assert day.negatives() == 1


def test_what_vanishes_and_was_never_stored_changes_nothing(day: Day) -> None:
    day.say([WORDS], NOW + MINUTE)
    day.sites[SITE].gone = [("unknown", Visibility.DELETED)]
    day.tick(NOW + 10 * MINUTE)
    assert day.negatives() == 1
