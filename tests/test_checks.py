"""What ``siaga check`` finds of chats, rules, people and the rota, a line each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fakes.telegram import FakeTelegram
from tests.test_cli import GOOD, OUTSIDE, Office
from tests.world import PROJECT


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    return Office(tmp_path, capsys)


def lines(office: Office, *names: str) -> list[str]:
    done = office("check")
    assert done.code == OUTSIDE
    return [line for line in done.out.splitlines() if line[5:].startswith(names)]


def test_rules_for_what_does_not_exist_are_found(siaga: Office) -> None:
    for table, told in (
        ("issue.banjirr", "FAIL rules: spikes.issue: banjirr: accepted: "),
        ('opd."Dinas X"', "FAIL rules: spikes.opd: Dinas X: accepted: "),
    ):
        siaga.configure(f"[spikes.{table}]\nwaspada = 0.5\n")
        (found,) = lines(siaga, "rules")
        assert found.startswith(told)
    siaga.configure("[spikes.issue.kesehatan]\nwaspada = 0.5\n")
    assert lines(siaga, "rules") == [
        "ok   rules: 1 issues and agencies with thresholds of their own"
    ]


def test_an_office_without_enough_admins_is_told(siaga: Office) -> None:
    first, second = lines(siaga, "people", "signatures")
    assert first.startswith("FAIL people: people: no admin")
    assert "awas = 2, but Telegram reaches 0 admins" in second
    siaga("people", "add", "Budi", "--role", "admin", "--telegram", "9")
    siaga.configure("[replies.signatures]\nawas = 1\n")
    assert [line[:4] for line in lines(siaga, "people", "signatures")] == ["ok  ", "ok  "]


def test_every_trouble_of_the_rota_has_its_line(siaga: Office) -> None:
    data = siaga.folder / "data"
    shutil.copytree(PROJECT / "data", data)
    text = siaga.config.read_text(encoding="utf-8")
    siaga.config.write_text(text.replace(str(PROJECT / "data"), str(data)), encoding="utf-8")
    rota = data / "jaga.toml"
    turn = '[giliran]\nmulai = {}\n[[regu]]\npetugas = "Budi"\ncadangan = "Wulan"\n'
    rota.write_text(turn.format("2999-01-01"), encoding="utf-8")
    siaga("people", "add", "Budi", "--role", "admin", "--telegram", "9")
    found = lines(siaga, "duty")
    assert [line.startswith("FAIL duty: jaga.toml: ") for line in found] == [True] * 3
    siaga("people", "add", "Wulan", "--role", "humas")
    rota.write_text(turn.format("2024-01-01"), encoding="utf-8")
    assert lines(siaga, "duty") == ["ok   duty: 1 pairs take turns"]
    rota.write_text("[giliran", encoding="utf-8")
    (broken,) = lines(siaga, "duty")
    assert broken.startswith("FAIL duty: duty: ")


def test_chats_that_the_bot_is_not_in_are_found(
    siaga: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = "[[telegram.chats]]\nid = {}\n"
    with FakeTelegram() as telegram:
        telegram.chat(-1001, "supergroup", "Humas", bot="administrator")
        telegram.chat(-1002, "supergroup", "Lama", bot="kicked")
        telegram.chat(-1003, "supergroup", "Pergi", bot="left")
        telegram.chat(-44, "group", "Kecil", bot="member", migrate_to=-1000000000044)
        telegram.chat(9, "private", bot="member")
        monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", telegram.token)
        numbers = (-1001, -1001, -1002, -1003, -1004, -44, 9)
        topics = "".join(chat.format(n) + f"thread_id = {i}\n" for i, n in enumerate(numbers, 1))
        siaga.configure(f'[telegram]\nbase_url = "{telegram.url}"\n{topics}')
        good, kicked, left, unknown, moved, private = lines(siaga, "chat")
        assert good == "ok   chat -1001: Humas"
        assert "FAIL chat -1002: " in kicked and "kicked" in kicked
        assert "FAIL chat -1003: " in left and "not a member" in left
        assert "not found; accepted: the id of a chat that the bot was added to" in unknown.lower()
        assert moved.endswith("accepted: its new id -1000000000044")
        assert private.startswith("ok   chat 9: ")
        telegram.fault("getMe", code=401, description="Unauthorized")
        found = lines(siaga, "telegram", "chat")
        assert found == [
            "FAIL telegram: the server refuses the token; accepted: SIAGA_TELEGRAM__TOKEN as "
            "@BotFather gave it"
        ]
        telegram.fault("getMe", code=502, description="Bad Gateway")
        (down,) = lines(siaga, "telegram")
        assert "Bad Gateway" in down


def test_a_public_group_that_the_bot_only_sees_is_found(
    siaga: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeTelegram() as telegram:
        telegram.chat(-1001, "supergroup", "Umum", username="umum_uji", bot="left")
        monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", telegram.token)
        base = f'[telegram]\nbase_url = "{telegram.url}"\n[[telegram.chats]]\nid = -1001\n'
        siaga.configure(base)
        (found,) = lines(siaga, "chat")
        assert "FAIL chat -1001: " in found and "not a member" in found


def test_an_unknown_source_is_answered_with_those_that_are_known(siaga: Office) -> None:
    assert "source: salah: unknown: known: none" in siaga("sources", "pause", "salah").err
    feed = 'platform = "feed"\nbase_url = "http://127.0.0.1:9/"\n'
    siaga.configure(f"[sources.media]\n{feed}[sources.warta]\n{feed}")
    for word in ("pause", "resume"):
        assert "salah: unknown: known: media, warta" in siaga("sources", word, "salah").err
    assert "source: media: not paused" in siaga("sources", "resume", "media").err
    assert siaga("sources", "pause", "media").code == GOOD
    assert "source: media: already paused" in siaga("sources", "pause", "media").err
