"""Every call is booked, logged in, and made only when the site may be called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.api import Api
from monitor.platforms.oauth import Renewed
from monitor.platforms.offer import Budget, Setup, Tokens, Use
from monitor.records import SourceId
from monitor.store import open_store
from monitor.store.meters import StoredMeter, state_of
from monitor.store.tokens import StoredVault
from tests.fakes.clock import Clock
from tests.fakes.platform import Call, FakePlatform, Reply

BUDGET = Budget(10)


class Site(FakePlatform):
    name = "situs"

    def __init__(self) -> None:
        super().__init__(Clock())
        self.answer = Reply({"ok": True})

    def handle(self, call: Call) -> Reply:
        return self.answer

    def throttled(self) -> Reply:
        self.blocked_until = self.clock.now + timedelta(minutes=5)
        return Reply({"error": "slow"}, 429, {"Retry-After": "300"})


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site
    assert site.violations == []


@pytest.fixture
def make(site: Site, tmp_path: Path):  # type: ignore[no-untyped-def]
    def build(**more: object) -> Api:
        meter = StoredMeter(tmp_path / "siaga.db", "situs", BUDGET, site.clock)
        vault = StoredVault(tmp_path / "siaga.db", SourceId("situs"))
        setup = Setup(SourceId("situs"), site.url, meter, vault, site.clock, timeout=2.0)

        def ask(held: Tokens | None) -> Tokens:
            return Tokens(site.access)

        return Api(setup, Renewed(vault, site.clock, "seed", ask), **more)  # type: ignore[arg-type]

    return build


def spent(site: Site, folder: Path) -> float:
    return state_of(open_store(folder / "siaga.db"), "situs", BUDGET, site.clock.now).spent


def failure(act: object) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        act()  # type: ignore[operator]
    return caught.value


def test_a_call_is_booked_and_answered(make, site: Site, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    api = make()
    assert api.get("a", {"q": "x"}, cost=2) == {"ok": True}
    assert api.post("b", {"t": "x"}, cost=3) == {"ok": True}
    assert spent(site, tmp_path) == 5
    assert [c.bearer for c in site.calls] == [site.access] * 2
    api.close()


def test_a_call_beyond_the_budget_is_not_made(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    api = make()
    error = failure(lambda: api.get("a", use=Use.HISTORY, cost=6))
    assert error.reason is Reason.QUOTA and site.calls == []


def test_after_too_often_nobody_calls_until_the_time(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    api = make()
    site.fault("throttle")
    assert failure(lambda: api.get("a")).retry_after == timedelta(minutes=5)
    for act in (lambda: api.get("a"), lambda: make().post("b", {})):
        assert failure(act).reason is Reason.RATE
    assert len(site.calls) == 1
    site.clock.move(minutes=5)
    assert api.get("a") == {"ok": True}


def test_too_often_without_a_time_rests_a_minute(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    api = make()
    site.fault("status", status=429)
    failure(lambda: api.get("a"))
    site.clock.move(seconds=59)
    assert failure(lambda: api.get("a")).retry_after == timedelta(seconds=1)
    site.clock.move(seconds=1)
    api.get("a")


def test_a_usage_header_may_ask_for_rest(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    def rest(answer: Answer) -> timedelta | None:
        return timedelta(hours=1) if answer.headers.get("x-usage") == "95" else None

    api = make(rest=rest)
    assert api.get("a") == {"ok": True}
    site.answer = Reply({"ok": True}, headers={"X-Usage": "95"})
    assert api.get("a") == {"ok": True}, "the answer itself is good"
    assert failure(lambda: api.get("a")).retry_after == timedelta(hours=1)


def test_a_refused_token_is_renewed_once(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    api = make()
    api.get("a")
    site.access = "rahasia-akses-baru"
    assert api.post("b", {}) == {"ok": True}
    assert [c.bearer for c in site.calls[1:]] == ["rahasia-akses-situs-1", "rahasia-akses-baru"]
    site.fault("expired", times=2)
    assert failure(lambda: api.get("a")).reason is Reason.AUTH


def test_a_site_that_refuses_with_status_200_is_understood(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    def refusal(answer: Answer) -> PlatformError | None:
        if b"40100" in answer.body:
            return answer.error("code 40100", Reason.RATE)
        return None

    site.answer = Reply({"code": 40100})
    assert make().get("a") == {"code": 40100}
    error = failure(lambda: make(refusal=refusal, always=True).get("a"))
    assert error.reason is Reason.RATE
    site.blocked_until = site.clock.now + timedelta(seconds=59)
    failure(lambda: make().get("a"))


def test_lists_and_objects_are_told_apart(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    api = make()
    site.answer = Reply([{"a": 1}, 5], headers={"Link": "x"})
    items, headers = api.get_list("a")
    assert (items, headers["link"]) == ([{"a": 1}], "x")
    assert failure(lambda: api.get("a")).reason is Reason.BAD_ANSWER
    assert failure(lambda: api.post("a", {})).reason is Reason.UNSURE
    site.answer = Reply({"a": 1})
    assert failure(lambda: api.get_list("a")).reason is Reason.BAD_ANSWER


def test_an_empty_answer_is_an_empty_object(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    site.answer = Reply(b"", 204)
    assert make().post("a", form={"x": "y"}, method="PUT", name="secretless") == {}
    assert site.calls[0].method == "PUT" and site.calls[0].form == {"x": "y"}


def test_errors_name_what_was_shown_only(make, site: Site) -> None:  # type: ignore[no-untyped-def]
    site.fault("status", times=2, status=500)
    api = make()
    assert "GET kabar" in str(failure(lambda: api.get("bot123:rahasia/x", name="kabar")))
    assert "rahasia" not in str(failure(lambda: api.get("x", {"key": "rahasia"})))
