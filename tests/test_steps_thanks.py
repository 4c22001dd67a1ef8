"""Simple thanks: gathered if somebody wants it, each reply different, decided with one press."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.messages import answers
from monitor.messages.batch import TAKEN_OUT
from monitor.records import (
    BatchId,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    Intent,
    LabelField,
    Level,
    NoticeKind,
    Person,
    Sentiment,
    Visibility,
)
from monitor.replies import Template
from monitor.steps.decide_batch import approve_all, take_out
from monitor.steps.rendering import render
from monitor.steps.thanks import propose_thanks
from monitor.steps.tools import Tools
from monitor.store import audit, batches, comments, drafts, notices, predictions
from monitor.store.connection import rows
from tests.racing import race
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    RuleClassifier,
    RuleVerdict,
    TinyWords,
    make_comment,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
    seed_comments,
    seed_incident,
    seed_people,
)

S = DraftState
HOUR = timedelta(hours=1)
PRAISE = "Terima kasih pelayanan puskesmas nomor {} cepat dan ramah"
FIRST = BatchId(1)


@dataclass(frozen=True)
class Praised(RuleClassifier):
    """Reads praise as praise, with whatever else a test wants to be said of it."""

    more: Sequence[tuple[str, object]] = ()

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        more: dict[str, Any] = dict(self.more)
        return [
            replace(said, **{"intent": Intent.APRESIASI, "flags": (), **more})
            if said.sentiment is Sentiment.POSITIF
            else said
            for said in super().predict(texts)
        ]


def make(folder: Path, more: Sequence[tuple[str, object]] = (), **replies: Any) -> Tools:
    settings = make_settings(folder, replies={"thanks_a_day": 10, **replies})
    tools = make_tools(folder, settings=settings, repliers={SITE: MemoryReplier()})
    return replace(tools, classifier=Praised(more))


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    seed_chat(opened, -100)
    seed_chat(opened, -200, Level.AWAS)
    yield opened
    opened.close()


@pytest.fixture
def who(db: Database) -> dict[str, Person]:
    return seed_people(db)


def praise(db: Database, tools: Tools, count: int = 4, **more: Any) -> list[int]:
    return [
        int(n) for n in seed_comments(db, tools, [PRAISE.format(i) for i in range(count)], **more)
    ]


def batch(db: Database) -> list[Draft]:
    return drafts.of_batch(db, FIRST)


def shown(db: Database, tools: Tools) -> str:
    (notice,) = [n for n in notices.every(db) if n.kind is NoticeKind.BATCH]
    return render(db, tools, notice, NOW).plain


def test_thanks_are_gathered_into_one_message_of_different_replies(
    db: Database, tools: Tools
) -> None:
    praise(db, tools, 7)
    assert propose_thanks(db, tools, NOW) == 7
    assert len({draft.text for draft in batch(db)}) == 7
    assert {draft.incident_id for draft in batch(db)} == {None}
    wished = [(n.kind, n.chat_id, n.subject_id) for n in notices.every(db)]
    assert wished == [(NoticeKind.BATCH, -100, 1)]
    text = shown(db, tools)
    assert all(f"\n{draft.text}" in text for draft in batch(db))
    assert propose_thanks(db, tools, NOW) == 0


def test_nobody_answers_thanks_unless_it_is_switched_on(tmp_path: Path, db: Database) -> None:
    for off in ({"thanks_a_day": 0}, {"enabled": False}):
        tools = make(tmp_path, **off)
        praise(db, tools)
        assert propose_thanks(db, tools, NOW) == 0
    assert rows(db, "SELECT 1 FROM draft") == []


def test_a_few_wait_for_more_but_not_for_ever(db: Database, tools: Tools) -> None:
    praise(db, tools, 2)
    assert propose_thanks(db, tools, NOW + 5 * HOUR) == 0
    assert propose_thanks(db, tools, NOW + 6 * HOUR) == 2


def test_a_day_has_its_number_and_the_next_day_a_new_one(tmp_path: Path, db: Database) -> None:
    tools = make(tmp_path, thanks_a_day=3)
    praise(db, tools, 7)
    assert [propose_thanks(db, tools, NOW) for _ in range(2)] == [3, 0]
    tomorrow = NOW + 14 * HOUR  # 0.00 WIB
    assert propose_thanks(db, tools, tomorrow - timedelta(seconds=1)) == 0
    assert propose_thanks(db, tools, tomorrow) == 3


def test_old_thanks_are_left_alone(db: Database, tools: Tools) -> None:
    praise(db, tools, 4, at=NOW - 25 * HOUR)
    assert propose_thanks(db, tools, NOW) == 0


@pytest.mark.parametrize(
    "more",
    [
        ("flags", ("sarkasme",)),
        ("urgent", True),
        ("ask_human", True),
        ("spam", "judi"),
        ("intent", Intent.KELUHAN),
        ("sentiment", Sentiment.NETRAL),
    ],
)
def test_what_people_should_look_at_twice_is_in_no_batch(
    tmp_path: Path, db: Database, more: tuple[str, object]
) -> None:
    tools = make(tmp_path, [more])
    praise(db, tools)
    assert propose_thanks(db, tools, NOW) == 0


@pytest.mark.parametrize(
    "more",
    [{"reply_ref": None}, {"visibility": Visibility.HELD}, {"author_is_owner": True}],
)
def test_what_cannot_be_answered_or_seen_is_in_no_batch(
    db: Database, tools: Tools, more: dict[str, Any]
) -> None:
    praise(db, tools, **more)
    assert propose_thanks(db, tools, NOW) == 0


def test_thanks_that_the_office_answered_there_are_in_no_batch(db: Database, tools: Tools) -> None:
    numbers = praise(db, tools)
    said = make_comment(90, "Sama-sama, Kak.", NOW, parent_id="c1", author_is_owner=True)
    with db.atomic():
        comments.upsert(db, [said], NOW, backfilled=False)
    assert propose_thanks(db, tools, NOW) == len(numbers) - 1
    assert CommentId(1) not in {draft.comment_id for draft in batch(db)}


def test_where_siaga_cannot_answer_nothing_is_proposed(db: Database, tools: Tools) -> None:
    praise(db, tools)
    assert propose_thanks(db, replace(tools, repliers={}), NOW) == 0


def test_a_corrected_label_counts(db: Database, tools: Tools) -> None:
    numbers = praise(db, tools, 3)
    for number in numbers:
        predictions.add_label(db, CommentId(number), LabelField.SENTIMENT, "negatif", "Budi", NOW)
    assert propose_thanks(db, tools, NOW) == 0


def test_thanks_amid_an_incident_of_the_issue_are_left_alone(db: Database, tools: Tools) -> None:
    praise(db, tools)
    seed_incident(db, "kesehatan")
    assert propose_thanks(db, tools, NOW) == 0


@pytest.mark.parametrize(
    ("texts", "made"),
    [
        (["Terima kasih kembali."], 1),
        (["x" * 300], 0),
        (["Hubungi 0812-0000-0000."], 0),
        (["Kami akan memblokir Anda."], 0),
        (["Terima kasih.", "Sama-sama."], 2),
    ],
)
def test_only_short_harmless_and_different_words_go_in(
    db: Database, tools: Tools, texts: list[str], made: int
) -> None:
    praise(db, tools, 4)
    few = tuple(
        Template(f"t{i}", (Intent.APRESIASI,), (), "semua", False, text)
        for i, text in enumerate(texts)
    )
    fewer = replace(tools, knowledge=replace(tools.knowledge, templates=few))
    assert propose_thanks(db, fewer, NOW) == made
    assert len(rows(db, "SELECT 1 FROM draft")) == made
    assert len(rows(db, "SELECT 1 FROM batch")) == (made > 0)


# One press.


@pytest.fixture
def made(db: Database, tools: Tools, who: dict[str, Person]) -> list[Draft]:
    praise(db, tools, 4)
    propose_thanks(db, tools, NOW)
    return batch(db)


def states(db: Database) -> list[DraftState]:
    return [draft.state for draft in batch(db)]


def test_one_press_approves_each_and_the_second_is_told_who(
    db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    said = approve_all(db, tools, who["Budi"], FIRST, NOW)
    assert (said.text, said.done) == ("4 balasan disetujui.", True)
    assert states(db) == [S.APPROVED] * 4
    assert "Sudah diputuskan oleh Budi." in shown(db, tools)
    late = approve_all(db, tools, who["Citra"], FIRST, NOW)
    assert (late.text, late.done) == ("Sudah diputuskan oleh Budi.", False)
    found = batches.get(db, FIRST)
    assert found is not None and (found.decided_by, found.decided_at) == ("Budi", NOW)
    assert not batches.decide(db, FIRST, "Citra", "", NOW)
    actions = [row["action"] for row in audit.newest(db, 5)]
    assert sorted(actions) == ["batch-approved", *["draft-approved"] * 4]


def test_others_may_neither_approve_nor_take_out(
    db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    for name in ("Ani", "Dewi", "Eko", "Fitri"):
        assert approve_all(db, tools, who[name], FIRST, NOW).text.startswith("Maaf, hanya admin")
        assert take_out(db, who[name], made[0].id, NOW).text.startswith("Maaf, hanya admin")
    assert states(db) == [S.PROPOSED] * 4
    assert approve_all(db, tools, who["Budi"], BatchId(9), NOW).text == answers.GONE
    assert take_out(db, who["Budi"], DraftId(99), NOW).text == answers.GONE


def test_what_is_taken_out_is_not_sent_and_the_others_wait(
    db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    for notice in notices.every(db):
        notices.finish(db, notice, 5, "x")
    said = take_out(db, who["Budi"], made[2].id, NOW)
    assert (said.text, said.done) == (TAKEN_OUT, True)
    assert [n.kind for n in notices.due(db, NOW, 9)] == [NoticeKind.BATCH]
    assert "Dikeluarkan · Budi" in shown(db, tools)
    late = take_out(db, who["Citra"], made[2].id, NOW)
    assert (late.text, late.done) == ("Sudah diputuskan oleh Budi.", False)
    assert approve_all(db, tools, who["Citra"], FIRST, NOW).text == "3 balasan disetujui."
    assert states(db) == [S.APPROVED, S.APPROVED, S.REJECTED, S.APPROVED]


def rewritten(db: Database, tools: Tools, draft: Draft) -> None:
    drafts.rewrite(db, draft.id, "Kata lain.", "Budi", NOW)


def edited(db: Database, tools: Tools, draft: Draft) -> None:
    """The comment changed and is not yet read anew."""
    number = int(draft.comment_id)
    with db.atomic():
        comments.upsert(db, [make_comment(number, "Tidak jadi", NOW)], NOW, backfilled=False)


def relabelled(db: Database, tools: Tools, draft: Draft) -> None:
    field = LabelField.SENTIMENT
    predictions.add_label(db, draft.comment_id, field, "negatif", "Dewi", NOW)


@pytest.mark.parametrize("change", [rewritten, edited, relabelled])
def test_what_changed_since_is_skipped_and_named(
    db: Database,
    tools: Tools,
    who: dict[str, Person],
    made: list[Draft],
    change: Callable[[Database, Tools, Draft], None],
) -> None:
    change(db, tools, made[1])
    said = approve_all(db, tools, who["Budi"], FIRST, NOW)
    assert said.done
    assert said.text == "3 balasan disetujui. Dilewati karena keadaannya berubah: nomor 2."
    assert states(db) == [S.APPROVED, S.PROPOSED, S.APPROVED, S.APPROVED]


def test_when_all_changed_nothing_is_decided(
    db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    seed_incident(db, "kesehatan")
    said = approve_all(db, tools, who["Budi"], FIRST, NOW)
    assert (said.done, states(db)) == (False, [S.PROPOSED] * 4)
    assert said.text.endswith("nomor 1, 2, 3, 4.")
    found = batches.get(db, FIRST)
    assert found is not None and found.decided_by is None


def test_where_two_must_sign_the_batch_waits_for_the_second(
    tmp_path: Path, db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    strict = make(tmp_path, signatures={"normal": 2})
    first = approve_all(db, strict, who["Budi"], FIRST, NOW)
    assert (first.text, first.done) == ("4 balasan masih perlu tanda tangan orang lain.", True)
    again = approve_all(db, strict, who["Budi"], FIRST, NOW)
    assert (again.text, again.done) == (first.text, False)
    assert approve_all(db, strict, who["Citra"], FIRST, NOW).text == "4 balasan disetujui."
    assert {draft.decided_by for draft in batch(db)} == {"Budi, Citra"}


def test_two_who_press_for_all_at_once_approve_each_reply_once(
    db: Database, tools: Tools, who: dict[str, Person], made: list[Draft]
) -> None:
    race(
        tools,
        *(
            lambda own, name=name: approve_all(own, tools, who[name], FIRST, NOW)
            for name in ("Budi", "Citra", "Budi")
        ),
    )
    assert states(db) == [S.APPROVED] * 4
    actions = [row["action"] for row in audit.newest(db, 99)]
    assert actions.count("draft-approved") == 4
    assert actions.count("batch-approved") == 1
    assert audit.broken_at(db) is None


def test_a_batch_whose_comment_waits_to_be_read_anew_is_still_shown_masked(
    db: Database, tools: Tools, made: list[Draft]
) -> None:
    number = int(made[0].comment_id)
    with db.atomic():
        text = "Telepon saya 0812-0000-0000"
        comments.upsert(db, [make_comment(number, text, NOW)], NOW, backfilled=False)
    assert TinyWords().mask(text) in shown(db, tools)
