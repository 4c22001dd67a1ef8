"""The label queue as files for Label Studio, and what people labelled there back again.

The forms follow Label Studio's guide: CSV or JSON tasks in (a prediction rides along in JSON only),
its CSV and JSON-MIN exports out, where each choice stands under the name of its control and
``annotator`` names who chose. ``id`` is the number of Label Studio's own task there, so ours
travels as ``comment_id``, with the content hash of the words as ``seen``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from sqlite_utils import Database

from monitor.config.parts import Training
from monitor.errors import Refused
from monitor.messages.answers import SENTIMENT_NAMES
from monitor.messages.learning import why
from monitor.records import CommentId, Issue, Sentiment
from monitor.steps.label_queue import able, wanted
from monitor.store import comments, label_queue, predictions, said_labels
from monitor.store.label_queue import IMPORTED, ToLabel
from monitor.store.predictions import Understood

VIA: Final = "label_studio"
NOBODY: Final = "label studio"
_TONE, _ISSUE = "sentiment", "issue"
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row of a file: its line (or place in the list) and its values as text."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: answers kept, rows that were known, and why others were refused."""

    kept: int
    known: int
    refused: Sequence[tuple[int, str]]


def tasks(db: Database, most: int) -> list[dict[str, Any]]:
    """What waits for labels as Label Studio's tasks, those that teach most first; masked."""
    found = ((item, predictions.get(db, item.comment_id)) for item in label_queue.waiting(db, most))
    return [_task(item, known) for item, known in found if known is not None]


def as_csv(found: Sequence[Mapping[str, Any]]) -> str:
    """Tasks as a CSV file: a column a value, the prediction in columns of its own."""
    out = io.StringIO()
    names = [*_DATA, "predicted_sentiment", "predicted_issue"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for task in found:
        tone, issue = (one["value"]["choices"][0] for one in task["predictions"][0]["result"])
        writer.writerow(
            {**task["data"], "predicted_sentiment": tone, "predicted_issue": issue},
        )
    return out.getvalue()


def interface(issues: Mapping[str, Issue]) -> str:
    """The labelling interface of a project that takes these tasks."""
    tones = [(tone.value, name) for tone, name in SENTIMENT_NAMES.items()]
    named = [(key, issue.name) for key, issue in issues.items()]
    parts = [
        f'  <Choices name="{name}" toName="text" choice="single-radio" required="true">\n'
        + "".join(
            f"    <Choice value={quoteattr(shown)} alias={quoteattr(key)}/>\n"
            for key, shown in pairs
        )
        + "  </Choices>\n"
        for name, pairs in ((_TONE, tones), (_ISSUE, named))
    ]
    return f'<View>\n  <Text name="text" value="$text"/>\n{"".join(parts)}</View>\n'


def read(text: str, name: str) -> list[Row]:
    """The rows of Label Studio's CSV or JSON-MIN export.

    Raises:
        Refused: it is neither, or has no ``comment_id``.
    """
    found = list(_json_rows(text, name) if text.lstrip().startswith(("[", "{")) else _rows(text))
    if not any("comment_id" in row.values for row in found):
        raise Refused(f"{name}: no column comment_id; accepted: the CSV or JSON-MIN export")
    return found


def take(
    db: Database,
    part: Training,
    issues: Mapping[str, Issue],
    found: Sequence[Row],
    now: datetime,
) -> Taken:
    """Keep each answer; two people on one comment must agree, else it is a conflict.

    A row that cannot be taken says why and changes nothing. Taking a file twice changes nothing.
    """
    people: dict[str, set[str]] = {}
    for row in found:
        people.setdefault(_number(row), set()).add(_annotator(row))
    asks = partial(wanted, part, there=able(db))
    kept, known, refused = 0, 0, []
    for row in found:
        asked = min(2, len(people[_number(row)]))
        try:
            fresh = _take(db, asks, issues, row, asked, now)
        except Refused as error:
            refused.append((row.line, str(error)))
            continue
        kept, known = kept + fresh, known + (not fresh)
    return Taken(kept, known, refused)


_DATA = ("comment_id", "seen", "text", "source", "written_at", "reason")


def _task(item: ToLabel, known: Understood) -> dict[str, Any]:
    comment, said = known.stored.comment, known.prediction
    values = (
        int(item.comment_id),
        known.stored.content_hash,
        said.masked,
        comment.source_id,
        comment.created_at.isoformat(),
        why(item.reason),
    )
    return {
        "data": dict(zip(_DATA, values, strict=True)),
        "predictions": [
            {
                "model_version": said.model,
                "score": round(min(max(said.sentiment_p), said.issue_p), 4),
                "result": [
                    _choice(item, _TONE, said.sentiment.value),
                    _choice(item, _ISSUE, said.issue),
                ],
            }
        ],
    }


def _choice(item: ToLabel, name: str, value: str) -> dict[str, Any]:
    return {
        "id": f"{name}-{item.comment_id}",
        "from_name": name,
        "to_name": "text",
        "type": "choices",
        "value": {"choices": [value]},
    }


def _rows(text: str) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for values in reader:
        named = {str(key): value for key, value in values.items() if isinstance(value, str)}
        yield Row(reader.line_num, {"comment_id": "", **named} if "comment_id" in values else named)


def _json_rows(text: str, name: str) -> Iterator[Row]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(f"{name}: no JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused(f"{name}: no list of rows; accepted: the JSON-MIN export")
    for at, one in enumerate(found, 1):
        yield Row(at, {key: _text(value) for key, value in one.items()})


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(row: Row) -> str:
    return row.values.get("comment_id", "").strip()


def _annotator(row: Row) -> str:
    return " ".join(row.values.get("annotator", "").split())[:200] or NOBODY


def _take(
    db: Database,
    asks: Callable[[int], int],
    issues: Mapping[str, Issue],
    row: Row,
    asked: int,
    now: datetime,
) -> bool:
    number, seen = _comment(db, row)
    answer = (_tone(row), _issue(row, issues))
    person = _annotator(row)
    with db.atomic():
        queued = ToLabel(number, IMPORTED, 0.0, max(asked, asks(number)))
        if not predictions.labels_of(db, number):
            label_queue.put(db, [queued], now)
            label_queue.reopen(db, queued, now)
        label_queue.widen(db, number, asked)
        if said_labels.say(db, number, answer, person, VIA, seen, now, whoever_has_it=True):
            return True
        before = [one for one in said_labels.answers_of(db, number) if one.person == person]
        if before and (before[0].sentiment, before[0].issue) == answer:
            return False
        # inside, so that nothing waits on account of a row that was refused
        why_not = f"answered by {person}" if before else "settled"
        raise Refused(f"comment {number}: {why_not} already")


def _comment(db: Database, row: Row) -> tuple[CommentId, str]:
    text = _number(row)
    if not text.isascii() or not text.isdigit() or int(text) > _LARGEST_ID:
        raise Refused(f"comment_id: {text[:40]!r}: accepted: a number")
    stored = comments.get(db, CommentId(int(text)))
    if stored is None:
        raise Refused(f"comment {text}: not known")
    seen = row.values.get("seen") or stored.content_hash
    if seen != stored.content_hash:
        raise Refused(f"comment {text}: edited since it was exported")
    if predictions.get(db, stored.id) is None:
        raise Refused(f"comment {text}: not yet understood")
    return stored.id, seen


def _tone(row: Row) -> Sentiment:
    given = row.values.get(_TONE, "").strip()
    known = {tone.value: tone for tone in Sentiment}
    if given.lower() not in known:
        raise Refused(f"{_TONE}: {given[:40]!r}: accepted: {', '.join(known)}")
    return known[given.lower()]


def _issue(row: Row, issues: Mapping[str, Issue]) -> str:
    given = row.values.get(_ISSUE, "").strip()
    names = {issue.name.lower(): key for key, issue in issues.items()}
    key = given if given in issues else names.get(given.lower())
    if key is None:
        raise Refused(f"{_ISSUE}: {given[:40]!r}: accepted: {', '.join(issues)}")
    return key
