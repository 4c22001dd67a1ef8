"""The configuration: every mistake is named with what was found and accepted, secrets never."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from monitor.config import CONFIG_NAME, Settings, find_config, load_settings
from monitor.config.parts import SOURCE_SECRETS, ChatPart, SourcePart
from monitor.errors import ConfigError
from monitor.records import Level

REPO = Path(__file__).parent.parent
SECRET = "kunci-sekali-123"
SOURCE = '[sources.berita]\nplatform = "wordpress"\nbase_url = "https://situs.example"\n'


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("SIAGA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def load(tmp_path: Path):  # type: ignore[no-untyped-def]
    def read(toml: str = "") -> Settings:
        file = tmp_path / CONFIG_NAME
        file.write_text(toml, encoding="utf-8")
        return load_settings(file)

    return read


@pytest.fixture
def refusal(load: Any, tmp_path: Path):  # type: ignore[no-untyped-def]
    """The message of a refused configuration, which never holds the secret."""

    def read(toml: str = "") -> str:
        with pytest.raises(ConfigError) as caught:
            load(toml)
        told = str(caught.value)
        assert told.startswith("configuration: ")
        assert SECRET not in told
        assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)
        return told

    return read


def plain(part: BaseModel) -> dict[str, Any]:
    """A part's values as they would stand in TOML."""
    return part.model_dump(mode="json", exclude_none=True)


def test_the_shipped_file_holds_every_key_with_its_default() -> None:
    written = tomllib.loads((REPO / CONFIG_NAME).read_text(encoding="utf-8"))
    defaults = plain(Settings())
    # Sources have no default, and the folder is where the file lies.
    assert (defaults.pop("sources"), defaults.pop("folder")) == ({}, ".")
    assert written == defaults


def uncommented(table: str, example: str = "# [sources.media]") -> dict[str, Any]:
    """The commented example of a table in the shipped file, as TOML."""
    text = (REPO / CONFIG_NAME).read_text(encoding="utf-8")
    block = text.partition(f"# {table}\n")[2].partition(example)[0].splitlines()
    lines = [line.removeprefix("# ") for line in block if line.startswith("# ")]
    return tomllib.loads("\n".join(lines[: lines.index("") if "" in lines else None]))


def test_the_shipped_file_shows_every_key_of_a_chat() -> None:
    example = uncommented("[[telegram.chats]]", example="[web]")
    assert set(example) == set(ChatPart.model_fields)
    ChatPart(**example)


def test_the_shipped_file_shows_every_key_of_a_source() -> None:
    example = uncommented("[sources.berita]")
    assert set(example) == set(SourcePart.model_fields) - set(SOURCE_SECRETS)
    SourcePart(**example, password=SECRET)


def test_the_shipped_file_can_be_loaded() -> None:
    settings = load_settings(REPO / CONFIG_NAME)
    assert settings.database == REPO / "var" / "siaga.db"


def test_an_empty_file_gives_the_defaults(load: Any, tmp_path: Path) -> None:
    assert load() == Settings(folder=tmp_path)


def test_relative_paths_start_at_the_files_folder(load: Any, tmp_path: Path) -> None:
    settings = load('[paths]\ndatabase = "a/b.db"\nmodels = "/luar/models"\n')
    assert settings.database == tmp_path / "a" / "b.db"
    assert settings.data == tmp_path / "data"
    assert settings.models == Path("/luar/models")


def test_the_zone_is_ready_to_use(load: Any) -> None:
    assert load('[office]\ntimezone = "Asia/Jayapura"').office.zone == ZoneInfo("Asia/Jayapura")


def test_addresses_lose_their_last_slash(load: Any) -> None:
    settings = load('[telegram]\nbase_url = "http://127.0.0.1:9/"')
    assert settings.telegram.base_url == "http://127.0.0.1:9"


def test_chats_and_sources_are_read(load: Any) -> None:
    settings = load(
        '[[telegram.chats]]\nid = -100\nmin_level = "awas"\nthread_id = 4\n'
        "[[telegram.chats]]\nid = -200\n" + SOURCE
    )
    assert settings.telegram.chats == (
        ChatPart(id=-100, min_level=Level.AWAS, thread_id=4),
        ChatPart(id=-200),
    )
    assert settings.sources["berita"].base_url == "https://situs.example"


# What is wrong is named.


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[poll]\ntick_seconds = 0", ["poll.tick_seconds", "0.05", "found: '0'"]),
        ("[poll]\nworkers = 99", ["poll.workers", "32", "found: '99'"]),
        ('[poll]\nworkers = "banyak"', ["poll.workers", "integer", "found: 'banyak'"]),
        (
            '[office]\ntimezone = "Mars/Olympus"',
            ["office.timezone", "accepted: an IANA time zone", "found: 'Mars/Olympus'"],
        ),
        ('[office]\nprovince = "../x"', ["office.province", "found: '../x'"]),
        ('[classify]\nembeddings = "ya"', ["classify.embeddings", "'auto', 'off' or 'on'", "'ya'"]),
        ("[classify]\nprecision = 0.3", ["classify.precision", "0.5", "0.3"]),
        ("[classify]\nprecision = 1.0", ["classify.precision", "0.99", "1.0"]),
        ("[classify]\nask_human_below = 0.5", ["classify.ask_human_below: unknown key"]),
        ('[telegram]\nbase_url = "api.example"', ["telegram.base_url", "http://", "'api.example'"]),
        ('[telegram]\nbase_url = "http://[x"', ["telegram.base_url", "found: 'http://[x'"]),
        (
            '[[telegram.chats]]\nid = 1\nmin_level = "merah"',
            ["telegram.chats.0.min_level", "'normal', 'waspada', 'siaga' or 'awas'", "'merah'"],
        ),
        ("[[telegram.chats]]\ntitle = 'x'", ["telegram.chats.0.id", "required"]),
        (
            '[web]\nhost = "0.0.0.0"',
            ["web.host", "'127.0.0.1', '::1' or 'localhost'", "found: '0.0"],
        ),
        (
            "[spikes]\nsiaga = 0.5",
            ["spikes", "accepted: waspada < siaga < awas", "found:"],
        ),
        (
            "[spikes.issue.kesehatan]\nsiaga = 0.5",
            ["spikes: ", "kesehatan: accepted: waspada < siaga < awas"],
        ),
        (
            '[spikes.opd."Dinas Kesehatan"]\nwaspada = 1.28',
            ["spikes: ", "Dinas Kesehatan: accepted: waspada < siaga < awas"],
        ),
        (
            "[spikes]\nwaspada = 0.5\nsiaga = 0.6\nawas = 0.7\n"
            "[spikes.issue.kesehatan]\nwaspada = 0.65",
            ["kesehatan: accepted: waspada < siaga < awas"],
        ),
        ("[spikes.issue.kesehatan]\nwaspada = 0", ["spikes.issue.kesehatan.waspada", "'0'"]),
        ("[spikes.issue.kesehatan]\nat_least = 0", ["spikes.issue.kesehatan.at_least", "'0'"]),
        ("[spikes.issue]\nkesehatan = 3", ["spikes.issue.kesehatan", "found: '3'"]),
        ("[spikes]\nmost_a_day = -1", ["spikes.most_a_day", "found: '-1'"]),
        ("spikes = 3", ["spikes", "found: '3'"]),
        (
            SOURCE.replace("wordpress", "radio"),
            ["sources.berita.platform", "accepted: bluesky, facebook, feed,", "found: 'radio'"],
        ),
        (SOURCE + "every_seconds = 0", ["sources.berita.every_seconds", "found: '0'"]),
        (
            SOURCE.replace("berita", "Berita"),
            ["source name 'Berita'", "accepted: a-z, 0-9 and _"],
        ),
        (SOURCE.replace("berita", '"mé-dia"'), ["source name 'mé-dia'"]),
        (
            SOURCE + 'user = "siaga"',
            ["sources.berita", "no password", "SIAGA_SOURCES__<NAME>__PASSWORD"],
        ),
        ('[sources]\nberita = "x"', ["sources.berita"]),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found_and_accepted(
    refusal: Any, toml: str, told: list[str]
) -> None:
    message = refusal(toml)
    assert all(part in message for part in told), message


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[pol]\nx = 1", "pol: unknown key; did you mean poll?"),
        ("[poll]\ntick_second = 1", "poll.tick_second: unknown key; did you mean tick_seconds?"),
        ("[replies]\nzzz = 1", "replies.zzz: unknown key; accepted: approval_hours, enabled"),
        ("zzz = 1", "zzz: unknown key; accepted: classify, copies, digest, drill"),
        ("[spikes]\nwaspda = 1", "spikes.waspda: unknown key; did you mean waspada?"),
        (
            "[spikes.issue.kesehatan]\nwaspda = 1",
            "spikes.issue.kesehatan.waspda: unknown key; did you mean waspada?",
        ),
        (
            '[spikes.opd."Dinas Kesehatan"]\nzzz = 1',
            "spikes.opd.Dinas Kesehatan.zzz: unknown key; accepted: at_least, awas",
        ),
        (SOURCE + "usr = 'x'", "sources.berita.usr: unknown key; did you mean user?"),
        (
            "[[telegram.chats]]\nid = 1\ntitel = 'x'",
            "chats.0.titel: unknown key; did you mean title",
        ),
        ("[[telegram.chats]]\nid = 1\nqqq = 'x'", "accepted: id, min_level, thread_id, title"),
    ],
)
def test_an_unknown_key_is_refused_with_a_hint(refusal: Any, toml: str, told: str) -> None:
    assert told in refusal(toml)


def test_an_issue_goes_before_its_opd_and_the_opd_before_the_office(load: Any) -> None:
    spikes = load(
        "[spikes]\nwaspada = 0.8\nat_least = 6\n"
        '[spikes.opd."Dinas Kesehatan"]\nwaspada = 0.7\nsiaga = 1.2\n'
        "[spikes.issue.kesehatan]\nsiaga = 0.9\ntimes_expected = 2.0\n"
    ).spikes
    found = spikes.rules_for("kesehatan", "Dinas Kesehatan")
    assert (found.waspada, found.siaga, found.awas) == (0.7, 0.9, 1.28)
    assert (found.at_least, found.times_expected) == (6, 2.0)
    of_opd = spikes.rules_for("stunting", "Dinas Kesehatan")
    assert (of_opd.waspada, of_opd.siaga, of_opd.times_expected) == (0.7, 1.2, 1.3)
    assert spikes.rules_for("banjir_bencana", "BPBD") == spikes.rules


def test_the_levels_of_waves_rise(refusal: Any) -> None:
    assert "at_least < siaga < awas" in refusal("[copies]\nat_least = 40")


def test_hints_never_offer_a_secret_as_a_key(refusal: Any) -> None:
    assert "did you mean" not in refusal(SOURCE + "passwort = 'x'")
    assert "folder" not in refusal("zzz = 1")


def test_every_mistake_is_told_at_once(refusal: Any) -> None:
    message = refusal("[poll]\nworkers = 99\nbogus = 1\n[web]\nport = -1\n")
    assert all(key in message for key in ("poll.workers", "poll.bogus", "web.port"))


def test_what_is_not_toml_is_refused_with_its_place(refusal: Any) -> None:
    assert "(at line 1, column " in refusal("[poll] x")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tidak-ada\.toml"):
        load_settings(tmp_path / "tidak-ada.toml")
    (tmp_path / "latin.toml").write_bytes(b'[office]\nname = "\xe9"\n')
    with pytest.raises(ConfigError, match=r"latin\.toml"):
        load_settings(tmp_path / "latin.toml")


# The environment.


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("SIAGA_POLL__TICK_SECONDS", "5", lambda s: s.poll.tick_seconds == 5.0),
        ("SIAGA_WEB__ENABLED", "false", lambda s: s.web.enabled is False),
        ("SIAGA_OFFICE__NAME", "Kantor Contoh", lambda s: s.office.name == "Kantor Contoh"),
        ("SIAGA_SPIKES__IGNORE", '["a"]', lambda s: s.spikes.ignore == ("a",)),
        ("siaga_poll__workers", "2", lambda s: s.poll.workers == 2),
        ("SIAGA_TELEGRAM__CHATS", '[{"id": 5}]', lambda s: s.telegram.chats[0].id == 5),
    ],
)
def test_the_environment_outranks_the_file(
    load: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, found: Any
) -> None:
    monkeypatch.setenv(variable, value)
    assert found(load("[poll]\ntick_seconds = 7\nworkers = 9\ntimeout_seconds = 3.0\n"))
    assert load("[poll]\ntimeout_seconds = 3.0\n").poll.timeout_seconds == 3.0


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SIAGA_POLL__WORKERS", "0", "poll.workers"),
        ("SIAGA_POLL__BOGUS", "1", "poll.bogus: unknown key"),
        ("SIAGA_TELEGRAM", SECRET, "telegram"),
        ("SIAGA_TELEGRAM", f'["{SECRET}"]', "telegram"),
        ("SIAGA_SOURCES", SECRET, "sources"),
        ("SIAGA_TELEGRAM__TOKEN__X", SECRET, "telegram"),
        ("SIAGA_SOURCES__BERITA__PASSWORD__X", SECRET, "sources.berita"),
        ("SIAGA_SOURCES__BERITA__BASE_URL", f"ftp://a:{SECRET}@situs.example", "base_url"),
    ],
)
def test_a_wrong_variable_is_refused_and_never_repeats_a_secret(
    refusal: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert told in refusal(SOURCE)


def test_secrets_come_from_the_environment_and_are_never_shown(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", SECRET)
    monkeypatch.setenv("SIAGA_SOURCES__BERITA__PASSWORD", SECRET)
    settings = load(SOURCE + 'user = "siaga"\n')
    token, source = settings.telegram.token, settings.sources["berita"]
    assert token is not None
    assert source.password is not None
    assert token.get_secret_value() == source.password.get_secret_value() == SECRET
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in shown


@pytest.mark.parametrize(
    ("toml", "variable"),
    [
        (f'[telegram]\ntoken = "{SECRET}"', "SIAGA_TELEGRAM__TOKEN"),
        (SOURCE + f'password = "{SECRET}"', "SIAGA_SOURCES__BERITA__PASSWORD"),
        (SOURCE + f'token = "{SECRET}"', "SIAGA_SOURCES__BERITA__TOKEN"),
    ],
)
def test_a_secret_in_the_file_is_refused(refusal: Any, toml: str, variable: str) -> None:
    message = refusal(toml)
    assert "secrets are not kept in this file" in message
    assert variable in message


@pytest.mark.parametrize("toml", [f'telegram = "{SECRET}"', f'sources = "{SECRET}"'])
def test_a_secret_in_place_of_a_table_is_not_repeated(refusal: Any, toml: str) -> None:
    assert "configuration: " in refusal(toml)


def test_other_mistakes_beside_a_secret_do_not_show_it(
    refusal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", SECRET)
    monkeypatch.setenv("SIAGA_SOURCES__BERITA__PASSWORD", SECRET)
    message = refusal(SOURCE + "every_seconds = 0\n[telegram]\nper_group_minute = 0\n")
    assert "telegram.per_group_minute" in message


def test_settings_cannot_be_changed(load: Any) -> None:
    settings = load()
    with pytest.raises(ValidationError):
        settings.poll.workers = 3
    with pytest.raises(ValidationError):
        settings.web = None


# Which file.


def test_a_named_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, other = tmp_path / "a.toml", tmp_path / "b.toml"
    named.touch()
    other.touch()
    monkeypatch.setenv("SIAGA_CONFIG", str(other))
    assert find_config(named) == named
    assert find_config(None) == other


def test_a_named_file_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        find_config(tmp_path / "tidak-ada.toml")
    monkeypatch.setenv("SIAGA_CONFIG", str(tmp_path))
    with pytest.raises(ConfigError, match="no such file"):
        find_config(None)


def test_then_the_file_of_this_folder_then_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(None) == REPO / CONFIG_NAME
    (tmp_path / CONFIG_NAME).touch()
    assert find_config(None) == Path(CONFIG_NAME)


def test_without_any_file_the_way_to_name_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("monitor.config.CONFIG_NAME", "lain.toml")
    with pytest.raises(ConfigError, match=r"lain\.toml: not found here; name one with --config"):
        find_config(None)
