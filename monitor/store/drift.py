"""What was counted of each day, by source and language, and when people were told of a change.

Layer 2. A day is counted once, when it is over: its rows and the mark that it was counted (the row
without a source) are one transaction. Holds numbers only, no words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from monitor.records.drift import Counted, Figures
from monitor.store.connection import Row, changed, from_epoch, one, rows, to_epoch

Parts = Mapping[tuple[str, str], Figures]


def keep(db: Database, day: date, model: str, parts: Parts) -> bool:
    """Keep the figures of a day by source and language; False when it was counted already.

    Inside ``db.atomic()``.
    """
    fresh = changed(
        db,
        "INSERT OR IGNORE INTO drift (day, source_id, language, figures) VALUES (?, '', '', ?)",
        (day.isoformat(), json.dumps({"model": model})),
    )
    for (source, language), figures in sorted(parts.items()) if fresh else ():
        changed(
            db,
            "INSERT INTO drift (day, source_id, language, figures) VALUES (?, ?, ?, ?)",
            (day.isoformat(), source, language, json.dumps({"model": model, **_json(figures)})),
        )
    return bool(fresh)


def since(db: Database, day: date) -> list[Counted]:
    """The figures of all days from one on, oldest first."""
    found = rows(
        db,
        "SELECT * FROM drift WHERE day >= ? AND source_id <> '' ORDER BY day, source_id, language",
        [day.isoformat()],
    )
    return [_counted(row) for row in found]


def models(db: Database, day: date) -> dict[date, str]:
    """By which model each counted day from one on was read."""
    found = rows(
        db,
        "SELECT day, figures FROM drift WHERE day >= ? AND source_id = '' ORDER BY day",
        [day.isoformat()],
    )
    return {date.fromisoformat(row["day"]): json.loads(row["figures"])["model"] for row in found}


def last_day(db: Database) -> date | None:
    """The newest day that was counted."""
    row = one(db, "SELECT max(day) AS day FROM drift")
    return date.fromisoformat(row["day"]) if row and row["day"] else None


def told(db: Database) -> dict[str, datetime]:
    """When people were last told of what."""
    return {row["about"]: from_epoch(row["at"]) for row in rows(db, "SELECT * FROM drift_told")}


def tell(db: Database, about: str, now: datetime) -> None:
    """Note that people are told of something; inside ``db.atomic()``."""
    changed(
        db, "INSERT OR REPLACE INTO drift_told (about, at) VALUES (?, ?)", (about, to_epoch(now))
    )


_NUMBERS = (
    "comments",
    "asked",
    "words",
    "unknown",
    "judged",
    "wrong",
    "corrected",
    "spam",
    "placed",
    "sentiments",
    "issues",
)


def _json(figures: Figures) -> dict[str, Any]:
    """Without what is nought."""
    return {name: value for name in _NUMBERS if (value := getattr(figures, name))}


def _counted(row: Row) -> Counted:
    found = json.loads(row["figures"])
    model = found.pop("model")
    return Counted(
        date.fromisoformat(row["day"]), row["source_id"], row["language"], model, Figures(**found)
    )
