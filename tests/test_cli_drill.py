"""``siaga drill`` on the command line."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli import run_command
from monitor.messages import drill as words
from tests.drill_world import Light, drawn_once
from tests.world import PROJECT


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An office's configuration; the signals are given back afterwards."""
    monkeypatch.setattr("monitor.classify.Classifier.load", lambda *_, **__: Light())
    monkeypatch.setattr("monitor.drill.result.sheet", drawn_once)
    file = tmp_path / "config.toml"
    file.write_text(f"[paths]\ndata = '{PROJECT / 'data'}'\n", encoding="utf-8")
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield str(file)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_scenarios_are_listed(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--config", config, "drill", "--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["antrean_rsud", "banjir", "hoaks_bansos"]
    assert "45 menit" in told[0]


@pytest.mark.parametrize("given", [[], ["gempa"]])
def test_which_scenario_must_be_said(
    config: str, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["--config", config, "drill", *given]) == 2
    assert "accepted: antrean_rsud, banjir, hoaks_bansos" in capsys.readouterr().err


def test_an_exercise_alone_runs_and_tells_where_its_result_lies(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["drill", "banjir", "--solo", "--minutes", "5", "--speed", "600", "--port", "0"]
    assert run_command(["--config", config, *line]) == 0
    told = capsys.readouterr().out
    assert words.MARK_LINE_PLAIN in told and "kali jam dinding" in told
    files = [Path(found.strip()) for found in told.partition("Hasil latihan:")[2].splitlines()[1:]]
    assert [file.suffix for file in files] == [".pdf", ".png"]
    assert all(file.is_file() for file in files)
