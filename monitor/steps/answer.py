"""What a person is told after a press; small enough to be anybody's. Layer 3, imports nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told; ``done`` is whether the press changed anything.

    ``again``: it was an answer in words, nothing was stored, and other words would do.
    """

    text: str
    done: bool = False
    again: bool = False
