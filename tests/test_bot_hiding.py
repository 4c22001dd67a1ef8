"""Hiding from the message of a draft, over real HTTP: questions, refusals, what people see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import Reason
from monitor.messages import answers
from monitor.messages import hiding as words
from monitor.platforms.base import words_hash
from monitor.records import CommentId, DraftId, NoticeKind, Visibility
from monitor.steps.moderate import moderate
from monitor.store import comments, drafts, moderation, notices
from tests.bot_stage import FLOODS, GROUP, Json, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.hiding_world import MemoryModerator, trouble, with_account
from tests.world import seed_chat, seed_comments, seed_incident

SPAM = "slot gacor malam ini"


@pytest.fixture
def site() -> MemoryModerator:
    return MemoryModerator()


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path, site: MemoryModerator) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        stage.tools = with_account(stage.tools, site)
        seed_chat(stage.db, GROUP)
        yield stage.start()


def draft_of(stage: Stage, text: str = SPAM) -> tuple[int, int]:
    """A comment whose draft stands in the group: its number, and the message's."""
    (number,) = seed_comments(stage.db, stage.tools, [text])
    proposal = drafts.Proposal(None, CommentId(number), "Halo", "uji", words_hash(text))
    draft_id = drafts.propose(stage.db, proposal, stage.now)
    assert draft_id is not None
    with stage.db.atomic():
        notices.wish(stage.db, [seed_chat(stage.db, GROUP)], NoticeKind.DRAFT, draft_id, stage.now)
    stage.notify()
    return int(number), message_of(stage, draft_id)


def message_of(stage: Stage, draft_id: DraftId) -> int:
    notice = notices.find(stage.db, GROUP, NoticeKind.DRAFT, int(draft_id))
    assert notice is not None and notice.message_id is not None
    return notice.message_id


def data(seen: Json) -> list[str]:
    return [one["callback_data"] for row in seen["rows"] for one in row]


def visibility(stage: Stage, number: int) -> Visibility:
    stored = comments.get(stage.db, CommentId(number))
    assert stored is not None
    return stored.comment.visibility


def press(stage: Stage, name: str, what: str, at: int) -> str:
    """Press a button that really stands there."""
    return str(stage.press(name, what, at, forged=False)["text"])


def test_a_comment_is_hidden_and_shown_again_by_taps(stage: Stage, site: MemoryModerator) -> None:
    number, message_id = draft_of(stage)
    assert press(stage, "Budi", f"mh:{number}", message_id) == answers.CHOOSE
    menu = stage.answers_to(message_id)[0]["message_id"]
    assert press(stage, "Budi", f"mr:{number}:j", menu) == answers.CHOOSE
    assert words.ANSWER_RATHER in stage.seen(menu)["text"]
    woken = len(stage.woken)
    assert press(stage, "Budi", f"my:{number}:j", menu) == words.WILL_HIDE
    assert len(stage.woken) == woken + 1
    assert (stage.seen(menu)["text"], stage.seen(menu)["rows"]) == (words.WILL_HIDE, [])
    moderate(stage.db, stage.tools, stage.now)
    assert visibility(stage, number) is Visibility.HIDDEN
    stage.notify()
    seen = stage.seen(message_id)
    assert "Komentar disembunyikan (spam judi) · Budi" in seen["text"]
    assert press(stage, "Citra", f"ms:{number}", message_id) == words.WILL_SHOW
    moderate(stage.db, stage.tools, stage.now)
    assert visibility(stage, number) is Visibility.PUBLIC
    assert [hidden for _, hidden in site.asked] == [True, False]
    stage.notify()
    assert "Komentar ditampilkan lagi · Citra" in stage.seen(message_id)["text"]


def test_a_complaint_about_a_live_issue_is_asked_about_twice(stage: Stage) -> None:
    number, message_id = draft_of(stage, FLOODS[0])
    seed_incident(stage.db)
    press(stage, "Budi", f"mh:{number}", message_id)
    menu = stage.answers_to(message_id)[0]["message_id"]
    press(stage, "Budi", f"mr:{number}:l", menu)
    assert press(stage, "Budi", f"my:{number}:l", menu) == answers.CHOOSE
    assert "isu yang sedang naik" in stage.seen(menu)["text"]
    assert moderation.get(stage.db, CommentId(number)) is None
    assert press(stage, "Budi", f"mz:{number}:l", menu) == words.WILL_HIDE


def test_a_menu_can_be_left_and_others_may_not_even_do_that(stage: Stage) -> None:
    number, message_id = draft_of(stage)
    press(stage, "Budi", f"mh:{number}", message_id)
    menu = stage.answers_to(message_id)[0]["message_id"]
    told = stage.press("Ani", f"mx:{number}", menu, forged=False)
    assert told["alert"] and "hanya admin" in told["text"]
    assert press(stage, "Budi", f"mx:{number}", menu) == words.NOT_HIDDEN
    assert stage.seen(menu)["rows"] == []
    assert moderation.get(stage.db, CommentId(number)) is None


@pytest.mark.parametrize("action", ["mh:9", "mr:9:j", "my:9:j", "mz:9:j", "ms:9"])
def test_a_comment_that_does_not_exist_is_answered(stage: Stage, action: str) -> None:
    assert stage.press("Budi", action)["text"] == answers.GONE


def test_what_failed_is_told_by_name_in_the_chat(stage: Stage, site: MemoryModerator) -> None:
    number, message_id = draft_of(stage)
    press(stage, "Budi", f"mh:{number}", message_id)
    menu = stage.answers_to(message_id)[0]["message_id"]
    press(stage, "Budi", f"mr:{number}:p", menu)
    press(stage, "Budi", f"my:{number}:p", menu)
    site.failures = [trouble(Reason.PERMISSION, permanent=True)]
    moderate(stage.db, stage.tools, stage.now)
    stage.notify()
    told = [m["text"] for m in stage.fake.messages(GROUP) if "Budi: komentar" in m.get("text", "")]
    assert len(told) == 1
    assert "akun kantor tidak berhak" in told[0]
    assert f"mh:{number}" in data(stage.seen(message_id))
