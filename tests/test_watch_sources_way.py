"""From a dead token at the platform to a message in the group, and back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from monitor import app, pipeline
from monitor.config.parts import ChatPart, SourcePart, Telegram
from monitor.connecting import connect_all
from monitor.messages import Message
from monitor.records import SourceId
from monitor.steps.collect import Collector
from monitor.store import open_store, sources
from monitor.telegram.channel import TelegramChannel
from tests.fakes.clock import Clock
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.telegram import FakeTelegram
from tests.world import make_settings, make_tools

GROUP = -1001
TOOT = SourceId("toot")


def group_hears(telegram: FakeTelegram) -> list[str]:
    return [Message(one["text"]).plain for one in telegram.messages(GROUP) if "text" in one]


def test_a_dead_token_is_told_in_the_group_and_so_is_its_end(tmp_path: Path) -> None:
    clock = Clock()
    with FakeMastodon(clock) as site, FakeTelegram() as telegram:
        telegram.chat(GROUP, type="supergroup", title="Humas", bot="administrator")
        part = SourcePart(
            platform="mastodon", base_url=site.url, token=SecretStr(site.access), every_seconds=60
        )
        settings = make_settings(
            tmp_path,
            sources={TOOT: part},
            telegram=Telegram(
                base_url=telegram.url, token=SecretStr(telegram.token), chats=(ChatPart(id=GROUP),)
            ),
        )
        accounts = connect_all(settings, clock)
        channel = TelegramChannel(telegram.token, telegram.url, 18, 5.0)
        tools = make_tools(
            tmp_path,
            settings=settings,
            channel=channel,
            watched=[one.connected.source for one in accounts.values()],
        )
        tools = replace(tools, accounts=accounts)
        with (
            closing(channel),
            closing(Collector(1)) as collector,
            closing(open_store(settings.database)) as db,
        ):
            app.prepare(db, settings)

            def tick(**later: float) -> pipeline.Ticked:
                clock.move(**later)
                return pipeline.tick(db, tools, collector, clock.now, None)

            site.say("Kapan jembatan di desa kami diperbaiki?")
            assert tick().collected == 1
            assert group_hears(telegram) == []

            alive, site.access = site.access, "rahasia-akses-mastodon-2"
            assert tick(minutes=5).told == 1
            (news,) = group_hears(telegram)
            assert news.startswith("⛔ Sumber toot berhenti dibaca\nMastodon · @diskominfo")
            assert "Mastodon menolak token" in news
            assert "Komentar sejak 10.00 WIB tidak terpantau." in news
            assert "siaga sources renew toot" in news
            assert alive not in news
            assert tick(hours=1).told == 0

            site.access = alive
            site.say("Terima kasih sudah dijawab")
            assert sources.resume(db, TOOT, clock.now)
            assert tick(minutes=1).collected == 1
            assert group_hears(telegram)[1:] == [
                "✅ Terbaca kembali\n"
                "• toot (Mastodon), tidak terbaca sejak 10.00 WIB; yang terlewat sudah dibaca"
            ]
        assert telegram.violations() == []
        assert site.violations == []
        assert timedelta(hours=1) < clock.now - Clock().now
