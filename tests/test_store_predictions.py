"""What was understood, what people corrected, and the counts that follow from both."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import (
    CommentId,
    Intent,
    Label,
    LabelField,
    Sentiment,
    SourceId,
    StoredComment,
    Visibility,
)
from monitor.store import audit, comments, crowds, predictions
from monitor.store.connection import changed
from tests.making import (
    MODEL,
    NOW,
    SOURCE,
    make_comment,
    make_prediction,
    store_comments,
    understand,
)

HOUR = timedelta(hours=1)
FLOOD = "banjir_bencana"


def negatives(db: Database, table: str = "hourly") -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in db.query(f"SELECT topic, negatives FROM {table} WHERE comments <> 0"):
        found[row["topic"]] += row["negatives"]
    return dict(found)


def label(db: Database, comment_id: int, field: LabelField, value: str) -> None:
    predictions.add_label(db, CommentId(comment_id), field, value, "Sari", NOW)


def test_a_prediction_comes_back_as_it_was(db: Database) -> None:
    [stored] = store_comments(db, make_comment("1"))
    said = make_prediction(
        stored.id,
        sentiment_p=(0.7, 0.2, 0.1),
        intent=Intent.PERTANYAAN,
        urgent=True,
        place="Kabupaten / Baamang",
        spam="promosi",
        flags=("kasar", "sarkas"),
        ask_human=True,
        copy_key=b"\x01\x02",
    )
    predictions.write(db, [(stored, said)], MODEL)
    found = predictions.get(db, stored.id)
    assert found is not None
    assert (found.prediction, found.stored) == (said, stored)
    assert (found.sentiment, found.issue, found.labelled) == (Sentiment.NEGATIF, FLOOD, False)


def test_an_empty_batch_is_nothing(db: Database) -> None:
    predictions.write(db, [], MODEL)
    predictions.skip(db, [], MODEL)
    assert predictions.recent(db, 5) == []


@pytest.mark.parametrize(
    ("comment", "said", "counted"),
    [
        ({}, {}, (1, 1)),
        ({}, {"sentiment": Sentiment.NETRAL}, (0, 1)),
        ({}, {"sentiment": Sentiment.POSITIF}, (0, 1)),
        ({}, {"spam": "judi"}, None),
        ({"author_is_owner": True}, {}, None),
        ({"visibility": Visibility.SPAM}, {}, None),
    ],
)
def test_what_counts(
    db: Database, comment: dict[str, Any], said: dict[str, Any], counted: tuple[int, int] | None
) -> None:
    understand(db, store_comments(db, make_comment("1", **comment)), **said)
    found = [(row["negatives"], row["comments"]) for row in db.query("SELECT * FROM hourly")]
    assert found == ([counted] if counted else [])


def test_a_backfilled_comment_is_learned_from_but_raises_nothing(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1"), backfilled=True))
    assert negatives(db) == {FLOOD: 1}
    assert negatives(db, "bins") == {}


def test_understanding_again_replaces_what_was_counted(db: Database) -> None:
    rows = store_comments(db, make_comment("1"))
    understand(db, rows)
    understand(db, rows, model="m2", issue="sampah")
    assert negatives(db) == negatives(db, "bins") == {"sampah": 1}
    found = predictions.get(db, rows[0].id)
    assert found is not None
    assert found.prediction.model == "m2"


def test_words_that_turn_out_to_be_the_offices_own_stop_counting(db: Database) -> None:
    rows = store_comments(db, make_comment("1"))
    understand(db, rows)
    predictions.skip(db, rows, MODEL)
    assert negatives(db) == {}


# Copies.


def write_copies(db: Database, *offsets: float, key: bytes | None = b"k") -> None:
    """One comment for each offset in hours, all with the same words."""
    batch = [
        make_comment(f"c{i}", created_at=NOW + offset * HOUR, author_id=f"a{i}")
        for i, offset in enumerate(offsets)
    ]
    understand(db, store_comments(db, *batch), copy_key=key)


def firsts(db: Database) -> list[int | None]:
    return [
        row["copy_of"] for row in db.query("SELECT copy_of FROM prediction ORDER BY comment_id")
    ]


@pytest.mark.parametrize(
    ("offsets", "found"),
    [
        ((0, 1, 2), [None, 1, 1]),
        ((0, 72), [None, 1]),
        ((0, 72.1), [None, None]),
        # The window moves along with the wave.
        ((0, 60, 120, 180), [None, 1, 1, 1]),
        ((0, 60, 140), [None, 1, None]),
        # A later row that was written earlier does not shorten it.
        ((10, 0, 80), [None, 1, 1]),
        ((0, 100, 101), [None, None, 2]),
    ],
)
def test_the_same_words_within_three_days_are_copies(
    db: Database, offsets: tuple[float, ...], found: list[int | None]
) -> None:
    write_copies(db, *offsets)
    assert firsts(db) == found
    assert negatives(db) == {FLOOD: found.count(None)}


def test_short_words_without_a_key_are_never_copies(db: Database) -> None:
    write_copies(db, 0, 0, 0, key=None)
    assert negatives(db) == {FLOOD: 3}


def test_understanding_everything_anew_changes_no_count(db: Database) -> None:
    write_copies(db, 0, 60, 120, 180, 300)
    before, rows = firsts(db), [comments.get(db, CommentId(i)) for i in range(1, 6)]
    understand(db, [row for row in rows if row], model="m2", copy_key=b"k")
    again = db.query("SELECT copy_of FROM prediction WHERE model = 'm2' ORDER BY comment_id")
    assert [row["copy_of"] for row in again] == before
    assert negatives(db) == {FLOOD: 2}


def test_an_edited_copy_counts_for_itself(db: Database) -> None:
    write_copies(db, 0, 1)
    with db.atomic():
        comments.upsert(db, [make_comment("c1", text="kata sendiri")], NOW, backfilled=False)
    understand(db, comments.waiting(db, 9), copy_key=b"other")
    assert negatives(db) == {FLOOD: 2}


# The crowd behind a topic.


def test_a_crowd_counts_comments_people_and_texts(db: Database) -> None:
    write_copies(db, 0, 1, 2)
    more = [
        make_comment("x1", author_id="a0"),
        make_comment("x2", author_name="Warga"),
        make_comment("x3", author_name="Warga"),
        make_comment("x4"),
        make_comment("x5"),
        make_comment("x6", author_id="a0", source_id=SourceId("media")),
    ]
    rows = store_comments(db, *more)
    understand(db, rows[:2], urgent=True, place="Sampit")
    understand(db, rows[2:], place="")
    crowd = crowds.crowd(db, FLOOD, NOW - HOUR)
    # People: a0, a1, a2, Warga, two without a name, and a0 of another site.
    assert (crowd.comments, crowd.people, crowd.texts, crowd.urgent) == (9, 7, 7, 2)
    assert crowd.places == (("Sampit", 2),)
    assert crowd.sources == ((SOURCE, 8), ("media", 1))


def test_a_crowd_knows_its_topic_tone_and_time(db: Database) -> None:
    rows = store_comments(
        db,
        make_comment("old", created_at=NOW - 2 * HOUR),
        make_comment("new"),
        make_comment("glad"),
        make_comment("other"),
    )
    understand(db, rows[:2])
    understand(db, rows[2:3], sentiment=Sentiment.POSITIF)
    understand(db, rows[3:], issue="sampah")
    assert crowds.crowd(db, FLOOD, NOW - HOUR).comments == 1
    assert crowds.crowd(db, FLOOD, NOW - 3 * HOUR).comments == 2
    assert crowds.crowd(db, "kesehatan", NOW).comments == 0


def test_copies_of_an_older_comment_belong_to_the_crowd(db: Database) -> None:
    write_copies(db, 0, 40, 41)
    crowd = crowds.crowd(db, FLOOD, NOW + 39 * HOUR)
    assert (crowd.comments, crowd.people, crowd.texts) == (2, 2, 1)


def test_a_copy_that_is_gone_leaves_the_crowd(db: Database) -> None:
    write_copies(db, 0, 1, 2)
    with db.atomic():
        comments.mark_gone(db, SOURCE, [("c2", Visibility.DELETED)])
    crowd = crowds.crowd(db, FLOOD, NOW - HOUR)
    assert (crowd.comments, crowd.people, crowd.texts) == (2, 2, 1)


def test_waves_are_texts_that_many_accounts_repeat(db: Database) -> None:
    write_copies(db, 0, 1, 2, 3)
    batch = [make_comment(f"d{i}", author_id="b") for i in range(3)]
    understand(db, store_comments(db, *batch), copy_key=b"z")
    found = crowds.waves(db, NOW - HOUR, 3)
    assert [(w.first.stored.comment.external_id, w.comments, w.people) for w in found] == [
        ("c0", 4, 4),
        ("d0", 3, 1),
    ]
    assert len(crowds.waves(db, NOW - HOUR, 4)) == 1
    assert crowds.waves(db, NOW + 5 * HOUR, 2) == []


def test_a_wave_whose_first_text_is_being_read_again_waits(db: Database) -> None:
    write_copies(db, 0, 1, 2)
    with db.atomic():
        comments.upsert(db, [make_comment("c0", text="diubah")], NOW, backfilled=False)
    assert crowds.waves(db, NOW - HOUR, 2) == []


# What people see of a topic.


def test_a_topic_shows_its_newest_negatives(db: Database) -> None:
    rows = store_comments(
        db, *(make_comment(str(i), created_at=NOW + i * timedelta(minutes=1)) for i in range(4))
    )
    understand(db, rows[:3])
    understand(db, rows[3:], sentiment=Sentiment.NETRAL)

    def shown(**values: Any) -> list[str]:
        found = predictions.of_topic(db, FLOOD, NOW + timedelta(minutes=1), **values)
        return [one.stored.comment.external_id for one in found]

    assert shown(limit=9) == ["2", "1"]
    assert shown(limit=1) == ["2"]
    assert shown(limit=9, negative_only=False) == ["3", "2", "1"]


def test_recent_comments_come_newest_first(db: Database) -> None:
    understand(db, store_comments(db, *(make_comment(str(i)) for i in range(4))))
    found = predictions.recent(db, 2)
    assert [one.stored.id for one in found] == [4, 3]


# Labels.


def test_a_label_outranks_the_prediction_and_counts_at_once(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1"), make_comment("2")))
    label(db, 1, LabelField.SENTIMENT, "positif")
    assert negatives(db) == negatives(db, "bins") == {FLOOD: 1}
    label(db, 1, LabelField.SENTIMENT, "negatif")
    label(db, 1, LabelField.ISSUE, "sampah")
    assert negatives(db) == {FLOOD: 1, "sampah": 1}
    found = predictions.get(db, CommentId(1))
    assert found is not None
    assert (found.issue, found.prediction.issue, found.labelled) == ("sampah", FLOOD, True)


def test_a_label_survives_a_new_model(db: Database) -> None:
    rows = store_comments(db, make_comment("1"), make_comment("2"))
    understand(db, rows)
    label(db, 2, LabelField.ISSUE, "sampah")
    understand(db, rows, model="m2", issue="kesehatan")
    assert negatives(db) == {"kesehatan": 1, "sampah": 1}


def test_a_label_teaches_nothing_about_words_that_came_after_it(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1", text="air naik")))
    label(db, 1, LabelField.ISSUE, "sampah")
    changed(
        db,
        "UPDATE comment SET text = 'terima kasih', edited_at = ?",
        [int(NOW.timestamp()) + 60],
    )
    assert predictions.labelled_texts(db) == []
    later = NOW + timedelta(minutes=2)
    predictions.add_label(db, CommentId(1), LabelField.SENTIMENT, "positif", "Sari", later)
    assert predictions.labelled_texts(db) == [("terima kasih", "positif", None, "wordpress")]


def test_labels_are_followed_and_never_overwritten(db: Database) -> None:
    understand(db, store_comments(db, make_comment("1", text="air naik")))
    label(db, 1, LabelField.ISSUE, "sampah")
    label(db, 1, LabelField.ISSUE, "kesehatan")
    assert predictions.labels(db) == [
        Label(CommentId(1), LabelField.ISSUE, value, "Sari", NOW)
        for value in ("sampah", "kesehatan")
    ]
    assert predictions.labelled_texts(db) == [("air naik", None, "kesehatan", "wordpress")]
    assert [(row["actor"], row["action"], row["detail"]) for row in audit.newest(db, 9)] == [
        ("Sari", "label", "issue=kesehatan"),
        ("Sari", "label", "issue=sampah"),
    ]


def test_a_label_cannot_make_a_copy_or_spam_count(db: Database) -> None:
    write_copies(db, 0, 1)
    label(db, 2, LabelField.SENTIMENT, "negatif")
    assert negatives(db) == {FLOOD: 1}


@pytest.mark.parametrize("comment_id", [1, 99])
def test_what_is_not_understood_cannot_be_labelled(db: Database, comment_id: int) -> None:
    store_comments(db, make_comment("1"))
    with pytest.raises(Refused, match=f"comment {comment_id}: not known, or not yet understood"):
        label(db, comment_id, LabelField.ISSUE, "sampah")
    assert predictions.labels(db) == []
    assert audit.newest(db, 1) == []


# The counts are always those of a recount.


def recount(db: Database, table: str) -> dict[tuple[int, str, str], tuple[int, int]]:
    seconds, only = (300, "WHERE live = 1") if table == "bins" else (3600, "")
    return {
        (row["at"], row["topic"], row["source_id"]): (row["n"], row["c"])
        for row in db.query(
            f"SELECT at - at % {seconds} AS at, topic, source_id, sum(negative) AS n, "
            f"count(*) AS c FROM tally {only} GROUP BY 1, 2, 3"
        )
    }


def kept(db: Database, table: str, column: str) -> dict[tuple[int, str, str], tuple[int, int]]:
    return {
        (row[column], row["topic"], row["source_id"]): (row["negatives"], row["comments"])
        for row in db.query(f"SELECT * FROM {table} WHERE comments <> 0 OR negatives <> 0")
    }


def expected_tally(db: Database) -> set[tuple[int, str, int, int]]:
    """Which comments count, from their rows alone and in Python."""
    newest: dict[tuple[int, LabelField], str] = {
        (one.comment_id, one.field): one.value for one in predictions.labels(db)
    }
    found = set()
    for one in predictions.recent(db, 10_000):
        comment, said, number = one.stored.comment, one.prediction, int(one.stored.id)
        if said.copy_of or said.spam or not comments.counts(comment.visibility):
            continue
        tone = newest.get((one.stored.id, LabelField.SENTIMENT), said.sentiment.value)
        topic = newest.get((one.stored.id, LabelField.ISSUE), said.issue)
        found.add((number, topic, int(tone == "negatif"), int(not one.stored.backfilled)))
    return found


class Chaos:
    """Comments that come, change, vanish and are corrected in no order at all."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db, self.random, self.made = db, random.Random(seed), 0

    def step(self) -> None:
        self.random.choice((self.arrive, self.arrive, self.edit, self.vanish, self.correct))()

    def some(self) -> str:
        return str(self.random.randrange(max(self.made, 1)))

    def settle(self, rows: list[StoredComment]) -> None:
        said = [
            make_prediction(
                row.id,
                self.random.choice(list(Sentiment)),
                issue=self.random.choice(("jalan", "banjir", "sampah")),
                spam=self.random.choice((None, None, None, "judi")),
                copy_key=self.random.choice((None, None, b"a", b"b")),
            )
            for row in rows
        ]
        predictions.write(self.db, list(zip(rows, said, strict=True)), MODEL)

    def arrive(self) -> None:
        batch = [
            make_comment(
                str(self.made + i),
                source_id=SourceId("berita"),
                created_at=NOW + self.random.randrange(400) * timedelta(minutes=7),
            )
            for i in range(self.random.randrange(1, 5))
        ]
        self.made += len(batch)
        self.settle(store_comments(self.db, *batch, backfilled=self.random.random() < 0.3))

    def edit(self) -> None:
        changed = make_comment(self.some(), text=f"ubahan {self.random.random()}")
        self.settle(store_comments(self.db, changed))

    def vanish(self) -> None:
        with self.db.atomic():
            comments.mark_gone(self.db, SOURCE, [(self.some(), Visibility.TRASHED)])

    def correct(self) -> None:
        target = self.random.randrange(1, self.made + 2)
        field = self.random.choice(list(LabelField))
        value = "negatif" if field is LabelField.SENTIMENT else "kesehatan"
        if predictions.get(self.db, CommentId(target)) is not None:
            label(self.db, target, field, value)


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_equal_a_recount_after_anything(db: Database, seed: int) -> None:
    chaos = Chaos(db, seed)
    for _ in range(400):
        chaos.step()
    tally = {
        (row["comment_id"], row["topic"], row["negative"], row["live"])
        for row in db.query("SELECT * FROM tally")
    }
    assert len(tally) > 20
    assert tally == expected_tally(db)
    assert kept(db, "hourly", "hour") == recount(db, "hourly")
    assert kept(db, "bins", "bin") == recount(db, "bins")
    assert audit.broken_at(db) is None
