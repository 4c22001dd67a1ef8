"""New topics on the whole way: found once an hour, told once, few a day, shown masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.records import LabelField, NewTopic, NewTopicId, Visibility
from monitor.steps.new_topics import EVERY, find_topics, topic_view
from monitor.store import new_topics, predictions
from tests.day import CHAT, DAY, HOUR, MINUTE, Day
from tests.world import NOW


def letters(number: int) -> str:
    """A word of its own for every number."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:04}")


def ordinary(day: Day, days: int = 27, a_day: int = 12) -> None:
    """Before the first tick: weeks in which everybody speaks of something else."""
    for back in range(1, days + 1):
        texts = [f"warga bercerita {letters(100 * back + i)}" for i in range(a_day)]
        day.say(texts, NOW - back * DAY, 110 * MINUTE)


def cattle(day: Day, at: datetime, many: int = 9, word: str = "antraks", **more: str) -> None:
    number = " 0812-0000-0000"
    texts = [f"{word} sapinya {letters(5000 + i)}{'' if i else number}" for i in range(many)]
    day.say(texts, at, **more)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        ordinary(opened)
        opened.tick()
        yield opened


def topics(day: Day) -> list[NewTopic]:
    return new_topics.seen_since(day.db, NOW - 99 * DAY)


def test_a_new_topic_is_told_once_with_its_numbers_and_masked_words(day: Day) -> None:
    cattle(day, NOW + HOUR)
    done = day.tick(NOW + 2 * HOUR)
    assert (done.topics, done.shown) == (1, 1)
    ((place, message),) = day.sent("Topik baru")
    assert place.chat_id == CHAT
    assert "9 akun (9 komentar) dalam 6 jam, biasanya 0." in message.text
    assert "antraks" in message.text
    assert "[nomor]" in message.text
    assert "0812" not in message.text
    for hours in range(3, 30):
        cattle(day, NOW + hours * HOUR - MINUTE, 1, author_id=f"baru{hours}")
        day.tick(NOW + hours * HOUR)
    assert len(day.sent("Topik baru")) == 1
    assert len(topics(day)) == 1


def test_an_ordinary_day_tells_nothing(day: Day) -> None:
    day.say([f"warga bercerita {letters(9000 + i)}" for i in range(15)], NOW + HOUR)
    day.run(8 * HOUR, HOUR)
    assert topics(day) == []
    assert day.sent("Topik baru") == []


def test_it_is_looked_for_once_an_hour(day: Day) -> None:
    assert new_topics.last_look(day.db) == NOW
    day.tick(NOW + EVERY - MINUTE)
    assert new_topics.last_look(day.db) == NOW
    day.tick(NOW + EVERY)
    assert new_topics.last_look(day.db) == NOW + EVERY
    # A clock that was set back must not stop it for good.
    day.tick(NOW)
    assert new_topics.last_look(day.db) == NOW


def test_a_topic_that_goes_on_grows_and_one_that_wanes_keeps_its_best(day: Day) -> None:
    cattle(day, NOW + HOUR)
    day.tick(NOW + 2 * HOUR)
    (first,) = topics(day)
    day.say([f"antraks sapinya {letters(7000 + i)}" for i in range(5)], NOW + 2 * HOUR)
    day.tick(NOW + 3 * HOUR)
    (grown,) = topics(day)
    assert grown.accounts > first.accounts
    assert (grown.id, grown.found_at, grown.told_at) == (first.id, first.found_at, first.told_at)
    later = NOW + 25 * HOUR + MINUTE  # the first two are the past by now
    day.tick(later)
    (waned,) = topics(day)
    assert waned.accounts == grown.accounts
    assert waned.keys >= grown.keys
    assert waned.seen_at == later


def test_only_so_many_are_told_a_day_and_the_rest_on_the_next(tmp_path: Path) -> None:
    with Day(tmp_path, topics={"most_a_day": 2}) as day:
        ordinary(day)
        day.tick()
        for i, word in enumerate(("antraks", "komet", "gempa")):
            own = [f"{word} {word}nya {letters(6000 + 100 * i + n)}" for n in range(9)]
            day.say(own, NOW + HOUR + i * MINUTE)
        assert day.tick(NOW + 2 * HOUR).topics == 2
        assert len(day.sent("Topik baru")) == 2
        assert [topic.told_at is None for topic in topics(day)].count(True) == 1
        day.tick(NOW + 10 * HOUR)
        assert len(day.sent("Topik baru")) == 2
        day.tick(NOW + 15 * HOUR)  # past midnight, and it is still a matter of the last 24 hours
        assert len(day.sent("Topik baru")) == 3


def test_none_is_told_where_none_may_be_but_it_is_kept_for_the_page(tmp_path: Path) -> None:
    with Day(tmp_path, topics={"most_a_day": 0}) as day:
        ordinary(day)
        day.tick()
        cattle(day, NOW + HOUR)
        assert day.tick(NOW + 2 * HOUR).topics == 0
        assert len(topics(day)) == 1
        assert day.sent("Topik baru") == []


def test_switched_off_nothing_is_looked_for(tmp_path: Path) -> None:
    with Day(tmp_path, topics={"enabled": False}) as day:
        ordinary(day)
        cattle(day, NOW - HOUR)
        day.tick()
        assert new_topics.last_look(day.db) is None


def test_a_first_read_raises_no_topic(tmp_path: Path) -> None:
    with Day(tmp_path) as day:
        ordinary(day)
        cattle(day, NOW - HOUR)
        day.tick()
        day.tick(NOW + HOUR)
        assert topics(day) == []


def test_spam_copies_and_the_offices_own_words_are_no_topic(day: Day) -> None:
    day.say([f"gacor maxwin {letters(i)}" for i in range(9)], NOW + HOUR)
    day.say(["antraks sapinya mati semua kata orang"] * 9, NOW + HOUR)
    day.say([f"klarifikasi {letters(i)}" for i in range(9)], NOW + HOUR, author_is_owner=True)
    day.tick(NOW + 2 * HOUR)
    assert topics(day) == []


def test_names_of_accounts_are_no_topic(day: Day) -> None:
    texts = [f"betul fulanwati {letters(4000 + i)}" for i in range(9)]
    day.say(["salam semua"], NOW + HOUR, author_name="fulanwati")
    day.say(texts, NOW + HOUR)
    day.tick(NOW + 2 * HOUR)
    assert all("fulanwati" not in topic.keys for topic in topics(day))


def test_the_words_of_a_live_incident_are_its_own_affair(day: Day) -> None:
    day.flood(14, NOW + HOUR)
    day.say([f"perahunya {letters(3000 + i)}" for i in range(2)], NOW + HOUR)
    # Unsure of their issue, but of the incident's; and others, surely of another, under its post.
    day.say([f"genangan perahunya {letters(i)}" for i in range(3)], NOW + HOUR)
    day.say([f"jalan rusak perahunya {letters(50 + i)}" for i in range(3)], NOW + HOUR)
    day.tick(NOW + HOUR + 30 * MINUTE)
    assert len(day.live()) == 1
    day.tick(NOW + 3 * HOUR)
    assert topics(day) == []


def test_a_topic_beside_an_incident_is_told(day: Day) -> None:
    day.flood(14, NOW + HOUR, post_id="p7")
    cattle(day, NOW + HOUR, post_id=None)
    day.tick(NOW + 2 * HOUR)
    assert len(day.live()) == 1
    assert len(topics(day)) == 1


def test_another_look_since_then_wins(day: Day) -> None:
    cattle(day, NOW + HOUR)
    later = NOW + 2 * HOUR

    def somebody_else(name: str) -> None:
        if name == "topics:before-write":
            with day.db.atomic():
                assert new_topics.begin_look(day.db, later - MINUTE, NOW)

    day.tick(NOW + EVERY - MINUTE)
    tools = replace(day.tools, boundary=somebody_else)
    assert find_topics(day.db, tools, later) == 0
    assert topics(day) == []


def test_examples_that_no_longer_stand_are_not_shown(day: Day) -> None:
    cattle(day, NOW + HOUR)
    day.tick(NOW + 2 * HOUR)
    (topic,) = topics(day)
    assert len(topic_view(day.db, topic).examples) == 5
    gone, edited, *_ = topic.samples
    with day.db.atomic():
        day.db.conn.execute(
            "UPDATE comment SET visibility = ? WHERE id = ?", [Visibility.DELETED, gone]
        )
        day.db.conn.execute("UPDATE comment SET predicted_by = NULL WHERE id = ?", [edited])
    assert len(topic_view(day.db, topic).examples) == 3


def test_reading_costs_what_the_window_holds(day: Day) -> None:
    plan = [
        row[3] for row in day.db.conn.execute("EXPLAIN QUERY PLAN " + new_topics._SAID, (0, 1, 1))
    ]
    assert "comment_created" in plan[0]
    assert all(step.startswith(("SEARCH", "CORRELATED")) for step in plan)


def test_of_a_full_window_every_second_comment_is_read(day: Day) -> None:
    whole = new_topics.said(day.db, NOW - 28 * DAY, NOW, 10_000)
    half = new_topics.said(day.db, NOW - 28 * DAY, NOW, len(whole) - 1)
    assert len(whole) // 2 - 1 <= len(half) <= len(whole) // 2 + 1
    assert [one for one in whole if one in half] == half


def test_a_comment_is_read_with_what_people_said_of_it(day: Day) -> None:
    day.say(["entah apa ini"], NOW + HOUR, author_id=None, author_name=None, post_id=None)
    day.tick(NOW + 90 * MINUTE)
    (one,) = new_topics.said(day.db, NOW, NOW + 2 * HOUR, 10)
    assert (one.issue, one.sure, one.live, one.post) == ("lainnya", False, True, None)
    assert one.account == f"berita/#{one.id}"
    predictions.add_label(day.db, one.id, LabelField.ISSUE, "kesehatan", "Dewi", NOW)
    (again,) = new_topics.said(day.db, NOW, NOW + 2 * HOUR, 10)
    assert (again.issue, again.sure) == ("kesehatan", True)


def test_a_topic_is_told_to_the_store_once(day: Day) -> None:
    topic = NewTopic(NewTopicId(0), frozenset({"a"}), ("a",), 6, 5, 5, 0.0, (), NOW, NOW)
    with day.db.atomic():
        number = new_topics.add(day.db, topic)
        assert new_topics.tell(day.db, number, NOW)
        assert not new_topics.tell(day.db, number, NOW + HOUR)
    assert new_topics.told_since(day.db, NOW) == 1
    assert new_topics.told_since(day.db, NOW + timedelta(seconds=1)) == 0
    assert new_topics.seen_since(day.db, NOW) == [replace(topic, id=number, told_at=NOW)]
