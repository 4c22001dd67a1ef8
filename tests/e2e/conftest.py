"""Brings up a real WordPress with the script of the shared folder (SIAGA_SHARED)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SIAGA_SHARED", PROJECT.parent / "shared"))
PEERS = SHARED / "peers"

collect_ignore_glob = [] if os.environ.get("SIAGA_E2E") == "1" else ["test_*.py"]


@dataclass(frozen=True)
class RealWordPress:
    """A running site: its addresses and passwords as the peer script printed them."""

    env: dict[str, Any]
    folder: Path

    @property
    def url(self) -> str:
        return str(self.env["base_url"])

    @property
    def password(self) -> str:
        """The application password of the user ``moderator``."""
        return str(self.env["app_passwords"]["moderator"])

    def seed(self, comments: Sequence[dict[str, Any]], *, direct: bool) -> None:
        """Post comments; ``direct`` writes them past REST, much faster."""
        file = self.folder / "seed.jsonl"
        lines = [json.dumps(comment, ensure_ascii=False) + "\n" for comment in comments]
        file.write_text("".join(lines), encoding="utf-8")
        done = subprocess.run(
            [
                sys.executable,
                PEERS / "wordpress-seed.py",
                self.folder / "env.json",
                file,
                *(["--direct"] if direct else []),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def replies_to(self, comment_id: int) -> list[dict[str, Any]]:
        """What the public sees below a comment."""
        found = httpx.get(
            f"{self.url}/wp-json/wp/v2/comments", params={"parent": comment_id, "per_page": 100}
        )
        found.raise_for_status()
        return list(found.json())


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def wordpress() -> Iterator[RealWordPress]:
    """A fresh WordPress with three posts and four users."""
    # Not pytest's own folder: that is closed to everybody else, and Apache runs as its own user.
    with tempfile.TemporaryDirectory(prefix="siaga-wordpress-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        script = PEERS / "wordpress-up.sh"
        subprocess.run(
            ["bash", script, "up", str(free_port()), folder],
            check=True,
            stdout=subprocess.PIPE,
            timeout=600,
        )
        yield RealWordPress(json.loads((folder / "env.json").read_text()), folder)
        subprocess.run(["bash", script, "stop", folder], check=True, stdout=subprocess.PIPE)
