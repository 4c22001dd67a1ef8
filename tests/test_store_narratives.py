"""Statements in the store: one valid one a topic, each decision made once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    DraftId,
    Narrative,
    NarrativeId,
    NarrativePart,
    NarrativeState,
    NarrativeUse,
)
from monitor.store import audit, narratives, notices
from monitor.store.connection import open_store
from tests.world import FLOOD, NOW

DAY = timedelta(days=1)
FACTS = ("Ada 5 posko.", "Posko buka.")


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_store(tmp_path / "siaga.db")


def draft(db: Database, topic: str = FLOOD, days: int = 3, link: str = "https://x.go.id") -> int:
    with db.atomic():
        return int(
            narratives.propose(
                db, topic, "Banjir", FACTS, "Budi", NOW, link=link, until_at=NOW + days * DAY
            )
        )


def approve(db: Database, number: int, at: timedelta = timedelta()) -> bool:
    with db.atomic():
        return narratives.approve(db, NarrativeId(number), "Citra", "", NOW + at)


def valid_draft(db: Database) -> int:
    number = draft(db)
    assert approve(db, number)
    return number


def get(db: Database, number: int) -> Narrative:
    found = narratives.get(db, NarrativeId(number))
    assert found is not None
    return found


def test_a_draft_is_filled_step_by_step(db: Database) -> None:
    with db.atomic():
        number = narratives.propose(db, FLOOD, "Banjir", FACTS, "Budi", NOW)
    begun = get(db, number)
    assert (begun.facts, begun.link, begun.until_at, begun.complete) == (FACTS, "", None, False)
    with db.atomic():
        assert narratives.put_link(db, number, "https://x.go.id", NOW)
        assert narratives.put_until(db, number, NOW + DAY, NOW)
    whole = get(db, number)
    assert whole.complete
    assert whole.seen != begun.seen
    assert narratives.drafts(db) == [whole]
    assert narratives.get(db, NarrativeId(9)) is None


def test_an_approval_gives_the_next_number_and_replaces_the_one_before(db: Database) -> None:
    first, second, other = draft(db), draft(db), draft(db, "sampah")
    assert approve(db, second)
    assert approve(db, first)
    assert approve(db, other)
    assert (get(db, second).version, get(db, second).state) == (1, NarrativeState.REPLACED)
    assert (get(db, first).version, get(db, first).state) == (2, NarrativeState.VALID)
    assert get(db, other).version == 1
    assert [one.id for one in narratives.holding(db)] == [first, other]
    assert [one.id for one in narratives.published(db)] == [first, second, other]
    assert len(narratives.every(db)) == 3
    assert audit.broken_at(db) is None


@pytest.mark.parametrize(
    ("days", "link", "at"), [(3, "", timedelta()), (1, "https://x.go.id", DAY)]
)
def test_what_is_not_whole_or_past_its_end_is_not_approved(
    db: Database, days: int, link: str, at: timedelta
) -> None:
    before, number = valid_draft(db), draft(db, days=days, link=link)
    assert not approve(db, number, at)
    assert get(db, before).state is NarrativeState.VALID
    assert get(db, number).approved_by is None


def test_every_decision_is_made_once(db: Database) -> None:
    number = valid_draft(db)
    assert not approve(db, number)
    with db.atomic():
        assert not narratives.put_link(db, NarrativeId(number), "https://y.go.id", NOW)
        assert not narratives.hold(db, NarrativeId(number))
        assert not narratives.expire(db, NarrativeId(number), NOW)
        assert narratives.expire(db, NarrativeId(number), NOW + 3 * DAY)
        assert not narratives.expire(db, NarrativeId(number), NOW + 3 * DAY)
        assert not narratives.withdraw(db, NarrativeId(number), "Citra", NOW)
    assert get(db, number).state is NarrativeState.EXPIRED


def test_only_a_draft_is_held(db: Database) -> None:
    number = NarrativeId(draft(db))
    with db.atomic():
        assert narratives.hold(db, number)
        assert narratives.withdraw(db, number, "Budi", NOW)
        assert not narratives.hold(db, number)


def test_what_holds_is_known_by_its_end(db: Database) -> None:
    number = valid_draft(db)
    assert [one.id for one in narratives.valid(db, NOW)] == [number]
    assert narratives.lapsed(db, NOW) == []
    assert narratives.valid(db, NOW + 3 * DAY) == []
    assert [one.id for one in narratives.lapsed(db, NOW + 3 * DAY)] == [number]


def test_readers_and_users_are_noted_once_and_every_use_is_audited(db: Database) -> None:
    number = NarrativeId(valid_draft(db))
    with db.atomic():
        assert narratives.mark(db, number, "Ani", NarrativeUse.SEEN, NOW)
        assert not narratives.mark(db, number, "Ani", NarrativeUse.SEEN, NOW)
        assert narratives.mark(db, number, "Budi", NarrativeUse.USED, NOW, DraftId(4))
        assert not narratives.mark(db, number, "Budi", NarrativeUse.USED, NOW, DraftId(5))
    assert narratives.who(db, number, NarrativeUse.SEEN) == ("Ani",)
    assert narratives.who(db, number, NarrativeUse.USED) == ("Budi",)
    used = [row["detail"] for row in audit.newest(db, 9) if row["action"] == "narrative-used"]
    assert used == ["draft:5", "draft:4"]


def test_its_messages_stand_side_by_side_and_are_refreshed(db: Database) -> None:
    number, chat = NarrativeId(valid_draft(db)), Chat(ChatId(-1), "")
    with db.atomic():
        for part in NarrativePart:
            narratives.show(db, number, part, [chat], NOW)
        narratives.refresh(db, number, NOW)
    found = [(narratives.of_subject(one.subject_id), one.version) for one in notices.every(db)]
    assert found == [
        ((number, NarrativePart.STATEMENT), 2),
        ((number, NarrativePart.PREVIEW), 2),
        ((number, NarrativePart.ENDED), 1),
    ]
    assert narratives.seats(db, number, NarrativePart.PREVIEW) == [chat]
