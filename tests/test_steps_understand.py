"""Step 2: comments that wait are read in batches and counted once, as they now stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.errors import ModelError
from monitor.records import Comment, CommentId, LabelField, Sentiment, Visibility
from monitor.steps.tools import Tools
from monitor.steps.understand import MOST_BATCHES, understand
from monitor.store import comments, counts, predictions, sources
from tests.world import (
    FLOOD,
    NOW,
    SITE,
    RuleClassifier,
    RuleVerdict,
    make_comment,
    make_settings,
    make_tools,
    open_world,
)


class BrokenClassifier(RuleClassifier):
    """Fails on its second batch."""

    batches = 0

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        self.batches += 1
        if self.batches == 2:
            raise ModelError("model: rules-1: damaged")
        return super().predict(texts)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path, settings=make_settings(tmp_path, classify={"batch": 3}))


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    sources.register(opened, [(SITE, "wordpress")])
    yield opened
    opened.close()


def store(db: Database, *batch: Comment) -> None:
    with db.atomic():
        comments.upsert(db, batch, NOW, backfilled=False)


def said(count: int, **more: Any) -> list[Comment]:
    return [make_comment(i, f"Banjir lagi di gang {i}", **more) for i in range(1, count + 1)]


def negatives(db: Database) -> int:
    found = counts.window(db, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    return found[FLOOD].negatives if FLOOD in found else 0


def test_every_waiting_comment_is_read_once_whatever_the_batch(db: Database, tools: Tools) -> None:
    store(db, *said(7))
    assert understand(db, tools) == 7
    assert understand(db, tools) == 0
    assert negatives(db) == 7
    found = predictions.get(db, CommentId(1))
    assert found is not None
    assert (found.prediction.model, found.issue) == ("rules-1", FLOOD)
    assert found.prediction.sentiment_p == (0.9, 0.05, 0.05)


def test_one_tick_reads_only_so_many_batches(db: Database, tools: Tools) -> None:
    store(db, *said(3 * MOST_BATCHES + 2))
    assert understand(db, tools) == 3 * MOST_BATCHES
    assert understand(db, tools) == 2


def test_a_model_that_fails_loses_nothing_that_was_read(db: Database, tools: Tools) -> None:
    store(db, *said(5))
    broken = replace(tools, classifier=BrokenClassifier())
    with pytest.raises(ModelError):
        understand(db, broken)
    assert (negatives(db), len(comments.waiting(db, 9))) == (3, 2)
    assert understand(db, broken) == 2
    assert negatives(db) == 5


def test_the_offices_own_words_are_neither_read_nor_counted(db: Database, tools: Tools) -> None:
    citizen, own = said(2)
    store(db, citizen, replace(own, author_is_owner=True))
    assert understand(db, tools) == 2
    assert negatives(db) == 1
    assert predictions.get(db, CommentId(2)) is None
    assert comments.waiting(db, 9) == []


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, 1),
        ({"text": "Slot gacor banjir bonus"}, 0),
        ({"visibility": Visibility.HELD}, 1),
        ({"visibility": Visibility.SPAM}, 0),
        ({"visibility": Visibility.TRASHED}, 0),
        ({"text": "Terima kasih, banjir sudah surut, mantap"}, 1),
        ({"text": "Terima kasih petugas, mantap"}, 0),
    ],
)
def test_what_counts_for_an_issue(
    db: Database, tools: Tools, changes: dict[str, Any], counted: int
) -> None:
    store(db, replace(said(1)[0], **changes))
    understand(db, tools)
    assert negatives(db) == counted


def test_a_copy_counts_once_even_across_batches(db: Database, tools: Tools) -> None:
    same = "Banjir di kota kami tidak pernah diurus sama sekali"
    store(db, *said(5, author_id="x"), *(make_comment(i, same) for i in range(10, 20)))
    understand(db, tools)
    assert negatives(db) == 5 + 1


def test_an_edited_comment_is_read_anew_and_keeps_one_count(db: Database, tools: Tools) -> None:
    before = said(1)[0]
    store(db, before)
    understand(db, tools)
    store(db, replace(before, text="Sudah surut, terima kasih"))
    assert understand(db, tools) == 1
    assert negatives(db) == 0
    store(db, before)
    understand(db, tools)
    assert negatives(db) == 1


def test_a_persons_label_outranks_what_the_machine_says_again(db: Database, tools: Tools) -> None:
    before = said(1)[0]
    store(db, before)
    understand(db, tools)
    predictions.add_label(db, CommentId(1), LabelField.SENTIMENT, Sentiment.NETRAL, "Dewi", NOW)
    assert negatives(db) == 0
    store(db, replace(before, text="Banjir lagi di gang 1!"))
    understand(db, tools)
    assert negatives(db) == 0
