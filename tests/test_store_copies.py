"""Copies count once, and go on counting when the first of them is deleted or edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.records import Visibility
from monitor.store.connection import rows
from monitor.text.near import BANDS
from tests.day import HOUR, MINUTE, Day
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


# Nearly the same words.

NEAR = WORDS.replace("kampung", "kampumg")
OTHER = "Jalan di depan rumah saya rusak parah juga"


def firsts(day: Day) -> dict[int, int | None]:
    found = rows(
        day.db,
        "SELECT c.id, p.copy_of AS first FROM comment c JOIN prediction p ON p.comment_id = c.id "
        "AND p.model = c.predicted_by WHERE c.backfilled = 0 AND c.visibility = 'public' "
        "ORDER BY c.id",
    )
    return {row["id"]: row["first"] for row in found}


def kept(day: Day) -> tuple[int, int]:
    """First texts of live comments that lie there to be found, and their bands."""
    (found,) = rows(
        day.db,
        "SELECT count(DISTINCT n.comment_id) AS texts, count(*) AS bands FROM near_text n "
        "JOIN near_band b USING (comment_id) JOIN comment c ON c.id = n.comment_id "
        "WHERE c.backfilled = 0",
    )
    return found["texts"], found["bands"]


def test_nearly_the_same_words_count_once(day: Day) -> None:
    day.say([WORDS, NEAR, NEAR, f"{WORDS} pak", WORDS], NOW + MINUTE)
    day.tick(NOW + 10 * MINUTE)
    assert day.negatives() == 1
    first, *others = firsts(day)
    assert firsts(day) == {first: None, **dict.fromkeys(others, first)}
    assert kept(day) == (1, BANDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Banjir di gang kami sudah surut semua", "Banjir di gang kami belum surut semua"),
        ("Sudah 3 hari banjir di gang kami ini", "Sudah 4 hari banjir di gang kami ini"),
        ("Banjir di sampit parah sekali malam ini", "Banjir di samping parah sekali malam ini"),
        ("Banjir parah sekali", "Banjir parah sekalii"),
    ],
)
def test_another_claim_number_or_place_counts_for_itself(day: Day, one: str, other: str) -> None:
    day.say([one, other], NOW + MINUTE)
    day.tick(NOW + 10 * MINUTE)
    assert list(firsts(day).values()) == [None, None]


def test_what_is_read_otherwise_is_no_near_copy(day: Day) -> None:
    day.say(
        [
            "Pelayanan di kantor kelurahan bagus hari ini",
            "Pelayanan di kantor kelurahan bau hari ini",
        ]
    )
    day.tick(NOW + 10 * MINUTE)
    assert list(firsts(day).values()) == [None, None]


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("turned", [False, True])
def test_the_counts_do_not_depend_on_order_or_batch(
    tmp_path: Path, batch: int, turned: bool
) -> None:
    texts = [WORDS, NEAR, OTHER, f"{WORDS} pak", WORDS.upper(), OTHER.replace("saya", "sayaa")]
    with Day(tmp_path) as other:
        other.tick()
        classify = other.tools.settings.classify.model_copy(update={"batch": batch})
        settings = other.tools.settings.model_copy(update={"classify": classify})
        other.tools = replace(other.tools, settings=settings)
        other.say(texts[::-1] if turned else texts, NOW + MINUTE)
        other.now += 10 * MINUTE
        while other.tick().understood:
            pass
        found = list(firsts(other).values())
        assert (other.negatives(), found.count(None), len(set(found) - {None})) == (2, 2, 2)


def test_near_copies_of_a_deleted_comment_still_count_once(day: Day) -> None:
    first = day.say([WORDS, NEAR, f"{NEAR} pak"], NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.sites[SITE].gone = [(first.external_id, Visibility.TRASHED)]
    day.tick(NOW + 20 * MINUTE)
    assert list(firsts(day).values()).count(None) == 1
    assert (day.negatives(), kept(day)) == (1, (1, BANDS))


def test_the_words_of_an_edited_comment_lead_nobody_any_more(day: Day) -> None:
    first = day.say([WORDS], NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.edit(first, text=OTHER)
    day.tick(NOW + 20 * MINUTE)
    day.say([WORDS, NEAR], NOW + 21 * MINUTE)
    day.tick(NOW + 30 * MINUTE)
    one, two, three = firsts(day)
    assert firsts(day) == {one: None, two: None, three: two}
    assert day.negatives() == 2


def test_a_first_comment_that_becomes_a_copy_hands_its_copies_on(day: Day) -> None:
    _, second, _ = day.say([WORDS, OTHER, f"{OTHER} pak"], NOW + MINUTE)
    day.tick(NOW + 10 * MINUTE)
    day.edit(second, text=NEAR)
    day.run(20 * MINUTE)
    one, two, three = firsts(day)
    assert firsts(day) == {one: None, two: one, three: None}
    assert day.negatives() == 2


def test_a_comment_that_the_platform_calls_spam_leads_nobody(day: Day) -> None:
    first = day.say([WORDS, NEAR], NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.edit(first, visibility=Visibility.SPAM)
    day.run(20 * MINUTE)
    assert day.negatives() == 1
    day.edit(first, visibility=Visibility.PUBLIC)
    day.run(20 * MINUTE)
    assert day.negatives() == 1


def test_the_offices_own_words_lead_nobody(day: Day) -> None:
    first = day.say([WORDS, NEAR], NOW + MINUTE)[0]
    day.tick(NOW + 10 * MINUTE)
    day.edit(first, text=f"{WORDS} ya", author_is_owner=True)
    day.run(20 * MINUTE)
    assert day.negatives() == 1


def test_what_was_found_once_stays_when_it_is_read_again(day: Day) -> None:
    """Bands are forgotten after three days; a late change of a copy makes no new person."""
    copy = day.say([WORDS, NEAR], NOW + MINUTE)[1]
    day.tick(NOW + 10 * MINUTE)
    day.say([OTHER], NOW + 100 * HOUR)
    day.tick(NOW + 100 * HOUR + MINUTE)
    assert kept(day) == (1, BANDS)
    before = firsts(day)
    day.edit(copy, like_count=99, visibility=Visibility.HELD)
    day.edit(copy, like_count=99)
    day.run(20 * MINUTE)
    assert firsts(day) == before
    assert list(before.values()).count(None) == 2


def test_near_copies_lie_within_three_days_of_the_last_one(day: Day) -> None:
    for hours in (0, 60, 120, 200):
        day.say([WORDS if hours % 120 else NEAR], NOW + hours * HOUR)
        day.tick(NOW + hours * HOUR + MINUTE)
    assert [first is None for first in firsts(day).values()] == [True, False, False, True]


def test_spam_is_found_by_its_letters_only(day: Day) -> None:
    day.say(["Slot gacor bonus besar setiap hari", "Slot gacor bonus besar setiap harii"])
    day.tick(NOW + 10 * MINUTE)
    assert (list(firsts(day).values()), kept(day)) == ([None, None], (0, 0))
