"""``siaga sources add`` and ``renew``: nothing is written before the platform's check is good."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app import utc_now
from monitor.config import load_settings
from monitor.platforms.known import KNOWN
from monitor.records import SourceId
from monitor.store import sources
from tests.adding_desk import Desk, at_desk
from tests.fakes.mastodon import FakeMastodon
from tests.test_cli import GOOD, OUTSIDE, REFUSED, WRONG
from tests.world import PROJECT

TOKEN = "SIAGA_SOURCES__KANAL__TOKEN"


@pytest.fixture
def site() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        fake.clock.now = utc_now()
        yield fake


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    with at_desk(tmp_path, capsys, monkeypatch) as made:
        yield made


def block(site: FakeMastodon, name: str = "kanal", more: str = "") -> str:
    return f'\n[sources.{name}]\nplatform = "mastodon"\nbase_url = "{site.url}"\n{more}'


def test_an_admin_is_walked_through_and_both_files_are_written(
    desk: Desk, site: FakeMastodon
) -> None:
    number = str(list(KNOWN).index("mastodon") + 1)
    done = desk.typed("sources add", number, "kanal", site.url, site.access, "banjir, jalan rusak")
    assert done.code == GOOD, done.err
    assert f"{number}. Mastodon: sebutan akun kantor" in done.out
    assert "Preferensi, Pengembangan, Aplikasi baru" in done.out
    assert f"Berhasil masuk sebagai: @diskominfo at 127.0.0.1:{site.url.rpartition(':')[2]}" in (
        done.out
    )
    assert "Lanjut: siaga check" in done.out
    assert desk.added() == block(site, more='queries = ["banjir", "jalan rusak"]\n')
    assert desk.secrets() == f"{TOKEN}='{site.access}'\n"
    assert site.access not in done.out + done.err
    settings = load_settings(desk.config)
    assert settings.sources["kanal"].secrets == {"token": site.access}
    assert desk("sources", "list").out == "kanal (mastodon): new; never read\n"
    status = sources.get(desk.store, SourceId("kanal"))
    assert status is not None and "@diskominfo" in str(status.identity)


def test_a_number_or_name_that_is_none_is_asked_again(desk: Desk, site: FakeMastodon) -> None:
    lines = ("99", "mastodon", "Kanal!", "a__b", "", site.url, site.access, "")
    done = desk.typed("sources add", *lines)
    assert done.code == GOOD
    assert "Ketik angka 1 sampai" in done.out
    assert done.out.count("pakai a-z, 0-9") == 2
    assert desk.added() == block(site, "mastodon")


def test_a_name_is_suggested_that_is_free(desk: Desk, site: FakeMastodon) -> None:
    assert desk.typed("sources add mastodon", "", site.url, site.access, "").code == GOOD
    done = desk.typed("sources add mastodon", "mastodon", "", site.url, site.access, "")
    assert done.code == GOOD
    assert "mastodon: sudah ada. Kunci baru untuknya: siaga sources renew mastodon" in done.out
    assert "[sources.mastodon_2]" in desk.config.read_text(encoding="utf-8")


def test_a_wrong_key_is_told_and_typed_again(desk: Desk, site: FakeMastodon) -> None:
    done = desk.typed(
        "sources add mastodon --name kanal",
        *("situs kami", site.url, "", "salah-ketik", ""),  # address, token, tags
        *("9", "2", site.access),
    )
    assert done.code == GOOD, done.out
    assert "Alamat harus lengkap, diawali https://" in done.out
    assert "Ini wajib diisi." in done.out
    assert "Platform menolak kuncinya: salah ketik, sudah kedaluwarsa, atau sudah dicabut." in (
        done.out
    )
    assert "HTTP 401" in done.out
    assert "salah-ketik" not in done.out + done.err
    assert desk.secrets() == f"{TOKEN}='{site.access}'\n"


@pytest.mark.parametrize("stop", [("0",), ()], ids=["typed", "end of input"])
def test_stopping_writes_nothing_and_ends_with_the_errors_code(
    desk: Desk, site: FakeMastodon, stop: tuple[str, ...]
) -> None:
    done = desk.typed("sources add mastodon --name kanal", site.url, "salah", "", *stop)
    assert done.code == OUTSIDE
    assert "Berhenti. Tidak ada yang ditulis." in done.out
    assert desk.nothing_written()


def test_a_site_that_does_not_answer_is_tried_again_with_enter(
    desk: Desk, site: FakeMastodon
) -> None:
    site.fault("status", "verify_credentials", status=503)
    done = desk.typed("sources add mastodon --name kanal", site.url, site.access, "", "")
    assert done.code == GOOD
    assert "Platform tidak menjawab. Periksa alamat" in done.out


def test_input_that_ends_in_the_middle_writes_nothing(desk: Desk, site: FakeMastodon) -> None:
    assert desk.typed("sources add mastodon --name kanal", site.url).code == 130
    assert desk.nothing_written()


def test_a_script_gives_everything_and_nothing_is_asked(
    desk: Desk, site: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, f" {site.access} ")
    more = "--set queries=banjir --set every_seconds=300 --set units_a_day=50.5 --set enabled=ya"
    done = desk.typed(
        f"sources add mastodon --name kanal --set base_url={site.url} {more} --no-ask"
    )
    assert done.code == GOOD, done.err
    assert "Menambah sumber" not in done.out
    assert desk.added() == (
        f'\n[sources.kanal]\nplatform = "mastodon"\nbase_url = "{site.url}"\nenabled = true\n'
        'queries = ["banjir"]\nevery_seconds = 300\nunits_a_day = 50.5\n'
    )
    assert desk.secrets() == f"{TOKEN}='{site.access}'\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("add --no-ask", WRONG, "--no-ask: accepted: with PLATFORM and --name"),
        ("add orkut", WRONG, "platform: orkut: accepted: wordpress, feed"),
        ("add mastodon --name Kanal --no-ask", WRONG, "pakai a-z, 0-9"),
        ("add mastodon --name ada --no-ask", WRONG, "siaga sources renew ada"),
        ("add mastodon --set token=rahasia9", WRONG, "can be seen by others"),
        ("add mastodon --set platform=x", WRONG, "accepted: key=value"),
        ("add mastodon --set base_url", WRONG, "accepted: key=value"),
        ("add mastodon --set basis=1", WRONG, "--set basis: accepted for mastodon: base_url, "),
        ("add mastodon --set account=1", WRONG, "--set account: accepted for mastodon"),
        ("add mastodon --name k --no-ask", WRONG, "base_url: missing; accepted: --set base_url="),
        (
            "add mastodon --name k --set base_url=http://127.0.0.1:9 --no-ask",
            WRONG,
            "token: missing; accepted: SIAGA_SOURCES__<NAME>__TOKEN in the environment",
        ),
        ("renew tiada", REFUSED, "source: tiada: unknown: known: ada"),
        ("renew ada", REFUSED, "tidak punya kunci rahasia"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    desk: Desk, words: str, code: int, told: str
) -> None:
    desk.configure('[sources.ada]\nplatform = "feed"\nbase_url = "http://127.0.0.1:9/"\n')
    desk.before = desk.config.read_bytes()
    done = desk.typed(f"sources {words}")
    assert done.code == code
    assert told in done.err
    assert "rahasia9" not in done.err
    assert desk.nothing_written()


def test_a_secret_of_another_kind_is_refused(
    desk: Desk, site: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_SOURCES__KANAL__PASSWORD", "rahasia9")
    done = desk.typed(f"sources add mastodon --name kanal --set base_url={site.url} --no-ask")
    assert done.code == WRONG
    assert "password: no secret of mastodon; accepted: token" in done.err
    assert "rahasia9" not in done.err


def test_a_script_is_told_why_the_platform_refuses(
    desk: Desk, site: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "salah9")
    done = desk.typed(f"sources add mastodon --name kanal --set base_url={site.url} --no-ask")
    assert (done.code, done.out) == (OUTSIDE, "")
    assert "HTTP 401" in done.err
    assert "salah9" not in done.err
    assert desk.nothing_written()


def test_a_dry_run_asks_no_platform_and_shows_no_secret(desk: Desk, site: FakeMastodon) -> None:
    done = desk.typed("sources add mastodon --name kanal --dry-run", site.url, site.access, "")
    assert done.code == GOOD
    assert "Uji coba" in done.out
    assert "  [sources.kanal]\n" in done.out
    assert f"{TOKEN}=***" in done.out
    assert site.access not in done.out
    assert site.calls == []
    assert desk.nothing_written()
    assert not (desk.folder / "siaga.db").exists()


def test_lines_that_an_attempt_left_are_replaced(desk: Desk, site: FakeMastodon) -> None:
    left = f"# catatan\n{TOKEN}='lama'\nSIAGA_SOURCES__KANAL__SECRET='lama'\n"
    desk.env.write_text(left + "SIAGA_POLL__WORKERS=2\n", encoding="utf-8")
    desk.env.chmod(0o600)
    assert "there is no [sources.kanal]" in desk("sources", "list").err
    done = desk.typed("sources add mastodon --name kanal", site.url, site.access, "")
    assert done.code == GOOD
    assert desk.secrets() == f"# catatan\nSIAGA_POLL__WORKERS=2\n{TOKEN}='{site.access}'\n"


def test_a_secrets_file_that_others_may_read_is_refused_at_once(desk: Desk) -> None:
    desk.env.write_text("# kosong\n", encoding="utf-8")
    desk.env.chmod(0o644)
    done = desk.typed("sources add mastodon --name kanal")
    assert (done.code, "chmod 600 siaga.env" in done.err) == (WRONG, True)


def test_a_login_without_a_user_is_not_asked_for(desk: Desk) -> None:
    done = desk.typed("sources add wordpress --name berita --dry-run", "http://127.0.0.1:9/", "")
    assert done.code == GOOD
    assert "Pengguna berperan Editor" in done.out
    assert "password" not in done.out
    done = desk.typed("sources add wordpress --name b --dry-run", "http://127.0.0.1", "u", "", "p")
    assert "Ini wajib diisi." in done.out
    assert "SIAGA_SOURCES__B__PASSWORD=***" in done.out


def test_a_platform_that_asks_for_a_permission_is_refused_without(desk: Desk) -> None:
    done = desk.typed("sources add x --name x", "")
    assert (done.code, "Tidak ada yang ditulis" in done.err) == (REFUSED, True)
    assert desk.nothing_written()


def test_a_permission_that_is_there_is_written(desk: Desk) -> None:
    lines = ("y", "123", "aplikasi", "", "", "")  # permission, account, client id, three optional
    done = desk.typed("sources add x --name x --dry-run", *lines)
    assert done.code == GOOD
    assert "i_have_enterprise_or_written_permission = true" in done.out
    assert "SIAGA_SOURCES__X__REFRESH_TOKEN=***" in done.out


def test_a_key_file_must_be_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (desk.folder / "kunci.json").write_text("{}", encoding="utf-8")
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    (elsewhere / "sini.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    words = "sources add google_play --name ulasan --set account=id.go.contoh --dry-run"
    done = desk.typed(words, "tiada.json", "kunci.json")
    assert "Berkas itu tidak ada." in done.out
    assert 'key_file = "kunci.json"' in done.out
    assert f'key_file = "{elsewhere}/sini.json"' in desk.typed(words, "sini.json").out


# New secrets.


@pytest.fixture
def old(desk: Desk, site: FakeMastodon) -> Desk:
    """A source whose token died."""
    desk.typed("sources add mastodon --name kanal", site.url, site.access, "")
    site.access = "rahasia-baru-9"
    desk.before = desk.config.read_bytes()
    return desk


def test_a_new_token_is_checked_and_only_then_written(old: Desk, site: FakeMastodon) -> None:
    sources.pause(old.store, SourceId("kanal"), "HTTP 401")
    done = old.typed("sources renew kanal", "salah", "1", site.access)
    assert done.code == GOOD, done.err
    assert "Enter: tetap yang lama" in done.out
    assert old.secrets() == f"{TOKEN}='{site.access}'\n"
    assert old.config.read_bytes() == old.before
    assert "Sumber ini tadi terhenti; kini dibaca lagi." in done.out
    status = sources.get(old.store, SourceId("kanal"))
    assert status is not None and status.paused is None


def test_a_source_that_a_person_paused_stays_so(old: Desk, site: FakeMastodon) -> None:
    old("sources", "pause", "kanal")
    done = old.typed("sources renew kanal", site.access)
    assert "siaga sources resume kanal" in done.out
    status = sources.get(old.store, SourceId("kanal"))
    assert status is not None and status.paused


def test_the_old_token_stays_with_enter(old: Desk, site: FakeMastodon) -> None:
    was = old.secrets()
    assert old.typed("sources renew kanal", "", "0").code == OUTSIDE
    site.access = "rahasia-akses-mastodon-1"
    assert old.typed("sources renew kanal", "").code == GOOD
    assert old.secrets() == was


def test_secrets_of_the_real_environment_are_changed_there(
    old: Desk, site: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, site.access)
    done = old.typed("sources renew kanal")
    assert done.code == WRONG
    assert f"{TOKEN}: is set in the environment, which outranks siaga.env" in done.err


# A real terminal.


def test_a_secret_is_not_shown_on_a_terminal_while_it_is_typed(
    desk: Desk, site: FakeMastodon
) -> None:
    words = ["--config", str(desk.config), "sources", "add", "mastodon", "--name", "kanal"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", *words, "--set", f"base_url={site.url}"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=PROJECT,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        shown = told_until(ours, b"tidak tampil saat diketik): ")
        os.write(ours, f"{site.access}\n".encode())
        shown += told_until(ours, b"queries (Enter untuk melewati): ")
        os.write(ours, b"\n")
        shown += told_until(ours, b"mulai ulang layanan Siaga.")
        assert running.wait(20) == GOOD
    os.close(ours)
    assert site.access not in shown.decode()
    assert desk.secrets() == f"{TOKEN}='{site.access}'\n"


def told_until(terminal: int, words: bytes) -> bytes:
    told, until = b"", time.monotonic() + timedelta(seconds=30).total_seconds()
    while words not in told:
        assert time.monotonic() < until, told
        told += os.read(terminal, 4096)
    return told
