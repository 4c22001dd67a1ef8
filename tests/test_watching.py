"""How sources stand: for ``siaga sources list``, ``platforms`` and the lines of ``siaga check``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor import checks
from monitor.checks import Checked
from monitor.cli.sources_show import line_of, line_of_platform, value_of, value_of_platform
from monitor.config import Settings, load_settings
from monitor.config.parts import SOURCE_SECRETS
from monitor.connecting import platforms
from monitor.platforms.base import Delivery, Gap, Health, Page
from monitor.platforms.known import KNOWN
from monitor.platforms.offer import Budget, Platform, Use
from monitor.records import SourceId
from monitor.store import deliveries, open_store, sources
from monitor.store.meters import StoredMeter
from monitor.watching import dies_at_once, every, facts, watched
from tests.adding_desk import at_desk
from tests.fakes.mastodon import FakeMastodon
from tests.newcomer import connect

KANAL = SourceId("kanal")


@pytest.fixture
def site() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        yield fake


@pytest.fixture
def settings(tmp_path: Path, site: FakeMastodon, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SIAGA_SOURCES__KANAL__TOKEN", site.access)
    config = tmp_path / "config.toml"
    config.write_text(
        '[paths]\ndatabase = "siaga.db"\n'
        f'[sources.kanal]\nplatform = "mastodon"\nbase_url = "{site.url}"\nunits_a_day = 100\n',
        encoding="utf-8",
    )
    return load_settings(config)


@pytest.fixture
def db(settings: Settings) -> Database:
    opened = open_store(settings.database)
    sources.register(opened, [(KANAL, "mastodon")])
    return opened


def line(db: Database, settings: Settings, now: datetime) -> str:
    return line_of(watched(db, settings, KANAL, now), now)


def read(db: Database, at: datetime) -> None:
    sources.finish_poll(db, KANAL, at, at + timedelta(minutes=2))


def test_a_source_that_was_never_read_is_new(
    db: Database, settings: Settings, now: datetime
) -> None:
    assert line(db, settings, now) == (
        "kanal (mastodon): new; never read; 0 of 100 units spent today"
    )


def test_a_healthy_source_is_ok_until_it_is_silent(
    db: Database, settings: Settings, now: datetime
) -> None:
    read(db, now)
    assert "ok; last read 9 min ago;" in line(db, settings, now + timedelta(minutes=9))
    late = line(db, settings, now + timedelta(minutes=11))
    assert "silent; last read 11 min ago; silent: shown as blind" in late
    assert "last read 24 h ago" in line(db, settings, now + timedelta(days=1))
    assert "silent; last read 960 h ago" in line(db, settings, now + timedelta(days=40))


def test_a_failure_a_pause_and_a_doubt_are_told(
    db: Database, settings: Settings, now: datetime
) -> None:
    read(db, now)
    sources.fail_poll(db, KANAL, "HTTP 503", now, reason="unreachable")
    assert "failing; last read 0 min ago" in line(db, settings, now)
    assert line(db, settings, now).endswith("; error: HTTP 503")
    sources.checked(db, KANAL, Health(False, "@dinas", "sees nothing"), now)
    assert line(db, settings, now).endswith("; error: sees nothing")
    sources.pause(db, KANAL, "by hand")
    later = now + timedelta(hours=3)
    assert "paused; last read 180 min ago; paused: by hand" in line(db, settings, later)
    assert not watched(db, settings, KANAL, later).silent


def test_budget_parking_gap_and_token_are_told(
    db: Database, settings: Settings, now: datetime
) -> None:
    read(db, now)
    meter = StoredMeter(settings.database, "kanal", Budget(100), lambda: now)
    meter.spend(12.5, Use.NEW)
    meter.park(now + timedelta(minutes=30))
    gap = Gap(now - timedelta(days=2), now - timedelta(days=1), "lost")
    sources.store_page(db, KANAL, Page((), "1", gap=gap), now, backfilled=False)
    for days, told in (
        (20, ""),
        (9, "token dies in 9 days (2026-03-19T05:00+00:00): siaga sources renew kanal"),
        (-1, "token died 2026-03-09T05:00+00:00: siaga sources renew kanal"),
    ):
        sources.checked(db, KANAL, Health(True, "@dinas", "", now + timedelta(days=days)), now)
        found = line(db, settings, now)
        assert told in found and ("token" in found) == bool(told)
    assert "12.5 of 100 units spent today; left alone until 2026-03-10T05:30+00:00" in found
    assert "comments lost before 2026-03-09T05:00+00:00" in found
    value = value_of(watched(db, settings, KANAL, now), now)
    assert json.loads(json.dumps(value)) == value
    assert (value["spent"], value["units_a_day"], value["unit"]) == (12.5, 100, "units")
    assert (value["lag_seconds"], value["state"]) == (0, "ok")
    assert value["gap_at"] == (now - timedelta(days=1)).isoformat()


def test_a_webhook_tells_when_it_was_called_last(
    db: Database, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = '[paths]\ndatabase = "siaga.db"\n[webhook]\nenabled = true\n'
    toml += '[sources.grup]\nplatform = "telegram"\n'
    (settings.folder / "grup.toml").write_text(toml, encoding="utf-8")
    monkeypatch.delenv("SIAGA_SOURCES__KANAL__TOKEN")
    monkeypatch.setenv("SIAGA_SOURCES__GRUP__TOKEN", "1:rahasia")
    monkeypatch.setenv("SIAGA_SOURCES__GRUP__HOOK_TOKEN", "rahasia")
    hooked = load_settings(settings.folder / "grup.toml")
    grup = SourceId("grup")
    sources.register(db, [(grup, "telegram")])
    assert line_of(watched(db, hooked, grup, now), now).endswith(
        "webhook called in the last week never"
    )
    deliveries.take(db, grup, Delivery("1"), now - timedelta(minutes=5))
    assert "webhook called 5 min ago" in line_of(watched(db, hooked, grup, now), now)


def test_sources_that_are_not_polled_say_why(
    db: Database, settings: Settings, now: datetime
) -> None:
    off = settings.sources["kanal"].model_copy(update={"enabled": False})
    wrong = settings.sources["kanal"].model_copy(update={"account": "1"})
    known = {"kanal": off, "salah": wrong}
    changed = settings.model_copy(update={"sources": known})
    sources.register(db, [(SourceId("impor"), "file"), (SourceId("salah"), "mastodon")])
    lines = [line_of(one, now) for one in every(db, changed, now)]
    assert lines[0] == "impor (file): not in config.toml; never read"
    assert lines[1] == "kanal (mastodon): switched off; never read"
    assert lines[2].startswith("salah (mastodon): wrong configuration; never read; error: sources.")
    assert value_of(every(db, changed, now)[2], now)["error"].startswith("sources.salah: account")


def test_a_source_that_no_service_has_seen_is_new(
    db: Database, settings: Settings, now: datetime
) -> None:
    lain = settings.sources["kanal"]
    both = settings.model_copy(update={"sources": {"kanal": lain, "lain": lain}})
    one = watched(db, both, SourceId("lain"), now)
    assert (one.state, one.expires_at(), facts(one, None, now)[0]) == ("new", None, "never read")


@pytest.mark.parametrize(
    ("left", "dying"),
    [(None, False), (timedelta(days=2), False), (timedelta(days=1), True), (-timedelta(1), True)],
)
def test_a_token_within_a_day_of_its_end_is_dying(
    now: datetime, left: timedelta | None, dying: bool
) -> None:
    assert dies_at_once(None if left is None else now + left, now) is dying


# The lines of siaga check.


def checked(settings: Settings) -> Checked:
    return checks._source(settings, KANAL)


def test_check_tells_what_is_known_and_fails_on_silence(db: Database, settings: Settings) -> None:
    new = checked(settings)
    assert (new.name, new.ok) == ("source kanal", True)
    assert re.match(r"@diskominfo at .*; never read; \d of 100 units spent today", new.detail)
    read(db, datetime.now(UTC))
    assert "; last read 0 min ago" in checked(settings).detail
    with db.atomic():
        db.execute("UPDATE coverage SET to_at = to_at - 3600, from_at = from_at - 3600")
        db.execute("UPDATE source SET last_success_at = last_success_at - 3600")
    silent = checked(settings)
    assert (silent.ok, "silent: shown as blind" in silent.detail) == (False, True)
    sources.pause(db, KANAL, "by hand")
    assert checked(settings).ok


def test_check_warns_of_a_token_and_fails_within_a_day(db: Database, settings: Settings) -> None:
    now = datetime.now(UTC)
    for left, good in ((timedelta(days=10), True), (timedelta(hours=20), False)):
        sources.checked(db, KANAL, Health(True, "@dinas", "", now + left), now)
        found = checked(settings)
        assert (found.ok, "siaga sources renew kanal" in found.detail) == (good, True)


def test_check_tells_a_refusal_and_what_is_known_besides(
    db: Database, settings: Settings, site: FakeMastodon
) -> None:
    site.access = "lain"
    found = checked(settings)
    assert not found.ok
    assert "HTTP 401; never read" in found.detail


def test_check_without_a_database_tells_the_refusal_alone(
    settings: Settings, site: FakeMastodon
) -> None:
    settings.database.write_bytes(b"bukan basis data\n" * 99)
    found = checked(settings)
    assert not found.ok and "siaga.db" in found.detail


# What all platforms offer.


@pytest.mark.parametrize("offer", platforms(), ids=lambda offer: offer.name)
def test_every_platform_is_shown_with_what_it_needs(offer: Platform) -> None:
    value = value_of_platform(offer)
    assert value["name"] == offer.name
    assert ("base_url" in value["needs"]) == (not offer.base_url)
    told = line_of_platform(offer)
    assert told.startswith(f"{offer.name}: needs ")
    assert all(key in told for key in (*value["needs"], *value["takes"], *value["can"]))


def test_a_platform_without_anything_is_only_read() -> None:
    offer = Platform("radio", connect, "http://127.0.0.1:9", budget=Budget(5.5), keeps_days=30)
    assert line_of_platform(offer) == (
        "radio: needs nothing; is only read; 5.5 units a day; "
        "comments kept 30 days unless read again"
    )


def test_platforms_are_listed_without_a_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_desk(tmp_path, capsys, monkeypatch) as desk:
        (tmp_path / "config.toml").unlink()
        done = desk("sources", "platforms", "--json")
        assert [one["name"] for one in done.lines] == list(KNOWN)
        assert len(desk("sources", "platforms").out.splitlines()) == len(KNOWN)


def test_secrets_are_named_as_such() -> None:
    """A key of a platform is a secret by its name alone, so that no new one gets into a file."""
    keys = {key for offer in platforms() for key in (*offer.needs, *offer.takes)}
    assert {key for key in keys if "token" in key or "password" in key} <= set(SOURCE_SECRETS)
