"""What every platform file must read rightly, whatever its site does: one suite for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, StorageError
from monitor.platforms.offer import Can
from monitor.text.clean import clean
from tests.conforming import Desk
from tests.desks import filled, kits, opened
from tests.fakes.platform import Call

ODD = "Banjir 😭 &amp; <b>macet</b> \u202bשלום\u202c di Jl. Contoh\nbaris kedua &lt;3"


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with opened(request.param, tmp_path) as one:
        yield one


@kits()
def test_the_check_names_the_account(desk: Desk) -> None:
    health = desk.connected.source.check()
    assert health.ok and health.identity and health.detail is not None


@kits()
def test_a_platform_can_do_what_it_says_and_no_more(desk: Desk) -> None:
    can, connected = desk.platform.can, desk.connected
    assert (Can.REPLY in can) is (connected.replier is not None) is desk.kit.answers
    assert (Can.HIDE in can) is (connected.moderator is not None) is desk.kit.hides
    assert (Can.HOOK in can) is (connected.hook is not None) is desk.kit.hooks
    assert (Can.REFETCH in can) is (connected.refetcher is not None)
    assert (desk.platform.budget is not None) is desk.kit.has_budget
    assert connected.source.platform == desk.platform.name == desk.fake.name


@kits()
def test_a_first_reading_and_a_poll_find_everything(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    desk.clock.move(minutes=5)
    new = desk.fake.say("yang baru", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible() and new in desk.visible()


@kits()
def test_a_poll_without_news_changes_nothing(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    before = desk.rows()
    desk.clock.move(minutes=5)
    desk.poll()
    assert desk.rows() == before


@kits()
def test_comments_that_come_while_pages_are_read_are_not_lost(desk: Desk) -> None:
    filled(desk.fake, 23)
    left = [40]

    def more(call: Call) -> None:
        if left[0] > 0 and call.method == "GET":
            left[0] -= 3
            for n in range(3):
                desk.fake.say(f"sela {left[0]} {n}", at=desk.clock.now - timedelta(seconds=n))

    desk.fake.between_calls = more
    desk.poll()
    desk.clock.move(minutes=5)
    desk.poll()
    desk.fake.between_calls = None
    desk.clock.move(minutes=5)
    desk.poll()
    assert len(desk.visible()) > 23
    assert desk.visible() == desk.fake.visible()


@kits()
def test_a_burst_between_two_polls_is_read_whole(desk: Desk) -> None:
    filled(desk.fake, 3)
    desk.poll()
    desk.clock.move(minutes=30)
    filled(desk.fake, 29)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_comments_of_one_second_are_all_read(desk: Desk) -> None:
    at = desk.clock.now - timedelta(minutes=2)
    for n in range(7):
        desk.fake.say(f"serentak {n}", at=at)
    desk.poll()
    for n in range(2):
        desk.fake.say(f"detik yang sama, terlambat {n}", at=at)
    desk.clock.move(minutes=1)
    desk.poll()
    assert len(desk.visible()) == 9 and desk.visible() == desk.fake.visible()


@kits()
def test_a_comment_out_of_order_is_found(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    desk.clock.move(minutes=5)
    desk.fake.say("terlambat tampil", at=desk.clock.now - timedelta(minutes=25))
    desk.fake.say("paling baru", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_short_pages_are_no_end(desk: Desk) -> None:
    desk.fake.page_size = 1
    filled(desk.fake, 6)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(pages=True)
def test_an_empty_page_with_a_next_one_is_no_end(desk: Desk) -> None:
    filled(desk.fake)
    desk.fake.empty_pages = 2
    desk.poll()
    assert desk.fake.empty_pages == 0
    assert desk.visible() == desk.fake.visible()


@kits()
def test_a_first_reading_that_is_killed_is_taken_up_again(desk: Desk) -> None:
    filled(desk.fake, 24)
    for _ in range(4):
        desk.interrupted_poll(2)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_a_poll_that_is_killed_loses_nothing(desk: Desk) -> None:
    filled(desk.fake, 3)
    desk.poll()
    desk.clock.move(minutes=40)
    filled(desk.fake, 21)
    desk.interrupted_poll(1)
    desk.fake.say("sesudah mati", at=desk.clock.now)
    desk.clock.move(minutes=1)
    desk.poll()
    desk.clock.move(minutes=5)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits()
def test_a_cursor_is_versioned_and_a_damaged_one_is_refused(desk: Desk) -> None:
    desk.fake.say("satu")
    pages = desk.poll()
    assert "version" in json.loads(pages[-1].cursor)
    for damaged in ("", "damaged", "[]", '{"version": 999}'):
        with pytest.raises(StorageError, match="cursor of kanal"):
            list(desk.connected.source.collect(damaged, desk.clock.now))


@kits()
def test_ids_longer_than_a_float_survive(desk: Desk) -> None:
    post = next(iter(desk.fake.posts), None)
    number = desk.fake.say("nomor panjang", id=desk.fake.big_id(post))
    desk.poll()
    assert number in desk.visible()


@kits()
def test_signs_of_every_script_survive_as_plain_text(desk: Desk) -> None:
    number = desk.fake.say(ODD, author="Warga 🙂 <i>Contoh</i>")
    desk.poll()
    assert desk.visible()[number] == clean(ODD)
    assert "<b>" not in desk.visible()[number] and "😭" in desk.visible()[number]


@kits(nameless=True)
def test_a_writer_without_a_name_costs_no_comment(desk: Desk) -> None:
    number = desk.fake.say("tanpa nama", author=None)
    filled(desk.fake, 3)
    desk.poll()
    row = next(row for row in desk.rows() if row["external_id"] == number)
    assert row["author_id"] is None and not row["own"]
    assert desk.visible() == desk.fake.visible()


@kits()
def test_a_comment_is_told_with_its_time_and_its_writer(desk: Desk) -> None:
    at = desk.clock.now - timedelta(minutes=3)
    number = desk.fake.say("jelas siapa dan kapan", at=at, author="warga7")
    desk.poll()
    row = next(row for row in desk.rows() if row["external_id"] == number)
    assert row["created_at"] == int(at.timestamp())
    assert row["author_name"] and row["thread_id"] and row["platform"] == desk.fake.name
    assert not row["own"] and row["visibility"] == "public"


@kits(needs_post=True)
def test_a_comment_below_a_post_names_it(desk: Desk) -> None:
    number = desk.fake.say("di bawah kabar")
    desk.poll()
    row = next(row for row in desk.rows() if row["external_id"] == number)
    assert row["post_id"] == desk.fake.said[number].post_id


@kits(needs_post=True)
def test_comments_below_several_posts_are_all_read(desk: Desk) -> None:
    old = desk.fake.post("Kabar lama", at=desk.clock.now - timedelta(days=20))
    new = desk.fake.post("Kabar baru", at=desk.clock.now - timedelta(minutes=20))
    for n in range(4):
        at = desk.clock.now - timedelta(minutes=n)
        desk.fake.say(f"di kabar lama {n}", post=old, at=at)
        desk.fake.say(f"di kabar baru {n}", post=new, at=at)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    desk.clock.move(hours=25)
    desk.fake.say("terlambat, di kabar lama", post=old, at=desk.clock.now)
    desk.clock.move(minutes=5)
    desk.poll()
    assert desk.visible() == desk.fake.visible(), "an old post is looked at within the day"


@kits(nests=True)
def test_answers_of_people_are_read_with_their_thread(desk: Desk) -> None:
    top = desk.fake.say("pertanyaan", at=desk.clock.now - timedelta(minutes=9))
    desk.poll()
    desk.clock.move(minutes=10)
    below = desk.fake.say("saya juga", parent=top, at=desk.clock.now, author="warga2")
    desk.clock.move(hours=2)
    desk.poll()
    row = next(row for row in desk.rows() if row["external_id"] == below)
    assert (row["parent_id"], row["thread_id"]) == (top, top)


@kits(sees_edits=True)
def test_an_edit_is_seen(desk: Desk) -> None:
    number = filled(desk.fake)[3]
    desk.poll()
    desk.clock.move(minutes=20)
    desk.fake.edit(number, "kata yang diubah")
    _later(desk)
    assert desk.visible()[number] == "kata yang diubah"
    assert desk.visible() == desk.fake.visible()


@kits(sees_deletions=True)
def test_a_deletion_is_seen(desk: Desk) -> None:
    number = filled(desk.fake)[3]
    desk.poll()
    desk.clock.move(minutes=20)
    desk.fake.remove(number)
    _later(desk)
    assert number not in desk.visible()
    assert desk.visible() == desk.fake.visible()
    assert len(desk.rows()) == 12, "the row stays, marked"


@kits(sees_deletions=False)
def test_a_deletion_that_nobody_tells_changes_nothing(desk: Desk) -> None:
    number = filled(desk.fake)[3]
    desk.poll()
    desk.clock.move(minutes=20)
    desk.fake.remove(number)
    _later(desk)
    assert number in desk.visible()


@kits(sees_deletions=True)
def test_what_is_hidden_by_others_stops_counting_and_may_come_back(desk: Desk) -> None:
    number = filled(desk.fake)[3]
    desk.poll()
    desk.fake.hide(number)
    _later(desk)
    assert number not in desk.visible()
    desk.fake.hide(number, hidden=False)
    _later(desk)
    assert desk.visible() == desk.fake.visible()


@kits()
def test_the_offices_own_words_are_its_own(desk: Desk) -> None:
    number = desk.fake.say("keluhan", at=desk.clock.now - timedelta(minutes=3))
    desk.fake.say("jawaban rekan", parent=number, ours=True, at=desk.clock.now)
    desk.poll()
    own = {row["external_id"]: bool(row["own"]) for row in desk.rows()}
    assert own.pop(number) is False
    assert all(own.values()) and bool(own) is desk.kit.tells_own
    # By this it is known that the comment was answered there, and needs no suggestion.
    assert {row["parent_id"] for row in desk.rows() if row["own"]} <= {number}


@kits()
def test_rechecking_reads_each_comment_or_says_that_it_is_gone(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    refetcher = desk.connected.refetcher
    if refetcher is None:
        assert Can.REFETCH not in desk.platform.can
        return
    wanted = desk.seen()
    pages = list(refetcher.refetch(wanted, desk.clock.now))
    named = {comment.external_id for page in pages for comment in page.comments}
    assert {seen.external_id for seen in wanted} <= named
    assert all(page.cursor == "" and not page.gone for page in pages)


@kits()
def test_failures_of_every_kind_lose_nothing(desk: Desk) -> None:
    desk.connected.source.check()  # logged in: the lost answer of a renewal is another matter
    filled(desk.fake, 17)
    desk.connected.source.check()
    for mode in ("status", "html", "drop", "after", "cut", "status"):
        desk.fake.fault(mode)
        try:
            desk.poll()
        except PlatformError as error:
            assert not error.permanent, mode
        desk.clock.move(minutes=5)
        desk.fake.say(f"sesudah {mode}", at=desk.clock.now)
    desk.clock.move(minutes=5)
    desk.poll_until_done()
    desk.clock.move(minutes=5)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def _later(desk: Desk) -> None:
    """Two days on: another poll, and a recheck where single comments can be read again."""
    desk.clock.move(days=2)
    desk.poll()
    if desk.connected.refetcher is not None:
        desk.recheck()
