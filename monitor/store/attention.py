"""What people did with incidents: when somebody last touched one, and the verdicts on ended ones.

Layer 2, reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents.lessons import Verdict
from monitor.records import Event, EventKind, IncidentId
from monitor.store.connection import from_epoch, one, rows, to_epoch

# A person's own event, a decision on a draft, a question to an OPD or its answer.
_TOUCHED = """
SELECT max(at) AS at FROM (
  SELECT at FROM event WHERE incident_id = :id AND actor IS NOT NULL
  UNION ALL SELECT decided_at FROM draft WHERE incident_id = :id AND decided_by IS NOT NULL
  UNION ALL SELECT asked_at FROM question WHERE incident_id = :id
  UNION ALL SELECT answered_at FROM question WHERE incident_id = :id
  UNION ALL SELECT made_at FROM handoff WHERE incident_id = :id
  UNION ALL SELECT ticket_at FROM handoff WHERE incident_id = :id
)
"""

# What a person ended counts; what only calmed down or went into another one tells nothing.
_VERDICTS = """
SELECT topic, state, closed_at, coalesce(peak_score, json_extract(reading, '$.score')) AS score
FROM incident i WHERE closed_at >= ? AND (state = 'dismissed' OR (state = 'resolved'
  AND EXISTS (SELECT 1 FROM event e WHERE e.incident_id = i.id AND e.kind = 'resolved'
    AND e.actor IS NOT NULL AND e.at = i.closed_at)
  AND EXISTS (SELECT 1 FROM event e WHERE e.incident_id = i.id
    AND e.kind IN ('acknowledged', 'handed_over'))))
ORDER BY closed_at, id
"""


def attended(db: Database, found: Iterable[IncidentId]) -> dict[IncidentId, datetime]:
    """When a person last did something about each incident; who never did is left out."""
    touched = {number: one(db, _TOUCHED, {"id": int(number)}) for number in found}
    return {number: from_epoch(row["at"]) for number, row in touched.items() if row and row["at"]}


def muted_then(db: Database, event: Event) -> bool:
    """Whether an incident was part of a larger one when this happened to it."""
    row = one(
        db,
        "SELECT kind FROM event WHERE incident_id = ? AND id < ? "
        "AND kind IN ('muted', 'unmuted', 'reopened') ORDER BY id DESC LIMIT 1",
        [int(event.incident_id), int(event.id)],
    )
    return row is not None and row["kind"] == EventKind.MUTED


def verdicts(db: Database, since: datetime) -> dict[str, list[Verdict]]:
    """What people said of the incidents that ended since an instant, by topic, oldest first."""
    found: dict[str, list[Verdict]] = {}
    for row in rows(db, _VERDICTS, [to_epoch(since)]):
        verdict = Verdict(dismissed=row["state"] == "dismissed", score=float(row["score"]))
        found.setdefault(row["topic"], []).append(verdict)
    return found
