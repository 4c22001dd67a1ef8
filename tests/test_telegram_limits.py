"""The pure parts of sending: the ledger of limits, cutting, and what refusals mean."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import RetryAfter, TelegramError

from monitor.errors import DeliveryError, Reason
from monitor.messages import Message, visible_length
from monitor.messages.base import visible_units
from monitor.records import ChatId
from monitor.telegram.base import Place
from monitor.telegram.channel import TelegramChannel
from monitor.telegram.fit import fit, fit_plain
from monitor.telegram.ledger import Ledger
from monitor.telegram.refusals import delivery_error
from tests.fakes.telegram import FakeTelegram

PERSON, GROUP, FORUM = ChatId(11), ChatId(-1001), ChatId(-1000000000002)


@dataclass
class Clock:
    """Seconds that stand still until a test moves them."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


# The ledger


def ledger(per_group_minute: int = 18) -> tuple[Ledger, Clock]:
    clock = Clock()
    return Ledger(per_group_minute, clock), clock


def test_a_short_burst_passes_and_then_one_a_second() -> None:
    book, clock = ledger()
    for _ in range(3):
        assert book.room(PERSON)
        book.note(PERSON)
    assert not book.room(PERSON)
    clock.now += 3.0
    assert book.room(PERSON)


def test_a_group_gets_no_more_a_minute_than_configured() -> None:
    book, clock = ledger(5)
    sent = 0
    for _ in range(600):
        if book.room(GROUP):
            book.note(GROUP)
            sent += 1
        clock.now += 0.1
    assert sent == 5
    clock.now += 0.2
    assert book.room(GROUP)


def test_a_person_is_not_bound_to_a_groups_minute() -> None:
    book, clock = ledger(1)
    book.note(PERSON)
    clock.now += 3
    assert book.room(PERSON)


def test_all_chats_together_get_thirty_a_second() -> None:
    book, clock = ledger()
    for chat_id in range(30):
        assert book.room(chat_id)
        book.note(chat_id)
    assert not book.room(99)
    clock.now += 1.0
    assert book.room(99)


def test_a_shorter_pause_never_ends_a_longer_one() -> None:
    book, clock = ledger()
    book.park(GROUP, 60)
    book.park(GROUP, 1)
    clock.now += 30
    assert not book.room(GROUP)


def test_pauses_that_are_over_do_not_add_up() -> None:
    book, clock = ledger()
    book.park(GROUP, 1)
    clock.now += 2
    book.park(FORUM, 5)
    assert (book.room(GROUP), book.room(FORUM)) == (True, False)


# Cutting


PIECES = st.lists(
    st.sampled_from(["<b>a</b>", "<i>b\n</i>", "&amp;", "🙂", "\n", "kata ", '<a href="x">t</a>']),
    max_size=60,
)


@settings(deadline=None)  # a busy machine is no fault of the cutting
@given(PIECES, st.integers(1, 80))
def test_whatever_is_cut_fits_and_is_balanced(pieces: list[str], most: int) -> None:
    cut = fit("".join(pieces), most)
    assert visible_length(cut) <= most
    for tag in ("b", "i", "a"):
        assert cut.count(f"<{tag}") == cut.count(f"</{tag}>")
    assert fit(cut, most) == cut


def test_a_tag_around_many_lines_is_closed() -> None:
    assert fit("<code>satu\ndua\ntiga</code>", 10) == "<code>satu\ndua…</code>"


def test_a_stray_end_tag_does_no_harm() -> None:
    assert fit("</b>kata kata", 5) == "</b>kata…"


@settings(deadline=None)  # a busy machine is no fault of the cutting
@given(st.text(max_size=60), st.integers(1, 40))
def test_plain_words_fit_too(text: str, most: int) -> None:
    assert visible_units(fit_plain(text, most)) <= most


def test_httpx_errors_that_never_left_are_known() -> None:
    error = TelegramError("x")
    error.__cause__ = httpx.PoolTimeout("full")
    assert delivery_error(error, 5, "x", sending=True).reason is Reason.UNREACHABLE


def test_a_token_in_an_error_is_hidden() -> None:
    token = "123456:tanda-rahasia-yang-panjang"
    error = TelegramError(f"the token `{token}` was rejected")
    assert "rahasia" not in str(delivery_error(error, 5, token, sending=True))


def test_a_pause_in_whole_seconds_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    class InSeconds(RetryAfter):
        """As python-telegram-bot gives it without PTB_TIMEDELTA."""

        @property
        def retry_after(self) -> int:
            return 9

    assert delivery_error(InSeconds(9), 5, "x", sending=True).retry_after == timedelta(seconds=9)


def test_a_light_start_does_not_import_the_library() -> None:
    code = "import monitor.config, monitor.pipeline, monitor.telegram.console, sys; "
    code += "raise SystemExit('telegram' in sys.modules or 'httpx' in sys.modules)"

    async def start() -> int:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        return await process.wait()

    assert asyncio.run(start()) == 0


def test_a_server_that_is_not_there_was_surely_not_told() -> None:
    with FakeTelegram() as fake:
        channel = TelegramChannel(fake.token, fake.url, 18, 2.0)
    with pytest.raises(DeliveryError) as caught:
        channel.send(Place(PERSON), Message("Kartu"))
    channel.close()
    assert caught.value.reason is Reason.UNREACHABLE
    assert fake.token not in str(caught.value)
