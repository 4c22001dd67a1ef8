"""The guard's own teaching texts: replies that must stop, replies that may go out.

Layer 3. Reads ``data/guard/contoh_*.toml``; a slip of the pen is refused with its file and number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from monitor.errors import ConfigError

STOP, PASS = "stop", "pass"
ORDINARY = "biasa"
"""The kind of replies that come near to no blunder."""
KINDS = (
    "ancaman",
    "panggilan",
    "blokir",
    "ejekan",
    "harfiah",
    "menyalahkan",
    "data_pribadi",
    "politik",
    "janji",
)
_TWINS = 90.0
_KEYS = {"verdict", "kind", "comment", "text"}


@dataclass(frozen=True, slots=True)
class GuardText:
    """One draft reply: whether it must stop, its kind (of blunder, or of the near miss)."""

    stop: bool
    kind: str
    comment: str
    text: str
    origin: str


def guard_texts(folder: Path) -> tuple[GuardText, ...]:
    """All texts of ``folder/contoh_*.toml``, in order.

    Raises:
        ConfigError: no file, not readable, or a value that is not accepted.
    """
    files = sorted(folder.glob("contoh_*.toml"))
    if not files:
        raise ConfigError(f"guard texts: {folder}: no contoh_*.toml here")
    return tuple(text for file in files for text in read_guard_texts(file))


def read_guard_texts(file: Path) -> tuple[GuardText, ...]:
    """The ``[[case]]`` of one file.

    Raises:
        ConfigError: names the file, the case and what is accepted.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"guard texts: {file}: {error}") from error
    listed = tables.get("case")
    if not isinstance(listed, list) or set(tables) != {"case"}:
        raise ConfigError(f"guard texts: {file}: accepted: [[case]] only")
    return tuple(_read(case, file.stem, f"{file} case {at}") for at, case in enumerate(listed, 1))


def _read(case: object, origin: str, where: str) -> GuardText:
    found = case if isinstance(case, dict) else {}
    if set(found) != _KEYS or not all(isinstance(one, str) for one in found.values()):
        raise ConfigError(f"guard texts: {where}: needs exactly {', '.join(sorted(_KEYS))}")
    accepted = {STOP: KINDS, PASS: (*KINDS, ORDINARY)}.get(found["verdict"])
    if accepted is None:
        raise ConfigError(f"guard texts: {where}: verdict: accepted: {STOP}, {PASS}")
    if found["kind"] not in accepted:
        raise ConfigError(f"guard texts: {where}: kind: accepted: {', '.join(accepted)}")
    if not found["text"].strip():
        raise ConfigError(f"guard texts: {where}: text: empty")
    return GuardText(
        found["verdict"] == STOP, found["kind"], found["comment"], found["text"], origin
    )


def twins(texts: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of nearly the same letters (rapidfuzz's ratio, 90 or more), as places in both."""
    low, other = [text.lower() for text in texts], [text.lower() for text in others]
    near = cdist(low, other, scorer=ratio, score_cutoff=_TWINS, dtype=np.uint8)
    return [(int(one), int(two)) for one, two in zip(*np.nonzero(near), strict=True)]
