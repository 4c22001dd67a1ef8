"""The report of a candidate as JSON in its row, and back. Layer 2; reads and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.records import CommentId, Level
from monitor.records.candidate import (
    BackTest,
    Cut,
    Doubt,
    Measure,
    OneAlert,
    Outcome,
    Part,
    Report,
    Ruling,
)

Told = Mapping[str, Any]


def as_json(report: Report) -> str:
    """The report as one line."""
    return json.dumps(asdict(report), ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    assert isinstance(value, datetime)  # all else in a report is JSON's own
    return value.isoformat()


def from_json(text: str) -> Report | None:
    """The report; None while there is none."""
    told = json.loads(text)
    if not told:
        return None
    return Report(
        serving=told["serving"],
        taught=told["taught"],
        judged=told["judged"],
        cuts=_cuts(told["cuts"]),
        ece={name: (old, new) for name, (old, new) in told["ece"].items()},
        ruling=_ruling(told["ruling"]),
        doubts=tuple(_doubt(one) for one in told["doubts"]),
        back_test=_back_test(told["back_test"]) if told["back_test"] else None,
    )


def _cuts(told: Sequence[Told]) -> tuple[Cut, ...]:
    return tuple(
        Cut(**{**one, "measure": Measure(one["measure"]), "part": Part(one["part"])})
        for one in told
    )


def _ruling(told: Told) -> Ruling:
    return Ruling(
        Outcome(told["outcome"]),
        better=_cuts(told["better"]),
        worse=_cuts(told["worse"]),
        fell=_cuts(told["fell"]),
        labels_needed=told["labels_needed"],
    )


def _doubt(told: Told) -> Doubt:
    return Doubt(**{**told, "comment_id": CommentId(told["comment_id"])})


def _back_test(told: Told) -> BackTest:
    return BackTest(
        **{
            **told,
            "only_old": tuple(_alert(one) for one in told["only_old"]),
            "only_new": tuple(_alert(one) for one in told["only_new"]),
        }
    )


def _alert(told: Told) -> OneAlert:
    return OneAlert(
        **{
            **told,
            "opened_at": datetime.fromisoformat(told["opened_at"]),
            "peak": Level(told["peak"]),
        }
    )
