"""The longest reply of a site as people meet it: in Telegram over real HTTP, and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.records import DraftId, DraftState, NoticeKind
from monitor.store import drafts, notices
from tests.bot_stage import GROUP, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.hiding_world import with_account
from tests.web_visit import draft_state, visiting
from tests.web_world import SITE as WEB_SITE
from tests.web_world import make_world, tell_crisis
from tests.world import seed_chat

LONG = f"Bapak/Ibu, kami cek. {'Mohon bersabar. ' * 12}"
SAID = f"Balasan {len(LONG.strip())} huruf; TikTok paling banyak 150."
ROOM = "TikTok: paling banyak 150 huruf."


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        stage.tools = with_account(stage.tools, reply_limit=150)
        yield stage.start()


def test_telegram_tells_the_limit_before_and_after_an_edit(stage: Stage) -> None:
    number = stage.new_draft()
    with stage.db.atomic():
        notices.wish(stage.db, [seed_chat(stage.db, GROUP)], NoticeKind.DRAFT, number, stage.now)
    stage.notify()
    notice = notices.find(stage.db, GROUP, NoticeKind.DRAFT, number)
    assert notice is not None and notice.message_id is not None
    stage.press("Budi", f"ed:{number}", notice.message_id, forged=False)
    question = stage.answers_to(notice.message_id)[0]
    assert ROOM in question["text"]
    mine = stage.write("Budi", LONG, reply_to=question["message_id"])
    told = stage.answer_to(mine)
    assert SAID in told["text"]
    assert stage.draft(number).text == "Kami teruskan ke BPBD."
    again = stage.write("Budi", "Kami cek ya.", reply_to=told["message_id"])
    stage.answer_to(again)
    assert stage.draft(number).text == "Kami cek ya."


def test_telegram_refuses_the_approval_and_the_message_says_why(stage: Stage) -> None:
    number = stage.new_draft()
    drafts.rewrite(stage.db, stage.draft(number).id, LONG, "Budi", stage.now)
    with stage.db.atomic():
        notices.wish(stage.db, [seed_chat(stage.db, GROUP)], NoticeKind.DRAFT, number, stage.now)
    stage.notify()
    notice = notices.find(stage.db, GROUP, NoticeKind.DRAFT, number)
    assert notice is not None and notice.message_id is not None
    seen = stage.seen(notice.message_id)
    assert f"Balasan {len(LONG)} huruf" in seen["text"]
    press = seen["rows"][0][0]["callback_data"]
    told = stage.press("Budi", press, notice.message_id, forged=False)
    assert told["alert"]
    assert "TikTok paling banyak 150" in told["text"]
    assert stage.draft(number).state is DraftState.PROPOSED


def test_the_page_tells_it_too(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    tools = with_account(world.tools, None, WEB_SITE, reply_limit=150)
    world = replace(world, tools=tools)
    tell_crisis(world)
    with visiting(world) as tab:
        assert ROOM in tab.read().text
        assert SAID in tab.press("/draft/1/rewrite", text=LONG).text
        store = world.open_db()
        drafts.rewrite(store, DraftId(1), LONG, "Rina (contoh)", world.now)
        draft = drafts.get(store, DraftId(1))
        assert draft is not None
        assert "TikTok paling banyak 150" in tab.read().text
        assert "TikTok paling banyak 150" in tab.press("/draft/1/approve", seen=draft.seen).text
        assert draft_state(store, 1) is DraftState.PROPOSED
        store.close()
