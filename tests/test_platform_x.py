"""X: permission, money, lists that know ``since_id``, edits, searches and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config.parts import SourcePart
from monitor.connecting import connect
from monitor.errors import ConfigError, Reason
from monitor.platforms import x_prices as prices
from monitor.platforms.base import Gap, Page, Replier, Seen
from monitor.platforms.offer import Use
from monitor.records import SourceId, Visibility
from monitor.store.meters import state_of
from tests.conforming import SOURCE, Desk
from tests.desks import filled, opened
from tests.fakes.clock import Clock
from tests.fakes.platform import Reply
from tests.fakes.x import FakeX
from tests.world import make_settings


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("x", tmp_path) as one:
        yield one


def fake_of(desk: Desk) -> FakeX:
    assert isinstance(desk.fake, FakeX)
    return desk.fake


def replier(desk: Desk) -> Replier:
    assert desk.connected.replier is not None
    return desk.connected.replier


def searching(desk: Desk, *queries: str) -> None:
    desk.given["queries"] = queries
    desk.restart()


def spent(desk: Desk) -> float:
    return state_of(desk.db, SOURCE, desk.budget, desk.clock.now).spent


def called(desk: Desk, part: str) -> list[dict[str, str]]:
    return [call.params for call in desk.fake.calls if part in call.path]


def cursor(desk: Desk) -> dict[str, Any]:
    (text,) = desk.db.conn.execute("SELECT cursor FROM source").fetchone()
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def refetched(desk: Desk, *numbers: str) -> list[Page]:
    assert desk.connected.refetcher is not None
    wanted = [Seen(one, None, None, None, desk.clock.now, one) for one in numbers]
    return list(desk.connected.refetcher.refetch(wanted, desk.clock.now))


# ---- permission ----------------------------------------------------------------------------------


def test_without_the_stated_permission_nothing_starts_and_the_reason_is_told(
    tmp_path: Path,
) -> None:
    part = SourcePart.model_validate(
        {"platform": "x", "account": "1", "client_id": "k", "refresh_token": "rahasia-contoh"}
    )
    settings = make_settings(tmp_path, sources={"x": part})
    with pytest.raises(ConfigError, match="Enterprise plan or X's written permission") as refused:
        connect(SourceId("x"), part, settings, Clock())
    assert "i_have_enterprise_or_written_permission" in str(refused.value)
    assert "rahasia" not in str(refused.value)
    allowed = part.model_copy(update={"i_have_enterprise_or_written_permission": True})
    assert connect(SourceId("x"), allowed, settings, Clock()).budget == prices.A_DAY


def test_a_token_of_another_account_is_seen(desk: Desk) -> None:
    desk.given["account"] = "999"
    desk.restart()
    health = desk.connected.source.check()
    assert not health.ok and "999" in health.detail


def test_an_app_without_a_secret_names_itself_in_the_form_only(desk: Desk) -> None:
    desk.given["secrets"] = {"refresh_token": desk.fake.refresh}
    desk.restart()
    desk.refused(desk.connected.source.check, Reason.AUTH)  # the fake's app has a secret
    assert "authorization" not in desk.fake.calls[-1].headers
    assert desk.fake.calls[-1].form["client_id"] == FakeX.client


# ---- money ---------------------------------------------------------------------------------------


def test_what_is_booked_is_never_less_than_what_x_bills(desk: Desk) -> None:
    searching(desk, "jalan")
    numbers = filled(desk.fake, 23)
    desk.fake.say("jalan rusak")
    desk.connected.source.check()
    desk.poll()
    desk.recheck()
    replier(desk).reply(desk.ref_of(numbers[0]), "Baik, lihat https://contoh.go.id")
    replier(desk).find_own_reply(desk.ref_of(numbers[0]), "Baik.")
    assert 0.2 < fake_of(desk).billed <= spent(desk) < prices.A_DAY.units


def test_a_quiet_day_of_polls_leaves_most_of_the_money(desk: Desk) -> None:
    assert desk.platform.every_seconds is not None
    polls = 86_400 / desk.platform.every_seconds
    assert polls * prices.MENTIONS_COST == pytest.approx(0.48)
    before = spent(desk)
    desk.poll()
    assert spent(desk) - before == pytest.approx(prices.MENTIONS_COST)


def test_a_post_read_again_the_same_day_is_booked_once(desk: Desk) -> None:
    numbers = filled(desk.fake, 3)
    desk.poll()
    before = spent(desk)
    refetched(desk, *numbers)
    assert spent(desk) - before == pytest.approx(3 * prices.POST)
    refetched(desk, *numbers)
    assert spent(desk) - before == pytest.approx(3 * prices.POST)
    desk.clock.move(days=1)
    refetched(desk, *numbers)
    assert spent(desk) == pytest.approx(3 * prices.POST)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("Sudah kami teruskan.", prices.REPLY),
        ("Lihat https://contoh.go.id/jalan", prices.REPLY_WITH_LINK),
        ("Lihat contoh.go.id", prices.REPLY_WITH_LINK),
    ],
)
def test_a_reply_with_a_link_is_booked_dearer(desk: Desk, text: str, cost: float) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    before = spent(desk)
    replier(desk).reply(desk.ref_of(number), text)
    assert spent(desk) - before == pytest.approx(cost)


def test_looking_around_stops_while_mentions_go_on(desk: Desk) -> None:
    searching(desk, "jalan")
    desk.poll()
    desk.meter().spend(1.25, Use.REPLY)
    desk.clock.move(hours=3)
    number = desk.fake.say("jalan rusak", at=desk.clock.now)
    searches = len(called(desk, "search"))
    desk.poll()
    assert number in desk.visible() and len(called(desk, "search")) == searches


def test_a_search_that_spends_its_share_stops_no_mentions(desk: Desk) -> None:
    searching(desk, "jalan")
    desk.poll()
    fake_of(desk).unsummoned |= {desk.fake.say(f"jalan {n}") for n in range(300)}
    desk.clock.move(hours=3)
    desk.poll()
    assert prices.A_DAY.units / 2 < spent(desk) <= prices.A_DAY.units * 0.6
    number = desk.fake.say("jalan rusak", at=desk.clock.now)
    desk.clock.move(minutes=15)
    desk.poll()
    assert number in desk.visible()


# ---- lists ---------------------------------------------------------------------------------------


def test_nothing_is_paid_twice(desk: Desk) -> None:
    filled(desk.fake, 12)
    desk.poll()
    newest = max(desk.fake.said)
    desk.clock.move(minutes=20)
    desk.poll()
    asked = called(desk, "mentions")[-1]
    assert asked["since_id"] == newest and "start_time" not in asked


def test_since_id_moves_only_when_all_pages_are_in(desk: Desk) -> None:
    desk.poll()
    numbers = filled(desk.fake, 17)
    desk.interrupted_poll(1)
    line = cursor(desk)["lines"]["mentions"]
    assert line["since_id"] is None and line["reading"]["high"] == numbers[-1]
    desk.clock.move(minutes=3)
    late = desk.fake.say("menyela", at=desk.clock.now)
    desk.poll()
    assert cursor(desk)["lines"]["mentions"]["since_id"] == numbers[-1]
    assert late not in desk.visible()
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_a_dead_page_address_begins_the_reading_anew(desk: Desk) -> None:
    filled(desk.fake, 17)
    desk.interrupted_poll(2)
    state = cursor(desk)
    state["lines"]["mentions"]["reading"]["token"] = "mati"
    with desk.db.conn:
        desk.db.conn.execute("UPDATE source SET cursor = ?", (json.dumps(state),))
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_an_old_page_address_is_not_tried(desk: Desk) -> None:
    filled(desk.fake, 12)
    desk.interrupted_poll(1)
    desk.clock.move(hours=7)
    desk.poll()
    assert "pagination_token" not in called(desk, "mentions")[1]
    assert desk.visible() == desk.fake.visible()


def test_an_invalid_request_from_the_first_page_on_is_told(desk: Desk) -> None:
    fake_of(desk).dialect = "another"
    desk.refused(desk.poll, Reason.NOT_ALLOWED)


@pytest.mark.parametrize("dialect", ["old", "new"])
def test_the_names_of_before_and_after_august_are_understood(desk: Desk, dialect: str) -> None:
    fake_of(desk).dialect = dialect
    top = desk.fake.say("induk")
    below = desk.fake.say("anak", parent=top)
    desk.poll()
    rows = {row["external_id"]: row for row in desk.rows()}
    assert rows[below]["parent_id"] == top and rows[top]["parent_id"] is None
    first = len(desk.fake.calls)
    desk.poll()
    assert len(desk.fake.calls) == first + 1, "the words that X took are kept"


def test_more_mentions_than_x_shows_leave_a_gap(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.x._MENTIONS_REACH", 10)
    assert [page.gap for page in desk.poll()] == [None, None]
    before = desk.clock.now
    desk.clock.move(hours=1)
    filled(desk.fake, 10)
    oldest = desk.clock.now - timedelta(minutes=10)
    *_, last = desk.poll()
    assert last.gap == Gap(before, oldest, "more posts came between two polls than X shows")


def test_a_reading_of_many_pages_right_after_another_leaves_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.x._MENTIONS_REACH", 10)
    desk.poll()
    filled(desk.fake, 10)
    assert all(page.gap is None for page in desk.poll())


# ---- searches ------------------------------------------------------------------------------------


def test_a_hit_that_does_not_name_us_cannot_be_answered(desk: Desk) -> None:
    searching(desk, "jembatan")
    stranger = desk.fake.say("jembatan goyang")
    fake_of(desk).unsummoned.add(stranger)
    caller = desk.fake.say("jembatan goyang @kami")
    desk.poll()
    rows = {row["external_id"]: row for row in desk.rows()}
    assert (rows[stranger]["reply_ref"], rows[stranger]["reply_block"]) == (None, "not_summoned")
    assert rows[caller]["reply_ref"] == caller
    error = desk.refused(lambda: replier(desk).reply(stranger, "Baik."), Reason.NOT_ALLOWED)
    assert "not_summoned" in str(error)
    (page,) = refetched(desk, stranger)
    assert page.comments[0].external_id == stranger


def test_queries_take_turns_and_go_on_where_they_ended(desk: Desk) -> None:
    searching(desk, "jembatan", "jalan")
    for n in range(12):
        fake_of(desk).unsummoned.add(desk.fake.say(f"jalan {n}"))
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    before = len(called(desk, "search"))
    desk.clock.move(hours=3)
    desk.poll()
    assert len(called(desk, "search")) == before, "two queries: each every four hours"
    desk.clock.move(hours=2)
    number = desk.fake.say("jalan lagi", at=desk.clock.now)
    fake_of(desk).unsummoned.add(number)
    desk.poll()
    assert number in desk.visible()
    assert "since_id" in called(desk, "search")[-1]


def test_more_queries_than_there_is_money_for_take_turns(desk: Desk) -> None:
    desk.budget = replace(prices.A_DAY, units=0.2)
    searching(desk, "jalan", "banjir", "lampu")
    asked: list[set[str]] = []
    for _ in range(3):
        desk.poll()
        asked.append({call["query"] for call in called(desk, "search")} - set().union(*asked))
        desk.clock.move(days=1)
    assert set().union(*asked) == {"jalan", "banjir", "lampu"}


def test_a_search_after_a_long_silence_begins_anew_and_says_so(desk: Desk) -> None:
    searching(desk, "jalan")
    fake_of(desk).unsummoned.add(desk.fake.say("jalan lama"))
    desk.poll()
    began = desk.clock.now
    desk.clock.move(days=9)
    number = desk.fake.say("jalan baru", at=desk.clock.now)
    fake_of(desk).unsummoned.add(number)
    gaps = [page.gap for page in desk.poll() if page.gap]
    assert number in desk.visible()
    assert [gap.from_at for gap in gaps] == [began]


# ---- edits and deletions -------------------------------------------------------------------------


def test_an_edit_keeps_its_first_id_and_is_answered_at_its_newest(desk: Desk) -> None:
    number = desk.fake.say("jalan rsak")
    desk.poll()
    desk.clock.move(minutes=5)
    desk.fake.edit(number, "jalan rusak")
    desk.poll()
    (row,) = desk.rows()
    newest = desk.fake.said[number].extra["chain"][-1]
    assert (row["external_id"], row["text"], row["reply_ref"]) == (number, "jalan rusak", newest)
    replier(desk).reply(newest, "Kami cek.")
    assert desk.fake.our_replies[0].parent_id == number
    assert replier(desk).find_own_reply(newest, "Kami cek.") is not None


def test_an_old_id_never_brings_the_words_of_before_an_edit_back(desk: Desk) -> None:
    fake_of(desk).literal = True
    number, other = desk.fake.say("jalan rsak"), desk.fake.say("jalan gelap")
    desk.poll()
    before = desk.ref_of(number)
    desk.clock.move(minutes=5)
    desk.fake.edit(number, "jalan rusak")
    target = replier(desk).target(before)
    assert target is not None and target.text == "jalan rusak"
    desk.recheck()
    assert desk.visible() == {number: "jalan rusak", other: "jalan gelap"}


def test_a_locked_account_hides_and_a_deleted_post_is_gone(desk: Desk) -> None:
    locked, deleted, stands = filled(desk.fake, 3)
    desk.poll()
    desk.fake.hide(locked)
    desk.fake.remove(deleted)
    (page,) = refetched(desk, locked, deleted, stands)
    assert set(page.gone) == {(locked, Visibility.HIDDEN), (deleted, Visibility.DELETED)}
    assert [comment.external_id for comment in page.comments] == [stands]


# ---- answers -------------------------------------------------------------------------------------


def test_the_same_words_again_are_a_duplicate_that_is_looked_up(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    first = replier(desk).reply(desk.ref_of(number), "Kami cek.")
    desk.refused(lambda: replier(desk).reply(number, "Kami cek."), Reason.DUPLICATE)
    found = replier(desk).find_own_reply(number, "Kami cek.")
    assert found == first and found.permalink == f"https://x.com/i/status/{first.external_id}"


def test_a_reply_is_found_behind_names_and_with_its_link_rewritten(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    posted = replier(desk).reply(number, "Baca di https://contoh.go.id/jalan, ya.")
    said = desk.fake.said[posted.external_id]
    desk.fake.said[said.id] = replace(said, text="@warga Baca di https://t.co/abcDEF123, ya.")
    found = replier(desk).find_own_reply(number, "Baca di https://contoh.go.id/jalan, ya.")
    assert found == posted


def test_a_reply_is_looked_for_on_three_pages_only(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    for n in range(20):
        desk.fake.say(f"kabar {n}", ours=True)
    before = len(called(desk, f"{FakeX.our_id}/tweets"))
    assert replier(desk).find_own_reply(number, "Tidak ada.") is None
    assert len(called(desk, f"{FakeX.our_id}/tweets")) == before + 3


def test_an_answer_without_an_id_is_unsure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    monkeypatch.setattr(fake_of(desk), "_post", lambda call: Reply({"data": {}}, 201))
    desk.refused(lambda: replier(desk).reply(number, "Baik."), Reason.UNSURE)


def test_only_answers_below_our_own_posts_can_be_hidden(desk: Desk) -> None:
    number = desk.fake.say("di tempat lain")
    desk.fake.said[number].post_id = None
    desk.poll()
    moderator = desk.connected.moderator
    assert moderator is not None
    desk.refused(lambda: moderator.hide(number, hidden=True), Reason.NOT_ALLOWED)
