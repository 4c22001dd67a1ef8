"""The counts as another model would have them, for one connection and nobody else.

Tables of the connection itself, which stand before those of the file under the same names: what
reads counts reads these, what is learned from them is kept in them, and all is gone with the
connection. The file is not touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.store.connection import one, to_epoch
from monitor.store.predictions import tally_as
from monitor.store.schema import BIN_SECONDS, HOUR_SECONDS


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Of ``comments`` that count by either model, so many count otherwise."""

    comments: int
    otherwise: int


def count_as(db: Database, version: str, since: datetime) -> None:
    """Let this connection see every comment since an instant as ``version`` says of it.

    What it did not read (older, erased, come meanwhile) counts as before. Labels outrank it.
    """
    since_at = to_epoch(since)
    with db.atomic():
        of_trial = (
            "coalesce((SELECT model FROM prediction r WHERE r.comment_id = c.id AND r.model = ?2), "
            "c.predicted_by)"
        )
        db.conn.execute(
            "CREATE TEMP TABLE tally AS "
            "SELECT comment_id, topic, source_id, at, negative, live FROM main.tally WHERE at < ?1 "
            f"UNION ALL {tally_as(of_trial)}",
            (since_at, version),
        )
        db.conn.execute("CREATE INDEX temp.trial_topic ON tally(topic, at)")
        db.conn.execute("CREATE INDEX temp.trial_comment ON tally(comment_id)")
        for table, column, seconds, where in (
            ("hourly", "hour", HOUR_SECONDS, ""),
            ("bins", "bin", BIN_SECONDS, "WHERE live = 1"),
        ):
            db.conn.execute(
                f"CREATE TEMP TABLE {table} AS SELECT at - at % {seconds} AS {column}, topic, "
                "source_id, sum(negative) AS negatives, count(*) AS comments "
                f"FROM temp.tally {where} GROUP BY 1, 2, 3"
            )
        db.conn.execute(
            "CREATE TEMP TABLE learned (hour INTEGER, about TEXT, body BLOB, PRIMARY KEY (hour))"
        )


def otherwise(db: Database, since: datetime) -> Otherwise:
    """How many comments since an instant count otherwise on this connection than in the file."""
    row = one(
        db,
        "SELECT count(*) AS n, sum(t.topic IS NOT m.topic OR t.negative IS NOT m.negative) AS o "
        "FROM (SELECT comment_id FROM temp.tally WHERE at >= ?1 "
        "UNION SELECT comment_id FROM main.tally WHERE at >= ?1) a "
        "LEFT JOIN temp.tally t ON t.comment_id = a.comment_id "
        "LEFT JOIN main.tally m ON m.comment_id = a.comment_id",
        [to_epoch(since)],
    )
    assert row is not None  # an aggregate has a row
    return Otherwise(int(row["n"]), int(row["o"] or 0))
