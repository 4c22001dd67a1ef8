"""Consent in the browser, for a platform whose words nobody wrote: found, asked, checked, kept."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.app import utc_now
from monitor.config import load_settings
from monitor.records import SourceId
from monitor.store.tokens import StoredVault
from tests.adding_desk import Desk, at_desk
from tests.fakes.newcomer import CLIENT, CLIENT_SECRET, FakeNewcomer
from tests.newcomer import NAME, offered
from tests.test_cli import GOOD, OUTSIDE, REFUSED, WRONG

ADD = "sources add warung --name kedai"
APP = (CLIENT, CLIENT_SECRET)


@pytest.fixture
def site() -> Iterator[FakeNewcomer]:
    with FakeNewcomer() as fake:
        fake.clock.now = utc_now()
        yield fake


@pytest.fixture
def desk(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    site: FakeNewcomer,
) -> Iterator[Desk]:
    offered(monkeypatch, site.url)
    with at_desk(tmp_path, capsys, monkeypatch) as made:
        yield made


class Browser:
    """Opens the address that was told last, and comes back with where it was sent to."""

    def __init__(self, desk: Desk, site: FakeNewcomer) -> None:
        self._desk, self._site = desk, site

    def __call__(self) -> str:
        return self._site.approve(self._address())

    def code(self) -> str:
        return self._site.code_of(self())

    def refuse(self) -> str:
        state = re.findall(r"state=([^&]+)", self._address())[-1]
        return f"http://127.0.0.1:8739/?error=access_denied&state={state}"

    def stranger(self) -> str:
        return re.sub(r"state=[^&]+", "state=lain", self())

    def _address(self) -> str:
        found = re.findall(rf"{self._site.url}/authorize\S+", self._desk.now_told())
        return str(found[-1])


@pytest.fixture
def browser(desk: Desk, site: FakeNewcomer) -> Browser:
    return Browser(desk, site)


def kept(desk: Desk, seed: str) -> str | None:
    tokens = StoredVault(desk.folder / "siaga.db", SourceId("kedai")).read(seed)
    return tokens.access if tokens else None


def quiet(desk: Desk, site: FakeNewcomer, *told: str) -> None:
    """No secret was told anywhere."""
    for secret in (site.access, site.refresh, CLIENT_SECRET):
        assert all(secret not in text for text in told), secret


def test_access_is_given_in_the_browser_and_the_tokens_are_kept(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    done = desk.typed(ADD, *APP, "y", browser)
    told = desk.told + done.out
    assert done.code == GOOD, told + done.err
    assert "daftarkan alamat balik ini (sekali saja): http://127.0.0.1:8739/" in told
    assert "Berhasil masuk sebagai: Diskominfo Contoh" in told
    assert "(59 hari lagi)" in told
    assert desk.added() == f'\n[sources.kedai]\nplatform = "warung"\nclient_id = "{CLIENT}"\n'
    secrets = load_settings(desk.config).sources["kedai"].secrets
    assert secrets == {"secret": CLIENT_SECRET, "refresh_token": site.refresh}
    assert desk.secrets().count("\n") == 2
    assert kept(desk, site.refresh) == site.access
    assert [call.path for call in site.calls] == ["/token", "/me"]  # its tokens were fresh
    quiet(desk, site, told, done.err)


def test_keys_without_words_of_their_own_have_those_that_fit_any(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    done = desk.typed("sources add", NAME, "kedai", *APP, "", browser)
    told = desk.told + done.out
    assert done.code == GOOD
    assert f"{NAME.capitalize()}: kiriman warga kepada akun kantor (hanya dibaca)" in told
    assert "Ada di halaman aplikasi kantor, di situs pengembang platform ini." in told


def test_the_code_alone_will_do(desk: Desk, browser: Browser) -> None:
    assert desk.typed(ADD, *APP, "", browser.code).code == GOOD


def test_an_app_that_names_another_address_is_asked_with_it(desk: Desk, browser: Browser) -> None:
    done = desk.typed(f"{ADD} --redirect https://kantor.example/balik", *APP, "", browser)
    assert done.code == GOOD
    assert "https://kantor.example/balik" in desk.told


def test_an_app_may_prove_itself_in_the_header(
    desk: Desk, site: FakeNewcomer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(monkeypatch, site.url, basic=True)
    site.wants_basic = True
    assert desk.typed(ADD, *APP, "", browser).code == GOOD
    assert "client_secret" not in site.calls[0].form


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("refuse", "Izin tidak diberikan"),
        ("stranger", "alamat itu dari percobaan lain"),
        ("http://127.0.0.1:8739/", "dari percobaan lain"),
        ("saya sudah klik setuju", "Tidak ada kode di situ"),
        ("", "Tidak ada kode di situ"),
        ("kode-lama", "kodenya sudah dipakai"),
    ],
)
def test_an_answer_that_is_no_good_is_told_and_asked_anew(
    desk: Desk, browser: Browser, answer: str, told: str
) -> None:
    first = getattr(browser, answer) if answer in ("refuse", "stranger") else answer
    done = desk.typed(ADD, *APP, "", first, "", browser)
    assert done.code == GOOD
    assert told in desk.told + done.out


def test_a_wrong_app_secret_is_told_and_typed_again(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    done = desk.typed(ADD, CLIENT, "salah9", "", browser, "t", "coba", "2", CLIENT_SECRET, "0")
    told = desk.told + done.out
    assert done.code == OUTSIDE  # "coba" is no refresh token
    assert "HTTP 401: invalid_client" in told
    assert "rahasia-dalam" not in told + done.err
    assert "salah9" not in told + done.err
    assert desk.nothing_written()


def test_less_than_asked_for_is_refused(desk: Desk, site: FakeNewcomer, browser: Browser) -> None:
    site.scope = "baca"
    done = desk.typed(ADD, *APP, "", browser, "t", "", site.refresh)
    assert "not allowed: balas" in desk.told + done.out
    assert done.code == GOOD  # a refresh token that somebody had


def test_a_server_that_gives_no_refresh_token_is_asked_again(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    site.gives_refresh = False

    def again() -> str:
        site.gives_refresh, site.scope = True, "balas baca lain"
        return "y"

    done = desk.typed(ADD, *APP, "", browser, again, browser)
    assert done.code == GOOD
    assert "Platform tidak memberi token penyegar." in desk.told + done.out


def test_a_server_that_is_down_is_no_crash(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    for mode, status in (("status", 503), ("after", 0), ("html", 0), ("cut", 0)):
        site.fault(mode, "/token", status=status)
    lines = [line for _ in range(4) for line in ("", browser)]
    done = desk.typed(ADD, *APP, *lines, "", browser)
    assert done.code == GOOD
    assert (desk.told + done.out).count("Platform tidak menjawab") == 3


def test_an_unhealthy_account_is_not_written_and_its_key_asked_again(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    site.healthy = False

    def mended() -> str:
        site.healthy = True
        return "3"

    done = desk.typed(ADD, *APP, "", browser, mended, "", browser)
    assert done.code == GOOD
    assert "Kuncinya dikenal, tetapi izinnya kurang." in desk.told + done.out
    assert kept(desk, site.refresh) == site.access


def test_a_refresh_token_that_changes_at_use_is_kept_with_the_source(
    desk: Desk, site: FakeNewcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.rotates = True
    given = site.refresh
    monkeypatch.setenv("SIAGA_SOURCES__KEDAI__REFRESH_TOKEN", given)
    monkeypatch.setenv("SIAGA_SOURCES__KEDAI__SECRET", CLIENT_SECRET)
    done = desk.typed(f"{ADD} --set client_id={CLIENT} --no-ask")
    assert done.code == GOOD, done.err
    assert site.refresh != given
    assert kept(desk, given) == site.access
    assert site.violations == []


def test_nothing_is_kept_when_somebody_stops(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    site.healthy = False
    assert desk.typed(ADD, *APP, "", browser, "0").code == OUTSIDE
    assert desk.nothing_written()
    assert kept(desk, site.refresh) is None


def test_consent_that_is_not_needed_can_be_passed_by(
    desk: Desk, site: FakeNewcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ("token", "client_id", "secret", "refresh_token")
    offered(monkeypatch, site.url, keys=keys, needed=False)
    done = desk.typed(ADD, site.access, "")
    assert done.code == GOOD, done.out + done.err
    assert desk.secrets() == f"SIAGA_SOURCES__KEDAI__TOKEN='{site.access}'\n"
    monkeypatch.setenv("SIAGA_SOURCES__LAPAK__TOKEN", site.access)
    assert desk.typed("sources add warung --name lapak --no-ask").code == GOOD
    monkeypatch.setenv("SIAGA_SOURCES__GERAI__TOKEN", site.access)
    app = f"--set client_id={CLIENT} --no-ask"  # without consent it stays with the token
    assert desk.typed(f"sources add warung --name gerai {app}").code == GOOD


def test_a_platform_without_refresh_tokens_keeps_the_access_token(
    desk: Desk, site: FakeNewcomer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(monkeypatch, site.url, keys=("client_id", "secret", "token"))
    done = desk.typed(ADD, *APP, "", browser)
    assert done.code == GOOD
    assert f"SIAGA_SOURCES__KEDAI__TOKEN='{site.access}'" in desk.secrets()


def test_a_script_without_the_token_is_told_what_is_missing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_SOURCES__KEDAI__SECRET", CLIENT_SECRET)
    done = desk.typed(f"{ADD} --set client_id={CLIENT} --no-ask")
    assert done.code == WRONG
    assert "refresh_token: missing; accepted: SIAGA_SOURCES__<NAME>__REFRESH_TOKEN" in done.err


def test_a_dry_run_opens_no_browser(desk: Desk, site: FakeNewcomer) -> None:
    done = desk.typed(f"{ADD} --dry-run", *APP)
    assert "SIAGA_SOURCES__KEDAI__REFRESH_TOKEN=***" in done.out
    assert site.calls == []


# When the access ends.


@pytest.fixture
def dead(desk: Desk, site: FakeNewcomer, browser: Browser) -> Desk:
    """A source whose access was taken back."""
    assert desk.typed(ADD, *APP, "", browser).code == GOOD
    site.refresh, site.access = "rahasia-segar-2", "rahasia-akses-2"
    desk.before, desk.told = desk.config.read_bytes(), ""
    return desk


def test_access_is_given_anew_with_the_old_app(
    dead: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    done = dead.typed("sources renew kedai", "", "", browser)
    assert done.code == GOOD, dead.told + done.out + done.err
    assert dead.config.read_bytes() == dead.before
    secrets = load_settings(dead.config).sources["kedai"].secrets
    assert secrets == {"secret": CLIENT_SECRET, "refresh_token": "rahasia-segar-2"}
    assert kept(dead, "rahasia-segar-2") == "rahasia-akses-2"
    quiet(dead, site, dead.told, done.out, done.err)


def test_a_renewal_that_fails_leaves_what_was_kept(
    dead: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    was = dead.secrets()
    site.healthy = False
    assert dead.typed("sources renew kedai", "", "", browser, "0").code == OUTSIDE
    assert dead.secrets() == was
    assert kept(dead, "rahasia-segar-warung-1") == "rahasia-akses-warung-1"


def test_tokens_that_a_service_uses_are_renewed_where_they_are(
    desk: Desk, site: FakeNewcomer, browser: Browser
) -> None:
    assert desk.typed(ADD, *APP, "", browser).code == GOOD
    given = site.refresh
    site.rotates = True
    site.expire_access()
    site.access_dies_at = site.clock.now
    done = desk.typed("sources renew kedai", CLIENT_SECRET, "t", "")
    assert done.code == GOOD, done.out + done.err
    assert site.refresh != given
    assert kept(desk, given) == site.access
    assert site.violations == []


def test_no_secret_stays_in_the_environment(
    desk: Desk, site: FakeNewcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_SOURCES__KEDAI__SECRET", CLIENT_SECRET)
    assert desk.typed(ADD).code in (REFUSED, 130)
    assert "SIAGA_SOURCES__KEDAI__SECRET" not in os.environ
