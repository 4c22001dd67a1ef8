"""Memory of the running service and the time of ``siaga --help``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Figure
from benchmarks.texts import DATA

_SETTLES = 15.0


def measure() -> Iterator[Figure]:
    """Best of five starts; resident memory after the service settled, page included."""
    yield Figure("siaga --help", min(_help() for _ in range(5)), "s", most=0.5)
    yield Figure("resident memory of siaga run, no embeddings", _resident(), "MB", most=400)


def _help() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "monitor", "--help"], check=True, capture_output=True)
    return time.perf_counter() - begin


def _resident() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(
            f'[paths]\ndata = "{DATA}"\nmodels = "{DATA.parent / "models"}"\n'
            '[classify]\nembeddings = "off"\n[poll]\ntick_seconds = 1\n[web]\nport = 0\n',
            encoding="utf-8",
        )
        running = subprocess.Popen(
            [sys.executable, "-m", "monitor", "--config", folder / "config.toml", "run"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ,
        )
        time.sleep(_SETTLES)
        status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1000
